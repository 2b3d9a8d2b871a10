"""Unknown keys: what was probably meant, or where the key belongs."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from publer_publish.errors import Path
from publer_publish.networks.table import canonical
from publer_publish.post.document.source import short
from publer_publish.text import letters, suggest

MEANT = {
    "account": "accounts",
    "alt": "alt_text",
    "attachment": "media",
    "attachments": "media",
    "boardid": "board",
    "body": "text",
    "caption": "text",
    "channel": "accounts",
    "channels": "accounts",
    "comment": "comments",
    "content": "text",
    "contentwarning": "spoilerText",
    "copy": "text",
    "cw": "spoilerText",
    "fb": "facebook",
    "file": "media",
    "firstcomment": "comments",
    "gbp": "google",
    "gmb": "google",
    "googlebusiness": "google",
    "gif": "media",
    "ig": "instagram",
    "image": "media",
    "images": "media",
    "img": "media",
    "insta": "instagram",
    "message": "text",
    "name": "id",
    "path": "file",
    "photo": "media",
    "photos": "media",
    "picture": "media",
    "pictures": "media",
    "platform": "networks",
    "platforms": "networks",
    "poll": "options",
    "post": "posts",
    "profiles": "accounts",
    "providers": "networks",
    "replies": "comments",
    "reply": "comments",
    "src": "file",
    "status": "text",
    "tg": "telegram",
    "thread": "comments",
    "threads": "comments",
    "to": "accounts",
    "tweet": "text",
    "video": "media",
    "videos": "media",
    "wp": "wordpress",
    "xcom": "twitter",
    "yt": "youtube",
}
"""Other words that people know for our keys. Used only where the key on the right is allowed."""

TIMES = frozenset(
    {"at", "date", "datetime", "publishat", "publishdate", "publishon", "schedule", "scheduled",
     "scheduledat", "scheduleat", "scheduledate", "scheduledfor", "scheduledtime", "sendat", "time"}
)  # fmt: skip
"""Words for the time at which a post should go out."""

_LEVELS = {
    "post": "a post",
    "account": "an entry of accounts",
    "media_item": "a media item",
    "comment": "a comment",
}
_NETWORK = "network_"
_FORBIDDEN = ("scheduled_at", "recycling", "recurring", "auto", "range", "share_next")
_MAX_PLACES = 3
_NEAR = 0.85
"""How like an allowed key one must be that another network has: ``comment`` is meant as ``comments``."""


class KeyFinder:
    """Knows all keys of the schema and the level to which each belongs."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self.schema = schema
        definitions: dict[str, Any] = schema["$defs"]
        self._descriptions: dict[str, str] = {
            key: definitions[f"forbidden_{key}"]["description"] for key in _FORBIDDEN
        }
        self._networks = {
            name.removeprefix(_NETWORK): definition
            for name, definition in definitions.items()
            if name.startswith(_NETWORK)
        }
        self._levels = {label: definitions[name]["properties"] for name, label in _LEVELS.items()}
        self._network_keys = definitions["networks"]["properties"]

    def forbidden(self, key: str, path: Path) -> str:
        """Say why a key is refused wherever it is; empty if it is not."""
        is_of_post = not path or isinstance(path[-1], int) or "networks" in path[-2:-1]
        is_time = is_of_post and letters(key) in TIMES
        return self._descriptions.get("scheduled_at" if is_time else key, "")

    def is_list(self, part: Mapping[str, Any]) -> bool:
        """Whether a part of the schema takes a list and nothing else."""
        name = part.get("$ref", "").rpartition("/")[2]
        return {**self.schema["$defs"].get(name, {}), **part}.get("type") == "array"

    def is_network(self, key: str) -> bool:
        """Whether a key is that of a network."""
        return key in self._network_keys

    def knows(self, network: str, key: str) -> bool:
        """Whether a network has a field."""
        return _knows(self._networks[network]["properties"], key)

    def network_of(self, path: Path) -> str:
        """Return the network in whose part of the file a path lies; empty if in none."""
        after = [str(step) for before, step in pairwise(path) if before == "networks"]
        return after[0] if after and after[0] in self._network_keys else ""

    def suggestion(self, key: str, allowed: Mapping[str, Any]) -> str:
        """Return the allowed key that was probably meant; empty if none is near."""
        words = [name for name in allowed if not _is_refused(allowed[name]) and name != "$schema"]
        meant = MEANT.get(letters(key))
        return meant if meant in words and meant is not None else suggest(key, words)

    def advise(self, key: str, allowed: Mapping[str, Any], path: Path) -> tuple[str, str]:
        """Return message and hint for an unknown key."""
        words = {**allowed, "posts": {}, "bulk": {}} if not path else allowed
        if not path and key in ("posts", "bulk"):
            other = "bulk" if key == "posts" else "posts"
            return (
                f'A file has either "{key}" or "{other}", not both.',
                "Keep one of them: it holds all posts of the file.",
            )
        guess = self.suggestion(key, words)
        if "accounts" in path[-2:-1] and self.is_network(key):
            return (
                f'Unknown key "{key}" in an entry of accounts.',
                f'Write the network and the name as one text: "{key}/Name".',
            )
        exact = guess and (letters(guess) == letters(key) or MEANT.get(letters(key)) == guess)
        near = exact or suggest(key, [guess], likeness=_NEAR)
        places = [] if exact and not self.is_network(key) else self._places(key, path, only_near=bool(near))
        inside = f" in {short(str(path[-1]))}" if path and isinstance(path[-1], str) else ""
        message = f'Unknown key "{short(key)}"{inside}.'
        if places:
            return message, f'"{short(key)}" belongs in {_listed(places)}.'
        if guess:
            return message, f'Did you mean "{guess}"?'
        names = [name for name in allowed if not _is_refused(allowed[name]) and name != "$schema"]
        way_out = ' A field of Publer that is missing here goes into "extra".' if "extra" in allowed else ""
        return message, f"Allowed here: {', '.join(names)}.{way_out}"

    def _places(self, key: str, path: Path, *, only_near: bool) -> list[str]:
        """Name the levels that know the key: the details of this network first, then others.

        ``only_near``: other networks do not count.
        """
        network = self.network_of(path)
        own = canonical(network)
        if own and path[-1] == network and key in _details(self._networks[own]):
            return ["its details"]
        if own and path[-1] == "details" and _knows(self._networks[own]["properties"], key):
            return [f"networks.{network} itself, outside of details"]
        if _knows(self._network_keys, key) and path[-1:] != ("networks",):
            return ["networks"]
        levels = [label for label, keys in self._levels.items() if _knows(keys, key)]
        if only_near:
            return levels
        networks = [
            f"networks.{name}" for name, part in self._networks.items() if _knows(part["properties"], key)
        ]
        details = [
            f"networks.{name}.details" for name, part in self._networks.items() if key in _details(part)
        ]
        if len(networks) > _MAX_PLACES and not own:
            networks = ["a network"]
        return levels + networks or details


def _is_refused(part: Mapping[str, Any]) -> bool:
    return "not" in part or "forbidden_" in part.get("$ref", "")


def _knows(keys: Mapping[str, Any], key: str) -> bool:
    return key in keys and key != "$schema" and not _is_refused(keys[key])


def _details(network: Mapping[str, Any]) -> Mapping[str, Any]:
    details: Mapping[str, Any] = network["properties"].get("details", {}).get("properties", {})
    return details


def _listed(places: list[str]) -> str:
    if len(places) > _MAX_PLACES:
        return ", ".join(places[:_MAX_PLACES]) + " and others"
    return " or ".join(places)
