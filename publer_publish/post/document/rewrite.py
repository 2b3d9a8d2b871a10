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
        """Return the line of an entry with another key."""
        found = self._entry(path)
        if not found or not isinstance(path[-1], str):
            return ""
        head, line, _ = found
        return head + _KEY.sub(lambda _: key, line[len(head) :], count=1).rstrip()

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
        head, _, node = found
        first = self._source.position(node.key_start)[0] - 1
        last = self._source.position(max(node.end - 1, node.key_start))[0]
        lines = self._source.lines()[first:last]
        while lines and not lines[-1].strip():
            lines.pop()
        if len(lines) > _MOST_LINES:
            return ""
        blank = " " * len(head)
        moved = [f"  {blank}{lines[0][len(head) :]}", *(f"  {line}" if line else line for line in lines[1:])]
        return "\n".join([f"{head}{below}:", *moved])

    def items(self, path: Sequence[str | int]) -> str:
        """Return the lines below a key as the one item of a list."""
        found = self._entry(path)
        node = self._node(path)
        if not found or node is None:
            return ""
        _, line, _ = found
        first = self._source.position(node.key_start)[0]
        last = self._source.position(max(node.end - 1, node.key_start))[0]
        lines = [one for one in self._source.lines()[first:last] if one.strip()]
        if not lines or len(lines) > _MOST_LINES:
            return ""
        column = len(lines[0]) - len(lines[0].lstrip())
        blank = " " * column
        return "\n".join([line.rstrip(), f"{blank}- {lines[0][column:]}", *(f"  {one}" for one in lines[1:])])

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
        return (head, written, node) if _START.match(head) else None

    def _node(self, path: Sequence[str | int]) -> Node | None:
        node: Node | None = self._root
        for step in path:
            node = node.child(step) if node else None
        return node


def as_list(texts: Sequence[str]) -> str:
    """Write texts as a list on one line."""
    return json.dumps(list(texts), ensure_ascii=False)
