"""An upload, read as it arrives: the file is counted and hashed, and not held."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from dataclasses import field as attribute
from typing import Any, BinaryIO

from multipart import (  # type: ignore[import-untyped]
    MultipartError,
    MultipartSegment,
    PushMultipartParser,
)

_CHUNK = 64 * 1024
_MOST_HELD = 64 * 1024


@dataclass(slots=True, kw_only=True)
class Part:
    """A field or a file that has passed by."""

    field: str
    name: str | None
    """Of the file; None if the part is an ordinary field."""
    content_type: str
    size: int = 0
    head: bytes = b""
    """The first bytes: all of a field, enough of a file to tell its kind."""
    _digest: Any = attribute(default_factory=hashlib.sha256)

    def add(self, piece: bytes) -> None:
        self._digest.update(piece)
        self.size += len(piece)
        self.head += piece[: _MOST_HELD - len(self.head)]

    @property
    def sha256(self) -> str:
        return str(self._digest.hexdigest())

    def kind(self) -> str | None:
        """``photo``, ``gif``, ``video`` or ``document`` by the content; None: nothing Publer takes."""
        head = self.head
        in_riff = head[8:12] if head.startswith(b"RIFF") else b""
        if head.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")) or in_riff == b"WEBP":
            return "photo"
        if head.startswith((b"GIF87a", b"GIF89a")):
            return "gif"
        if head[4:8] == b"ftyp" or head.startswith(b"\x1a\x45\xdf\xa3") or in_riff == b"AVI ":
            return "video"
        return "document" if head.startswith(b"%PDF-") else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What a multipart body held."""

    fields: dict[str, str]
    files: tuple[Part, ...]
    problem: str = ""
    """Not empty: the body is not the form that its header announces."""


def read_form(stream: BinaryIO, length: int, boundary: str) -> Form:
    """Read a form of ``length`` bytes to its end, whatever is in it."""
    parts: list[Part] = []
    problem = ""
    try:
        with PushMultipartParser(boundary, content_length=length, strict=True) as parser:
            while length and (chunk := stream.read(min(_CHUNK, length))):
                length -= len(chunk)
                for event in parser.parse(chunk):
                    if isinstance(event, MultipartSegment):
                        name, kind = event.filename, event.content_type or ""
                        parts.append(Part(field=event.name, name=name, content_type=kind))
                    elif event:
                        parts[-1].add(bytes(event))
    except MultipartError as error:
        problem = str(error)
    while length and (chunk := stream.read(min(_CHUNK, length))):
        length -= len(chunk)
    return Form(
        fields={part.field: part.head.decode("utf-8", "replace") for part in parts if part.name is None},
        files=tuple(part for part in parts if part.name is not None),
        problem=problem,
    )
