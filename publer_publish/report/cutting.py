"""Markdown cut to a size in bytes, never inside a line, and with everything closed that was open."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

STEP_SUMMARY_BYTES = 1_000_000
"""GitHub shows nothing of a step summary above 1,048,576 bytes; the rest is left to what others append."""
OUTPUT_SUMMARY_BYTES = 60_000
"""The output ``summary``: a comment on GitHub may have 65,536 characters."""

_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")


def shorten(markdown: str, limit: int) -> str:
    """Return Markdown of at most ``limit`` bytes in UTF-8, with a visible note if it was cut.

    Cuts between lines, and closes a code fence or ``<details>`` that is open there (each tag has its line).
    """
    return within(_lines(markdown), limit)


def within(lines: Iterable[str], limit: int) -> str:
    """Join lines, each with its end, as ``shorten`` does; of more than fits no further line is even made."""
    note = f"\n*Cut here: no more than {limit // 1000:,} kB fit. The log has everything.*\n"
    size, fence, depth = 0, "", 0
    kept: list[str] = []
    cut, closing = 0, ""
    for line in lines:
        size += _size(line)
        if size > limit:
            return "".join(kept[:cut]) + closing + note
        kept.append(line)
        fence = _fence_after(line, fence)
        if not fence:
            depth += line.startswith("<details>") - line.startswith("</details>")
        closers = (f"{fence}\n" if fence else "") + "\n</details>\n" * depth
        if size + _size(closers) + _size(note) <= limit:
            cut, closing = len(kept), closers
    return "".join(kept)


def _lines(text: str) -> Iterator[str]:
    """Each line with its end, one after the other."""
    start = 0
    while end := text.find("\n", start) + 1:
        yield text[start:end]
        start = end
    yield text[start:]


def _fence_after(line: str, fence: str) -> str:
    """Return the code fence that is open after this line; empty if none is."""
    match = _FENCE.match(line)
    if not match:
        return fence
    if not fence:
        return match.group(1)
    closes = match.group(1).startswith(fence) and line.strip() == match.group(1)
    return "" if closes else fence


def _size(text: str) -> int:
    return len(text.encode("utf-8", "replace"))
