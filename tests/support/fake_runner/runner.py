"""Runs one step of a container action as the runner does, without a container."""

import contextlib
import copy
import io
import itertools
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TextIO
from unittest.mock import patch

from publer_publish.clock import Clock
from tests.support.fake_runner.commands import Command, split_lines
from tests.support.fake_runner.file_commands import FileCommandError, read_entries
from tests.support.fake_runner.inputs import input_variables, read_action
from tests.support.fake_runner.log import Annotation, Log
from tests.support.fake_runner.masks import Masks

SUMMARY_LIMIT = 1_048_576
SIGINT_PATIENCE = 7.5
SIGTERM_PATIENCE = 2.5
JOB_TOKEN = "ghs_TheTokenOfTheJob0123456789"

# PID 1 of a container does not get signals that it has no handler for. Python has one for SIGINT only, so
# SIGTERM starts out ignored, as it is there. No shell in between: dash drops names with hyphens.
# A shell that starts something in the background has SIGINT ignored, which would be handed on to here.
_AS_PID_1 = (
    "import os, signal, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
    "signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])"
)

_SHOWN = {"##[group]": "▾ ", "##[error]": "Error: ", "##[warning]": "Warning: ", "##[notice]": "Notice: "}


@dataclass(frozen=True)
class Outcome:
    """Everything that GitHub would know or show of the step."""

    conclusion: str
    """``success``, ``failure`` or ``cancelled``."""
    exit_code: int
    outputs: dict[str, str]
    annotations: list[Annotation]
    dropped_annotations: list[Annotation]
    """Beyond ten of a level: these stand in the log only."""
    log: list[str]
    """What the user sees, masked."""
    summary: str
    """Masked; empty if it is too large, because then it is not shown."""
    commands: list[Command]
    forbidden: list[Command]
    """Commands that no step of ours may give, such as ``set-env`` or any of the old syntax."""
    complaints: list[str]
    """What the runner itself found wrong with the step; any but an oversized summary fails it."""
    warnings: list[str]
    """About inputs that action.yml does not declare."""
    stdout: bytes
    stderr: bytes
    duration: float
    files: dict[str, Path]
    """The command files, as the step left them."""

    @property
    def text(self) -> str:
        return "\n".join(self.log)

    @property
    def errors(self) -> list[str]:
        return [annotation.message for annotation in self.annotations if annotation.level == "error"]


class Program(Protocol):
    """The action as a function: arguments, environment, standard output, clock → exit code."""

    def __call__(
        self, argv: Sequence[str], env: Mapping[str, str], stdout: TextIO, clock: Clock, /
    ) -> int: ...


@dataclass(frozen=True)
class Prepared:
    """What the runner lays out before it starts a step."""

    environment: dict[str, str]
    places: dict[str, Path]
    log: Log
    warnings: list[str]


