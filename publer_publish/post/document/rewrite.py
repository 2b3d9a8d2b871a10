"""Lines of a post file, rewritten for a message; empty where a line holds more than one entry."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from publer_publish.post.document.source import Node, Source
from publer_publish.post.document.yaml_errors import in_quotes, with_value_in_quotes

_START = re.compile(r"[ \t]*(?:-[ \t]+)*\Z")
_KEY = re.compile(r"(?:\"[^\"]*\"|'[^']*'|[^:\s]+)(?=[ \t]*:)")
_REST = re.compile(r"[ \t]*(?:#.*)?\Z")
_MOST_LINES = 20


class Rewriter:
    """Rewrites entries of a YAML file, each of which begins its line."""

    def __init__(self, source: Source, root: Node) -> None:
        self._source = source
        self._root = root
        self._is_json = source.file.lower().endswith(".json")

    def key(self, path: Sequence[str | int], key: str) -> str:
        """Return an entry with another key, and with all its lines."""
        found = self._entry(path)
        if not found or not isinstance(path[-1], str):
            return ""
        head, line, node = found
        first = head + _KEY.sub(lambda _: key, line[len(head) :], count=1).rstrip()
        return "\n".join([first, *self._lines(node)[1:]])

    def value(self, path: Sequence[str | int], written: str, key: str = "") -> str:
        """Return the line of an entry with another value, and with another key if one is given."""
        found = self._entry(path)
        if not found:
            return ""
        head, _, node = found
        line, column = self._source.position(max(node.start, node.end))
        if not _REST.match(self._source.lines()[line - 1][column - 1 :]) and column > 1:
            return ""
        last = path[-1]
        return f"{head}{key or last}: {written}" if isinstance(last, str) else head + written

    def in_quotes(self, path: Sequence[str | int]) -> str:
        """Return the line of an entry with all that is written behind its key, or its dash, in quotes."""
        found = self._entry(path)
        if not found:
            return ""
        head, line, _ = found
        if isinstance(path[-1], int):
            return head + in_quotes(line[len(head) :].strip())
        return with_value_in_quotes(line)

    def indented(self, path: Sequence[str | int], below: str) -> str:
        """Return an entry with all its lines, indented below another key."""
        found = self._entry(path)
        if not found:
            return ""
        head, line, node = found
        blank = " " * len(head)
        rest = [f"  {one}" if one else one for one in self._lines(node)[1:]]
        return "\n".join([f"{head}{below}:", f"  {blank}{line[len(head) :]}", *rest])

    def items(self, path: Sequence[str | int]) -> str:
        """Return the lines below a key as the one item of a list."""
        found = self._entry(path)
        lines = self._lines(found[2]) if found else []
        if len(lines) <= 1:
            return ""
        column = len(lines[1]) - len(lines[1].lstrip())
        rest = [f"  {one}" if one else one for one in lines[2:]]
        return "\n".join([lines[0], f"{' ' * column}- {lines[1][column:]}", *rest])

    def _lines(self, node: Node) -> list[str]:
        """Return the lines of an entry that has a key."""
        first = self._source.position(node.key_start)[0] - 1
        last = self._source.position(max(node.end - 1, node.key_start))[0]
        lines = [line.rstrip() for line in self._source.lines()[first:last]]
        while not lines[-1]:
            lines.pop()
        return lines

    def _entry(self, path: Sequence[str | int]) -> tuple[str, str, Node] | None:
        """Return what precedes an entry in its line, the line, and the value."""
        node = self._node(path)
        if node is None or self._is_json or not path:
            return None
        start = node.key_start if isinstance(path[-1], str) else node.start
        line, column = self._source.position(start)
        written = self._source.lines()[line - 1]
        head = written[: column - 1]
        if isinstance(path[-1], int) and not head.rstrip().endswith("-"):
            return None
        is_long = self._source.position(node.end)[0] - line > _MOST_LINES
        return (head, written, node) if _START.match(head) and not is_long else None

    def _node(self, path: Sequence[str | int]) -> Node | None:
        node: Node | None = self._root
        for step in path:
            node = node.child(step) if node else None
        return node


def as_posts(posts: Sequence[Sequence[str]]) -> str:
    """Return the lines of several posts as the lines of one list; empty if there are very many."""
    written = ["posts:"]
    for post in posts:
        lines = [line for line in post if line.strip()]
        written += [f"  - {line}" if not number else f"    {line}" for number, line in enumerate(lines)]
    return "\n".join(written) if len(written) <= _MOST_LINES else ""


def as_list(texts: Sequence[str]) -> str:
    """Write texts as a list on one line."""
    return json.dumps(list(texts), ensure_ascii=False)
