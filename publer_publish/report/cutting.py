"""Markdown cut to a size in bytes, never inside a line, and with everything closed that was open."""

from __future__ import annotations

import re

STEP_SUMMARY_BYTES = 1_000_000
"""GitHub shows nothing of a step summary above 1,048,576 bytes; the rest is left to what others append."""
OUTPUT_SUMMARY_BYTES = 60_000
"""The output ``summary``: a comment on GitHub may have 65,536 characters."""

_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")


def shorten(markdown: str, limit: int) -> str:
    """Return Markdown of at most ``limit`` bytes in UTF-8, with a visible note if it was cut.

    Cuts between lines, and closes a code fence or ``<details>`` that is open there (each tag has its line).
    """
    if _size(markdown) <= limit:
        return markdown
    note = f"\n*Cut here: no more than {limit // 1000:,} kB fit. The log has everything.*\n"
    size, fence, depth = 0, "", 0
    kept, closing = 0, ""
    lines = markdown.split("\n")
    for count, line in enumerate(lines, start=1):
        size += _size(line) + 1
        fence = _fence_after(line, fence)
        if not fence:
            depth += line.startswith("<details>") - line.startswith("</details>")
        closers = (f"{fence}\n" if fence else "") + "\n</details>\n" * depth
        if size + _size(closers) + _size(note) > limit:
            break
        kept, closing = count, closers
    return "".join(f"{line}\n" for line in lines[:kept]) + closing + note


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
