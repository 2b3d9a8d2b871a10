"""The fault explorer: histories of a run that meets misfortunes and of its re-run, judged by invariants."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from sandbox.server import Sandbox
from tests.faults.invariants import INVARIANTS, History, Violation, violations
from tests.faults.misfortunes import Schedule
from tests.faults.stage import ACTION, Program, lay_out, run
from tests.faults.worlds import WORLDS
from tests.support.hurried_clock import HurriedClock

BETWEEN = 20.0
"""Virtual seconds between the end of the first run and the re-run."""


def play(schedule: Schedule, program: Program = ACTION) -> History:
    """One history: the run with the misfortunes, an identical re-run without any."""
    world = WORLDS[schedule.world]
    clock = HurriedClock(schedule.hangs())
    scenario = replace(world.scenario, faults=schedule.faults())
    with tempfile.TemporaryDirectory() as name, Sandbox(scenario, clock=clock) as sandbox:
        place = Path(name)
        lay_out(world, place)
        clock.watch(sandbox)
        first = run(program, world, sandbox, place, clock, attempt=1)
        jobs_of_first = frozenset(sandbox.world.publish_jobs)
        sandbox.clear_faults()
        sandbox.open_door()
        clock.advance(BETWEEN)
        second = run(program, world, sandbox, place, clock, attempt=2)
        clock.advance(3600.0)
        record = sandbox.record
    return History(
        world=world,
        first=first,
        second=second,
        jobs_of_first=jobs_of_first,
        published=record.published,
        surprises=record.surprises,
    )


@cache
def length_of(world: str) -> int:
    """The number of requests of a run to which nothing happens."""
    clock = HurriedClock({})
    with tempfile.TemporaryDirectory() as name, Sandbox(WORLDS[world].scenario, clock=clock) as sandbox:
        lay_out(WORLDS[world], Path(name))
        run(ACTION, WORLDS[world], sandbox, Path(name), clock, attempt=1)
        return len(sandbox.record.requests)


@dataclass(slots=True)
class Tally:
    """How many histories were played, and what did not hold in them."""

    schedules: int = 0
    found: list[tuple[Schedule, Violation]] = field(default_factory=list)
    first_outcomes: Counter[str] = field(default_factory=Counter)
    """How the runs with misfortunes ended: an explorer under which all is always well explores nothing."""

    def add(self, schedule: Schedule, found: Iterable[Violation], outcome: str) -> None:
        self.schedules += 1
        self.found += [(schedule, one) for one in found]
        self.first_outcomes[outcome] += 1

    def lines(self) -> Iterator[str]:
        yield f"{self.schedules} schedules, each a run and a re-run"
        counts = Counter(one.invariant for _, one in self.found)
        for number, name in INVARIANTS.items():
            yield f"  violations of ({number}) {name}: {counts[number]}"
        yield "  first runs ended: " + ", ".join(
            f"{n} {name}" for name, n in self.first_outcomes.most_common()
        )
        yield from (f"{schedule}: {one}" for schedule, one in self.found[:100])

    def __str__(self) -> str:
        return "\n".join(self.lines())


def judge(schedule: Schedule, program: Program = ACTION) -> tuple[Schedule, list[Violation], str]:
    history = play(schedule, program)
    return schedule, violations(history), history.first.outputs.get("outcome", "without an outcome")


def explore(schedules: Iterable[Schedule], program: Program = ACTION) -> Tally:
    """Play and judge, one after the other."""
    tally = Tally()
    for schedule in schedules:
        tally.add(*judge(schedule, program))
    return tally


def explore_in_parallel(schedules: Iterable[Schedule], workers: int | None = None) -> Tally:
    """Play and judge in as many processes as there are processors."""
    tally = Tally()
    with ProcessPoolExecutor(workers) as pool:
        for result in pool.map(judge, schedules, chunksize=8):
            tally.add(*result)
    return tally
