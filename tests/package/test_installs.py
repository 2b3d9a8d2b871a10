"""The installs that the README names, typed as they are written; the wheel built here stands for the one on PyPI."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from publer_publish import __version__
from tests.support.repository import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
PROGRAMS = Path(sys.executable).parent
"""Where the lock has put uvx and pipx."""
OTHERS = [
    python
    for version in ("3.12", "3.13", "3.14")
    for python in (Path.home() / ".pyenv" / "versions").glob(f"{version}.*/bin/python")
]


def type_in(wheel: Path, home: Path, command: str, **env: str) -> str:
    (home / "posts").mkdir(exist_ok=True)
    post = "text: Rocket 1.0 is out\naccounts: [mastodon/*]\n"
    for name in ("launch.publer.yml", "other.yml"):
        (home / "posts" / name).write_text(post)
    places = {"HOME": str(home), "PATH": f"{home / '.local' / 'bin'}:{PROGRAMS}:{os.environ['PATH']}"}
    found = {"UV_FIND_LINKS": str(wheel.parent), "PIP_FIND_LINKS": str(wheel.parent)}
    caches = {
        name: os.environ[name]
        for name in os.environ
        if name.startswith(("UV_", "PIP_", "SSL_", "REQUESTS_")) or name.lower().endswith("_proxy")
    }
    done = subprocess.run(
        ["/bin/sh", "-ec", command],
        cwd=home,
        env={**caches, **places, **found, **env},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def written(pattern: str) -> str:
    (command,) = set(re.findall(pattern, README))
    return str(command)


def test_uvx(wheel: Path, tmp_path: Path) -> None:
    said = type_in(wheel, tmp_path, written(r"`(uvx publer-publish [^`]+)`"))
    assert f"publer-publish {__version__}: validate" in said
    assert re.search(r"posts? (?:is|are) valid", said)


def test_pipx(wheel: Path, tmp_path: Path) -> None:
    type_in(wheel, tmp_path, written(r"`(pipx install publer-publish)`"))
    said = type_in(wheel, tmp_path, "publer-publish --version")
    assert said == f"publer-publish {__version__}\n"
    assert "is valid" in type_in(wheel, tmp_path, "pipx run publer-publish validate posts/launch.publer.yml")


@pytest.mark.parametrize("python", OTHERS, ids=lambda python: python.parents[1].name)
def test_every_python_that_is_here(wheel: Path, tmp_path: Path, python: Path) -> None:
    command = "uvx publer-publish validate posts/launch.publer.yml"
    assert "is valid" in type_in(wheel, tmp_path, command, UV_PYTHON=str(python))
