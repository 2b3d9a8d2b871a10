"""Headers of videos: MP4 and MOV (ISO/IEC 14496-12, QuickTime), AVI (RIFF), WEBM (RFC 8794, RFC 9559)."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator

from publer_publish.post.networks import Kind
from publer_publish.post.probe_header import DamagedError, Header, MediaInfo, NotMediaError, TooLongError

_CUT_OFF = "it ends in the middle of its content"
_NEEDED_WHOLE = frozenset({b"moov", b"mdat", b"moof"})

_EBML, _DOC_TYPE, _SEGMENT = 0x1A45DFA3, 0x4282, 0x18538067
_INFO, _SCALE, _DURATION = 0x1549A966, 0x2AD7B1, 0x4489
_TRACKS, _TRACK, _VIDEO, _WIDTH, _HEIGHT = 0x1654AE6B, 0xAE, 0xE0, 0xB0, 0xBA
_NANOSECONDS = 1_000_000_000


def iso(header: Header, name: str) -> MediaInfo:
    """MP4 or MOV, with the movie's header before or behind its data."""
    movie: tuple[int, int] | None = None
    try:
        for box, start, end in _boxes(header, 0, header.size):
            if end > header.size and box in _NEEDED_WHOLE:
                raise DamagedError(_CUT_OFF)
            if box == b"moov":
                movie = start, end
    except TooLongError:
        pass  # thousands of fragments follow
    if movie is None:
        raise DamagedError("it has no movie header")
    seconds, size = _movie(header, *movie)
    if size is None:
        raise _no_picture()
    return _video(header, name, "video/quicktime" if name == "mov" else "video/mp4", size, seconds)


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


def _movie(header: Header, start: int, end: int) -> tuple[float | None, tuple[int, int] | None]:
    """Seconds and pixels."""
    seconds, scale, size = None, 0, None
    for box, inside, inside_end in _boxes(header, start, end):
        if box == b"mvhd":
            scale, seconds = _movie_duration(header, inside)
        elif box == b"trak":
            size = _track_size(header, inside, inside_end) or size
        elif box == b"mvex" and not seconds:
            seconds = _fragments_duration(header, inside, inside_end, scale)
    return seconds, size


def _movie_duration(header: Header, at: int) -> tuple[int, float | None]:
    long = header.at(at, 1)[0] == 1
    scale, ticks = (
        header.number(at + (20 if long else 12), 4),
        header.number(at + (24 if long else 16), 8 if long else 4),
    )
    return scale, _seconds(ticks, scale, unknown=(1 << (64 if long else 32)) - 1)


def _fragments_duration(header: Header, start: int, end: int, scale: int) -> float | None:
    for box, at, _ in _boxes(header, start, end):
        if box == b"mehd":
            return _seconds(header.number(at + 4, 8 if header.at(at, 1)[0] == 1 else 4), scale)
    return None


def _seconds(ticks: int, scale: int, *, unknown: int = 0) -> float | None:
    return ticks / scale if scale and ticks and ticks != unknown else None


def _track_size(header: Header, start: int, end: int) -> tuple[int, int] | None:
    """Pixels of a picture track, as shown; None for sound and text."""
    size, is_picture = None, False
    for box, at, inside_end in _boxes(header, start, end):
        if box == b"tkhd":
            matrix = at + (52 if header.at(at, 1)[0] == 1 else 40)
            width, height = header.number(matrix + 36, 2), header.number(matrix + 40, 2)
            turned = not any(header.at(matrix, 4)) and not any(header.at(matrix + 16, 4))
            size = (height, width) if turned else (width, height)
        elif box == b"mdia":
            is_picture = any(
                inner == b"hdlr" and header.at(inner_at + 8, 4) == b"vide"
                for inner, inner_at, _ in _boxes(header, at, inside_end)
            )
    return size if is_picture else None


