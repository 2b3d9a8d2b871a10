"""Secrets go out of what is reported before it is written: escaping and cutting change how they look."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar, cast

_Value = TypeVar("_Value")


def hidden(value: _Value, redact: Callable[[str], str]) -> _Value:
    """Return a value with every text in it redacted; the value itself if nothing in it had to be hidden."""
    return cast(_Value, _hidden(value, redact))


def _hidden(value: Any, redact: Callable[[str], str]) -> Any:  # noqa: ANN401 - whatever a report is made of
    if type(value) is str:  # a member of an enumeration is a word of ours
        text = redact(value)
        return value if text == value else text
    if type(value) in {tuple, list}:
        items = [_hidden(item, redact) for item in value]
        return value if _same(items, value) else type(value)(items)
    if is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in fields(value)]
        before = [getattr(value, name) for name in names]
        after = [_hidden(item, redact) for item in before]
        return value if _same(after, before) else replace(value, **dict(zip(names, after, strict=True)))
    if isinstance(value, Mapping):
        before = [part for pair in value.items() for part in pair]
        after = [_hidden(part, redact) for part in before]
        return value if _same(after, before) else dict(zip(after[::2], after[1::2], strict=True))
    return value


def _same(some: list[Any], others: list[Any] | tuple[Any, ...]) -> bool:
    return all(one is other for one, other in zip(some, others, strict=True))
