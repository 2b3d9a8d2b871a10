"""GitHub's own library says the same, byte for byte, as we do (``make oracles``; needs Node)."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from publer_publish.github.commands import command, heredoc
from tests.support.fake_runner.file_commands import read_entries
from tests.support.fake_runner.inputs import input_variables

HERE = Path(__file__).parent
TEXTS = [
    "plain",
    "100% %0A %25 %2525",
    "two\nlines\r\nand\rmore",
    "a:b,c;d=e]f",
    "::error::x ##[error]y",
    "😀 é \u2028 \u0000 \x1b",
    "end\n",
    "\n",
    "=<<=",
]


def toolkit(*calls: list[Any], **env: str) -> list[str]:
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", **env}
    done = subprocess.run(
        ["node", HERE / "oracle.mjs"],
        input=json.dumps(calls),
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    answers: list[str] = json.loads(done.stdout)
    return answers


@pytest.mark.parametrize("level", ["error", "warning", "notice"])
def test_annotations(level: str) -> None:
    calls = [[level, text, {"title": text, "file": text, "startLine": 3, "startColumn": 7}] for text in TEXTS]
    ours = [command(level, text, {"title": text, "file": text, "line": "3", "col": "7"}) for text in TEXTS]
    assert toolkit(*calls) == [f"{line}\n" for line in ours]


@pytest.mark.parametrize(
    ("theirs", "ours"), [("setSecret", "add-mask"), ("startGroup", "group"), ("debug", "debug")]
)
def test_plain_commands(theirs: str, ours: str) -> None:
    assert toolkit(*([theirs, text] for text in TEXTS)) == [f"{command(ours, text)}\n" for text in TEXTS]


def test_output_files(tmp_path: Path) -> None:
    file = tmp_path / "output"
    file.touch()
    names = [f"name-{number}" for number in range(len(TEXTS))]
    toolkit(
        *(["setOutput", name, text] for name, text in zip(names, TEXTS, strict=True)), GITHUB_OUTPUT=str(file)
    )
    theirs = file.read_bytes().decode()
    ours = "".join(heredoc(name, text) for name, text in zip(names, TEXTS, strict=True))
    assert re.sub("ghadelimiter_[0-9a-f-]{36}", "D", theirs) == re.sub("end_[0-9a-f]{32}", "D", ours)
    assert dict(read_entries(theirs)) == dict(zip(names, TEXTS, strict=True))


def test_inputs_of_the_fake_runner_are_found_by_the_toolkit() -> None:
    action = {"inputs": {"dry-run": {"default": False}, "post file": {}, "accounts": {}}}
    variables, _ = input_variables(action, {"post file": " a.yml\n", "accounts": "x\n\n y \n"}, {})
    calls = [
        ["getInput", "dry-run"],
        ["getInput", "post file"],
        ["getMultilineInput", "accounts"],
        ["getInput", "gone"],
    ]
    assert toolkit(*calls, **variables) == ["false", "a.yml", ["x", "y"], ""]
