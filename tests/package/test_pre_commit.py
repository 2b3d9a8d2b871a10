"""The hook, installed and run by pre-commit itself in a repository of somebody else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

GOOD = "text: Rocket 1.0 is out\naccounts: [mastodon/*]\n"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    place = tmp_path / "rocket"
    place.mkdir()
    (place / "good.publer.yml").write_text(GOOD)
    (place / "other.yml").write_text("this is: no post file\n")
    subprocess.run(["git", "init", "-q"], cwd=place, check=True)
    return place


def test_the_hook_checks_post_files_and_nothing_else(
    source: Path, repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = tmp_path_factory.getbasetemp() / "pre-commit"

    def run() -> subprocess.CompletedProcess[str]:
        subprocess.run(["git", "add", "-A"], cwd=repository, check=True)
        return subprocess.run(
            [
                sys.executable,
                "-m",
                "pre_commit",
                "try-repo",
                source,
                "publer-publish-validate",
                "--all-files",
            ],
            cwd=repository,
            env=os.environ | {"PRE_COMMIT_HOME": str(home)},
            capture_output=True,
            text=True,
            check=False,
        )

    done = run()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Passed" in done.stdout
    (repository / "posts").mkdir()
    (repository / "posts" / "wrong.publer.json").write_text('{"txet": "Rocket"}')
    done = run()
    assert done.returncode == 1, done.stdout + done.stderr
    assert "posts/wrong.publer.json:1:2" in done.stdout
    assert "other.yml" not in done.stdout
