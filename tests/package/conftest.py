"""The package as a user gets it: a wheel, built here, installed into an empty environment outside the checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sandbox.server import Sandbox
from tests.support.repository import ROOT

Command = Callable[..., subprocess.CompletedProcess[str]]
LOCKED = ("--no-build-isolation", "--python", sys.executable)
"""Built with what the lock names."""
UV = Path(sys.executable).with_name("uv")


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository of what git knows of this working tree, so that nothing else can get into the package."""
    source = tmp_path_factory.mktemp("source")
    known = ("git", "ls-files", "--cached", "--others", "--exclude-standard")
    for name in subprocess.run(
        known, cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout.splitlines():
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, source / name)
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "All"]):
        subprocess.run(["git", "-c", "user.name=x", "-c", "user.email=x", *command], cwd=source, check=True)
    return source


@pytest.fixture(scope="session")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    built = tmp_path_factory.mktemp("built")
    subprocess.run([UV, "build", "--quiet", "--wheel", *LOCKED, "--out-dir", built, source], check=True)
    (found,) = built.glob("*.whl")
    return found


@pytest.fixture(scope="session")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of the commands."""
    home = tmp_path_factory.mktemp("empty") / "venv"
    subprocess.run([UV, "venv", "--quiet", "--no-project", "--python", sys.executable, home], check=True)
    subprocess.run([UV, "pip", "install", "--quiet", "--python", home, wheel], check=True)
    return home / "bin"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def command(environment: Path, sandbox: Sandbox, tmp_path: Path) -> Command:
    """Run a command of the environment in an empty directory with a post in it."""
    (tmp_path / "launch.publer.yml").write_text("text: Rocket 1.0 is out\naccounts: [mastodon/*]\n")

    def run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [environment / program, *arguments],
            cwd=tmp_path,
            env={"PATH": os.defpath, "PUBLER_API_KEY": sandbox.scenario.api_key, "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )

    return run
