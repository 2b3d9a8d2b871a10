"""From bytes to plain data, with the place of every value: YAML 1.2 or strict JSON.

The file is hostile: its size, depth and expansion are bounded, and every way in which it can be wrong
ends in a sentence of ours with a position.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from publer_publish.errors import InvalidInputError, Problem, Where, format_path
from publer_publish.post.document.source import Node, Source, place_in_string, short

MAX_BYTES = 1024 * 1024
MAX_LOST = 200
"""Lost texts of one file that are told; who has more mends these first."""

_COMMENT = re.compile(r"[ \t]+(#[^\n\r]*)")
_MAY_LOSE_TEXT = re.compile(r"[ \t]#\w|&[^\s,\[\]{}]")
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A parsed file. ``data`` is shared where the file uses aliases: treat it as read-only."""

    file: str
    data: Any
    _root: Node = field(repr=False, compare=False)
    _source: Source = field(repr=False, compare=False)

    def where(self, path: Sequence[str | int], *, key: bool = False) -> Where:
        """Return the place of a value or of its key, else of the nearest ancestor that exists."""
        node = self._root
        place = node.start
        for number, step in enumerate(path, start=1):
            child = node.child(step)
            if child is None:
                break
            is_key = key and number == len(path) and isinstance(step, str)
            place = child.key_start if is_key else child.start
            node = child
        return self._where(place, path)

    def where_in(self, path: Sequence[str | int], offset: int) -> Where:
        """Return the place of a code point inside a string value (see ``place_in_string``)."""
        node = self._node(path)
        if node is None or not isinstance(node.value, str):
            return self.where(path)
        return self._where(place_in_string(self._source, node, offset), path)

    def raw(self, path: Sequence[str | int]) -> str:
        """Return a scalar as written: an id such as ``661234567890123456789012`` reads as a number.

        For a string it is its value. Raises KeyError if there is no scalar at ``path``.
        """
        node = self._node(path)
        if node is None or isinstance(node.value, dict | list):
            raise KeyError(format_path(tuple(path)))
        return node.value if isinstance(node.value, str) else self._source.text[node.start : node.end]

    def comment_instead(self, path: Sequence[str | int]) -> str:
        """Return the comment that stands where a value is missing; empty if there is none."""
        node = self._node(path)
        if node is None or node.value is not None or node.start < node.end:
            return ""
        found = _COMMENT.match(self._source.text, node.start)
        return short(found[1]) if found else ""

    def lost_texts(self) -> list[Problem]:
        """Tell the texts of which YAML has taken a part for a comment or an anchor."""
        if not _MAY_LOSE_TEXT.search(self._source.text):
            return []
        from publer_publish.post import lost_text  # noqa: PLC0415  (hardly any file needs it)

        return list(islice(lost_text.problems(self._source, self._root, self._where), MAX_LOST))

    def _node(self, path: Sequence[str | int]) -> Node | None:
        node: Node | None = self._root
        for step in path:
            if node is None:
                return None
            node = node.child(step)
        return node

    def _where(self, offset: int, path: Sequence[str | int]) -> Where:
        line, column = self._source.position(offset)
        return Where(file=self.file, line=line, column=column, path=tuple(path))


def parse(content: bytes, file: str) -> Document:
    """Parse a post file; ``.json`` is strict JSON, everything else YAML 1.2.

    ``file`` is its name for messages. Raises InvalidInputError with everything that is wrong.
    """
    source = Source(file, _decode(content, file))
    if not source.text.strip():
        raise InvalidInputError(_empty(file))
    root = _read(source, is_json=file.lower().endswith(".json"))
    if root.value is None and root.start >= root.end:
        raise InvalidInputError(_empty(file))
    return Document(file=file, data=root.value, _root=root, _source=source)


def _read(source: Source, *, is_json: bool) -> Node:
    if is_json:
        from publer_publish.post.document import read_json  # noqa: PLC0415

        return read_json.read(source)
    from publer_publish.post.document import read_yaml  # noqa: PLC0415

    return read_yaml.read(source)


def _empty(file: str) -> Problem:
    return Problem(
        message="The file is empty.",
        hint="Write a post into it: at least a text and the accounts that it goes to.",
        where=Where(file=file, line=1, column=1),
    )


def _decode(content: bytes, file: str) -> str:
    start = Where(file=file, line=1, column=1)
    if len(content) > MAX_BYTES:
        raise InvalidInputError(
            Problem(
                message=f"The file has more than {MAX_BYTES:,} bytes (1 MiB).",
                hint="Split the posts into several files. Pictures and videos are not written into the file: "
                "name them with file, url or id.",
                where=start,
            )
        )
    if content.startswith(_UTF16_MARKS) or b"\0" in content[:2]:
        raise InvalidInputError(
            Problem(
                message="The file is not UTF-8: it looks like UTF-16.",
                hint='Save it with the encoding UTF-8 (in PowerShell: "-Encoding utf8").',
                where=start,
            )
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        body = content.removeprefix(b"\xef\xbb\xbf")
        readable = body[: error.start].decode("utf-8", errors="replace")
        line, column = Source(file, readable).position(len(readable))
        raise InvalidInputError(
            Problem(
                message=f"The file is not UTF-8: byte 0x{body[error.start]:02x} cannot stand here.",
                hint="Save the file with the encoding UTF-8; it is probably Latin-1 or Windows-1252, "
                "or not a text file.",
                where=Where(file=file, line=line, column=column),
            )
        ) from None
