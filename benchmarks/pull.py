"""``python -m benchmarks.pull``: what a job waits for before our first request, which is mostly the image.

No runner has it cached. So an engine of its own pulls it cold, from a registry behind a line of a certain rate, and
starts it: the image of this working tree against that of an older commit, in turn, in one run. Needs root, and Debian's
docker.io, docker-registry and iproute2. It puts its table into RESULTS.md.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks import posts, stage
from benchmarks.table import table
from sandbox.server import Sandbox

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "RESULTS.md"
TITLE = "Pull and start of the image"
BEFORE = "a44eda6"
"""The last commit whose image was a whole Debian with Python."""

ABOUT = """\
Written by `python -m benchmarks.pull`: a cold pull and the start up to the first request, from a registry behind a line
of this rate; medians of {rounds} rounds, the images of commit {before} and of this tree in turn. Wanted: at most 0.5."""

INPUTS = ("MODE", "POST-FILE", "API-KEY", "API-URL")
RATES = {"unlimited": "", "200 Mbit/s": "200mbit", "50 Mbit/s": "50mbit"}
SPACE, HERE, THERE = "publer-pull", "10.213.7.1", "10.213.7.2"
BRIDGE = "publer2"
"""Its own: without a bridge, an engine would take docker0 away from the one that runs here."""
REGISTRY = f"{THERE}:5000"
IMAGES = {"before": f"{REGISTRY}/before:1", "now": f"{REGISTRY}/now:1"}


def run(*command: str | Path, env: Mapping[str, str] | None = None, stdin: bytes = b"") -> str:
    done = subprocess.run(command, env=env, input=stdin, capture_output=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))}: {done.stderr.decode()}{done.stdout.decode()}")
    return done.stdout.decode().strip()


@contextmanager
def process(command: list[str], log: Path, *, env: Mapping[str, str] | None = None) -> Iterator[None]:
    with (
        log.open("wb") as stream,
        subprocess.Popen(command, stdout=stream, stderr=stream, env=env) as started,
    ):
        try:
            yield
        finally:
            started.terminate()
            started.wait()


def until(what: str, holds: Callable[[], bool]) -> None:
    for _ in range(300):
        if holds():
            return
        time.sleep(0.1)
    raise SystemExit(f"did not happen within half a minute: {what}")


@contextmanager
def line() -> Iterator[None]:
    """A network namespace at the other end of a cable."""
    run("ip", "netns", "add", SPACE)
    try:
        run("ip", "link", "add", "publer0", "type", "veth", "peer", "name", "publer1", "netns", SPACE)
        run("ip", "address", "add", f"{HERE}/30", "dev", "publer0")
        run("ip", "link", "set", "publer0", "up")
        run("ip", "-n", SPACE, "address", "add", f"{THERE}/30", "dev", "publer1")
        run("ip", "-n", SPACE, "link", "set", "publer1", "up")
        run("ip", "link", "add", BRIDGE, "type", "bridge")
        run("ip", "address", "add", "10.213.8.1/24", "dev", BRIDGE)
        run("ip", "link", "set", BRIDGE, "up")
        yield
    finally:
        subprocess.run(["ip", "link", "delete", BRIDGE], capture_output=True, check=False)
        run("ip", "netns", "delete", SPACE)


def shape(rate: str) -> None:
    tc = ("ip", "netns", "exec", SPACE, "tc", "qdisc")
    subprocess.run([*tc, "delete", "dev", "publer1", "root"], capture_output=True, check=False)
    if rate:
        run(*tc, "add", "dev", "publer1", "root", "tbf", "rate", rate, "burst", "256kb", "latency", "100ms")


def registry(home: Path) -> list[str]:
    config = home / "registry.yml"
    config.write_text(
        f"version: 0.1\nlog: {{level: error}}\nhttp: {{addr: '{REGISTRY}'}}\n"
        f"storage: {{filesystem: {{rootdirectory: '{home / 'registry'}'}}}}\n",
        encoding="utf-8",
    )
    return ["ip", "netns", "exec", SPACE, "docker-registry", "serve", str(config)]


def engine(home: Path) -> list[str]:
    """One that has nothing yet, so that nobody's images are touched."""
    return [
        "dockerd", "--host", f"unix://{home}/docker.sock", "--data-root", f"{home}/data", "--exec-root", f"{home}/exec",
        "--pidfile", f"{home}/pid", "--bridge", BRIDGE, "--iptables=false", "--insecure-registry", REGISTRY,
    ]  # fmt: skip


def let_go_of(mount: Path) -> None:
    """What an engine leaves mounted for containers in the host's network."""
    subprocess.run(["umount", "-l", mount], capture_output=True, check=False)


