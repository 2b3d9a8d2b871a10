"""Whether a post that Publer lists is the post that we mean. Pure, and never by likeness.

Two announcements that differ in one character are two announcements. What Publer is known to change on the
way is undone on both sides before they are compared: white space, line ends, Unicode composition.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from publer_publish.delivery.targets import Target
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
    """Taken by Publer and due now, but not yet out. A post scheduled for later is another matter."""
    return post.state.startswith("scheduled") and post.at is not None and post.at <= now + 120


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


def find(target: Target, posts: Iterable[LivePost], search: Search) -> LivePost | None:
    """The listed post that is this target: a live one first, then one on its way, then a failed one."""
    mine = [post for post in posts if _is_candidate(target, post, search)]
    exact = [post for post in mine if _is_same(target, post)]
    loose = [post for post in mine if search.own_run and _is_same_in_own_run(target, post)]
    return min(exact or loose, key=_rank, default=None)


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


def _is_same_in_own_run(target: Target, post: LivePost) -> bool:
    if not comparable(target.content.text):
        return not comparable(post.text) and post.type in ("", target.content.type)
    return same_but_for_links(target.content.text, post.text)
