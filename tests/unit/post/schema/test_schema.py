"""Promise: the schema accepts every documented form, and each mistake is reported at its place in our words."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from publer_publish.errors import MOST_ERRORS, Problem, Problems
from publer_publish.post.schema.check import check, load
from tests.support.documents import parse


def problems(text: str, file: str = "a.yml", data: Any | None = None) -> list[Problem]:
    document, found = parse(text, file), Problems()
    check(document, document.data if data is None else data, found)
    return list(found)


def told(text: str, file: str = "a.yml") -> list[tuple[int, int, str, str]]:
    return [(p.where.line, p.where.column, p.where.shown_path, p.message) for p in problems(text, file)]


def test_the_schema_is_a_valid_2020_12_schema_with_an_id() -> None:
    Draft202012Validator.check_schema(load())
    assert (
        load()["$id"]
        == "https://raw.githubusercontent.com/publer-publish/publer-publish/v1/schemas/post.schema.json"
    )


def nodes(schema: Any, path: str = "") -> list[tuple[str, dict[str, Any]]]:
    if isinstance(schema, list):
        return [node for i, item in enumerate(schema) for node in nodes(item, f"{path}/{i}")]
    if not isinstance(schema, dict):
        return []
    return [(path, schema), *(node for key, item in schema.items() for node in nodes(item, f"{path}/{key}"))]


def test_every_key_that_an_editor_offers_is_explained() -> None:
    definitions = load()["$defs"]
    for path, node in nodes(load()):
        for key, part in (
            node.get("properties", {}).items() if isinstance(node.get("properties"), dict) else []
        ):
            target = definitions.get(part.get("$ref", "").rpartition("/")[2], {})
            assert part.get("description") or target.get("description"), f"{path}/{key}"


def test_no_object_takes_unknown_keys_but_extra() -> None:
    for path, node in nodes(load()["$defs"]):
        if isinstance(node.get("properties"), dict) and "type" in node:
            assert node["additionalProperties"] is (path == "/extra"), path


def test_every_combinator_and_pattern_has_our_own_sentence() -> None:
    for path, node in nodes(load()["$defs"]):
        if {"oneOf", "pattern"} & set(node) or ("anyOf" in node and not path.endswith("/not")):
            assert "errorMessage" in node, path


def test_every_example_in_the_schema_is_valid_where_it_stands() -> None:
    definitions = load()["$defs"]
    for path, node in nodes(definitions):
        for example in node.get("examples", []) if isinstance(node.get("examples"), list) else []:
            validator = Draft202012Validator({**node, "$defs": definitions})
            assert validator.is_valid(example), f"{path}: {example}"


BULK = """{ "bulk": { "state": "scheduled", "posts": [ {
  "networks": { "facebook": { "type": "status", "text": "x" } },
  "accounts": [ { "id": "66db83154e299efa19a2d8ea" } ] } ] } }"""


@pytest.mark.parametrize(
    "text",
    [
        "text: x\naccounts: ['*']",
        "- text: x\n- media: [{file: a.png}]",
        "posts: [{networks: {twitter: {text: x}}}]",
        BULK,
        "text: yes\nwhen: true\naccounts: [661234567890123456789012, 66e123456789012345678901]",
        "$schema: x\ntext: x",
        "text: x\nnetworks: {}",
        "text: x\nmedia: []\ncomments: []",
        "text: x\nmedia: docs/card.png",
        "text: x\nmedia: [docs/card.png, 'https://example.com/card.png', {file: b.png}]",
        "text: x\nmedia: {file: docs/card.png}\ncomments: [{media: docs/card.png}]",
        "text: x\nnetworks: {X: {media: docs/card.png}, LinkedIn: {}}",
        "media: [{id: external, type: gif, url: 'https://x/y.gif', path: p, thumbnail: 'https://x/t', name: n}]",
        "media: [{id: a, type: video, path: p, thumbnails: [{id: 1, small: s, real: r}], default_thumbnail: 0}]",
        "media: [{file: a.mp4, thumbnail: 2}, {file: b.mp4, thumbnail: {url: 'https://x/y.png'}}]",
        "text: x\nnetworks: {tiktok: {details: {reminder: false}}, twitter: {extra: {any: {thing: 1.5}}}}",
        "text: x\ncomments: [a, {text: b, media: {type: photo, path: p}}, {media: [{file: a.png}]}]",
    ],
)
def test_documented_forms_are_accepted(text: str) -> None:
    assert told(text) == []


def test_rendered_data_is_judged_at_the_places_of_the_document() -> None:
    text = "networks:\n  mastodon:\n    visibility: '{{ vars.v }}'\n"
    assert problems(text, data={"networks": {"mastodon": {"visibility": "public"}}}) == []
    found = problems(text, data={"networks": {"mastodon": {"visibility": "Publik"}}})
    assert [(p.where.line, p.where.column) for p in found] == [(3, 17)]
    assert found[0].hint.startswith('Did you mean "public"?')


@pytest.mark.parametrize(
    ("text", "cure"),
    [
        ("networks: {facebook: {link: 'https://e.com/'}}", '"link: { url: https://e.com/ }"'),
        ("networks: {twitter: Hello}", '"twitter: { text: … }"'),
        ("networks: {twitter: }", "Write {}"),
        ("networks: twitter", "each network as a key"),
    ],
)
def test_the_cure_for_a_text_in_place_of_a_mapping_names_its_key(text: str, cure: str) -> None:
    (found,) = problems(text)
    assert cure in found.hint


def test_problems_come_in_the_order_of_the_file_and_all_at_once() -> None:
    assert told("acounts: []\ntext: 1.0\nnetworks: {y: {}}") == [
        (1, 1, "acounts", 'Unknown key "acounts".'),
        (2, 7, "text", '"text" must be text, but 1.0 is a number.'),
        (3, 12, "networks.y", 'Unknown key "y" in networks.'),
    ]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"posts": [1] * 1000}),
        json.dumps({"text": "x"} | {f"key{n}": n for n in range(5000)}),
    ],
)
def test_the_list_of_problems_is_bounded(text: str) -> None:
    found = problems(text, "a.json")
    assert len(found) == MOST_ERRORS + 1
    assert found[-1].stands_for_more


@pytest.mark.parametrize("value", ["x" * 5000, {"k" * 5000: 1}, 10**300])
def test_no_message_quotes_a_long_value(value: Any) -> None:
    parts = ["text", "accounts", "networks", "when", "media", "comments", "labels", "extra", "bulk", "posts"]
    for key in parts:
        for one in problems(json.dumps({key: value, "k" * 5000: value}), "a.json"):
            assert len(one.message) < 200
            assert len(one.where.shown_path) < 200
    found = problems(json.dumps({"text": "x", "networks": {"mastodon": {"visibility": value}}}), "a.json")
    assert len(found[0].message) < 200


ANNOTATIONS = {"title", "description", "default", "examples", "format", "errorMessage", "doNotSuggest"}
STRUCTURE = {"properties", "patternProperties", "items", "$ref", "if", "then"}
EXPLAINED = {
    "type", "additionalProperties", "required", "enum", "pattern", "anyOf", "oneOf", "not",
    "minLength", "minItems", "maxItems", "minimum", "maximum",
}  # fmt: skip


def test_the_schema_uses_no_keyword_that_we_have_no_sentence_for() -> None:
    used = set()
    for path, node in nodes(load()["$defs"]):
        if (
            path
            and path.rpartition("/")[2] not in {"properties", "patternProperties", "examples"}
            and "/examples" not in path
        ):
            used |= set(node)
    assert used == EXPLAINED | ANNOTATIONS | STRUCTURE
