"""How like a target a listed post is, by what Publer's list shows. Pure, and never by resemblance.

Two announcements that differ in one character are two announcements. What Publer is known to change on the
way is undone on both sides before they are compared: white space, line ends, Unicode composition.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from enum import Enum
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from publer_publish.delivery.targets import Target
from publer_publish.publer.model_posts import LivePost

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
