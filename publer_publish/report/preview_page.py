"""The preview page: every post with a card for each network, as one HTML file that loads and runs nothing.

``page.html.j2`` draws it; this module prepares what it draws.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from publer_publish.errors import Problem, Severity, is_error
from publer_publish.networks.table import NETWORKS, canonical, look_of
from publer_publish.post.model import Comment, Content, Json, Media, MediaSource, post_steps
from publer_publish.report.preview import (
    LINK,
    Preview,
    head_of,
    link_of,
    media_fields,
    poll_of,
    previews,
    title_of,
    url_is_button,
    usage,
    variants_of,
)
from publer_publish.report.values import Picture, Result, Run, Status
from publer_publish.report.wording import counts, explanation, post_names, row_network
from publer_publish.text import beginning, cut, one_line, plural, visible

_MOST_CARDS = 1_000
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
    posts = list(_sections(run, results, gallery))
    style = (_HERE / "page.css").read_text(encoding="utf-8") + _BRANDS + gallery.style()
    tally = Counter(problem.severity for problem in run.problems)
    return _template().render(
        run=run,
        # Markup, because nothing in a style element is unescaped; it holds only our rules and base64.
        style=Markup(style),  # noqa: S704
        policy=_policy(style),
        results=results,
        problems=sorted(run.problems, key=lambda problem: list(Severity).index(problem.severity)),
        remarks=", ".join(plural(tally[one], one.value) for one in Severity if tally[one]),
        posts=posts,
        release=release,
        most_cards=_MOST_CARDS if sum(len(post.cards) for post in posts) >= _MOST_CARDS else 0,
    )


@cache
def _template() -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined, finalize=_shown)
    functions = (
        *(account_of, article, button, counts, explanation, event_facts, head_of, is_mixed, link_of, listed),
        *(look_of, poll_of, reasons, row_network, text_of, title_of, tone, usage),
    )
    environment.globals |= {function.__name__: function for function in functions}
    filters = (coloured, delay, domain, in_backticks, initials, is_web_address, one_line, plural)
    environment.filters |= {function.__name__: function for function in filters}
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


class Card(NamedTuple):
    """What accounts of one network get, as the network will show it."""

    results: tuple[Result, ...]
    problems: list[Problem]
    preview: Preview | None = None
    """None if there is nothing to draw."""
    frames: tuple[Frame, ...] = ()
    comments: tuple[tuple[Comment, tuple[Frame, ...]], ...] = ()

    @property
    def all_frames(self) -> list[Frame]:
        return [*self.frames, *(frame for _, frames in self.comments for frame in frames)]


class Section(NamedTuple):
    """One post and its cards."""

    name: str
    begins: str
    """How its text begins."""
    results: Sequence[Result]
    selectors: tuple[str, ...]
    """Where it goes, as the post says; empty where the accounts are known."""
    cards: Sequence[Card]


def _sections(run: Run, results: Sequence[Result], gallery: Gallery) -> Iterator[Section]:
    rows: dict[tuple[str, int | str], list[Result]] = defaultdict(list)
    problems: dict[tuple[str, int | str], list[Problem]] = defaultdict(list)
    for result in results:
        rows[result.file, result.post].append(result)
    for problem in run.problems:
        steps = post_steps(problem.where.path)
        problems[problem.where.file, steps[-1] if steps else 0].append(problem)
    names = post_names(results)
    left = _MOST_CARDS
    for post, own in rows.items():
        cards = list(_cards(own, problems[post], gallery))[:left]
        left -= len(cards)
        yield Section(
            name=names[own[0].file, own[0].post],
            begins=next((beginning(one.content.text) for one in own if one.content), ""),
            results=own,
            selectors=tuple(dict.fromkeys(selector for one in own for selector in one.selectors)),
            cards=cards,
        )
        if left <= 0:
            return


def _cards(own: Sequence[Result], problems: Sequence[Problem], gallery: Gallery) -> Iterator[Card]:
    """Yield the cards of one post: accounts of one network that get the same share one."""
    for preview in previews(own, by_network=True):
        content = preview.content
        yield Card(
            results=preview.results,
            problems=_about(preview.results[0], problems),
            preview=preview,
            frames=gallery.frames(content.media),
            comments=tuple((comment, gallery.frames(comment.media)) for comment in content.comments),
        )
    for result in own:
        if not variants_of(result):
            yield Card(results=(result,), problems=_about(result, problems))


def _about(result: Result, problems: Sequence[Problem]) -> list[Problem]:
    """Return the problems of a post that are in the part of a row's network, or are the row's own."""
    return [
        problem
        for problem in problems
        if result.network
        and (
            problem.message == result.message
            or any(
                step == "networks" and canonical(str(key)) == result.network
                for step, key in pairwise(problem.where.path)
            )
        )
    ]


def is_mixed(results: Sequence[Result]) -> bool:
    """Whether not all rows have the same status."""
    return len({result.status for result in results}) > 1


def tone(results: Iterable[Result]) -> str:
    """``bad`` if one is, ``good`` if all are, or empty."""
    found = {result.status for result in results}
    if found & {Status.FAILED, Status.INVALID, Status.UNCONFIRMED}:
        return "bad"
    return "good" if found <= {Status.PUBLISHED, Status.READY, Status.VALID} else ""


def account_of(card: Card) -> str:
    """Return the name of the account; empty if there are several, or it is not known."""
    first = card.results[0]
    if first.account_name and len({result.account_name for result in card.results}) == 1:
        return one_line(first.account_name, 80)
    only = card.preview.accounts if card.preview else ""
    selectors = (only,) if only else first.selectors
    name = selectors[0].partition("/")[2] if len(selectors) == 1 else ""
    return one_line(name, 80) if name != "*" else ""


def reasons(card: Card) -> list[Problem]:
    """Why it is not valid, or has failed: the errors, else what is said of the target."""
    errors, first = [problem for problem in card.problems if is_error(problem)], card.results[0]
    is_said = first.status is not Status.INVALID or any(one.message == first.message for one in errors)
    return errors if is_said or not first.message else [Problem(message=first.message), *errors]


def listed(card: Card) -> list[Result]:
    """Every account with something to say of it."""
    return [
        one
        for one in card.results
        if one.account_name or (one.message and one.content and one.status is not Status.INVALID)
    ]


def text_of(fields: Json, *names: str) -> str:
    """Return the first of these fields that is a text; empty if none is."""
    found = (_mapping(fields).get(name) for name in names)
    return next((value for value in found if isinstance(value, str) and value), "")


def _mapping(value: Json) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def delay(comment: Comment) -> str:
    """Return how long after the post a comment comes, for people; empty: at once."""
    after = _mapping(comment.fields.get("delay"))
    return one_line(f"{after.get('duration')} {after.get('unit')} later", 60) if after else ""


def domain(address: str) -> str:
    """Return the host of an address, as a link's card shows it; the address itself if it has none."""
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        host = ""
    return cut(one_line(host or address, 200).removeprefix("www."), 80)


