"""The text of a post file, its values with their places, and what is wrong with it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NoReturn

from publer_publish.errors import Problem, Problems, Where

MAX_DEPTH = 64
"""Levels of nesting. Publer's deepest documented body has 12."""
MAX_QUOTED = 40
"""Characters of a foreign value in a message."""
MAX_VALUES = 100_000
"""Values in one file, keys not counted: 500 posts for 13 networks have about 50,000."""
MAX_ITEMS = 1_000
"""Items of one list: Publer takes 500 posts in a request, and no post has hundreds of anything."""
MAX_DIGITS = 400
"""Of one number, however it is written."""
_SPLIT = "Split the posts into several files."

_LINE_BREAK = re.compile(r"\r\n|\n|\r")
_SPACE = " \t\n\r"
_TOKENS = {
    "'": re.compile(r"''|[^ \t\n\r]"),
    '"': re.compile(
        r"\\(?:x[0-9a-fA-F]{2}|u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}"
        r"|U[0-9a-fA-F]{8}|\r\n|[\s\S])|[^ \t\n\r]"
    ),
    "": re.compile(r"[^ \t\n\r]"),
}
_ESCAPED_SPACES = {"\\n", "\\r", "\\t", "\\ ", "\\\t", "\\\n", "\\\r", "\\\r\n"}


class Source:
    """The decoded text of a file; turns an offset into a line and a column, both from 1."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(found.end() for found in _LINE_BREAK.finditer(self.text))]

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of a code point."""
        offset = min(offset, len(self.text))
        line = bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1

    def lines(self) -> list[str]:
        """Return the lines without their ends."""
        return _LINE_BREAK.split(self.text)

    def offset(self, line: int, column: int) -> int:
        """Return the offset of a place whose line and column count from 0."""
        return self._line_starts[min(line, len(self._line_starts) - 1)] + column

    def last_visible(self) -> int:
        """Return the offset of the last visible character: where an unfinished file breaks off."""
        return max(len(self.text.rstrip()) - 1, 0)


@dataclass(slots=True)
class Node:
    """One value of the document."""

    start: int
    end: int
    value: Any
    """Plain data; the very object that is in ``Document.data``."""
    style: str = ""
    """Of a scalar: ``'``, ``"``, ``|``, ``>``, or empty for a plain one."""
    entries: dict[str, Node] = field(default_factory=lambda: _NO_ENTRIES)
    items: list[Node] = field(default_factory=lambda: _NO_ITEMS)
    weight: int = 0
    """What expanding this node costs, in characters."""
    height: int = 1
    """Levels of nesting from here down."""
    key_start: int = 0
    """Of a value in a mapping: where its key is."""

    def child(self, step: str | int) -> Node | None:
        """Return the value under a key or at an index."""
        if isinstance(step, str):
            return self.entries.get(step)
        return self.items[step] if 0 <= step < len(self.items) else None


_NO_ENTRIES: dict[str, Node] = {}
_NO_ITEMS: list[Node] = []
"""Shared by all nodes without any: most are scalars, and a file of 500 posts has 25,000 nodes."""


def container(start: int, end: int, value: dict[str, Any] | list[Any], *, weight: int = 0) -> Node:
    """Make the node of an empty mapping or list."""
    if isinstance(value, dict):
        return Node(start, end, value, entries={}, weight=weight)
    return Node(start, end, value, items=[], weight=weight)


class UnreadableError(Exception):
    """The file cannot be read any further; why has been reported."""


