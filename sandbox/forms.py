"""Frozen dataclasses from JSON and back: strict, and with the place of every mistake."""

from __future__ import annotations

import typing
from typing import Any, TypeAlias

from cattrs import ClassValidationError, Converter, IterableValidationError, transform_error

T = typing.TypeVar("T")
Json: TypeAlias = Any
"""What JSON can hold."""


class FormError(ValueError):
    """A JSON document does not have the form that was asked for. The message names the place."""


def to_json(value: object) -> Json:
    """Plain dicts, lists and scalars for a dataclass tree."""
    return _CONVERTER.unstructure(value)


def from_json(kind: type[T], data: object) -> T:
    """Build a scenario, or a part. Raises FormError for unknown keys and for values of a wrong type."""
    try:
        return _CONVERTER.structure(data, kind)
    except (ClassValidationError, IterableValidationError) as problem:
        raise FormError(
            "; ".join(transform_error(problem, path="scenario", format_exception=_said))
        ) from None
    except (AttributeError, TypeError, ValueError) as problem:
        raise FormError(f"{_said(problem, None)} @ scenario") from None


def _said(problem: BaseException, _kind: object) -> str:
    if isinstance(problem, KeyError):
        return f"the field {problem} is missing"
    extra = getattr(problem, "extra_fields", None)
    return f"no such field: {', '.join(sorted(extra))}" if extra else str(problem)


def _scalar(kind: type, *, taken: tuple[type, ...]) -> None:
    def structure(data: object, _kind: object) -> Json:
        if type(data) not in taken:
            raise TypeError(f"{data!r} is not of type {kind.__name__}")
        return kind(data)

    _CONVERTER.register_structure_hook(kind, structure)


def _tuple(data: object, kind: Any) -> Any:  # noqa: ANN401  a type, and its value
    if not isinstance(data, list):
        raise TypeError("a list is needed")
    items: Any = list[typing.get_args(kind)[0]]  # type: ignore[misc]
    return tuple(_CONVERTER.structure(data, items))


_CONVERTER = Converter(forbid_extra_keys=True, unstruct_collection_overrides={tuple: list})
for _kind in (str, bool, int):
    _scalar(_kind, taken=(_kind,))
_scalar(float, taken=(int, float))
_CONVERTER.register_structure_hook_func(lambda kind: str(kind).startswith("tuple["), _tuple)
