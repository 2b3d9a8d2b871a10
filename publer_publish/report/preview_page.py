"""The whole page: headline, problems, and every post with a card for each network."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from publer_publish.errors import Problem, Severity
from publer_publish.networks.table import NETWORKS, Fold, Look, fold_of, look_of
from publer_publish.post.model import Comment, Content, Json, Media, MediaSource, post_steps
from publer_publish.report.preview import LINK, before_the_fold, link_of, poll_of, title_of, usage
from publer_publish.report.values import Picture, Result, Run, Status
from publer_publish.report.wording import counts, network_label, post_names, status_words
from publer_publish.text import cut, one_line, plural, visible

_MOST_CARDS = 1_000
_MOST_PROBLEMS = 500
_STYLE = Path(__file__).with_name("page.css")
_ACCENTS = "".join(
    f".n-{key} {{ --accent: {rules.look.accent}; }}\n" for key, rules in NETWORKS.items() if rules.look.accent
)


def page(
    run: Run,
    *,
    pictures: Pictures | None = None,
    previewed: Sequence[Result] = (),
) -> str:
    """Return the page as HTML. It loads nothing, runs nothing, and no foreign text can change that.

    ``previewed``: what would have been sent, of a run that ended before it had results.
    """
    gallery = Gallery(pictures or {})
    results = run.results or tuple(previewed)
    style = _STYLE.read_text(encoding="utf-8") + _ACCENTS + gallery.style()
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_policy(style)),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", f"{_title(run)} - preview"),
        # Raw, because nothing in a style element is unescaped; it holds only our rules and base64.
        tag("style", Html(style)),
    )
    body = tag(
        "body",
        _header(run, results),
        tag("main", _problems(run), *_posts(run, results, gallery)),
        tag(
            "footer",
            "Drawn by publer-publish from the post files. The networks decide what a post really looks like; "
            "where a feed cuts a text is approximate.",
        ),
    )
    return f"<!DOCTYPE html>\n{tag('html', head, body, lang='en')}\n"


def _policy(style: str) -> str:
    """Nothing is loaded or run; pictures and this one style sheet come along."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii")
    return (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )


def _title(run: Run) -> str:
    return one_line(run.headline, 100) or run.outcome.value.capitalize()


def _header(run: Run, results: Sequence[Result]) -> Html:
    facts = " · ".join(
        filter(
            None,
            (one_line(run.workspace, 100) and f"Workspace {one_line(run.workspace, 100)}", counts(results)),
        )
    )
    return tag(
        "header",
        tag("p", run.outcome.value, class_=f"outcome {'bad' if run.failed else 'good'}"),
        tag("h1", one_line(run.headline, 1000)),
        tag("p", one_line(run.hint, 1000)) if run.hint else None,
        tag("p", facts, class_="small") if facts else None,
    )


def _problems(run: Run) -> Html | None:
    """Everything wrong or worth knowing; errors first."""
    order = list(Severity)
    found = sorted(run.problems, key=lambda problem: order.index(problem.severity))
    if not found:
        return None
    left = len(found) - _MOST_PROBLEMS
    return tag(
        "section",
        tag("h2", plural(len(found), "remark"), id="remarks"),
        problem_list(found[:_MOST_PROBLEMS]),
        tag("p", f"… and {left:,} more in the log.") if left > 0 else None,
        aria_labelledby="remarks",
    )


def _posts(run: Run, results: Sequence[Result], gallery: Gallery) -> Iterator[Html]:
    names = post_names(results)
    left = _MOST_CARDS
    for number, (post, name) in enumerate(names.items(), start=1):
        own = [result for result in results if (result.file, result.post) == post]
        drawn = cards(own, [problem for problem in run.problems if _belongs(problem, post)])[:left]
        left -= len(drawn)
        yield tag(
            "section",
            tag("h2", name, id=f"post-{number}"),
            tag(
                "div",
                *(draw(card, gallery, f"post-{number}-{place}") for place, card in enumerate(drawn, start=1)),
                class_="cards",
            ),
            aria_labelledby=f"post-{number}",
        )
        if left <= 0:
            yield join(tag("p", f"No more than {_MOST_CARDS:,} cards are drawn."))
            return


def _belongs(problem: Problem, post: tuple[str, int]) -> bool:
    """Whether a problem's place lies in a post."""
    steps = post_steps(problem.where.path)
    return problem.where.file == post[0] and (steps[-1] if steps else 0) == post[1]