class FakeRunner:
    """A runner for one action and one workspace. Every step gets command files of its own."""

    def __init__(
        self,
        action_yml: Path,
        workspace: Path,
        tmp_path: Path,
        *,
        entrypoint: Sequence[str | Path] | None = None,
        repository: str = "octo-org/octo-repo",
    ) -> None:
        self.action_yml = action_yml
        self.workspace = workspace
        self.repository = repository
        self._github = tmp_path / "github"
        self._command = [str(part) for part in entrypoint or image_entrypoint(action_yml.parent)]
        self._steps = itertools.count(1)

    def run(
        self, inputs: Mapping[str, str] | None = None, *, timeout: float = 60, **circumstances: Any
    ) -> Outcome:
        """Run a step to its end. For ``circumstances`` see ``prepare``."""
        return self.start(inputs, **circumstances).wait(timeout)

    def run_here(
        self,
        program: Program,
        clock: Clock,
        inputs: Mapping[str, str] | None = None,
        **circumstances: Any,
    ) -> Outcome:
        """Run a step inside this process, on a clock of the test's."""
        prepared = self.prepare(inputs, **circumstances)
        stdout, stderr = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
        began = clock.monotonic()
        with (
            contextlib.redirect_stderr(stderr),
            contextlib.chdir(self.workspace),
            patch.dict(os.environ, prepared.environment, clear=True),
        ):
            exit_code = program([], prepared.environment, stdout, clock)
        written = []
        for stream in (stdout, stderr):
            stream.flush()
            assert isinstance(stream.buffer, io.BytesIO)
            written.append(stream.buffer.getvalue())
        return _outcome(prepared, exit_code, *written, duration=clock.monotonic() - began)

    def start(self, inputs: Mapping[str, str] | None = None, **circumstances: Any) -> "Step":
        """Start a step as a process. For ``circumstances`` see ``prepare``."""
        return Step(self._command, self.workspace, self.prepare(inputs, **circumstances))

    def prepare(
        self,
        inputs: Mapping[str, str] | None = None,
        *,
        event: Mapping[str, Any] | bytes | None = None,
        event_name: str = "push",
        env: Mapping[str, str | None] | None = None,
        secrets: Sequence[str] = (),
        debug: bool = False,
    ) -> Prepared:
        """Lay out a step. ``env`` is set last; ``None`` removes a variable. ``secrets`` are masked beforehand."""
        payload = event if isinstance(event, bytes) else json.dumps(event or {}).encode()
        places = self._lay_out(payload)
        variables, warnings = input_variables(
            read_action(self.action_yml), inputs or {}, {"token": JOB_TOKEN, "repository": self.repository}
        )
        environment = self._environment(event_name, event if isinstance(event, Mapping) else {}, places)
        environment |= variables | ({"RUNNER_DEBUG": "1"} if debug else {})
        for name, value in (env or {}).items():
            if value is None:
                environment.pop(name, None)
            else:
                environment[name] = value
        log = Log(Masks((JOB_TOKEN, *secrets)), debug=debug)
        return Prepared(environment=environment, places=places, log=log, warnings=warnings)

    def _lay_out(self, payload: bytes) -> dict[str, Path]:
        step = self._github / f"step-{next(self._steps)}"
        (self._github / "home").mkdir(parents=True, exist_ok=True)
        for directory in ("file_commands", "workflow", "runner_temp"):
            (step / directory).mkdir(parents=True)
        commands = {
            name: step / "file_commands" / f"{name.lower()}_0f5"
            for name in ("OUTPUT", "STATE", "ENV", "PATH", "STEP_SUMMARY")
        }
        for file in commands.values():
            file.touch()
        event = step / "workflow" / "event.json"
        event.write_bytes(payload)
        return commands | {"EVENT_PATH": event, "TEMP": step / "runner_temp"}

    def _environment(
        self, event_name: str, event: Mapping[str, Any], places: Mapping[str, Path]
    ) -> dict[str, str]:
        ref = _ref(event_name, event)
        is_tag = ref.startswith("refs/tags/")
        environment = {
            "PATH": os.environ["PATH"],
            **{
                name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ
            },  # sockets of Windows
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "HOME": str(self._github / "home"),
            "GITHUB_ACTION": "__publer",
            "GITHUB_ACTION_REF": "",
            "GITHUB_ACTION_REPOSITORY": "",
            "GITHUB_ACTOR": "mona",
            "GITHUB_ACTOR_ID": "1",
            "GITHUB_API_URL": "https://api.github.com",
            "GITHUB_BASE_REF": "main" if event_name.startswith("pull_request") else "",
            "GITHUB_EVENT_NAME": event_name,
            "GITHUB_GRAPHQL_URL": "https://api.github.com/graphql",
            "GITHUB_HEAD_REF": "topic" if event_name.startswith("pull_request") else "",
            "GITHUB_JOB": "announce",
            "GITHUB_REF": ref,
            "GITHUB_REF_NAME": re.sub(r"^refs/(heads|tags|pull)/", "", ref),
            "GITHUB_REF_PROTECTED": "false",
            "GITHUB_REF_TYPE": "tag" if is_tag else "branch",
            "GITHUB_REPOSITORY": self.repository,
            "GITHUB_REPOSITORY_OWNER": self.repository.partition("/")[0],
            "GITHUB_RETENTION_DAYS": "90",
            "GITHUB_RUN_ATTEMPT": "1",
            "GITHUB_RUN_ID": "4711",
            "GITHUB_RUN_NUMBER": "3",
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_SHA": "ffac537e6cbbf934b08745a378932722df287a53",
            "GITHUB_TRIGGERING_ACTOR": "mona",
            "GITHUB_WORKFLOW": "Announce",
            "GITHUB_WORKSPACE": str(self.workspace),
            "RUNNER_ARCH": "X64",
            "RUNNER_ENVIRONMENT": "github-hosted",
            "RUNNER_NAME": "fake",
            "RUNNER_OS": "Linux",
            "RUNNER_TEMP": str(places["TEMP"]),
            "RUNNER_TOOL_CACHE": "/opt/hostedtoolcache",
            "ACTIONS_RUNTIME_TOKEN": "runtime-token-never-to-be-shown",
        }
        files = {f"GITHUB_{name}": str(place) for name, place in places.items() if name != "TEMP"}
        return environment | files


