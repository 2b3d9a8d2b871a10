"""Promise: a job's answer comes in every form that Publer is known to use, and always tells the same truth."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.clock import VirtualClock
from sandbox.scenario import Job, Scenario
from sandbox.server import Sandbox
from tests.support.raw_client import NewSandbox, RawClient, a_post

PLAN = {"rate": "business", "locked": False}
REFUSED = "LinkedIn says no"


def terminal(new_sandbox: NewSandbox, job: Job, **linkedin: Any) -> tuple[Sandbox, Any]:
    """The first answer about a job for X and LinkedIn."""
    sandbox = new_sandbox(Scenario(job=job).with_account("linkedin", **linkedin))
    client = RawClient(sandbox)
    return sandbox, client.job(client.publish(a_post(sandbox, "Hello", "twitter", "linkedin")))


def refusal(sandbox: Sandbox) -> dict[str, str]:
    account = sandbox.scenario.account("linkedin")
    return {
        "account_id": account.id,
        "account_name": "Acme Inc",
        "provider": "linkedin",
        "message": REFUSED,
    }


def test_entries_name_a_post_or_a_failure_per_account(new_sandbox: NewSandbox) -> None:
    sandbox, answer = terminal(new_sandbox, Job(), failure=REFUSED)
    (post,) = sandbox.record.published
    assert answer == {
        "status": "complete",
        "payload": [
            {
                "type": "job",
                "status": "success",
                "post": {
                    "id": post.id,
                    "account_id": post.account_id,
                    "state": "published",
                    "post_link": post.link,
                },
            },
            {"type": "error", "status": "failed", "failure": refusal(sandbox)},
        ],
        "plan": PLAN,
    }


@pytest.mark.parametrize(("form", "expected"), [("object", {}), ("array", [])])
def test_failures_may_be_empty_in_two_ways(new_sandbox: NewSandbox, form: Any, expected: object) -> None:
    _, answer = terminal(new_sandbox, Job(family="failures", no_failures_form=form))
    assert answer["payload"] == {"failures": expected}


def test_failures_come_keyed_by_post(new_sandbox: NewSandbox) -> None:
    sandbox, answer = terminal(new_sandbox, Job(family="failures"), failure=REFUSED)
    assert list(answer["payload"]["failures"].values()) == [[refusal(sandbox)]]


def test_failures_come_flat(new_sandbox: NewSandbox) -> None:
    sandbox, answer = terminal(new_sandbox, Job(family="failures", failures_form="array"), failure=REFUSED)
    assert answer["payload"]["failures"] == [refusal(sandbox)]


@pytest.mark.parametrize("word", ["complete", "completed"])
@pytest.mark.parametrize("envelope", ["bare", "data", "oas"])
def test_every_envelope(new_sandbox: NewSandbox, envelope: Any, word: str) -> None:
    job = Job(family="failures", envelope=envelope, status_word=word)
    _, answer = terminal(new_sandbox, job)
    inner = {"status": word, "payload": {"failures": {}}, "plan": PLAN}
    assert (
        answer
        == {
            "bare": inner,
            "data": {"success": True, "data": inner},
            "oas": {"success": True, "data": {"status": word, "result": inner}},
        }[envelope]
    )


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ("null", {"payload": None}),
        ("missing", {}),
        ("empty_object", {"payload": {}}),
        ("empty_array", {"payload": []}),
    ],
)
def test_a_payload_may_say_nothing(new_sandbox: NewSandbox, payload: Any, expected: dict[str, Any]) -> None:
    sandbox, answer = terminal(new_sandbox, Job(payload=payload, plan=False))
    assert answer == {"status": "complete", **expected}
    assert len(sandbox.record.published) == 2


@pytest.mark.parametrize(
    ("place", "found"),
    [
        ("error", {"error": "Boom", "payload": None}),
        ("errors", {"errors": ["Boom"], "payload": None}),
        ("message", {"message": "Boom", "payload": None}),
        ("payload.error", {"payload": {"error": "Boom"}}),
        ("payload.errors", {"payload": {"errors": [{"message": "Boom"}]}}),
        ("nowhere", {"payload": None}),
    ],
)
def test_a_failed_job_says_why_in_many_places(
    new_sandbox: NewSandbox, place: Any, found: dict[str, Any]
) -> None:
    _, answer = terminal(new_sandbox, Job(failure="Boom", failure_place=place))
    assert answer == {"status": "failed", **found, "plan": PLAN}


@pytest.mark.parametrize(
    ("place", "status", "expected"),
    [("job_id", 200, {"job_id"}), ("data", 202, {"success", "data"})],
)
def test_the_job_id_has_two_places(
    new_sandbox: NewSandbox, place: Any, status: int, expected: set[str]
) -> None:
    sandbox = new_sandbox(Scenario(job=Job(id_place=place, http_status=status)))
    document = {"bulk": {"state": "scheduled", "posts": [a_post(sandbox, "x", "twitter")]}}
    reply = RawClient(sandbox).post("/posts/schedule/publish", document)
    assert (reply.status, set(reply.json)) == (status, expected)


@pytest.mark.parametrize(("read_once", "later"), [(True, None), (False, {"failures": {}})])
def test_the_payload_may_be_read_only_once(new_sandbox: NewSandbox, read_once: bool, later: object) -> None:
    sandbox = new_sandbox(Scenario(job=Job(family="failures", read_once=read_once)))
    client = RawClient(sandbox)
    job = client.publish(a_post(sandbox, "x", "twitter"))
    assert client.job(job)["payload"] == {"failures": {}}
    assert client.job(job) == {"status": "complete", "payload": later, "plan": PLAN}


def test_a_job_works_for_its_delay_and_its_slowest_account(new_sandbox: NewSandbox) -> None:
    clock = VirtualClock()
    scenario = Scenario(job=Job(delay=2.0)).with_account("linkedin", slowness=5.0)
    sandbox = new_sandbox(scenario, clock=clock)
    client = RawClient(sandbox)
    job = client.publish(a_post(sandbox, "x", "twitter", "linkedin"))
    seen = []
    for _ in range(4):
        seen.append((client.job(job)["status"], len(sandbox.record.published)))
        clock.advance(2.4)
    assert seen == [("working", 0), ("working", 1), ("working", 1), ("complete", 2)]


@pytest.mark.parametrize("word", ["working", "pending", None])
def test_a_job_may_work_for_some_polls(new_sandbox: NewSandbox, word: str | None) -> None:
    sandbox = new_sandbox(Scenario(job=Job(working_polls=2, working_word=word)))
    client = RawClient(sandbox)
    job = client.publish(a_post(sandbox, "x", "twitter"))
    assert [client.job(job)["status"] for _ in range(3)] == [word, word, "complete"]


def test_a_job_may_never_end_while_its_post_is_live(new_sandbox: NewSandbox) -> None:
    sandbox, answer = terminal(new_sandbox, Job(never_ends=True))
    assert (answer["status"], len(sandbox.record.published)) == ("working", 2)


def test_an_account_may_be_posted_to_and_not_mentioned(new_sandbox: NewSandbox) -> None:
    sandbox, answer = terminal(new_sandbox, Job(), unmentioned=True)
    assert [e["post"]["account_id"] for e in answer["payload"]] == [sandbox.scenario.account("twitter").id]
    assert len(sandbox.record.published) == 2


@pytest.mark.parametrize(("family", "payload_size"), [("entries", 1), ("failures", 1)])
def test_a_post_may_vanish_without_a_word(new_sandbox: NewSandbox, family: Any, payload_size: int) -> None:
    sandbox, answer = terminal(new_sandbox, Job(family=family), drops=True)
    assert [p.network for p in sandbox.record.published] == ["twitter"]
    assert (answer["status"], len(answer["payload"])) == ("complete", payload_size)


def test_jobs_may_differ(new_sandbox: NewSandbox) -> None:
    sandbox = new_sandbox(Scenario(jobs=(Job(failure="Boom"),), job=Job(status_word="completed")))
    client = RawClient(sandbox)
    states = [client.job(client.publish(a_post(sandbox, "x", "twitter")))["status"] for _ in range(2)]
    assert states == ["failed", "completed"]


def test_a_post_id_may_be_a_number(new_sandbox: NewSandbox) -> None:
    sandbox, answer = terminal(new_sandbox, Job(numeric_post_ids=True))
    numbers = [entry["post"]["id"] for entry in answer["payload"]]
    assert numbers == [int(p.id) for p in sandbox.record.published]
    assert {p["id"] for p in RawClient(sandbox).get("/posts").json["posts"]} == set(numbers)


@pytest.mark.parametrize("link", ["late", "never"])
def test_a_link_may_be_missing(new_sandbox: NewSandbox, link: str) -> None:
    _, answer = terminal(new_sandbox, Job(), link=link)
    assert [e["post"]["post_link"] is None for e in answer["payload"]] == [False, True]


@pytest.mark.parametrize("job_id", ["0" * 24, "", "..%2f"])
def test_an_unknown_job_is_404(new_sandbox: NewSandbox, job_id: str) -> None:
    assert RawClient(new_sandbox()).get(f"/job_status/{job_id}").status == 404
