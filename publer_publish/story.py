"""How a run went, as far as it came, and what follows from it: the outcome, the headline, the results."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from publer_publish import __version__
from publer_publish.delivery.ledger import Ledger
from publer_publish.delivery.outcomes import Result
from publer_publish.errors import ActionError, Problem
from publer_publish.github.console import Console
from publer_publish.session import Session

if TYPE_CHECKING:
    from publer_publish.delivery.run import Check, Run

    # The report is imported when there is something to tell: the first request need not wait for it.
    from publer_publish.report.rerun import Rerun

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
    from publer_publish.delivery.run import Run  # noqa: PLC0415
    from publer_publish.report.headline import headline  # noqa: PLC0415
    from publer_publish.report.outcome import decide  # noqa: PLC0415

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
    from publer_publish.report.rerun import Rerun  # noqa: PLC0415

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
