"""Promise: the debug log of a run is enough to have it again, and nothing private is readable in it."""

from __future__ import annotations

import io
import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TextIO

import pytest

from publer_publish.clock import Clock
from sandbox.faults import Fault
from sandbox.replay import ReplayError, inputs, read_log, replay
from sandbox.scenario import Account, Board, Job, Scenario, SeededPost, Signature, StoredText, Workspace
from sandbox.server import Sandbox
from tests.faults.stage import ACTION, Report, lay_out, run
from tests.faults.worlds import World
from tests.support.cases import sample
from tests.support.hurried_clock import HurriedClock

PUBLISH = "/posts/schedule/publish"
EXAMPLES = Path(__file__).parents[2] / "examples"
NAMES = ("Zanzibar Zeppelins", "Quixotic Querulous", "Wilhelmina")
SIGNATURE = "Yesteryear Yodellers"
X = Account(
    id="66db83154e299efa19a2d801",
    provider="twitter",
    name=NAMES[0],
    signatures=(Signature(text=SIGNATURE, label="Labelled", default=True),),
)
LINKEDIN = Account(id="66db83154e299efa19a2d802", provider="linkedin", name=NAMES[1], boards=(Board(),))
TEXT = (
    "Xylophones & Marimbas: https://vexatious.example/kumquat?id=rhubarb #Gooseberry\n\nFarewell, Mnemosyne!"
)
FILE = f"text: {json.dumps(TEXT)}\naccounts: ['*']\n"
PRIVATE = (
    *" ".join((*NAMES, SIGNATURE, TEXT)).replace("/", " ").replace("?", " ").replace(".", " ").split(),
    *("kumquat", "rhubarb", "Gooseberry", "Mnemosyne", "Xylophones", "Labelled", "Persimmon", "hunter2"),
    X.id,
    LINKEDIN.id,
)
PLAYED = sorted({path.name for path in EXAMPLES.glob("*.publer.yml")} - {"release.publer.yml"})
"""All but the one that is looked up at GitHub."""
HARMLESS = {"&", "https:", "example", "id=rhubarb"}


def in_debug(program_env: dict[str, str], log: list[str]) -> object:
    """The action with debug logging on; what it printed goes to ``log``."""

    def program(argv: Sequence[str], env: Mapping[str, str], stdout: TextIO, clock: Clock) -> int:
        code = ACTION(argv, {**env, **program_env}, stdout, clock)
        assert isinstance(stdout, io.StringIO)
        log.append(stdout.getvalue())
        return code

    return program


def recorded(scenario: Scenario, *, attempt: int = 1, file: str = FILE) -> tuple[Report, str]:
    """A run in this world, and its log as GitHub gives it for download."""
    printed: list[str] = []
    clock = HurriedClock({})
    world = World(scenario=scenario, files={"post.yml": file.encode()}, wishes=())
    with tempfile.TemporaryDirectory() as name, Sandbox(scenario, clock=clock) as sandbox:
        lay_out(world, Path(name))
        shutil.copytree(EXAMPLES / "media", Path(name) / "workspace" / "examples" / "media")
        clock.watch(sandbox)
        program = in_debug({"RUNNER_DEBUG": "1"}, printed)
        report = run(program, world, sandbox, Path(name), clock, attempt=attempt)  # type: ignore[arg-type]
    lines = (
        f"2026-10-31T12:00:00.0000000Z {line.replace('::debug::', '##[debug]', 1).replace('%25', '%')}"
        for line in printed[0].splitlines()
    )
    return report, "\n".join(lines)


def played_back(log: str) -> tuple[Report, World]:
    """The run that a log tells of, once more."""
    recording = read_log(log)
    clock = HurriedClock({})
    scenario = recording.scenario(clock.time())
    world = World(scenario=scenario, files={"post.json": recording.post_file.encode()}, wishes=())
    with tempfile.TemporaryDirectory() as name, Sandbox(scenario, clock=clock) as sandbox:
        lay_out(world, Path(name))
        clock.watch(sandbox)
        extra = {**inputs(recording, sandbox), "post-file": "post.json"}
        attempt = int(recording.rules["attempt"])
        return run(ACTION, world, sandbox, Path(name), clock, attempt=attempt, extra=extra), world


def world(*accounts: Account, **changes: object) -> Scenario:
    workspace = Workspace(name=NAMES[2], accounts=accounts or (X, LINKEDIN))
    return Scenario(workspaces=(workspace,), user_name="Persimmon", **changes)  # type: ignore[arg-type]


