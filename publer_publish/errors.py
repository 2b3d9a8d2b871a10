"""Expected errors and problems: what happened, where, and what to do about it.

Everything that a user can cause or meet is one of these. Anything else is a bug in this program.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How a problem is annotated; only an error makes a run invalid."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """A place that a user can go to: in a post file, or the name of an input as typed."""

    file: str = ""
    """Relative to the workspace, with forward slashes; empty when the place is not a file."""
    line: int = 0
    """Of the file, or of the input; from 1; 0 when unknown."""
    column: int = 0
    """From 1, in code points; 0 when unknown."""
    path: str = ""
    """In the document, such as ``posts[1].networks.twitter.text``, or the name of an input."""

    def __str__(self) -> str:
        position = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        if position and self.path:
            return f"{position} ({self.path})"
        return position or self.path


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong or worth knowing. ``message`` says what, ``hint`` says what to change."""

    message: str
    hint: str = ""
    where: Where = Where()
    severity: Severity = Severity.ERROR
    stands_for_more: bool = False
    """Whether it is no problem itself, but says that there are others."""


def is_error(problem: Problem) -> bool:
    """Whether it makes a run invalid."""
    return problem.severity is Severity.ERROR


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
