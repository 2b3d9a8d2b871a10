"""Promise: the page about the post file, the schema and the table of networks say the same."""

from __future__ import annotations

from publer_publish.networks.table import KEYS, NETWORKS
from publer_publish.post.schema.check import load
from tools.generate_docs import PAGE, render


def test_the_page_is_what_schema_and_table_make_of_it() -> None:
    assert PAGE.read_text(encoding="utf-8") == render(load())


def test_schema_and_table_know_the_same_networks() -> None:
    assert set(load()["$defs"]["networks"]["properties"]) == set(KEYS)


def test_schema_and_table_allow_the_same_types() -> None:
    for key, rules in NETWORKS.items():
        allowed = load()["$defs"][f"network_{key}"]["properties"]["type"]["enum"]
        assert set(allowed) == rules.types, key
        assert len(allowed) == len(rules.types), key


def test_what_a_type_needs_are_keys_of_the_schema() -> None:
    definitions = load()["$defs"]
    for key, rules in NETWORKS.items():
        properties = definitions[f"network_{key}"]["properties"]
        for fields in rules.needs.values():
            for field in "|".join(fields).split("|"):
                first, _, rest = field.partition(".")
                part = properties[first]
                part = {**definitions.get(part.get("$ref", "").rpartition("/")[2], {}), **part}
                assert not rest or rest in part["properties"], (key, field)
