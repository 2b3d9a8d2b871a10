"""Promise: the preview shows every different text once, and where a network cuts it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publer_publish.networks.table import Fold
from publer_publish.report.preview import before_the_fold, link_of, previews, usage
from tests.support import samples


@pytest.mark.parametrize(
    ("text", "fold", "shown"),
    [
        ("one two three", None, ""),
        ("one two three", Fold(characters=13), ""),
        ("one two three", Fold(characters=12), "one two"),
        ("one two three", Fold(characters=7), "one two"),
        ("one two three", Fold(characters=8), "one two"),
        ("onetwothree", Fold(characters=5), "onetw"),
        ("one\ntwo\nthree", Fold(characters=99, lines=2), "one\ntwo"),
        ("one\ntwo\nthree", Fold(characters=99, lines=3), ""),
        ("one\ntwo\nthree", Fold(characters=4, lines=2), "one"),
    ],
)
def test_where_a_network_cuts(text: str, fold: Fold | None, shown: str) -> None:
    assert before_the_fold(text, fold) == shown


@given(st.text(), st.integers(min_value=1, max_value=50), st.none() | st.integers(min_value=1, max_value=3))
def test_what_is_shown_is_a_beginning_and_no_longer_than_the_network_shows(
    text: str, characters: int, lines: int | None
) -> None:
    shown = before_the_fold(text, Fold(characters=characters, lines=lines))
    assert len(shown) <= characters
    assert text.startswith(shown) or text.lstrip().startswith(shown)


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("no link, e.com", ""),
        ("see https://e.com/a.", "https://e.com/a"),
        ("(https://e.com/a?b=c#d)", "https://e.com/a?b=c#d"),
        ("HTTP://e.com and https://f.com", "HTTP://e.com"),
        ("https://", ""),
    ],
)
def test_the_first_link(text: str, link: str) -> None:
    assert link_of(samples.content("linkedin", text)) == link


def test_the_link_field_of_a_post_comes_before_a_link_in_its_text() -> None:

    post = samples.content("linkedin")
    assert link_of(post._replace(fields={"url": "https://own.example"})) == "https://own.example"
    assert link_of(post._replace(fields={"url": 7})) == link_of(post)


@pytest.mark.parametrize(
    ("length", "limit", "words"), [(None, 280, ""), (5, None, "5"), (1200, 3000, "1,200 / 3,000")]
)
def test_used_and_limit(length: int | None, limit: int | None, words: str) -> None:
    assert usage(length, limit) == words


def test_networks_with_the_same_text_share_a_preview_and_two_accounts_of_one_network_do_too() -> None:
    rows = [*samples.published().results, samples.row("twitter", account_name="second")]
    shown = [[result.network for result in preview.results] for preview in previews(rows)]
    assert shown == [["twitter"], ["linkedin", "bluesky", "mastodon", "threads"]]
