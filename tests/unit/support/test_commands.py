"""Lines are read as commands exactly where the runner reads them so."""

from typing import Any

import pytest

from tests.support.fake_runner.commands import Command, parse_line, split_lines
from tests.support.fake_runner.log import Annotation, Log
from tests.support.fake_runner.masks import Masks


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("::error::message", Command("error", {}, "message")),
        ("::ERROR FILE=a.yml::message", Command("error", {"file": "a.yml"}, "message")),
        (" \t\u00a0::error::message", Command("error", {}, "message")),
        ("::error k1=v1,k2=v2::msg", Command("error", {"k1": "v1", "k2": "v2"}, "msg")),
        (
            "::error k1=%253B=%250D=%250A=%255D::%250D%250A",
            Command("error", {"k1": "%3B=%0D=%0A=%5D"}, "%0D%0A"),
        ),
        ("::error title=a%2Cb%3Ac::x%0Ay%0Dz", Command("error", {"title": "a,b:c"}, "x\ny\rz")),
        ("::error k1=,k2=v2::", Command("error", {"k1": "", "k2": "v2"}, "")),
        ("::error::a::b", Command("error", {}, "a::b")),
        ("::debug::", Command("debug")),
        ("##[error]message", Command("error", {}, "message", syntax=1)),
        ("see ##[error k1=v1;k2=a%3Bb%5D]msg", Command("error", {"k1": "v1", "k2": "a;b]"}, "msg", syntax=1)),
        ("::unknown ##[set-env name=a]b", Command("set-env", {"name": "a"}, "b", syntax=1)),
        ("text ::error::message", None),
        (":: error::message", None),
        (":error::message", None),
        ("::error", None),
        ("::unknown::message", None),
        ("##[unknown]message", None),
        ("##[error", None),
        ("# #[error]message", None),
        ("", None),
    ],
)
def test_a_line_is_a_command_or_text(line: str, command: Command | None) -> None:
    assert parse_line(line) == command


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a\nb\r\nc\rd", ["a", "b", "c", "d"]),
        ("a\n", ["a"]),
        ("a\n\n", ["a", ""]),
        ("\r::error::x", ["", "::error::x"]),
        ("a\x0bb\x85c\u2028d", ["a\x0bb\x85c\u2028d"]),
        ("", []),
    ],
)
def test_three_things_end_a_line_and_nothing_else(text: str, lines: list[str]) -> None:
    assert split_lines(text) == lines


def read(text: str, *, debug: bool = False) -> Log:
    log = Log(Masks(), debug=debug)
    log.read(text.encode())
    return log


def test_stopped_commands_are_text_until_the_token_comes() -> None:
    log = read("::stop-commands::Tok3n-7\n::error::a\n##[error]b\n::other::\n::tok3n-7::\n::error::c\n")
    assert [annotation.message for annotation in log.annotations] == ["c"]
    assert "::error::a" in log.lines


@pytest.mark.parametrize("token", ["", "error", "PAUSE-logging"])
def test_a_bad_stop_token_fails_the_step(token: str) -> None:
    assert read(f"::stop-commands::{token}\n").complaints


@pytest.mark.parametrize("line", ["::set-env name=a::b", "x ##[add-path]/tmp"])
def test_the_insecure_commands_fail_the_step(line: str) -> None:
    log = read(line)
    assert log.complaints
    assert log.forbidden == log.commands != []


def test_masks_hold_from_their_line_on() -> None:
    log = read(
        "s3cret-value\n::add-mask::s3cret-value%0Asecond line\ns3cret-value second line czNjcmV0LXZhbHVl\n::error title=s3cret-value::s3cret-value"
    )
    assert log.lines == ["s3cret-value", "*** *** ***", "##[error]***"]
    assert log.annotations == [Annotation("error", "***", title="***")]


def test_a_message_is_cut_at_4096_utf16_units() -> None:
    assert read("::error::" + "😀" * 3000).annotations[0].message == "😀" * 2048


def test_only_ten_of_a_level_are_shown() -> None:
    log = read("::error::x\n" * 12 + "::notice::y\n" * 3)
    assert (len(log.annotations), len(log.dropped_annotations)) == (13, 2)


@pytest.mark.parametrize(
    ("properties", "place"),
    [
        ("line=3,col=7", {"line": 3, "column": 7}),
        ("endLine=3", {"line": 3, "end_line": 3}),
        ("col=7", {}),
        ("line=1,endLine=2,col=7", {"line": 1, "end_line": 2}),
        ("line=2,endLine=1", {}),
        ("line=1,col=5,endColumn=2", {"line": 1}),
        ("line=x", {}),
    ],
)
def test_lines_and_columns_that_make_no_sense_are_dropped(properties: str, place: dict[str, Any]) -> None:
    assert read(f"::error {properties}::x").annotations == [Annotation("error", "x", **place)]


def test_debug_lines_are_shown_to_who_asked() -> None:
    assert read("::debug::x").lines == []
    assert read("::debug::x", debug=True).lines == ["##[debug]x"]
