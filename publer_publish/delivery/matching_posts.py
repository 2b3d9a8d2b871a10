"""Is a post that Publer lists the post that we mean? The comparison, and the reading of the list.

The list shows a text as Publer keeps it, not as it was sent (publer-api 8.1): a link may have moved into the
row's ``url``, a signature may follow, links carry a tracker's words or are shortened.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from functools import lru_cache, partial
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from publer_publish.clock import Deadline
from publer_publish.delivery.ledger import Key, Target
from publer_publish.errors import ServiceError
from publer_publish.networks.forms import mapping
from publer_publish.publer.api import Publer
from publer_publish.publer.model import ListedPost, PostPage


class Origin(Enum):
    """Who can have made a listed post, as its time tells."""

    ANY_RUN = "anybody"
    PERHAPS_THIS_RUN = "an earlier attempt of this run, or an earlier run: when this one began is not known"
    THIS_RUN = "this run or an earlier attempt of it, unless somebody else posted at the same time"
    SINCE_THE_REQUEST = "this request, unless somebody else posted at the same time"


class Comparison(Enum):
    """What a listed post is to a target, from the same post to another one.

    What is between them is perhaps the same: nothing is sent beside it, and it is no evidence. Its value says
    what keeps it from being the same, as the end of "Publer lists a post …".
    """

    SAME = "that is this one"
    NOT_SHOWN = (
        "with this text on this account, but does not show the link, title or options that went out with it"
    )
    SHORTENED = "that differs only in a link, which may be ours, shortened"
    NO_TIME = "like it, of an earlier attempt or of an earlier run"
    NO_TEXT = "of this type on this account since then, and no text tells whether it is this one"
    GOES_ON = "that begins with this text and continues after it"
    SEVERAL = "that may be any of several posts of this run: its list does not tell them apart"
    NO_ACCOUNT = "with this text, but not on which account"
    IMPORTED = "with this text that it has imported from the network: posted there, and not known by whom"
    OTHER = "another post"


SAME, OTHER = Comparison.SAME, Comparison.OTHER
_ORDER = list(Comparison)


def _worst(found: Iterable[Comparison]) -> Comparison:
    return max(found, key=_ORDER.index, default=SAME)


def _best(found: Iterable[Comparison]) -> Comparison:
    return min(found, key=_ORDER.index, default=OTHER)


_BY_CIRCUMSTANCES = {
    Origin.ANY_RUN: OTHER,
    Origin.PERHAPS_THIS_RUN: Comparison.NO_TIME,
    Origin.THIS_RUN: SAME,
    Origin.SINCE_THE_REQUEST: Comparison.NO_TEXT,
}
"""What has the right account, type and time, and no text that could tell it from another."""
_BY_ITS_BEGINNING = {**_BY_CIRCUMSTANCES, Origin.SINCE_THE_REQUEST: SAME}
"""Of an article, what shows its first paragraph only."""
_NOT_LISTED = {**_BY_ITS_BEGINNING, Origin.ANY_RUN: Comparison.NOT_SHOWN}
"""What has the right text, but does not show what was sent beside it."""


def _as_seen(found: Comparison, origin: Origin) -> Comparison:
    """A link that may be a short one is another link, unless it is of a re-run or of this request."""
    return OTHER if found is Comparison.SHORTENED and origin is Origin.ANY_RUN else found


def compare(
    target: Target, post: ListedPost, *, origin: Origin = Origin.ANY_RUN, signatures: Iterable[str] = ()
) -> Comparison:
    """Say what a listed post is to a target (design 5.3).

    ``signatures``: those that Publer lists for the account; it appends them to texts.
    """
    if post.account_id not in ("", target.account.id):
        return OTHER
    found = [_text(target, post, origin, signatures), *_beside(target, post, origin)]
    if not post.account_id:
        found.append(Comparison.NO_ACCOUNT)
    if post.imported:
        found.append(Comparison.IMPORTED)
    return _worst(found)


# The text


def _text(target: Target, post: ListedPost, origin: Origin, signatures: Iterable[str]) -> Comparison:
    wordings = _wordings(target, post, origin)
    shown = [post.text, *_without_signature(post.text, signatures)]
    found = [_one_text(target, post, text, wordings, origin) for text in shown]
    if any(_goes_on(wording.text, post.text, origin) for wording in wordings):
        found.append(Comparison.GOES_ON)
    return _best(found)


def _one_text(
    target: Target, post: ListedPost, text: str, wordings: Sequence[_Wording], origin: Origin
) -> Comparison:
    alike = _best(_worst((one.link, _texts_alike(one.text, text))) for one in wordings)
    if alike is SAME:
        return SAME
    if _is_beginning_of_article(target, text):
        return _BY_ITS_BEGINNING[origin]
    if _has_no_text_to_compare(target, text) and type_fits(target, post.type):
        return _BY_CIRCUMSTANCES[origin]
    return _as_seen(alike, origin)


def _is_beginning_of_article(target: Target, text: str) -> bool:
    beginning, *_ = re.split(_BLANK_LINE, target.content.text.strip())
    return target.content.type == "article" and bool(beginning) and comparable(text) == comparable(beginning)


def _has_no_text_to_compare(target: Target, text: str) -> bool:
    """Whether account, type and time must decide."""
    # Which words of an article in blocks Publer lists as its text is not documented.
    in_blocks = isinstance(_sent(target).get("content"), list)
    return not target.content.text.strip() and (in_blocks or not comparable(text))


class _Wording(NamedTuple):
    text: str
    link: Comparison = SAME
    """Of a link that moved out of the text, to the row's ``url``."""


