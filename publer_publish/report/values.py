"""What became of each target and of the run, and all that the report says of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from publer_publish.errors import Problem
from publer_publish.post.model import NO_FIELDS, Content


class Status(StrEnum):
    """What became of one target (design 5.6 and 6)."""

    PUBLISHED = "published"
    """Evidence: a post in the answer or in the post list."""
    READY = "ready"
    """In ``dry-run``: it would be sent."""
    VALID = "valid"
    FAILED = "failed"
    INVALID = "invalid"
    UNCONFIRMED = "unconfirmed"
    SKIPPED = "skipped"
    """A duplicate of a live post, or ``when`` is false."""


class Variant(NamedTuple):
    """What only some of the accounts of a row get, when it is not known yet which accounts there are."""

    accounts: str
    """Their selector, as written."""
    content: Content
    options: Mapping[str, Any] = NO_FIELDS
    """What is asked of these accounts beside the post: ``share``, ``delete``, ``extra`` …"""


class Result(NamedTuple):
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
    content: Content | None = None
    """What was or would be sent; for the preview."""
    options: Mapping[str, Any] = NO_FIELDS
    """What is asked of the account beside the post: ``share``, ``delete``, ``labels``, ``extra`` …"""
    variants: tuple[Variant, ...] = ()
    is_rest: bool = False
    """Of no known network, beside rows of those that the post names."""
    selectors: tuple[str, ...] = ()
    """Without a key: what the post says of where it goes, as written."""
    shown_with: str = ""
    """For the preview page only: the tag of the newest release, which is in ``content`` for placeholders."""


def is_live(result: Result) -> bool:
    """Whether the post is on the account, as far as is known. A duplicate is, too."""
    return result.status is Status.PUBLISHED or (result.status is Status.SKIPPED and result.duplicate)


def needs_attention(result: Result) -> bool:
    """Whether a person has to do or to look at something."""
    return result.status in {Status.FAILED, Status.UNCONFIRMED, Status.INVALID}


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


def decide(
    mode: str,
    results: Sequence[Result],
    *,
    fail_on: str,
    cancelled: bool = False,
    invalid: bool = False,
    stopped: bool = False,
    lost: bool = False,
    checks: Sequence[Check] = (),
) -> tuple[Outcome, bool]:
    """Return the outcome of a run, and whether the job fails.

    ``invalid``: an input or a post file is wrong. ``stopped``: the key, the workspace or Publer ended
    the run before anything was sent. ``lost``: the system ended it while it published. ``fail_on`` is
    ``any``, ``all`` or ``never``; it has a say only in what became of targets: bad input, a stopped or
    cancelled run and a failed check always fail.
    """
    statuses = {result.status for result in results}
    live = any(map(is_live, results))
    doctor = mode == "doctor"
    sick = stopped or not all(check.ok for check in checks)
    failed = (stopped and not lost) or Status.FAILED in statuses
    unknown = lost or Status.UNCONFIRMED in statuses
    first_that_holds = (
        (cancelled, Outcome.CANCELLED),
        (invalid or Status.INVALID in statuses, Outcome.INVALID),
        (doctor and sick, Outcome.UNHEALTHY),
        (doctor, Outcome.HEALTHY),
        (failed and (unknown or live), Outcome.PARTIAL),
        (failed, Outcome.FAILED),
        (mode == "validate", Outcome.VALID),
        (unknown, Outcome.UNCONFIRMED),
        (mode == "dry-run", Outcome.READY),
        (Status.PUBLISHED in statuses, Outcome.PUBLISHED),
        (True, Outcome.SKIPPED),
    )
    outcome = next(outcome for holds, outcome in first_that_holds if holds)
    always = stopped or outcome in {Outcome.CANCELLED, Outcome.INVALID, Outcome.UNHEALTHY}
    targets_fail = not statuses.isdisjoint({Status.FAILED, Status.UNCONFIRMED})
    return outcome, always or (targets_fail and (fail_on == "any" or (fail_on == "all" and not live)))


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


class Run(NamedTuple):
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
