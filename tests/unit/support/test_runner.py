"""A step under the fake runner is given what the runner gives, and judged as the runner judges."""

import json
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.fake_runner import JOB_TOKEN, FakeRunner
from tests.support.fake_runner.runner import image_entrypoint

ACTION = """
name: probe
inputs:
  dry-run: { default: false }
  post file: { required: true }
  token: { default: "${{ github.token }}" }
  count: { default: 10 }
runs: { using: docker, image: Dockerfile }
"""

DUMP = "import json, os, sys; json.dump({'env': dict(os.environ), 'cwd': os.getcwd(), 'in': sys.stdin.read()}, open('dump', 'w'))"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / "work").mkdir()
    return tmp_path / "work"


@pytest.fixture
def step(tmp_path: Path, workspace: Path) -> Any:
    (tmp_path / "action.yml").write_text(ACTION)

    def make(script: str) -> FakeRunner:
        (tmp_path / "script.py").write_text(script)
        command = [sys.executable, "-u", "-E", str(tmp_path / "script.py")]
        return FakeRunner(tmp_path / "action.yml", workspace, tmp_path, entrypoint=command)

    return make


def test_inputs_are_set_as_declared_and_as_given(step: Any, workspace: Path) -> None:
    outcome = step(DUMP).run({"post file": "a.yml\n", "typo": "x", "args": "y"})
    env = json.loads((workspace / "dump").read_text())["env"]
    assert {name: value for name, value in env.items() if name.startswith("INPUT_")} == {
        "INPUT_DRY-RUN": "false",
        "INPUT_POST_FILE": "a.yml\n",
        "INPUT_TOKEN": JOB_TOKEN,
        "INPUT_COUNT": "10",
        "INPUT_TYPO": "x",
        "INPUT_ARGS": "y",
    }
    assert outcome.warnings == ["Unexpected input(s) 'typo'"]


def test_the_step_runs_in_the_workspace_with_files_of_its_own(step: Any, workspace: Path) -> None:
    runner = step(DUMP)
    release = {"release": {"tag_name": "v1"}}
    runner.run(event=release, event_name="release", env={"GITHUB_ACTOR": None, "PROBE": "1"}, debug=True)
    dump = json.loads((workspace / "dump").read_text())
    assert (dump["cwd"], dump["in"]) == (str(workspace), "")
    env = dump["env"]
    assert (env["GITHUB_REF_NAME"], env["GITHUB_REF_TYPE"], env["RUNNER_DEBUG"]) == ("v1", "tag", "1")
    assert json.loads(Path(env["GITHUB_EVENT_PATH"]).read_text()) == release
    assert "GITHUB_ACTOR" not in env
    assert env["PROBE"] == "1"
    first = env["GITHUB_OUTPUT"]
    runner.run()
    assert json.loads((workspace / "dump").read_text())["env"]["GITHUB_OUTPUT"] != first


def test_output_files_are_read_even_after_a_failure(step: Any) -> None:
    outcome = step(
        "import os, sys\n"
        "open(os.environ['GITHUB_OUTPUT'], 'w').write('a=1\\nb<<E\\n2\\nE\\n')\n"
        "open(os.environ['GITHUB_STEP_SUMMARY'], 'w').write('# Hi')\n"
        "print('::add-mask::Hi')\n"
        "sys.exit(3)\n"
    ).run()
    assert (outcome.conclusion, outcome.exit_code) == ("failure", 3)
    assert outcome.outputs == {"a": "1", "b": "2"}
    assert outcome.summary == "# ***"


@pytest.mark.parametrize(
    "script",
    [
        "import os; open(os.environ['GITHUB_OUTPUT'], 'w').write('a=1\\nbad')",
        "print('::set-env name=a::b')",
        "import sys; print('##[add-path]x', file=sys.stderr)",
    ],
)
def test_a_step_that_breaks_the_protocol_fails_despite_its_exit_code(step: Any, script: str) -> None:
    outcome = step(script).run()
    assert (outcome.conclusion, outcome.exit_code) == ("failure", 0)
    assert outcome.complaints


def test_a_summary_that_is_too_large_is_not_shown_and_fails_nothing(step: Any) -> None:
    outcome = step("import os; open(os.environ['GITHUB_STEP_SUMMARY'], 'w').write('x' * 1048577)").run()
    assert (outcome.summary, outcome.conclusion) == ("", "success")
    assert outcome.complaints


def test_a_mask_on_one_stream_comes_too_late_for_the_other(step: Any) -> None:
    outcome = step(
        "import sys\nprint('::add-mask::s3cret', flush=True)\nprint('s3cret', file=sys.stderr)\nprint('s3cret')"
    ).run()
    assert outcome.log == ["s3cret", "***"]


def test_sigterm_is_ignored_by_who_has_no_handler_as_for_pid_1(step: Any, workspace: Path) -> None:
    running = step(
        "print('ready', flush=True)\nimport os, time\nwhile not os.path.exists('go'): time.sleep(0.01)\nprint('done')"
    ).start()
    assert running.wait_for_line("ready") == "ready"
    running.signal(signal.SIGTERM)
    (workspace / "go").touch()
    outcome = running.wait()
    assert (outcome.exit_code, outcome.log) == (0, ["ready", "done"])


def test_a_cancelled_step_gets_sigint_and_its_files_are_read(step: Any) -> None:
    running = step(
        "import os, time\n"
        "try:\n    print('ready', flush=True)\n    while True: time.sleep(0.01)\n"
        "except KeyboardInterrupt:\n    open(os.environ['GITHUB_OUTPUT'], 'w').write('outcome=cancelled\\n')\n"
    ).start()
    running.wait_for_line("ready")
    outcome = running.cancel()
    assert (outcome.conclusion, outcome.outputs) == ("cancelled", {"outcome": "cancelled"})


def test_waiting_for_a_line_that_never_comes_fails(step: Any) -> None:
    running = step("print('something else')").start()
    with pytest.raises(AssertionError, match="no line with 'ready'"):
        running.wait_for_line("ready")
    running.wait()


def test_a_step_starts_as_the_image_does() -> None:
    repository = Path(__file__).resolve().parents[3]
    assert image_entrypoint(repository) == [
        *("/usr/bin/env", "-u", "PYTHONEXECUTABLE", "-u", "__PYVENV_LAUNCHER__"),
        *(sys.executable, "-u", "-E", str(repository / "entrypoint.py")),
    ]
