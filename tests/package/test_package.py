"""`pip install publer-publish` gives the command, and nothing of it needs the checkout."""

from __future__ import annotations

import re
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest

from publer_publish import __version__
from sandbox.server import Sandbox
from tests.package.conftest import Command
from tests.support.repository import ROOT


def test_the_wheel_holds_the_program_and_the_schemas_and_nothing_else(wheel: Path) -> None:
    assert wheel.name == f"publer_publish-{__version__}-py3-none-any.whl"
    with zipfile.ZipFile(wheel) as archive:
        files = {name for name in archive.namelist() if ".dist-info/" not in name}
        for schema in (ROOT / "schemas").iterdir():
            assert archive.read(f"publer_publish/schemas/{schema.name}") == schema.read_bytes()
    program = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "publer_publish").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert files == program | {f"publer_publish/schemas/{path.name}" for path in (ROOT / "schemas").iterdir()}


@pytest.mark.parametrize("start", [("publer-publish",), ("python", "-m", "publer_publish")], ids=" ".join)
def test_help_and_version(command: Command, start: tuple[str, ...]) -> None:
    done = command(*start, "--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"publer-publish {__version__}\n", "")
    done = command(*start, "validate", "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert "publer-publish validate" in done.stdout


def test_validate(command: Command, tmp_path: Path) -> None:
    done = command("publer-publish", "validate", "launch.publer.yml")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    (tmp_path / "wrong.publer.yml").write_text("txet: Rocket\n")
    done = command("publer-publish", "validate", "wrong.publer.yml")
    assert done.returncode == 1
    assert "wrong.publer.yml:1:1" in done.stdout


@pytest.mark.parametrize("start", [("publer-publish",), ("python", "-m", "publer_publish")], ids=" ".join)
def test_publish(command: Command, sandbox: Sandbox, start: tuple[str, ...]) -> None:
    done = command(*start, "publish", "launch.publer.yml", "--api-url", sandbox.url)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert [post.text for post in sandbox.record.published] == ["Rocket 1.0 is out"]


def test_a_lower_bound_is_no_higher_than_what_is_locked(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        lines = archive.read(metadata).decode().splitlines()
    needs = [line.removeprefix("Requires-Dist: ") for line in lines if line.startswith("Requires-Dist: ")]
    assert needs
    for need in needs:
        match = re.fullmatch(r"([\w.-]+)>=([\d.]+)", need)
        assert match, (
            f"{need}: a lower bound and nothing else, so that it can be installed beside other things"
        )
        name, bound = match.groups()
        assert tuple(map(int, bound.split("."))) <= tuple(map(int, version(name).split(".")[:3]))
