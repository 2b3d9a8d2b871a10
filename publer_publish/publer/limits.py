"""Publer's rate limit: what it says is left, and how long it wants us to wait."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import NamedTuple

SHORTEST_WAIT, LONGEST_WAIT, USUAL_WAIT = 1.0, 180.0, 60.0
"""Seconds. The window has two minutes, so a reset further away than three is a mistake of a clock."""

_NUMBER = re.compile(r"\d{1,15}(\.\d{1,9})?")
_EARLIEST_EPOCH = 1_000_000_000
"""A smaller X-RateLimit-Reset cannot be a time of this century: it is a number of seconds from now."""


class RateLimit(NamedTuple):
    """What the last answer said. None means that it did not say, not zero."""

    limit: int | None = None
    remaining: int | None = None
    reset_at: float | None = None
    """Seconds since the epoch."""


def rate_limit_of(headers: Mapping[str, str]) -> RateLimit:
    """Read the ``X-RateLimit-*`` headers; anything that is not a number counts as absent."""
    limit, remaining = (
        _number(headers.get("X-RateLimit-Limit")),
        _number(headers.get("X-RateLimit-Remaining")),
    )
    return RateLimit(
        limit=None if limit is None else int(limit),
        remaining=None if remaining is None else int(remaining),
        reset_at=_number(headers.get("X-RateLimit-Reset")),
    )


def wait_of(headers: Mapping[str, str], now: float) -> float:
    """Tell how many seconds a 429 asks for: until X-RateLimit-Reset, else Retry-After, else a minute."""
    reset = _number(headers.get("X-RateLimit-Reset"))
    if reset is not None:
        left = reset - now if reset >= _EARLIEST_EPOCH else reset
        return min(max(left, SHORTEST_WAIT), LONGEST_WAIT)
    after = _retry_after(headers.get("Retry-After"), now)
    return USUAL_WAIT if after is None else max(after, SHORTEST_WAIT)


def _retry_after(value: str | None, now: float) -> float | None:
    seconds = _number(value)
    if seconds is not None or not value:
        return seconds
    try:
        return parsedate_to_datetime(value).timestamp() - now
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _number(value: str | None) -> float | None:
    match = _NUMBER.fullmatch((value or "").strip())
    return float(match.group()) if match and math.isfinite(float(match.group())) else None
