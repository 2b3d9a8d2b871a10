"""Reading a multipart upload as it arrives: the file is counted and hashed; only a small one is held."""

from __future__ import annotations

import email.parser
import email.policy
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field as attribute
from email.message import EmailMessage
from typing import BinaryIO

from sandbox.pictures import MOST_BYTES_EACH

CHUNK = 64 * 1024
_FIELD_LIMIT = 64 * 1024
_HEAD = 32


class UploadError(ValueError):
    """The body is not the multipart form that its header announces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedFile:
    """A file that has passed by."""

    field: str
    name: str
    content_type: str
    size: int
    sha256: str
    head: bytes
    """The first bytes, enough to tell the kind of file."""
    content: bytes = attribute(default=b"", repr=False)
    """The whole file, if it is not too large to be held; else empty."""

    def kind(self) -> str | None:
        """``photo``, ``gif``, ``video`` or ``document`` by the content; None: nothing Publer takes."""
        head = self.head
        if head.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")) or (head[:4], head[8:12]) == (
            b"RIFF",
            b"WEBP",
        ):
            return "photo"
        if head.startswith((b"GIF87a", b"GIF89a")):
            return "gif"
        if (
            head[4:8] == b"ftyp"
            or head.startswith(b"\x1a\x45\xdf\xa3")
            or (head[:4], head[8:12]) == (b"RIFF", b"AVI ")
        ):
            return "video"
        return "document" if head.startswith(b"%PDF-") else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What a multipart body held."""

    fields: dict[str, str]
    files: tuple[ReceivedFile, ...]


class _Source:
    def __init__(self, stream: BinaryIO, length: int) -> None:
        self._stream = stream
        self._left = length
        self._buffer = b"\r\n"

    def _fill(self) -> None:
        more = self._stream.read(min(CHUNK, self._left))
        if not more:
            raise UploadError("the multipart body ends before its last boundary")
        self._left -= len(more)
        self._buffer += more

    def until(self, mark: bytes) -> Iterator[bytes]:
        """The bytes before a mark, in pieces; the mark itself is consumed."""
        keep = len(mark) - 1
        while (found := self._buffer.find(mark)) < 0:
            if len(self._buffer) > keep:
                yield self._buffer[:-keep]
                self._buffer = self._buffer[-keep:]
            self._fill()
        yield self._buffer[:found]
        self._buffer = self._buffer[found + len(mark) :]

    def text_until(self, mark: bytes) -> bytes:
        text = b""
        for piece in self.until(mark):
            text += piece
            if len(text) > _FIELD_LIMIT:
                raise UploadError("a form field is too long")
        return text

    def take(self, count: int) -> bytes:
        while len(self._buffer) < count:
            self._fill()
        taken, self._buffer = self._buffer[:count], self._buffer[count:]
        return taken

    def drain(self) -> None:
        while self._left and (more := self._stream.read(min(CHUNK, self._left))):
            self._left -= len(more)


def read_form(stream: BinaryIO, length: int, boundary: str) -> Form:
    """Read a form of ``length`` bytes to its end. Raises UploadError; the body is consumed even then."""
    source = _Source(stream, length)
    try:
        return _read_parts(source, b"\r\n--" + boundary.encode("latin-1"))
    finally:
        source.drain()


def _read_parts(source: _Source, delimiter: bytes) -> Form:
    fields: dict[str, str] = {}
    files: list[ReceivedFile] = []
    source.text_until(delimiter)
    while (after := source.take(2)) != b"--":
        if after != b"\r\n":
            raise UploadError("a boundary is followed by something else than a line end")
        head = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(source.text_until(b"\r\n\r\n"))
        disposition = head["content-disposition"]
        named = disposition.params if disposition else {}
        name, filename = named.get("name"), named.get("filename")
        if name is None:
            raise UploadError("a part has no name")
        if filename is None:
            fields[name] = source.text_until(delimiter).decode("utf-8", "replace")
        else:
            files.append(_read_file(source, delimiter, name, filename, head))
    return Form(fields=fields, files=tuple(files))


def _read_file(
    source: _Source, delimiter: bytes, field: str, filename: str, headers: EmailMessage
) -> ReceivedFile:
    digest = hashlib.sha256()
    size = 0
    head = b""
    held = bytearray()
    for piece in source.until(delimiter):
        digest.update(piece)
        size += len(piece)
        if len(head) < _HEAD:
            head += piece[:_HEAD]
        if size <= MOST_BYTES_EACH:
            held += piece
        else:
            held.clear()
    return ReceivedFile(
        field=field,
        name=filename,
        content_type=headers.get_content_type(),
        size=size,
        sha256=digest.hexdigest(),
        head=head[:_HEAD],
        content=bytes(held),
    )