def _wordings(target: Target, post: ListedPost, origin: Origin) -> list[_Wording]:
    """Every text by which Publer may list the target: its own, and that without a link that moved."""
    texts = _texts(target)
    moved = [one for text in texts for one in _without_moved_link(text, post.url)]
    return [*map(_Wording, texts), *(one for one in moved if _as_seen(one.link, origin) is not OTHER)]


def _texts(target: Target) -> list[str]:
    """The text of a target; where it has none, the words of another field."""
    if target.content.text.strip():
        return [target.content.text]
    # Where a post without a text has its words (publer-api 5.3), which Publer may list as its text.
    elsewhere = (_sent(target).get(key) for key in ("description", "question"))
    return [one for one in elsewhere if isinstance(one, str) and one.strip()]


def _without_moved_link(text: str, url: str) -> Iterator[_Wording]:
    """The text without a link that is now the row's ``url``, with and without what encloses it."""
    for before, link, after in _links_in(text) if url else ():
        alike = compare_links(link if "://" in link else f"https://{link}", url)
        if alike is not OTHER:
            yield _Wording(f"{before}{after}", alike)
            yield _Wording(f"{before.rstrip(_BEFORE_A_LINK)} {after.lstrip(_BEHIND_A_LINK)}", alike)
            yield _Wording(text.replace(link, ""), alike)


@lru_cache(maxsize=4_096)
def _links_in(text: str) -> tuple[tuple[str, str, str], ...]:
    """Every word that may be a link, with or without ``https``, between what comes before and after it."""
    found = []
    for word in re.finditer(r"\S+", text):
        link = word.group().lstrip(_BEFORE_A_LINK).rstrip(_BEHIND_A_LINK)
        if re.match(_LINK_LIKE, link):
            begin = word.start() + word.group().find(link)
            found.append((text[:begin], link, text[begin + len(link) :]))
    return tuple(found)


def _without_signature(text: str, signatures: Iterable[str]) -> Iterator[str]:
    """The text above a signature, or before it where Publer has put everything on one line."""
    lines, shown = text.splitlines(), _kept(text)
    for signature in filter(str.strip, signatures):
        for count in range(len(lines)):
            if _texts_alike(signature, "\n".join(lines[count:])) is SAME:
                yield "\n".join(lines[:count])
        if shown.endswith(f" {_kept(signature)}"):
            yield shown.removesuffix(_kept(signature))


def _goes_on(wording: str, text: str, origin: Origin) -> bool:
    """Whether the text goes on after the wording, on a line of its own."""
    lines = text.splitlines()
    if not lines[1:] or not _begins_with(text, wording):
        return False
    alike = (_texts_alike(wording, "\n".join(lines[:count])) for count in range(1, len(lines)))
    return any(_as_seen(one, origin) is not OTHER for one in alike)


