"""The end of a run: outcome, preview page, annotations, tables, outputs, summary, one headline."""

from __future__ import annotations

import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from urllib.parse import quote

from publer_publish import __version__
from publer_publish.config import Mode
from publer_publish.errors import ActionError, Problem, Problems, Severity, Where, is_error
from publer_publish.github.console import Console, Stream
from publer_publish.limits import OverLimitError
from publer_publish.post.media.files import MediaFiles, described, with_thumbnails
from publer_publish.post.model import Media, MediaSource
from publer_publish.report.links import new_post_url
from publer_publish.report.log import (
    Row,
    account_rows,
    check_rows,
    closing_lines,
    job_lines,
    result_rows,
)
from publer_publish.report.outputs import as_json, outputs
from publer_publish.report.summary import MOST_IN_OUTPUT, summary
from publer_publish.report.values import Check, Outcome, Picture, Result, Run, decide, needs_attention
from publer_publish.report.wording import NEEDS_ATTENTION, Rerun, headline
from publer_publish.secrets import redacted
from publer_publish.session import Session
from publer_publish.workspace import PreviewFile, Workspace

_HOME = "https://github.com/publer-publish/publer-publish"
_NO_POST_LEFT = "This pull request no longer adds or changes a post."
_MOST_FILES = 2
"""Named in the summary's heading."""
_OPEN_ROWS = 15
"""A longer table is folded: what an ordinary run says is seen at a glance."""


def finish(session: Session, json_stream: Stream | None) -> int:
    """Report, and return the exit code. A bug in reporting is reported, too, with all outputs."""
    try:
        run, page = _with_preview(session, redacted(conclude(session), session.console.redacted))
        if session.config.comment and not session.cancelled:
            _comment(session, run)
        return report(run, page, _rerun(session), session.console, json_stream)
    except Exception as error:  # noqa: BLE001  (a bug of the report must not hide what is live)
        session.stopped_by = report_bug(error, session.console)
        session.problems = Problems()
        session.results = [result._replace(content=None) for result in _results(session)]
        run = redacted(conclude(session), session.console.redacted)
        return report(run, None, _rerun(session), session.console, json_stream)


def _comment(session: Session, run: Run) -> None:
    """Renew the comment of the pull request. Where there can be none, a notice says why."""
    from publer_publish.github.api import GitHub, renew_comment  # noqa: PLC0415  (brings `requests`)

    only_renew = session.nothing_changed
    body = _NO_POST_LEFT if only_renew else summary(run, rerun=_rerun(session), most=MOST_IN_OUTPUT)
    try:
        url = renew_comment(
            GitHub(session.event, session.config.github_token, session.clock),
            session.event,
            session.console.redacted(body),
            only_renew=only_renew,
        )
    except ActionError as error:
        where = Where(path=("comment",))
        message = f"The summary was not written as a comment: {error.message.rstrip('.')}."
        session.console.annotate(
            Problem(message=message, hint=error.hint, where=where, severity=Severity.NOTICE)
        )
    else:
        if url:
            session.console.line(f"Comment: {url}")


def conclude(session: Session) -> Run:
    """Decide the outcome and word the headline."""
    mode, event, words = session.config.mode, session.event, session.words
    results = tuple(_results(session))
    if not session.in_workflow:
        results = tuple(one._replace(message=words(Problem(message=one.message)).message) for one in results)
    problems = tuple(map(words, sorted(session.problems, key=_in_reading_order)))
    checks = tuple(_in_words(check, words) for check in session.checks)
    outcome, failed = decide(
        mode,
        results,
        fail_on=session.config.fail_on,
        cancelled=session.cancelled,
        invalid=session.invalid,
        stopped=session.stopped_by is not None,
        lost=session.lost,
        checks=checks,
    )
    sentence, hint = headline(
        outcome, results, problems=problems, checks=checks, cause=session.stopped_by, rerun=_rerun(session)
    )
    said = words(Problem(message=sentence, hint=hint))
    source = f"{event.server_url}/{event.repository}/blob/{event.sha}"
    return Run(
        mode=mode,
        outcome=outcome,
        failed=failed,
        headline=said.message,
        hint=said.hint,
        results=results,
        problems=problems,
        job_ids=tuple(session.ledger.job_ids),
        workspace=session.ledger.workspace,
        checks=checks,
        accounts=tuple(session.accounts),
        step=_step(session),
        source_url=source if event.repository and event.sha else "",
        new_post_url=_new_post_url(session, results) if outcome is Outcome.VALID else "",
    )


