"""The commands of the page about other CI are run as they are written; only the name of the program is replaced."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from sandbox.server import Sandbox
from tests.support.repository import ROOT

PAGE = (ROOT / "docs" / "other-ci.md").read_text(encoding="utf-8")
COMMANDS = [
    line.strip(" -'") for line in PAGE.splitlines() if re.match(r"[\s-]*(?:sh ')?uvx publer-publish", line)
]


def test_there_are_commands() -> None:
    assert len(COMMANDS) == 5


@pytest.mark.parametrize("written", COMMANDS)
def test_a_command_of_the_page_works(
    environment: Path, sandbox: Sandbox, tmp_path: Path, written: str
) -> None:
    (tmp_path / "posts").mkdir()
    post = "text: 'Rocket {{ tag }} is out'\naccounts: [mastodon/*]\n"
    (tmp_path / "posts" / "release.publer.yml").write_text(post)
    command = re.sub(r"^sh '", "", written).replace("uvx publer-publish", str(environment / "publer-publish"))
    if " publish " in command:
        command = command.replace(" publish ", f" publish --api-url {sandbox.url} ", 1)
    tags = dict.fromkeys(("TAG", "CI_COMMIT_TAG", "BITBUCKET_TAG", "TAG_NAME"), "v1.2.0")
    done = subprocess.run(
        ["/bin/sh", "-ec", command],
        cwd=tmp_path,
        env={"PATH": os.defpath, "HOME": str(tmp_path), "PUBLER_API_KEY": sandbox.scenario.api_key, **tags},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    published = [one.text for one in sandbox.record.published]
    assert published == (["Rocket v1.2.0 is out"] if " publish " in command else [])
    if "results.json" in command:
        assert [row["status"] for row in json.loads((tmp_path / "results.json").read_text())] == ["published"]
