"""Text from elsewhere does nothing on a network that it does not do on GitHub: the one place of that rule.

No mention, no hashtag, no cashtag, no link where GitHub shows none, nothing invisible. Names stay readable:
``@login`` becomes ``login``, ``pkg@1.2.3`` ``pkg 1.2.3``, ``README.md`` ``README``, ``self.to`` ``self .to``.
Nothing is made harmless by an invisible character.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from publer_publish.networks.twitter_text import find_urls, is_tld

LINK = "\ue000{}\ue001"
"""Marks what GitHub shows as a link. ``harmless`` removes the marks and leaves what is between them."""
_LINKS = "\ue000([^\ue001]*)\ue001"
PRIVATE = re.compile("[\ue000-\ue00f]")
"""What text from elsewhere may not bring along: our own marks."""

_INVISIBLE = (
    "(\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f)"
    "|[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufeff\uffa0\ufff9-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
    "|(?<![^\x00-\x7f])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\x7f])"
)
"""Zero-width joiners stay in emoji and in scripts that need them; tag characters in flags, as Scotland's."""
_OTHER_SPACES = "[\xa0\u1680\u2000-\u200a\u202f\u205f]"

_SIGNS = (
    (re.compile(r"(?<!\w)[@\uff20]+(?=\S)"), ""),
    (re.compile(r"(?<=\w)[@\uff20]+(?=[vV]?\d)"), " "),
    (re.compile(r"(?<=\w)[@\uff20]+(?=[\w-]+\.\w)"), " at "),
    (re.compile(r"(?<=\w)[@\uff20]+(?=\w)"), " "),
    # Where a row of them begins, or at its second: every later start would look through the whole row again.
    (re.compile(r"(?:(?<![\w#\uff03])|(?<=\w[#\uff03]))[#\uff03]+(?=[^\s#\uff03\ufe0f\u20e3])"), ""),
    (re.compile(r"(?<=\w)[#\uff03]+(?=\w)"), " "),
    (re.compile(r"(?<![\w$])\$+(?=[A-Za-z][A-Za-z0-9]{0,5}(?![A-Za-z0-9]))"), ""),
)
_DOCUMENT = r"(?i)[\w-]+\.md"
_SCHEME = re.compile(r"https?://(?=\S)", re.IGNORECASE)
_DOMAIN = r"(?i)(?:(?<=\s)|(?<=\()|\A)[a-z][a-z0-9]*(?:\.[a-z0-9]+)+"
"""A domain as Bluesky's own library finds it, where it has a known ending."""
_SIGN_INSIDE = r"[^\w][#@\uff03\uff20]\w"
_GOES_ON = re.compile(r"[^\s.,:;!?'\")\]}\u2026*_~]")
_HOST = r"[^/?#:]*"


def harmless(text: str) -> str:
    """Return text that does nothing by itself; what is marked as a link stays one."""
    kept, at = [], 0
    for link in re.finditer(_LINKS, text):
        length = _length_of_link(link[1])
        kept += [_without_effects(text[at : link.start()]), link[1][:length]]
        kept += [_without_effects(link[1][length:])]
        at = link.end()
        if length == len(link[1]) and _GOES_ON.match(text, at):
            kept.append(" ")
    return "".join([*kept, _without_effects(text[at:])])


def without_invisible(text: str) -> str:
    """Return text without characters that nobody sees, and with ordinary spaces."""
    return re.sub(_OTHER_SPACES, " ", re.sub(_INVISIBLE, lambda found: found[1] or "", text))


class Effect(NamedTuple):
    """Something in a text that a network acts on or shows as it is written."""

    kind: str
    """``mention``, ``hashtag``, ``link`` or ``Markdown``."""
    shown: str
    start: int


_MENTION = re.compile(r"(?<![\w@/.])[@\uff20](?=[A-Za-z0-9_])[\w./-]*")
_HASHTAG = re.compile(r"(?<![\w&/])[#\uff03](?=\w*[^\W\d])\w+")
_MARKDOWN = re.compile(
    r"\*\*(?=\S)[^*\n]{1,200}\*\*|(?<!\w)__(?=\S)[^_\n]{1,200}__(?!\w)|\[[^\]\n]{1,200}\]\(https?://[^)\s]+\)"
    r"|^#{1,6} +\S[^\n]*|^```",
    re.MULTILINE,
)


@lru_cache(maxsize=256)
def effects(text: str) -> tuple[Effect, ...]:
    """Return the first mention, hashtag, link without a scheme, and piece of Markdown in a text."""
    found = [
        Effect(kind, match[0], match.start())
        for kind, pattern in (("mention", _MENTION), ("hashtag", _HASHTAG), ("Markdown", _MARKDOWN))
        if (match := pattern.search(text))
    ]
    bare = next(((start, end) for start, end in find_urls(text) if not _has_scheme(text, start)), None)
    if bare and not text[: bare[0]].endswith("@"):
        found.append(Effect("link", text[slice(*bare)], bare[0]))
    return tuple(found)


def markdown(text: str) -> Iterator[Effect]:
    """Yield every piece of Markdown in a text."""
    for match in _MARKDOWN.finditer(text):
        yield Effect("Markdown", match[0], match.start())


def _length_of_link(url: str) -> int:
    """How much of a link networks take for one. One to an unknown domain stays if it does nothing else."""
    known = next((end for start, end in find_urls(url) if start == 0), None)
    if known is None:
        return 0 if re.search(_SIGN_INSIDE, url) else len(url)
    return known


def _has_scheme(text: str, start: int) -> bool:
    return _SCHEME.match(text, start) is not None or text.startswith("www.", start)


def _without_effects(text: str) -> str:
    for sign, instead in _SIGNS:
        text = sign.sub(instead, text)
    text = _SCHEME.sub("", text)
    kept, at = [], 0
    for start, end in _domains(text):
        if start >= at:
            kept += [text[at:start], _no_link(text[start:end])]
            at = end
    return "".join([*kept, text[at:]])


def _domains(text: str) -> list[tuple[int, int]]:
    """Return where a network would show a link, in order."""
    if "." not in text:
        return []
    found = find_urls(text)
    found += [
        match.span() for match in re.finditer(_DOMAIN, text) if is_tld(match[0].rpartition(".")[2].lower())
    ]
    return sorted(found)


def _no_link(url: str) -> str:
    if re.fullmatch(_DOCUMENT, url):
        return url[: -len(".md")]
    while _domains(url):
        host = re.match(_HOST, url)
        dot = url.rfind(".", 0, host.end() if host else None)
        while url[dot - 1 : dot] == " ":
            dot = url.rfind(".", 0, dot)
        if dot < 0:
            break
        url = f"{url[:dot]} {url[dot:]}"
    return url
