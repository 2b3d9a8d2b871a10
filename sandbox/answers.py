"""What an API answers with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from sandbox.forms import Json
from sandbox.multipart import Form

JSON = "application/json; charset=utf-8"
HTML = "text/html; charset=utf-8"
RATE_LIMITED = '{"error":"Rate limit exceeded. Retry later."}'

BLOCKED = "<!DOCTYPE html><title>Access denied</title><h1>error code: 1010</h1>"
"""What Cloudflare says to a client that it does not like."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request in the form in which the APIs look at it."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""
    body: bytes = b""
    form: Form | None = None

    def is_json(self) -> bool:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json"

    def values(self, name: str) -> list[str]:
        """All values of a query parameter."""
        return [value for key, value in self.query if key == name]

    def value(self, name: str) -> str | None:
        """Last value of a query parameter."""
        values = self.values(name)
        return values[-1] if values else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A status, headers and a body."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = JSON
    error: str = ""


def ok(value: Json, status: int = 200) -> Answer:
    try:
        body = json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:  # half a surrogate pair, sent to us as an escape: sent back as one
        body = json.dumps(value).encode()
    return Answer(status=status, body=body)


def refused(status: int, sentence: str) -> Answer:
    """Publer's error envelope."""
    return Answer(status=status, body=json.dumps({"errors": [sentence]}).encode(), error=sentence)


def parsed_json(body: bytes) -> Json:
    """The JSON value of a body. Raises ValueError."""
    try:
        return json.loads(body.decode("utf-8"))
    except RecursionError:
        raise ValueError("nested too deeply") from None
