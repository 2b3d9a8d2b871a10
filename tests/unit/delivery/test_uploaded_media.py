"""Guards: what Publer says about a file and a network is reported before anything is published."""

from __future__ import annotations

from typing import Any

import pytest

from publer_publish.delivery.media import UploadedMedia, key_of
from publer_publish.errors import Problems, Severity, Where
from publer_publish.networks.table import Kind
from publer_publish.post.media.kinds import MediaInfo
from publer_publish.post.model import Content, Media, MediaSource

MEDIA = Media(source=MediaSource.FILE, value="a.mp4", where=Where(file="post.yml", line=7))
INFO = MediaInfo(kind=Kind.VIDEO, format="mp4", mime="video/mp4", size=5_000_000, width=64, height=48)


def warnings(
    validity: Any, network: str = "instagram", content_type: str = "video", subtype: str = ""
) -> list[str]:
    prepared = UploadedMedia(
        answers={key_of(MEDIA): ({"id": "1", "validity": validity},)}, infos={key_of(MEDIA): INFO}
    )
    fields = {"details": {"type": subtype}} if subtype else {}
    content = Content(
        network=network, type=content_type, text="", where=Where(), media=(MEDIA,), fields=fields
    )
    found = Problems()
    prepared.warn(content, found)
    assert all(problem.severity is Severity.WARNING and problem.where == MEDIA.where for problem in found)
    return [problem.message for problem in found]


SAYS = ["Publer says that Instagram will not take 'a.mp4' (MP4, 64 x 48 pixels, 5 MB)."]


@pytest.mark.parametrize(
    "validity", [{"instagram": False}, {"instagram": {"video": False}}, {"instagram": {"post": False}}]
)
def test_a_network_that_will_not_take_a_file_is_named(validity: Any) -> None:
    assert warnings(validity) == SAYS


def test_the_use_that_is_meant_decides() -> None:
    validity = {"instagram": {"post": True, "reel": False, "video": True}}
    assert warnings(validity) == []
    assert warnings(validity, subtype="reel") == SAYS
    assert warnings(validity, content_type="reel") == SAYS


@pytest.mark.parametrize(
    "validity",
    [
        None,
        [],
        "no",
        {},
        {"twitter": False},
        {"instagram": None},
        {"instagram": {}},
        {"instagram": {"post": 0}},
    ],
)
def test_what_is_not_said_is_no_warning(validity: Any) -> None:
    assert warnings(validity) == []


def test_wordpress_has_three_spellings() -> None:
    assert len(warnings({"wordpress_basic": False}, "wordpress", "article")) == 1


def test_a_failed_item_has_no_warning() -> None:
    content = Content(network="twitter", type="video", text="", where=Where(), media=(MEDIA,))
    problems = Problems()
    UploadedMedia(failures={key_of(MEDIA): "no"}).warn(content, problems)
    assert not len(problems)


@pytest.mark.parametrize("source", MediaSource)
@pytest.mark.parametrize(
    ("fields", "caption"), [({}, "Three charts"), ({"caption": "Our new charts"}, "Our new charts")]
)
def test_publers_pages_name_the_alt_text_in_two_ways(
    source: MediaSource, fields: dict[str, Any], caption: str
) -> None:
    """A caption of the file's own is another text, and stays."""
    media = Media(source=source, value="m1", where=Where(), alt_text="Three charts", fields=fields)
    answer = {"id": "m1", "type": "photo", "caption": "IMG_0042"}
    (item,) = UploadedMedia(answers={key_of(media): (answer,)}).items(media)
    assert (item["id"], item["alt_text"], item["caption"]) == ("m1", "Three charts", caption)
