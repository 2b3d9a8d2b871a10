"""How a network's part of a post is written for Publer, where it is not what the file says.

``as_sent`` is for every network; the other functions are fields of records in ``table``, and each adds what
the network's own page of Publer's documentation wants.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any

SHOWN_BELOW = frozenset({"reel", "story", "short", "document", "event", "offer"})
"""Types that Publer takes only as ``details.type`` of a photo or a video."""
_VIDEOS = frozenset({"reel", "short"})
_BOARD = ("board", "boardId", "board_id", "album_id")
"""The board of a pin: our own name for it, and those of Publer's sources."""
_BLANK_LINES = r"\n\s*\n"


def as_sent(body: dict[str, Any]) -> None:
    """Write the type as Publer takes it: several pictures are a photo, a story is what it shows."""
    kind = shown_as(body["type"], body.get("details"))
    if kind == "document":
        _document(body)
    media = body.get("media") or []
    if kind in SHOWN_BELOW:
        body["details"] = {**mapping(body.get("details")), "type": kind}
    elif kind != "carousel" or not media or body.get("sublinks"):
        return
    shows_videos = media and all(item.get("type") == "video" for item in media)
    body["type"] = "video" if kind in _VIDEOS or shows_videos else "photo"


def shown_as(content_type: str, details: object) -> str:
    """Return what a post is, also where only ``details.type`` says so."""
    own = mapping(details).get("type")
    return own if isinstance(own, str) and own in SHOWN_BELOW else content_type


def _document(body: dict[str, Any]) -> None:
    """Write ``document: {id, title}``, which only Publer's OpenAPI description has, as the page shows it."""
    document = mapping(body.pop("document", None))
    if document.get("title"):
        body.setdefault("title", document["title"])
    if document.get("id") and not body.get("media"):
        body["media"] = [{"id": document["id"], "type": "document"}]


def board_of(fields: Mapping[str, Any]) -> str:
    """Return the name or id of the board that a file names for its pins; empty if it names none."""
    return next((str(fields[name]) for name in _BOARD if fields.get(name)), "")


def pin(body: dict[str, Any]) -> None:
    """Say the destination both ways (``url``, ``link.url``), and the board on the account only."""
    for name in _BOARD:
        body.pop(name, None)
    link = mapping(body.get("link"))
    if "url" in body:
        body["link"] = {"url": body["url"], **link}
    elif "url" in link:
        body["url"] = link["url"]


def film(body: dict[str, Any]) -> None:
    """Say the privacy of a video, and that it is a short, in ``details``, too."""
    details = mapping(body.get("details"))
    privacy = body.get("privacy") or details.get("privacy")
    if privacy:
        body["privacy"] = privacy
        body["details"] = {"privacy": privacy, **details}
    if body.get("isShort") is True:
        body["details"] = {"type": "short", **mapping(body.get("details"))}


def article(body: dict[str, Any]) -> None:
    """Write the text as paragraphs: Publer requires the blocks of an article, and their text is HTML."""
    if "content" in body:
        return
    paragraphs = [part.strip() for part in re.split(_BLANK_LINES, body.get("text", ""))]
    body["content"] = [
        {"id": f"p{number}", "type": "paragraph", "data": {"text": _as_html(part)}}
        for number, part in enumerate(filter(None, paragraphs), 1)
    ]


def _as_html(text: str) -> str:
    return html.escape(text, quote=False).replace("\n", "<br>")


def mapping(value: object) -> Mapping[str, Any]:
    """Return the value if it is a mapping, else an empty one."""
    return value if isinstance(value, Mapping) else {}
