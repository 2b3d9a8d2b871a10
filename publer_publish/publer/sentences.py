"""Publer's own sentence, found in whatever it answered and made fit for a message."""

from __future__ import annotations

import re
import unicodedata

from publer_publish.publer.model import Json

MAX_SENTENCE = 500
"""Characters. Enough for every sentence seen; a page of HTML or a stack trace is not one."""

_BREAKING = {"Cc", "Cs", "Zl", "Zp"}
_JOINERS = "\u200c\u200d"
"""Invisible, too, but names in Persian and emoji of several people are not the same without them."""
_SAYING = ("message", "error", "errors", "error_message", "reason", "description", "detail")
_TITLE = re.compile(r"<title[^<>]{0,100}>([^<]{1,200})", re.IGNORECASE)
_CLOUDFLARE = re.compile(r"error code:\s{0,5}(\d{3,4})", re.IGNORECASE)
_MAX_NESTING = 6


def clean(text: str, limit: int = MAX_SENTENCE) -> str:
    """Make one line of visible text: no control or direction characters, no half pairs."""
    head = text[: limit * 4]
    line = " ".join("".join(map(_visible, head)).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def _visible(char: str) -> str:
    category = unicodedata.category(char)
    if category in _BREAKING:
        return " "
    return "" if category == "Cf" and char not in _JOINERS else char


def sentence_of(value: Json) -> str:
    """Find the sentence in a parsed answer; empty if it has none.

    Publer says ``{"errors": ["…"]}`` and, on 429, ``{"error": "…"}``; others on the way say
    ``{"error": {"message": "…"}}``, ``{"message": "…"}`` or just text.
    """
    return clean(" ".join(_sentences(value, 0)))


def _sentences(value: Json, depth: int) -> list[str]:
    if isinstance(value, str):
        return [value] if value.strip() else []
    if depth >= _MAX_NESTING:
        return []
    if isinstance(value, list):
        return [found for item in value[:10] for found in _sentences(item, depth + 1)]
    if isinstance(value, dict):
        for key in _SAYING:
            found = _sentences(value.get(key), depth + 1)
            if found:
                return found
        # {"errors": {"text": ["is too long"]}} names the field in the key.
        return [
            f"{key}: {found}"
            for key, item in list(value.items())[:10]
            if isinstance(item, list)
            for found in _sentences(item, depth + 1)
        ]
    return []


def sentence_of_text(text: str) -> str:
    """Find the sentence in an answer that is not JSON. A page of HTML is named as what it is."""
    head = text.lstrip("\ufeff \t\r\n")[:20_000]
    cloudflare = _CLOUDFLARE.search(head)
    if not head.startswith("<") and not cloudflare:
        return clean(head)
    title = _TITLE.search(head)
    named = f" (“{clean(title.group(1), 120)}”)" if title else ""
    code = f" (Cloudflare error {cloudflare.group(1)})" if cloudflare else ""
    return f"An infrastructure page{named}{code} came back instead of an answer of Publer's"
