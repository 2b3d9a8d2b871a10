"""From bytes to plain data, with the place of every value: YAML 1.2 or strict JSON.

The file is hostile: its size, depth and expansion are bounded, and every way in which it can be wrong
ends in a sentence of ours with a position.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from publer_publish.errors import Path, Problems, Where, format_path
from publer_publish.post.document import read_json, read_yaml, shorthand
from publer_publish.post.document.rewrite import Rewriter
from publer_publish.post.document.source import Node, Reading, Source, UnreadableError, place_in_string, short

MAX_BYTES = 1024 * 1024

_COMMENT = re.compile(r"[ \t]+(#[^\n\r]*)")
_OTHER_FILES = (
    (b"PK\x03\x04", "a Word or another Office document, or an archive"),
    (b"%PDF-", "a PDF"),
    (b"{\\rtf", "a text with formatting (RTF)"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
)
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


class Document(NamedTuple):
    """A parsed file without short forms. ``data`` is shared where the file repeats: treat it as read-only."""

    file: str
    data: Any
    root: Node
    source: Source

    def where(self, path: Path, *, key: bool = False) -> Where:
        """Return the place of a value or of its key, else of the nearest ancestor that exists."""
        node = self.root
        offset = node.start
        for number, step in enumerate(path, start=1):
            child = node.child(step)
            if child is None:
                break
            is_key = key and number == len(path) and isinstance(step, str)
            offset = child.key_start if is_key else child.start
            node = child
        return self.where_at(offset, path)

    def where_in(self, path: Path, offset: int) -> Where:
        """Return the place of a code point inside a string value (see ``place_in_string``)."""
        node = self.root.at(path)
        if node is None or not isinstance(node.value, str):
            return self.where(path)
        return self.where_at(place_in_string(self.source, node, offset), path)

    def where_at(self, offset: int, path: Path) -> Where:
        """Return the place of an offset in the file, which belongs to the value at ``path``."""
        line, column = self.source.position(offset)
        return Where(file=self.file, line=line, column=column, path=path)

    def raw(self, path: Path) -> str:
        """Return a scalar as written: an id such as ``661234567890123456789012`` reads as a number.

        For a string it is its value. Raises KeyError if there is no scalar at ``path``.
        """
        node = self.root.at(path)
        if node is None or isinstance(node.value, dict | list):
            raise KeyError(format_path(path))
        return node.value if isinstance(node.value, str) else self.source.text[node.start : node.end]

    def comment_instead(self, path: Path) -> str:
        """Return the comment in place of a missing value; empty if there is none."""
        node = self.root.at(path)
        if node is None or node.value is not None or node.start < node.end:
            return ""
        found = _COMMENT.match(self.source.text, node.start)
        return short(found[1]) if found else ""

    @property
    def rewrite(self) -> Rewriter:
        """Rewrites lines of the file for a message."""
        return Rewriter(self.source, self.root)


def parse(content: bytes, file: str, problems: Problems) -> Document | None:
    """Parse a post file; ``.json`` is strict JSON, everything else YAML 1.2. None if anything is wrong.

    ``file`` is its name for messages.
    """
    try:
        text = _decode(content, file, problems)
        source = Source(file, text)
        reading = Reading(source, problems)
        root = _read(source, reading)
    except UnreadableError:
        return None
    if reading.is_faulty:
        return None
    shorthand.expand(root)
    return Document(file=file, data=root.value, root=root, source=source)


def _read(source: Source, reading: Reading) -> Node:
    read = read_json.read if source.file.lower().endswith(".json") else read_yaml.read
    root = read(source, reading) if source.text.strip() else Node(0, 0, None)
    if root.value is None and root.start >= root.end and not reading.is_faulty:
        hint = "Write a post into it: at least a text and the accounts that it goes to."
        lines = [line for line in source.lines() if line.strip()]
        is_notes = lines and all(line.lstrip().startswith("#") for line in lines)
        holds = "holds only notes: lines that begin with # are not read" if is_notes else "is empty"
        reading.error(0, f"The file {holds}.", hint)
    return root


def _decode(content: bytes, file: str, problems: Problems) -> str:
    reading = Reading(Source(file, ""), problems)
    for signature, name in _OTHER_FILES:
        if content.startswith(signature):
            hint = "Write the post into a new file, such as with GitHub's editor or Notepad."
            reading.stop(0, f"This is not a plain text file, but {name}.", hint)
    if len(content) > MAX_BYTES:
        reading.stop(
            0,
            f"The file has more than {MAX_BYTES:,} bytes (1 MiB).",
            "Split the posts into several files. Pictures and videos are not written into the file: "
            "name them with file, url or id.",
        )
    if content.startswith(_UTF16_MARKS) or b"\0" in content[:2]:
        hint = 'Save it with the encoding UTF-8 (in PowerShell: "-Encoding utf8").'
        reading.stop(0, "The file is not UTF-8 but seems to be UTF-16.", hint)
    body = content.removeprefix(b"\xef\xbb\xbf")
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        text = body[: error.start].decode()
        Reading(Source(file, text), problems).stop(
            len(text),
            f"The file is not UTF-8: byte 0x{body[error.start]:02x} makes no character here.",
            "Save the file with the encoding UTF-8; it is probably Latin-1 or Windows-1252, "
            "or not a text file.",
        )
