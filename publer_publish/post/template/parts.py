"""The parts of a template that are cut to fit: their places are marked until the whole text is known."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Sequence

from publer_publish.post.template.errors import Refused
from publer_publish.post.template.fit import fit_all

MAX_FITS = 20

_MARK = "\U000fff00" + "".join(chr(0xF0000 + byte) for byte in secrets.token_bytes(8))
"""Private-use characters that no value can have guessed, and no filter changes."""
_MARKS = re.compile(rf"{_MARK}([\U000fff01-\U000fffff])")


class Parts:
    """The parts that go through ``fit``: marks in the text until their length is known."""

    def __init__(self) -> None:
        self.values: list[str] = []

    def add(self, value: str) -> str:
        if len(self.values) >= MAX_FITS:
            raise Refused(
                f"More than {MAX_FITS} parts go through fit", "Put fit around the loop, not into it."
            )
        self.values.append(value)
        return _MARK + chr(0xFFF00 + len(self.values))

    def settle(self, text: str, fits: Callable[[str], bool]) -> str:
        """Return the text with every part in its place, cut so that the whole fits."""
        pieces = _MARKS.split(text)
        fixed, places = pieces[::2], [ord(mark) - 0xFFF01 for mark in pieces[1::2]]

        def whole(values: Sequence[str]) -> str:
            filled = [fixed[0]]
            for place, after in zip(places, fixed[1:], strict=True):
                filled += [values[place], after]
            return "".join(filled)

        return whole(fit_all(self.values, lambda values: fits(whole(values))))
