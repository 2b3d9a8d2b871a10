"""Promise: who can write an e-mail can correct a post file: the message says what is wrong and how it is right.

Each file in ``tests/data/mistakes`` is written as people do who have never heard of YAML. Beside it is what
an annotation says of it: adding a pair adds a test.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publer_publish.errors import is_error
from publer_publish.github.console import problem_text
from tests.support.documents import problems_in, problems_of
from tests.support.words import unsuitable

ROOT = Path(__file__).parents[4]
MISTAKES = ROOT / "tests" / "data" / "mistakes"
FILES = sorted(path for path in MISTAKES.iterdir() if path.suffix != ".txt")
NOT_CERTAIN = {
    "content-beside-text.yml",
    "account-as-a-handle.yml", "account-as-a-web-address.yml", "comment.json", "date.yml",
    "github-expression.yml", "no-accounts.yml", "only-notes.yml", "path-on-a-computer.yml",
    "path-with-backslashes.yml", "picture-not-there.yml", "publish-at.yml", "schedule.yml", "too-long.yml",
    "text-as-an-empty-list.yml", "text-with-a-colon-below.yml", "two-files-in-one-item.yml",
    "two-files-in-one-line.yml", "when-as-a-time.yml", "word-document.yml",
}  # fmt: skip
"""Of these nobody but the author knows what was meant."""


def shown(path: Path) -> str:
    problems = problems_of(path)
    return "\n\n".join(f"{problem.severity.value}: {problem_text(problem)}" for problem in problems) + "\n"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_each_mistake_is_explained(path: Path) -> None:
    assert shown(path) == path.with_suffix(path.suffix + ".txt").read_text("utf-8")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_one_cause_is_reported_once(path: Path) -> None:
    causes = {"answers-as-numbers.yml": 2, "two-colons-in-one-file.yml": 2, "hashtag-at-the-end.yml": 0}
    assert len(list(filter(is_error, problems_of(path)))) == causes.get(path.name, 1)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_corrected_lines_make_the_file_valid(path: Path) -> None:
    """In place of some lines of it: which ones the message says in words."""
    fixes = [problem.fix for problem in problems_of(path) if problem.fix]
    if not fixes:
        assert path.name in NOT_CERTAIN
        return
    for fix in fixes:
        before = len(list(filter(is_error, problems_of(path))))
        left = [list(filter(is_error, problems_in(path.name, content))) for content in with_lines(path, fix)]
        assert min(map(len, left)) < max(before, 1)


def with_lines(path: Path, fix: str) -> Iterator[bytes]:
    """Put the corrected lines in place of any lines of the file."""
    lines = path.read_text("utf-8").split("\n")
    for start in range(len(lines)):
        for end in range(start, len(lines) + 1):
            yield "\n".join([*lines[:start], fix, *lines[end:]]).encode()


LINES = sorted({line for path in FILES for line in path.read_text("utf-8").split("\n")})


@given(st.lists(st.builds(str.__add__, st.sampled_from(["", " ", "  "]), st.sampled_from(LINES)), max_size=7))
def test_whatever_is_wrong_is_said_in_a_sentence(lines: list[str]) -> None:
    for problem in problems_in("a.yml", "\n".join(lines).encode(), ["*"]):
        assert 0 < len(problem.message) < 300
        assert problem.message.isprintable()


def test_there_are_at_least_a_hundred_mistakes() -> None:
    assert len(FILES) >= 100
    assert len(list(MISTAKES.glob("*.txt"))) == len(FILES)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_messages_are_in_words_that_everybody_knows(path: Path) -> None:
    for problem in problems_of(path):
        assert unsuitable(f"{problem.message}\n{problem.hint}") == []
