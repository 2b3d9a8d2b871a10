"""`extra` reaches Publer as it is written, laid over what we would have sent."""

from __future__ import annotations

from typing import Any

import pytest

from publer_publish.delivery.request import merged

LAID_OVER: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "another key": ({"a": 1}, {"b": 2}, {"a": 1, "b": 2}),
    "the same key": ({"a": 1}, {"a": None}, {"a": None}),
    "a mapping over a mapping": (
        {"a": {"x": 1, "y": {"z": 1}}},
        {"a": {"y": {"w": 2}}},
        {"a": {"x": 1, "y": {"z": 1, "w": 2}}},
    ),
    "a mapping over a value": ({"a": 1}, {"a": {"x": 2}}, {"a": {"x": 2}}),
    "a value over a mapping": ({"a": {"x": 1}}, {"a": 2}, {"a": 2}),
    "a mapping over nothing": ({}, {"a": {"x": 2}}, {"a": {"x": 2}}),
    "a list over a list": ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
}


@pytest.mark.parametrize(("body", "extra", "sent"), LAID_OVER.values(), ids=LAID_OVER)
def test_extra_is_laid_over_what_is_sent(
    body: dict[str, Any], extra: dict[str, Any], sent: dict[str, Any]
) -> None:
    assert merged(body, extra) == sent
