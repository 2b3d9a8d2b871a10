"""The four modes, each as the sequence of its steps."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from publer_publish.config import Mode
from publer_publish.delivery.outcomes import Result, Status
from publer_publish.errors import InvalidInputError, Problem, Severity, Where, is_error
from publer_publish.post.draft import Composed, Draft
from publer_publish.post.load import (
    ACCOUNTS_INPUT,
    MOST_ERRORS,
    Loaded,
    named_networks,
    shortened,
    unselected,
)
from publer_publish.post.model import SelectorKind
from publer_publish.post.networks import NETWORKS, canonical
from publer_publish.session import Session

if TYPE_CHECKING:
    from publer_publish.clock import Deadline
    from publer_publish.delivery.run import Check
    from publer_publish.delivery.targets import Target
    from publer_publish.publer.transport import Transport

_POST = re.compile(r"(?:bulk\.)?(?:posts)?\[\d+\]")
"""The path of a post of a file with several; what is wrong elsewhere in it is wrong for all of them."""

Told = tuple[Sequence[Result], "Sequence[Check]"]


def publish(session: Session) -> Told:
    """Validate everything, then resolve, deliver, and return what became of each target."""
    resolved = _resolved(session)
    if resolved:
        # Imported as late as it is needed: neither `validate` nor the first request needs it.
        from publer_publish.sending import send  # noqa: PLC0415

        send(session, *resolved)
        _warn_of_an_early_schedule(session)
    return session.ledger.results(), ()


def validate(session: Session) -> Told:
    """Check every post for every network that can be told without a key."""
    loaded = session.load_posts(placeholders=True)
    results, found = _examined(loaded)
    problems = list(dict.fromkeys([*found, *_unknown_networks(loaded.drafts), *loaded.notices]))
    if any(map(is_error, problems)):
        session.results = results
        raise InvalidInputError(*problems)
    for problem in problems:
        session.warn(problem)
    return results, ()


def problems_of_posts(session: Session) -> Sequence[Problem]:
    """What is wrong with the posts of a run that goes no further, as far as ``validate`` can tell."""
    return [problem for problem in _examined(session.load_posts(placeholders=True))[1] if is_error(problem)]


def doctor(session: Session) -> Told:
    """Examine key, plan, workspace, selectors and rate limit. Posts nothing."""
    from publer_publish.connection import choose, transport_of  # noqa: PLC0415  (as in ``publish``)
    from publer_publish.delivery.doctor import examine  # noqa: PLC0415
    from publer_publish.publer.directory import Directory  # noqa: PLC0415

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
    from publer_publish.connection import connect  # noqa: PLC0415  (as in ``publish``)
    from publer_publish.delivery.run import Listed  # noqa: PLC0415

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


MODES: Mapping[Mode, Callable[[Session], Told]] = {
    Mode.PUBLISH: publish,
    Mode.VALIDATE: validate,
    Mode.DOCTOR: doctor,
    Mode.ACCOUNTS: accounts,
}


def _resolved(session: Session) -> tuple[Transport, Sequence[Target], Deadline] | None:
    """What goes where; None if there is nothing to publish.

    Nobody holds the posts as written after this: 1 MB of 500.
    """
    loaded = session.load_posts(placeholders=False)
    if session.preview:
        session.previewed = [row for draft in loaded.drafts for row in _validated(draft)[0]]
    drafts = _checked(session, loaded)
    if not drafts:
        return None
    from publer_publish.connection import connect  # noqa: PLC0415  (`validate` does not need it)

    deadline = session.deadline()
    directory = connect(session, deadline)
    accounts = directory.accounts(deadline=deadline)
    from publer_publish.sending import targets_of  # noqa: PLC0415  (nor does the first request)

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
                where=Where(path="duplicate-window"),
                severity=Severity.WARNING,
            )
        )


def _checked(session: Session, loaded: Loaded) -> list[Draft]:
    """The posts to publish. Raises with all problems, also those of contents that can be made already."""
    for draft in loaded.drafts:
        if draft.post.skipped:
            session.ledger.skip_post(draft.post)
    session.keep_or_raise([*_examined(loaded)[1], *loaded.notices])
    if not loaded.drafts:
        raise InvalidInputError(
            Problem(
                message="The post files contain no post.",
                hint="Add a post to `posts`.",
                where=Where(path="post-file"),
            )
        )
    return [draft for draft in loaded.drafts if not draft.post.skipped]


def _examined(loaded: Loaded) -> tuple[list[Result], list[Problem]]:
    """The rows of all posts and every problem; after very many errors no further post is looked at."""
    rows: list[Result] = []
    problems = dict.fromkeys(loaded.problems)
    for draft in loaded.drafts:
        if sum(map(is_error, problems)) > MOST_ERRORS:
            break
        found, wrong = _validated(draft)
        rows += [_blamed(row, draft, loaded.problems) for row in found]
        problems |= dict.fromkeys(wrong)
    return rows, shortened(list(problems))


def _composed(draft: Draft, network: str) -> Composed:
    """What a network gets, with the problems of the comments that only some of its accounts get.

    The comments of the post count unless every account has its own.
    """
    refs = [
        ref
        for ref in draft.post.accounts
        if ref.selector.network == network or ref.selector.kind is SelectorKind.ALL
    ]
    own = [ref for ref in refs if ref.has_comments]
    has_ids = any(ref.selector.kind is SelectorKind.ID for ref in draft.post.accounts)
    all_have_own = bool(refs) and len(own) == len(refs) and not has_ids
    first, *others = [draft.content(network, ref) for ref in (own if all_have_own else (None, *own))]
    problems = [problem for composed in (first, *others) for problem in composed.problems]
    return first._replace(problems=tuple(dict.fromkeys(problems)))


def _validated(draft: Draft) -> tuple[list[Result], list[Problem]]:
    """One row per network of a post, and its problems."""
    post = draft.post
    if post.skipped:
        return [Result(post=post.index, file=post.file, status=Status.SKIPPED, message="`when` is false")], []
    networks, open_ended = named_networks(draft)
    problems: list[Problem] = []
    rows = []
    for network in networks:
        composed = _composed(draft, network)
        problems += composed.problems
        rows.append(_row(draft, network, composed))
    shared = draft.check_shared() if open_ended or not networks else ()
    problems += shared
    if not networks:
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
    if not open_ended:
        problems += map(draft.nowhere, unselected(draft))
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
    """Whether a place is in a post, or in what counts for it, and not in the part of another network."""
    post = draft.post
    if where == ACCOUNTS_INPUT:
        return all(ref.where == ACCOUNTS_INPUT for ref in post.accounts)
    if where.file != post.file:
        return False
    inside = where.path.removeprefix(post.where.path)
    if not where.path.startswith(post.where.path) or (post.where.path and inside[:1] not in ("", ".", "[")):
        return bool(post.file) and not _POST.match(where.path)
    networks, dot, part = inside.lstrip(".").partition(".")
    key = canonical(re.split(r"[.[]", part)[0])
    return networks != "networks" or not dot or key == network or key not in NETWORKS


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


def _unknown_networks(drafts: Sequence[Draft]) -> list[Problem]:
    """The notice, once, that selectors say nothing of networks; at the first post that has such."""
    open_ended = (draft for draft in drafts if not draft.post.skipped and named_networks(draft)[1])
    return [
        Problem(
            message="Without a key nobody knows which networks `*` and ids stand for: "
            "they are checked when publishing.",
            hint="Name networks, such as `mastodon/*` or under `networks`, "
            "and they are checked here as well.",
            where=draft.post.where,
            severity=Severity.NOTICE,
        )
        for draft in islice(open_ended, 1)
    ]
