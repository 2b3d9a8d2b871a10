"""(e): ten files with 100 ms of latency, at most four at once, against one after the other and curl."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

import requests

from benchmarks import stage
from benchmarks.line import HOST
from benchmarks.stage import table
from publer_publish.clock import Deadline, SystemClock
from publer_publish.delivery.media import Uploader
from publer_publish.errors import Where
from publer_publish.post.model import Media, MediaSource
from publer_publish.publer.api import Publer
from publer_publish.publer.transport import Transport
from publer_publish.workspace import Workspace
from sandbox.scenario import Scenario

KEY, WORKSPACE = Scenario().api_key, Scenario().workspaces[0].id
LATENCY = 0.1
FILES = 10
AT_ONCE, SAME_CLIENT = "this action", "the same client, one after the other"
CURL = "curl, one after the other"


def measure(rounds: int, folder: Path) -> dict[str, float]:
    """Seconds, on a line where a round trip takes ``LATENCY``."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(FILES):
        shutil.copy(stage.ROOT / "examples/media/card.png", folder / f"{number}.png")
    # Each in a process of its own, whose interpreter's lock is not ours.
    with ExitStack() as stack:
        greeting = stage.start(stack, [sys.executable, "-m", "sandbox", "--port", "0"])
        root = re.findall(r"http://\S+(?=/ )", greeting)[0]
        line = [sys.executable, "-m", "benchmarks.line", str(urlsplit(root).port), str(LATENCY)]
        url = f"http://{HOST}:{stage.start(stack, line).strip()}/api/v1"

        def publer() -> Publer:
            return Publer(Transport(url, KEY, WORKSPACE, SystemClock(), lambda _: None))

        ways: dict[str, Callable[[], None]] = {
            AT_ONCE: lambda: _upload(publer(), folder, [range(FILES)]),
            SAME_CLIENT: lambda: _upload(publer(), folder, ([number] for number in range(FILES))),
            **({CURL: lambda: _curl(url, folder)} if shutil.which("curl") else {}),
        }
        found = stage.alternating(rounds, {name: partial(_timed, way, root) for name, way in ways.items()})
    return {name: median(seconds) for name, seconds in found.items()}


def section(found: dict[str, float]) -> str:
    about = """A round trip takes 100 ms, and so does a new connection, of which curl makes one for each file. Ten files, at most
four at once, take three turns: 3.33 × as quick at the most; what is beyond it is curl's own start."""
    rows = [
        (name, f"{seconds / found[AT_ONCE]:.2f} ×", f"{seconds * 1000:.0f} ms")
        for name, seconds in found.items()
    ]
    return table("(e) Ten files, with 100 ms of latency on the line", about, "| |", rows)


def _timed(way: Callable[[], None], root: str) -> float:
    """One round: an empty record and the whole rate limit before it, every file there after it."""
    requests.post(
        f"{root}/_sandbox/reset", data="null", headers={"Content-Type": "application/json"}, timeout=9
    ).raise_for_status()
    started = time.perf_counter()
    way()
    seconds = time.perf_counter() - started
    arrived = len(requests.get(f"{root}/_sandbox/record", timeout=9).json()["uploads"])
    if arrived != FILES:
        raise SystemExit(f"{arrived} of {FILES} files arrived")
    return seconds


def _upload(publer: Publer, folder: Path, batches: Iterable[Iterable[int]]) -> None:
    uploader = Uploader(publer=publer, workspace=Workspace(folder), log=lambda _: None)
    for files in batches:
        media = [Media(source=MediaSource.FILE, value=f"{n}.png", where=Where()) for n in files]
        uploader.upload(media, Deadline.after(SystemClock(), 60))


def _curl(url: str, folder: Path) -> None:
    headers = ["-H", f"Authorization: Bearer-API {KEY}", "-H", f"Publer-Workspace-Id: {WORKSPACE}"]
    for number in range(FILES):
        file = f"file=@{folder / f'{number}.png'};type=image/png"
        subprocess.run(["curl", "-sSf", "-o", os.devnull, *headers, "-F", file, f"{url}/media"], check=True)
