"""Processes on a clean stage: the environment of a step, start, first request, last answer, exit, memory."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from sandbox.demo import EVENT, INPUTS, TAG
from sandbox.server import Sandbox

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = (sys.executable, "-u", "-E", str(ROOT / "entrypoint.py"))
"""As the image starts it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Seconds of one process. ``first`` and ``last`` are None for one that asks nobody."""

    whole: float
    first: float | None = None
    """From the start to the arrival of the first request."""
    last: float | None = None
    """From the arrival of the last request to the exit: its answer is on the way for some of it."""


def environment(home: Path, sandbox: Sandbox, inputs: Mapping[str, str], inside: str = "") -> dict[str, str]:
    """What the runner would pass on; ``inside``: where a container sees ``home``."""
    home.mkdir(parents=True, exist_ok=True)
    for name in ("output", "summary.md"):
        (home / name).write_text("")
    (home / "event.json").write_text(json.dumps(EVENT))
    seen = inside or str(home)
    given = {
        **INPUTS,
        "mode": "publish",
        "api-key": sandbox.scenario.api_key,
        "workspace-id": sandbox.scenario.workspaces[0].id,
        "api-url": sandbox.url,
        **inputs,
    }
    return {
        **{f"INPUT_{name.upper()}": value for name, value in given.items()},
        "HOME": seen,
        "PATH": os.environ["PATH"],
        "GITHUB_ACTIONS": "true",
        "GITHUB_ACTOR": "wile-e",
        "GITHUB_EVENT_NAME": "release",
        "GITHUB_EVENT_PATH": f"{seen}/event.json",
        "GITHUB_OUTPUT": f"{seen}/output",
        "GITHUB_REF": f"refs/tags/{TAG}",
        "GITHUB_REF_NAME": TAG,
        "GITHUB_REF_TYPE": "tag",
        "GITHUB_REPOSITORY": "acme/rocket",
        "GITHUB_RUN_ID": "1000",
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_SHA": "ffac537e6cbbf934b08745a378932722df287a53",
        "GITHUB_STEP_SUMMARY": f"{seen}/summary.md",
        "GITHUB_WORKSPACE": f"{seen}/workspace" if inside else str(home / "workspace"),
    }


def run(
    command: Sequence[str], env: Mapping[str, str] | None = None, sandbox: Sandbox | None = None
) -> Timing:
    """One process from start to exit; it must succeed."""
    cwd = env.get("GITHUB_WORKSPACE") if env else None
    started = time.time()
    done = subprocess.run(
        command,
        env=env,
        cwd=cwd if cwd and Path(cwd).is_dir() else None,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    ended = time.time()
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    requests = sandbox.record.requests if sandbox else ()
    if not requests:
        return Timing(whole=ended - started)
    return Timing(whole=ended - started, first=requests[0].time - started, last=ended - requests[-1].time)


def peak_megabytes(command: Sequence[str], env: Mapping[str, str]) -> float:
    """The most memory that a process ever held (VmHWM).

    Not ``getrusage``, whose peak includes the parent's from before exec. Looked at every 2 ms: what is only
    reached within the last 2 ms is missed.
    """
    with subprocess.Popen(
        command,
        env=env,
        cwd=env["GITHUB_WORKSPACE"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        peak = 0
        while process.poll() is None:
            found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{process.pid}/status").read_text())
            peak = max(peak, int(found[1])) if found else peak
            time.sleep(0.002)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed with {process.returncode}")
    return peak / 1000


def alternating(rounds: int, actions: Mapping[str, Callable[[], Timing]]) -> dict[str, list[Timing]]:
    """Each action once a round, so that a busy moment of the machine meets all of them alike."""
    found: dict[str, list[Timing]] = {name: [] for name in actions}
    for action in actions.values():
        action()
    for number in range(rounds):
        print(f"\r  round {number + 1} of {rounds}", end="", file=sys.stderr, flush=True)
        for name, action in actions.items():
            found[name].append(action())
    print(file=sys.stderr)
    return found


def middle(values: Sequence[float | None]) -> float | None:
    """The median; None if there is nothing to measure."""
    present = [value for value in values if value is not None]
    return median(present) if present else None


def spread(values: Sequence[float | None]) -> float | None:
    """How noisy it is: half the distance between the quartiles, as a share of the median."""
    present = sorted(value for value in values if value is not None)
    if not present:
        return None
    quarter = len(present) // 4
    return (present[-1 - quarter] - present[quarter]) / 2 / median(present)
