"""What a person reads in the log or in a terminal: plain lines, one thing each; foreign text cannot act."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from publer_publish.errors import Severity
from publer_publish.report.preview import usage
from publer_publish.report.values import Check, Listed, Result, Run, Status, needs_attention
from publer_publish.report.wording import explanation, post_names, target
from publer_publish.text import beginning, columns, first_of, one_line, pad

_MOST_JOB_IDS = 5


class Row(NamedTuple):
    """A line of a table. Its first cell is the status."""

    label: str
    rest: str
    severity: Severity | None = None
    """How bad; None: all is well."""

    @property
    def text(self) -> str:
        return self.label + self.rest


def result_rows(results: Sequence[Result]) -> list[Row]:
    """Return all targets as an aligned table, with a column for the post if there are several."""
    names = post_names(results)
    cells = []
    for result in results:
        post = [names[result.file, result.post]] if len(names) > 1 else []
        used = usage(result.length, result.limit)
        cells.append([result.status.value, *post, target(result), used, _what(result)])
    return [
        row._replace(severity=_severity(result)) for row, result in zip(_rows(cells), results, strict=True)
    ]


def account_rows(accounts: Sequence[Listed]) -> list[Row]:
    """Return the accounts as an aligned table: what a selector can name, and what is wrong with it."""
    if not accounts:
        return [Row(label="", rest="This workspace has no accounts: connect one in Publer.")]
    cells = [["ID", "SELECTOR", "TYPE", ""]]
    for account in accounts:
        selector = one_line(f"{account.network}/{account.name}", 120)
        cells.append([one_line(account.id, 80), selector, one_line(account.type, 40), _remarks(account)])
    first, *rows = _rows(cells)
    return [
        Row(label="", rest=first.text),
        *(
            row._replace(severity=Severity.WARNING) if account.trouble else row
            for row, account in zip(rows, accounts, strict=True)
        ),
    ]


def _remarks(account: Listed) -> str:
    trouble = f"needs attention: {account.trouble}" if account.trouble else ""
    boards = f"boards: {', '.join(account.boards)}" if account.boards else ""
    return one_line("; ".join(filter(None, (trouble, boards))), 1000)


def _rows(cells: Sequence[Sequence[str]]) -> list[Row]:
    return [
        Row(label=line[: len(row[0])], rest=line[len(row[0]) :])
        for row, line in zip(cells, aligned(cells), strict=True)
    ]


def _severity(result: Result) -> Severity | None:
    if needs_attention(result):
        return Severity.WARNING if result.status is Status.UNCONFIRMED else Severity.ERROR
    return Severity.NOTICE if result.status is Status.SKIPPED else None


def _what(result: Result) -> str:
    begins = result.content.text if result.status in {Status.READY, Status.VALID} and result.content else ""
    parts = (result.url or "", explanation(result), result.message, beginning(begins))
    return " · ".join(one_line(part, 2000) for part in parts if part)


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows of cells as lines whose columns begin below each other; wide characters count double."""
    widths = [max(map(columns, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(pad(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]


def check_rows(checks: Sequence[Check]) -> list[Row]:
    """Return doctor's checks, one per line, with the cure below what is not in order."""
    cells = [
        ["ok" if check.ok else "NOT OK", one_line(check.name, 80), one_line(check.detail, 1000)]
        for check in checks
    ]
    lines: list[Row] = []
    for check, row in zip(checks, _rows(cells), strict=True):
        lines.append(row if check.ok else row._replace(severity=Severity.ERROR))
        if check.cure and not check.ok:
            lines.append(Row(label="", rest=f"        {one_line(check.cure, 1000)}"))
    return lines


def closing_lines(run: Run) -> list[str]:
    """Return the end of the log: what happened, what to do, and the ids of the Publer jobs."""
    return [*(one_line(line, 2000) for line in (run.headline, run.hint) if line), *job_lines(run)]


def job_lines(run: Run) -> list[str]:
    """Return the ids of the Publer jobs on one line; none if there is no job."""
    ids = first_of([one_line(job_id, 100) for job_id in run.job_ids], _MOST_JOB_IDS)
    return [f"Publer job: {ids}"] if ids else []
