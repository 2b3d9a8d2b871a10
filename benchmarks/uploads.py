"""(e) Ten uploads, several at once, against one after the other."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from typing import NamedTuple
from urllib.parse import urlsplit

from benchmarks.apart import Apart
from benchmarks.line import HOST, Line
from benchmarks.stage import ROOT
from publer_publish.clock import Deadline, SystemClock
from publer_publish.delivery.media import Uploader
from publer_publish.errors import Where
from publer_publish.post.model import Media, MediaSource
from publer_publish.publer.api import Publer
from publer_publish.publer.transport import Transport
from publer_publish.workspace import Workspace
from sandbox.faults import Fault
from sandbox.scenario import Scenario

LATENCY = 0.1
FILES = 10
AT_ONCE, SAME_CLIENT, CURL = (
    "this action",
    "the same client, one after the other",
    "curl, one after the other",
)


class Uploads(NamedTuple):
    """Median seconds of each way."""

    on_a_line: Mapping[str, float]
    """A round trip takes ``LATENCY``, and so does a connection."""
    answered_late: Mapping[str, float]
    """Publer takes ``LATENCY`` to answer; the way there takes nothing."""


class Place(NamedTuple):
    """Where the uploads go."""

    url: str
    key: str
    workspace: str


Way = Callable[[Place, Path], None]


def measure(rounds: int, home: Path) -> Uploads:
    """Each way once a round, in turn."""
    folder = home / "uploads"
    folder.mkdir(parents=True, exist_ok=True)
    picture = (ROOT / "examples/media/card.png").read_bytes()
    for number in range(FILES):
        (folder / f"{number}.png").write_bytes(picture)
    with Apart(Scenario(), home) as sandbox, Line(urlsplit(sandbox.url).port or 0, LATENCY) as line:
        near_end = urlsplit(sandbox.url)._replace(netloc=f"{HOST}:{line.port}").geturl()
        on_a_line = _in_turn(rounds, sandbox, near_end, folder)
    slow = Fault(kind="hang", method="POST", path="/media", times=0, seconds=LATENCY)
    with Apart(Scenario(faults=(slow,)), home) as sandbox:
        answered_late = _in_turn(rounds, sandbox, sandbox.url, folder)
    return Uploads(on_a_line, answered_late)


def _in_turn(rounds: int, sandbox: Apart, url: str, folder: Path) -> dict[str, float]:
    ways: dict[str, Way] = {AT_ONCE: _at_once, SAME_CLIENT: _one_by_one}
    if shutil.which("curl"):
        ways[CURL] = _curl
    place = Place(url, sandbox.scenario.api_key, sandbox.scenario.workspaces[0].id)
    found: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            sandbox.reset()
            started = time.perf_counter()
            way(place, folder)
            found[name].append(time.perf_counter() - started)
            if sandbox.uploads() != FILES:
                raise SystemExit(f"{name}: {sandbox.uploads()} files arrived")
    return {name: median(seconds) for name, seconds in found.items()}


def _client(place: Place) -> Publer:
    return Publer(Transport(place.url, place.key, place.workspace, SystemClock(), lambda _: None))


def _at_once(place: Place, folder: Path) -> None:
    media = [Media(source=MediaSource.FILE, value=f"{n}.png", where=Where()) for n in range(FILES)]
    uploader = Uploader(publer=_client(place), workspace=Workspace(folder), log=lambda _: None)
    uploader.upload(media, Deadline.after(SystemClock(), 60))


def _one_by_one(place: Place, folder: Path) -> None:
    publer, deadline = _client(place), Deadline.after(SystemClock(), 60)
    for number in range(FILES):
        path = folder / f"{number}.png"
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


def _curl(place: Place, folder: Path) -> None:
    for number in range(FILES):
        headers = [
            "-H",
            f"Authorization: Bearer-API {place.key}",
            "-H",
            f"Publer-Workspace-Id: {place.workspace}",
        ]
        file = f"file=@{folder / f'{number}.png'};type=image/png"
        subprocess.run(
            ["curl", "-sS", "-f", "-o", os.devnull, *headers, "-F", file, f"{place.url}/media"], check=True
        )
