"""Promise: whatever the program says when something is wrong, ``docs/troubleshooting.md`` has it, with a cure."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from publer_publish import config
from publer_publish.errors import ActionError, InvalidInputError
from tests.unit.post.test_broken_files import FILES, problems_of
from tools import generate_messages
from tools.generate_messages import PAGE, cure, grouped, main
from tools.message_finder import Found, find
from tools.message_text import join, pattern


@pytest.fixture(scope="module", name="known")
def _known() -> list[re.Pattern[str]]:
    return [re.compile(pattern(one.message)) for _, messages in grouped(find()) for one in messages]


def test_the_page_is_what_the_source_makes_of_it() -> None:
    assert main(["--check"]) == 0


def test_the_page_shows_every_message_with_a_cure() -> None:
    page = PAGE.read_text(encoding="utf-8").replace("\\|", "|")
    groups = list(grouped(find()))
    assert sum(len(messages) for _, messages in groups) > 200
    for group, messages in groups:
        assert [join(one.message) for one in messages if join(one.message) not in page] == []
        assert [one for one in messages if len(cure(one, group)) < len("Shorten it.")] == []


def test_no_cure_is_left_over_from_a_message_that_is_gone() -> None:
    texts = [join(one.message) for _, messages in grouped(find()) for one in messages]
    cures = vars(generate_messages)["_CURES"]
    assert [start for start in cures if not any(text.startswith(start) for text in texts)] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_what_is_really_said_about_a_broken_file_is_known(path: Path, known: list[re.Pattern[str]]) -> None:
    """The page comes from reading the source, this from running it: neither knows of the other."""
    said = [problem.message for problem in problems_of(path)]
    assert said
    assert [message for message in said if not any(one.fullmatch(message) for one in known)] == []


def test_what_is_really_said_about_inputs_is_known(known: list[re.Pattern[str]]) -> None:
    inputs = {
        "mode": "publsh",
        "api-key": "two words",
        "workspace-id": "Acme",
        "fail-on": "some",
        "timeout": "soon",
        "variables": "no equals\na=1\na=2",
        "api-url": "http://elsewhere.example",
        "post-flie": "x",
    }
    with pytest.raises(InvalidInputError) as caught:
        config.read(inputs)
    said = [problem.message for problem in caught.value.problems]
    assert len(said) >= len(inputs)
    assert [message for message in said if not any(one.fullmatch(message) for one in known)] == []


def _package(place: Path, source: str) -> list[Found]:
    (place / "room.py").write_text(source, encoding="utf-8")
    return find(place)


def test_a_message_that_nobody_wrote_is_not_known(known: list[re.Pattern[str]]) -> None:
    """The holes do not swallow everything, or the two tests above would guard nothing."""
    assert not [one.pattern for one in known if one.fullmatch("Colourless green ideas sleep furiously.")]


def test_a_message_is_found_through_wrappers_branches_and_tables(tmp_path: Path) -> None:
    source = """
HINTS = {1: "Wait.", 2: "Run."}
def wrong(name, message, hint):
    return Problem(message=message, hint=hint)
def one(value, ok):
    why = "late" if ok else "early"
    return wrong("x", f"It is {why}: {value!r}.", HINTS.get(value, "Ask."))
def both(n):
    if n:
        return "First", "Do this"
    return "Second", "Do that"
def two(n):
    message, hint = both(n)
    raise ActionError(message, hint=hint)
"""
    found = {join(one.message): one.hints for one in _package(tmp_path, source)}
    assert found == {
        "It is ‹late/early›: ‹value›.": ("Wait.", "Run.", "Ask."),
        "First": ("Do this",),
        "Second": ("Do that",),
    }


def test_a_message_that_cannot_be_read_is_an_error_and_never_left_out(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"room:3: .*stranger"):
        _package(tmp_path, "import x\ndef f():\n    raise ActionError(x.stranger())\n")


def test_a_message_without_a_hint_needs_a_cure_on_the_page() -> None:
    group = next(one for one in generate_messages.GROUPS if not one.otherwise)
    with pytest.raises(ValueError, match="no hint"):
        cure(Found(message="Nobody knows.", hints=(), module="config", line=1), group)
    assert issubclass(InvalidInputError, ActionError)
