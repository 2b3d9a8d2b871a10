"""Guards: the type follows from the content, and what a network will not take is known before it is sent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from publer_publish.errors import Problem, Problems, Severity, Where
from publer_publish.networks.table import NETWORKS, Kind
from publer_publish.post.media import rules
from publer_publish.post.media.kinds import MediaInfo
from publer_publish.post.media.rules import infer_type, kind_of
from publer_publish.post.model import Media, MediaSource

Item = tuple[Media, MediaInfo | None]


def file(name: str, **known: Any) -> Item:
    kind = {"jpg": Kind.PHOTO, "mp4": Kind.VIDEO, "gif": Kind.GIF, "pdf": Kind.DOCUMENT}[name[-3:]]
    item = Media(source=MediaSource.FILE, value=name, where=Where(path=(name,)), alt_text="Something")
    given: dict[str, Any] = {"kind": kind, "format": name[-3:], "mime": "", "size": 1000}
    return item, MediaInfo(**(given | known))


def check_for_network(network: str, content_type: str, items: list[Item], subtype: str = "") -> list[Problem]:
    problems = Problems()
    rules.check_for_network(network, content_type, items, problems, subtype=subtype)
    return list(problems)


def wrong(network: str, content_type: str, items: list[Item]) -> list[Problem]:
    """What is more than a notice."""
    found = check_for_network(network, content_type, items)
    return [problem for problem in found if problem.severity is not Severity.NOTICE]


def other(source: MediaSource, value: str, **fields: Any) -> Item:
    return Media(
        source=source, value=value, where=Where(path=(value,)), alt_text="Something", fields=fields
    ), None


def photos(count: int) -> list[Item]:
    return [file(f"{number}.jpg") for number in range(count)]


PHOTO, VIDEO, GIF, PDF = file("a.jpg"), file("a.mp4"), file("a.gif"), file("a.pdf")
UNKNOWN = other(MediaSource.ID, "66db83154e299efa19a2d8eb")


@pytest.mark.parametrize(
    ("item", "kind"),
    [
        (other(MediaSource.URL, "https://example.com/a/b.JPEG?size=1#x"), Kind.PHOTO),
        (other(MediaSource.URL, "https://example.com/b.mov"), Kind.VIDEO),
        (other(MediaSource.URL, "https://example.com/b.mov", type="gif"), Kind.GIF),
        (other(MediaSource.URL, "https://example.com/picture?name=b.png"), None),
        (other(MediaSource.URL, "https://example.com"), None),
        (other(MediaSource.URL, "https://[::1"), None),
        (other(MediaSource.ID, "a.png"), None),
        (other(MediaSource.ID, "1", type="image"), Kind.PHOTO),
        (other(MediaSource.ID, "1", type=["video"]), None),
        (other(MediaSource.FILE, "a.webm"), Kind.VIDEO),
        (file("a.jpg", kind=Kind.VIDEO), Kind.VIDEO),
    ],
)
def test_the_kind_follows_from_content_then_type_then_name(item: Item, kind: Kind | None) -> None:
    assert kind_of(*item) is kind


@pytest.mark.parametrize(
    ("network", "items", "more", "expected"),
    [
        ("twitter", [], {}, "status"),
        ("twitter", [], {"has_link": True}, "link"),
        ("twitter", [PHOTO], {"has_link": True}, "photo"),
        ("twitter", photos(4), {}, "photo"),
        ("twitter", [VIDEO], {}, "video"),
        ("twitter", [GIF], {}, "gif"),
        ("twitter", [UNKNOWN], {}, "photo"),
        ("twitter", [], {"has_poll": True, "has_link": True}, "poll"),
        ("twitter", [PHOTO], {"fields": {"type": "status"}}, "status"),
        ("google", [], {"has_link": True}, "status"),
        ("google", [], {"has_link": True, "fields": {"details": {"type": "event"}}}, "event"),
        ("google", [PHOTO], {"fields": {"details": {"type": "offer"}}}, "photo"),
        ("linkedin", [PDF], {}, "document"),
        ("linkedin", [], {"fields": {"document": {"id": "1"}}}, "document"),
        ("instagram", [PHOTO], {}, "photo"),
        ("instagram", photos(2), {}, "photo"),
        ("instagram", [PHOTO, VIDEO], {}, "carousel"),
        ("instagram", [VIDEO], {"fields": {"details": {"type": "reel"}}}, "video"),
        ("instagram", [GIF], {}, "gif"),
        ("pinterest", photos(3), {}, "photo"),
        ("tiktok", photos(3), {}, "photo"),
        ("facebook", photos(3), {}, "photo"),
        ("facebook", [], {"fields": {"sublinks": [{}]}}, "carousel"),
        ("facebook", [PHOTO], {"fields": {"sublinks": [{}]}}, "carousel"),
        ("facebook", [], {"fields": {"details": {"type": "story"}}}, "story"),
        ("wordpress", [PHOTO], {"has_link": True}, "article"),
        ("wordpress_oauth", [], {}, "article"),
    ],
)
def test_the_type_follows_from_the_content(
    network: str, items: list[Item], more: dict[str, Any], expected: str
) -> None:
    flags = {key: value for key, value in more.items() if key != "fields"}
    assert infer_type(network, more.get("fields", {}), items, **flags) == expected


@pytest.mark.parametrize(
    ("network", "content_type", "items"),
    [
        ("facebook", "photo", photos(10)),
        ("instagram", "carousel", photos(10)),
        ("instagram", "photo", [file("a.jpg", width=1080, height=1350)]),
        ("twitter", "photo", photos(4)),
        ("twitter", "gif", [GIF]),
        ("twitter", "video", [file("a.mp4", duration_seconds=140.0)]),
        ("linkedin", "document", [PDF]),
        ("linkedin", "document", photos(3)),
        ("linkedin", "photo", photos(20)),
        ("telegram", "photo", [UNKNOWN]),
        ("facebook", "story", [PHOTO]),
        ("google", "event", [PHOTO]),
        *((key, "video", [VIDEO]) for key, record in NETWORKS.items() if "video" in record.types),
        ("twitter", "status", []),
    ],
)
def test_what_a_network_takes_is_no_problem(network: str, content_type: str, items: list[Item]) -> None:
    assert wrong(network, content_type, items) == []


ERRORS = [
    ("instagram", "gif", [GIF], "a.gif", "Instagram takes no gif: 'a.gif'."),
    ("bluesky", "gif", [PHOTO, GIF], "a.gif", "Bluesky takes no gif: 'a.gif'."),
    ("facebook", "document", [PDF], "a.pdf", "Facebook takes no document: 'a.pdf'."),
    ("youtube", "photo", [PHOTO], "a.jpg", "YouTube takes no photo: 'a.jpg'."),
    (
        "youtube",
        "video",
        [other(MediaSource.URL, "https://x.test/a.png")],
        "https://x.test/a.png",
        "YouTube takes no photo: 'https://x.test/a.png'.",
    ),
    ("twitter", "photo", [VIDEO], "a.mp4", "X: 'a.mp4' is a video, but the type is photo."),
    ("instagram", "reel", [PHOTO], "a.jpg", "Instagram: 'a.jpg' is a photo, but the type is reel."),
    ("twitter", "photo", photos(5), "4.jpg", "X takes at most 4 photos in a post; these are 5."),
    (
        "bluesky",
        "photo",
        [UNKNOWN] * 5,
        UNKNOWN[0].value,
        "Bluesky takes at most 4 media items in a post; these are 5.",
    ),
    ("twitter", "video", [VIDEO, VIDEO], "a.mp4", "X takes at most 1 video in a post; these are 2."),
    ("twitter", "gif", [GIF, GIF], "a.gif", "X takes at most 1 gif in a post; these are 2."),
    ("mastodon", "video", [PHOTO, VIDEO], "a.mp4", "Mastodon takes no photo and video together in one post."),
    ("twitter", "gif", [PHOTO, GIF], "a.gif", "X takes no gif and photo together in one post."),
    ("threads", "video", [PHOTO, VIDEO], "a.mp4", "Threads takes no photo and video together in one post."),
    ("telegram", "video", [PHOTO, VIDEO], "a.mp4", "Telegram takes no photo and video together in one post."),
    ("pinterest", "photo", photos(6), "5.jpg", "Pinterest takes at most 5 photos in a post; these are 6."),
    ("telegram", "photo", photos(11), "10.jpg", "Telegram takes at most 10 photos in a post; these are 11."),
    ("threads", "photo", photos(21), "20.jpg", "Threads takes at most 20 photos in a post; these are 21."),
    (
        "instagram",
        "carousel",
        photos(11),
        "10.jpg",
        "Instagram takes at most 10 photos in a post; these are 11.",
    ),
    (
        "google",
        "photo",
        [PHOTO, file("b.jpg")],
        "b.jpg",
        "Google Business takes at most 1 photo in a post; these are 2.",
    ),
    ("google", "photo", [GIF], "a.gif", "Google Business takes no gif: 'a.gif'."),
    ("instagram", "story", photos(2), "1.jpg", "A story on Instagram shows one item; these are 2."),
    (
        "instagram",
        "reel",
        [VIDEO, file("b.mp4")],
        "b.mp4",
        "A reel on Instagram shows one item; these are 2.",
    ),
    ("linkedin", "photo", photos(21), "20.jpg", "LinkedIn takes at most 20 photos in a post; these are 21."),
    ("twitter", "video", [VIDEO, PHOTO], "a.jpg", "X takes no photo and video together in one post."),
    *(
        (
            network,
            kind,
            [PHOTO],
            "a.jpg",
            f"{NETWORKS[network].label} takes no media in a post of type {kind}.",
        )
        for network, kind in (
            ("facebook", "carousel"),
            ("twitter", "status"),
            ("linkedin", "link"),
            ("mastodon", "poll"),
            ("wordpress", "article"),
        )
    ),
    ("facebook", "photo", [VIDEO], "a.mp4", "Facebook: 'a.mp4' is a video, but the type is photo."),
]


@pytest.mark.parametrize(("network", "content_type", "items", "place", "says"), ERRORS)
def test_what_is_certain_is_an_error_at_the_item(
    network: str, content_type: str, items: list[Item], place: str, says: str
) -> None:
    problems = check_for_network(network, content_type, items)
    assert [(problem.message, problem.where.path[0], problem.severity) for problem in problems] == [
        (says, place, Severity.ERROR)
    ]
    assert problems[0].hint


def subtyped(network: str, subtype: str, item: Item) -> list[str]:
    return [problem.message for problem in check_for_network(network, "video", [item], subtype=subtype)]


WARNINGS = [
    (
        "instagram",
        "carousel",
        [*photos(9), VIDEO],
        "No page of Publer's shows how photo and video go together on Instagram.",
    ),
    ("facebook", "photo", photos(11), "Facebook takes at most 10 photos in a post; these are 11."),
    (
        "youtube",
        "short",
        [file("a.mp4", duration_seconds=61.0)],
        "'a.mp4' lasts 1:01 min; YouTube is said to take 0 s to 1:00 min in a short.",
    ),
    (
        "google",
        "photo",
        [file("a.jpg", width=249, height=600)],
        "'a.jpg' has 249 x 600 pixels; Google Business is said to want a width of at least 250.",
    ),
    (
        "twitter",
        "photo",
        [file("a.jpg", size=5_100_000)],
        "'a.jpg' has 5.1 MB; X is said to take at most 5 MB.",
    ),
    (
        "twitter",
        "video",
        [file("a.mp4", duration_seconds=140.5)],
        "'a.mp4' lasts 2:20 min; X is said to take 0.5 s to 2:20 min in a video.",
    ),
    (
        "threads",
        "video",
        [file("a.mp4", duration_seconds=3600.0)],
        "'a.mp4' lasts 1:00:00 h; Threads is said to take 3 s to 5:00 min in a video.",
    ),
    (
        "instagram",
        "photo",
        [file("a.jpg", width=1000, height=2000)],
        "'a.jpg' has 1000 x 2000 pixels, 0.50 to 1; Instagram is said to take 0.8 to 1 up to 1.91 to 1.",
    ),
    (
        "instagram",
        "photo",
        [file("a.jpg", width=300, height=300)],
        "'a.jpg' has 300 x 300 pixels; Instagram is said to want a width of at least 320.",
    ),
    (
        "twitter",
        "gif",
        [file("a.gif", width=2049, height=10)],
        "'a.gif' has 2049 x 10 pixels; X is said to take a GIF of at most 2048 on a side.",
    ),
    ("twitter", "photo", [file("a.jpg", animated=True)], "'a.jpg' is animated; X will show a still picture."),
]


@pytest.mark.parametrize(("network", "content_type", "items", "says"), WARNINGS)
def test_what_is_said_but_not_certain_is_a_warning(
    network: str, content_type: str, items: list[Item], says: str
) -> None:
    problems = wrong(network, content_type, items)
    assert [(problem.message, problem.severity) for problem in problems] == [(says, Severity.WARNING)]


def test_reels_and_stories_have_limits_of_their_own() -> None:
    long = file("a.mp4", duration_seconds=91.0)
    assert subtyped("facebook", "reel", long) == [
        "'a.mp4' lasts 1:31 min; Facebook is said to take 3 s to 1:30 min in a reel."
    ]
    assert subtyped("instagram", "story", long) == [
        "'a.mp4' lasts 1:31 min; Instagram is said to take 0 s to 1:00 min in a story."
    ]
    assert subtyped("instagram", "reel", long) == [
        "'a.mp4' lasts 1:31 min; Instagram is said to take 3 s to 1:30 min in a reel."
    ]
    assert subtyped("instagram", "", long) == []
    pages = photos(100)
    assert check_for_network("linkedin", "photo", pages, subtype="document") == []
    assert check_for_network("linkedin", "document", pages) == []
    assert check_for_network("linkedin", "photo", [PDF], subtype="document") == []
    (problem,) = check_for_network("linkedin", "document", photos(101))
    assert problem.message == "LinkedIn takes at most 100 pages in a document; these are 101."
    assert problem.where.path[0] == "100.jpg"
    tall = file("a.jpg", width=1080, height=1920)
    assert check_for_network("instagram", "photo", [tall], subtype="story") == []


def test_a_picture_without_alt_text_is_one_warning_however_many_networks_use_it() -> None:
    item = Media(source=MediaSource.FILE, value="a.jpg", where=Where(line=3), alt_text=" ")
    found = {
        problem
        for key in ("twitter", "mastodon")
        for problem in check_for_network(key, "photo", [(item, PHOTO[1])])
    }
    assert [(problem.message, problem.severity, problem.where.line) for problem in found] == [
        ("'a.jpg' has no alt_text.", Severity.WARNING, 3)
    ]


@pytest.mark.parametrize(("key", "most"), [("twitter", 1_000), ("mastodon", 1_500), ("linkedin", None)])
def test_an_alt_text_has_the_length_that_the_network_takes(key: str, most: int | None) -> None:
    def problems(length: int) -> list[Problem]:
        item = Media(source=MediaSource.FILE, value="a.jpg", where=Where(line=3), alt_text="x" * length)
        return list(check_for_network(key, "photo", [(item, PHOTO[1])]))

    assert problems(most or 9_000) == []
    assert [one.message for one in problems(1_600)] == (
        [f"The alt_text has 1,600 characters; {NETWORKS[key].label} takes {most:,}."] if most else []
    )


def test_a_video_needs_no_alt_text_and_what_is_unknown_is_not_warned_of() -> None:
    for value in ("a.mp4", "a"):
        item = Media(source=MediaSource.URL, value=f"https://example.com/{value}", where=Where())
        assert check_for_network("twitter", "video", [(item, None)]) == []


def test_only_a_video_has_a_thumbnail_and_it_is_a_picture() -> None:
    def with_thumbnail(value: str, thumbnail: str) -> Media:
        picture = Media(source=MediaSource.FILE, value=thumbnail, where=Where(path=("thumbnail",)))
        return Media(
            source=MediaSource.FILE,
            value=value,
            where=Where(path=("media",)),
            alt_text="A",
            thumbnail=picture,
        )

    assert check_for_network("youtube", "video", [(with_thumbnail("a.mp4", "b.jpg"), None)]) == []
    assert [
        (problem.message, problem.where.path[0])
        for item in (with_thumbnail("a.jpg", "b.jpg"), with_thumbnail("a.mp4", "b.mp4"))
        for problem in check_for_network("facebook", f"{kind_of(item)}", [(item, None)])
    ] == [
        ("Only a video has a thumbnail; 'a.jpg' is a photo.", "media"),
        ("A thumbnail is a picture, and 'b.mp4' is not.", "thumbnail"),
    ]


def test_facebook_shows_alt_texts_beside_several_pictures_but_for_captions_of_their_own() -> None:
    plain = [file("a.jpg"), file("b.jpg")]
    (notice,) = check_for_network("facebook", "photo", plain)
    assert (notice.severity, notice.where.path) == (Severity.NOTICE, ("a.jpg",))
    assert notice.message == "Facebook shows the alt text beside each of several pictures."
    own = [(replace(media, fields={"caption": "Mine"}), info) for media, info in plain]
    for name, items in (("facebook", own), ("facebook", plain[:1]), ("linkedin", plain)):
        assert check_for_network(name, "photo", items) == []
