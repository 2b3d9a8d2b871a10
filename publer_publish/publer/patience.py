"""Asking Publer for what does no harm to ask for again: until the deadline, with the waits it wants."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from publer_publish.clock import Deadline
from publer_publish.errors import ServiceError
from publer_publish.publer.errors import (
    FORBIDDEN,
    LostError,
    NotSentError,
    RateLimitedError,
    RefusedError,
)
from publer_publish.publer.limits import RateLimit
from publer_publish.publer.model import Json
from publer_publish.publer.transport import Transport

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10.0
"""Seconds between two attempts; doubled each time."""
PROGRESS_EVERY = 10.0
"""Seconds between two lines of the log while waiting."""
FIRST_PATIENCE, LONGEST_PATIENCE = 10.0, 40.0
"""Seconds for one attempt to read; doubled each time, because Publer may just be slow today."""

_ABOUT_ACCESS = re.compile(
    r"(?i)\b(api|key|workspace|scope|permissions?|access|plan|upgrade|denied|forbidden|cloudflare)\b"
)

_T = TypeVar("_T")


class Patient:
    """Requests over one transport, repeated where that is harmless."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport

    def close(self) -> None:
        """Close the connection; a later request opens a new one."""
        self.transport.close()

    @property
    def rate_limit(self) -> RateLimit:
        """What the latest answer said about the rate limit."""
        return self.transport.rate_limit

    def _get(
        self,
        path: str,
        read: Callable[[Json], _T],
        deadline: Deadline,
        params: Sequence[tuple[str, str]] = (),
    ) -> _T:
        patience = FIRST_PATIENCE / 2

        def attempt() -> _T:
            nonlocal patience
            patience = min(patience * 2, LONGEST_PATIENCE)
            return read(self.transport.send("GET", path, deadline=deadline, params=params, patience=patience))

        return self._patiently(attempt, deadline)

    def _patiently(
        self,
        attempt: Callable[[], _T],
        deadline: Deadline,
        *,
        attempts: int | None = None,
        wait_for_imports: bool = False,
    ) -> _T:
        """Repeat what may be repeated until the deadline, then raise the last error."""
        pause = FIRST_PAUSE
        lost = 0
        while True:
            try:
                return attempt()
            except RateLimitedError as error:
                failure: ServiceError = error
                wait = error.wait_seconds
                why = "Publer's rate limit"
            except (NotSentError, LostError) as error:
                lost += isinstance(error, LostError)
                if (isinstance(error, NotSentError) and error.hopeless) or lost == attempts:
                    raise
                failure, wait, why = error, pause, "the next attempt"
                pause = min(pause * 2, LONGEST_PAUSE)
            except RefusedError as error:
                if not (wait_for_imports and is_busy(error)):
                    raise
                failure, wait, why = error, LONGEST_PAUSE / 2, "another import to finish"
            if wait >= deadline.remaining():
                raise failure
            self.transport.log(f"{failure.message} Waiting {wait:g} s for {why}.")
            self._sleep(wait, why)

    def _sleep(self, seconds: float, why: str) -> None:
        left = seconds
        while left > 0:
            nap = min(left, PROGRESS_EVERY)
            self.transport.clock.sleep(nap)
            left -= nap
            if left > 0:
                self.transport.log(f"Waiting {left:.0f} s more for {why}.")


def is_busy(error: RefusedError) -> bool:
    """Tell whether this 403 only means that another import is running, which passes."""
    # Publer's sentences may be in the user's language: what is not about access is about waiting.
    return error.status == FORBIDDEN and bool(error.sentence) and not _ABOUT_ACCESS.search(error.sentence)
