"""Promise: at a terminal the program is at home: paths begin in the current directory, and messages speak of flags."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from publer_publish.app import main
from publer_publish.config import INPUTS
from sandbox.faults import Fault
from tests.support.repository import ROOT
from tests.support.stage import Stage, account, world

POST = "text: Rocket 1.0 is out\naccounts: ['twitter/*']\n"
WITH_PICTURE = "text: Look\nmedia: [{file: pictures/card.png, alt_text: A card}]\naccounts: ['twitter/*']\n"
CARD = ROOT / "examples" / "media" / "card.png"


class Typed(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def rocket(stage: Stage) -> Path:
    """A repository with a post in a directory of its own, which names a picture from the root."""
    stage.open(world(account("twitter")))
    (stage.workspace / ".git").mkdir()
    stage.write("posts/launch.publer.yml", WITH_PICTURE)
    stage.write("pictures/card.png", CARD.read_bytes())
    return stage.workspace


@pytest.fixture
def type_in(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Typed]:
    def type_in(here: Path, *arguments: str, stdin: bytes = b"", key: str | None = None) -> Typed:
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        env = {"PUBLER_API_KEY": stage.sandbox.scenario.api_key if key is None else key}
        if arguments[0] != "validate":
            arguments = (*arguments, "--api-url", stage.sandbox.url)
        with contextlib.chdir(here), contextlib.redirect_stderr(err):
            code = main(arguments, env, out, stage.clock)
        for stream in (out, err):
            stream.seek(0)
        return Typed(code, out.read(), err.read())

    return type_in


@pytest.mark.parametrize(
    ("here", "typed"),
    [
        (".", "posts/launch.publer.yml"),
        ("posts", "launch.publer.yml"),
        ("posts", "*.publer.yml"),
        ("posts", "./launch.publer.yml"),
        ("pictures", "../posts/launch.publer.yml"),
        ("posts/deep", "../*.yml"),
        ("posts", "{root}/posts/launch.publer.yml"),
        ("posts/deep", "{root}/**/*.publer.yml"),
    ],
)
def test_paths_begin_where_one_stands_and_pictures_at_the_root(
    rocket: Path, type_in: Callable[..., Typed], here: str, typed: str
) -> None:
    """The post is the same post wherever it is tried: its picture is found as in a workflow."""
    (rocket / "posts" / "deep").mkdir()
    done = type_in(rocket / here, "validate", typed.format(root=rocket), "--json")
    assert done.code == 0, done.err
    (row,) = json.loads(done.out)
    assert (row["file"], row["status"]) == ("posts/launch.publer.yml", "valid")


def test_an_absolute_path_through_a_link_to_the_repository_is_inside(
    rocket: Path, type_in: Callable[..., Typed]
) -> None:
    """As /tmp on macOS, which is a link to /private/tmp."""
    link = rocket.parent / "link"
    link.symlink_to(rocket)
    done = type_in(rocket, "validate", f"{link}/posts/launch.publer.yml")
    assert done.code == 0, done.out


@pytest.mark.parametrize("typed", ["../../secret.yml", "{root}/../secret.yml", "/etc/hostname", "out.yml"])
def test_nothing_outside_of_the_repository_is_read(
    rocket: Path, type_in: Callable[..., Typed], typed: str
) -> None:
    (rocket.parent / "secret.yml").write_text(POST)
    (rocket / "posts" / "out.yml").symlink_to(rocket.parent / "secret.yml")
    done = type_in(rocket / "posts", "validate", typed.format(root=rocket))
    assert done.code == 1
    assert "leads out of the repository" in done.out
    assert f"to the root of the repository, {rocket.resolve()}" in done.out
    assert "github.workspace" not in done.out


def test_outside_of_any_repository_it_is_where_one_stands(
    stage: Stage, type_in: Callable[..., Typed]
) -> None:
    stage.open()
    stage.write("posts/a.yml", POST)
    stage.write("b.yml", POST)
    assert type_in(stage.workspace / "posts", "validate", "a.yml").code == 0
    done = type_in(stage.workspace / "posts", "validate", "../b.yml")
    assert "leads out of the repository" in done.out


def test_the_preview_is_written_where_one_stands(rocket: Path, type_in: Callable[..., Typed]) -> None:
    typed = ("launch.publer.yml", "--preview-file", "preview.html")
    assert type_in(rocket / "posts", "validate", *typed).code == 0
    assert (rocket / "posts" / "preview.html").read_text().startswith("<!DOCTYPE html>")
    done = type_in(rocket / "posts", "validate", "launch.publer.yml", "--preview-file", "../../p.html")
    assert done.code == 1
    assert "--preview-file" in done.out
    assert not (rocket.parent / "p.html").exists()
    (rocket / "taken.html").mkdir()
    done = type_in(rocket, "validate", "posts/launch.publer.yml", "--preview-file", "taken.html")
    assert "warning: --preview-file: The preview page cannot be written to 'taken.html'" in done.out


@pytest.mark.parametrize(
    ("content", "code", "says"),
    [
        (POST, 0, "stdin.yml"),
        ('{\n\t"text": "Rocket",\n\t"accounts": ["twitter/*"]\n}', 0, "stdin.json"),
        ("txet: Rocket\n", 1, "stdin.yml:1:1"),
        ("", 1, "stdin.yml"),
        ("x" * 2_000_000, 1, "at most 1,048,576 are allowed"),
    ],
)
def test_a_post_may_come_from_standard_input(
    rocket: Path, type_in: Callable[..., Typed], content: str, code: int, says: str
) -> None:
    done = type_in(rocket, "validate", "-", "--json", stdin=content.encode())
    assert done.code == code, done.out + done.err
    assert says in done.out + done.err


def test_standard_input_is_published_once_beside_a_file(
    stage: Stage, rocket: Path, type_in: Callable[..., Typed]
) -> None:
    done = type_in(rocket, "publish", "-", "-", stdin=POST.encode())
    assert done.code == 0, done.out
    assert [post.text for post in stage.published()] == ["Rocket 1.0 is out"]


def test_in_a_workflow_a_hyphen_is_a_path_and_nothing_waits_for_input(stage: Stage) -> None:
    stage.open()
    stage.write("post.yml", POST)
    outcome = stage.run(post_file="-", mode="validate")
    assert "'-' does not exist in the workspace" in outcome.text


def test_a_missing_key_is_said_in_one_line_that_helps_at_a_terminal(
    rocket: Path, type_in: Callable[..., Typed]
) -> None:
    done = type_in(rocket, "publish", "posts/launch.publer.yml", key="")
    assert done.code == 1
    assert "There is no API key, and `publish` needs one." in done.out
    assert "Set PUBLER_API_KEY" in done.out
    assert "secrets." not in done.out


WRONG = {
    "nothing to publish": (["publish"], "both FILE and `--text` are empty"),
    "no such file": (["publish", "lunch.yml"], "FILE: 'lunch.yml' does not exist in the repository"),
    "timeout": (["publish", "--text", "Hi", "--timeout", "soon"], "--timeout: `--timeout` is `soon`"),
    "choice": (["publish", "--text", "Hi", "--fail-on", "al"], "--fail-on: `--fail-on` is `al`."),
    "variables": (["publish", "--text", "Hi", "--variables", "tag"], "Line 1 of `--variables` is `tag`."),
    "no accounts": (["validate", "--text", "Hi"], "or set `--accounts`"),
    "a wrong selector": (
        ["validate", "--text", "Hi", "--accounts", "twitter"],
        "--accounts: `twitter` names",
    ),
    "a name that nobody gives": (["validate", "--text", "{{ vars.x }}"], "value in `--variables`"),
    "an unused one": (["validate", "--text", "Hi", "--variables", "a=b"], "Remove it from `--variables`"),
    "another workspace": (
        ["accounts", "--workspace-id", "0" * 24],
        "`--workspace-id` (a workspace that this key can see",
    ),
    "doctor": (
        ["doctor", "--text", "Hi", "--accounts", "linkedin/*"],
        "--accounts: No account matches `linkedin/*`",
    ),
    "a wrong text": (["validate", "--text", "{{ nope }}", "--accounts", "x/*"], "1:4 (--text): There is"),
}


@pytest.mark.parametrize(("arguments", "says"), WRONG.values(), ids=WRONG)
def test_messages_speak_of_flags(
    rocket: Path, type_in: Callable[..., Typed], arguments: list[str], says: str
) -> None:
    done = type_in(rocket, *arguments)
    assert says in done.out
    assert not re.search(r"\b[Ii]nputs?\b", done.out), done.out
    assert not re.search(rf"`(?:{'|'.join(set(INPUTS) - {'text', 'accounts'})})[:`]", done.out), done.out


def test_ctrl_c_ends_with_130(process_stage: Stage) -> None:
    """What a shell and its scripts go by; the report is written all the same."""
    stage = process_stage
    stage.open(
        world(account("twitter"), faults=(Fault(kind="hang", path="/accounts", seconds=None, times=0),))
    )
    stage.write("post.yml", POST)
    command = [
        sys.executable,
        str(ROOT / "entrypoint.py"),
        "publish",
        "post.yml",
        "--api-url",
        stage.sandbox.url,
    ]
    env = {"PATH": os.environ["PATH"], "PUBLER_API_KEY": stage.sandbox.scenario.api_key}
    with subprocess.Popen(
        command, cwd=stage.workspace, env=env, stdout=subprocess.PIPE, text=True
    ) as process:
        pause = threading.Event()
        while not stage.requests("/accounts"):
            assert process.poll() is None
            pause.wait(0.01)
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=10)
    assert process.returncode == 130
    assert "cancelled" in said.lower()
