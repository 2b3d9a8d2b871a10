"""The image on its own: what is in it, and how it lives and dies as PID 1."""

import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from sandbox import Job, Sandbox, Scenario
from tests.e2e import engine
from tests.e2e.engine import docker

POST = "text: Hello\nnetworks: {mastodon: {}}\naccounts: [mastodon/*]\n"


def test_the_image_adds_at_most_25_mb_to_its_base(image: str) -> None:
    """`make image` prints the same sum, of the layers above the base."""
    base = engine.base_image() if not engine.base_is_a_stand_in() else engine.base_image().partition("@")[0]

    def sizes(name: str) -> list[int]:
        return [
            int(line)
            for line in docker("history", "--human=false", "--format", "{{.Size}}", name).splitlines()
        ]

    above = sizes(image)[: len(sizes(image)) - len(sizes(base))]
    assert above
    assert sum(above) <= 25_000_000


@pytest.mark.parametrize("tool", ["pip", "pip3", "gcc", "cc", "make", "git", "curl"])
def test_the_image_has_no_installer_and_no_compiler(image: str, tool: str) -> None:
    assert (
        docker("run", "--rm", "--entrypoint", "sh", image, "-c", f"command -v {tool} || echo none") == "none"
    )


def test_python_finds_no_pip_and_only_our_directories(image: str) -> None:
    script = (
        "import importlib.util as u, json, sys; print(json.dumps([u.find_spec('pip') is None, sys.path]))"
    )
    no_pip, path = json.loads(
        docker("run", "--rm", "--entrypoint", "/app/venv/bin/python", image, "-E", "-c", script)
    )
    assert no_pip
    assert [entry for entry in path if entry and not entry.startswith(("/usr/", "/app/venv/"))] == []


@pytest.mark.parametrize("program", ["sh", "env", "tail", "/app/entrypoint.py"])
def test_kubernetes_mode_has_what_it_needs(image: str, program: str) -> None:
    """There the runner starts `tail` and later runs a script with `sh` and `env`."""
    assert docker("run", "--rm", "--entrypoint", "sh", image, "-c", f"command -v {program}").endswith(program)


def test_byte_code_is_there_for_every_module(image: str) -> None:
    """Every run is a new container: what is not compiled now is compiled in every run."""
    missing = docker(
        "run", "--rm", "--entrypoint", "sh", image, "-c",
        "find /app/publer_publish /app/venv/lib -name '*.py' | while read -r f; do "
        "d=${f%/*}; b=${f##*/}; ls $d/__pycache__/${b%.py}.*.pyc >/dev/null 2>&1 || echo $f; done",
    )  # fmt: skip
    assert missing == ""


@dataclass(kw_only=True)
class Container:
    """A container of the image with the directories that a runner mounts."""

    image: str
    runner: Path
    env: dict[str, str] = field(default_factory=dict)
    name: str = field(default_factory=lambda: f"publer-e2e-{uuid.uuid4().hex[:8]}")

    def prepare(self, publer: Sandbox, inputs: Mapping[str, str]) -> list[str]:
        workspace = self.runner / "workspace"
        (workspace / "posts").mkdir(parents=True)
        (workspace / "posts" / "hello.yml").write_text(POST, encoding="utf-8")
        commands = self.runner / "file_commands"
        commands.mkdir()
        for name in ("output", "summary"):
            (commands / name).touch(mode=0o644)
            engine.give_to_the_runner(commands / name)
        (self.runner / "event.json").write_text("{}", encoding="utf-8")
        given = {
            "mode": "publish",
            "post-file": "posts/hello.yml",
            "api-key": publer.scenario.api_key,
            "api-url": publer.url,
            **inputs,
        }
        self.env = {
            **{f"INPUT_{name.upper()}": value for name, value in given.items()},
            "GITHUB_ACTIONS": "true",
            "GITHUB_WORKSPACE": "/github/workspace",
            "GITHUB_OUTPUT": "/github/file_commands/output",
            "GITHUB_STEP_SUMMARY": "/github/file_commands/summary",
            "GITHUB_EVENT_PATH": "/github/event.json",
            "GITHUB_EVENT_NAME": "workflow_dispatch",
            "GITHUB_REPOSITORY": engine.REPOSITORY,
            "HOME": "/github/home",
        }
        options = [part for pair in self.env.items() for part in ("-e", "=".join(pair))]
        return [
            "--name",
            self.name,
            "--network",
            "host",
            "-v",
            f"{self.runner}:/github",
            "-w",
            "/github/workspace",
            *options,
        ]

    def outputs(self) -> dict[str, str]:
        """The outputs file, read by the runner's grammar as far as we write it."""
        found = {}
        lines = iter((self.runner / "file_commands" / "output").read_text(encoding="utf-8").split("\n"))
        for line in lines:
            if "<<" in line:
                name, _, delimiter = line.partition("<<")
                value = []
                while (part := next(lines)) != delimiter:
                    value.append(part)
                found[name] = "\n".join(value)
        return found


@pytest.fixture
def container(image: str, tmp_path: Path) -> Iterator[Container]:
    made = Container(image=image, runner=tmp_path / "runner")
    yield made
    docker("rm", "-f", made.name, check=False)


@pytest.mark.parametrize("signal", ["TERM", "INT"])
def test_a_cancelled_run_is_gone_within_five_seconds_and_has_said_what_it_knows(
    container: Container, publer: Sandbox, signal: str
) -> None:
    """As PID 1 a program without its own handler would ignore SIGTERM and go on posting unseen."""
    publer.reset(Scenario(job=Job(never_ends=True)))
    docker("run", "-d", *container.prepare(publer, {}), container.image)
    engine.wait_until(
        "the job is asked for", lambda: any("job_status" in r.path for r in publer.record.requests)
    )

    docker("kill", "--signal", signal, container.name)
    # Kills after five seconds, which would be exit code 137.
    docker("stop", "--time", "5", container.name)

    log = docker("logs", container.name)
    assert docker("inspect", "-f", "{{.State.ExitCode}}", container.name) == "1", log
    outputs = container.outputs()
    assert outputs["outcome"] == "cancelled"
    assert json.loads(outputs["results"])[0]["status"] in {"unconfirmed", "published", "accepted"}
    assert outputs["job-id"]
    assert (container.runner / "file_commands" / "summary").read_text(encoding="utf-8") != ""
    assert len(publer.record.of("POST", "/posts/schedule/publish")) == 1


def test_started_through_a_shell_as_in_kubernetes_mode_it_does_the_same(
    container: Container, publer: Sandbox
) -> None:
    """There a script sets the variables with `env` and starts action.yml's `entrypoint`; PID 1 is `tail`."""
    options = container.prepare(publer, {})
    kept = [part for part in options if not part.startswith(("INPUT_", "GITHUB_", "HOME="))]
    kept = [part for part in kept if part != "-e"]
    docker("run", "-d", *kept, "--entrypoint", "tail", container.image, "-f", "/dev/null")
    script = container.runner / "step.sh"
    pairs = " ".join(f"'{name}={value}'" for name, value in container.env.items())
    script.write_text(f"cd /github/workspace && exec env {pairs} /app/entrypoint.py\n", encoding="utf-8")

    docker("exec", container.name, "sh", "-e", "/github/step.sh")

    assert container.outputs()["outcome"] == "published"
    assert [post.network for post in publer.record.published] == ["mastodon"]
