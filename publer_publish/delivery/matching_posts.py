"""Which of the posts that Publer lists is the post that we mean, and what its state means. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import lru_cache, partial
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from publer_publish.clock import Deadline
from publer_publish.delivery.targets import Key, Target
from publer_publish.errors import ServiceError
from publer_publish.publer.api import Publer
from publer_publish.publer.model import LIVE_STATES, LivePost, PostPage

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


_SPACE = re.compile(r"\s+")
_BLANK_LINE = re.compile(r"\n\s*\n")
_URL = re.compile(r"https?://[^\s<>\"']+", re.IGNORECASE)
_BEHIND_A_LINK = ".,;:!?)]}"
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u2060\ufeff"))
_WORDS_ELSEWHERE = ("description", "question")
"""Where a post without a text has its words (publer-api 5.3): Publer may list them as its text."""
_PICTURES = frozenset({"photo", "image", "carousel"})
_LISTED_AS: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(("status", "link"), frozenset({"status", "link"})),
    **dict.fromkeys(("photo", "carousel"), _PICTURES),
    "document": _PICTURES | {"document"},
    "gif": _PICTURES | {"gif", "video"},
    "story": frozenset({"story", "photo", "image", "video"}),
    **dict.fromkeys(("video", "reel", "short"), frozenset({"video", "reel", "short"})),
    **dict.fromkeys(("event", "offer"), frozenset({"event", "offer", "photo", "image", "status"})),
}
"""What Publer may call a post of each type: it takes some of them under two names (publer-api 5.3)."""
_KNOWN_TYPES = frozenset().union(*_LISTED_AS.values()) | {"poll", "article"}


@lru_cache(maxsize=4_096)
def comparable(text: str) -> str:
    """The text without the differences that Publer is known to make."""
    composed = unicodedata.normalize("NFC", text).translate(_INVISIBLE)
    return _SPACE.sub(" ", composed).strip()


class Likeness(Enum):
    """What the list says of a post and a target by itself, whoever posted it."""

    SAME = "the same"
    OPEN = "the same text, but the list does not show what may differ beside it"
    OTHER = "another"


def likeness(target: Target, post: LivePost) -> Likeness:
    """By the text, and by what the target has beside it: a link, a title, the options of a poll."""
    if comparable(post.text) not in _words(target):
        return Likeness.OTHER
    beside = [
        (ours, theirs) for ours, theirs in zip(_beside(target), _shown_beside(post), strict=True) if ours
    ]
    if any(theirs and ours != theirs for ours, theirs in beside):
        return Likeness.OTHER
    return Likeness.OPEN if any(not theirs for _, theirs in beside) else Likeness.SAME


def is_same_in_own_run(target: Target, post: LivePost) -> bool:
    """Whether a post that only our own run can have made is this target.

    Without text: by account and type. With links that Publer may have rewritten: by the rest. Never where two
    titles are known and differ.
    """
    title = _title(target)
    if title and post.title and title != comparable(post.title):
        return False
    words, shown = _words(target) | _first_words(target), comparable(post.text)
    if any(shown == one or _same_but_for_links(one, shown) for one in words):
        return True
    if comparable(target.content.text):
        return False
    return (not shown or _is_written_in_blocks(target)) and type_fits(target, post.type)


def are_doubles(one: Target, other: Target) -> bool:
    """Two targets for one account that the list shows alike: one text, with other media or of other types."""
    if one.account.id != other.account.id or one.key == other.key:
        return False
    pairs = zip(_beside(one), _beside(other), strict=True)
    return bool(_words(one) & _words(other)) and all(
        ours == theirs or not ours or not theirs for ours, theirs in pairs
    )


def looks(target: Target) -> frozenset[str]:
    """Every look by which circumstances alone recognise the target; with one in common, two are mistaken.

    A text but for its links, which Publer may rewrite; a type, where there is no text, or none that is known.
    """
    found = set(map(_without_links, _words(target)))
    if not comparable(target.content.text) or target.content.type == "article":
        found |= {f"\0{kind}" for kind in _may_be_listed_as(target)}
    return frozenset(found)


def _words(target: Target) -> frozenset[str]:
    """Every text by which Publer may list the target: its own, else what stands in another field."""
    own = comparable(target.content.text)
    elsewhere = (_sent(target).get(key) for key in _WORDS_ELSEWHERE) if not own else ()
    return frozenset(filter(None, (own, *(comparable(one) for one in elsewhere if isinstance(one, str)))))


def _first_words(target: Target) -> frozenset[str]:
    """An article is sent in blocks, too: its first paragraph may be all that Publer lists."""
    own = target.content.text.strip() if target.content.type == "article" else ""
    return frozenset(filter(None, [comparable(_BLANK_LINE.split(own)[0])]))


def _is_written_in_blocks(target: Target) -> bool:
    """An article of WordPress: which of its words Publer lists as the text is not documented."""
    return isinstance(_sent(target).get("content"), list)


def type_fits(target: Target, listed: str) -> bool:
    """Whether Publer may list the target under this type; one that nobody knows may be any."""
    return listed not in _KNOWN_TYPES or listed in _may_be_listed_as(target)


def _may_be_listed_as(target: Target) -> frozenset[str]:
    details = _sent(target).get("details")
    own = details.get("type") if isinstance(details, Mapping) else None
    kinds = [target.content.type, *([own] if isinstance(own, str) else [])]
    return frozenset().union(*(_LISTED_AS.get(kind, {kind}) for kind in kinds))


def _same_but_for_links(ours: str, theirs: str) -> bool:
    """Equal but for links, which may be the same: an earlier announcement looks so, too."""
    if not _URL.search(ours) or _without_links(ours) != _without_links(theirs):
        return False
    return all(map(_may_be_rewritten, _URL.findall(ours), _URL.findall(theirs)))


@lru_cache(maxsize=4_096)
def _without_links(text: str) -> str:
    return comparable(_URL.sub("\0", text))


def _may_be_rewritten(ours: str, theirs: str) -> bool:
    """A shortener names another host, a tracker adds to the query; all else on our host is another page."""
    own, listed = _parts(ours), _parts(theirs)
    if own is None or listed is None:
        return ours == theirs
    if own.host != listed.host:
        return True
    same_query = own.words <= listed.words and own.fragment in ("", listed.fragment)
    return own.path == listed.path and same_query


class _Link(NamedTuple):
    host: str
    path: str
    words: frozenset[str]
    """Of the query, but for a tracker's."""
    fragment: str


