"""Runs release.yml as GitHub does: every job after those it needs, every step in its order, on a runner of its own."""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support import repository as repo

WORKFLOW = repo.read(repo.ROOT / ".github" / "workflows" / "release.yml")
COPIED = ("action.yml", "CHANGELOG.md", "publer_publish/__init__.py", "image", ".github/workflows")
_EXPRESSION = re.compile(r"\$\{\{ (.*?) \}\}")
_WRITTEN = re.compile(r"```sh\n(.*?)```", re.DOTALL)
PAGE = (repo.ROOT / "docs" / "releasing.md").read_text(encoding="utf-8")

FAKES = {
    "gh": 'exec "{python}" -SE {here}/fake_gh.py "$@"',
    "docker": 'exec "{python}" -SE {here}/fake_docker.py "$@"',
    "sleep": ":",
    "python3": 'exec "{python}" "$@"',
    # Whether the registry shows the package depends on whether there is one; it was made public by hand.
    "curl": """\
case "$*" in
*token?service*) echo '{{"token":"x"}}' ;;
*ghcr.io/v2/*) grep -q sha256 "$FAKE_GITHUB/registry.json" && printf 200 || printf 404 ;;
*pypi.org/pypi/publer-publish/$VERSION/json*)
  cp "$FAKE_GITHUB/pypi-$VERSION.json" published.json 2>/dev/null && printf 200 || printf 404 ;;
*) exit 1 ;;
esac""",
    # The one question that release.yml asks of it.
    "jq": """\
exec "{python}" -c 'import json, sys
listed = json.load(sys.stdin)["manifests"]
print(next(one["digest"] for one in listed if one["platform"]["architecture"] == sys.argv[1]))' "$4\"""",
    "make": """\
case $* in
wheel) mkdir -p build/wheel && git rev-parse HEAD >"build/wheel/publer_publish-$(
  sed -n 's/^__version__ = "\\(.*\\)"/\\1/p' publer_publish/__init__.py)-py3-none-any.whl" ;;
e2e) docker pull "$E2E_IMAGE" ;;
*) exit 1 ;;
esac""",
}


def documented(words: str) -> str:
    """The block of commands of docs/releasing.md that holds these words."""
    (found,) = (block for block in _WRITTEN.findall(PAGE) if words in block)
    return re.sub(r"^ {3,5}", "", str(found), flags=re.MULTILINE)


@dataclass
class Step:
    job: str
    name: str
    said: str


