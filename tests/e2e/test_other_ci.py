"""The commands with the image on the page about other CI are run as they are written; only its name is replaced."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.e2e.engine import ROOT

PAGE = (ROOT / "docs" / "other-ci.md").read_text(encoding="utf-8")
NAME = re.compile(r"ghcr\.io/publer-publish/publer-publish:[\w.]+")
COMMANDS = re.findall(r"^ *docker run .*(?<=\\)\n.*|^ *docker run .*", PAGE, re.MULTILINE)


def test_there_are_commands() -> None:
    assert len(COMMANDS) == len(re.findall(r"^ *docker run", PAGE, re.MULTILINE)) > 0


@pytest.mark.parametrize("written", COMMANDS)
def test_a_command_of_the_page_works(image: str, tmp_path: Path, written: str) -> None:
    command, replaced = NAME.subn(image, written)
    assert replaced == 1
    (tmp_path / "posts").mkdir()
    for post, code, says in (("text: Hi\n", 0, "valid"), ("txet: Hi\n", 1, "txet")):
        file = tmp_path / "posts" / "launch.publer.yml"
        file.write_text(f"{post}accounts: [mastodon/*]\n", encoding="utf-8")
        done = subprocess.run(
            ["/bin/sh", "-ec", command],
            cwd=tmp_path,
            env=os.environ,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        assert says in done.stdout
