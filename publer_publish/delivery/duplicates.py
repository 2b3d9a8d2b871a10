"""Rule 3: what is live already is not sent again."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum

from publer_publish.clock import Deadline
from publer_publish.delivery import matching
from publer_publish.delivery.ledger import LOOK_FIRST
from publer_publish.delivery.likeness import Likeness, are_doubles, are_twins, has_text, likeness
from publer_publish.delivery.lookup import listed_posts
from publer_publish.delivery.targets import Key, Target
from publer_publish.delivery.waiting import Progress
from publer_publish.publer.client import Publer
from publer_publish.publer.model_posts import LivePost

_ON_ITS_WAY = 60.0
"""Seconds to wait for an equal post that Publer has taken but not yet published."""
_LOOK_AGAIN = 5.0
_MINUTE = 60.0
"""Publer may cut the time of a post to this, and so to before the event that led to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """How far back to look, and what may be concluded."""

    seconds: float
    """0: do not look at all."""
    rerun_since: float | None = None
    """In a re-run: when its first attempt began (epoch seconds); None: nobody knows."""
    is_rerun: bool = False


class Why(Enum):
    """What keeps a post from being recognised, and from being told apart."""

    TWINS = "fewer posts than twins"
    """It is this target or a twin of it, and there are fewer of them than twins."""
    NOT_SHOWN = "the list does not show it"
    """The text is the same, but not the link, title or options that may differ, or whose post it is."""
    NO_TIME = "nobody knows when the first attempt began"
    """It looks like this target, and an earlier run may have posted it: yesterday's, of a daily one.

    Or the post has no time itself.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclear:
    """A listed post that may be a target, or another post."""

    post: LivePost
    why: Why


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the post list showed before anything was sent."""

    live: Mapping[Key, LivePost] = field(default_factory=dict)
    """Target key to the live post that it equals."""
    pending: Mapping[Key, LivePost] = field(default_factory=dict)
    """Target key to an equal post that was on its way and did not arrive while we waited."""
    unclear: Mapping[Key, Unclear] = field(default_factory=dict)
    """Target key to a post that may be this target or another."""
    known: frozenset[str] = frozenset()
    """Identities of all posts listed: none of them is a post that this run is going to make."""
    weighed: frozenset[str] = frozenset()
    """Identities of those that were out or coming: a later look takes none of them for another target."""
    last_post_at: Mapping[str, float] = field(default_factory=dict)
    """Account id to the time of its newest live post, whatever it says."""


def look_for_duplicates(
    targets: Sequence[Target],
    publer: Publer,
    window: Window,
    *,
    deadline: Deadline,
    log: Callable[[str], None],
    weighed: Container[str] = (),
) -> Found:
    """Find the targets that are live already. Raises when the list cannot be read: nothing may be sent.

    ``weighed``: as an earlier look has found it. What that look showed as due later may be out by now.
    """
    if not window.seconds or not targets:
        return Found()
    clock = deadline.clock
    since = clock.time() - window.seconds
    accounts = [target.account.id for target in targets]
    progress = Progress(clock, log, "Waiting for an equal post that is on its way")
    give_up = clock.monotonic() + min(_ON_ITS_WAY, deadline.remaining() / 2)
    while True:
        posts = listed_posts(publer, accounts, since=since, deadline=deadline)
        there = _out_or_coming(posts, clock.time())
        new = [post for post in there if matching.identity(post) not in weighed]
        matches, unclear = _match(targets, new, window, since)
        live = {key: post for key, post in matches.items() if matching.is_live(post)}
        pending = {key: post for key, post in matches.items() if not matching.is_live(post)}
        if all(map(matching.is_held, pending.values())) or clock.monotonic() >= give_up:
            break
        progress.note("An equal post is on its way already: waiting for it instead of sending another.")
        progress.wait(min(_LOOK_AGAIN, give_up - clock.monotonic()))
    return Found(
        live=live,
        pending=pending,
        unclear=unclear,
        known=frozenset(map(matching.identity, posts)),
        weighed=frozenset(map(matching.identity, there)),
        last_post_at=_newest(posts),
    )


def _out_or_coming(posts: Iterable[LivePost], now: float) -> list[LivePost]:
    """Only these are a reason not to send: not what failed, was deleted, is a draft, or is due much later."""
    return [post for post in posts if matching.is_live(post) or matching.is_on_its_way(post, now)]


