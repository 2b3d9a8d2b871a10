"""Promise: every message of the program is in words that whoever can write an e-mail understands."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.support import repository as repo
from tests.support.words import unidiomatic, unsuitable

PACKAGE = repo.ROOT / "publer_publish"

_REPORTS = {"error", "warn", "notice", "stop"}
_NAMED = {"message", "hint", "cure", "detail"}


def messages(path: Path) -> Iterator[tuple[int, str]]:
    """Every piece of text in a call that reports something, and in what is given as message or hint."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        found: list[ast.expr] = []
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in _REPORTS or name.endswith(("Error", "Mistake", "Problem", "Check")):
                found += node.args
            found += [keyword.value for keyword in node.keywords if keyword.arg in _NAMED]
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = {
                name.id.strip("_").lower()
                for one in targets
                for name in ast.walk(one)
                if isinstance(name, ast.Name)
            }
            if names & _NAMED or any(name.endswith(("hint", "message", "cure")) for name in names):
                found.append(node.value)
        elif isinstance(node, ast.Return) and node.value and path.parent.name in {"schema", "document"}:
            found.append(node.value)
        for part in found:
            for text in ast.walk(part):
                if isinstance(text, ast.Constant) and isinstance(text.value, str):
                    yield text.lineno, text.value


@cache
def all_messages() -> list[tuple[Path, int, str]]:
    return [(path, *found) for path in sorted(PACKAGE.rglob("*.py")) for found in sorted(set(messages(path)))]


def test_messages_are_found() -> None:
    assert len(all_messages()) > 500


def test_no_message_is_in_the_words_of_a_programmer_or_of_our_own() -> None:
    wrong = [
        f"{path.relative_to(repo.ROOT)}:{line} {unsuitable(text)}: {text}"
        for path, line, text in all_messages()
        if unsuitable(text)
    ]
    assert not wrong, "tests/support/words.py says what to write instead:\n" + "\n".join(wrong)


def test_neither_is_what_the_schema_says() -> None:
    """Its descriptions are hints, what an editor shows, and a page."""
    written = (repo.ROOT / "schemas" / "post.schema.json").read_text(encoding="utf-8")
    texts = re.findall(r'"(?:description|errorMessage|title)": ("(?:[^"\\]|\\.)*")', written)
    assert len(texts) > 200
    wrong = [text for text in map(json.loads, texts) if unsuitable(text)]
    assert not wrong, "\n".join(wrong)


def _written() -> Iterator[Path]:
    """Pages, workflows, and the code of all rooms."""
    yield from repo.ROOT.glob("*.md")
    yield from (repo.ROOT / "publer_publish" / "report").glob("*.j2")
    yield from (repo.ROOT / name for name in ("action.yml", "python/action.yml", "entrypoint.py"))
    for folder in (".github", "docs", "examples", *PYTHON):
        for path in (repo.ROOT / folder).rglob("*"):
            if path.suffix in {".md", ".py", ".yml"} and "data" not in path.parts:
                yield path


PYTHON = ("publer_publish", "sandbox", "tools", "benchmarks", "image", "tests")


def test_pages_docstrings_and_comments_are_in_plain_english() -> None:
    found = {path: unidiomatic(path) for path in _written() if path.name != "words.py"}
    assert len(found) > 300
    wrong = [f"{path.relative_to(repo.ROOT)}: {words}" for path, words in found.items() if words]
    assert not wrong, "tests/support/words.py says what to write instead:\n" + "\n".join(wrong)