def avi(header: Header) -> MediaInfo:
    for name, at, size in header.chunks(12, header.size):
        if name == b"LIST" and header.at(at, 4) == b"hdrl":
            for inner, start, _ in header.chunks(at + 4, at + size):
                if inner == b"avih":
                    microseconds, frames = header.little(start, 4), header.little(start + 16, 4)
                    pixels = header.little(start + 32, 4), header.little(start + 36, 4)
                    return _video(
                        header, "avi", "video/x-msvideo", pixels, microseconds * frames / 1e6 or None
                    )
        if name == b"LIST" and header.at(at, 4) == b"movi":
            break
    raise DamagedError


def webm(header: Header) -> MediaInfo:
    doc_type, segment = b"", None
    for element, start, end in _elements(header, 0, header.size):
        if element == _EBML:
            doc_type = _doc_type(header, start, end)
        elif element == _SEGMENT:
            segment = segment or (start, end)
    if segment is None or not doc_type:
        raise DamagedError
    if doc_type != b"webm":
        raise NotMediaError("is a Matroska file (MKV), which Publer does not take", hint="Convert it to MP4.")
    seconds, size = _segment(header, *segment)
    if size is None:
        raise _no_picture()
    return _video(header, "webm", "video/webm", size, seconds)


def _doc_type(header: Header, start: int, end: int) -> bytes:
    for element, at, inside_end in _elements(header, start, end):
        if element == _DOC_TYPE:
            return header.at(at, min(inside_end - at, 16)).rstrip(b"\0")
    return b""


def _segment(header: Header, start: int, end: int) -> tuple[float | None, tuple[int, int] | None]:
    seconds, size = None, None
    try:
        for element, inside, inside_end in _elements(header, start, end):
            if element == _INFO:
                seconds = _webm_duration(header, inside, inside_end)
            elif element == _TRACKS:
                for track, track_start, track_end in _elements(header, inside, inside_end):
                    if track == _TRACK:
                        size = _webm_size(header, track_start, track_end) or size
            if seconds and size:
                break
    except TooLongError:
        pass  # a long recording without a duration
    return seconds, size


def _webm_duration(header: Header, start: int, end: int) -> float | None:
    scale, ticks = 1_000_000, 0.0
    for element, at, inside_end in _elements(header, start, end):
        if element == _SCALE:
            scale = header.number(at, min(inside_end - at, 8))
        elif element == _DURATION and inside_end - at in {4, 8}:
            (ticks,) = struct.unpack(">f" if inside_end - at == 4 else ">d", header.at(at, inside_end - at))  # noqa: PLR2004
    seconds = ticks * scale / _NANOSECONDS
    return seconds if math.isfinite(seconds) and seconds > 0 else None


def _webm_size(header: Header, start: int, end: int) -> tuple[int, int] | None:
    for element, at, inside_end in _elements(header, start, end):
        if element == _VIDEO:
            values = {i: header.number(a, min(b - a, 8)) for i, a, b in _elements(header, at, inside_end)}
            return values.get(_WIDTH, 0), values.get(_HEIGHT, 0)
    return None


def _elements(header: Header, at: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Id, start and end of the content of each EBML element."""
    while at < min(end, header.size):
        first = header.at(at, 1)[0]
        width = 9 - first.bit_length()
        if width > 4:  # noqa: PLR2004 - no id is longer
            raise DamagedError
        element = header.number(at, width)
        at += width
        first = header.at(at, 1)[0]
        width = 9 - first.bit_length()
        if width > 8:  # noqa: PLR2004 - no size is longer
            raise DamagedError
        mask = (1 << 7 * width) - 1
        size = header.number(at, width) & mask
        at += width
        stop = end if size == mask else at + size  # all ones: as long as what it is in
        yield element, at, min(stop, end)
        at = stop


def _no_picture() -> NotMediaError:
    return NotMediaError(
        "has no picture: it holds sound only", hint="Publer takes pictures, videos and PDF documents."
    )


def _video(header: Header, name: str, mime: str, size: tuple[int, int], seconds: float | None) -> MediaInfo:
    width, height = size
    if not (width and height):
        raise DamagedError("its header says that it has no pixels")
    return MediaInfo(
        kind=Kind.VIDEO,
        format=name,
        mime=mime,
        size=header.size,
        width=width,
        height=height,
        animated=True,
        duration_seconds=seconds,
    )
