"""Processes in the environment of a step: their start, first request, last answer, exit and memory."""

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from statistics import median
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
    ours = {"api-key": sandbox.scenario.api_key, "api-url": sandbox.url, "github-token": ""}
    given = runner.prepare(ours | {"mode": "publish"} | inputs, event=EVENT, event_name="release").environment
    return {name: value.replace(str(home), inside or str(home)) for name, value in given.items()}


def in_container(image: str, home: Path, env: Mapping[str, str]) -> list[str]:
    """How the runner starts the image, but in the host's network."""
    where = ["-v", f"{home}:/github", "-w", "/github/workspace", "--network", "host"]
    options = [part for name in env if name != "PATH" for part in ("-e", f"{name}={env[name]}")]
    return ["docker", "run", "--rm", *where, *options, image]


def start(stack: ExitStack, command: Sequence[str]) -> str:
    """Start a process that ends with the stack, and return its first line."""
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    stack.callback(process.communicate)
    stack.callback(process.terminate)
    return process.stdout.readline() if process.stdout else ""


def run(
    command: Sequence[str], env: Mapping[str, str] | None = None, sandbox: Sandbox | None = None
) -> Timing:
    """One process from start to exit; it must succeed."""
    cwd = (env or {}).get("GITHUB_WORKSPACE")
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


def alternating(rounds: int, actions: Mapping[str, Callable[[], Measured]]) -> dict[str, list[Measured]]:
    """Each action once a round, so that a busy moment of the machine meets all of them alike."""
    for action in actions.values():
        action()
    found: dict[str, list[Measured]] = {name: [] for name in actions}
    for number in range(rounds):
        told = f"{next(iter(actions))} and others: round {number + 1} of {rounds}"
        print(f"\r{told} ", end="", file=sys.stderr, flush=True)
        for name, action in actions.items():
            found[name].append(action())
    print(file=sys.stderr)
    return found


def table(title: str, about: str, head: str, rows: Iterable[Iterable[object]]) -> str:
    """One section of the results. ``head``: the columns, with bars between them."""
    columns = head.count("|") + 1
    lines = [f"| {head} |", "|" + " --- |" * columns, *(f"| {' | '.join(map(str, row))} |" for row in rows)]
    return "\n".join([f"## {title}", "", *([about, ""] if about else []), *lines]) + "\n"


def ratio(values: Sequence[float | None], unit: float) -> str:
    """The median in R and how noisy it is: half the distance between the quartiles, as a share of the median."""
    ordered = sorted(value for value in values if value is not None)
    if not ordered:
        return ""
    quarter, middle = len(ordered) // 4, median(ordered)
    noise = (ordered[-1 - quarter] - ordered[quarter]) / 2 / middle
    return f"{middle / unit:.2f} R ± {100 * noise:.0f} %"
