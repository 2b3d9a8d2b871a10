"""Times as Publer writes and reads them."""

from __future__ import annotations

from datetime import UTC, datetime


def iso(seconds: float) -> str:
    """ISO 8601 with an offset, to the second."""
    return datetime.fromtimestamp(int(seconds), UTC).isoformat()


def day(seconds: float) -> str:
    """The UTC date, as the filters of ``GET /posts`` are written."""
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()
