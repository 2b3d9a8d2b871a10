"""Expected errors and problems: what happened, where, and what to do about it.

Everything that a user can cause or meet is one of these. Anything else is a bug in this program.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import NamedTuple

Path = tuple[str | int, ...]
"""Keys and indices that lead to a value of a document."""

_PLAIN_KEY = r"[A-Za-z0-9_-]{1,60}"
_MAX_KEY = 60


class Severity(StrEnum):
    """How a problem is annotated; only an error makes a run invalid."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


class Where(NamedTuple):
    """A place that a user can go to: in a post file, or the name of an input as typed."""

    file: str = ""
    """Relative to the workspace, with forward slashes; empty when the place is not a file."""
    line: int = 0
    """Of the file, or of the input; from 1; 0 when unknown."""
    column: int = 0
    """From 1, in code points; 0 when unknown."""
    path: Path = ()
    """In the document, such as ``("posts", 1, "networks", "twitter", "text")``, or the name of an input."""

    @property
    def position(self) -> str:
        """``file:line:column``, as far as it is known."""
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part)

    @property
    def shown_path(self) -> str:
        """The path as people write it: ``posts[1].networks.twitter.text``."""
        return format_path(self.path)

    def __str__(self) -> str:
        if self.position and self.path:
            return f"{self.position} ({self.shown_path})"
        return self.position or self.shown_path


NOWHERE = Where()


def format_path(path: Path) -> str:
    """Write a path as people do: ``posts[1].networks.twitter.text``."""
    written = ""
    for step in path:
        if isinstance(step, int):
            written += f"[{step}]"
        elif re.fullmatch(_PLAIN_KEY, step):
            written += f".{step}" if written else step
        else:
            shown = step if len(step) <= _MAX_KEY else step[: _MAX_KEY - 1] + "…"
            written += f"[{json.dumps(shown, ensure_ascii=False)}]"
    return written


class Problem(NamedTuple):
    """One thing that is wrong or worth knowing. ``message`` says what, ``hint`` says what to change."""

    message: str
    hint: str = ""
    fix: str = ""
    """The lines of the file as they were meant, to copy; only where that is certain."""
    where: Where = NOWHERE
    severity: Severity = Severity.ERROR
    stands_for_more: bool = False
    """Whether it only says that there are other problems."""


def is_error(problem: Problem) -> bool:
    """Whether it makes a run invalid."""
    return problem.severity is Severity.ERROR


MOST_ERRORS = 500
"""Errors kept of a run, and as many warnings and notices: a hostile file could have a hundred thousand."""


class Problems:
    """Everything that is wrong or worth knowing, each once. It is handed down and filled, never returned."""

    def __init__(self, note: Callable[[Problem | Where], None] | None = None) -> None:
        """``note`` gets each problem that is kept, and where the next ones are looked for."""
        self.place = NOWHERE
        """Where problems are being looked for."""
        self._note = note
        self._found: dict[Problem, set[str]] = {}
        self._errors: dict[str, list[Problem]] = {}
        self._kept: Counter[Severity] = Counter()
        self._network = ""
        self._explained: set[tuple[str, Path]] = set()
        self._above: set[tuple[str, Path]] = set()

    def add(self, problem: Problem, *, explains: Iterable[Path] = ()) -> None:
        """Keep a problem. Of very many only the first; one more says that there are others.

        ``explains``: places of the file (its own among them) where what else is wrong only follows from this.
        """
        file = problem.where.file
        for path in explains:
            self._explained.add((file, path))
            self._above.update((file, path[:length]) for length in range(len(path)))
        if problem not in self._found and self._kept[problem.severity] >= MOST_ERRORS:
            problem = _and_more(problem.severity)
        if problem not in self._found:
            self._kept[problem.severity] += 1
            if is_error(problem):
                self._errors.setdefault(problem.where.file, []).append(problem)
            if self._note:
                self._note(problem)
        self._found.setdefault(problem, set()).add(self._network)

    def look_at(self, place: Where) -> None:
        """Say where problems are looked for from now on, in case that it ends there."""
        self.place = place
        if self._note:
            self._note(place)

    @contextmanager
    def about(self, network: str) -> Iterator[None]:
        """Say of what is added inside that it concerns this network only."""
        before, self._network = self._network, network
        try:
            yield
        finally:
            self._network = before

    def error(self, message: str, hint: str = "", where: Where = NOWHERE) -> None:
        """Keep what makes the run invalid."""
        self.add(Problem(message=message, hint=hint, where=where))

    def warn(self, message: str, hint: str = "", where: Where = NOWHERE) -> None:
        """Keep what is odd and stops nothing."""
        self.add(Problem(message=message, hint=hint, where=where, severity=Severity.WARNING))

    def notice(self, message: str, hint: str = "", where: Where = NOWHERE) -> None:
        """Keep what is worth knowing."""
        self.add(Problem(message=message, hint=hint, where=where, severity=Severity.NOTICE))

    def extend(self, problems: Iterable[Problem]) -> None:
        """Keep each of them."""
        for problem in problems:
            self.add(problem)

    def __iter__(self) -> Iterator[Problem]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def errors(self) -> list[Problem]:
        """Those that make the run invalid."""
        return [problem for problem in self._found if is_error(problem)]

    def errors_about(self, file: str, network: str) -> Iterator[Problem]:
        """Those of a file that concern a network or every one; then those of no file, such as of inputs."""
        for name in dict.fromkeys((file, "")):
            for problem in self._errors.get(name, ()):
                if not self._found[problem].isdisjoint((network, "")):
                    yield problem

    def are_too_many(self) -> bool:
        """Whether no further error will be kept: looking for more is a waste of time."""
        return self._kept[Severity.ERROR] >= MOST_ERRORS

    def explain(self, file: str, path: Path) -> bool:
        """Whether what is wrong at this very place only follows from a known problem."""
        return (file, path) in self._explained

    def explain_around(self, file: str, path: Path) -> bool:
        """Whether a known problem explains this place, one that it is in, or one in it."""
        above = any((file, path[:length]) in self._explained for length in range(len(path) + 1))
        return above or (file, path) in self._above

    def raise_errors(self) -> None:
        """End the run with ``InvalidInputError`` if anything is wrong."""
        if errors := self.errors():
            raise InvalidInputError(*errors)


def _and_more(severity: Severity) -> Problem:
    return Problem(
        message=f"There are more than {MOST_ERRORS} {severity}s in this run; the others are not listed.",
        hint="Fix these first; the next run shows the rest.",
        severity=severity,
        stands_for_more=True,
    )


class ActionError(Exception):
    """An expected failure. ``message`` says what happened, ``hint`` the probable cause and the cure."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class InvalidInputError(ActionError):
    """An input or a post file is wrong. Nothing was sent."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(problems[0].message, hint=problems[0].hint)
        self.problems = problems


class ServiceError(ActionError):
    """The key, the workspace, Publer, GitHub or the network stopped the run."""


class CancelledError(BaseException):
    """SIGTERM or SIGINT arrived.

    A ``BaseException``, as ``KeyboardInterrupt`` is, so that no ``except Exception`` on the way
    (ours or a library's) can swallow it.
    """
