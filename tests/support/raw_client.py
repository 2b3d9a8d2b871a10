"""For tests: a fixture that starts sandboxes, and a client made of nothing but ``http.client``.

In a ``conftest.py``: ``from tests.support.raw_client import new_sandbox`` and ``__all__ = ["new_sandbox"]``.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest

from sandbox.clock import Clock
from sandbox.forms import Json
from sandbox.scenario import Scenario
from sandbox.server import Sandbox

NewSandbox = Callable[..., Sandbox]


@pytest.fixture
def new_sandbox() -> Iterator[NewSandbox]:
    """A function ``(scenario=None, *, clock=None) -> Sandbox``; all are closed at the test's end."""
    with ExitStack() as stack:

        def start(scenario: Scenario | None = None, *, clock: Clock | None = None) -> Sandbox:
            return stack.enter_context(Sandbox(scenario, clock=clock))

        yield start


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes

    @property
    def json(self) -> Json:
        return json.loads(self.body)


class RawClient:
    """Plain requests to a sandbox, on one connection that is kept alive and closed with the sandbox."""

    def __init__(self, sandbox: Sandbox, *, base: str = "/api/v1", timeout: float = 10.0) -> None:
        self.sandbox = sandbox
        self.base = base
        self.headers = {
            "Authorization": f"Bearer-API {sandbox.scenario.api_key}",
            "Publer-Workspace-Id": sandbox.scenario.workspaces[0].id,
            "User-Agent": "raw/1",
        }
        self.connection = http.client.HTTPConnection("127.0.0.1", sandbox.port, timeout=timeout)
        sandbox.cleanup.callback(self.close)

    def close(self) -> None:
        self.connection.close()

    def send(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str | None] | None = None,
    ) -> Reply:
        """One request; a header whose value is None is left out."""
        merged = {**self.headers, **(headers or {})}
        chosen = {name: value for name, value in merged.items() if value is not None}
        self.connection.request(method, self.base + path, body=body, headers=chosen)
        response = self.connection.getresponse()
        content = response.read()
        found = {name.lower(): value for name, value in response.getheaders()}
        return Reply(status=response.status, headers=found, body=content)

    def get(self, path: str, query: list[tuple[str, str]] | None = None, **headers: str | None) -> Reply:
        return self.send("GET", path + (f"?{urlencode(query)}" if query else ""), None, headers)

    def post(self, path: str, document: object, **headers: str | None) -> Reply:
        body = json.dumps(document).encode()
        return self.send("POST", path, body, {"Content-Type": "application/json", **headers})

    def upload(
        self, content: bytes, name: str = "card.png", fields: Mapping[str, str] | None = None
    ) -> Reply:
        """``POST /media`` with a hand-made form."""
        boundary = "----sandbox-boundary"
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
            for key, value in (fields or {}).items()
        ]
        parts.append(
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n".encode()
        )
        parts += [content, f"\r\n--{boundary}--\r\n".encode()]
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        return self.send("POST", "/media", b"".join(parts), headers)

    def publish(self, *posts: Mapping[str, Any]) -> str:
        """Start a publish job and give its id."""
        reply = self.post("/posts/schedule/publish", {"bulk": {"state": "scheduled", "posts": list(posts)}})
        document = reply.json
        return str(document["job_id"] if "job_id" in document else document["data"]["job_id"])

    def job(self, job_id: str) -> Json:
        """One look at a job."""
        return self.get(f"/job_status/{job_id}").json


def a_post(sandbox: Sandbox, text: str, /, *networks: str, **content: Any) -> dict[str, Any]:
    """A status with the same text for the default accounts of these networks."""
    accounts = [sandbox.scenario.account(network) for network in networks]
    shared = {"type": "status", "text": text, **content}
    return {
        "networks": {account.networks_key(): shared for account in accounts},
        "accounts": [{"id": account.id} for account in accounts],
    }
