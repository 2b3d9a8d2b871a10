"""The whole program at a terminal, against the sandbox over real sockets, on a clock that makes waiting cheap."""

from __future__ import annotations

import math
import threading
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from publer_publish.clock import Clock
from sandbox.record import Request
from sandbox.scenario import Account, Scenario, Workspace
from sandbox.server import Sandbox
from tests.faults.stage import ACTION, Report, lay_out, run
from tests.faults.worlds import World
from tests.support.hurried_clock import HurriedClock

X = Account(id="66db83154e299efa19a2d801", provider="twitter")


@dataclass
class OtherClock:
    """The runner's clock where it does not agree with Publer's: off by some seconds, and more after a jump."""

    true: HurriedClock
    off_by: float
    jumps_after: float = math.inf
    """Seconds from now."""
    jump: float = 0.0

    def __post_init__(self) -> None:
        self._jumps_at = self.true.time() + self.jumps_after

    def time(self) -> float:
        now = self.true.time()
        return now + self.off_by + (self.jump if now >= self._jumps_at else 0.0)

    def monotonic(self) -> float:
        return self.true.monotonic()

    def sleep(self, seconds: float) -> None:
        self.true.sleep(seconds)

    def wait_for(self, event: threading.Event, seconds: float) -> bool:
        return self.true.wait_for(event, seconds)


@dataclass
class Desk:
    """One sandbox, and runs of the action against it."""

    place: Path
    stack: ExitStack
    clock: HurriedClock = field(default_factory=lambda: HurriedClock({}))
    sandbox: Sandbox = field(init=False)

    def open(self, *accounts: Account, **scenario: object) -> Sandbox:
        chosen = Scenario(workspaces=(Workspace(accounts=accounts or (X,)),), **scenario)  # type: ignore[arg-type]
        self.sandbox = self.stack.enter_context(Sandbox(chosen, clock=self.clock))
        self.clock.watch(self.sandbox)
        return self.sandbox

    def run(
        self,
        posts: str,
        *,
        attempt: int = 1,
        timeout: float = 600.0,
        event_age: float = 60.0,
        clock: Clock | None = None,
        **extra: str,
    ) -> Report:
        """The action with this post file. Nothing may be surprising, whatever comes of it."""
        world = World(
            scenario=self.sandbox.scenario,
            files={"post.yml": posts.encode()},
            wishes=(),
            timeout=timeout,
            event_age=event_age,
        )
        if not (self.place / "workspace").exists():
            lay_out(world, self.place)
        (self.place / "workspace" / "post.yml").write_text(posts)
        given = {name.replace("_", "-"): value for name, value in extra.items()}
        report = run(
            ACTION, world, self.sandbox, self.place, clock or self.clock, attempt=attempt, extra=given
        )
        assert "Traceback" not in report.text
        assert self.sandbox.record.surprises == ()
        return report

    def requests(self, path: str) -> list[Request]:
        return [one for one in self.sandbox.record.requests if one.path.startswith(path)]


def statuses(report: Report) -> list[str]:
    return [row["status"] for row in report.rows]


def posts(*texts: str) -> str:
    return "posts:\n" + "".join(f"  - text: {text}\n    accounts: ['twitter/*']\n" for text in texts)
