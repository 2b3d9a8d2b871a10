"""Rule 3, within a run: the same post on the same account goes out once, and the second says what became of it."""

from __future__ import annotations

from typing import Any

import pytest

from publer_publish.delivery.duplicates import repeats_among, settle_repeat
from publer_publish.delivery.ledger import Ledger
from publer_publish.errors import Where
from publer_publish.post.model import Media, MediaSource
from publer_publish.report.values import Status
from tests.support.build import live, target

FIELDS = {"title": "A", "privacy": "public"}
SAME: dict[str, dict[str, Any]] = {
    "everything": {},
    "white space": {"text": " Hello\n"},
    "the order of the fields": {"fields": dict(reversed(FIELDS.items()))},
}
ANOTHER: dict[str, dict[str, Any]] = {
    "account": {"account": "b"},
    "text": {"text": "Hullo"},
    "type": {"type": "photo"},
    "field": {"fields": {**FIELDS, "title": "B"}},
    "extra": {"extra": {"album": 1}},
    "media": {"media": (Media(source=MediaSource.ID, value="1", where=Where()),)},
}
ONE = target(post=0, fields=FIELDS)


@pytest.mark.parametrize("other", SAME.values(), ids=SAME)
def test_what_comes_out_as_the_same_post_is_one(other: dict[str, Any]) -> None:
    again = target(post=1, **({"fields": FIELDS} | other))
    assert repeats_among([ONE, again]) == {again.key: ONE}


@pytest.mark.parametrize("other", ANOTHER.values(), ids=ANOTHER)
def test_what_differs_in_anything_that_is_posted_is_another(other: dict[str, Any]) -> None:
    assert repeats_among([ONE, target(post=1, **({"fields": FIELDS} | other))]) == {}


@pytest.mark.parametrize(
    ("status", "duplicate", "became", "counts_as_live"),
    [
        (Status.PUBLISHED, False, Status.SKIPPED, True),
        (Status.SKIPPED, True, Status.SKIPPED, True),
        (Status.FAILED, False, Status.FAILED, False),
        (Status.UNCONFIRMED, False, Status.UNCONFIRMED, False),
    ],
)
def test_the_second_shares_the_fate_of_the_first(
    status: Status, duplicate: bool, became: Status, counts_as_live: bool
) -> None:
    ledger, again = Ledger(), target(post=1, fields=FIELDS)
    ledger.expect([ONE, again])
    ledger.settle(ONE, status, live=live("p", link="https://x.example/p"), duplicate=duplicate)
    settle_repeat(again, ONE, ledger)
    result = ledger.result_of(again)
    assert (result.status, result.duplicate) == (became, counts_as_live)
    assert result.url == (None if became is Status.FAILED else "https://x.example/p")
    assert "the same post comes earlier in this run (post 1 of posts.yml)" in result.message
