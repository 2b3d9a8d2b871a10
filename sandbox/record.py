"""What really happened in the sandbox: the truth that a test compares a report with."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from sandbox.answers import Call, parsed_json
from sandbox.forms import Json
from sandbox.scenario import Account


@dataclass(slots=True, kw_only=True)
class Request:
    """One request, as it came in."""

    number: int
    """From 1, over all requests but those to the sandbox itself."""
    time: float
    method: str
    path: str
    """Below the base path ``/api/v1``; ``/github/…`` for the GitHub stand-in."""
    query: list[tuple[str, str]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    """Names in lower case; credentials replaced by ``***``."""
    body: Any = None
    """Parsed JSON, the fields of an upload without the file's content, or None."""
    fault: str = ""
    processed: bool = False
    status: int | None = None
    """What was answered; None if nothing was."""
    error: str = ""
    """What the sandbox found wrong with the request, as answered."""


@dataclass(slots=True, kw_only=True)
class Post:
    """A post in Publer's list, as it was sent and as Publer keeps it."""

    id: str
    listed_id: str
    """Under which ``GET /posts`` shows it."""
    workspace_id: str
    account: Account
    state: str
    type: str
    text: str
    """As it was sent."""
    stored_text: str
    """As Publer keeps and lists it."""
    url: str
    stored_url: str
    time: float
    link: str
    """The true permalink, whether the API tells it or not."""
    has_media: bool
    title: str = ""
    error: str = ""
    source: str = "post_now"
    job_id: str = ""
    """Empty for a post that was there from the start."""
    listed_at: float = 0.0
    lookups: int = 0
    """How many answers of ``GET /posts`` could have shown it."""
    content: dict[str, Any] = field(default_factory=dict)
    """The whole network object, as Publer reads it."""
    media: tuple[Any, ...] = ()
    """The media items as they were sent."""
    alt_texts: tuple[str, ...] = ()
    """The alt text of each, as it reached the network."""
    comments: tuple[Any, ...] = ()
    labels: tuple[str, ...] = ()
    """In Publer, as it read them."""

    @property
    def account_id(self) -> str:
        return self.account.id

    @property
    def network(self) -> str:
        return self.account.network


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that arrived at ``POST /media``."""

    id: str
    name: str
    size: int
    sha256: str
    type: str
    content_type: str
    direct_upload: bool
    in_library: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """A URL that ``POST /media/from-url`` was asked for."""

    url: str
    name: str
    media_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A snapshot of everything so far."""

    requests: tuple[Request, ...]
    published: tuple[Post, ...]
    """Those that went live, as they did."""
    uploads: tuple[Upload, ...]
    imports: tuple[Imported, ...]
    surprises: tuple[str, ...]
    """Keys and parameters that Publer's documentation does not know."""

    def of(self, method: str, path: str) -> tuple[Request, ...]:
        """The requests with this method and path."""
        return tuple(r for r in self.requests if r.method == method and r.path == path)


def new_request(number: int, now: float, call: Call, secrets: tuple[str, ...]) -> Request:
    """The record of a request that has just come in."""
    headers = dict(call.headers)
    if "authorization" in headers:
        headers["authorization"] = re.sub(r"(?<= ).+|^[^ ]+$", "***", headers["authorization"])
    for secret in filter(None, secrets):
        headers = {name: value.replace(secret, "***") for name, value in headers.items()}
    return Request(
        number=number,
        time=now,
        method=call.method,
        path=call.path,
        query=list(call.query),
        headers=headers,
        body=_body(call),
    )


def _body(call: Call) -> Json:
    """What the record keeps of a body."""
    if call.form is not None:
        files = {
            file.field: {"name": file.name, "size": file.size, "sha256": file.sha256}
            for file in call.form.files
        }
        return {**call.form.fields, **files}
    if not call.body:
        return None
    try:
        return parsed_json(call.body)
    except ValueError:
        return call.body.decode("utf-8", "replace")
