"""A whole run, once it is over: the values that the report is made of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from publer_publish.delivery.outcomes import Result
from publer_publish.errors import Problem


class Outcome(StrEnum):
    """What became of the run (the output ``outcome``)."""

    CANCELLED = "cancelled"
    INVALID = "invalid"
    PARTIAL = "partial"
    FAILED = "failed"
    UNCONFIRMED = "unconfirmed"
    PUBLISHED = "published"
    SKIPPED = "skipped"
    VALID = "valid"
    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One line of ``doctor``."""

    name: str
    ok: bool
    detail: str
    cure: str = ""
    problem: Problem | None = None
    """The same as a problem with its place, where it is one of a post file or an input."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One line of ``accounts``: what a selector can name."""

    id: str
    network: str
    name: str
    type: str = ""
    """Publer's finer word, such as ``in_page``."""
    trouble: str = ""
    """Publer's own words when the connection is broken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Everything the report needs to know about a run."""

    mode: str
    outcome: Outcome
    failed: bool
    """The exit code is 1."""
    headline: str
    """One sentence: what happened. The one headline error when ``failed``."""
    hint: str = ""
    """What to do about it."""
    results: tuple[Result, ...] = ()
    problems: tuple[Problem, ...] = ()
    job_ids: tuple[str, ...] = ()
    workspace: str = ""
    checks: tuple[Check, ...] = ()
    accounts: tuple[Listed, ...] = ()
