"""What a media file really is, by its header: kind, format, pixels, animation, duration, pages.

Own code, because no one library covers it: imagesize knows neither animation nor video, filetype and
puremagic know no pixels, and hachoir, which knows all of them, is under the GPL and parses without bounds.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import BinaryIO

from publer_publish.post import probe_pictures as pictures
from publer_publish.post import probe_videos as videos
from publer_publish.post.networks import Kind
from publer_publish.post.probe_header import Header, MediaInfo, NotMediaError

_TAKEN = "Publer takes JPG, PNG, GIF, WEBP, MP4, MOV, AVI, WEBM and PDF."
_FOREIGN = (
    (rb"version https://git-lfs", "is a Git LFS pointer, not the file itself", "Check out with `lfs: true`."),
    (rb"\s*<svg|\s*<\?xml", "is an SVG or XML text", f"Export it as PNG. {_TAKEN}"),
    (rb"(?i)\s*<(!doctype )?html", "is a web page", "Was an error page saved in place of the file?"),
    (rb"PK\x03\x04", "is a ZIP archive or an office document", f"Export it as PDF. {_TAKEN}"),
    (rb"BM....\0\0\0\0", "is a BMP picture", f"Convert it to PNG. {_TAKEN}"),
    (rb"II\*\0|MM\0\*", "is a TIFF picture", f"Convert it to JPG. {_TAKEN}"),
    (rb"8BPS", "is a Photoshop document", f"Export it as PNG. {_TAKEN}"),
    (rb"ID3|\xff[\xfb\xf3\xf2]|OggS|fLaC|RIFF....WAVE", "is a sound file", _TAKEN),
    (rb"FLV\x01|\0\0\x01[\xba\xb3]", "is a video in an old format", f"Convert it to MP4. {_TAKEN}"),
)
_HEIC = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_AVIF = frozenset({b"avif", b"avis"})
_SOUND = frozenset({b"M4A ", b"M4B ", b"M4P "})
_PDF_MAGIC_WITHIN = 1024  # as readers do: some programs write a line before it
_PDF_LOOKED_AT = 1 << 19  # bytes at each end
_PDF_PAGES = re.compile(rb"/Type\s*/Pages(?![A-Za-z])")
_PDF_COUNT = re.compile(rb"/Count\s+(\d{1,7})(?!\d)")
_PDF_LINEAR = re.compile(rb"/Linearized\b[^>]*/N\s+(\d{1,7})(?!\d)")


def probe(stream: BinaryIO, size: int) -> MediaInfo:
    """Read the header of a file of ``size`` bytes. ``NotMediaError``: Publer does not take it, and why."""
    header = Header(stream, size)
    start = header.up_to(0, 16)
    for signature, read in _SIGNATURES:
        if re.match(signature, start, re.DOTALL):
            return read(header)
    if b"%PDF-" in header.up_to(0, _PDF_MAGIC_WITHIN):
        return _pdf(header)
    raise _foreign(header)


def _iso(header: Header) -> MediaInfo:
    return videos.iso(header, _iso_name(header, header.up_to(0, 16)))


def _iso_name(header: Header, start: bytes) -> str:
    """``mp4`` or ``mov``, by the brands; a file without brands is an old movie of QuickTime's."""
    if start[4:8] != b"ftyp":
        return "mov"
    rest = header.up_to(16, max(0, min(int.from_bytes(start[:4], "big"), 256) - 16))
    brands = {start[8:12], *(rest[at : at + 4] for at in range(0, len(rest), 4))}
    if start[8:12] in _AVIF or (start[8:12] in _HEIC and brands & _AVIF):
        raise NotMediaError(
            "is an AVIF picture, which Publer does not take", hint=f"Convert it to JPG. {_TAKEN}"
        )
    if start[8:12] in _HEIC:
        raise NotMediaError(
            "is a HEIC picture, which Publer does not take", hint=f"Convert it to JPG. {_TAKEN}"
        )
    if start[8:12] in _SOUND:
        raise NotMediaError("is a sound file, which Publer does not take", hint=_TAKEN)
    return "mov" if start[8:12] == b"qt  " else "mp4"


def _pdf(header: Header) -> MediaInfo:
    head = header.up_to(0, _PDF_LOOKED_AT)
    tail = header.up_to(max(len(head), header.size - _PDF_LOOKED_AT), _PDF_LOOKED_AT)
    linear = _PDF_LINEAR.search(head[: 2 * _PDF_MAGIC_WITHIN])
    counts = [int(linear[1])] if linear else _page_counts(head + tail)
    return MediaInfo(
        kind=Kind.DOCUMENT,
        format="pdf",
        mime="application/pdf",
        size=header.size,
        pages=max(counts, default=0) or None,
    )


def _page_counts(data: bytes) -> list[int]:
    """Of every page tree that stands uncompressed; the root's is the largest."""
    trees = (thing for thing in data.split(b"endobj") if _PDF_PAGES.search(thing))
    return [int(count[1]) for tree in trees for count in [_PDF_COUNT.search(tree)] if count]


def _foreign(header: Header) -> NotMediaError:
    start = header.up_to(0, 512)
    for pattern, what, hint in _FOREIGN:
        if re.match(pattern, start, re.DOTALL):
            return NotMediaError(
                f"{what}, which Publer does not take" if "Publer takes" in hint else what, hint=hint
            )
    return NotMediaError("is no picture, video or document that Publer takes, by its content", hint=_TAKEN)


_SIGNATURES: tuple[tuple[bytes, Callable[[Header], MediaInfo]], ...] = (
    (rb"\xff\xd8\xff", pictures.jpg),
    (rb"\x89PNG\r\n\x1a\n", pictures.png),
    (rb"GIF8[79]a", pictures.gif),
    (rb"RIFF....WEBP", pictures.webp),
    (rb"RIFF....AVI ", videos.avi),
    (rb"\x1a\x45\xdf\xa3", videos.webm),
    (rb"....(ftyp|moov|mdat|wide|free|skip|pnot)", _iso),
)