def may_end_with_signature(target: Target, post: ListedPost, origin: Origin) -> bool:
    """Whether it takes the account's signatures to tell what the post is to the target."""
    if post.account_id != target.account.id or not post.text.strip():
        return False
    if not _texts(target):
        return origin is not Origin.ANY_RUN and type_fits(target, post.type)
    return any(_begins_with(post.text, wording.text) for wording in _wordings(target, post, origin))


def _begins_with(text: str, wording: str) -> bool:
    """Whether a text is a wording and more, whatever its links are."""
    return _skeleton(text).text.startswith(f"{_skeleton(wording).text} ".lstrip(" "))


def _texts_alike(ours: str, theirs: str) -> Comparison:
    """White space, composition and entities apart, by every character; and by every link."""
    own, listed = _skeleton(ours), _skeleton(theirs)
    if own.text != listed.text:
        return OTHER
    return _worst(map(compare_links, own.links, listed.links))


class _Skeleton(NamedTuple):
    text: str
    """With a mark in place of each link."""
    links: tuple[str, ...]


_SPACE = r"\s+"
_BLANK_LINE = r"\n\s*\n"
_URL = r"(?i)https?://[^\s<>\"'\0]+"
_LINK_LIKE = r"(?i)(?:https?://|(?:[\w-]+\.)+[a-z]{2,}(?:[/?#]|$))"
_BEFORE_A_LINK = "([{<\"'"
_BEHIND_A_LINK = ".,;:!?)]}>\"'"
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u2060\ufeff"))
_ENTITY = r"(?i)&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});"
_MOST_ESCAPES = 4


@lru_cache(maxsize=4_096)
def comparable(text: str) -> str:
    """The text without the differences in white space and composition that Publer is known to make."""
    composed = unicodedata.normalize("NFC", text).translate(_INVISIBLE)
    return re.sub(_SPACE, " ", composed).strip()


def _kept(text: str) -> str:
    """The text as it is compared: also without entities, in which Publer may keep what was sent plain."""
    return comparable(_without_entities(text))


def _without_entities(text: str) -> str:
    for _ in range(_MOST_ESCAPES):
        plain = re.sub(_ENTITY, lambda match: html.unescape(match.group()), text) if "&" in text else text
        if plain == text:
            break
        text = plain
    return text


@lru_cache(maxsize=4_096)
def _skeleton(text: str) -> _Skeleton:
    links: list[str] = []

    def take(match: re.Match[str]) -> str:
        link = match.group().rstrip(_BEHIND_A_LINK)
        links.append(link)
        return "\0" + match.group()[len(link) :]

    return _Skeleton(comparable(re.sub(_URL, take, _without_entities(text.replace("\0", "")))), tuple(links))


# Links


def compare_links(ours: str, theirs: str) -> Comparison:
    """SAME: the same page, perhaps with a tracker's words added. SHORTENED: it may be ours, rewritten.

    A shortener names another host, a tracker may replace words of the query; all else on our own host is
    another page.
    """
    if ours == theirs:
        return SAME
    own, listed = _page(ours), _page(theirs)
    if own is None or listed is None:
        return OTHER
    if own.host != listed.host:
        return Comparison.SHORTENED
    missing, added = own.words - listed.words, listed.words - own.words
    is_other_place = own.path != listed.path or own.fragment not in ("", listed.fragment)
    if is_other_place or not all(map(_TRACKING.match, missing)):
        return OTHER
    only_added = not missing and all(map(_TRACKING.match, added)) and own.fragment == listed.fragment
    return SAME if only_added else Comparison.SHORTENED


class _Page(NamedTuple):
    host: str
    path: str
    words: frozenset[str]
    """Of the query."""
    fragment: str


@lru_cache(maxsize=4_096)
def _page(link: str) -> _Page | None:
    """Read a web address; None if the text is not one."""
    try:
        parts = urlsplit(html.unescape(link.strip()).rstrip(_BEHIND_A_LINK))
        port = parts.port
    except ValueError:
        return None
    if not parts.hostname:
        return None
    return _Page(
        host=f"{parts.hostname.removeprefix('www.')}:{port if port not in (80, 443) else None}",
        path=unquote(parts.path).rstrip("/"),
        words=frozenset(word for word in unquote(parts.query).split("&") if word),
        fragment=unquote(parts.fragment),
    )


