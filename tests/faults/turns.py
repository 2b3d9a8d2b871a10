"""Several runs in one world, one of which moves at a time: from one of its requests to the next."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from sandbox.answers import Answer, Call
from sandbox.clock import VirtualClock
from sandbox.faults import Fault, FaultPlan
from sandbox.record import Request
from sandbox.server import Sandbox
from sandbox.world import World
from tests.faults.worlds import START

_PATIENCE = 60.0
"""Real seconds after which a turn that does not come is a mistake of the scheduler."""
_MOMENT = 0.001
_ALIKE_FOR_ALL = re.compile(r"/accounts|/workspaces.*|/users/me|/github/.*/git/commits.*")
"""Requests that nobody else's request changes anything about: no switch is worth exploring at them."""
_LOST = Fault(kind="reset", when="before")
_LAST = Fault(kind="reset", when="after")


class Killed(BaseException):
    """SIGKILL, as a run inside this process meets it: nothing catches it, and nothing more is sent."""


class Choice(NamedTuple):
    """Which run went on, of those that could."""

    run: int
    of: frozenset[int]


class Turns:
    """Who may send the next request: as ``order`` says, and after it whoever went last, as long as it runs."""

    def __init__(self, runs: int, order: Sequence[int] = ()) -> None:
        self._news = threading.Condition()
        self._order = tuple(order)
        self._live = set(range(runs))
        self._waiting: set[int] = set()
        self._turn: int | None = None
        self.choices: list[Choice] = []

    def wait_for_mine(self, run: int) -> None:
        """Return when a run may send its request."""
        with self._news:
            self._waiting.add(run)
            self._choose()
            if not self._news.wait_for(lambda: self._turn == run, _PATIENCE):
                raise TimeoutError(f"run {run} never had its turn")
            self._waiting.discard(run)
            self._turn = None

    def is_held(self, run: int) -> bool:
        """Whether a run waits for its turn, or has ended."""
        with self._news:
            return self._news.wait_for(lambda: run in self._waiting or run not in self._live, _PATIENCE)

    def leave(self, run: int) -> None:
        """Take out a run that has ended."""
        with self._news:
            self._live.discard(run)
            self._choose()
            self._news.notify_all()

    def _choose(self) -> None:
        if self._turn is None and self._live and self._waiting == self._live:
            number, last = len(self.choices), self.choices[-1].run if self.choices else -1
            wanted = self._order[number] if number < len(self._order) else last
            self._turn = wanted if wanted in self._waiting else min(self._waiting)
            self.choices.append(Choice(self._turn, frozenset(self._waiting)))
        self._news.notify_all()


class OwnClock:
    """The clock of one run. It runs ahead while the run sleeps; the world follows at its next request."""

    def __init__(self, shared: VirtualClock) -> None:
        self._shared = shared
        self._ahead = 0.0
        self._owner = threading.current_thread()
        self.is_dead = False

    def monotonic(self) -> float:
        # In the run's other threads it would be reported as a mistake, by whichever run listens to those.
        if self.is_dead and threading.current_thread() is self._owner:
            raise Killed
        return self.now()

    def now(self) -> float:
        return max(self._ahead, self._shared.monotonic())

    def time(self) -> float:
        return START + self.monotonic()

    def sleep(self, seconds: float) -> None:
        self._ahead = self.monotonic() + max(0.0, seconds)

    def wait_for(self, event: threading.Event, _seconds: float) -> bool:
        """Wait in real time, in which nothing takes long: a run that is held does not notice it."""
        return event.wait(_PATIENCE)

    def catch_up(self) -> None:
        """Let the world's time be this run's, or a little later: no two requests come at one moment."""
        self._shared.advance(max(_MOMENT, self._ahead - self._shared.monotonic()))


@dataclass(frozen=True, slots=True)
class Deed:
    """What a run did that bears on other runs."""

    kind: Literal["look", "publish"]
    sent: float
    """When the request left (epoch seconds)."""
    taken: float
    """When Publer took it: later, if the run was held meanwhile."""
    jobs: frozenset[str] = frozenset()
    """That a publish request started."""
    states: frozenset[str] = frozenset()
    """That a look asked for."""


class Entrance(Sandbox):
    """A run's own door to a world that it shares with others."""

    def __init__(
        self,
        world: World,
        run: int,
        turns: Turns,
        *,
        faults: Sequence[Fault] = (),
        killed_at: int | None = None,
        before_look: Callable[[int], None] = lambda _number: None,
    ) -> None:
        """``killed_at``: the number of the run's request that is its last. ``before_look``: called with the
        number of each ``GET /posts`` just before it is answered.
        """
        super().__init__(world.scenario, clock=world.clock)
        assert isinstance(world.clock, VirtualClock)
        self.world = world
        self._faults = FaultPlan(tuple(faults))
        self._run, self._turns = run, turns
        self._killed_at, self._before_look = killed_at, before_look
        self.own_clock = OwnClock(world.clock)
        self.requests = 0
        self.deeds: list[Deed] = []
        self._looks = 0
        self._sent = 0.0

    def begin(self, call: Call) -> tuple[Request, Fault | None]:
        """Let a request in when it is its run's turn; none of a run that was killed."""
        self._sent = START + self.own_clock.now()
        if not self.own_clock.is_dead and not _ALIKE_FOR_ALL.fullmatch(call.path):
            self._turns.wait_for_mine(self._run)
        self.own_clock.catch_up()
        request, fault = super().begin(call)
        self.requests += 1
        if self.own_clock.is_dead:
            return request, _LOST
        if self.requests == self._killed_at:
            self.own_clock.is_dead = True
            return request, _LAST
        if (call.method, call.path) == ("GET", "/posts"):
            self._looks += 1
            with self.world.lock:
                self._before_look(self._looks)
        return request, fault

    def process(self, request: Request, work: Callable[[], Answer]) -> Answer:
        """Take a request, and note what it did."""
        with self.world.lock:
            before = set(self.world.publish_jobs)
            answer = super().process(request, work)
            new = frozenset(set(self.world.publish_jobs) - before)
        taken = START + self.own_clock.now()
        if (request.method, request.path) == ("GET", "/posts"):
            states = frozenset(value for name, value in request.query if name in ("state", "state[]"))
            self.deeds.append(Deed("look", self._sent, taken, states=states))
        elif request.path == "/posts/schedule/publish":
            self.deeds.append(Deed("publish", self._sent, taken, new))
        return answer
