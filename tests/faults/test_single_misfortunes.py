"""Never twice, never silently: whatever happens to any one request of a run, in both payload families.

``make faults`` plays more worlds, and pairs of misfortunes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from tests.faults.explorer import explore, length_of, play
from tests.faults.invariants import INVARIANTS
from tests.faults.misfortunes import MISFORTUNES, Schedule
from tests.support.cases import sample

EACH = {f"{world}-{name}": (world, name) for name in MISFORTUNES for world in ("entries", "failures")}


@pytest.mark.parametrize("each", sample(EACH, every=15))
def test_no_single_misfortune_leads_to_a_second_post_or_to_a_false_report(
    each: tuple[str, str], record_property: Callable[[str, object], None]
) -> None:
    world, name = each
    schedules = [
        Schedule(world=world, misfortunes=((number, name),)) for number in range(1, length_of(world) + 1)
    ]
    tally = explore(schedules)
    counts = Counter(violation.invariant for _, violation in tally.found)
    record_property("schedules", tally.schedules)
    for number in INVARIANTS:
        record_property(f"violations of {number}", counts[number])
    assert not tally.found, str(tally)


@pytest.mark.parametrize(
    ("world", "first", "second"),
    [
        ("entries", "partial", "partial"),
        ("failures", "partial", "partial"),
        ("well", "published", "skipped"),
        ("links", "published", "skipped"),
        ("pictures", "published", "skipped"),
        ("import", "published", "skipped"),
    ],
)
def test_a_run_to_which_nothing_happens(world: str, first: str, second: str) -> None:
    """A network that refuses is the only thing wrong in these worlds."""

    history = play(Schedule(world=world))
    assert (history.first.outputs["outcome"], history.second.outputs["outcome"]) == (first, second)
