"""Values of the wrong kind: what was expected, and the line as it was meant."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from publer_publish.errors import Path
from publer_publish.networks.table import KEYS, NETWORKS, canonical
from publer_publish.post.document.parse import Document
from publer_publish.post.document.rewrite import Rewriter, as_list, in_quotes
from publer_publish.post.document.source import short
from publer_publish.post.model import LISTS_OF_POSTS, Json

_NAMES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a group of keys",
    "null": "null",
}
_OF_PYTHON = {str: "string", bool: "boolean", list: "array", dict: "object"}
_TRUE_OR_FALSE = dict.fromkeys(("yes", "y", "on", "true"), "true") | dict.fromkeys(
    ("no", "n", "off", "false"), "false"
)
_EVERYWHERE = frozenset({"all", "any", "everywhere", "every"})
_BETWEEN_ITEMS = re.compile(r"\s*[,;\n]\s*|\s+(?=-)")
_BETWEEN_SELECTORS = re.compile(rf"{_BETWEEN_ITEMS.pattern}|\s+(?=(?:{'|'.join(KEYS)})/)", re.IGNORECASE)

Fix = tuple[str, str]
"""A hint, and the corrected lines; each is empty where there is none."""


class WrongKinds:
    """Says what a value should be, for one document."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._rewrite = document.rewrite

    def explain(self, types: Sequence[str], value: Json, path: Path) -> tuple[str, str, str]:
        """Return message, hint and corrected lines for a value of the wrong kind."""
        if not path:
            return self._no_post_file(value)
        message = f"{name_of(path)} must be {_listed(types)}, but {self._found(types, value, path)}."
        comment = self._document.comment_instead(path) if value is None else ""
        if value is None:
            message = f"{name_of(path)} has no value{f': {comment} is a comment' if comment else ''}."
        if isinstance(value, str):
            value = self._document.raw(path)  # without values that a template has put into it
        if path[-1] == "networks":
            return message, *self._networks(value, path)
        if "array" in types:
            default = 'Write a list: each item on a line of its own that begins with "- ".'
            hint, fix = self._list(value, path)
            if "string" in types:
                default = "Write a path in the repository or a web address."
        elif "string" in types:
            default = "Write the text, or remove the key." if value is None else "Write one text here."
            hint, fix = self._text(value, path, comment)
        elif "object" in types:
            default = "Write its keys with their values below it, each on a line of its own, indented."
            hint, fix = self._group(value, path)
        else:
            default = f"Write {_listed(types)}, without quotes."
            hint, fix = self._word(types, value, path)
        return message, hint or default, fix

    def _no_post_file(self, data: Json) -> tuple[str, str, str]:
        found = "nothing" if data is None else f"only {_kind(data)}"
        fix, text = "", data.strip() if isinstance(data, str) else ""
        if text and "\n" not in text:
            fix = f'text: {in_quotes(text)}\naccounts: ["twitter/*"]'
        return (
            f"A post file is a post or a list of posts, but this one contains {found}.",
            'Write "text:" with the text after it, and "accounts:" with a list.',
            fix,
        )

    def _found(self, types: Sequence[str], value: Json, path: Path) -> str:
        is_short = value is None or isinstance(value, str | list | dict)
        written = "this" if is_short else short(self._document.raw(path))
        is_near = isinstance(value, bool) or ("integer" in types and isinstance(value, float))
        return f"{written} is {'not' if is_near else _kind(value)}"

    def _networks(self, value: Json, path: Path) -> Fix:
        words = [value] if isinstance(value, str) else value if isinstance(value, list) else []
        names = [canonical(word) for word in words if isinstance(word, str)]
        if not names or len(names) < len(words) or not set(names) <= set(NETWORKS):
            return 'Write each network as a key: "twitter: {}".', ""
        written = "{ " + ", ".join(f"{name}: {{}}" for name in names) + " }"
        hint = "Write each network as a key; {} means that it gets what the others get."
        return hint, self._rewrite.value(path, written)

    def _list(self, value: Json, path: Path) -> Fix:
        if isinstance(value, str):
            return self._list_of(value.strip(), path)
        if isinstance(value, dict) and path[-1] == "posts":
            return "Begin each post with a dash.", self._rewrite.items(path)
        if isinstance(value, dict) and path[-1] == "accounts":
            return "Write a list of texts, each with the network and the name.", ""
        return "", ""

    def _list_of(self, text: str, path: Path) -> Fix:
        if path[-1] == "accounts" and text.lower() in _EVERYWHERE:
            return '"*" stands for all accounts of the workspace.', self._rewrite.value(path, as_list(["*"]))
        items = [text]
        if path[-1] != "comments":
            between = _BETWEEN_SELECTORS if path[-1] == "accounts" else _BETWEEN_ITEMS
            items = [item for item in (one.removeprefix("-").strip() for one in between.split(text)) if item]
        hint = "Write a space after each dash, or a list in brackets." if text[:1] == "-" else "Write a list."
        return hint, self._rewrite.value(path, as_list(items)) if items else ""

    def _text(self, value: Json, path: Path, comment: str) -> Fix:
        if isinstance(value, bool | int | float):
            return "Put it in quotes.", self._rewrite.value(path, in_quotes(self._document.raw(path)))
        if comment:
            fix = "" if "…" in comment else self._rewrite.value(path, in_quotes(comment))
            return "Put the text in quotes, or remove the key.", fix
        if isinstance(value, dict) and path[-1] == "text" and value and all(map(is_network, value)):
            hint = 'A network\'s own text is written below "networks".'
            return hint, texts_of_networks(self._rewrite, value, path)
        if isinstance(value, dict) and value:
            has_comma = not any(value.values())  # {We are live, now}
            hint = "Write one text here. If this is a text with a colon, put the whole text in quotes."
            fix = self._rewrite.in_quotes(path) if has_comma or len(value) == 1 else ""
            return "Put the whole text in quotes." if has_comma else hint, fix
        is_of_texts = isinstance(value, list) and value and all(isinstance(one, str) for one in value)
        if isinstance(value, list) and is_of_texts and path[-1] == "text":
            lines = [line for one in value for line in one.splitlines()]
            hint = 'Write one text; with several lines it begins with "|".'
            return hint, self._rewrite.block(path, "|", lines)
        return "", ""

    def _group(self, value: Json, path: Path) -> Fix:
        hint, written = "", ""
        if path[-1] == "link" and isinstance(value, str):
            hint, written = f'Write "link: {{ url: {short(value)} }}".', f"{{ url: {in_quotes(value)} }}"
        elif "networks" in path[-2:-1] and isinstance(value, str):
            hint = f'Write "{path[-1]}: {{ text: … }}", with the text in quotes.'
            written = f"{{ text: {in_quotes(value)} }}"
        elif "networks" in path[-2:-1] and value is None:
            hint, written = "Write {} if there is nothing to set, or remove the key.", "{}"
        return hint, self._rewrite.value(path, written) if written and "\n" not in written else ""

    def _word(self, types: Sequence[str], value: Json, path: Path) -> Fix:
        """Write true, false or a number without quotes."""
        word = value.strip().lower() if isinstance(value, str) else ""
        if "boolean" in types and word in _TRUE_OR_FALSE:
            hint = "Write true or false, without quotes: yes, no, on and off are text."
            return hint, self._rewrite.value(path, _TRUE_OR_FALSE[word])
        is_number = word.isdecimal() and not {"integer", "number"}.isdisjoint(types)
        return "", self._rewrite.value(path, word) if is_number else ""


