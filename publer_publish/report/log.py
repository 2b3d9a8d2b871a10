"""What a person reads in the log or in a terminal: plain lines, one thing each, nothing foreign that acts."""

from __future__ import annotations

from collections.abc import Sequence

from publer_publish.delivery.outcomes import Check, Result, Run
from publer_publish.errors import Problem
from publer_publish.report.preview import usage
from publer_publish.report.text import columns, one_line, pad
from publer_publish.report.words import explanation, post_names, target

_MOST_JOB_IDS = 5


def result_line(result: Result) -> str:
    """Return one target on one line: what became of it, where, how long, and the link or the reason."""
    return "  ".join(cell for cell in _cells(result) if cell)


def result_lines(results: Sequence[Result]) -> list[str]:
    """Return all targets as an aligned table, with a column for the post if there are several."""
    names = post_names(results)
    if len(names) == 1:
        return aligned([_cells(result) for result in results])
    return aligned([[names[result.file, result.post], *_cells(result)] for result in results])


def _cells(result: Result) -> list[str]:
    parts = (result.url or "", explanation(result), one_line(result.message, 2000))
    what = " · ".join(one_line(part, 2000) for part in parts if part)
    return [result.status.value, target(result), usage(result.length, result.limit), what]


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows of cells as lines whose columns begin below each other; wide characters count double."""
    widths = [max(map(columns, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(pad(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]


def problem_lines(problem: Problem) -> list[str]:
    """Return a problem: where and what on the first line, what to change on the second."""
    where = one_line(str(problem.where), 500)
    first = f"{problem.severity.value}: {where + ': ' if where else ''}{one_line(problem.message, 2000)}"
    return [first, *([f"  {one_line(problem.hint, 2000)}"] if problem.hint else [])]


def check_lines(checks: Sequence[Check]) -> list[str]:
    """Return doctor's checks, a line each, with the cure below what is not in order."""
    rows = [
        ["ok" if check.ok else "NOT OK", one_line(check.name, 80), one_line(check.detail, 1000)]
        for check in checks
    ]
    lines: list[str] = []
    for check, line in zip(checks, aligned(rows), strict=True):
        lines.append(line)
        if check.cure and not check.ok:
            lines.append(f"        {one_line(check.cure, 1000)}")
    return lines


def closing_lines(run: Run) -> list[str]:
    """Return the end of the log: what happened, what to do, and the ids of the Publer jobs."""
    lines = [one_line(run.headline, 2000)]
    if run.hint:
        lines.append(one_line(run.hint, 2000))
    if run.job_ids:
        more = len(run.job_ids) - _MOST_JOB_IDS
        ids = ", ".join(one_line(job_id, 100) for job_id in run.job_ids[:_MOST_JOB_IDS])
        lines.append(f"Publer job: {ids}" + (f" and {more:,} more" if more > 0 else ""))
    return lines