_TONES = {
    Status.PUBLISHED: "good",
    Status.VALID: "good",
    Status.FAILED: "bad",
    Status.INVALID: "bad",
}
_MOST_ACCOUNTS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A content, and every account that gets exactly this."""

    results: tuple[Result, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def content(self) -> Content | None:
        return self.results[0].content


def cards(results: Iterable[Result], problems: Sequence[Problem]) -> list[Card]:
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
    return [
        Card(results=tuple(group), problems=tuple(_about(group[0].network, problems)))
        for group in groups.values()
    ]


def _about(network: str | None, problems: Sequence[Problem]) -> Iterable[Problem]:
    """Choose the problems of a network's own part of the post."""
    return (
        problem for problem in problems if network and ("networks", network) in pairwise(problem.where.path)
    )


def draw(card: Card, gallery: Gallery, name: str) -> Html:
    """Return a card. ``name``: unique on the page."""
    first = card.results[0]
    label = network_label(first.network)
    content = card.content
    body = (
        _frame(content, first, gallery)
        if content
        else tag(
            "p", "No preview: " + (one_line(first.message, 1000) or _why_nothing(first)), class_="nothing"
        )
    )
    return tag(
        "article",
        tag("h3", tag("span", label, class_="network"), _status(card.results), id=name),
        body,
        _notes(card, gallery),
        class_=f"card n-{first.network}" if look_of(first.network).accent else "card",
        aria_labelledby=name,
    )


def _why_nothing(result: Result) -> str:
    if result.status is Status.SKIPPED:
        return "the post is skipped."
    return (
        "which networks get this post is known only with a key." if not result.network else "nothing to show."
    )


def _status(results: Sequence[Result]) -> Html:
    statuses = {result.status for result in results}
    if len(statuses) > 1:
        return tag("span", "mixed, see below", class_="status bad")
    status = results[0].status
    return tag("span", status.value, class_=f"status {_TONES.get(status, '')}".rstrip())


def _frame(content: Content, result: Result, gallery: Gallery) -> Html:
    """The part that imitates the network."""
    manner = look_of(content.network)
    heading = title(content)
    inside = [
        heading if content.type != "document" else None,
        article(content),
        shown_text(content.text, fold_of(content.network)),
        poll(content),
        link_card(content),
    ]
    media = gallery.album(content.media, strip=manner.strip)
    inside = (
        [media, *inside]
        if manner.media_first
        else [*inside, media, heading if content.type == "document" else None]
    )
    body = tag("div", *inside, class_="body")
    hidden = warning(content)
    if hidden:
        body = tag("details", tag("summary", foreign_text(hidden), " ", tag("b", "Show more")), body)
    return tag(
        "div",
        _card_header(result, manner),
        body,
        tag("p", *_spread(manner.actions), class_="actions", aria_hidden="true") if manner.actions else None,
        *_comments(content, result, manner, gallery),
        class_="post",
    )


def _card_header(result: Result, manner: Look, subtitle: str = "") -> Html:
    name = one_line(result.account_name or "", 80)
    subtitle = subtitle or manner.subtitle
    return tag(
        "div",
        tag(
            "span",
            (name or "•")[:1].upper(),
            class_="avatar square" if manner.square else "avatar",
            aria_hidden="true",
        ),
        tag(
            "span",
            foreign(name, "b") if name else tag("b", "Your account"),
            tag("span", subtitle, class_="small") if subtitle else None,
            class_="who",
        ),
        class_="head",
    )


def _comments(content: Content, result: Result, manner: Look, gallery: Gallery) -> list[Html]:
    """Further posts of a thread, or comments below the post."""
    drawn = [_comment(comment, result, manner, gallery) for comment in content.comments]
    own = string(content.fields.get("firstComment"))
    if own:
        drawn.append(tag("div", tag("b", "First comment"), foreign_text(own), class_="comment"))
    return drawn


def _comment(comment: Comment, result: Result, manner: Look, gallery: Gallery) -> Html:
    delay = mapping(comment.fields.get("delay"))
    after = f"{delay.get('duration')} {delay.get('unit')} later" if delay else ""
    said = (shown_text(comment.text), gallery.album(comment.media))
    if manner.thread:
        return tag("div", _card_header(result, manner, one_line(after, 60)), *said, class_="comment thread")
    return tag("div", tag("b", f"Comment {after}".rstrip()), *said, class_="comment")


def _spread(words: Sequence[str]) -> list[Html]:
    return [tag("span", word) for word in words]


def _notes(card: Card, gallery: Gallery) -> Html | None:
    content, first = card.content, card.results[0]
    inside: list[Html | None] = [_counter(first), _accounts(card.results)]
    if content:
        media = [*content.media, *(item for comment in content.comments for item in comment.media)]
        facts = gallery.facts(media)
        inside += [tag("ul", *facts, class_="facts") if facts else None, further_fields(content)]
    inside.append(problem_list(card.problems))
    return tag("div", *inside, class_="notes") if any(inside) else None


