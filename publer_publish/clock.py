"""Time, injected: tests run on a clock of their own, and waiting can be cancelled."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import NamedTuple, Protocol


class Clock(Protocol):
    """Where the program gets the time from, and how it waits."""

    def time(self) -> float:
        """Seconds since the Unix epoch."""
        return time.time()

    def monotonic(self) -> float:
        """Seconds that never jump; only differences mean something."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait. A signal handler may end it by raising."""
        time.sleep(max(0.0, seconds))

    def wait_for(self, event: threading.Event, seconds: float) -> bool:
        """Wait for something that happens in another thread, but no longer; say whether it happened."""
        return event.wait(seconds)


class SystemClock(Clock):
    """The machine's own clock."""


class Deadline(NamedTuple):
    """A moment on a clock after which no more waiting is done."""

    clock: Clock
    at: float
    """In the clock's monotonic seconds."""

    @classmethod
    def after(cls, clock: Clock, seconds: float) -> Deadline:
        return cls(clock, clock.monotonic() + seconds)

    def remaining(self) -> float:
        """Seconds left, never negative."""
        return max(0.0, self.at - self.clock.monotonic())

    def expired(self) -> bool:
        return self.clock.monotonic() >= self.at


_SILENCE = 15.0
"""The longest time without a line, in seconds."""


class Progress:
    """A wait that says what it is for: a line whenever something changes, and at least every 15 s."""

    def __init__(self, clock: Clock, log: Callable[[str], None], what: str) -> None:
        self._clock = clock
        self._log = log
        self._what = what
        self._started = self._last = clock.monotonic()
        self._note = ""

    def note(self, text: str) -> None:
        """Say something, unless it was the last thing said."""
        if text != self._note:
            self._say(text)
            self._note = text

    def wait(self, seconds: float) -> None:
        """Sleep, with a line whenever the silence gets too long."""
        end = self._clock.monotonic() + seconds
        while True:
            now = self._clock.monotonic()
            # The same sum as below: a difference may round to just under it, and then the nap is 0 for ever.
            if now >= self._last + _SILENCE:
                self._say(f"{self._what} ({now - self._started:.0f} s)")
            if now >= end:
                return
            self._clock.sleep(min(end, self._last + _SILENCE) - now)

    def _say(self, text: str) -> None:
        self._log(text)
        self._last = self._clock.monotonic()
