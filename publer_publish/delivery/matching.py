"""Which of the posts that Publer lists is the post that we mean, and what its state means. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from publer_publish.delivery.likeness import Likeness, is_same_in_own_run, likeness, looks
from publer_publish.delivery.targets import Key, Target
from publer_publish.publer.model_posts import LIVE_STATES, LivePost

_NOT_OUT = ("published_", "draft", "recycling", "recurring", "deleted", "cancel")
"""How the states begin in which nothing is out, and nothing comes any more."""
_HELD = ("_pending", "_reauth", "_locked")
"""How the states end in which a post waits for a person: an approval, a new connection, a plan."""


def is_live(post: LivePost) -> bool:
    """The network has it."""
    return post.state in LIVE_STATES


def is_failed(post: LivePost) -> bool:
    """Publer says that it did not go out, and will not."""
    return post.state.endswith(("failed", "declined"))


def is_held(post: LivePost) -> bool:
    """Publer has it and does not send it: it waits for a person, or is a draft."""
    return post.state.endswith(_HELD) or post.state.startswith("draft")


def is_on_its_way(post: LivePost, now: float) -> bool:
    """Taken by Publer and due now, but not yet out. A post scheduled for later is another matter.

    One without a time may be due now, and one in a state that nobody knows may be about to go out, or live:
    sending again is the greater risk.
    """
    if is_live(post) or is_failed(post) or post.state.startswith(_NOT_OUT):
        return False
    return post.at is None or post.at <= now + 120


def identity(post: LivePost) -> str:
    """What tells a listed post from others: its id, or where Publer leaves that out, what it is."""
    return post.id or f"{post.account_id} {post.at} {post.text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Where to look for a target among the listed posts."""

    since: float
    """Seconds since the epoch; earlier posts are others."""
    own_run: bool = False
    """Only this run (or an earlier attempt of it) can have posted since ``since``.

    Then a post without text is recognised by account and type, and a text whose links Publer has rewritten
    by the rest of it: nothing else that looks so was sent to the account in that time.
    """
    known: frozenset[str] = frozenset()
    """Identities of posts that were there before, and therefore are others."""
    takes_timeless: bool = True
    """Whether a post without a time can be it: not where it may be of any day and is to be evidence."""
    twins: frozenset[Key] = frozenset()
    """Targets that are recognised only by what the list shows exactly: see ``twins_among``."""
    hidden: frozenset[Key] = frozenset()
    """Targets that are not recognised at all: the post of another that looks the same may be listed."""


def twins_among(targets: Iterable[Target]) -> frozenset[Key]:
    """The targets that circumstances alone do not tell from another one for the same account."""
    alike: dict[tuple[str, str], set[Key]] = {}
    for target in targets:
        for look in looks(target):
            alike.setdefault((target.account.id, look), set()).add(target.key)
    return frozenset(key for keys in alike.values() if len(keys) > 1 for key in keys)


def find(target: Target, posts: Iterable[LivePost], search: Search) -> LivePost | None:
    """The listed post that is this target: a live one first, then one on its way, then a failed one."""
    if target.key in search.hidden:
        return None
    mine = [post for post in posts if _is_candidate(target, post, search)]
    exact = [post for post in mine if likeness(target, post) is Likeness.SAME]
    by_circumstances = search.own_run and target.key not in search.twins
    loose = [post for post in mine if by_circumstances and is_same_in_own_run(target, post)]
    return min(exact or loose, key=rank, default=None)


def rank(post: LivePost) -> tuple[int, float]:
    """What to take first: what is live, then what is on its way; the newest of those."""
    order = 0 if is_live(post) else 2 if is_failed(post) else 1
    return order, -(post.at or 0.0)


def _is_candidate(target: Target, post: LivePost, search: Search) -> bool:
    if post.account_id != target.account.id or identity(post) in search.known:
        return False
    return search.takes_timeless if post.at is None else post.at >= search.since
