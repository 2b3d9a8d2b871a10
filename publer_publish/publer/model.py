"""Who there is, as Publer says it: what ``accounts`` reads."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple, TypeAlias

Json: TypeAlias = Any
"""A parsed answer whose shape is not known yet."""


class User(NamedTuple):
    """The owner of the key."""

    id: str
    name: str
    email: str


class Workspace(NamedTuple):
    """A Publer workspace that the key can see."""

    id: str
    name: str
    plan: str = ""


class Album(NamedTuple):
    """Where in an account a post can go: a board on Pinterest, an album on Facebook."""

    id: str
    name: str

    def __str__(self) -> str:
        return f"{self.name} ({self.id})"


class Account(NamedTuple):
    """A social account connected to the workspace."""

    id: str
    provider: str
    """A network key such as ``linkedin``; taken from ``type`` where the API leaves it out."""
    name: str
    type: str = ""
    """Publer's finer word (``in_page``, ``wordpress_basic``). Only WordPress needs it: as the request key."""
    albums: tuple[Album, ...] = ()
    """Pinterest's boards, where the API shows them with the account; else ask ``media_options``."""
    trouble: str = ""
    """Publer's own words when the connection is broken, where the API shows it."""


LIVE_STATES = frozenset({"published", "published_posted", "posted"})
"""In these the network has the post. One that is ``published_deleted`` is not live any more."""
_NOT_OUT = ("published_", "draft", "recycling", "recurring", "deleted", "cancel")
"""How the states begin in which nothing is out, and nothing comes any more."""
_HELD = ("_pending", "_reauth", "_locked")
"""How the states end in which a post waits for a person: an approval, a new connection, a plan."""
_SOON = 120.0
"""Seconds. A post that is due later is scheduled, not in progress."""


class ListedPost(NamedTuple):
    """A post that Publer lists, or that a job's answer contains."""

    id: str
    account_id: str
    state: str
    """``published``, ``scheduled``, ``failed`` …, in lower case; empty if the answer does not say."""
    text: str = ""
    """As Publer keeps it, which need not be as it was sent (publer-api 8.1)."""
    type: str = ""
    link: str = ""
    """The permalink; empty while Publer does not know it."""
    url: str = ""
    """The link that the post carries: of a link post, or moved here out of the text."""
    title: str = ""
    """Beside the text, where a network has one; the documentation's list does not show it."""
    at: float | None = None
    """When it went out, or is due: seconds since the epoch."""
    error: str = ""
    """Publer's own sentence."""
    imported: bool = False
    """Posted on the network itself and imported by Publer later: no request of ours made this row."""

    @property
    def identity(self) -> str:
        """What tells it from other listed posts: its id, or where Publer leaves that out, what it is."""
        return self.id or f"{self.account_id} {self.at} {self.text}"

    @property
    def is_live(self) -> bool:
        """The network has it."""
        return self.state in LIVE_STATES

    @property
    def has_failed(self) -> bool:
        """Publer says that it did not go out, and will not."""
        return self.state.endswith(("failed", "declined"))

    @property
    def is_held(self) -> bool:
        """Publer has it and does not send it: it waits for a person, or is a draft."""
        return self.state.endswith(_HELD) or self.state.startswith("draft")

    def is_on_its_way(self, now: float) -> bool:
        """Taken by Publer and due now, but not yet out.

        One without a time may be due now, and one in an unknown state may be about to go out, or live:
        sending again is the greater risk.
        """
        if self.is_live or self.has_failed or self.state.startswith(_NOT_OUT):
            return False
        return self.at is None or self.at <= now + _SOON


class PostPage(NamedTuple):
    """One answer of ``GET /posts``."""

    posts: tuple[ListedPost, ...]
    total: int | None = None
    """How many posts there are, as Publer counts them; None if it does not say, as below."""
    total_pages: int | None = None


class Verdict(StrEnum):
    """What a job says about one account."""

    PUBLISHED = "published"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """Named, but the answer does not say what became of it."""


class JobEntry(NamedTuple):
    """What a finished job says about one account (or without naming one)."""

    verdict: Verdict
    account_id: str = ""
    account_name: str = ""
    provider: str = ""
    message: str = ""
    """Publer's own sentence."""
    post: ListedPost | None = None


class JobState(StrEnum):
    """Where a job is. ``complete`` means that it ran, not that a post is live."""

    WORKING = "working"
    COMPLETE = "complete"
    FAILED = "failed"


class Job(NamedTuple):
    """One reading of ``GET /job_status``."""

    state: JobState
    entries: tuple[JobEntry, ...] = ()
    message: str = ""
    """Publer's sentence about the whole job, if it failed, was refused as a whole, or shows nothing else."""
    nothing_failed: bool = False
    """The payload carries the documented, empty ``failures`` and nothing else: accepted, not proven."""
    locked: bool = False
    """``plan.locked``: the workspace is locked by its subscription."""
    media: tuple[Mapping[str, Any], ...] = ()
    """The items of an import job, in the order of the request, as Publer sent them."""
    raw: str = ""
    """The terminal body, cut to a length fit for a log; the caller redacts it."""