def _counter(result: Result) -> Html | None:
    if result.length is None:
        return None
    used = f"{usage(result.length, result.limit)} characters"
    if result.limit is None:
        return tag("p", used, class_="counter")
    over = result.length - result.limit
    # A browser draws what lies above `high` as bad, as long as less is better.
    bounds = {"low": str(result.limit), "high": str(result.limit), "optimum": "0"}
    meter = tag(
        "meter",
        used,
        min="0",
        max=str(max(result.limit, result.length, 1)),
        value=str(result.length),
        aria_label="Characters used",
        **bounds,
    )
    more = tag("b", f" · {over:,} too many", class_="missing") if over > 0 else None
    return tag("p", meter, " ", used, more, class_="counter")


def _accounts(results: Sequence[Result]) -> Html | None:
    """Every account with its status, its reason and the link to the live post."""
    known = [result for result in results if result.account_name or (result.message and result.content)]
    if not known:
        return None
    rows = [tag("li", *_account(result)) for result in known[:_MOST_ACCOUNTS]]
    left = len(known) - _MOST_ACCOUNTS
    return tag("ul", *rows, tag("li", f"and {left:,} more") if left > 0 else None, class_="accounts")


def _account(result: Result) -> list[Html | str | None]:
    name = one_line(result.account_name or result.account_id or "", 80)
    return [
        join(foreign(name, "b"), ": ") if name else None,
        status_words(result),
        join(" · ", tag("a", "view post", href=result.url, rel="noreferrer noopener"))
        if is_web_address(result.url)
        else None,
        join(" · ", prose(one_line(result.message, 1000))) if result.message else None,
    ]


def is_web_address(url: str | None) -> bool:
    """Whether a click on it can only ever open a web page."""
    return bool(url) and (url or "").startswith(("https://", "http://"))


def problem_list(problems: Sequence[Problem]) -> Html | None:
    """Return problems as a list: how bad, where, what, and what to change."""
    if not problems:
        return None
    return tag("ul", *map(_problem, problems), class_="problems")


def _problem(problem: Problem) -> Html:
    where = one_line(str(problem.where), 300)
    return tag(
        "li",
        tag("b", problem.severity.value.capitalize()),
        join(" ", foreign(where, "code")) if where else None,
        " ",
        prose(one_line(problem.message, 2000)),
        join(" ", prose(one_line(problem.hint, 2000), "hint")) if problem.hint else None,
        class_=problem.severity.value,
    )


_DRAWN = frozenset(
    {"title", "url", "link", "options", "question", "duration", "excerpt", "content"}
    | {"spoilerText", "content_warning", "firstComment"}
)
_MOST_BLOCKS = 50


def title(content: Content) -> Html | None:
    """Return the title of a video, pin, article or document."""
    written = title_of(content)
    return foreign(one_line(written, 300), "p", class_="title") if written else None


def warning(content: Content) -> str:
    """Return the content warning that hides a post on Mastodon; empty if there is none."""
    return string(content.fields.get("spoilerText")) or string(content.fields.get("content_warning"))


def article(content: Content) -> Html | None:
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
    text = "\n\n".join(line for line in lines if line)
    return foreign_text(text) if text else None


def poll(content: Content) -> Html | None:
    """Return the options of a poll, and for how long it runs."""
    options = poll_of(content)
    if not options:
        return None
    question = string(content.fields.get("question"))
    days = content.fields.get("duration")
    shown = [foreign(one_line(option, 200), "li") for option in options]
    return tag(
        "div",
        foreign(one_line(question, 300), "p", class_="question") if question else None,
        tag("ul", *shown),
        tag("p", f"Poll, open for {plural(days, 'day')}", class_="small") if isinstance(days, int) else None,
        class_="poll",
    )


def link_card(content: Content) -> Html | None:
    """Return the card that a network makes of the link. Nothing is fetched, so only the domain is known."""
    link = mapping(content.fields.get("link"))
    address = link_of(content) or string(link.get("url"))
    if not address or content.media or content.type in {"poll", "article", "event", "offer"}:
        return None
    words = string(link.get("title")) or "The network takes title and picture from the page"
    return tag(
        "div",
        foreign(domain(address), class_="small"),
        foreign(one_line(words, 200), "b") if link.get("title") else tag("span", words, class_="small"),
        foreign(one_line(string(link.get("description")), 300)) if link.get("description") else None,
        class_="linkcard",
    )


