"""Promise: the quick way through jsonschema finds exactly what the library finds by itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.validators import extend

from publer_publish.errors import InvalidInputError
from publer_publish.post.document.parse import parse
from publer_publish.post.schema.check import TYPES, SchemaValidator, load

ROOT = Path(__file__).parents[3]
FILES = sorted([*(ROOT / "examples").glob("*.*ml"), *(ROOT / "tests/data/broken").glob("*.*ml")])
Library = extend(Draft202012Validator, type_checker=TYPES)  # type: ignore[no-untyped-call]  # it has no types
SHAPES = ("post", "posts", "posts_document", "bulk_document")


def found_by_us(definitions: dict[str, Any], shape: str, data: object) -> set[tuple[object, ...]]:
    return {
        (one.keyword, str(one.rule), one.path) for one in SchemaValidator(definitions).findings(shape, data)
    }


def found_by_the_library(definitions: dict[str, Any], shape: str, data: object) -> set[tuple[object, ...]]:
    library = Library({"$ref": f"#/$defs/{shape}", "$defs": definitions})
    return {
        (one.validator, str(one.validator_value), tuple(one.absolute_path))
        for one in library.iter_errors(data)
    }


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_same_keywords_at_the_same_nodes_as_the_library(file: Path) -> None:
    definitions = load()["$defs"]
    try:
        data = parse(file.read_bytes(), file.name).data
    except InvalidInputError:
        data = {"text": 1, "media": [{}, {"id": "a", "file": "b"}, {"url": "https://a", "thumbnail": {}}]}
    for shape in SHAPES:
        ours = found_by_us(definitions, shape, data)
        assert ours == found_by_the_library(definitions, shape, data)
