"""The one object with which the program talks to GitHub's runner."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from textwrap import indent

from publer_publish.errors import Problem, Severity
from publer_publish.github.commands import command, neutralise, one_line, truncate
from publer_publish.github.files import CommandFiles, vanish_with_their_pod
from publer_publish.github.terminal import Stream, Upload
from publer_publish.secrets import SHORTEST_SECRET, Redactor
from publer_publish.text import plural

ANNOTATIONS_PER_STEP = 10
"""What the runner shows of each severity; the rest it only logs."""

_LIMITS = {
    Severity.ERROR: ANNOTATIONS_PER_STEP - 1,  # the last one is the headline's
    Severity.WARNING: ANNOTATIONS_PER_STEP,
    Severity.NOTICE: ANNOTATIONS_PER_STEP,
}

_VANISH = Problem(
    message="The outputs and the summary of this step will be lost, unless this runner copies them out of "
    "the step's pod, which is deleted with everything in it. This log stays.",
    hint="Runner-container-hooks 0.8 and newer do not copy them (actions/runner-container-hooks#302). "
    "docs/organisations.md says what to do under Kubernetes runners.",
    severity=Severity.WARNING,
)


class Runner:
    """A ``Console`` for a step of a workflow.

    Everything goes to one stream, flushed line by line: the runner reads standard output and standard
    error separately, so what is spread over both gets out of order, and a mask may come too late.
    """

    def __init__(
        self,
        env: Mapping[str, str],
        stdout: Stream,
        redact: Redactor | None = None,
        mounts: Path = Path("/proc/self/mountinfo"),
    ) -> None:
        self._stdout = stdout
        self._redact = redact or Redactor()
        self._files = CommandFiles(env, self._redact)
        self.is_debugging = env.get("RUNNER_DEBUG") == "1"
        self._outputs_vanish = vanish_with_their_pod(env, mounts)
        self._in_group = False
        self._headline_said = False
        self._annotated: Counter[Severity] = Counter()
        self._missing_files_said: set[str] = set()

    def mask(self, secret: str) -> None:
        self._redact.add(secret)
        if len(secret.strip()) >= SHORTEST_SECRET:
            self._write(command("add-mask", secret))

    def line(self, text: str = "") -> None:
        for line in self._clean(text).split("\n"):
            self._write(line)

    def row(self, label: str, rest: str, severity: Severity | None = None) -> None:  # noqa: ARG002
        self.line(label + rest)

    @contextmanager
    def group(self, title: str) -> Iterator[None]:
        if self._in_group:
            self.line(title)
            yield
            return
        self._in_group = True
        self._write(command("group", self._clean_line(title)))
        try:
            yield
        finally:
            self._write(command("endgroup"))
            self._in_group = False

    @property
    def folds(self) -> bool:
        return True

    def details(self, title: str, text: str) -> None:
        with self.group(title):
            self.line(text)

    def debug(self, text: str) -> None:
        if self.is_debugging:
            self._write(command("debug", self._clean(text)))

    @property
    def is_live(self) -> bool:
        return False

    def uploads(self, files: Sequence[Upload]) -> None:
        """A log cannot take a line back."""

    def annotate(self, problem: Problem) -> None:
        self._annotated[problem.severity] += 1
        text = self._clean(problem_text(problem))
        if self._annotated[problem.severity] > _LIMITS[problem.severity]:
            self.line(f"{problem.severity.capitalize()}: {text}")
            return
        self._write(command(problem.severity.value, truncate(text), self._place(problem)))

    def headline(self, message: str, hint: str = "") -> None:
        text = self._clean("\n".join(filter(None, (message, hint))))
        if self._headline_said:
            self.line(text)
            return
        self._headline_said = True
        self._write(command("error", truncate(text)))

    def set_outputs(self, outputs: Mapping[str, str]) -> None:
        if not self._files.write_outputs(outputs):
            self._say_missing("GITHUB_OUTPUT", "outputs")
        if self._outputs_vanish:
            self.annotate(_VANISH)

    def write_summary(self, markdown: str) -> None:
        if not self._files.write_summary(markdown):
            self._say_missing("GITHUB_STEP_SUMMARY", "summary")

    def redacted(self, text: str) -> str:
        return self._redact(text)

    def finish(self) -> None:
        surplus = {
            severity: self._annotated[severity] - limit
            for severity, limit in _LIMITS.items()
            if self._annotated[severity] > limit
        }
        if surplus:
            parts = ", ".join(plural(count, f"more {severity}") for severity, count in surplus.items())
            self.line(f"GitHub shows few annotations of a step: {parts} above, in this log, without one.")

    def _place(self, problem: Problem) -> dict[str, str]:
        where = problem.where
        if not where.file:
            return {}
        place = {"file": self._clean(where.file).replace("\n", " ")}
        if where.line:
            place["line"] = str(where.line)
            place["col"] = str(where.column) if where.column else ""
        return place

    def _say_missing(self, variable: str, what: str) -> None:
        if variable not in self._missing_files_said:
            self._missing_files_said.add(variable)
            self.line(f"{variable} is not set, so the {what} of this step cannot be handed on.")

    def _clean(self, text: str) -> str:
        # Neutralising may join what was apart, so secrets are looked for on both sides of it.
        return self._redact(neutralise(self._redact(text)))

    def _clean_line(self, text: str) -> str:
        return self._redact(one_line(self._redact(text)))

    def _write(self, line: str) -> None:
        self._stdout.write(line + "\n")


def problem_text(problem: Problem) -> str:
    """Place, message, hint and fix. The runner logs only the message of an annotation: the place is in it."""
    place = str(problem.where)
    message = f"{place}: {problem.message}" if place else problem.message
    return "\n".join(filter(None, (message, problem.hint, indent(problem.fix, "    "))))
