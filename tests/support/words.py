"""Words that nothing that a user reads contains, and what to write instead: the one list of them."""

from __future__ import annotations

import re

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
    "at a desk": "at a terminal",
    "is none": "is not one",
    "is told": "is reported",
    "mend": "fix",
    "on a desk": "at a terminal",
    "one a line": "one per line",
    "stands": "is",
    "twin": "the same",
    "twins": "the same",
    "weighed": "counted",
    "who wants": "to",
}
"""What a native speaker would not write."""

_ANY = re.compile(rf"\b(?:{'|'.join(map(re.escape, (*JARGON, *DIALECT)))})\b(?! for\b)", re.IGNORECASE)
_QUOTED = re.compile(r"`[^`]*`|\"[^\"]*\"|https?://\S+")
"""What is quoted is as it is."""


def unsuitable(text: str) -> list[str]:
    """Give the words of a text that people should not have to read."""
    return _ANY.findall(_QUOTED.sub("", text))
