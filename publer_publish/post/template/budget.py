"""How much templates may do: the steps that loops, calls and long texts are counted in."""

from __future__ import annotations

from publer_publish.post.template.errors import Refused

MAX_STEPS = 200_000
"""Of one render."""
MAX_STEPS_OF_FILE = 10_000_000
"""About three seconds. 500 posts for 13 networks, each with the release's notes, need a tenth of it."""
MAX_TEXT_OF_FILE = 30_000_000
"""Code points of all texts together; they stay in memory until the report is made."""
_STEPS_TO_PARSE = 250
_STEPS_TO_COMPILE = 750


class FileBudget:
    """What is left for all templates of a file: each may be modest, and all of them too much."""

    __slots__ = ("steps", "text")

    def __init__(self) -> None:
        self.steps = MAX_STEPS_OF_FILE
        self.text = MAX_TEXT_OF_FILE

    def check(self) -> None:
        if self.steps < 0 or self.text < 0:
            raise Refused(
                "The templates of this file do too much together",
                "Split its posts into several files, or do the work before this action.",
            )

    def parsing(self) -> None:
        self.check()
        self.steps -= _STEPS_TO_PARSE

    def compiling(self) -> None:
        self.steps -= _STEPS_TO_COMPILE


class Budget:
    """What is left of a render's steps."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = MAX_STEPS

    def spend(self, steps: int) -> None:
        self.left -= steps
        if self.left < 0:
            raise Refused(
                "The template does too much", "Loop over fewer items, or do the work before this action."
            )

    @property
    def used(self) -> int:
        return min(MAX_STEPS - self.left, MAX_STEPS)
