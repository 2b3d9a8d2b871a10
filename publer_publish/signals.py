"""SIGTERM and SIGINT, as the runner sends them when a run is cancelled."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from publer_publish.errors import CancelledError

LOOK_EVERY = 0.5
"""Seconds between two looks for a signal."""
_HAS_ALARM = hasattr(signal, "setitimer")
"""Windows has none: there, Ctrl-C waits for an answer of the network, at most for its time-out."""


@contextmanager
def signals_cancel(look: Callable[[], None] = lambda: None) -> Iterator[Callable[[], None]]:
    """SIGTERM and SIGINT end the run at once, but only once: they cannot disturb the report.

    ``look`` is called every ``LOOK_EVERY`` seconds, and may end the run as well.

    As PID 1 of a container Python has no default action for SIGTERM: without this it would be ignored.
    Yields a function after which signals are ignored.
    """
    armed = True

    def ignore() -> None:
        # By a flag: a handler taken away while its signal is already under way is an error of its own.
        nonlocal armed
        armed = False

    def cancel(_number: int, _frame: object) -> None:
        if armed:
            ignore()
            raise CancelledError

    before: dict[int, Any] = {}
    if threading.current_thread() is threading.main_thread():
        numbers = [signal.SIGTERM, signal.SIGINT, *([signal.SIGALRM] if _HAS_ALARM else [])]
        before = {number: signal.getsignal(number) for number in numbers}
        signal.signal(signal.SIGTERM, cancel)
        signal.signal(signal.SIGINT, cancel)
        if _HAS_ALARM:
            # A signal that arrives just before Python begins to wait for the network would only be looked at
            # when the wait is over. An alarm interrupts every wait to look.
            signal.signal(signal.SIGALRM, lambda _number, _frame: look())
            signal.setitimer(signal.ITIMER_REAL, LOOK_EVERY, LOOK_EVERY)
    try:
        yield ignore
    finally:
        if before and _HAS_ALARM:
            signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in before.items():
            signal.signal(number, handler)
