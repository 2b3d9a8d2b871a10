"""Where a text contains URLs, as twitter-text finds them: with a scheme, and bare domains of known endings.

A rule-for-rule reading of twitter-text 3.1 (its conformance data is part of our tests), built so that the
time is linear in the text and the long list of top-level domains is only loaded when it is needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from itertools import chain
from pathlib import Path
from typing import NamedTuple

MAX_URL_LENGTH = 4096
MAX_TCO_SLUG_LENGTH = 40
MAX_LABEL_LENGTH = 63
MAX_TLD_LENGTH = 24
MAX_DOTS = 24
"""Looked at in one domain. twitter-text knows no bound; without one its time grows with the square."""

_SPACES = "\t\n\v\f\r \x85\xa0\u1680\u180e\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
_DIRECTIONAL = "\u202a\u202b\u202c\u202d\u202e\u061c\u200e\u200f\u2066\u2067\u2068\u2069"
_INVALID = "\ufffe\ufeff\uffff"
_OUTSIDE_DOMAIN = frozenset("!'#%&()*+,\\/:;<=>?@[]^{|}~$" + _SPACES + _DIRECTIONAL + _INVALID)
_LATIN = (
    r"\xC0-\xD6\xD8-\xF6\xF8-\xFF\u0100-\u024F\u0253\u0254\u0256\u0257\u0259\u025B\u0263\u0268\u026F"
    r"\u0272\u0289\u028B\u02BB\u0300-\u036F\u1E00-\u1EFF"
)
_CYRILLIC = r"\u0400-\u04FF"

_ALNUM = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
_NEVER_BEFORE_URL = _ALNUM | frozenset("@\uff20$#\uff03" + _INVALID)
_NEVER_BEFORE_BARE_DOMAIN = frozenset("-_./")
_NEVER_AFTER_TLD = _ALNUM | frozenset("@+-")

_INNER_DOT = re.compile(r"(?<=[^ \n./@:,;!?()])\.(?=[^ \n./@:,;!?()])")
_SCHEME_BEFORE = re.compile(r"https?://\Z", re.IGNORECASE)
_FULL_STOPS = "[\u3002\uff0e\uff61]"
_PORT = re.compile(r":[0-9]+")
_ASCII_PREFIX = re.compile(r"[0-9A-Za-z]+")
_PUNYCODE = re.compile(r"xn--[-0-9a-z]+", re.IGNORECASE)
_LINKABLE_TAIL = re.compile(rf"[-a-z0-9{_LATIN}]+\Z", re.IGNORECASE)
_TCO = re.compile(
    r"https?://t\.co/([a-z0-9]+)(?:\?[a-z0-9!?*'@();:&=+$/%#\[\]\-_.,~|]*[a-z0-9\-_&=#/])?", re.IGNORECASE
)

_TLDS = Path(__file__).with_name("tlds.txt")
_COMMON_TLDS = frozenset(
    {"com", "org", "net", "io", "dev", "app", "co", "ai", "edu", "gov", "uk", "de", "fr", "xyz"}
)
"""A subset of ``tlds.txt``, so that most texts with a URL do not load the list."""


class Grammar(NamedTuple):
    """What may follow a domain: the part in which networks differ."""

    path: re.Pattern[str]
    path_end: re.Pattern[str]
    query: re.Pattern[str]
    query_end: re.Pattern[str]


def _grammar(path: str, path_end: str, query: str, query_end: str) -> Grammar:
    parentheses = rf"\((?:{path}+|{path}*\({path}+\){path}*)\)"
    return Grammar(
        path=re.compile(rf"/(?:{path}+|{parentheses})*", re.IGNORECASE),
        path_end=re.compile(path_end, re.IGNORECASE),
        query=re.compile(rf"\?{query}+", re.IGNORECASE),
        query_end=re.compile(query_end, re.IGNORECASE),
    )


@cache
def twitter() -> Grammar:
    """twitter-text 3.1: ``validUrlPath``, ``validUrlQueryChars``."""
    return _grammar(
        path=rf"[a-z{_CYRILLIC}0-9!*';:=+,.$/%#\[\]\-\u2013_~@|&{_LATIN}]",
        path_end=rf"[+\-a-z{_CYRILLIC}0-9=_#/){_LATIN}]",
        query=r"[a-z0-9!?*'@();:&=+$/%#\[\]\-_.,~|]",
        query_end=r"[a-z0-9\-_&=#/]",
    )


@cache
def mastodon() -> Grammar:
    """Mastodon's wider twitter-text: letters of every script in path and query."""
    # By what it is not: compiling the long ranges themselves takes ten times as long (12 ms for the two).
    letters = r"[^\x00-\x9F\U0001FFFE\U0001FFFF\U0010FFFE\U0010FFFF]"
    return _grammar(
        path=r"[^\s<>()?]",
        path_end=r"[^\s(?!*\"'「」<>;:=,.$%\[\]~&|@]",
        query=rf"(?:[a-z0-9!?*'();:&=+$/%#\[\]\-_.,~|@\^]|{letters})",
        query_end=rf"(?:[a-z0-9_&=#/\-]|{letters})",
    )


