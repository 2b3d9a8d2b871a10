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
from collections.abc import Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from statistics import median
from typing import BinaryIO

from benchmarks import posts, stage
from benchmarks.stage import ROOT, table
from sandbox.server import Sandbox

RESULTS = ROOT / "benchmarks" / "RESULTS.md"
TITLE = "Pull and start of the image"
SECTION = re.compile(rf"## {TITLE}\n.*?\n(?=\n## |\Z)", re.DOTALL)
BEFORE = "a44eda6"
"""The last commit whose image was a whole Debian with Python."""

ABOUT = """\
Written by `python -m benchmarks.pull`: a cold pull and the start up to the first request, from a registry behind a line
of this rate; medians of {rounds} rounds, the images of commit {before} and of this tree in turn. Wanted: at most 0.5."""

INPUTS = ("MODE", "POST-FILE", "API-KEY", "API-URL")
"""Those that an older image knows, too."""
RATES = {"unlimited": "", "200 Mbit/s": "200mbit", "50 Mbit/s": "50mbit"}
SPACE, REGISTRY = "publer-pull", "10.213.7.2:5000"
BRIDGE = "publer2"
"""Its own: without a bridge, an engine would take docker0 away from the one that runs here."""
LINE = f"""\
ip netns add {SPACE}
ip link add publer0 type veth peer name publer1 netns {SPACE}
ip address add 10.213.7.1/30 dev publer0
ip link set publer0 up
ip -n {SPACE} address add 10.213.7.2/30 dev publer1
ip -n {SPACE} link set publer1 up
ip link add {BRIDGE} type bridge
ip address add 10.213.8.1/24 dev {BRIDGE}
ip link set {BRIDGE} up"""
"""A network namespace at the other end of a cable."""
SHAPE = f"ip netns exec {SPACE} tc qdisc replace dev publer1 root"
IMAGES = {"before": f"{REGISTRY}/before:1", "now": f"{REGISTRY}/now:1"}


def run(*commands: str, env: Mapping[str, str] | None = None) -> None:
    for command in commands:
        stage.run(command.split(), env)


def clean(*commands: str) -> None:
    """Undo what may not have been done."""
    for command in commands:
        subprocess.run(command.split(), capture_output=True, check=False)


def start(stack: ExitStack, command: str, log: BinaryIO) -> None:
    process = subprocess.Popen(command.split(), stdout=log, stderr=log)
    stack.callback(process.wait)
    stack.callback(process.terminate)


def serve(stack: ExitStack, home: Path) -> dict[str, str]:
    """Start the registry, and an engine that has nothing yet, so that nobody's images are touched."""
    stack.callback(clean, f"ip link delete {BRIDGE}", f"ip netns delete {SPACE}")
    run(*LINE.splitlines())
    config = home / "registry.yml"
    config.write_text(
        f"version: 0.1\nlog: {{level: error}}\nhttp: {{addr: '{REGISTRY}'}}\n"
        f"storage: {{filesystem: {{rootdirectory: '{home / 'registry'}'}}}}\n",
        encoding="utf-8",
    )
    log = stack.enter_context((home / "log").open("wb"))
    start(stack, f"ip netns exec {SPACE} docker-registry serve {config}", log)
    stack.callback(clean, f"umount -l {home}/exec/netns/default")
    engine = (
        f"dockerd --host unix://{home}/docker.sock --data-root {home}/data --exec-root {home}/exec "
        f"--pidfile {home}/pid --bridge {BRIDGE} --iptables=false --insecure-registry {REGISTRY}"
    )
    start(stack, engine, log)
    own = {**os.environ, "DOCKER_HOST": f"unix://{home}/docker.sock"}
    begin = time.monotonic()
    while subprocess.run(["docker", "info"], env=own, capture_output=True, check=False).returncode:
        if time.monotonic() > begin + 30:
            raise SystemExit(f"the engine does not start: {(home / 'log').read_text()}")
        time.sleep(0.1)
    return own


def offer(home: Path, before: str, own: Mapping[str, str]) -> None:
    """Build both images with the engine that is there, as `make image` does, and put them into the registry."""
    run(f"git clone -q -s {ROOT} {home}/before", f"git -C {home}/before checkout -q {before}")
    for name, source in {"before": home / "before", "now": ROOT}.items():
        image, saved = IMAGES[name], home / "image.tar"
        run(f"{source}/tests/e2e/build-image {image}")
        run(f"docker save -o {saved} {image}", f"docker image rm {image}")
        run(f"docker load -q -i {saved}", f"docker push -q {image}", f"docker image rm -f {image}", env=own)


def cold(image: str, home: Path, own: Mapping[str, str]) -> float:
    """Seconds from the pull to the arrival of the first request; afterwards the engine has nothing again."""
    with Sandbox() as sandbox:
        env = stage.environment(home, sandbox, {"post-file": "plain.yml"}, inside="/github")
        given = {
            name: value
            for name, value in env.items()
            if not name.startswith("INPUT_") or name.removeprefix("INPUT_") in INPUTS
        }
        started = time.time()
        run(f"docker pull -q {image}", env=own)
        stage.run(stage.in_container(image, home, given), own)
        first = sandbox.record.requests[0].time
    run(f"docker image rm -f {image}", env=own)
    return first - started


def measure(rounds: int, before: str, home: Path) -> dict[str, dict[str, list[float]]]:
    posts.write(home / "step" / "workspace")
    found: dict[str, dict[str, list[float]]] = {}
    with ExitStack() as stack:
        own = serve(stack, home)
        offer(home, before, own)
        actions = {name: partial(cold, image, home / "step", own) for name, image in IMAGES.items()}
        for label, rate in RATES.items():
            run(f"{SHAPE} tbf rate {rate} burst 256kb latency 100ms" if rate else f"{SHAPE} pfifo")
            found[label] = stage.alternating(rounds, actions)
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
    return "".join(SECTION.findall(RESULTS.read_text(encoding="utf-8")))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pull", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="(default: %(default)s)")
    parser.add_argument("--before", default=BEFORE, help="a commit or tag (default: %(default)s)")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="publer-pull-", dir="/var/tmp") as place:
        text = section(measure(given.rounds, given.before, Path(place)), given.rounds, given.before)
    page = RESULTS.read_text(encoding="utf-8")
    RESULTS.write_text(SECTION.sub(lambda _: text, page), encoding="utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
