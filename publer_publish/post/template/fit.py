"""A rendered text in pieces, of which those that go through ``fit`` are cut until the whole fits.

The pieces are what the author typed, and what each ``{{ … }}`` brought in. While Jinja joins them,
private-use characters mark where a value begins and ends and where a part of it is cut. Values are escaped
where the text is markup, and no blank line is left where a value is empty.

A part is cut at the end of a word and gets an ellipsis; of all such cuts the longest that still fits is
taken. Languages written without spaces are cut between characters, and so is a single word too long to be
one. A URL or a grapheme cluster is never cut.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from publer_publish.networks.count import clusters
from publer_publish.networks.twitter_text import find_urls
from publer_publish.post.template.errors import TemplateError

MAX_PARTS = 20
"""Of one text that go through ``fit``."""
ELLIPSIS = "…"
LONG_WORD = 40
"""A first word longer than this, in code points, may be cut inside when not even it fits."""

_WORD_END = r"(?<=\S)(?=\s|\Z)"
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
    ends = [match.start() for match in re.finditer(_WORD_END, part)]
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
    inside = {at for start, stop in find_urls(text) for at in range(start + 1, stop)}
    return [end for end in ends if end not in inside]


# --- the pieces of a text ---

_FIRST_TAG, _FIRST_PART, _END = 0x100000, 0x10F000, "\U0010fffd"
_RESERVED = re.compile("[\U00100000-\U0010fffd]")
_FOREIGN = "[\U00100000-\U0010efff\U0010fffd]"
"""What a value may not bring along: all marks but those of its parts."""
_VALUE = f"([\U00100000-\U0010efff])([^{_END}]*){_END}"
_PART = re.compile("([\U0010f000-\U0010fffc])")
_MARKDOWN_SIGNS = r"[_*`\[]"


class Piece(NamedTuple):
    """A part of a text."""

    text: str
    tag: int = -1
    """Which ``{{ … }}`` of the template brought it in, from 0; -1: it was typed."""
    part: int = -1
    """Which of the parts that are cut to fit it is; -1: none."""


class Pieces:
    """The text that one template makes."""

    def __init__(self) -> None:
        self._parts: list[tuple[str, bool]] = []
        """What goes through ``fit``, and whether what does not fit goes on in a thread."""

    def cut(self, text: str, *, goes_on: bool) -> str:
        """Return the mark of a part that is cut to fit."""
        if len(self._parts) >= MAX_PARTS:
            message = f"More than {MAX_PARTS} parts go through fit"
            raise TemplateError(message, hint="Put fit around the loop, not into it.")
        self._parts.append((without_marks(text), goes_on))
        return chr(_FIRST_PART + len(self._parts) - 1)

    def insert(self, text: str, tag: int) -> str:
        """Return a value between its marks."""
        return f"{chr(_FIRST_TAG + tag)}{without_ends(text)}{_END}"

    def read(self, marked: str) -> Iterator[Piece]:
        """Yield the pieces of a text with marks."""
        at = 0
        for value in re.finditer(_VALUE, marked):
            yield Piece(without_marks(marked[at : value.start()]))
            tag = ord(value[1]) - _FIRST_TAG
            for text in _PART.split(value[2]):
                part = ord(text) - _FIRST_PART if _PART.fullmatch(text) else -1
                if part < len(self._parts):
                    yield Piece(text if part < 0 else self._parts[part][0], tag, part)
            at = value.end()
        yield Piece(without_marks(marked[at:]))

    def settle(self, pieces: Sequence[Piece], fits: Callable[[str], bool] | None) -> tuple[str, str]:
        """Return the whole text, with its parts cut so that it fits, and what goes on in a thread."""
        texts = [piece.text for piece in pieces]
        places = [at for at, piece in enumerate(pieces) if piece.part >= 0 and piece.text]
        rest: list[str] = []
        if fits and places:

            def all_fit(cut: Sequence[str]) -> bool:
                for place, text in zip(places, cut, strict=True):
                    texts[place] = text
                return fits("".join(texts))

            cut = fit_all([texts[place] for place in places], all_fit)
            for place, kept in zip(places, cut, strict=True):
                texts[place], piece = kept, pieces[place]
                if kept != piece.text and self._parts[piece.part][1]:
                    rest.append(piece.text[len(kept_of(kept)) :].strip())
        return _joined(pieces, texts), "\n\n".join(rest)


def without_ends(text: str) -> str:
    """Return text without the marks of values, but with those of parts."""
    return re.sub(_FOREIGN, "", text)


def without_marks(text: str) -> str:
    """Return text that cannot be taken for a mark."""
    return _RESERVED.sub("", text)


def escaped(pieces: Iterable[Piece], markup: str) -> Iterator[Piece]:
    """Yield the pieces with values that are only text in a text that is markup."""
    typed = ""
    for piece in pieces:
        typed = typed if piece.tag >= 0 else piece.text
        yield piece if piece.tag < 0 else piece._replace(text=_escaped(piece.text, markup, typed))


def _escaped(text: str, markup: str, before: str) -> str:
    if markup == "HTML":
        return html.escape(text, quote=before.count('"') % 2 == 1)
    if before.endswith("]("):
        return text.replace(")", "%29")
    return re.sub(_MARKDOWN_SIGNS, r"\\\g<0>", text)


def _joined(pieces: Sequence[Piece], texts: Sequence[str]) -> str:
    """Join the texts of the pieces, without lines that have nothing but empty values."""
    marked = (text or _END * (piece.tag >= 0) for piece, text in zip(pieces, texts, strict=True))
    kept: list[str] = []
    is_gap = False
    for line in "".join(marked).split("\n"):
        text = line.replace(_END, "")
        if _END in line and not text.strip():
            is_gap = True
        elif not (is_gap and not text.strip() and not (kept and kept[-1].strip())):
            kept.append(text)
            is_gap = False
    return "\n".join(kept)
