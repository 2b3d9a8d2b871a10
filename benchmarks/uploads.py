"""(e): ten files with 100 ms of latency, at most four at once, against one after the other and curl."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

import requests

from benchmarks import stage
from benchmarks.line import HOST
from benchmarks.table import table
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
JSON = {"Content-Type": "application/json"}
FILES = 10
AT_ONCE, SAME_CLIENT = "this action", "the same client, one after the other"
CURL = "curl, one after the other"
Seconds = Mapping[str, float]


def measure(rounds: int, home: Path) -> tuple[Seconds, Seconds]:
    """On a line where a round trip takes ``LATENCY``; and where Publer takes ``LATENCY`` to answer."""
    folder = home / "uploads"
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(FILES):
        shutil.copy(stage.ROOT / "examples/media/card.png", folder / f"{number}.png")
    slow = Fault(kind="hang", method="POST", path="/media", times=0, seconds=LATENCY)
    return _ways(rounds, folder, Scenario(), on_a_line=True), _ways(rounds, folder, Scenario(faults=(slow,)))


def section(on_a_line: Seconds, answered_late: Seconds) -> str:
    about = """On the line: a round trip takes 100 ms, and so does a new connection, of which curl makes one for each file.
In the answer: only Publer's thinking takes time. Ten files, at most four at once, take three turns: 3.33 × as quick
at the most; what is beyond it is curl's own start. The stand-in and the line have a process each."""

    def cells(found: Seconds, name: str) -> tuple[str, str]:
        return f"{found[name] / found[AT_ONCE]:.2f} ×", f"{found[name] * 1000:.0f} ms"

    rows = [(name, *cells(on_a_line, name), *cells(answered_late, name)) for name in on_a_line]
    return table("(e) Ten files, with 100 ms of latency", about, "| on the line | | in the answer |", rows)


def _ways(rounds: int, folder: Path, scenario: Scenario, *, on_a_line: bool = False) -> Seconds:
    file = folder / "scenario.json"
    file.write_text(json.dumps(scenario.to_json()), encoding="utf-8")
    with ExitStack() as stack:
        sandbox = ["-m", "sandbox", "--port", "0", "--scenario", str(file)]
        root = re.findall(r"http://\S+(?=/ )", _started(stack, sandbox))[0]
        url = f"{root}/api/v1"
        if on_a_line:
            line = ["-m", "benchmarks.line", str(urlsplit(root).port), str(LATENCY)]
            url = f"http://{HOST}:{_started(stack, line).strip()}/api/v1"

        def publer() -> Publer:
            workspace = scenario.workspaces[0].id
            return Publer(Transport(url, scenario.api_key, workspace, SystemClock(), lambda _: None))

        ways: dict[str, Callable[[], None]] = {
            AT_ONCE: lambda: _upload(publer(), folder, [range(FILES)]),
            SAME_CLIENT: lambda: _upload(publer(), folder, ([number] for number in range(FILES))),
            **({CURL: lambda: _curl(url, scenario, folder)} if shutil.which("curl") else {}),
        }
        found = stage.alternating(rounds, {name: partial(_timed, way, root) for name, way in ways.items()})
    return {name: median(seconds) for name, seconds in found.items()}


def _started(stack: ExitStack, arguments: list[str]) -> str:
    """Start a process of its own, whose interpreter's lock is not ours, and return its first line."""
    command = [sys.executable, *arguments]
    process = subprocess.Popen(command, cwd=stage.ROOT, stdout=subprocess.PIPE, text=True)
    stack.callback(process.communicate)
    stack.callback(process.terminate)
    return process.stdout.readline() if process.stdout else ""


def _timed(way: Callable[[], None], root: str) -> float:
    """One round: an empty record and the whole rate limit before it, every file there after it."""
    requests.post(f"{root}/_sandbox/reset", data="null", headers=JSON, timeout=9).raise_for_status()
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


def _curl(url: str, scenario: Scenario, folder: Path) -> None:
    key = f"Authorization: Bearer-API {scenario.api_key}"
    workspace = f"Publer-Workspace-Id: {scenario.workspaces[0].id}"
    for number in range(FILES):
        file = f"file=@{folder / f'{number}.png'};type=image/png"
        command = ["curl", "-sSf", "-o", os.devnull, "-H", key, "-H", workspace, "-F", file, f"{url}/media"]
        subprocess.run(command, check=True)
