"""The main job: what is sent, and that what is reported is what happened."""

from __future__ import annotations

import json

import pytest

from sandbox.faults import Fault
from sandbox.scenario import Job, Listing, Scenario, Workspace
from tests.support.stage import Stage, account, results, statuses, world

FIVE = 'text: Rocket 1.0 is out\naccounts: ["*"]\n'


def test_the_documented_sample_goes_out_as_documented(stage: Stage) -> None:
    """Publer's own example: one Facebook status, one account, nothing else in the body."""
    facebook = account("facebook")
    stage.open(world(facebook))
    post = {
        "networks": {"facebook": {"type": "status", "text": "Publish this content immediately"}},
        "accounts": [{"id": facebook.id}],
    }
    stage.write("post.json", json.dumps({"bulk": {"state": "scheduled", "posts": [post]}}))
    outcome = stage.run(post_file="post.json")
    assert outcome.exit_code == 0, outcome.text
    (request,) = stage.requests("/posts/schedule/publish")
    assert request.method == "POST"
    assert request.path == "/posts/schedule/publish"
    headers = {name.lower(): value for name, value in request.headers.items()}
    assert headers["authorization"].startswith("Bearer-API ")
    assert headers["publer-workspace-id"] == stage.sandbox.scenario.workspaces[0].id
    assert headers["content-type"] == "application/json"
    assert request.body == {"bulk": {"state": "scheduled", "posts": [post]}}


def test_the_plain_case_asks_no_more_than_it_must(stage: Stage) -> None:
    """Accounts, one page of duplicates, and of published ones alone, publish, polls: nothing else."""
    stage.open(world(job=Job(delay=1.0)))
    stage.write("post.yml", FIVE)
    stage.run(post_file="post.yml")
    paths = [request.path for request in stage.requests()]
    assert paths[:4] == ["/accounts", "/posts", "/posts", "/posts/schedule/publish"]
    assert {path.split("/")[1] for path in paths[4:]} == {"job_status"}


def test_five_networks_are_published_and_linked(stage: Stage) -> None:
    stage.open()
    stage.write("post.yml", FIVE)
    outcome = stage.run(post_file="post.yml")
    assert outcome.conclusion == "success"
    assert outcome.outputs["outcome"] == "published"
    assert outcome.outputs["published-count"] == "5"
    assert outcome.outputs["post-urls"].split("\n") == [post.link for post in stage.published()]
    assert {row["post_id"] for row in results(outcome)} == {post.id for post in stage.published()}
    assert len(outcome.log) <= 25


FORMS = {
    "entries": Job(),
    "failures object": Job(family="failures"),
    "failures array": Job(family="failures", no_failures_form="array", failures_form="array"),
    "below data": Job(envelope="data"),
    "as in the OpenAPI file": Job(envelope="oas", family="failures"),
    "completed": Job(status_word="completed"),
    "null while working": Job(working_word=None, delay=0.7),
    "id below data, 202": Job(id_place="data", http_status=202),
    "numeric ids": Job(numeric_post_ids=True),
    "null payload": Job(payload="null"),
    "no payload": Job(payload="missing"),
    "empty object": Job(payload="empty_object"),
    "empty array": Job(payload="empty_array"),
}


@pytest.mark.parametrize("job", FORMS.values(), ids=FORMS)
def test_every_form_of_a_good_answer_ends_published(stage: Stage, job: Job) -> None:
    """What the answer leaves open, the post list proves."""
    stage.open(world(account("twitter"), account("linkedin"), job=job))
    stage.write("post.yml", FIVE)
    outcome = stage.run(post_file="post.yml")
    assert statuses(outcome) == {"twitter": "published", "linkedin": "published"}, outcome.text
    assert len(stage.published()) == 2


REFUSED = {
    "entries": Job(),
    "failures object": Job(family="failures"),
    "failures array": Job(family="failures", failures_form="array"),
    "below data": Job(envelope="data"),
    "OpenAPI": Job(envelope="oas", family="failures"),
}


@pytest.mark.parametrize("job", REFUSED.values(), ids=REFUSED)
def test_a_refused_post_is_never_reported_as_published(stage: Stage, job: Job) -> None:
    """A failure may stand in an array entry or below ``failures``: a client that looks in one place lies."""
    stage.open(world(account("twitter"), account("linkedin", failure="LinkedIn said no"), job=job))
    stage.write("post.yml", FIVE)
    outcome = stage.run(post_file="post.yml")
    assert statuses(outcome) == {"twitter": "published", "linkedin": "failed"}
    assert outcome.outputs["outcome"] == "partial"
    assert outcome.exit_code == 1
    assert "LinkedIn said no" in outcome.text
    assert "LinkedIn said no" in outcome.summary


PLACES = ("error", "errors", "message", "payload.error", "payload.errors", "payload.failures", "nowhere")


@pytest.mark.parametrize("place", PLACES)
def test_a_job_that_fails_as_a_whole_is_failed(stage: Stage, place: str) -> None:
    job = Job(failure="The workspace is full", failure_place=place)  # type: ignore[arg-type]  # from the table
    stage.open(world(account("twitter"), account("linkedin"), job=job))
    stage.write("post.yml", FIVE)
    outcome = stage.run(post_file="post.yml")
    assert set(statuses(outcome).values()) <= {"failed", "unconfirmed"}
    assert outcome.exit_code == 1
    if place != "nowhere":
        assert "The workspace is full" in outcome.text


def test_complete_without_evidence_is_unconfirmed_and_not_green(stage: Stage) -> None:
    stage.open(world(account("twitter"), job=Job(family="failures"), listing=Listing(lag=3600)))
    stage.write("post.yml", FIVE)
    outcome = stage.run(post_file="post.yml", timeout="4s")
    assert statuses(outcome) == {"twitter": "unconfirmed"}
    assert outcome.outputs["outcome"] == "unconfirmed"
    assert outcome.outputs["published-count"] == "0"
    assert outcome.exit_code == 1


