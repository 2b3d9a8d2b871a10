"""The same program at a terminal: plain lines instead of workflow commands."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Protocol, TextIO

from publer_publish.errors import Problem, Severity
from publer_publish.github.commands import neutralise, one_line
from publer_publish.github.files import CommandFiles
from publer_publish.secrets import Redactor

_INDENT = "    "


class Upload(Protocol):
    """A file on its way."""

    @property
    def name(self) -> str: ...

    @property
    def sent(self) -> int:
        """Bytes."""

    @property
    def total(self) -> int:
        """Bytes."""


class Terminal:
    """A ``Console`` for people. Outputs and summary are written only to files that the environment names."""

    def __init__(self, env: Mapping[str, str], stdout: Stream, redact: Redactor | None = None) -> None:
        self._stdout = stdout
        self._redact = redact or Redactor()
        self._files = CommandFiles(env, self._redact)
        self.is_debugging = env.get("RUNNER_DEBUG") == "1"
        self._headline_said = False

    def mask(self, secret: str) -> None:
        self._redact.add(secret)

    def line(self, text: str = "") -> None:
        self._print(self._clean(text))

    def row(self, label: str, rest: str, severity: Severity | None = None) -> None:
        self._print(self._clean(label), self._clean(rest), severity or "good")

    @contextmanager
    def group(self, title: str) -> Iterator[None]:
        self._print(self._clean_line(title), tone="title")
        yield

    @property
    def folds(self) -> bool:
        return False

    def details(self, title: str, text: str) -> None:
        if self.is_debugging:
            with self.group(title):
                self.line(text)

    def debug(self, text: str) -> None:
        if self.is_debugging:
            self.line(f"debug: {text}")

    @property
    def is_live(self) -> bool:
        return False

    def uploads(self, files: Sequence[Upload]) -> None:
        """Nobody watches."""

    def annotate(self, problem: Problem) -> None:
        message = ": ".join(filter(None, (str(problem.where), problem.message)))
        self._say(problem.severity, message, problem.hint)
        if problem.fix:
            self._print(2 * _INDENT + self._clean(problem.fix).replace("\n", f"\n{2 * _INDENT}"))

    def headline(self, message: str, hint: str = "") -> None:
        if self._headline_said:
            self.line("\n".join(filter(None, (message, hint))))
            return
        self._headline_said = True
        self._say(Severity.ERROR, message, hint)

    def set_outputs(self, outputs: Mapping[str, str]) -> None:
        self._files.write_outputs(outputs)

    def write_summary(self, markdown: str) -> None:
        self._files.write_summary(markdown)

    def redacted(self, text: str) -> str:
        return self._redact(text)

    def finish(self) -> None:
        """Nothing was left out."""

    def _say(self, severity: Severity, message: str, hint: str) -> None:
        self._print(f"{severity}:", f" {self._indented(message)}", severity)
        if hint:
            self._print(_INDENT + self._indented(hint))

    def _indented(self, text: str) -> str:
        return self._clean(text).replace("\n", f"\n{_INDENT}")

    def _clean(self, text: str) -> str:
        return self._redact(neutralise(self._redact(text)))

    def _clean_line(self, text: str) -> str:
        return self._redact(one_line(self._redact(text)))

    def _print(self, label: str, rest: str = "", tone: str = "") -> None:  # noqa: ARG002 - for who has colours
        self._stdout.write(f"{label}{rest}\n")


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
