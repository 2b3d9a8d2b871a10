"""What the program says goes through one object: to GitHub's runner, or to a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from typing import Protocol

from publer_publish.errors import Problem, Severity
from publer_publish.github.runner import Runner
from publer_publish.github.terminal import Stream, Terminal, Upload
from publer_publish.secrets import Redactor


class Console(Protocol):
    """Everything that is printed, annotated or handed on. Takes foreign text as it is and neutralises it."""

    def mask(self, secret: str) -> None:
        """Never show this value from now on. To be called before anything else is printed."""
        ...

    def line(self, text: str = "") -> None:
        """Print a line, or several."""
        ...

    def row(self, label: str, rest: str, severity: Severity | None = None) -> None:
        """Print a line whose first part is the status; ``severity``: how bad, None: all is well."""
        ...

    def group(self, title: str) -> AbstractContextManager[None]:
        """Put the lines printed meanwhile under a title. Groups do not nest: an inner one is a line."""
        ...

    @property
    def folds(self) -> bool:
        """Whether a group shows only its title until somebody opens it."""
        ...

    def details(self, title: str, text: str) -> None:
        """Print what only a search for a cause needs: folded away; at a terminal only when debugging."""
        ...

    @property
    def is_debugging(self) -> bool:
        """Whether somebody has asked for more than a reader of the log wants to see."""
        ...

    def debug(self, text: str) -> None:
        """Print one line that only a search for a cause needs, if somebody has asked for it."""
        ...

    @property
    def is_live(self) -> bool:
        """Whether somebody watches what changes in place."""
        ...

    def uploads(self, files: Sequence[Upload]) -> None:
        """Show how far files have got, where somebody watches; none: all have arrived."""
        ...

    def annotate(self, problem: Problem) -> None:
        """Show a problem where it is."""
        ...

    def headline(self, message: str, hint: str = "") -> None:
        """Say in one sentence why the run failed. A second one is only a line."""
        ...

    def set_outputs(self, outputs: Mapping[str, str]) -> None:
        """Hand on outputs; the last value of a name counts.

        Raises ``ActionError`` if the file cannot be written.
        """
        ...

    def write_summary(self, markdown: str) -> None:
        """Add to the summary page of the run. Raises ``ActionError`` if the file cannot be written."""
        ...

    def redacted(self, text: str) -> str:
        """Return text without the secrets, for what is written elsewhere."""
        ...

    def finish(self) -> None:
        """Say once what was left out. The last call."""
        ...


def open_console(env: Mapping[str, str], stdout: Stream) -> Console:
    """Open the console for where the program runs: only the runner sets ``GITHUB_ACTIONS=true``."""
    redact = Redactor()
    if env.get("GITHUB_ACTIONS") == "true":
        return Runner(env, stdout, redact)
    # TERM=dumb: the terminal understands no commands.
    if stdout.isatty() and env.get("TERM") != "dumb":
        # Where the library is not installed, as in the image, plain lines are printed.
        with suppress(ImportError):
            from publer_publish.github.screen import Screen  # noqa: PLC0415  (brings `rich`)

            return Screen(env, stdout, redact)
    return Terminal(env, stdout, redact)
