"""What a card may hold besides text and media: titles, polls, link cards, comments, and all other fields."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from publer_publish.post.model import Content, Json
from publer_publish.report.page.markup import Html, foreign, tag
from publer_publish.report.page.words import domain, foreign_text
from publer_publish.report.preview import link_of, poll_of, title_of
from publer_publish.report.text import one_line, plural

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
