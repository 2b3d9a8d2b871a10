"""Rule 3: the same post is recognised, and two different announcements are never taken for one."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publer_publish.delivery.matching_posts import (
    Search,
    are_doubles,
    comparable,
    find,
    is_live,
    is_on_its_way,
    twins_among,
    type_fits,
)
from tests.unit.delivery.build import live, target

SAME = {
    "line ends": ("one\ntwo", "one\r\ntwo"),
    "white space at the ends": ("one", "  one\n"),
    "runs of white space": ("one\n\ntwo", "one\n two"),
    "composition": ("caf\u00e9", "cafe\u0301"),
    "a byte order mark": ("one", "\ufeffone"),
}
DIFFERENT = {
    "version": ("acme v1.2.3 is out", "acme v1.2.4 is out"),
    "link": ("new https://example.com/a", "new https://example.com/b"),
    "case": ("Hello", "hello"),
    "emoji": ("out 🎉", "out 🚀"),
    "cut off": ("one two three", "one two"),
    "punctuation": ("out!", "out."),
}


@pytest.mark.parametrize(("ours", "theirs"), SAME.values(), ids=SAME)
def test_what_publer_changes_makes_no_difference(ours: str, theirs: str) -> None:
    assert find(target(text=ours), [live(text=theirs)], Search(since=0))


@pytest.mark.parametrize(("ours", "theirs"), DIFFERENT.values(), ids=DIFFERENT)
def test_two_announcements_are_never_taken_for_one(ours: str, theirs: str) -> None:
    assert find(target(text=ours), [live(text=theirs)], Search(since=0)) is None


@given(st.text(), st.text())
def test_only_white_space_and_composition_are_forgiven(ours: str, theirs: str) -> None:
    def letters(text: str) -> list[str]:
        return unicodedata.normalize("NFC", text.replace("\ufeff", " ")).split()

    invisible = set("\u200b\u2060\ufeff")
    if not invisible & set(ours + theirs):
        assert (comparable(ours) == comparable(theirs)) is (letters(ours) == letters(theirs))


FOUND = {
    "a live post": (live(), True),
    "another account": (live(account_id="b"), False),
    "before the window": (live(at=99.0), False),
    "without a time": (live(at=None), True),
    "known before": (live(id="old"), False),
}


@pytest.mark.parametrize(("post", "expected"), FOUND.values(), ids=FOUND)
def test_account_time_and_identity_decide(post: object, expected: bool) -> None:
    search = Search(since=100.0, known=frozenset({"old"}))
    assert (find(target(), [post], search) is not None) is expected  # type: ignore[list-item]  # from the table


def test_a_post_without_a_time_is_no_evidence_where_it_may_be_of_any_day() -> None:
    assert find(target(), [live(at=None)], Search(since=100.0, takes_timeless=False)) is None


def test_a_live_post_goes_before_one_on_its_way_and_a_failed_one() -> None:
    posts = [live(id="f", state="failed"), live(id="s", state="scheduled"), live(id="p")]
    found = find(target(), posts, Search(since=0))
    assert found is not None
    assert found.id == "p"


_PICTURES = frozenset({"photo", "image", "carousel"})
_FILMS = frozenset({"video", "reel", "short"})
LISTED_AS = {
    **dict.fromkeys(("status", "link"), frozenset({"status", "link"})),
    **dict.fromkeys(("photo", "carousel"), _PICTURES),
    **dict.fromkeys(("video", "reel", "short"), _FILMS),
    "document": _PICTURES | {"document"},
    "gif": _PICTURES | {"gif", "video"},
    "story": frozenset({"story", "photo", "image", "video"}),
    **dict.fromkeys(("event", "offer"), frozenset({"event", "offer", "photo", "image", "status"})),
    **{kind: frozenset({kind}) for kind in ("poll", "article")},
}


@pytest.mark.parametrize(("kind", "names"), LISTED_AS.items())
def test_a_post_may_be_listed_under_another_name_for_its_type_but_not_under_any(
    kind: str, names: frozenset[str]
) -> None:
    known = frozenset().union(*LISTED_AS.values())
    assert {name for name in known if type_fits(target(type=kind), name)} == names
    assert type_fits(target(type=kind), "a new word")


def test_the_same_text_with_other_media_is_the_same_post() -> None:
    assert find(target(type="photo"), [live(type="video")], Search(since=0))


class TestAPostWithoutText:
    """It has nothing to be recognised by but its account and type, and only this run can have posted it."""

    def test_is_not_recognised_by_another_run(self) -> None:
        assert find(target(text="", type="story"), [live(text="", type="story")], Search(since=0)) is None

    def test_is_recognised_in_a_re_run(self) -> None:
        search = Search(since=0, own_run=True)
        assert find(target(text="", type="story"), [live(text="", type="story")], search)

    def test_is_not_another_type(self) -> None:
        search = Search(since=0, own_run=True)
        assert find(target(text="", type="story"), [live(text="", type="reel")], search) is None

    @pytest.mark.parametrize("listed", ["event", "photo", "status", "carousel"])
    def test_that_is_an_event_may_be_listed_as_what_it_is_sent_as(self, listed: str) -> None:
        event = target(network="google", text="", type="event")
        found = find(event, [live(text="", type=listed)], Search(since=0, own_run=True))
        assert (found is not None) is (listed != "carousel")

    def test_is_not_a_post_with_text(self) -> None:
        search = Search(since=0, own_run=True)
        assert find(target(text="", type="story"), [live(text="Hi", type="story")], search) is None


_OURS = "https://github.com/acme/caf\u00e9/releases/tag/a-1"
REWRITTEN = {
    _OURS: True,
    "https://pblr.co/x1": True,
    _OURS.replace("https", "http") + "/": True,
    _OURS.replace("github", "www.github"): True,
    _OURS.replace("\u00e9", "%C3%A9"): True,
    _OURS + "?utm_source=x": True,
    _OURS + "/?utm_source=x#top": True,
    _OURS.replace("a-1", "b-1"): False,
    "http://github.com:80/acme/other": False,
    "https://github.com:443/acme/other": False,
    "https://GitHub.com:443/acme/caf\u00e9/releases/tag/a-1": True,
    _OURS + "0": False,
    _OURS + "?page=2": True,
    _OURS + "/?a=1&amp;utm_medium=y": True,
    _OURS + "/assets": False,
    "https://github.com": False,
    "https://github.com/": False,
}


QUERIES = {
    ("https://a.example/log#v1", "https://a.example/log?utm_source=p#v1"): True,
    ("(https://a.example/log)", "(https://a.example/log?utm_source=p)"): True,
    ("https://a.example/log.", "https://a.example/log?utm_source=p."): True,
    ("https://a.example/log, now", "https://a.example/log?utm_source=p, now"): True,
    ("https://a.example/?a=1&b=2", "https://a.example/?utm_source=p&a=1&b=2"): True,
    ("https://a.example/?a=1&b=2", "https://a.example/?a=1&amp;b=2"): True,
    ("https://a.example/?utm_source=x", "https://a.example/"): True,
    ("https://a.example/?p=1", "https://a.example/?p=2"): False,
    ("https://a.example/log#v1", "https://a.example/log#v2"): False,
    ("https://[a.example/", "https://pblr.example/x"): False,
    ("https://a.example/", "https://[pblr.example/x"): False,
}


@pytest.mark.parametrize(("links", "same"), QUERIES.items())
def test_what_trackers_do_to_a_link_makes_no_other_link(links: tuple[str, str], same: bool) -> None:
    ours, theirs = (f"Read {link}" for link in links)
    assert (find(target(text=ours), [live(text=theirs)], Search(since=0, own_run=True)) is not None) is same


class TestShortenedLinks:
    """Publer may shorten links: enough to recognise a post of this run, never one of another."""

    OURS = "v1 is out https://github.com/acme/anvil/releases/v1"
    THEIRS = "v1 is out https://pblr.co/x1"

    def test_another_runs_post_is_another_post(self) -> None:
        assert find(target(text=self.OURS), [live(text=self.THEIRS)], Search(since=0)) is None

    def test_this_runs_post_is_recognised(self) -> None:
        assert find(target(text=self.OURS), [live(text=self.THEIRS)], Search(since=0, own_run=True))

    def test_a_text_without_a_link_has_nothing_to_mask(self) -> None:
        search = Search(since=0, own_run=True)
        assert find(target(text="v1 is out"), [live(text="v1 is out https://pblr.co/x1")], search) is None

    @pytest.mark.parametrize(("theirs", "same"), REWRITTEN.items())
    def test_a_link_on_our_own_host_is_ours_only_if_it_leads_to_the_same_page(
        self, theirs: str, same: bool
    ) -> None:
        """Two steps of one run announce two packages of one repository: the links are all that differs."""
        ours = "v1 is out: https://github.com/acme/caf\u00e9/releases/tag/a-1 Enjoy!"
        search = Search(since=0, own_run=True)
        found = find(target(text=ours), [live(text=f"v1 is out: {theirs} Enjoy!")], search)
        assert (found is not None) is same


def test_what_has_a_twin_in_the_file_is_recognised_by_its_exact_text_only() -> None:
    """The late post of one round must not be taken for the post of the next."""
    one, two = (
        target(post=0, text="Read https://x.example/1"),
        target(post=1, text="Read https://x.example/2"),
    )
    twins = twins_among([one, two, target(post=2, text="Something else")])
    assert twins == {one.key, two.key}
    search = Search(since=0, own_run=True, twins=twins)
    assert find(two, [live(text="Read https://s.example/a")], search) is None
    assert find(two, [live(text="Read https://x.example/2")], search) is not None


def test_only_posts_for_one_account_that_may_become_alike_are_twins() -> None:
    link = "Read https://x.example/1"
    assert not twins_among([target(text=link), target(text="Read https://x.example/2", account="b")])
    assert not twins_among([target(post=0, text="v1"), target(post=1, text="v2")])
    assert not twins_among([target(post=0, text="", type="photo"), target(post=1, text="", type="video")])
    assert len(twins_among([target(post=0, text=""), target(post=1, text="")])) == 2
    assert len(twins_among([target(post=0, text=link), target(post=1, text=link)])) == 2


def test_another_title_is_another_post_whoever_made_it() -> None:
    film = target(text="", type="video", fields={"title": "Part 1"})
    for title, same in (("Part 1", True), ("", True), ("Part 2", False)):
        listed = live(text="", type="video", title=title)
        assert (find(film, [listed], Search(since=0, own_run=True)) is not None) is same


DOUBLES = {
    "other media": ({}, {"type": "photo"}, True),
    "a title that the list may not show": ({"fields": {"title": "Part 1"}}, {}, True),
    "other titles": ({"fields": {"title": "Part 1"}}, {"fields": {"title": "Part 2"}}, False),
    "another text": ({}, {"text": "Other"}, False),
    "another account": ({}, {"account": "b"}, False),
}


@pytest.mark.parametrize(("one", "other", "alike"), DOUBLES.values(), ids=DOUBLES)
def test_which_targets_the_list_shows_alike(one: dict[str, Any], other: dict[str, Any], alike: bool) -> None:
    first, second = target(post=0, **one), target(post=1, **other)
    assert are_doubles(first, second) is are_doubles(second, first) is alike
    assert not are_doubles(first, first)


ON_ITS_WAY = {
    **dict.fromkeys(("scheduled", "scheduled_pending", "scheduled_reauth", "a new word", ""), True),
    **dict.fromkeys(("published", "posted", "published_posted", "failed", "scheduled_declined"), False),
    **dict.fromkeys(("published_deleted", "published_hidden", "deleted", "canceled", "cancelled"), False),
    **dict.fromkeys(("draft", "draft_private", "recycling", "recurring"), False),
}


@pytest.mark.parametrize(("state", "coming"), ON_ITS_WAY.items())
def test_which_states_may_still_become_a_post(state: str, coming: bool) -> None:
    assert is_on_its_way(live(state=state), now=1000.0) is coming


def test_only_what_the_network_has_is_live() -> None:
    states = {*ON_ITS_WAY, "published_error", "posted_deleted"}
    assert {state for state in states if is_live(live(state=state))} == {
        "published",
        "published_posted",
        "posted",
    }


@pytest.mark.parametrize(("due", "coming"), [(None, True), (1000.0, True), (1120.0, True), (1121.0, False)])
def test_what_is_due_later_is_another_matter(due: float | None, coming: bool) -> None:
    assert is_on_its_way(live(state="scheduled", at=due), now=1000.0) is coming


def test_what_looks_like_a_post_of_an_earlier_request_is_not_recognised() -> None:
    hidden = Search(since=0, own_run=True, hidden=frozenset({target().key}))
    assert find(target(), [live()], hidden) is None


@pytest.mark.parametrize(
    ("listed", "same"), [("One.\n\nTwo.", True), ("One.", True), ("Two.", False), ("One. Two", False)]
)
def test_an_article_may_be_listed_with_its_first_paragraph(listed: str, same: bool) -> None:
    article = target(network="wordpress", type="article", text="One.\n \nTwo.")
    post = live(text=listed, type="article")
    assert (find(article, [post], Search(since=0, own_run=True)) is not None) is same
    assert find(article, [live(text="One.", type="article")], Search(since=0)) is None
    other = target(network="facebook", text="One.\n\nTwo.")
    assert find(other, [live(text="One.")], Search(since=0, own_run=True)) is None
