"""Never twice, never silently: in every position of every switch, undisturbed and with a lost answer.

``make faults`` plays every single misfortune in each of these worlds.
"""

from __future__ import annotations

import pytest

from tests.faults.explorer import judge, length_of
from tests.faults.misfortunes import Schedule
from tests.faults.worlds import POSITIONS

LONG = {"a complete job without a post", "job_status_header: refused"}
"""Their runs look for minutes in the list."""


NAMES = ("", "reset after processing", "520 after processing", "403 of the CDN")
IN_EACH_RUN = {(world, "") for world in POSITIONS} | {(world, NAMES[1]) for world in list(POSITIONS)[::5]}


@pytest.mark.parametrize(
    ("world", "name"),
    [
        pytest.param(
            world,
            name,
            marks=[] if (world, name) in IN_EACH_RUN and world not in LONG else [pytest.mark.exhaustive],
        )
        for name in NAMES
        for world in POSITIONS
    ],
)
def test_the_report_is_true_whatever_publer_does(world: str, name: str) -> None:
    schedules = [Schedule(world=world)]
    if name:
        numbers = range(1, length_of(world) + 1)
        schedules = [Schedule(world=world, misfortunes=((number, name),)) for number in numbers]
    found = {str(schedule): judge(schedule)[1] for schedule in schedules}
    assert not {schedule: [str(one) for one in said] for schedule, said in found.items() if said}
