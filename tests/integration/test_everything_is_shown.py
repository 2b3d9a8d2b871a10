"""Promise: whatever a post file can say and Publer is sent, a reviewer finds in the summary and on the page."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from publer_publish.networks.table import NETWORKS
from tests.support.stage import Stage

SCHEMA = json.loads((Path(__file__).parents[2] / "schemas" / "post.schema.json").read_text(encoding="utf-8"))
NOT_SENT = {"$schema", "max_length"}
"""What only this program reads."""


@dataclass
class Sample:
    """A value for everything that a schema allows, each to be recognised wherever it is shown."""

    leaves: list[tuple[str, Any]] = field(default_factory=list)

    def of(self, schema: Mapping[str, Any], name: str) -> Any:
        schema = _resolved(schema)
        kinds = schema.get("type", "string")
        kinds = [kinds] if isinstance(kinds, str) else kinds
        if "object" in kinds and schema.get("properties") and name != "extra":
            return {key: self.of(part, key) for key, part in self._properties(schema)}
        if "array" in kinds:
            return [self.of(schema.get("items", {}), f"{name}[0]")]
        if "object" in kinds:
            return {"new_field": self.of({}, f"{name}.new_field")}
        value = self._scalar(schema, kinds)
        self.leaves.append((name, value))
        return value

    def _properties(self, schema: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        properties = schema["properties"]
        for key, part in properties.items():
            refused = "not" in _resolved(part)
            # Of the three ways to name a file one can be used.
            other_way = "file" in properties and key in {"file", "url"}
            if not (refused or other_way or key in NOT_SENT):
                yield key, part

    def _scalar(self, schema: Mapping[str, Any], kinds: list[str]) -> Any:
        if "enum" in schema:
            return schema["enum"][-1]
        if "boolean" in kinds:
            return True
        if "integer" in kinds or "number" in kinds:
            return 7000 + len(self.leaves)
        if schema.get("format") == "date-time":
            return f"2027-01-01T10:00:00.{len(self.leaves):06}+00:00"
        word = f"zq{len(self.leaves)}qz"
        return f"https://example.com/{word}" if "Hh" in schema.get("pattern", "") else word


def _resolved(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in schema:
        schema = {**SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]], **_but(schema, "$ref")}
    return schema


def _but(mapping: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in mapping.items() if key not in keys}


def _without(name: str, *keys: str) -> Mapping[str, Any]:
    schema = SCHEMA["$defs"][name]
    return {**schema, "properties": _but(schema["properties"], *keys)}


def _is_shown(name: str, value: Any, text: str) -> bool:
    """By its own word; what has none, such as ``true``, beside its name."""
    if isinstance(value, str) and "zq" in value:
        return value in text
    shown = re.escape(value if isinstance(value, str) else json.dumps(value))
    return re.search(rf"(?<!\w){re.escape(name)}\W+{shown}(?!\w)", text) is not None


@pytest.mark.parametrize("network", NETWORKS)
def test_each_field_of_the_schema_is_shown(stage: Stage, network: str) -> None:
    sample = Sample()
    # What decides where a post goes, and whether, is not sent with it.
    # Where Publer documents no comments, none are sent.
    comments = [] if NETWORKS[network].comments else ["comments"]
    post = sample.of(_without("post", "networks", "accounts", "when", *comments), "post")
    own = sample.of(SCHEMA["$defs"][f"network_{network}"], network)
    account = sample.of(_without("account", "id", *comments), "account") | {"id": f"{network}/Second"}
    document = post | {"networks": {network: own}, "accounts": [f"{network}/*", account, "*"]}
    stage.open()
    stage.write("post.json", json.dumps(document))
    outcome = stage.run(mode="validate", post_file="post.json", preview_file="preview.html")
    page = (stage.workspace / "preview.html").read_text(encoding="utf-8")
    shown = {
        "summary": re.sub(r"[\\\u200b]", "", html.unescape(outcome.summary)),
        "page": html.unescape(re.sub(r"<[^>]*>", " ", page.partition("</style>")[2])),
    }
    assert len(sample.leaves) > 50
    for place, text in shown.items():
        missing = [(name, value) for name, value in sample.leaves if not _is_shown(name, value, text)]
        assert missing == [], f"not in the {place}"
