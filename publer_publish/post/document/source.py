"""The text of a post file, its values with their places, and what is wrong with it."""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Sequence
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
MAX_DIGITS = 308
"""Of a whole number; a longer one reads as infinite, as in JSON's other readers."""
_SPLIT = "Split the posts into several files."

_LINE_BREAK = re.compile(r"\r\n|\n|\r")
_SPACE = " \t\n\r"
_SURROGATE = "[\ud800-\udfff]"
_ACCOUNT_ID = "[0-9a-fA-F]{24}"
_TOKENS = {
    "'": re.compile(r"''|[^ \t\n\r]"),
    '"': re.compile(
        r"(?P<space>\\(?:[nrt \t\n]|\r\n?|(?:x|u00|U000000)(?:20|09|0[aAdD])))"
        r"|\\(?:x[0-9a-fA-F]{2}|u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}"
        r"|U[0-9a-fA-F]{8}|.)|[^ \t\n\r]"
    ),
    "": re.compile(r"[^ \t\n\r]"),
}
"""What makes one visible character in each style of a string."""


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

    def line_of(self, offset: int) -> str:
        """Return the line that an offset is in."""
        return self.lines()[self.position(offset)[0] - 1]

    def offset(self, line: int, column: int) -> int:
        """Return the offset of a place whose line and column count from 0."""
        return self._line_starts[min(line, len(self._line_starts) - 1)] + column


@dataclass(slots=True, eq=False, repr=False)
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

    def at(self, path: Sequence[str | int]) -> Node | None:
        """Return the value at a path below."""
        node: Node | None = self
        for step in path:
            node = node.child(step) if node else None
        return node


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
        hint = "Remove one of the two: only one can be used."
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

    def check_text(self, text: str, at: int) -> None:
        """Report a text that cannot be encoded."""
        if re.search(_SURROGATE, text):
            self.error(at, "A text contains half of a character.", "Write the character itself.")

    def finite(self, value: float | str, written: str, at: int) -> float | str:
        """Return a number that JSON can carry; one that cannot be is an id of digits, or reported."""
        if isinstance(value, str) or math.isfinite(value):
            return value
        if not re.fullmatch(_ACCOUNT_ID, written):
            message = f'"{short(written)}" is not a number that can be sent.'
            self.error(at, message, "Put it in quotes if it is meant as text.")
        return written


class Tree:
    """Puts the values of a file together in the order in which a parser meets them."""

    def __init__(self, reading: Reading) -> None:
        self.root: Node | None = None
        self.open: list[Node] = []
        self._reading = reading
        self._keys: list[tuple[str, int] | None] = []
        """The key that each open mapping waits for a value of; None when it waits for a key."""
        self._values = 0

    @property
    def needs_key(self) -> bool:
        """Whether what comes next is a key."""
        return bool(self.open) and isinstance(self.open[-1].value, dict) and self._keys[-1] is None

    def begin(self, node: Node) -> None:
        """Open a mapping or list."""
        self.open.append(node)
        self._keys.append(None)
        self._reading.check_depth(len(self.open), node.start)

    def end(self, end: int) -> Node:
        """Close the innermost mapping or list."""
        node = self.open.pop()
        self._keys.pop()
        node.end = max(end, node.start)
        self.add(node)
        return node

    def key(self, name: str, start: int) -> None:
        """Take the key of the next value."""
        self._keys[-1] = name, start

    def add(self, node: Node) -> None:
        """Take a value; of two under one key, which has been reported, the first."""
        self._values += 1
        if self._values > MAX_VALUES:
            self._reading.stop(node.start, f"The file has more than {MAX_VALUES:,} values.", _SPLIT)
        if not self.open:
            self.root = node
            return
        parent = self.open[-1]
        parent.weight += node.weight
        parent.height = max(parent.height, node.height + 1)
        key, self._keys[-1] = self._keys[-1], None
        if key is None:
            parent.value.append(node.value)
            parent.items.append(node)
            if len(parent.items) > MAX_ITEMS:
                self._reading.stop(node.start, f"A list has more than {MAX_ITEMS:,} items.", _SPLIT)
        elif key[0] not in parent.entries:
            node.key_start = key[1]
            parent.value[key[0]] = node.value
            parent.entries[key[0]] = node


def short(text: str) -> str:
    """Make what a message quotes fit on a line: cut, and without control characters."""
    text = "".join(char if char.isprintable() else " " for char in text[: MAX_QUOTED + 1])
    return text if len(text) <= MAX_QUOTED else text[: MAX_QUOTED - 1] + "…"


def place_in_string(source: Source, node: Node, offset: int) -> int:
    """Return the offset in the source of a code point of a string value.

    It is exact in all that is on one line as it is. Elsewhere it is exact for every visible character; white
    space is placed after the visible character before it.
    """
    value: str = node.value
    offset = max(0, min(offset, len(value)))
    start = node.start + 1 if node.style in {"'", '"'} else node.start
    written = source.text[start : start + len(value)]
    if written == value and not _LINE_BREAK.search(value):
        return start + offset
    if node.style in {"|", ">"} and (header := _LINE_BREAK.search(source.text, node.start)):
        start = header.end()
    on_space = offset >= len(value) or value[offset] in _SPACE
    wanted = sum(character not in _SPACE for character in value[:offset]) - on_space
    if wanted < 0:
        return start
    place = start
    for found in _TOKENS.get(node.style, _TOKENS[""]).finditer(source.text, start, node.end):
        if node.style == '"' and found["space"]:
            continue
        place = found.end() if on_space else found.start()
        wanted -= 1
        if wanted < 0:
            break
    return place
