"""What the header of a media file tells, and the bounded reading that every format shares."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from publer_publish.errors import ActionError
from publer_publish.post.networks import Kind

_MOST_READS = 20_000
_MOST_BYTES = 1 << 20  # in one read


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaInfo:
    """A media file of a kind that Publer takes."""

    kind: Kind
    format: str
    """One of ``jpg png gif webp mp4 mov avi webm pdf``."""
    mime: str
    size: int
    """In bytes."""
    width: int | None = None
    """In pixels, as shown; so is ``height``."""
    height: int | None = None
    animated: bool = False
    duration_seconds: float | None = None
    pages: int | None = None


class NotMediaError(ActionError):
    """No media file that Publer takes. The message continues a sentence that begins with the file's name."""


class DamagedError(NotMediaError):
    """The first bytes promise a format that the rest of the header does not keep."""

    def __init__(self, what: str = "its header is damaged or cut off") -> None:
        super().__init__(f"cannot be read: {what}", hint="Save or export the file again, and look at it.")


class TooLongError(DamagedError):
    """More was to be read than any header of a real file needs."""


class Header:
    """Reads pieces of a file, so few and so short that a hostile file can cost neither time nor memory."""

    def __init__(self, stream: BinaryIO, size: int) -> None:
        self._stream = stream
        self._reads = 0
        self.size = size

    def at(self, offset: int, count: int) -> bytes:
        """Read exactly ``count`` bytes; ``DamagedError`` if the file has fewer."""
        data = self.up_to(offset, count)
        if len(data) != count:
            raise DamagedError
        return data

    def up_to(self, offset: int, count: int) -> bytes:
        """Read at most ``count`` bytes, fewer at the end of the file."""
        self._reads += 1
        if self._reads > _MOST_READS or count > _MOST_BYTES:
            raise TooLongError
        count = min(count, self.size - offset)
        if count <= 0:
            return b""
        self._stream.seek(offset)
        return self._stream.read(count)

    def number(self, offset: int, count: int) -> int:
        """Read a big-endian unsigned integer."""
        return int.from_bytes(self.at(offset, count), "big")

    def little(self, offset: int, count: int) -> int:
        """Read a little-endian unsigned integer."""
        return int.from_bytes(self.at(offset, count), "little")

    def chunks(self, offset: int, end: int) -> Iterator[tuple[bytes, int, int]]:
        """Go through RIFF chunks: name, start and size of the content, which is padded to an even size."""
        while offset + 8 <= end:
            name, size = self.at(offset, 4), self.little(offset + 4, 4)
            yield name, offset + 8, size
            offset += 8 + size + size % 2
