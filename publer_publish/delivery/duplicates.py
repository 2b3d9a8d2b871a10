"""Rule 3: what is live already is not sent again."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import NamedTuple

from publer_publish.clock import Deadline, Progress
from publer_publish.delivery.ledger import LOOK_FIRST, Key, Ledger, Target
from publer_publish.delivery.matching_posts import (
    SAME,
    Match,
    Origin,
    PostList,
    comparable,
    match,
    unlisted,
)
from publer_publish.delivery.media import key_of
from publer_publish.publer.model import ListedPost
from publer_publish.report.values import Status

_ON_ITS_WAY = 60.0
"""Seconds to wait for a matching post that Publer has taken but not yet published."""
_LOOK_AGAIN = 5.0
_MINUTE = 60.0
"""Publer may cut the time of a post to this, and so to before the event that led to it."""


class Window(NamedTuple):
    """How far back to look, and what may be concluded."""

    seconds: float
    """0: do not look at all."""
    rerun_since: float | None = None
    """In a re-run: when its first attempt began (epoch seconds); None if that is not known."""
    is_rerun: bool = False

    def begins(self, now: float) -> float:
        """Where to look from: in a re-run from its first attempt at least, however long ago that was."""
        since = now - self.seconds
        return min(since, self._first_minute) if self.is_rerun else since

    @property
    def _first_minute(self) -> float:
        return math.inf if self.rerun_since is None else self.rerun_since // _MINUTE * _MINUTE

    def origin(self, post: ListedPost) -> Origin:
        """Who can have made a post: an earlier attempt only since it began, to the minute."""
        if not self.is_rerun:
            return Origin.ANY_RUN
        if self.rerun_since is None or post.at is None:
            return Origin.PERHAPS_THIS_RUN
        return Origin.THIS_RUN if post.at >= self._first_minute else Origin.ANY_RUN


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Found:
    """What the post list showed before anything was sent."""

    live: Mapping[Key, ListedPost] = field(default_factory=dict)
    """Target key to the live post that it equals."""
    pending: Mapping[Key, ListedPost] = field(default_factory=dict)
    """Target key to a matching post that was in progress and did not go live while we waited."""
    unclear: Mapping[Key, Match] = field(default_factory=dict)
    """Target key to a post that may be this target or another."""
    known: frozenset[str] = frozenset()
    """Identities of all posts listed: none of them is a post that this run is going to make."""
    last_post_at: Mapping[str, float] = field(default_factory=dict)
    """Account id to the time of its newest live post, whatever it says, but for those of this run."""

    def __contains__(self, key: Key) -> bool:
        return key in self.live or key in self.pending or key in self.unclear

    def __bool__(self) -> bool:
        return bool(self.live or self.pending or self.unclear)


def look_for_duplicates(
    targets: Sequence[Target],
    posts: PostList,
    window: Window,
    *,
    deadline: Deadline,
    log: Callable[[str], None],
    taken: Container[str] = (),
    sent: Mapping[str, Sequence[Target]] = MappingProxyType({}),
) -> Found:
    """Find the targets that are live already. Raises when the list cannot be read: nothing may be sent.

    ``taken``: ids of posts that were recognised as other targets of this run. ``sent``: other targets that
    this run has sent, by the ids of their posts, if these are known.
    """
    if not window.seconds or not targets:
        return Found()
    clock = deadline.clock
    since = window.begins(clock.time())
    progress = Progress(clock, log, "Waiting for a matching post that is in progress")
    give_up = clock.monotonic() + min(_ON_ITS_WAY, deadline.remaining() / 2)
    on_its_way: dict[Key, ListedPost] = {}
    while True:
        listed = posts.read([one.account.id for one in targets], since=since, deadline=deadline)
        candidates = [
            post
            for post in listed
            if post.id not in taken
            and (post.at is None or post.at >= since)
            and (post.is_live or post.is_on_its_way(clock.time()))
        ]
        posts.learn_signatures(targets, candidates, window.origin, deadline)
        matches = match(
            [*targets, *unlisted(sent, listed)],
            candidates,
            lambda target, post: posts.compare(target, post, window.origin(post)),
        )
        matches = {target.key: matches[target.key] for target in targets if target.key in matches}
        same = {key: one.post for key, one in matches.items() if one.comparison is SAME}
        # One that is listed no more may be between two states, in which it has two ids (publer-api 8.1).
        on_its_way |= {key: post for key, post in same.items() if not post.is_live}
        failed = {post.identity for post in listed if post.has_failed}
        pending = {
            key: post
            for key, post in on_its_way.items()
            if post.identity not in failed and (key not in matches or same.get(key) == post)
        }
        if all(post.is_held for post in pending.values()) or clock.monotonic() >= give_up:
            break
        progress.note("A matching post is already in progress: waiting for it instead of sending another.")
        progress.wait(min(_LOOK_AGAIN, give_up - clock.monotonic()))
    return Found(
        live={key: post for key, post in same.items() if post.is_live},
        pending=pending,
        unclear={key: one for key, one in matches.items() if one.comparison is not SAME},
        known=frozenset(post.identity for post in listed),
        last_post_at=_newest(post for post in listed if post.id not in taken),
    )


def _newest(posts: Iterable[ListedPost]) -> dict[str, float]:
    newest: dict[str, float] = {}
    for post in posts:
        if post.at is not None and post.is_live:
            newest[post.account_id] = max(newest.get(post.account_id, 0.0), post.at)
    return newest


def evidence(target: Target, post: ListedPost) -> str:
    """On what ground a target was skipped."""
    what = "the same text" if comparable(target.content.text) else f"a {target.content.type} without text"
    since = f", since {datetime.fromtimestamp(post.at, UTC):%Y-%m-%d %H:%M} UTC" if post.at else ""
    return f"{what} is on this account{since} (Publer post {_named(post)})"


def why_waiting(post: ListedPost) -> str:
    """Why nothing is sent beside a post that is in progress."""
    named, state = _named(post), post.state or "unknown"
    return f"not sent: a matching post is in progress in Publer (post {named}, state {state}). {LOOK_FIRST}"


def why_unclear(found: Match) -> str:
    """Why nothing is sent beside a post that may be the same."""
    return f"not sent: {describe_open(found)}. {LOOK_FIRST}"


def describe_open(found: Match) -> str:
    """What Publer lists that may be a target, and why it is not certain."""
    at = f", {found.post.link}" if found.post.link else ""
    return f"Publer lists a post {found.comparison.value} (post {_named(found.post)}{at})"


def _named(post: ListedPost) -> str:
    return post.id or "without an id"


# The same post twice in one run


def repeats_among(targets: Iterable[Target]) -> dict[Key, Target]:
    """Of every target that is the same post on the same account as an earlier one: that earlier one."""
    first: dict[str, Target] = {}
    return {
        target.key: original
        for target in targets
        if (original := first.setdefault(_what_is_posted(target), target)) is not target
    }


def _what_is_posted(target: Target) -> str:
    """Everything by which two posts on an account can differ, but for what is said below them."""
    content = target.content
    written = [comparable(content.text), dict(content.fields), dict(content.extra)]
    what = [target.account.id, content.type, *map(key_of, content.media), *written]
    return json.dumps(what, sort_keys=True, default=str)


def settle_repeat(target: Target, original: Target, ledger: Ledger) -> None:
    """Let it share the fate of the earlier one: "skipped as live" only if that is live."""
    became = ledger.result_of(original)
    place = f"post {original.post.index + 1} of {original.post.file or 'the input `text`'}"
    earlier = f"the same post comes earlier in this run ({place})"
    post = ListedPost(
        id=became.post_id or "", account_id=target.account.id, state="published", link=became.url or ""
    )
    if became.status is Status.FAILED:
        ledger.settle(target, Status.FAILED, f"not sent: {earlier}, and it failed. A re-run sends it once.")
    elif became.status is Status.UNCONFIRMED:
        said = f"not sent: {earlier}, and whether it went out is not known. {LOOK_FIRST}"
        ledger.settle(target, Status.UNCONFIRMED, said, live=post)
    else:
        ledger.settle(target, Status.SKIPPED, earlier, live=post, duplicate=True)
