"""What became of each target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from publer_publish.errors import Problem
from publer_publish.post.model import Content


class Status(StrEnum):
    """What became of one target (design 5.6 and 6)."""

    PUBLISHED = "published"
    """Evidence: a post in the answer or in the post list."""
    FAILED = "failed"
    UNCONFIRMED = "unconfirmed"
    SKIPPED = "skipped"
    """A duplicate of a live post, or ``when`` is false."""
    READY = "ready"
    """In ``dry-run``: it would be sent."""
    VALID = "valid"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """What only some of the accounts of a row get, when it is not known yet which accounts there are."""

    accounts: str
    """Their selector, as written."""
    content: Content
    options: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """What is asked of these accounts beside the post: ``share``, ``delete``, ``extra`` …"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One row: a post on an account, or in ``validate`` a post on a network."""

    post: int
    file: str
    status: Status
    network: str | None = None
    account_id: str | None = None
    account_name: str | None = None
    type: str | None = None
    length: int | None = None
    limit: int | None = None
    post_id: str | None = None
    url: str | None = None
    message: str = ""
    duplicate: bool = False
    """Skipped because the same post is live already."""
    content: Content | None = field(default=None, repr=False)
    """What was or would be sent; for the preview."""
    options: Mapping[str, Any] = field(default_factory=dict, repr=False, hash=False)
    """What is asked of the account beside the post: ``share``, ``delete``, ``labels``, ``extra`` …"""
    variants: tuple[Variant, ...] = field(default=(), repr=False)
    is_rest: bool = False
    """Of no known network, beside rows of those that the post names."""
    selectors: tuple[str, ...] = field(default=(), repr=False)
    """Without a key: what the post says of where it goes, as written."""
    shown_with: str = ""
    """For the preview page only: the tag of the newest release, which is in ``content`` for placeholders."""


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
    READY = "ready"
    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"


class Check(NamedTuple):
    """One line of ``doctor``."""

    name: str
    ok: bool
    detail: str
    cure: str = ""
    problem: Problem | None = None
    """The same as a problem with its place, where it is one of a post file or an input."""


class Listed(NamedTuple):
    """One line of ``accounts``: what a selector can name."""

    id: str
    network: str
    name: str
    type: str = ""
    """Publer's finer word, such as ``in_page``."""
    trouble: str = ""
    """Publer's own words when the connection is broken."""
    boards: tuple[str, ...] = ()
    """Where its pins can go: names with ids."""


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
    step: str = ""
    """What tells this step from others of the job: its post files, and its id if it has one."""
    source_url: str = ""
    """Where the files can be read as they were in this run; empty if that is unknown."""
    new_post_url: str = ""
    """GitHub's editor with another post to fill in; empty where nobody would write one."""


class Picture(NamedTuple):
    """What is known of a media file of the repository."""

    kind: str
    """``photo``, ``gif``, ``video`` or ``document``."""
    about: str
    """For people: format, pixels, duration, size."""
    width: int = 0
    """In pixels, as shown; 0: unknown. So is ``height``."""
    height: int = 0
    mime: str = ""
    """As found in the file's own header, never as somebody called it."""
    data: bytes = b""
    """The file; empty if it is no picture or too large to be embedded."""
