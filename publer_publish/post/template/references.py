"""GitHub's references to pull requests, issues, commits and logins, and what a post keeps of them.

Where a change was made is of no use in a post and goes; who made it stays. What is part of a sentence stays
as a word. While a line is put together, references and logins are marked in it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from publer_publish.post.template.harmless import LINK

_REFERENCE = "\ue002{}\ue003"
"""Marks a reference to an issue, a pull request or a commit."""
_MENTION = "\ue004{}\ue005"
"""Marks a login."""
_SHORTCODES = Path(__file__).with_name("shortcodes.txt")

ABOUT_CODE = re.compile(
    r"https?://[^/\s]+/[^/\s]+/[^/\s]+/(?:pull|issues|commits?|compare|discussions)/(\S+)", re.IGNORECASE
)
"""A page of a pull request, an issue, a commit or a comparison."""
_HASH = r"[0-9a-f]{7,40}"
_NAMES_CODE = re.compile(rf"\s*(?:(?:[\w.-]+/[\w.-]+)?#\d+|[\w.-]+/[\w.-]+@{_HASH}|{_HASH}|GH-\d+)\s*")
"""The text of a link that GitHub would have made of a reference."""
_IN_TEXT = re.compile(
    r"(?<![\w/&#.-])(?:(?P<ref>(?:[\w.-]+/[\w.-]+)?#\d+)|(?P<hash>[0-9a-f]{40}))(?!\w)"
    r"|(?<![\w@\uff20/.`])@(?P<login>[A-Za-z0-9][\w-]*(?:/[\w-]+)?(?:\[bot\])?)(?![\w@/.]*[@/])"
)
_SHORTCODE = re.compile(r"(?<![0-9A-Za-z]):([+-]?[0-9a-z][\w+-]*):(?![0-9])")


@cache
def _shortcodes() -> Mapping[str, str]:
    lines = _SHORTCODES.read_text(encoding="utf-8").splitlines()
    return dict(line.split(" ", 1) for line in lines)


def marked(text: str) -> str:
    """Mark references and logins, and write emoji for their shortcodes."""
    if ":" in text:
        text = _SHORTCODE.sub(lambda code: _shortcodes().get(code[1], code[0]), text)
    return _IN_TEXT.sub(_mark, text) if "#" in text or "@" in text or len(text) >= 40 else text  # noqa: PLR2004  (a commit)


def _mark(found: re.Match[str]) -> str:
    if found["login"]:
        return _MENTION.format(found["login"])
    if found["hash"]:
        return _REFERENCE.format(found["hash"][:7])
    return _REFERENCE.format(found["ref"])


def link(text: str, url: str, *, is_bare: bool) -> str:
    bare = text.strip()
    if ABOUT_CODE.match(url) and (is_bare or _NAMES_CODE.fullmatch(_without_marks(bare)) or bare == url):
        return _REFERENCE.format(LINK.format(url) if is_bare else _without_marks(bare))
    if is_bare or bare == url or _is_same_page(bare, url):
        is_web = url.startswith(("http://", "https://"))
        return LINK.format(bare if bare.startswith("www.") and is_bare else url) if is_web else text
    return text


def _is_same_page(text: str, url: str) -> bool:
    return re.sub(r"^https?://", "", url).rstrip("/") == text.rstrip("/") and "." in text


_LEAD = (
    r"(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?|see|refs?|references|pr|issue|in|via|by|from|for|gh|thanks|cc)"
)
_REF = "\ue002[^\ue003]*\ue003"
_MORE_REFS = rf"(?:(?:\s*[,;&/]\s*|\s+and\s+|\s+)(?:{_LEAD}:?\s+)?{_REF}){{0,99}}"
_LOGIN = "\ue004[^\ue005]*\ue005"
# Each begins where a row of spaces does: else every later start looks through the whole row again.
_BOT = re.compile(r"(?<!\s)(?:\s+(?:by|from))?\s*\(?\ue004[^\ue005]*\[bot\]\ue005\)?")
_IN_BRACKETS = re.compile(rf"(?<!\s)\s*[(\[]\s*(?:{_LEAD}:?\s+)?{_REF}{_MORE_REFS}\s*[)\]]", re.IGNORECASE)
_AT_END = re.compile(
    rf"(?<!\s)(?:\s*(?<![,;\u2013-])[,;\u2013-]+)?\s*(?:(?<=\s){_LEAD}:?\s*)?{_REF}{_MORE_REFS}\s*([.!]?)\s*\Z",
    re.IGNORECASE,
)
_AT_START = re.compile(
    rf"\A\s*(?:{_REF}[\s:,\u2013-]*)+(?:Thanks\s[^!\n]{{1,200}}!\s*[-\u2013]\s*)?", re.IGNORECASE
)
_HASH_AT_START = re.compile(r"\A\s*(?=[0-9]*[a-f])(?=[a-f]*[0-9])[0-9a-f]{7,40}(?::\s*|\s+)(?=\S)")
_ONLY_LABEL = re.compile(rf"\s*[^:\n]{{0,40}}:\s*{_REF}\s*")
_CREDIT = re.compile(
    rf"(?<=[A-Za-z0-9)'\"`.])(?<!\bby)(?<!\bto)(?<!\band)(?<!\bwith)(?<!\bfor)(?<!\bfrom)(?<!hanks)\s+({_LOGIN})\s*\Z"
)
_MARKS = re.compile("[\ue002-\ue005]")


def without_references(line: str, *, is_item: bool) -> str:
    """Leave out where a change was made, and keep who made it. What is in a sentence stays."""
    if not _MARKS.search(line):
        return _HASH_AT_START.sub("", line) if is_item else line
    if _ONLY_LABEL.fullmatch(line):
        return ""
    line = _BOT.sub("", line)
    line = _IN_BRACKETS.sub("", line)
    line = _AT_END.sub(r"\1", line)
    if is_item:
        line = _HASH_AT_START.sub("", _AT_START.sub("", line))
        line = _CREDIT.sub(r" by \1", line)
    return _without_marks(line)


def _without_marks(text: str) -> str:
    return _MARKS.sub("", text)
