"""A file as the body of an upload, in small pieces: memory stays flat whatever its size."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, BinaryIO

from requests_toolbelt.multipart.encoder import MultipartEncoder

from publer_publish.errors import ServiceError


class _Exactly:
    """The next ``size`` bytes of a stream: the length that was announced is the length that is sent."""

    def __init__(self, name: str, stream: BinaryIO, size: int) -> None:
        self._name = name
        self._stream = stream
        self.len = size
        """Bytes still to come; the encoder asks for it."""

    def read(self, size: int = -1) -> bytes:
        wanted = self.len if size < 0 else min(size, self.len)
        piece = self._stream.read(wanted)
        if wanted and not piece:
            raise ServiceError(
                f"{self._name} became shorter while it was sent.",
                hint="Another step or program still writes to it: let it finish first.",
            )
        self.len -= len(piece)
        return piece


class Multipart:
    """The body of ``POST /media``."""

    def __init__(
        self,
        fields: Mapping[str, str],
        name: str,
        stream: BinaryIO,
        size: int,
        content_type: str,
        *,
        on_progress: Callable[[int, int], None],
    ) -> None:
        parts: list[tuple[str, Any]] = [
            *fields.items(),
            ("file", (name, _Exactly(name, stream, size), content_type)),
        ]
        self._encoder = MultipartEncoder(parts)
        self.len: int = self._encoder.len
        """In bytes; requests sends it as Content-Length."""
        self.content_type: str = self._encoder.content_type
        self._on_progress = on_progress
        self._sent = 0

    def read(self, size: int = -1) -> bytes:
        piece: bytes = self._encoder.read(size)
        self._sent += len(piece)
        self._on_progress(self._sent, self.len)
        return piece
