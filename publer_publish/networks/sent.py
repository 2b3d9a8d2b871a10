"""A network's part of a post as it is sent: what the file says, in the form and under the names of Publer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from publer_publish.networks.forms import as_sent
from publer_publish.networks.table import network


def of_network(key: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is sent for ``networks.<key>``; fields that the file itself gives are kept."""
    rules = network(key)
    found = dict(body)
    names = {**rules.second_names, **({"text": rules.text_field} if rules.text_field else {})}
    for one, other in names.items():
        _in_both(found, one, other)
    if rules.form:
        rules.form(found)
    as_sent(found)
    return found


def _in_both(body: dict[str, Any], one: str, other: str) -> None:
    if one in body:
        body.setdefault(other, body[one])
    elif other in body:
        body[one] = body[other]