class Step:
    """A step that is running."""

    def __init__(self, command: Sequence[str], workspace: Path, prepared: Prepared) -> None:
        self._prepared = prepared
        self._cancelled = False
        self._started = time.monotonic()
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _AS_PID_1, *command],
            cwd=workspace,
            env=prepared.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert self._process.stdout
        assert self._process.stderr
        self._news = threading.Condition()
        self._stdout, self._stderr = bytearray(), bytearray()
        self._followed = 0
        self._readers = [
            threading.Thread(target=self._collect, args=(self._process.stdout, self._stdout)),
            threading.Thread(target=self._collect, args=(self._process.stderr, self._stderr)),
        ]
        self._open_streams = len(self._readers)
        for reader in self._readers:
            reader.start()

    def wait_for_line(self, text: str, *, timeout: float = 20) -> str:
        """Wait until a line that contains ``text`` was printed, and return it."""

        def found() -> str | None:
            lines = split_lines((self._stdout + b"\n" + self._stderr).decode("utf-8", "replace"))
            return next((line for line in lines if text in line), None)

        with self._news:
            self._news.wait_for(lambda: found() is not None or not self._open_streams, timeout)
            line = found()
        if line is None:
            self._process.kill()
            raise AssertionError(
                f"no line with {text!r} in:\n{self._stdout.decode()}\n{self._stderr.decode()}"
            )
        return line

    @property
    def pid(self) -> int:
        return self._process.pid

    def is_running(self) -> bool:
        return self._process.poll() is None

    def signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def kill(self) -> None:
        """SIGKILL, to it and to what it has started: as when its container is removed."""
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        for child in map(int, children.read_text().split()):
            os.kill(child, signal.SIGKILL)
        self._process.kill()

    def cancel(self, timeout: float = 30) -> Outcome:
        """Do what the runner does when a run is cancelled: SIGINT, 7.5 s, SIGTERM, 2.5 s, SIGKILL."""
        self._cancelled = True
        patience: list[tuple[Callable[[], None], float]] = [
            (lambda: self.signal(signal.SIGINT), SIGINT_PATIENCE),
            (lambda: self.signal(signal.SIGTERM), SIGTERM_PATIENCE),
        ]
        for send, seconds in patience:
            send()
            try:
                self._process.wait(seconds)
                break
            except subprocess.TimeoutExpired:
                continue
        else:
            self._process.kill()
        return self.wait(timeout)

    def follow(self, say: Callable[[str], None], timeout: float = 600) -> Outcome:
        """Wait for the end, and meanwhile say each line of the log as its reader on GitHub sees it."""
        log = copy.deepcopy(self._prepared.log)
        while self._open_streams or self._followed < len(self._stdout):
            with self._news:
                self._news.wait_for(lambda: b"\n" in self._stdout[self._followed :] or not self._open_streams)
                end = self._stdout.rfind(b"\n") + 1 if self._open_streams else len(self._stdout)
                log.read(bytes(self._stdout[self._followed : end]))
            self._followed = end
            for line in log.lines:
                for begin, shown in _SHOWN.items():
                    if line.startswith(begin):
                        line = shown + line.removeprefix(begin)  # noqa: PLW2901
                if line != "##[endgroup]":
                    say(f"{time.monotonic() - self._started:5.1f}s  {line}")
            log.lines.clear()
        return self.wait(timeout)

    def wait(self, timeout: float = 60) -> Outcome:
        """Wait for the end, then read the command files, whatever the end was."""
        try:
            exit_code = self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise AssertionError(f"still running after {timeout} s:\n{self._stdout.decode()}") from None
        finally:
            for reader in self._readers:
                reader.join()
        duration = time.monotonic() - self._started
        return _outcome(
            self._prepared,
            exit_code,
            bytes(self._stdout),
            bytes(self._stderr),
            duration=duration,
            cancelled=self._cancelled,
        )

    def _collect(self, stream: Any, into: bytearray) -> None:
        with stream:
            while chunk := stream.read1():
                with self._news:
                    into += chunk
                    self._news.notify_all()
        with self._news:
            self._open_streams -= 1
            self._news.notify_all()