def _in_words(check: Check, words: Callable[[Problem], Problem]) -> Check:
    said = words(check.problem or Problem(message=check.detail, hint=check.cure))
    if check.problem:
        return check._replace(detail=f"{said.where}: {said.message}", cure=said.hint, problem=said)
    return check._replace(detail=said.message, cure=said.hint)


def _step(session: Session) -> str:
    """What tells this step from others of the job: its post files, and its id if it has one."""
    files = session.config.post_files
    named = ", ".join(files[:_MOST_FILES]) + (", …" if len(files) > _MOST_FILES else "")
    step = session.event.step.rpartition("/")[2]
    return " · ".join(filter(None, (named, "" if step.startswith("_") else step)))


def _new_post_url(session: Session, results: Sequence[Result]) -> str:
    """GitHub's editor with another post for the same accounts; empty outside a workflow."""
    event = session.event
    if not (event.repository and event.default_branch):
        return ""
    editor = f"{event.server_url}/{event.repository}/new/{quote(event.default_branch)}"
    selectors = next((result.selectors for result in results if result.selectors), ())
    return new_post_url(editor, session.config.post_files, selectors)


def _results(session: Session) -> Sequence[Result]:
    if session.results:
        return session.results
    if session.cancelled:
        return session.ledger.results("the run was cancelled before its turn")
    if session.stopped_by:
        return session.ledger.results(session.stopped_by.message)
    return session.ledger.results()


def _in_reading_order(problem: Problem) -> tuple[bool, str, int, int]:
    """The inputs, each file from its top to its bottom, and at the end what has no place."""
    where = problem.where
    has_place = bool(where.file or where.path)
    return not has_place, where.file, where.line, where.column


def _rerun(session: Session) -> Rerun:
    """What decides what running the same job again would do."""
    return Rerun(
        on_duplicate=session.config.on_duplicate,
        window=session.config.duplicate_window,
        reaches_back=session.event.began_at is not None,
    )


@contextmanager
def stray_bugs_reported(console: Console) -> Iterator[None]:
    """Let Python itself print no bug of a thread or a destructor: it would show secrets, and run commands."""

    def report(found: threading.ExceptHookArgs | sys.UnraisableHookArgs) -> None:
        if found.exc_value is not None:
            report_bug(found.exc_value, console)

    before = threading.excepthook, sys.unraisablehook
    threading.excepthook = sys.unraisablehook = report
    try:
        yield
    finally:
        threading.excepthook, sys.unraisablehook = before


def report_bug(error: BaseException, console: Console) -> ActionError:
    """Turn a mistake of this program into a report; what only its authors understand is folded away."""
    with suppress(Exception), console.group("Details for a report of this bug"):
        console.line(f"publer-publish {__version__}, Python {sys.version.split()[0]}")
        for line in traceback.format_exception(error):
            console.line(line.rstrip("\n"))
    return ActionError(
        f"Internal error of publer-publish: {type(error).__name__}.",
        hint=f"This is a bug. Please report it with the details from the log: {_HOME}/issues",
    )


def report(
    run: Run, page: PreviewFile | None, rerun: Rerun, console: Console, json_stream: Stream | None
) -> int:
    """Print, annotate and write everything, and return the exit code."""
    markdown = summary(run, rerun=rerun)
    values = outputs(
        run, summary(run, rerun=rerun, most=MOST_IN_OUTPUT), preview_file=page.output if page else ""
    )
    for problem in (*_to_annotate(run.problems), *filter(None, map(_at_its_place, run.checks))):
        console.annotate(problem)
    _print_rows(run, console, is_json=json_stream is not None)
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


