"""A post's text as its network shows it: links and tags in colour, cut where the feed cuts."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from publer_publish.report.page.markup import Html, foreign, join, tag
from publer_publish.report.preview import LINK, Fold, before_the_fold
from publer_publish.report.text import cut, one_line

# A part of a word is no tag: `C#`, `a@b.example`, `page#top`.
_COLOURED = re.compile(rf"{LINK.pattern}|(?<![\w/&])[#@]\w[\w.@-]*\w", re.IGNORECASE)


def shown_text(text: str, fold: Fold | None = None) -> Html | None:
    """Return a text, behind "see more" what the feed hides at first; None if there is no text."""
    if not text:
        return None
    head = before_the_fold(text, fold)
    if not head:
        return foreign_text(text)
    return tag(
        "details",
        tag("summary", foreign_text(head), " ", tag("span", "… see more", class_="more")),
        tag("p", "The feed cuts here", class_="cut"),
        foreign_text(text[len(head) :].lstrip()),
        class_="fold",
    )


def foreign_text(text: str) -> Html:
    """Return a text with its lines kept, and its links, mentions and tags in colour."""
    parts: list[str] = []
    end = 0
    for match in _COLOURED.finditer(text):
        parts += [text[end : match.start()], tag("span", match.group(), class_="link")]
        end = match.end()
    parts.append(text[end:])
    return foreign(join(*parts), class_="text")


def domain(address: str) -> str:
    """Return the host of an address, as a link's card shows it; the address itself if it has none."""
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        host = ""
    return cut(one_line(host or address, 200).removeprefix("www."), 80)
