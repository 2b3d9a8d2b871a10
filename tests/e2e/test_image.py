"""The image on its own: what is in it, and how it lives and dies as PID 1."""

import hashlib
import json
import subprocess
import tarfile
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from sandbox.scenario import Job, Scenario
from sandbox.server import Sandbox
from tests.e2e import engine, image_size
from tests.e2e.engine import docker

POST = "text: Hello\nnetworks: {mastodon: {}}\naccounts: [mastodon/*]\n"


def _in_a_shell(image: str, script: str) -> str:
    return docker("run", "--rm", "--entrypoint", "sh", image, "-c", script)


def test_the_image_is_small(image: str) -> None:
    """No runner has it cached: every job pulls and unpacks all of it. `make image` says the same sums."""
    packed, unpacked = image_size.weights(image)
    most_packed, most_unpacked = image_size.AT_MOST[engine.base_is_a_stand_in()]
    assert packed <= most_packed
    assert unpacked <= most_unpacked


def test_it_comes_in_three_layers_of_similar_weight(image: str) -> None:
    """An engine fetches one while it unpacks another."""
    history = docker("history", "--human=false", "--format", "{{.Size}}", image)
    layers = [size for line in history.splitlines() if (size := int(line))]
    assert len(layers) == 3
    assert max(layers) <= 2 * min(layers)


def test_of_programs_it_holds_python_and_the_nine_that_kubernetes_runners_call(image: str) -> None:
    """Whoever gets in beside the key finds no installer, compiler or downloader. `sh` is a link to `dash`."""
    found = _in_a_shell(
        image, "find / -xdev -type f -perm /111 ! -name '*.so*' ! -name '*.py' ! -name .dockerenv"
    )
    names = {Path(path).name for path in found.splitlines()}
    assert names == {"python3.13", "dash", "env", "tail", "tar", "find", "chmod", "stat", "mv", "rm"}
    assert _in_a_shell(image, "command -v sh").endswith("/sh")


def test_no_file_of_it_brings_rights_along(image: str) -> None:
    assert _in_a_shell(image, "find / -xdev -type f -perm /6000") == ""


def test_scanners_find_the_debian_packages_that_it_holds_and_no_others(image: str) -> None:
    status = docker("run", "--rm", "--entrypoint", "tail", image, "-n", "+1", "/var/lib/dpkg/status")
    packages = {
        line.removeprefix("Package: ") for line in status.splitlines() if line.startswith("Package: ")
    }
    assert {"libc6", "libssl3t64", "openssl-provider-legacy", "ca-certificates"} & packages >= {
        "libc6",
        "libssl3t64",
    }
    assert {"apt", "bash", "perl-base", "util-linux"} & packages == set()
    assert status.count("\nVersion: ") == len(packages)


@pytest.mark.parametrize(
    ("gone", "reason"),
    [
        ("decimal.py", "No module named 'decimal'"),
        ("_bz2.*", "No module named '_bz2'"),
        ("libssl.so*", "libssl.so.3: cannot open shared object file"),
    ],
)
def test_the_build_says_what_is_missing(image: str, gone: str, reason: str) -> None:
    """An import inside a function would fail in a run, perhaps after a post went out: never build such an image."""
    check = [
        "-v",
        f"{engine.ROOT / 'image' / 'imports.py'}:/imports.py:ro",
        "--entrypoint",
        "sh",
        image,
        "-c",
    ]
    script = (
        "set -e; python='/app/venv/bin/python -E -B'; $python /imports.py wanted '' >/tmp/wanted; "
        f"$python /imports.py check </tmp/wanted; find /usr -name '{gone}' -exec rm {{}} +; "
        "$python /imports.py check </tmp/wanted 2>&1 || exit 0; exit 9"
    )
    said = docker("run", "--rm", *check, script)
    assert reason in said


def test_python_finds_no_pip_and_only_our_directories(image: str) -> None:
    script = (
        "import importlib.util as u, json, sys; print(json.dumps([u.find_spec('pip') is None, sys.path]))"
    )
    no_pip, path = json.loads(
        docker("run", "--rm", "--entrypoint", "/app/venv/bin/python", image, "-E", "-c", script)
    )
    assert no_pip
    assert [entry for entry in path if entry and not entry.startswith(("/usr/", "/app/venv/"))] == []


def test_the_image_holds_nothing_but_the_program_beside_its_base(image: str) -> None:
    """No cache, no downloaded package, no build directory, none of our tests."""
    assert _in_a_shell(image, "cd /app && echo *").split() == [
        "entrypoint.py",
        "publer_publish",
        "schemas",
        "venv",
    ]
    assert _in_a_shell(image, "find /app /usr -name '*.whl' -o -name 'pip*' -o -name tests -type d") == ""
    assert _in_a_shell(image, "find /tmp /root /var/cache /build -type f 2>/dev/null || :") == ""


def _files(image: str) -> set[tuple[object, ...]]:
    """Everything that a container of the image sees, but for times."""
    container = docker("create", image)
    try:
        with subprocess.Popen(["docker", "export", container], stdout=subprocess.PIPE) as export:
            assert export.stdout
            with tarfile.open(fileobj=export.stdout, mode="r|") as archive:
                return {_described(member, archive) for member in archive}
    finally:
        docker("rm", "-f", container)


def _described(member: tarfile.TarInfo, archive: tarfile.TarFile) -> tuple[object, ...]:
    content = archive.extractfile(member) if member.isreg() else None
    digest = hashlib.sha256(content.read()).hexdigest() if content else ""
    return member.name, member.type, member.mode, member.uid, member.gid, member.linkname, digest


