"""The action for runners without Docker is the same action: inputs, outputs, and the program of the same commit."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.support import repository as repo
from tools.python_action import render

HERE = repo.ROOT / "python"
OTHER = repo.read(HERE / "action.yml")
STEPS = OTHER["runs"]["steps"]


def test_both_take_the_same_inputs_and_hand_out_the_same_outputs() -> None:
    action = repo.action()
    assert OTHER["inputs"] == action["inputs"]
    described = {name: {"description": output["description"]} for name, output in OTHER["outputs"].items()}
    assert described == action["outputs"]
    for name, output in OTHER["outputs"].items():
        assert output["value"] == f"${{{{ steps.run.outputs.{name} }}}}"


def test_every_input_reaches_the_program_as_data() -> None:
    """An expression in a script would be code of whoever wrote the value."""
    (run,) = (step for step in STEPS if step.get("id") == "run")
    passed = {name: value for name, value in run["env"].items() if name.startswith("PUBLER_INPUT_")}
    assert passed == {
        f"PUBLER_INPUT_{name.upper().replace('-', '_')}": f"${{{{ inputs.{name} }}}}" for name in repo.INPUTS
    }
    assert [step["run"] for step in STEPS if "${{" in step["run"]] == []


def test_requirements_are_locked_by_hash() -> None:
    assert '"--require-hashes"' in (HERE / "prepare.py").read_text(encoding="utf-8")
    for requirement in re.findall(
        r"^\S.*?(?=^\S|\Z)",
        (repo.ROOT / "requirements" / "runtime.txt").read_text(),
        re.MULTILINE | re.DOTALL,
    ):
        assert requirement.startswith("#") or "--hash=sha256:" in requirement, requirement


@pytest.mark.parametrize("pythons", [(), ("python3",), ("python3", "python")], ids=len)
def test_without_a_new_python_there_is_a_clear_error(tmp_path: Path, pythons: tuple[str, ...]) -> None:
    for name in pythons:
        (tmp_path / name).write_text("#!/bin/sh\nexit 1\n")
        (tmp_path / name).chmod(0o755)
    done = subprocess.run(
        ["/bin/bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", STEPS[0]["run"]],
        env={"PATH": str(tmp_path), "HERE": str(HERE)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout.startswith("::error::publer-publish needs Python 3.11 or newer on PATH")
    assert done.stderr == ""


def test_python_starts_deaf_to_its_variables_in_every_step(tmp_path: Path) -> None:
    """Two of them it obeys in spite of -E and -I."""
    python = tmp_path / "python3"
    python.write_text('#!/bin/sh\necho "$PYTHONEXECUTABLE|$__PYVENV_LAUNCHER__|$*" >>"$SAID"\n')
    python.chmod(0o755)
    said = tmp_path / "said"
    env = {"PATH": f"{tmp_path}:/bin", "HERE": "/action", "PYTHON": str(python), "SAID": str(said)}
    for step in STEPS:
        subprocess.run(
            ["/bin/bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            env=env | {"PYTHONEXECUTABLE": "a", "__PYVENV_LAUNCHER__": "b"},
            check=True,
        )
    starts = [line.rpartition("|") for line in said.read_text().splitlines()]
    assert {variables for variables, _, _ in starts} == {"|"}
    assert [arguments.split()[-1] for _, _, arguments in starts[-2:]] == [
        "/action/prepare.py",
        "/action/run.py",
    ]


def test_installing_runs_no_module_of_the_checkout() -> None:
    """``python -m pip`` looks for it in the directory where the step starts, which is the checkout."""
    script = (HERE / "prepare.py").read_text(encoding="utf-8")
    assert re.findall(r'"-m"', script)
    assert re.findall(r'(?<!"-I", )"-m"', script) == []


def test_it_is_what_make_docs_makes() -> None:
    assert (HERE / "action.yml").read_text(encoding="utf-8") == render()
