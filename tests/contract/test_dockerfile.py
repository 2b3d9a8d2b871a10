"""The image: what it is made from, how it starts, and what is not in it."""

import json
import re
from importlib import metadata
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support import repository as repo

TEXT = (repo.ROOT / "Dockerfile").read_text(encoding="utf-8")
BASE = r"python:3\.13-slim-trixie@sha256:[0-9a-f]{64}"
"""Any digest: Dependabot moves it."""


def _instructions() -> list[tuple[str, str]]:
    without_comments = "\n".join(line for line in TEXT.splitlines() if not line.lstrip().startswith("#"))
    logical = without_comments.replace("\\\n", " ")
    pairs = [line.split(None, 1) for line in logical.splitlines() if line.strip()]
    return [(name.upper(), " ".join(rest.split())) for name, rest in pairs]


INSTRUCTIONS = _instructions()
FINAL = INSTRUCTIONS[max(index for index, (name, _) in enumerate(INSTRUCTIONS) if name == "FROM") :]


def _values(name: str, instructions: list[tuple[str, str]] = INSTRUCTIONS) -> list[str]:
    return [rest for found, rest in instructions if found == name]


def _entrypoint() -> list[str]:
    (line,) = _values("ENTRYPOINT")
    found: Any = json.loads(line)
    assert isinstance(found, list)
    return found


def test_the_image_is_filled_from_a_base_pinned_by_digest_and_from_nothing_else() -> None:
    """A tag of the base could be moved under a released commit (poisoned dependency, moved tag)."""
    build, final = _values("FROM")
    base = build.removesuffix(" AS build")
    assert re.fullmatch(BASE, base)
    assert final == "scratch"
    (labels,) = _values("LABEL", FINAL)
    assert f'base.name="docker.io/library/{base.partition("@")[0]}"' in labels
    assert [run for run in _values("RUN") if re.search(r"\b(apt|apt-get|curl|wget|dpkg)\b", run)] == []


def test_python_becomes_pid_1_unbuffered_and_deaf_to_python_variables() -> None:
    """A shell drops INPUT_API-KEY and swallows SIGTERM; -u keeps the log in order; -E keeps PYTHONPATH out.

    Of two variables -E does not keep out the value: `env` drops them, and Python takes its place.
    """
    assert _entrypoint() == ["/app/entrypoint.py"]
    start = "/usr/bin/env -S -u PYTHONEXECUTABLE -u __PYVENV_LAUNCHER__ /app/venv/bin/python -u -E"
    assert any(f"sed -i '1i #!{start}' /app/entrypoint.py" in run for run in _values("RUN"))
    assert any("chmod 0755 /app/entrypoint.py" in run for run in _values("RUN"))


def test_kubernetes_mode_starts_the_same_program_by_one_absolute_path() -> None:
    assert [repo.action()["runs"]["entrypoint"]] == _entrypoint()


def test_it_runs_as_root_as_github_asks_and_relies_on_no_working_directory() -> None:
    """Another user cannot write the command files; the runner replaces WORKDIR by the user's checkout."""
    assert _values("USER") == []
    assert _values("WORKDIR", FINAL) == []
    assert _values("CMD") == []


def test_only_reviewed_wheels_are_installed_and_nothing_is_built() -> None:
    """A poisoned package has another hash; a source package would run its own code here."""
    installs = [run for run in _values("RUN") if " install " in run]
    assert len(installs) == 1
    assert {"--require-hashes", "--only-binary", ":all:", "--no-cache-dir"} <= set(installs[0].split())


@pytest.mark.parametrize("file", ["Dockerfile", "Makefile"])
def test_a_lock_is_installed_as_it_stands_and_nothing_is_resolved(file: str) -> None:
    """pip 23 met `coverage[toml]`, looked at a release newer than the lock, and refused to install at all."""
    text = (repo.ROOT / file).read_text(encoding="utf-8").replace("\\\n", " ")
    installs = [line for line in text.splitlines() if "--require-hashes" in line]
    assert installs
    assert [line for line in installs if "--no-deps" not in line.split()] == []


def test_the_lock_holds_everything_that_its_packages_need() -> None:
    """Without this, an incomplete lock would fail only where something is imported."""
    text = (repo.ROOT / "requirements" / "dev.txt").read_text(encoding="utf-8")
    locked = dict(re.findall(r"^([a-z0-9._-]+)==([^\s;]+)", text, re.MULTILINE))
    assert "requests" in locked
    for name in locked:
        try:
            needs = map(Requirement, metadata.requires(name) or [])
        except metadata.PackageNotFoundError:  # for another system or another Python
            continue
        for need in needs:
            if need.marker is None or need.marker.evaluate({"extra": ""}):
                version = locked.get(canonicalize_name(need.name))
                assert version is not None, f"{name} needs {need}, which is not in the lock"
                assert need.specifier.contains(version, prereleases=True), (
                    f"{name} needs {need}, not {version}"
                )


@pytest.mark.parametrize("lock", ["runtime.txt", "dev.txt", "e2e.txt"])
def test_every_locked_package_has_a_version_and_hashes(lock: str) -> None:
    text = (repo.ROOT / "requirements" / lock).read_text(encoding="utf-8").replace("\\\n", " ")
    packages = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert packages
    assert [
        line
        for line in packages
        if not re.match(r"[a-z0-9._-]+(\[.*\])?==\S+ .*--hash=sha256:[0-9a-f]{64}", line)
    ] == []


def test_the_final_stage_takes_what_was_gathered_and_runs_nothing() -> None:
    assert _values("COPY", FINAL) == [
        f"--from=build /image/{layer} /" for layer in ("system", "python", "program")
    ]
    assert _values("RUN", FINAL) == []
    # What is not in there cannot be imported there: the build fails where anything is missing.
    assert _values("RUN")[-1] == "python gather.py /image"
    assert any("compileall" in run and "unchecked-hash" in run for run in _values("RUN"))


def test_the_program_is_copied_and_neither_tests_nor_sandbox() -> None:
    assert [copy.split()[0] for copy in _values("COPY") if not copy.startswith("--from")] == [
        "requirements/runtime.txt",
        "schemas",
        "publer_publish",
        "entrypoint.py",
        "image/gather.py",
    ]


def test_the_build_context_holds_nothing_else() -> None:
    """The whole repository is the context: what is not ignored may reach the builder."""
    lines = (repo.ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    let_in = [rule[1:] for rule in rules if rule.startswith("!")]
    assert let_in == [
        "entrypoint.py",
        "image/gather.py",
        "image/imports.py",
        "publer_publish",
        "requirements/runtime.txt",
        "schemas",
    ]
    assert rules[rules.index("!schemas") + 1 :] == ["**/__pycache__", "**/*.pyc"]


def test_the_image_says_where_it_comes_from() -> None:
    (labels,) = _values("LABEL", FINAL)
    for key in ("title", "description", "source", "licenses", "base.name"):
        assert f"org.opencontainers.image.{key}=" in labels
