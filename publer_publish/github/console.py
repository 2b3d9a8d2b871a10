"""What the program says goes through one object: at a terminal plain lines, in a workflow a ``Runner``."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from textwrap import indent
from typing import Protocol, TextIO

from publer_publish.errors import Problem, Severity
from publer_publish.github.commands import append_to_file, heredoc, neutralise, one_line
from publer_publish.secrets import Redactor
from publer_publish.text import encodable

_INDENT = "    "


class Upload(Protocol):
    """A file that is being uploaded. Its size is in bytes."""

    @property
    def name(self) -> str: ...
    @property
    def sent(self) -> int: ...
    @property
    def total(self) -> int: ...


class Console:
    """Plain lines for people. Everything is taken as it is, foreign text too, and printed neutralised.

    Outputs and summary are written only to files that the environment names.
    """

    folds = False
    """Whether a group shows only its title until somebody opens it."""
    is_live = False
    """Whether somebody watches what changes in place."""

    def __init__(self, env: Mapping[str, str], stdout: Stream) -> None:
        self._env = env
        self._stdout = stdout
        self.redacted = Redactor()
        """Returns text without the secrets; also for what is written elsewhere."""
        self.is_debugging = env.get("RUNNER_DEBUG") == "1"
        """Whether somebody has asked for more than a reader of the log wants to see."""
        self._headline_said = False

    def mask(self, secret: str) -> None:
        """Never show this value from now on. To be called before anything else is printed."""
        self.redacted.add(secret)

    def line(self, text: str = "") -> None:
        """Print a line, or several."""
        self._print(self._clean(text))

    def row(self, label: str, rest: str, severity: Severity | None = None) -> None:
        """Print a line whose first part is the status; ``severity``: how bad, None: all is well."""
        self._print(self._clean(label), self._clean(rest), severity or "good")

    @contextmanager
    def group(self, title: str) -> Iterator[None]:
        """Put the lines printed meanwhile under a title. Groups do not nest: an inner one is a line."""
        self._print(self._clean_line(title), tone="title")
        yield

    def details(self, title: str, text: str) -> None:
        """Print what only a search for a cause needs: folded away; at a terminal only when debugging."""
        if self.is_debugging:
            with self.group(title):
                self.line(text)

    def debug(self, text: str) -> None:
        """Print one line that only a search for a cause needs, if somebody has asked for it."""
        if self.is_debugging:
            self.line(f"debug: {text}")

    def uploads(self, files: Sequence[Upload]) -> None:
        """Show how far files have got, where somebody watches; none: all have arrived."""

    def annotate(self, problem: Problem) -> None:
        """Show a problem where it is."""
        self._say(problem.severity, problem_text(problem))

    def headline(self, message: str, hint: str = "") -> None:
        """Say in one sentence why the run failed. A second one is only a line."""
        text = "\n".join(filter(None, (message, hint)))
        if self._headline_said:
            self.line(text)
        else:
            self._headline_said = True
            self._say(Severity.ERROR, text)

    def set_outputs(self, outputs: Mapping[str, str]) -> None:
        """Hand on outputs; the last value of a name counts. Raises ``ActionError`` if that is impossible."""
        # In bytes: one character beyond Latin-1 would make a text of all of them twice as large.
        entries = b"".join(heredoc(name, self.redacted(value)).encode() for name, value in outputs.items())
        self._hand_on(entries, "outputs", "GITHUB_OUTPUT")

    def write_summary(self, markdown: str) -> None:
        """Add to the summary page of the run. Raises ``ActionError`` if the file cannot be written."""
        text = encodable(self.redacted(markdown)).removesuffix("\n")
        self._hand_on(f"{text}\n".encode(), "summary", "GITHUB_STEP_SUMMARY")

    def finish(self) -> None:
        """Say once what was left out. The last call."""

    def _hand_on(self, content: bytes, what: str, variable: str) -> None:
        if file := self._env.get(variable):
            append_to_file(file, content, what=what, variable=variable)

    def _say(self, severity: Severity, text: str) -> None:
        self._print(f"{severity}:", " " + self._clean(text).replace("\n", f"\n{_INDENT}"), severity)

    def _clean(self, text: str) -> str:
        # Neutralising may join what was apart, so secrets are looked for on both sides of it.
        return self.redacted(neutralise(self.redacted(text)))

    def _clean_line(self, text: str) -> str:
        return self.redacted(one_line(self.redacted(text)))

    def _print(self, label: str, rest: str = "", tone: str = "") -> None:  # noqa: ARG002 - for who has colours
        self._stdout.write(f"{label}{rest}\n")


def problem_text(problem: Problem) -> str:
    """Place, message, hint and fix. The runner logs only the message of an annotation: the place is in it."""
    message = ": ".join(filter(None, (str(problem.where), problem.message)))
    return "\n".join(filter(None, (message, problem.hint, indent(problem.fix, _INDENT))))


class Stream:
    """Writes at once, in UTF-8 whatever the locale. After the first fault it is silent."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream
        self.is_broken = stream is None
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace", newline="\n")

    def isatty(self) -> bool:
        """Whether somebody may watch."""
        return self._stream is not None and not self.is_broken and self._stream.isatty()

    def write(self, text: str) -> None:
        """Write text, or nothing if an earlier one could not be written."""
        if self._stream is None or self.is_broken:
            return
        try:
            self._stream.write(text.encode("utf-8", "replace").decode("utf-8"))
            self._stream.flush()
        except (OSError, ValueError):  # the latter when it was closed
            self.is_broken = True
            self._lead_nowhere(self._stream)

    def flush(self) -> None:
        """Nothing is ever kept back."""

    @staticmethod
    def _lead_nowhere(stream: TextIO) -> None:
        # What is left in the buffer is flushed once more when Python ends: it would fail and say so.
        with suppress(OSError, ValueError):
            number = stream.fileno()
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, number)
            os.close(nowhere)
