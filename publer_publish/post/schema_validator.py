"""jsonschema, made quick for large files.

At every node of a document the library makes a new validator for the part of the schema that applies there,
and looks every ``$ref`` up again. Here each part of the schema gets its validator once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

from publer_publish.post.model import Path

Schema = Mapping[str, Any]


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