def _parts(link: str) -> _Link | None:
    """Read a link without what ends the sentence behind it; None if it is none."""
    try:
        parts = urlsplit(link.rstrip(_BEHIND_A_LINK).replace("&amp;", "&"))
        port = parts.port
    except ValueError:
        return None
    words = (word for word in unquote(parts.query).split("&") if word and not word.startswith("utm_"))
    return _Link(
        host=f"{(parts.hostname or '').removeprefix('www.')}:{port if port not in (80, 443) else None}",
        path=unquote(parts.path).rstrip("/"),
        words=frozenset(words),
        fragment=unquote(parts.fragment),
    )


def _sent(target: Target) -> dict[str, Any]:
    return {**target.content.fields, **target.content.extra}


def _beside(target: Target) -> tuple[str, str, str]:
    """The link, the title and the options that the target has beside its text; each may be empty."""
    options = _sent(target).get("options")
    asked = "\n".join(map(str, options)) if isinstance(options, list) else ""
    return _link(target), _title(target), comparable(asked)


def _shown_beside(post: LivePost) -> tuple[str, str, str]:
    """The same of a listed post; no list shows options."""
    return _comparable_link(post.url), comparable(post.title), ""


def _link(target: Target) -> str:
    sent = _sent(target)
    below = sent.get("link")
    url = sent.get("url") or (below.get("url") if isinstance(below, Mapping) else "")
    return _comparable_link(url) if isinstance(url, str) else ""


def _comparable_link(url: str) -> str:
    return url.strip().removesuffix("/")


def _title(target: Target) -> str:
    """That of an event or an offer, whose ``title`` names a button, or else its own."""
    sent = _sent(target)
    details = sent.get("details")
    title = (details.get("title") if isinstance(details, Mapping) else "") or sent.get("title")
    return comparable(title) if isinstance(title, str) else ""


_STATES = ("published", "scheduled", "scheduled_pending", "scheduled_reauth", "scheduled_locked", "failed")
"""Whether ``scheduled`` means those that wait for a person, too, is not documented: they are named."""
_WIDER = timedelta(days=2)
"""The days of ``GET /posts`` may be exclusive, and those of a zone up to 14 hours from ours."""
_ACCOUNTS_A_REQUEST = 100
"""Keeps the address of the request below the 8 KB that servers take."""
_MOST_PAGES = 200


def listed_posts(
    publer: Publer, account_ids: Sequence[str], *, since: float, deadline: Deadline
) -> tuple[LivePost, ...]:
    """Every post of the accounts since a moment (epoch seconds), and somewhat more.

    Each post is judged by its own time. Raises the client's errors when the list cannot be read.
    """
    first = (datetime.fromtimestamp(since, UTC) - _WIDER).date()
    last = (datetime.fromtimestamp(deadline.clock.time(), UTC) + _WIDER).date()
    found: list[LivePost] = []
    distinct = list(dict.fromkeys(account_ids))
    for start in range(0, len(distinct), _ACCOUNTS_A_REQUEST):
        some = distinct[start : start + _ACCOUNTS_A_REQUEST]
        ask = partial(publer.posts, some, first, last, states=_STATES, deadline=deadline)
        found += _all_pages(ask)
    return tuple(found)


def _all_pages(ask: Callable[..., PostPage]) -> list[LivePost]:
    """Every page, numbered from 0 (documented) or from 1 (as a sample shows, publer-api 8.1)."""
    posts: dict[tuple[str, str, str], LivePost] = {}
    from_one = False
    for number in range(_MOST_PAGES):
        page = ask(page=number)
        new = {_key(post): post for post in page.posts if _key(post) not in posts}
        posts |= new
        # Where pages count from 1, page 0 is empty or the same as page 1, or the answer says so itself.
        same_again = not new and (number == 0 or (number == 1 and bool(page.posts)))
        from_one = from_one or same_again or (number == 0 and page.number == 1)
        if _is_last(number, page, new=bool(new), from_one=from_one):
            return list(posts.values())
    raise ServiceError(
        f"Publer lists more than {_MOST_PAGES} pages of posts for these accounts: too many to look through.",
        hint="Shorten `duplicate-window`, or name fewer accounts.",
    )


def _is_last(number: int, page: PostPage, *, new: bool, from_one: bool) -> bool:
    if page.total_pages is not None:
        return number >= page.total_pages - (0 if from_one else 1)
    return (number > 0 and not page.posts) or (number > 1 and not new)


def _key(post: LivePost) -> tuple[str, str, str]:
    return identity(post), post.account_id, post.state
