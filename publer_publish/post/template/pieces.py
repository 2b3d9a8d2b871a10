"""A rendered text in pieces: what its author typed, and what each ``{{ … }}`` brought in.

While Jinja joins them, private-use characters mark where a value begins and ends and where a part of it is
cut to fit. From the pieces the text is made: values escaped where the text is markup, parts cut so that the
whole fits, and no blank line where a value is empty.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from publer_publish.post.template.errors import Refused
from publer_publish.post.template.fit import fit_all, kept_of

MAX_PARTS = 20
"""Of one text that go through ``fit``."""

_BEGIN, _END, _PART = "\U0010ff00", "\U0010ff01", "\U0010ff02"
_ZERO = 0x10FF10
_NUMBER = "[\U0010ff10-\U0010ff19]+"
"""In digits that no filter changes."""
_RESERVED = re.compile("[\U0010ff00-\U0010ff1f]")
_FOREIGN = re.compile(f"({_PART}{_NUMBER})|{_RESERVED.pattern}")
_VALUE = re.compile(f"{_BEGIN}({_NUMBER})([^{_END}]*){_END}")
_CUT = re.compile(f"{_PART}({_NUMBER})")
_ENDS = re.compile(f"{_BEGIN}{_NUMBER}|{_END}")
_EMPTY = _BEGIN

_MARKDOWN_SIGNS = re.compile(r"[_*`\[]")


class Piece(NamedTuple):
    """A part of a text."""

    text: str
    tag: int = -1
    """Which ``{{ … }}`` of the template brought it in, from 0; -1: it was typed."""
    part: int = -1
    """Which of the parts that are cut to fit it is; -1: none."""


class Part(NamedTuple):
    """What goes through ``fit``."""

    text: str
    goes_on: bool
    """Whether what does not fit goes on in a thread."""


class Pieces:
    """The text that one template makes."""

    def __init__(self) -> None:
        self._parts: list[Part] = []

    def cut(self, text: str, *, goes_on: bool) -> str:
        """Return the mark of a part that is cut to fit."""
        if len(self._parts) >= MAX_PARTS:
            raise Refused(
                f"More than {MAX_PARTS} parts go through fit", "Put fit around the loop, not into it."
            )
        self._parts.append(Part(without_marks(text), goes_on))
        return _PART + _written(len(self._parts) - 1)

    def insert(self, text: str, tag: int) -> str:
        """Return a value between its marks."""
        if _RESERVED.search(text):
            text = _FOREIGN.sub(lambda mark: mark[1] or "", text)
        return f"{_BEGIN}{_written(tag)}{text}{_END}"

    def read(self, marked: str) -> Iterator[Piece]:
        """Yield the pieces of a text with marks."""
        at = 0
        for value in _VALUE.finditer(marked):
            yield Piece(without_marks(marked[at : value.start()]))
            yield from self._value(value[2], _read(value[1]))
            at = value.end()
        yield Piece(without_marks(marked[at:]))

    def _value(self, text: str, tag: int) -> Iterator[Piece]:
        words = _CUT.split(text)
        yield Piece(words[0], tag)
        for mark, after in zip(words[1::2], words[2::2], strict=True):
            number = _read(mark)
            if number < len(self._parts):
                yield Piece(self._parts[number].text, tag, number)
            yield Piece(after, tag)

    def settle(self, pieces: Sequence[Piece], fits: Callable[[str], bool] | None) -> tuple[str, str]:
        """Return the whole text, with its parts cut so that it fits, and what goes on in a thread."""
        places = [at for at, piece in enumerate(pieces) if piece.part >= 0 and piece.text]
        if not (fits and places):
            return _joined(pieces, [piece.text for piece in pieces]), ""

        def whole(values: Sequence[str]) -> list[str]:
            texts = [piece.text for piece in pieces]
            for place, value in zip(places, values, strict=True):
                texts[place] = value
            return texts

        def all_fit(values: Sequence[str]) -> bool:
            return fits("".join(whole(values)))

        uncut = [pieces[place].text for place in places]
        cut = fit_all(uncut, all_fit)
        rest = [
            text[len(kept_of(kept)) :].strip()
            for place, text, kept in zip(places, uncut, cut, strict=True)
            if kept != text and self._parts[pieces[place].part].goes_on
        ]
        return _joined(pieces, whole(cut)), "\n\n".join(rest)


def _written(number: int) -> str:
    return "".join(chr(_ZERO + int(digit)) for digit in str(number))


def _read(digits: str) -> int:
    return int("".join(str(ord(digit) - _ZERO) for digit in digits[:9]))


def captured(text: str) -> str:
    """Return the text of a macro or a ``set`` block: from now on a value like any other."""
    return _ENDS.sub("", text)


def without_marks(text: str) -> str:
    """Return text that cannot be taken for a mark."""
    return _RESERVED.sub("", text)


def escaped(pieces: Sequence[Piece], markup: str) -> list[Piece]:
    """Return the pieces with values that are only text in a text that is markup."""
    made: list[Piece] = []
    typed = ""
    for piece in pieces:
        typed = typed if piece.tag >= 0 else piece.text
        made.append(piece if piece.tag < 0 else piece._replace(text=_escaped(piece.text, markup, typed)))
    return made


def _escaped(text: str, markup: str, before: str) -> str:
    if markup == "HTML":
        return html.escape(text, quote=before.count('"') % 2 == 1)
    if before.endswith("]("):
        return text.replace(")", "%29")
    return _MARKDOWN_SIGNS.sub(r"\\\g<0>", text)


def _joined(pieces: Sequence[Piece], texts: Sequence[str]) -> str:
    """Join the texts of the pieces, without lines that have nothing but empty values."""
    if all(text or piece.tag < 0 for piece, text in zip(pieces, texts, strict=True)):
        return "".join(texts)
    filled = (
        _EMPTY if not text and piece.tag >= 0 else text for piece, text in zip(pieces, texts, strict=True)
    )
    kept: list[str] = []
    is_gap = False
    for line in "".join(filled).split("\n"):
        text = line.replace(_EMPTY, "")
        if _EMPTY in line and not text.strip():
            is_gap = True
        elif not (is_gap and not text.strip() and not (kept and kept[-1].strip())):
            kept.append(text)
            is_gap = False
    return "\n".join(kept)
