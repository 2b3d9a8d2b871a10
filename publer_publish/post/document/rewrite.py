"""Lines of a post file, rewritten for a message; empty where a line holds more than one entry."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from publer_publish.errors import Path
from publer_publish.post.document.source import Node, Source

MOST_LINES = 20
"""Of a correction: nobody copies more."""
LONGEST_LINE = 10_000
"""Of which a mistake is looked for: a row of spaces in it costs the square of its length."""
# Patterns as text: `re` compiles them when they are needed, which is after a mistake.
START = r"(?P<start>[ \t]*(?:-[ \t]+)*)"
LINE = rf"(?P<head>{START}(?:(?P<key>[A-Za-z_$][\w-]*):[ \t]+)?)(?P<value>\S.*?)[ \t]*\Z"
KEY_LINE = rf"{START}(?P<key>[A-Za-z_$][\w-]*):(?:[ \t]|\Z)"
INVISIBLE = "\u00a0\u1680\u2000-\u200b\u200e\u200f\u202f\u205f\u2060\u3000\ufeff"
_WITHOUT_WIDTH = str.maketrans(dict.fromkeys("\u200b\u200e\u200f\u2060\ufeff", ""))
_START_WITH_INVISIBLE = (
    rf"(?P<head>[ \t{INVISIBLE}]*(?:-[ \t{INVISIBLE}]+)*(?:[\w-]+:[ \t{INVISIBLE}]*)?)(?P<rest>.*)\Z"
)
_KEY = r"(?:\"[^\"]*\"|'[^']*'|[^:\s]+)(?=[ \t]*:)"
_REST = r"[ \t]*(?:#.*)?\Z"


class Rewriter:
    """Rewrites entries of a YAML file, each of which begins its line."""

    def __init__(self, source: Source, root: Node) -> None:
        self._source = source
        self._root = root
        self._is_json = source.file.lower().endswith(".json")

    def key(self, path: Path, key: str) -> str:
        """Return an entry with another key, and with all its lines."""
        head, lines, _ = self._entry(path)
        if not lines or not isinstance(path[-1], str):
            return ""
        first = head + re.sub(_KEY, lambda _: key, lines[0][len(head) :], count=1)
        return "\n".join([first, *lines[1:]])

    def value(self, path: Path, written: str, key: str = "") -> str:
        """Return the line of an entry with another value, and with another key if one is given."""
        head, lines, end = self._entry(path)
        column = self._source.position(end)[1]
        if not lines or (column > 1 and not re.match(_REST, self._source.line_of(end)[column - 1 :])):
            return ""
        last = path[-1]
        return f"{head}{key or last}: {written}" if isinstance(last, str) else head + written

    def block(self, path: Path, written: str, below: Sequence[str], key: str = "") -> str:
        """Return an entry with another value, as ``value`` does, and with lines below it."""
        head = self.value(path, written, key)
        return "\n".join(block(head.rstrip(), below)) if head else ""

    def in_quotes(self, path: Path) -> str:
        """Return the line of an entry with all that is written behind its key, or its dash, in quotes."""
        head, lines, _ = self._entry(path)
        if len(lines) != 1:
            return ""
        if isinstance(path[-1], int):
            return head + in_quotes(lines[0][len(head) :].strip())
        return with_value_in_quotes(lines[0])

    def indented(self, path: Path, below: str) -> str:
        """Return an entry with all its lines, indented below another key."""
        head, lines, _ = self._entry(path)
        if not lines:
            return ""
        first = f"  {' ' * len(head)}{lines[0][len(head) :]}"
        return "\n".join([f"{head}{below}:", first, *(f"  {one}" if one else one for one in lines[1:])])

    def items(self, path: Path) -> str:
        """Return the lines below a key as the one item of a list."""
        _, lines, _ = self._entry(path)
        if len(lines) <= 1:
            return ""
        column = len(lines[1]) - len(lines[1].lstrip())
        rest = [f"  {one}" if one else one for one in lines[2:]]
        return "\n".join([lines[0], f"{' ' * column}- {lines[1][column:]}", *rest])

    def _entry(self, path: Path) -> tuple[str, list[str], int]:
        """Return what precedes an entry in its line, its lines, and where it ends; no lines if unclear."""
        node = self._root.at(path)
        if node is None or self._is_json or not path:
            return "", [], 0
        start = node.key_start if isinstance(path[-1], str) else node.start
        first, column = self._source.position(start)
        last, _ = self._source.position(max(node.end - 1, start))
        lines = [line.rstrip() for line in self._source.lines()[first - 1 : last]]
        while not lines[-1]:
            lines.pop()
        head = lines[0][: column - 1]
        is_item = isinstance(path[-1], str) or head.rstrip().endswith("-")
        is_clear = is_item and re.fullmatch(START, head) and last - first <= MOST_LINES
        return head, lines if is_clear else [], max(node.start, node.end)


def in_quotes(text: str) -> str:
    """Write a text in the quotes that need the fewest changes in it."""
    if not {'"', "\\"} & set(text):
        return f'"{text}"'
    if "'" not in text:
        return f"'{text}'"
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def value_in_quotes(source: Source, at: int) -> str:
    """Return the line of a value with the value in quotes; empty if it is only a part of what is there."""
    written, column = source.line_of(at), source.position(at)[1]
    found = re.match(LINE, written) if len(written) <= LONGEST_LINE else None
    return with_value_in_quotes(written) if found and found.start("value") == column - 1 else ""


def with_value_in_quotes(line: str) -> str:
    """Return a line of a file with its value in quotes; empty if it has none."""
    found = re.match(LINE, line)
    return found["head"] + in_quotes(found["value"]) if found else ""


def without_invisible(line: str) -> str:
    """Return a line of a file with ordinary spaces in front of its value."""
    found = re.match(_START_WITH_INVISIBLE, line)
    head = found["head"] if found else line
    cleaned = re.sub(f"[{INVISIBLE}]", " ", head.translate(_WITHOUT_WIDTH))
    cleaned = re.sub(r":\Z", ": ", cleaned) if len(head) < len(line) else cleaned
    return cleaned + line[len(head) :].translate({0xFEFF: None})


def as_posts(posts: Sequence[Sequence[str]]) -> str:
    """Return the lines of several posts as the lines of one list; empty if there are very many."""
    written = ["posts:"]
    for post in posts:
        lines = [line for line in post if line.strip()]
        written += [f"  - {line}" if not number else f"    {line}" for number, line in enumerate(lines)]
    return "\n".join(written) if len(written) <= MOST_LINES else ""


def as_list(texts: Sequence[str]) -> str:
    """Write texts as a list on one line."""
    return json.dumps(list(texts), ensure_ascii=False)


def block(head: str, texts: Sequence[str]) -> list[str]:
    """Return the line of a key with lines below it, indented."""
    blank = " " * (column_of_key(head) + 2)
    return [head, *(blank + text if text else "" for text in texts)]


def column_of_key(line: str) -> int:
    """Return the column in which a line's key begins, or else its text, from 0."""
    found = re.match(KEY_LINE, line)
    return len(found["start"]) if found else len(line) - len(line.lstrip(" "))
