"""Whether a post that Publer lists is the post that we mean. Pure, and never by likeness.

Two announcements that differ in one character are two announcements. What Publer is known to change on the
way is undone on both sides before they are compared: white space, line ends, Unicode composition.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from publer_publish.delivery.targets import Key, Target
from publer_publish.publer.model_posts import LivePost

_LIVE = frozenset({"published", "published_posted", "posted"})
_NOT_OUT = ("published_", "draft", "recycling", "recurring", "deleted", "cancel")
"""How the states begin in which nothing is out, and nothing comes any more."""
_SPACE = re.compile(r"\s+")
_URL = re.compile(r"https?://[^\s<>\"']+", re.IGNORECASE)
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u2060\ufeff"))


def is_live(post: LivePost) -> bool:
    """The network has it. A state such as ``published_deleted`` is not live any more."""
    return post.state in _LIVE


def is_failed(post: LivePost) -> bool:
    """Publer says that it did not go out, and will not."""
    return post.state.endswith(("failed", "declined"))


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
    """Identities of posts that were there before, and therefore are others."""
    twins: frozenset[Key] = frozenset()
    """Targets that are recognised only by what the list shows exactly: see ``twins_among``."""


def are_twins(one: Target, other: Target) -> bool:
    """Two targets for one account that the post list may not tell apart.

    They differ only in their links, which Publer may shorten, or in their titles, which it may not show; or
    they have no text either of them.
    """
    if one.account.id != other.account.id or one.key == other.key:
        return False
    ours, theirs = comparable(one.content.text), comparable(other.content.text)
    if not ours or not theirs:
        return ours == theirs and one.content.type == other.content.type
    if ours == theirs:
        return (_link(one), _title(one)) != (_link(other), _title(other))
    return same_but_for_links(ours, theirs)


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
    exact = [post for post in mine if likeness(target, post) is Likeness.SAME]
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
    if post.account_id != target.account.id or identity(post) in search.known:
        return False
    # A post without a time was listed for the days that were asked for: sending again is the greater risk.
    return post.at is None or post.at >= search.since


class Likeness(Enum):
    """What the list says of a post and a target by itself, whoever posted it."""

    SAME = "the same"
    OPEN = "the same text, but the list does not show the link or title that may differ"
    OTHER = "another"


def likeness(target: Target, post: LivePost) -> Likeness:
    """By the text, and by the link and title where the target has them beside it."""
    if not comparable(target.content.text) or not same_text(target.content.text, post.text):
        return Likeness.OTHER
    beside = ((_link(target), _comparable_link(post.url)), (_title(target), comparable(post.title)))
    if any(ours and theirs and ours != theirs for ours, theirs in beside):
        return Likeness.OTHER
    return Likeness.OPEN if any(ours and not theirs for ours, theirs in beside) else Likeness.SAME


def is_same_in_own_run(target: Target, post: LivePost) -> bool:
    """Without text: by account and type. With links that Publer may have shortened: by the rest.

    Never where two titles are known and differ.
    """
    if _title(target) and post.title and _title(target) != comparable(post.title):
        return False
    if not comparable(target.content.text):
        return not comparable(post.text) and post.type in ("", target.content.type)
    ours = target.content.text
    return same_text(ours, post.text) or same_but_for_links(ours, post.text)


def _link(target: Target) -> str:
    """The link that a post carries beside its text."""
    sent = {**target.content.fields, **target.content.extra}
    below = sent.get("link")
    url = sent.get("url") or (below.get("url") if isinstance(below, Mapping) else "")
    return _comparable_link(url) if isinstance(url, str) else ""


def _comparable_link(url: str) -> str:
    return url.strip().removesuffix("/")


def _title(target: Target) -> str:
    title = {**target.content.fields, **target.content.extra}.get("title")
    return comparable(title) if isinstance(title, str) else ""
