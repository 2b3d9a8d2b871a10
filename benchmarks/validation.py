"""(f): parse, schema, templates, counting and rules for 1 to 500 posts × 13 networks.

``python -m benchmarks.validation WORKSPACE FILE`` prints the CPU seconds of one file: on a busy machine the time by
the clock grows more than in proportion.
"""

import gc
import os
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks import posts, stage
from benchmarks.stage import table
from publer_publish.errors import Problems
from publer_publish.post.checks import Checks
from publer_publish.post.load import Options, load
from publer_publish.workspace import Workspace
from sandbox.demo import EVENT, TAG
from tests.support.context import Context

Seconds = dict[int, float]
"""Number of posts → median CPU seconds."""


RELEASE = {"repository": {"name": "rocket"}, "version": TAG[1:], "release": EVENT["release"]}


def measure(rounds: int, home: Path) -> tuple[Seconds, Seconds, float]:
    """Without and with templates; and R in CPU seconds."""
    workspace = home / "workspace"
    posts.write(workspace)
    files = [f"{kind}{number}.yml" for kind in ("", "t") for number in posts.NUMBERS]
    found = stage.alternating(
        rounds, {"R": _unit} | {file: partial(_once, workspace, file) for file in files}
    )
    plain, templates = ({n: median(found[f"{kind}{n}.yml"]) for n in posts.NUMBERS} for kind in ("", "t"))
    return plain, templates, median(found["R"])


def section(plain: Seconds, templates: Seconds, unit: float) -> str:
    def cells(seconds: float, number: int) -> tuple[str, str]:
        return f"{seconds / unit:.2f} R", f"{seconds / number * 1000:.1f} ms"

    about = (
        "Parse, schema, media, counting and every rule, without and with templates. In CPU time, R as well."
    )
    rows = [(n, *cells(plain[n], n), *cells(templates[n], n)) for n in plain]
    head = "posts | | a post | with templates | a post"
    return table("(f) Validate and render for 13 networks", about, head, rows)


def _unit() -> float:
    before = os.times()
    subprocess.run([sys.executable, "-E", "-c", "import requests"], check=True)
    after = os.times()
    return sum(after[2:4]) - sum(before[2:4])  # user and system time of the children


def _once(workspace: Path, name: str) -> float:
    command = [sys.executable, "-m", "benchmarks.validation", str(workspace), name]
    return float(subprocess.run(command, cwd=stage.ROOT, stdout=subprocess.PIPE, check=True).stdout)


def _validate(workspace: Path, name: str) -> float:
    gc.set_threshold(100_000)  # as entrypoint.py does
    started = time.process_time()
    options = Options(context=Context(RELEASE), checks=Checks(Workspace(workspace)))
    loaded = load([(name, (workspace / name).read_bytes())], "", options, Problems())
    composed = [draft.content(network) for draft in loaded.drafts for network in posts.NETWORKS]
    seconds = time.process_time() - started
    assert len(composed) == len(posts.NETWORKS) * int(name.strip("t.yml"))
    return seconds


if __name__ == "__main__":
    print(_validate(Path(sys.argv[1]), sys.argv[2]))
