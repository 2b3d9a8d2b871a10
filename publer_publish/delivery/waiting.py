"""Rule 9: a line whenever something changes, and at least every 15 s while waiting."""

from __future__ import annotations

from collections.abc import Callable

from publer_publish.clock import Clock

_SILENCE = 15.0


class Progress:
    """Says what is being waited for, often enough and not more often."""

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
