"""Promise: what Publer's pages name in two ways is sent in both, and a kind of post as its pages show it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from publer_publish.delivery.ledger import Target
from publer_publish.delivery.media import UploadedMedia
from publer_publish.delivery.request import bulk_body
from publer_publish.errors import Where
from publer_publish.networks.table import NETWORKS
from publer_publish.post.model import AccountRef, Media, MediaSource
from tests.support.build import target

PICTURE = Media(source=MediaSource.ID, value="m1", where=Where(), fields={"type": "photo"})


def sent(one: Target) -> dict[str, Any]:
    (post,) = bulk_body([one], UploadedMedia())["posts"]
    return dict(post)


def content(network: str, post_type: str, **more: Any) -> dict[str, Any]:
    body, *_ = sent(target(network=network, type=post_type, **more))["networks"].values()
    return dict(body)


@pytest.mark.parametrize(
    ("network", "given", "both"),
    [
        ("mastodon", {"spoilerText": "Spoilers"}, {"spoilerText": "Spoilers", "content_warning": "Spoilers"}),
        ("mastodon", {"content_warning": "x"}, {"spoilerText": "x", "content_warning": "x"}),
        ("telegram", {"parseMode": "HTML"}, {"parseMode": "HTML", "parse_mode": "HTML"}),
        (
            "telegram",
            {"disable_notification": False},
            {"disableNotification": False, "disable_notification": False},
        ),
        (
            "pinterest",
            {"url": "https://a.test"},
            {"url": "https://a.test", "link": {"url": "https://a.test"}},
        ),
        (
            "pinterest",
            {"link": {"url": "https://a.test", "title": "A"}},
            {"url": "https://a.test", "link": {"url": "https://a.test", "title": "A"}},
        ),
        ("threads", {"replyTo": "1"}, {"replyTo": "1"}),
    ],
)
def test_what_publer_spells_in_two_ways_is_sent_in_both(
    network: str, given: dict[str, Any], both: dict[str, Any]
) -> None:
    body = content(network, "photo", fields=given, media=(PICTURE,))
    assert {key: value for key, value in body.items() if key not in {"type", "text", "media"}} == both


def test_extra_does_not_replace_the_other_name_of_a_field() -> None:
    body = content(
        "mastodon", "status", fields={"spoilerText": "a"}, extra={"content_warning": "b", "new": 1}
    )
    assert (body["spoilerText"], body["content_warning"], body["new"]) == ("a", "a", 1)


@pytest.mark.parametrize("key", ["board", "boardId", "board_id", "album_id"])
def test_publer_takes_the_board_of_a_pin_on_the_account_only(key: str) -> None:
    pin = target(network="pinterest", type="photo", media=(PICTURE,), fields={key: "Releases"})
    pin = pin._replace(ref=AccountRef(selector=pin.ref.selector, where=Where(), fields={"album_id": "13"}))
    assert sent(pin)["accounts"] == [{"id": "a", "album_id": "13"}]
    assert sent(pin)["networks"]["pinterest"].keys() == {"type", "text", "media"}


def test_the_labels_of_a_post_are_also_named_on_its_accounts() -> None:
    one = target()
    one = one._replace(post=replace(one.post, labels=("release",)))
    assert sent(one)["labels"] == ["release"]
    assert sent(one)["accounts"] == [{"id": "a", "labels": ["release"]}]
    own = one._replace(ref=AccountRef(selector=one.ref.selector, where=Where(), fields={"labels": []}))
    assert sent(own)["accounts"] == [{"id": "a", "labels": []}]


@pytest.mark.parametrize(
    ("network", "post_type", "media", "given", "written"),
    [
        ("linkedin", "document", True, {"title": "T"}, ("photo", {"type": "document"})),
        ("linkedin", "document", False, {"document": {"id": "d1"}}, ("photo", {"type": "document"})),
        ("linkedin", "photo", True, {}, ("photo", None)),
        ("google", "event", True, {"details": {"title": "T"}}, ("photo", {"type": "event", "title": "T"})),
        ("google", "offer", True, {}, ("photo", {"type": "offer"})),
        ("google", "photo", True, {"details": {"type": "photo"}}, ("photo", {"type": "photo"})),
        ("instagram", "reel", True, {"details": {"feed": True}}, ("video", {"type": "reel", "feed": True})),
        ("facebook", "story", True, {}, ("photo", {"type": "story"})),
        ("facebook", "reel", True, {}, ("video", {"type": "reel"})),
        ("instagram", "photo", True, {"details": {"type": "story"}}, ("photo", {"type": "story"})),
        ("youtube", "short", True, {}, ("video", {"type": "short"})),
        ("instagram", "carousel", True, {}, ("photo", None)),
        ("tiktok", "carousel", True, {}, ("photo", None)),
        ("pinterest", "carousel", True, {}, ("photo", None)),
        ("facebook", "carousel", False, {"sublinks": [{"url": "https://a.test"}]}, ("carousel", None)),
        ("facebook", "carousel", True, {"sublinks": [{"url": "https://a.test"}]}, ("carousel", None)),
        ("instagram", "video", True, {"details": {"type": "reel"}}, ("video", {"type": "reel"})),
        ("twitter", "status", False, {}, ("status", None)),
    ],
)
def test_a_kind_of_post_is_written_as_publers_pages_show_it(
    network: str, post_type: str, media: bool, given: dict[str, Any], written: tuple[str, Any]
) -> None:
    body = content(network, post_type, fields=given, media=(PICTURE,) if media else ())
    assert (body["type"], body.get("details")) == written


def test_publer_takes_a_story_as_what_it_shows() -> None:
    film = Media(source=MediaSource.ID, value="m2", where=Where(), fields={"type": "video"})
    story = content("instagram", "story", media=(film,))
    assert (story["type"], story["details"]) == ("video", {"type": "story"})


def test_publer_takes_the_id_of_a_document_among_its_media() -> None:
    body = content("linkedin", "document", fields={"document": {"id": "d1", "title": "T"}})
    assert body["media"] == [{"id": "d1", "type": "document"}]
    assert body["title"] == "T"
    assert "document" not in body


SENDABLE = {
    "facebook": "status photo video link gif carousel", "instagram": "photo video",
    "twitter": "status photo video link gif poll", "linkedin": "status photo video link poll gif",
    "pinterest": "photo video", "google": "photo status", "youtube": "video", "tiktok": "video photo",
    "wordpress": "article", "telegram": "status photo video link gif",
    "mastodon": "status photo video link gif poll", "threads": "status photo video link",
    "bluesky": "status photo video link",
}  # fmt: skip
"""What Publer was shown, or seen, to take as `type`."""


@pytest.mark.parametrize(
    ("network", "post_type"), [(key, word) for key, rules in NETWORKS.items() for word in sorted(rules.types)]
)
def test_publer_gets_only_types_that_it_takes(network: str, post_type: str) -> None:
    body = content(network, post_type, media=() if post_type in {"status", "link", "poll"} else (PICTURE,))
    assert body["type"] in SENDABLE[network].split()


@pytest.mark.parametrize(
    "given",
    [{"privacy": "private"}, {"details": {"privacy": "private"}}, {"privacy": "private", "details": {}}],
)
@pytest.mark.parametrize("post_type", ["video", "short"])
def test_a_video_that_is_private_is_so_wherever_publer_looks(post_type: str, given: dict[str, Any]) -> None:
    body = content("youtube", post_type, fields=given, media=(PICTURE,))
    assert (body["privacy"], body["details"]["privacy"]) == ("private", "private")


def test_the_text_of_a_video_is_also_its_description() -> None:
    body = content("youtube", "video", text="It moves", media=(PICTURE,))
    assert (body["text"], body["description"]) == ("It moves", "It moves")
    own = content("youtube", "video", text="It moves", media=(PICTURE,), fields={"description": "Other"})
    assert (own["text"], own["description"]) == ("It moves", "Other")


def test_a_short_is_one_in_both_spellings() -> None:
    body = content("youtube", "video", fields={"isShort": True}, media=(PICTURE,))
    assert (body["isShort"], body["details"]) == (True, {"type": "short"})


def test_the_title_of_a_document_stands_where_publers_pages_have_it() -> None:
    body = content("linkedin", "document", fields={"document": {"title": "T"}}, media=(PICTURE,))
    assert (body["type"], body["title"]) == ("photo", "T")


def test_an_article_always_has_the_blocks_that_publer_requires() -> None:
    body = content("wordpress", "article", text="One & <b>\ntwo\n\n\nThree")
    assert body["text"] == "One & <b>\ntwo\n\n\nThree"
    assert body["content"] == [
        {"id": "p1", "type": "paragraph", "data": {"text": "One &amp; &lt;b&gt;<br>two"}},
        {"id": "p2", "type": "paragraph", "data": {"text": "Three"}},
    ]
    own = [{"id": "x", "type": "code", "data": {"code": "a"}}]
    assert content("wordpress", "article", text="Hi", fields={"content": own})["content"] == own


@pytest.mark.parametrize(
    ("account_type", "key"),
    [
        ("wordpress_oauth", "wordpress_oauth"),
        ("wordpress_basic", "wordpress_basic"),
        ("blog", "wordpress"),
        ("", "wordpress"),
    ],
)
def test_publer_takes_an_article_under_the_type_of_its_account(account_type: str, key: str) -> None:
    """Under two of them it might go out twice."""
    one = target(network="wordpress", type="article")
    one = one._replace(account=one.account._replace(type=account_type))
    assert list(sent(one)["networks"]) == [key]
    assert len(sent(one)["accounts"]) == 1


@pytest.mark.parametrize("account_type", ["blog", "wordpress_oauth", "wordpress_basic", ""])
def test_a_provider_of_publers_may_be_the_key_of_an_article(account_type: str) -> None:
    one = target(network="wordpress", type="article")
    one = one._replace(account=one.account._replace(provider="wordpress_oauth", type=account_type))
    assert list(sent(one)["networks"]) == ["wordpress_oauth"]


def test_only_wordpress_is_keyed_by_the_kind_of_its_account() -> None:
    one = target(network="twitter")
    one = one._replace(account=one.account._replace(type="twitter_profile"))
    assert list(sent(one)["networks"]) == ["twitter"]