def event_facts(content: Content) -> list[tuple[str, str]]:
    """What a reader of an event or an offer needs: when, with which coupon, under which terms."""
    details = content.fields.get("details")
    labels = {"start": "Begins", "end": "Ends", "coupon": "Coupon", "terms": "Terms"}
    rows = ((label, text_of(details, key)) for key, label in labels.items())
    return [(label, one_line(_moment(value), 300)) for label, value in rows if value]


def _moment(written: str) -> str:
    """Return a date and time as people write it; anything else as it is."""
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        return written
    return f"{at.day} {at:%B %Y, %H:%M}{f' ({at.tzname()})' if at.tzinfo else ''}"


def button(content: Content) -> str:
    """Return the words of the button below a post, and where it leads; empty without one."""
    fields = content.fields
    cta, link = fields.get("cta"), fields.get("link")
    own = fields if url_is_button(content) else {}
    words = text_of(cta, "type") or text_of(link, "call_to_action") or text_of(own, "title")
    url = text_of(cta, "url") or text_of(link, "url") or text_of(own, "url")
    if not words or words == "NO_BUTTON":
        return ""
    shown = words.replace("_", " ").capitalize() if words.isupper() else words
    return one_line(f"{shown} → {domain(url)}" if url else shown, 120)


def article(content: Content) -> list[tuple[str, str, list[str]]]:
    """Return the excerpt and the blocks of an article: kind, text and items of each."""
    excerpt, body = text_of(content.fields, "excerpt"), content.fields.get("content")
    blocks: list[tuple[str, str, list[str]]] = [("quote", excerpt, [])]
    for part in body if isinstance(body, list) else [{"data": {"text": body}}]:
        data = _mapping(_mapping(part).get("data"))
        items = data.get("items")
        texts = [one for one in items if isinstance(one, str)] if isinstance(items, list) else []
        blocks.append((text_of(part, "type"), text_of(data, "text", "code"), texts))
    return [(kind, text, items) for kind, text, items in blocks if text or items]


