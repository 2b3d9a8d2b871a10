"""Promise: what the reference leaves open is a switch, and each of its positions can be had by itself."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.positions import positions
from sandbox.scenario import Job, Scenario
from tests.support.raw_client import NewSandbox, RawClient, a_post

REFUSED = "LinkedIn says no"


@pytest.mark.parametrize("name", positions())
def test_a_position_differs_from_the_default_and_survives_its_json_form(name: str) -> None:
    scenario = positions()[name](Scenario())
    assert scenario != Scenario()
    assert Scenario.from_json(scenario.to_json()) == scenario


@pytest.mark.parametrize("name", positions())
def test_the_truth_is_the_same_in_every_position(new_sandbox: NewSandbox, name: str) -> None:
    """But where the position itself is that something is refused."""
    sandbox = new_sandbox(positions()[name](Scenario()))
    client = RawClient(sandbox)
    reply = client.post(
        "/posts/schedule/publish",
        {"bulk": {"state": "scheduled", "posts": [a_post(sandbox, "Hello", "twitter", "bluesky")]}},
    )
    assert reply.status in {200, 202}
    expected = ["twitter"] if name == "accepts.several_accounts: False" else ["twitter", "bluesky"]
    assert [post.network for post in sandbox.record.published] == expected
    assert client.get("/posts", [("state[]", "published")]).status == 200
    assert sandbox.errors == []


def payload(new_sandbox: NewSandbox, **job: Any) -> Any:
    scenario = Scenario(job=Job(**job)).with_account("linkedin", failure=REFUSED)
    sandbox = new_sandbox(scenario)
    client = RawClient(sandbox)
    return client.job(client.publish(a_post(sandbox, "Hello", "twitter", "linkedin")))["payload"]


def test_posts_may_stand_beside_failures(new_sandbox: NewSandbox) -> None:
    with_posts = payload(new_sandbox, family="failures_and_posts")
    keyed = payload(new_sandbox, family="failures_and_successes")
    assert [post["state"] for post in with_posts["posts"]] == ["published"]
    assert list(keyed["failures"]) == list(keyed["successes"])
    for mixed in (with_posts, keyed):
        ((failure,),) = mixed["failures"].values()
        assert failure["message"] == REFUSED


@pytest.mark.parametrize("reason", ["failure", "post.error", "post.details.error"])
def test_the_reason_of_a_failure_has_three_places(new_sandbox: NewSandbox, reason: Any) -> None:
    _, failed = payload(new_sandbox, reason=reason, entries="untyped")
    found: dict[str, Any] = {
        "failure": lambda: failed["failure"]["message"],
        "post.error": lambda: failed["post"]["error"],
        "post.details.error": lambda: failed["post"]["details"]["error"],
    }
    assert found[reason]() == REFUSED
    assert {"type", "status"}.isdisjoint(failed)
    assert failed.get("post", {"state": "failed"})["state"] == "failed"


@pytest.mark.parametrize(("outer", "seen"), [("same", "working"), ("complete", "complete")])
def test_the_outer_status_may_run_ahead(new_sandbox: NewSandbox, outer: Any, seen: str) -> None:
    sandbox = new_sandbox(Scenario(job=Job(envelope="oas", outer_status=outer, working_polls=1)))
    client = RawClient(sandbox)
    data = client.job(client.publish(a_post(sandbox, "Hello", "twitter")))["data"]
    assert (data["status"], data["result"]["status"]) == (seen, "working")


@pytest.mark.parametrize(("read", "arrived"), [("alt_text", "A"), ("caption", "B"), ("either", "A")])
def test_one_of_two_names_brings_the_alt_text(new_sandbox: NewSandbox, read: Any, arrived: str) -> None:
    sandbox = new_sandbox(Scenario.from_json({"accepts": {"alt_text_from": read}}))
    client = RawClient(sandbox)
    media_id = client.upload(b"\x89PNG\r\n\x1a\n" + bytes(40)).json["id"]
    media = [{"id": media_id, "type": "photo", "alt_text": "A", "caption": "B"}]
    client.publish(a_post(sandbox, "Look", "bluesky", type="photo", media=media))
    assert sandbox.record.published[0].alt_texts == (arrived,)


def test_media_without_an_id_are_refused_or_dropped(new_sandbox: NewSandbox) -> None:
    for handling, expected in (("refused", []), ("dropped", [("has",)])):
        sandbox = new_sandbox(Scenario.from_json({"accepts": {"media_without_id": handling}}))
        client = RawClient(sandbox)
        media_id = client.upload(b"\x89PNG\r\n\x1a\n" + bytes(40)).json["id"]
        media = [{"id": media_id, "type": "photo"}, {"path": "https://example.com/a.png", "type": "photo"}]
        client.publish(a_post(sandbox, "Look", "bluesky", type="photo", media=media))
        assert [("has",) for post in sandbox.record.published if post.media[0]["id"] == media_id] == expected


def test_signatures_are_listed_for_the_accounts_that_are_asked_for(new_sandbox: NewSandbox) -> None:
    scenario = positions()["stored_text.default_signature: appended"](Scenario())
    for answer, status in (("listed", 200), ("forbidden", 403), ("not_found", 404)):
        sandbox = new_sandbox(scenario.but(signatures=answer))
        account = sandbox.scenario.account("bluesky")
        path = f"/workspaces/{sandbox.scenario.workspaces[0].id}/signatures"
        reply = RawClient(sandbox).get(path, [("accounts[]", account.id)])
        assert reply.status == status
        if status == 200:
            ((one,),) = [reply.json]
            assert (one["account_id"], one["signatures"][0]["text"]) == (
                account.id,
                account.signatures[0].text,
            )


@pytest.mark.parametrize(("boards", "named"), [("in_accounts", True), ("in_media_options", False)])
def test_boards_are_named_in_accounts_or_in_media_options_only(
    new_sandbox: NewSandbox, boards: Any, named: bool
) -> None:
    client = RawClient(new_sandbox(Scenario(boards=boards)))
    accounts = {one["provider"]: one for one in client.get("/accounts").json}
    assert (accounts["pinterest"].get("albums", []) != []) is named
    assert "albums" not in accounts["twitter"]


def test_an_account_may_call_its_provider_wordpress_oauth(new_sandbox: NewSandbox) -> None:
    scenario = Scenario().with_account("wordpress", provider="wordpress_oauth")
    sandbox = new_sandbox(scenario)
    client = RawClient(sandbox)
    article = {"type": "article", "title": "T", "text": "x", "content": []}
    account = sandbox.scenario.account("wordpress")
    post = {"networks": {"wordpress_oauth": article}, "accounts": [{"id": account.id}]}
    client.publish(post)
    assert [post.network for post in sandbox.record.published] == ["wordpress"]
    assert {one["provider"] for one in client.get("/accounts").json} >= {"wordpress_oauth"}