_TRACKING = re.compile(
    r"(?:utm|mtm|pk|hsa|mc|trk|ga)_\w+=|_(?:hsenc|hsmi|ga|gl)=|"
    r"(?:fbclid|gclid|gbraid|wbraid|dclid|msclkid|twclid|ttclid|yclid|li_fat_id|igshid|igsh|mkt_tok|wt_mc)=",
    re.IGNORECASE,
)


# What is sent beside the text


def _beside(target: Target, post: ListedPost, origin: Origin) -> Iterator[Comparison]:
    """The link, the title and the options of a poll, as far as the target has any."""
    if link := _link_beside(target):
        yield _as_seen(compare_links(link, post.url), origin) if post.url else _NOT_LISTED[origin]
    if title := _title(target):
        shown = _kept(post.title)
        yield _NOT_LISTED[origin] if not shown else SAME if shown == title else OTHER
    if isinstance(_sent(target).get("options"), list):
        yield _NOT_LISTED[origin]


def _sent(target: Target) -> dict[str, Any]:
    return {**target.content.fields, **target.content.extra}


def _link_beside(target: Target) -> str:
    sent = _sent(target)
    url = sent.get("url") or mapping(sent.get("link")).get("url")
    return url.strip() if isinstance(url, str) else ""


def _title(target: Target) -> str:
    """That of an event or an offer, whose ``title`` names a button, or else its own."""
    sent = _sent(target)
    title = mapping(sent.get("details")).get("title") or sent.get("title")
    return _kept(title) if isinstance(title, str) else ""


# The type


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


def type_fits(target: Target, listed: str) -> bool:
    """Whether Publer may list the target under this type; an unknown type may be any."""
    kinds = target.content.type, str(mapping(_sent(target).get("details")).get("type"))
    return listed not in _KNOWN_TYPES or any(listed in _LISTED_AS.get(kind, {kind}) for kind in kinds)


# Several targets and several posts


class Match(NamedTuple):
    """The listed post that is, or may be, a target."""

    post: ListedPost
    comparison: Comparison


Compare = Callable[[Target, ListedPost], Comparison]


def rank(post: ListedPost) -> tuple[int, float]:
    """What to take first: what is live, then what is in progress, then what failed; the newest of those."""
    order = 0 if post.is_live else 2 if post.has_failed else 1
    return order, -(post.at or 0.0)


def match(targets: Sequence[Target], posts: Iterable[ListedPost], how: Compare = compare) -> dict[Key, Match]:
    """Give every target that is listed, or may be, its post, and no post to two targets.

    Targets that are mistaken for each other, by way of a third too, form a group with the posts that may be
    theirs. If these are fewer than the targets, whose they are is not known.
    """
    groups: list[dict[Key, list[Match]]] = []
    own = _by_account(targets)
    for post in posts:
        may_be = _may_be(own.get(post.account_id, ()) if post.account_id else targets, post, how)
        mixed = [group for group in groups if not may_be.keys().isdisjoint(group)]
        groups = [group for group in groups if may_be.keys().isdisjoint(group)]
        joined: dict[Key, list[Match]] = {}
        for part in (*mixed, may_be):
            for key, matches in part.items():
                joined.setdefault(key, []).extend(matches)
        groups.append(joined)
    order = [target.key for target in targets]
    return {key: one for group in groups for key, one in _given_out(group, order).items()}


def unlisted(sent: Mapping[str, Sequence[Target]], posts: Iterable[ListedPost]) -> list[Target]:
    """Of the targets by the ids of their posts: those whose post is not listed under its id, or has none."""
    listed = {post.id for post in posts if post.id}
    return [target for post_id, targets in sent.items() if post_id not in listed for target in targets]


def _by_account(targets: Iterable[Target]) -> dict[str, list[Target]]:
    found: dict[str, list[Target]] = {}
    for target in targets:
        found.setdefault(target.account.id, []).append(target)
    return found


def _may_be(targets: Sequence[Target], post: ListedPost, how: Compare) -> dict[Key, list[Match]]:
    """The targets that a post may be.

    What is exactly one target is no other with another text, nor one with this text of another type.
    """
    found = {target.key: how(target, post) for target in targets}
    alike = [target for target in targets if found[target.key] is not OTHER]
    same = [target for target in alike if found[target.key] is SAME]
    same = [target for target in same if type_fits(target, post.type)] or same
    texts = {_kept(text) for target in same for text in _texts(target)}
    if same:
        alike = [
            one
            for one in alike
            if one in same or (found[one.key] is not SAME and not texts.isdisjoint(map(_kept, _texts(one))))
        ]
    return {target.key: [Match(post, found[target.key])] for target in alike}


