"""Every position of every switch, by itself: what Publer may do where the reference leaves it open."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Callable
from typing import Any

from sandbox.scenario import Scenario, Signature

Change = Callable[[Scenario], Scenario]

_PARTS = ("", "accepts", "imports", "job", "listing", "rate_limit", "stored_text")
"""Where a scenario has switches: every choice between few words, and every yes or no, but for these."""
_NO_SWITCHES = {"signatures", "needs_user_agent", "never_ends", "failure_place"}

_WITH: dict[str, dict[str, Any]] = {
    "no_failures_form": {"family": "failures"},
    "failures_form": {"family": "failures"},
    "outer_status": {"envelope": "oas", "working_polls": 1},
    "first_page": {"window": "in_pages"},
}
"""What a switch needs beside it to be felt."""

_SIGNED = {"default_signature": "appended"}
_OTHER: dict[str, dict[str, dict[str, Any]]] = {
    "a list that is 18 s late": {"listing": {"lag": 18.0}},
    "days of a zone in the east": {"listing": {"zone": 14.0}},
    "days of a zone in the west": {"listing": {"zone": -12.0}},
    "the word completed": {"job": {"status_word": "completed"}},
    "no status while the job runs": {"job": {"working_word": None, "working_polls": 1}},
    "an answer with 202": {"job": {"http_status": 202}},
    "a signature that may not be read": {"": {"signatures": "forbidden"}, "stored_text": _SIGNED},
    "a signature and no list of signatures": {"": {"signatures": "not_found"}, "stored_text": _SIGNED},
    "a text of its own below every post": {"stored_text": {"appended": "Posted by Acme"}},
}
"""Positions of what is no choice between few words."""

_DOCUMENTED_TYPES = {
    "facebook": "page",
    "instagram": "business",
    "google": "location",
    "youtube": "channel",
    "telegram": "channel",
    "wordpress": "blog",
}
SIGNATURE = Signature(text="Acme Inc, makers of fine rockets", default=True)


def positions() -> dict[str, Change]:
    """Name → what it makes of a scenario. Derived from the types, so that no new switch is forgotten."""
    found: dict[str, Change] = {}
    for part in _PARTS:
        kind: type[Any] = typing.get_type_hints(Scenario)[part] if part else Scenario
        hints = typing.get_type_hints(kind)
        for field in dataclasses.fields(kind):
            values = () if field.name in _NO_SWITCHES else _values(hints[field.name])
            for value in values:
                if value != field.default:
                    label = ".".join(filter(None, (part, field.name)))
                    changes = _WITH.get(field.name, {}) | {field.name: value}
                    found[f"{label}: {value}"] = _change({part: changes})
    found |= {name: _change(parts) for name, parts in _OTHER.items()}
    return found | {"the documented types of accounts": _with_documented_types}


def _values(hint: Any) -> tuple[Any, ...]:  # noqa: ANN401  a type
    if typing.get_origin(hint) is typing.Literal:
        return typing.get_args(hint)
    return (True, False) if hint is bool else ()


def _change(parts: dict[str, dict[str, Any]]) -> Change:
    def change(scenario: Scenario) -> Scenario:
        for part, fields in parts.items():
            whole = {part: dataclasses.replace(getattr(scenario, part), **fields)} if part else fields
            scenario = scenario.but(**whole)
        if "default_signature" in parts.get("stored_text", {}):
            scenario = scenario.with_account("*", signatures=(SIGNATURE,))
        return scenario

    return change


def _with_documented_types(scenario: Scenario) -> Scenario:
    """``page``, ``blog`` …, where the API was seen to say ``fb_page`` and ``wordpress_basic``."""
    for account in scenario.workspaces[0].accounts:
        kind = _DOCUMENTED_TYPES.get(account.network, "profile")
        scenario = scenario.with_account(account.network, type=kind)
    return scenario
