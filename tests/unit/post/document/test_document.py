"""Promise: a post file becomes plain data, and every value and every mistake has its exact place."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ruamel.yaml import YAML

from publer_publish.errors import Problems, Where, format_path
from publer_publish.post import lost_text
from publer_publish.post.document.parse import MAX_BYTES, Document
from tests.support.documents import mistakes, parse

YAML_12_SCALARS: list[tuple[str, Any]] = [
    ("yes", "yes"),
    ("on", "on"),
    ("NO", "NO"),
    ("2026-11-01", "2026-11-01"),
    ("12:30:45", "12:30:45"),
    ("0777", 777),
    ("0o777", 511),
    ("0xfF", 255),
    ("0b11", "0b11"),
    ("1_000", "1_000"),
    ("-12", -12),
    ("+12", 12),
    ("1.0", 1.0),
    (".5", 0.5),
    ("1.", 1.0),
    ("1e3", 1000.0),
    ("-1.5E-3", -0.0015),
    ("1.2.3", "1.2.3"),
    ("-", None),
    ("true", True),
    ("True", True),
    ("tRUE", "tRUE"),
    ("FALSE", False),
    ("null", None),
    ("~", None),
    ("", None),
    ("nUll", "nUll"),
    ("!!str 1.0", "1.0"),
    ("!!str", ""),
    ("! 12", "12"),
    ("'1'", "1"),
    ('"\\u00e9\\n\\x41\\U0001F680"', "é\nA🚀"),
]


@pytest.mark.parametrize(("written", "value"), [pair for pair in YAML_12_SCALARS if pair[0] != "-"])
def test_scalars_follow_the_yaml_1_2_core_schema(written: str, value: Any) -> None:
    data = parse(f"key: {written}\n".encode(), "a.yml").data
    assert data == {"key": value}
    assert type(data["key"]) is type(value)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("{ url: https://example.com/a?b=c:d, alt_text: x }", {"url": "https://example.com/a?b=c:d", "alt_text": "x"}),
        ("{ text: 12:30:45 }", {"text": "12:30:45"}),
        ("[what?, is:this, 'a:b?', https://example.com/a#b ]", ["what?", "is:this", "a:b?", "https://example.com/a#b"]),
        ('{ "a":1, "b": [c:d] }', {"a": 1, "b": ["c:d"]}),
        ("{ ? a:b : c }", {"a:b": "c"}),
        ("{ text:Hi }", {"text:Hi": None}),
    ],
)  # fmt: skip
def test_colons_and_question_marks_inside_a_text_need_no_quotes_in_braces(written: str, value: Any) -> None:
    """As in YAML 1.2; the parser implements 1.1."""
    document = parse(f"a: {written}\nb: |\n  c:d? {{e:f}}\ng: h:i\n".encode(), "a.yml")
    assert document.data == {"a": value, "b": "c:d? {e:f}\n", "g": "h:i"}
    assert YAML(typ="safe", pure=True).load(f"a: {written}") == {"a": value}
    assert document.where(("g",)).line == 4


def test_what_is_wrong_beside_such_a_text_is_still_found() -> None:
    (problem,) = mistakes(b"a: { b: c:d }\n e: f\n", "a.yml")
    assert (problem.where.line, problem.where.column) == (2, 2)


@pytest.mark.parametrize(
    ("content", "lost"),
    [
        ("text: Out now #python\n", (1, 15, "warning", '"#python"')),
        ("text: Out\n  now   #Python3 #b\n", (2, 9, "warning", '"#Python3"')),
        ("text: Out\n  #python #b\naccounts: []\n", (2, 3, "warning", '"#python"')),
        ("text:\n  Out\n  #python\n", (3, 3, "warning", '"#python"')),
        ("comments:\n  - Out\n    #python\n", (3, 5, "warning", '"#python"')),
        ("options: [Fix #1\n]\n", (1, 15, "warning", '"#1"')),
        ("networks: {tiktok: {title: Acme #1\n}}\n", (1, 33, "warning", '"#1"')),
        ("accounts:\n  - linkedin/Acme Inc #2\n", (2, 23, "error", '"#2"')),
        ("accounts:\n  - id: linkedin/Acme Inc #2\n", (2, 27, "error", '"#2"')),
        ("text: &co is great\n", (1, 7, "warning", '"&co"')),
        ("comments: [&co is great, '*coo']\n", (1, 12, "warning", '"&co"')),
        # Comments, and texts that lose nothing.
        ("text: Hi # a comment\n", None),
        ("text: Hi # 1\n", None),
        ("text: Hi\n#accounts: []\n", None),
        ("networks:\n  x:\n    text: Hi\n    #visibility: public\n", None),
        ("- text: Hi\n  #media: []\n", None),
        ("comments:\n  - Hi\n  #- Ho\n", None),
        ("comments: [Hi,\n  #Ho\n]\n", None),
        ("comments: [Hi\n  #Ho\n]\n", None),
        ("accounts:\n  - twitter/* #all\n  - 66db83154e299efa19a2d8eb #ours\n  - '*' #all\n", None),
        ("text: Hi#tag\n", None),
        ("text: 'Hi' #tag\n", None),
        ("text: |\n  Hi #tag\n", None),
        ("text: 5 #tag\n", None),
        ("text: &t Hi\ncomments: [*t]\n", None),
        ("text: &t Hi\ncomments:\n  - *t #again\n", None),
        ("a: &c\n  - Hi #tag\nb: *c\nc: *c\n", (2, 8, "warning", '"#tag"')),
        ("accounts: &all [x]\n", None),
        ("text: &t 'Hi'\n", None),
        ("text: Q&A\n", None),
    ],
)
def test_a_text_of_which_yaml_takes_a_part_away_is_noticed(
    content: str, lost: tuple[int, int, str, str] | None
) -> None:
    """A hashtag, a number, a line or a first word that is missing in the post would go unseen."""
    found = Problems()
    lost_text.report(parse(content.encode(), "a.yml"), found)
    assert len(found) == (lost is not None)
    if lost:
        (problem,), (line, column, severity, words) = found, lost
        assert (problem.where.line, problem.where.column, problem.severity) == (line, column, severity)
        assert words in problem.message


def test_a_comment_in_place_of_a_value_is_known() -> None:
    document = parse(b"text: #foo bar\nmedia: # a list\nwhen:\ncomments:\n  - #first\n", "a.yml")
    paths: list[tuple[str | int, ...]] = [
        ("text",),
        ("media",),
        ("when",),
        ("comments", 0),
        ("comments",),
        ("x",),
    ]
    assert [document.comment_instead(path) for path in paths] == [
        "#foo bar",
        "# a list",
        "",
        "#first",
        "",
        "",
    ]


def test_json_is_read_with_its_types() -> None:
    text = ' {"a": [1, -2.5, 1e3, true, false, null, "\\u00e9\\ud83d\\ude80\\n\\"", {}], "b": {"c": []}}\n'
    data = parse(text.encode(), "dir/a.JSON").data
    assert data == json.loads(text)
    assert [type(item) for item in data["a"]] == [type(item) for item in json.loads(text)["a"]]


def place(document: Document, *path: str | int, key: bool = False) -> tuple[int, int]:
    where = document.where(path, key=key)
    return where.line, where.column


DOCUMENT = b"""\xef\xbb\xbf# comment
posts:\r
  - text: "\xf0\x9f\x9a\x80 hi"   # emoji
    networks: { twitter: {text: x}, mastodon : { } }
  - &second
    text: !!str &t
      plain
    again: *t
    empty:
