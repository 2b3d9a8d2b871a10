"""Lines as they were meant, to copy: for keys that people know by another name, and values in another form.

Each answer is a hint and the corrected lines; the lines are empty where they would be a guess.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from publer_publish.errors import Path
from publer_publish.networks.table import KEYS, NETWORKS, canonical
from publer_publish.post.document.parse import Document
from publer_publish.post.document.rewrite import as_list
from publer_publish.post.document.yaml_errors import in_quotes
from publer_publish.post.model import Json
from publer_publish.post.schema.keys import KeyFinder
from publer_publish.text import letters

Fix = tuple[str, str]
NONE: Fix = ("", "")

_MOST_LINES = 20

_POSTS: tuple[Path, ...] = ((), ("posts",), ("bulk", "posts"))
_LINKS = frozenset({"link", "links", "url", "href", "website", "cta"})
_HASHTAGS = frozenset({"hashtag", "hashtags"})
_TARGETS = frozenset({"account", "channels", "network", "platform", "platforms", "to"})
_EVERYWHERE = frozenset({"all", "any", "everywhere", "every"})
_WORDS = dict.fromkeys(("yes", "y", "on", "true"), "true") | dict.fromkeys(
    ("no", "n", "off", "false"), "false"
)
_BETWEEN_ITEMS = re.compile(r"\s*[,;\n]\s*|\s+(?=-)")
_BETWEEN_SELECTORS = re.compile(rf"{_BETWEEN_ITEMS.pattern}|\s+(?=(?:{'|'.join(KEYS)})/)", re.IGNORECASE)
_IS_TRUE = {
    "yes": True,
    "on": True,
    "true": True,
    "y": True,
    "no": False,
    "off": False,
    "false": False,
    "n": False,
}


class Fixes:
    """Finds what was meant, for one document."""

    def __init__(self, document: Document, keys: KeyFinder) -> None:
        self._document = document
        self._rewrite = document.rewrite
        self._keys = keys

    def meant(self, key: str, allowed: Mapping[str, Any], path: Path) -> tuple[str, ...]:
        """Return the keys of which nothing more need be said if this one is not known."""
        guess = self._keys.suggestion(key, allowed)
        accounts = ("accounts",) if _is_post(path) and letters(key) in _TARGETS else ()
        return (*((guess,) if guess else ()), *accounts)

    def unknown_key(self, key: str, value: Json, allowed: Mapping[str, Any], path: Path) -> Fix:
        """Say what to write instead of a key that is not known."""
        if path[-2:-1] == ("comments",) and isinstance(value, str):
            return "Put the whole text in quotes.", self._rewrite.in_quotes(path)
        if path[-2:-1] == ("accounts",) and self._keys.is_network(key.lower()) and isinstance(value, str):
            selector = f"{canonical(key)}/{value}"
            return f'Write the network and the name as one text: "{key}/Name".', self._rewrite.value(
                path, selector
            )
        if _is_post(path):
            found = self._of_post(key, value, path)
            if found:
                return found
        guess = self._keys.suggestion(key, allowed)
        if guess and guess in self._data(path):
            return f'"{guess}" is here already: keep one of the two, under that name.', ""
        if guess and isinstance(value, str) and self._keys.is_list(allowed[guess]):
            return "", self._rewrite.value((*path, key), as_list([value]), key=guess)
        return ("", self._rewrite.key((*path, key), guess)) if guess else NONE

    def _of_post(self, key: str, value: Json, path: Path) -> Fix | None:
        word = letters(key)
        if word in _LINKS | _HASHTAGS:
            return self._in_text(key, value, path)
        if word in _TARGETS and (selectors := _selectors(value)):
            fix = self._rewrite.value((*path, key), as_list(selectors), key="accounts")
            return '"accounts" says where a post goes.', fix
        if self._keys.is_network(key.lower()):
            if "networks" in self._data(path):
                return 'Write it below "networks", indented.', ""
            texts = {key: value} if isinstance(value, str) else {}
            fix = self._texts_of_networks(texts, (*path, key)) or self._rewrite.indented(
                (*path, key), "networks"
            )
            return 'Write it below "networks", indented.', fix
        return self._below_networks("options" if word == "poll" else key, key, value, path)

    def _texts_of_networks(self, texts: Mapping[str, Json], path: Path) -> str:
        """Return ``networks:`` with a text for each network, in place of an entry of one line or more."""
        head = self._rewrite.value(path, "", key="networks").rstrip()
        if not (
            head and texts and all(isinstance(text, str) and "\n" not in text for text in texts.values())
        ):
            return ""
        blank = " " * (head.index("networks") + 2)
        return "\n".join(
            [
                head,
                *(f"{blank}{canonical(key)}: {{ text: {in_quotes(text)} }}" for key, text in texts.items()),
            ]
        )

    def wrong_type(self, types: Sequence[str], value: Json, path: Path) -> Fix:
        """Say how to write a value that is of the wrong kind."""
        if isinstance(value, str):
            value = self._document.raw(path)  # without values that a template has put into it
        if path[-1] == "networks":
            return self._networks(value, path)
        if "array" in types:
            return self._list(value, path)
        if "string" in types:
            return self._text(value, path)
        if "object" in types:
            return self._group(value, path)
        written = ""
        if "boolean" in types and isinstance(value, str):
            written = _WORDS.get(value.lower(), "")
        elif {"integer", "number"} & set(types) and isinstance(value, str) and value.strip().isdigit():
            written = value.strip()
        return "", self._rewrite.value(path, written) if written else ""

    def _networks(self, value: Json, path: Path) -> Fix:
        words = [value] if isinstance(value, str) else value if isinstance(value, list) else []
        names = [canonical(word) for word in words if isinstance(word, str)]
        if not names or len(names) < len(words) or not set(names) <= set(NETWORKS):
            return NONE
        written = "{ " + ", ".join(f"{name}: {{}}" for name in names) + " }"
        hint = "Write each network as a key; {} means that it gets what the others get."
        return hint, self._rewrite.value(path, written)

    def _list(self, value: Json, path: Path) -> Fix:
        if isinstance(value, str):
            return self._list_of(value, path)
        if isinstance(value, dict) and path[-1] == "posts":
            return "Begin each post with a dash.", self._rewrite.items(path)
        if isinstance(value, dict) and path[-1] == "accounts":
            selectors = [f"{canonical(key)}/{name}" for key, name in value.items() if isinstance(name, str)]
            head = self._rewrite.key(path, "accounts")
            fix = f"{head} {as_list(selectors)}" if head and len(selectors) == len(value) else ""
            return "Write a list of texts, each with the network and the name.", fix
        return NONE

    def _group(self, value: Json, path: Path) -> Fix:
        written = ""
        if path[-1] == "link" and isinstance(value, str):
            written = f"{{ url: {in_quotes(value)} }}"
        elif "networks" in path[-2:-1] and isinstance(value, str):
            written = f"{{ text: {in_quotes(value)} }}"
        elif "networks" in path[-2:-1] and value is None:
            written = "{}"
        return "", self._rewrite.value(path, written) if written and "\n" not in written else ""

    def post_of(self, data: object) -> str:
        """Return a post for a file that holds only a text."""
        if not isinstance(data, str):
            return ""
        text = data.strip()
        return f'text: {in_quotes(text)}\naccounts: ["twitter/*"]' if "\n" not in text else ""

    def _text(self, value: Json, path: Path) -> Fix:
        if isinstance(value, bool | int | float):
            return "", self._rewrite.value(path, in_quotes(self._document.raw(path)))
        comment = self._document.comment_instead(path) if value is None else ""
        if comment and "…" not in comment:
            return "Put the text in quotes, or remove the key.", self._rewrite.value(path, in_quotes(comment))
        if isinstance(value, dict) and len(value) == 1 and isinstance(path[-1], int):
            return "", self._rewrite.in_quotes(path)
        if isinstance(value, dict) and path[-1] == "text":
            return self._text_of_group(value, path)
        if (
            path[-1] == "text"
            and isinstance(value, list)
            and value
            and all(isinstance(one, str) for one in value)
        ):
            lines = [f"  {line}" for one in value for line in one.splitlines()]
            head = self._rewrite.value(path, "|")
            blank = " " * (len(head) - len(head.lstrip()))
            hint = 'Write one text; with several lines it begins with "|".'
            return hint, "\n".join([head, *(blank + line for line in lines)]) if head else ""
        return NONE

    def _text_of_group(self, value: Mapping[str, Json], path: Path) -> Fix:
        if all(self._keys.is_network(key.lower()) for key in value) and "networks" not in self._data(
            path[:-1]
        ):
            hint = 'A network\'s own text is written below "networks".'
            return hint, self._texts_of_networks(value, path)
        if all(item is None for item in value.values()):  # {We are live}
            return "Put the whole text in quotes.", self._rewrite.in_quotes(path)
        return NONE

    def _list_of(self, text: str, path: Path) -> Fix:
        text = text.strip()
        if path[-1] == "accounts" and text.lower() in _EVERYWHERE:
            return '"*" stands for all accounts of the workspace.', self._rewrite.value(path, as_list(["*"]))
        items = [text]
        if path[-1] != "comments":
            between = _BETWEEN_SELECTORS if path[-1] == "accounts" else _BETWEEN_ITEMS
            items = [item for item in (one.removeprefix("-").strip() for one in between.split(text)) if item]
        hint = "Write a space after each dash, or a list in brackets." if text[0] == "-" else "Write a list."
        return hint, self._rewrite.value(path, as_list(items)) if "\n" not in "".join(items) else ""

    def _in_text(self, key: str, value: Json, path: Path) -> Fix:
        """Write a link or hashtags at the end of the text, where every network shows them."""
        words = value if isinstance(value, list) else [value]
        if not all(isinstance(word, str) for word in words):
            return "Write it into the text.", ""
        if letters(key) in _HASHTAGS:
            words = [f"#{tag.lstrip('#')}" for word in words for tag in re.split(r"[\s,]+", word) if tag]
        added = " ".join(words).strip()
        what, it = ("Hashtags are", "them") if letters(key) in _HASHTAGS else ("A link is", "it")
        hint = f"{what} part of the text: write {it} there, and remove this line."
        text = self._data(path).get("text")
        if not isinstance(text, str) or not added:
            return hint, ""
        if "\n" not in text.strip():
            return hint, self._rewrite.value((*path, "text"), in_quotes(f"{text.strip()} {added}"))
        lines = ["|", *(f"  {line}" if line else "" for line in [*text.strip().split("\n"), added])]
        head = self._rewrite.value((*path, "text"), "")
        blank = " " * (len(head) - len(head.lstrip()))
        fix = "\n".join([head + lines[0], *(blank + line if line else line for line in lines[1:])])
        return hint, fix if head and len(lines) <= _MOST_LINES else ""

    def _below_networks(self, field: str, key: str, value: Json, path: Path) -> Fix | None:
        """Write a key such as ``title`` or ``options`` below the networks of the post that have it."""
        post = self._data(path)
        entries = post.get("accounts")
        named = [str(one).partition("/")[0] for one in entries] if isinstance(entries, list) else []
        takers = [
            name
            for name in dict.fromkeys(map(canonical, named))
            if name in NETWORKS and self._keys.knows(name, field)
        ]
        if letters(key) == "tags" and named and not takers:
            return self._in_text("hashtags", value, path)
        if not takers or "networks" in post or (letters(key) == "title" and len(takers) > 1):
            return None
        written = _inline(value)
        head = self._rewrite.value((*path, key), "", key="networks").rstrip()
        if not (written and head):
            return None
        blank = " " * (head.index("networks") + 2)
        more = ", duration: 3" if field == "options" else ""
        lines = [head, *(f"{blank}{name}: {{ {field}: {written}{more} }}" for name in takers)]
        below = f"write it below {' and '.join(takers)}"
        if field == "options":
            return f'A poll is "options" and "duration", in days: {below}.', "\n".join(lines)
        return f'Only some networks have "{field}": {below}.', "\n".join(lines)

    def _data(self, path: Path) -> Mapping[str, Any]:
        data = self._document.data
        for step in path:
            data = data[step]
        return data if isinstance(data, dict) else {}


def _inline(value: Json) -> str:
    """Write a value on one line; empty if it is neither a text, a number nor a list of texts."""
    if isinstance(value, str) and "\n" not in value:
        return in_quotes(value)
    if isinstance(value, list) and value and all(isinstance(one, str) and "\n" not in one for one in value):
        return f"[{', '.join(map(in_quotes, value))}]"
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _is_post(path: Path) -> bool:
    return not path or (path[:-1] in _POSTS and isinstance(path[-1], int))


def _selectors(value: object) -> list[str]:
    """Return selectors of all accounts for names of networks; empty if one is no network."""
    words = re.split(r"[\s,]+", value.strip()) if isinstance(value, str) else value
    if not isinstance(words, list):
        return []
    names = [canonical(word) for word in words if isinstance(word, str)]
    return [f"{name}/*" for name in names] if names and all(name in NETWORKS for name in names) else []
