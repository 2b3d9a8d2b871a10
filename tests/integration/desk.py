"""A desk: the whole program against the sandbox over real sockets, on a clock that makes waiting cheap."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.record import Request
from sandbox.scenario import Account, Scenario, Workspace
from sandbox.server import Sandbox
from tests.faults.hurried_clock import HurriedClock
from tests.faults.stage import ACTION, Report, lay_out, run
from tests.faults.worlds import World

X = Account(id="66db83154e299efa19a2d801", provider="twitter")


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
        self, posts: str, *, attempt: int = 1, timeout: float = 600.0, event_age: float = 60.0, **extra: str
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
        report = run(ACTION, world, self.sandbox, self.place, self.clock, attempt=attempt, extra=given)
        assert "Traceback" not in report.text
        assert self.sandbox.record.surprises == ()
        return report

    def requests(self, path: str) -> list[Request]:
        return [one for one in self.sandbox.record.requests if one.path.startswith(path)]


def statuses(report: Report) -> list[str]:
    return [row["status"] for row in report.rows]


def posts(*texts: str) -> str:
    return "posts:\n" + "".join(f"  - text: {text}\n    accounts: ['twitter/*']\n" for text in texts)
