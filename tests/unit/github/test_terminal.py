"""On a desk the program speaks plainly, and foreign text still cannot move the cursor."""

import io
from pathlib import Path

import pytest

from publer_publish.errors import Problem, Severity, Where
from publer_publish.github.console import Console, open_console
from publer_publish.github.runner import Runner
from publer_publish.github.terminal import Stream, Terminal


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def terminal(stdout: io.StringIO, **env: str) -> Console:
    return Terminal(env, Stream(stdout))


def test_a_problem_reads_as_a_compiler_says_it() -> None:
    stdout = io.StringIO()
    console = terminal(stdout)
    where = Where(file="posts/a.yml", line=3, column=7)
    console.annotate(
        Problem(message="unknown key 'txet'", hint="Did you mean 'text'?\nSee the schema.", where=where)
    )
    console.annotate(Problem(message="no alt_text", severity=Severity.WARNING))
    console.headline("Nothing was sent.", "Correct the file.")
    console.headline("And again.")
    console.finish()
    assert stdout.getvalue() == (
        "error: posts/a.yml:3:7: unknown key 'txet'\n"
        "    Did you mean 'text'?\n"
        "    See the schema.\n"
        "warning: no alt_text\n"
        "error: Nothing was sent.\n"
        "    Correct the file.\n"
        "And again.\n"
    )


def test_secrets_and_escape_sequences_are_not_shown() -> None:
    stdout = io.StringIO()
    console = terminal(stdout)
    console.mask("hunter2-hunter2")
    console.line("key hunter2-hunter2 \x1b]0;title\x07")
    with console.group("Group\nhunter2-hunter2"):
        console.line("inside")
    assert stdout.getvalue() == "key *** \nGroup ***\ninside\n"


@pytest.mark.parametrize(
    ("stdout", "env", "coloured"),
    [
        (Screen(), {}, True),
        (Screen(), {"NO_COLOR": "1"}, False),
        (Screen(), {"NO_COLOR": ""}, True),
        (io.StringIO(), {}, False),
    ],
)
def test_colour_is_for_terminals_that_want_it(
    stdout: io.StringIO, env: dict[str, str], coloured: bool
) -> None:
    terminal(stdout, **env).headline("Failed.")
    assert ("\x1b[31merror:\x1b[0m Failed.\n" if coloured else "error: Failed.\n") == stdout.getvalue()


def test_outputs_and_summary_go_only_to_files_that_are_named(tmp_path: Path) -> None:
    stdout = io.StringIO()
    console = terminal(stdout)
    console.set_outputs({"outcome": "valid"})
    console.write_summary("# Summary")
    assert stdout.getvalue() == ""
    file = tmp_path / "summary.md"
    terminal(stdout, GITHUB_STEP_SUMMARY=str(file)).write_summary("# Summary")
    assert file.read_text() == "# Summary\n"


def test_the_console_fits_the_place() -> None:
    assert isinstance(open_console({"GITHUB_ACTIONS": "true"}, Stream(io.StringIO())), Runner)
    assert isinstance(open_console({"GITHUB_ACTIONS": "false"}, Stream(io.StringIO())), Terminal)
    assert isinstance(open_console({}, Stream(io.StringIO())), Terminal)


def test_the_console_speaks_utf8_whatever_the_locale() -> None:
    raw = io.BytesIO()
    stdout = io.TextIOWrapper(raw, encoding="latin-1", newline="\r\n")
    open_console({"GITHUB_ACTIONS": "true"}, Stream(stdout)).line("Grüße 😀")
    assert raw.getvalue() == "Grüße 😀\n".encode()
