"""How much one render may do: the steps that loops, calls and long texts are counted in."""

from __future__ import annotations

from publer_publish.post.template_errors import Refused

MAX_STEPS = 200_000


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
