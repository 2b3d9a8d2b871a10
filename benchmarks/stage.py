"""Processes in the environment of a step: their start, first request, last answer, exit and memory."""

import re
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp
from typing import NamedTuple, TypeVar

from sandbox.demo import EVENT
from sandbox.server import Sandbox
from tests.support.fake_runner import FakeRunner

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = (sys.executable, "-u", "-E", str(ROOT / "entrypoint.py"))
"""As the image starts it."""
Measured = TypeVar("Measured")


class Timing(NamedTuple):
    """Seconds of one process. ``first`` and ``last`` are None for one that makes no request."""

    whole: float
    first: float | None = None  # from the start to the arrival of the first request
    last: float | None = None  # from the arrival of the last request to the exit


def environment(home: Path, sandbox: Sandbox, inputs: dict[str, str], inside: str = "") -> dict[str, str]:
    """What the runner passes on; ``inside``: where a container sees ``home``."""
    runner = FakeRunner(
        ROOT / "action.yml", home / "workspace", Path(mkdtemp(dir=home)), repository="acme/rocket"
    )
    ours = {
        "api-key": sandbox.scenario.api_key,
        "api-url": sandbox.url,
        "mode": "publish",
        "github-token": "",
    }
    given = runner.prepare(ours | inputs, event=EVENT, event_name="release").environment
    return {name: value.replace(str(home), inside or str(home)) for name, value in given.items()}


def run(
    command: Sequence[str], env: Mapping[str, str] | None = None, sandbox: Sandbox | None = None
) -> Timing:
    """One process from start to exit; it must succeed."""
    cwd = env["GITHUB_WORKSPACE"] if env else None
    started = time.time()
    try:
        subprocess.run(command, env=env, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, check=True)
    except subprocess.CalledProcessError as error:
        raise SystemExit(f"{error}\n{error.stdout.decode()}{error.stderr.decode()}") from None
    ended = time.time()
    requests = sandbox.record.requests if sandbox else ()
    if not requests:
        return Timing(whole=ended - started)
    return Timing(whole=ended - started, first=requests[0].time - started, last=ended - requests[-1].time)


def peak_megabytes(env: Mapping[str, str]) -> float:
    """The most memory that the program and its supervisor held together, looked at every 2 ms.

    Not ``getrusage``, whose peak includes the parent's from before exec.
    """
    quiet = subprocess.DEVNULL
    cwd = env["GITHUB_WORKSPACE"]
    with subprocess.Popen(PROGRAM, env=env, cwd=cwd, stdin=quiet, stdout=quiet, stderr=quiet) as process:
        peak = 0
        while process.poll() is None:
            peak = max(peak, _kilobytes(process.pid))
            time.sleep(0.002)
    if process.returncode:
        raise SystemExit(f"{env['INPUT_POST-FILE']} failed with {process.returncode}")
    return peak / 1000


def _kilobytes(pid: int) -> int:
    """The peak of the program, and what its supervisor alone has."""
    with suppress(OSError):  # one of them has ended
        program = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        peaks = (Path(f"/proc/{child}/status").read_text() for child in program)
        own = re.findall(r"Private_\w+:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text())
        return sum(map(int, [*own, *re.findall(r"VmHWM:\s+(\d+)", "".join(peaks))]))
    return 0


def progress(text: str) -> None:
    print(f"\r{text} ", end="", file=sys.stderr, flush=True)


def alternating(rounds: int, actions: Mapping[str, Callable[[], Measured]]) -> dict[str, list[Measured]]:
    """Each action once a round, so that a busy moment of the machine meets all of them alike."""
    for action in actions.values():
        action()
    found: dict[str, list[Measured]] = {name: [] for name in actions}
    for number in range(rounds):
        progress(f"{next(iter(actions))} and others: round {number + 1} of {rounds}")
        for name, action in actions.items():
            found[name].append(action())
    print(file=sys.stderr)
    return found
