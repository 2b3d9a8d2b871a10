"""Rule 4: the end of a job is noticed soon, and polls are few."""

from __future__ import annotations

from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publer_publish.delivery.poll import pause


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