def find_urls(
    text: str, *, grammar: Grammar | None = None, bare_domains: bool = True
) -> list[tuple[int, int]]:
    """Return the (start, end) of every URL in ``text``, in order.

    ``bare_domains``: also those without ``http://`` or ``https://``.
    """
    if "." not in text or not (bare_domains or "://" in text):
        return []
    rules = grammar or twitter()
    urls: list[tuple[int, int]] = []
    taken = scanned = 0
    while dot := _INNER_DOT.search(text, scanned):
        run = _run_around(text, dot.start(), scanned)
        found = _first_domain(text, run, taken)
        if found is None:
            scanned = run[1]
            continue
        start, domain_end, scheme = found
        end, has_path = _tail(text, domain_end, rules)
        if not _encodable(text[start:domain_end], end - start + (scheme or len("https://"))):
            pass
        elif scheme:
            short = _TCO.match(text, start - scheme, end)
            if short is None or len(short[1]) <= MAX_TCO_SLUG_LENGTH:
                urls.append((start - scheme, short.end() if short else end))
        elif bare_domains and text[max(start - 1, 0) : start] not in _NEVER_BEFORE_BARE_DOMAIN:
            urls += _bare(text, start, domain_end, end - domain_end if has_path else 0)
        taken = scanned = max(end, domain_end)
    return urls


def _run_around(text: str, dot: int, low: int) -> tuple[int, int]:
    """Return the longest stretch around ``dot`` of characters that a domain, '.', '-' and '_' are made of."""
    start, end, length, dots = dot, dot, len(text), 0
    while start > low and text[start - 1] not in _OUTSIDE_DOMAIN:
        start -= 1
    while end < length and dots < MAX_DOTS and text[end] not in _OUTSIDE_DOMAIN:
        dots += text[end] == "."
        end += 1
    return start, end


def _first_domain(text: str, run: tuple[int, int], low: int) -> tuple[int, int, int] | None:
    """Find the first domain of a run: its start, its end, and the length of the scheme before it.

    ``ends[i]`` is where the longest domain ends that has the whole label ``i`` inside it; it is worked out
    from the right, so that the many places a domain could start at cost no more than one look each.
    """
    labels = _labels(text, run)
    count = len(labels)
    tlds = [0] * (count + 1)
    ends = [0] * (count + 1)
    for i in range(count - 1, 0, -1):
        tlds[i] = _tld_end(text, *labels[i])
        ends[i] = _longest(text, labels[i], ends[i + 1], tlds[i + 1])
    for i, (label_start, label_end) in enumerate(labels):
        if not (ends[i + 1] or tlds[i + 1]):
            continue
        for start in _starts(label_start, label_end):
            scheme = _scheme_length(text, start, low) if start == run[0] else 0
            if not scheme and not _may_start(text, start, low):
                continue
            end = _longest(text, (start, label_end), ends[i + 1], tlds[i + 1])
            if end:
                return start, end, scheme
    return None


def _starts(start: int, end: int) -> Iterable[int]:
    """Return the places a domain may start at, in the order in which twitter-text prefers them.

    It wants a character before the domain; only where there is none is the start of the text good enough.
    """
    return chain((1,), (0,), range(2, end)) if start == 0 and end > 1 else range(start, end)


def _labels(text: str, run: tuple[int, int]) -> list[tuple[int, int]]:
    start, end = run
    dots = [at for at in range(start, end) if text[at] == "."]
    return list(zip([start, *(dot + 1 for dot in dots)], [*dots, end], strict=True))


