"""`lock`: of the runs of a repository one at a time publishes, and GitHub says which."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sandbox.faults import Fault
from sandbox.scenario import GitHub, Job, Listing
from tests.support.fake_runner import Outcome
from tests.support.stage import Stage, account, statuses, world

REF = "publer-publish/lock"
PERMISSIONS = "permissions: { contents: write, actions: read }"
X = account("twitter")


@pytest.fixture(autouse=True)
def post(stage: Stage) -> None:
    stage.write("post.yml", "text: Rocket 1.0 is out\naccounts: ['*']\n")


def publish(stage: Stage) -> Outcome:
    return stage.run(lock="true", post_file="post.yml", timeout="90s")


def held_by(stage: Stage, run: str, attempt: int = 1, **at_github: Any) -> None:
    """Let another run have the lock; of it GitHub says this."""
    sandbox_world = stage.sandbox.world
    with sandbox_world.lock:
        message = json.dumps({"run": run, "attempt": attempt})
        sandbox_world.github_commits["a" * 40] = {"sha": "a" * 40, "message": message, "parents": []}
        sandbox_world.github_refs[REF] = "a" * 40
        sandbox_world.github_runs[run] = at_github


def test_it_is_taken_before_the_look_and_given_back_when_the_post_is_listed(stage: Stage) -> None:
    stage.open(world(X, job=Job(delay=2.0), listing=Listing(lag=15.0)))
    outcome = publish(stage)
    assert statuses(outcome) == {"twitter": "published"}, outcome.text
    assert stage.sandbox.world.github_refs == {}
    paths = [(one.method, one.path.rpartition("rocket")[2] or one.path) for one in stage.requests()]
    taken, given_back = paths.index(("POST", "/git/refs")), paths.index(("DELETE", f"/git/refs/{REF}"))
    assert (
        taken < paths.index(("GET", "/posts")) < paths.index(("POST", "/posts/schedule/publish")) < given_back
    )
    (live,) = stage.published()
    assert stage.requests()[given_back].time >= live.time + 15.0


def test_while_another_run_has_it_nothing_is_sent(stage: Stage) -> None:
    stage.open(world(X))
    held_by(stage, "42", status="in_progress")
    outcome = publish(stage)
    assert (outcome.outputs["outcome"], stage.published()) == ("failed", [])
    assert statuses(outcome) == {"twitter": "failed"}
    assert "run 42 (attempt 1) still has the lock of acme/rocket" in outcome.errors[-1]
    assert f"gh api -X DELETE repos/acme/rocket/git/refs/{REF}" in outcome.text
    assert stage.sandbox.world.github_refs == {REF: "a" * 40}


def test_it_is_waited_for(stage: Stage) -> None:
    stage.open(world(X))
    held_by(stage, "42", status="in_progress")
    assert stage.clock
    stage.clock.call_later(45.0, stage.sandbox.world.github_refs.clear)
    outcome = publish(stage)
    assert statuses(outcome) == {"twitter": "published"}, outcome.text


@pytest.mark.parametrize(
    ("run", "attempt", "at_github"),
    [
        ("42", 1, {"status": "completed"}),
        ("42", 1, {"status": "in_progress", "run_attempt": 2}),
        ("4711", 1, {"status": "in_progress", "run_attempt": 2}),
    ],
    ids=["ended", "run again", "our first attempt"],
)
def test_what_a_killed_run_has_left_is_taken_over_once_its_post_must_be_listed(
    stage: Stage, run: str, attempt: int, at_github: dict[str, Any]
) -> None:
    stage.open(world(X))
    held_by(stage, run, attempt, **at_github)
    stage.attempt = 2
    outcome = publish(stage)
    assert statuses(outcome) == {"twitter": "published"}, outcome.text
    looks = stage.requests("/posts")
    assert looks[0].time - stage.requests()[0].time >= 120.0
    assert stage.sandbox.world.github_refs == {}


@pytest.mark.parametrize(
    ("run", "at_github"),
    [("42", {"status": "queued"}), ("4711", {"status": "completed"}), ("?", {})],
    ids=["not ended", "our own run, in another job", "not a lock of ours"],
)
def test_what_may_still_be_held_is_not_taken_over(stage: Stage, run: str, at_github: dict[str, Any]) -> None:
    stage.open(world(X))
    held_by(stage, run, **at_github)
    assert publish(stage).outputs["outcome"] == "failed"
    assert stage.published() == []


@pytest.mark.parametrize(
    ("github", "said"),
    [
        ({"may_write": False}, "GitHub refuses access to the lock (HTTP 403)"),
        ({"token": "another"}, "GitHub refuses access to the lock (HTTP 401)"),
        ({"rate_limited": True}, "GitHub's rate limit is used up"),
    ],
)
def test_without_permission_nothing_is_sent_and_the_cure_is_named(
    stage: Stage, github: dict[str, Any], said: str
) -> None:
    stage.open(world(X, github=GitHub(**github)))
    outcome = publish(stage)
    assert (outcome.outputs["outcome"], stage.published()) == ("failed", [])
    assert said in outcome.text
    assert PERMISSIONS in outcome.text or "rate_limited" in github


def test_without_actions_read_a_lock_that_was_left_is_waited_for_and_then_named(stage: Stage) -> None:
    stage.open(world(X, github=GitHub(may_read_runs=False)))
    held_by(stage, "42", status="completed")
    outcome = publish(stage)
    assert (outcome.outputs["outcome"], stage.published()) == ("failed", [])
    assert PERMISSIONS in outcome.text


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_answer_of_github_that_is_lost_does_not_lose_the_lock(stage: Stage, when: Any) -> None:
    fault = Fault(kind="reset", when=when, method="POST", path="/github/*/git/refs")
    stage.open(world(X, faults=(fault,)))
    outcome = publish(stage)
    assert statuses(outcome) == {"twitter": "published"}, outcome.text
    assert stage.sandbox.world.github_refs == {}


def test_a_lock_that_cannot_be_given_back_is_a_warning(stage: Stage) -> None:
    stage.open(world(X, faults=(Fault(kind="server_error", method="DELETE"),)))
    outcome = publish(stage)
    assert outcome.exit_code == 0
    assert [one.level for one in outcome.annotations] == ["warning"], outcome.text
    assert stage.published()


def test_outside_a_workflow_there_is_no_lock(stage: Stage) -> None:
    stage.open(world(X))
    outcome = stage.run(lock="true", post_file="post.yml", env={"GITHUB_RUN_ID": None})
    assert (outcome.outputs["outcome"], stage.published()) == ("failed", [])
    assert "`lock` needs a workflow run" in outcome.text


def test_a_post_that_failed_gives_it_back_too(stage: Stage) -> None:
    stage.open(world(account("twitter", failure="No.")))
    assert statuses(publish(stage)) == {"twitter": "failed"}
    assert stage.sandbox.world.github_refs == {}


def test_a_lock_that_github_does_not_move_is_not_asked_for_without_end(stage: Stage) -> None:
    refusal = Fault(kind="answer", method="PATCH", status=422, body='{"message": "No."}', times=0)
    stage.open(world(X, faults=(refusal,)))
    held_by(stage, "42", status="completed")
    outcome = publish(stage)
    assert (outcome.outputs["outcome"], stage.published()) == ("failed", [])
    assert len([one for one in stage.requests() if one.method == "PATCH"]) <= 6


def test_waiting_for_it_costs_few_questions(stage: Stage) -> None:
    """A job's token may ask 1,000 an hour, for all jobs of the repository."""
    stage.open(world(X))
    held_by(stage, "42", status="in_progress")
    publish(stage)
    asked = [one for one in stage.requests() if one.path.startswith("/github/")]
    assert len(asked) <= 4 + 2 * 90 / 15
