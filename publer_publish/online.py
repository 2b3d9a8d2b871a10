"""The modes that talk to Publer: publish, doctor and accounts, each as the sequence of its steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from shutil import get_terminal_size

from publer_publish.clock import Deadline
from publer_publish.config import Mode, OnDuplicate
from publer_publish.delivery.deliver import Delivery, Rules
from publer_publish.delivery.doctor import examine
from publer_publish.delivery.duplicates import Window
from publer_publish.delivery.media import Transfer, Uploader, bar
from publer_publish.delivery.resolve import resolve
from publer_publish.delivery.targets import Target
from publer_publish.errors import InvalidInputError, Problem, ServiceError, Severity, Where
from publer_publish.modes import Told, checked, validated
from publer_publish.networks.table import canonical
from publer_publish.post.draft import Draft
from publer_publish.publer.api import Directory, Publer
from publer_publish.publer.model import Account, Workspace
from publer_publish.publer.transport import Transport
from publer_publish.report.values import Listed, Status
from publer_publish.session import Session


def publish(session: Session) -> Told:
    """Validate everything, then resolve, deliver, and return what became of each target."""
    resolved = _resolved(session)
    if resolved:
        send(session, *resolved)
        _warn_of_an_early_schedule(session)
    return session.ledger.results(), ()


def doctor(session: Session) -> Told:
    """Examine key, plan, workspace, selectors and rate limit. Posts nothing."""
    deadline = session.deadline()
    transport = transport_of(session)
    loaded = session.load_posts(placeholders=True)
    checks = examine(
        Directory(transport),
        choose_workspace=lambda workspaces: choose(session.config.workspace_id, workspaces),
        refs=[*loaded.accounts, *(ref for draft in loaded.drafts for ref in draft.post.accounts)],
        problems=loaded.problems,
        deadline=deadline,
    )
    return (), checks


def accounts(session: Session) -> Told:
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
        )
        for account in directory.accounts(deadline=deadline)
    ]
    return (), ()


def _resolved(session: Session) -> tuple[Transport, Sequence[Target], Deadline] | None:
    """What goes where; None if there is nothing to publish.

    Nobody holds the posts as written after this: 1 MB of 500.
    """
    loaded = session.load_posts(placeholders=False)
    if session.preview:
        session.previewed = [row for draft in loaded.drafts for row in validated(draft)[0]]
    drafts = checked(session, loaded)
    if not drafts:
        return None

    deadline = session.deadline()
    directory = connect(session, deadline)
    accounts = directory.accounts(deadline=deadline)

    return directory.transport, targets_of(session, drafts, accounts), deadline


def _warn_of_an_early_schedule(session: Session) -> None:
    """Say that a scheduled run has posted nothing: what is live already is most likely the last run's."""
    event = session.event
    results = session.ledger.results()
    nothing_new = all(one.status is Status.SKIPPED for one in results) and any(
        one.duplicate for one in results
    )
    if event.event_name == "schedule" and event.run_attempt == 1 and nothing_new:
        session.warn(
            Problem(
                message="Nothing was posted: the last scheduled run may have posted the same within "
                "`duplicate-window`.",
                hint="If every run is to post, set `duplicate-window` to clearly less than the time between "
                "two runs, such as `12h` for a daily one: GitHub starts them some minutes early or late.",
                where=Where(path=("duplicate-window",)),
                severity=Severity.WARNING,
            )
        )


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
        media=_uploader(session, publer),
        deadline=deadline,
        log=RunLog(session),
    ).deliver(targets)


@dataclass(frozen=True, slots=True)
class RunLog:
    """What a delivery says: its lines are printed, its warnings kept for the report."""

    session: Session

    def line(self, text: str) -> None:
        self.session.console.line(text)

    def warn(self, problem: Problem) -> None:
        self.session.warn(problem)

    def details(self, title: str, text: str) -> None:
        self.session.console.details(title, text)


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


def _uploader(session: Session, publer: Publer) -> Uploader:
    """What brings the media of the run to Publer."""
    console = session.console

    def show(files: Sequence[Transfer]) -> None:
        console.live(bar(files, get_terminal_size().columns - 1) if files else "")

    return Uploader(
        publer=publer,
        workspace=session.workspace,
        log=console.line,
        show=show if console.is_live else None,
    )


def connect(session: Session, deadline: Deadline) -> Directory:
    """The directory of the workspace that the input names, or for the only one that the key sees."""
    transport = transport_of(session)
    directory = Directory(transport)
    if not transport.workspace_id:
        workspace = choose("", directory.workspaces(deadline=deadline))
        transport.workspace_id = workspace.id
        session.ledger.workspace = workspace.name
        session.console.line(f"Workspace: {workspace.name} ({workspace.id}), the only one that the key sees.")
    else:
        session.ledger.workspace = transport.workspace_id
    return directory


def transport_of(session: Session) -> Transport:
    settings = session.config
    return Transport(
        settings.api_url, settings.api_key, settings.workspace_id, session.clock, session.console.line
    )


def choose(wanted: str, workspaces: Sequence[Workspace]) -> Workspace:
    """The workspace to work in. Raises ``InvalidInputError`` that lists what there is."""
    listed = ", ".join(f"{one.name} ({one.id})" for one in workspaces)
    matching = [one for one in workspaces if one.id.lower() == wanted.lower()] if wanted else list(workspaces)
    if len(matching) == 1:
        return matching[0]
    where = Where(path=("workspace-id",))
    if not workspaces:
        raise ServiceError(
            "The API key sees no workspace.",
            hint="Check `api-key`: its owner must be in a workspace whose plan includes the API.",
        )
    if wanted:
        message = f"The API key does not see the workspace `{wanted}` of input `workspace-id`."
    else:
        message = f"The API key sees {len(workspaces)} workspaces, and input `workspace-id` is empty."
    raise InvalidInputError(Problem(message=message, hint=f"Set it to one of: {listed}.", where=where))


MODES: Mapping[Mode, Callable[[Session], Told]] = {
    Mode.PUBLISH: publish,
    Mode.DOCTOR: doctor,
    Mode.ACCOUNTS: accounts,
}
