"""What YAML silently takes away from a text: what follows a ``#``, and a first word that begins with ``&``.

What tells a comment from a hashtag or a number, as in ``Fix #1``, is the space that people and linters put
after the ``#``. On the next line it counts only if it is indented as the rest of the text would be: else it
is a key or an item that somebody has commented out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from publer_publish.errors import Path, Problem, Problems, Severity
from publer_publish.post.document.parse import Document
from publer_publish.post.document.source import Node, Source, short
from publer_publish.post.selectors import is_selector

_MAY_LOSE_TEXT = r"[ \t]#\w|&[^\s,\[\]{}]"
_AFTER = re.compile(r"(?:[ \t]+|[ \t]*(?:\r\n|\n|\r)(?P<indentation>[ \t]+))(?P<lost>#\w+)")
_ANCHOR = re.compile(r"&(?P<name>[^\s,\[\]{}]+)\s+\Z")
_ALIAS = r"\*([^\s,\[\]{}]+)"
_NAMED = r"/(?!\*\Z)"
"""Which selectors have a name that may go on."""
_DASH = re.compile(r"-[ \t]+\Z")
_LONGEST_ANCHOR = 80
_NO_PROSE = frozenset(
    {"call_to_action", "category", "duration", "end", "file", "id", "parseMode", "path", "privacy",
     "replySettings", "start", "state", "thumbnail", "type", "url", "visibility", "when"}
)  # fmt: skip
"""Keys of Publer's words and of addresses, behind which no hashtag is lost."""


def report(document: Document, problems: Problems) -> None:
    """Report every unquoted text of a file that has lost something."""
    source = document.source
    if not re.search(_MAY_LOSE_TEXT, source.text):
        return
    aliases = set(re.findall(_ALIAS, source.text))
    for path, node in _texts(source, document.root):
        found = _AFTER.match(source.text, node.end)
        if found:
            _report_comment(document, path, node, found, problems)
        anchor = _ANCHOR.search(source.text, max(0, node.start - _LONGEST_ANCHOR), node.start)
        if anchor and anchor["name"] not in aliases:
            problems.warn(
                f'The text begins only after "&{short(anchor["name"])}", which gives it a name to repeat it '
                "by, and nothing repeats it.",
                "If it is part of the text, put the whole text in quotes; else remove it.",
                document.where_at(anchor.start(), path),
            )


def _report_comment(
    document: Document, path: Path, node: Node, found: re.Match[str], problems: Problems
) -> None:
    is_name, indentation = is_selector(path), found["indentation"]
    is_outside = indentation and len(indentation) <= _indentation(document.source, path, node)
    if is_outside or (is_name and not re.search(_NAMED, str(node.value))):
        return
    problem = Problem(
        message=f'The {"name" if is_name else "text"} ends before "{short(found["lost"])}": a "#" after a '
        "space begins a comment.",
        hint='If it belongs to it, put the whole text in quotes; if not, write a space after the "#".',
        fix="" if indentation else document.rewrite.in_quotes(path),
        where=document.where_at(found.start("lost"), path),
        # The shorter name may be that of another account.
        severity=Severity.ERROR if is_name else Severity.WARNING,
    )
    problems.add(problem)


def _texts(source: Source, node: Node, path: Path = ()) -> Iterator[tuple[Path, Node]]:
    """Give the unquoted texts of a document, each once: an alias repeats what is elsewhere."""
    if source.text.startswith("*", node.start):
        return
    for key, child in node.entries.items():
        yield from _texts(source, child, (*path, key))
    for index, child in enumerate(node.items):
        yield from _texts(source, child, (*path, index))
    is_prose = not path or path[-1] not in _NO_PROSE
    if isinstance(node.value, str) and not node.style and (is_prose or is_selector(path)):
        yield path, node


def _indentation(source: Source, path: Path, node: Node) -> int:
    """Return that of the key of a text, or of its dash; more than any where it has none."""
    if path and isinstance(path[-1], str):
        return source.position(node.key_start)[1] - 1
    _, column = source.position(node.start)
    dash = _DASH.search(source.text, node.start - column + 1, node.start)
    return source.position(dash.start())[1] - 1 if dash else len(source.text)
