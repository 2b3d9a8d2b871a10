"""What a network's own page of Publer's documentation wants beside what a post file says.

Each function adds to a network's part of a post; what the file says itself is kept.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any

_BLANK_LINES = re.compile(r"\n\s*\n")


def pin(body: dict[str, Any]) -> None:
    """Say the destination both ways: Publer's pages have ``url`` and ``link.url``."""
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
    paragraphs = [part.strip() for part in _BLANK_LINES.split(body.get("text", ""))]
    body["content"] = [
        {"id": f"p{number}", "type": "paragraph", "data": {"text": _as_html(part)}}
        for number, part in enumerate(filter(None, paragraphs), 1)
    ]


def _as_html(text: str) -> str:
    return html.escape(text, quote=False).replace("\n", "<br>")


def mapping(value: object) -> Mapping[str, Any]:
    """Return the value if it is a mapping, else an empty one."""
    return value if isinstance(value, Mapping) else {}
