"""A clock on which a client never really waits, not even for an answer that does not come."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from sandbox.clock import VirtualClock
from sandbox.server import Sandbox

_LOOK_EVERY = 0.002
"""Real seconds."""


class HurriedClock(VirtualClock):
    """The sandbox's and the program's clock. Its time passes while somebody sleeps, or while a request hangs.

    Time never passes for a request that is merely being worked on, however busy the machine is: so a run
    under it is the same on every machine.
    """

    def __init__(self, hangs: Mapping[int, float | None]) -> None:
        """Take by request number after how many virtual seconds a hanging request goes on (None: never)."""
        super().__init__()
        self._hangs = hangs
        self._sandbox: Sandbox | None = None
        self._waits_for: dict[int, threading.Event] = {}

    def watch(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def wait_for(self, event: threading.Event, seconds: float) -> bool:
        end = self.time() + seconds
        while not event.wait(_LOOK_EVERY):
            hanging = self._hanging(event)
            if hanging is None:
                continue
            number, since = hanging
            virtual = self._hangs[number]
            goes_on = None if virtual is None else since + virtual
            if goes_on is None or goes_on > end:
                self.advance(end - self.time())
                return event.is_set()
            self.advance(max(0.0, goes_on - self.time()))
            self._let_go()
        return True

    def _hanging(self, event: threading.Event) -> tuple[int, float] | None:
        """The request that hangs and whose answer this event is waited for with: number, and since when."""
        if self._sandbox is None:
            return None
        world = self._sandbox.world
        with world.lock:
            last = world.requests[-1] if world.requests else None
            if last is None or last.fault != "hang" or last.status is not None:
                return None
            if self._waits_for.setdefault(last.number, event) is not event:
                return None
            return last.number, last.time

    def _let_go(self) -> None:
        if self._sandbox is not None:
            self._sandbox.release_hangs()
