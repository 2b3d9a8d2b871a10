"""Small tolerant readers: foreign JSON of any type in, a plain value out, never an exception."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from urllib.parse import urlsplit

from publer_publish.publer.model import Json
from publer_publish.publer.sentences import clean

_MAX_ID_DIGITS = 40
_MAX_WORD = 60
_MAX_LINK = 2000
_LAST_SECOND = 253_402_300_799
"""9999-12-31: a larger number must be milliseconds."""
_SPACED_OFFSET = re.compile(r" (?=[+-]\d\d:?\d\d$)")


def first(values: Iterable[str]) -> str:
    """Return the first that is not empty."""
    return next((value for value in values if value), "")


def id_of(value: Json) -> str:
    """Read an id as text: Publer's are hex strings, but posts may have numbers. Anything else is no id."""
    if isinstance(value, str):
        text = value.strip()
        return text if text.isprintable() and " " not in text else ""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**_MAX_ID_DIGITS:
        return str(value)
    return ""


def word_of(value: Json) -> str:
    """Read a status, type or network: lower case, trimmed; empty if it is not text."""
    return value.strip().lower()[:_MAX_WORD] if isinstance(value, str) else ""


def name_of(value: Json) -> str:
    """Read a name of somebody or something: one visible line."""
    return clean(value, 200) if isinstance(value, str) else ""


def link_of(value: Json) -> str:
    """Accept an http(s) address, else nothing: it will be shown as a link."""
    if not isinstance(value, str) or len(value) > _MAX_LINK:
        return ""
    text = value.strip()
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return ""
    return text if usable and text.isprintable() and not re.search(r"[\s<>\"`\\]", text) else ""


def time_of(value: Json) -> float | None:
    """Read seconds since the epoch from ISO 8601 (with or without seconds and offset; UTC if it has none)."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        if not 0 < value <= _LAST_SECOND * 1000:
            return None
        return value / 1000 if value > _LAST_SECOND else float(value)
    if not isinstance(value, str) or len(value) > _MAX_WORD:
        return None
    text = _SPACED_OFFSET.sub("", value.strip().removesuffix(" UTC"))
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
