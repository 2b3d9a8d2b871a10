"""Rule 4: waiting for a job, quick at first, and never at the cost of the rate limit."""

from __future__ import annotations

from publer_publish.clock import Deadline, Progress
from publer_publish.publer.api import Publer
from publer_publish.publer.errors import LostError, NotSentError, RateLimitedError, RefusedError
from publer_publish.publer.model import Job, JobState

_FIRST = 0.5
_SHARE = 0.097
"""A little less than the tenth that is allowed: the request itself takes a moment."""
_LONGEST = 10.0
_PLENTY = 30
"""With more requests left than this, polling need not save any."""
_RESERVE = 5
"""Requests that polling leaves to look-ups and to whatever else uses the key."""
_WINDOW = 120.0
"""Seconds of the rate limit: a reset further away is a mistake of a clock."""
_REFUSALS, _REFUSED_FOR = 3, 30.0
"""A job that is refused this often in a row, for so many seconds, will not answer any more; a new one may."""


def pause(elapsed: float) -> float:
    """Seconds until the next poll of a job that has run for ``elapsed`` seconds.

    A finished job is noticed within 0.5 s + 10 % of its run time, and polls are never more than 10 s apart.
    """
    return min(_LONGEST, _FIRST + _SHARE * elapsed)


def wait_for_job(publer: Publer, job_id: str, *, deadline: Deadline, progress: Progress) -> Job | None:
    """The job as its first terminal answer tells it; None when the deadline came first.

    The terminal payload may be delivered only once (publer-api 4.3): a job is never asked again after it.
    Raises ``RefusedError`` when Publer keeps refusing to tell.
    """
    clock = deadline.clock
    started = clock.monotonic()
    refusals, refused_since = 0, started
    refusal: RefusedError | None = None
    while not deadline.expired():
        wait = max(pause(clock.monotonic() - started), _share_of_limit(publer, clock.time()))
        progress.wait(min(wait, deadline.remaining()))
        try:
            job = publer.job(job_id, deadline=deadline)
        except RefusedError as error:
            refusals, refusal = refusals + 1, error
            if refusals >= _REFUSALS and clock.monotonic() - refused_since >= _REFUSED_FOR:
                raise
            progress.note(f"{error.message} Still waiting.")
            continue
        except (RateLimitedError, LostError, NotSentError) as error:
            progress.note(f"{error.message} Still waiting.")
            if isinstance(
                error, RateLimitedError
            ):  # that ends after the deadline, or the client had asked again
                progress.wait(deadline.remaining())
            continue
        refusals, refused_since, refusal = 0, clock.monotonic(), None
        if job.state is not JobState.WORKING:
            return job
    if refusal:
        raise refusal
    return None


def _share_of_limit(publer: Publer, now: float) -> float:
    """Seconds between requests that make the rest of the rate limit last until it is reset."""
    limit = publer.rate_limit
    if limit.remaining is None or limit.reset_at is None or limit.reset_at <= now:
        return 0.0
    if limit.remaining > _PLENTY:
        return 0.0
    left = min(limit.reset_at - now, _WINDOW)
    return min(60.0, left / max(1, limit.remaining - _RESERVE))
