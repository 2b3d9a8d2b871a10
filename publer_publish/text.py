"""Foreign text as one safe line or block of plain text, and small words about numbers."""

from __future__ import annotations

import re
import unicodedata

from publer_publish.secrets import without_credentials

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
_BEGINNING = 60
"""Code points."""

# Line ends as Python, GitHub's runner and a browser between them see them.
_LINE_ENDS = re.compile("\r\n|[\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")
# Marks that only choose a direction where none is given: invisible, and no loss.
_MARKS = re.compile("[\u061c\u200e\u200f]")
# C0 and C1 controls, DEL, bidirectional embeddings, overrides and isolates (text that reads otherwise
# than it is), surrogates (not encodable), noncharacters, and the annotation and deprecated format controls.
_UNSAFE = re.compile(
    "[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u206f\ufff9-\ufffb"
    "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)


def visible(text: str) -> str:
    """Return text in which nothing hides: one kind of line end, control and bidi characters shown as �.

    Only what is plainly a credential is not shown: here, because escaping would change how it looks.
    """
    return without_credentials(_UNSAFE.sub(REPLACEMENT, _MARKS.sub("", _LINE_ENDS.sub("\n", text))))


def one_line(text: str, limit: int = 500) -> str:
    """Return ``visible`` text on one line, runs of blanks as one blank, cut to ``limit`` code points."""
    return cut(" ".join(visible(text).split()), limit)


def beginning(text: str) -> str:
    """Return as much of a text, on one line, as tells which post it is."""
    return one_line(text, _BEGINNING)


def cut(text: str, limit: int) -> str:
    """Return at most ``limit`` code points, the last one an ellipsis if something is missing."""
    return text if len(text) <= limit else text[: max(0, limit - 1)].rstrip() + ELLIPSIS


def plural(count: int, noun: str) -> str:
    """Return ``1 target``, ``2 targets``, ``1,200 targets``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def duration(seconds: float) -> str:
    """Return a time span in the unit that a person would choose: ``24 hours``, ``90 seconds``."""
    for unit, name in ((3600, "hour"), (60, "minute")):
        if seconds >= unit and seconds % unit == 0:
            return plural(int(seconds // unit), name)
    return f"{seconds:,.15g} second{'' if seconds == 1 else 's'}"


def columns(text: str) -> int:
    """Return how many columns of a terminal the text takes."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )


def pad(text: str, width: int) -> str:
    """Return the text filled with blanks up to ``width`` columns of a terminal."""
    return text + " " * max(0, width - columns(text))
