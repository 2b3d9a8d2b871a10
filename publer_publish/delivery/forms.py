"""What a post says, in the forms that Publer knows for it.

Its pages, its OpenAPI description and what was seen live name some things differently. What is lost when
Publer does not look at the one name (a warning, a board, that a video is private) is sent under both.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

_SPELLINGS: Mapping[str, tuple[tuple[str, str], ...]] = MappingProxyType(
    {
        "mastodon": (("spoilerText", "content_warning"),),
        "pinterest": (("boardId", "board_id"),),
        "youtube": (("text", "description"),),
        "telegram": (
            ("parseMode", "parse_mode"),
            ("disableNotification", "disable_notification"),
            ("disableWebPagePreview", "disable_web_page_preview"),
        ),
    }
)
_NAMED_BELOW = frozenset({"reel", "story", "short", "event", "offer"})
"""Types that ``details.type`` names, too: Publer's pages know them only there."""
_PHOTO_WITH_DETAILS = frozenset({("linkedin", "document"), ("google", "event"), ("google", "offer")})
"""With media Publer's pages show these as a ``photo`` whose ``details.type`` says what it is."""
_BLANK_LINES = re.compile(r"\n\s*\n")


def of_network(network: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """A network's part of a post; what it says itself is kept."""
    found = dict(body)
    for one, other in _SPELLINGS.get(network, ()):
        _in_both(found, one, other)
    if network == "pinterest":
        _link_in_both(found)
    elif network == "youtube":
        _video_in_both(found)
    elif network == "wordpress" and "content" not in found:
        found["content"] = _blocks(found.get("text", ""))
    return _kind(network, found)


def added(written: Mapping[str, Any], sent: Mapping[str, Any]) -> list[str]:
    """The names under which something is sent that was not written under them."""
    below = _mapping(sent.get("details")).keys() - _mapping(written.get("details")).keys()
    names = [name for name in sent if name not in written and name != "details"]
    names += [f"details.{name}" for name in sorted(below)]
    return names if sent["type"] == written["type"] else [*names, f"type {sent['type']}"]


def of_account(network: str, content: Mapping[str, Any], labels: Sequence[str]) -> dict[str, Any]:
    """What an entry of ``accounts`` says again.

    Publer's pages name a pin's board there, and its OpenAPI description the labels of the post.
    """
    board = content.get("boardId") if network == "pinterest" else None
    return {**({"album_id": board} if board else {}), **({"labels": list(labels)} if labels else {})}


def _in_both(body: dict[str, Any], one: str, other: str) -> None:
    if one in body:
        body.setdefault(other, body[one])
    elif other in body:
        body[one] = body[other]


def _link_in_both(body: dict[str, Any]) -> None:
    link = _mapping(body.get("link"))
    if "url" in body:
        body["link"] = {"url": body["url"], **link}
    elif "url" in link:
        body["url"] = link["url"]


def _video_in_both(body: dict[str, Any]) -> None:
    details = _mapping(body.get("details"))
    privacy = body.get("privacy") or details.get("privacy")
    if privacy:
        body["privacy"] = privacy
        body["details"] = {"privacy": privacy, **details}
    if body.get("isShort") is True:
        body["details"] = {"type": "short", **_mapping(body.get("details"))}


def _kind(network: str, body: dict[str, Any]) -> dict[str, Any]:
    kind = body["type"]
    as_photo = (network, kind) in _PHOTO_WITH_DETAILS and bool(body.get("media"))
    if as_photo or kind in _NAMED_BELOW:
        body["details"] = {"type": kind, **_mapping(body.get("details"))}
    if as_photo:
        body["type"] = "photo"
        title = _mapping(body.get("document")).get("title")
        if title:
            body.setdefault("title", title)
    return body


def _blocks(text: str) -> list[dict[str, Any]]:
    """A text as paragraphs: Publer requires the blocks of an article, and their text is HTML."""
    paragraphs = [part.strip() for part in _BLANK_LINES.split(text)]
    return [
        {"id": f"p{number}", "type": "paragraph", "data": {"text": _as_html(part)}}
        for number, part in enumerate(filter(None, paragraphs), 1)
    ]


def _as_html(text: str) -> str:
    return html.escape(text, quote=False).replace("\n", "<br>")


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
