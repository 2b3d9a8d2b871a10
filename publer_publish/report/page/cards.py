"""One card: a post as its network would show it, and below that what the author should know about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from publer_publish.delivery.outcomes import Result, Status
from publer_publish.errors import Problem
from publer_publish.post.model import Comment, Content
from publer_publish.report.page import parts
from publer_publish.report.page.manners import MANNERS, PLAIN, Manner
from publer_publish.report.page.markup import Html, foreign, join, prose, tag
from publer_publish.report.page.pictures import Gallery
from publer_publish.report.page.words import foreign_text, shown_text
from publer_publish.report.preview import Fold, usage
from publer_publish.report.text import one_line
from publer_publish.report.words import network_label, status_words

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
    return (problem for problem in problems if network and f".networks.{network}" in f".{problem.where.path}")


def draw(card: Card, gallery: Gallery, folds: Mapping[str, Fold | None], name: str) -> Html:
    """Return a card. ``name``: unique on the page."""
    first = card.results[0]
    label = network_label(first.network)
    content = card.content
    body = (
        _frame(content, first, gallery, folds)
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
        class_=f"card n-{first.network}" if first.network in MANNERS else "card",
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


def _frame(content: Content, result: Result, gallery: Gallery, folds: Mapping[str, Fold | None]) -> Html:
    """The part that imitates the network."""
    manner = MANNERS.get(content.network, PLAIN)
    title = parts.title(content)
    inside = [
        title if content.type != "document" else None,
        parts.article(content),
        shown_text(content.text, folds.get(content.network)),
        parts.poll(content),
        parts.link_card(content),
    ]
    media = gallery.album(content.media, strip=manner.strip)
    inside = (
        [media, *inside]
        if manner.media_first
        else [*inside, media, title if content.type == "document" else None]
    )
    body = tag("div", *inside, class_="body")
    hidden = parts.warning(content)
    if hidden:
        body = tag("details", tag("summary", foreign_text(hidden), " ", tag("b", "Show more")), body)
    return tag(
        "div",
        _header(result, manner),
        body,
        tag("p", *_spread(manner.actions), class_="actions", aria_hidden="true") if manner.actions else None,
        *_comments(content, result, manner, gallery),
        class_="post",
    )


def _header(result: Result, manner: Manner, subtitle: str = "") -> Html:
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


def _comments(content: Content, result: Result, manner: Manner, gallery: Gallery) -> list[Html]:
    """Further posts of a thread, or comments below the post."""
    drawn = [_comment(comment, result, manner, gallery) for comment in content.comments]
    own = parts.string(content.fields.get("firstComment"))
    if own:
        drawn.append(tag("div", tag("b", "First comment"), foreign_text(own), class_="comment"))
    return drawn


def _comment(comment: Comment, result: Result, manner: Manner, gallery: Gallery) -> Html:
    delay = parts.mapping(comment.fields.get("delay"))
    after = f"{delay.get('duration')} {delay.get('unit')} later" if delay else ""
    said = (shown_text(comment.text), gallery.album(comment.media))
    if manner.thread:
        return tag("div", _header(result, manner, one_line(after, 60)), *said, class_="comment thread")
    return tag("div", tag("b", f"Comment {after}".rstrip()), *said, class_="comment")


def _spread(words: Sequence[str]) -> list[Html]:
    return [tag("span", word) for word in words]


def _notes(card: Card, gallery: Gallery) -> Html | None:
    content, first = card.content, card.results[0]
    inside: list[Html | None] = [_counter(first), _accounts(card.results)]
    if content:
        media = [*content.media, *(item for comment in content.comments for item in comment.media)]
        facts = gallery.facts(media)
        inside += [tag("ul", *facts, class_="facts") if facts else None, parts.further_fields(content)]
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
