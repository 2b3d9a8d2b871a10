"""(d): the peak memory of whole runs."""

import itertools
import os
import struct
from pathlib import Path

from benchmarks import posts, stage
from benchmarks.stage import table
from sandbox.scenario import Account, Scenario, Workspace
from sandbox.server import Sandbox

NUMBERS = (1, 100, 500)
VIDEO = 190_000_000


def measure(home: Path) -> dict[str, float]:
    """Megabytes."""
    workspace = home / "workspace"
    posts.write(workspace)
    _video(workspace / "large.mp4")
    film = "text: A film\nmedia: [{ file: large.mp4 }]\naccounts: [facebook/*]\n"
    (workspace / "large.yml").write_text(film)
    return {
        **{f"publish, {number} post(s)": _many(home, number) for number in NUMBERS},
        "publish, templates": _peak(home, "templates.yml"),
        **{f"validate, {n} post(s) × 13 networks": _peak(home, f"{n}.yml", mode="validate") for n in NUMBERS},
        "publish, a video of 190 MB": _peak(home, "large.yml"),
    }


def section(found: dict[str, float]) -> str:
    about = "Posts are published to an account each, as those for one account go a minute apart."
    return table("(d) Peak memory", about, "| MB", [(name, f"{used:.1f}") for name, used in found.items()])


def _many(home: Path, number: int) -> float:
    networks = itertools.islice(itertools.cycle(posts.FOUR), number)
    accounts = tuple(Account(id=f"{index:024x}", provider=network) for index, network in enumerate(networks))
    (home / "workspace" / "many.yml").write_text(posts.one_each(accounts))
    return _peak(home, "many.yml", Scenario(workspaces=(Workspace(accounts=accounts),)))


def _peak(home: Path, file: str, scenario: Scenario | None = None, mode: str = "publish") -> float:
    with Sandbox(scenario) as sandbox:
        return stage.peak_megabytes(stage.environment(home, sandbox, {"post-file": file, "mode": mode}))


def _video(path: Path) -> None:
    """A real video, made long by an empty box behind it; a sparse file."""
    content = (stage.ROOT / "examples/media/demo.mp4").read_bytes()
    with path.open("wb") as file:
        file.write(content + struct.pack(">I4s", VIDEO - len(content), b"free"))
        os.truncate(file.fileno(), VIDEO)
