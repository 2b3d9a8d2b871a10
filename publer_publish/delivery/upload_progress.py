"""How far the uploads are: a line for a log, a bar for a terminal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from publer_publish.post.media_rules import file_size

_BAR = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """One file on its way."""

    name: str
    sent: int
    total: int
    seconds: float
    """Since its upload began."""

    @property
    def percent(self) -> int:
        return min(100, 100 * self.sent // self.total) if self.total else 100

    @property
    def rate(self) -> str:
        return f"{file_size(round(self.sent / self.seconds))}/s" if self.seconds > 0 else "-"


Show = Callable[[Sequence[Progress]], None]
"""What is told about the files on their way, several times a second; an empty one ends it."""


def line(progress: Progress) -> str:
    """Name, percent and rate, as a line of a log."""
    total = file_size(progress.total)
    return f"Uploading {_visible(progress.name)}: {progress.percent} % of {total}, {progress.rate}"


def bar(files: Sequence[Progress], width: int) -> str:
    """Draw all files of the moment in one line of at most ``width`` columns."""
    sent, total = sum(file.sent for file in files), sum(file.total for file in files)
    done = _BAR * sent // total if total else _BAR
    names = ", ".join(f"{_visible(file.name)} {file.percent} % ({file.rate})" for file in files)
    return f"[{'#' * done}{'.' * (_BAR - done)}] {names}"[:width]


def _visible(name: str) -> str:
    """Take from a file's name what would move the cursor or begin a new line."""
    return "".join(character if character.isprintable() else "?" for character in name)
