"""The modes that talk to Publer, each as the sequence of its steps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import cache

from publer_publish.clock import Deadline
from publer_publish.config import Mode, OnDuplicate
from publer_publish.delivery.deliver import LISTED_WITHIN, Delivery, Rules
from publer_publish.delivery.doctor import examine
from publer_publish.delivery.duplicates import Window
from publer_publish.delivery.ledger import Target
from publer_publish.delivery.media import UploadedMedia, Uploader
from publer_publish.delivery.request import bulk_body
from publer_publish.delivery.resolve import boards_of, resolve
from publer_publish.errors import (
    ActionError,
    InvalidInputError,
    Problem,
    Problems,
    ServiceError,
    Where,
)
from publer_publish.github.lock import Lock
from publer_publish.modes import posts_to_publish
from publer_publish.networks.table import canonical
from publer_publish.post.draft import Draft
from publer_publish.publer.api import Publer
from publer_publish.publer.model import Account, Album, Workspace
from publer_publish.publer.transcript import Transcript
from publer_publish.publer.transport import Transport
from publer_publish.report.values import Listed, Status
from publer_publish.session import Session

NO_ID = "0" * 24
"""Of a file that Publer does not have yet."""


def publish(session: Session) -> None:
    """Validate everything, then resolve and deliver; the ledger learns what became of each target."""
    if drafts := posts_to_publish(session):
        delivery, targets = _plan(session, drafts)
        if session.config.lock:
            _deliver_alone(session, delivery, targets)
        else:
            delivery.deliver(targets)
        _warn_of_an_early_schedule(session)


def _deliver_alone(session: Session, delivery: Delivery, targets: Sequence[Target]) -> None:
    """Deliver while this run has the lock of the repository.

    A run that is cancelled keeps it: the next one takes it over, and first lets Publer list what was sent.
    """
    lock = Lock(session.event, session.config.github_token, session.clock, session.console.line)
    lock.acquire(session.deadline(), listed_within=LISTED_WITHIN)
    delivery.deadline = session.deadline()
    failure: ActionError | None = None
    try:
        delivery.deliver(targets)
    except ActionError as error:
        failure = error
    delivery.wait_until_listed()
    try:
        lock.release()
    except ActionError as error:
        session.problems.warn(error.message, error.hint, Where(path=("lock",)))
    if failure:
        raise failure


def dry_run(session: Session) -> None:
    """Do what ``publish`` does up to the first upload; the ledger learns what would be sent."""
    if drafts := posts_to_publish(session):
        delivery, targets = _plan(session, drafts)
        for target in delivery.look(targets):
            session.ledger.settle(target, Status.READY)
        delivery.settle_repeats()


def _plan(session: Session, drafts: Sequence[Draft]) -> tuple[Delivery, Sequence[Target]]:
    """What goes where, and who delivers it."""
    deadline = session.deadline()
    directory = connect(session, deadline)
    accounts = directory.accounts(deadline=deadline)

    @cache
    def boards(account: Account) -> Sequence[Album]:
        with session.limits.paused():
            return boards_of(account, directory, deadline)

    with session.limits:
        targets = resolve(drafts, accounts, session.problems, boards)
    session.problems.raise_errors()
    session.ledger.expect(targets)
    # Nobody holds the posts as written any longer: 1 MB of 500.
    session.previewed = ()
    _write_down(session, directory.transport, targets)
    return _delivery(session, directory.transport, deadline), targets


def doctor(session: Session) -> None:
    """Examine key, plan, workspace, selectors and rate limit. Posts nothing."""
    deadline = session.deadline()
    transport = transport_of(session)
    problems = Problems()
    with session.limits:
        loaded, _ = session.load_posts(placeholders=True, problems=problems)
    session.checks = examine(
        Publer(transport),
        choose_workspace=lambda workspaces: choose(session.config.workspace_id, workspaces),
        refs=[*loaded.accounts, *(ref for draft in loaded.drafts for ref in draft.post.accounts)],
        problems=problems,
        deadline=deadline,
    )


def accounts(session: Session) -> None:
    """List the accounts of the workspace: what selectors can name."""
    deadline = session.deadline()
    directory = connect(session, deadline)
    session.accounts = [
        Listed(
            id=account.id,
            network=canonical(account.provider),
            name=account.name,
            type=account.type,
            trouble=account.trouble,
            boards=tuple(map(str, boards_of(account, directory, deadline))),
        )
        for account in directory.accounts(deadline=deadline)
    ]


MODES: Mapping[Mode, Callable[[Session], None]] = {
    Mode.PUBLISH: publish,
    Mode.DRY_RUN: dry_run,
    Mode.DOCTOR: doctor,
    Mode.ACCOUNTS: accounts,
}


def _warn_of_an_early_schedule(session: Session) -> None:
    """Say that a scheduled run has posted nothing: what is live already is most likely the last run's."""
    is_scheduled = session.event.event_name == "schedule" and session.event.run_attempt <= 1
    results = session.ledger.results()
    all_skipped = all(one.status is Status.SKIPPED for one in results)
    if is_scheduled and all_skipped and any(one.duplicate for one in results):
        session.problems.warn(
            "Nothing was posted: the last scheduled run may have posted the same within `duplicate-window`.",
            "If every run should post, set `duplicate-window` to clearly less than the time between two "
            "runs, such as `12h` for a daily one: GitHub starts them a few minutes early or late.",
            Where(path=("duplicate-window",)),
        )


