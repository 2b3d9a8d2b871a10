"""Words that nothing that a user reads contains, and what to write instead: the one list of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

JARGON = {
    "alias": "what repeats something",
    "anchor": "what gives something a name to repeat it by",
    "directive": "a line that begins with %",
    "mapping": "a group of keys, or keys and values",
    "node": "a value",
    "parse": "read",
    "parser": "read",
    "scalar": "text, a number",
    "sequence": "a list",
    "YAML expects": "what to write",
}
"""Of YAML and of programming: whoever can write an e-mail can write a post file."""

DIALECT = {
    "a desk": "a terminal",
    "a line each": "one per line",
    "anew": "again",
    "are told": "are reported",
    "as it were": "leave it out",
    "be told": "be known, be reported",
    "belong into": "belong in",
    "belongs into": "belongs in",
    "is none": "is not one",
    "is told": "is reported",
    "it is so that": "leave it out",
    "mend": "fix",
    "mends": "fixes",
    "nothing foreign": "no foreign text",
    "one a line": "one per line",
    "or the like": "such as",
    "stands": "is",
    "such a one": "one",
    "the desk": "the terminal",
    "twin": "the same",
    "twins": "the same",
    "was told": "was given",
    "weighed": "counted",
    "which is none": "which is not one",
    "who wants": "to",
    "whoever wants": "to",
}
"""What a native speaker would not write."""


def _pattern(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile(
        rf"(?<!there )\b(?:{'|'.join(map(re.escape, words))})\b(?! for\b| apart\b)", re.IGNORECASE
    )


_ANY, _DIALECT = _pattern((*JARGON, *DIALECT)), _pattern(DIALECT)
_QUOTED = re.compile(r"`[^`]*`|\"[^\"]*\"|https?://\S+")
"""What is quoted is as it is."""
_WRITTEN = {
    ".md": re.compile(r"(?:^|\n```\n)(.*?)(?=\n```\w|\Z)", re.DOTALL),
    ".py": re.compile(r'"""(.*?)"""|# ([^\n]*)', re.DOTALL),
    ".yml": re.compile(r"(.*)", re.DOTALL),
    ".j2": re.compile(r"(.*)", re.DOTALL),
}
"""By the end of a file's name: what in it is written for people."""


def unsuitable(text: str) -> list[str]:
    """Give the words of a text that people should not have to read."""
    return _ANY.findall(_QUOTED.sub("", text))


def unidiomatic(path: Path) -> list[str]:
    """Give the words of a file, in what it says to people, that a native speaker would not write."""
    text = path.read_text(encoding="utf-8")
    if not _DIALECT.search(text):
        return []
    parts = ("".join(filter(None, found.groups())) for found in _WRITTEN[path.suffix].finditer(text))
    quoted = re.compile(r"`[^`]*`|None|https?://\S+")
    return [word for part in parts for word in _DIALECT.findall(quoted.sub("", part))]
