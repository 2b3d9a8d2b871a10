"""Rule 9: a line at least every 15 s, and waiting that ends."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from publer_publish.clock import Progress
from sandbox.clock import VirtualClock


@given(st.floats(0.0, 1e6), st.lists(st.floats(0.0, 100.0), max_size=20))
def test_waiting_ends_when_it_should_whatever_is_rounded(started: float, waits: list[float]) -> None:
    """On a clock that only sleeping moves, a nap that rounds to nothing would never end."""
    clock = VirtualClock()
    clock.advance(started)
    progress = Progress(clock, lambda _: None, "Waiting")
    for seconds in waits:
        before = clock.monotonic()
        progress.wait(seconds)
        assert before + seconds <= clock.monotonic() <= before + seconds + 1e-6


@given(st.floats(0.0, 1e6), st.lists(st.floats(0.0, 100.0), max_size=20))
def test_no_silence_is_longer_than_15_seconds(started: float, waits: list[float]) -> None:
    clock = VirtualClock()
    clock.advance(started)
    said = [clock.monotonic()]
    progress = Progress(clock, lambda _: said.append(clock.monotonic()), "Waiting")
    for seconds in waits:
        progress.wait(seconds)
    said.append(clock.monotonic())
    assert all(after - before <= 15.0 + 1e-6 for before, after in pairwise(said))


def test_what_changes_is_said_at_once_and_what_does_not_is_not_said_again() -> None:
    said: list[str] = []
    progress = Progress(VirtualClock(), said.append, "Waiting")
    for text in ("Lost.", "Lost.", "Refused.", "Lost."):
        progress.note(text)
        progress.wait(10)
    assert said == ["Lost.", "Waiting (15 s)", "Refused.", "Lost."]
