"""At a terminal the program speaks plainly, and foreign text still cannot move the cursor."""

import io
import subprocess
import sys
from pathlib import Path

import pytest

from publer_publish.delivery.media import Transfer
from publer_publish.errors import Problem, Severity, Where
from publer_publish.github.console import Console, Stream
from publer_publish.github.runner import Runner, open_console
from tests.support.screen import screen


class Tty(io.StringIO):
    def isatty(self) -> bool:
        return True


def terminal(stdout: io.StringIO, **env: str) -> Console:
    return Console(env, Stream(stdout))


def test_a_problem_reads_as_a_compiler_says_it() -> None:
    stdout = io.StringIO()
    console = terminal(stdout)
    where = Where(file="posts/a.yml", line=3, column=7)
    console.annotate(
        Problem(message="unknown key 'txet'", hint="Did you mean 'text'?\nSee the schema.", where=where)
    )
    console.annotate(Problem(message="no alt_text", fix="a: |\n  b", severity=Severity.WARNING))
    console.headline("Nothing was sent.", "Correct the file.")
    console.headline("And again.")
    console.finish()
    assert stdout.getvalue() == (
        "error: posts/a.yml:3:7: unknown key 'txet'\n"
        "    Did you mean 'text'?\n"
        "    See the schema.\n"
        "warning: no alt_text\n"
        "        a: |\n"
        "          b\n"
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
        (Tty(), {}, True),
        (Tty(), {"NO_COLOR": "1"}, False),
        (Tty(), {"NO_COLOR": ""}, True),
        (Tty(), {"TERM": "dumb"}, False),
        (io.StringIO(), {}, False),
    ],
)
def test_colour_is_for_terminals_that_want_it(
    stdout: io.StringIO, env: dict[str, str], coloured: bool
) -> None:
    console = open_console(env, Stream(stdout))
    console.headline("Failed.")
    console.finish()
    assert ("\x1b[31merror:\x1b[0m Failed.\n" if coloured else "error: Failed.\n") in stdout.getvalue()


def test_somebody_who_watches_sees_bars_of_uploads_and_nothing_stays_of_them() -> None:
    stdout = Tty()
    console = open_console({"COLUMNS": "80"}, Stream(stdout))
    console.line("Uploading [red]2[/red] files :wave:")
    console.uploads(
        [
            Transfer(name="a\x1b[2J\n.mp4", sent=5, total=10, seconds=1),
            Transfer(name="[bold]b.png", sent=0, total=10, seconds=0),
        ]
    )
    console.line("Half way.")
    bars = screen(stdout.getvalue())
    console.uploads(())
    console.finish()
    assert bars[:2] == ["Uploading [red]2[/red] files :wave:", "Half way."]
    assert "[bold]b.png" in bars[3]
    assert "a .mp4" in bars[2]
    assert "50%" in bars[2]
    assert "\x1b[2J" not in stdout.getvalue()
    assert screen(stdout.getvalue()) == ["Uploading [red]2[/red] files :wave:", "Half way.", "", ""]


def test_without_the_library_a_terminal_gets_plain_lines() -> None:
    code = (
        "import sys; sys.modules['rich'] = sys.modules['rich.console'] = None\n"
        "from publer_publish.github.runner import open_console\n"
        "from publer_publish.github.console import Stream\n"
        "class Tty:\n"
        "    def isatty(self): return True\n"
        "    def write(self, text): sys.stdout.write(text)\n"
        "    def flush(self): pass\n"
        "console = open_console({}, Stream(Tty()))\n"
        "console.headline('Failed.')\n"
        "console.finish()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "error: Failed.\n"


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
    assert type(open_console({"GITHUB_ACTIONS": "false"}, Stream(io.StringIO()))) is Console
    assert type(open_console({}, Stream(io.StringIO()))) is Console


def test_the_console_speaks_utf8_whatever_the_locale() -> None:
    raw = io.BytesIO()
    stdout = io.TextIOWrapper(raw, encoding="latin-1", newline="\r\n")
    open_console({"GITHUB_ACTIONS": "true"}, Stream(stdout)).line("Grüße 😀")
    assert raw.getvalue() == "Grüße 😀\n".encode()
