"""What YAML silently takes away from a text: what follows a ``#``, and a first word that begins with ``&``.

What tells a comment from a hashtag or a number, as in ``Fix #1``, is the space that people and linters put
after the ``#``. On the next line it counts only if it is indented as the rest of the text would be: else it
is a key or an item that somebody has commented out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from publer_publish.errors import Path, Problem, Problems, Severity, Where
from publer_publish.post.document.rewrite import Rewriter
from publer_publish.post.document.source import Node, Source, short
from publer_publish.post.model import SelectorKind
from publer_publish.post.selectors import SelectorError, parse_selector

_AFTER = re.compile(r"(?:[ \t]+|[ \t]*(?:\r\n|\n|\r)(?P<indentation>[ \t]+))(?P<lost>#\w+)")
_ANCHOR = re.compile(r"&(?P<name>[^\s,\[\]{}]+)\s+\Z")
_ALIAS = re.compile(r"\*([^\s,\[\]{}]+)")
_DASH = re.compile(r"-[ \t]+\Z")
_LONGEST_ANCHOR = 80
_NO_PROSE = frozenset(
    {"call_to_action", "category", "duration", "end", "file", "id", "parseMode", "path", "privacy",
     "replySettings", "start", "state", "thumbnail", "type", "url", "visibility", "when"}
)  # fmt: skip


def report(source: Source, root: Node, where: Callable[[int, Path], Where], problems: Problems) -> None:
    """Report every unquoted text of a file that has lost something."""
    aliases = set(_ALIAS.findall(source.text))
    rewrite = Rewriter(source, root)
    for path, node in _texts(source, root):
        found = _AFTER.match(source.text, node.end)
        if found and (
            found["indentation"] is None or len(found["indentation"]) > _indentation(source, path, node)
        ):
            fix = rewrite.in_quotes(path) if found["indentation"] is None else ""
            lost = _of_comment(path, str(node.value), found["lost"], where(found.start("lost"), path), fix)
            if lost:
                problems.add(lost)
        anchor = _ANCHOR.search(source.text, max(0, node.start - _LONGEST_ANCHOR), node.start)
        if anchor and anchor["name"] not in aliases:
            problems.warn(
                f'The text begins only after "&{short(anchor["name"])}", which gives it a name to repeat it '
                "by, and nothing repeats it.",
                "If it is part of the text, put the whole text in quotes; else remove it.",
                where(anchor.start(), path),
            )


def _of_comment(path: Path, value: str, lost: str, where: Where, fix: str) -> Problem | None:
    what = "name" if _is_selector(path) else "text"
    if what == "name" and not _has_name(value):
        return None
    return Problem(
        message=f'The {what} ends before "{short(lost)}": a "#" after a space begins a comment.',
        hint='If it belongs to it, put the whole text in quotes; if not, write a space after the "#".',
        fix=fix,
        where=where,
        # The shorter name may be that of another account.
        severity=Severity.ERROR if what == "name" else Severity.WARNING,
    )


def _texts(source: Source, node: Node, path: Path = ()) -> Iterator[tuple[Path, Node]]:
    """Give the unquoted texts of a document, each once: an alias repeats what is elsewhere."""
    if source.text.startswith("*", node.start):
        return
    for key, child in node.entries.items():
        yield from _texts(source, child, (*path, key))
    for index, child in enumerate(node.items):
        yield from _texts(source, child, (*path, index))
    if isinstance(node.value, str) and not node.style and (_is_prose(path) or _is_selector(path)):
        yield path, node


def _is_prose(path: Path) -> bool:
    """Whether people read the value: behind one of Publer's words or an address no hashtag is lost."""
    return not path or path[-1] not in _NO_PROSE


def _indentation(source: Source, path: Path, node: Node) -> int:
    """Return that of the key of a text, or of its dash; more than any where it has none."""
    if path and isinstance(path[-1], str):
        return source.position(node.key_start)[1] - 1
    _, column = source.position(node.start)
    dash = _DASH.search(source.text, node.start - column + 1, node.start)
    return source.position(dash.start())[1] - 1 if dash else len(source.text)


def _is_selector(path: Path) -> bool:
    entry = path[:-1] if path[-1:] == ("id",) else path
    return len(entry) > 1 and entry[-2] == "accounts" and isinstance(entry[-1], int)


def _has_name(selector: str) -> bool:
    try:
        return parse_selector(selector).kind is SelectorKind.NAME
    except SelectorError:
        return False
