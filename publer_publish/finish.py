"""How a run went, as far as it came, and what follows from it: the outcome, the headline, the results."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import TypeVar

from publer_publish import __version__
from publer_publish.config import Mode
from publer_publish.delivery.ledger import Ledger
from publer_publish.errors import ActionError, Problem, Severity, Where, is_error
from publer_publish.github.console import Console
from publer_publish.github.terminal import Stream
from publer_publish.post.media.files import described, with_thumbnails
from publer_publish.post.media.kinds import probe
from publer_publish.post.model import MediaSource

# As in ``story``: the first request need not wait for the report.
from publer_publish.report.log import Row
from publer_publish.report.values import Check, Picture, Result, Run

# The report is imported when there is something to tell: the first request need not wait for it.
from publer_publish.report.wording import Rerun
from publer_publish.session import Session
from publer_publish.workspace import PreviewFile, Workspace

_HOME = "https://github.com/publer-publish/publer-publish"


@dataclass(slots=True, kw_only=True)
class Story:
    """How the run went, for the report."""

    mode: str
    session: Session | None = None
    results: Sequence[Result] = ()
    checks: Sequence[Check] = ()
    problems: list[Problem] = field(default_factory=list)
    cause: ActionError | None = None
    invalid: bool = False
    cancelled: bool = False

    def complete(self) -> None:
        """Add what the session has learned, however far it came."""
        if self.session is not None:
            self.problems += self.session.problems
            self.results = (
                self.results or self.session.results or self.session.ledger.results(self._why_not())
            )
        self.problems.sort(key=_in_reading_order)

    def _why_not(self) -> str:
        if self.cancelled:
            return "the run was cancelled before its turn"
        return self.cause.message if self.cause else "the run ended before its turn"


def _in_reading_order(problem: Problem) -> tuple[bool, str, bool, int, int]:
    """The inputs, each file from its top to its bottom, and at the end what has no place."""
    where = problem.where
    has_place = bool(where.file or where.path)
    return not has_place, where.file, problem.stands_for_more, where.line, where.column


def conclude(story: Story) -> Run:
    """Decide the outcome and word the headline."""
    from publer_publish.report.outcome import decide  # noqa: PLC0415
    from publer_publish.report.values import Run  # noqa: PLC0415
    from publer_publish.report.wording import headline  # noqa: PLC0415

    settings = story.session.config if story.session else None
    outcome, failed = decide(
        story.mode,
        story.results,
        fail_on=str(settings.fail_on) if settings else "any",
        cancelled=story.cancelled,
        invalid=story.invalid,
        stopped=story.cause is not None,
        checks=story.checks,
    )
    sentence, hint = headline(
        outcome,
        story.results,
        problems=story.problems,
        checks=story.checks,
        cause=story.cause,
        rerun=rerun_of(story),
    )
    ledger = story.session.ledger if story.session else Ledger()
    return Run(
        mode=story.mode,
        outcome=outcome,
        failed=failed,
        headline=sentence,
        hint=hint,
        results=tuple(story.results),
        problems=tuple(dict.fromkeys(story.problems)),
        job_ids=tuple(ledger.job_ids),
        workspace=ledger.workspace,
        checks=tuple(story.checks),
        accounts=tuple(story.session.accounts) if story.session else (),
    )


def rerun_of(story: Story) -> Rerun:
    """What decides what running the same job again would do."""
    from publer_publish.report.wording import Rerun  # noqa: PLC0415

    if story.session is None:
        return Rerun()
    settings = story.session.config
    return Rerun(
        on_duplicate=str(settings.on_duplicate),
        window=settings.duplicate_window,
        reaches_back=story.session.event.began_at is not None,
    )


@contextmanager
def bugs_of_threads_told(console: Console) -> Iterator[None]:
    """Let no thread print by itself what went wrong in it: that would show secrets, and run commands."""

    def tell(found: threading.ExceptHookArgs) -> None:
        if found.exc_value is not None:
            bug(found.exc_value, console)

    before, threading.excepthook = threading.excepthook, tell
    try:
        yield
    finally:
        threading.excepthook = before


def bug(error: BaseException, console: Console) -> ActionError:
    """Turn a mistake of this program into a report; what only its authors understand is folded away."""
    import traceback  # noqa: PLC0415

    with suppress(Exception), console.group("Details for a report of this bug"):
        console.line(f"publer-publish {__version__}, Python {sys.version.split()[0]}")
        for line in traceback.format_exception(error):
            console.line(line.rstrip("\n"))
    return ActionError(
        f"Internal error of publer-publish: {type(error).__name__}.",
        hint=f"This is a bug. Please report it with the details from the log: {_HOME}/issues",
    )


_Value = TypeVar("_Value")

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

    markdown = summary(run, rerun=rerun)
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
    from publer_publish.report.wording import need_attention  # noqa: PLC0415

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
    from publer_publish.secrets import redacted  # noqa: PLC0415

    return redacted(value, console.redacted)


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
    from publer_publish.report.preview_page import page  # noqa: PLC0415

    try:
        previewed = _shown(session.previewed, console)
        pictures = read_pictures(run.results or previewed, session.workspace)
        text = page(run, pictures=pictures, previewed=previewed)
        session.preview.write(console.redacted(text))
    except ActionError as error:
        message, hint = error.message, error.hint
    except Exception as error:  # noqa: BLE001  (a bug of the page must not spoil the report of what is live)
        message = f"The preview page could not be drawn: {type(error).__name__}."
        hint = f"Only the page is missing; the posts are not affected. {bug(error, console).hint}"
    else:
        return run, session.preview
    where = Where(path=("preview-file",))
    warning = Problem(message=message, hint=hint, where=where, severity=Severity.WARNING)
    return replace(run, problems=(*run.problems, _shown(warning, console))), None


MOST_BYTES_EACH = 1_000_000
"""A larger picture is drawn as a frame with its facts: scaling it would need an image library."""
MOST_BYTES = 6_000_000
"""Of all pictures together."""


def read_pictures(results: Iterable[Result], workspace: Workspace) -> dict[str, Picture]:
    """Return what is known of each media file, with its bytes if it is a picture that fits the budget."""
    found: dict[str, Picture] = {}
    left = MOST_BYTES
    for name in dict.fromkeys(_files(results)):
        try:
            with workspace.open(name) as file:
                info = probe(file.stream, file.size)
                embedded = info.kind in {"photo", "gif"} and file.size <= min(left, MOST_BYTES_EACH)
                file.stream.seek(0)
                data = file.stream.read(file.size) if embedded else b""
        except (ActionError, OSError):
            continue  # whoever checks the post says so; here it is only not drawn
        left -= len(data)
        found[name] = Picture(
            kind=info.kind.value,
            about=described(info),
            width=info.width or 0,
            height=info.height or 0,
            mime=info.mime,
            data=data,
        )
    return found


def _files(results: Iterable[Result]) -> Iterator[str]:
    for result in results:
        if result.content is None:
            continue
        for media in (result.content.media, *(comment.media for comment in result.content.comments)):
            yield from (one.value for one in with_thumbnails(media) if one.source is MediaSource.FILE)
