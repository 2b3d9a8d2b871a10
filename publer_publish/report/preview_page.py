"""The preview page: every post with a card for each network, as one HTML file that loads and runs nothing.

``page.html.j2`` draws it; this module prepares what it draws.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from publer_publish.errors import Problem, Severity, is_error
from publer_publish.networks.table import NETWORKS, Look, canonical, look_of
from publer_publish.post.model import Comment, Content, Json, Media, MediaSource, post_steps
from publer_publish.report.preview import (
    LINK,
    head_of,
    link_of,
    media_fields,
    poll_of,
    sent_fields,
    title_of,
    url_is_button,
    usage,
    variants_of,
)
from publer_publish.report.values import Picture, Result, Run, Status, Variant
from publer_publish.report.wording import counts, explanation, post_names, row_network
from publer_publish.text import beginning, cut, one_line, plural, visible

_MOST_CARDS = 1_000
_MOST_PROBLEMS = 500
_MOST_ACCOUNTS = 20
_MOST_BLOCKS = 50
_HERE = Path(__file__).parent
_BRANDS = "".join(
    f".n-{key} {{ --brand: {rules.look.accent}; }}\n" for key, rules in NETWORKS.items() if rules.look.accent
)


def page(run: Run, *, pictures: Mapping[str, Picture] | None = None, previewed: Sequence[Result] = ()) -> str:
    """Return the page as HTML. No foreign text can change what it loads and runs: nothing.

    ``previewed``: what would have been sent, of a run that ended before it had results, or the results with
    the newest release in place of placeholders.
    """
    gallery = Gallery(pictures or {})
    release = next((one.shown_with for one in previewed if one.shown_with), "")
    results = tuple(previewed) if release else run.results or tuple(previewed)
    posts = list(_posts(run, results, gallery))
    style = (_HERE / "page.css").read_text(encoding="utf-8") + _BRANDS + gallery.style()
    return _template().render(
        run=run,
        # Markup, because nothing in a style element is unescaped; it holds only our rules and base64.
        style=Markup(style),  # noqa: S704
        policy=_policy(style),
        workspace=one_line(run.workspace, 100),
        counts=counts(results),
        problems=sorted(run.problems, key=lambda problem: list(Severity).index(problem.severity)),
        remarks=_remarks(run.problems),
        is_of_one_status=len({result.status for result in results}) == 1,
        most_problems=_MOST_PROBLEMS,
        posts=posts,
        release=one_line(release, 100),
        is_cut=sum(len(post.cards) for post in posts) >= _MOST_CARDS,
        most_cards=_MOST_CARDS,
    )


def _remarks(problems: Sequence[Problem]) -> str:
    """Return ``2 errors, 1 warning``."""
    tally = Counter(problem.severity for problem in problems)
    return ", ".join(plural(tally[one], one.value) for one in Severity if tally[one])


@cache
def _template() -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined, finalize=_shown)
    environment.globals |= {
        "before_the_fold": head_of,
        "explanation": explanation,
        "poll_of": poll_of,
        "title_of": title_of,
        "usage": usage,
    }
    environment.filters |= {
        "coloured": coloured,
        "in_backticks": in_backticks,
        "initials": initials,
        "is_web_address": is_web_address,
        "one_line": one_line,
        "plural": plural,
    }
    return environment.from_string((_HERE / "page.html.j2").read_text(encoding="utf-8"))


def _shown(value: object) -> object:
    """Return a value as it is written into the page: nothing invisible in it."""
    return value if isinstance(value, Markup) or not isinstance(value, str) else visible(value)


def _policy(style: str) -> str:
    """Nothing is loaded or run; pictures and this one style sheet come along."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii")
    return (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One post and its cards."""

    name: str
    begins: str
    """How its text begins."""
    selectors: tuple[str, ...]
    """Where it goes, as the post says; empty where the accounts are known."""
    status: str
    """The status of all its rows, or how many have which."""
    tone: str
    cards: tuple[Card, ...]


def _posts(run: Run, results: Sequence[Result], gallery: Gallery) -> Iterator[Section]:
    left = _MOST_CARDS
    by_post: dict[tuple[str, int], list[Result]] = {}
    for result in results:
        by_post.setdefault((result.file, result.post), []).append(result)
    names = post_names(results)
    for post, own in by_post.items():
        statuses = {result.status for result in own}
        problems = [problem for problem in run.problems if _belongs(problem, post)]
        drawn = cards(own, problems, gallery, shows_status=len(statuses) > 1)[:left]
        left -= len(drawn)
        yield Section(
            name=names[post],
            begins=next((beginning(one.content.text) for one in own if one.content), ""),
            selectors=tuple(dict.fromkeys(selector for one in own for selector in one.selectors)),
            status=own[0].status.value if len(statuses) == 1 else counts(own),
            tone=_tone(statuses),
            cards=tuple(drawn),
        )
        if left <= 0:
            return


def _belongs(problem: Problem, post: tuple[str, int]) -> bool:
    """Whether a problem's place is in a post."""
    steps = post_steps(problem.where.path)
    return problem.where.file == post[0] and (steps[-1] if steps else 0) == post[1]


_GOOD = frozenset({Status.PUBLISHED, Status.READY, Status.VALID})
_BAD = frozenset({Status.FAILED, Status.INVALID, Status.UNCONFIRMED})


def _tone(statuses: Iterable[Status]) -> str:
    """``bad`` if one is, ``good`` if all are, or empty."""
    found = set(statuses)
    return "bad" if found & _BAD else "good" if found <= _GOOD else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What accounts of one network get, as the network will show it."""

    results: tuple[Result, ...]
    problems: tuple[Problem, ...]
    content: Content | None = None
    accounts_only: str = ""
    """The selector of the only accounts that get it; empty: all of the network."""
    fields: tuple[tuple[str, str], ...] = ()
    """All that is sent beside text and media."""
    frames: tuple[Frame, ...] = ()
    comments: tuple[ShownComment, ...] = ()
    shows_status: bool = True
    """Whether not all rows of the post have the same status."""

    @property
    def first(self) -> Result:
        return self.results[0]

    @property
    def label(self) -> str:
        return row_network(self.first)

    @property
    def owner(self) -> str:
        """Whose post it is: the account, or one of the network."""
        return self.account or ("Any other account" if self.first.is_rest else f"{self.label} account")

    @property
    def account(self) -> str:
        """The name of the account; empty if there are several, or it is not known."""
        names = {result.account_name for result in self.results}
        if len(names) == 1 and self.first.account_name:
            return one_line(self.first.account_name, 80)
        selectors = (self.accounts_only,) if self.accounts_only else self.first.selectors
        name = selectors[0].partition("/")[2] if len(selectors) == 1 else ""
        return one_line(name, 80) if name != "*" else ""

    @property
    def look(self) -> Look:
        return look_of(self.first.network)

    @property
    def style_class(self) -> str:
        """The class of the network's colours; only for a network that we know."""
        return f"n-{self.first.network}" if self.look.accent else ""

    @property
    def status(self) -> str:
        return self.first.status.value if len(self._statuses) == 1 else counts(self.results)

    @property
    def tone(self) -> str:
        return _tone(self._statuses)

    @property
    def _statuses(self) -> set[Status]:
        return {result.status for result in self.results}

    @property
    def reasons(self) -> list[Problem]:
        """Why it is not valid, or has failed: the errors, else what is said of the target."""
        errors = [problem for problem in self.problems if is_error(problem)]
        if self.first.status is not Status.INVALID or any(
            one.message == self.first.message for one in errors
        ):
            return errors
        return [Problem(message=self.first.message), *errors] if self.first.message else errors

    @property
    def remarks(self) -> list[Problem]:
        """Warnings and notices."""
        return [problem for problem in self.problems if not is_error(problem)]

    @property
    def why_nothing(self) -> str:
        """Why there is no content to draw."""
        if self.first.message and not self.reasons:
            return one_line(self.first.message, 1000)
        if self.first.status is Status.SKIPPED:
            return "the post is skipped."
        unknown = "which networks get this post is known only with a key."
        return "nothing to show." if self.first.network else unknown

    @property
    def warning(self) -> str:
        """The content warning that hides a post on Mastodon; empty without one."""
        return string(self._field("spoilerText")) or string(self._field("content_warning"))

    @property
    def first_comment(self) -> str:
        return string(self._field("firstComment"))

    @property
    def blocks(self) -> list[Block]:
        return article(self.content) if self.content else []

    @property
    def link(self) -> LinkCard | None:
        return link_card(self.content) if self.content else None

    @property
    def facts(self) -> list[tuple[str, str]]:
        """What a reader of an event or an offer needs: when, with which coupon, under which terms."""
        details = mapping(self._field("details"))
        rows = [(label, string(details.get(key))) for key, label in _FACTS.items()]
        return [(label, one_line(moment(value), 300)) for label, value in rows if value]

    @property
    def button(self) -> str:
        """The words of the button below a post, and where it leads; empty without one."""
        return button(self.content) if self.content else ""

    def _field(self, name: str) -> Json:
        return self.content.fields.get(name) if self.content else None

    @property
    def accounts(self) -> Sequence[Result]:
        """Every account with something to say of it, but not too many."""
        return self._known[:_MOST_ACCOUNTS]

    @property
    def more_accounts(self) -> int:
        return max(0, len(self._known) - _MOST_ACCOUNTS)

    @property
    def _known(self) -> list[Result]:
        return [
            one
            for one in self.results
            if one.account_name or (one.message and one.content and one.status is not Status.INVALID)
        ]

    @property
    def all_frames(self) -> list[Frame]:
        return [*self.frames, *(frame for comment in self.comments for frame in comment.frames)]


_FACTS = {"start": "Begins", "end": "Ends", "coupon": "Coupon", "terms": "Terms"}


def cards(
    results: Iterable[Result], problems: Sequence[Problem], gallery: Gallery, *, shows_status: bool = True
) -> list[Card]:
    """Return the cards of one post: accounts of one network that get the same share one."""
    groups: dict[object, tuple[Variant | None, list[Result]]] = {}
    for result in results:
        for variant in _variants_or_none(result):
            same: object = id(result)
            if variant:
                content = variant.content
                media = tuple((item.value, item.alt_text) for item in content.media)
                comments = tuple(comment.text for comment in content.comments)
                fields = tuple(sent_fields(content, variant.options))
                same = (result.network, variant.accounts, content.text, media, comments, fields)
            groups.setdefault(same, (variant, []))[1].append(result)
    return [
        _card(tuple(rows), variant, problems, gallery, shows_status=shows_status)
        for variant, rows in groups.values()
    ]


def _variants_or_none(result: Result) -> Sequence[Variant | None]:
    return variants_of(result) or (None,)


def _card(
    results: tuple[Result, ...],
    variant: Variant | None,
    problems: Sequence[Problem],
    gallery: Gallery,
    *,
    shows_status: bool,
) -> Card:
    network, reason = results[0].network, results[0].message
    about = tuple(
        problem
        for problem in problems
        if network and (_is_about(problem, network) or problem.message == reason)
    )
    if variant is None:
        return Card(results=results, problems=about, shows_status=shows_status)
    content = variant.content
    return Card(
        results=results,
        problems=about,
        content=content,
        accounts_only=variant.accounts,
        fields=tuple(sent_fields(content, variant.options)),
        frames=gallery.frames(content.media),
        comments=tuple(_comment(comment, gallery) for comment in content.comments),
        shows_status=shows_status,
    )


def _is_about(problem: Problem, network: str) -> bool:
    """Whether a problem is in a network's own part of the post."""
    steps = pairwise(problem.where.path)
    return any(step == "networks" and canonical(str(key)) == network for step, key in steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownComment:
    """A comment below a post, or a further post of a thread."""

    text: str
    delay: str
    """For people; empty: at once."""
    frames: tuple[Frame, ...]


def _comment(comment: Comment, gallery: Gallery) -> ShownComment:
    delay = mapping(comment.fields.get("delay"))
    after = f"{delay.get('duration')} {delay.get('unit')} later" if delay else ""
    return ShownComment(text=comment.text, delay=one_line(after, 60), frames=gallery.frames(comment.media))


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkCard:
    """The card that a network makes of a link. Nothing is fetched: only what the post says is known."""

    domain: str
    title: str
    description: str


def link_card(content: Content) -> LinkCard | None:
    """Return the card of a post's link; None if the network shows none."""
    link = mapping(content.fields.get("link"))
    address = link_of(content) or string(link.get("url"))
    if not address or content.media or content.type in {"poll", "article", "event", "offer"}:
        return None
    return LinkCard(
        domain=domain(address),
        title=one_line(string(link.get("title")), 200),
        description=one_line(string(link.get("description")), 300),
    )


def domain(address: str) -> str:
    """Return the host of an address, as a link's card shows it; the address itself if it has none."""
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        host = ""
    return cut(one_line(host or address, 200).removeprefix("www."), 80)


def moment(written: str) -> str:
    """Return a date and time as people write it; anything else as it is."""
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        return written
    return f"{at.day} {at:%B %Y, %H:%M}{f' ({at.tzname()})' if at.tzinfo else ''}"


def button(content: Content) -> str:
    """Return the words of the button below a post, and where it leads; empty without one."""
    fields = content.fields
    cta, link = mapping(fields.get("cta")), mapping(fields.get("link"))
    words = string(cta.get("type")) or string(link.get("call_to_action"))
    url = string(cta.get("url")) or string(link.get("url"))
    if url_is_button(content):
        words, url = words or string(fields.get("title")), url or string(fields.get("url"))
    if not words or words == "NO_BUTTON":
        return ""
    shown = words.replace("_", " ").capitalize() if words.isupper() else words
    return one_line(f"{shown} → {domain(url)}" if url else shown, 120)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A part of an article."""

    kind: str
    """``heading``, ``list``, ``code``, ``quote`` or ``text``."""
    text: str
    items: tuple[str, ...] = ()


_KINDS = {"header": "heading", "heading": "heading", "list": "list", "code": "code", "quote": "quote"}


def article(content: Content) -> list[Block]:
    """Return the excerpt and the blocks of an article."""
    fields = content.fields
    excerpt, body = string(fields.get("excerpt")), fields.get("content")
    blocks = [Block(kind="quote", text=excerpt)] if excerpt else []
    if isinstance(body, str) and body:
        blocks.append(Block(kind="text", text=body))
    for part in body[:_MOST_BLOCKS] if isinstance(body, list) else ():
        data = mapping(mapping(part).get("data"))
        items = data.get("items")
        listed = tuple(one for one in items if isinstance(one, str)) if isinstance(items, list) else ()
        text = "\n".join(filter(None, (string(data.get("text")), string(data.get("code")))))
        kind = _KINDS.get(string(mapping(part).get("type")), "list" if listed else "text")
        if text or listed:
            blocks.append(Block(kind=kind, text=text, items=listed))
    if isinstance(body, list) and len(body) > _MOST_BLOCKS:
        left = plural(len(body) - _MOST_BLOCKS, "more block")
        blocks.append(Block(kind="text", text=f"… and {left}, listed under all fields"))
    return blocks


def mapping(value: Json) -> Mapping[str, Any]:
    """Return an object, or an empty one in place of anything else."""
    return value if isinstance(value, Mapping) else {}


def string(value: Json) -> str:
    """Return a text, or an empty one in place of anything else."""
    return value if isinstance(value, str) else ""


def initials(name: str) -> str:
    """Return what is drawn instead of an account's picture: ``AI`` for Acme Inc."""
    words = [word for word in re.split(r"[\W_]+", name) if word]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "•"


def is_web_address(url: str | None) -> bool:
    """Whether a click on it can only ever open a web page."""
    return bool(url) and (url or "").startswith(("https://", "http://"))


# A part of a word is no tag: `C#`, `a@b.example`, `page#top`.
_COLOURED = re.compile(rf"({LINK.pattern}|(?<![\w/&])[#@]\w[\w.@-]*\w)", re.IGNORECASE)


def coloured(text: str) -> list[tuple[str, bool]]:
    """Return the pieces of a text, and whether each is a link, a mention or a tag."""
    return [(piece, number % 2 == 1) for number, piece in enumerate(_COLOURED.split(text)) if piece]


def in_backticks(text: str) -> list[str]:
    """Return the pieces of a message: every second one was in backticks. One piece if they do not pair."""
    pieces = text.split("`")
    return pieces if len(pieces) % 2 else [text]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One media item as a card draws it: the picture, or a box with what is known of it."""

    kind: str
    name: str
    about: str
    fields: tuple[tuple[str, str], ...]
    """What is sent with it beside its file and alternative text."""
    origin: str
    """Where it is, if nothing else is known of it."""
    alt: str
    style_class: str = ""
    """The class whose rule has the picture's bytes; empty: there is only a box."""
    shape: str = ""
    """An empty image of the same shape; the style sheet puts the picture behind it."""
    width: int = 0
    height: int = 0


_ORIGINS = {MediaSource.URL: "not loaded: at an address of its own", MediaSource.ID: "in Publer's library"}


class Gallery:
    """Makes frames of media items, and embeds each picture once, however many cards show it."""

    def __init__(self, pictures: Mapping[str, Picture]) -> None:
        """``pictures``: by the path as written in the post file."""
        self._pictures = pictures
        self._classes = {
            path: f"p{number}" for number, path in enumerate(pictures, start=1) if pictures[path].data
        }

    def style(self) -> str:
        """Return the rules that carry the pictures' bytes."""
        return "".join(
            f".{name}{{background-image:url(data:{self._pictures[path].mime};base64,"
            f"{base64.b64encode(self._pictures[path].data).decode('ascii')})}}\n"
            for path, name in self._classes.items()
        )

    def frames(self, items: Iterable[Media]) -> tuple[Frame, ...]:
        """Return a frame for each item."""
        return tuple(map(self._frame, items))

    def _frame(self, media: Media) -> Frame:
        known = self._known(media)
        kind = known.kind if known else _kind_by_name(media)
        frame = partial(
            Frame,
            kind=kind,
            name=_name(media),
            about=known.about if known else one_line(media.about, 200),
            fields=tuple(media_fields(media)),
            origin=_ORIGINS.get(media.source, ""),
            alt=one_line(media.alt_text, 2000),
        )
        poster = media.thumbnail if kind == "video" and isinstance(media.thumbnail, Media) else media
        picture = self._known(poster)
        if picture is None or poster.value not in self._classes:
            return frame()
        width, height = picture.width or 4, picture.height or 3
        shape = f"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}'/>"
        return frame(
            style_class=self._classes[poster.value],
            shape=f"data:image/svg+xml;base64,{base64.b64encode(shape.encode()).decode('ascii')}",
            width=width,
            height=height,
        )

    def _known(self, media: Media) -> Picture | None:
        return self._pictures.get(media.value) if media.source is MediaSource.FILE else None


def _name(media: Media) -> str:
    last = media.value.rstrip("/").rpartition("/")[2] if media.source is MediaSource.FILE else media.value
    return one_line(last or media.value, 120)


def _kind_by_name(media: Media) -> str:
    path = media.value.partition("?")[0].lower()
    for kind, endings in (("video", (".mp4", ".mov", ".webm", ".avi")), ("document", (".pdf",))):
        if path.endswith(endings):
            return kind
    return "photo"
