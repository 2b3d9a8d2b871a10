"""Foreign text made safe and short, a guess at a mistyped word, and numbers as people write them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from publer_publish.secrets import without_credentials

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
_BEGINNING = 60
"""Code points."""

# The one list of characters that do something instead of being read. All that is shown goes through it.
_LINE_ENDS = "\r\n|[\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]"
"""As Python, GitHub's runner and a browser between them see them."""
_BEYOND_ASCII = "[^\x00-\x7f]"
_NO_LOSS = "[\u061c\u200e\u200f\ufeff]"
"""Marks that only choose a direction where none is given, and the byte order mark: invisible."""
_DANGEROUS = (
    "[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f"  # controls: C0, DEL and C1
    "\u202a-\u202e\u2066-\u206f"  # bidi embeddings, overrides, isolates: text that reads otherwise than it is
    "\ufff9-\ufffb\ufdd0-\ufdef\ufffe\uffff"  # annotation controls and noncharacters
    "\ud800-\udfff]"  # halves of a character, which cannot be encoded
)


_UNSEEN = (
    "[\u00ad\u034f\u180b-\u180f\u200b\u2060-\u2064\ufeff\ufff9-\ufffb\U0001d173-\U0001d17a"  # no width
    "\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"  # fillers: letters that are blank
    "\u202a-\u202e\u2066-\u206f]"  # bidi embeddings, overrides, isolates
    "|(?<![\U0001f3f4\U000e0020-\U000e007e])[\U000e0001\U000e0020-\U000e007f]"  # tags, but those of a flag
    "|(?<![^\x00-\x7f])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\x7f])"  # joiners of nothing that is joined
    "|(?<=[A-Za-z\ufe00-\ufe0f\U000e0100-\U000e01ef])[\ufe00-\ufe0f\U000e0100-\U000e01ef]"  # of no variant
)
_MARKS = "[\u061c\u200e\u200f]"


def unseen(text: str) -> list[str]:
    """Return the characters of a text that nobody sees, such as ``U+200B ZERO WIDTH SPACE``, each once.

    They change what is read, searched or copied. Joiners, marks of direction and selectors of variants are
    left out where languages and emoji need them.
    """
    if text.isascii():
        return []
    found = re.findall(_UNSEEN, text)
    if (marks := re.findall(_MARKS, text)) and not any(map(_is_from_the_right, text)):
        found += marks
    return [f"U+{ord(char):04X} {unicodedata.name(char, 'without a name')}" for char in dict.fromkeys(found)]


def _is_from_the_right(char: str) -> bool:
    return char.isalpha() and unicodedata.bidirectional(char) in {"R", "AL"}


def visible(text: str) -> str:
    """Return text in which nothing acts unseen: one kind of line end, dangerous characters shown as �.

    Only what is plainly a credential is not shown: here, because escaping would change its form.
    """
    text = re.sub(_NO_LOSS, "", re.sub(_LINE_ENDS, "\n", encodable(text)))
    return without_credentials(re.sub(_DANGEROUS, REPLACEMENT, text))


def encodable(text: str) -> str:
    """Return text that UTF-8 can hold: a lone surrogate becomes �, a pair becomes its character."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def one_line(text: str, limit: int = 500) -> str:
    """Return ``visible`` text on one line, runs of blanks as one blank, cut to ``limit`` code points."""
    return cut(" ".join(visible(text).split()), limit)


def beginning(text: str) -> str:
    """Return as much of a text, on one line, as is needed to recognise it."""
    return one_line(text, _BEGINNING)


def cut(text: str, limit: int) -> str:
    """Return at most ``limit`` code points, the last one an ellipsis if something is missing."""
    return text if len(text) <= limit else text[: max(0, limit - 1)].rstrip() + ELLIPSIS


def utf16_length(text: str) -> int:
    """Return how long GitHub's runner, a .NET program, thinks that a text is: in UTF-16 code units."""
    return len(text) + sum(character > "\uffff" for character in text)


_LONGEST_GUESSED = 60
"""Code points: finding the nearest word takes time with the square of the length."""


def suggest(word: str, known: Iterable[str], *, likeness: float = 0.7) -> str:
    """Return the known word that was probably meant; empty if none is like it.

    Case, blanks and punctuation do not count. ``likeness``: from 0 to 1, how much must be the same.
    """
    plain = letters(word)
    if not plain or len(word) > _LONGEST_GUESSED:
        return ""
    words = list(known)
    by_letters = {letters(name): name for name in words}
    by_letters |= {letters(name): name for name in words if name.lower() == word.lower()}
    near = get_close_matches(plain, by_letters, n=1, cutoff=likeness)
    return by_letters[near[0]] if near else ""


def letters(word: str) -> str:
    """Return a word without case, blanks and punctuation: two spellings of one word are the same."""
    return re.sub(r"[\W_]+", "", word).casefold()


def first_of(items: Sequence[str], most: int) -> str:
    """Return the beginning of a list: ``a, b and 3 more``."""
    shown = ", ".join(items[:most])
    return f"{shown} and {len(items) - most:,} more" if len(items) > most else shown


def plural(count: int, noun: str) -> str:
    """Return ``1 target``, ``2 targets``, ``1,200 targets``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def duration(seconds: float) -> str:
    """Return a time span in the unit that a person would choose: ``24 hours``, ``90 seconds``."""
    for unit, name in ((3600, "hour"), (60, "minute")):
        if seconds >= unit and seconds % unit == 0:
            return plural(int(seconds // unit), name)
    return f"{seconds:,.15g} second{'' if seconds == 1 else 's'}"


_MEGABYTE = 1_000_000


def file_size(count: int) -> str:
    """Return a number of bytes as a person would write it: ``84 KB``, ``1.5 MB``."""
    if count < _MEGABYTE:
        return f"{max(1, count // 1000)} KB"
    return f"{count / _MEGABYTE:.1f}".removesuffix(".0") + " MB"


def columns(text: str) -> int:
    """Return how many columns of a terminal the text takes."""
    return len(text) + sum(map(_more_than_one_column, re.findall(_BEYOND_ASCII, text)))


def _more_than_one_column(char: str) -> int:
    if unicodedata.combining(char):
        return -1
    return 1 if unicodedata.east_asian_width(char) in "WF" else 0


def pad(text: str, width: int) -> str:
    """Return the text filled with blanks up to ``width`` columns of a terminal."""
    return text + " " * max(0, width - columns(text))
