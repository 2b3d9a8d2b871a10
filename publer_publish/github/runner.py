"""The console of a step of a workflow, and which console fits the place where the program runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from publer_publish.errors import Problem, Severity
from publer_publish.github.commands import command, truncate, vanish_with_their_pod
from publer_publish.github.console import Console, Stream, problem_text
from publer_publish.secrets import SHORTEST_SECRET
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


class Runner(Console):
    """Says everything to GitHub's runner.

    Everything goes to one stream, flushed line by line: the runner reads standard output and standard
    error separately, so what is spread over both gets out of order, and a mask may come too late.
    """

    folds = True

    def __init__(
        self, env: Mapping[str, str], stdout: Stream, mounts: Path = Path("/proc/self/mountinfo")
    ) -> None:
        super().__init__(env, stdout)
        self._outputs_vanish = vanish_with_their_pod(env, mounts)
        self._in_group = False
        self._annotated: Counter[Severity] = Counter()

    def mask(self, secret: str) -> None:
        super().mask(secret)
        if len(secret.strip()) >= SHORTEST_SECRET:
            self._print(command("add-mask", secret))

    def row(self, label: str, rest: str, severity: Severity | None = None) -> None:  # noqa: ARG002
        # As a whole: no command may come about where two parts meet.
        self.line(label + rest)

    @contextmanager
    def group(self, title: str) -> Iterator[None]:
        if self._in_group:
            self.line(title)
            yield
            return
        self._in_group = True
        self._print(command("group", self._clean_line(title)))
        try:
            yield
        finally:
            self._print(command("endgroup"))
            self._in_group = False

    def details(self, title: str, text: str) -> None:
        with self.group(title):
            self.line(text)

    def debug(self, text: str) -> None:
        if self.is_debugging:
            self._print(command("debug", self._clean(text)))

    def annotate(self, problem: Problem) -> None:
        severity, text = problem.severity, problem_text(problem)
        self._annotated[severity] += 1
        if self._annotated[severity] > _LIMITS[severity]:
            self.line(f"{severity.capitalize()}: {text}")
        else:
            self._say(severity, text, self._place(problem))

    def set_outputs(self, outputs: Mapping[str, str]) -> None:
        super().set_outputs(outputs)
        if self._outputs_vanish:
            self.annotate(_VANISH)

    def finish(self) -> None:
        surplus = {severity: self._annotated[severity] - limit for severity, limit in _LIMITS.items()}
        parts = [plural(count, f"more {severity}") for severity, count in surplus.items() if count > 0]
        if parts:
            left = ", ".join(parts)
            self.line(f"GitHub shows few annotations of a step: {left} above, in this log, without one.")

    def _place(self, problem: Problem) -> dict[str, str]:
        where = problem.where
        if not where.file:
            return {}
        place = {"file": self._clean(where.file).replace("\n", " ")}
        if where.line:
            place["line"] = str(where.line)
            place["col"] = str(where.column) if where.column else ""
        return place

    def _hand_on(self, content: bytes, what: str, variable: str) -> None:
        super()._hand_on(content, what, variable)
        if not self._env.get(variable):
            self.line(f"{variable} is not set, so the {what} of this step cannot be handed on.")

    def _say(self, severity: Severity, text: str, place: Mapping[str, str] | None = None) -> None:
        self._print(command(severity.value, truncate(self._clean(text)), place))


def open_console(env: Mapping[str, str], stdout: Stream) -> Console:
    """Open the console for where the program runs: only the runner sets ``GITHUB_ACTIONS=true``."""
    if env.get("GITHUB_ACTIONS") == "true":
        return Runner(env, stdout)
    # TERM=dumb: the terminal understands no commands.
    if stdout.isatty() and env.get("TERM") != "dumb":
        # Where the library is not installed, as in the image, plain lines are printed.
        with suppress(ImportError):
            from publer_publish.github.screen import Screen  # noqa: PLC0415  (brings `rich`)

            return Screen(env, stdout)
    return Console(env, stdout)
