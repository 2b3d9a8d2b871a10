"""Rule 3: what is live already is not sent again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from publer_publish.clock import Deadline
from publer_publish.delivery import matching
from publer_publish.delivery.lookup import listed_posts
from publer_publish.delivery.targets import Target
from publer_publish.delivery.waiting import Progress
from publer_publish.publer.client import Publer
from publer_publish.publer.model import LivePost

_ON_ITS_WAY = 60.0
"""Seconds to wait for an equal post that Publer has taken but not yet published."""
_LOOK_AGAIN = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """How far back to look, and what may be concluded."""

    seconds: float
    """0: do not look at all."""
    rerun_since: float | None = None
    """In a re-run: the earliest time at which its first attempt can have begun (epoch seconds)."""
    is_rerun: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the post list showed before anything was sent."""

    live: Mapping[tuple[str, int, str], LivePost] = field(default_factory=dict)
    """Target key to the live post that it equals."""
    pending: Mapping[tuple[str, int, str], LivePost] = field(default_factory=dict)
    """Target key to an equal post that was on its way and did not arrive while we waited."""
    known: frozenset[str] = frozenset()
    """Ids of all posts listed: none of them is a post that this run is going to make."""
    last_post_at: Mapping[str, float] = field(default_factory=dict)
    """Account id to the time of its newest live post, whatever it says."""


def look_for_duplicates(
    targets: Sequence[Target],
    publer: Publer,
    window: Window,
    *,
    deadline: Deadline,
    log: Callable[[str], None],
) -> Found:
    """Find the targets that are live already. Raises when the list cannot be read: nothing may be sent."""
    if not window.seconds or not targets:
        return Found()
    clock = deadline.clock
    since = clock.time() - window.seconds
    accounts = [target.account.id for target in targets]
    progress = Progress(clock, log, "Waiting for an equal post that is on its way")
    give_up = clock.monotonic() + min(_ON_ITS_WAY, deadline.remaining() / 2)
    while True:
        posts = listed_posts(publer, accounts, since=since, deadline=deadline)
        matches = _match(targets, posts, window, since)
        live = {key: post for key, post in matches.items() if matching.is_live(post)}
        pending = {key: post for key, post in matches.items() if matching.is_on_its_way(post, clock.time())}
        if not pending or clock.monotonic() >= give_up:
            break
        progress.note("An equal post is on its way already: waiting for it instead of sending another.")
        progress.wait(_LOOK_AGAIN)
    return Found(
        live=live,
        pending=pending,
        known=frozenset(post.id for post in posts),
        last_post_at=_newest(posts),
    )


def _match(
    targets: Sequence[Target], posts: Sequence[LivePost], window: Window, since: float
) -> dict[tuple[str, int, str], LivePost]:
    """Target key to its listed post; a failed one is no reason not to send."""
    exact = matching.Search(since=since)
    rerun = matching.Search(since=max(since, window.rerun_since or since), own_run=True)
    taken: set[str] = set()
    matches: dict[tuple[str, int, str], LivePost] = {}
    for target in targets:
        free = [post for post in posts if post.id not in taken and not matching.is_failed(post)]
        post = matching.find(target, free, exact)
        if post is None and window.is_rerun:
            post = matching.find(target, free, rerun)
        if post is not None:
            matches[target.key] = post
            # Two equal posts for one account in one file are two posts: each needs its own.
            taken.add(post.id)
    return matches


def _newest(posts: Sequence[LivePost]) -> dict[str, float]:
    newest: dict[str, float] = {}
    for post in posts:
        if post.at is not None and matching.is_live(post):
            newest[post.account_id] = max(newest.get(post.account_id, 0.0), post.at)
    return newest


def evidence(post: LivePost) -> str:
    """On what ground a target was skipped."""
    since = f", since {datetime.fromtimestamp(post.at, UTC):%Y-%m-%d %H:%M} UTC" if post.at else ""
    return f"the same text is on this account{since} (Publer post {post.id})"
