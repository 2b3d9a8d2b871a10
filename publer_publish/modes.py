"""The modes that need no key: ``validate``, and the checks that all modes share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from publer_publish.errors import InvalidInputError, Problem, Severity, Where, is_error
from publer_publish.networks.table import NETWORKS, canonical
from publer_publish.post.draft import Composed, Draft
from publer_publish.post.load import (
    ACCOUNTS_INPUT,
    MOST_ERRORS,
    Loaded,
    named_networks,
    shortened,
    unselected,
)
from publer_publish.post.model import SelectorKind, post_steps
from publer_publish.report.values import Check, Result, Status
from publer_publish.session import Session

Told = tuple[Sequence[Result], Sequence[Check]]


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


def checked(session: Session, loaded: Loaded) -> list[Draft]:
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
                where=Where(path=("post-file",)),
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
        found, wrong = validated(draft)
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


def validated(draft: Draft) -> tuple[list[Result], list[Problem]]:
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
    if not post.file:
        return where.path[:1] == post.where.path
    if where.path[: len(draft.path)] != draft.path:
        return not post_steps(where.path)
    match where.path[len(draft.path) :]:
        case ("networks", str(key), *_):
            return canonical(key) == network or canonical(key) not in NETWORKS
    return True


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
