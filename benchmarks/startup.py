"""(a) and (b): process start to first request, last answer to exit, and the whole."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks import posts, stage
from benchmarks.stage import PROGRAM, ROOT, Timing
from sandbox.scenario import Scenario
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


def host(rounds: int, home: Path) -> tuple[Timings, list[str]]:
    """Everything on this machine itself, and what is missing here."""
    posts.write(home / "workspace")
    actions: dict[str, Callable[[], Timing]] = {
        PASS: lambda: stage.run([sys.executable, "-E", "-c", "pass"]),
        REQUESTS: lambda: stage.run([sys.executable, "-E", "-c", "import requests"]),
    }
    missing = []
    if shutil.which("node"):
        actions["node -e 0"] = lambda: stage.run(["node", "-e", "0"])
    else:
        missing.append("node")
    for name, file in PUBLISH.items():
        actions[name] = partial(_action, home, {"post-file": file})
    actions["validate, plain file"] = lambda: _action(home, {"post-file": "plain.yml", "mode": "validate"})
    if shutil.which("curl") and shutil.which("jq"):
        actions["curl and jq, the same publish"] = lambda: _script(home)
    else:
        missing.append("curl or jq")
    return stage.alternating(rounds, actions), missing


def container(rounds: int, home: Path) -> Timings | None:
    """The same in the image; None where no container engine runs."""
    if (
        not shutil.which("docker")
        or subprocess.run(["docker", "info"], capture_output=True, check=False).returncode
    ):
        return None
    built = subprocess.run(
        [str(ROOT / "tests/e2e/build-image"), IMAGE], capture_output=True, check=False, text=True
    )
    if built.returncode:
        raise SystemExit(f"The image could not be built:\n{built.stdout}{built.stderr}")
    posts.write(home / "workspace")

    def python(code: str) -> Timing:
        entry = ("--entrypoint", "/app/venv/bin/python")
        return stage.run(["docker", "run", "--rm", "--network", "host", *entry, IMAGE, "-E", "-c", code])

    return stage.alternating(
        rounds,
        {
            PASS: lambda: python("pass"),
            REQUESTS: lambda: python("import requests"),
            **{
                name: partial(_action, home, {"post-file": file}, in_container=True)
                for name, file in PUBLISH.items()
            },
            "validate, plain file": lambda: _action(
                home, {"post-file": "plain.yml", "mode": "validate"}, in_container=True
            ),
        },
    )


def _action(home: Path, inputs: dict[str, str], *, in_container: bool = False) -> Timing:
    with Sandbox(Scenario()) as sandbox:
        if not in_container:
            return stage.run(PROGRAM, stage.environment(home, sandbox, inputs), sandbox)
        env = stage.environment(home, sandbox, inputs, inside="/github")
        options = [part for name in env if name != "PATH" for part in ("-e", f"{name}={env[name]}")]
        where = ["-v", f"{home}:/github", "-w", "/github/workspace", "--network", "host"]
        return stage.run(["docker", "run", "--rm", *where, *options, IMAGE], None, sandbox)


def _script(home: Path) -> Timing:
    with Sandbox(Scenario()) as sandbox:
        accounts = sandbox.scenario.workspaces[0].accounts
        ids = {
            one.provider: one.id
            for one in accounts
            if one.provider in {"twitter", "linkedin", "bluesky", "mastodon"}
        }
        file = home / "body.json"
        file.write_text(posts.body(ids))
        env = stage.environment(home, sandbox, {}) | {
            "KEY": sandbox.scenario.api_key,
            "WORKSPACE": sandbox.scenario.workspaces[0].id,
            "URL": sandbox.url,
            "BODY": str(file),
        }
        return stage.run([str(ROOT / "benchmarks" / "curl-and-jq.sh")], env, sandbox)
