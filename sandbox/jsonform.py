"""Frozen dataclasses from JSON and back: strict, and with the place of every mistake."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from typing import Any


class FormError(ValueError):
    """A JSON document does not have the form that was asked for. The message names the place."""


def to_json(value: object) -> Any:  # noqa: ANN401  a JSON value has no narrower type
    """Plain dicts, lists and scalars for a dataclass tree."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_json(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_json(item) for item in value]
    return value


T = typing.TypeVar("T")


def from_json(kind: type[T], data: object, where: str = "scenario") -> T:
    """Build a dataclass tree. Raises FormError for unknown keys and for values of a wrong type."""
    return typing.cast("T", _read(kind, data, where))


def _read(kind: Any, data: object, where: str) -> Any:  # noqa: ANN401  types are the data here
    if kind is Any or kind is object:
        return data
    origin = typing.get_origin(kind)
    if origin in {types.UnionType, typing.Union}:
        return _read_union(typing.get_args(kind), data, where)
    if origin is typing.Literal:
        if data not in typing.get_args(kind):
            raise FormError(f"{where}: {data!r} is none of {', '.join(map(repr, typing.get_args(kind)))}")
        return data
    if origin is tuple:
        if not isinstance(data, list):
            raise FormError(f"{where}: a list is needed")
        (item_kind, _) = typing.get_args(kind)
        return tuple(_read(item_kind, item, f"{where}[{index}]") for index, item in enumerate(data))
    if origin is not None:
        if not isinstance(data, dict):
            raise FormError(f"{where}: an object is needed")
        (_, value_kind) = typing.get_args(kind)
        return {key: _read(value_kind, item, f"{where}.{key}") for key, item in data.items()}
    if dataclasses.is_dataclass(kind):
        return _read_dataclass(kind, data, where)
    return _read_scalar(kind, data, where)


def _read_union(kinds: tuple[Any, ...], data: object, where: str) -> object:
    if data is None and type(None) in kinds:
        return None
    problems = []
    for kind in kinds:
        if kind is type(None):
            continue
        try:
            return _read(kind, data, where)
        except FormError as problem:
            problems.append(str(problem))
    raise FormError(" or ".join(problems))


def _read_dataclass(kind: Any, data: object, where: str) -> object:  # noqa: ANN401  types are the data here
    if not isinstance(data, dict):
        raise FormError(f"{where}: an object is needed")
    hints = typing.get_type_hints(kind)
    for key in data:
        if key not in hints:
            raise FormError(f"{where}.{key}: no such field; there are {', '.join(sorted(hints))}")
    try:
        return kind(**{key: _read(hints[key], item, f"{where}.{key}") for key, item in data.items()})
    except TypeError as problem:
        raise FormError(f"{where}: {problem}") from None


def _read_scalar(kind: Any, data: object, where: str) -> object:  # noqa: ANN401  types are the data here
    if kind is float and isinstance(data, int) and not isinstance(data, bool):
        return float(data)
    if isinstance(data, kind) and not (kind is int and isinstance(data, bool)):
        return data
    raise FormError(f"{where}: {data!r} is not of type {kind.__name__}")