def test_a_second_build_from_nothing_has_the_same_files_modes_and_bytes(image: str, action: Path) -> None:
    """What depends on when and where it was built cannot be checked by anybody. A release compares digests, too."""
    again = "publer-publish:e2e-again"
    docker("build", "--no-cache", "-q", "-t", again, str(action))
    first, second = _files(image), _files(again)
    assert len(first) > 1000
    assert first ^ second == set()


def test_the_image_says_what_it_is_and_starts_without_a_shell(image: str) -> None:
    config = json.loads(docker("image", "inspect", "--format", "{{json .Config}}", image))
    assert config["Entrypoint"] == ["/app/entrypoint.py"]
    assert (config.get("User") or "", config.get("WorkingDir") or "") in {("", ""), ("", "/")}
    labels = config["Labels"]
    assert labels["org.opencontainers.image.source"] == f"https://github.com/{engine.OURS}"
    assert labels["org.opencontainers.image.licenses"] == "MIT"


def test_byte_code_is_there_for_every_module(image: str) -> None:
    """Every run is a new container: what is not compiled now is compiled in every run."""
    missing = _in_a_shell(
        image,
        "find /app/publer_publish /app/venv/lib -name '*.py' | while read -r f; do "
        "b=${f##*/}; set -- ${f%/*}/__pycache__/${b%.py}.*.pyc; [ -e $1 ] || echo $f; done",
    )
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
        (workspace / "posts" / "hello.publer.yml").write_text(POST, encoding="utf-8")
        commands = self.runner / "file_commands"
        commands.mkdir()
        for name in ("output", "summary"):
            (commands / name).touch(mode=0o644)
            engine.give_to_the_runner(commands / name)
        (self.runner / "event.json").write_text("{}", encoding="utf-8")
        given = {
            "mode": "publish",
            "post-file": "posts/hello.publer.yml",
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


AS_THE_RUNNER_STARTS_IT = ["--entrypoint", "/app/entrypoint.py"]
"""`runs.entrypoint` of action.yml, which the runner hands over."""


@pytest.mark.parametrize("signal", ["TERM", "INT"])
@pytest.mark.parametrize("start", [[], AS_THE_RUNNER_STARTS_IT], ids=["image", "action.yml"])
def test_a_cancelled_run_is_gone_within_five_seconds_and_has_said_what_it_knows(
    container: Container, publer: Sandbox, start: list[str], signal: str
) -> None:
    """As PID 1 a program without its own handler would ignore SIGTERM and go on posting unseen."""
    publer.reset(Scenario(job=Job(never_ends=True)))
    docker("run", "-d", *container.prepare(publer, {}), *start, container.image)
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
    assert json.loads(outputs["results"])[0]["status"] in {"unconfirmed", "published"}
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


def test_a_run_finds_all_its_byte_code_and_leaves_nothing_in_the_image(
    container: Container, publer: Sandbox
) -> None:
    """Root may write everywhere: a module without byte code, or with a stale one, would be compiled again."""
    options = container.prepare(publer, {"accounts": "bluesky/*"})
    (container.runner / "workspace" / "posts" / "hello.publer.yml").write_text(
        "text: \"{{ '**Hello**' | plain | fit }} \U0001f389\"\nmedia: [{file: posts/card.png, alt_text: A card}]\n"
        "accounts: [mastodon/*, bluesky/*, twitter/*]\n",
        encoding="utf-8",
    )
    card = (engine.ROOT / "examples" / "media" / "card.png").read_bytes()
    (container.runner / "workspace" / "posts" / "card.png").write_bytes(card)
    docker("run", *options, container.image)
    changed = docker("diff", container.name).splitlines()
    left = [line for line in changed if not line.endswith("/github") and "/github/" not in line]
    assert "\n".join(left) == ""
    assert len(publer.record.published) == 3


@pytest.mark.parametrize(
    "options",
    [
        AS_THE_RUNNER_STARTS_IT,
        ["--read-only"],
        ["--user", "the owner of the command files", "--cap-drop", "ALL"],
        ["--read-only", "--user", "the owner of the command files", "--tmpfs", "/github/home:mode=0500"],
        ["-e", "PYTHONPATH="],
        ["-e", "PYTHONPATH=/github/workspace", "-e", "PYTHONHOME=/github/workspace"],
        ["-e", "PYTHONEXECUTABLE=/github/workspace/bin/python", "-e", "__PYVENV_LAUNCHER__=/nowhere"],
        ["-e", "HOME="],
        ["-e", "LD_LIBRARY_PATH=/opt/hostedtoolcache/Python/3.12.1/x64/lib", "-e", "pythonLocation=/opt"],
        ["-e", "LC_ALL=C", "-e", "PYTHONUTF8=0"],
    ],
    ids=" ".join,
)
def test_it_publishes_under_odd_circumstances(
    container: Container, publer: Sandbox, options: list[str]
) -> None:
    """What earlier steps export, what a hardened engine takes away, what rootless engines change."""
    given = container.prepare(publer, {})
    for name in ("json", "requests", "sitecustomize", "encodings"):
        (container.runner / "workspace" / f"{name}.py").write_text(
            "raise SystemExit('TRAPPED')\n", encoding="utf-8"
        )
    owner = (container.runner / "file_commands" / "output").stat()
    who = f"{owner.st_uid}:{owner.st_gid}"
    chosen = [who if option == "the owner of the command files" else option for option in options]
    log = docker("run", *given, *chosen, container.image)
    assert container.outputs()["outcome"] == "published", log
    assert [post.network for post in publer.record.published] == ["mastodon"]
