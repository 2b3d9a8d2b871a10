"""Rule 3: what is live already is not sent again."""

from __future__ import annotations

import math
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from typing import NamedTuple

from publer_publish.clock import Deadline
from publer_publish.delivery import matching_posts
from publer_publish.delivery.ledger import LOOK_FIRST
from publer_publish.delivery.matching_posts import (
    Likeness,
    comparable,
    is_same_in_own_run,
    likeness,
    listed_posts,
    type_fits,
)
from publer_publish.delivery.targets import Key, Target
from publer_publish.delivery.waiting import Progress
from publer_publish.publer.api import Publer
from publer_publish.publer.model import LivePost

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

    def begins(self, now: float) -> float:
        """Where to look from: in a re-run from its first attempt at least, however long ago that was."""
        since = now - self.seconds
        return min(since, self._first_minute) if self.is_rerun else since

    @property
    def _first_minute(self) -> float:
        return math.inf if self.rerun_since is None else self.rerun_since // _MINUTE * _MINUTE

    def may_be_own(self, post: LivePost) -> bool:
        """Whether an earlier attempt can have posted it. Publer may have cut its time to the minute."""
        if self.rerun_since is None or post.at is None:
            return self.is_rerun
        return self.is_rerun and post.at >= self._first_minute


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
    since = window.begins(clock.time())
    accounts = [target.account.id for target in targets]
    progress = Progress(clock, log, "Waiting for an equal post that is on its way")
    give_up = clock.monotonic() + min(_ON_ITS_WAY, deadline.remaining() / 2)
    while True:
        posts = listed_posts(publer, accounts, since=since, deadline=deadline)
        there = _out_or_coming(posts, clock.time())
        new = [post for post in there if matching_posts.identity(post) not in weighed]
        matches, unclear = _match(targets, new, window, since)
        live = {key: post for key, post in matches.items() if matching_posts.is_live(post)}
        pending = {key: post for key, post in matches.items() if not matching_posts.is_live(post)}
        if all(map(matching_posts.is_held, pending.values())) or clock.monotonic() >= give_up:
            break
        progress.note("An equal post is on its way already: waiting for it instead of sending another.")
        progress.wait(min(_LOOK_AGAIN, give_up - clock.monotonic()))
    return Found(
        live=live,
        pending=pending,
        unclear=unclear,
        known=frozenset(map(matching_posts.identity, posts)),
        weighed=frozenset(map(matching_posts.identity, there)),
        last_post_at=_newest(posts),
    )


def _out_or_coming(posts: Iterable[LivePost], now: float) -> list[LivePost]:
    """Only these are a reason not to send: not what failed, was deleted, is a draft, or is due much later."""
    return [post for post in posts if matching_posts.is_live(post) or matching_posts.is_on_its_way(post, now)]


def _match(
    targets: Sequence[Target], posts: Sequence[LivePost], window: Window, since: float
) -> tuple[dict[Key, LivePost], dict[Key, Unclear]]:
    """Target key to its listed post, and what is unclear."""
    matches: dict[Key, LivePost] = {}
    unclear: dict[Key, Unclear] = {}
    for group in _groups(targets, posts, window, since):
        given = _given_out(group)
        for target in group.targets:
            post = given.get(target.key)
            why = _doubt(target, post, window) if post else Why.TWINS
            if post and why is None:
                matches[target.key] = post
            elif why:
                unclear[target.key] = Unclear(post=post or group.posts[0], why=why)
    nobodys = [post for post in posts if not post.account_id]
    for target in targets:
        post = next((one for one in nobodys if likeness(target, one) is not Likeness.OTHER), None)
        if post and target.key not in matches:
            unclear.setdefault(target.key, Unclear(post=post, why=Why.NOT_SHOWN))
    return matches, unclear


class _Group(NamedTuple):
    """Targets that are mistaken for each other, by way of a third too, and the posts that may be theirs."""

    targets: list[Target]
    posts: list[LivePost]
    of_each: dict[Key, list[LivePost]]


def _groups(
    targets: Sequence[Target], posts: Sequence[LivePost], window: Window, since: float
) -> Iterator[_Group]:
    """Group the targets by the posts that they share; a target without any is in no group."""
    by_account: dict[str, list[Target]] = {}
    for target in targets:
        by_account.setdefault(target.account.id, []).append(target)
    for account_id, own in by_account.items():
        groups: list[_Group] = []
        for post in posts:
            found = _may_be(own, post, window, since) if post.account_id == account_id else []
            if not found:
                continue
            keys = {target.key for target in found}
            shared = [group for group in groups if not keys.isdisjoint(group.of_each)]
            groups = [group for group in groups if keys.isdisjoint(group.of_each)]
            of_each = {key: own_posts for group in shared for key, own_posts in group.of_each.items()}
            for key in keys:
                of_each.setdefault(key, []).append(post)
            groups.append(
                _Group(
                    targets=[target for target in own if target.key in of_each],
                    posts=[*(one for group in shared for one in group.posts), post],
                    of_each=of_each,
                )
            )
        yield from groups


def _may_be(own: Sequence[Target], post: LivePost, window: Window, since: float) -> list[Target]:
    """The targets that a post may be: by what the list shows, else because an earlier attempt posted it."""
    if post.at is not None and post.at < since:
        return []
    shown = {target.key: likeness(target, post) for target in own}
    alike = [target for target in own if shown[target.key] is not Likeness.OTHER]
    same = {target.key for target in alike if shown[target.key] is Likeness.SAME}
    if same:
        # What is exactly one target is not taken for another that is merely like it, or of another type.
        fitting = {one.key for one in alike if one.key in same and type_fits(one, post.type)}
        return [one for one in alike if one.key not in same - fitting or not fitting]
    if not window.may_be_own(post):
        return alike
    return [one for one in own if shown[one.key] is not Likeness.OTHER or is_same_in_own_run(one, post)]


def _given_out(group: _Group) -> dict[Key, LivePost]:
    """A post for each target of a group, or for none: with fewer posts nobody knows whose they are."""
    free = list(group.posts)
    given: dict[Key, LivePost] = {}
    if len(free) < len(group.targets):
        return given
    several = len(group.targets) > 1
    for target in sorted(group.targets, key=lambda one: len(group.of_each[one.key])):
        own = [post for post in group.of_each[target.key] if post in free]
        if not own:
            return {}
        given[target.key] = min(own, key=lambda post: _suits(target, post, in_order=several))
        free.remove(given[target.key])
    return given


def _suits(target: Target, post: LivePost, *, in_order: bool) -> tuple[bool, int, float]:
    """What to take first: the same, what is live, the newest; of several the oldest: they went in order."""
    order, age = matching_posts.rank(post)
    return likeness(target, post) is not Likeness.SAME, order, -age if in_order else age


def _doubt(target: Target, post: LivePost, window: Window) -> Why | None:
    """What keeps a post from being this target for certain; None if nothing does."""
    if likeness(target, post) is Likeness.SAME:
        return None
    if not window.may_be_own(post):
        return Why.NOT_SHOWN
    return Why.NO_TIME if window.rerun_since is None or post.at is None else None


def _newest(posts: Sequence[LivePost]) -> dict[str, float]:
    newest: dict[str, float] = {}
    for post in posts:
        if post.at is not None and matching_posts.is_live(post):
            newest[post.account_id] = max(newest.get(post.account_id, 0.0), post.at)
    return newest


def evidence(target: Target, post: LivePost) -> str:
    """On what ground a target was skipped."""
    if likeness(target, post) is not Likeness.OTHER:
        what = "the same text"
    elif not comparable(target.content.text):
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
