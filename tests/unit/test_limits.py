"""The limits hold for the work inside them, and for nothing else."""

import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from publer_publish.errors import CancelledError
from publer_publish.limits import Limits, OverLimitError, signals_cancel
from publer_publish.supervisor import Supervised
from tests.support.repository import ROOT

BEFORE = resource.getrlimit(resource.RLIMIT_AS)


def test_more_memory_than_the_limit_is_an_error_only_inside() -> None:
    limits = Limits(Supervised(), memory=200_000_000)
    with pytest.raises(MemoryError), limits:
        bytearray(300_000_000)
    assert resource.getrlimit(resource.RLIMIT_AS) == BEFORE
    with limits:
        assert resource.getrlimit(resource.RLIMIT_AS) != BEFORE
        with limits.paused():
            assert resource.getrlimit(resource.RLIMIT_AS) == BEFORE
        with pytest.raises(MemoryError):
            bytearray(300_000_000)
    assert resource.getrlimit(resource.RLIMIT_AS) == BEFORE


NOTHING_LEFT = """
from publer_publish.limits import Limits
from publer_publish.supervisor import Supervised

kept = None

def use_up_everything():
    global kept
    for size in [*(2**power for power in range(20, 9, -1)), *range(512, 0, -8)]:
        try:
            while True:
                kept = (kept, bytes(size))
        except MemoryError:
            pass
    while True:
        kept = (kept, kept)

try:
    with Limits(Supervised(), memory=20_000_000):
        use_up_everything()
except MemoryError:
    print(len(bytes(50_000_000)))
"""


def test_the_limit_ends_even_if_there_is_no_memory_left_for_a_number() -> None:
    """Python itself would crash, or look for memory for ever."""
    command = [sys.executable, "-c", NOTHING_LEFT]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "50000000\n", "")


def test_the_time_of_all_work_together_is_limited() -> None:
    limits = Limits(Supervised(), seconds=0.02)
    for _ in range(2):
        limits.check()
        with limits:
            limits.check()
            with limits.paused():
                work(limits.check)
    with pytest.raises(OverLimitError), limits:
        work(limits.check)
    with pytest.raises(OverLimitError), limits:
        limits.check()
    limits.check()


def test_what_the_end_of_the_time_ends_is_not_disturbed_by_a_second_one() -> None:
    limits = Limits(Supervised(), seconds=0)
    with limits:
        with pytest.raises(OverLimitError):
            work(limits.check)
        limits.check()


def work(then: Callable[[], None]) -> None:
    """Use more than that time."""
    ends = time.process_time() + 0.03
    while time.process_time() < ends:
        pass
    then()


def test_without_a_process_of_ones_own_nothing_is_limited() -> None:
    limits = Limits(seconds=0)
    with limits, limits.paused():
        limits.check()
        assert resource.getrlimit(resource.RLIMIT_AS) == BEFORE


# What ends a run may be raised in a destructor, out of which Python lets no exception come


class Swallows:
    def __init__(self, error: Callable[[], None]) -> None:
        self._raise = error

    def __del__(self) -> None:
        self._raise()


def out_of_memory() -> None:
    raise MemoryError


def over_limit() -> None:
    raise OverLimitError


@pytest.mark.parametrize(
    ("end", "error"),
    [(lambda: signal.raise_signal(signal.SIGTERM), CancelledError), (over_limit, OverLimitError)],
)
def test_an_end_that_a_destructor_swallows_comes_again(
    capfd: pytest.CaptureFixture[str], end: Callable[[], None], error: type[BaseException]
) -> None:
    with signals_cancel(lambda: None):
        Swallows(end)
        with pytest.raises(error):
            signal.raise_signal(signal.SIGALRM)
        signal.raise_signal(signal.SIGALRM)
    assert capfd.readouterr() == ("", "")


def test_an_end_that_a_destructor_swallows_does_not_disturb_the_report() -> None:
    with signals_cancel(lambda: None) as ignore_signals:
        Swallows(lambda: signal.raise_signal(signal.SIGTERM))
        ignore_signals()
        signal.raise_signal(signal.SIGALRM)


def test_a_generator_that_has_no_memory_left_to_be_closed_prints_nothing(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with signals_cancel(lambda: None):
        Swallows(out_of_memory)
    assert capfd.readouterr() == ("", "")