def _match(
    targets: Sequence[Target], posts: Sequence[LivePost], window: Window, since: float
) -> tuple[dict[Key, LivePost], dict[Key, Unclear]]:
    """Target key to its listed post, and what is unclear."""
    free = list(posts)
    matches, unclear = _share_out(targets, free, matching.Search(since=since), are_doubles)
    if window.is_rerun:
        # Only now: what is exactly one target must not be taken for another that is merely like it.
        missing = [target for target in targets if target.key not in {*matches, *unclear}]
        first = since if window.rerun_since is None else max(since, window.rerun_since // _MINUTE * _MINUTE)
        search = matching.Search(since=first, own_run=True)
        by_circumstances, doubtful = _share_out(missing, free, search, are_twins)
        for key, own in by_circumstances.items():
            if window.rerun_since is None or own.at is None:
                unclear[key] = Unclear(post=own, why=Why.NO_TIME)
            else:
                matches[key] = own
        unclear |= doubtful
    for target in targets:
        if target.key not in matches and (post := _perhaps(target, free)):
            unclear.setdefault(target.key, Unclear(post=post, why=Why.NOT_SHOWN))
    return matches, unclear


def _share_out(
    targets: Sequence[Target],
    free: list[LivePost],
    search: matching.Search,
    may_be_mistaken: Callable[[Target, Target], bool],
) -> tuple[dict[Key, LivePost], dict[Key, Unclear]]:
    """Take from ``free`` what is a target. Those that may be mistaken for each other are not guessed apart.

    Of these, each has its post, or none has: with a post for some of them only, nobody knows for which.
    """
    matches: dict[Key, LivePost] = {}
    unclear: dict[Key, Unclear] = {}
    for target in targets:
        if target.key in matches or target.key in unclear:
            continue
        group = [target, *(other for other in targets if may_be_mistaken(target, other))]
        of_each = [matching.alike(one, free, search) for one in group]
        found = [post for post in free if any(post in own for own in of_each)]
        if len(found) >= len(group):
            # They went out in the order of the file.
            best = sorted(sorted(found, key=matching.rank)[: len(group)], key=lambda post: post.at or 0.0)
            for one, own in zip(group, of_each, strict=True):
                matches[one.key] = next((post for post in best if post in own), best[0])
                best.remove(matches[one.key])
                free.remove(matches[one.key])
        elif found:
            unclear |= {one.key: Unclear(post=found[0], why=Why.TWINS) for one in group}
            for post in found:
                free.remove(post)
    return matches, unclear


def _perhaps(target: Target, posts: Iterable[LivePost]) -> LivePost | None:
    """A post with this text of which the list does not show what may make it another, or whose it is."""
    return next(
        (
            post
            for post in posts
            if post.account_id in ("", target.account.id)
            and (kind := likeness(target, post)) is not Likeness.OTHER
            and (kind is Likeness.OPEN or not post.account_id)
        ),
        None,
    )


def _newest(posts: Sequence[LivePost]) -> dict[str, float]:
    newest: dict[str, float] = {}
    for post in posts:
        if post.at is not None and matching.is_live(post):
            newest[post.account_id] = max(newest.get(post.account_id, 0.0), post.at)
    return newest


def evidence(target: Target, post: LivePost) -> str:
    """On what ground a target was skipped."""
    if likeness(target, post) is Likeness.SAME:
        what = "the same text"
    elif not has_text(target):
        what = f"a {target.content.type} without text"
    else:
        what = "the same text, its links apart,"
    since = f", since {datetime.fromtimestamp(post.at, UTC):%Y-%m-%d %H:%M} UTC" if post.at else ""
    return f"{what} is on this account{since} (Publer post {_named(post)})"


def why_waiting(post: LivePost) -> str:
    """Why nothing is sent beside a post that is on its way."""
    named, state = _named(post), post.state or "unknown"
    return f"not sent: an equal post is on its way in Publer (post {named}, state {state}). {LOOK_FIRST}"


def why_unclear(unclear: Unclear) -> str:
    """Why nothing is sent beside a post that may be the same."""
    named = _named(unclear.post)
    if unclear.why is Why.TWINS:
        what = (
            "not sent: Publer lists one of several posts of this run, and its list does not tell them apart"
        )
        return f"{what} (post {named}). {LOOK_FIRST}"
    if unclear.why is Why.NO_TIME:
        what = "not sent: Publer lists a post like it, of an earlier attempt or of an earlier run"
        return f"{what} (post {named}). {LOOK_FIRST}"
    if unclear.post.account_id:
        what = (
            "not sent: Publer lists this text on this account, but not the link, title or options that went "
            "out with it"
        )
        return f"{what} (post {named}). {LOOK_FIRST}"
    return f"not sent: Publer lists this text, but not on which account (post {named}). {LOOK_FIRST}"


def _named(post: LivePost) -> str:
    return post.id or "without an id"
