"""Rule 3: what is live already is not sent again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from publer_publish.clock import Deadline
from publer_publish.delivery import matching
from publer_publish.delivery.lookup import listed_posts
from publer_publish.delivery.targets import Key, Target
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

    live: Mapping[Key, LivePost] = field(default_factory=dict)
    """Target key to the live post that it equals."""
    pending: Mapping[Key, LivePost] = field(default_factory=dict)
    """Target key to an equal post that was on its way and did not arrive while we waited."""
    unclear: Mapping[Key, LivePost] = field(default_factory=dict)
    """Target key to a post that is this target or a twin of it, and there are fewer of them than twins."""
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
        matches, unclear = _match(targets, posts, window, since)
        live = {key: post for key, post in matches.items() if matching.is_live(post)}
        pending = {key: post for key, post in matches.items() if matching.is_on_its_way(post, clock.time())}
        if not pending or clock.monotonic() >= give_up:
            break
        progress.note("An equal post is on its way already: waiting for it instead of sending another.")
        progress.wait(min(_LOOK_AGAIN, give_up - clock.monotonic()))
    return Found(
        live=live,
        pending=pending,
        unclear=unclear,
        known=frozenset(post.id for post in posts),
        last_post_at=_newest(posts),
    )


def _match(
    targets: Sequence[Target], posts: Sequence[LivePost], window: Window, since: float
) -> tuple[dict[Key, LivePost], dict[Key, LivePost]]:
    """Target key to its listed post, and what is unclear; a failed post is no reason not to send."""
    free = {post.id: post for post in posts if not matching.is_failed(post)}
    matches: dict[Key, LivePost] = {}
    exact = matching.Search(since=since)
    for target in targets:
        if post := matching.find(target, free.values(), exact):
            matches[target.key] = post
            # Two equal posts for one account in one file are two posts: each needs its own.
            del free[post.id]
    if not window.is_rerun:
        return matches, {}
    # Only now: what is exactly one target must not be taken for another that is merely like it.
    missing = [target for target in targets if target.key not in matches]
    by_circumstances, unclear = _match_in_rerun(missing, free, max(since, window.rerun_since or since))
    return matches | by_circumstances, unclear


def _match_in_rerun(
    missing: Sequence[Target], free: dict[str, LivePost], since: float
) -> tuple[dict[Key, LivePost], dict[Key, LivePost]]:
    """By what only an earlier attempt can have posted; twins only if there is a post for each of them."""
    search = matching.Search(since=since, own_run=True)
    matches: dict[Key, LivePost] = {}
    unclear: dict[Key, LivePost] = {}
    for target in missing:
        if target.key in matches or target.key in unclear:
            continue
        group = [target, *(other for other in missing if matching.are_twins(target, other))]
        alike = matching.loosely_alike(target, free.values(), search)
        if len(alike) >= len(group):
            matches |= {one.key: post for one, post in zip(group, alike, strict=False)}
        elif alike:
            unclear |= {one.key: alike[0] for one in group}
        for post in alike:
            del free[post.id]
    return matches, unclear


def _newest(posts: Sequence[LivePost]) -> dict[str, float]:
    newest: dict[str, float] = {}
    for post in posts:
        if post.at is not None and matching.is_live(post):
            newest[post.account_id] = max(newest.get(post.account_id, 0.0), post.at)
    return newest


def evidence(target: Target, post: LivePost) -> str:
    """On what ground a target was skipped."""
    if matching.same_text(target.content.text, post.text):
        what = "the same text" if matching.comparable(post.text) else f"a {target.content.type} without text"
    else:
        what = "the same text, its links apart,"
    since = f", since {datetime.fromtimestamp(post.at, UTC):%Y-%m-%d %H:%M} UTC" if post.at else ""
    return f"{what} is on this account{since} (Publer post {post.id})"