def test_an_account_of_which_the_answer_says_nothing_is_looked_up(stage: Stage) -> None:
    stage.open(world(account("twitter"), account("linkedin", unmentioned=True)))
    stage.write("post.yml", FIVE)
    assert statuses(stage.run(post_file="post.yml")) == {"twitter": "published", "linkedin": "published"}


def test_an_account_that_nobody_mentions_and_nothing_shows_is_unconfirmed(stage: Stage) -> None:
    stage.open(world(account("twitter"), account("linkedin", unmentioned=True, drops=True)))
    stage.write("post.yml", FIVE)
    outcome = stage.run(post_file="post.yml", timeout="4s")
    assert statuses(outcome) == {"twitter": "published", "linkedin": "unconfirmed"}
    assert outcome.exit_code == 1


def test_a_200_without_a_job_id_is_not_believed(stage: Stage) -> None:
    fault = Fault(kind="no_job_id", method="POST", path="/posts/schedule/publish")
    stage.open(world(account("twitter"), faults=(fault,)))
    stage.write("post.yml", FIVE)
    outcome = stage.run(post_file="post.yml")
    assert statuses(outcome) == {"twitter": "published"}
    assert len(stage.requests("/posts/schedule/publish")) == 1


def test_a_missing_link_is_no_failure(stage: Stage) -> None:
    stage.open(world(account("twitter", link="never")))
    stage.write("post.yml", FIVE)
    outcome = stage.run(post_file="post.yml")
    assert outcome.exit_code == 0
    assert results(outcome)[0]["url"] is None


def test_a_late_link_is_found(stage: Stage) -> None:
    stage.open(world(account("twitter", link="late", link_after_lookups=1)))
    stage.write("post.yml", FIVE)
    assert results(stage.run(post_file="post.yml"))[0]["url"] == stage.published()[0].link


def test_a_job_that_never_ends_is_unconfirmed_or_found(stage: Stage) -> None:
    stage.open(world(account("twitter"), job=Job(never_ends=True), listing=Listing(lag=3600)))
    stage.write("post.yml", FIVE)
    outcome = stage.run(post_file="post.yml", timeout="3s")
    assert statuses(outcome) == {"twitter": "unconfirmed"}
    assert outcome.exit_code == 1


def test_a_re_run_sends_only_what_is_missing(stage: Stage) -> None:
    stage.open(world(account("twitter"), account("linkedin", failure="LinkedIn is down", failure_count=1)))
    stage.write("post.yml", FIVE)
    first = stage.run(post_file="post.yml")
    assert first.outputs["outcome"] == "partial"
    stage.attempt = 2
    second = stage.run(post_file="post.yml")
    assert statuses(second) == {"twitter": "skipped", "linkedin": "published"}, second.text
    assert sorted(post.network for post in stage.published()) == ["linkedin", "twitter"]


def test_the_only_workspace_needs_no_id(stage: Stage) -> None:
    stage.open()
    stage.write("post.yml", FIVE)
    assert stage.run(post_file="post.yml", workspace_id="").exit_code == 0


def test_text_needs_no_file(stage: Stage) -> None:
    stage.open()
    outcome = stage.run(text="Hello from a step", accounts="twitter/*\nlinkedin/acme inc")
    assert statuses(outcome) == {"twitter": "published", "linkedin": "published"}
    assert {post.text for post in stage.published()} == {"Hello from a step"}


def test_a_release_event_fills_the_template(stage: Stage) -> None:
    stage.open()
    stage.write(
        "post.yml", 'text: "{{ repository.name }} {{ version }}: {{ release.name }}"\naccounts: [twitter/*]\n'
    )
    release = {"tag_name": "v1.0.0", "name": "Moon {{ 7 * 7 }}", "html_url": "https://github.com/acme/rocket"}
    outcome = stage.run(
        event={"action": "published", "release": release}, event_name="release", post_file="post.yml"
    )
    assert outcome.exit_code == 0, outcome.text
    assert stage.published()[0].text == "rocket 1.0.0: Moon {{ 7 * 7 }}"


def test_a_false_when_skips_the_post(stage: Stage) -> None:
    stage.open()
    stage.write("post.yml", 'text: Hi\nwhen: "{{ false }}"\naccounts: [twitter/*]\n')
    outcome = stage.run(post_file="post.yml")
    assert outcome.outputs["outcome"] == "skipped"
    assert outcome.exit_code == 0
    assert stage.requests() == []


def test_wordpress_is_keyed_by_the_type_of_the_account(stage: Stage) -> None:
    stage.open(world(account("wordpress", type="wordpress_basic")))
    stage.write(
        "post.yml", "text: An article\nnetworks: {wordpress: {title: News}}\naccounts: [wordpress/*]\n"
    )
    outcome = stage.run(post_file="post.yml")
    assert outcome.exit_code == 0, outcome.text
    body = stage.requests("/posts/schedule/publish")[0].body
    assert list(body["bulk"]["posts"][0]["networks"]) == ["wordpress_basic"]


def test_several_workspaces_without_an_id_list_what_there_is(stage: Stage) -> None:
    both = (Workspace(), Workspace(id="66db7f0a4e299efa19a2d802", name="Beta"))
    stage.open(Scenario(workspaces=both))
    stage.write("post.yml", FIVE)
    outcome = stage.run(post_file="post.yml", workspace_id="")
    assert outcome.exit_code == 1
    assert "Beta (66db7f0a4e299efa19a2d802)" in outcome.text
    assert outcome.outputs["outcome"] == "invalid"
    assert stage.requests("/posts/schedule/publish") == []
