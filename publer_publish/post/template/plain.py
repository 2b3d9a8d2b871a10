"""GitHub-flavoured Markdown as the plain text that a person would have written into a post.

* Headings, emphasis, quotes: their text. Lists: ``•`` or ``1.``, indented when nested; tasks ``☐`` and ``☑``.
* Links: their text; the URL stays where it is the point: an autolink, or a link that is a paragraph of its
  own (``Read the guide: https://…``).
* Pictures: their alternative text. Code: as it stands. Tables: a row a line, cells between bars.
* HTML: its tags and comments go, its text stays. Entities are decoded.
* Line breaks stay, as GitHub shows them in release notes and comments.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

MAX_NESTING = 16
"""The parser's time is the length of the text times this, at worst."""
MAX_OPEN_BRACKETS = 500
"""With more of them unclosed the parser would search long for links; then links stay as they are written."""
BULLET = "• "

_ALERT = re.compile(r"\A\[!(?:NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]\s*", re.IGNORECASE)
_TASK = re.compile(r"\A\[([ xX])\]\s+")
_TAG = re.compile(r"<[^<>]*>")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_BLANKS = re.compile(r"\n{3,}")


@lru_cache(maxsize=64)
def plain(markdown: str) -> str:
    """Return the text of a Markdown document. Never fails: everything is some Markdown."""
    page = _Page()
    brackets = markdown.count("[") - markdown.count("]") <= MAX_OPEN_BRACKETS
    for token in _parser(links=brackets).parse(markdown):
        page.add(token)
    return _BLANKS.sub("\n\n", "\n".join(page.lines)).strip()


@cache
def _parser(*, links: bool) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"maxNesting": MAX_NESTING}).enable(["table", "strikethrough"])
    return parser if links else parser.disable(["link", "image"])


class _Page:
    """Collects lines, token by token."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._lists: list[int | None] = []
        """The next number of each open list; None for bullets."""
        self._marker = ""
        self._cells: list[str] | None = None
        self._attached = True
        """What comes next follows without an empty line."""
        self._heading = False

    def add(self, token: Token) -> None:
        handle = _HANDLERS.get(token.type)
        if handle is not None:
            handle(self, token)

    def code(self, token: Token) -> None:
        self._block(token.content.rstrip("\n"))

    def html(self, token: Token) -> None:
        self._block(_without_tags(token.content).strip())

    def open_list(self, token: Token) -> None:
        self._attached = self._attached or bool(self._lists)
        self._lists.append(None if token.type == "bullet_list_open" else int(token.attrGet("start") or 1))

    def close_list(self, _: Token) -> None:
        self._lists.pop()
        self._attached = bool(self._lists)

    def open_heading(self, _: Token) -> None:
        self._heading = True

    def open_row(self, _: Token) -> None:
        self._cells = []

    def close_row(self, _: Token) -> None:
        cells, self._cells = self._cells or [], None
        self._block(" | ".join(cells))
        self._attached = True

    def close_table(self, _: Token) -> None:
        self._attached = False

    def open_item(self, _: Token) -> None:
        number = self._lists[-1]
        self._marker = BULLET if number is None else f"{number}. "
        if number is not None:
            self._lists[-1] = number + 1

    def inline(self, token: Token) -> None:
        in_paragraph = not self._lists and not self._heading and self._cells is None
        text = _inline_text(token.children or [], keep_url=in_paragraph).strip()
        if self._cells is not None:
            self._cells.append(" ".join(text.split()))
            return
        self._block(_ALERT.sub("", text))
        self._attached = self._attached or self._heading
        self._heading = False

    def _block(self, text: str) -> None:
        if not text:
            return
        indent = "  " * (len(self._lists) - 1)
        marker = self._marker
        if marker:
            text = _TASK.sub(lambda task: "☐ " if task[1] == " " else "☑ ", text)
            marker = "" if text[0] in "☐☑" else marker
        if self.lines and not self._attached:
            self.lines.append("")
        first, *rest = text.split("\n")
        hanging = indent + ("  " if self._lists else "")
        self.lines.append((indent + marker if self._marker else hanging) + first)
        self.lines += [hanging + line if line else "" for line in rest]
        self._marker = ""
        self._attached = bool(self._lists)


_HANDLERS: Mapping[str, Callable[[_Page, Token], None]] = {
    "inline": _Page.inline,
    "fence": _Page.code,
    "code_block": _Page.code,
    "html_block": _Page.html,
    "bullet_list_open": _Page.open_list,
    "ordered_list_open": _Page.open_list,
    "bullet_list_close": _Page.close_list,
    "ordered_list_close": _Page.close_list,
    "list_item_open": _Page.open_item,
    "heading_open": _Page.open_heading,
    "tr_open": _Page.open_row,
    "tr_close": _Page.close_row,
    "table_close": _Page.close_table,
}


def _inline_text(tokens: Sequence[Token], *, keep_url: bool) -> str:
    parts: list[str] = []
    autolink = False
    for token in tokens:
        if token.markup == "autolink":
            autolink = not autolink
            parts.append(str(token.attrGet("href") or "").removeprefix("mailto:"))
        elif autolink:
            continue
        elif token.type in ("text", "code_inline", "text_special"):
            parts.append(token.content)
        elif token.type in ("softbreak", "hardbreak") or _BREAK.fullmatch(token.content):
            parts.append("\n")
        elif token.type == "image":
            parts.append(_inline_text(token.children or [], keep_url=False))
    text = "".join(parts)
    return text + _own_url(tokens, text) if keep_url else text


def _own_url(tokens: Sequence[Token], text: str) -> str:
    """Return what to append to the text of a link that is a paragraph of its own."""
    if len(tokens) < 2 or tokens[0].type != "link_open" or tokens[-1].type != "link_close":  # noqa: PLR2004
        return ""
    url = str(tokens[0].attrGet("href") or "")
    links = sum(token.type == "link_open" for token in tokens)
    words = any(token.type in ("text", "code_inline") and token.content.strip() for token in tokens)
    if links > 1 or not words or not url.startswith(("http://", "https://")) or text.strip() == url:
        return ""
    return f" {url}" if text.rstrip().endswith(":") else f": {url}"


def _without_tags(text: str) -> str:
    kept = []
    at = 0
    while (comment := text.find("<!--", at)) >= 0:
        kept.append(text[at:comment])
        end = text.find("-->", comment)
        at = end + 3 if end >= 0 else len(text)
    kept.append(text[at:])
    return html.unescape(_TAG.sub("", _BREAK.sub("\n", "".join(kept))))