@dataclass
class Rehearsal:
    home: Path
    ran: list[Step] = field(default_factory=list)
    approved: list[str] = field(default_factory=list)
    _runners: Iterator[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        (self.home / "bin").mkdir()
        here = Path(__file__).parent
        for name, script in FAKES.items():
            program = self.home / "bin" / name
            program.write_text("#!/bin/sh\n" + script.format(python=sys.executable, here=here) + "\n")
            program.chmod(0o755)
        for name, content in {"reviewers": "1", "releases.json": "[]", "attested": ""}.items():
            (self.home / name).write_text(content)
        (self.home / "registry.json").write_text(json.dumps({"manifests": {}, "tags": {}, "local": ""}))
        subprocess.run(["git", "init", "-q", "--bare", "-b", "main", self.home / "origin.git"], check=True)
        self.work = self.home / "maintainer"
        self.work.mkdir()
        self.type("git init -q -b main && git remote add origin ../origin.git")

    @property
    def registry(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.home / "registry.json").read_text())
        return found

    def type(self, script: str, here: Path | None = None, **env: str) -> str:
        """What a maintainer, or anybody, types into a terminal."""
        done = self._run(script, here or self.work, {"HOME": str(self.home), "GH_TOKEN": "mine", **env})
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    def step(self, workflow: str, job: str, name: str, **env: str) -> dict[str, str]:
        """One step of another workflow, and its outputs."""
        jobs = repo.read(repo.ROOT / ".github" / "workflows" / workflow)["jobs"]
        (script,) = (step["run"] for step in jobs[job]["steps"] if step["name"] == name)
        output = self.home / "output"
        output.write_text("")
        rights = [right for right, level in jobs[job]["permissions"].items() if level == "write"]
        self.type(script, self.work, GITHUB_OUTPUT=str(output), RIGHTS=" ".join(rights), **env)
        return dict(line.split("=", 1) for line in output.read_text().splitlines())

    def merge(self, version: str) -> None:
        """The pull request that asks for a version: the files of this repository, as they would be then."""
        for name in COPIED:
            source, target = repo.ROOT / name, self.work / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(
                    source, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__")
                )
            else:
                shutil.copyfile(source, target)
        (self.work / "publer_publish" / "__init__.py").write_text(f'__version__ = "{version}"\n')
        changelog = self.work / "CHANGELOG.md"
        dated = re.sub(
            r"^## \[.*", f"## [{version}] - 2026-12-01", changelog.read_text(), count=1, flags=re.MULTILINE
        )
        changelog.write_text(dated)
        for workflow in (self.work / ".github" / "workflows").iterdir():
            text = re.sub(rf"(uses: {repo.OURS})@v[\d.]+", rf"\1@v{version}", workflow.read_text())
            workflow.write_text(text)
        self.type(f"git add -A && git commit -qm {version} && git push -q origin main")

    def release(self, version: str) -> dict[str, dict[str, str]]:
        """Everything that a pushed request starts. Returns what the jobs handed on."""
        ref = f"release/v{version}"
        done: dict[str, dict[str, str]] = {}
        for name, job in WORKFLOW["jobs"].items():
            needed = job.get("needs", [])
            assert set([needed] if isinstance(needed, str) else needed) <= done.keys(), (
                f"{name} runs too early"
            )
            done[name] = {}
            for matrix in _legs(job):
                outputs = self._job(name, job, ref, {"matrix": matrix, "needs": done})
                done[name] |= {key: value for key, value in outputs.items() if value}
        return done

    def _job(self, name: str, job: Any, ref: str, contexts: dict[str, Any]) -> dict[str, str]:
        if "uses" in job:
            assert (repo.ROOT / job["uses"].removeprefix("$/")).is_file()
            return {}
        if "environment" in job:
            self.approved.append(job["environment"])
        place = self.home / f"runner-{next(self._runners)}"
        (place / "work").mkdir(parents=True)
        matrix = contexts["matrix"]
        machine = "arm64" if str(matrix.get("runner", "")).endswith("-arm") else "amd64"
        sha = subprocess.run(
            ["git", "--git-dir", self.home / "origin.git", "rev-parse", f"refs/tags/{ref}^{{commit}}"],
            capture_output=True, check=True, text=True,
        ).stdout.strip()  # fmt: skip
        rights = [right for right, level in job["permissions"].items() if level == "write"]
        runner = {
            "HOME": str(place),
            "RUNNER_TEMP": str(place),
            "MACHINE": machine,
            "RIGHTS": " ".join(rights),
            "GITHUB_SHA": sha,
            "GITHUB_REF_NAME": ref,
            "GITHUB_RUN_ID": "1",
            "GITHUB_RUN_ATTEMPT": "1",
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_STEP_SUMMARY": str(place / "summary"),
        }
        contexts = {
            **contexts,
            "github": {"token": "token", "actor": "octocat"},
            "env": dict(WORKFLOW["env"]),
            "steps": {},
        }
        contexts["env"] |= {key: filled(value, contexts) for key, value in job.get("env", {}).items()}
        for step in job["steps"]:
            if "if" not in step or holds(step["if"], contexts):
                outputs = self._step(name, step, place / "work", runner, contexts)
                contexts["steps"][step.get("id", "")] = {"outputs": outputs}
        return {key: filled(value, contexts) for key, value in job.get("outputs", {}).items()}

    def _step(
        self, job: str, step: Any, work: Path, runner: Mapping[str, str], contexts: Mapping[str, Any]
    ) -> dict[str, str]:
        given = {key: filled(str(value), contexts) for key, value in step.get("with", {}).items()}
        if "uses" in step:
            self.ran.append(Step(job, step["name"], ""))
            return self._action(step["uses"].partition("@")[0], given, work, runner)
        output = work.parent / "output"
        output.write_text("")
        env = {key: filled(value, contexts) for key, value in step.get("env", {}).items()}
        done = self._run(
            step["run"], work, {**runner, **contexts["env"], **env, "GITHUB_OUTPUT": str(output)}
        )
        said = done.stdout + done.stderr
        self.ran.append(Step(job, step["name"], said))
        assert done.returncode == 0, f"{job}: {step['name']}: {said}"
        return dict(line.split("=", 1) for line in output.read_text().splitlines())

    def _action(
        self, action: str, given: Mapping[str, str], work: Path, runner: Mapping[str, str]
    ) -> dict[str, str]:
        rights = runner["RIGHTS"].split()
        if action == "actions/checkout":
            depth = "" if given.get("fetch-depth") == "0" else "--depth 1 --no-tags"
            ref, origin = runner["GITHUB_REF_NAME"], f"file://{self.home / 'origin.git'}"
            self.type(f"git clone -q {depth} --branch {ref} {origin} . 2>/dev/null", work)
        elif action == "actions/attest":
            assert {"id-token", "attestations", "packages", "artifact-metadata"} <= set(rights)
            with (self.home / "attested").open("a") as attested:
                attested.write(given["subject-digest"] + "\n")
        elif action == "pypa/gh-action-pypi-publish":
            assert "id-token" in rights
            assert self.approved[-1] == "pypi"
            (wheel,) = (work / given["packages-dir"]).iterdir()
            version = wheel.name.split("-")[1]
            sha = self.type(f"sha256sum {wheel}").split()[0]
            published = self.home / f"pypi-{version}.json"
            assert not published.exists(), "PyPI takes a version once"
            published.write_text(json.dumps({"urls": [{"digests": {"sha256": sha}}]}))
        elif action == "./":
            (image,) = re.findall(
                r"^  image: docker://(\S+)$", (work / "action.yml").read_text(), re.MULTILINE
            )
            assert image.partition("@")[2] in self.registry["manifests"]
            return {"outcome": "valid"}
        else:
            assert action == "actions/setup-python"
        return {}

    def _run(self, script: str, here: Path, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        who = {
            f"GIT_{who}_{what}": "x@example.com"
            for who in ("AUTHOR", "COMMITTER")
            for what in ("NAME", "EMAIL")
        }
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=here,
            env={
                "PATH": f"{self.home / 'bin'}:{os.environ['PATH']}",
                "FAKE_GITHUB": str(self.home),
                "GITHUB_REPOSITORY": repo.OURS,
                "MACHINE": "amd64",
                **who,
                **env,
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )


def _legs(job: Any) -> list[dict[str, str]]:
    matrix = job.get("strategy", {}).get("matrix", {})
    if "include" in matrix:
        return list(matrix["include"])
    return [dict(zip(matrix, values, strict=True)) for values in itertools.product(*matrix.values())]


def filled(text: str, contexts: Mapping[str, Any]) -> str:
    return _EXPRESSION.sub(lambda match: _value(match[1], contexts), text)


def holds(condition: str, contexts: Mapping[str, Any]) -> bool:
    match = re.fullmatch(r"(\S+) (==|!=) '(\w*)'", condition)
    assert match, condition
    return (_value(match[1], contexts) == match[3]) == (match[2] == "==")


def _value(expression: str, contexts: Mapping[str, Any]) -> str:
    """A path, or the first of several that is not empty. What was never set is empty."""
    for path in expression.split(" || "):
        found: Any = contexts
        steps = path.split(".")
        if steps[0] == "needs":
            steps.remove("outputs")
        for step in steps:
            found = found.get(step, "") if isinstance(found, Mapping) else ""
        if found:
            return str(found)
    return ""
