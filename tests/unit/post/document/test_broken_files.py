"""Promise: every mistake of a broken post file is reported with line, column, path and our words, all problems at once.

Each file in ``tests/data/broken`` has its expected problems beside it: adding a pair adds a test. ``words``
are parts of the message.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from publer_publish.errors import Severity
from tests.support.documents import problems_of

ROOT = Path(__file__).parents[4]
BROKEN = ROOT / "tests" / "data" / "broken"
EXPECTED = ".expected.json"
FILES = sorted(path for path in BROKEN.iterdir() if not path.name.endswith(EXPECTED) and path.name[0] != ".")


def expected_of(path: Path) -> list[dict[str, Any]]:
    expected: list[dict[str, Any]] = json.loads(path.with_name(path.name + EXPECTED).read_text("utf-8"))
    return expected


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_each_problem_of_a_broken_file_is_reported_at_its_place(path: Path) -> None:
    found = problems_of(path, ["*"])
    assert [(p.where.line, p.where.column, p.where.shown_path) for p in found] == [
        (e["line"], e["column"], e["path"]) for e in expected_of(path)
    ]
    for problem, expected in zip(found, expected_of(path), strict=True):
        for words in expected["words"]:
            assert words in problem.message


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_each_problem_is_a_short_sentence_with_a_hint(path: Path) -> None:
    found = problems_of(path, ["*"])
    assert any(problem.severity is Severity.ERROR for problem in found)
    for problem in found:
        assert problem.where.file == path.name
        assert problem.message[0].isupper() or problem.message[0] in "\"'`"
        assert problem.message.isprintable()
        assert len(problem.message) < 200
        assert problem.hint.endswith((".", "?", '"', "`"))
        for foreign in (
            "while scanning",
            "while parsing",
            "is not of type",
            "is not valid under",
            "Traceback",
        ):
            assert foreign not in problem.message + problem.hint


def test_the_corpus_is_large_and_paired() -> None:
    assert len(FILES) >= 100
    names = {path.name for path in FILES}
    for path in BROKEN.glob("*" + EXPECTED):
        assert path.name.removesuffix(EXPECTED) in names
