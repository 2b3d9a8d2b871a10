"""Check a post file against ``schemas/post.schema.json``: every mistake at its place, in our own words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from itertools import chain, islice
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.validators import extend

from publer_publish.errors import MOST_ERRORS, Problems
from publer_publish.post.document.parse import Document
from publer_publish.post.model import Json
from publer_publish.post.schema.messages import Explainer, Finding

_PACKAGE = Path(__file__).parents[2]
_INSTALLED = _PACKAGE / "schemas"
"""In an installed package the schemas lie inside it; in a checkout and in the image, beside it."""

SCHEMA_FILE = (_INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent / "schemas") / "post.schema.json"

_COMBINATORS = {"anyOf", "oneOf"}


def check(document: Document, data: Json, problems: Problems) -> None:
    """Report everything that the schema finds wrong, in the order of the file.

    ``data`` has the shape of the document with some texts already rendered; places come from the document.
    """
    findings = _root_causes(list(islice(_findings(data), MOST_ERRORS + 1)))
    if not findings:
        return
    explainer = Explainer(load(), document)
    found = list(islice(chain.from_iterable(map(explainer.explain, findings)), MOST_ERRORS + 1))
    follows = {place for problem, places in found for place in places if place != problem.where.path}
    for problem, places in sorted(found, key=lambda one: (one[0].where.line, one[0].where.column)):
        if problem.where.path not in follows:
            problems.add(problem, explains=places)


@cache
def load() -> dict[str, Any]:
    """Read the schema."""
    schema: dict[str, Any] = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    return schema


def _is_whole_number(_: object, value: object) -> bool:
    """Whether a value is written as a whole number: ``1e3`` and ``1.0`` would be sent as they are."""
    return isinstance(value, int) and not isinstance(value, bool)


def _definition(validator: Json, reference: str, instance: Json, _: Json) -> Iterator[Json]:
    """Follow a reference, which our schema has only to its own ``$defs``.

    jsonschema would look up each again: a quarter of the time for 500 posts.
    """
    yield from validator.descend(instance, load()["$defs"][reference.removeprefix("#/$defs/")])


@cache
def _validator() -> Json:
    types = Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_whole_number)
    return extend(Draft202012Validator, {"$ref": _definition}, type_checker=types)(load())  # type: ignore[no-untyped-call]


def _findings(data: object) -> Iterator[Finding]:
    for error in _validator().iter_errors(data):
        yield Finding(
            keyword=str(error.validator),
            rule=error.validator_value,
            path=tuple(error.absolute_path),
            value=error.instance,
            schema=error.schema,
        )


def _root_causes(findings: list[Finding]) -> list[Finding]:
    """Leave out what only follows from another error at the same place.

    If ``file`` is misspelt as ``fil``, one of file, url and id is missing only because of that; and what is
    not text cannot be one of the allowed words.
    """
    wrong_type = {finding.path for finding in findings if finding.keyword == "type"}
    unknown_key = {finding.path for finding in findings if finding.keyword == "additionalProperties"}
    return [
        finding
        for finding in findings
        if (finding.keyword == "type" or finding.path not in wrong_type)
        and (finding.keyword not in _COMBINATORS or finding.path not in unknown_key)
    ]
