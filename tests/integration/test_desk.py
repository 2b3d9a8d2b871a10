"""Promise: at a terminal the program shows tables, colour and what it waits for; in a log it stays short and plain."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest

from publer_publish import __version__
from sandbox.scenario import Scenario
from sandbox.server import Sandbox
from tests.support.screen import screen
from tests.support.stage import Stage, account, world


@pytest.fixture
def stage(process_stage: Stage) -> Stage:
    """Real processes, real time."""
    return process_stage


ENTRYPOINT = Path(__file__).parents[2] / "entrypoint.py"
POST = "text: Acme 2.0 is out.\naccounts: ['*']\n"


def _command(sandbox: Sandbox, *arguments: str) -> list[str]:
    return [sys.executable, "-B", str(ENTRYPOINT), *arguments, "--api-url", sandbox.url]


def _env(sandbox: Sandbox, **more: str) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "TERM": "xterm", "PUBLER_API_KEY": sandbox.scenario.api_key, **more}


def on_terminal(stage: Stage, *arguments: str, **env: str) -> str:
    """What a terminal receives."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        _command(stage.sandbox, *arguments),
        cwd=stage.workspace,
        env=_env(stage.sandbox, **env),
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    ) as process:
        os.close(theirs)
        received = b""
        while True:
            try:
                part = os.read(ours, 65_536)
            except OSError:  # the other end is closed
                break
            if not part:
                break
            received += part
        os.close(ours)
        assert process.wait() == 0, received.decode()
    return received.decode().replace("\r\n", "\n")


def in_pipes(stage: Stage, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        _command(stage.sandbox, *arguments),
        cwd=stage.workspace,
        env=_env(stage.sandbox),
        capture_output=True,
        text=True,
        check=False,
    )


def _slow() -> Scenario:
    return world(account("twitter"), account("linkedin", slowness=2.5))


def test_a_terminal_shows_colour_and_how_long_the_wait_is(stage: Stage) -> None:
    stage.open(_slow())
    stage.write("post.yml", POST)
    shown = on_terminal(stage, "publish", "post.yml")
    assert shown.count("\x1b[32mpublished\x1b[0m") == 2
    assert "... 1 s" in shown
    # What moves is gone before the next line is printed, and the cursor is there again.
    left = screen(shown)
    assert not [line for line in left if line.startswith("...")]
    assert "Published to 2 targets." in left
    assert shown.rpartition("\x1b[?25")[2].startswith("h")


def test_a_terminal_shows_a_bar_while_a_file_is_uploaded(stage: Stage) -> None:
    stage.open(world(account("twitter")))
    stage.write("card.png", (ENTRYPOINT.parent / "examples" / "media" / "card.png").read_bytes())
    stage.write(
        "post.yml", "text: Look\nmedia: [{file: card.png, alt_text: A card}]\naccounts: ['twitter/*']\n"
    )
    shown = on_terminal(stage, "publish", "post.yml")
    assert "\x1b[32mpublished" in shown
    assert "Waiting" not in shown.splitlines()[-1]


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_no_colour_where_none_is_wanted(stage: Stage, env: dict[str, str]) -> None:
    stage.open(world(account("twitter")))
    stage.write("post.yml", POST)
    shown = on_terminal(stage, "publish", "post.yml", **env)
    assert "published  X / " in shown
    assert "\x1b[3" not in shown


