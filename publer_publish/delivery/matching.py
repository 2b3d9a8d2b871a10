"""Whether a post that Publer lists is the post that we mean. Pure, and never by likeness.

Two announcements that differ in one character are two announcements. What Publer is known to change on the
way is undone on both sides before they are compared: white space, line ends, Unicode composition.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from publer_publish.delivery.targets import Key, Target
from publer_publish.publer.model import LivePost

_LIVE = frozenset({"published", "published_posted", "posted"})
_SPACE = re.compile(r"\s+")
_URL = re.compile(r"https?://[^\s<>\"']+", re.IGNORECASE)
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u2060\ufeff"))


def is_live(post: LivePost) -> bool:
    """The network has it. A state such as ``published_deleted`` is not live any more."""
    return post.state in _LIVE


def is_failed(post: LivePost) -> bool:
    """Publer says that it did not go out."""
    return post.state == "failed"


def is_on_its_way(post: LivePost, now: float) -> bool:
    """Taken by Publer and due now, but not yet out. A post scheduled for later is another matter.

    One without a time may be due now: sending again is the greater risk.
    """
    return post.state.startswith("scheduled") and (post.at is None or post.at <= now + 120)


def comparable(text: str) -> str:
    """The text without the differences that Publer is known to make."""
    composed = unicodedata.normalize("NFC", text).translate(_INVISIBLE)
    return _SPACE.sub(" ", composed).strip()


def same_text(ours: str, theirs: str) -> bool:
    """Equal in everything that Publer does not change."""
    return comparable(ours) == comparable(theirs)


def same_but_for_links(ours: str, theirs: str) -> bool:
    """Equal once links are masked: what a link shortener leaves. Not enough to call two posts the same."""
    return bool(_URL.search(ours)) and comparable(_URL.sub("\0", ours)) == comparable(_URL.sub("\0", theirs))


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Where to look for a target among the listed posts."""

    since: float
    """Seconds since the epoch; earlier posts are others."""
    own_run: bool = False
    """Only this run (or an earlier attempt of it) can have posted since ``since``.

    Then a post without text is recognised by account and type, and a text whose links Publer has shortened
    by the rest of it: nothing else that looks so was sent to the account in that time.
    """
    known: frozenset[str] = frozenset()
    """Ids of posts that were there before, and therefore are others."""
    twins: frozenset[Key] = frozenset()
    """Targets that are recognised by their exact text only: see ``twins_among``."""


def are_twins(one: Target, other: Target) -> bool:
    """Two targets for one account that the post list may not tell apart.

    They differ only in their links, which Publer may shorten, or have no text either of them.
    """
    if one.account.id != other.account.id or one.key == other.key:
        return False
    ours, theirs = comparable(one.content.text), comparable(other.content.text)
    if not ours or not theirs:
        return ours == theirs and one.content.type == other.content.type
    return ours != theirs and same_but_for_links(ours, theirs)


def twins_among(targets: Sequence[Target]) -> frozenset[Key]:
    """The targets that have a twin among the others."""
    by_account: dict[str, list[Target]] = {}
    for target in targets:
        by_account.setdefault(target.account.id, []).append(target)
    return frozenset(
        target.key
        for own in by_account.values()
        for target in own
        if any(are_twins(target, other) for other in own)
    )


def find(target: Target, posts: Iterable[LivePost], search: Search) -> LivePost | None:
    """The listed post that is this target: a live one first, then one on its way, then a failed one."""
    mine = [post for post in posts if _is_candidate(target, post, search)]
    exact = [post for post in mine if _is_same(target, post)]
    by_circumstances = search.own_run and target.key not in search.twins
    loose = [post for post in mine if by_circumstances and is_same_in_own_run(target, post)]
    return min(exact or loose, key=_rank, default=None)


def loosely_alike(target: Target, posts: Iterable[LivePost], search: Search) -> list[LivePost]:
    """Every listed post that is this target or a twin of it, the oldest first."""
    mine = (post for post in posts if _is_candidate(target, post, search))
    return sorted(
        (post for post in mine if is_same_in_own_run(target, post)), key=lambda post: post.at or 0.0
    )


def _rank(post: LivePost) -> tuple[int, float]:
    order = 0 if is_live(post) else 2 if is_failed(post) else 1
    return order, -(post.at or 0.0)


def _is_candidate(target: Target, post: LivePost, search: Search) -> bool:
    if post.account_id != target.account.id or post.id in search.known:
        return False
    # A post without a time was listed for the days that were asked for: sending again is the greater risk.
    return post.at is None or post.at >= search.since


def _is_same(target: Target, post: LivePost) -> bool:
    return bool(comparable(target.content.text)) and same_text(target.content.text, post.text)


def is_same_in_own_run(target: Target, post: LivePost) -> bool:
    """Without text: by account and type. With links that Publer may have shortened: by the rest."""
    if not comparable(target.content.text):
        return not comparable(post.text) and post.type in ("", target.content.type)
    return same_but_for_links(target.content.text, post.text)
