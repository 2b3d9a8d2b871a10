"""Promise: text from files, events and APIs can be read in the summary, and can do nothing there."""

from __future__ import annotations

import html
import re
from itertools import pairwise
from textwrap import indent

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from publer_publish.report.markdown import block, code, in_html, inline, link, quoted, safe_url
from publer_publish.text import visible

ORACLE = MarkdownIt("commonmark").enable(["table", "strikethrough"])

PIECES = st.sampled_from(
    [
        "*",
        "**",
        "_",
        "__",
        "`",
        "``",
        "```",
        "~~",
        "~~~",
        "[",
        "]",
        "(",
        ")",
        "![",
        "](",
        "<",
        ">",
        "</",
        "<!--",
        "-->",
        "<b>",
        "<script>",
        "&",
        "&amp;",
        "&#64;",
        "|",
        "\\",
        "\\\\",
        "#",
        "##",
        "-",
        "+",
        "=",
        "---\n",
        "",
        "",
        "",
        "===",
        "***",
        "1.",
        "1)",
        "9)",
        "@octocat",
        "@a/b",
        "#12",
        "GH-1",
        "CVE-2024-1",
        "a@b.c",
        "http://",
        "https://e.com/?a=b&c|d",
        "www.",
        "www.e.com\n",
        "",
        "",
        "",
        "abcdef1",
        "0123456789abcdef",
        ":",
        ":tada:",
        "$",
        "$x$",
        "$$",
        "[x]:",
        "[^1]",
        "[!NOTE]",
        ">",
        ":::",
        "``a``",
        "\t",
        "\r",
        "\n",
        "\r\n",
        "é",
        "漢",
        "👩\u200d👩\u200d👧",
        "\u202e",
        "\u2066",
        "\u200e",
        "\u200b\n",
        "",
        "",
        "",
        "\x00",
        "\x1b[31m",
        "\x85",
        "\u2028",
        "{{",
        "${{",
        "}}",
        "x",
        "7",
        ",",
        ".",
        "!",
        "?",
        '"',
        "'",
        "</details>",
        "</summary>",
        "-",
        "[x]",
        "ftp://e.com/a_b_",
        "(c)",
        "ud",
    ]
)
FOREIGN = st.one_of(
    st.lists(PIECES, max_size=12).map("".join),
    st.lists(PIECES, max_size=12).map(" ".join),
    st.text(max_size=60),
)
# What GitHub makes links, mentions, emoji and formulas of after Markdown is done.
ACTIVE = re.compile(
    r"\[!|@\w|\#\w|://|\bwww\.|:[\w+-]+:|\bgh-\d|\bcve-\d|\bghsa-|\b[0-9a-f]{7,40}\b|\$", re.IGNORECASE
)
EVERYDAY = {"text", "code_inline", "softbreak", "hardbreak", "html_inline"}


def flat(tokens: list[Token]) -> list[Token]:
    return [inner for token in tokens for inner in (token, *flat(token.children or []))]


def shown(tokens: list[Token]) -> str:
    """What a reader sees, without the zero-width spaces that we put in and all that is blank."""
    parts = [token.content for token in flat(tokens) if token.type in {"text", "code_inline"}]
    return squeezed("".join(parts))


def squeezed(text: str) -> str:
    return "".join(visible(text).replace("\u200b", "").replace("`", "").split())


def check_harmless(tokens: list[Token]) -> None:
    for token in flat(tokens):
        if token.type == "html_inline":
            assert token.content in {"<span>", "</span>"}
    for before, token in pairwise(flat(tokens)):
        if token.type == "text" and ACTIVE.search(token.content):
            assert (before.content, token.content) == ("<span>", "$")


@given(FOREIGN)
@example("https://e.com/`a` and `https://e.com`")
@example("1. one")
@example("1. https://e.com")
@example("- https://e.com - two")
@example("abcdef1ftp://e.com/a_b_")
@example("$`a`$")
@example("`<b>|`")
@example("a `` b ` c")
def test_inline_text_stays_one_paragraph_of_text(text: str) -> None:
    rendered = inline(text, 10_000)
    assert "\n" not in rendered
    tokens = ORACLE.parse(rendered)
    if squeezed(text):
        assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    assert {token.type for token in flat(tokens[1:2])} <= EVERYDAY | {"inline"}
    check_harmless(tokens)
    assert shown(tokens) == squeezed(text)


@given(FOREIGN)
@example("a | b")
@example("\\|")
@example("`a|b`")
def test_a_cell_stays_one_cell(text: str) -> None:
    table = f"| a | b |\n| --- | --- |\n| {inline(text, 10_000)} | {code(text, 10_000)} |\n"
    tokens = ORACLE.parse(table)
    inlines = [token for token in tokens if token.type == "inline"]
    assert len(inlines) == 4
    assert sum(token.type == "tr_open" for token in tokens) == 2
    for cell in inlines[2:]:
        assert {token.type for token in cell.children or []} <= EVERYDAY
        assert shown([cell]) == squeezed(text)
    check_harmless(inlines[2:3])