def _given_out(group: Mapping[Key, Sequence[Match]], order: Sequence[Key]) -> dict[Key, Match]:
    keys = sorted(group, key=order.index)
    free = dict.fromkeys(one.post for key in keys for one in group[key])
    unclear = {key: Match(group[key][0].post, Comparison.SEVERAL) for key in keys}
    if len(free) < len(keys):
        return unclear
    given: dict[Key, Match] = {}
    for key in sorted(keys, key=lambda one: len(group[one])):
        own = [one for one in group[key] if one.post in free]
        if not own:
            return unclear
        given[key] = min(own, key=lambda one: _suits(one, in_order=len(keys) > 1))
        del free[given[key].post]
    return given


def _suits(found: Match, *, in_order: bool) -> tuple[bool, int, float]:
    """What to take first: the same, what is live, the newest; of several the oldest: they went in order."""
    order, age = rank(found.post)
    return found.comparison is not SAME, order, -age if in_order else age


# Reading the list


_STATES = ("published", "scheduled", "scheduled_pending", "scheduled_reauth", "scheduled_locked", "failed")
"""Whether ``scheduled`` means those that wait for a person, too, is not documented: they are named."""
_WIDER = timedelta(days=2)
"""The days of ``GET /posts`` may be exclusive, and those of a zone up to 14 hours from ours."""
_FUTURE = timedelta(days=366)
"""Far enough ahead that no post is due then."""
_ACCOUNTS_A_REQUEST = 100
"""Keeps the address of the request below the 8 KB that servers take."""
_MOST_PAGES = 200
_MOST_READS = 4
_FOR_SIGNATURES = 10.0
"""Seconds. Without an answer what may be a signature stays open."""

Ask = Callable[..., PostPage]
"""With two dates and the number of a page."""
_Posts = dict[tuple[str, str, str], ListedPost]


class _Read(NamedTuple):
    """The list as it was read once, from its first page to its last."""

    posts: _Posts
    totals: tuple[int, ...]
    """What Publer counted: several numbers if the list changed meanwhile, none if it does not count."""
    in_pages: bool
    """It came in several: between two of them a post can slip from one page to another."""


