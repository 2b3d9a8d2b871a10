"""The four modes, each as the sequence of its steps."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from publer_publish.clock import Deadline
from publer_publish.config import Mode, OnDuplicate
from publer_publish.delivery.deliver import Delivery, Rules
from publer_publish.delivery.doctor import examine
from publer_publish.delivery.duplicates import Window
from publer_publish.delivery.outcomes import Check, Result, Status
from publer_publish.delivery.prepared import Prepared
from publer_publish.delivery.resolve import describe, resolve
from publer_publish.errors import InvalidInputError, Problem, ServiceError, Severity, Where
from publer_publish.post.draft import Composed, Draft
from publer_publish.post.load import Loaded, is_error, named_networks
from publer_publish.post.model import Media
from publer_publish.post.networks import canonical
from publer_publish.publer.client import Publer
from publer_publish.publer.model import Workspace
from publer_publish.publer.transport import Transport
from publer_publish.session import Session

Told = tuple[Sequence[Result], Sequence[Check]]


def publish(session: Session) -> Told:
    """Validate everything, then resolve, deliver, and return what became of each target."""
    loaded = session.load_posts(placeholders=False)
    if session.preview:
        session.previewed = [row for draft in loaded.drafts for row in _validated(draft)[0]]
    drafts = _checked(session, loaded)
    if not drafts:
        return session.ledger.results(), ()
    deadline = session.deadline()
    publer = connect(session, deadline)
    targets, problems = resolve(drafts, publer.accounts(deadline=deadline))
    _raise_errors(session, problems)
    session.ledger.expect(targets)
    Delivery(
        publer=publer,
        ledger=session.ledger,
        rules=_rules(session),
        prepare=lambda some, until: _prepare(session, publer, some, until),
        clock=session.clock,
        log=session.console.line,
        warn=session.warn,
    ).deliver(targets, deadline)
    return session.ledger.results(), ()


def validate(session: Session) -> Told:
    """Check every post for every network that can be told without a key."""
    loaded = session.load_posts(placeholders=True)
    problems = list(loaded.problems)
    results: list[Result] = []
    for draft in loaded.drafts:
        found, wrong = _validated(draft)
        results += [_blamed(row, draft, loaded.problems) for row in found]
        problems += wrong
    problems += loaded.notices
    problems = list(dict.fromkeys(problems))
    if any(map(is_error, problems)):
        session.results = results
        raise InvalidInputError(*problems)
    for problem in problems:
        session.warn(problem)
    return results, ()


def doctor(session: Session) -> Told:
    """Examine key, plan, workspace, selectors and rate limit. Posts nothing."""
    deadline = session.deadline()
    transport = _transport(session)
    loaded = None
    if session.config.post_files or session.config.text:
        loaded = session.load_posts(placeholders=True)
    checks = examine(
        Publer(transport),
        choose_workspace=lambda workspaces: _choose(session.config.workspace_id, workspaces),
        refs=[ref for draft in (loaded.drafts if loaded else ()) for ref in draft.post.accounts],
        problems=loaded.problems if loaded else (),
        deadline=deadline,
    )
    return (), checks


def accounts(session: Session) -> Told:
    """List the accounts of the workspace: what selectors can name."""
    deadline = session.deadline()
    publer = connect(session, deadline)
    for account in publer.accounts(deadline=deadline):
        trouble = f"  (needs attention: {account.trouble})" if account.trouble else ""
        session.console.line(f"{account.id}  {describe(account).removesuffix(f' ({account.id})')}{trouble}")
    return (), ()


MODES: Mapping[Mode, Callable[[Session], Told]] = {
    Mode.PUBLISH: publish,
    Mode.VALIDATE: validate,
    Mode.DOCTOR: doctor,
    Mode.ACCOUNTS: accounts,
}


def connect(session: Session, deadline: Deadline) -> Publer:
    """A client for the workspace that the input names, or for the only one that the key sees."""
    transport = _transport(session)
    publer = Publer(transport)
    if not transport.workspace_id:
        workspace = _choose("", publer.workspaces(deadline=deadline))
        transport.workspace_id = workspace.id
        session.ledger.workspace = workspace.name
        session.console.line(f"Workspace: {workspace.name} ({workspace.id}), the only one that the key sees.")
    else:
        session.ledger.workspace = transport.workspace_id
    return publer


def _transport(session: Session) -> Transport:
    settings = session.config
    return Transport(
        settings.api_url, settings.api_key, settings.workspace_id, session.clock, session.console.line
    )


def _choose(wanted: str, workspaces: Sequence[Workspace]) -> Workspace:
    """The workspace to work in. Raises ``InvalidInputError`` that lists what there is."""
    listed = ", ".join(f"{one.name} ({one.id})" for one in workspaces)
    matching = [one for one in workspaces if one.id.lower() == wanted.lower()] if wanted else list(workspaces)
    if len(matching) == 1:
        return matching[0]
    where = Where(path="workspace-id")
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


def _checked(session: Session, loaded: Loaded) -> list[Draft]:
    """The posts to publish. Raises with all problems, also those of contents that can be made already."""
    problems = list(loaded.problems)
    for draft in loaded.drafts:
        if draft.post.skipped:
            session.ledger.skip_post(draft.post)
            continue
        for composed in _compose_named(draft).values():
            problems += composed.problems
    problems += loaded.notices
    _raise_errors(session, problems)
    if not loaded.drafts:
        raise InvalidInputError(
            Problem(
                message="The post files contain no post.",
                hint="Add a post to `posts`.",
                where=Where(path="post-file"),
            )
        )
    return [draft for draft in loaded.drafts if not draft.post.skipped]


def _raise_errors(session: Session, problems: Sequence[Problem]) -> None:
    """End the run if anything is wrong; keep warnings and notices for the report."""
    distinct = list(dict.fromkeys(problems))
    if any(map(is_error, distinct)):
        raise InvalidInputError(*distinct)
    for problem in distinct:
        session.warn(problem)


def _compose_named(draft: Draft) -> dict[str, Composed]:
    networks, _ = named_networks(draft)
    return {network: draft.content(network) for network in networks}


def _validated(draft: Draft) -> tuple[list[Result], list[Problem]]:
    """One row per network of a post, and its problems."""
    post = draft.post
    if post.skipped:
        return [Result(post=post.index, file=post.file, status=Status.SKIPPED, message="`when` is false")], []
    networks, open_ended = named_networks(draft)
    problems: list[Problem] = []
    rows = []
    for network in networks:
        composed = draft.content(network)
        problems += composed.problems
        rows.append(_row(draft, network, composed))
    if not networks:
        shared = draft.check_shared()
        problems += shared
        bad = next((problem for problem in shared if is_error(problem)), None)
        status = Status.INVALID if bad else Status.VALID
        rows.append(
            Result(
                post=post.index,
                file=post.file,
                status=status,
                message=bad.message if bad else "",
                content=draft.shared(),
            )
        )
    if open_ended:
        problems.append(_unknown_networks(draft))
    return rows, problems


def _blamed(row: Result, draft: Draft, problems: Sequence[Problem]) -> Result:
    """The row, invalid if something is wrong with what it shows although its content could be made."""
    if row.status is not Status.VALID:
        return row
    wrong = next(
        (one for one in problems if is_error(one) and _concerns(one.where, draft, row.network)), None
    )
    return replace(row, status=Status.INVALID, message=wrong.message) if wrong else row


def _concerns(where: Where, draft: Draft, network: str | None) -> bool:
    """Whether a place is in a post, and there not in the part of another network."""
    post = draft.post.where
    if where.file != post.file or not where.path.startswith(post.path):
        return False
    inside = where.path.removeprefix(post.path)
    if post.path and not inside.startswith((".", "[")):
        return False
    steps = inside.lstrip(".").split(".")
    return steps[0] != "networks" or len(steps) == 1 or canonical(steps[1].split("[")[0]) == network


def _row(draft: Draft, network: str, composed: Composed) -> Result:
    content = composed.content
    error = next((problem for problem in composed.problems if is_error(problem)), None)
    return Result(
        post=draft.post.index,
        file=draft.post.file,
        status=Status.VALID if composed.valid else Status.INVALID,
        network=network,
        type=content.type if content else None,
        length=content.length if content else None,
        limit=content.limit if content else None,
        message=error.message if error else "",
        content=content,
    )


def _unknown_networks(draft: Draft) -> Problem:
    return Problem(
        message="Without a key nobody knows which networks `*` and ids stand for: "
        "they are checked when publishing.",
        where=draft.post.where,
        severity=Severity.NOTICE,
    )


def _rules(session: Session) -> Rules:
    settings, event = session.config, session.event
    return Rules(
        timeout=settings.timeout,
        window=Window(
            seconds=settings.duplicate_window, is_rerun=event.run_attempt > 1, rerun_since=event.happened_at
        ),
        skip_duplicates=settings.on_duplicate is OnDuplicate.SKIP,
        fail_on_duplicates=settings.on_duplicate is OnDuplicate.FAIL,
    )


def _prepare(session: Session, publer: Publer, items: Sequence[Media], deadline: Deadline) -> Prepared:
    """Bring the media of the run to Publer."""
    from publer_publish.delivery.upload import prepare  # noqa: PLC0415  (most posts have no media)
    from publer_publish.delivery.upload_progress import on_terminal  # noqa: PLC0415

    return prepare(
        items,
        publer,
        session.workspace,
        deadline=deadline,
        clock=session.clock,
        log=session.console.line,
        show=on_terminal(sys.stderr) if sys.stderr.isatty() else None,
    )
