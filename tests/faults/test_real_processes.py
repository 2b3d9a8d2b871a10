"""A sample of the histories with real processes and the machine's own clock: a check on virtual time itself."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from sandbox.faults import Fault
from sandbox.server import Sandbox
from tests.faults.invariants import History, violations
from tests.faults.stage import ROOT, Report, event, inputs, lay_out
from tests.faults.worlds import World, short
from tests.support.cases import sample
from tests.support.fake_runner import FakeRunner

LIST, PUBLISH, POLL = 2, 4, 5
SAMPLE = {
    "nothing happens": (),
    "the list hangs": (Fault(kind="hang", number=LIST, seconds=None),),
    "the answer to publishing is lost": (Fault(kind="reset", when="after", number=PUBLISH),),
    "publishing is reset": (Fault(kind="reset", when="before", number=PUBLISH),),
    "publishing hangs, taken": (Fault(kind="hang", when="after", number=PUBLISH, seconds=None),),
    "publishing hangs, not taken": (Fault(kind="hang", when="before", number=PUBLISH, seconds=None),),
    "publishing dribbles": (Fault(kind="slow", number=PUBLISH, seconds=2.0),),
    "publishing is refused": (Fault(kind="refuse", number=PUBLISH, seconds=0.5),),
    "HTML, then nothing": (
        Fault(kind="html", number=PUBLISH),
        Fault(kind="empty", number=POLL),
    ),
    "too many requests, then a lost end": (
        Fault(kind="rate_limited", number=PUBLISH, headers={"Retry-After": "1"}),
        Fault(kind="truncated", number=POLL + 2),
    ),
}


def attempt(runner: FakeRunner, world: World, sandbox: Sandbox, number: int) -> Report:
    began = sandbox.clock.time()
    outcome = runner.run(
        inputs(world, sandbox),
        event=event(world, time.time()),
        env={"GITHUB_RUN_ATTEMPT": str(number), "GITHUB_API_URL": sandbox.github_url},
    )
    assert outcome.stderr == b""
    return Report(
        exit_code=outcome.exit_code,
        outputs=outcome.outputs,
        annotations=outcome.annotations,
        text=outcome.text,
        complaint="\n".join(outcome.complaints),
        began=began,
        ended=sandbox.clock.time(),
    )


@pytest.mark.parametrize("faults", sample(SAMPLE, every=6))
def test_never_twice_and_never_silently_in_real_time(tmp_path: Path, faults: tuple[Fault, ...]) -> None:
    world = short()
    workspace = lay_out(world, tmp_path)
    runner = FakeRunner(ROOT / "action.yml", workspace, tmp_path)
    with Sandbox(world.scenario.but(faults=faults)) as sandbox:
        first = attempt(runner, world, sandbox, 1)
        jobs = frozenset(sandbox.world.publish_jobs)
        sandbox.clear_faults()
        sandbox.open_door()
        sandbox.release_hangs()
        second = attempt(runner, world, sandbox, 2)
        record = sandbox.record
    history = History(
        world=world,
        first=first,
        second=second,
        jobs_of_first=jobs,
        published=record.published,
        surprises=record.surprises,
    )
    assert violations(history) == [], first.text + second.text
