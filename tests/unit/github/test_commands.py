"""Foreign text never becomes a workflow command, and what we say arrives as we said it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publer_publish.github.commands import (
    command,
    escape_data,
    escape_property,
    neutralise,
    one_line,
    truncate,
)
from publer_publish.text import encodable, utf16_length
from tests.support.fake_runner.commands import parse_line, split_lines, unescape_data, unescape_property

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))
NASTY = st.lists(
    st.sampled_from(
        [
            *":#[]%\r\n\t \x1b\x85\u202e\u2028\ufeff\ud800\udc00x",
            "::",
            "##[",
            "error",
            "\x1b[31m",
            "stop-commands",
            # Whole ones: letter by letter, chance hardly ever writes a command.
            "::error::",
            "::set-env name=a::",
            "##[add-path]",
        ]
    ),
).map("".join)


@given(ANY_TEXT | NASTY)
def test_neutral_text_holds_no_command_of_either_syntax(text: str) -> None:
    for line in split_lines(neutralise(text)):
        assert parse_line(line) is None


@given(ANY_TEXT | NASTY)
def test_neutral_text_has_no_control_character_but_tab_and_line_feed(text: str) -> None:
    neutral = neutralise(text)
    neutral.encode()
    assert not [c for c in neutral if (ord(c) < 0x20 and c not in "\t\n") or 0x7F <= ord(c) < 0xA0]
    assert not set(neutral) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029")


@given(ANY_TEXT | NASTY)
def test_neutralising_twice_changes_nothing_more(text: str) -> None:
    assert neutralise(neutralise(text)) == neutralise(text)


@given(ANY_TEXT | NASTY)
def test_one_line_is_one_line(text: str) -> None:
    assert len(split_lines(one_line(text))) <= 1
    assert parse_line(one_line(text)) is None


@pytest.mark.parametrize(
    ("text", "neutral"),
    [
        ("plain text: a::b", "plain text: a::b"),
        ("::error::x", ": :error::x"),
        ("  \u00a0::set-env name=a::b", "  \u00a0: :set-env name=a::b"),
        ("see ##[error]x", "see # #[error]x"),
        ("###[group]", "## #[group]"),
        ("#\u200e#[error]", "# #[error]"),
        ("a\r::error::b", "a\n: :error::b"),
        ("a\r\n::error::b", "a\n: :error::b"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]8;;https://evil\x07link\x1b]8;;\x07", "link"),
        ("\x1b]0;never ended", "0;never ended"),
        ("bell\x07", "bell\ufffd"),
        ("half \ud83d", "half \ufffd"),
        ("whole \ud83d\ude00", "whole 😀"),
    ],
)
def test_neutral_text_stays_readable(text: str, neutral: str) -> None:
    assert neutralise(text) == neutral


@given(ANY_TEXT)
def test_what_is_escaped_is_read_back(text: str) -> None:
    assert unescape_data(escape_data(text)) == text
    assert unescape_property(escape_property(text)) == text


@given(ANY_TEXT.map(one_line), ANY_TEXT)
def test_a_command_is_read_back(title: str, data: str) -> None:
    (line,) = split_lines(command("error", data, {"title": title, "file": ""}))
    parsed = parse_line(line)
    assert parsed is not None
    assert parsed.name == "error"
    assert parsed.data == data
    assert parsed.properties == ({"title": title} if title else {})


def test_a_literal_percent_escape_is_not_a_line_end() -> None:
    assert (
        command("error", "100%0Asure", {"title": "50%, a:b"}) == "::error title=50%25%2C a%3Ab::100%250Asure"
    )


@given(st.text(), st.integers(min_value=1, max_value=50))
def test_a_truncated_text_fits_and_is_a_beginning(text: str, limit: int) -> None:
    cut = truncate(text, limit)
    assert utf16_length(cut) <= limit
    assert cut == text or (cut.endswith("…") and text.startswith(cut[:-1]))


def test_truncation_counts_as_the_runner_counts() -> None:
    """A character outside the basic plane is two of the runner's 4,096."""
    assert truncate("😀" * 2048) == "😀" * 2048
    assert truncate("😀" * 2049) == "😀" * 2047 + "…"


@given(ANY_TEXT)
def test_text_without_surrogates_can_be_encoded(text: str) -> None:
    encodable(text).encode()
