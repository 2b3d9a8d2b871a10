"""What the schema finds, in our words: what is wrong, and what to change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from publer_publish.errors import Path, Problem
from publer_publish.post.document.parse import Document
from publer_publish.post.document.source import short
from publer_publish.post.schema.keys import UnknownKeys, knows, network_of, resolved
from publer_publish.post.schema.kinds import WrongKinds, is_network, name_of
from publer_publish.text import plural, suggest


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


class Explainer:
    """Turns errors of the validator into problems. Its own message is never shown."""

    def __init__(self, schema: Mapping[str, Any], document: Document) -> None:
        self._document = document
        self._definitions = schema["$defs"]
        self._keys = UnknownKeys(schema, document)
        self._kinds = WrongKinds(document)

    def explain(self, finding: Finding) -> Iterator[Explained]:
        """Give the problems of one error: an object with three unknown keys has three."""
        path, rule = finding.path, finding.rule
        if finding.keyword == "additionalProperties":
            yield from self._unknown_keys(finding)
        elif finding.keyword == "required":
            yield from self._missing(finding)
        elif finding.keyword in {"anyOf", "oneOf"}:
            keys = (key for part in rule for key in part.get("required", ()))
            places = tuple((*path, key) for key in keys if key not in finding.value)
            yield self._problem(path, *_combination(finding)), places
        elif finding.keyword == "not":
            words = _not_allowed(str(path[-1]), finding.schema["description"])
            yield self._problem(path, *words, of_key=True), (path,)
        elif finding.keyword == "type":
            types = [rule] if isinstance(rule, str) else rule
            yield self._problem(path, *self._kinds.explain(types, finding.value, path)), (path,)
        else:
            yield self._problem(path, *_bad_value(finding)), (path,)

    def _problem(
        self, path: Path, message: str, hint: str, fix: str = "", *, of_key: bool = False
    ) -> Problem:
        return Problem(message=message, hint=hint, fix=fix, where=self._document.where(path, key=of_key))

    def _unknown_keys(self, finding: Finding) -> Iterator[Explained]:
        path, allowed = finding.path, finding.schema["properties"]
        for key, value in finding.value.items():
            # Of a network that is there under another name as well, `load` says so.
            if key in allowed or (path[-1:] == ("networks",) and is_network(key)):
                continue
            at, fix = (*path, key), ""
            places = [(*path, one) for one in (key, *self._keys.meant(key, allowed, path))]
            if above := self._left_empty(finding.value, allowed, key):
                places.append((*path, above))
                message = f'"{short(key)}" belongs to "{above}", but is not indented below it.'
                hint = "Indent it by two spaces more than the key that it belongs to."
                fix = self._document.rewrite.indented(at, above)
            elif forbidden := self._keys.forbidden(key, path):
                message, hint = _not_allowed(key, forbidden)
            else:
                message, hint, fix = self._keys.explain(key, value, allowed, path)
            yield self._problem(at, message, hint, fix, of_key=True), tuple(places)

    def _left_empty(self, keys: Mapping[str, Any], allowed: Mapping[str, Any], key: str) -> str:
        """Return the key without a value that this one belongs below, judging by what that one takes."""
        before = list(keys)[: list(keys).index(key)]
        above = next((one for one in reversed(before) if one in allowed), "")
        if not above or keys[above] is not None:
            return ""
        return above if knows(resolved(self._definitions, allowed[above]).get("properties", {}), key) else ""

    def _missing(self, finding: Finding) -> Iterator[Explained]:
        path, present, allowed = finding.path, finding.value, finding.schema.get("properties", {})
        unknown = [other for other in present if other not in allowed]
        for key in finding.rule:
            is_misspelt = any(self._keys.suggestion(other, allowed) == key for other in unknown)
            if key in present or is_misspelt or (key == "id" and any(map(is_network, unknown))):
                continue
            about = _first_sentence(resolved(self._definitions, allowed.get(key, {})))
            message, hint = f'{name_of(path)} lacks "{key}".', f'Add "{key}": {about}'
            yield self._problem((*path, key), message, hint), ((*path, key),)


def _own_message(finding: Finding) -> tuple[str, str]:
    """Use the sentence of the schema, which says ``what: why``."""
    what, colon, why = finding.schema["errorMessage"].partition(": ")
    if finding.keyword == "pattern":
        message = f'{name_of(finding.path)} {what}, not "{short(str(finding.value))}".'
        return message, _first_sentence(finding.schema)
    allowed = " or ".join(str(value).lower() for value in finding.rule)
    return f"{name_of(finding.path)} {what}{colon}{why}.", f"Write {allowed}."


def _combination(finding: Finding) -> tuple[str, str]:
    keys = finding.value if isinstance(finding.value, dict) else {}
    sources = [key for key in ("file", "url", "id") if key in keys]
    has = f" This one has {' and '.join(sources)}." if len(sources) > 1 else ""
    hint = 'Write at least "text: …".'
    if finding.keyword == "oneOf":
        hint = 'Write only one of "file: path/in/the/repository.png", "url: https://…" and "id: …".'
    return finding.schema["errorMessage"] + has, hint


def _not_allowed(key: str, description: str) -> tuple[str, str]:
    reason, _, advice = description.removeprefix("Not allowed: ").partition(". ")
    return f'"{key}" is not allowed: {reason.removesuffix(".")}.', advice or f'Remove "{key}".'


def _bad_value(finding: Finding) -> tuple[str, str]:
    """Say of a value of the right kind what is possible."""
    name, rule, value = name_of(finding.path, "The list"), finding.rule, finding.value
    about = _first_sentence(finding.schema)
    if finding.keyword in {"enum", "pattern"}:
        return _own_message(finding) if "errorMessage" in finding.schema else _not_listed(finding)
    if finding.keyword == "minLength":
        return f"{name} is empty.", "Write something, or remove it."
    if finding.keyword == "minItems" and not value:
        hint = "Write at least one item, or remove the key." if finding.path else "Write at least one post."
        if finding.path[-1:] == ("accounts",):
            hint = 'Name at least one account, such as "twitter/*"; without accounts a post goes nowhere.'
        return f"{name} is empty.", hint
    if finding.keyword == "minItems":
        return f"{name} has {plural(len(value), 'item')}; at least {rule} are needed.", about
    if finding.keyword == "maxItems":
        return f"{name} has {plural(len(value), 'item')}; at most {rule} are possible.", about
    bound = "at least" if finding.keyword == "minimum" else "at most"
    return f"{name} must be {bound} {rule}, not {short(str(value))}.", about


def _not_listed(finding: Finding) -> tuple[str, str]:
    path, value, allowed = finding.path, str(finding.value), [str(one) for one in finding.rule]
    network = network_of(path)
    of = f" on {network}" if path[-2:] == (network, "type") else ""
    shown = allowed if len(allowed) <= _MAX_LISTED else allowed[:_LISTED_OF_MANY]
    more = f" … and {len(allowed) - len(shown)} more" if len(allowed) > len(shown) else ""
    guess = suggest(value, allowed)
    did_you_mean = f'Did you mean "{guess}"? ' if guess else ""
    message = f'{name_of(path)} cannot be "{short(value)}"{of}.'
    return message, f"{did_you_mean}Allowed: {', '.join(shown)}{more}."


def _first_sentence(schema: Mapping[str, Any]) -> str:
    description = str(schema.get("description", ""))
    sentence, dot, _ = description.partition(". ")
    return sentence + "." if dot else description