def further_fields(content: Content) -> Html | None:
    """Return every other field that is sent, folded away: nothing goes out unseen."""
    rows = [(key, value) for key, value in content.fields.items() if key not in _DRAWN]
    rows += [(f"extra.{key}", value) for key, value in content.extra.items()]
    if not rows:
        return None
    listed = [
        Html(f"{foreign(one_line(key, 100), 'dt')}{foreign(_value(value), 'dd')}") for key, value in rows
    ]
    return tag("details", tag("summary", plural(len(rows), "further field")), tag("dl", *listed))


def mapping(value: Json) -> Mapping[str, Any]:
    """Return an object, or an empty one in place of anything else."""
    return value if isinstance(value, Mapping) else {}


def string(value: Json) -> str:
    """Return a text, or an empty one in place of anything else."""
    return value if isinstance(value, str) else ""


def _value(value: Json) -> str:
    if isinstance(value, str):
        return one_line(value, 500)
    try:
        return one_line(json.dumps(_plain(value), ensure_ascii=False), 500)
    except (TypeError, ValueError):
        return one_line(str(value), 500)


def _plain(value: Json) -> Json:
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_plain(one) for one in value]
    return value


_SHOWN = 4
"""Of several pictures, as most feeds do; the rest is counted."""


Pictures = Mapping[str, Picture]
"""By the path as written in the post file."""


class Gallery:
    """Draws media, and embeds each picture once, however many cards show it."""

    def __init__(self, pictures: Pictures) -> None:
        self._pictures = pictures
        self._classes = {
            path: f"p{number}" for number, path in enumerate(pictures, start=1) if pictures[path].data
        }

    def style(self) -> str:
        """Return the rules that carry the pictures' bytes."""
        return "".join(
            f".{name}{{background-image:url(data:{picture.mime};base64,"
            f"{base64.b64encode(picture.data).decode('ascii')})}}\n"
            for path, name in self._classes.items()
            if (picture := self._pictures[path]).data
        )

    def album(self, items: Sequence[Media], *, strip: bool = False) -> Html | None:
        """Return all media of a post: side by side, or as a ``strip`` to scroll through."""
        if not items:
            return None
        shown = items if strip else items[:_SHOWN]
        frames = [self._frame(item) for item in shown]
        if len(items) > len(shown):
            frames.append(tag("span", f"+{len(items) - len(shown)} more", class_="rest"))
        if strip and len(items) > 1:
            # Whatever scrolls must be reachable by keyboard.
            label = f"{len(items)} items, scroll sideways"
            return tag("div", *frames, class_="media strip", role="group", tabindex="0", aria_label=label)
        return tag("div", *frames, class_=f"media n{min(len(items), _SHOWN)}")

    def facts(self, items: Sequence[Media]) -> list[Html]:
        """Return one list item for each: what it is, and its alternative text or that it has none."""
        return [self._fact(item) for item in items]

    def _fact(self, media: Media) -> Html:
        about = self._about(media)
        alt: Html | None = None
        if media.alt_text:
            alt = join(" · ", tag("b", "Alt text: "), foreign(one_line(media.alt_text, 2000)))
        elif self._kind(media) in {"photo", "gif"}:
            alt = join(" · ", tag("span", "no alt text", class_="missing"))
        return tag("li", foreign(_name(media), "code"), f" {about}" if about else None, alt)

    def _frame(self, media: Media) -> Html:
        kind = self._kind(media)
        poster = media.thumbnail if isinstance(media.thumbnail, Media) else None
        shown = poster if kind == "video" and poster and poster.value in self._classes else media
        if shown.value in self._classes and shown.source is MediaSource.FILE:
            drawn = self._image(shown, one_line(media.alt_text, 2000))
        else:
            drawn = self._placeholder(media, kind)
        badges = [tag("span", "▶", class_="play", aria_hidden="true")] if kind == "video" else []
        if media.alt_text:
            badges.append(tag("span", "ALT", class_="badge", aria_hidden="true"))
        elif kind == "gif":
            badges.append(tag("span", "GIF", class_="badge", aria_hidden="true"))
        return tag("div", drawn, *badges, class_=f"frame {kind}")

    def _image(self, media: Media, alt: str) -> Html:
        """An empty image of the same shape; the style sheet puts the picture behind it."""
        picture = self._pictures[media.value]
        width, height = picture.width or 4, picture.height or 3
        shape = f"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}'/>"
        source = "data:image/svg+xml;base64," + base64.b64encode(shape.encode()).decode("ascii")
        return tag(
            "img",
            class_=self._classes[media.value],
            src=source,
            alt=alt,
            width=str(width),
            height=str(height),
        )

    def _placeholder(self, media: Media, kind: str) -> Html:
        where = {
            MediaSource.URL: "not loaded: at an address of its own",
            MediaSource.ID: "in Publer's library",
        }
        lines = [foreign(_name(media), "b"), tag("span", self._about(media) or where.get(media.source, ""))]
        label = one_line(media.alt_text, 2000) or f"{kind.capitalize()} without alt text"
        return tag(
            "div", tag("span", *lines, class_="what"), class_="placeholder", role="img", aria_label=label
        )

    def _known(self, media: Media) -> Picture | None:
        return self._pictures.get(media.value) if media.source is MediaSource.FILE else None

    def _kind(self, media: Media) -> str:
        picture = self._known(media)
        return picture.kind if picture else _kind_by_name(media)

    def _about(self, media: Media) -> str:
        picture = self._known(media)
        return picture.about if picture else one_line(media.about, 200)


