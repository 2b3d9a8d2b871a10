"""GitHub's Markdown and HTML as the plain text that a person would have written into a post.

What becomes of each construct is in docs/release-notes.md; that the result does nothing on a network which
it does not do on GitHub is the business of ``harmless``. Markdown and HTML are read into the same events
(a tag opens, a tag closes, text), from which one writer makes lines.
"""

# ruff: noqa: SIM905  (lists of words)

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from mdit_py_plugins.gfm import gfm_plugin

from publer_publish.post.template import references
from publer_publish.post.template.harmless import PRIVATE, harmless, without_invisible

MAX_NESTING = 16
"""The parser's time is the length of the text times this, at worst."""
MAX_OPEN_BRACKETS = 500
"""With more of them unclosed the parser would search long for links; then links stay as they are written."""
MAX_COLONS = 500
"""In one block. With more of them the search for bare links takes long; then the block is read as text."""
MAX_FOOTNOTE = 200
BULLET = "• "


class Plain(str):
    """Text that ``plain`` made. It stays as it is if it comes by again."""

    __slots__ = ()


def plain(markdown: str) -> Plain:
    """Return the text of a Markdown document. Never fails: everything is some Markdown."""
    if isinstance(markdown, Plain):
        return markdown
    return _plain(str(markdown))


@lru_cache(maxsize=64)
def _plain(markdown: str) -> Plain:
    markdown = without_invisible(PRIVATE.sub("", markdown))
    are_links_read = markdown.count("[") - markdown.count("]") <= MAX_OPEN_BRACKETS
    tokens = _parser(are_links_read=are_links_read).parse(markdown)
    # What is folded away is left out, unless it is all there is.
    return Plain(_Page(tokens).text() or _Page(tokens, unfold=True).text())


@cache
def _parser(*, are_links_read: bool) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"maxNesting": MAX_NESTING}).use(gfm_plugin)
    parser.core.ruler.after("block", "odd_blocks", _leave_odd_blocks)
    return parser if are_links_read else parser.disable(["link", "image", "footnote_ref"])


def _leave_odd_blocks(state: StateCore) -> None:
    for token in state.tokens:
        if token.type == "inline" and token.content.count(":") > MAX_COLONS:
            token.type = "text"


# --- from Markdown and HTML to events ---


class Open(NamedTuple):
    """A tag opens."""

    tag: str
    attributes: Mapping[str, str]


class Close(NamedTuple):
    """A tag closes."""

    tag: str


class Text(NamedTuple):
    """Text between tags. As ``code`` it is not looked into for references and shortcodes."""

    text: str
    is_code: bool = False


Event = Open | Close | Text

_TAG = re.compile(r"<!--.*?(?:-->|\Z)|<(/?)([A-Za-z][A-Za-z0-9-]*)([^<>]*)>|<[!?][^<>]*>", re.DOTALL)
_ATTRIBUTE = re.compile(r"""([A-Za-z-]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+))?""")


def _events(tokens: Sequence[Token]) -> Iterator[Event]:
    for token in tokens:
        if token.type in _READERS:
            yield from _READERS[token.type](token)
        elif token.nesting > 0:
            yield Open(token.tag, {**_attributes(token), "markup": token.markup})
            if token.type == "list_item_open" and "checked" in token.meta:
                yield Open("input", {"type": "checkbox"} | ({"checked": ""} if token.meta["checked"] else {}))
        elif token.nesting < 0:
            yield Close(token.tag)


def _code_block(token: Token) -> Sequence[Event]:
    return Open("pre", {}), Text(token.content, is_code=True), Close("pre")


def _footnote_mark(token: Token) -> Sequence[Event]:
    is_first = not token.meta["subId"]
    return [Open("footnote", {"id": str(token.meta["id"])})] if is_first else []


_READERS: Mapping[str, Callable[[Token], Iterable[Event]]] = {
    "inline": lambda token: _events(token.children or []),
    "text": lambda token: [Text(token.content)],
    "text_special": lambda token: [Text(token.content)],
    "code_inline": lambda token: [Text(token.content, is_code=True)],
    "fence": _code_block,
    "code_block": _code_block,
    "softbreak": lambda _: [Open("br", {})],
    "hardbreak": lambda _: [Open("br", {})],
    "html_inline": lambda token: _html(token.content),
    "html_block": lambda token: [Open("div", {}), *_html(token.content, folds_space=True), Close("div")],
    "image": lambda token: [Open("img", {**_attributes(token), "alt": _alt(token.children or [])})],
    "footnote_ref": _footnote_mark,
    "alert_title_open": lambda _: [Open("alert", {})],
    "alert_title_close": lambda _: [Close("alert")],
}
"""Tokens that are more than a tag that opens or closes."""


