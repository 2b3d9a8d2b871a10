"""A container engine, the action as users get it, and `act`, which runs workflows with both."""

import functools
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from publer_publish import __version__

ROOT = Path(__file__).resolve().parents[2]
ACT = Path(sys.executable).with_name("act")
OURS = "publer-publish/publer-publish"
REPOSITORY = "acme/rocket"
RUNNER_IMAGE = "act-host:latest"
SHIPPED = (
    "action.yml",
    "Dockerfile",
    ".dockerignore",
    "entrypoint.py",
    "publer_publish",
    "schemas",
    "image",
    "requirements",
    ".github",
)
PUSHED_IMAGE = os.environ.get("E2E_IMAGE", "")
"""An image that was pushed already, by its digest: what a release tries out instead of building another."""
RUNNER_UID = 1001
"""The user of GitHub's hosted runners, to whom workspace and command files belong."""


_QUEUE = re.compile(r"^ +queue: max\b.*\n", re.MULTILINE)
"""act 0.2.89 refuses what GitHub has known since May 2026. One run at a time has nothing to queue."""


def docker(*arguments: str, check: bool = True) -> str:
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False)
    if check and done.returncode:
        raise AssertionError(f"docker {' '.join(arguments)}: {done.stdout}{done.stderr}")
    return done.stdout.strip()


