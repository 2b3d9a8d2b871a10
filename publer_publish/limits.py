"""What ends a run early: signals, and limits on the time and memory that post files may take.

The operating system keeps the limits; nothing counts steps. Too much memory ends in a ``MemoryError``, too
much time in an ``OverLimitError``. Where neither can be raised, as in one long call of a C function, the
system or the supervisor ends the process, and the supervisor reports. Windows has no such limits, and macOS
none of memory.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from math import ceil
from pathlib import Path
from typing import Any

from publer_publish.errors import CancelledError, Problem, Severity, Where
from publer_publish.supervisor import Lost, Supervised

with suppress(ImportError):  # Windows has none
    import resource

_HAS_LIMITS = "resource" in globals()
_HAS_ALARM = hasattr(signal, "setitimer")
"""Windows has none: there, Ctrl-C waits for an answer of the network, at most for its time-out."""
LOOK_EVERY = 0.5
"""Seconds between two looks for a signal, and at the time."""
SECONDS = 8
"""Of processor time: 500 posts with templates for 13 networks need 2."""
MORE_SECONDS = 3
"""For a call of a C function to come to its end."""
SECONDS_ON_THE_CLOCK = 60
"""For machines that have more to do than this."""
MEMORY = 300_000_000
"""Bytes of address space beside those of the program."""


class OverLimitError(BaseException):
    """The time is over. A ``BaseException``, so that no ``except Exception`` on the way can swallow it."""


class Limits:
    """``with`` them around the work: they hold for all of it together, however often it is interrupted."""

    def __init__(
        self, supervised: Supervised | None = None, *, seconds: float = SECONDS, memory: int = MEMORY
    ) -> None:
        """``supervised``: this process, if it is one of its own; else nothing is limited."""
        self._supervised = supervised
        self._seconds = seconds
        self._memory = memory
        self._size = 0
        """Of the address space when the limit was last taken away."""
        self._ends = 0.0
        """In processor time; 0: there is no limit now."""
        self._before: list[tuple[int, tuple[int, int]]] = []
        """Each limit that is lowered now with what it was, that of memory last."""
        self._has_raised = False

    def __enter__(self) -> None:
        if self._supervised is None:
            return
        self._has_raised = False
        self._ends = time.process_time() + self._seconds
        self._supervised.watch(SECONDS_ON_THE_CLOCK)
        if _HAS_LIMITS:
            if self._supervised.has_supervisor:
                self._lower(resource.RLIMIT_CPU, ceil(self._ends + MORE_SECONDS))
            if size := _address_space():
                # What came beside the limited work, such as a connection's, does not count.
                self._memory += size - self._size
                self._lower(resource.RLIMIT_AS, self._memory)

    def __exit__(self, *_: object) -> None:
        if self._supervised is None:
            return
        if _HAS_LIMITS:
            # Memory first, and with what is at hand: there may be none left for as much as a number.
            while self._before:
                resource.setrlimit(*self._before.pop())
            self._size = _address_space()
        self._seconds, self._ends = self._ends - time.process_time(), 0.0
        self._supervised.release()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Do something else in between that may take its time, such as to ask GitHub."""
        is_on = bool(self._ends)
        if is_on:
            self.__exit__()
        try:
            yield
        finally:
            if is_on:
                self.__enter__()

    def check(self) -> None:
        """Raise ``OverLimitError`` if the time is over, once; cancel a run whose supervisor is gone."""
        # A second one could break what the first one ends with. If that is lost, the system ends the process.
        if self._ends and not self._has_raised and time.process_time() > self._ends:
            self._has_raised = True
            raise OverLimitError
        if self._supervised and self._supervised.is_orphaned():
            signal.raise_signal(signal.SIGTERM)

    def note(self, one: Problem | Where) -> None:
        """Leave what was found, or where the work is, for a report by the supervisor."""
        if self._supervised:
            self._supervised.note(json.dumps(one))

    def _lower(self, limit: int, wanted: int) -> None:
        soft, hard = resource.getrlimit(limit)
        if soft == resource.RLIM_INFINITY or soft > wanted:
            self._before.append((limit, (soft, hard)))
            resource.setrlimit(limit, (wanted, hard))