def _html(source: str, *, folds_space: bool = False) -> Iterator[Event]:
    at = 0
    for tag in _TAG.finditer(source):
        yield _html_text(source[at : tag.start()], folds_space=folds_space)
        at = tag.end()
        if tag[2] and tag[1]:
            yield Close(tag[2].lower())
        elif tag[2]:
            attributes = {
                name.lower(): html.unescape(value.strip("\"'")) for name, value in _ATTRIBUTE.findall(tag[3])
            }
            yield Open(tag[2].lower(), attributes)
    yield _html_text(source[at:], folds_space=folds_space)


def _html_text(source: str, *, folds_space: bool) -> Text:
    text = PRIVATE.sub("", html.unescape(source))
    return Text(re.sub(r"\s+", " ", text) if folds_space else text)


def _attributes(token: Token) -> dict[str, str]:
    return {name: str(value) for name, value in token.attrs.items()}


def _alt(tokens: Sequence[Token]) -> str:
    return "".join(_alt(token.children) if token.children else token.content for token in tokens)


# --- from events to lines ---

_BLOCKS = frozenset(
    """
    address alert article aside blockquote caption center details dd div dl dt fieldset figcaption figure
    footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tbody td tfoot th
    thead tr ul
    """.split()
)
_SILENT = frozenset({"script", "style", "template", "title", "head", "svg"})
_LIST_START = re.compile("[0-9]{1,9}")
_HEADING = re.compile(r"h([1-6])")
_MAX_LISTS = 8


class _Block(NamedTuple):
    text: str
    level: int = 0
    """Of a heading; else 0."""
    is_attached: bool = False
    """Whether it follows what is before it without an empty line."""


