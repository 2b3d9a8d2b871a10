"""Unknown keys: what was probably meant, where the key belongs, and the lines as they should be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from publer_publish.errors import Path
from publer_publish.networks.table import KEYS, NETWORKS, canonical
from publer_publish.post.document.parse import Document
from publer_publish.post.document.rewrite import as_list, in_quotes
from publer_publish.post.document.source import short
from publer_publish.post.model import LISTS_OF_POSTS, Json, value_at
from publer_publish.post.schema.kinds import is_network, texts_of_networks
from publer_publish.text import letters, suggest

_OTHER_WORDS = {
    "accounts": "account channel channels profiles to",
    "alt_text": "alt",
    "board": "boardid",
    "comments": "comment firstcomment replies reply thread threads",
    "file": "path src",
    "id": "name",
    "media": """attachment attachments file gif image images img photo photos picture pictures video
        videos""",
    "networks": "platform platforms providers",
    "options": "poll",
    "posts": "post",
    "spoilerText": "contentwarning cw",
    "text": "body caption content copy message status tweet",
    "facebook": "fb",
    "google": "gbp gmb googlebusiness",
    "instagram": "ig insta",
    "telegram": "tg",
    "twitter": "xcom",
    "wordpress": "wp",
    "youtube": "yt",
}
"""Other words that people know for our keys. Used only where the key is allowed."""
MEANT = {word: key for key, words in _OTHER_WORDS.items() for word in words.split()}

_TIMES = frozenset(
    {"at", "date", "datetime", "publishat", "publishdate", "publishon", "schedule", "scheduled",
     "scheduledat", "scheduleat", "scheduledate", "scheduledfor", "scheduledtime", "sendat", "time"}
)  # fmt: skip
"""Words for the time at which a post should go out."""
_LINKS = frozenset({"link", "links", "url", "href", "website", "cta"})
_HASHTAGS = frozenset({"hashtag", "hashtags"})
_TARGETS = frozenset({"account", "channels", "network", "platform", "platforms", "to"})
_LEVELS = {
    "post": "a post",
    "account": "an entry of accounts",
    "media_item": "a media item",
    "comment": "a comment",
    "networks": "networks",
}
_NETWORK = "network_"
_MAX_PLACES = 3
_NEAR = 0.85
"""How like an allowed key one must be that a network has: ``comment`` is meant as ``comments``."""

Words = tuple[str, str, str]
"""What is wrong, what to do, and the corrected lines, which are empty where they would be a guess."""


class UnknownKeys:
    """Knows all keys of the schema and the level to which each belongs, and one document."""

    def __init__(self, schema: Mapping[str, Any], document: Document) -> None:
        self._data = document.data
        self._rewrite = document.rewrite
        self._definitions = definitions = schema["$defs"]
        self._levels = {label: definitions[name]["properties"] for name, label in _LEVELS.items()}
        for name, part in definitions.items():
            if name.startswith(_NETWORK):
                keys, label = part["properties"], f"networks.{name.removeprefix(_NETWORK)}"
                self._levels[label] = keys
                self._levels[f"{label}.details"] = keys.get("details", {}).get("properties", {})

    def forbidden(self, key: str, path: Path) -> str:
        """Say why a key is refused wherever it is; empty if it is not."""
        is_of_post = not path or isinstance(path[-1], int) or "networks" in path[-2:-1]
        name = "scheduled_at" if is_of_post and letters(key) in _TIMES else key
        return str(self._definitions.get(f"forbidden_{name}", {}).get("description", ""))

    def meant(self, key: str, allowed: Mapping[str, Any], path: Path) -> tuple[str, ...]:
        """Return the keys of which nothing more need be said if this one is not known."""
        guess = self.suggestion(key, allowed)
        target = "accounts" if _is_post(path) and letters(key) in _TARGETS else ""
        return tuple(filter(None, (guess, target)))

    def suggestion(self, key: str, allowed: Mapping[str, Any]) -> str:
        """Return the allowed key that was probably meant; empty if none is near."""
        meant = MEANT.get(letters(key), "")
        words = [name for name in allowed if knows(allowed, name)]
        return meant if meant in words else suggest(key, words)

    def explain(self, key: str, value: Json, allowed: Mapping[str, Any], path: Path) -> Words:
        """Say what to write instead of a key that is not known."""
        at, parent = (*path, key), self._node(path)
        inside = f" in {short(str(path[-1]))}" if path and isinstance(path[-1], str) else ""
        message = f'Unknown key "{short(key)}"{inside}.'
        if not path and key in ("posts", "bulk"):
            other = "bulk" if key == "posts" else "posts"
            message = f'A file has either "{key}" or "{other}", not both.'
            return message, "Keep one of them: it holds all posts of the file.", ""
        if "accounts" in path[-2:-1] and is_network(key):
            fix = self._rewrite.value(path, f"{canonical(key)}/{value}") if isinstance(value, str) else ""
            return message, f'Write the network and the name as one text: "{key}/Name".', fix
        if "comments" in path[-2:-1] and isinstance(value, str):
            return message, "Put the whole text in quotes.", self._rewrite.in_quotes(path)
        if _is_post(path) and (found := self._of_post(key, value, path)):
            return message, *found
        guess = self.suggestion(key, allowed if path else {**allowed, "posts": {}, "bulk": {}})
        if guess in parent:
            return message, f'"{guess}" is here already: keep one of the two, under that name.', ""
        hint, fix = self._hint(key, guess, allowed, path), ""
        kind = resolved(self._definitions, allowed.get(guess, {})).get("type")
        if kind == "array" and isinstance(value, str):
            fix = self._rewrite.value(at, as_list([value]), key=guess)
        elif guess:
            fix = self._rewrite.key(at, guess)
        if ":" in key:
            hint += " Write a space after the colon that follows a key."
        elif value is None:
            hint += " If it is part of a text, put the whole text in quotes: in braces a comma ends it."
        return message, hint, fix

    def _hint(self, key: str, guess: str, allowed: Mapping[str, Any], path: Path) -> str:
        exact = guess and (letters(guess) == letters(key) or MEANT.get(letters(key)) == guess)
        near = exact or suggest(key, [guess], likeness=_NEAR)
        places = [] if exact and not is_network(key) else self._places(key, path)
        if near:
            places = [one for one in places if one != "a network" and not one.startswith("networks.")]
        if places:
            more = " and others" if len(places) > _MAX_PLACES else ""
            return f'"{short(key)}" belongs in {" or ".join(places[:_MAX_PLACES])}{more}.'
        if guess:
            return f'Did you mean "{guess}"?'
        names = ", ".join(name for name in allowed if knows(allowed, name))
        way_out = ' A field of Publer that is missing here goes into "extra".' if "extra" in allowed else ""
        return f"Allowed here: {names}.{way_out}"

    def _places(self, key: str, path: Path) -> list[str]:
        """Name the levels that know the key: those of this network if there are any."""
        found = [label for label, keys in self._levels.items() if knows(keys, key)]
        own = f"networks.{canonical(network_of(path))}"
        if of_own := [label for label in found if label in {own, f"{own}.details"}]:
            return of_own
        elsewhere = [label for label in found if not label.startswith("networks.")]
        return found if len(found) - len(elsewhere) <= _MAX_PLACES else [*elsewhere, "a network"]

    def _of_post(self, key: str, value: Json, path: Path) -> tuple[str, str] | None:
        word, at = letters(key), (*path, key)
        if word in _LINKS | _HASHTAGS:
            return self._in_text(value, path, is_hashtag=word in _HASHTAGS)
        if word in _TARGETS and (selectors := _selectors(value)):
            return '"accounts" says where a post goes.', self._rewrite.value(
                at, as_list(selectors), key="accounts"
            )
        if not is_network(key):
            return self._below_networks("options" if word == "poll" else key, key, value, path)
        fix = ""
        if "networks" not in self._node(path):
            fix = texts_of_networks(self._rewrite, {key: value}, at) or self._rewrite.indented(at, "networks")
        return 'Write it below "networks", indented.', fix

    def _in_text(self, value: Json, path: Path, *, is_hashtag: bool) -> tuple[str, str]:
        """Write a link or hashtags at the end of the text, where every network shows them."""
        words = [word for word in (value if isinstance(value, list) else [value]) if isinstance(word, str)]
        hint = "A link is part of the text: write it there, and remove this line."
        if is_hashtag:
            words = [f"#{tag.lstrip('#')}" for word in words for tag in re.split(r"[\s,]+", word) if tag]
            hint = "Hashtags are part of the text: write them there, and remove this line."
        text, added = self._node(path).get("text"), " ".join(words).strip()
        if not isinstance(text, str) or not added:
            return hint, ""
        at = (*path, "text")
        if "\n" not in text.strip():
            return hint, self._rewrite.value(at, in_quotes(f"{text.strip()} {added}"))
        return hint, self._rewrite.block(at, "|", [*text.strip().split("\n"), added])

    def _below_networks(self, field: str, key: str, value: Json, path: Path) -> tuple[str, str] | None:
        """Write a key such as ``title`` or ``options`` below the networks of the post that have it."""
        post = self._node(path)
        entries = post.get("accounts")
        named = [str(one).partition("/")[0] for one in entries] if isinstance(entries, list) else []
        takers = [
            name
            for name in dict.fromkeys(map(canonical, named))
            if name in NETWORKS and knows(self._levels[f"networks.{name}"], field)
        ]
        if letters(key) == "tags" and named and not takers:
            return self._in_text(value, path, is_hashtag=True)
        is_unclear = "networks" in post or (letters(key) == "title" and len(takers) > 1)
        written = _inline(value)
        if not takers or not written or is_unclear:
            return None
        more = ", duration: 3" if field == "options" else ""
        below = [f"{name}: {{ {field}: {written}{more} }}" for name in takers]
        fix = self._rewrite.block((*path, key), "", below, key="networks")
        what = f'Only some networks have "{field}"'
        if field == "options":
            what = 'A poll is "options" and "duration", in days'
        return f"{what}: write it below {' and '.join(takers)}.", fix

    def _node(self, path: Path) -> Mapping[str, Any]:
        data = value_at(self._data, path)
        return data if isinstance(data, dict) else {}


def network_of(path: Path) -> str:
    """Return the network in whose part of the file a path lies; empty if in none."""
    return next((str(step) for before, step in pairwise(path) if before == "networks" and step in KEYS), "")


def resolved(definitions: Mapping[str, Any], part: Mapping[str, Any]) -> dict[str, Any]:
    """Return a part of the schema with what it refers to."""
    return {**definitions.get(part.get("$ref", "").rpartition("/")[2], {}), **part}


def knows(keys: Mapping[str, Any], key: str) -> bool:
    """Whether a key may be written among these."""
    is_refused = key in keys and ("not" in keys[key] or "forbidden_" in keys[key].get("$ref", ""))
    return key in keys and key != "$schema" and not is_refused


def _inline(value: Json) -> str:
    """Write a value on one line; empty if it is neither a text, a number nor a list of texts."""
    if isinstance(value, str) and "\n" not in value:
        return in_quotes(value)
    if isinstance(value, list) and value and all(isinstance(one, str) and "\n" not in one for one in value):
        return as_list(value)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _is_post(path: Path) -> bool:
    return not path or (path[:-1] in LISTS_OF_POSTS and isinstance(path[-1], int))


def _selectors(value: object) -> list[str]:
    """Return selectors of all accounts for names of networks; empty if one is no network."""
    words = re.split(r"[\s,]+", value.strip()) if isinstance(value, str) else value
    if not isinstance(words, list):
        return []
    names = [canonical(word) for word in words if isinstance(word, str)]
    return [f"{name}/*" for name in names] if names and all(name in NETWORKS for name in names) else []