def test_a_pipe_gets_no_control_characters(stage: Stage) -> None:
    stage.open(_slow())
    stage.write("post.yml", POST)
    done = in_pipes(stage, "publish", "post.yml")
    assert done.returncode == 0
    assert "\x1b" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("command", "keys"),
    [
        (("publish", "post.yml"), {"status", "url", "account_id"}),
        (("validate", "post.yml"), {"status", "length", "network"}),
        (("doctor", "post.yml"), {"name", "ok", "detail", "cure"}),
        (("accounts",), {"id", "network", "name", "type", "trouble"}),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_json_is_all_that_standard_output_gets(
    stage: Stage, command: tuple[str, ...], keys: set[str]
) -> None:
    stage.open()
    stage.write("post.yml", POST)
    done = in_pipes(stage, *command, "--json")
    rows: list[dict[str, Any]] = json.loads(done.stdout)
    assert rows
    assert all(keys <= set(row) for row in rows)
    assert done.stdout.count("\n") == 1
    assert f"publer-publish {__version__}: {command[0]}" in done.stderr


def test_accounts_are_listed_as_a_table_of_selectors(stage: Stage) -> None:
    stage.open(world(account("linkedin", name="Acme Inc"), account("twitter", name="acme")))
    done = in_pipes(stage, "accounts")
    table = done.stdout.splitlines()[-3:]
    assert re.split(r"  +", table[0]) == ["ID", "SELECTOR", "TYPE"]
    assert [re.split(r"  +", line)[1] for line in table[1:]] == ["linkedin/Acme Inc", "twitter/acme"]
    assert (
        len({line.index(word) for line, word in zip(table, ("SELECTOR", "linkedin", "twitter"), strict=True)})
        == 1
    )


@pytest.mark.parametrize("command", ["publish", "validate", "doctor", "accounts"])
def test_help_has_an_example_for_each_command(command: str) -> None:
    done = subprocess.run(
        [sys.executable, str(ENTRYPOINT), command, "--help"], capture_output=True, text=True, check=True
    )
    assert f"publer-publish {command}" in done.stdout.partition("examples:")[2]


def test_what_the_sandbox_says_to_paste_publishes_also_a_post_about_a_release() -> None:
    root = ENTRYPOINT.parent
    command = [sys.executable, "-m", "sandbox", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as process:
        assert process.stdout is not None
        said = takewhile(lambda line: not line.startswith("Accounts"), process.stdout)
        pasted = "".join(line for line in said if line.startswith("  "))
        tag = re.search(r"--variables (\S+)", pasted)
        assert tag
        script = pasted.rstrip().replace("simple.publer.yml", f"release.publer.yml {tag[0]}")
        done = subprocess.run(["sh", "-c", script], cwd=root, capture_output=True, text=True, check=False)
        process.terminate()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Looking up the release v1.0.0 at GitHub." in done.stdout
    assert "Published to 5 targets." in done.stdout


def test_help_shows_only_what_makes_a_difference_and_the_rest_is_taken_all_the_same() -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, str(ENTRYPOINT), *arguments], capture_output=True, text=True, check=False
        )

    text = run("accounts", "--help").stdout
    assert "--workspace-id" in text
    assert "--fail-on" not in text
    assert "FILE" not in text
    assert "--api-key" not in run("validate", "--help").stdout
    done = run(
        "validate", "--text", "Hi", "--accounts", "twitter/*", "--api-key", "12345678", "--fail-on", "all"
    )
    assert done.returncode == 0
    assert re.search(r"^valid  X  2 / 280  Hi$", done.stdout, re.MULTILINE)


def test_a_plain_run_in_a_workflow_is_short_and_folds_what_only_a_search_needs(stage: Stage) -> None:
    stage.open()
    stage.write("post.yml", POST)
    outcome = stage.run(post_file="post.yml")
    lines = outcome.stdout.decode().splitlines()
    assert len(lines) <= 25
    assert max(len(line) for line in lines if "{" not in line) < 200
    raw = next(number for number, line in enumerate(lines) if '"status": "complete"' in line)
    assert lines[raw - 1] == "::group::Publer's answer, for a report of a problem"
    assert lines[raw + 1] == "::endgroup::"


def _many(*, too_long: int, fine: int) -> str:
    texts = [*("x" * 400 for _ in range(too_long)), *(f"Post {number}" for number in range(fine))]
    return "posts:\n" + "".join(f"  - {{text: {text}, accounts: ['twitter/*']}}\n" for text in texts)


def test_many_targets_are_folded_and_what_needs_attention_is_not(stage: Stage) -> None:
    stage.open()
    stage.write("post.yml", _many(too_long=2, fine=17))
    outcome = stage.run(mode="validate", post_file="post.yml")
    lines = outcome.stdout.decode().splitlines()
    begin, end = lines.index("::group::All 19 targets"), lines.index("::endgroup::")
    assert end - begin == 20
    assert lines[end + 1] == "Needs attention:"
    assert [line.split()[0] for line in lines[end + 2 : end + 5]] == ["invalid", "invalid", "::error::2"]
    assert len(lines) - (end - begin) <= 25


def test_what_only_a_workflow_says_is_not_published_as_a_hole(stage: Stage) -> None:
    stage.open(world(account("twitter")))
    text = "{{ repository.name }} by {{ actor }} is out: {{ run_url }} {{ tagg }}"
    arguments = ("publish", "--text", text, "--accounts", "twitter/*")
    done = in_pipes(stage, *arguments)
    assert done.returncode == 1
    assert "`actor`, `repository`, `run_url`" in done.stdout
    assert "set GITHUB_ACTOR, GITHUB_REPOSITORY (owner/name), GITHUB_RUN_ID" in done.stdout
    assert "There is no 'tagg'" in done.stdout
    assert stage.published() == []


def test_where_every_target_needs_attention_nothing_is_folded_or_said_twice(stage: Stage) -> None:
    stage.open()
    stage.write("post.yml", _many(too_long=16, fine=0))
    lines = stage.run(mode="validate", post_file="post.yml").stdout.decode().splitlines()
    assert sum(line.startswith("invalid") for line in lines) == 16
    assert "::group::All 16 targets" not in lines


def test_at_a_terminal_where_nothing_is_folded_no_target_is_listed_twice(stage: Stage) -> None:
    stage.open()
    stage.write("post.yml", _many(too_long=2, fine=17))
    lines = in_pipes(stage, "validate", "post.yml").stdout.splitlines()
    first = lines.index("All 19 targets")
    assert [line.split()[0] for line in lines[first + 1 : first + 21]] == ["invalid"] * 2 + ["valid"] * 17 + [
        "error:"
    ]
    assert sum(line.startswith("invalid") for line in lines) == 2
