"""What is wrong is kept once, and of very much only the first."""

import os

import pytest

from publer_publish.errors import MOST_ERRORS, Problem, Problems, Severity, Where
from publer_publish.limits import Limits, left_by
from publer_publish.supervisor import Lost, Supervised


@pytest.mark.parametrize("severity", Severity)
def test_of_very_many_problems_in_many_files_the_first_are_kept_and_one_says_so(severity: Severity) -> None:
    problems = Problems()
    for number in range(3 * MOST_ERRORS):
        problems.add(Problem(message=f"{number}", where=Where(file=f"{number % 99}"), severity=severity))
    *kept, last = problems
    assert len(kept) == MOST_ERRORS
    assert last.stands_for_more
    assert last.message == f"There are more than 500 {severity}s in this run; the others are not listed."
    assert problems.are_too_many() == (severity is Severity.ERROR)


def test_what_was_found_is_left_for_whoever_reports_it() -> None:
    notes: list[Problem | Where] = []
    problems = Problems(notes.append)
    place = Where(file="a.yml", line=1, column=2, path=("posts", 1))
    problems.error("One", "hint", place)
    problems.error("One", "hint", place)
    problems.look_at(place)
    assert notes == [Problem(message="One", hint="hint", where=place), place]
    assert problems.place == place


@pytest.mark.parametrize(
    ("by", "says"), [(9, "takes too long"), (24, "takes too long"), (11, "ends the program")]
)
def test_what_was_left_is_read_with_what_ended_the_work_and_where(by: int, says: str) -> None:
    place = Where(file="a.yml", line=1, column=2, path=("posts", 1, "\ud800"))
    left = Problem(message="One", hint="hint", fix="fix", severity=Severity.WARNING, where=place)
    reading, writing = os.pipe()
    limits = Limits(Supervised(writing))
    limits.note(left)
    limits.note(Where(file="b.yml", line=3, column=4, path=("text",)))
    notes = os.read(reading, 10_000).decode().splitlines()
    os.close(reading)
    os.close(writing)
    found, why = left_by(Lost(by=by, notes=notes, watched=True, cancelled=False))
    assert found == left
    assert says in why.message
    assert why.where == Where(file="b.yml", line=3, column=4, path=("text",))
