"""The end of a run: preview page, annotations, tables, outputs, summary, one headline."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from publer_publish.config import Mode
from publer_publish.errors import ActionError, Problem, Severity, Where, is_error
from publer_publish.github.console import Console
from publer_publish.github.stream import Stream
from publer_publish.post.networks import NETWORKS
from publer_publish.story import Story, bug, conclude, rerun_of

if TYPE_CHECKING:
    # As in ``story``: the first request need not wait for the report.
    from publer_publish.delivery.run import Check, Run
    from publer_publish.preview.file import PreviewFile
    from publer_publish.report.log import Row
    from publer_publish.report.rerun import Rerun

_Value = TypeVar("_Value")

_FOLDS = {key: network.fold for key, network in NETWORKS.items()}
_OPEN_ROWS = 15
"""A longer table is folded: what a plain run says shall be seen at a glance."""


def tell(story: Story, console: Console, json_stream: Stream | None) -> int:
    """Report, and return the exit code. A bug in reporting is reported, too, with all outputs."""
    try:
        run, page = _with_preview(story, _shown(conclude(story), console), console)
        return report(run, page, rerun_of(story), console, json_stream)
    except Exception as error:  # noqa: BLE001  (a bug of the report must not hide what is live)
        story.cause = bug(error, console)
        story.problems = []
        story.results = [replace(result, content=None) for result in story.results]
        run = _shown(conclude(story), console)
        return report(run, None, rerun_of(story), console, json_stream)


def report(
    run: Run, page: PreviewFile | None, rerun: Rerun, console: Console, json_stream: Stream | None
) -> int:
    """Annotations, rows, outputs, summary, one headline."""
    from publer_publish.report.log import closing_lines, job_lines  # noqa: PLC0415
    from publer_publish.report.outcome import needs_attention  # noqa: PLC0415
    from publer_publish.report.outputs import as_json, outputs  # noqa: PLC0415
    from publer_publish.report.summary import summary  # noqa: PLC0415

    markdown = summary(run, rerun=rerun, folds=_FOLDS)
    values = outputs(run, markdown, preview_file=page.output if page else "")
    for problem in (*_to_annotate(run.problems), *filter(None, map(_at_its_place, run.checks))):
        console.annotate(problem)
    _say_rows(run, console, is_json=json_stream is not None)
    if page:
        console.line(f"Preview page: {page.name}")
    unwritable = [
        *_attempt(lambda: console.set_outputs(values)),
        *_attempt(lambda: console.write_summary(markdown)),
    ]
    if json_stream is not None:
        json_stream.write(as_json(run) + "\n")
    if run.failed:
        console.headline(run.headline, run.hint)
    elif unwritable:
        console.headline(unwritable[0].message, unwritable[0].hint)
    elif any(map(needs_attention, run.results)):
        # `fail-on` lets the job pass: what went wrong must be seen all the same.
        console.annotate(Problem(message=run.headline, hint=run.hint, severity=Severity.WARNING))
        for line in job_lines(run):
            console.line(line)
    elif run.mode != Mode.ACCOUNTS:
        for line in closing_lines(run):
            console.line(line)
    console.finish()
    return 1 if run.failed or unwritable else 0


def _say_rows(run: Run, console: Console, *, is_json: bool) -> None:
    """The tables. A long one is folded where that can be, and what needs attention stands open below it."""
    from publer_publish.report.log import account_rows, check_rows, result_rows  # noqa: PLC0415
    from publer_publish.report.words import need_attention  # noqa: PLC0415

    _say_each(check_rows([check for check in run.checks if not _at_its_place(check)]), console)
    rows = result_rows(run.results)
    urgent = [row for row in rows if row.severity in {Severity.ERROR, Severity.WARNING}]
    if len(rows) <= _OPEN_ROWS or len(urgent) == len(rows):
        _say_each(rows, console)
    else:
        with console.group(f"All {len(rows):,} targets"):
            _say_each(rows, console)
        if urgent and console.folds:
            console.line(need_attention(len(urgent)))
            _say_each(urgent, console)
    if run.mode == Mode.ACCOUNTS and not run.failed and not is_json:
        _say_each(account_rows(run.accounts), console)


def _say_each(rows: Sequence[Row], console: Console) -> None:
    for row in rows:
        console.row(row.label, row.rest, row.severity)


def _attempt(action: Callable[[], None]) -> list[ActionError]:
    try:
        action()
    except ActionError as error:
        return [error]
    return []


def _at_its_place(check: Check) -> Problem | None:
    """What a check found in a file, which an annotation says better than a line of the table."""
    return check.problem if check.problem and check.problem.where.file else None


def _shown(value: _Value, console: Console) -> _Value:
    """Without the secrets, before anything is escaped and cut."""
    from publer_publish.report.hiding import hidden  # noqa: PLC0415

    return hidden(value, console.redacted)


def _to_annotate(problems: Sequence[Problem]) -> Iterator[Problem]:
    """All of them, but for the one error without a place, which the headline says."""
    errors = [problem for problem in problems if is_error(problem)]
    for problem in problems:
        if problem.where.file or errors != [problem]:
            yield problem


def _with_preview(story: Story, run: Run, console: Console) -> tuple[Run, PreviewFile | None]:
    """Write the preview page and return it. What goes wrong is a warning: the posts may be live."""
    session = story.session
    if session is None or session.preview is None:
        return run, None
    from publer_publish.preview.pictures import read_pictures  # noqa: PLC0415  (few runs draw the page)
    from publer_publish.report.page.document import page  # noqa: PLC0415

    try:
        previewed = _shown(session.previewed, console)
        pictures = read_pictures(run.results or previewed, session.workspace)
        text = page(run, pictures=pictures, folds=_FOLDS, previewed=previewed)
        session.preview.write(console.redacted(text))
    except ActionError as error:
        message, hint = error.message, error.hint
    except Exception as error:  # noqa: BLE001  (a bug of the page must not spoil the report of what is live)
        message = f"The preview page could not be drawn: {type(error).__name__}."
        hint = f"Only the page is missing; the posts are not affected. {bug(error, console).hint}"
    else:
        return run, session.preview
    where = Where(path="preview-file")
    warning = Problem(message=message, hint=hint, where=where, severity=Severity.WARNING)
    return replace(run, problems=(*run.problems, _shown(warning, console))), None
