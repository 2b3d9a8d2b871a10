"""The program runs in a child of this process, which is left to report if the child has to be ended.

While one long call of a C function runs, Python handles no signal and no timer; and a system that is out of
memory kills without asking. So this process only waits, forwards signals, and ends the child when its time
is over.
"""

import os
import select
import signal
import time
from contextlib import suppress
from typing import NamedTuple

GRACE = 3.0
"""Seconds in which a child that is watched has to obey a signal."""
_MOST_NOTES = 4_000_000
"""Bytes that are kept."""


class Supervised:
    """What a child says to its supervisor."""

    def __init__(self, line: int = -1) -> None:
        self._line = line
        self._supervisor = os.getppid()

    @property
    def has_supervisor(self) -> bool:
        return self._line >= 0

    def watch(self, seconds: float) -> None:
        """Be ended, and reported, if ``release`` is not called in time, or soon after a signal."""
        self.note(f"watch {seconds}")

    def release(self) -> None:
        """Be left alone from now on."""
        self.note("release")

    def report(self) -> None:
        """The child reports from here on, whatever happens: it is no longer watched."""
        self.note("report")
        self._line = -1

    def note(self, note: str) -> None:
        """Leave a line that the supervisor can report."""
        if self.has_supervisor:
            with suppress(OSError):  # the supervisor is gone
                os.write(self._line, f"{note}\n".encode())

    def is_orphaned(self) -> bool:
        """Whether the supervisor is gone, which would hand signals on."""
        return self.has_supervisor and os.getppid() != self._supervisor


class Lost(NamedTuple):
    """What is known about a child that ended without a report."""

    by: int
    """The signal that it died of."""
    notes: list[str]
    watched: bool
    """Whether it was watched at the end."""
    cancelled: bool
    """Whether it was watched and did not obey a signal."""


def supervise(signals: list[int]) -> Supervised | Lost:
    """Continue in a child. This process returns only if the child ended without a report; else it ends, too.

    ``signals`` gets those that arrive. Where there are no children (Windows), or may be no more of them, the
    program goes on by itself.
    """
    if not hasattr(os, "fork"):
        return Supervised()
    reading, writing = os.pipe()
    try:
        child = os.fork()
    except OSError:
        return Supervised()
    if not child:
        os.close(reading)
        return Supervised(writing)
    os.close(writing)
    return _Supervisor(child, reading, signals).wait()


class _Supervisor:
    def __init__(self, child: int, line: int, signals: list[int]) -> None:
        self._child = child
        self._line = line
        self._signals = signals
        self._unread = b""
        self._notes: list[str] = []
        self._size = 0
        self._ends: float | None = None
        """When the child is to be ended; None: it is not watched."""
        self._cancelled = False
        self._reports = False

    def wait(self) -> Lost:
        alarm = _alarm()
        is_alive = True
        while is_alive:
            while self._signals:
                self._hand_on(self._signals.pop(0))
            ready, _, _ = select.select([self._line, alarm], [], [], self._seconds_left())
            if alarm in ready:
                os.read(alarm, 512)
            if self._line in ready:
                is_alive = self._read()
            elif self._seconds_left() == 0:
                os.kill(self._child, signal.SIGKILL)
                while is_alive:
                    is_alive = self._read()
        signal.set_wakeup_fd(-1)
        _, status = os.waitpid(self._child, 0)
        if self._reports or not os.WIFSIGNALED(status):
            os._exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 1)
        watched = self._ends is not None
        return Lost(os.WTERMSIG(status), self._notes, watched, cancelled=watched and self._cancelled)

    def _seconds_left(self) -> float | None:
        return None if self._ends is None else max(0.0, self._ends - time.monotonic())

    def _hand_on(self, number: int) -> None:
        self._cancelled = True
        if self._ends is not None:
            self._ends = min(self._ends, time.monotonic() + GRACE)
        with suppress(ProcessLookupError):
            os.kill(self._child, number)

    def _read(self) -> bool:
        """Read what the child says; whether it may say more."""
        said = os.read(self._line, 65_536)
        *lines, self._unread = (self._unread + said).split(b"\n")
        for line in lines:
            word, _, seconds = line.partition(b" ")
            if word == b"watch":
                self._ends = time.monotonic() + (GRACE if self._cancelled else float(seconds))
            elif word == b"release":
                self._ends = None
            elif word == b"report":
                self._reports = True
            elif self._size < _MOST_NOTES:
                self._size += len(line)
                self._notes.append(line.decode())
        return bool(said)


def _alarm() -> int:
    """A descriptor that can be read when a signal has arrived."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    return reading
