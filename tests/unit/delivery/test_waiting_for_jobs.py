"""Rule 4: the end of a job is noticed soon, and polls are few."""

from __future__ import annotations

from functools import partial
from statistics import mean
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publer_publish.clock import Deadline, Progress
from publer_publish.delivery.waiting import pause, wait_for_job
from publer_publish.publer.errors import RateLimitedError, RefusedError
from publer_publish.publer.model import Job, JobState
from publer_publish.publer.transport import RateLimit
from sandbox.clock import VirtualClock


def polls_until(run_time: float) -> tuple[int, float]:
    """How many polls a job of that length takes, and how late its end is noticed."""
    now, polls = 0.0, 0
    while now < run_time or not polls:
        now += pause(now)
        polls += 1
    return polls, now - run_time


@given(st.floats(0.01, 90.0))
def test_the_end_is_noticed_within_half_a_second_and_a_tenth(run_time: float) -> None:
    _, late = polls_until(run_time)
    assert late <= 0.5 + 0.1 * run_time + 1e-9


@given(st.floats(0.0, 1e5))
def test_polls_are_never_more_than_ten_seconds_apart(elapsed: float) -> None:
    assert 0.5 <= pause(elapsed) <= 10.0


def test_a_job_of_ten_minutes_stays_far_below_the_rate_limit() -> None:
    polls, _ = polls_until(600.0)
    assert polls < 100


@pytest.mark.parametrize("length", [0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 100, 150, 200, 300])
def test_on_average_the_end_is_noticed_within_0_3_s_and_a_twentieth(length: float) -> None:
    late = [polls_until(length * (0.8 + 0.4 * part / 200))[1] for part in range(201)]
    assert mean(late) <= 0.3 + 0.05 * length


def test_jobs_of_all_lengths_together_need_fewer_polls_than_every_three_seconds() -> None:
    lengths = [20, 30, 60, 100, 150, 200, 300]
    assert sum(polls_until(length)[0] for length in lengths) <= 0.85 * sum(length / 3 for length in lengths)


class Finished:
    """Publer when the job is over at once."""

    def __init__(self, **said: float) -> None:
        self.rate_limit = RateLimit(**said)  # type: ignore[arg-type]  # from the table

    def job(self, job_id: str, *, deadline: Deadline) -> Job:
        return Job(state=JobState.COMPLETE)


UP = 1000.0
"""Seconds for which the machine has been running: a moment is no length of time."""
NOW = VirtualClock().time() + UP
LIMITS = {
    "nothing": ({}, 0.5),
    "plenty left": ({"remaining": 31, "reset_at": NOW + 120}, 0.5),
    "a window that is over": ({"remaining": 0, "reset_at": NOW}, 0.5),
    "no end of the window": ({"remaining": 0}, 0.5),
    "few left": ({"remaining": 30, "reset_at": NOW + 100}, 4.0),
    "fewer than are kept back": ({"remaining": 5, "reset_at": NOW + 40}, 40.0),
    "none for very long": ({"remaining": 0, "reset_at": NOW + 900}, 60.0),
    "a reset in the year 5138": ({"remaining": 25, "reset_at": 99_999_999_999.0}, 6.0),
}


@pytest.mark.parametrize(("said", "wait"), LIMITS.values(), ids=LIMITS)
def test_polls_are_spread_over_what_is_left_of_the_limit(said: dict[str, float], wait: float) -> None:
    clock = VirtualClock()
    clock.advance(UP)
    progress = Progress(clock, lambda _: None, "Waiting")
    began = clock.monotonic()
    publer: Any = Finished(**said)
    assert wait_for_job(publer, "j", deadline=Deadline.after(clock, 600), progress=progress)
    assert clock.monotonic() - began == wait


class Limited(Finished):
    """Publer when the rate limit ends after the deadline."""

    asked = 0

    def job(self, job_id: str, *, deadline: Deadline) -> Job:
        self.asked += 1
        raise RateLimitedError(90.0)


def test_a_rate_limit_that_ends_too_late_is_not_asked_against() -> None:
    """Design 5.5: it is waited for; requests in between could only prolong it."""
    clock = VirtualClock()
    publer: Any = Limited()
    progress = Progress(clock, lambda _: None, "Waiting")
    assert wait_for_job(publer, "j", deadline=Deadline.after(clock, 60), progress=progress) is None
    assert publer.asked == 1


class Refusing(Finished):
    """Publer when it refuses to tell for a while, and takes its time for it."""

    def __init__(self, clock: VirtualClock, *, times: int, each: float) -> None:
        super().__init__()
        self.clock, self.times, self.each, self.asked = clock, times, each, 0

    def job(self, job_id: str, *, deadline: Deadline) -> Job:
        self.asked += 1
        self.clock.advance(self.each)
        if self.asked <= self.times:
            raise RefusedError(404, "No such job")
        return super().job(job_id, deadline=deadline)


@pytest.mark.parametrize(("times", "each", "answered"), [(2, 60, True), (9, 0, True), (3, 60, False)])
def test_a_job_that_is_refused_is_given_up_after_three_times_and_half_a_minute(
    times: int, each: float, answered: bool
) -> None:
    """A new job may be refused at first: its posts go live all the same."""
    clock = VirtualClock()
    publer: Any = Refusing(clock, times=times, each=each)
    wait = partial(wait_for_job, publer, "j", deadline=Deadline.after(clock, 600))
    progress = Progress(clock, lambda _: None, "Waiting")
    if answered:
        assert wait(progress=progress)
    else:
        with pytest.raises(RefusedError):
            wait(progress=progress)
    assert publer.asked == times + answered