def is_network(key: str) -> bool:
    """Whether a key is that of a network, in any case."""
    return key.lower() in KEYS


def texts_of_networks(rewrite: Rewriter, texts: Mapping[str, Json], path: Path) -> str:
    """Return ``networks:`` with a text for each network, in place of an entry of one line or more."""
    if not all(isinstance(text, str) and "\n" not in text for text in texts.values()):
        return ""
    below = [f"{canonical(key)}: {{ text: {in_quotes(text)} }}" for key, text in texts.items()]
    return rewrite.block(path, "", below, key="networks")


def name_of(path: Path, root: str = "The file") -> str:
    """Name a node in a sentence: ``"text"``, ``"accounts[1]"``; a post by its number, as the tables do."""
    if path[:-1] in LISTS_OF_POSTS and path and isinstance(path[-1], int):
        return f"Post {path[-1] + 1}"
    named = next((number for number in range(len(path), 0, -1) if isinstance(path[number - 1], str)), 0)
    indexes = "".join(f"[{index}]" for index in path[named:])
    return f'"{short(str(path[named - 1]))}{indexes}"' if path else root


def _listed(types: Sequence[str]) -> str:
    """Write what is possible; a number that is text as well is taken as text."""
    names = [_NAMES[one] for one in types if "string" not in types or one not in {"integer", "number"}]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def _kind(value: object) -> str:
    return _NAMES[_OF_PYTHON.get(type(value), "number")]
