"""What a reader of each network will see of a text: what is the same where, the cut, the first link."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from publer_publish.networks.table import Fold, fold_of
from publer_publish.post.model import Comment, Content
from publer_publish.report.values import Result

LINK = re.compile(r"""https?://[^\s<>"]*[^\s<>".,;:!?)'\]]""", re.IGNORECASE)
"""A web address in running text, without the punctuation that ends a sentence."""

_MOST_OPTIONS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """One text with its media, and the networks that get exactly this."""

    results: tuple[Result, ...]
    """One for each network; they share the content of the first."""
    content: Content


def previews(results: Iterable[Result]) -> list[Preview]:
    """Return every different text of every post once, in order, with the networks that get it."""
    groups: dict[tuple[object, ...], tuple[Content, dict[str, Result]]] = {}
    for result in results:
        content = result.content
        if content is None:
            continue
        comments = tuple((comment.text, _shown_media(comment)) for comment in content.comments)
        poll = tuple(poll_of(content))
        shown = (content.text, title_of(content), poll, _shown_media(content), comments, link_of(content))
        _, networks = groups.setdefault((result.file, result.post, shown), (content, {}))
        networks.setdefault(content.network, result)
    return [
        Preview(content=content, results=tuple(networks.values())) for content, networks in groups.values()
    ]


def _shown_media(content: Content | Comment) -> tuple[tuple[str, str], ...]:
    return tuple((item.value, item.alt_text) for item in content.media)


def usage(length: int | None, limit: int | None) -> str:
    """Return ``213 / 3,000``, or the length alone where the network has no limit."""
    if length is None:
        return ""
    return f"{length:,}" if limit is None else f"{length:,} / {limit:,}"


def first_link(text: str) -> str:
    """Return the first web address in a text: the one that networks make a card of; empty if none."""
    match = LINK.search(text)
    return match.group() if match else ""


def link_of(content: Content) -> str:
    """Return the link that a post shows as a card: its own field, else the first one in the text."""
    own = content.fields.get("url")
    return own if isinstance(own, str) and own else first_link(content.text)


def title_of(content: Content) -> str:
    """Return the title of a video, pin, article, event or document; empty without one."""
    details = content.fields.get("details")
    # On Google the title of an event is here, and ``title`` names a button.
    places = (details if isinstance(details, Mapping) else {}, content.fields)
    return next((title for place in places if isinstance(title := place.get("title"), str) and title), "")


def poll_of(content: Content) -> list[str]:
    """Return the options of a poll, texts or objects with a text; empty without a poll."""
    options = content.fields.get("options")
    listed = options[:_MOST_OPTIONS] if isinstance(options, list) else []
    return [str(one.get("text", one) if isinstance(one, Mapping) else one) for one in listed]


def before_the_fold(text: str, fold: Fold | None) -> str:
    """Return what is before the network's "see more", cut at a word; empty if it shows the whole text."""
    if fold is None:
        return ""
    shown = text if fold.lines is None else "\n".join(text.split("\n")[: fold.lines])
    if len(shown) > fold.characters:
        shown = _whole_words(shown, fold.characters)
    return shown.rstrip() if len(shown) < len(text) else ""


def _whole_words(text: str, most: int) -> str:
    """Return the beginning of a longer text, at most so many code points, ending where a word ends."""
    shown = text[:most]
    if text[most].isspace() or shown[-1].isspace():
        return shown
    words = shown.rsplit(maxsplit=1)
    return words[0] if len(words) > 1 else shown


def head_of(content: Content) -> str:
    """Return the part of a content's text that its network shows before "see more"; empty if all."""
    return before_the_fold(content.text, fold_of(content.network))
