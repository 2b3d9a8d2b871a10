"""Headers of pictures: JPG (ITU T.81), PNG and APNG (W3C PNG, third edition), GIF 89a, WEBP (RFC 9649)."""

from __future__ import annotations

from publer_publish.post.networks import Kind
from publer_publish.post.probe_header import DamagedError, Header, MediaInfo, TooLongError

_JPG_FILL = 0xFF  # before every marker, as often as one likes
_JPG_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})  # markers without a length
_JPG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPG_TOO_LATE = frozenset({0xD9, 0xDA})  # end of image, start of scan
_GIF_EXTENSION, _GIF_FRAME = 0x21, 0x2C
_COLOURS = 0x80  # a colour table follows
_WEBP_ANIMATION = 0x02
_WEBP_KEY_FRAME = b"\x9d\x01\x2a"


def jpg(header: Header) -> MediaInfo:
    at = 2
    while True:
        prefix, marker = header.at(at, 2)
        if prefix != _JPG_FILL or marker in _JPG_TOO_LATE:
            raise DamagedError
        if marker == _JPG_FILL:
            at += 1
        elif marker in _JPG_ALONE:
            at += 2
        elif marker in _JPG_FRAMES:
            return _picture(header, "jpg", header.number(at + 7, 2), header.number(at + 5, 2))
        else:
            at += 2 + header.number(at + 2, 2)


def png(header: Header) -> MediaInfo:
    if header.at(12, 4) != b"IHDR":
        raise DamagedError
    at, name = 8, b""
    while name not in {b"acTL", b"IDAT"}:
        length, name = header.number(at, 4), header.at(at + 4, 4)
        at += 12 + length
    return _picture(header, "png", header.number(16, 4), header.number(20, 4), animated=name == b"acTL")


def gif(header: Header) -> MediaInfo:
    frames = _gif_frames(header)
    if not frames:
        raise DamagedError
    return _picture(
        header, "gif", header.little(6, 2), header.little(8, 2), kind=Kind.GIF, animated=frames > 1
    )


def _gif_frames(header: Header) -> int:
    """0, 1, or 2 for more than one."""
    frames = 0
    at = 13 + _gif_colours(header.at(10, 1)[0])
    try:
        while frames < 2:  # noqa: PLR2004 - the second frame makes it move
            block = header.at(at, 1)[0]
            if block == _GIF_FRAME:
                frames += 1
                at += 11 + _gif_colours(header.at(at + 9, 1)[0])
            elif block == _GIF_EXTENSION:
                at += 2
            else:
                break
            while length := header.at(at, 1)[0]:
                at += 1 + length
            at += 1
    except TooLongError:
        pass  # one huge frame
    return frames


def _gif_colours(flags: int) -> int:
    """Size of the colour table that the flags announce."""
    return 3 << (flags & 7) + 1 if flags & _COLOURS else 0


def webp(header: Header) -> MediaInfo:
    form = header.at(12, 4)
    if form == b"VP8X":
        animated = bool(header.at(20, 1)[0] & _WEBP_ANIMATION)
        return _picture(header, "webp", header.little(24, 3) + 1, header.little(27, 3) + 1, animated=animated)
    if form == b"VP8L" and header.at(20, 1) == b"\x2f":
        bits = header.little(21, 4)
        return _picture(header, "webp", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    if form == b"VP8 " and header.at(23, 3) == _WEBP_KEY_FRAME:
        return _picture(header, "webp", header.little(26, 2) & 0x3FFF, header.little(28, 2) & 0x3FFF)
    raise DamagedError


def _picture(
    header: Header, name: str, width: int, height: int, *, kind: Kind = Kind.PHOTO, animated: bool = False
) -> MediaInfo:
    if not (width and height):
        raise DamagedError("its header says that it has no pixels")
    return MediaInfo(
        kind=kind,
        format=name,
        mime="image/jpeg" if name == "jpg" else f"image/{name}",
        size=header.size,
        width=width,
        height=height,
        animated=animated,
    )
