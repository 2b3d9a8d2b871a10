"""Promise: who can write an e-mail can correct a post file: the message says what is wrong and how it is right.

Each file in ``tests/data/mistakes`` is written as people do who have never heard of YAML. Beside it is what
an annotation says of it: adding a pair adds a test.
"""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
import yaml

from publer_publish.errors import Problem, Problems, is_error
from publer_publish.github.runner import problem_text
from publer_publish.post.checks import Checks
from publer_publish.post.load import Options, load, named_networks
from publer_publish.workspace import Workspace
from tests.support.context import TAG_PUSH, Context
from tests.support.words import unsuitable

ROOT = Path(__file__).parents[3]
MISTAKES = ROOT / "tests" / "data" / "mistakes"
FILES = sorted(path for path in MISTAKES.iterdir() if path.suffix != ".txt")


def problems_of(name: str, content: bytes) -> list[Problem]:
    options = Options(context=Context(TAG_PUSH), checks=Checks(Workspace(ROOT)))
    problems = Problems()
    loaded = load([(name, content)], "", options, problems)
    if not problems.errors():
        for draft in loaded.drafts:
            for network in named_networks(draft)[0]:
                draft.content(network)
    return sorted(problems, key=lambda problem: (problem.where.line, problem.where.column))


def shown(path: Path) -> str:
    problems = problems_of(path.name, path.read_bytes())
    return "\n\n".join(f"{problem.severity.value}: {problem_text(problem)}" for problem in problems) + "\n"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_each_mistake_is_explained(path: Path) -> None:
    assert shown(path) == path.with_suffix(path.suffix + ".txt").read_text("utf-8")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_one_cause_is_reported_once(path: Path) -> None:
    problems = [problem for problem in problems_of(path.name, path.read_bytes()) if is_error(problem)]
    assert len(problems) == (2 if "two-colons" in path.name or "numbers" in path.name else 1)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_corrected_lines_can_be_read(path: Path) -> None:
    for problem in problems_of(path.name, path.read_bytes()):
        yaml.safe_load(dedent(problem.fix))


def test_there_are_at_least_sixty_mistakes() -> None:
    assert len(FILES) >= 60
    assert len(list(MISTAKES.glob("*.txt"))) == len(FILES)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_messages_are_in_words_that_everybody_knows(path: Path) -> None:
    for problem in problems_of(path.name, path.read_bytes()):
        assert unsuitable(f"{problem.message}\n{problem.hint}") == []
