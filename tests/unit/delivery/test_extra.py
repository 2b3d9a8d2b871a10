"""`extra` adds to what is sent, at any depth, and never replaces it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publer_publish.delivery.request import with_extra
from publer_publish.errors import Problems, Where
from publer_publish.post.checks import OF_ACCOUNT, check_extra

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
ATTACKS = [
    *("id", "ID", "Id", "account_id", "accountIds", "accounts", "auto_share", "networks", "workspace_id"),
    *("provider", "state", "State", "draft", "isDraft", "text", "Text", "media", "type"),
    *("scheduled_at", "scheduledAt", "Scheduled-At", "publish_at", "delay", "recurring", "auto", "range"),
]


def refused(extra: Any) -> bool:
    problems = Problems()
    check_extra(extra, OF_ACCOUNT, lambda *steps: Where(path=steps), problems)
    return bool(problems.errors())


@pytest.mark.parametrize("name", ATTACKS)
def test_extra_changes_neither_where_nor_whether_nor_what_nor_when(name: str) -> None:
    assert refused({name: "x"})
    assert refused({"new": {name: "x"}})
    assert refused({"new": [{"newer": [{name: "x"}]}]})


@pytest.mark.parametrize("name", OF_ACCOUNT)
def test_extra_replaces_no_option_of_an_account(name: str) -> None:
    assert refused({name: "x"})
    assert not refused({"new": {name: "x"}})


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
