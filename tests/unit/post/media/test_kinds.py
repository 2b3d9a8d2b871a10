"""Guards: what a file really is comes from its content, and no content breaks the run.

The files of tests/data/media were written by ffmpeg 7 and Pillow, not by us.
"""

from __future__ import annotations

import io
import struct
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publer_publish.post.media.kinds import DamagedError, MediaInfo, NotMediaError, probe

SAMPLES = Path(__file__).parents[3] / "data/media"


def probed(data: bytes) -> MediaInfo:
    return probe(io.BytesIO(data), len(data))


def told(name: str) -> dict[str, Any]:
    """What the probe says beyond the defaults."""
    info = probed((SAMPLES / name).read_bytes())
    assert info.size == (SAMPLES / name).stat().st_size
    values = {key: getattr(info, key) for key in ("kind", "format", "mime", "width", "height")}
    optional = {key: getattr(info, key) for key in ("animated", "duration_seconds")}
    return {key: value for key, value in (values | optional).items() if value}


PHOTO = {"kind": "photo", "width": 40, "height": 30}
GIF = {"kind": "gif", "format": "gif", "mime": "image/gif", "width": 40, "height": 30}
VIDEO = {"kind": "video", "duration_seconds": 1.0}
MP4 = VIDEO | {"format": "mp4", "mime": "video/mp4"}
PDF = {"kind": "document", "format": "pdf", "mime": "application/pdf"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("plain.jpg", PHOTO | {"format": "jpg", "mime": "image/jpeg"}),
        ("progressive.jpg", PHOTO | {"format": "jpg", "mime": "image/jpeg"}),
        ("plain.png", PHOTO | {"format": "png", "mime": "image/png"}),
        ("animated.png", PHOTO | {"format": "png", "mime": "image/png", "animated": True}),
        ("plain.gif", GIF),
        ("animated.gif", GIF),
        ("lossy.webp", PHOTO | {"format": "webp", "mime": "image/webp"}),
        ("lossless.webp", PHOTO | {"format": "webp", "mime": "image/webp"}),
        ("alpha.webp", PHOTO | {"format": "webp", "mime": "image/webp"}),
        ("animated.webp", PHOTO | {"format": "webp", "mime": "image/webp", "animated": True}),
        ("plain.mp4", MP4),
        ("faststart.mp4", MP4),
        ("turned.mp4", MP4),
        ("fragmented.mp4", {key: value for key, value in MP4.items() if key != "duration_seconds"}),
        ("sound.mov", VIDEO | {"format": "mov", "mime": "video/quicktime"}),
        ("plain.avi", {"kind": "video", "format": "avi", "mime": "video/x-msvideo"}),
        ("plain.webm", {"kind": "video", "format": "webm", "mime": "video/webm"}),
        ("live.webm", {"kind": "video", "format": "webm", "mime": "video/webm"}),
        ("plain.pdf", PDF),
    ],
)
def test_real_files_are_what_they_are(name: str, expected: dict[str, Any]) -> None:
    assert told(name) == expected


@pytest.mark.parametrize(
    ("content", "says", "hint"),
    [
        (SAMPLES / "plain.mkv", "MKV", "Convert it to MP4"),
        (SAMPLES / "plain.avif", "AVIF", "Convert it to JPG"),
        (SAMPLES / "sound.m4a", "sound file", "Publer takes"),
        (SAMPLES / "sound.mp4", "only sound", "Publer takes"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC", "Convert it to JPG"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif", "AVIF", "Convert it to JPG"),
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n",
            "Git LFS pointer",
            "lfs: true",
        ),
        (b'<?xml version="1.0"?><svg/>', "SVG", "Export it as PNG"),
        (b"<!DOCTYPE HTML><html>", "web page", "error page"),
        (b"PK\x03\x04", "office document", "Export it as PDF"),
        (b"BM\x36\0\0\0\0\0\0\0", "BMP", "Convert it to PNG"),
        (b"II*\0", "TIFF", "Convert it to JPG"),
        (b"ID3\x04", "sound file", "Publer takes"),
        (b"RIFF\0\0\0\0WAVE", "sound file", "Publer takes"),
        (b"plain words", "by its content", "Publer takes"),
        (b"", "by its content", "Publer takes"),
    ],
)
def test_other_files_are_named_with_a_cure(content: bytes | Path, says: str, hint: str) -> None:
    with pytest.raises(NotMediaError) as caught:
        probed(content.read_bytes() if isinstance(content, Path) else content)
    assert says in caught.value.message
    assert hint in caught.value.hint


