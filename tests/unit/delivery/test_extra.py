"""`extra` adds to what is sent, at any depth, and never replaces it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publer_publish.delivery.request import with_extra

ADDED: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "another key": ({"a": 1}, {"b": 2}, {"a": 1, "b": 2}),
    "the same key": ({"a": 1}, {"a": None}, {"a": 1}),
    "a mapping beside a mapping": (
        {"a": {"x": 1, "y": {"z": 1}}},
        {"a": {"y": {"w": 2, "z": 3}}},
        {"a": {"x": 1, "y": {"z": 1, "w": 2}}},
    ),
    "a mapping for a value": ({"a": 1}, {"a": {"x": 2}}, {"a": 1}),
    "a value for a mapping": ({"a": {"x": 1}}, {"a": 2}, {"a": {"x": 1}}),
    "a mapping for nothing": ({}, {"a": {"x": 2}}, {"a": {"x": 2}}),
    "a list for a list": ({"a": [1, 2]}, {"a": [3]}, {"a": [1, 2]}),
}
_TREES = st.recursive(st.integers(0, 3), lambda inner: st.dictionaries(st.sampled_from("abc"), inner))
_BODIES = st.dictionaries(st.sampled_from("abc"), _TREES)


@pytest.mark.parametrize(("body", "extra", "sent"), ADDED.values(), ids=ADDED)
def test_extra_adds_to_what_is_sent(
    body: dict[str, Any], extra: dict[str, Any], sent: dict[str, Any]
) -> None:
    assert with_extra(body, extra) == sent


@given(_BODIES, _BODIES)
def test_whatever_extra_holds_what_was_there_stays(body: dict[str, Any], extra: dict[str, Any]) -> None:
    def is_kept(before: Any, after: Any) -> bool:
        if isinstance(before, dict):
            return isinstance(after, dict) and all(
                key in after and is_kept(value, after[key]) for key, value in before.items()
            )
        return bool(before == after)

    assert is_kept(body, with_extra(body, extra))
