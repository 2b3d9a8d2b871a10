"""The second half of ``publish``: from the accounts of the workspace to what became of each target."""

from __future__ import annotations

from collections.abc import Sequence
from shutil import get_terminal_size

from publer_publish.clock import Deadline
from publer_publish.config import OnDuplicate
from publer_publish.delivery.deliver import Delivery, Rules
from publer_publish.delivery.duplicates import Window
from publer_publish.delivery.prepared import Prepared
from publer_publish.delivery.resolve import resolve
from publer_publish.delivery.targets import Target
from publer_publish.post.draft import Draft
from publer_publish.post.model import Media
from publer_publish.publer.client import Publer
from publer_publish.publer.model import Account
from publer_publish.publer.transport import Transport
from publer_publish.session import Session


def targets_of(session: Session, drafts: Sequence[Draft], accounts: Sequence[Account]) -> list[Target]:
    """Resolve the posts; the ledger learns what to expect. Raises if a selector is wrong."""
    targets, problems = resolve(drafts, accounts)
    session.keep_or_raise(problems)
    session.ledger.expect(targets)
    return targets


def send(session: Session, transport: Transport, targets: Sequence[Target], deadline: Deadline) -> None:
    """Deliver; the ledger learns what became of each target."""
    publer = Publer(transport)
    Delivery(
        publer=publer,
        ledger=session.ledger,
        rules=_rules(session),
        prepare=lambda some, until: _prepare(session, publer, some, until),
        clock=session.clock,
        log=session.console.line,
        warn=session.warn,
        details=session.console.details,
        meanwhile=_load_the_report,
    ).deliver(targets, deadline)


def _load_the_report() -> None:
    """Import what tells the end, in the pause before the first poll: there it costs nobody any time."""
    from publer_publish.report import headline, hiding, log, outputs, summary  # noqa: F401, PLC0415


def _rules(session: Session) -> Rules:
    settings, event = session.config, session.event
    return Rules(
        timeout=settings.timeout,
        window=Window(
            seconds=settings.duplicate_window, is_rerun=event.run_attempt > 1, rerun_since=event.began_at
        ),
        skip_duplicates=settings.on_duplicate is OnDuplicate.SKIP,
        fail_on_duplicates=settings.on_duplicate is OnDuplicate.FAIL,
    )


def _prepare(session: Session, publer: Publer, items: Sequence[Media], deadline: Deadline) -> Prepared:
    """Bring the media of the run to Publer."""
    from publer_publish.delivery.upload import prepare  # noqa: PLC0415  (most posts have no media)
    from publer_publish.delivery.upload_progress import Progress, bar  # noqa: PLC0415

    console = session.console

    def show(files: Sequence[Progress]) -> None:
        console.live(bar(files, get_terminal_size().columns - 1) if files else "")

    return prepare(
        items,
        publer,
        session.workspace,
        deadline=deadline,
        clock=session.clock,
        log=session.console.line,
        show=show if console.is_live else None,
    )
