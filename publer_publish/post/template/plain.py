"""GitHub's Markdown and HTML as the plain text that a person would have written into a post.

What becomes of each construct is in docs/release-notes.md; that the result does nothing on a network which
it does not do on GitHub is the business of ``harmless``. A page is written tag by tag, whether the tags come
from Markdown or from HTML.

Of GitHub's references to pull requests, issues, commits and logins, where a change was made is of no use in a
post and goes; who made it stays. What is part of a sentence stays as a word. While a line is put together,
references and logins are marked in it.
"""

# ruff: noqa: SIM905  (lists of words)

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.gfm import gfm_plugin

from publer_publish.post.template.harmless import LINK, PRIVATE, harmless, without_invisible

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
    tokens = _parser().parse(markdown)
    # What is folded away is left out, unless it is all there is.
    return Plain(_Page(tokens).whole() or _Page(tokens, unfold=True).whole())


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark").use(gfm_plugin)


# --- the page ---

_BLOCKS = frozenset(
    """
    address alert article aside blockquote caption center details dd div dl dt fieldset figcaption figure
    footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tbody td tfoot th
    thead tr ul
    """.split()
)
_SILENT = frozenset({"script", "style", "template", "title", "head", "svg"})
_IS_BADGE = re.compile(
    r"shields\.io|badge|codecov\.io|coveralls\.io|travis-ci|img\.|deepscan|snyk\.io", re.IGNORECASE
)
_SAYS_NOTHING = re.compile(
    r"\s*(?:image|img|screenshot|screen ?shot.*|screen recording.*|photo|picture|video|untitled|logo|banner"
    r"|\S+\.(?:png|jpe?g|gif|svg|webp|mp4|mov)|(?:img|dsc|clean)?[ _-]?[\d _.:-]+|)\s*",
    re.IGNORECASE,
)
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
    """Writes lines, tag by tag."""

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
        self.read(tokens)
        self.close_row()

    def whole(self) -> str:
        """The whole text."""
        pieces: list[str] = []
        for block in _without_version(_without_empty_headings(self._blocks)):
            pieces += ["\n" if block.is_attached else "\n\n", block.text]
        return "".join(pieces[1:])

    def read(self, tokens: Sequence[Token]) -> None:
        for token in tokens:
            if token.type == "footnote_block_open":
                break  # what is there is shown where it is referred to
            if token.type in _READERS:
                _READERS[token.type](self, token)
            elif token.nesting > 0:
                self.open(token.tag, {**_attributes(token), "markup": token.markup})
                if token.type == "list_item_open" and "checked" in token.meta:
                    self.show_checkbox(is_checked=token.meta["checked"])
            elif token.nesting < 0:
                self.close(token.tag)

    def add(self, text: str, *, is_code: bool = False) -> None:
        """Add text. That of code is not looked into for references and shortcodes."""
        if not self._skipped:
            self._inline.append(text if is_code else marked(text))

    def open(self, tag: str, attributes: Mapping[str, str]) -> None:
        if self._skipped:
            self._skipped += [tag] * (tag == self._skipped[-1])
            return
        if tag in _BLOCKS:
            self._flush()
        if tag in _SILENT or (tag == "details" and "open" not in attributes and not self._unfold):
            self._skipped.append(tag)
        elif tag in _OPENERS:
            _OPENERS[tag](self, attributes)
        elif heading := _HEADING.fullmatch(tag):
            self._level = int(heading[1])

    def close(self, tag: str) -> None:
        if self._skipped:
            if tag == self._skipped[-1]:
                self._skipped.pop()
            return
        if tag in _BLOCKS and tag not in _CLOSERS:
            self._flush()
        if tag in _CLOSERS:
            _CLOSERS[tag](self)
        elif _HEADING.fullmatch(tag):
            self._level = 0

    def open_list(self, first: str | None) -> None:
        """Begin a list of bullets, or of numbers from ``first``."""
        number = int(first) if first and _LIST_START.fullmatch(first) else 1
        self._is_attached = self._is_attached or bool(self._lists)
        self._lists.append(None if first is None else number)

    def close_list(self) -> None:
        self._flush()
        self._marker = ""
        if self._lists:
            self._lists.pop()
            self._is_attached = bool(self._lists)

    def open_item(self) -> None:
        if self._lists:
            number = self._lists[-1]
            self._marker = BULLET if number is None else f"{number}. "
            self._lists[-1] = None if number is None else number + 1

    def show_checkbox(self, *, is_checked: bool) -> None:
        if not self._skipped:
            self._marker = "☑ " if is_checked else "☐ "

    def open_row(self) -> None:
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

    def open_code(self) -> None:
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

    def show_picture(self, attributes: Mapping[str, str]) -> None:
        alt = attributes.get("alt", "")
        is_shown = not (_IS_BADGE.search(attributes.get("src", "")) or _SAYS_NOTHING.fullmatch(alt))
        self._inline.append(alt * is_shown)
        if not is_shown:
            self._lose()

    def show_footnote(self, number: int) -> None:
        self.add(self._footnotes.get(number, ""), is_code=True)

    def open_link(self, attributes: Mapping[str, str]) -> None:
        is_bare = attributes.get("markup") == "autolink"
        self._links.append((attributes.get("href", ""), is_bare, len(self._inline)))

    def close_link(self) -> None:
        if not self._links:
            return
        url, is_bare, start = self._links.pop()
        text = "".join(self._inline[start:])
        is_first = not "".join(self._inline[:start]).strip()
        self._inline[start:] = [_link(text, url, is_bare=is_bare)]
        is_web = url.startswith(("http://", "https://")) and not _ABOUT_CODE.match(url)
        self._only_link = url if is_first and is_web and text.strip() and not is_bare else ""

    def _taken(self) -> str:
        """The text of the block so far, which ends here."""
        text = "".join(self._inline)
        self._inline.clear()
        self._links.clear()
        lines = (without_references(line, is_item=bool(self._marker)) for line in text.split("\n"))
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
        if url and not self._lists and not self._level and _ends_with_link(self._inline):
            text = self._taken().strip()
            self._write(text if not text or text == url else f"{text.removesuffix(':')}: {url}")
        else:
            text = "\n".join(line.strip() for line in self._taken().split("\n")).strip()
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
    "ul": lambda page, _: page.open_list(None),
    "ol": lambda page, attributes: page.open_list(attributes.get("start", "1")),
    "li": lambda page, _: page.open_item(),
    "input": lambda page, attributes: (
        page.show_checkbox(is_checked="checked" in attributes)
        if attributes.get("type") == "checkbox"
        else None
    ),
    "tr": lambda page, _: page.open_row(),
    "pre": lambda page, _: page.open_code(),
    "br": lambda page, _: page.add("\n"),
    "img": _Page.show_picture,
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


