"""Times as Publer writes and reads them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone


def iso(seconds: float, zone: float = 0.0) -> str:
    """ISO 8601 to the second, with the offset of a zone so many hours east of UTC."""
    return datetime.fromtimestamp(int(seconds), timezone(timedelta(hours=zone))).isoformat()


def day(seconds: float, zone: float = 0.0) -> str:
    """The date ``zone`` hours east of UTC, as the filters of ``GET /posts`` are written."""
    return iso(seconds, zone)[:10]
