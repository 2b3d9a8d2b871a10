"""A stage: the action through the fake runner, against the sandbox on real sockets.

It runs inside the test's process, on virtual time, or as a process of its own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from publer_publish.app import main
from sandbox.record import Post, Request
from sandbox.scenario import Account, Scenario, Workspace
from sandbox.server import Sandbox
from tests.support.fake_runner import FakeRunner, Outcome
from tests.support.hurried_clock import HurriedClock
from tests.support.repository import OUTPUTS, ROOT

NETWORKS = ("twitter", "linkedin", "bluesky", "mastodon", "threads")


def account(provider: str, number: int = 1, **fields: Any) -> Account:
    """An account with an id that tells the network."""
    index = sorted({*NETWORKS, "facebook", "instagram", "wordpress", "youtube", "telegram"}).index(provider)
    return Account(id=f"66db83154e299efa19a2{index:02x}{number:02x}", provider=provider, **fields)


def world(*accounts: Account, **scenario: Any) -> Scenario:
    """One workspace with these accounts; with five ordinary ones if none are given."""
    chosen = accounts or tuple(account(provider) for provider in NETWORKS)
    return Scenario(workspaces=(Workspace(accounts=chosen),), **scenario)


@dataclass
class Stage:
    """A workspace, a sandbox, and the action between them."""

    workspace: Path
    tmp_path: Path
    stack: ExitStack
    sandbox: Sandbox = field(init=False)
    clock: HurriedClock | None = None
    """None: the action is a process, and lives by the machine's clock."""
    attempt: int = 1

    def open(self, scenario: Scenario | None = None) -> Sandbox:
        self.sandbox = self.stack.enter_context(Sandbox(scenario or world(), clock=self.clock))
        if self.clock:
            self.clock.watch(self.sandbox)
        return self.sandbox

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.workspace / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def inputs(self, **inputs: str) -> dict[str, str]:
        given = {name.replace("_", "-"): value for name, value in inputs.items()}
        usual = {
            "mode": "publish",
            "api-key": self.sandbox.scenario.api_key,
            "workspace-id": self.sandbox.scenario.workspaces[0].id,
            "api-url": f"http://127.0.0.1:{self.sandbox.port}/api/v1",
            "timeout": "20s",
        }
        return usual | given

    @cached_property
    def runner(self) -> FakeRunner:
        return FakeRunner(ROOT / "action.yml", self.workspace, self.tmp_path, repository="acme/rocket")

    def run(
        self,
        *,
        event: Mapping[str, Any] | None = None,
        event_name: str = "push",
        env: Any = None,
        **inputs: str,
    ) -> Outcome:
        """Run the action. Whatever the outcome, what must hold for every run is checked here."""
        environment = {
            "GITHUB_API_URL": f"http://127.0.0.1:{self.sandbox.port}/github/api/v3",
            "GITHUB_RUN_ATTEMPT": str(self.attempt),
            **(env or {}),
        }
        circumstances: dict[str, Any] = {"event": event or {}, "event_name": event_name, "env": environment}
        outcome = (
            self.runner.run_here(main, self.clock, self.inputs(**inputs), **circumstances)
            if self.clock
            else self.runner.run(self.inputs(**inputs), **circumstances)
        )
        check_every_run(outcome, self.sandbox)
        return outcome

    def requests(self, path: str = "") -> list[Request]:
        return [request for request in self.sandbox.record.requests if path in request.path]

    def published(self) -> list[Post]:
        return list(self.sandbox.record.published)


def check_every_run(outcome: Outcome, sandbox: Sandbox) -> None:
    """The promises of every run: all outputs, one headline on failure, no secret, nothing of the runner misused."""
    assert set(outcome.outputs) == set(OUTPUTS), outcome.text
    assert outcome.exit_code in (0, 1)
    assert outcome.forbidden == []
    assert outcome.complaints == []
    assert outcome.stderr == b""
    assert "Traceback" not in outcome.text
    assert "Internal error" not in outcome.text
    unmasked = outcome.stdout.replace(f"::add-mask::{sandbox.scenario.api_key}".encode(), b"")
    assert sandbox.scenario.api_key.encode() not in unmasked
    errors = [one for one in outcome.annotations if one.level == "error"]
    assert bool(errors) == bool(outcome.exit_code), outcome.text
    assert len(errors) <= 10
    assert not errors or not errors[-1].file, "the last error is the headline, which has no place"
    assert outcome.dropped_annotations == []
    assert sandbox.record.surprises == ()


def results(outcome: Outcome) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(outcome.outputs["results"])
    return rows


def statuses(outcome: Outcome) -> dict[str, str]:
    """Network → status."""
    return {row["network"]: row["status"] for row in results(outcome)}
