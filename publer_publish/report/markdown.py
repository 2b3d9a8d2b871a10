"""Foreign text inside GitHub-flavoured Markdown: it can only be read, never act.

Two layers give text a meaning on GitHub. Markdown itself is silenced by escapes. What GitHub does to the
rendered text afterwards (links for URLs, @mentions, #123, commit ids, :emoji:, $math$) ignores escapes, so
there a zero-width space breaks the pattern; what people copy (URLs, ids) becomes a code span instead,
which GitHub leaves alone. No regular expression here backtracks over more than it has matched.
"""

from __future__ import annotations

import re
from itertools import zip_longest
from urllib.parse import quote, urlsplit

from publer_publish.text import one_line, visible

CELL_LIMIT = 500
"""Code points of foreign text in a table cell or a list item: enough for a sentence."""

_ZERO_WIDTH = "&#8203;"
_COPYABLE = (
    r"""(?i)(?:(?:https?|ftp)://|\bwww\.)[^\s|`<>"$]*[^\s|`<>"$.,;:!?)'\]*_]"""  # up to a sentence's end
    r"|\b[0-9a-f]{7,64}\b"  # what may be the id of a commit
    r"|`[^`|]+`"  # a code span as it is: nothing in it can close it
)
_HEX = r"(?i)\b[0-9a-f]{7,}\b"
_BREAK_AFTER = (
    r"(?i)@"  # a mention, a mail address
    r"|\#(?=\w)"  # an issue
    r"|:(?=/|[\w+-]+:)"  # a URL, an emoji's name
    r"|\bwww(?=\.)"
    r"|\[(?=!)"  # an alert
    r"|(?<=[A-Za-z])-(?=\d)|(?<=GHSA)-"  # GH-1, CVE-2024-1, GHSA-…, a ticket of another system
)
# Not with `html.escape`: importing it brings a table of 2,231 entities, which every run would wait for.
_IN_HTML = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    "$": "<span>$</span>",  # the way GitHub documents to keep a dollar sign from starting a formula
    "\u200b": _ZERO_WIDTH,
}
_HTML_ESCAPES = str.maketrans({**_IN_HTML, '"': "&quot;", "'": "&#x27;"})
_ESCAPES = str.maketrans(
    {**_IN_HTML, **{char: f"\\{char}" for char in "\\*_[]~#"}, "`": "&#96;", "|": "&#124;"}
)
_BLOCK_START = r"^(?:(?=[-+=])|(\d{1,9})(?=[.)]))"
_URL_SAFE = "-._~:/?#[]@!$&'*+,;=%"


def inline(text: str, limit: int = CELL_LIMIT) -> str:
    """Return foreign text for one line of Markdown: a paragraph, a list item, a heading or a table cell."""
    line = one_line(text, limit)
    parts: list[str] = []
    done = 0
    for match in re.finditer(_COPYABLE, line):
        span = match.group().strip("`")
        parts += (_plain(line[done : match.start()], at_start=not done), f"`{span}`")
        done = match.end()
    parts.append(_plain(line[done:], at_start=not done))
    return "".join(parts)


def _plain(text: str, *, at_start: bool) -> str:
    escaped = _broken(text).translate(_ESCAPES)
    return re.sub(_BLOCK_START, r"\1\\", escaped) if at_start else escaped


def _broken(text: str) -> str:
    """Return text with zero-width spaces in all that GitHub would make something of."""
    apart = re.sub(_BREAK_AFTER, lambda match: match.group() + "\u200b", text)
    return re.sub(_HEX, lambda match: "\u200b".join(re.findall(".{1,6}", match.group())), apart)


def quoted(text: str) -> str:
    """Return foreign text as a block quote that keeps its lines: how a post reads, and nothing in it acts."""
    lines = [inline(line, len(line)) for line in visible(text).strip("\n").split("\n")]
    # A backslash keeps the end of a line, but not before an empty one.
    ends = ["\\" if line and after else "" for line, after in zip_longest(lines, lines[1:])]
    return "\n".join(f"> {line}{end}".rstrip(" ") for line, end in zip(lines, ends, strict=True))


def code(text: str, limit: int = CELL_LIMIT) -> str:
    """Return foreign text as a code span that it cannot close; as ``inline`` if it has a ``|``."""
    line = one_line(text, limit)
    if not line or "|" in line:
        return inline(line, limit)
    longest = max((len(run) for run in re.findall("`+", line)), default=0)
    fence = "`" * (longest + 1)
    blank = " " if line[0] == "`" or line[-1] == "`" else ""
    return f"{fence}{blank}{line}{blank}{fence}"


def block(text: str, language: str = "") -> str:
    """Return foreign text as a block of code that it cannot close."""
    shown = visible(text)
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", shown)), default=0))
    return f"{fence}{language}\n{shown}\n{fence}"


def in_html(text: str, limit: int = CELL_LIMIT) -> str:
    """Return foreign text for the inside of an HTML element, such as ``<summary>``, where Markdown is off."""
    return _broken(one_line(text, limit)).translate(_HTML_ESCAPES)


def link(label: str, url: str | None) -> str:
    """Return a link if ``url`` is http or https, else the label as text. Both may be foreign."""
    safe = safe_url(url or "")
    return f"[{inline(label)}](<{safe}>)" if safe else inline(label)


def safe_url(url: str) -> str:
    """Return a web address in a form that cannot escape from its place; empty for anything else."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return ""
    if not usable or url != visible(url) or any(char.isspace() for char in url):
        return ""
    return quote(url, safe=_URL_SAFE).replace("&", "&amp;").replace("[", "%5B").replace("]", "%5D")
