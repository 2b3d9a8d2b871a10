"""The preview page: every post with a card for each network, as one HTML file that loads and runs nothing.

``page.html.j2`` draws it; this module prepares what it draws.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from publer_publish.errors import Problem, Severity
from publer_publish.networks.table import NETWORKS, Look, canonical, look_of
from publer_publish.post.model import Comment, Content, Json, Media, MediaSource, post_steps
from publer_publish.report.preview import LINK, head_of, link_of, poll_of, title_of, usage
from publer_publish.report.values import Picture, Result, Run, Status
from publer_publish.report.wording import counts, network_label, post_names, status_words
from publer_publish.text import cut, one_line, plural, visible

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

    ``previewed``: what would have been sent, of a run that ended before it had results.
    """
    gallery = Gallery(pictures or {})
    results = run.results or tuple(previewed)
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
        most_problems=_MOST_PROBLEMS,
        posts=posts,
        is_cut=sum(len(post.cards) for post in posts) >= _MOST_CARDS,
        most_cards=_MOST_CARDS,
    )


@cache
def _template() -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined, finalize=_shown)
    environment.globals |= {
        "before_the_fold": head_of,
        "poll_of": poll_of,
        "status_words": status_words,
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
    cards: tuple[Card, ...]


def _posts(run: Run, results: Sequence[Result], gallery: Gallery) -> Iterator[Section]:
    left = _MOST_CARDS
    for post, name in post_names(results).items():
        own = [result for result in results if (result.file, result.post) == post]
        drawn = cards(own, [problem for problem in run.problems if _belongs(problem, post)], gallery)[:left]
        left -= len(drawn)
        yield Section(name=name, cards=tuple(drawn))
        if left <= 0:
            return


def _belongs(problem: Problem, post: tuple[str, int]) -> bool:
    """Whether a problem's place is in a post."""
    steps = post_steps(problem.where.path)
    return problem.where.file == post[0] and (steps[-1] if steps else 0) == post[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A content as its network will show it, and every account that gets exactly this."""

    results: tuple[Result, ...]
    problems: tuple[Problem, ...]
    frames: tuple[Frame, ...] = ()
    comments: tuple[ShownComment, ...] = ()

    @property
    def first(self) -> Result:
        return self.results[0]

    @property
    def content(self) -> Content | None:
        return self.first.content

    @property
    def label(self) -> str:
        return network_label(self.first.network)

    @property
    def look(self) -> Look:
        return look_of(self.first.network)

    @property
    def style_class(self) -> str:
        """The class of the network's colours; only for a network that we know."""
        return f"n-{self.first.network}" if self.look.accent else ""

    @property
    def status(self) -> str:
        return self.first.status.value if self._is_of_one_status else "mixed, see below"

    @property
    def tone(self) -> str:
        """``good``, ``bad``, or empty for what is neither."""
        return _TONES.get(self.first.status, "") if self._is_of_one_status else "bad"

    @property
    def _is_of_one_status(self) -> bool:
        return len({result.status for result in self.results}) == 1

    @property
    def why_nothing(self) -> str:
        """Why there is no content to draw."""
        if message := one_line(self.first.message, 1000):
            return message
        if self.first.status is Status.SKIPPED:
            return "the post is skipped."
        unknown = "which networks get this post is known only with a key."
        return "nothing to show." if self.first.network else unknown

    @property
    def warning(self) -> str:
        """The content warning that hides a post on Mastodon; empty without one."""
        fields = self.content.fields if self.content else {}
        return string(fields.get("spoilerText")) or string(fields.get("content_warning"))

    @property
    def article(self) -> str:
        return article(self.content) if self.content else ""

    @property
    def link(self) -> LinkCard | None:
        return link_card(self.content) if self.content else None

    @property
    def accounts(self) -> Sequence[Result]:
        """Every account with something to say of it, but not too many."""
        return self._known[:_MOST_ACCOUNTS]

    @property
    def more_accounts(self) -> int:
        return max(0, len(self._known) - _MOST_ACCOUNTS)

    @property
    def _known(self) -> list[Result]:
        return [one for one in self.results if one.account_name or (one.message and one.content)]

    @property
    def all_frames(self) -> list[Frame]:
        return [*self.frames, *(frame for comment in self.comments for frame in comment.frames)]

    @property
    def further(self) -> list[tuple[str, str]]:
        return further_fields(self.content) if self.content else []

    @property
    def has_notes(self) -> bool:
        parts = (self.accounts, self.all_frames, self.further, self.problems)
        return self.first.length is not None or any(parts)


_TONES = {
    Status.PUBLISHED: "good",
    Status.VALID: "good",
    Status.FAILED: "bad",
    Status.INVALID: "bad",
}


def cards(results: Iterable[Result], problems: Sequence[Problem], gallery: Gallery) -> list[Card]:
    """Return the cards of one post: accounts of one network that get the same share one."""
    groups: dict[object, list[Result]] = {}
    for result in results:
        content = result.content
        same: object = id(result)
        if content:
            media = tuple((item.value, item.alt_text) for item in content.media)
            comments = tuple(comment.text for comment in content.comments)
            same = (result.network, content.text, content.type, media, comments, repr(content.fields))
        groups.setdefault(same, []).append(result)
    return [_card(tuple(group), problems, gallery) for group in groups.values()]


def _card(results: tuple[Result, ...], problems: Sequence[Problem], gallery: Gallery) -> Card:
    content, network = results[0].content, results[0].network
    about = tuple(problem for problem in problems if network and _is_about(problem, network))
    if content is None:
        return Card(results=results, problems=about)
    return Card(
        results=results,
        problems=about,
        frames=gallery.frames(content.media),
        comments=tuple(_comment(comment, gallery) for comment in content.comments),
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


def article(content: Content) -> str:
    """Return the excerpt and the blocks of an article as plain paragraphs."""
    lines = [string(content.fields.get("excerpt"))]
    blocks = content.fields.get("content")
    if isinstance(blocks, str):
        lines.append(blocks)
    for block in blocks[:_MOST_BLOCKS] if isinstance(blocks, list) else ():
        data = mapping(mapping(block).get("data"))
        items = data.get("items")
        lines += [string(data.get("text")), string(data.get("code"))]
        lines += [f"• {item}" for item in items if isinstance(item, str)] if isinstance(items, list) else []
    return "\n\n".join(line for line in lines if line)


_DRAWN = frozenset(
    {"title", "url", "link", "options", "question", "duration", "excerpt", "content"}
    | {"spoilerText", "content_warning", "firstComment"}
)


def further_fields(content: Content) -> list[tuple[str, str]]:
    """Return every other field that is sent, by name: nothing goes out unseen."""
    rows = [(key, value) for key, value in content.fields.items() if key not in _DRAWN]
    rows += [(f"extra.{key}", value) for key, value in content.extra.items()]
    return [(one_line(key, 100), _value(value)) for key, value in rows]


def mapping(value: Json) -> Mapping[str, Any]:
    """Return an object, or an empty one in place of anything else."""
    return value if isinstance(value, Mapping) else {}


def string(value: Json) -> str:
    """Return a text, or an empty one in place of anything else."""
    return value if isinstance(value, str) else ""


def _value(value: Json) -> str:
    if isinstance(value, str):
        return one_line(value, 500)
    return one_line(json.dumps(value, ensure_ascii=False, default=str), 500)


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
