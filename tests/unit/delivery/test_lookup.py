"""The post list is read to its end, however its pages are counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from publer_publish.clock import Deadline
from publer_publish.delivery.matching_posts import listed_posts
from publer_publish.errors import ServiceError
from publer_publish.publer.model import LivePost, PostPage
from sandbox.clock import VirtualClock
from tests.unit.delivery.build import live


@dataclass
class PostList:
    """Pages of two posts, counted and announced as somebody likes."""

    count: int
    first: int = 0
    announces: bool = True
    below_first: str = "empty"
    """What page 0 shows where pages count from 1: nothing, or page 1."""
    asked: list[int] = field(default_factory=list)
    dates: list[tuple[date, date]] = field(default_factory=list)

    def posts(self, accounts: Sequence[str], since: date, until: date, page: int = 0, **_: Any) -> PostPage:
        self.asked.append(page)
        self.dates.append((since, until))
        everything = [live(f"p{number}") for number in range(self.count)]
        place = page - self.first
        if place < 0 and self.below_first == "page 1":
            place = 0
        shown: list[LivePost] = everything[2 * place : 2 * place + 2] if place >= 0 else []
        return PostPage(posts=tuple(shown), total_pages=-(-self.count // 2) if self.announces else None)


def read(pages: PostList, accounts: Sequence[str] = ("a",)) -> list[str]:
    deadline = Deadline.after(VirtualClock(), 60)
    since = deadline.clock.time() - 60
    found = listed_posts(pages, accounts, since=since, deadline=deadline)  # type: ignore[arg-type]
    return [post.id for post in found]


@pytest.mark.parametrize("announces", [True, False])
@pytest.mark.parametrize(("first", "below"), [(0, ""), (1, "empty"), (1, "page 1")])
@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5, 9])
def test_no_page_is_left_out(count: int, first: int, below: str, announces: bool) -> None:
    """A post that is overlooked is a post that is sent twice."""
    pages = PostList(count, first, announces, below)
    assert read(pages) == [f"p{number}" for number in range(count)]


def test_a_single_page_is_one_request() -> None:
    pages = PostList(2)
    read(pages)
    assert pages.asked == [0]


def test_a_list_that_never_ends_stops_the_run_instead_of_being_cut() -> None:
    with pytest.raises(ServiceError, match="too many to look through"):
        read(PostList(1000))


def test_two_days_more_are_asked_for_on_both_sides() -> None:
    """The days may be exclusive, and those of another time zone. The clock stands at 2026-10-31 12:00 UTC."""
    pages = PostList(1)
    read(pages)
    assert pages.dates == [(date(2026, 10, 29), date(2026, 11, 2))]


def test_many_accounts_are_asked_for_in_parts() -> None:
    pages = PostList(0)
    read(pages, [f"account-{number}" for number in range(250)])
    assert pages.asked == [0, 0, 0]
