"""Markdown becomes the text that a person would have written."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publer_publish.errors import Path as Keys
from publer_publish.errors import Problems, Where
from publer_publish.github.event import Event, release_fields
from publer_publish.github.template_values import RunContext
from publer_publish.networks.count import fits
from publer_publish.networks.table import network
from publer_publish.post.template.plain import plain
from publer_publish.post.template.render import Renderer
from tests.support.cases import sample

HOME = "https://github.com/acme/rocket"
TEMPLATE = """\
{{ repository.name }} {{ version }} is out!

{{ release.notes | fit }}

{{ release.html_url }}
"""


class NoPlaces:
    """A document in which nobody looks for a place."""

    file = ""

    def where(self, path: Keys, *, key: bool = False) -> Where:
        return Where()

    def where_in(self, path: Keys, offset: int) -> Where:
        return Where()

    def raw(self, path: Keys) -> str:
        raise NotImplementedError


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("# Title #\nText", "Title\nText"),
        ("Title\n=====\n\nText", "Title\nText"),
        ("Text\n\n## Next\n\n* a\n* b\n\nEnd", "Text\n\nNext\n• a\n• b\n\nEnd"),
        ("some *em*, **bold**, ***both***, ~~gone~~, `code`", "some em, bold, both, gone, code"),
        ("snake_case_name and 2 * 3 * 4", "snake_case_name and 2 * 3 * 4"),
        ("- a\n  - b\n    1. c\n    2. d\n- e", "• a\n  • b\n    1. c\n    2. d\n• e"),
        ("3. three\n4. four", "3. three\n4. four"),
        ("- [ ] todo\n- [x] done", "☐ todo\n☑ done"),
        ("- first\n\n  second\n- third", "• first\n  second\n• third"),
        ("see [the docs](https://example.com/docs) now", "see the docs now"),
        ("[Read the guide](https://example.com/guide)", "Read the guide: https://example.com/guide"),
        ("[Read it:](https://example.com/guide)", "Read it: https://example.com/guide"),
        ("[https://example.com](https://example.com)", "https://example.com"),
        ("[x](javascript:alert(1))", "[x](javascript:alert(1))"),
        ("<https://example.com/a%20b_c>", "https://example.com/a%20b_c"),
        ("<me@example.com>", "me at example .com"),
        ("bare https://example.com/a_b_c?d=*e*", "bare https://example.com/a_b_c?d=*e*"),
        ("[![build](https://ci/badge.svg)](https://ci) ![A chart](c.png)", "A chart"),
        ("**Full Changelog**: https://github.com/o/r/compare/v1...v2", ""),
        ("* Fix by @a in https://github.com/o/r/pull/1", "• Fix by a"),
        ("a &amp; b &copy; &#x1F600; &lt;tag&gt;", "a & b © 😀 <tag>"),
        ("line\nbreak  \nhard<br>html", "line\nbreak\nhard\nhtml"),
        ("<!-- hidden -->\n\n<p align=center>Hi <b>you</b></p>", "Hi you"),
        ("text <!-- hidden --> and <span>more</span>", "text  and more"),
        ("<details><summary>More</summary>\n\ninner\n\n</details>", "More\n\ninner"),
        ("> [!NOTE]\n> Quoted\n> text", "Note: Quoted\ntext"),
        ("See[^1] it\n\n[^1]: One,\n    two.\n\n    Three.", "See (One, two. Three) it"),
        ("```py\ndef f():\n\n    return '*x*'\n```", "def f():\n\n    return '*x*'"),
        ("| A | B |\n|---|--:|\n| 1 | `2` |\n\nafter", "A | B\n1 | 2\n\nafter"),
        ("a\n\n---\n\nb", "a\n\nb"),
        (r"\*not emphasis\*", "*not emphasis*"),
        ("a\r\n\r\nb", "a\n\nb"),
        ("", ""),
        ("   \n\n", ""),
        ("@user and #12 and {{ tag }}", "user and 12 and {{ tag }}"),
    ],
)  # fmt: skip
def test_markdown_as_text(markdown: str, text: str) -> None:
    assert plain(markdown) == text


@given(st.text(alphabet="ab *_`[]()<>!#-+|~\\&;:\n\t1.@/", max_size=80))
def test_every_text_is_some_markdown(markdown: str) -> None:
    """And the result has no blank ends and no run of empty lines."""
    text = plain(markdown)
    assert text == text.strip()


NOTES = sorted((Path(__file__).parents[3] / "data" / "notes").glob("*.md"))


@pytest.mark.parametrize(
    "path", [path for path in NOTES if path.stem != "README"], ids=lambda path: path.stem
)
@pytest.mark.parametrize("key", ["twitter", "linkedin"])
def test_release_notes_become_the_post_that_a_person_would_send(path: Path, key: str) -> None:
    body = path.read_bytes().decode()
    release = release_fields({"tag_name": "v1.2.3", "body": body, "html_url": HOME + "/releases/tag/v1.2.3"})
    event = Event(repository="acme/rocket", tag="v1.2.3", release=release)
    context = RunContext(event, {}, lambda _: {}, placeholders=False)
    problems = Problems()
    text = Renderer(NoPlaces(), context, problems).text(
        (), TEMPLATE, fits=lambda text: fits(network(key), text.strip())
    )
    name = {"twitter": "x"}.get(key, key)
    assert text is not None
    assert text.strip() == path.with_suffix(f".{name}.txt").read_text().strip()
    assert not list(problems)


HOSTILE = [
    "<td>",
    "[^1]",
    "a.to ",
    "# a\n",
    "[",
    "![",
    "![[",
    "*",
    "_a",
    "**a",
    "`",
    "<",
    "<!--",
    "<a ",
    ">",
    "> ",
    "- ",
    "1. ",
    "|",
    "|a",
    "&",
    "\\",
    "\n",
    "~~",
    "](",
    "*a_",
    "[a](",
]


@pytest.mark.parametrize("piece", sample({piece: piece for piece in HOSTILE}, every=3))
def test_hostile_markdown_ends(piece: str) -> None:
    """Time that grew with the square of 60,000 characters would not end within the test run."""
    plain((piece * 60_000)[:60_000])
