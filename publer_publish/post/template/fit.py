"""Cut parts of a text so that the whole of it fits.

A part is cut at the end of a word and gets an ellipsis; of all such cuts the longest that still fits is
taken. Languages written without spaces are cut between characters, and so is a single word too long to be
one. A URL or a grapheme cluster is never cut.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import lru_cache

from publer_publish.networks.count import clusters
from publer_publish.networks.twitter_text import find_urls

ELLIPSIS = "…"
LONG_WORD = 40
"""A first word longer than this, in code points, may be cut inside when not even it fits."""

_WORD_END = re.compile(r"(?<=\S)(?=\s|\Z)")
_ONLY_MARKER = re.compile(r"(?:\A|\n)[ \t]*(?:[\u2022\u2610\u2611]|\d{1,9}\.)\Z")
"""The mark of a list item of which nothing would be left."""
_WITHOUT_SPACES = (
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
"""Thai, Lao, Burmese, Khmer, kana and Han."""


def fit(part: str, fits: Callable[[str], bool]) -> str:
    """Return the longest cut of ``part`` for which ``fits`` holds; empty if no cut fits.

    ``fits`` is asked O(log n) times: it must not hold for a longer cut when it does not for a shorter one.
    """
    if fits(part):
        return part
    at = _longest(part, _word_ends(part), fits)
    if at is None:
        at = _longest(part, _inside_first_word(part), fits)
    return "" if at is None else _cut(part, at)


def fit_all(parts: Sequence[str], fits: Callable[[Sequence[str]], bool]) -> list[str]:
    """Cut several parts of one text: a later part gives way before an earlier one is touched.

    If the text does not fit with all of them empty, they are empty: what is still too long is the rest, and
    the length check names by how much.
    """
    cut = list(parts)
    for i in reversed(range(len(cut))):
        if fits(cut):
            break
        if not fits([*cut[:i], "", *cut[i + 1 :]]):
            cut[i] = ""  # no cut of it is short enough: looking for one would measure in vain
            continue
        cut[i] = fit(parts[i], lambda piece, i=i: fits([*cut[:i], piece, *cut[i + 1 :]]))  # type: ignore[misc]  # mypy cannot infer a lambda's default
    return cut


def in_pieces(text: str, fits: Callable[[str], bool], most: int) -> list[str]:
    """Return a text in pieces that fit one by one, of which all but the last end with an ellipsis."""
    pieces: list[str] = []
    while text and len(pieces) < most:
        piece = fit(text, fits)
        if not piece:
            break
        pieces.append(piece)
        text = "" if piece == text else text[len(kept_of(piece)) :].strip()
    return pieces


def kept_of(cut: str) -> str:
    """Return what a cut has of the part that was cut."""
    return cut.removesuffix(ELLIPSIS).rstrip()


def _longest(part: str, ends: Sequence[int], fits: Callable[[str], bool]) -> int | None:
    fitting = bisect_right(ends, 0, key=lambda end: 0 if fits(_cut(part, end)) else 1)
    return ends[fitting - 1] if fitting else None


def _cut(part: str, end: int) -> str:
    """Return the part up to ``end``, with an ellipsis; a space keeps that out of a URL."""
    kept = part[:end].rstrip()
    last_word = kept[max(0, len(kept) - 4096) :].split()[-1:]
    space = " " if last_word and find_urls(last_word[0]) else ""
    return kept + space + ELLIPSIS


@lru_cache(maxsize=16)
def _word_ends(part: str) -> Sequence[int]:
    ends = [match.start() for match in _WORD_END.finditer(part)]
    ends = [end for end in ends if not _ONLY_MARKER.search(part, max(0, end - 20), end)]
    if re.search(_WITHOUT_SPACES, part):
        ends = sorted({*ends, *_between_characters(part)})
    return ends[:-1]


def _between_characters(part: str) -> list[int]:
    """Return where two letters meet of which one belongs to a script without spaces."""
    without_spaces = re.compile(_WITHOUT_SPACES)
    ends: list[int] = []
    before = ""
    for match in clusters(part):
        cluster = match.group()
        words = before[:1].isalnum() and cluster[0].isalnum()
        if words and (without_spaces.match(before) or without_spaces.match(cluster)):
            ends.append(match.start())
        before = cluster
    return _outside_urls(part, ends)


def _inside_first_word(part: str) -> list[int]:
    word = re.match(r"\s*\S+", part)
    if word is None or len(word.group().strip()) <= LONG_WORD:
        return []
    ends = [cluster.end() for cluster in clusters(word.group()) if not cluster.group().isspace()]
    return _outside_urls(part, ends)


def _outside_urls(text: str, ends: Sequence[int]) -> list[int]:
    urls = find_urls(text)
    starts = [start for start, _ in urls]

    def outside(end: int) -> bool:
        before = bisect_right(starts, end - 1) - 1
        return before < 0 or end >= urls[before][1]

    return [end for end in ends if outside(end)]
