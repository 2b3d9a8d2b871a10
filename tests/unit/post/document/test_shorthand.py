"""Promise: what can mean only one thing may be written in the short form, and means the same as the long one."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.documents import parse

ITEM = {"file": "a.png"}


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("media: a.png", {"media": [ITEM]}),
        ("media: [a.png, HTTPS://e.com/b.png]", {"media": [ITEM, {"url": "HTTPS://e.com/b.png"}]}),
        ("media: {file: a.png}", {"media": [ITEM]}),
        ("media: [{file: a.png}, c.png]", {"media": [ITEM, {"file": "c.png"}]}),
        ("networks: {X: {media: a.png}, LinkedIn: }", {"networks": {"x": {"media": [ITEM]}, "linkedin": None}}),
        ("comments: [Hi, {media: a.png}]", {"comments": ["Hi", {"media": [ITEM]}]}),
        ("accounts: [{id: x, comments: [{media: [a.png]}]}]", {"accounts": [{"id": "x", "comments": [{"media": [ITEM]}]}]}),
        ("posts: [{media: a.png}, {media: a.png}]", {"posts": [{"media": [ITEM]}, {"media": [ITEM]}]}),
        ("- &p {media: a.png}\n- *p", [{"media": [ITEM]}, {"media": [ITEM]}]),
        ("bulk: {posts: [{media: a.png}]}", {"bulk": {"posts": [{"media": [ITEM]}]}}),
        # What has no meaning, or two, stays as it is written.
        ("networks: {Twitter: {}, twitter: {}}", {"networks": {"Twitter": {}, "twitter": {}}}),
        ("networks: {Myspace: {}}", {"networks": {"Myspace": {}}}),
        ("media: ''", {"media": ""}),
        ("media: {}", {"media": {}}),
        ("media: 5", {"media": 5}),
        ("media: [5, [a.png]]", {"media": [5, ["a.png"]]}),
        ("networks: [Twitter]", {"networks": ["Twitter"]}),
        ("extra: {media: a.png}", {"extra": {"media": "a.png"}}),
        ("posts: a.png", {"posts": "a.png"}),
    ],
)  # fmt: skip
def test_short_forms(short: str, long: Any) -> None:
    assert parse(short).data == long


def test_places_are_those_of_what_is_written() -> None:
    document = parse("text: Hi\nmedia:\n  - a.png\n  - b.png\nnetworks:\n  LinkedIn: { media: c.png }\n")
    assert document.where(("media", 1, "file")).position == "a.yml:4:5"
    assert document.where(("networks", "linkedin"), key=True).position == "a.yml:6:3"
    assert document.where(("networks", "linkedin", "media", 0)).position == "a.yml:6:22"
    assert document.where_in(("media", 1, "file"), 2).position == "a.yml:4:7"
    assert document.raw(("media", 0, "file")) == "a.png"
