"""Extended grapheme clusters (UAX 29): what a reader takes for one character."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import regex


def clusters(text: str) -> Iterator[regex.Match[str]]:
    """Yield a match for every cluster, in order; together they are the whole text."""
    return _pattern().finditer(text)


@cache
def _pattern() -> regex.Pattern[str]:
    # \X alone looks back over all flags before a flag: many of them would take it quadratic time.
    flag = r"[\U0001F1E6-\U0001F1FF]{2}[\p{GCB=Extend}\p{GCB=ZWJ}\p{GCB=SpacingMark}]*"
    return regex.compile(rf"{flag}|\X")