def _write_down(session: Session, transport: Transport, targets: Sequence[Target]) -> None:
    """Begin the transcript with what is to be sent: of what is live already no request will tell."""
    if transport.transcript is not None:
        unsent = UploadedMedia(answers=defaultdict(lambda: ({"id": NO_ID},)))
        transport.transcript.planned(
            bulk_body(targets, unsent),
            attempt=session.event.run_attempt,
            duplicate_window=session.config.duplicate_window,
            timeout=session.config.timeout,
        )


def _delivery(session: Session, transport: Transport, deadline: Deadline) -> Delivery:
    settings, event, console = session.config, session.event, session.console
    publer = Publer(transport)
    window = Window(
        seconds=settings.duplicate_window, is_rerun=event.run_attempt > 1, rerun_since=event.began_at
    )
    return Delivery(
        publer=publer,
        ledger=session.ledger,
        rules=Rules(
            timeout=settings.timeout,
            window=window,
            skip_duplicates=settings.on_duplicate is OnDuplicate.SKIP,
            fail_on_duplicates=settings.on_duplicate is OnDuplicate.FAIL,
        ),
        media=Uploader(
            publer=publer,
            workspace=session.workspace,
            log=console.line,
            show=console.uploads if console.is_live else None,
        ),
        deadline=deadline,
        console=console,
        problems=session.problems,
    )


def connect(session: Session, deadline: Deadline) -> Publer:
    """The directory of the workspace that the input names, or for the only one that the key sees."""
    transport = transport_of(session)
    directory = Publer(transport)
    if not transport.workspace_id:
        workspace = choose("", directory.workspaces(deadline=deadline))
        transport.workspace_id = workspace.id
        session.ledger.workspace = workspace.name
        session.console.line(f"Workspace: {workspace.name} ({workspace.id}), the only one that the key sees.")
    else:
        session.ledger.workspace = transport.workspace_id
    return directory


def transport_of(session: Session) -> Transport:
    settings, console = session.config, session.console
    transport = Transport(
        settings.api_url, settings.api_key, settings.workspace_id, session.clock, console.line
    )
    if console.is_debugging:
        transport.transcript = Transcript(console.debug, session.clock, (settings.api_key,))
    return transport


def choose(wanted: str, workspaces: Sequence[Workspace]) -> Workspace:
    """The workspace to work in. Raises ``InvalidInputError`` that lists what there is."""
    matching = [one for one in workspaces if not wanted or one.id.lower() == wanted.lower()]
    if len(matching) == 1:
        return matching[0]
    if not workspaces:
        raise ServiceError(
            "The API key sees no workspace.",
            hint="Check `api-key`: its owner must be in a workspace whose plan includes the API.",
        )
    if wanted:
        message = f"The API key does not see the workspace `{wanted}` of input `workspace-id`."
    else:
        message = f"The API key sees {len(workspaces)} workspaces, and input `workspace-id` is empty."
    hint = f"Set it to one of: {', '.join(f'{one.name} ({one.id})' for one in workspaces)}."
    raise InvalidInputError(Problem(message=message, hint=hint, where=Where(path=("workspace-id",))))
