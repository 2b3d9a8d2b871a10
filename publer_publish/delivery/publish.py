"""Rule 2: a publish request is sent again only when it is certain that Publer did not take it."""

from __future__ import annotations

from collections.abc import Callable

from publer_publish.clock import Deadline
from publer_publish.delivery.waiting import Progress
from publer_publish.publer.errors import NotSentError, RateLimitedError

_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 10.0
_MOST_ATTEMPTS = 8


def send_once(publish: Callable[[], str], *, deadline: Deadline, log: Callable[[str], None]) -> str:
    """Publish and return the job id.

    Repeats only after a connection that was never established and after 429, both of which say for certain
    that nothing was taken. Raises ``NotSentError``, ``RateLimitedError`` (time is up), ``RefusedError``
    (Publer said no) or ``LostError``: then nobody knows, and the caller must look.
    """
    progress = Progress(deadline.clock, log, "Still waiting to publish")
    pause = _FIRST_PAUSE
    attempt = 1
    while True:
        try:
            return publish()
        except NotSentError as error:
            if error.hopeless or attempt >= _MOST_ATTEMPTS or deadline.remaining() <= pause:
                raise
            log(f"{error.message} Nothing was sent. Trying again in {pause:.0f} s.")
            progress.wait(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
        except RateLimitedError as error:
            if deadline.remaining() <= error.wait_seconds:
                raise
            log(f"Publer's rate limit is reached. Nothing was sent. Waiting {error.wait_seconds:.0f} s.")
            progress.wait(error.wait_seconds)
        attempt += 1
