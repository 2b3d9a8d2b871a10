"""The moving parts of the sandbox's world: jobs, deliveries, stored posts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sandbox.scenario import Account, Import, Job


@dataclass(slots=True, kw_only=True)
class StoredPost:
    """A post in Publer's list, as Publer keeps it."""

    id: str
    workspace_id: str
    account: Account
    state: str
    type: str
    text: str
    url: str
    at: float
    has_media: bool
    link: str | None
    title: str = ""
    error: str = ""
    source: str = "post_now"
    job: PublishJob | None = None
    listed_at: float = 0.0
    lookups: int = 0
    """How many answers of ``GET /posts`` could have shown it."""


@dataclass(slots=True, kw_only=True)
class Delivery:
    """One post on its way to one account."""

    scheduled_id: str
    live_id: str
    post_index: int
    post_key: str
    account_id: str
    account: Account | None
    content: dict[str, Any]
    target: dict[str, Any]
    labels: tuple[str, ...]
    """Of the post, beside those of the account."""
    due: float
    failure: str | None
    created: float
    settled: bool = False
    post: StoredPost | None = None

    def word(self, key: str) -> str:
        """A text of the content; empty if it is not a text."""
        value = self.content.get(key)
        return value if isinstance(value, str) else ""

    def url(self) -> str:
        link = self.content.get("link")
        url = self.content.get("url") or (link.get("url") if isinstance(link, dict) else "")
        return url if isinstance(url, str) else ""

    def media(self) -> list[Any]:
        media = self.content.get("media")
        return [item for item in media if isinstance(item, dict)] if isinstance(media, list) else []


@dataclass(slots=True, kw_only=True)
class PublishJob:
    """A job started by ``POST /posts/schedule/publish``."""

    id: str
    workspace_id: str
    spec: Job
    state: str
    """``bulk.state`` of the request: ``draft`` and its like never go live."""
    done_at: float
    deliveries: list[Delivery] = field(default_factory=list)
    polls: int = 0
    consumed: bool = False


@dataclass(slots=True, kw_only=True)
class ImportJob:
    """A job started by ``POST /media/from-url``."""

    id: str
    workspace_id: str
    spec: Import
    done_at: float
    payload: Any
    polls: int = 0
    consumed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A media object in the library."""

    id: str
    workspace_id: str
    type: str
    name: str
    width: int
    height: int
    in_library: bool
    caption: str | None = None
    source: str | None = None
