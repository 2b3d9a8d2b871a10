"""What the program says through ``Runner`` is what GitHub shows, and nothing else."""

import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publer_publish.errors import ActionError, Problem, Severity, Where
from publer_publish.github.commands import heredoc
from publer_publish.github.console import Stream
from publer_publish.github.runner import Runner
from tests.support.fake_runner.commands import Command, parse_line, split_lines
from tests.support.fake_runner.file_commands import read_entries
from tests.unit.github.test_commands import ANY_TEXT, NASTY

SECRET = "sk-live-0123456789/+abc"


def runner(**env: str) -> tuple[Runner, io.StringIO]:
    stdout = io.StringIO()
    return Runner(env, Stream(stdout)), stdout


def commands(stdout: io.StringIO) -> list[Command]:
    return [parsed for line in split_lines(stdout.getvalue()) if (parsed := parse_line(line))]


def test_a_secret_is_masked_before_anything_else_and_never_printed_again() -> None:
    console, stdout = runner()
    console.mask(SECRET)
    console.line(f"key {SECRET} in a line")
    console.line("url-encoded: sk-live-0123456789%2F%2Babc, base64: c2stbGl2ZS0wMTIzNDU2Nzg5LythYmM=")
    console.annotate(Problem(message=SECRET, hint=SECRET, where=Where(file=SECRET, line=1)))
    console.headline(SECRET, SECRET)
    with console.group(SECRET):
        pass
    first, rest = stdout.getvalue().split("\n", 1)
    assert first == f"::add-mask::{SECRET}"
    assert SECRET not in rest
    assert "0123456789" not in rest
    assert "c2stbGl2" not in rest


def test_a_secret_that_appears_only_after_neutralising_is_hidden() -> None:
    console, stdout = runner()
    console.mask(SECRET)
    console.line(SECRET[:5] + "\u202e" + SECRET[5:])
    assert SECRET not in stdout.getvalue().split("\n", 1)[1]


@pytest.mark.parametrize("secret", ["key##[0123", "::key::0123"])
def test_a_secret_that_neutralising_would_change_is_hidden(secret: str) -> None:
    console, stdout = runner()
    console.mask(secret)
    console.line(f"{secret}\n{secret}")
    assert "0123" not in stdout.getvalue().partition("\n")[2]


@pytest.mark.parametrize("secret", ["", "   ", "\n", "abc"])
def test_what_is_too_short_to_be_a_secret_does_not_shred_the_log(secret: str) -> None:
    console, stdout = runner()
    console.mask(secret)
    console.line("abc abc")
    assert stdout.getvalue() == "abc abc\n"


@given(ANY_TEXT | NASTY)
def test_foreign_text_never_becomes_a_command(text: str) -> None:
    console, stdout = runner()
    console.line(text)
    console.line(f"##[error]{text}")
    assert commands(stdout) == []
    console.annotate(Problem(message=text, hint=text, where=Where(file=text, line=3, path=(text,))))
    console.headline(text)
    with console.group(text):
        console.line(text)
    assert [seen.name for seen in commands(stdout)] == ["error", "error", "group", "endgroup"]


def test_a_located_problem_says_where_in_the_log_as_well() -> None:
    console, stdout = runner()
    where = Where(file="posts/50%: b,c.yml", line=3, column=7, path=("posts", 0, "text"))
    console.annotate(Problem(message="100% wrong", hint="Make it right.", fix="text: 9\n- b", where=where))
    (seen,) = commands(stdout)
    assert seen.properties == {"file": "posts/50%: b,c.yml", "line": "3", "col": "7"}
    assert (
        seen.data
        == "posts/50%: b,c.yml:3:7 (posts[0].text): 100% wrong\nMake it right.\n    text: 9\n    - b"
    )


@pytest.mark.parametrize(
    ("where", "properties"),
    [
        (Where(), {}),
        (Where(path=("mode",)), {}),
        (Where(file="a.yml"), {"file": "a.yml"}),
        (Where(file="a.yml", column=4), {"file": "a.yml"}),
        (Where(file="a.yml", line=2), {"file": "a.yml", "line": "2"}),
    ],
)
def test_an_annotation_names_only_the_place_that_is_known(where: Where, properties: dict[str, str]) -> None:
    console, stdout = runner()
    console.annotate(Problem(message="wrong", where=where, severity=Severity.WARNING))
    assert commands(stdout) == [Command("warning", properties, f"{where}: wrong" if str(where) else "wrong")]


