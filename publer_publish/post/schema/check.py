"""Check a post file against ``schemas/post.schema.json``: every mistake at its node, in our own words."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import chain, islice
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

from publer_publish.errors import Path as DataPath
from publer_publish.errors import Problems
from publer_publish.post.document.parse import Document
from publer_publish.post.schema.messages import Explainer, Finding

SCHEMA_FILE = Path(__file__).parents[3] / "schemas" / "post.schema.json"
MAX_PROBLEMS = 200
"""In one file; who has more fixes these first."""

_COMBINATORS = {"anyOf", "oneOf"}


def check(document: Document, data: Any, problems: Problems) -> None:  # noqa: ANN401 - any YAML or JSON
    """Find everything that the schema says is wrong, in the order of the file.

    ``data`` has the shape of the document with some texts already rendered; places come from the document.
    """
    shape = _shape(data)
    findings = _findings(shape, data) if shape else []
    not_finite = list(islice(_not_finite(data), MAX_PROBLEMS + 1))
    if shape and not findings and not not_finite:
        return

    explainer = Explainer(load(), document)
    if shape is None:
        problems.add(explainer.no_post_file(data), explains=[()])
        return
    found = [problem for finding in findings for problem in explainer.explain(finding)]
    found += [explainer.not_finite(path) for path in not_finite]
    found = sorted(dict.fromkeys(found), key=lambda problem: (problem.where.line, problem.where.column))
    places = list(islice(chain.from_iterable(map(explainer.places, findings)), 2 * MAX_PROBLEMS))
    for problem in found[:MAX_PROBLEMS]:
        problems.add(problem, explains=places)
    if len(found) > MAX_PROBLEMS:
        problems.add(explainer.more(found[MAX_PROBLEMS]))


@cache
def load() -> dict[str, Any]:
    """Read the schema."""
    schema: dict[str, Any] = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    return schema


def _shape(data: object) -> str | None:
    """Choose the definition by the form of the file, so that errors lie in it and not in an alternative."""
    if isinstance(data, list):
        return "posts"
    if not isinstance(data, dict):
        return None
    if "bulk" in data:
        return "bulk_document"
    return "posts_document" if "posts" in data else "post"


def _findings(shape: str, data: object) -> list[Finding]:
    return _root_causes(list(islice(_validator().findings(shape, data), MAX_PROBLEMS + 1)))


@cache
def _validator() -> SchemaValidator:

    return SchemaValidator(load()["$defs"])


def _root_causes(findings: list[Finding]) -> list[Finding]:
    """Leave out what only follows from another error at the same node.

    Who mistypes ``file`` as ``fil`` need not read as well that one of file, url and id is missing; and
    what is not text cannot be one of the allowed words.
    """
    wrong_type = {finding.path for finding in findings if finding.keyword == "type"}
    unknown_key = {finding.path for finding in findings if finding.keyword == "additionalProperties"}
    return [
        finding
        for finding in findings
        if (finding.keyword == "type" or finding.path not in wrong_type)
        and (finding.keyword not in _COMBINATORS or finding.path not in unknown_key)
    ]


def _not_finite(data: object) -> Iterator[DataPath]:
    """Find numbers beyond what JSON can carry, such as 1e999; as account ids they are text, and welcome."""
    stack: list[tuple[DataPath, object]] = [((), data)]
    while stack:
        path, value = stack.pop()
        if isinstance(value, dict):
            stack += [((*path, key), item) for key, item in value.items()]
        elif isinstance(value, list):
            stack += [((*path, index), item) for index, item in enumerate(value)]
        elif isinstance(value, float) and not math.isfinite(value) and not _is_account_id(path):
            yield path


def _is_account_id(path: DataPath) -> bool:
    entry = path[:-1] if path and path[-1] == "id" else path
    return len(entry) > 1 and entry[-2] == "accounts" and isinstance(entry[-1], int) and "extra" not in entry


Schema = Mapping[str, Any]


def _is_whole_number(_: object, value: object) -> bool:
    """Whether a value is written as a whole number: ``1e3`` and ``1.0`` would be sent as they stand."""
    return isinstance(value, int) and not isinstance(value, bool)


TYPES = Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_whole_number)


class SchemaValidator:
    """Validates against definitions that refer to each other as ``#/$defs/name`` only."""

    def __init__(self, definitions: Mapping[str, Schema]) -> None:
        self._definitions = definitions
        self._validators: dict[int, Any] = {}
        self._make = extend(  # type: ignore[no-untyped-call]  # jsonschema has no types for it
            Draft202012Validator,
            {
                "$ref": self._ref,
                "properties": self._properties,
                "items": self._items,
                "anyOf": self._any_of,
                "oneOf": self._one_of,
                "not": self._not,
            },
            type_checker=TYPES,
        )

    def findings(self, name: str, data: object) -> Iterator[Finding]:
        """Yield every error of ``data`` against a definition."""
        error: Any  # a ValidationError, whose types allow for one that is not filled in yet
        for error in self._errors(self._definitions[name], data):
            yield Finding(
                keyword=str(error.validator),
                rule=error.validator_value,
                path=tuple(error.absolute_path),
                value=error.instance,
                schema=error.schema,
            )

    def _errors(self, schema: Schema, data: object) -> Iterator[ValidationError]:
        # By identity: the parts of a schema live as long as the definitions.
        if id(schema) not in self._validators:
            self._validators[id(schema)] = self._make(schema)
        yield from self._validators[id(schema)].iter_errors(data)

    def _below(self, step: str | int, schema: Schema, data: object) -> Iterator[ValidationError]:
        for error in self._errors(schema, data):
            error.path.appendleft(step)
            yield error

    def _holds(self, schema: Schema, data: object) -> bool:
        return next(self._errors(schema, data), None) is None

    def _ref(self, _: object, target: str, data: object, __: Schema) -> Iterator[ValidationError]:
        yield from self._errors(self._definitions[target.removeprefix("#/$defs/")], data)

    def _properties(
        self, _: object, properties: Mapping[str, Schema], data: object, __: Schema
    ) -> Iterator[ValidationError]:
        if isinstance(data, dict):
            for key, value in data.items():
                if key in properties:
                    yield from self._below(key, properties[key], value)

    def _items(self, _: object, schema: Schema, data: object, __: Schema) -> Iterator[ValidationError]:
        if isinstance(data, list):
            for index, item in enumerate(data):
                yield from self._below(index, schema, item)

    def _any_of(
        self, _: object, schemas: Sequence[Schema], data: object, __: Schema
    ) -> Iterator[ValidationError]:
        if not any(self._holds(schema, data) for schema in schemas):
            yield ValidationError("none of them")

    def _one_of(
        self, _: object, schemas: Sequence[Schema], data: object, __: Schema
    ) -> Iterator[ValidationError]:
        if sum(self._holds(schema, data) for schema in schemas) != 1:
            yield ValidationError("none of them, or several")

    def _not(self, _: object, schema: Schema, data: object, __: Schema) -> Iterator[ValidationError]:
        if self._holds(schema, data):
            yield ValidationError("it holds")
