"""One sandbox without its socket: its world, its faults, and the handles that a test turns."""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable

from sandbox.answers import Answer, Call
from sandbox.clock import Clock, SystemClock, VirtualClock
from sandbox.faults import Fault, FaultPlan
from sandbox.record import Record, Request, new_request
from sandbox.scenario import Scenario
from sandbox.world import World


class Connections:
    """The open connections, and which of them are in the middle of a request."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._busy: dict[socket.socket, bool] = {}

    def add(self, connection: socket.socket) -> None:
        with self._lock:
            self._busy[connection] = False

    def discard(self, connection: socket.socket) -> None:
        with self._lock:
            self._busy.pop(connection, None)

    def mark(self, connection: socket.socket, *, busy: bool) -> None:
        with self._lock:
            if connection in self._busy:
                self._busy[connection] = busy

    def close(self, *, idle_only: bool) -> None:
        with self._lock:
            chosen = [c for c, busy in self._busy.items() if not (busy and idle_only)]
        for connection in chosen:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class Engine(ABC):
    """What a connection and the control API work on. Safe to use from several threads."""

    def __init__(self, scenario: Scenario | None, clock: Clock | None) -> None:
        self.clock: Clock = clock or SystemClock()
        self.connections = Connections()
        self.is_closing = False
        self.errors: list[BaseException] = []
        self._hang = threading.Event()
        self.world = World(scenario or Scenario(), self.clock)
        self._faults = FaultPlan(self.world.scenario.faults)

    @abstractmethod
    def open_door(self) -> None:
        """Listen (again)."""

    @abstractmethod
    def shut_door(self) -> None:
        """Refuse new connections, and end those that are idle."""

    def open_later(self, refusal: Fault) -> None:
        """Open the door when this fault says so."""
        if refusal.seconds is not None:
            self.clock.call_later(refusal.seconds, self.open_door)

    # What a test turns

    @property
    def scenario(self) -> Scenario:
        return self.world.scenario

    @property
    def record(self) -> Record:
        """Everything so far, as a snapshot."""
        with self.world.lock:
            return self.world.snapshot()

    def add_faults(self, *faults: Fault) -> None:
        with self.world.lock:
            self._faults.add(faults)

    def clear_faults(self) -> None:
        with self.world.lock:
            self._faults.clear()

    def release_hangs(self) -> None:
        """Let everything that hangs now go on."""
        with self.world.lock:
            released, self._hang = self._hang, threading.Event()
        released.set()

    def hang_token(self) -> threading.Event:
        """What a hanging request waits for."""
        with self.world.lock:
            return self._hang

    def advance(self, seconds: float) -> None:
        """Turn the clock. Raises TypeError if it is the machine's."""
        if not isinstance(self.clock, VirtualClock):
            raise TypeError("only a VirtualClock can be advanced")
        self.clock.advance(seconds)

    def change(self, scenario: Scenario) -> None:
        """Go on with the same past under other rules. Accounts, faults and seeded posts are not re-made."""
        with self.world.lock:
            self.world.scenario = scenario

    def reset(self, scenario: Scenario | None = None) -> None:
        """Start afresh: empty record, the scenario's own faults, the door open."""
        old = self.world
        with old.lock:
            self.world = World(scenario or old.scenario, self.clock)
            self._faults = FaultPlan(self.world.scenario.faults)
        self.release_hangs()
        self.open_door()

    # What a connection calls

    def begin(self, call: Call) -> tuple[Request, Fault | None]:
        """Enter a request into the record and choose its fault."""
        world = self.world
        with world.lock:
            number = len(world.requests) + 1
            secrets = (world.scenario.api_key, world.scenario.github.token)
            request = new_request(number, self.clock.time(), call, secrets)
            fault = self._faults.pick(number, call.method, call.path)
            request.fault = fault.kind if fault else ""
            world.requests.append(request)
            return request, fault

    def process(self, request: Request, work: Callable[[], Answer]) -> Answer:
        """Let the API take the request."""
        with self.world.lock:
            answer = work()
            request.processed = True
            request.error = answer.error
            return answer

    def shuts_before_answer(self, request: Request, fault: Fault | None) -> bool:
        """Shut the door now, if the next connection is to be refused."""
        with self.world.lock:
            refusal = self._faults.refusal_before(request.number + 1)
        if refusal is None and fault is not None and fault.kind == "refuse":
            refusal = fault
        if refusal is not None:
            self.shut_door()
            self.open_later(refusal)
        return refusal is not None

    def note_error(self) -> None:
        """Keep the exception that is being handled."""
        error = sys.exception()
        if error is not None and not isinstance(error, ConnectionError):
            self.errors.append(error)
