"""Promise: whoever stops listening changes nothing of what is sent, nor of outputs and summary; the run is red."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO

import pytest

from sandbox.scenario import Job
from tests.support.fake_runner.file_commands import read_entries
from tests.support.repository import OUTPUTS, ROOT
from tests.support.stage import Stage, account, world


@pytest.fixture
def stage(process_stage: Stage) -> Stage:
    """Real processes, real time."""
    return process_stage


BOTH = pytest.mark.parametrize("place", ["workflow", "desk"])


def start(stage: Stage, place: str, stdout: int | IO[bytes] | None, *more: str) -> subprocess.Popen[bytes]:
    """The program with this standard output; None: it is closed."""
    stage.write("post.yml", "text: Acme 2.0 is out.\naccounts: ['twitter/*']\n")
    for name in ("output", "summary"):
        (stage.tmp_path / name).touch()
    common = {
        "PATH": os.environ["PATH"],
        "HOME": str(stage.tmp_path),
        "GITHUB_OUTPUT": str(stage.tmp_path / "output"),
        "GITHUB_STEP_SUMMARY": str(stage.tmp_path / "summary"),
        "GITHUB_REPOSITORY": "acme/rocket",
    }
    key, url = stage.sandbox.scenario.api_key, stage.sandbox.url
    if place == "workflow":
        env = {"GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": str(stage.workspace), "INPUT_POST-FILE": "post.yml",
               "INPUT_API-KEY": key, "INPUT_API-URL": url}  # fmt: skip
        arguments = ["-u", "-E", str(ROOT / "entrypoint.py")]
    else:
        env = {"PUBLER_API_KEY": key}
        arguments = ["-B", str(ROOT / "entrypoint.py"), "publish", "post.yml", "--api-url", url, *more]
    command = [sys.executable, *arguments]
    return subprocess.Popen(
        ["bash", "-c", 'exec "$@" >&-', "bash", *command] if stdout is None else command,
        cwd=stage.workspace,
        env=common | env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL if stdout is None else stdout,
        stderr=subprocess.PIPE,
    )


def check_end(stage: Stage, process: subprocess.Popen[bytes]) -> None:
    _, said = process.communicate(timeout=30)
    assert process.returncode == 1
    assert said.decode().splitlines()[-1] == (
        "Standard output could not be written completely. This does not affect what was sent."
    )
    assert b"Traceback" not in said
    assert len(stage.published()) == 1
    entries = list(read_entries((stage.tmp_path / "output").read_text(encoding="utf-8")))
    assert sorted(name for name, _ in entries) == sorted(OUTPUTS), "each once"
    assert dict(entries)["outcome"] == "published"
    assert (stage.tmp_path / "summary").read_text(encoding="utf-8").count("## ✅ Published") == 1


@BOTH
def test_standard_output_is_closed(stage: Stage, place: str) -> None:
    stage.open(world(account("twitter")))
    check_end(stage, start(stage, place, None))


@BOTH
def test_standard_output_is_full(stage: Stage, place: str) -> None:
    stage.open(world(account("twitter")))
    with Path("/dev/full").open("wb") as full:
        check_end(stage, start(stage, place, full))


@BOTH
@pytest.mark.parametrize("when", ["at once", "after sending"])
def test_nobody_reads_any_more(stage: Stage, place: str, when: str) -> None:
    stage.open(world(account("twitter"), job=Job(delay=1.5)))
    process = start(stage, place, subprocess.PIPE)
    assert process.stdout
    pause = threading.Event()
    while when == "after sending" and not stage.requests("/posts/schedule/publish"):
        assert process.poll() is None
        pause.wait(0.01)
    process.stdout.close()
    process.stdout = None
    check_end(stage, process)


def test_nobody_reads_the_json(stage: Stage) -> None:
    stage.open(world(account("twitter")))
    with Path("/dev/full").open("wb") as full:
        check_end(stage, start(stage, "desk", full, "--json"))


def test_nobody_reads_what_goes_with_the_json(stage: Stage) -> None:
    """What was asked for is complete."""
    stage.open(world(account("twitter")))
    process = start(stage, "desk", subprocess.PIPE, "--json")
    assert process.stderr
    process.stderr.close()
    process.stderr = None
    found, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    assert b'"status":"published"' in found