def _longest(text: str, label: tuple[int, int], beyond: int, tld_end: int) -> int:
    """Return where the longest domain ends that starts with this label; 0 if there is none.

    A label neither begins nor ends with '-' or '_'; the one before the ending has no '_' at all.
    """
    start, end = label
    if start >= end or text[start] in "-_" or text[end - 1] in "-_":
        return 0
    if beyond:
        return beyond
    return tld_end if tld_end and text.find("_", start, end) < 0 else 0


def _tld_end(text: str, start: int, end: int) -> int:
    """Return where the top-level domain that this label begins with ends; 0 if it begins with none."""
    punycode = _PUNYCODE.match(text, start, end)
    if punycode:
        return punycode.end()
    ascii_prefix = _ASCII_PREFIX.match(text, start, end)
    if ascii_prefix and _may_follow_tld(text, ascii_prefix.end()) and is_tld(ascii_prefix.group()):
        return ascii_prefix.end()
    if text[start:end].isascii():
        return 0
    for stop in range(min(end, start + MAX_TLD_LENGTH), start, -1):
        if _may_follow_tld(text, stop) and is_tld(text[start:stop]):
            return stop
    return 0


def is_tld(word: str) -> bool:
    word = word.lower()
    if word in _COMMON_TLDS:
        return True
    if len(word) > MAX_TLD_LENGTH or word.isdigit():
        return False
    return word in _top_level_domains()


@cache
def _top_level_domains() -> frozenset[str]:
    lines = _TLDS.read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def _may_follow_tld(text: str, end: int) -> bool:
    return end >= len(text) or text[end] not in _NEVER_AFTER_TLD


def _may_start(text: str, start: int, low: int) -> bool:
    return start == 0 or (start > low and text[start - 1] not in _NEVER_BEFORE_URL)


def _scheme_length(text: str, start: int, low: int) -> int:
    scheme = _SCHEME_BEFORE.search(text, max(low, start - len("https://")), start)
    if scheme is None or not _may_start(text, scheme.start(), low):
        return 0
    return start - scheme.start()


def _tail(text: str, domain_end: int, rules: Grammar) -> tuple[int, bool]:
    """Return where port, path and query after a domain end, and whether there is a path."""
    end = domain_end
    if port := _PORT.match(text, end):
        end = port.end()
    if path := rules.path.match(text, end):
        end = _trim(text, path.end(), path.start() + 1, rules.path_end)
    if query := rules.query.match(text, end):
        query_end = _trim(text, query.end(), query.start() + 1, rules.query_end)
        end = query_end if query_end > query.start() + 1 else end
    return end, path is not None


def _trim(text: str, end: int, low: int, last: re.Pattern[str]) -> int:
    while end > low and not last.match(text, end - 1, end):
        end -= 1
    return end


def _encodable(domain: str, url_length: int) -> bool:
    """Whether every label fits the DNS in its encoded form, and the URL is not too long."""
    return (
        url_length <= MAX_URL_LENGTH
        and all(_encoded_length(label) <= MAX_LABEL_LENGTH for label in domain.split("."))
        # `toAscii` of twitter-text: what says that it is encoded has a domain of Latin letters in it.
        and (not domain.startswith("xn--") or bool(_bare(domain, 0, len(domain), 0)))
    )


def _encoded_length(label: str) -> int:
    if label.isascii() or len(label) > MAX_LABEL_LENGTH:
        return len(label)
    parts = re.split(_FULL_STOPS, label)
    encoded = (len(part) if part.isascii() else 4 + len(part.encode("punycode")) for part in parts)
    return sum(encoded) + len(parts) - 1


def _bare(text: str, start: int, end: int, tail: int) -> list[tuple[int, int]]:
    """Return the Latin domains inside a domain without scheme; the last is longer by the path and query.

    Where the last one ends before the whole domain does, twitter-text measures just so.
    """
    labels = _labels(text, (start, end))
    found: list[tuple[int, int]] = []
    low = start
    for i, label in enumerate(labels):
        first = _LINKABLE_TAIL.search(text, max(low, label[0]), label[1])
        best = _longest_linkable(text, labels[i + 1 :], end) if first and label[1] > low else 0
        if first and best:
            found.append((first.start(), best))
            low = best
    if found:
        found[-1] = (found[-1][0], found[-1][1] + tail)
    return found


def _longest_linkable(text: str, labels: list[tuple[int, int]], end: int) -> int:
    best = 0
    for label in labels:
        best = min(_tld_end(text, *label), end) or best
        tail = _LINKABLE_TAIL.search(text, *label)
        if not tail or tail.start() != label[0]:
            break
    return best