@pytest.mark.parametrize("name", ["plain.jpg", "plain.png", "lossy.webp", "plain.mp4"])
def test_a_file_that_ends_in_its_header_is_damaged(name: str) -> None:
    with pytest.raises(DamagedError):
        probed((SAMPLES / name).read_bytes()[:24])


def test_a_video_cut_off_in_its_content_is_damaged() -> None:
    """An interrupted download keeps a perfect header when the movie's header comes first."""
    with pytest.raises(DamagedError, match="ends in the middle"):
        probed((SAMPLES / "faststart.mp4").read_bytes()[:-100])


def test_no_pixels_is_damage() -> None:
    data = bytearray((SAMPLES / "plain.png").read_bytes())
    data[16:20] = bytes(4)
    with pytest.raises(DamagedError, match="no pixels"):
        probed(bytes(data))


def test_a_photo_that_its_camera_turned_has_the_pixels_that_are_shown() -> None:
    orientation = struct.pack("<2sHIHHHIHHI", b"II", 42, 8, 1, 0x112, 3, 1, 6, 0, 0)
    exif = b"Exif\0\0" + orientation
    plain = (SAMPLES / "plain.jpg").read_bytes()
    info = probed(plain[:2] + struct.pack(">BBH", 0xFF, 0xE1, 2 + len(exif)) + exif + plain[2:])
    assert (info.width, info.height) == (30, 40)


def test_numbers_of_64_bits_are_read() -> None:
    def box(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I4s", 8 + len(content), name) + content

    mvhd = struct.pack(">IQQIQ", 1 << 24, 0, 0, 1000, 90_500)
    media = box(b"mdia", box(b"hdlr", struct.pack(">II4s12x", 0, 0, b"vide")))
    movie = box(b"moov", box(b"mvhd", mvhd) + box(b"trak", media))
    data = struct.pack(">I4sQ8x", 1, b"mdat", 24)
    info = probed(data + movie)
    assert (info.format, info.duration_seconds) == ("mov", 90.5)


SIGNATURES = [
    b"\xff\xd8\xff",
    b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0\0\0\0\0",
    b"GIF89a\x01\0\x01\0\0\0\0",
    b"RIFF\0\0\0\0WEBP",
    b"RIFF\0\0\0\0AVI ",
    b"\x1a\x45\xdf\xa3\x84\x42\x82\x81w\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff",
    b"\0\0\0\x08ftyp",
    b"\0\0\0\x08moov",
    b"%PDF-1.7 ",
    b"",
]


@given(st.sampled_from(SIGNATURES), st.binary(max_size=300))
def test_any_content_gives_an_answer(start: bytes, rest: bytes) -> None:
    with suppress(NotMediaError):
        assert probed(start + rest).size == len(start + rest)


@given(st.sampled_from(sorted(SAMPLES.iterdir())), st.data())
def test_any_damage_gives_an_answer(sample: Path, data: st.DataObject) -> None:
    content = bytearray(sample.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, min(len(content), 600) - 1))] = data.draw(st.integers(0, 255))
    # One container for them all: another byte in its brand makes the one out of the other.
    iso = sample.suffix in {".mp4", ".mov", ".m4a", ".avif"}
    with suppress(NotMediaError):
        assert probed(bytes(content)).format in (("mp4", "mov") if iso else sample.name)