"""


def test_every_value_and_key_has_its_place() -> None:
    document = parse(DOCUMENT, "posts/a.yml")
    assert document.data["posts"][1] == {"text": "plain", "again": "plain", "empty": None}
    assert place(document) == (2, 1)
    assert place(document, "posts") == (3, 3)
    assert place(document, "posts", key=True) == (2, 1)
    assert place(document, "posts", 0, "text") == (3, 11)
    assert place(document, "posts", 0, "networks", "twitter", "text") == (4, 33)
    assert place(document, "posts", 0, "networks", "mastodon", key=True) == (4, 37)
    assert place(document, "posts", 0, "networks", "mastodon") == (4, 48)
    assert place(document, "posts", 1) == (6, 5)
    assert place(document, "posts", 1, "text") == (7, 7)
    assert place(document, "posts", 1, "again") == (8, 12)
    assert place(document, "posts", 1, "empty") == (9, 11)


def test_a_missing_value_is_placed_at_its_nearest_ancestor_under_its_own_path() -> None:
    document = parse(DOCUMENT, "posts/a.yml")
    where = document.where(("posts", 1, "networks", "twitter"), key=True)
    assert where == Where(file="posts/a.yml", line=6, column=5, path=("posts", 1, "networks", "twitter"))
    assert place(document, "posts", 7) == (3, 3)
    assert place(document, "posts", "text") == (3, 3)
    assert place(document, 0) == (2, 1)


def test_columns_count_code_points_after_an_emoji() -> None:
    document = parse('{"🚀🚀": "é", "b": 1}'.encode(), "a.json")
    assert place(document, "b", key=True) == (1, 13)
    assert place(document, "b") == (1, 18)


WITH_STRINGS = """\
literal: |
    one
      two
    🚀 {{ three }}

    end
keep: |2+
   x

strip: >-
  folded {{ a }}
  and {{ b }}

  new {{ c }}
plain: first
  second {{ p }}
single: 'it''s
  {{ s }}'
double: "tab\\t\\u0041 \\
  {{ d }}\\
  \\x20{{ e }}"
