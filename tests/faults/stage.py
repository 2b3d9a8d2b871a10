"""Runs the action inside this process, on virtual time and real sockets, and reads what it handed on."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TextIO

from publer_publish.app import main
from publer_publish.clock import Clock
from sandbox.server import Sandbox
from tests.faults.worlds import START, World
from tests.support.fake_runner.file_commands import FileCommandError, read_entries
from tests.support.fake_runner.inputs import input_variables, read_action
from tests.support.fake_runner.log import Annotation, Log
from tests.support.fake_runner.masks import Masks

ROOT = Path(__file__).parents[2]
Program = Callable[[Sequence[str], Mapping[str, str], TextIO, Clock], int]
"""The action, or a bad imitation of it."""
ACTION: Program = main


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What the action said about a run, as GitHub reads it, and when."""

    exit_code: int
    outputs: dict[str, str]
    annotations: list[Annotation]
    text: str
    complaint: str
    """What the runner would say against the file of the outputs."""
    began: float
    ended: float

    @property
    def rows(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = json.loads(self.outputs.get("results") or "[]")
        return rows

    @property
    def status(self) -> dict[tuple[int, str], str]:
        """(Post, account) → status."""
        return {(row["post"], row["account_id"]): row["status"] for row in self.rows}


@cache
def action() -> dict[str, Any]:
    return read_action(ROOT / "action.yml")


def lay_out(world: World, place: Path) -> Path:
    """The workspace of a world."""
    workspace = place / "workspace"
    workspace.mkdir()
    for name, content in world.files.items():
        (workspace / name).write_bytes(content)
    return workspace


def inputs(world: World, sandbox: Sandbox) -> dict[str, str]:
    return {
        "mode": "publish",
        "post-file": "post.yml",
        "api-key": sandbox.scenario.api_key,
        "workspace-id": sandbox.scenario.workspaces[0].id,
        "api-url": sandbox.url,
        "timeout": f"{world.timeout:.0f}",
    }


def event(world: World, began: float = START) -> dict[str, Any]:
    """The event that started the first attempt, and every later one."""
    return {"repository": {"pushed_at": int(began - world.event_age)}}


def run(
    program: Program,
    world: World,
    sandbox: Sandbox,
    place: Path,
    clock: Clock,
    *,
    attempt: int,
    extra: Mapping[str, str] | None = None,
    env: Mapping[str, str] | None = None,
) -> Report:
    """One attempt. ``extra`` are inputs of the action beside the usual ones, ``env`` variables."""
    files = {
        name: place / f"{name}-{len(list(place.iterdir()))}"
        for name in ("OUTPUT", "STEP_SUMMARY", "EVENT_PATH")
    }
    files["OUTPUT"].touch()
    files["STEP_SUMMARY"].touch()
    files["EVENT_PATH"].write_text(json.dumps(event(world)))
    environment = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_WORKSPACE": str(place / "workspace"),
        "GITHUB_REPOSITORY": "acme/rocket",
        "GITHUB_EVENT_NAME": "push",
        "GITHUB_REF": "refs/tags/v1.0.0",
        "GITHUB_REF_NAME": "v1.0.0",
        "GITHUB_REF_TYPE": "tag",
        "GITHUB_RUN_ATTEMPT": str(attempt),
        **{f"GITHUB_{name}": str(path) for name, path in files.items()},
        **input_variables(
            action(), inputs(world, sandbox) | dict(extra or {}), {"token": "", "repository": "acme/rocket"}
        )[0],
        **(env or {}),
    }
    stdout = io.StringIO()
    began = clock.time()
    exit_code = program([], environment, stdout, clock)
    log = Log(Masks(()))
    log.read(stdout.getvalue().encode())
    outputs, complaint = _outputs(files["OUTPUT"])
    return Report(
        exit_code=exit_code,
        outputs=outputs,
        annotations=log.annotations,
        text="\n".join(log.lines),
        complaint=complaint,
        began=began,
        ended=clock.time(),
    )


def _outputs(file: Path) -> tuple[dict[str, str], str]:
    outputs: dict[str, str] = {}
    try:
        outputs.update(read_entries(file.read_text(encoding="utf-8")))
    except FileCommandError as error:
        return outputs, str(error)
    return outputs, ""