def _address_space() -> int:
    """Bytes; 0 where the system does not say."""
    with suppress(OSError):
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[0]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")
    return 0


def over_limit(error: BaseException, where: Where) -> Problem:
    """What to say when a limit has ended the work at this place."""
    if isinstance(error, MemoryError):
        return _ended(f"takes more than {MEMORY // 1_000_000} MB of memory", where)
    return _ended(f"takes too long, more than {SECONDS} seconds", where)


def left_by(lost: Lost) -> Iterator[Problem]:
    """What was found, and what ended the work."""
    where = Where()
    for note in lost.notes:
        parts = json.loads(note)
        if len(parts) == len(where):
            where = _where(parts)
        else:
            message, hint, fix, place, severity, stands_for_more = parts
            yield Problem(message, hint, fix, _where(place), Severity(severity), stands_for_more)
    if lost.cancelled:
        return
    if lost.by in {signal.SIGKILL, signal.SIGXCPU}:
        yield over_limit(OverLimitError(), where)
    else:
        yield _ended(f"ends the program (signal {lost.by})", where)


@contextmanager
def signals_cancel(look: Callable[[], None]) -> Iterator[Callable[[], None]]:
    """SIGTERM and SIGINT end the run at once, but only once: they cannot disturb the report.

    ``look`` is called every ``LOOK_EVERY`` seconds, and may end the run as well.

    As PID 1 of a container Python has no default action for SIGTERM: without this it would be ignored.
    Yields a function after which signals are ignored.
    """
    ends = _Ends(look)
    before: dict[int, Any] = {}
    if threading.current_thread() is threading.main_thread():
        before = {number: signal.signal(number, ends.cancel) for number in (signal.SIGTERM, signal.SIGINT)}
        if _HAS_ALARM:
            # A signal that arrives just before Python begins to wait for the network would only be looked at
            # when the wait is over. An alarm interrupts every wait to look.
            before[signal.SIGALRM] = signal.signal(signal.SIGALRM, ends.look)
            signal.setitimer(signal.ITIMER_REAL, LOOK_EVERY, LOOK_EVERY)
    sys.unraisablehook = ends.swallow
    try:
        yield ends.ignore
    finally:
        sys.unraisablehook = ends.report_unraisable
        if before and _HAS_ALARM:
            signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in before.items():
            signal.signal(number, handler)


class _Ends:
    """What ends a run: a signal, or what ``look`` raises."""

    def __init__(self, look: Callable[[], None]) -> None:
        self._look = look
        self._are_ignored = False
        self._swallowed: list[BaseException] = []
        """What was raised in a destructor, out of which no exception comes: it is raised again."""
        self.report_unraisable = sys.unraisablehook

    def ignore(self) -> None:
        # By a flag: a handler taken away while its signal is already under way is an error of its own.
        self._are_ignored = True
        self._swallowed.clear()

    def cancel(self, _number: int, _frame: object) -> None:
        if not self._are_ignored:
            self.ignore()
            raise CancelledError

    def look(self, _number: int, _frame: object) -> None:
        if self._swallowed:
            raise self._swallowed.pop()
        self._look()

    def swallow(self, found: sys.UnraisableHookArgs) -> None:
        if isinstance(found.exc_value, (CancelledError, OverLimitError)):
            self._swallowed.append(found.exc_value)
        # Without memory, a generator cannot even be closed. The report says what has used it up.
        elif not isinstance(found.exc_value, MemoryError):
            self.report_unraisable(found)


def _ended(what: str, where: Where) -> Problem:
    return Problem(
        message=f"Reading and checking the post files {what}. Nothing was sent.",
        hint="It was working here: look for a template that produces far too much. "
        "If there are very many posts, publish them in several steps.",
        where=where,
    )


def _where(parts: list[Any]) -> Where:
    file, line, column, path = parts
    return Where(file, line, column, tuple(path))
