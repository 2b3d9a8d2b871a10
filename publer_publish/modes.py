"""The mode that needs no key, ``validate``, and the checks that all modes share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from publer_publish.config import Mode
from publer_publish.errors import Problems, Where
from publer_publish.networks.table import NETWORKS, canonical
from publer_publish.post.draft import Draft
from publer_publish.post.load import ACCOUNTS_INPUT, Loaded, named_networks, unselected
from publer_publish.post.model import AccountRef, Content, SelectorKind, post_steps
from publer_publish.report.values import Result, Status, Variant
from publer_publish.session import Session


def validate(session: Session) -> None:
    """Check every post for every network that is known without a key."""
    rows: list[Result] = []
    session.results = rows
    with session.limits:
        loaded, context = session.load_posts(placeholders=True)
        examine(session, loaded, rows)
    if session.preview and context.lacks_a_release:
        _preview_with_a_release(session)
    _notice_unknown_networks(session, loaded)
    session.problems.extend(context.notices)
    session.problems.raise_errors()


def _preview_with_a_release(session: Session) -> None:
    """Let the preview page show the newest release, so that ``fit`` is seen. It changes no verdict."""
    release = session.newest_release()
    if release is None:
        return
    rows: list[Result] = []
    with session.limits:
        loaded, _ = session.load_posts(placeholders=True, problems=Problems(), release=release)
        examine(session, loaded, rows)
    real = {(row.file, row.post, row.network): row for row in rows}
    session.previewed = [
        _with_content_of(real.get((row.file, row.post, row.network), row), row, release["tag_name"])
        for row in session.results
    ]


def _with_content_of(real: Result, row: Result, tag: str) -> Result:
    """The row as it is, but with what the release makes of its texts, if that differs."""
    if real.content is None or (real.content, real.variants) == (row.content, row.variants):
        return row
    return row._replace(content=real.content, variants=real.variants, shown_with=tag)


def posts_to_publish(session: Session) -> list[Draft]:
    """Load and check everything, whatever it is for. Raises with all problems of all files."""
    rows: list[Result] = []
    session.previewed = rows
    with session.limits:
        loaded, context = session.load_posts(placeholders=False)
        examine(session, loaded, rows)
    for draft in loaded.drafts:
        if draft.post.skipped:
            session.ledger.skip_post(draft.post)
    if session.config.announces and all(draft.post.skipped for draft in loaded.drafts):
        session.problems.notice(
            "The release is a draft or a pre-release, so it is not announced.",
            "To announce it anyway, give the text yourself: `text: …` or `post-file: …`.",
            Where(path=("post-file",)),
        )
    session.problems.extend(context.notices)
    if not loaded.drafts and not session.problems.errors() and not session.nothing_changed:
        session.problems.error(
            "The post files contain no post.", "Add a post to `posts`.", Where(path=("post-file",))
        )
    session.problems.raise_errors()
    return [draft for draft in loaded.drafts if not draft.post.skipped]


def examine(session: Session, loaded: Loaded, rows: list[Result]) -> None:
    """Make every content that can be made without a key, and one row for each: whether it is valid."""
    for draft in loaded.drafts:
        # After very many errors looking at further posts would only take time.
        if not session.problems.are_too_many():
            session.problems.look_at(draft.post.where)
            rows += _rows(draft, session)


def _rows(draft: Draft, session: Session) -> Iterator[Result]:
    """One row per network of a post. What publishing skips has but one; a review shows it all the same."""
    post = draft.post
    if post.skipped and session.config.mode is not Mode.VALIDATE:
        yield Result(post=post.index, file=post.file, status=Status.SKIPPED, message=post.why_skipped)
        return
    for row in _rows_of_networks(draft, session):
        yield row._replace(status=Status.SKIPPED, message=post.why_skipped) if post.skipped else row


def _rows_of_networks(draft: Draft, session: Session) -> Iterator[Result]:
    """One row for each network that the post names, and one for any other that it may go to."""
    networks, open_ended = named_networks(draft)
    for network in networks:
        for ref in _differing(draft, network):
            draft.content(network, ref)
    if open_ended or not networks:
        draft.check_shared()
    if not open_ended:
        for network in unselected(draft):
            draft.warn_of_unreached(network)
    for network in networks:
        yield _row(draft, network, session)
    rest = _row(draft, None, session) if open_ended or not networks else None
    if rest and (not networks or rest.content is None or rest.content.text or rest.content.media):
        yield rest._replace(is_rest=bool(networks))


def _accounts(draft: Draft, network: str | None) -> list[AccountRef]:
    """The entries of ``accounts`` that can mean accounts of a network; None: of any that is not named."""
    kinds = {SelectorKind.ALL} if network else {SelectorKind.ALL, SelectorKind.ID}
    return [
        ref
        for ref in draft.post.accounts
        if ref.selector.kind in kinds or (network and ref.selector.network == network)
    ]


def _differing(draft: Draft, network: str | None) -> list[AccountRef | None]:
    """The accounts of a network that get something of their own; None for all others.

    What the post says for all counts unless every account has its own.
    """
    refs = _accounts(draft, network)
    own: list[AccountRef | None] = [ref for ref in refs if ref.has_options]
    has_ids = bool(network) and any(ref.selector.kind is SelectorKind.ID for ref in draft.post.accounts)
    return own if refs and len(own) == len(refs) and not has_ids else [None, *own]


def _content(draft: Draft, network: str | None, ref: AccountRef | None) -> Content | None:
    return draft.content(network, ref) if network else draft.shared(ref)


def _options(draft: Draft, ref: AccountRef | None) -> Mapping[str, Any]:
    labels = {"labels": draft.post.labels} if draft.post.labels else {}
    return {**labels, **(ref.options if ref else {})}


def _row(draft: Draft, network: str | None, session: Session) -> Result:
    first, *others = _differing(draft, network)
    content = _content(draft, network, first)
    variants = [
        Variant(accounts=ref.selector.written, content=own, options=_options(draft, ref))
        for ref in others
        if ref and (own := _content(draft, network, ref))
    ]
    errors = session.problems.errors_about(draft.post.file, network or "")
    wrong = next((one for one in errors if _concerns(one.where, draft, network)), None)
    return Result(
        post=draft.post.index,
        file=draft.post.file,
        status=Status.INVALID if wrong or content is None else Status.VALID,
        network=network,
        type=content.type if content and network else None,
        length=content.length if content and network else None,
        limit=content.limit if content else None,
        message=wrong.message if wrong else "",
        content=content,
        options=_options(draft, first),
        variants=tuple(variants),
        selectors=tuple(ref.selector.written for ref in _accounts(draft, network)),
    )


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


def _notice_unknown_networks(session: Session, loaded: Loaded) -> None:
    """Say once that selectors can stand for networks that are not known; at the first post with such."""
    for draft in loaded.drafts:
        if not draft.post.skipped and named_networks(draft)[1]:
            session.problems.notice(
                "Without a key it is not known which networks `*` and ids stand for: "
                "they are checked when publishing.",
                "Name networks, such as `mastodon/*` or under `networks`, and they are checked here as well.",
                draft.post.where,
            )
            return
