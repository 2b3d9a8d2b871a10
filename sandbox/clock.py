"""The time that the sandbox lives by: the machine's, or one that a test turns by hand."""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections.abc import Callable
from typing import Protocol


class Clock(Protocol):
    """Where the sandbox gets the time from.

    Jobs, the one-minute gap, the rate limit and late links are measured on it. Faults on the wire
    (``hang``, ``slow``) are measured in real seconds, because the client's socket time-outs are.
    """

    def time(self) -> float:
        """Seconds since the Unix epoch."""
        ...

    def call_later(self, seconds: float, action: Callable[[], None]) -> None:
        """Run an action once, when so many seconds have passed on this clock."""
        ...


class SystemClock:
    """The machine's own clock."""

    def time(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(max(0.0, seconds))

    def call_later(self, seconds: float, action: Callable[[], None]) -> None:
        timer = threading.Timer(seconds, action)
        timer.daemon = True
        timer.start()


class VirtualClock:
    """A clock that moves only when somebody sleeps on it or advances it.

    A client under test may share it: its ``sleep`` returns at once and moves the sandbox along, so that
    hours of waiting take no time. Safe to use from several threads.
    """

    def __init__(self, start: float = 1_793_448_000.0) -> None:
        """Start at a moment given in epoch seconds; by default 2026-10-31 12:00 UTC."""
        self._lock = threading.Lock()
        self._now = start
        self._started = start
        self._order = itertools.count()
        self._waiting: list[tuple[float, int, Callable[[], None]]] = []

    def time(self) -> float:
        with self._lock:
            return self._now

    def monotonic(self) -> float:
        """Seconds since this clock was made."""
        with self._lock:
            return self._now - self._started

    def sleep(self, seconds: float) -> None:
        self.advance(max(0.0, seconds))

    def advance(self, seconds: float) -> None:
        """Move forward, and run on this thread whatever has become due, each at its own moment."""
        with self._lock:
            target = self._now + seconds
        while True:
            with self._lock:
                if not self._waiting or self._waiting[0][0] > target:
                    self._now = max(self._now, target)
                    return
                due, _, action = heapq.heappop(self._waiting)
                self._now = max(self._now, due)
            action()

    def call_later(self, seconds: float, action: Callable[[], None]) -> None:
        with self._lock:
            heapq.heappush(self._waiting, (self._now + seconds, next(self._order), action))
