"""The uploaded pictures that the page shows: the newest, within a fixed amount of memory."""

from __future__ import annotations

from collections import OrderedDict

MOST_BYTES_EACH = 2_000_000
MOST_BYTES = 32_000_000
_TYPES = (
    (b"\x89PNG", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"RIFF", "image/webp"),
)


class Pictures:
    """Pictures by media id. Holds no other kind of file, and lets go of the oldest ones in time."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._size = 0

    def add(self, media_id: str, kind: str, content: bytes) -> None:
        """Keep a file if it is a picture; ``content`` is empty if it was too large to be held."""
        if kind not in {"photo", "gif"} or not 0 < len(content) <= MOST_BYTES_EACH:
            return
        self._kept[media_id] = content
        self._size += len(content)
        while self._size > MOST_BYTES:
            self._size -= len(self._kept.popitem(last=False)[1])

    def ids(self) -> frozenset[str]:
        return frozenset(self._kept)

    def get(self, media_id: str) -> tuple[bytes, str] | None:
        """The bytes and their type, as their own beginning says it; None if it is not kept."""
        content = self._kept.get(media_id, b"")
        mime = next((mime for start, mime in _TYPES if content.startswith(start)), "")
        return (content, mime) if mime else None
