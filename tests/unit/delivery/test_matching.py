"""Rule 3: the same post is recognised, and two different announcements are never taken for one."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publer_publish.delivery.ledger import Target
from publer_publish.delivery.matching_posts import (
    Comparison,
    Origin,
    compare,
    compare_links,
    may_end_with_signature,
    type_fits,
)
from publer_publish.publer.model import ListedPost
from tests.support.build import live, target

SAME, OPEN, OTHER = "SAME", "OPEN", "OTHER"
ANY, PERHAPS, OWN = Origin.ANY_RUN, Origin.PERHAPS_THIS_RUN, Origin.THIS_RUN


def kind(found: Comparison) -> str:
    return found.name if found.name in (SAME, OTHER) else OPEN


def likeness(ours: str | Target, post: ListedPost | str, origin: Origin = ANY, *signatures: str) -> str:
    wanted = ours if isinstance(ours, Target) else target(text=ours)
    shown = post if isinstance(post, ListedPost) else live(text=post)
    return kind(compare(wanted, shown, origin=origin, signatures=signatures))


# What Publer does to a text


KEPT: dict[str, tuple[str, str, str]] = {
    "line ends": ("one\ntwo", "one\r\ntwo", ""),
    "white space at the ends": ("one", "  one\n", ""),
    "runs of white space": ("one\n\ntwo", "one\n two", ""),
    "composition": ("caf\u00e9", "cafe\u0301", ""),
    "a byte order mark": ("one", "\ufeffone", ""),
    "HTML entities": ("Q&A: \"x\" < 'y'", "Q&amp;A: &quot;x&quot; &lt; &#39;y&#39;", ""),
    "entities that were typed": ("write &amp; for &", "write &amp;amp; for &amp;", ""),
    "a link that moved from the end": ("Out now https://a.example/1", "Out now", "https://a.example/1"),
    "a link that moved from the middle": ("Read https://a.example/1 now", "Read now", "https://a.example/1"),
    "a link that moved from the beginning": ("https://a.example/1 is out", "is out", "https://a.example/1"),
    "a link that moved from before hashtags": (
        "Out https://a.example/1 #rocket #acme",
        "Out #rocket #acme",
        "https://a.example/1",
    ),
    "a link that moved with its full stop": ("See https://a.example/1.", "See", "https://a.example/1"),
    "a link that moved out of brackets": ("Out (https://a.example/1)", "Out ()", "https://a.example/1"),
    "a link that moved and was tracked": (
        "Out https://a.example/1",
        "Out",
        "https://a.example/1?utm_source=twitter",
    ),
    "a link without https that moved": ("Out acme.example/1 now", "Out now", "https://acme.example/1"),
    "one of two links that moved": (
        "https://a.example/1 or https://b.example/2",
        "https://a.example/1 or",
        "https://b.example/2",
    ),
    "a link alone that moved": ("https://a.example/1", "", "https://a.example/1"),
    "a link that is in both": ("Out https://a.example/1", "Out https://a.example/1", "https://a.example/1"),
    "tracking words": ("See https://a.example/1", "See https://a.example/1?utm_source=x&utm_medium=y", ""),
    "tracking words as entities": (
        "See https://a.example/?a=1",
        "See https://a.example/?a=1&amp;utm_source=x",
        "",
    ),
    "tracking words before a full stop": (
        "See https://a.example/1.",
        "See https://a.example/1?utm_id=x.",
        "",
    ),
}


@pytest.mark.parametrize("origin", Origin)
@pytest.mark.parametrize(("ours", "theirs", "url"), KEPT.values(), ids=KEPT)
def test_what_publer_is_known_to_do_to_a_text_makes_no_other_post(
    ours: str, theirs: str, url: str, origin: Origin
) -> None:
    assert likeness(ours, live(text=theirs, url=url), origin) == SAME


OTHERS: dict[str, tuple[str, str, str]] = {
    "version": ("acme v1.2.3 is out", "acme v1.2.4 is out", ""),
    "a longer version": ("acme v1.2", "acme v1.2.3", ""),
    "the version in the link": ("Out https://a.example/v1.2.3", "Out https://a.example/v1.2.4", ""),
    "the version in the link that moved": ("Out https://a.example/v1.2.3", "Out", "https://a.example/v1.2.4"),
    "a link": ("new https://example.com/a", "new https://example.com/b", ""),
    "a part of the link": ("new https://a.example/v1", "new https://a.example/v1/notes", ""),
    "another page by its query": ("new https://a.example/?p=1", "new https://a.example/?p=2", ""),
    "another place on the page": ("new https://a.example/log#v1", "new https://a.example/log#v2", ""),
    "no link of ours": ("Out now https://a.example/1", "Out now", ""),
    "a link where we have none": ("Out now", "Out now https://a.example/1", ""),
    "two links of ours of which one is shown": (
        "https://a.example/1 https://b.example/2",
        "",
        "https://b.example/2",
    ),
    "case": ("Hello", "hello", ""),
    "emoji": ("out \U0001f389", "out \U0001f680", ""),
    "cut off": ("one two three", "one two", ""),
    "cut off at a line": ("one\ntwo", "one", ""),
    "more on the same line": ("Rocket 1.0", "Rocket 1.0 beta", ""),
    "more before it": ("Rocket 1.0", "News\nRocket 1.0", ""),
    "punctuation": ("out!", "out.", ""),
    "punctuation after a link": ("See https://a.example/1!", "See https://a.example/1?", ""),
}


@pytest.mark.parametrize("origin", Origin)
@pytest.mark.parametrize(("ours", "theirs", "url"), OTHERS.values(), ids=OTHERS)
def test_two_announcements_are_never_taken_for_one(ours: str, theirs: str, url: str, origin: Origin) -> None:
    """In a re-run neither: two steps may announce two packages of one repository."""
    assert likeness(ours, live(text=theirs, url=url), origin) == OTHER


@given(st.text(), st.text())
def test_only_white_space_composition_and_entities_are_forgiven(ours: str, theirs: str) -> None:
    def letters(text: str) -> list[str]:
        return unicodedata.normalize("NFC", text.replace("\ufeff", " ")).split()

    if set("\u200b\u2060\ufeff&\0") & set(ours + theirs) or "://" in ours + theirs:
        return
    if not letters(ours) or len(theirs.splitlines()) > 1:
        return
    assert (likeness(ours, theirs) == SAME) is (letters(ours) == letters(theirs))


WORDS = st.lists(st.text("abc \u00e9\n.,:!()#", min_size=1, max_size=5), max_size=6)
PAGES = st.text("abcv123-", min_size=1, max_size=8).map("https://a.example/{}".format)


@given(WORDS, WORDS, PAGES, PAGES, st.sampled_from(Origin))
def test_a_link_may_have_moved_from_anywhere_and_no_other_link_is_ours(
    before: list[str], after: list[str], ours: str, theirs: str, origin: Origin
) -> None:
    text = " ".join([*before, ours, *after])
    rest = " ".join([*before, *after])
    assert likeness(text, live(text=rest, url=ours), origin) == SAME
    if ours != theirs:
        assert likeness(text, live(text=rest, url=theirs), origin) == OTHER
    assert likeness(text, live(text=rest), origin) == OTHER


# Signatures, and what goes on


SIGNATURE = "\u2014 Acme Inc\nhttps://acme.example"


@pytest.mark.parametrize("gap", ["\n\n", "\n", " "])
@pytest.mark.parametrize("origin", Origin)
def test_a_signature_that_publer_lists_is_seen_through(gap: str, origin: Origin) -> None:
    assert likeness("Rocket is out", f"Rocket is out{gap}{SIGNATURE}", origin, "Another", SIGNATURE) == SAME


def test_a_signature_after_a_link_that_moved_is_seen_through() -> None:
    post = live(text=f"Rocket is out\n{SIGNATURE}", url="https://a.example/1")
    assert likeness("Rocket is out https://a.example/1", post, ANY, SIGNATURE) == SAME


def test_a_signature_whose_link_was_tracked_is_seen_through() -> None:
    text = f"Rocket is out\n\n{SIGNATURE}?utm_source=x"
    assert likeness("Rocket is out", text, ANY, SIGNATURE) == SAME


def test_a_signature_does_not_make_another_text_ours() -> None:
    assert likeness("Rocket is out", f"Rocket 2 is out\n{SIGNATURE}", OWN, SIGNATURE) == OTHER
    assert likeness("Rocket is out", SIGNATURE, OWN, SIGNATURE) == OTHER


@pytest.mark.parametrize("origin", Origin)
@pytest.mark.parametrize(
    ("ours", "post"),
    [
        ("Rocket is out", live(text=f"Rocket is out\n\n{SIGNATURE}")),
        ("One\nTwo", live(text="One\r\nTwo\r\nThree")),
        (
            "Out https://a.example/1 #rocket",
            live(text="Out #rocket\n\u2014 Acme", url="https://a.example/1"),
        ),
    ],
)
def test_a_text_that_goes_on_after_ours_on_a_line_of_its_own_is_open(
    ours: str, post: ListedPost, origin: Origin
) -> None:
    assert likeness(ours, post, origin) == OPEN


ASKED = {
    "it goes on": ("Rocket is out", live(text=f"Rocket is out\n{SIGNATURE}"), True),
    "it goes on, on the same line": ("Rocket is out", live(text="Rocket is out \u2014 Acme"), True),
    "it goes on after a moved link": (
        "Out https://a.example/1",
        live(text="Out\n\u2014 Acme", url="https://a.example/1"),
        True,
    ),
    "the same": ("Rocket is out", live(text="Rocket is out"), False),
    "within a word": ("Rocket 1", live(text="Rocket 1.0"), False),
    "another text": ("Rocket is out", live(text="Hello"), False),
    "another account": ("Rocket is out", live(text="Rocket is out\n-", account_id="b"), False),
}


@pytest.mark.parametrize(("ours", "post", "asked"), ASKED.values(), ids=ASKED)
def test_signatures_matter_only_where_a_row_goes_on_after_our_text(
    ours: str, post: ListedPost, asked: bool
) -> None:
    assert may_end_with_signature(target(text=ours), post, ANY) is asked


# Links


_OURS = "https://github.com/acme/caf\u00e9/releases/tag/a-1"
LINKS = {
    (_OURS, _OURS.replace("https", "http") + "/"): SAME,
    (_OURS, _OURS.replace("github", "www.github")): SAME,
    (_OURS, _OURS.replace("\u00e9", "%C3%A9")): SAME,
    (_OURS, "https://GitHub.com:443/acme/caf\u00e9/releases/tag/a-1"): SAME,
    (_OURS, _OURS + "?utm_source=x"): SAME,
    (_OURS, _OURS + "?utm_source=x&fbclid=y"): SAME,
    ("https://a.example/?a=1&b=2", "https://a.example/?utm_source=p&a=1&b=2"): SAME,
    ("https://a.example/log#v1", "https://a.example/log?utm_source=p#v1"): SAME,
    (_OURS, "https://pblr.co/x1"): OPEN,
    (_OURS, _OURS + "?page=2"): OPEN,
    (_OURS, _OURS + "/?utm_source=x#top"): OPEN,
    ("https://a.example/?utm_source=ci", "https://a.example/?utm_source=twitter"): OPEN,
    ("https://a.example/?utm_source=ci", "https://a.example/"): OPEN,
    (_OURS, _OURS.replace("a-1", "b-1")): OTHER,
    (_OURS, _OURS + "0"): OTHER,
    (_OURS, _OURS + "/assets"): OTHER,
    (_OURS, "https://github.com"): OTHER,
    (_OURS, "http://github.com:80/acme/other"): OTHER,
    ("https://a.example/?p=1", "https://a.example/?p=2"): OTHER,
    ("https://a.example/log#v1", "https://a.example/log#v2"): OTHER,
    ("https://[a.example/", "https://pblr.example/x"): OTHER,
    ("https://a.example/", "https://[pblr.example/x"): OTHER,
}


@pytest.mark.parametrize(("links", "expected"), LINKS.items())
def test_a_link_is_ours_only_if_it_leads_to_the_same_page(links: tuple[str, str], expected: str) -> None:
    assert kind(compare_links(*links)) == expected
    ours, theirs = (f"Read {link} now" for link in links)
    for origin in Origin:
        assert likeness(ours, theirs, origin) == (OTHER if expected is OPEN and origin is ANY else expected)


def test_a_shortened_link_is_open_in_a_re_run_and_another_link_else() -> None:
    """Another announcement of the same day would look the same."""
    ours, theirs = "v1 is out https://github.com/acme/anvil/releases/v1", "v1 is out https://pblr.co/x1"
    assert [likeness(ours, theirs, origin) for origin in (ANY, PERHAPS, OWN)] == [OTHER, OPEN, OPEN]
    moved = live(text="v1 is out", url="https://pblr.co/x1")
    assert [likeness(ours, moved, origin) for origin in (ANY, PERHAPS, OWN)] == [OTHER, OPEN, OPEN]


LINK = {"url": "https://a.example/1"}


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example/1", (SAME, SAME, SAME)),
        ("https://a.example/1?utm_source=x", (SAME, SAME, SAME)),
        ("https://a.example/2", (OTHER, OTHER, OTHER)),
        ("https://pblr.co/x", (OTHER, OPEN, OPEN)),
        ("", (OPEN, OPEN, SAME)),
    ],
)
@pytest.mark.parametrize("fields", [LINK, {"link": LINK}])
def test_a_link_beside_the_text_counts_too(
    fields: dict[str, Any], url: str, expected: tuple[str, ...]
) -> None:
    ours = target(type="link", fields=fields)
    assert tuple(likeness(ours, live(url=url), origin) for origin in (ANY, PERHAPS, OWN)) == expected


# What else tells posts apart


def test_another_account_is_another_post_and_none_leaves_it_open() -> None:
    assert likeness(target(), live(account_id="b")) == OTHER
    assert likeness(target(), live(account_id="")) == OPEN


def test_a_post_that_publer_imported_from_the_network_is_never_the_same() -> None:
    for origin in Origin:
        assert likeness(target(), live(imported=True), origin) == OPEN
        assert likeness(target(), live(imported=True, text="Other"), origin) == OTHER


@pytest.mark.parametrize(
    ("title", "expected"), [("Part 1 &amp; 2", {SAME}), ("Part 2", {OTHER}), ("", {OPEN, SAME})]
)
def test_another_title_is_another_post_whoever_made_it(title: str, expected: set[str]) -> None:
    film = target(text="About it", type="video", fields={"title": "Part 1 & 2"})
    listed = live(text="About it", type="video", title=title)
    assert {likeness(film, listed, origin) for origin in Origin} == expected


def test_the_options_of_a_poll_are_never_shown_and_known_only_by_circumstances() -> None:
    poll = target(type="poll", fields={"options": ["Yes", "No"]})
    found = [likeness(poll, live(type="poll"), origin) for origin in (ANY, PERHAPS, OWN)]
    assert found == [OPEN, OPEN, SAME]


def test_the_same_text_with_other_media_is_the_same_post() -> None:
    assert likeness(target(type="photo"), live(type="video")) == SAME


class TestAPostWithoutText:
    """It has nothing to be recognised by but its account and type, and only this run can have posted it."""

    @pytest.mark.parametrize(("origin", "expected"), [(ANY, OTHER), (PERHAPS, OPEN), (OWN, SAME)])
    def test_is_recognised_in_a_re_run_only(self, origin: Origin, expected: str) -> None:
        assert likeness(target(text="", type="story"), live(text="", type="story"), origin) == expected

    def test_is_not_another_type(self) -> None:
        assert likeness(target(text="", type="story"), live(text="", type="reel"), OWN) == OTHER

    @pytest.mark.parametrize("listed", ["event", "photo", "status", "carousel"])
    def test_that_is_an_event_may_be_listed_as_what_it_is_sent_as(self, listed: str) -> None:
        event = target(network="google", text="", type="event")
        assert (likeness(event, live(text="", type=listed), OWN) == SAME) is (listed != "carousel")

    def test_is_not_a_post_with_text(self) -> None:
        assert likeness(target(text="", type="story"), live(text="Hi", type="story"), OWN) == OTHER

    def test_may_have_a_signature(self) -> None:
        silent, post = target(text="", type="photo"), live(text=SIGNATURE, type="photo")
        assert may_end_with_signature(silent, post, OWN)
        assert likeness(silent, post, OWN, SIGNATURE) == SAME


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


@pytest.mark.parametrize(
    ("listed", "same"), [("One.\n\nTwo.", True), ("One.", True), ("Two.", False), ("One. Two", False)]
)
def test_an_article_may_be_listed_with_its_first_paragraph(listed: str, same: bool) -> None:
    article = target(network="wordpress", type="article", text="One.\n \nTwo.")
    assert (likeness(article, live(text=listed, type="article"), OWN) == SAME) is same
    assert likeness(article, live(text="One.", type="article"), ANY) == OTHER
    assert likeness(target(network="facebook", text="One.\n\nTwo."), "One.", OWN) == OTHER


@pytest.mark.parametrize("field", ["description", "question"])
def test_words_in_another_field_are_the_text_of_a_post_without_one(field: str) -> None:
    assert likeness(target(text="", fields={field: "Tea?"}), "Tea?") == SAME
    assert likeness(target(text="Hello", fields={field: "Tea?"}), "Tea?") == OTHER


# States


ON_ITS_WAY = {
    **dict.fromkeys(("scheduled", "scheduled_pending", "scheduled_reauth", "a new word", ""), True),
    **dict.fromkeys(("published", "posted", "published_posted", "failed", "scheduled_declined"), False),
    **dict.fromkeys(("published_deleted", "published_hidden", "deleted", "canceled", "cancelled"), False),
    **dict.fromkeys(("draft", "draft_private", "recycling", "recurring"), False),
}


@pytest.mark.parametrize(("state", "coming"), ON_ITS_WAY.items())
def test_which_states_may_still_become_a_post(state: str, coming: bool) -> None:
    assert live(state=state).is_on_its_way(1000.0) is coming


def test_only_what_the_network_has_is_live() -> None:
    states = {*ON_ITS_WAY, "published_error", "posted_deleted"}
    found = {state for state in states if live(state=state).is_live}
    assert found == {"published", "published_posted", "posted"}


@pytest.mark.parametrize(("due", "coming"), [(None, True), (1000.0, True), (1120.0, True), (1121.0, False)])
def test_what_is_due_later_is_another_matter(due: float | None, coming: bool) -> None:
    assert live(state="scheduled", at=due).is_on_its_way(1000.0) is coming