def _print_rows(run: Run, console: Console, *, is_json: bool) -> None:
    """Print the tables. A long one is folded where that can be; what needs attention is below it, open."""
    _print(check_rows([check for check in run.checks if not _at_its_place(check)]), console)
    rows = result_rows(run.results)
    urgent = [row for row in rows if row.severity in {Severity.ERROR, Severity.WARNING}]
    if len(rows) <= _OPEN_ROWS or len(urgent) == len(rows):
        _print(rows, console)
    else:
        with console.group(f"All {len(rows):,} targets"):
            _print(rows, console)
        if urgent and console.folds:
            console.line(NEEDS_ATTENTION)
            _print(urgent, console)
    if run.mode == Mode.ACCOUNTS and not run.failed and not is_json:
        _print(account_rows(run.accounts), console)


def _print(rows: Sequence[Row], console: Console) -> None:
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


def _to_annotate(problems: Sequence[Problem]) -> Iterator[Problem]:
    """All of them, but for the one error without a place, which the headline says."""
    errors = [problem for problem in problems if is_error(problem)]
    for problem in problems:
        if problem.where.file or errors != [problem]:
            yield problem


def _with_preview(session: Session, run: Run) -> tuple[Run, PreviewFile | None]:
    """Write the preview page and return it. What goes wrong is a warning: the posts may be live."""
    if session.preview is None:
        return run, None
    from publer_publish.report.preview_page import page  # noqa: PLC0415  (few runs draw the page)

    redact = session.console.redacted
    try:
        with session.limits:
            previewed = redacted(session.previewed, redact)
            shown = run.results or previewed
            pictures = read_pictures(shown, session.workspace, session.media) if session.media else {}
            text = page(run, pictures=pictures, previewed=previewed)
            session.preview.write(redact(text))
    except ActionError as error:
        why = error
    except (MemoryError, OverLimitError):
        message = "The preview page could not be made: it takes too much time or memory."
        why = ActionError(message, hint="Put fewer or shorter posts into one step.")
    except Exception as error:  # noqa: BLE001  (a bug of the page must not spoil the report of what is live)
        why = report_bug(error, session.console)
    else:
        return run, session.preview
    hint = f"{why.hint} Only the page is missing; the posts are not affected."
    where = Where(path=("preview-file",))
    warning = Problem(message=why.message, hint=hint, where=where, severity=Severity.WARNING)
    return run._replace(problems=(*run.problems, redacted(session.words(warning), redact))), None


MOST_BYTES_EACH = 1_000_000
"""A larger picture is drawn as a frame with its facts: scaling it would need an image library."""
MOST_BYTES = 6_000_000
"""Of all pictures together."""


def read_pictures(results: Iterable[Result], workspace: Workspace, files: MediaFiles) -> dict[str, Picture]:
    """Return what is known of each media file, with its bytes if it is a picture that fits the budget."""
    found: dict[str, Picture] = {}
    left = MOST_BYTES
    for media in _files(results):
        info = files.info(media) if media.value not in found else None
        if info is None:
            continue  # the checks of the post say so; here it is only not drawn
        data = b""
        if info.kind in {"photo", "gif"} and info.size <= min(left, MOST_BYTES_EACH):
            with suppress(ActionError, OSError), workspace.open(media.value) as file:
                data = file.stream.read(info.size)
        left -= len(data)
        width, height = info.width or 0, info.height or 0
        found[media.value] = Picture(info.kind, described(info), width, height, info.mime, data)
    return found


def _files(results: Iterable[Result]) -> Iterator[Media]:
    for result in results:
        if result.content is None:
            continue
        for media in (result.content.media, *(comment.media for comment in result.content.comments)):
            yield from (one for one in with_thumbnails(media) if one.source is MediaSource.FILE)