def _outcome(
    prepared: Prepared,
    exit_code: int,
    stdout: bytes,
    stderr: bytes,
    *,
    duration: float,
    cancelled: bool = False,
) -> Outcome:
    """Read the streams and the command files of a step that has ended."""
    log = prepared.log
    # The runner reads the two streams separately, and standard error first.
    log.read(stderr)
    log.read(stdout)
    outputs = log.outputs | _read_outputs(prepared)
    summary = _read_summary(prepared)
    failed = exit_code != 0 or any(not text.startswith("$GITHUB_STEP_SUMMARY") for text in log.complaints)
    conclusion = "failure" if failed else "success"
    return Outcome(
        conclusion="cancelled" if cancelled else conclusion,
        exit_code=exit_code,
        outputs=outputs,
        annotations=log.annotations,
        dropped_annotations=log.dropped_annotations,
        log=log.lines,
        summary=summary,
        commands=log.commands,
        forbidden=log.forbidden,
        complaints=log.complaints,
        warnings=prepared.warnings,
        stdout=stdout,
        stderr=stderr,
        duration=duration,
        files=prepared.places,
    )


def _read_outputs(prepared: Prepared) -> dict[str, str]:
    outputs: dict[str, str] = {}
    text = prepared.places["OUTPUT"].read_bytes().decode("utf-8", "replace")
    try:
        outputs.update(read_entries(text))
    except FileCommandError as error:
        prepared.log.complaints.append(f"Unable to process file command 'output' successfully. {error}")
    return outputs


def _read_summary(prepared: Prepared) -> str:
    raw = prepared.places["STEP_SUMMARY"].read_bytes()
    if len(raw) > SUMMARY_LIMIT:
        prepared.log.complaints.append(f"$GITHUB_STEP_SUMMARY upload aborted, {len(raw)} bytes are too many.")
        return ""
    return "\n".join(map(prepared.log.masks, raw.decode("utf-8", "replace").split("\n")))


def image_entrypoint(repository: Path) -> list[str]:
    """How the image starts, by the first line of its program, with this interpreter and the sources instead."""
    dockerfile = (repository / "Dockerfile").read_text(encoding="utf-8")
    program = json.loads(re.findall(r"^ENTRYPOINT (\[.*\])$", dockerfile, re.MULTILINE)[-1])
    assert program == ["/app/entrypoint.py"]
    (line,) = re.findall(rf"sed -i '1i #!(\S+) -S (.*)' {program[0]} ", dockerfile)
    interpreter, options = line
    ours = {"/app/venv/bin/python": sys.executable}
    return [interpreter, *(ours.get(one, one) for one in options.split()), str(repository / "entrypoint.py")]


def _ref(event_name: str, event: Mapping[str, Any]) -> str:
    if event_name == "release":
        return f"refs/tags/{(event.get('release') or {}).get('tag_name', 'v1.0.0')}"
    if event_name == "push":
        return event.get("ref") or "refs/heads/main"
    if event_name == "pull_request":
        return f"refs/pull/{event.get('number', 7)}/merge"
    return "refs/heads/main"