class Reading:
    """One reading of a file: what a hostile one must not exhaust, and what is wrong with it."""

    def __init__(self, source: Source, problems: Problems) -> None:
        self._source = source
        self._problems = problems
        self._values = 0
        self.is_faulty = False

    def error(self, at: int, message: str, hint: str, fix: str = "") -> None:
        """Report a mistake at an offset; ``fix``: the corrected lines."""
        self.is_faulty = True
        line, column = self._source.position(at)
        where = Where(file=self._source.file, line=line, column=column)
        self._problems.add(Problem(message=message, hint=hint, fix=fix, where=where))

    def stop(self, at: int, message: str, hint: str, fix: str = "") -> NoReturn:
        """Report a mistake after which nothing can be read."""
        self.error(at, message, hint, fix)
        raise UnreadableError

    def duplicate_key(self, key: str, first: int, second: int, fix: str = "") -> None:
        """Report both places of a key that is written twice; ``fix``: as two posts, if they may be two."""
        line, column = self._source.position(first)
        message = f'"{short(key)}" is written twice: here and in line {line}, column {column}.'
        hint = "Remove one of the two: only one could count."
        if key in {"file", "url"}:
            hint += ' Two pictures are two items of a list, each of which begins with "- ".'
        self.error(second, message, "If these are two posts, write them as a list." if fix else hint, fix)

    def check_depth(self, depth: int, at: int) -> None:
        """End the reading of a file that is nested too deep."""
        if depth > MAX_DEPTH:
            self.stop(
                at,
                f"The file is nested more than {MAX_DEPTH} levels deep.",
                "A post needs about ten; look for brackets that are never closed.",
            )

    def count_value(self, at: int) -> None:
        """End the reading of a file with too many values."""
        self._values += 1
        if self._values > MAX_VALUES:
            self.stop(at, f"The file has more than {MAX_VALUES:,} values.", _SPLIT)

    def check_items(self, count: int, at: int) -> None:
        """End the reading of a file with a list that is too long."""
        if count > MAX_ITEMS:
            self.stop(at, f"A list has more than {MAX_ITEMS:,} items.", _SPLIT)


def short(text: str) -> str:
    """Make what a message quotes fit on a line: cut, and without control characters."""
    text = "".join(char if char.isprintable() else " " for char in text[: MAX_QUOTED + 1])
    return text if len(text) <= MAX_QUOTED else text[: MAX_QUOTED - 1] + "…"


def place_in_string(source: Source, node: Node, offset: int) -> int:
    """Return the offset in the source of a code point of a string value.

    Exact for literal blocks and for all that is on one line as it is. In folded and escaped strings
    it is exact for every visible character; white space is placed after the visible character before it.
    """
    value: str = node.value
    offset = max(0, min(offset, len(value)))
    if node.style == "|":
        return _place_in_literal(source, node, offset)
    start = node.start + 1 if node.style in {"'", '"'} else node.start
    written = source.text[start : start + len(value)]
    if written == value and not _LINE_BREAK.search(value):
        return start + offset
    return _place_by_visible_characters(source, node, start, offset)


def _place_in_literal(source: Source, node: Node, offset: int) -> int:
    """Find the place line by line: what a source line has more than its value line is its indentation."""
    before: str = node.value[:offset]
    line = before.count("\n")
    column = offset - (before.rfind("\n") + 1)
    value_line: str = node.value.split("\n")[line]
    spans = list(_lines(source.text, node.start, node.end))[1:]
    if line >= len(spans):
        return max(node.start, node.end - 1)
    start, end = spans[line]
    indentation = max(end - start - len(value_line), 0)
    return min(start + indentation + column, max(end, start))


def _lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for found in _LINE_BREAK.finditer(text, start, end):
        yield start, found.start()
        start = found.end()
    if start < end:
        yield start, end


def _place_by_visible_characters(source: Source, node: Node, start: int, offset: int) -> int:
    value: str = node.value
    on_space = offset >= len(value) or value[offset] in _SPACE
    wanted = sum(character not in _SPACE for character in value[:offset]) - on_space
    if node.style == ">":
        first_break = _LINE_BREAK.search(source.text, node.start)
        start = first_break.end() if first_break else node.start
    if wanted < 0:
        return start
    place = start
    for found in _TOKENS.get(node.style, _TOKENS[""]).finditer(source.text, start, node.end):
        if found[0].startswith("\\") and node.style == '"' and _is_escaped_space(found[0]):
            continue
        place = found.end() if on_space else found.start()
        wanted -= 1
        if wanted < 0:
            break
    return place


def _is_escaped_space(token: str) -> bool:
    if token in _ESCAPED_SPACES:
        return True
    return token[1] in "xuU" and token.count("\\") == 1 and chr(int(token[2:], base=16)) in _SPACE  # noqa: FURB166 - \\x is no prefix of int()