def _footnotes(tokens: Sequence[Token]) -> dict[int, str]:
    """The texts of footnotes by their number, as they go into the sentence; none of long ones."""
    found: dict[int, str] = {}
    start = 0
    for at, token in enumerate(tokens):
        if token.type == "footnote_open":
            start = at + 1
        elif token.type == "footnote_close":
            inside = (child for one in tokens[start:at] for child in one.children or [one])
            words = (" " if one.type in _BREAKS else one.content * (one.type in _WORDS) for one in inside)
            text = marked(" ".join("".join(words).split())).rstrip(".")
            if text and len(text) <= MAX_FOOTNOTE:
                found[tokens[start - 1].meta["id"]] = f" ({text})"
    return found


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


# --- the tags of Markdown and HTML ---

_TAG = re.compile(r"<!--.*?(?:-->|\Z)|<(/?)([A-Za-z][A-Za-z0-9-]*)([^<>]*)>|<[!?][^<>]*>", re.DOTALL)
_ATTRIBUTE = re.compile(r"""([A-Za-z-]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+))?""")
_WORDS = frozenset({"text", "text_special", "code_inline", "fence", "code_block"})
"""Tokens that hold nothing but text."""
_BREAKS = frozenset({"softbreak", "hardbreak", "paragraph_close"})
"""Tokens that part words."""


