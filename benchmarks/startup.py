"""(a) and (b): from the start of the process to its first request, from the last answer to its exit."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks import posts, stage
from benchmarks.stage import PROGRAM, ROOT, Timing, ratio, table
from sandbox.server import Sandbox

PASS, REQUESTS = "python -E -c pass", "python -E -c 'import requests' (R)"
PUBLISH = {
    "publish, plain file": "plain.yml",
    "publish, templates": "templates.yml",
    "publish, 13 networks": "networks.yml",
    "publish, templates and 13 networks": "both.yml",
}
IMAGE = "publer-publish:bench"
Timings = dict[str, list[Timing]]


def host(rounds: int, home: Path) -> Timings:
    """Everything on this machine itself."""
    posts.write(home / "workspace")
    actions = {
        PASS: lambda: stage.run([sys.executable, "-E", "-c", "pass"]),
        REQUESTS: lambda: stage.run([sys.executable, "-E", "-c", "import requests"]),
        **({"node -e 0": lambda: stage.run(["node", "-e", "0"])} if shutil.which("node") else {}),
        **_runs(partial(_on_the_host, home)),
    }
    if shutil.which("curl") and shutil.which("jq"):
        actions["curl and jq, the same publish"] = lambda: _script(home)
    return stage.alternating(rounds, actions)


def container(rounds: int, home: Path) -> Timings:
    """The same in the image; nothing where no container engine runs."""
    if subprocess.run("docker info", shell=True, capture_output=True, check=False).returncode:
        return {}
    stage.run([str(ROOT / "tests/e2e/build-image"), IMAGE])
    posts.write(home / "workspace")

    def python(code: str) -> Timing:
        entry = ("--entrypoint", "/app/venv/bin/python")
        return stage.run(["docker", "run", "--rm", "--network", "host", *entry, IMAGE, "-E", "-c", code])

    actions = {PASS: lambda: python("pass"), REQUESTS: lambda: python("import requests")}
    return stage.alternating(rounds, actions | _runs(partial(_in_the_image, home)))


def unit(timings: Timings) -> float:
    """R in seconds."""
    return median(one.whole for one in timings[REQUESTS])


def section(title: str, timings: Timings) -> str:
    r = unit(timings) if timings else 0.0
    rows = [
        (
            name,
            *(ratio([getattr(one, field) for one in found], r) for field in ("first", "last", "whole")),
            f"{median(one.whole for one in found) * 1000:.0f} ms",
        )
        for name, found in timings.items()
    ]
    return table(title, "", "| start → first request | last request → exit | start → exit |", rows)


def _runs(run: Callable[[dict[str, str]], Timing]) -> dict[str, Callable[[], Timing]]:
    validate = {"post-file": "plain.yml", "mode": "validate"}
    return {
        **{name: partial(run, {"post-file": file}) for name, file in PUBLISH.items()},
        "validate, plain file": partial(run, validate),
    }


def _on_the_host(home: Path, inputs: dict[str, str]) -> Timing:
    with Sandbox() as sandbox:
        return stage.run(PROGRAM, stage.environment(home, sandbox, inputs), sandbox)


def _in_the_image(home: Path, inputs: dict[str, str]) -> Timing:
    with Sandbox() as sandbox:
        env = stage.environment(home, sandbox, inputs, inside="/github")
        return stage.run(stage.in_container(IMAGE, home, env), None, sandbox)


def _script(home: Path) -> Timing:
    with Sandbox() as sandbox:
        file = home / "body.json"
        file.write_text(json.dumps(posts.body(sandbox.scenario.workspaces[0].accounts)))
        env = stage.environment(home, sandbox, {}) | {
            "KEY": sandbox.scenario.api_key,
            "WORKSPACE": sandbox.scenario.workspaces[0].id,
            "URL": sandbox.url,
            "BODY": str(file),
        }
        return stage.run([str(ROOT / "benchmarks" / "curl-and-jq.sh")], env, sandbox)
