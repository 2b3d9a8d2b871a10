"""(d) peak memory, and (e) uploads at once against one after the other."""

from __future__ import annotations

import itertools
import os
import shutil
import struct
import subprocess
import time
from pathlib import Path
from statistics import median

from benchmarks import posts, stage
from benchmarks.apart import Apart
from benchmarks.stage import PROGRAM, ROOT
from publer_publish.clock import Deadline, SystemClock
from publer_publish.delivery.upload import prepare
from publer_publish.errors import Where
from publer_publish.post import workspace as files
from publer_publish.post.model import Media, MediaSource
from publer_publish.publer.client import Publer
from publer_publish.publer.transport import Transport
from sandbox.faults import Fault
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


def uploads(rounds: int, home: Path) -> dict[str, float]:
    """Median seconds for ten files, each answered after a tenth of a second."""
    workspace = home / "uploads"
    workspace.mkdir(parents=True, exist_ok=True)
    picture = (ROOT / "examples/media/card.png").read_bytes()
    for number in range(FILES):
        (workspace / f"{number}.png").write_bytes(picture)
    ways = {"this action": _at_once, "the same client, one after the other": _one_by_one}
    if shutil.which("curl"):
        ways["curl, one after the other"] = _curl
    found: dict[str, list[float]] = {name: [] for name in ways}
    slow = Fault(kind="hang", method="POST", path="/media", times=0, seconds=LATENCY)
    with Apart(Scenario(faults=(slow,)), home) as sandbox:
        for _ in range(rounds):
            for name, way in ways.items():
                sandbox.reset()
                started = time.perf_counter()
                way(sandbox, workspace)
                found[name].append(time.perf_counter() - started)
                if sandbox.uploads() != FILES:
                    raise SystemExit(f"{name}: {sandbox.uploads()} files arrived")
    return {name: median(seconds) for name, seconds in found.items()}


def _client(sandbox: Apart) -> Publer:
    scenario = sandbox.scenario
    return Publer(
        Transport(sandbox.url, scenario.api_key, scenario.workspaces[0].id, SystemClock(), lambda _: None)
    )


def _at_once(sandbox: Apart, workspace: Path) -> None:
    clock = SystemClock()
    media = [Media(source=MediaSource.FILE, value=f"{n}.png", where=Where()) for n in range(FILES)]
    prepare(
        media,
        _client(sandbox),
        files.Workspace(workspace),
        deadline=Deadline.after(clock, 60),
        clock=clock,
        log=lambda _: None,
    )


def _one_by_one(sandbox: Apart, workspace: Path) -> None:
    publer, deadline = _client(sandbox), Deadline.after(SystemClock(), 60)
    for number in range(FILES):
        path = workspace / f"{number}.png"
        with path.open("rb") as stream:
            publer.upload(
                path.name,
                stream,
                path.stat().st_size,
                "image/png",
                on_progress=lambda *_: None,
                deadline=deadline,
            )
    publer.close()


def _curl(sandbox: Apart, workspace: Path) -> None:
    for number in range(FILES):
        key, id_ = sandbox.scenario.api_key, sandbox.scenario.workspaces[0].id
        headers = ["-H", f"Authorization: Bearer-API {key}", "-H", f"Publer-Workspace-Id: {id_}"]
        file = f"file=@{workspace / f'{number}.png'};type=image/png"
        subprocess.run(
            ["curl", "-sS", "-f", "-o", os.devnull, *headers, "-F", file, f"{sandbox.url}/media"], check=True
        )
