"""What a media file really is, by its header: kind, format, pixels of a picture, length of an MP4 or MOV.

The pixels of pictures are read by imagesize. The rest is our own: filetype and puremagic know MP4 only by a
closed list of brands and would refuse good videos, no small library knows the length of a video or whether
a picture moves, and hachoir, which does, is under the GPL and parses without bounds.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from typing import BinaryIO, NamedTuple

from publer_publish.errors import ActionError
from publer_publish.networks.table import Kind

_TAKEN = "Publer takes JPG, PNG, GIF, WEBP, MP4, MOV, AVI, WEBM and PDF."
_FOREIGN = (
    (rb"version https://git-lfs", "is only a Git LFS pointer", "Check out with `lfs: true`."),
    (rb"\s*<svg|\s*<\?xml", "is an SVG or XML text", f"Export it as PNG. {_TAKEN}"),
    (rb"(?i)\s*<(!doctype )?html", "is a web page", "Was an error page saved in place of the file?"),
    (rb"PK\x03\x04", "is a ZIP archive or an office document", f"Export it as PDF. {_TAKEN}"),
    (rb"BM....\0\0\0\0", "is a BMP picture", f"Convert it to PNG. {_TAKEN}"),
    (rb"II\*\0|MM\0\*", "is a TIFF picture", f"Convert it to JPG. {_TAKEN}"),
    (rb"8BPS", "is a Photoshop document", f"Export it as PNG. {_TAKEN}"),
    (rb"ID3|\xff[\xfb\xf3\xf2]|OggS|fLaC|RIFF....WAVE", "is a sound file", _TAKEN),
)
_TYPES = {
    "jpg": (Kind.PHOTO, "image/jpeg"),
    "png": (Kind.PHOTO, "image/png"),
    "gif": (Kind.GIF, "image/gif"),
    "webp": (Kind.PHOTO, "image/webp"),
    "mp4": (Kind.VIDEO, "video/mp4"),
    "mov": (Kind.VIDEO, "video/quicktime"),
    "avi": (Kind.VIDEO, "video/x-msvideo"),
    "webm": (Kind.VIDEO, "video/webm"),
    "pdf": (Kind.DOCUMENT, "application/pdf"),
}
_HEIC = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis"})
_SOUND = frozenset({b"M4A ", b"M4B ", b"M4P "})


def probe(stream: BinaryIO, size: int) -> MediaInfo:
    """Read the header of a file of ``size`` bytes. ``NotMediaError``: Publer does not take it, and why."""
    header = Header(stream, size)
    start = header.up_to(0, 16)
    for signature, read in _SIGNATURES:
        if re.match(signature, start, re.DOTALL):
            return read(header)
    if b"%PDF-" in header.up_to(0, 1024):  # as readers do: some programs write a line before it
        return _info(header, "pdf")
    for pattern, what, hint in _FOREIGN:
        if re.match(pattern, header.up_to(0, 512), re.DOTALL):
            raise _refused(what, hint)
    what = "is not a picture, video or document that Publer takes, judging by its content"
    raise NotMediaError(what, hint=_TAKEN)


def _refused(what: str, hint: str) -> NotMediaError:
    return NotMediaError(f"{what}, which Publer does not take", hint=hint)


class MediaInfo(NamedTuple):
    """A media file of a kind that Publer takes."""

    kind: Kind
    format: str
    """One of ``jpg png gif webp mp4 mov avi webm pdf``."""
    mime: str
    size: int
    """In bytes."""
    width: int = 0
    """Of a picture, in pixels, as shown; so is ``height``."""
    height: int = 0
    animated: bool = False
    """Of a photo, which networks show as a still picture."""
    duration_seconds: float | None = None


def _info(
    header: Header,
    name: str,
    pixels: tuple[int, int] = (0, 0),
    *,
    animated: bool = False,
    seconds: float | None = None,
) -> MediaInfo:
    kind, mime = _TYPES[name]
    return MediaInfo(kind, name, mime, header.size, *pixels, animated, seconds)


class NotMediaError(ActionError):
    """No media file that Publer takes. The message continues a sentence that begins with the file's name."""


class DamagedError(NotMediaError):
    """The first bytes promise a format that the rest of the header does not keep."""

    def __init__(self, what: str = "its header is damaged or cut off") -> None:
        super().__init__(
            f"cannot be read: {what}", hint="Save or export the file again, and check that it opens."
        )


