"""A signal, or the end of the time, in every phase: the run says what is known, and goes."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from fnmatch import fnmatchcase
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from sandbox.faults import Fault
from sandbox.scenario import Job, SeededPost
from tests.faults.worlds import picture
from tests.support.cases import sample
from tests.support.desk import Desk, posts, statuses
from tests.support.fake_runner import FakeRunner, Outcome, Step
from tests.support.repository import OUTPUTS, ROOT
from tests.support.stage import Stage, account, results, world


@pytest.fixture
def stage(process_stage: Stage) -> Stage:
    """Real processes, real time."""
    return process_stage


FIVE = 'text: Rocket 1.0 is out\naccounts: ["*"]\n'
X, LINKEDIN = account("twitter"), account("linkedin")
PUBLISH = "/posts/schedule/publish"
BOTH = pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])


def start(stage: Stage, **inputs: str) -> Step:
    return stage.runner.start(
        stage.inputs(**inputs), env={"GITHUB_RUN_ATTEMPT": "1", "GITHUB_API_URL": stage.sandbox.github_url}
    )


def wait_for_request(stage: Stage, step: Step, path: str, nth: int = 1) -> None:
    """Return as soon as the n-th request for this path has arrived."""
    pause = threading.Event()
    while sum(fnmatchcase(request.path, path) for request in stage.sandbox.record.requests) < nth:
        assert step.is_running(), step.wait().text
        pause.wait(0.01)


def hang(path: str, nth: int = 1, when: Any = "before") -> Fault:
    return Fault(kind="hang", path=path, nth=nth, when=when, seconds=None, times=0)


NOT_SENT, UNKNOWN, LIVE = "failed", "unconfirmed", "published"
PHASES = {
    "accounts": ("/accounts", 1, "before", None),
    "look-up": ("/posts", 1, "before", NOT_SENT),
    "upload": ("/media", 1, "before", NOT_SENT),
    "publish, not taken": (PUBLISH, 1, "before", UNKNOWN),
    "publish, taken": (PUBLISH, 1, "after", UNKNOWN),
    "poll": ("/job_status/*", 1, "before", UNKNOWN),
    "confirm": ("/posts", 3, "before", UNKNOWN),
}


def in_phase(stage: Stage, path: str, nth: int, when: str) -> None:
    """A post with a picture, whose job says nothing, so that every phase is gone through."""
    stage.open(world(X, job=Job(payload="null"), faults=(hang(path, nth, when),)))
    stage.write("post.yml", "text: Look\nmedia: [{file: card.png, alt_text: A card}]\naccounts: ['*']\n")
    stage.write("card.png", picture())


def check_end(stage: Stage, outcome: Outcome, status: str | None) -> None:
    assert set(outcome.outputs) == set(OUTPUTS), outcome.text
    assert outcome.exit_code == 1
    assert len(outcome.errors) == 1
    assert outcome.summary
    assert "Traceback" not in outcome.text + outcome.stderr.decode()
    rows = json.loads(outcome.outputs["results"])
    assert [row["status"] for row in rows] == ([status] if status else [])
    if status == NOT_SENT:
        assert rows[0]["message"].startswith("not sent")
        assert stage.published() == []


SIGNALS = {
    f"{phase}, {number.name}": (phase, number)
    for phase, number in product(PHASES, (signal.SIGTERM, signal.SIGINT))
}


@pytest.mark.parametrize("case", sample(SIGNALS, every=2))
def test_a_signal_in_any_phase_ends_the_run_with_what_is_known(
    stage: Stage, case: tuple[str, signal.Signals]
) -> None:
    phase, number = case
    path, nth, when, status = PHASES[phase]
    in_phase(stage, path, nth, when)
    step = start(stage, post_file="post.yml")
    wait_for_request(stage, step, path, nth)
    before = len(stage.requests())
    step.signal(number)
    outcome = step.wait(timeout=5)
    stage.sandbox.release_hangs()
    check_end(stage, outcome, status)
    assert outcome.outputs["outcome"] == "cancelled"
    assert len(stage.requests()) == before


def test_a_signal_while_waiting_for_the_rate_limit_says_that_nothing_was_sent(stage: Stage) -> None:
    """A 429 is a clear no: whoever waits after it has sent nothing."""
    limited = Fault(kind="rate_limited", path=PUBLISH, times=0, headers={"Retry-After": "50"})
    stage.open(world(X, faults=(limited,)))
    stage.write("post.yml", FIVE)
    step = start(stage, post_file="post.yml", timeout="2m")
    step.wait_for_line("Waiting 50 s")
    step.signal(signal.SIGTERM)
    check_end(stage, step.wait(timeout=5), NOT_SENT)


@pytest.mark.parametrize("phase", sample({phase: phase for phase in PHASES}, every=4))
def test_the_timeout_holds_in_any_phase(stage: Stage, phase: str) -> None:
    path, nth, when, status = PHASES[phase]
    in_phase(stage, path, nth, when)
    outcome = stage.run(post_file="post.yml", timeout="3s")
    stage.sandbox.release_hangs()
    live = bool(stage.published())
    row = results(outcome)[0]["status"] if results(outcome) else None
    # What was taken may have been found in the post list before the time ran out.
    assert row == status or (live and row == LIVE), outcome.text
    assert len(stage.requests(PUBLISH)) <= 1


@BOTH
def test_a_signal_while_the_program_still_starts_sends_nothing(
    stage: Stage, number: signal.Signals, tmp_path: Path
) -> None:
    """PID 1 has no default for SIGTERM, and Python would die of SIGINT without a word."""
    stage.open(world(X))
    entrypoint = [sys.executable, "-E", "-u", "-X", "importtime", str(ROOT / "entrypoint.py")]
    runner = FakeRunner(ROOT / "action.yml", stage.workspace, tmp_path / "early", entrypoint=entrypoint)
    stage.write("post.yml", FIVE)
    step = runner.start(stage.inputs(post_file="post.yml"))
    step.wait_for_line("publer_publish.errors")
    step.signal(number)
    outcome = step.wait(timeout=5)
    assert set(outcome.outputs) == set(OUTPUTS)
    assert (outcome.exit_code, outcome.outputs["outcome"]) == (1, "cancelled")
    assert stage.requests(PUBLISH) == []
    assert "Traceback" not in outcome.text


@BOTH
def test_a_signal_before_any_request_to_publer_sends_nothing(stage: Stage, number: signal.Signals) -> None:
    """A template waits for the release that GitHub does not hand out."""
    stage.open(world(X, faults=(hang("/github/*"),)))
    stage.write("post.yml", "text: '{{ release.name }}'\naccounts: ['*']\n")
    step = start(stage, post_file="post.yml", variables="tag=v1.0.0")
    step.wait_for_line("Looking up the release")
    step.signal(number)
    outcome = step.wait(timeout=5)
    stage.sandbox.release_hangs()
    check_end(stage, outcome, None)
    assert outcome.outputs["outcome"] == "cancelled"
    assert stage.requests("/accounts") == []


@BOTH
def test_a_signal_while_the_minute_is_kept_says_what_was_not_sent(
    stage: Stage, number: signal.Signals
) -> None:
    """The first post is live; the second had not been sent yet."""
    stage.open(world(X))
    stage.write("post.yml", posts("One", "Two"))
    step = start(stage, post_file="post.yml")
    step.wait_for_line("Publer requires a minute between two posts for one account")
    step.signal(number)
    outcome = step.wait(timeout=5)
    rows = json.loads(outcome.outputs["results"])
    assert [row["status"] for row in rows] == ["published", "failed"]
    assert rows[1]["message"] == "not sent: the run was cancelled before its turn"
    assert rows[0]["url"] in outcome.outputs["post-urls"]
    assert (outcome.exit_code, outcome.outputs["outcome"]) == (1, "cancelled")
    assert [post.text for post in stage.published()] == ["One"]
    assert "It sends what failed or was not sent (1 target)" in outcome.summary


def test_a_signal_does_not_make_a_repeat_of_a_live_post_one_that_is_missing(stage: Stage) -> None:
    """It shares the fate of the first, however the run ends: a re-run does not send it."""
    stage.open(world(X))
    stage.write("post.yml", posts("One", "Two", "One"))
    step = start(stage, post_file="post.yml")
    step.wait_for_line("Publer requires a minute between two posts for one account")
    step.signal(signal.SIGTERM)
    outcome = step.wait(timeout=5)
    rows = json.loads(outcome.outputs["results"])
    assert [row["status"] for row in rows] == ["published", "failed", "skipped"], outcome.text
    assert "It sends what failed or was not sent (1 target)" in outcome.summary


@BOTH
def test_a_signal_while_the_minute_after_an_earlier_run_is_kept_sends_nothing(
    stage: Stage, number: signal.Signals
) -> None:
    stage.open(world(X, posts=(SeededPost(account_id=X.id, text="Earlier", age=2),)))
    stage.write("post.yml", FIVE)
    step = start(stage, post_file="post.yml")
    step.wait_for_line("Publer requires a minute between two posts for one account")
    step.signal(number)
    outcome = step.wait(timeout=5)
    check_end(stage, outcome, NOT_SENT)
    assert outcome.outputs["outcome"] == "cancelled"


@pytest.fixture
def slow_reader(tmp_path: Path) -> Iterator[Path]:
    """A summary file that is written to only when somebody reads: the report waits for it."""
    file = tmp_path / "summary"
    os.mkfifo(file)
    yield file
    with suppress(OSError):
        file.unlink()


@BOTH
def test_a_signal_during_the_report_does_not_disturb_it(
    stage: Stage, number: signal.Signals, slow_reader: Path
) -> None:
    """What is known is said; a run whose posts are all live was not cancelled."""
    stage.open(world(X))
    stage.write("post.yml", FIVE)
    step = stage.runner.start(
        stage.inputs(post_file="post.yml"), env={"GITHUB_STEP_SUMMARY": str(slow_reader)}
    )
    step.wait_for_line("published  X / Acme Inc")
    for _ in range(3):
        step.signal(number)
    summary = slow_reader.read_text()
    outcome = step.wait(timeout=5)
    assert set(outcome.outputs) == set(OUTPUTS)
    assert (outcome.exit_code, outcome.outputs["outcome"]) == (0, "published")
    assert "Published to 1 target" in summary


# The end of time, where it takes minutes


def test_a_rate_limit_that_lasts_longer_than_the_time_is_not_waited_for(desk: Desk) -> None:
    limited = Fault(kind="rate_limited", path=PUBLISH, times=0, headers={"Retry-After": "50"})
    desk.open(account("twitter"), faults=(limited,))
    report = desk.run(FIVE, timeout=40)
    assert statuses(report) == ["failed"]
    assert report.rows[0]["message"].startswith("not sent")
    assert report.ended - report.began <= 45


def test_an_import_that_takes_too_long_sends_nothing(desk: Desk) -> None:
    desk.open(account("twitter"), faults=(Fault(kind="unavailable", path="/media/from-url", times=0),))
    file = "text: Look\nmedia: [{url: 'https://example.com/a.png', alt_text: A}]\naccounts: ['*']\n"
    report = desk.run(file, timeout=30)
    assert statuses(report) == ["failed"], report.text
    assert report.rows[0]["message"].startswith("not sent")
    assert report.ended - report.began <= 35
