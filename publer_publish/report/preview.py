"""What a reader of each network will see of a post, and every field that is sent with it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from publer_publish.networks.table import NETWORKS, Fold
from publer_publish.post.model import Comment, Content, Json, Media
from publer_publish.report.values import Result, Variant
from publer_publish.text import one_line, plural

LINK = re.compile(r"""https?://[^\s<>"]*[^\s<>".,;:!?)'\]]""", re.IGNORECASE)
"""A web address in running text, without the punctuation that ends a sentence."""


class Preview(NamedTuple):
    """One text with all that goes with it, and the rows of those who get exactly this."""

    results: tuple[Result, ...]
    """One for each network, or for each account; they share the content."""
    content: Content
    fields: tuple[tuple[str, str], ...]
    """All that is sent beside text and media."""
    accounts: str
    """The selector of the only accounts that get it; empty: all of the networks."""


def previews(results: Iterable[Result], *, by_network: bool = False) -> list[Preview]:
    """Return every different text of every post once, in order, with the rows that get it.

    ``by_network``: a preview is for the accounts of one network, not for one row of each network.
    """
    groups: dict[object, tuple[Preview, list[Result]]] = {}
    for result in results:
        for variant in variants_of(result):
            content, fields = variant.content, tuple(sent_fields(variant.content, variant.options))
            comments = tuple((comment.text, _shown_media(comment)) for comment in content.comments)
            # What the networks call a thing may differ: it is the same if the same is sent.
            shown = (content.text, _shown_media(content), comments, fields)
            key = (result.file, result.post, by_network and result.network, variant.accounts, shown)
            preview = Preview(results=(), content=content, fields=fields, accounts=variant.accounts)
            _, rows = groups.setdefault(key, (preview, []))
            if by_network or result.network not in {row.network for row in rows}:
                rows.append(result)
    return [preview._replace(results=tuple(rows)) for preview, rows in groups.values()]


def variants_of(result: Result) -> list[Variant]:
    """Return what the accounts of a row get: first what all get that have nothing of their own."""
    common = [Variant(accounts="", content=result.content, options=result.options)] if result.content else []
    return [*common, *result.variants]


_MOST_FIELDS = 200
_LONGEST_VALUE = 2_000


def sent_fields(content: Content, options: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the name and the value of all that is sent beside text and media: nothing goes out unseen.

    ``options``: what is asked of the account. Names lead to the value, such as ``details.start``.
    """
    rows = [("type", content.type), *_flat("", content.fields), *_flat("extra", content.extra)]
    for number, comment in enumerate(content.comments, start=1):
        rows += _flat(f"comment {number}", comment.fields)
    rows += _flat("account", options)
    if (left := len(rows) - _MOST_FIELDS) > 0:
        rows = [*rows[:_MOST_FIELDS], ("…", f"{plural(left, 'more field')}, which the post file has")]
    return rows


def media_fields(media: Media) -> list[tuple[str, str]]:
    """Return what is sent with a media item beside its file and alternative text."""
    thumbnail = media.thumbnail
    rows = _flat("", media.fields)
    if isinstance(thumbnail, Media):
        rows += [("thumbnail", thumbnail.value), *_flat("thumbnail", thumbnail.fields)]
        rows += [("thumbnail.alt_text", thumbnail.alt_text)] if thumbnail.alt_text else []
    elif thumbnail is not None:
        rows.append(("thumbnail", str(thumbnail)))
    return rows


def _flat(name: str, value: Json) -> list[tuple[str, str]]:
    if isinstance(value, Mapping):
        return [
            row for key, item in value.items() for row in _flat(f"{name}.{key}" if name else str(key), item)
        ]
    if isinstance(value, list | tuple):
        return [row for index, item in enumerate(value) for row in _flat(f"{name}[{index}]", item)]
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return [(one_line(name, 100), one_line(text, _LONGEST_VALUE))]


def _shown_media(content: Content | Comment) -> tuple[object, ...]:
    return tuple((item.value, item.alt_text, tuple(media_fields(item))) for item in content.media)


def usage(length: int | None, limit: int | None) -> str:
    """Return ``213 / 3,000``, or the length alone where the network has no limit."""
    if length is None:
        return ""
    return f"{length:,}" if limit is None else f"{length:,} / {limit:,}"


def link_of(content: Content) -> str:
    """Return the link that a post shows as a card: its own field, else the first one in the text."""
    own = content.fields.get("url")
    found = LINK.search(content.text)
    return own if isinstance(own, str) and own else found.group() if found else ""


def title_of(content: Content) -> str:
    """Return the title of a video, pin, article, event or document; empty without one."""
    details = content.fields.get("details")
    own = {} if url_is_button(content) else content.fields
    places = (details if isinstance(details, Mapping) else {}, own)
    return next((title for place in places if isinstance(title := place.get("title"), str) and title), "")


def url_is_button(content: Content) -> bool:
    """Whether ``url`` and ``title`` of a post are those of its button, as on Google."""
    return content.network in NETWORKS and NETWORKS[content.network].url_is_button


def poll_of(content: Content) -> list[str]:
    """Return the options of a poll, texts or objects with a text; empty without a poll."""
    options = content.fields.get("options")
    listed = options if isinstance(options, list) else []
    return [str(one.get("text", one) if isinstance(one, Mapping) else one) for one in listed]


def before_the_fold(text: str, fold: Fold | None) -> str:
    """Return what is before the network's "see more", cut at a word; empty if it shows the whole text."""
    if fold is None:
        return ""
    shown = text if fold.lines is None else "\n".join(text.split("\n")[: fold.lines])
    if len(shown) > fold.characters:
        head, next_one = shown[: fold.characters], shown[fold.characters]
        ends_a_word = next_one.isspace() or head[-1].isspace()
        shown = head if ends_a_word else head.rsplit(maxsplit=1)[0]
    return shown.rstrip() if len(shown) < len(text) else ""


def head_of(content: Content) -> str:
    """Return the part of a content's text that its network shows before "see more"; empty if all."""
    network = NETWORKS.get(content.network)
    return before_the_fold(content.text, network.fold if network else None)
