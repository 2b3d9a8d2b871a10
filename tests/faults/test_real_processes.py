"""A sample of the histories with real processes and the machine's own clock: a check on virtual time itself."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from sandbox.faults import Fault
from sandbox.server import Sandbox
from tests.faults.invariants import History, violations
from tests.faults.stage import ROOT, Report, event, inputs, lay_out
from tests.faults.worlds import World, short
from tests.support.cases import sample
from tests.support.fake_runner import FakeRunner, Step

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


def start(runner: FakeRunner, world: World, sandbox: Sandbox, number: int) -> Step:
    return runner.start(
        inputs(world, sandbox),
        event=event(world, time.time()),
        env={"GITHUB_RUN_ATTEMPT": str(number), "GITHUB_API_URL": sandbox.github_url},
    )


def attempt(runner: FakeRunner, world: World, sandbox: Sandbox, number: int) -> Report:
    began = sandbox.clock.time()
    outcome = start(runner, world, sandbox, number).wait()
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


KILLED = {
    "before it looked": ("before", LIST),
    "when it had published": ("after", PUBLISH),
    "before its request was taken": ("before", PUBLISH),
    "while the job ran": ("after", POLL),
}


@pytest.mark.parametrize("place", sample(KILLED, every=4))
def test_a_killed_process_is_completed_by_a_re_run(tmp_path: Path, place: tuple[str, int]) -> None:
    when, number = place
    world, pause = short(), threading.Event()
    runner = FakeRunner(ROOT / "action.yml", lay_out(world, tmp_path), tmp_path)
    hang = Fault(kind="hang", when=when, number=number, seconds=None)  # type: ignore[arg-type]
    with Sandbox(world.scenario.but(faults=(hang,))) as sandbox:
        step = start(runner, world, sandbox, 1)
        while not is_hanging(sandbox, number, when):
            assert step.is_running(), step.wait().text
            pause.wait(0.01)
        step.kill()
        step.wait()
        is_taken = any(one.processed for one in sandbox.record.requests[PUBLISH - 1 :])
        while is_taken and not sandbox.record.published:
            pause.wait(0.01)
        sandbox.clear_faults()
        sandbox.release_hangs()
        second = attempt(runner, world, sandbox, 2)
        published = sandbox.record.published
    expected = {wish.key: "failed" if wish.hopeless else LIVE[is_taken] for wish in world.wishes}
    assert second.status == expected, second.text
    assert len(published) == len({post.account_id for post in published}) == 2


LIVE = {True: "skipped", False: "published"}
"""By whether the killed run's request was taken."""


def is_hanging(sandbox: Sandbox, number: int, when: str) -> bool:
    requests = sandbox.record.requests
    return len(requests) >= number and (when == "before" or requests[number - 1].processed)
