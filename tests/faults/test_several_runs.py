"""Two runs at once, runs that are killed, lists that shift: nothing goes out twice that could be seen.

``make faults`` tells more of these stories, with more switches between the runs, and in every world.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from publer_publish.publer.api import Publer
from tests.faults.several import (
    INVARIANTS,
    PAGED,
    SMALL,
    Part,
    Search,
    Shift,
    Story,
    Tally,
    explore,
    killed_beside_another,
    killed_beside_two,
    killed_runs,
    locked,
    pairs_of_runs,
    play,
    shifting_lists,
    violations,
)
from tests.faults.test_the_explorer_sees import program_with
from tests.faults.worlds import WORLDS
from tests.support.cases import sample

Record = Callable[[str, object], None]
FREE = "one account, no minute between posts"
TWO_RUNS = {f"{one.story.world}, {one.story}": one for one in pairs_of_runs(SMALL, most_switches=1)}
KILLED = {str(one.story): one for one in killed_runs([FREE, *WORLDS], pauses=(20.0,))}
SHIFTS = {str(one.story): one for one in shifting_lists()}


LOCKED = {f"beside two, {one.seed}": one for one in locked(killed_beside_two(10, 7))} | {
    str(one.story): one
    for one in locked([*pairs_of_runs([FREE], most_switches=1), *killed_beside_another([FREE])])
}


def told(searches: list[Search], record: Record) -> Tally:
    tally = Tally()
    for search in searches:
        tally += explore(search)
    record("schedules", tally.stories)
    assert not tally.found, str(tally)
    return tally


@pytest.mark.parametrize("search", sample(TWO_RUNS, every=30))
def test_of_two_runs_at_once_none_sends_what_it_could_see(search: Search, record_property: Record) -> None:
    told([search], record_property)


@pytest.mark.parametrize("search", sample(KILLED, every=40))
def test_a_killed_run_is_completed_by_a_re_run(search: Search, record_property: Record) -> None:
    told([search], record_property)


@pytest.mark.parametrize("search", sample(SHIFTS, every=400))
def test_a_list_that_shifts_while_it_is_read_hides_no_post(search: Search, record_property: Record) -> None:
    told([search], record_property)


@pytest.mark.parametrize("search", sample(LOCKED, every=30))
def test_with_lock_nothing_goes_out_twice(search: Search, record_property: Record) -> None:
    assert told([search], record_property).excused == 0


# The explorer can fail


def test_two_runs_that_both_looked_before_either_published_are_told_apart_by_nothing() -> None:
    """Without Publer's minute this is what ``lock`` or a ``concurrency`` group is for; see docs/delivery.md."""
    tally = explore(pairs_of_runs([FREE], most_switches=1)[0])
    assert tally.excused > 0
    assert not tally.found, str(tally)


def story(world: str = FREE, *, order: tuple[int, ...] = (), **part: object) -> Story:
    return Story(world=world, at_once=(Part(**part), Part()), order=order, afterwards=(Part(attempt=2),))  # type: ignore[arg-type]


def convicted_of(story: Story, **how: float) -> set[int]:
    return {one.invariant for one in violations(play(story, program_with(Publer, **how)))}


def test_runs_that_do_not_look_are_convicted() -> None:
    assert convicted_of(story()) == set()
    assert {1, 5} <= convicted_of(story(), window=0)


def test_forged_reports_and_records_are_convicted() -> None:
    true = play(story())
    assert violations(true) == []
    first, *others = true.runs
    assert first.report
    said = first.report.outputs["results"].replace('"published"', '"failed"')
    forged = replace(first.report, outputs=first.report.outputs | {"results": said})
    lies = {
        1: replace(true, published=(*true.published, true.published[0])),
        2: replace(true, runs=(first._replace(report=forged), *others)),
        3: replace(true, published=()),
        4: replace(true, runs=(first._replace(report=replace(first.report, outputs={})), *others)),
        5: replace(true, runs=(first._replace(deeds=first.deeds[-1:]), *others)),
    }
    assert lies.keys() == INVARIANTS.keys()
    for number, lie in lies.items():
        assert number in {one.invariant for one in violations(lie)}


def test_a_post_that_was_live_before_is_convicted_when_it_goes_out_again() -> None:
    """A client that reads the list once, and whatever the pages do."""
    world = next(name for name in PAGED if "of_the_filters" in name and name.endswith("place 3"))
    shifted = Story(world=world, at_once=(Part(shift=Shift(2, "the newest disappears")),))
    assert violations(play(shifted)) == []
    assert 1 in {one.invariant for one in violations(play(shifted, program_with(Publer, window=0)))}