line: a {{ l }}
"""


@pytest.mark.parametrize(
    ("key", "needle", "line", "column"),
    [
        ("literal", "one", 2, 5),
        ("literal", "two", 3, 7),
        ("literal", "{{ three", 4, 7),
        ("literal", "\n\nend", 4, 18),
        ("literal", "end", 6, 5),
        ("keep", "x", 8, 4),
        ("strip", "{{ a", 11, 10),
        ("strip", "{{ b", 12, 7),
        ("strip", "{{ c", 14, 7),
        ("plain", "{{ p", 16, 10),
        ("single", "{{ s", 18, 3),
        ("double", "A", 19, 15),
        ("double", "{{ d", 20, 3),
        ("double", "{{ e", 21, 7),
        ("line", "{{ l", 22, 9),
        ("line", " {{ l", 22, 8),
    ],
)
def test_a_place_inside_a_string_is_found_in_every_style(
    key: str, needle: str, line: int, column: int
) -> None:
    document = parse(WITH_STRINGS.encode(), "a.yml")
    where = document.where_in((key,), document.data[key].index(needle))
    assert (where.line, where.column, where.shown_path) == (line, column, key)


def test_a_place_inside_a_json_string_looks_through_escapes() -> None:
    document = parse(b'{"a": "\\ud83d\\ude80\\n{{ x }} \\u00e9{{ y }}"}', "a.json")
    value = document.data["a"]
    assert document.where_in(("a",), value.index("{{ x")).column == 22
    assert document.where_in(("a",), value.index("{{ y")).column == 36
    assert document.where_in(("a",), len(value)).column == 43


def test_a_place_in_what_is_no_string_is_the_value_itself() -> None:
    document = parse(b"a: [1]", "a.yml")
    assert document.where_in(("a",), 5) == document.where(("a",))
    assert document.where_in(("b", 1), 5) == document.where(("b", 1))


@pytest.mark.parametrize(
    "written",
    [
        "661234567890123456789012",
        "66e123456789012345678901",
        "123456789012345678e99999",
        "123456789012345678E99999",
        "0777",
    ],
)
def test_an_id_that_reads_as_a_number_is_given_as_written(written: str) -> None:
    document = parse(f"ids: [ {written} , '{written}' ]".encode(), "a.yml")
    assert document.raw(("ids", 0)) == written
    assert document.raw(("ids", 1)) == written


def test_raw_of_what_is_no_scalar_is_refused() -> None:
    document = parse(b"a: [1]", "a.yml")
    for path in [("a",), ("b",), ("a", 0, "c")]:
        with pytest.raises(KeyError):
            document.raw(path)


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ((), ""),
        (("posts", 1, "networks", "twitter", "text"), "posts[1].networks.twitter.text"),
        ((0, "text"), "[0].text"),
        (("a b", "c.d", "\n"), '["a b"]["c.d"]["\\n"]'),
        (("x" * 100,), '["' + "x" * 59 + '…"]'),
    ],
)
def test_paths_are_written_as_people_write_them(path: tuple[str | int, ...], written: str) -> None:
    assert format_path(path) == written


def test_a_file_of_exactly_one_mebibyte_is_read() -> None:
    content = b"text: x\n" + b"#" * (MAX_BYTES - 8)
    assert parse(content, "a.yml").data == {"text": "x"}
    (problem,) = mistakes(content + b"#", "a.yml")
    assert "more than 1,048,576 bytes" in problem.message


def test_aliases_share_what_they_stand_for() -> None:
    document = parse(b"a: &x [1, {b: c}]\nd: *x\n*y : 1\n".replace(b"*y ", b"k"), "a.yml")
    assert document.data["d"] == [1, {"b": "c"}]
    assert place(document, "d") == (2, 4)
    assert place(document, "d", 1, "b") == (1, 15)


def test_an_alias_may_be_a_key_if_it_stands_for_text() -> None:
    assert parse(b"a: &x text\n*x : y\n", "a.yml").data == {"a": "text", "text": "y"}


@pytest.mark.parametrize("file", ["a.yml", "a.json"])
def test_a_file_holds_a_bounded_number_of_values_whose_keys_do_not_count(file: str) -> None:
    content = ", ".join(f'"k{n}": {n}' for n in range(50_000))
    assert len(parse(b"{" + content.encode() + b"}", file).data) == 50_000
    lists = ",".join(["[" + "1," * 999 + "1]"] * 100)
    (problem,) = mistakes(f"[{lists}]".encode(), file)
    assert "more than 100,000 values" in problem.message


@pytest.mark.parametrize("file", ["a.yml", "a.json"])
def test_a_list_holds_a_bounded_number_of_items(file: str) -> None:
    """Promise: a dense hostile file ends soon, and Publer's 500 posts a request fit twice."""
    assert len(parse(b"[" + b"1," * 999 + b"1]", file).data) == 1_000
    (problem,) = mistakes(b"[" + b"1," * 1_000 + b"1]", file)
    assert problem.message == "A list has more than 1,000 items."
    assert (problem.where.line, problem.where.column) == (1, 2_002)


def test_aliases_may_repeat_what_many_posts_share() -> None:
    content = (
        b"- &first {text: x, networks: {twitter: {text: y}, mastodon: {}}, accounts: ['*']}\n"
        + b"- *first\n" * 499
    )
    assert len(parse(content, "a.yml").data) == 500