def build(name: str, source: Path) -> None:
    """With the engine that is there, as `make image` does: without the base's digest where it is a stand-in."""
    dockerfile = (source / "Dockerfile").read_text(encoding="utf-8")
    (base,) = set(re.findall(r"^FROM (\S+@\S+)", dockerfile, re.MULTILINE))
    if subprocess.run(
        ["docker", "pull", "-q", base], capture_output=True, check=False, timeout=120
    ).returncode:
        dockerfile = dockerfile.replace(base, base.partition("@")[0])
    run("docker", "build", "-q", "-t", name, "-f", "-", source, stdin=dockerfile.encode())


def offer(home: Path, before: str, own: Mapping[str, str]) -> None:
    """Build both images and put them into the registry."""
    old = home / "before"
    old.mkdir()
    archive = subprocess.run(["git", "archive", before], cwd=ROOT, stdout=subprocess.PIPE, check=True)
    run("tar", "-x", "-C", old, stdin=archive.stdout)
    for name, source in {"before": old, "now": ROOT}.items():
        build(IMAGES[name], source)
        saved = home / "image.tar"
        run("docker", "save", "-o", saved, IMAGES[name])
        run("docker", "image", "rm", IMAGES[name])
        run("docker", "load", "-q", "-i", saved, env=own)
        run("docker", "push", "-q", IMAGES[name], env=own)
        run("docker", "image", "rm", "-f", IMAGES[name], env=own)


def cold(image: str, home: Path, own: Mapping[str, str]) -> float:
    """Seconds from the pull to the arrival of the first request; afterwards the engine has nothing again."""
    with Sandbox() as sandbox:
        env = stage.environment(home, sandbox, {"post-file": "plain.yml"}, inside="/github")
        # An older image knows fewer inputs.
        given = [
            name for name in env if not name.startswith("INPUT_") or name.removeprefix("INPUT_") in INPUTS
        ]
        options = [part for name in given if name != "PATH" for part in ("-e", f"{name}={env[name]}")]
        where = ["-v", f"{home}:/github", "-w", "/github/workspace", "--network", "host"]
        started = time.time()
        run("docker", "pull", "-q", image, env=own)
        run("docker", "run", "--rm", *where, *options, image, env=own)
        first = sandbox.record.requests[0].time
    run("docker", "image", "rm", "-f", image, env=own)
    return first - started


def measure(rounds: int, before: str, home: Path) -> dict[str, dict[str, list[float]]]:
    own = {**os.environ, "DOCKER_HOST": f"unix://{home}/docker.sock"}
    posts.write(home / "step" / "workspace")
    found: dict[str, dict[str, list[float]]] = {}
    with ExitStack() as stack:
        stack.enter_context(line())
        stack.enter_context(process(registry(home), home / "registry.log"))
        stack.callback(let_go_of, home / "exec" / "netns" / "default")
        stack.enter_context(process(engine(home), home / "engine.log"))
        info = partial(subprocess.run, ["docker", "info"], env=own, capture_output=True, check=False)
        until("the engine runs", lambda: not info().returncode)
        offer(home, before, own)
        for label, rate in RATES.items():
            shape(rate)
            times: dict[str, list[float]] = {name: [] for name in IMAGES}
            for number in range(rounds):
                stage.progress(f"{label}: round {number + 1} of {rounds}")
                for name, image in IMAGES.items():
                    times[name].append(cold(image, home / "step", own))
            found[label] = times
    print(file=sys.stderr)
    return found


def section(found: Mapping[str, Mapping[str, list[float]]], rounds: int, before: str) -> str:
    middles = {label: (median(times["before"]), median(times["now"])) for label, times in found.items()}
    rows = [
        (label, f"{old:.2f} s", f"{new:.2f} s", f"{new / old:.2f}", "✓" if new <= old / 2 else "✗")
        for label, (old, new) in middles.items()
    ]
    about = ABOUT.format(rounds=rounds, before=before)
    return table(TITLE, about, "line | before | now | ratio | ", rows)


def kept() -> str:
    """The section as it was measured last, for `make bench`, which writes the whole page."""
    found = re.search(
        rf"## {re.escape(TITLE)}\n.*?(?=^## |\Z)",
        RESULTS.read_text(encoding="utf-8"),
        re.DOTALL | re.MULTILINE,
    )
    return f"{found[0].rstrip()}\n" if found else ""


def put(text: str) -> None:
    """Into the page, beside the start-up figures."""
    page, old = RESULTS.read_text(encoding="utf-8"), kept()
    page = page.replace(f"{old}\n", "") if old else page
    before, heading, after = page.partition("## (c)")
    RESULTS.write_text(f"{before}{text}\n{heading}{after}", encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pull", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="(default: %(default)s)")
    parser.add_argument("--before", default=BEFORE, help="a commit or tag (default: %(default)s)")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="publer-pull-", dir="/var/tmp") as place:
        text = section(measure(given.rounds, given.before, Path(place)), given.rounds, given.before)
    put(text)
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
