"""(f): parse, schema, templates, counting and rules for 1 to 500 posts × 13 networks.

In CPU time: it only computes, and on a busy machine the time by the clock grows more than in proportion.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path
from statistics import median

from benchmarks import posts
from benchmarks.stage import ROOT

NUMBERS = (1, 10, 100, 500)
_PROGRAM = """
import gc, json, sys, time
gc.set_threshold(100_000)  # as entrypoint.py does
from pathlib import Path
from publer_publish.errors import is_error
from publer_publish.post.checks import Checks
from publer_publish.post.load import Options, load
from publer_publish.post.workspace import Workspace

class Context:
    def values(self, names, asked_about):
        return {"repository": {"name": "rocket"}, "version": "2.0.0", "release": {
            "name": "The rocket learns to land", "html_url": "https://github.com/acme/rocket/releases/tag/v2.0.0"}}

workspace, name, networks = Path(sys.argv[1]), sys.argv[2], json.loads(sys.argv[3])
started = time.process_time()
options = Options(context=Context(), checks=Checks(Workspace(workspace)))
loaded = load([(name, (workspace / name).read_bytes())], "", options)
composed = [draft.content(network) for draft in loaded.drafts for network in networks]
seconds = time.process_time() - started
wrong = list(filter(is_error, [*loaded.problems, *(problem for one in composed for problem in one.problems)]))
assert not wrong, wrong[0]
print(json.dumps([seconds, len(composed)]))
"""


def measure(rounds: int, home: Path) -> tuple[dict[int, float], dict[int, float], float]:
    """Number of posts → median CPU seconds, without and with templates; and R in the same."""
    workspace = home / "workspace"
    posts.write(workspace)
    for number in NUMBERS:
        (workspace / f"t{number}.yml").write_text(
            "".join(posts.post(f"{posts.TEMPLATES[0]} ({n})", posts.TEMPLATES[1]) for n in range(number))
        )
    plain: dict[int, list[float]] = {number: [] for number in NUMBERS}
    templates: dict[int, list[float]] = {number: [] for number in NUMBERS}
    unit = []
    for number_of_round in range(rounds):
        print(f"\r  round {number_of_round + 1} of {rounds}", end="", file=sys.stderr, flush=True)
        before = _of_children()
        subprocess.run([sys.executable, "-E", "-c", "import requests"], check=True)
        unit.append(_of_children() - before)
        for number in NUMBERS:
            plain[number].append(_once(workspace, f"{number}.yml", number))
            templates[number].append(_once(workspace, f"t{number}.yml", number))
    print(file=sys.stderr)
    return _medians(plain), _medians(templates), median(unit)


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _once(workspace: Path, name: str, number: int) -> float:
    arguments = [str(workspace), name, json.dumps(posts.NETWORKS)]
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    seconds, made = json.loads(done.stdout)
    if made != number * len(posts.NETWORKS):
        raise SystemExit(f"{name}: {made} texts")
    return float(seconds)


def _medians(found: dict[int, list[float]]) -> dict[int, float]:
    return {number: median(seconds) for number, seconds in found.items()}
