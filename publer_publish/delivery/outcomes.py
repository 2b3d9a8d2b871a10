"""What became of each target."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from publer_publish.post.model import Content


class Status(StrEnum):
    """What became of one target (design 5.6 and 6)."""

    PUBLISHED = "published"
    """Evidence: a post in the answer or in the post list."""
    ACCEPTED = "accepted"
    """The job is complete with the documented empty ``failures``; there is no evidence yet."""
    FAILED = "failed"
    UNCONFIRMED = "unconfirmed"
    SKIPPED = "skipped"
    """A duplicate of a live post, or ``when`` is false."""
    VALID = "valid"
    INVALID = "invalid"


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
