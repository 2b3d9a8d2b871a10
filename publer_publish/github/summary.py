"""The step summary: Markdown that the runner takes whole or not at all."""

from __future__ import annotations

import re
from collections import Counter

SUMMARY_LIMIT = 1_048_576
"""Bytes. Of a larger file the runner uploads nothing."""

CUT_NOTE = "\n\n_The rest did not fit._\n"

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,15})(?=[\s/>])[^<>]{0,1000}>")
_VOID_TAGS = frozenset({"br", "hr", "img", "input", "wbr"})
_ROOM_FOR_CLOSERS = 512


class _Openings:
    """Which fence and which HTML elements are open after the lines read so far."""

    def __init__(self) -> None:
        self.fence = ""
        self.tags: list[str] = []
        self._open: Counter[str] = Counter()

    def read(self, line: str) -> None:
        fence = _FENCE.match(line)
        if self.fence:
            closes = fence and fence[1].startswith(self.fence) and not fence[2].strip()
            if closes:
                self.fence = ""
        elif fence and not (fence[1][0] == "`" and "`" in fence[2]):
            self.fence = fence[1]
        else:
            for closing, name in _TAG.findall(line):
                self._tag(name.lower(), closing=bool(closing))

    def _tag(self, name: str, *, closing: bool) -> None:
        if name in _VOID_TAGS:
            return
        if not closing:
            self.tags.append(name)
            self._open[name] += 1
        while closing and self._open[name]:
            closed = self.tags.pop()
            self._open[closed] -= 1
            closing = closed != name

    def closers(self) -> str:
        fence = f"{self.fence}\n" if self.fence else ""
        tags = "".join(f"</{name}>" for name in reversed(self.tags))
        return fence + (f"\n{tags}\n" if tags else "")


def cut_markdown(markdown: str, limit: int) -> str:
    """At most ``limit`` bytes of UTF-8, cut after a line, with what the cut leaves open closed again.

    A first line that is too long alone is cut within, before a tag that would be left half. A limit that
    has no room for more than the note gives nothing.
    """
    if len(markdown.encode()) <= limit:
        return markdown
    room = limit - len(CUT_NOTE.encode()) - _ROOM_FOR_CLOSERS
    if room <= 0:
        return ""
    openings = _Openings()
    kept: list[str] = []
    for line in markdown.split("\n"):
        size = len(line.encode()) + 1
        if size > room:
            if not kept:
                kept.append(_cut_line(line, room - 1) + "\n")
                openings.read(kept[0])
            break
        room -= size
        kept.append(line + "\n")
        openings.read(line)
    closers = openings.closers()
    if len(closers.encode()) > _ROOM_FOR_CLOSERS:
        return CUT_NOTE.lstrip()
    return "".join(kept) + closers + CUT_NOTE


def _cut_line(line: str, size: int) -> str:
    kept = line.encode()[:size].decode("utf-8", "ignore")
    opening = kept.rfind("<")
    return kept[:opening] if opening > kept.rfind(">") else kept