def test_no_more_annotations_than_the_runner_shows_and_the_last_error_is_the_headline() -> None:
    console, stdout = runner()
    for severity in Severity:
        for number in range(12):
            console.annotate(Problem(message=f"{severity} {number}", severity=severity))
    console.headline("It failed.", "Try this.")
    console.headline("It failed again.")
    console.finish()
    names = [seen.name for seen in commands(stdout)]
    assert {name: names.count(name) for name in names} == {"error": 10, "warning": 10, "notice": 10}
    assert commands(stdout)[-1].data == "It failed.\nTry this."
    log = stdout.getvalue()
    assert "Error: error 11\n" in log
    assert "\nIt failed again.\n" in log
    assert log.endswith(
        "\nGitHub shows few annotations of a step: "
        "3 more errors, 2 more warnings, 2 more notices above, in this log, without one.\n"
    )


def test_nothing_more_is_said_when_everything_was_shown() -> None:
    console, stdout = runner()
    console.annotate(Problem(message="one"))
    console.finish()
    assert stdout.getvalue() == "::error::one\n"


def test_a_long_message_is_cut_by_us() -> None:
    console, stdout = runner()
    console.annotate(Problem(message="%😀" * 5000))
    console.headline("x" * 5000)
    problem, headline = commands(stdout)
    assert len(problem.data.encode("utf-16-le")) // 2 <= 4096
    assert problem.data.endswith("…")
    assert headline.data == "x" * 4095 + "…"


def test_groups_do_not_nest_and_are_always_closed() -> None:
    console, stdout = runner()

    def work() -> None:
        with console.group("outer"), console.group("inner"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work()
    assert stdout.getvalue() == "::group::outer\ninner\n::endgroup::\n"


def test_every_line_is_flushed_at_once() -> None:
    raw = io.BytesIO()
    stdout = io.TextIOWrapper(raw, encoding="ascii", write_through=False)
    Runner({}, Stream(stdout)).line("Grüße")
    assert raw.getvalue() == "Grüße\n".encode()


@given(st.dictionaries(st.from_regex(r"[a-z][a-z0-9-]{0,20}", fullmatch=True), st.text()))
def test_an_output_is_read_back_exactly(outputs: dict[str, str]) -> None:
    written = "".join(heredoc(name, value) for name, value in outputs.items())
    assert dict(read_entries(written)) == outputs


@given(ANY_TEXT)
def test_half_characters_in_an_output_are_replaced_and_the_rest_is_kept(value: str) -> None:
    expected = value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    assert dict(read_entries(heredoc("name", value))) == {"name": expected}


def test_outputs_and_summary_are_appended_and_hide_secrets(tmp_path: Path) -> None:
    output, summary = tmp_path / "output", tmp_path / "summary"
    output.write_text("earlier=1\n")
    console, _ = runner(GITHUB_OUTPUT=str(output), GITHUB_STEP_SUMMARY=str(summary))
    console.mask(SECRET)
    console.set_outputs({"job-id": "a\r\nb"})
    console.set_outputs({"job-id": "second\n", "url": f"https://x/{SECRET}"})
    console.write_summary("# One")
    console.write_summary(f"{SECRET} 😀\ud800")
    entries = dict(read_entries(output.read_bytes().decode()))
    assert entries == {"earlier": "1", "job-id": "second\n", "url": "https://x/***"}
    assert summary.read_text(encoding="utf-8") == "# One\n*** 😀\ufffd\n"


def test_without_a_file_of_the_runner_it_is_said_what_is_lost() -> None:
    console, stdout = runner()
    console.set_outputs({"a": "1"})
    console.write_summary("text")
    assert stdout.getvalue() == (
        "GITHUB_OUTPUT is not set, so the outputs of this step cannot be handed on.\n"
        "GITHUB_STEP_SUMMARY is not set, so the summary of this step cannot be handed on.\n"
    )


def test_a_file_that_cannot_be_written_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "is-a-directory").mkdir()
    place = str(tmp_path / "is-a-directory")
    console, _ = runner(GITHUB_OUTPUT=place, GITHUB_STEP_SUMMARY=place)
    with pytest.raises(ActionError) as caught:
        console.set_outputs({"a": "1"})
    assert (
        caught.value.message
        == f"Cannot write the outputs of this step: {os.strerror(21)} ({place}, from GITHUB_OUTPUT)."
    )
    assert caught.value.hint
    with pytest.raises(ActionError, match="Cannot write the summary of this step"):
        console.write_summary("text")


@pytest.mark.parametrize("name", ["x" * 300, "file/below", "loop"])
def test_a_path_that_cannot_be_reached_is_the_same_clear_error(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to("loop")
    place = str(tmp_path / name)
    console, _ = runner(GITHUB_OUTPUT=place, GITHUB_STEP_SUMMARY=place)
    steps: list[Callable[[], None]] = [
        lambda: console.set_outputs({"a": "1"}),
        lambda: console.write_summary("text"),
    ]
    for hand_on in steps:
        with pytest.raises(ActionError, match=r"^Cannot write .* from GITHUB_"):
            hand_on()