def _read_code(page: _Page, token: Token) -> None:
    page.open("pre", {})
    page.add(token.content, is_code=True)
    page.close("pre")


def _read_block(page: _Page, token: Token) -> None:
    page.open("div", {})
    _read_html(page, token.content, folds_space=True)
    page.close("div")


def _read_html(page: _Page, source: str, *, folds_space: bool = False) -> None:
    def add(text: str) -> None:
        text = PRIVATE.sub("", html.unescape(text))
        page.add(re.sub(r"\s+", " ", text) if folds_space else text)

    at = 0
    for tag in _TAG.finditer(source):
        add(source[at : tag.start()])
        at = tag.end()
        if tag[2] and tag[1]:
            page.close(tag[2].lower())
        elif tag[2]:
            attributes = {
                name.lower(): html.unescape(value.strip("\"'")) for name, value in _ATTRIBUTE.findall(tag[3])
            }
            page.open(tag[2].lower(), attributes)
    add(source[at:])


_READERS: Mapping[str, Callable[[_Page, Token], None]] = {
    "inline": lambda page, token: page.read(token.children or []),
    "text": lambda page, token: page.add(token.content),
    "text_special": lambda page, token: page.add(token.content),
    "code_inline": lambda page, token: page.add(token.content, is_code=True),
    "fence": _read_code,
    "code_block": _read_code,
    "softbreak": lambda page, _: page.add("\n"),
    "hardbreak": lambda page, _: page.add("\n"),
    "html_inline": lambda page, token: _read_html(page, token.content),
    "html_block": _read_block,
    "image": lambda page, token: page.open("img", {**_attributes(token), "alt": _alt(token.children)}),
    "footnote_ref": lambda page, token: page.show_footnote(
        token.meta["id"] if not token.meta["subId"] else -1
    ),
    "alert_title_open": lambda page, _: page.open("alert", {}),
    "alert_title_close": lambda page, _: page.close("alert"),
}
"""Tokens that are more than a tag that opens or closes."""


def _attributes(token: Token) -> dict[str, str]:
    return {name: str(value) for name, value in token.attrs.items()}


def _alt(tokens: Sequence[Token] | None) -> str:
    return "".join(_alt(token.children) if token.children else token.content for token in tokens or [])


# --- GitHub's references ---

_REFERENCE = "\ue002{}\ue003"
"""Marks a reference to an issue, a pull request or a commit."""
_MENTION = "\ue004{}\ue005"
"""Marks a login."""
_SHORTCODES = Path(__file__).with_name("shortcodes.txt")

_ABOUT_CODE = re.compile(
    r"https?://[^/\s]+/[^/\s]+/[^/\s]+/(?:pull|issues|commits?|compare|discussions)/(\S+)", re.IGNORECASE
)
"""A page of a pull request, an issue, a commit or a comparison."""
_HASH = r"[0-9a-f]{7,40}"
_NAMES_CODE = re.compile(rf"\s*(?:(?:[\w.-]+/[\w.-]+)?#\d+|[\w.-]+/[\w.-]+@{_HASH}|{_HASH}|GH-\d+)\s*")
"""The text of a link that GitHub would have made of a reference."""
_IN_TEXT = re.compile(
    r"(?<![\w/&#.-])(?:(?P<ref>(?:[\w.-]+/[\w.-]+)?#\d+)|(?P<hash>[0-9a-f]{40}))(?!\w)"
    r"|(?<![\w@\uff20/.`])@(?P<login>[A-Za-z0-9][\w-]*(?:/[\w-]+)?(?:\[bot\])?)(?![\w@/.]*[@/])"
)
_SHORTCODE = re.compile(r"(?<![0-9A-Za-z]):([+-]?[0-9a-z][\w+-]*):(?![0-9])")


@cache
def _shortcodes() -> Mapping[str, str]:
    lines = _SHORTCODES.read_text(encoding="utf-8").splitlines()
    return dict(line.split(" ", 1) for line in lines)


