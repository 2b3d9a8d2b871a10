"""The sandbox itself: a server on loopback, its world, and the handles that a test turns."""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
from collections.abc import Callable
from http.server import ThreadingHTTPServer
from types import TracebackType
from typing import TYPE_CHECKING

from sandbox import github_api, publer_api
from sandbox.answers import Answer, Call
from sandbox.clock import Clock, SystemClock, VirtualClock
from sandbox.faults import Fault, FaultPlan
from sandbox.record import Record, Request
from sandbox.scenario import Scenario
from sandbox.wire import Handler, new_request
from sandbox.world import World

if TYPE_CHECKING:
    from typing import Self

HOST = "127.0.0.1"


class Door(ThreadingHTTPServer):
    """A listening socket. Each opening of the sandbox's port is a new one."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, sandbox: Sandbox, port: int) -> None:
        self.sandbox = sandbox
        super().__init__((HOST, port), Handler)
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def server_bind(self) -> None:
        """Bind without the look-up of the host's name, which may be slow."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_name, self.server_port = HOST, self.socket.getsockname()[1]

    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002  the base class's signature
        """Remember it: a mistake of the sandbox must not look like a fault of the network."""
        self.sandbox.note_error()

    def shut(self) -> None:
        """Refuse new connections from now on."""
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.shutdown()
        self.server_close()


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


class Sandbox:
    """A Publer stand-in on a loopback port; a context manager. Safe to use from several threads.

    ``url`` is what ``api-url`` wants to be; ``github_url`` stands for ``GITHUB_API_URL``; ``record`` tells
    what came in and what is really published; faults may be added at any time.
    """

    def __init__(
        self, scenario: Scenario | None = None, *, clock: Clock | None = None, port: int = 0
    ) -> None:
        self.clock: Clock = clock or SystemClock()
        self.connections = Connections()
        self.is_closing = False
        self.errors: list[BaseException] = []
        self.cleanup = contextlib.ExitStack()
        """Closed together with the sandbox."""
        self._asked_port = port
        self._holder: socket.socket | None = None
        self._door: Door | None = None
        self._door_lock = threading.RLock()
        self._hang = threading.Event()
        self.world = World(scenario or Scenario(), self.clock)
        self._faults = FaultPlan(self.world.scenario.faults)

    # Opening and closing

    def start(self) -> Self:
        """Take a port and listen."""
        holder = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind((HOST, self._asked_port))
        self._holder = holder
        with self.world.lock:
            refusal = self._faults.refusal_before(1)
        if refusal is None:
            self.open_door()
        else:
            self._open_later(refusal)
        return self

    def close(self) -> None:
        """Stop listening, end every connection, let go of everything that hangs."""
        self.is_closing = True
        self._hang.set()
        self.shut_door()
        self.connections.close(idle_only=False)
        if self._holder is not None:
            self._holder.close()
        self.cleanup.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        if self.errors and error is None:
            raise self.errors[0]

    @property
    def port(self) -> int:
        if self._holder is None:
            raise RuntimeError("the sandbox has not been started")
        return int(self._holder.getsockname()[1])

    @property
    def root_url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def url(self) -> str:
        return self.root_url + publer_api.BASE

    @property
    def github_url(self) -> str:
        return self.root_url + github_api.BASE

    def open_door(self) -> None:
        """Listen (again). The port stays ours meanwhile: a socket that does not listen holds it."""
        with self._door_lock:
            if self._door is None and not self.is_closing:
                self._door = Door(self, self.port)

    def shut_door(self) -> None:
        """Refuse new connections, and end those that are idle."""
        with self._door_lock:
            door, self._door = self._door, None
        if door is not None:
            door.shut()
            self.connections.close(idle_only=True)

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
        with self._door_lock:
            released, self._hang = self._hang, threading.Event()
        released.set()

    def hang_token(self) -> threading.Event:
        """What a hanging request waits for."""
        with self._door_lock:
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

    def before_answer(self, request: Request, fault: Fault | None, handler: Handler) -> None:
        """Shut the door now, if the next connection is to be refused."""
        with self.world.lock:
            refusal = self._faults.refusal_before(request.number + 1)
        if refusal is None and fault is not None and fault.kind == "refuse":
            refusal = fault
        if refusal is not None:
            handler.close_connection = True
            self.shut_door()
            self._open_later(refusal)

    def note_error(self) -> None:
        """Keep the exception that is being handled."""
        error = sys.exception()
        if error is not None and not isinstance(error, ConnectionError):
            self.errors.append(error)

    def _open_later(self, refusal: Fault) -> None:
        if refusal.seconds is not None:
            self.clock.call_later(refusal.seconds, self.open_door)
