"""Where the tags of a template begin and end, told without Jinja: it is light, and it never fails."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_OPENING = re.compile(r"\{%[-+]?\s*raw\s*[-+]?%\}.*?(?:\{%[-+]?\s*endraw\s*[-+]?%\}|\Z)|\{[{%#]", re.DOTALL)
"""What stands between ``raw`` and ``endraw`` has no tags."""
_CLOSING = {"{{": "}}", "{%": "%}", "{#": "#}"}
_INSIDE = {
    "{{": re.compile(r"""'[^']*'|"[^"]*"|\}\}|\{[{%]"""),
    "{%": re.compile(r"""'[^']*'|"[^"]*"|%\}|\{[{%]"""),
    "{#": re.compile(r"#\}"),
}
"""Quoted text in a tag is not looked into. An opening in it means that the tag itself was never closed."""
_DOLLAR = re.compile(r"\{\{\s*([A-Za-z_]\w*)")

ACTIONS = frozenset(
    {"github", "env", "secrets", "inputs", "steps", "needs", "matrix", "strategy", "job", "jobs", "runner"}
)
"""What GitHub's own ``${{ … }}`` reads and templates do not."""


class Tag(NamedTuple):
    """A tag, or what is written like one and never closed."""

    start: int
    end: int
    opening: str
    is_closed: bool

    @property
    def closing(self) -> str:
        return _CLOSING[self.opening]


def tags(source: str) -> Iterator[Tag]:
    """Give all tags, in their order."""
    at = 0
    while found := _OPENING.search(source, at):
        at, opening = found.end(), found[0]
        if opening not in _CLOSING:
            continue
        tag = _tag(source, found.start(), opening)
        at = tag.end
        yield tag


def never_closed(source: str) -> Tag | None:
    """Return the first tag that is not closed."""
    return next((tag for tag in tags(source) if not tag.is_closed), None)


def dollars(source: str) -> Iterator[int]:
    """Give the places of the ``$`` in what looks like GitHub's ``${{ … }}`` and works without it."""
    for tag in tags(source):
        named = _DOLLAR.match(source, tag.start)
        if (
            tag.opening == "{{"
            and source[tag.start - 1 : tag.start] == "$"
            and not (named and named[1] in ACTIONS)
        ):
            yield tag.start - 1


def _tag(source: str, start: int, opening: str) -> Tag:
    closing, at = _CLOSING[opening], start + len(opening)
    while found := _INSIDE[opening].search(source, at):
        if found[0] == closing:
            return Tag(start, found.end(), opening, is_closed=True)
        if found[0] in _CLOSING:
            return Tag(start, found.start(), opening, is_closed=False)
        at = found.end()
    return Tag(start, len(source), opening, is_closed=False)