class _Page:
    """Writes lines, event by event."""

    def __init__(self, tokens: Sequence[Token], *, unfold: bool = False) -> None:
        self._unfold = unfold
        self._footnotes = _footnotes(tokens)
        self._blocks: list[_Block] = []
        self._inline: list[str] = []
        self._lists: list[int | None] = []
        """The next number of each open list; None for bullets."""
        self._marker = ""
        self._prefix = ""
        self._level = 0
        self._cells: list[str] | None = None
        self._links: list[tuple[str, bool, int]] = []
        """Open links: where to, whether GitHub made it of the bare address, and where their text begins."""
        self._only_link = ""
        """The address of the link that the block consists of so far."""
        self._is_attached = True
        self._skipped: list[str] = []
        """Open tags of which nothing is shown."""
        self._is_pre = False
        for event in _events(_without_footnotes(tokens)):
            self._add(event)
        self.close_row()

    def text(self) -> str:
        """The whole of it."""
        pieces: list[str] = []
        for block in _without_version(_without_empty_headings(self._blocks)):
            pieces += ["\n" if block.is_attached else "\n\n", block.text]
        return "".join(pieces[1:])

    def _add(self, event: Event) -> None:
        if self._skipped:
            self._skip(event)
        elif isinstance(event, Text):
            self._inline.append(event.text if event.is_code else references.marked(event.text))
        elif isinstance(event, Open):
            self._open(event.tag, event.attributes)
        else:
            self._close(event.tag)

    def _skip(self, event: Event) -> None:
        if isinstance(event, Open) and event.tag == self._skipped[-1]:
            self._skipped.append(event.tag)
        elif isinstance(event, Close) and event.tag == self._skipped[-1]:
            self._skipped.pop()

    def _open(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag in _BLOCKS:
            self._flush()
        if tag in _SILENT or (tag == "details" and "open" not in attributes and not self._unfold):
            self._skipped.append(tag)
        elif tag in _OPENERS:
            _OPENERS[tag](self, attributes)
        elif heading := _HEADING.fullmatch(tag):
            self._level = int(heading[1])

    def _close(self, tag: str) -> None:
        if tag in _BLOCKS and tag not in _CLOSERS:
            self._flush()
        if tag in _CLOSERS:
            _CLOSERS[tag](self)
        elif _HEADING.fullmatch(tag):
            self._level = 0

    def open_bullets(self, _: Mapping[str, str]) -> None:
        self._open_list(None)

    def open_numbers(self, attributes: Mapping[str, str]) -> None:
        start = attributes.get("start", "1")
        self._open_list(int(start) if _LIST_START.fullmatch(start) else 1)

    def _open_list(self, number: int | None) -> None:
        self._is_attached = self._is_attached or bool(self._lists)
        self._lists.append(number)

    def close_list(self) -> None:
        self._flush()
        self._marker = ""
        if self._lists:
            self._lists.pop()
            self._is_attached = bool(self._lists)

    def open_item(self, _: Mapping[str, str]) -> None:
        if self._lists:
            number = self._lists[-1]
            self._marker = BULLET if number is None else f"{number}. "
            self._lists[-1] = None if number is None else number + 1

    def open_checkbox(self, attributes: Mapping[str, str]) -> None:
        if attributes.get("type") == "checkbox":
            self._marker = "☑ " if "checked" in attributes else "☐ "

    def open_row(self, _: Mapping[str, str]) -> None:
        self.close_row()
        self._cells = []

    def close_cell(self) -> None:
        if self._cells is None:
            self._flush()
        else:
            self._cells.append(" ".join(self._taken().split()))

    def close_row(self) -> None:
        if self._cells is None:
            self._flush()
            return
        self.close_cell()
        cells, self._cells = self._cells, None
        self._write(" | ".join(cells).removesuffix(" | "))
        self._is_attached = True

    def close_table(self) -> None:
        self.close_row()
        self._is_attached = False

    def open_code(self, _: Mapping[str, str]) -> None:
        self._is_pre = True

    def close_code(self) -> None:
        self._flush()
        self._is_pre = False

    def close_alert_title(self) -> None:
        self._prefix = "".join(self._inline).strip() + ": "
        self._inline.clear()

    def close_quote(self) -> None:
        self._flush()
        self._prefix = ""

    def break_line(self, _: Mapping[str, str]) -> None:
        self._inline.append("\n")

    def show_picture(self, attributes: Mapping[str, str]) -> None:
        picture = _picture(attributes)
        self._inline.append(picture)
        if not picture:
            self._lose()

    def show_footnote(self, attributes: Mapping[str, str]) -> None:
        self._inline.append(self._footnotes.get(attributes.get("id", ""), ""))

    def open_link(self, attributes: Mapping[str, str]) -> None:
        is_bare = attributes.get("markup") == "autolink"
        self._links.append((attributes.get("href", ""), is_bare, len(self._inline)))

    def close_link(self) -> None:
        if not self._links:
            return
        url, is_bare, start = self._links.pop()
        text = "".join(self._inline[start:])
        before = "".join(self._inline[:start])
        is_first = not before.strip()
        del self._inline[start:]
        self._inline.append(references.link(text, url, is_bare=is_bare))
        is_web = url.startswith(("http://", "https://")) and not references.ABOUT_CODE.match(url)
        self._only_link = url if is_first and is_web and text.strip() and not is_bare else ""

    def _taken(self) -> str:
        """The text of the block so far, which ends here."""
        text = "".join(self._inline)
        self._inline.clear()
        self._links.clear()
        lines = (references.without_references(line, is_item=bool(self._marker)) for line in text.split("\n"))
        return harmless(without_invisible("\n".join(lines)))

    def _flush(self) -> None:
        if self._is_pre:
            self._flush_code()
            return
        url, self._only_link = self._only_link, ""
        if self._cells is not None:
            self._inline.append(" ")
            return
        if not "".join(self._inline).strip():
            self._inline.clear()
            return
        is_only_link = url and not self._lists and not self._level and self._cells is None
        if is_only_link and _ends_with_link(self._inline):
            text = self._taken().strip()
            self._write(text if not text or text == url else f"{text.removesuffix(':')}: {url}")
        else:
            lines = (line.strip() for line in self._taken().split("\n"))
            text = "\n".join(lines).strip()
            self._write(text)
            if not text:
                self._lose()

    def _flush_code(self) -> None:
        """Code stays as it is, or goes: changed, it would be wrong."""
        code = without_invisible("".join(self._inline)).strip("\n").rstrip()
        self._inline.clear()
        if harmless(code) == code:
            self._write(code)
        else:
            if self._blocks and self._blocks[-1].text.endswith(":"):
                self._blocks.pop()
            self._lose()

    def _lose(self) -> None:
        """Remember that something here is not shown: the heading above it may have nothing left."""
        self._blocks.append(_Block(""))

    def _write(self, text: str) -> None:
        if not text.strip():
            return
        text = re.sub(r"\n{3,}", "\n\n", self._prefix + text)
        self._prefix = ""
        depth = min(len(self._lists), _MAX_LISTS)
        hanging = "  " * depth
        indent = hanging[2:] + self._marker if self._marker else hanging
        first, *rest = text.split("\n")
        lines = [indent + first, *(hanging + line if line else "" for line in rest)]
        is_attached = self._is_attached and not self._level
        self._blocks.append(_Block("\n".join(lines), self._level, is_attached))
        self._marker = ""
        self._is_attached = bool(self._lists or self._level)
        self._level = 0


_OPENERS: Mapping[str, Callable[[_Page, Mapping[str, str]], None]] = {
    "ul": _Page.open_bullets,
    "ol": _Page.open_numbers,
    "li": _Page.open_item,
    "input": _Page.open_checkbox,
    "tr": _Page.open_row,
    "pre": _Page.open_code,
    "br": _Page.break_line,
    "img": _Page.show_picture,
    "footnote": _Page.show_footnote,
    "a": _Page.open_link,
}
_CLOSERS: Mapping[str, Callable[[_Page], None]] = {
    "ul": _Page.close_list,
    "ol": _Page.close_list,
    "td": _Page.close_cell,
    "th": _Page.close_cell,
    "tr": _Page.close_row,
    "table": _Page.close_table,
    "pre": _Page.close_code,
    "alert": _Page.close_alert_title,
    "blockquote": _Page.close_quote,
    "a": _Page.close_link,
}


def _footnotes(tokens: Sequence[Token]) -> dict[str, str]:
    """The texts of footnotes by their number, as they go into the sentence; none of long ones."""
    found: dict[str, str] = {}
    start = 0
    for at, token in enumerate(tokens):
        if token.type == "footnote_open":
            start = at + 1
        elif token.type == "footnote_close":
            words = (event.text for event in _events(tokens[start:at]) if isinstance(event, Text))
            text = references.marked("".join(words)).strip().rstrip(".")
            if text and len(text) <= MAX_FOOTNOTE:
                found[str(tokens[start - 1].meta["id"])] = f" ({text})"
    return found


def _without_footnotes(tokens: Sequence[Token]) -> Sequence[Token]:
    types = [token.type for token in tokens]
    return tokens[: types.index("footnote_block_open")] if "footnote_block_open" in types else tokens


def _ends_with_link(inline: Sequence[str]) -> bool:
    """Whether nothing comes after the first piece, which is a link."""
    return not "".join(inline[1:]).strip() if inline and inline[0].strip() else False


_VERSION_ONLY = re.compile(
    r"(?:release |version |[\w.-]+/[\w.-]+ )?[\w./-]*?\[?v?\d+(?:\.\d+)+[\w.+-]*\]?"
    r"(?:[\s\u2013\u2014:(-]*\d{4}-\d\d-\d\d\)?)?",
    re.IGNORECASE,
)


def _without_version(blocks: Sequence[_Block]) -> list[_Block]:
    """Leave out the first heading that only says which version it is, and when: the post says so."""
    for at, block in enumerate(blocks):
        if block.level and _VERSION_ONLY.fullmatch(block.text):
            return [*blocks[:at], *blocks[at + 1 :]]
    return list(blocks)


def _without_empty_headings(blocks: Sequence[_Block]) -> list[_Block]:
    """Leave out empty blocks, and headings below which there is nothing else or nothing is left."""
    kept: list[_Block] = []
    something_is_lost = False
    for block in reversed(blocks):
        is_left_alone = something_is_lost if not kept else 0 < kept[-1].level <= block.level
        if not block.text:
            something_is_lost = True
        elif not (block.level and is_left_alone):
            kept.append(block)
            something_is_lost = False
    return kept[::-1]


# --- pictures ---

_IS_BADGE = re.compile(
    r"shields\.io|badge|codecov\.io|coveralls\.io|travis-ci|img\.|deepscan|snyk\.io", re.IGNORECASE
)
_SAYS_NOTHING = re.compile(
    r"\s*(?:image|img|screenshot|screen ?shot.*|screen recording.*|photo|picture|video|untitled|logo|banner"
    r"|\S+\.(?:png|jpe?g|gif|svg|webp|mp4|mov)|(?:img|dsc|clean)?[ _-]?[\d _.:-]+|)\s*",
    re.IGNORECASE,
)


def _picture(attributes: Mapping[str, str]) -> str:
    alt = attributes.get("alt", "")
    if _IS_BADGE.search(attributes.get("src", "")) or _SAYS_NOTHING.fullmatch(alt):
        return ""
    return alt
