"""Who there is, as Publer says it: what ``accounts`` reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias

Json: TypeAlias = Any
"""A parsed answer whose shape is not known yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """The owner of the key."""

    id: str
    name: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """A Publer workspace that the key can see."""

    id: str
    name: str
    plan: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A social account connected to the workspace."""

    id: str
    provider: str
    """A network key such as ``linkedin``; taken from ``type`` where the API leaves it out."""
    name: str
    type: str = ""
    """Publer's finer word (``in_page``, ``wordpress_basic``). Only WordPress needs it: as the request key."""
    trouble: str = ""
    """Publer's own words when the connection is broken, where the API shows it."""


LIVE_STATES = frozenset({"published", "published_posted", "posted"})
"""In these the network has the post. One that is ``published_deleted`` is not live any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LivePost:
    """A post that Publer lists, or that a job's answer contains."""

    id: str
    account_id: str
    state: str
    """``published``, ``scheduled``, ``failed`` …, in lower case; empty if the answer does not say."""
    text: str = ""
    type: str = ""
    link: str = ""
    """The permalink; empty while Publer does not know it."""
    url: str = ""
    """The link that the post carries, if it is a link post."""
    title: str = ""
    """Beside the text, where a network has one; the documentation's list does not show it."""
    at: float | None = None
    """When it went out, or is due: seconds since the epoch."""
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostPage:
    """One page of ``GET /posts``."""

    posts: tuple[LivePost, ...]
    number: int | None = None
    """By Publer's own count, whatever was asked for; None when it does not say, as below."""
    total_pages: int | None = None


class Verdict(StrEnum):
    """What a job says about one account."""

    PUBLISHED = "published"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """Named, but the answer does not say what became of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobEntry:
    """What a finished job says about one account (or about nobody in particular)."""

    verdict: Verdict
    account_id: str = ""
    account_name: str = ""
    provider: str = ""
    message: str = ""
    """Publer's own sentence."""
    post: LivePost | None = None


class JobState(StrEnum):
    """Where a job is. ``complete`` means that it ran, not that a post is live."""

    WORKING = "working"
    COMPLETE = "complete"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One reading of ``GET /job_status``."""

    state: JobState
    entries: tuple[JobEntry, ...] = ()
    message: str = ""
    """Publer's sentence about the whole job, if it failed or was refused as a whole."""
    nothing_failed: bool = False
    """The payload carries the documented, empty ``failures`` and nothing else: accepted, not proven."""
    locked: bool = False
    """``plan.locked``: the workspace is locked by its subscription."""
    media: tuple[Mapping[str, Any], ...] = ()
    """The items of an import job, in the order of the request, as Publer sent them."""
    raw: str = field(default="", repr=False)
    """The terminal body, cut to a length fit for a log; the caller redacts it."""