def engine_runs() -> bool:
    try:
        return subprocess.run(["docker", "info"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def base_image() -> str:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    (base,) = re.findall(r"^FROM (\S+) AS build$", text, re.MULTILINE)
    return str(base)


@functools.cache
def base_is_a_stand_in() -> bool:
    """Whether only an image of the base's name is here, without the digest that the Dockerfile asks for."""
    base = base_image()
    here = subprocess.run(["docker", "image", "inspect", base], capture_output=True, check=False)
    if not here.returncode:
        return False
    try:
        pulled = subprocess.run(["docker", "pull", "-q", base], capture_output=True, check=False, timeout=120)
    except subprocess.TimeoutExpired:
        return True
    return pulled.returncode != 0


def copy_of_the_action(target: Path) -> Path:
    """What a runner downloads for `uses:`, with the digest left out where no registry answers.

    As a release has it if there is a pushed image, else as it is in the repository.
    """
    for name in SHIPPED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            target.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target / name)
    base = base_image()
    if PUSHED_IMAGE:
        text = (target / "action.yml").read_text(encoding="utf-8")
        assert text.count("  image: Dockerfile\n") == 1
        released = text.replace("  image: Dockerfile\n", f"  image: docker://{PUSHED_IMAGE}\n")
        (target / "action.yml").write_text(released, encoding="utf-8")
    if base_is_a_stand_in():
        dockerfile = target / "Dockerfile"
        text = dockerfile.read_text(encoding="utf-8")
        dockerfile.write_text(text.replace(base, base.partition("@")[0]), encoding="utf-8")
    for workflow in (target / ".github" / "workflows").glob("*.yml"):
        workflow.write_text(_QUEUE.sub("", workflow.read_text(encoding="utf-8")), encoding="utf-8")
    if not docker("images", "-q", RUNNER_IMAGE):
        docker("tag", base.partition("@")[0] if base_is_a_stand_in() else base, RUNNER_IMAGE)
    return target


def uploaders() -> set[str]:
    """``actions/upload-artifact`` at every commit that our workflows name."""
    workflows = (ROOT / ".github" / "workflows").glob("*.yml")
    found = {
        ref
        for path in workflows
        for ref in re.findall(r"actions/upload-artifact@[0-9a-f]{40}", path.read_text(encoding="utf-8"))
    }
    assert found, "no workflow keeps an artifact"
    return found


def stand_in_for_the_uploader(target: Path) -> Path:
    """An ``actions/upload-artifact`` that only copies: the real one needs Node and GitHub's store."""
    target.mkdir(parents=True)
    document = {
        "name": "Keep an artifact",
        "inputs": {"name": {"required": True}, "path": {"required": True}, "overwrite": {"default": "false"}},
        "runs": {
            "using": "composite",
            "steps": [
                {
                    "shell": "bash",
                    "env": {"NAME": "${{ inputs.name }}", "FILE": "${{ inputs.path }}"},
                    "run": 'mkdir -p ".e2e/artifacts/$NAME" && cp -- "$FILE" ".e2e/artifacts/$NAME/"',
                }
            ],
        },
    }
    (target / "action.yml").write_text(json.dumps(document), encoding="utf-8")
    return target


@dataclass(kw_only=True)
class Run:
    """What a workflow run left behind."""

    code: int
    log: str
    outputs: dict[str, str]
    """What the step after ours read; empty if it was not reached."""

    @property
    def results(self) -> list[dict[str, Any]]:
        found = json.loads(self.outputs["results"])
        assert isinstance(found, list)
        return found


def make_repository(path: Path, files: Mapping[str, str]) -> Path:
    """A second repository, whose files belong to the runner's user, as after a checkout."""
    for name, text in files.items():
        place = path / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    git = [
        "git",
        "-c",
        "user.name=x",
        "-c",
        "user.email=x@example.com",
        "-c",
        "safe.directory=*",
        "-C",
        str(path),
    ]
    for command in (
        ["init", "-q", "-b", "main"],
        ["remote", "add", "origin", f"https://github.com/{REPOSITORY}.git"],
        ["add", "-A"],
        ["commit", "-qm", "x"],
    ):
        subprocess.run([*git, *command], check=True)
    for place in (path, *path.rglob("*")):
        give_to_the_runner(place)
    return path


def give_to_the_runner(place: Path) -> None:
    """Who is not root cannot give files away, and has made them as an ordinary user already."""
    if os.geteuid() == 0:
        os.chown(place, RUNNER_UID, RUNNER_UID, follow_symlinks=False)


def state_of(workspace: Path) -> dict[str, tuple[int, int, int, int, int]]:
    """Owner, group, mode, size and time of every file, but for what the recording step writes."""
    found = {}
    for place in (workspace, *workspace.rglob("*")):
        name = str(place.relative_to(workspace))
        if name == "." or name.startswith((".e2e", ".git/")):
            continue
        status = place.lstat()
        size = 0 if place.is_dir() else status.st_size
        found[name] = (status.st_uid, status.st_gid, status.st_mode, size, status.st_mtime_ns)
    return found


RECORDER = {
    "name": "Read every output",
    "if": "always()",
    "env": {"OUTPUTS": "${{ toJSON(steps.publish.outputs) }}"},
    "run": 'mkdir -p .e2e && printf %s "$OUTPUTS" >.e2e/outputs.json',
}


def load_workflow(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(_QUEUE.sub("", text))


def write_workflow(workspace: Path, document: Any) -> None:
    # JSON is YAML, and no reader takes its "on" for a boolean.
    (workspace / ".github" / "workflows" / "publer.yml").write_text(json.dumps(document), encoding="utf-8")


@dataclass(frozen=True, kw_only=True)
class Act:
    """Runs a workflow of a repository, with the action where a runner would have put it."""

    action: Path
    uploader: Path
    home: Path

    def run(
        self,
        workspace: Path,
        event: str,
        payload: Mapping[str, Any],
        *,
        job: str = "",
        secrets: Mapping[str, str] | None = None,
        variables: Mapping[str, str] | None = None,
        github_api_url: str = "http://127.0.0.1:9",
    ) -> Run:
        event_file = self.home / "event.json"
        event_file.write_text(json.dumps(payload), encoding="utf-8")
        (self.home / "act").mkdir(exist_ok=True)
        (self.home / "act" / "actrc").touch()
        command = [
            str(ACT), event, "--eventpath", str(event_file), "--pull=false", "--bind", "--rm", "--network", "host",
            "--action-cache-path", str(self.home / "cache"),
            *(part for tag in ("v1", f"v{__version__}") for part in ("--local-repository", f"{OURS}@{tag}={self.action}")),
            *(part for ref in uploaders() for part in ("--local-repository", f"{ref}={self.uploader}")),
            "--env", f"GITHUB_API_URL={github_api_url}",
            *(part for name in ("ubuntu-latest", "ubuntu-24.04") for part in ("-P", f"{name}={RUNNER_IMAGE}")),
            *(part for pair in (secrets or {}).items() for part in ("-s", "=".join(pair))),
            *(part for pair in (variables or {}).items() for part in ("--var", "=".join(pair))),
            *(("-j", job) if job else ()),
        ]  # fmt: skip
        before = state_of(workspace)
        done = subprocess.run(
            command,
            cwd=workspace,
            env={**os.environ, "XDG_CONFIG_HOME": str(self.home), "XDG_CACHE_HOME": str(self.home)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        after = state_of(workspace)
        assert after == before, "the run changed files of the workspace"
        recorded = workspace / ".e2e" / "outputs.json"
        outputs = json.loads(recorded.read_text(encoding="utf-8")) if recorded.exists() else {}
        return Run(code=done.returncode, log=done.stdout + done.stderr, outputs=outputs)


def wait_until(what: str, holds: Any) -> None:
    """Look again and again, for at most a minute, until something outside of this process has happened."""
    for _ in range(600):
        if holds():
            return
        time.sleep(0.1)
    raise AssertionError(f"did not happen within a minute: {what}")
