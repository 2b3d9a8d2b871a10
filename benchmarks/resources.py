"""(d) peak memory."""

from __future__ import annotations

import itertools
import os
import struct
from pathlib import Path

from benchmarks import posts, stage
from benchmarks.stage import PROGRAM, ROOT
from sandbox.scenario import Account, Scenario, Workspace
from sandbox.server import Sandbox

LATENCY = 0.1
FILES = 10
NUMBERS = (1, 100, 500)
"""Of posts."""
VIDEO = 190_000_000


def memory(home: Path) -> dict[str, float]:
    """Peak megabytes of whole runs."""
    workspace = home / "workspace"
    posts.write(workspace)
    _video(workspace / "large.mp4")
    (workspace / "large.yml").write_text(
        "text: A film\nmedia: [{ file: large.mp4 }]\naccounts: [facebook/*]\n"
    )
    found = {f"publish, {number} post{'s' if number > 1 else ''}": _many(home, number) for number in NUMBERS}
    found["publish, templates"] = _peak(home, {"post-file": "templates.yml"})
    for number in NUMBERS:
        name = f"validate, {number} post{'s' if number > 1 else ''} × 13 networks"
        found[name] = _peak(home, {"post-file": f"{number}.yml", "mode": "validate"})
    found["publish, a video of 190 MB"] = _peak(home, {"post-file": "large.yml"})
    return found


def _many(home: Path, number: int) -> float:
    networks = itertools.cycle(("twitter", "linkedin", "bluesky", "mastodon"))
    accounts = tuple(
        Account(id=f"{index:024x}", provider=network)
        for index, network in zip(range(number), networks, strict=False)
    )
    (home / "workspace" / "many.yml").write_text(posts.one_each(account.id for account in accounts))
    scenario = Scenario(workspaces=(Workspace(accounts=accounts),))
    return _peak(home, {"post-file": "many.yml"}, scenario)


def _peak(home: Path, inputs: dict[str, str], scenario: Scenario | None = None) -> float:
    with Sandbox(scenario) as sandbox:
        return stage.peak_megabytes(PROGRAM, stage.environment(home, sandbox, inputs))


def _video(path: Path) -> None:
    """A real video, made long by a box of nothing behind it; a sparse file."""
    content = (ROOT / "examples/media/demo.mp4").read_bytes()
    with path.open("wb") as file:
        file.write(content + struct.pack(">I4s", VIDEO - len(content), b"free"))
        os.truncate(file.fileno(), VIDEO)