class Header:
    """Reads pieces of a file. How many a hostile file can make of it is up to ``limits``."""

    def __init__(self, stream: BinaryIO, size: int) -> None:
        self._stream = stream
        self._place = 0
        self.size = size

    def at(self, offset: int, count: int) -> bytes:
        """Read exactly ``count`` bytes; ``DamagedError`` if the file has fewer."""
        data = self.up_to(offset, count)
        if len(data) != count:
            raise DamagedError
        return data

    def up_to(self, offset: int, count: int) -> bytes:
        """Read at most ``count`` bytes, fewer at the end of the file."""
        count = min(count, self.size - offset)
        if count <= 0:
            return b""
        self._stream.seek(offset)
        return self._stream.read(count)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place, for a library that reads on from there."""
        self._place = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self.size}[whence]
        return self._place

    def read(self, count: int) -> bytes:
        """Read on from the place."""
        data = self.up_to(self._place, count)
        self._place += len(data)
        return data

    def number(self, offset: int, count: int) -> int:
        """Read a big-endian unsigned integer."""
        return int.from_bytes(self.at(offset, count), "big")


_WEBP_ANIMATION = 0x02


def _png(header: Header) -> MediaInfo:
    at, name = 8, b""
    while name not in {b"acTL", b"IDAT"}:
        length, name = header.number(at, 4), header.at(at + 4, 4)
        at += 12 + length
    return _picture(header, "png", animated=name == b"acTL")


def _webp(header: Header) -> MediaInfo:
    extended = header.at(12, 4) == b"VP8X"
    return _picture(header, "webp", animated=extended and bool(header.at(20, 1)[0] & _WEBP_ANIMATION))


def _picture(header: Header, name: str, *, animated: bool = False) -> MediaInfo:
    import imagesize  # noqa: PLC0415  (brings urllib: 30 ms that a run without pictures need not pay)

    width, height = imagesize.get(header)
    if width < 0 or height < 0:
        raise DamagedError
    if not (width and height):
        raise DamagedError("its header says that it has no pixels")
    return _info(header, name, (width, height), animated=animated)


def _iso(header: Header) -> MediaInfo:
    """MP4 or MOV, with the movie's header before or behind its data."""
    brand = header.up_to(8, 4) if header.up_to(4, 4) == b"ftyp" else b"qt  "  # an old movie has no brand
    if brand in _HEIC:
        raise _refused("is a HEIC or AVIF picture", f"Convert it to JPG. {_TAKEN}")
    if brand in _SOUND:
        raise _refused("is a sound file", _TAKEN)
    movie: tuple[int, int] | None = None
    for box, start, end in _boxes(header, 0, header.size):
        if end > header.size and box in {b"moov", b"mdat", b"moof"}:
            raise DamagedError("it ends in the middle of its content")
        if box == b"moov":
            movie = start, end
    if movie is None:
        raise DamagedError("it has no movie header")
    name = "mov" if brand == b"qt  " else "mp4"
    return _info(header, name, seconds=_movie_seconds(header, *movie))


def _boxes(header: Header, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Name, start and end of the content of each box."""
    while at + 8 <= end:
        size, name, start = header.number(at, 4), header.at(at + 4, 4), at + 8
        if size == 1:
            size, start = header.number(at + 8, 8), at + 16
        elif size == 0:
            size = end - at
        if at + size < start:
            return  # no box: what some programs append
        yield name, start, at + size
        at += size


def _movie_seconds(header: Header, start: int, end: int) -> float | None:
    seconds, is_video = None, False
    for box, at, inside_end in _boxes(header, start, end):
        if box == b"mvhd":
            seconds = _duration(header, at)
        elif box == b"trak":
            is_video |= _is_video(header, at, inside_end)
    if not is_video:
        hint = "Publer takes pictures, videos and PDF documents."
        raise NotMediaError("has no picture, only sound", hint=hint)
    return seconds


def _duration(header: Header, at: int) -> float | None:
    places, size = ((20, 24), 8) if header.at(at, 1)[0] == 1 else ((12, 16), 4)
    scale, ticks = header.number(at + places[0], 4), header.number(at + places[1], size)
    is_known = scale and ticks and ticks != (1 << 8 * size) - 1
    return ticks / scale if is_known else None


def _is_video(header: Header, start: int, end: int) -> bool:
    return any(
        inner == b"hdlr" and header.at(inner_at + 8, 4) == b"vide"
        for box, at, inside_end in _boxes(header, start, end)
        if box == b"mdia"
        for inner, inner_at, _ in _boxes(header, at, inside_end)
    )


def _webm(header: Header) -> MediaInfo:
    """WebM, told from Matroska by the first element: both say what they are in its first bytes."""
    start = header.up_to(0, 64)
    if b"matroska" in start:
        raise _refused("is a Matroska file (MKV)", "Convert it to MP4.")
    if b"webm" not in start:
        raise DamagedError
    return _info(header, "webm")


_SIGNATURES: tuple[tuple[bytes, Callable[[Header], MediaInfo]], ...] = (
    (rb"\xff\xd8\xff", lambda header: _picture(header, "jpg")),
    (rb"\x89PNG\r\n\x1a\n", _png),
    (rb"GIF8[79]a", lambda header: _picture(header, "gif")),
    (rb"RIFF....WEBP", _webp),
    (rb"RIFF....AVI ", lambda header: _info(header, "avi")),
    (rb"\x1a\x45\xdf\xa3", _webm),
    (rb"....(ftyp|moov|mdat|wide|free|skip|pnot)", _iso),
)
