"""Promise: what the documentation demands of a publish request is demanded, and the truth is recorded."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sandbox.clock import VirtualClock
from sandbox.judging import NO_ID
from sandbox.networks import NETWORKS, text_length
from sandbox.scenario import Accepts, Account, Job, Scenario, Signature, StoredText, Workspace
from sandbox.server import Sandbox
from tests.support.raw_client import NewSandbox, RawClient, a_post

PUBLISH = "/posts/schedule/publish"
WEB = "https://example.com/x"
POST: dict[str, Any] = {"networks": {"twitter": {"type": "status", "text": "x"}}, "accounts": []}


def failure(sandbox: Sandbox, post: dict[str, Any]) -> str | None:
    """The sentence about the only account of a post, or None if it went out."""
    client = RawClient(sandbox)
    (entry,) = client.job(client.publish(post))["payload"]
    return None if "post" in entry else entry["failure"]["message"]


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ([], "bulk"),
        ({}, "bulk"),
        ({"bulk": []}, "bulk"),
        ({"bulk": {"posts": [POST]}}, "Unknown state"),
        ({"bulk": {"state": "auto", "posts": [POST]}}, "Unknown state auto"),
        ({"bulk": {"state": "publish", "posts": [POST]}}, "Unknown state publish"),
        ({"bulk": {"state": "recurring", "posts": [POST]}}, "Recurring"),
        ({"bulk": {"state": "scheduled"}}, "posts"),
        ({"bulk": {"state": "scheduled", "posts": []}}, "posts"),
        ({"bulk": {"state": "scheduled", "posts": [POST] * 501}}, "500"),
        ({"bulk": {"state": "scheduled", "posts": ["x"]}}, "networks"),
        ({"bulk": {"state": "scheduled", "posts": [{"accounts": []}]}}, "networks"),
        ({"bulk": {"state": "scheduled", "posts": [{"networks": {}, "accounts": {}}]}}, "accounts"),
        ({"bulk": {"state": "scheduled", "posts": [{"networks": {}, "accounts": ["1"]}]}}, "id"),
        ({"bulk": {"state": "scheduled", "posts": [{"networks": {}, "accounts": [{"id": 1}]}]}}, "id"),
    ],
)
def test_a_wrong_body_is_400(new_sandbox: NewSandbox, document: object, sentence: str) -> None:
    sandbox = new_sandbox()
    reply = RawClient(sandbox).post(PUBLISH, document)
    assert reply.status == 400
    assert sentence in reply.json["errors"][0]
    assert sandbox.record.published == ()


def test_five_hundred_posts_are_taken(new_sandbox: NewSandbox) -> None:
    document = {"bulk": {"state": "scheduled", "posts": [POST] * 500}}
    assert RawClient(new_sandbox()).post(PUBLISH, document).status == 200


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/x-www-form-urlencoded"])
def test_the_content_type_must_be_json(new_sandbox: NewSandbox, content_type: str | None) -> None:
    sandbox = new_sandbox()
    document = {"bulk": {"state": "scheduled", "posts": [a_post(sandbox, "hi", "twitter")]}}
    reply = RawClient(sandbox).post(PUBLISH, document, **{"Content-Type": content_type})
    assert (reply.status, sandbox.record.published) == (400, ())


def test_broken_json_is_400(new_sandbox: NewSandbox) -> None:
    reply = RawClient(new_sandbox()).send("POST", PUBLISH, b'{"bulk', {"Content-Type": "application/json"})
    assert reply.status == 400


def test_a_body_without_length_is_411(new_sandbox: NewSandbox) -> None:
    reply = RawClient(new_sandbox()).send("POST", PUBLISH, b"0\r\n\r\n", {"Transfer-Encoding": "chunked"})
    assert reply.status == 411


def test_the_truth_is_recorded_in_order(new_sandbox: NewSandbox) -> None:
    clock = VirtualClock()
    sandbox = new_sandbox(Scenario().with_account("linkedin", slowness=3.0), clock=clock)
    client = RawClient(sandbox)
    post = a_post(sandbox, "Hello", "linkedin", "bluesky")
    post["accounts"][0]["comments"] = [{"text": "First!"}]
    job = client.publish(post)
    assert [p.network for p in sandbox.record.published] == ["bluesky"]
    assert client.job(job)["status"] == "working"
    clock.advance(3)
    entries = client.job(job)["payload"]
    bluesky, linkedin = sandbox.record.published
    assert (linkedin.text, linkedin.type, linkedin.account.name) == ("Hello", "status", "Acme Inc")
    assert linkedin.comments == ({"text": "First!"},)
    assert linkedin.time == bluesky.time + 3
    assert [e["post"]["id"] for e in entries] == [linkedin.id, bluesky.id]
    assert [e["post"]["post_link"] for e in entries] == [linkedin.link, bluesky.link]
    assert sandbox.record.surprises == ()


def test_accounts_that_are_not_named_get_nothing(new_sandbox: NewSandbox) -> None:
    sandbox = new_sandbox()
    client = RawClient(sandbox)
    assert (
        client.job(client.publish({**a_post(sandbox, "Hello", "twitter"), "accounts": []}))["payload"] == []
    )
    assert sandbox.record.published == ()
    assert sandbox.record.surprises == ("post: no accounts, so nothing is posted",)


@pytest.mark.parametrize("state", ["draft", "draft_private", "draft_public"])
def test_drafts_never_go_live(new_sandbox: NewSandbox, state: str) -> None:
    sandbox = new_sandbox()
    client = RawClient(sandbox)
    reply = client.post(PUBLISH, {"bulk": {"state": state, "posts": [a_post(sandbox, "x", "twitter")]}})
    client.job(reply.json["job_id"])
    assert sandbox.record.published == ()


def with_(post: dict[str, Any], **changes: Any) -> dict[str, Any]:
    changed: dict[str, Any] = json.loads(json.dumps({**post, **changes}))
    return changed


def test_scheduled_at_is_backdated(new_sandbox: NewSandbox) -> None:
    sandbox = new_sandbox()
    post = a_post(sandbox, "x", "twitter")
    post["accounts"][0]["scheduled_at"] = "2030-01-01T00:00:00Z"
    assert failure(sandbox, post) == "Posts cannot be backdated"


@pytest.mark.parametrize("media", [[], [{"id": "1"}]])
def test_media_at_post_level_breaks_the_job(new_sandbox: NewSandbox, media: list[object]) -> None:
    sandbox = new_sandbox()
    assert failure(sandbox, with_(a_post(sandbox, "x", "twitter"), media=media)) == (
        "undefined method 'count' for nil"
    )


def test_an_account_without_its_network_is_in_a_bad_state(new_sandbox: NewSandbox) -> None:
    sandbox = new_sandbox()
    post = with_(a_post(sandbox, "x", "twitter"), networks={"default": {"type": "status", "text": "x"}})
    assert failure(sandbox, post) == (
        "The composer is in a bad state for this account as it's missing the social network params"
    )


@pytest.mark.parametrize(("account_type", "works"), [("wordpress_basic", True), ("wordpress_oauth", False)])
def test_wordpress_is_keyed_by_the_account_type(
    new_sandbox: NewSandbox, account_type: str, works: bool
) -> None:
    sandbox = new_sandbox(Scenario().with_account("wordpress", type=account_type))
    account = sandbox.scenario.account("wordpress")
    post = {
        "networks": {"wordpress_basic": {"type": "article", "title": "T", "text": "x", "content": []}},
        "accounts": [{"id": account.id}],
    }
    assert (failure(sandbox, post) is None) is works


def test_an_unknown_account_fails(new_sandbox: NewSandbox) -> None:
    sandbox = new_sandbox()
    post = with_(a_post(sandbox, "x", "twitter"), accounts=[{"id": "0" * 24}])
    assert failure(sandbox, post) == "Account not found"


@pytest.mark.parametrize("network", sorted(NETWORKS))
def test_a_type_that_the_network_does_not_take_is_not_valid(new_sandbox: NewSandbox, network: str) -> None:
    wrong = "status" if "status" not in NETWORKS[network].types else "article"
    for kind in (wrong, None, "", "Status"):
        sandbox = new_sandbox()
        assert failure(sandbox, a_post(sandbox, "x", network, type=kind)) == "Post type is not valid"


@pytest.mark.parametrize(
    ("network", "text", "fits"),
    [
        ("twitter", "a" * 280, True),
        ("twitter", "a" * 281, False),
        ("twitter", "日" * 140, True),
        ("twitter", "日" * 141, False),
        ("twitter", "👨‍👩‍👧‍👦" * 140, True),
        ("twitter", "https://example.com/" + "x" * 300 + " " + "a" * 256, True),
        ("twitter", "https://example.com/ " + "a" * 257, False),
        ("bluesky", "👨‍👩‍👧‍👦" * 300, True),
        ("bluesky", "e\u0301" * 300, True),
        ("bluesky", "🇦🇱" * 300, True),
        ("bluesky", "a" * 301, False),
        ("mastodon", "https://example.com/" + "x" * 300 + " " + "a" * 476, True),
        ("mastodon", "@someone@" + "very." * 30 + "example " + "a" * 491, True),
        ("mastodon", "a" * 501, False),
        ("threads", "a" * 501, False),
        ("linkedin", "a" * 3000, True),
        ("linkedin", "a" * 3001, False),
        ("telegram", "a" * 4097, False),
        ("facebook", "a" * 10001, False),
        ("google", "a" * 1501, False),
    ],
)
def test_text_is_counted_as_the_network_counts(
    new_sandbox: NewSandbox, network: str, text: str, fits: bool
) -> None:
    sandbox = new_sandbox()
    assert (failure(sandbox, a_post(sandbox, text, network)) is None) is fits


def test_a_long_post_is_for_premium(new_sandbox: NewSandbox) -> None:
    sandbox = new_sandbox()
    post = a_post(sandbox, "a" * 25_000, "twitter", details={"type": "long_post"})
    assert failure(sandbox, post) is None


def test_an_account_may_have_a_limit_of_its_own(new_sandbox: NewSandbox) -> None:
    sandbox = new_sandbox(Scenario().with_account("mastodon", text_limit=5000))
    assert failure(sandbox, a_post(sandbox, "a" * 5000, "mastodon")) is None


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ({"type": "photo"}, "undefined method 'count' for nil"),
        ({"type": "photo", "media": []}, "undefined method 'count' for nil"),
        ({"type": "photo", "media": ["https://example.com/a.png"]}, "undefined method 'count' for nil"),
        ({"type": "photo", "media": [{"id": "0" * 24, "type": "photo"}]}, "Media not found"),
        ({"type": "photo", "media": [{"url": "https://example.com/a.png"}]}, NO_ID),
        ({"type": "link"}, "Link is not valid"),
        ({"type": "poll"}, "Polls need two to four options"),
        ({"text": " "}, "Text can't be blank"),
        ({"text": ["x"]}, "Text is not valid"),
    ],
)
def test_content_that_lacks_something_fails(
    new_sandbox: NewSandbox, content: dict[str, Any], sentence: str
) -> None:
    sandbox = new_sandbox()
    assert failure(sandbox, a_post(sandbox, "x", "twitter", **content)) == sentence


@pytest.mark.parametrize(
    ("read", "link", "works"),
    [
        ("link", {"link": {"url": WEB}}, True),
        ("link", {"url": WEB}, False),
        ("url", {"link": {"url": WEB}}, False),
        ("url", {"url": WEB}, True),
        ("either", {"url": WEB}, True),
    ],
)
def test_the_address_of_a_link_post_is_read_at_one_place(
    new_sandbox: NewSandbox, read: Any, link: dict[str, Any], works: bool
) -> None:
    sandbox = new_sandbox(Scenario(accepts=Accepts(link_from=read)))
    said = failure(sandbox, a_post(sandbox, "x", "linkedin", type="link", **link))
    assert (said is None, [post.url for post in sandbox.record.published]) == (works, [WEB] * works)


def test_youtube_wants_a_video(new_sandbox: NewSandbox) -> None:
    sandbox = new_sandbox()
    assert (
        failure(sandbox, a_post(sandbox, "x", "youtube", type="video")) == "YouTube requires a video attached"
    )


@pytest.mark.parametrize("comments", ["First!", ["First!"], [{}], [{"text": "x"}] * 26])
def test_comments_are_objects_with_a_text(new_sandbox: NewSandbox, comments: object) -> None:
    sandbox = new_sandbox()
    post = a_post(sandbox, "x", "twitter")
    post["accounts"][0]["comments"] = comments
    assert failure(sandbox, post) is not None


def test_two_posts_of_an_account_are_a_minute_apart(new_sandbox: NewSandbox) -> None:
    clock = VirtualClock()
    sandbox = new_sandbox(clock=clock)
    gap = "There's another post at this time. A one minute gap is required between posts"
    client = RawClient(sandbox)
    both = (a_post(sandbox, "one", "twitter"), a_post(sandbox, "two", "twitter", "bluesky"))
    entries = client.job(client.publish(*both))["payload"]
    assert [entry.get("failure", {}).get("message") for entry in entries] == [None, gap, None]
    clock.advance(59.9)
    assert failure(sandbox, a_post(sandbox, "three", "twitter")) == gap
    clock.advance(0.1)
    assert failure(sandbox, a_post(sandbox, "four", "twitter")) is None
    assert [p.text for p in sandbox.record.published] == ["one", "two", "four"]


def test_an_account_that_failed_does_not_block_the_minute(new_sandbox: NewSandbox) -> None:
    sandbox = new_sandbox(Scenario().with_account("linkedin", failure="Duplicate content", failure_count=1))
    assert failure(sandbox, a_post(sandbox, "x", "linkedin")) == "Duplicate content"
    assert failure(sandbox, a_post(sandbox, "x", "linkedin")) is None


@pytest.mark.parametrize(
    ("change", "surprise"),
    [
        ({"top": 1}, "top level: key top"),
        ({"bulk": {"scheduled_at": "x"}}, "bulk: key scheduled_at"),
        ({"post": {"text": "x"}}, "post: key text"),
        ({"account": {"name": "x"}}, "account: key name"),
        ({"content": {"txt": "x"}}, "networks.twitter: key txt"),
        ({"content": {"visibility": "public"}}, "networks.twitter: key visibility"),
        ({"content": {"details": {"audio": "x"}}}, "networks.twitter.details: key audio"),
    ],
)
def test_unknown_keys_are_surprises(new_sandbox: NewSandbox, change: dict[str, Any], surprise: str) -> None:
    sandbox = new_sandbox()
    post = a_post(sandbox, "x", "twitter", **change.get("content", {})) | change.get("post", {})
    post["accounts"][0] |= change.get("account", {})
    document = {"bulk": {"state": "scheduled", "posts": [post]} | change.get("bulk", {})}
    RawClient(sandbox).post(PUBLISH, document | ({"top": 1} if "top" in change else {}))
    assert sandbox.record.surprises == (surprise,)


@pytest.mark.parametrize(
    ("rule", "sent", "listed", "url"),
    [
        (StoredText(), f"a  b \n{WEB}", f"a  b \n{WEB}", None),
        (StoredText(whitespace="collapsed"), f"a  b \n{WEB}", f"a b {WEB}", None),
        (StoredText(whitespace="crlf"), f"a  b \n{WEB}", f"a  b \r\n{WEB}", None),
        (StoredText(whitespace="stripped"), f"a  b \n{WEB}", f"a  b\n{WEB}", None),
        (StoredText(links="moved_to_url"), f"See {WEB} now", "See now", WEB),
        (StoredText(links="moved_to_url"), f"See\n\n{WEB}\n\n#tag", "See\n\n#tag", WEB),
        (StoredText(links="moved_to_url"), "See", "See", None),
        (StoredText(tracking="added"), f"{WEB}?a=1#b", f"{WEB}?a=1&utm_source=publer&utm_medium=bluesky#b", None),
        (StoredText(entities="escaped"), 'Q&A "<b>"', "Q&amp;A &quot;&lt;b&gt;&quot;", None),
        (StoredText(default_signature="appended"), "Hello", "Hello\n\nSigned", None),
        (StoredText(default_signature="appended", links="moved_to_url"), f"At {WEB}", "At\n\nSigned", WEB),
        (StoredText(appended="By us"), "Hello", "Hello\nBy us", None),
    ],
)  # fmt: skip
def test_publer_may_keep_another_text_than_it_was_sent(
    new_sandbox: NewSandbox, rule: StoredText, sent: str, listed: str, url: str | None
) -> None:
    signatures = (Signature(text="Other"), Signature(text="Signed", default=True))
    sandbox = new_sandbox(Scenario(stored_text=rule).with_account("bluesky", signatures=signatures))
    client = RawClient(sandbox)
    client.publish(a_post(sandbox, sent, "bluesky"))
    (post,) = sandbox.record.published
    assert (post.text, post.stored_text) == (sent, listed)
    (row,) = client.get("/posts").json["posts"]
    assert (row["text"], row["url"]) == (listed, url)


def test_publer_may_shorten_links(new_sandbox: NewSandbox) -> None:
    sandbox = new_sandbox(Scenario(stored_text=StoredText(shorten_links=True)))
    RawClient(sandbox).publish(a_post(sandbox, "see https://example.com/x now", "bluesky"))
    (post,) = sandbox.record.published
    assert post.stored_text.startswith("see https://pblr.example/")
    assert post.stored_text.endswith(" now")


def test_an_account_of_another_workspace_is_not_found(new_sandbox: NewSandbox) -> None:
    other = Workspace(
        id="66db7f0a4e299efa19a2d802", name="Other", accounts=(Account(id="f" * 24, provider="twitter"),)
    )
    sandbox = new_sandbox(Scenario(workspaces=(Workspace(), other)))
    post = with_(a_post(sandbox, "x", "twitter"), accounts=[{"id": "f" * 24}])
    assert failure(sandbox, post) == "Account not found"


def test_a_job_that_fails_as_a_whole_posts_nothing(new_sandbox: NewSandbox) -> None:
    sandbox = new_sandbox(Scenario(job=Job(failure="Something went wrong")))
    client = RawClient(sandbox)
    assert client.job(client.publish(a_post(sandbox, "x", "twitter")))["status"] == "failed"
    assert sandbox.record.published == ()


def test_the_same_text_again_may_be_refused_by_x(new_sandbox: NewSandbox) -> None:
    clock = VirtualClock()
    sandbox = new_sandbox(Scenario(accepts=Accepts(the_same_text_again_on_x=False)), clock=clock)
    said = []
    for network in ("twitter", "bluesky", "twitter", "bluesky"):
        said.append(failure(sandbox, a_post(sandbox, "Hello", network)))
        clock.advance(60)
    assert [sentence is None for sentence in said] == [True, True, False, True]


def test_several_accounts_in_a_post_may_break_the_composer(new_sandbox: NewSandbox) -> None:
    sandbox = new_sandbox(Scenario(accepts=Accepts(several_accounts=False)))
    client = RawClient(sandbox)
    first, second = client.job(client.publish(a_post(sandbox, "x", "twitter", "bluesky")))["payload"]
    assert "post" in first
    assert "composer is in a bad state" in second["failure"]["message"]


def test_the_key_of_a_failure_is_the_posts_own_id(new_sandbox: NewSandbox) -> None:
    sandbox = new_sandbox(Scenario(job=Job(family="failures")).with_account("twitter", failure="No."))
    client = RawClient(sandbox)
    post = with_(a_post(sandbox, "x", "twitter"), id="post_0")
    assert list(client.job(client.publish(post))["payload"]["failures"]) == ["post_0"]
    assert sandbox.record.surprises == ()


@pytest.mark.parametrize(("status", "works"), [("400", 400), ("500", 500)])
def test_a_malformed_body_may_be_called_a_server_error(
    new_sandbox: NewSandbox, status: Any, works: int
) -> None:
    client = RawClient(new_sandbox(Scenario(malformed_body=status)))
    assert client.post(PUBLISH, {"bulk": []}).status == works


@pytest.mark.parametrize(
    ("text", "length"),
    [("See acme.com", 27), ("acme.dev/a/b?c=d now", 27), ("a@acme.com", 10), ("v1.2.3 setup.py", 15)],
)
def test_x_counts_a_bare_domain_as_a_link(text: str, length: int) -> None:
    assert text_length("twitter", text) == length