@given(FOREIGN, st.sampled_from(["- {}", "**3:1** `x`: {}", "## ✅ {}", "**What to do:** {} → {}"]))
def test_text_after_our_own_words_adds_nothing(text: str, ours: str) -> None:
    assume(squeezed(text))
    tokens = [token.type for token in flat(ORACLE.parse(ours.replace("{}", inline(text))))]
    plain = [token.type for token in flat(ORACLE.parse(ours.replace("{}", "x")))]
    extra = {"code_inline", "html_inline"}
    assert [kind for kind in tokens if kind not in extra and kind != "text"] == [
        kind for kind in plain if kind not in extra and kind != "text"
    ]


@given(st.lists(FOREIGN, max_size=5).map("\n".join))
@example("a\n===\nb")
@example("- a\n\n\n    code\n> b")
@example("```\n</details>\n```")
@example("a\\\n\nb")
def test_a_quoted_text_is_one_quote_of_paragraphs(text: str) -> None:
    tokens = ORACLE.parse(f"before\n\n{quoted(text)}\n\nafter\n")
    blocks = [token.type for token in tokens[3:-3]]
    assert blocks[0] == "blockquote_open"
    assert blocks[-1] == "blockquote_close"
    assert set(blocks[1:-1]) <= {"paragraph_open", "inline", "paragraph_close"}
    quote = tokens[4:-4]
    assert {token.type for token in flat(quote) if token.nesting == 0} <= EVERYDAY | {"inline"}
    check_harmless(quote)
    assert shown(quote) == squeezed(text)


def test_a_quoted_text_keeps_its_lines() -> None:
    assert quoted("one\ntwo\r\n\r\nthree\n") == "> one\\\n> two\n>\n> three"


@given(FOREIGN)
def test_a_code_span_holds_all_of_its_text(text: str) -> None:
    tokens = ORACLE.parse(f"a {code(text, 10_000)} b")
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    assert {token.type for token in flat(tokens[1:2])} <= EVERYDAY | {"inline"}
    assert shown(tokens) == "a" + squeezed(text) + "b"


@given(FOREIGN)
def test_a_block_of_code_holds_all_of_its_lines(text: str) -> None:
    tokens = ORACLE.parse(f"- a\n\n{indent(block(text, 'yaml'), '  ')}\n\nb")
    types = [token.type for token in tokens if not token.type.startswith(("paragraph", "inline"))]
    assert types == ["bullet_list_open", "list_item_open", "fence", "list_item_close", "bullet_list_close"]
    (fence,) = [token for token in tokens if token.type == "fence"]
    assert [line.strip() for line in fence.content.split("\n")[:-1]] == [
        line.strip() for line in visible(text).split("\n")
    ]


@given(FOREIGN)
def test_text_inside_html_stays_text(text: str) -> None:
    rendered = in_html(text, 10_000)
    bare = rendered.replace("<span>$</span>", " ")
    assert not set(bare) & set("<>\"'\n")
    assert not ACTIVE.search(html.unescape(bare))
    assert squeezed(html.unescape(rendered.replace("<span>$</span>", "$"))) == squeezed(text)


URLS = st.one_of(
    FOREIGN,
    FOREIGN.map("https://e.com/".__add__),
    FOREIGN.map("http://".__add__),
    FOREIGN.map("javascript:".__add__),
)


@given(FOREIGN, URLS)
@example("label", "https://e.com/)[x](y)<>&copy;\\")
@example("label", "https://[")
def test_a_link_leads_to_http_or_nowhere(label: str, url: str) -> None:
    tokens = flat(ORACLE.parse(f"x {link(label, url)} y"))
    links = [token for token in tokens if token.type == "link_open"]
    assert len(links) == (1 if safe_url(url) else 0)
    for opened in links:
        assert str(opened.attrs["href"]).startswith(("http://", "https://"))
    assert {token.type for token in tokens} <= EVERYDAY | {
        "paragraph_open",
        "inline",
        "paragraph_close",
        "link_open",
        "link_close",
    }
    assert shown(tokens[1:2]) == "x" + squeezed(label) + "y"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "javascript:alert(1)",
        "data:text/html,x",
        "//e.com",
        "https://",
        "http:///x",
        "https://e .com",
        "ftp://e.com",
    ],
)
def test_what_is_no_web_address_is_no_link(url: str) -> None:
    assert link("x", url) == "x"


def test_a_permalink_is_taken_as_it_is() -> None:
    url = "https://www.linkedin.com/feed/update/urn:li:share:7234?x=1&y=2#c"
    tokens = ORACLE.parseInline(link("view post", url))
    assert flat(tokens)[1].attrs["href"] == url