@dataclass(slots=True, eq=False, repr=False)
class PostList:
    """Publer's list of posts, read to its end whichever way Publer counts, pages and filters it."""

    publer: Publer
    log: Callable[[str], None]
    _is_whole: bool = False
    """Publer ignores the number of the page: every answer holds the whole window."""
    _total_counts_more: bool = False
    """``total`` counts something else than the posts of the window."""
    _knows_several_states: bool = False
    _signatures: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By account id."""

    def read(
        self,
        account_ids: Iterable[str],
        *,
        since: float,
        deadline: Deadline,
        alone: Sequence[str] = ("published",),
    ) -> tuple[ListedPost, ...]:
        """Every post of the accounts since a moment (epoch seconds), and somewhat more.

        Each post is to be judged by its own time. ``alone``: the states without which the list proves
        nothing; Publer may filter by one of several only. Raises the client's errors, and ``ServiceError``
        when posts are missing from the list.
        """
        first = (datetime.fromtimestamp(since, UTC) - _WIDER).date()
        last = (datetime.fromtimestamp(deadline.clock.time(), UTC) + _WIDER).date()
        found: list[ListedPost] = []
        distinct = list(dict.fromkeys(account_ids))
        for start in range(0, len(distinct), _ACCOUNTS_A_REQUEST):
            some = distinct[start : start + _ACCOUNTS_A_REQUEST]
            ask = partial(self.publer.posts, some, deadline=deadline)
            posts = self._window(partial(ask, states=_STATES), first, last)
            shown = {post.state for post in posts.values()}
            self._knows_several_states |= len(shown) > 1
            for state in alone:
                if state not in shown and not self._knows_several_states:
                    posts |= self._window(partial(ask, states=(state,)), first, last)
            found += posts.values()
        return tuple(found)

    def _window(self, ask: Ask, first: date, last: date) -> _Posts:
        """Every post between two dates. Raises ``ServiceError`` if posts are or may be missing."""
        posts: _Posts = {}
        before: _Read | None = None
        for _ in range(_MOST_READS):
            read = self._pages(ask, first, last)
            posts |= read.posts
            is_counting = bool(read.totals) and not self._total_counts_more
            is_counted = len(read.totals) == 1 and read.totals[0] <= len(read.posts)
            if is_counted or not (is_counting or read.in_pages):
                return posts
            is_same = before and before.posts.keys() == read.posts.keys() and before.totals == read.totals
            if is_same and len(read.totals) <= 1:
                if is_counting:
                    self._doubt(read.totals[0], len(posts), ask, first, last)
                return posts
            before = read
        raise ServiceError(
            f"Publer's list of posts changed each of the {_MOST_READS} times that it was read: what is "
            "missing may be the post itself.",
            hint="Run the job again when nobody else publishes for these accounts.",
        )

    def _doubt(self, total: int, count: int, ask: Ask, first: date, last: date) -> None:
        """Find out what Publer counts beside the posts that it lists. Raises if it is posts of the window."""
        if ask(first + _FUTURE, last + _FUTURE, 0).total != total:
            raise ServiceError(
                f"Publer counts {total} posts of these accounts and lists {count}: what is missing may "
                "be the post itself.",
                hint="Run the job again. If it happens again, check in Publer whether the post is there; "
                "with `duplicate-window: 0` nothing is looked for.",
            )
        self._total_counts_more = True
        self.log("Publer's `total` counts more than the posts of the days asked for: so it is ignored.")

    def _pages(self, ask: Ask, first: date, last: date) -> _Read:
        """Every page, numbered from 0 (documented) or from 1, or all at once, and Publer's ``total``."""
        posts: _Posts = {}
        totals: dict[int, None] = {}
        filled = 0
        for number in range(_MOST_PAGES):
            page = ask(first, last, number)
            before = len(posts)
            for post in page.posts:
                # Between two pages its state may have changed; another text is another post, whatever its id.
                key = (post.identity, post.account_id, post.text if post.id else post.state)
                posts[key] = min(posts.get(key, post), post, key=rank)
            filled += len(posts) > before
            if page.total is not None:
                totals[page.total] = None
            read = _Read(posts, tuple(totals), in_pages=filled > 1)
            # Pages alone are not believed.
            counted = page.total is not None and len(posts) >= page.total
            if self._is_whole or (counted and (page.total_pages or 0) <= number + 1):
                return read
            # Where pages count from 1, page 0 is empty or the same as page 1.
            if (number > 0 and not page.posts) or (number > 1 and len(posts) == before):
                self._is_whole = number > 1 and bool(page.posts) and len(page.posts) == len(posts)
                return read
        raise ServiceError(
            f"Publer lists more than {_MOST_PAGES} pages of posts for these accounts: too many to look "
            "through.",
            hint="Shorten `duplicate-window`, or name fewer accounts.",
        )

    def learn_signatures(
        self,
        targets: Iterable[Target],
        posts: Sequence[ListedPost],
        origin: Callable[[ListedPost], Origin],
        deadline: Deadline,
    ) -> None:
        """Ask for the signatures of the accounts where a post goes on after our text; of no others."""
        own = _by_account(one for one in targets if one.account.id not in self._signatures)
        wanted = dict.fromkeys(
            target.account.id
            for post in posts
            for target in own.get(post.account_id, ())
            if may_end_with_signature(target, post, origin(post))
        )
        if not wanted:
            return
        seconds = min(_FOR_SIGNATURES, deadline.remaining() / 4)
        try:
            found = self.publer.signatures(list(wanted), deadline=Deadline.after(deadline.clock, seconds))
        except ServiceError as error:
            self.log(f"{error.message} The signatures of the accounts are not known.")
            return
        self._signatures |= {account_id: found.get(account_id, ()) for account_id in wanted}

    def compare(self, target: Target, post: ListedPost, origin: Origin) -> Comparison:
        """Compare with all that is known of the account's signatures."""
        return compare(target, post, origin=origin, signatures=self._signatures.get(target.account.id, ()))