def _name(media: Media) -> str:
    last = media.value.rstrip("/").rpartition("/")[2] if media.source is MediaSource.FILE else media.value
    return one_line(last or media.value, 120)


def _kind_by_name(media: Media) -> str:
    path = media.value.partition("?")[0].lower()
    for kind, endings in (("video", (".mp4", ".mov", ".webm", ".avi")), ("document", (".pdf",))):
        if path.endswith(endings):
            return kind
    return "photo"


# A part of a word is no tag: `C#`, `a@b.example`, `page#top`.
_COLOURED = re.compile(rf"{LINK.pattern}|(?<![\w/&])[#@]\w[\w.@-]*\w", re.IGNORECASE)


def shown_text(text: str, fold: Fold | None = None) -> Html | None:
    """Return a text, behind "see more" what the feed hides at first; None if there is no text."""
    if not text:
        return None
    head = before_the_fold(text, fold)
    if not head:
        return foreign_text(text)
    return tag(
        "details",
        tag("summary", foreign_text(head), " ", tag("span", "… see more", class_="more")),
        tag("p", "The feed cuts here", class_="cut"),
        foreign_text(text[len(head) :].lstrip()),
        class_="fold",
    )


def foreign_text(text: str) -> Html:
    """Return a text with its lines kept, and its links, mentions and tags in colour."""
    parts: list[str] = []
    end = 0
    for match in _COLOURED.finditer(text):
        parts += [text[end : match.start()], tag("span", match.group(), class_="link")]
        end = match.end()
    parts.append(text[end:])
    return foreign(join(*parts), class_="text")


def domain(address: str) -> str:
    """Return the host of an address, as a link's card shows it; the address itself if it has none."""
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        host = ""
    return cut(one_line(host or address, 200).removeprefix("www."), 80)


class Html(str):
    """Finished markup. A plain ``str`` is foreign and gets escaped."""

    __slots__ = ()


Child = str | None
"""Markup, foreign text, or nothing."""

_VOID = frozenset({"img", "meta", "wbr"})


def tag(name: str, /, *children: Child, **attributes: str | None) -> Html:
    """Return an element. ``class_`` and ``aria_label`` stand for ``class`` and ``aria-label``.

    An attribute that is ``None`` or empty is left out, except ``alt`` and ``lang``: both mean
    something when they are empty (a decoration, an unknown language).
    """
    written = "".join(
        _attribute(key.rstrip("_").replace("_", "-"), value) for key, value in attributes.items()
    )
    if name in _VOID:
        return Html(f"<{name}{written}>")
    return Html(f"<{name}{written}>{join(*children)}</{name}>")


def join(*children: Child) -> Html:
    """Return markup one after the other."""
    return Html("".join(child if isinstance(child, Html) else _text(child) for child in children if child))


def foreign(text: str, name: str = "span", **attributes: str | None) -> Html:
    """Return foreign text in an element of its own: its language and direction are not the page's."""
    return tag(name, text, lang="", dir="auto", **attributes)


def prose(text: str, class_: str | None = None) -> Html:
    """Return a message of ours, which may quote foreign text; what stands in `backticks` becomes code."""
    pieces = text.split("`")
    if len(pieces) % 2 == 0:
        return foreign(text, class_=class_)
    return foreign(
        join(*(tag("code", piece) if place % 2 else piece for place, piece in enumerate(pieces))),
        class_=class_,
    )


def _text(text: str) -> str:
    return escape(visible(text), quote=False)


def _attribute(name: str, value: str | None) -> str:
    if value is None or (not value and name not in {"alt", "lang"}):
        return ""
    return f' {name}="{escape(visible(value), quote=True)}"'
