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
from publer_publish.config import Config, Mode
from publer_publish.delivery.ledger import Ledger
from publer_publish.errors import ActionError, CancelledError, InvalidInputError, Problem, ServiceError, Where
from publer_publish.finish import Story, bug, bugs_of_threads_told, tell
from publer_publish.github.console import Console, open_console
from publer_publish.github.event import Event, read_event
from publer_publish.github.terminal import Stream
from publer_publish.modes import Told, problems_of_posts, validate
from publer_publish.session import Session
from publer_publish.signals import signals_cancel
from publer_publish.workspace import PreviewFile, Workspace

_UNHEARD = "Standard output could not be written to its end. That changed nothing of what was sent.\n"


def main(
    argv: Sequence[str],
    env: Mapping[str, str],
    stdout: TextIO | None,
    clock: Clock | None = None,
    *,
    cancelled_early: Callable[[], bool] = lambda: False,
) -> int:
    """Run once and return the exit code, 0 or 1. Whatever happens, everything known is reported.

    ``cancelled_early``: whether a signal came before this function could handle it.
    """
    in_workflow = env.get("GITHUB_ACTIONS") == "true"
    inputs, as_json = (config.inputs_from_env(env), False) if in_workflow else _from_command_line(argv, env)
    stream = Stream(stdout)
    console = open_console(env, Stream(sys.stderr) if as_json else stream)
    clock = clock or SystemClock()
    for secret in (
        *config.secrets_in(env),
        inputs.get("api-key", "").strip(),
        inputs.get("github-token", "").strip(),
    ):
        if len(secret) >= config.MASK_FROM:
            console.mask(secret)
    story = Story(mode=inputs.get("mode", "") or "auto")
    with bugs_of_threads_told(console), signals_cancel() as ignore_signals:
        try:
            _raise_if(cancelled=cancelled_early())
            _run(story, inputs, env, console, clock)
            ignore_signals()
        except CancelledError:
            story.cancelled = True
        story.complete()
        code = tell(story, console, stream if as_json else None)
    if stream.is_broken:
        Stream(sys.stderr).write(_UNHEARD)
        return 1
    return code


def _raise_if(*, cancelled: bool) -> None:
    if cancelled:
        raise CancelledError


def _from_command_line(argv: Sequence[str], env: Mapping[str, str]) -> tuple[Mapping[str, str], bool]:
    from publer_publish import cli  # noqa: PLC0415  (argparse is for a desk only)

    typed = cli.parse(argv, env)
    return typed.inputs, typed.as_json


def _run(
    story: Story,
    inputs: Mapping[str, str],
    env: Mapping[str, str],
    console: Console,
    clock: Clock,
) -> None:
    """The run itself. Every way in which it can end is written down in ``story``."""
    try:
        event = read_event(env, now=clock.time())
        story.mode = _mode_of(inputs, event)
        workspace = event.workspace if env.get("GITHUB_ACTIONS") == "true" else Path.cwd()

        def new_session(settings: Config) -> Session:
            return Session(
                config=settings,
                event=event,
                console=console,
                clock=clock,
                ledger=Ledger(),
                workspace=Workspace(workspace),
                problems=list(settings.warnings),
            )

        settings = _settings(inputs, event, new_session)
        story.session = new_session(settings)
        _say_start(console, settings, event)
        story.session.preview = _preview_file(settings, workspace, env.get("RUNNER_TEMP", ""))
        story.results, story.checks = _run_mode(story.session)
    except InvalidInputError as error:
        story.invalid = True
        story.problems += error.problems
    except ServiceError as error:
        story.cause = error
    except ActionError as error:
        story.invalid = True
        story.problems.append(Problem(message=error.message, hint=error.hint, where=Where()))
    except Exception as error:  # noqa: BLE001  (the one place where a bug of ours becomes a report)
        story.cause = bug(error, console)


def _run_mode(session: Session) -> Told:
    if session.config.mode is Mode.VALIDATE:
        return validate(session)
    from publer_publish import online  # noqa: PLC0415  (brings `requests`, which `validate` never needs)

    return online.MODES[session.config.mode](session)


def _settings(inputs: Mapping[str, str], event: Event, new_session: Callable[[Config], Session]) -> Config:
    """The inputs, checked. Raises with everything that is wrong with them and with the posts."""
    try:
        return config.read(
            inputs,
            only_review=event.default_mode_is_validate,
            merged=event.is_merge,
            no_secrets=event.no_secrets_reason,
        )
    except config.InvalidConfigError as error:
        wrong = {problem.where.path for problem in error.problems}
        # Without the right variables, a template would be blamed for what the input lacks.
        found = () if ("variables",) in wrong else problems_of_posts(new_session(error.config))
        raise InvalidInputError(*error.problems, *found) from None


def _preview_file(settings: Config, workspace: Path, runner_temp: str) -> PreviewFile | None:
    """Where the preview page goes, checked before anything is sent: later it must not fail the run."""
    if not settings.preview_file or settings.mode not in {Mode.PUBLISH, Mode.VALIDATE}:
        return None
    from publer_publish.workspace import PreviewFile  # noqa: PLC0415  (few runs draw the page)

    try:
        return PreviewFile.at(settings.preview_file, workspace, runner_temp)
    except ActionError as error:
        where = Where(path=("preview-file",))
        raise InvalidInputError(Problem(message=error.message, hint=error.hint, where=where)) from None


def _mode_of(inputs: Mapping[str, str], event: Event) -> str:
    written = inputs.get("mode", "").strip() or "auto"
    if written != "auto":
        return written
    return "validate" if event.default_mode_is_validate else "publish"


def _say_start(console: Console, settings: Config, event: Event) -> None:
    console.line(f"publer-publish {__version__}: {settings.mode}")
    if event.payload_note:
        console.line(event.payload_note)