def marked(text: str) -> str:
    """Mark references and logins, and write emoji for their shortcodes."""
    if ":" in text:
        text = _SHORTCODE.sub(lambda code: _shortcodes().get(code[1], code[0]), text)
    return _IN_TEXT.sub(_mark, text) if "#" in text or "@" in text or len(text) >= 40 else text  # noqa: PLR2004  (a commit)


def _mark(found: re.Match[str]) -> str:
    if found["login"]:
        return _MENTION.format(found["login"])
    if found["hash"]:
        return _REFERENCE.format(found["hash"][:7])
    return _REFERENCE.format(found["ref"])


def _link(text: str, url: str, *, is_bare: bool) -> str:
    bare = text.strip()
    if _ABOUT_CODE.match(url) and (is_bare or _NAMES_CODE.fullmatch(_without_marks(bare)) or bare == url):
        return _REFERENCE.format(LINK.format(url) if is_bare else _without_marks(bare))
    if is_bare or bare == url or _is_same_page(bare, url):
        is_web = url.startswith(("http://", "https://"))
        return LINK.format(bare if bare.startswith("www.") and is_bare else url) if is_web else text
    return text


def _is_same_page(text: str, url: str) -> bool:
    return re.sub(r"^https?://", "", url).rstrip("/") == text.rstrip("/") and "." in text


_LEAD = (
    r"(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?|see|refs?|references|pr|issue|in|via|by|from|for|gh|thanks|cc)"
)
_REF = "\ue002[^\ue003]*\ue003"
_MORE_REFS = rf"(?:(?:\s*[,;&/]\s*|\s+and\s+|\s+)(?:{_LEAD}:?\s+)?{_REF}){{0,99}}"
_LOGIN = "\ue004[^\ue005]*\ue005"
# Each begins where a row of spaces does: else every later start looks through the whole row again.
_BOT = re.compile(r"(?<!\s)(?:\s+(?:by|from))?\s*\(?\ue004[^\ue005]*\[bot\]\ue005\)?")
_IN_BRACKETS = re.compile(rf"(?<!\s)\s*[(\[]\s*(?:{_LEAD}:?\s+)?{_REF}{_MORE_REFS}\s*[)\]]", re.IGNORECASE)
_AT_END = re.compile(
    rf"(?<!\s)(?:\s*(?<![,;\u2013-])[,;\u2013-]+)?\s*(?:(?<=\s){_LEAD}:?\s*)?{_REF}{_MORE_REFS}\s*([.!]?)\s*\Z",
    re.IGNORECASE,
)
_AT_START = re.compile(
    rf"\A\s*(?:{_REF}[\s:,\u2013-]*)+(?:Thanks\s[^!\n]{{1,200}}!\s*[-\u2013]\s*)?", re.IGNORECASE
)
_HASH_AT_START = re.compile(r"\A\s*(?=[0-9]*[a-f])(?=[a-f]*[0-9])[0-9a-f]{7,40}(?::\s*|\s+)(?=\S)")
_ONLY_LABEL = re.compile(rf"\s*[^:\n]{{0,40}}:\s*{_REF}\s*")
_CREDIT = re.compile(
    rf"(?<=[A-Za-z0-9)'\"`.])(?<!\bby)(?<!\bto)(?<!\band)(?<!\bwith)(?<!\bfor)(?<!\bfrom)(?<!hanks)\s+({_LOGIN})\s*\Z"
)
_MARKS = re.compile("[\ue002-\ue005]")


def without_references(line: str, *, is_item: bool) -> str:
    """Leave out where a change was made, and keep who made it. What is in a sentence stays."""
    if not _MARKS.search(line):
        return _HASH_AT_START.sub("", line) if is_item else line
    if _ONLY_LABEL.fullmatch(line):
        return ""
    line = _BOT.sub("", line)
    line = _IN_BRACKETS.sub("", line)
    line = _AT_END.sub(r"\1", line)
    if is_item:
        line = _HASH_AT_START.sub("", _AT_START.sub("", line))
        line = _CREDIT.sub(r" by \1", line)
    return _without_marks(line)


def _without_marks(text: str) -> str:
    return _MARKS.sub("", text)
