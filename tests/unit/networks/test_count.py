"""Texts are counted as each network counts them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import regex
from hypothesis import assume, example, given
from hypothesis import strategies as st
from twitter_text import parse_tweet  # type: ignore[import-untyped]  # it has no types

from publer_publish.networks.count import check_text, clusters, fits, measure, utf8_length
from publer_publish.networks.table import NETWORKS, Counting, Network, network
from publer_publish.networks.twitter_text import find_urls

DATA = Path(__file__).parents[2] / "data" / "counting"
TWITTER_TEXT = json.loads((DATA / "twitter-text.json").read_text(encoding="utf-8"))
MASTODON = json.loads((DATA / "mastodon.json").read_text(encoding="utf-8"))

X, BLUESKY, MASTO = network("twitter"), network("bluesky"), network("mastodon")
FAMILY = "👨\u200d👩\u200d👧\u200d👦"


@pytest.mark.parametrize("case", TWITTER_TEXT["lengths"], ids=lambda case: case["text"][:30])
def test_x_counts_as_twitter_texts_conformance_data_says(case: dict[str, Any]) -> None:
    assert measure(X, case["text"]) == case["length"]


@pytest.mark.parametrize("case", TWITTER_TEXT["urls"], ids=lambda case: case["text"][:40])
def test_urls_are_found_as_twitter_texts_conformance_data_says(case: dict[str, Any]) -> None:
    assert [case["text"][start:end] for start, end in find_urls(case["text"])] == case["urls"]


@pytest.mark.parametrize(
    ("text", "length", "urls"),
    [
        ("http://xn--はじめよう.com", 25, []),
        ("http://xn--はじめよう.com/a?b", 29, []),
        ("xn--はじめよう.com", 18, []),
        ("http://xn--a.はじめ.com", 23, []),
        ("http://xn--は.com http://b.com", 41, ["http://b.com"]),
        ("http://XN--はじめよう.com", 23, ["http://XN--はじめよう.com"]),
        ("http://xn--はじ.a.com", 23, ["http://xn--はじ.a.com"]),
        ("http://a.xn--は.com", 23, ["http://a.xn--は.com"]),
        ("see http://xn--é.com ok", 30, ["http://xn--é.com"]),
        ("http://xn--ls8h.la", 23, ["http://xn--ls8h.la"]),
    ],
)
def test_what_only_says_that_it_is_encoded_is_no_domain_on_x(text: str, length: int, urls: list[str]) -> None:
    """As twitter-text 3.1.0 answers, ``parseTweet`` and ``extractUrlsWithIndices``."""
    assert measure(NETWORKS["twitter"], text) == length
    assert [text[start:end] for start, end in find_urls(text)] == urls


PIECES = [
    *(
        "http://",
        "https://",
        "HTTP://",
        "example.com",
        "foo_bar.com",
        "it.so",
        "みんな",
        "中国",
        ".",
        "-",
        "_",
    ),
    *(
        "/",
        "?",
        "=",
        "#",
        "@",
        "(",
        ")",
        "http",
        "t.co/abc",
        "é",
        "日本",
        " ",
        "\n",
        "com",
        ".com",
        ".co.jp",
        "x",
    ),
    *(
        "/path",
        "/a(b)c",
        "!",
        "…",
        "'s",
        ":8080",
        ":",
        "$",
        "&",
        ",",
        "—",
        "“",
        "ñ",
        "user@",
        "1",
        "Ж",
        "~",
        "|",
    ),
    *(
        "%20",
        "README.md",
        "v1.2.3",
        "www.",
        "e.g.",
        "node.js",
        "🙂",
        "🇺🇸",
        "1️⃣",
        "👍🏽",
        FAMILY,
        "☺️ ",
        "a\u0301",
        "\u200d",
    ),
]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
@example("")
@example("a_b.com/c_(d)_e?f=g, and t.co/x's")
def test_x_counts_as_another_implementation_of_twitter_text(text: str) -> None:
    assume("\u200d" not in text.replace(FAMILY, ""))
    assert measure(X, text) == parse_tweet(text).weightedLength


@given(st.text(max_size=80))
def test_x_counts_any_text_without_failing_and_never_below_its_emoji_and_urls(text: str) -> None:
    length = measure(X, text)
    assert 0 <= length <= 23 * (text.count(".") + 1) + 2 * 3 * len(text)


@pytest.mark.parametrize("case", MASTODON["cases"], ids=lambda case: case["why"])
def test_mastodon_counts_as_its_own_validator(case: dict[str, Any]) -> None:
    assert fits(MASTO, "".join(piece * times for piece, times in case["text"])) is case["fits"]


def test_mastodon_counts_the_content_warning_with_the_text() -> None:
    assert fits(MASTO, "b" * 250, extra=measure(MASTO, "a" * 250))
    assert not fits(MASTO, "b" * 251, extra=measure(MASTO, "a" * 250))


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("abc", 3),
        ("e\u0301", 1),
        (FAMILY, 1),
        ("🇺🇸🇩🇪", 2),
        ("👍🏽", 1),
        ("a\r\nb", 3),
        ("“quoted” – …", 12),
        ("नि", 1),
        ("각", 1),
    ],
)
def test_bluesky_counts_grapheme_clusters(text: str, length: int) -> None:
    assert measure(BLUESKY, text) == length


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
def test_the_short_cut_for_plain_text_agrees_with_the_grapheme_rule(text: str) -> None:
    assert measure(BLUESKY, text) == len(regex.findall(r"\X", text))


@given(st.text(st.sampled_from("🇩🇪\u200d\u0301\u0600a👩\ufe0f\r\n\u0903가가🏽"), max_size=12))
def test_flags_are_clusters_as_in_the_grapheme_rule(text: str) -> None:
    assert [match.group() for match in clusters(text)] == regex.findall(r"\X", text)


def test_bluesky_has_a_limit_in_bytes_as_well() -> None:
    text = FAMILY * 121
    checked = check_text(BLUESKY, text)
    assert (checked.used, checked.limit, utf8_length(text)) == (121, 300, 3025)
    assert "3,025 bytes" in checked.message
    assert "25 bytes" in checked.hint
    assert fits(BLUESKY, FAMILY * 120)


@pytest.mark.parametrize(
    ("key", "text", "length"),
    [
        ("tiktok", "a😀", 3),
        ("threads", "aé–", 3),
        ("threads", "👍 ✅", 8),
        ("threads", "→ 1", 3),
        ("facebook", "a😀\u0301", 3),
        ("linkedin", "https://example.com/a/long/path", 31),
    ],
)
def test_the_others_count_by_their_own_rule(key: str, text: str, length: int) -> None:
    assert measure(network(key), text) == length


@pytest.mark.parametrize("key", NETWORKS)
def test_every_network_allows_its_limit_and_not_one_more(key: str) -> None:
    rules = network(key)
    limit = rules.text_limit
    if limit is None:
        assert fits(rules, "a" * 1_000_000)
        return
    assert fits(rules, "a" * limit)
    over = check_text(rules, "a" * (limit + 3))
    assert (over.used, over.limit) == (limit + 3, limit)
    assert f"{limit + 3:,} characters; {rules.label} allows {limit:,}." in over.message
    assert "by 3," in over.hint


def test_the_limit_follows_the_account() -> None:
    assert check_text(X, "").limit == 280
    assert check_text(X, "", long_post=True).limit == 25_000
    assert check_text(X, "", long_post=True, max_length=4_000).limit == 4_000
    assert check_text(MASTO, "", long_post=True).limit == 500
    assert fits(MASTO, "a" * 5_000, max_length=5_000)
    assert "max_length allows" in check_text(MASTO, "a" * 5_001, max_length=5_000).message


HOSTILE = [
    *(
        "a.",
        "a.com。",
        "a_b.com。",
        "a.com-.",
        "(a",
        "/.",
        "http://a.com/(",
        "@a",
        "@a.",
        "é.é",
        "👍",
        "🇩",
        "\u200d",
        ".",
        "-",
    ),
    *(
        "http://",
        "a.com?",
        "a.b",
        "a" * 70 + ".com ",
        "1️⃣",
        "🇩🇪🇫\u200d",
        "👩\u200d",
        "x.y_",
        "\u0301",
        "あ.",
        "\ud800",
    ),
]


@pytest.mark.parametrize("piece", HOSTILE, ids=ascii)
@pytest.mark.parametrize("counting", Counting)
def test_counting_hostile_text_ends(piece: str, counting: Counting) -> None:
    """Time that grew with the square of 100,000 characters would not end within the test run."""
    rules = next(rules for rules in NETWORKS.values() if rules.counting is counting)
    assert measure(rules, (piece * 100_000)[:100_000]) >= 0


@pytest.mark.parametrize(
    "text",
    [
        "é" * 50_000 + "_b.com",
        "a" * 100_000 + " @b",
        "a" * 99_999 + ".",
        "é-" * 50_000 + ".com",
        "日" * 90_000 + ".com",
    ],
)
def test_counting_one_long_word_ends(text: str) -> None:
    for rules in NETWORKS.values():
        assert measure(rules, text) >= len(text) // 2


@pytest.mark.parametrize("rules", NETWORKS.values(), ids=NETWORKS)
def test_a_text_as_long_as_a_file_is_too_long_without_being_counted(rules: Network) -> None:
    text = "a." * 500_000
    assert check_text(rules, text, max_length=100_000).used == len(text)
    assert not fits(rules, text, max_length=100_000)


def test_plain_text_does_not_pay_for_the_heavy_tables() -> None:
    program = (
        "import sys\n"
        "from publer_publish.networks.count import measure\n"
        "from publer_publish.networks.table import NETWORKS\n"
        "for rules in NETWORKS.values(): measure(rules, 'Version 1.2 is out – see “docs”: https://example.com/a')\n"
        "print([name for name in ('regex', 'jinja2', 'markdown_it') if name in sys.modules])\n"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
