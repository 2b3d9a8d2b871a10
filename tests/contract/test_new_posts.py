"""The script of posts-in-pull-requests.yml, run in a real repository: which posts a merge brought.

A post that is left out is a green job that posted nothing; one that no pull request validated, or that was there
before, must not go out.
"""

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support import repository as repo
from tests.support.fake_runner.file_commands import read_entries

JOBS = repo.read(repo.ROOT / "examples" / "workflows" / "posts-in-pull-requests.yml")["jobs"]
(SCRIPT,) = [step["run"] for step in JOBS["publish"]["steps"] if "run" in step]
VALIDATED = next(
    step["with"]["post-file"] for step in repo.steps(JOBS["validate"]) if repo.is_our_action(step)
)
POST = "text: |\n  A long announcement,\n  of several lines,\n  {0}\naccounts: ['*']\n"


@dataclass(frozen=True, kw_only=True)
class Repository:
    work: Path
    env: dict[str, str]

    def git(self, *arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=self.work, env=self.env, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def commit(self, *, add: tuple[str, ...] = (), remove: tuple[str, ...] = ()) -> str:
        for name in remove:
            (self.work / name).unlink()
        number = self.git("rev-list", "--count", "--all")
        for name in add:
            path = self.work / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(POST.format(number), encoding="utf-8")
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "x")
        return self.git("rev-parse", "HEAD")

    def new(self, before: str) -> "subprocess.CompletedProcess[str]":
        """The step as the runner runs it."""
        (self.work.parent / "output").write_text("", encoding="utf-8")
        return subprocess.run(
            ["bash", "-e", "-c", SCRIPT],
            cwd=self.work,
            env={
                **self.env,
                "BEFORE": before,
                "GITHUB_SHA": self.git("rev-parse", "HEAD"),
                "GITHUB_OUTPUT": str(self.work.parent / "output"),
            },
            capture_output=True,
            text=True,
            check=False,
        )

    def files(self, before: str) -> list[str]:
        done = self.new(before)
        assert done.returncode == 0, done.stderr
        written = (self.work.parent / "output").read_text(encoding="utf-8")
        ((name, value),) = read_entries(written)
        assert name == "files"
        return value.splitlines()


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    work = tmp_path / "work"
    work.mkdir()
    identity = {
        f"GIT_{who}_{what}": "x@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }
    made = Repository(work=work, env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), **identity})
    made.git("init", "-q", "-b", "main")
    return made


CASES: dict[str, dict[str, Any]] = {
    "one": {"add": ("posts/b.yml",), "new": ["posts/b.yml"]},
    "several": {"add": ("posts/c.yml", "posts/b.yml"), "new": ["posts/b.yml", "posts/c.yml"]},
    "none": {"add": ("README.md",), "new": []},
    "a changed one": {"add": ("posts/a.yml", "posts/b.yml"), "new": ["posts/b.yml"]},
    "a new one like a removed one": {
        "add": ("posts/b.yml",), "remove": ("posts/a.yml",), "new": ["posts/b.yml"],
    },
    "beyond ASCII, with a blank": {
        "add": ("posts/größe 🎉.yml",), "new": ["posts/größe 🎉.yml"],
    },
    "none validated: in a folder below": {"add": ("posts/drafts/b.yml",), "new": []},
    "none validated: hidden": {"add": ("posts/.b.yml", "posts/.yml"), "new": []},
    "none validated: another ending": {"add": ("posts/b.yml.txt",), "new": []},
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_exactly_the_new_posts_are_published(repository: Repository, case: str) -> None:
    before = repository.commit(add=("posts/a.yml",))
    wanted = CASES[case]
    repository.commit(add=wanted["add"], remove=wanted.get("remove", ()))
    assert repository.files(before) == wanted["new"]


def test_what_is_published_is_what_the_pull_request_validated() -> None:
    """A wildcard of ours stands for no leading dot; one of git does."""
    (published,) = re.findall(r"':\(glob\)([^']+)'", SCRIPT)
    assert published.replace("[!.]*", "*") == VALIDATED


def test_where_git_cannot_tell_the_job_is_red_and_not_empty(repository: Repository) -> None:
    """A branch that is new, or was pushed with force: the commit before is none, or is not there."""
    repository.commit(add=("posts/a.yml",))
    for before in ("0" * 40, "1" * 40):
        assert repository.new(before).returncode != 0
