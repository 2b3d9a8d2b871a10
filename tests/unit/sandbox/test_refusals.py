"""Promise: what the reference forbids is refused, so that a client that sends it is found out."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox import Sandbox
from sandbox.testing import NewSandbox, RawClient, a_post

JPG, GIF = b"\xff\xd8\xff\xe0" + b"\0" * 40, b"GIF89a" + b"\0" * 40
MP4, PDF = b"\0\0\0\x18ftypisom" + b"\0" * 40, b"%PDF-1.7\n" + b"\0" * 40
FILES = {"photo": JPG, "gif": GIF, "video": MP4, "document": PDF}
BLOCK = {"id": "1", "type": "paragraph", "data": {"text": "x"}}
START, END = "2026-11-01T09:00:00+01:00", "2026-11-01T18:00:00Z"


def outcome(sandbox: Sandbox, network: str, media: str = "", **content: Any) -> str | None:
    """The sentence about a post with such media, or None if it went out."""
    client = RawClient(sandbox)
    if media:
        kinds = media.split()
        ids = {kind: client.upload(FILES[kind]).json["id"] for kind in set(kinds)}
        content["media"] = [{"id": ids[kind], "type": kind} for kind in kinds]
    account = content.pop("account", {})
    post = a_post(sandbox, content.pop("text", "x"), network, **content)
    post["accounts"][0] |= account
    (entry,) = client.job(client.publish(post))["payload"]
    return None if "post" in entry else entry["failure"]["message"]


TAKEN: list[tuple[str, str, dict[str, Any]]] = [
    ("twitter", "photo " * 4, {"type": "photo"}),
    ("tiktok", "photo " * 35, {"type": "photo", "title": "T"}),
    ("tiktok", "video", {"type": "video", "details": {"privacy": "SELF_ONLY", "promotional": True}}),
    ("linkedin", "photo " * 100, {"type": "photo", "details": {"type": "document"}}),
    ("linkedin", "document", {"type": "photo", "details": {"type": "document"}}),
    ("linkedin", "document", {"type": "document"}),
    ("instagram", "video", {"type": "video", "details": {"type": "reel", "trial_reel": "MANUAL"}}),
    ("instagram", "photo video", {"type": "carousel"}),
    ("facebook", "photo", {"type": "photo", "details": {"type": "story"}}),
    ("pinterest", "photo", {"type": "photo", "url": "https://example.com", "account": {"album_id": "1"}}),
    ("google", "photo", {"type": "photo", "title": "LEARN_MORE", "url": "https://example.com"}),
    (
        "google",
        "photo",
        {"type": "photo", "details": {"type": "event", "title": "T", "start": START, "end": END}},
    ),
    ("google", "", {"type": "offer", "details": {"type": "offer", "title": "T", "coupon": "C"}}),
    ("youtube", "video", {"type": "video", "title": "T", "details": {"type": "short", "privacy": "public"}}),
    ("twitter", "", {"type": "poll", "options": ["a", "b"], "duration": 7}),
    ("linkedin", "", {"type": "poll", "question": "Q", "options": ["a", "b"], "duration": 14}),
    ("mastodon", "", {"type": "poll", "options": ["a", "b" * 50], "duration": 1}),
    ("wordpress", "", {"type": "article", "content": [BLOCK]}),
    ("telegram", "", {"parseMode": "HTML"}),
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
    ("instagram", "photo " * 11, {"type": "carousel"}, "At most 10 media are allowed"),
    ("linkedin", "photo " * 21, {"type": "photo"}, "At most 20 media are allowed"),
    ("linkedin", "photo " * 101, {"type": "photo", "details": {"type": "document"}}, "At most 100 media"),
    ("threads", "photo video", {"type": "photo"}, TYPE),
    ("tiktok", "photo video", {"type": "carousel", "title": "T"}, "Videos cannot be mixed"),
    ("facebook", "document", {"type": "photo"}, TYPE),
    ("twitter", "photo", {"type": "photo", "details": {"type": "story"}}, TYPE),
    ("instagram", "photo", {"type": "photo", "details": {"type": "reel"}}, TYPE),
    ("tiktok", "photo", {"type": "photo"}, "Title can't be blank"),
    ("tiktok", "video", {"type": "video", "details": {"privacy": "SELF_ONLY", "paid": True}}, "Branded"),
    ("tiktok", "video", {"type": "video", "details": {"privacy": "public"}}, "details.privacy is not valid"),
    ("twitter", "", {"replySettings": "nobody"}, "replySettings is not valid"),
    ("mastodon", "", {"visibility": "friends"}, "visibility is not valid"),
    ("telegram", "", {"parseMode": "html"}, "parseMode is not valid"),
    ("google", "", {"type": "event", "details": {"start": START, "end": END}}, "Title can't be blank"),
    ("google", "photo", {"type": "photo", "details": {"type": "event", "title": "T"}}, "Start and end"),
    ("google", "", {"type": "offer", "details": {"title": "T", "start": "2026-11-01"}}, "Start or end"),
    ("twitter", "", {"type": "poll", "options": ["a", "a"], "duration": 1}, "must be unique"),
    ("twitter", "", {"type": "poll", "options": ["a", "b" * 26], "duration": 1}, "at most 25"),
    ("twitter", "", {"type": "poll", "options": ["a", "b"]}, "Polls run 1 to 7 days"),
    ("mastodon", "", {"type": "poll", "options": ["a", "b"], "duration": 8}, "Polls run 1 to 7 days"),
    ("linkedin", "", {"type": "poll", "options": ["a", "b"], "duration": 3}, "Question can't be blank"),
    ("wordpress", "", {"type": "article"}, "Content is not valid"),
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
