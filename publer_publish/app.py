"""The program. Reads as the specification.

mask → config → event → load and validate everything, report all problems at once → (validate stops here) →
resolve → look for duplicates → upload → publish → poll → confirm → outputs, summary, headline → exit code.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TextIO

from publer_publish import __version__, config
from publer_publish.clock import Clock, SystemClock
from publer_publish.config import Asked, Mode
from publer_publish.errors import (
    ActionError,
    CancelledError,
    InvalidInputError,
    Problem,
    Problems,
    ServiceError,
    Where,
)
from publer_publish.finish import finish, report_bug, stray_bugs_reported
from publer_publish.github.console import Stream
from publer_publish.github.event import read_event
from publer_publish.github.runner import open_console
from publer_publish.limits import Limits, OverLimitError, left_by, over_limit, signals_cancel
from publer_publish.modes import examine, validate
from publer_publish.post.template.values import ANNOUNCEMENT
from publer_publish.session import Session
from publer_publish.supervisor import Lost, Supervised
from publer_publish.workspace import PreviewFile, Workspace

INTERRUPTED = 130
"""What a shell expects of a program that Ctrl-C has ended."""
_UNWRITTEN = "Standard output could not be written completely. This does not affect what was sent.\n"


def main(
    argv: Sequence[str],
    env: Mapping[str, str],
    stdout: TextIO | None,
    clock: Clock | None = None,
    *,
    process: Supervised | Lost | None = None,
    cancelled_early: Callable[[], bool] = lambda: False,
) -> int:
    """Run once and return the exit code, 0 or 1, or 130 at a terminal. Whatever happens, it is reported.

    ``process``: the supervised one that this is, or one that is lost and to be reported; None: one of many
    programs. ``cancelled_early``: whether a signal came before this function could handle it.
    """
    in_workflow = env.get("GITHUB_ACTIONS") == "true"
    asked = Asked(config.inputs_from_env(env)) if in_workflow else _from_command_line(argv, env)
    stream = Stream(stdout)
    variables = {**env, "RUNNER_DEBUG": "1"} if asked.is_debugging else env
    console = open_console(variables, Stream(sys.stderr) if asked.as_json else stream)
    for secret in config.secrets_in(env, asked.inputs):
        console.mask(secret)
    here, stdin = Path.cwd(), getattr(sys.stdin, "buffer", None)
    lost = process if isinstance(process, Lost) else None
    supervised = process if isinstance(process, Supervised) else None
    limits = Limits(supervised)
    session = Session(
        console=console,
        clock=clock or SystemClock(),
        workspace=Workspace(here) if in_workflow else Workspace.around(here, stdin),
        in_workflow=in_workflow,
        words=asked.words,
        limits=limits,
        problems=Problems(limits.note),
    )

    with stray_bugs_reported(console), signals_cancel(limits.check) as ignore_signals:
        try:
            _run(session, asked.inputs, env, cancelled_early, lost)
            ignore_signals()
        except CancelledError:
            session.cancelled = True
        if supervised:
            supervised.report()
        code = finish(session, stream if asked.as_json else None)
    if stream.is_broken:
        Stream(sys.stderr).write(_UNWRITTEN)
        return 1
    return code if in_workflow or not session.cancelled else INTERRUPTED


def _from_command_line(argv: Sequence[str], env: Mapping[str, str]) -> Asked:
    from publer_publish import cli  # noqa: PLC0415  (brings `argparse`, for the command line only)

    return cli.parse(argv, env)


def _run(
    session: Session,
    inputs: Mapping[str, str],
    env: Mapping[str, str],
    is_cancelled: Callable[[], bool],
    lost: Lost | None,
) -> None:
    """The run itself. Every way in which it can end is written down in ``session``."""
    if is_cancelled():
        raise CancelledError
    try:
        _read_inputs(session, inputs, env)
        if lost:
            _take_over(session, lost)
        _check_inputs(session, env)
        _run_mode(session)
    except (OverLimitError, MemoryError) as error:
        session.invalid = True
        session.problems.add(over_limit(error, session.problems.place))
    except InvalidInputError as error:
        session.invalid = True
        session.problems.extend(error.problems)
    except ServiceError as error:
        session.stopped_by = error
    except ActionError as error:
        session.invalid = True
        session.problems.error(error.message, error.hint)
    except Exception as error:  # noqa: BLE001  (the one place where a bug of ours becomes a report)
        session.stopped_by = report_bug(error, session.console)


def _read_inputs(session: Session, inputs: Mapping[str, str], env: Mapping[str, str]) -> None:
    """Read event and inputs. What is wrong with them goes into ``session.problems``."""
    event = session.event = read_event(env, now=session.clock.time())
    if session.in_workflow:
        session.workspace = Workspace(event.workspace)
    session.config = config.read(
        inputs,
        session.problems,
        only_review=event.default_mode_is_validate,
        merged=event.is_merge,
        no_secrets=event.no_secrets_reason,
        announcement=ANNOUNCEMENT if event.release or event.tag else "",
        in_workflow=session.in_workflow,
    )


def _take_over(session: Session, lost: Lost) -> None:
    """End as the program would have ended if it had not been lost."""
    if not lost.watched:
        session.lost = session.config.mode is Mode.PUBLISH
        unknown = " Whether anything was published is not known: look in Publer before you run this again."
        raise ServiceError(
            f"The system ended the program (signal {lost.by}).",
            hint=f"The machine may be out of memory.{unknown if session.lost else ''}",
        )
    session.problems.extend(left_by(lost))
    if lost.cancelled:
        raise CancelledError
    session.problems.raise_errors()


def _check_inputs(session: Session, env: Mapping[str, str]) -> None:
    """Raise with everything that is wrong with inputs and, if there is anything, with the posts."""
    event = session.event
    wrong = {problem.where.path for problem in session.problems.errors()}
    # Without the right variables, a template would be blamed for what the input lacks.
    if wrong and ("variables",) not in wrong:
        with session.limits:
            loaded, _ = session.load_posts(placeholders=True)
            examine(session, loaded, [])
    session.problems.raise_errors()
    session.console.line(f"publer-publish {__version__}: {session.config.mode}")
    if event.payload_note:
        session.console.line(event.payload_note)
    session.preview = _preview_file(session, env.get("RUNNER_TEMP", ""))


def _preview_file(session: Session, runner_temp: str) -> PreviewFile | None:
    """Where the preview page goes, checked before anything is sent: later it must not fail the run."""
    settings = session.config
    if not settings.preview_file or settings.mode not in config.INPUTS["preview-file"].modes:
        return None
    try:
        path = session.workspace.typed(settings.preview_file)
        return PreviewFile(path, session.workspace.root, runner_temp)
    except ActionError as error:
        where = Where(path=("preview-file",))
        raise InvalidInputError(Problem(message=error.message, hint=error.hint, where=where)) from None


def _run_mode(session: Session) -> None:
    if session.config.mode is Mode.VALIDATE:
        validate(session)
        return
    from publer_publish import online  # noqa: PLC0415  (brings `requests`, which `validate` never needs)

    online.MODES[session.config.mode](session)
