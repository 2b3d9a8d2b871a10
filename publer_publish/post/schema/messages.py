"""What the schema finds, in our words: what is wrong, and what to change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from publer_publish.errors import Path, Problem
from publer_publish.post.document.parse import Document
from publer_publish.post.document.source import short
from publer_publish.post.schema.fixes import Fixes
from publer_publish.post.schema.keys import KeyFinder
from publer_publish.text import suggest


class Finding(NamedTuple):
    """One error of the validator, without its wording."""

    keyword: str
    """The keyword of the schema that is not fulfilled, such as ``type``."""
    rule: Any
    """The value of that keyword."""
    path: Path
    value: Any
    schema: Mapping[str, Any]
    """The part of the schema that holds the keyword."""


Explained = tuple[Problem, tuple[Path, ...]]
"""A problem, and the places where what else is wrong only follows from it."""

_MAX_LISTED = 24
_LISTED_OF_MANY = 5
_TYPE_NAMES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a group of keys",
    "null": "null",
}
_A_LIST = 'Write a list: each item on a line of its own that begins with "- ".'
_KEYS_BELOW = "Write its keys with their values below it, each on a line of its own, indented."
_COLON_IN_TEXT = "If this is a text with a colon, put the whole text in quotes."
_LISTS_OF_POSTS: tuple[Path, ...] = ((), ("posts",), ("bulk", "posts"))
_LOOKS_TRUE_OR_FALSE = {"yes", "no", "on", "off", "true", "false", "y", "n"}


class Explainer:
    """Turns errors of the validator into problems. Its own message is never shown."""

    def __init__(self, schema: dict[str, Any], document: Document) -> None:
        self._document = document
        self._keys = KeyFinder(schema)
        self._fixes = Fixes(document, self._keys)
        self._is_json = document.file.lower().endswith(".json")
        self._by_keyword: dict[str, Callable[[Finding, Path], Problem]] = {
            "type": self._type,
            "enum": self._enum,
            "pattern": self._with_own_message,
            "not": self._forbidden,
            "minLength": self._empty,
            "minItems": self._too_few,
            "maxItems": self._too_many,
            "minimum": self._too_small,
            "maximum": self._too_large,
        }

    def explain(self, finding: Finding) -> Iterator[Explained]:
        """Give the problems of one error: an object with three unknown keys has three."""
        path = finding.path
        if finding.keyword == "additionalProperties":
            yield from self._unknown_keys(finding, path)
        elif finding.keyword == "required":
            yield from self._missing(finding, path)
        elif finding.keyword in ("anyOf", "oneOf"):
            keys = (key for part in finding.rule for key in part.get("required", ()))
            places = tuple((*path, key) for key in keys if key not in finding.value)
            yield self._combination(finding, path), places
        else:
            yield self._by_keyword.get(finding.keyword, self._otherwise)(finding, path), (path,)

    def _unknown_keys(self, finding: Finding, path: Path) -> Iterator[Explained]:
        allowed: dict[str, Any] = finding.schema["properties"]
        unknown = [key for key in finding.value if key not in allowed and not self._is_second_name(path, key)]
        for key in unknown:
            places = tuple((*path, one) for one in (key, *self._fixes.meant(key, allowed, path)))
            if forbidden := self._keys.forbidden(key, path):
                yield self._not_allowed(key, forbidden, (*path, key)), places
            elif above := self._left_empty(finding.value, allowed, key):
                yield self._not_indented(above, path, key), (*places, (*path, above))
            else:
                yield self._unknown(key, finding.value[key], allowed, path), places

    def _is_second_name(self, path: Path, key: str) -> bool:
        """Whether a network is there under another name as well, for which there is a message."""
        return path[-1:] == ("networks",) and self._keys.is_network(key.lower())

    def _unknown(self, key: str, value: object, allowed: Mapping[str, Any], path: Path) -> Problem:
        message, hint = self._keys.advise(key, allowed, path)
        where = self._document.where((*path, key), key=True)
        own_hint, fix = self._fixes.unknown_key(key, value, allowed, path)
        may_be_text = "" if self._is_json or own_hint else _may_be_text(key, value, path)
        return Problem(message=message, hint=own_hint or hint + may_be_text, fix=fix, where=where)

    def _left_empty(self, keys: Mapping[str, Any], allowed: Mapping[str, Any], key: str) -> str:
        """Return the key without a value that this one belongs below, judging by what that one takes."""
        before = list(keys)[: list(keys).index(key)]
        above = next((one for one in reversed(before) if one in allowed), "")
        if not above or keys[above] is not None:
            return ""
        below = _resolved(self._keys.schema, allowed[above]).get("properties", {})
        return above if key in below else ""

    def _not_indented(self, above: str, path: Path, key: str) -> Problem:
        fix = self._document.rewrite.indented((*path, key), above)
        return Problem(
            message=f'"{short(key)}" belongs to "{above}", but is not indented below it.',
            hint="Indent it by two spaces more than the key that it belongs to.",
            fix=fix,
            where=self._document.where((*path, key), key=True),
        )

    def _missing(self, finding: Finding, path: Path) -> Iterator[Explained]:
        present = finding.value
        allowed = finding.schema.get("properties", {})
        for key in finding.rule:
            if key in present:
                continue
            unknown = [other for other in present if other not in allowed]
            if any(self._keys.suggestion(other, allowed) == key for other in unknown):
                continue
            if key == "id" and any(map(self._keys.is_network, unknown)):
                continue
            description = _first_sentence(_resolved(self._keys.schema, allowed.get(key, {})))
            problem = Problem(
                message=f'{_name(path, "The file")} lacks "{key}".',
                hint=f'Add "{key}": {description}' if description else f'Add "{key}".',
                where=self._document.where((*path, key)),
            )
            yield problem, ((*path, key),)

    def _type(self, finding: Finding, path: Path) -> Problem:
        if not path:
            return self._no_post_file(finding.value)
        types = [finding.rule] if isinstance(finding.rule, str) else list(finding.rule)
        hint, fix = self._fixes.wrong_type(types, finding.value, path)
        return Problem(
            message=f"{_name(path)} {self._reading(types, finding.value, path)}.",
            hint=hint or self._type_hint(types, finding.value, path),
            fix=fix,
            where=self._document.where(path),
        )

    def _no_post_file(self, data: object) -> Problem:
        found = "nothing" if data is None else f"only {_kind(data)}"
        return Problem(
            message=f"A post file is a post or a list of posts, but this one contains {found}.",
            hint='Write "text:" with the text after it, and "accounts:" with a list.',
            fix=self._fixes.post_of(data),
            where=self._document.where(()),
        )

    def _reading(self, types: list[str], value: object, path: Path) -> str:
        if value is None:
            comment = self._document.comment_instead(path)
            return f"has no value: {comment} is a comment" if comment else "has no value"
        written = "" if self._is_json or isinstance(value, str | list | dict) else short(self._raw(path))
        is_near = isinstance(value, bool) or ("integer" in types and isinstance(value, float))
        kind = "not" if is_near else _kind(value)
        return f"must be {_types(types)}, but {written or 'this'} is {kind}"

    def _raw(self, path: Path) -> str:
        try:
            return self._document.raw(path)
        except KeyError:
            return ""

    def _type_hint(self, types: list[str], value: object, path: Path) -> str:
        if "array" in types:
            return _A_LIST if "string" not in types else "Write a path in the repository or a web address."
        if "string" in types and isinstance(value, bool | int | float):
            return "Put it in quotes."
        if "string" in types:
            return self._text_hint(value, path)
        if "object" in types:
            return self._group_hint(value, path)
        if "boolean" in types and isinstance(value, str) and value.lower() in _LOOKS_TRUE_OR_FALSE:
            return "Write true or false, without quotes: yes, no, on and off are text."
        return f"Write {_types(types)}, without quotes."

    def _text_hint(self, value: object, path: Path) -> str:
        if value is not None:
            return f"Write one text here. {_COLON_IN_TEXT if isinstance(value, dict) else ''}".rstrip()
        is_comment = self._document.comment_instead(path)
        return f"{'Put the text in quotes' if is_comment else 'Write the text'}, or remove the key."

    def _group_hint(self, value: object, path: Path) -> str:
        if value is None and "networks" in path[-2:-1]:
            return "Write {} if there is nothing to set, or remove the key."
        if path[-1:] == ("networks",):
            return 'Write each network as a key: "twitter: {}".'
        if path[-1:] == ("link",) and isinstance(value, str):
            return f'Write "link: {{ url: {short(value)} }}".'
        if "networks" in path[-2:-1] and isinstance(value, str):
            return f'Write "{path[-1]}: {{ text: … }}", with the text in quotes.'
        return _KEYS_BELOW

    def _enum(self, finding: Finding, path: Path) -> Problem:
        own = finding.schema.get("errorMessage")
        if own:
            return self._with_own_message(finding, path)
        allowed = [str(value) for value in finding.rule]
        guess = suggest(str(finding.value), allowed)
        network = self._keys.network_of(path) if path[-1] == "type" and len(path) > 1 else ""
        of = f" on {network}" if network and path[-2] == network else ""
        shown = allowed if len(allowed) <= _MAX_LISTED else allowed[:_LISTED_OF_MANY]
        listed = ", ".join(shown)
        more = f" … and {len(allowed) - len(shown)} more" if len(allowed) > len(shown) else ""
        did_you_mean = f'Did you mean "{guess}"? ' if guess else ""
        return Problem(
            message=f'{_name(path)} cannot be "{short(str(finding.value))}"{of}.',
            hint=f"{did_you_mean}Allowed: {listed}{more}.",
            where=self._document.where(path),
        )

    def _with_own_message(self, finding: Finding, path: Path) -> Problem:
        value = f", not {_quoted(finding.value)}" if finding.keyword == "pattern" else ""
        message = finding.schema["errorMessage"]
        what, _, why = message.partition(": ")
        return Problem(
            message=f"{_name(path)} {what}{value}{': ' + why if why else ''}.",
            hint=self._own_hint(finding),
            where=self._document.where(path),
        )

    def _own_hint(self, finding: Finding) -> str:
        if finding.keyword == "enum":
            allowed = " or ".join(str(value).lower() for value in finding.rule)
            return f"Write {allowed}."
        return _first_sentence(finding.schema)

    def _combination(self, finding: Finding, path: Path) -> Problem:
        keys = finding.value if isinstance(finding.value, dict) else {}
        sources = [key for key in ("file", "url", "id") if key in keys]
        has = f" This one has {' and '.join(sources)}." if len(sources) > 1 else ""
        example = {
            "oneOf": 'Write only one of "file: path/in/the/repository.png", "url: https://…" and "id: …".',
            "anyOf": 'Write at least "text: …".',
        }
        return Problem(
            message=finding.schema["errorMessage"] + has,
            hint=example[finding.keyword],
            where=self._document.where(path),
        )

    def _forbidden(self, finding: Finding, path: Path) -> Problem:
        return self._not_allowed(str(path[-1]), finding.schema["description"], path)

    def _not_allowed(self, key: str, description: str, path: Path) -> Problem:
        reason, _, advice = description.removeprefix("Not allowed: ").partition(". ")
        return Problem(
            message=f'"{key}" is not allowed: {reason.removesuffix(".")}.',
            hint=advice or f'Remove "{key}".',
            where=self._document.where(path, key=True),
        )

    def _empty(self, _: Finding, path: Path) -> Problem:
        return Problem(
            message=f"{_name(path)} is empty.",
            hint="Write something, or remove it.",
            where=self._document.where(path),
        )

    def _too_few(self, finding: Finding, path: Path) -> Problem:
        if not finding.value:
            hint = "Write at least one item, or remove the key." if path else "Write at least one post."
            if path and path[-1] == "accounts":
                hint = 'Name at least one account, such as "twitter/*"; without accounts a post goes nowhere.'
            return Problem(
                message=f"{_name(path, 'The list')} is empty.", hint=hint, where=self._document.where(path)
            )
        return self._counted(finding, path, "at least {} are needed")

    def _too_many(self, finding: Finding, path: Path) -> Problem:
        return self._counted(finding, path, "at most {} are possible")

    def _counted(self, finding: Finding, path: Path, rule: str) -> Problem:
        count = len(finding.value)
        return Problem(
            message=f"{_name(path)} has {count} item{'' if count == 1 else 's'}; "
            f"{rule.format(finding.rule)}.",
            hint=_first_sentence(finding.schema),
            where=self._document.where(path),
        )

    def _too_small(self, finding: Finding, path: Path) -> Problem:
        return self._out_of_range(finding, path, "at least")

    def _too_large(self, finding: Finding, path: Path) -> Problem:
        return self._out_of_range(finding, path, "at most")

    def _out_of_range(self, finding: Finding, path: Path, rule: str) -> Problem:
        return Problem(
            message=f"{_name(path)} must be {rule} {finding.rule}, not {short(str(finding.value))}.",
            hint=_first_sentence(finding.schema),
            where=self._document.where(path),
        )

    def _otherwise(self, finding: Finding, path: Path) -> Problem:
        return Problem(
            message=f"{_name(path)} is not valid.",
            hint=_first_sentence(finding.schema),
            where=self._document.where(path),
        )


def _name(path: Path, root: str = "The file") -> str:
    """Name a node in a sentence: ``"text"``, ``"accounts[1]"``; a post by its number, as the tables do."""
    if path[:-1] in _LISTS_OF_POSTS and path and isinstance(path[-1], int):
        return f"Post {path[-1] + 1}"
    named = next((number for number in range(len(path), 0, -1) if isinstance(path[number - 1], str)), 0)
    indexes = "".join(f"[{index}]" for index in path[named:])
    return f'"{short(str(path[named - 1]))}{indexes}"' if path else root


def _types(types: list[str]) -> str:
    if {"string", "integer", "number"} <= set(types):
        types = [name for name in types if name not in {"integer", "number"}]
    names = [_TYPE_NAMES[name] for name in types]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def _kind(value: object) -> str:
    kinds: list[tuple[type, str]] = [
        (str, "text"),
        (bool, "true or false"),
        (list, "a list"),
        (dict, "a group of keys"),
    ]
    return next((name for kind, name in kinds if isinstance(value, kind)), "a number")


def _may_be_text(key: str, value: object, path: Path) -> str:
    """Return what else an unknown key may have been meant as."""
    if ":" in key:
        return " Write a space after the colon that follows a key."
    if value is None:
        return " If it is part of a text, put the whole text in quotes: in braces a comma ends it."
    if path[-2:-1] == ("comments",) and isinstance(value, str):
        return f" {_COLON_IN_TEXT}"
    return ""


def _quoted(value: object) -> str:
    return f'"{short(str(value))}"'


def _first_sentence(schema: Mapping[str, Any]) -> str:
    description = str(schema.get("description", ""))
    sentence, dot, _ = description.partition(". ")
    return sentence + "." if dot else description


def _resolved(schema: Mapping[str, Any], part: Mapping[str, Any]) -> dict[str, Any]:
    name = part.get("$ref", "").rpartition("/")[2]
    target: dict[str, Any] = schema["$defs"].get(name, {})
    return {**target, **part}
