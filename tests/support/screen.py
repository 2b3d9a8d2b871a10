"""What a terminal shows after all that was sent to it: as much of one as our tests need."""

from __future__ import annotations

import re

_PARTS = re.compile(
    r"\x1b\[(?P<number>[0-9;?]*)(?P<command>[A-Za-z])|(?P<char>[\r\n])|(?P<text>[^\x1b\r\n]+)"
)


def screen(sent: str) -> list[str]:
    """Return the lines that are left, without colours."""
    lines, at = [""], 0
    for part in _PARTS.finditer(sent):
        if part["command"] == "A":
            at -= int(part["number"] or 1)
        elif part["command"] == "K":
            lines[at] = ""
        elif part["char"] == "\n":
            at += 1
            lines += [""] * (at + 1 - len(lines))
        elif part["text"]:
            lines[at] += part["text"]
    return lines