def initials(name: str) -> str:
    """Return what is drawn instead of an account's picture: ``AI`` for Acme Inc."""
    words = [word for word in re.split(r"[\W_]+", name) if word]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "•"


def is_web_address(url: str | None) -> bool:
    """Whether a click on it can only ever open a web page."""
    return bool(url) and (url or "").startswith(("https://", "http://"))


# A part of a word is no tag: `C#`, `a@b.example`, `page#top`.
_COLOURED = rf"(?i)({LINK.pattern}|(?<![\w/&])[#@]\w[\w.@-]*\w)"


def coloured(text: str) -> list[tuple[str, bool]]:
    """Return the pieces of a text, and whether each is a link, a mention or a tag."""
    return [(piece, number % 2 == 1) for number, piece in enumerate(re.split(_COLOURED, text)) if piece]


def in_backticks(text: str) -> list[str]:
    """Return the pieces of a message: every second one was in backticks. One piece if they do not pair."""
    pieces = text.split("`")
    return pieces if len(pieces) % 2 else [text]


class Frame(NamedTuple):
    """One media item as a card draws it: the picture, or a box with what is known of it."""

    kind: str
    name: str
    about: str
    fields: list[tuple[str, str]]
    """What is sent with it beside its file and alternative text."""
    alt: str
    style_class: str = ""
    """The class whose rule has the picture's bytes; empty: there is only a box."""
    shape: str = ""
    """An empty image of the same shape; the style sheet puts the picture behind it."""
    width: int = 0
    height: int = 0


_NOTHING_KNOWN = {
    MediaSource.URL: "not loaded: at an address of its own",
    MediaSource.ID: "in Publer's library",
}
_VIDEO = r"(?i)\.(?:mp4|mov|webm|avi)(?:\?|\Z)"


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
        is_video = known.kind == "video" if known else bool(re.search(_VIDEO, media.value))
        about = known.about if known else media.about or _NOTHING_KNOWN.get(media.source, "")
        path = media.value.rstrip("/").rpartition("/")[2] if media.source is MediaSource.FILE else ""
        frame = Frame(
            kind=known.kind if known else "video" if is_video else "photo",
            name=one_line(path or media.value, 120),
            about=one_line(about, 200),
            fields=media_fields(media),
            alt=one_line(media.alt_text, 2000),
        )
        poster = media.thumbnail if is_video and isinstance(media.thumbnail, Media) else media
        picture = self._known(poster)
        if picture is None or poster.value not in self._classes:
            return frame
        width, height = picture.width or 4, picture.height or 3
        shape = f"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}'/>"
        return frame._replace(
            style_class=self._classes[poster.value],
            shape=f"data:image/svg+xml;base64,{base64.b64encode(shape.encode()).decode('ascii')}",
            width=width,
            height=height,
        )

    def _known(self, media: Media) -> Picture | None:
        return self._pictures.get(media.value) if media.source is MediaSource.FILE else None
