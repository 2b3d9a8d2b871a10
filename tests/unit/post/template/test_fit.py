"""What goes through ``fit`` is cut so that the whole text has the greatest length that still fits."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from publer_publish.networks.count import fits, measure
from publer_publish.networks.table import Network, network
from publer_publish.networks.twitter_text import find_urls
from publer_publish.post.template.fit import ELLIPSIS, fit, fit_all

X, BLUESKY, MASTODON = network("twitter"), network("bluesky"), network("mastodon")
FAMILY = "👨\u200d👩\u200d👧\u200d👦"


def test_a_part_that_fits_stays_as_it_is() -> None:
    assert fit("Hello,  world ", lambda text: len(text) <= 14) == "Hello,  world "


@pytest.mark.parametrize(
    ("room", "expected"),
    [(16, "One two. Three"), (13, "One two.…"), (9, "One two.…"), (8, "One…"), (4, "One…"), (3, ""), (0, "")],
)
def test_it_is_cut_at_the_end_of_a_word_and_gets_an_ellipsis(room: int, expected: str) -> None:
    assert fit("One two. Three", lambda text: len(text) <= room) == expected


words = st.sampled_from(
    [*("a", "word", "and", "https://example.com/a/rather/long/path?with=query", "example.org/x", "@user@remote.example"),
     *("日本語", "👍🏽", FAMILY, "“quoted”", "e\u0301tude", "(see", "below)", "\n\n", "…", "v1.2.3", "t.co")]
)  # fmt: skip


@pytest.mark.parametrize("rules", [X, BLUESKY, MASTODON], ids=lambda rules: rules.key)
@given(part=st.lists(words, max_size=40).map(" ".join), limit=st.integers(0, 200))
def test_no_longer_cut_at_a_word_would_fit(rules: Network, part: str, limit: int) -> None:
    """Compared with trying every cut there is."""
    around = "Out now: {} https://example.com/release/1"

    def enough(text: str) -> bool:
        return measure(rules, around.format(text)) <= limit

    cut = fit(part, enough)
    if enough(part):
        assert cut == part
        return
    words_before = [part[: match.end()] for match in re.finditer(r"\S+", part)][:-1]
    possible = [kept + (" " if find_urls(kept.split()[-1]) else "") + ELLIPSIS for kept in words_before]
    best = max((measure(rules, text) for text in possible if enough(text)), default=0)
    assert cut == "" or enough(cut)
    assert measure(rules, cut) >= best
    kept = cut.removesuffix(ELLIPSIS)
    assert part.startswith(kept.rstrip())
    end = len(kept.rstrip())
    assert all(end <= start or end >= stop for start, stop in find_urls(part))
    assert end in {0, *(match.end() for match in regex.finditer(r"\X", part))}


def test_languages_without_spaces_are_cut_between_characters() -> None:
    assert fit("日本語の文章です", lambda text: len(text) <= 5) == "日本語の…"
    assert fit("か\u3099き\u3099く\u3099", lambda text: len(text) <= 4) == "か\u3099…"


def test_a_url_between_them_is_not_cut() -> None:
    part = "これはhttps://example.com/pathです"
    assert fit(part, lambda text: len(text) <= 20) == "これは…"


def test_a_first_word_too_long_to_be_one_is_cut_inside_but_never_a_url_or_a_grapheme() -> None:
    assert fit("x" * 500, lambda text: len(text) <= 100) == "x" * 99 + ELLIPSIS
    assert fit(FAMILY * 50, lambda text: len(text) <= 20) == FAMILY * 2 + ELLIPSIS
    assert fit("https://example.com/" + "x" * 500, lambda text: len(text) <= 100) == ""


def test_the_ellipsis_does_not_become_part_of_a_url() -> None:
    cut = fit("See https://example.com/a for more", lambda text: len(text) <= 29)
    assert cut == "See https://example.com/a …"


def test_the_last_part_gives_way_first() -> None:
    parts = ["one two three", "four five six"]
    assert fit_all(parts, lambda cut: len("".join(cut)) <= 26) == parts
    assert fit_all(parts, lambda cut: len("".join(cut)) <= 20) == ["one two three", "four…"]
    assert fit_all(parts, lambda cut: len("".join(cut)) <= 15) == ["one two three", ""]
    assert fit_all(parts, lambda cut: len("".join(cut)) <= 10) == ["one two…", ""]
    assert fit_all(parts, lambda _: False) == ["", ""]


def test_few_measures_are_enough() -> None:
    asked = []

    def enough(text: str) -> bool:
        asked.append(text)
        return fits(X, text)

    fit("word " * 20_000, enough)
    assert len(asked) <= 20


def test_parts_that_no_cut_helps_are_not_searched() -> None:
    asked = []

    def enough(cut: Sequence[str]) -> bool:
        asked.append(cut)
        return len("".join(cut)) <= 20

    assert fit_all(["word " * 500] * 20, enough) == ["word word word word…", *[""] * 19]
    assert len(asked) <= 60