REFUSING = Account(
    id=LINKEDIN.id,
    provider="linkedin",
    name=NAMES[1],
    failure=f"{NAMES[1]} is no longer connected, write to boss@vexatious.example about “Mnemosyne”",
)
LOST = (Fault(kind="reset", method="POST", path=PUBLISH, when="after"),)
LIVE = tuple(SeededPost(account_id=one.id, text=TEXT, age=600.0) for one in (X, LINKEDIN))
CASES = {
    "success": world(),
    "success in data": world(job=Job(envelope="oas", delay=3.0)),
    "partial failure": world(X, REFUSING),
    "partial failure in details": world(X, REFUSING, job=Job(reason="post.details.error")),
    "lost answer": world(faults=LOST),
    "lost answer, nothing posted": world(faults=(Fault(kind="reset", method="POST", path=PUBLISH),)),
    "lost answer, link moved": world(faults=LOST, stored_text=StoredText(links="moved_to_url")),
    "lost answer, signature": world(faults=LOST, stored_text=StoredText(default_signature="appended")),
    "lost answer, tracking": world(faults=LOST, stored_text=StoredText(tracking="added")),
    "lost answer, entities": world(faults=LOST, stored_text=StoredText(entities="escaped")),
    "duplicate": world(posts=LIVE),
    "duplicate of one": world(posts=LIVE[:1]),
    "refused connection": world(faults=(Fault(kind="refuse", number=3, seconds=4.0),)),
    "rate limited": world(faults=(Fault(kind="rate_limited", method="POST", path=PUBLISH),)),
    "HTML": world(faults=(Fault(kind="bad_gateway", method="POST", path=PUBLISH),)),
    "truncated": world(faults=(Fault(kind="truncated", method="POST", path=PUBLISH),)),
}


@pytest.mark.parametrize("case", CASES)
def test_a_replayed_run_ends_as_the_original(case: str) -> None:
    original, log = recorded(CASES[case])
    again, _ = played_back(log)
    assert again.outputs["outcome"] == original.outputs["outcome"], again.text
    assert [row["status"] for row in again.rows] == [row["status"] for row in original.rows]
    assert again.exit_code == original.exit_code


@pytest.mark.parametrize("name", sample({name: name for name in PLAYED}, every=3))
def test_a_run_of_every_example_can_be_played_back(name: str) -> None:
    """Whatever the kind of post, and however its files went to Publer."""
    file = (EXAMPLES / name).read_text(encoding="utf-8").replace("board: Releases", f"board: {Board().name}")
    original, log = recorded(Scenario(), file=file)
    again, _ = played_back(log)
    assert again.outputs["outcome"] == original.outputs["outcome"] == "published", again.text


@pytest.mark.parametrize("case", CASES)
def test_nothing_private_is_in_the_transcript(case: str) -> None:
    _, log = recorded(CASES[case])
    transcript = "\n".join(line for line in log.splitlines() if '{"publer": 1,' in line)
    assert transcript
    assert [word for word in PRIVATE if word not in HARMLESS and word in transcript] == []
    assert CASES[case].api_key not in transcript


def test_without_debug_logging_there_is_no_transcript() -> None:
    printed: list[str] = []
    clock = HurriedClock({})
    place = World(scenario=world(), files={"post.yml": FILE.encode()}, wishes=())
    with tempfile.TemporaryDirectory() as name, Sandbox(world(), clock=clock) as sandbox:
        lay_out(place, Path(name))
        run(in_debug({}, printed), place, sandbox, Path(name), clock, attempt=1)  # type: ignore[arg-type]
    assert '{"publer"' not in printed[0]


def test_at_a_terminal_a_flag_asks_for_the_transcript(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "post.yml").write_text(FILE)
    monkeypatch.chdir(tmp_path)
    clock, printed = HurriedClock({}), io.StringIO()
    with Sandbox(world(), clock=clock) as sandbox:
        clock.watch(sandbox)
        arguments = ["publish", "post.yml", "--debug", "--api-url", sandbox.url]
        workspace = sandbox.scenario.workspaces[0].id
        env = {"PUBLER_API_KEY": sandbox.scenario.api_key, "PUBLER_WORKSPACE_ID": workspace}
        assert ACTION(arguments, env, printed, clock) == 0
    assert played_back(printed.getvalue())[0].outputs["outcome"] == "published"


def test_a_log_without_a_transcript_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "log.txt").write_text("nothing")
    with pytest.raises(ReplayError, match="Enable debug logging"):
        read_log("nothing")
    assert replay(tmp_path / "log.txt") == 2
    assert "Enable debug logging" in capsys.readouterr().err


def test_the_command_plays_a_log_back(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "log.txt").write_text(recorded(CASES["partial failure"])[1])
    assert replay(tmp_path / "log.txt", tmp_path / "kept") == 1
    assert "outcome: partial (exit code 1)" in capfd.readouterr().out
    assert json.loads((tmp_path / "kept" / "post.json").read_text())["bulk"]["state"] == "scheduled"
    Scenario.from_json((tmp_path / "kept" / "scenario.json").read_text())
