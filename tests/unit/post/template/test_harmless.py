"""What comes from elsewhere does nothing on a network that it does not do on GitHub."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publer_publish.networks.twitter_text import find_urls
from publer_publish.post.template.harmless import effects
from publer_publish.post.template.plain import plain

INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]")

PIECE = st.sampled_from(
    [
        *("@octocat", "@types/node", "`@acme/x@1.2`", "a@b.co", "git@github.com", "@ada@fosstodon.org", "＠wide"),
        *("#12", "#pricing", "C#", "acme/rocket#7", "＃wide", "#!/bin/sh", "`#include`", "$HOME", "$TSLA", "$5"),
        *("README.md", "setup.py", "self.to", "ASP.NET", "docs.acme.dev/a.to", "foo.bar.io", "e.g.", "v1.2.3"),
        *("https://acme.dev/x", "`https://acme.dev/y`", "www.acme.dev", "<https://acme.dev/z>", "xhttp://a.io"),
        *("[text](https://acme.dev/t)", "[acme.dev](https://evil.example)", "[@ada](https://github.com/ada)"),
        *("**bold**", "<b>", "</b>", "<td>", "<p>", "<br>", "</p>", "<li>", "<!--", "-->", "`", "```", "&#64;ada"),
        *("\u200b", "\u202e", "@\u200bada", "#\u2060tag", "\U000e0041", "&#8203;", "&commat;ada", "&num;tag", "\\@ada"),
        *("\n", "\n\n", "- ", "1. ", "# ", "> ", "| a | b |\n|-|-|\n| ", "(", ")", ",", ".", "[^1]", "\n[^1]: @note\n"),
        *(":rocket:", "日本語", "👩\u200d🚀", "word", "by @ada in https://github.com/o/r/pull/1", "@", "#"),
    ]
)  # fmt: skip
TEXT = st.lists(st.tuples(PIECE, st.sampled_from(["", " ", " ", "\n"])), max_size=12).map(
    lambda pieces: "".join(piece + gap for piece, gap in pieces)
)


@given(TEXT)
def test_plain_text_does_nothing_by_itself(markdown: str) -> None:
    text = plain(markdown)
    without_links = re.sub(r"(?:https?://|www\.)\S+", "", text)
    assert not re.search(r"[@＠]\w", without_links)
    assert not re.search(r"(?<!\w)[#＃]\w|\w[#＃]\w", without_links)
    assert not re.search(r"(?<![\w$])\$[A-Za-z]{1,6}(?!\w)", without_links)
    assert all(re.match(r"https?://|www\.", text[start:end]) for start, end in find_urls(text)), text
    assert not INVISIBLE.search(text)
    assert not [effect for effect in effects(text) if effect.kind != "Markdown"]


@given(TEXT)
def test_links_are_only_those_that_github_shows(markdown: str) -> None:
    shown = {"https://acme.dev/x", "www.acme.dev", "https://acme.dev/z", "https://acme.dev/t"}
    for start, end in find_urls(plain(markdown)):
        link = plain(markdown)[start:end]
        assert any(link.startswith(one) for one in shown) or "github.com/" in link, link


@given(TEXT)
def test_what_plain_made_it_leaves_unchanged(markdown: str) -> None:
    assert plain(plain(markdown)) == plain(markdown)


WORDS = st.lists(st.from_regex(r"[A-Z][a-z]{2,6}", fullmatch=True), min_size=2, max_size=8, unique=True)
BETWEEN = st.sampled_from(
    ["</p><p>", "<br>", "</td><td>", "</li><li>", "</h2><p>", "<hr>", "</tr><tr><td>", "\n\n", "\n", "\n- ",
     "\n\n## Part\n\n", "\n\n> ", " @x ", " #1 ", " ![image](i.png) ", " <img src=x> ", "</summary><p>", "</div><div>"]
)  # fmt: skip


@given(WORDS, st.data())
def test_no_word_is_glued_to_another(words: list[str], data: st.DataObject) -> None:
    markdown = "".join(word + data.draw(BETWEEN) for word in words)
    found = re.findall(r"\w+", plain(markdown))
    assert [word for word in found if word in set(words)] == words


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("nothing to see, e.g. 1.2.3, a@b.co, 3 * 4 and C#", []),
        ("thanks @octocat", ["mention"]),
        ("now #fast", ["hashtag"]),
        ("fixes #12", []),
        ("see README.md", ["link"]),
        ("https://github.com/a/b/releases", []),
        ("## What's Changed\n* **bold**", ["Markdown"]),
        ("the [notes](https://acme.dev)", ["Markdown"]),
        ("use __init__ in snake_case", ["Markdown"]),
        ("@a #b c.dev **d**", ["mention", "hashtag", "Markdown", "link"]),
    ],
)
def test_effects_are_seen(text: str, kinds: list[str]) -> None:
    assert [effect.kind for effect in effects(text)] == kinds
