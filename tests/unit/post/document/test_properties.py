"""Promise: whatever a file holds, its values are right, their places point at their text, and it ends well."""

from __future__ import annotations

import io
import json
import math
import re
from collections.abc import Iterator
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from publer_publish.errors import Problems, format_path
from publer_publish.post.document.parse import Document
from publer_publish.post.document.parse import parse as parse_file
from tests.support.documents import parse

FORBIDDEN_IN_YAML = re.compile("[\x7f-\x9f\u2028\u2029\ufffe\uffff]")
CHARACTERS = st.characters(codec="utf-8", exclude_categories=["Cs"])
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(CHARACTERS, max_size=12),
    st.sampled_from(
        ["{{ tag }}", "a: b", "- x", "🚀 \\ \" '", "\r\n", "yes", "1.0", "null", "# x", "a\u2028b"]
    ),
)
KEYS = st.text(CHARACTERS, max_size=6).filter(lambda key: key not in {"media", "networks"})
"""But those below which short forms are written out."""
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)


def paths(data: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    yield path, data
    if isinstance(data, dict):
        for key, item in data.items():
            yield from paths(item, (*path, key))
    elif isinstance(data, list):
        for index, item in enumerate(data):
            yield from paths(item, (*path, index))


def offset_of(text: str, line: int, column: int) -> int:
    """Count lines as an editor does: CR LF, LF and CR end one."""
    lines = io.StringIO(text, newline="").read().replace("\r\n", "\n\0").replace("\r", "\n").split("\n")
    starts = [0]
    for content in lines[:-1]:
        starts.append(starts[-1] + len(content) + 1)
    extra = 1 if lines[line - 1].startswith("\0") else 0
    return starts[line - 1] + extra + column - 1


@given(VALUES, st.sampled_from([None, 0, 3]), st.booleans())
def test_json_agrees_with_the_standard_library_and_points_at_every_value(
    value: Any, indent: int | None, ascii_only: bool
) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    document = parse(text.encode(), "a.json")
    assert document.data == json.loads(text)
    decoder = json.JSONDecoder()
    for path, item in paths(document.data):
        where = document.where(path)
        start = offset_of(text, where.line, where.column)
        assert decoder.raw_decode(text, start)[0] == item
        assert where.shown_path == format_path(path)
        if path and isinstance(path[-1], str):
            key = document.where(path, key=True)
            assert decoder.raw_decode(text, offset_of(text, key.line, key.column))[0] == path[-1]


@given(VALUES.filter(lambda value: value is not None))
def test_json_in_a_yaml_file_means_the_same(value: Any) -> None:
    text = json.dumps(value, ensure_ascii=False)
    assume(not FORBIDDEN_IN_YAML.search(text))
    assert parse(text.encode(), "a.yml").data == json.loads(text)


@given(st.text(alphabet='{}[]":,\\ue0123.-+truefalsn \n/#', max_size=60))
def test_json_is_accepted_exactly_when_the_standard_library_accepts_it(text: str) -> None:
    try:
        expected = json.loads(text)
    except ValueError:
        expected = None
        valid = False
    else:
        valid = True
    problems = Problems()
    document = parse_file(text.encode(), "a.json", problems)
    if document is None:
        assert not valid or any(re.search("twice|be sent", problem.message) for problem in problems)
    else:
        assert valid
        assert document.data == expected


WORDS = st.text(st.sampled_from("abcXYZ éß🚀"), min_size=1, max_size=8).map(str.strip).filter(bool)
LINES = st.lists(
    st.text(st.sampled_from("ab {}:'\"#-🚀"), max_size=10).map(str.rstrip), min_size=1, max_size=4
)


@st.composite
def yaml_scalar(draw: st.DrawFn, indent: int) -> str:
    """Write a scalar in one of YAML's styles."""
    style = draw(st.sampled_from(["plain", "single", "double", "literal", "folded", "number", "word"]))
    if style == "number":
        return draw(
            st.integers(-999, 999).map(str) | st.sampled_from(["1.5", "-0.25", "1e3", "0o17", "0xff"])
        )
    if style == "word":
        return draw(st.sampled_from(["true", "false", "null", "~", "yes", "no", "on"]))
    if style == "plain":
        return f" \n{' ' * indent}".join(draw(st.lists(WORDS, min_size=1, max_size=2)))
    if style == "single":
        return "'" + draw(WORDS).replace("'", "''") + "'"
    if style == "double":
        word = draw(WORDS)
        return json.dumps(word, ensure_ascii=draw(st.booleans()) and max(word) < "\uffff")
    first, *rest = ["x", *draw(LINES)]
    mark = ("|" if style == "literal" else ">") + draw(st.sampled_from(["", "-", "+"]))
    return mark + "".join(f"\n{' ' * indent}{line}" if line else "\n" for line in (first, *rest))


@st.composite
def yaml_block(draw: st.DrawFn, depth: int = 0) -> str:
    """Write a block of YAML at an indentation of two spaces a level."""
    indent = "  " * depth
    kind = draw(st.sampled_from(["mapping", "sequence", "scalar"] if depth < 3 else ["scalar"]))
    if depth == 0 and kind == "scalar":
        kind = "mapping"
    if kind == "scalar":
        return " " + draw(yaml_scalar(2 * depth + 2)) + "\n"
    comment = draw(st.sampled_from(["", "  # comment"]))
    text = f"{comment}\n"
    for number in range(draw(st.integers(1, 3))):
        start = f"{indent}key {number}:" if kind == "mapping" else f"{indent}-"
        text += start + draw(yaml_block(depth + 1))
    return text


@given(yaml_block(), st.sampled_from(["\n", "\r\n"]))
def test_yaml_agrees_with_an_independent_reader(text: str, line_end: str) -> None:
    reader = YAML(typ="safe", pure=True)
    reader.version = (1, 2)
    document = parse(text.replace("\n", line_end).encode(), "a.yml")
    assert document.data == reader.load(text)


@given(yaml_block())
def test_yaml_places_point_at_the_text_of_every_value(text: str) -> None:
    document = parse(text.encode(), "a.yml")
    for path, item in paths(document.data):
        where = document.where(path)
        rest = text[offset_of(text, where.line, where.column) :]
        if isinstance(item, dict):
            assert rest.startswith("key 0:")
        elif isinstance(item, list):
            assert rest.startswith("-")
        elif isinstance(item, str):
            check_string(document, path, item, text)
        else:
            written = document.raw(path)
            assert rest.startswith(written)
            assert parse(f"- {written}".encode(), "b.yml").data == [item]


def check_string(document: Document, path: tuple[str | int, ...], value: str, text: str) -> None:
    for offset, character in enumerate(value):
        if character in " \n" or (ord(character) > 127 and character not in text):
            continue
        where = document.where_in(path, offset)
        found = text[offset_of(text, where.line, where.column)]
        assert found in (character, "\\"), (path, offset)


@given(
    st.binary(max_size=80)
    | st.text(st.sampled_from("{}[]&*!|>'\"%@`-?:,# \n\t\rab1"), max_size=60).map(str.encode)
)
def test_any_bytes_end_in_a_document_or_in_placed_problems(content: bytes) -> None:
    for name in ("a.yml", "a.json"):
        problems = Problems()
        document = parse_file(content, name, problems)
        assert bool(problems) is (document is None)
        for problem in problems:
            assert problem.where.file == name
            assert problem.where.line >= 1
            assert problem.where.column >= 1
            assert problem.hint
        if document is not None:
            for path, item in paths(document.data):
                assert document.where(path).line >= 1
                assert not isinstance(item, float) or not math.isnan(item)
