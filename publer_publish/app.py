"""The program. Reads as the specification.

mask → config → event → load and validate everything, report all problems at once → (validate stops here) →
resolve → look for duplicates → upload → publish → poll → confirm → outputs, summary, headline → exit code.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from publer_publish import __version__, config
from publer_publish.clock import Clock, SystemClock, WatchedClock
from publer_publish.config import Config, Mode
from publer_publish.delivery.ledger import Ledger
from publer_publish.delivery.outcomes import Check, Result, Run
from publer_publish.errors import (
    ActionError,
    CancelledError,
    InvalidInputError,
    Problem,
    ServiceError,
    Severity,
    Where,
)
from publer_publish.github.console import Console, open_console
from publer_publish.github.context import Event, read_event
from publer_publish.pipeline import MODES
from publer_publish.post.load import is_error
from publer_publish.post.networks import NETWORKS
from publer_publish.post.workspace import Workspace
from publer_publish.preview.file import PreviewFile
from publer_publish.session import Session
from publer_publish.signals import signals_cancel

if TYPE_CHECKING:
    # The report is imported when there is something to tell: the first request need not wait for it.
    from publer_publish.report.log import Row
    from publer_publish.report.rerun import Rerun

_FOLDS = {key: network.fold for key, network in NETWORKS.items()}
_OPEN_ROWS = 15
"""A longer table is folded: what a plain run says shall be seen at a glance."""
_HOME = "https://github.com/publer-publish/publer-publish"


@dataclass(slots=True, kw_only=True)
class _Story:
    """How the run went, for the report."""

    mode: str
    session: Session | None = None
    results: Sequence[Result] = ()
    checks: Sequence[Check] = ()
    problems: list[Problem] = field(default_factory=list)
    cause: ActionError | None = None
    invalid: bool = False
    cancelled: bool = False


def main(
    argv: Sequence[str],
    env: Mapping[str, str],
    stdout: TextIO,
    clock: Clock | None = None,
    *,
    cancelled_early: Callable[[], bool] = lambda: False,
) -> int:
    """Run once and return the exit code, 0 or 1. Whatever happens, everything known is reported.

    ``cancelled_early``: whether a signal came before this function could handle it.
    """
    in_workflow = env.get("GITHUB_ACTIONS") == "true"
    inputs, as_json = (config.inputs_from_env(env), False) if in_workflow else _from_command_line(argv, env)
    console = open_console(env, sys.stderr if as_json else stdout)
    clock = clock or (WatchedClock(console.live) if console.is_live else SystemClock())
    for secret in (
        *config.secrets_in(env),
        inputs.get("api-key", "").strip(),
        inputs.get("github-token", "").strip(),
    ):
        if len(secret) >= config.MASK_FROM:
            console.mask(secret)
    story = _Story(mode=inputs.get("mode", "") or "auto")
    with signals_cancel() as ignore_signals:
        try:
            _raise_if(cancelled=cancelled_early())
            _live(story, inputs, env, console, clock, as_json=as_json)
            ignore_signals()
        except CancelledError:
            story.cancelled = True
        _complete(story)
        return _tell(story, console, stdout if as_json else None)


def _raise_if(*, cancelled: bool) -> None:
    if cancelled:
        raise CancelledError


def _from_command_line(argv: Sequence[str], env: Mapping[str, str]) -> tuple[Mapping[str, str], bool]:
    from publer_publish import cli  # noqa: PLC0415  (argparse is for a desk only)

    typed = cli.parse(argv, env)
    return typed.inputs, typed.as_json


def _live(
    story: _Story,
    inputs: Mapping[str, str],
    env: Mapping[str, str],
    console: Console,
    clock: Clock,
    *,
    as_json: bool,
) -> None:
    """The run itself. Every way in which it can end is written down in ``story``."""
    try:
        event = read_event(env, now=clock.time())
        story.mode = _mode_of(inputs, event)
        settings = config.read(
            inputs,
            only_review=event.default_mode_is_validate,
            no_secrets=event.no_secrets_reason,
            as_json=as_json,
        )
        story.mode = str(settings.mode)
        workspace = event.workspace if env.get("GITHUB_ACTIONS") == "true" else Path.cwd()
        story.session = Session(
            config=settings,
            event=event,
            console=console,
            clock=clock,
            ledger=Ledger(),
            workspace=Workspace(workspace),
        )
        _say_start(console, settings, event)
        story.session.preview = _preview_file(settings, workspace, env.get("RUNNER_TEMP", ""))
        story.results, story.checks = MODES[settings.mode](story.session)
    except InvalidInputError as error:
        story.invalid = True
        story.problems += error.problems
    except ServiceError as error:
        story.cause = error
    except ActionError as error:
        story.invalid = True
        story.problems.append(Problem(message=error.message, hint=error.hint, where=Where()))
    except Exception as error:  # noqa: BLE001  (the one place where a bug of ours becomes a report)
        story.cause = _bug(error, console)


def _preview_file(settings: Config, workspace: Path, runner_temp: str) -> PreviewFile | None:
    """Where the preview page goes, checked before anything is sent: later it must not fail the run."""
    if not settings.preview_file or settings.mode not in {Mode.PUBLISH, Mode.VALIDATE}:
        return None
    try:
        return PreviewFile.at(settings.preview_file, workspace, runner_temp)
    except ActionError as error:
        where = Where(path="preview-file")
        raise InvalidInputError(Problem(message=error.message, hint=error.hint, where=where)) from None


def _complete(story: _Story) -> None:
    """Add what the session has learned, however far it came."""
    if story.session is not None:
        story.problems += story.session.problems
        story.results = (
            story.results or story.session.results or story.session.ledger.results(_why_not(story))
        )


def _mode_of(inputs: Mapping[str, str], event: Event) -> str:
    written = inputs.get("mode", "").strip() or "auto"
    if written != "auto":
        return written
    return "validate" if event.default_mode_is_validate else "publish"


def _why_not(story: _Story) -> str:
    if story.cancelled:
        return "the run was cancelled before its turn"
    return story.cause.message if story.cause else "the run ended before its turn"


def _bug(error: Exception, console: Console) -> ActionError:
    import traceback  # noqa: PLC0415

    with suppress(Exception), console.group("Details for a report of this bug"):
        console.line(f"publer-publish {__version__}, Python {sys.version.split()[0]}")
        for line in traceback.format_exception(error):
            console.line(line.rstrip("\n"))
    return ActionError(
        f"Internal error of publer-publish: {type(error).__name__}.",
        hint=f"This is a bug. Please report it with the details from the log: {_HOME}/issues",
    )


def _say_start(console: Console, settings: Config, event: Event) -> None:
    console.line(f"publer-publish {__version__}: {settings.mode}")
    if event.payload_note:
        console.line(event.payload_note)


def _tell(story: _Story, console: Console, json_stream: TextIO | None) -> int:
    """Report, and return the exit code. A bug in reporting is reported, too, with all outputs."""
    try:
        run, preview = _with_preview(story, _conclude(story))
        return _report(run, preview, _rerun(story), console, json_stream)
    except Exception as error:  # noqa: BLE001  (as in ``_live``)
        story.cause = _bug(error, console)
        story.problems = []
        story.results = [replace(result, content=None) for result in story.results]
        return _report(_conclude(story), "", _rerun(story), console, json_stream)


def _report(run: Run, preview: str, rerun: Rerun, console: Console, json_stream: TextIO | None) -> int:
    """Annotations, rows, outputs, summary, one headline."""
    from publer_publish.report.log import closing_lines, job_lines  # noqa: PLC0415
    from publer_publish.report.outcome import needs_attention  # noqa: PLC0415
    from publer_publish.report.outputs import as_json, outputs  # noqa: PLC0415
    from publer_publish.report.summary import summary  # noqa: PLC0415

    markdown = summary(run, rerun=rerun, folds=_FOLDS)
    values = outputs(run, markdown, preview_file=preview)
    for problem in _to_annotate(run.problems):
        console.annotate(problem)
    _say_rows(run, console)
    if preview:
        console.line(f"Preview page: {preview}")
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


def _say_rows(run: Run, console: Console) -> None:
    """The tables. A long one is folded, and what needs attention stands below it once more."""
    from publer_publish.report.log import account_rows, check_rows, result_rows  # noqa: PLC0415

    rows = [*check_rows(run.checks), *result_rows(run.results)]
    if run.mode == Mode.ACCOUNTS and not run.failed:
        rows += account_rows(run.accounts)
    if len(run.results) <= _OPEN_ROWS:
        _say_each(rows, console)
        return
    with console.group(f"All {len(run.results):,} targets"):
        _say_each(rows, console)
    _say_each([row for row in rows if row.severity in {Severity.ERROR, Severity.WARNING}], console)


def _say_each(rows: Sequence[Row], console: Console) -> None:
    for row in rows:
        console.row(row.label, row.rest, row.severity)


def _attempt(action: Callable[[], None]) -> list[ActionError]:
    try:
        action()
    except ActionError as error:
        return [error]
    return []


def _to_annotate(problems: Sequence[Problem]) -> Iterator[Problem]:
    """All of them, but for the one error without a place, which the headline says."""
    errors = [problem for problem in problems if is_error(problem)]
    for problem in problems:
        if problem.where.file or errors != [problem]:
            yield problem


def _with_preview(story: _Story, run: Run) -> tuple[Run, str]:
    """Write the preview page and return its path. What goes wrong is a warning: the posts may be live."""
    session = story.session
    if session is None or session.preview is None:
        return run, ""
    from publer_publish.preview.pictures import read_pictures  # noqa: PLC0415  (few runs draw the page)
    from publer_publish.report.page.document import page  # noqa: PLC0415

    try:
        shown = run.results or session.previewed
        pictures = read_pictures(shown, session.workspace)
        text = page(run, pictures=pictures, folds=_FOLDS, previewed=session.previewed)
        return run, session.preview.write(session.console.redacted(text))
    except ActionError as error:
        message, hint = error.message, error.hint
    except Exception as error:  # noqa: BLE001  (a bug of the page must not spoil the report of what is live)
        message, hint = f"The preview page could not be drawn: {type(error).__name__}.", ""
    where = Where(path="preview-file")
    warning = Problem(message=message, hint=hint, where=where, severity=Severity.WARNING)
    return replace(run, problems=(*run.problems, warning)), ""


def _conclude(story: _Story) -> Run:
    from publer_publish.report.headline import headline  # noqa: PLC0415
    from publer_publish.report.outcome import decide  # noqa: PLC0415

    settings = story.session.config if story.session else None
    stopped = story.cause is not None
    outcome, failed = decide(
        story.mode,
        story.results,
        fail_on=str(settings.fail_on) if settings else "any",
        cancelled=story.cancelled,
        invalid=story.invalid,
        stopped=stopped,
        checks=story.checks,
    )
    sentence, hint = headline(
        outcome,
        story.results,
        problems=story.problems,
        checks=story.checks,
        cause=story.cause,
        rerun=_rerun(story),
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


def _rerun(story: _Story) -> Rerun:
    from publer_publish.report.rerun import Rerun  # noqa: PLC0415

    if story.session is None:
        return Rerun()
    settings = story.session.config
    return Rerun(on_duplicate=str(settings.on_duplicate), window=settings.duplicate_window)
