"""Times as Publer writes and reads them."""

from __future__ import annotations

from datetime import UTC, datetime


def iso(seconds: float) -> str:
    """ISO 8601 with an offset, to the second."""
    return datetime.fromtimestamp(int(seconds), UTC).isoformat()


def day(seconds: float, zone: float = 0.0) -> str:
    """The date ``zone`` hours east of UTC, as the filters of ``GET /posts`` are written."""
    return datetime.fromtimestamp(seconds + zone * 3600, UTC).date().isoformat()
