"""The post list is read to its end, however Publer counts, pages and filters it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from publer_publish.clock import Deadline
from publer_publish.delivery.matching_posts import Origin, PostList
from publer_publish.errors import ServiceError
from publer_publish.publer.errors import RefusedError
from publer_publish.publer.model import ListedPost, PostPage
from sandbox.clock import VirtualClock
from tests.support.build import live, target


@dataclass
class Paged:
    """Pages of two posts, counted and announced as somebody likes."""

    count: int
    first: int = 0
    announces: bool = True
    below_first: str = "empty"
    """What page 0 shows where pages count from 1: nothing, or page 1."""
    asked: list[int] = field(default_factory=list)
    dates: list[tuple[date, date]] = field(default_factory=list)

    def posts(self, accounts: Sequence[str], since: date, until: date, page: int, **_: Any) -> PostPage:
        self.asked.append(page)
        self.dates.append((since, until))
        everything = [live(f"p{number}") for number in range(self.count)]
        place = page - self.first
        if place < 0 and self.below_first == "page 1":
            place = 0
        shown: list[ListedPost] = everything[2 * place : 2 * place + 2] if place >= 0 else []
        total = self.count if self.announces else None
        pages = -(-self.count // 2) if self.announces else None
        return PostPage(posts=tuple(shown), total=total, total_pages=pages)


def read(publer: Any, accounts: Sequence[str] = ("a",), *, posts: PostList | None = None) -> list[str]:
    deadline = Deadline.after(VirtualClock(), 60)
    since = deadline.clock.time() - 60
    found = (posts or PostList(publer, lambda _: None)).read(accounts, since=since, deadline=deadline)
    return [post.id for post in found]


@pytest.mark.parametrize("announces", [True, False])
@pytest.mark.parametrize(("first", "below"), [(0, ""), (1, "empty"), (1, "page 1")])
@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5, 9])
def test_no_page_is_left_out(count: int, first: int, below: str, announces: bool) -> None:
    """A post that is overlooked is a post that is sent twice."""
    pages = Paged(count, first, announces, below)
    assert read(pages) == [f"p{number}" for number in range(count)]


def test_a_single_page_is_one_request() -> None:
    pages = Paged(2)
    read(pages)
    assert pages.asked == [0]


def test_a_list_that_never_ends_stops_the_run_instead_of_being_cut() -> None:
    with pytest.raises(ServiceError, match="too many to look through"):
        read(Paged(1000))


def test_two_days_more_are_asked_for_on_both_sides() -> None:
    """The days may be exclusive, and those of another time zone. The clock says 2026-10-31 12:00 UTC."""
    pages = Paged(1)
    read(pages)
    assert pages.dates == [(date(2026, 10, 29), date(2026, 11, 2))]


def test_many_accounts_are_asked_for_in_parts() -> None:
    pages = Paged(1)
    read(pages, [f"account-{number}" for number in range(250)])
    assert pages.asked == [0, 0, 0]


@dataclass
class Whole:
    """Publer as it was seen: the whole window in one answer, whatever the page; with counts of its own."""

    rows: Sequence[ListedPost]
    total: int | None = None
    total_pages: int | None = None
    in_future: int | None = None
    """``total`` of a window in which nothing is."""
    states: str = "any"
    """Which of several states it honours: any, the first, or the last."""
    grows: int = 0
    """So many rows are left out of the first answer."""
    asked: list[tuple[int, date, tuple[str, ...]]] = field(default_factory=list)

    def posts(
        self, _: Sequence[str], since: date, until: date, page: int, states: Sequence[str], **__: Any
    ) -> PostPage:
        self.asked.append((page, since, tuple(states)))
        if since.year > 2026:
            return PostPage(posts=(), total=self.in_future, total_pages=self.total_pages)
        known = {"any": states, "first": states[:1], "last": states[-1:]}[self.states]
        shown = [row for row in self.rows if row.state in known]
        shown = shown[self.grows :] if len(self.asked) == 1 else shown
        return PostPage(posts=tuple(shown), total=self.total, total_pages=self.total_pages)


FORTY = [live(f"p{number}") for number in range(40)]


@pytest.mark.parametrize("total", [None, 40])
@pytest.mark.parametrize("pages", [None, 0, 1, 2, 20, 10_000])
def test_a_window_that_comes_whole_is_read_in_three_requests_at_most_whatever_is_said_of_pages(
    pages: int | None, total: int | None
) -> None:
    publer = Whole(FORTY, total=total, total_pages=pages)
    posts = PostList(publer, lambda _: None)  # type: ignore[arg-type]
    assert len(read(publer, posts=posts)) == 40
    assert len(publer.asked) <= (1 if total and (pages or 0) < 2 else 3)
    before = len(publer.asked)
    assert len(read(publer, posts=posts)) == 40
    assert len(publer.asked) - before <= (2 if pages == 2 else 1), (
        "what Publer does with pages is learned once"
    )


def test_a_total_that_counts_more_than_the_window_is_left_aside_with_a_line() -> None:
    said: list[str] = []
    publer = Whole(FORTY, total=545, in_future=545)
    posts = PostList(publer, said.append)  # type: ignore[arg-type]
    assert len(read(publer, posts=posts)) == 40
    assert said == ["Publer's `total` counts more than the posts of the days asked for: so it is ignored."]
    assert len(publer.asked) <= 5
    before = len(publer.asked)
    read(publer, posts=posts)
    assert len(publer.asked) - before == 1


@pytest.mark.parametrize("in_future", [None, 0, 7])
def test_a_total_above_the_rows_that_counts_the_window_means_that_rows_are_missing(
    in_future: int | None,
) -> None:
    with pytest.raises(ServiceError, match="Publer counts 41 posts of these accounts and lists 40"):
        read(Whole(FORTY, total=41, in_future=in_future))


def test_a_row_that_is_missing_at_first_is_found_when_the_list_is_read_once_more() -> None:
    publer = Whole(FORTY, total=40, in_future=0, grows=1)
    assert len(read(publer)) == 40
    assert all(since.year == 2026 for _, since, _ in publer.asked)


FAILED = live("f", state="failed")


@dataclass
class Shifting:
    """Pages of two posts, of which the newest goes before some of the answers."""

    gone_before: tuple[int, ...]
    """Numbers of answers, from 1."""
    counts: bool = True
    answers: int = 0
    rows: list[str] = field(default_factory=lambda: [f"p{number}" for number in range(9)])

    def posts(self, _accounts: Sequence[str], since: date, _until: date, page: int, **_: Any) -> PostPage:
        self.answers += 1
        if self.answers in self.gone_before:
            del self.rows[0]
        shown = self.rows[2 * page : 2 * page + 2] if since.year < 2027 else []
        return PostPage(posts=tuple(map(live, shown)), total=len(self.rows) if self.counts else None)


@pytest.mark.parametrize("counts", [True, False])
@pytest.mark.parametrize("answer", range(2, 6))
def test_a_row_that_slips_to_a_page_already_read_is_not_missed(answer: int, counts: bool) -> None:
    """21 posts on two pages, one of the newer ones is deleted in between: the 21st was on neither."""
    assert set(read(Shifting((answer,), counts))) >= {f"p{number}" for number in range(1, 9)}


@pytest.mark.parametrize("counts", [True, False])
def test_a_list_that_changes_whenever_it_is_read_is_not_believed(counts: bool) -> None:
    pages = Shifting(tuple(range(2, 100, 2)), counts, rows=[f"p{number}" for number in range(60)])
    with pytest.raises(ServiceError, match="changed each of the 4 times"):
        read(pages)


@pytest.mark.parametrize("states", ["any", "first", "last"])
@pytest.mark.parametrize("rows", [[], [live("p")], [FAILED], [live("p"), FAILED]])
def test_one_of_several_states_honoured_hides_no_published_post(rows: list[ListedPost], states: str) -> None:
    publer = Whole(rows, states=states)
    assert {post.id for post in rows if post.is_live} <= set(read(publer))


def test_published_alone_is_asked_for_only_where_no_published_post_is_shown() -> None:
    shown, hidden = Whole([live("p"), FAILED], total=2), Whole([FAILED])
    read(shown)
    read(hidden)
    assert len(shown.asked) == 1
    assert hidden.asked[-1][2] == ("published",)


class WithSignatures:
    """Publer as far as signatures go."""

    def __init__(self, **texts: str) -> None:
        self.texts, self.asked = texts, list[list[str]]()

    def signatures(self, account_ids: list[str], **_: Any) -> dict[str, tuple[str, ...]]:
        self.asked.append(account_ids)
        if not self.texts:
            raise RefusedError(403, "no")
        return {account: (text,) for account, text in self.texts.items()}


def learn(publer: WithSignatures, *rows: ListedPost) -> PostList:
    posts = PostList(publer, lambda _: None)  # type: ignore[arg-type]
    for _ in range(2):
        posts.learn_signatures(
            [target(), target(account="b")],
            rows,
            lambda _: Origin.ANY_RUN,
            Deadline.after(VirtualClock(), 60),
        )
    return posts


def test_signatures_are_asked_for_once_and_only_of_accounts_where_a_row_goes_on() -> None:
    publer = WithSignatures(a="Bye")
    signed = live(text="Hello\nBye")
    posts = learn(publer, signed, live("q", account_id="b", text="Something else"))
    assert publer.asked == [["a"]]
    assert posts.compare(target(), signed, Origin.ANY_RUN).name == "SAME"
    nothing = WithSignatures(a="Bye")
    learn(nothing, live())
    assert nothing.asked == []


def test_signatures_that_publer_does_not_tell_leave_it_open() -> None:
    signed = live(text="Hello\nBye")
    posts = learn(WithSignatures(), signed)
    assert posts.compare(target(), signed, Origin.ANY_RUN).name == "GOES_ON"
