"""Promise: what the reference forbids is refused, so that a client that sends it is found out."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.scenario import Account, Scenario, Workspace
from sandbox.server import Sandbox
from tests.support.raw_client import NewSandbox, RawClient, a_post

JPG, GIF = b"\xff\xd8\xff\xe0" + b"\0" * 40, b"GIF89a" + b"\0" * 40
MP4, PDF = b"\0\0\0\x18ftypisom" + b"\0" * 40, b"%PDF-1.7\n" + b"\0" * 40
FILES = {"photo": JPG, "gif": GIF, "video": MP4, "document": PDF}
BLOCK = {"id": "1", "type": "paragraph", "data": {"text": "x"}}
START, END = "2026-11-01T09:00:00+01:00", "2026-11-01T18:00:00Z"


def outcome(sandbox: Sandbox, network: str, kinds: str = "", **content: Any) -> str | None:
    """The sentence about a post with such media, or None if it went out."""
    client = RawClient(sandbox)
    if kinds:
        ids = {kind: client.upload(FILES[kind]).json["id"] for kind in set(kinds.split())}
        content["media"] = [{"id": ids[kind], "type": kind} for kind in kinds.split()]
    account = content.pop("account", {})
    post = a_post(sandbox, content.pop("text", "x"), network, **content)
    post["accounts"][0] |= account
    (entry,) = client.job(client.publish(post))["payload"]
    return None if "post" in entry else entry["failure"]["message"]


BOARD = {"album_id": Scenario().account("pinterest").boards[0].id}
CARD = {"url": "https://example.com", "title": "T", "description": "D", "images": ["https://example.com/a"]}
EVENT = {"type": "event", "title": "T", "start": START, "end": END}

TAKEN: list[tuple[str, str, dict[str, Any]]] = [
    ("twitter", "photo " * 4, {"type": "photo"}),
    ("tiktok", "photo " * 35, {"type": "photo", "title": "T"}),
    ("tiktok", "video", {"type": "video", "details": {"privacy": "SELF_ONLY", "promotional": True}}),
    ("linkedin", "photo " * 100, {"type": "photo", "title": "T", "details": {"type": "document"}}),
    ("linkedin", "document", {"type": "photo", "title": "T", "details": {"type": "document"}}),
    ("instagram", "photo " * 10, {"type": "photo"}),
    ("instagram", "video", {"type": "video", "details": {"type": "reel", "trial_reel": "MANUAL"}}),
    ("instagram", "video", {"type": "video", "details": {"type": "story"}}),
    ("facebook", "photo", {"type": "photo", "details": {"type": "story"}}),
    ("facebook", "video", {"type": "video", "details": {"type": "reel", "feed": True}}),
    ("facebook", "", {"type": "carousel", "sublinks": [CARD] * 10}),
    ("pinterest", "photo " * 5, {"type": "photo", "url": "https://example.com", "account": BOARD}),
    ("pinterest", "photo", {"type": "link", "link": {"url": "https://example.com"}, "account": BOARD}),
    ("google", "", {"type": "status"}),
    ("google", "photo", {"type": "photo", "title": "LEARN_MORE", "url": "https://example.com"}),
    ("google", "photo", {"type": "photo", "details": {"type": "photo"}}),
    ("google", "photo", {"type": "photo", "details": EVENT}),
    ("google", "photo", {"type": "photo", "details": {"type": "offer", "title": "T", "coupon": "C"}}),
    ("youtube", "video", {"type": "video", "title": "T", "details": {"type": "short", "privacy": "public"}}),
    ("twitter", "", {"type": "poll", "options": ["a", "b"], "duration": 7}),
    ("linkedin", "", {"type": "poll", "question": "Q", "options": ["a", "b"], "duration": 14}),
    ("mastodon", "", {"type": "poll", "options": ["a", "b" * 50], "duration": 1}),
    ("wordpress", "", {"type": "article", "content": [BLOCK]}),
    ("wordpress", "", {"type": "article", "title": "T", "text": "x"}),
    ("telegram", "", {"parseMode": "HTML"}),
    ("threads", "", {"type": "link", "link": {"url": "https://example.com"}}),
    (
        "facebook",
        "",
        {
            "account": {
                "comments": [{"text": "x", "language": "en", "delay": {"duration": 5, "unit": "Minute"}}],
                "share": {"account_ids": ["1"], "after": {"duration": 1, "unit": "Hour"}},
                "delete": {"conditions": {"clauses": {"reach": {"comparison": "lt", "value": 9}}}},
            }
        },
    ),
    (
        "threads",
        "",
        {"account": {"comments": [{"media": {"type": "photo", "path": "https://example.com/a"}}]}},
    ),
]


@pytest.mark.parametrize(("network", "media", "content"), TAKEN)
def test_what_the_reference_shows_is_taken(
    new_sandbox: NewSandbox, network: str, media: str, content: dict[str, Any]
) -> None:
    sandbox = new_sandbox()
    assert outcome(sandbox, network, media, **content) is None
    assert sandbox.record.surprises == ()


TYPE = "Post type is not valid"
REFUSED: list[tuple[str, str, dict[str, Any], str]] = [
    ("twitter", "photo " * 5, {"type": "photo"}, "At most 4 media are allowed"),
    ("instagram", "photo " * 11, {"type": "photo"}, "At most 10 media are allowed"),
    ("linkedin", "photo " * 21, {"type": "photo"}, "At most 20 media are allowed"),
    ("linkedin", "photo " * 101, {"type": "photo", "details": {"type": "document"}}, "At most 100 media"),
    ("linkedin", "document", {"type": "photo", "details": {"type": "document"}}, "Title can't be blank"),
    ("linkedin", "document", {"type": "document", "title": "T"}, TYPE),
    ("instagram", "photo photo", {"type": "carousel"}, TYPE),
    ("instagram", "photo video", {"type": "photo"}, TYPE),
    ("instagram", "video", {"type": "reel"}, TYPE),
    ("instagram", "photo", {"type": "story"}, TYPE),
    ("instagram", "", {"type": "status"}, TYPE),
    ("facebook", "photo photo", {"type": "carousel"}, TYPE),
    ("facebook", "", {"type": "carousel", "sublinks": [CARD] * 11}, "Sublinks are not valid"),
    ("facebook", "", {"type": "carousel", "sublinks": [{"url": "https://example.com"}]}, "Sublinks"),
    ("facebook", "video", {"type": "reel"}, TYPE),
    ("youtube", "video", {"type": "short", "title": "T"}, TYPE),
    ("youtube", "photo", {"type": "photo", "title": "T"}, TYPE),
    ("youtube", "", {"type": "video", "title": "T"}, "YouTube requires a video attached"),
    ("pinterest", "photo", {"type": "photo"}, "Album can't be blank"),
    ("pinterest", "photo", {"type": "photo", "account": {"album_id": "66db"}}, "Album can't be blank"),
    ("pinterest", "photo photo", {"type": "carousel", "account": BOARD}, TYPE),
    ("pinterest", "", {"type": "link", "link": {"url": "https://example.com"}, "account": BOARD}, "count"),
    ("google", "photo photo", {"type": "photo"}, "At most 1 media are allowed"),
    ("google", "", {"type": "photo"}, "undefined method 'count' for nil"),
    ("google", "", {"type": "photo", "details": EVENT}, "undefined method 'count' for nil"),
    ("google", "", {"type": "event", "details": EVENT}, TYPE),
    ("google", "", {"type": "offer", "details": {"title": "T"}}, TYPE),
    ("google", "video", {"type": "video"}, TYPE),
    ("google", "", {"type": "link", "link": {"url": "https://example.com"}}, TYPE),
    ("google", "photo", {"type": "photo", "details": {**EVENT, "title": ""}}, "Title can't be blank"),
    ("google", "photo", {"type": "photo", "details": {"type": "event", "title": "T"}}, "Start and end"),
    ("google", "photo", {"type": "photo", "details": {**EVENT, "start": "2026-11-01"}}, "Start or end"),
    ("tiktok", "photo photo", {"type": "carousel", "title": "T"}, TYPE),
    ("tiktok", "photo video", {"type": "photo", "title": "T"}, TYPE),
    ("tiktok", "photo", {"type": "photo"}, "Title can't be blank"),
    ("tiktok", "video", {"type": "video", "details": {"privacy": "SELF_ONLY", "paid": True}}, "Branded"),
    ("tiktok", "video", {"type": "video", "details": {"privacy": "public"}}, "details.privacy is not valid"),
    ("threads", "photo video", {"type": "photo"}, TYPE),
    ("facebook", "document", {"type": "photo"}, TYPE),
    ("twitter", "photo", {"type": "photo", "details": {"type": "story"}}, TYPE),
    ("instagram", "photo", {"type": "photo", "details": {"type": "reel"}}, TYPE),
    ("twitter", "gif gif", {"type": "gif"}, TYPE),
    ("linkedin", "", {"type": "link", "url": "https://example.com"}, "Link is not valid"),
    ("twitter", "", {"replySettings": "nobody"}, "replySettings is not valid"),
    ("mastodon", "", {"visibility": "friends"}, "visibility is not valid"),
    ("telegram", "", {"parseMode": "html"}, "parseMode is not valid"),
    ("twitter", "", {"type": "poll", "options": ["a", "a"], "duration": 1}, "must be unique"),
    ("twitter", "", {"type": "poll", "options": ["a", "b" * 26], "duration": 1}, "at most 25"),
    ("twitter", "", {"type": "poll", "options": ["a", "b"]}, "Polls run 1 to 7 days"),
    ("mastodon", "", {"type": "poll", "options": ["a", "b"], "duration": 8}, "Polls run 1 to 7 days"),
    ("linkedin", "", {"type": "poll", "options": ["a", "b"], "duration": 3}, "Question can't be blank"),
    ("wordpress", "", {"type": "article", "text": ""}, "Content is not valid"),
    ("wordpress", "", {"type": "article", "content": [{"id": "1"}]}, "Content is not valid"),
    ("twitter", "", {"account": {"comments": [{"text": "x", "txt": "y"}]}}, "Comments are not valid"),
    ("twitter", "", {"account": {"comments": [{"text": "x", "delay": 5}]}}, "Comments are not valid"),
    ("twitter", "", {"account": {"comments": [{"text": "x", "media": [{}]}]}}, "Comments are not valid"),
    ("twitter", "", {"account": {"share": {"account_ids": []}}}, "Share is not valid"),
    (
        "twitter",
        "",
        {"account": {"delete": {"delay": {"duration": 1, "unit": "day"}}}},
        "Delete is not valid",
    ),
    ("twitter", "", {"account": {"delete": {"conditions": {"relation": "AND"}}}}, "Delete is not valid"),
]


@pytest.mark.parametrize(("network", "media", "content", "sentence"), REFUSED)
def test_what_the_reference_forbids_is_refused(
    new_sandbox: NewSandbox, network: str, media: str, content: dict[str, Any], sentence: str
) -> None:
    sandbox = new_sandbox()
    said = outcome(sandbox, network, media, **content)
    assert said is not None
    assert sentence in said
    assert sandbox.record.published == ()


@pytest.mark.parametrize("said", ["video", "picture", 1])
def test_a_media_item_that_calls_itself_something_else_is_refused(
    new_sandbox: NewSandbox, said: object
) -> None:
    sandbox = new_sandbox()
    media = [{"id": RawClient(sandbox).upload(JPG).json["id"], "type": said}]
    client = RawClient(sandbox)
    (entry,) = client.job(client.publish(a_post(sandbox, "x", "bluesky", type="photo", media=media)))[
        "payload"
    ]
    assert "failure" in entry


def test_tiktok_takes_one_account_at_a_time(new_sandbox: NewSandbox) -> None:
    accounts = tuple(Account(id=f"66db83154e299efa19a2d9{n:02x}", provider="tiktok") for n in range(2))
    sandbox = new_sandbox(Scenario(workspaces=(Workspace(accounts=accounts),)))
    client = RawClient(sandbox)
    media = [{"id": client.upload(MP4).json["id"], "type": "video"}]
    posts = [
        {"networks": {"tiktok": {"type": "video", "text": "x", "media": media}}, "accounts": [{"id": one.id}]}
        for one in accounts
    ]
    both = client.job(client.publish(*posts))["payload"]
    assert [entry["failure"]["message"] for entry in both] == ["TikTok posts go to one account at a time"] * 2
    assert ["post" in client.job(client.publish(one))["payload"][0] for one in posts] == [True, True]


@pytest.mark.parametrize(
    ("network", "content", "works"),
    [
        ("pinterest", {"type": "photo", "media": [{"id": "external-0", "type": "photo", "path": "https://a.example/a.png"}]}, True),
        ("bluesky", {"type": "photo", "media": [{"id": "external-0", "type": "photo", "path": "https://a.example/a.png"}]}, False),
        ("twitter", {"type": "gif", "media": [{"id": "external", "type": "gif", "url": "u", "path": "p", "thumbnail": "t", "name": "n"}]}, True),
        ("twitter", {"type": "gif", "media": [{"id": "external", "type": "gif", "url": "u"}]}, False),
        ("bluesky", {"type": "photo", "media": [{"path": "https://a.example/a.png", "type": "photo"}]}, False),
    ],
)  # fmt: skip
def test_media_by_address_are_taken_in_the_two_documented_forms(
    new_sandbox: NewSandbox, network: str, content: dict[str, Any], works: bool
) -> None:
    account = BOARD if network == "pinterest" else {}
    assert (outcome(new_sandbox(), network, account=account, **content) is None) is works


@pytest.mark.parametrize(
    ("switch", "network", "media", "content"),
    [
        ("text_alone_on_google", "google", "", {"type": "status"}),
        ("links_on_threads_and_bluesky", "bluesky", "", {"type": "link", "link": {"url": "https://a.example"}}),
        ("stories_of_videos", "instagram", "video", {"type": "video", "details": {"type": "story"}}),
        ("pictures_with_videos_on_instagram", "instagram", "photo video", {"type": "photo"}),
        ("articles_without_blocks", "wordpress", "", {"type": "article", "title": "T"}),
        ("comments_on_instagram", "instagram", "photo", {"type": "photo", "account": {"comments": [{"text": "x"}]}}),
    ],
)  # fmt: skip
def test_what_is_not_certain_is_taken_or_refused(
    new_sandbox: NewSandbox, switch: str, network: str, media: str, content: dict[str, Any]
) -> None:
    said = [
        outcome(new_sandbox(Scenario.from_json({"accepts": {switch: taken}})), network, media, **content)
        for taken in (True, False)
    ]
    assert [sentence is None for sentence in said] == [True, False]


@pytest.mark.parametrize(("only", "others"), [("delay", "conditions"), ("conditions", "delay")])
def test_callbacks_may_be_timed_in_one_way_only(new_sandbox: NewSandbox, only: str, others: str) -> None:
    forms = {"delay": {"duration": 5, "unit": "Minute"}, "conditions": {"clauses": {}}}
    scenario = Scenario.from_json({"accepts": {"timing_of_callbacks": only}})
    said = [
        outcome(new_sandbox(scenario), "twitter", account={"delete": {form: forms[form]}})
        for form in (only, others)
    ]
    assert said == [None, "Delete is not valid"]
