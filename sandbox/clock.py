"""The time that the sandbox lives by: the machine's, or one that a test turns by hand."""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone


class Clock:
    """The machine's own clock.

    Jobs, the one-minute gap, the rate limit and late links are measured on it. Faults on the wire
    (``hang``, ``slow``) are measured in real seconds, because the client's socket time-outs are.
    """

    def time(self) -> float:
        """Seconds since the Unix epoch."""
        return time.time()

    def call_later(self, seconds: float, action: Callable[[], None]) -> None:
        """Run an action once, when so many seconds have passed on this clock."""
        timer = threading.Timer(seconds, action)
        timer.daemon = True
        timer.start()


class VirtualClock(Clock):
    """A clock that moves only when somebody sleeps on it or advances it.

    A client under test may share it: its ``sleep`` returns at once and moves the sandbox along, so that
    hours of waiting take no time. Safe to use from several threads.
    """

    def __init__(self, start: float = 1_793_448_000.0) -> None:
        """Start at a moment given in epoch seconds; by default 2026-10-31 12:00 UTC."""
        self._lock = threading.Lock()
        self._start = start
        # Counted from 0: added to epoch seconds, a nap of a nanosecond would be lost, and never end.
        self._elapsed = 0.0
        self._order = itertools.count()
        self._waiting: list[tuple[float, int, Callable[[], None]]] = []

    def time(self) -> float:
        with self._lock:
            return self._start + self._elapsed

    def monotonic(self) -> float:
        """Seconds since this clock was made."""
        with self._lock:
            return self._elapsed

    def sleep(self, seconds: float) -> None:
        self.advance(max(0.0, seconds))

    def wait_for(self, event: threading.Event, seconds: float) -> bool:
        """Wait for another thread, in real seconds: what happens on a wire takes real time."""
        return event.wait(seconds)

    def advance(self, seconds: float) -> None:
        """Move forward, and run on this thread whatever has become due, each at its own moment."""
        with self._lock:
            target = self._elapsed + seconds
        while True:
            with self._lock:
                if not self._waiting or self._waiting[0][0] > target:
                    self._elapsed = max(self._elapsed, target)
                    return
                due, _, action = heapq.heappop(self._waiting)
                self._elapsed = max(self._elapsed, due)
            action()

    def call_later(self, seconds: float, action: Callable[[], None]) -> None:
        with self._lock:
            heapq.heappush(self._waiting, (self._elapsed + seconds, next(self._order), action))


def iso(seconds: float, zone: float = 0.0) -> str:
    """ISO 8601 to the second, as Publer writes it, with the offset of a zone so many hours east of UTC."""
    return datetime.fromtimestamp(int(seconds), timezone(timedelta(hours=zone))).isoformat()
