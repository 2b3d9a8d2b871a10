"""The sandbox itself: a port on loopback, the world behind it, and the faults on the way."""

from __future__ import annotations

import contextlib
import math
import select
import socket
import struct
import sys
import threading
import time
import urllib.parse
from collections.abc import Callable
from email.message import Message
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from typing import Any, BinaryIO, Self, cast

from sandbox import github_api, page, publer_api
from sandbox.answers import Answer, Call, ok, refused
from sandbox.clock import Clock
from sandbox.faults import Fault, FaultPlan, spoil
from sandbox.forms import to_json
from sandbox.multipart import Form, read_form
from sandbox.record import Record, Request, new_request
from sandbox.scenario import Scenario
from sandbox.world import World

HOST = "127.0.0.1"
_LOOK_EVERY = 0.02


class Sandbox:
    """A Publer stand-in on a loopback port; a context manager. Safe to use from several threads.

    ``url`` is for ``api-url``; ``github_url`` stands for ``GITHUB_API_URL``; ``record`` tells
    what came in and what is really published; faults may be added at any time.
    """

    def __init__(
        self, scenario: Scenario | None = None, *, clock: Clock | None = None, port: int = 0
    ) -> None:
        self.clock = clock or Clock()
        self.world = World(scenario or Scenario(), self.clock)
        self.connections: dict[socket.socket, bool] = {}
        """Those that are open, and whether they are in the middle of a request."""
        self.cleanup = contextlib.ExitStack()
        """Closed together with the sandbox."""
        self.errors: list[BaseException] = []
        """Mistakes of the sandbox: they must not look like a fault of the network."""
        self.is_closing = False
        self.port = port
        self._faults = FaultPlan(self.world.scenario.faults)
        self._hang = threading.Event()
        self._door: _Door | None = None
        self._door_lock = threading.RLock()

    def start(self) -> Self:
        """Take a port and listen."""
        holder = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind((HOST, self.port))
        self.port = holder.getsockname()[1]
        self.cleanup.callback(holder.close)
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
        self.release_hangs()
        self.shut_door()
        self._end_connections(idle_only=False)
        self.cleanup.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        self.close()
        if self.errors and error is None:
            raise self.errors[0]

    @property
    def root_url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def url(self) -> str:
        return self.root_url + publer_api.BASE

    @property
    def github_url(self) -> str:
        return self.root_url + github_api.BASE

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

    def reset(self, scenario: Scenario | None = None) -> None:
        """Start afresh: empty record, the scenario's own faults, the door open."""
        old = self.world
        with old.lock:
            self.world = World(scenario or old.scenario, self.clock)
            self._faults = FaultPlan(self.world.scenario.faults)
        self.release_hangs()
        self.open_door()

    def open_door(self) -> None:
        """Listen (again). The port stays ours meanwhile: a socket that does not listen holds it."""
        with self._door_lock:
            if self._door is None and not self.is_closing:
                self._door = _Door(self, self.port)

    def shut_door(self) -> None:
        """Refuse new connections, and end those that are idle."""
        with self._door_lock:
            door, self._door = self._door, None
        if door is not None:
            door.shut()
            self._end_connections(idle_only=True)

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
            self._open_later(refusal)
        return refusal is not None

    def _open_later(self, refusal: Fault) -> None:
        if refusal.seconds is not None:
            self.clock.call_later(refusal.seconds, self.open_door)

    def _end_connections(self, *, idle_only: bool) -> None:
        for connection, is_busy in self.connections.copy().items():
            if not (is_busy and idle_only):
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)


class _Door(ThreadingTCPServer):
    """A listening socket. Each opening of the sandbox's port is a new one."""

    allow_reuse_address = daemon_threads = True
    request_queue_size = 128

    def __init__(self, sandbox: Sandbox, port: int) -> None:
        self.sandbox = sandbox
        super().__init__((HOST, port), _Connection)
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002  the base class's signature
        error = sys.exception()
        if error is not None and not isinstance(error, ConnectionError):
            self.sandbox.errors.append(error)

    def shut(self) -> None:
        """Refuse new connections from now on."""
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.shutdown()
        self.server_close()


class _Connection(BaseHTTPRequestHandler):
    """Serves one connection; keep-alive is on. Reads requests, meets faults, writes answers."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    @property
    def sandbox(self) -> Sandbox:
        return cast("_Door", self.server).sandbox

    def setup(self) -> None:
        super().setup()
        self.sandbox.connections[self.connection] = False

    def finish(self) -> None:
        self.sandbox.connections.pop(self.connection, None)
        with contextlib.suppress(OSError):
            super().finish()

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError, TimeoutError):
            super().handle()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401  the base class's signature
        """Keep quiet: the record tells it all."""

    def _serve(self) -> None:
        self.sandbox.connections[self.connection] = True
        try:
            self._serve_request()
        finally:
            self.sandbox.connections[self.connection] = False

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815  the base class's names

    def _serve_request(self) -> None:
        target = urllib.parse.urlsplit(self.path)
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not length.isdecimal():
            self.close_connection = True
            self._write(refused(411, "Length Required"))
            return
        form, body = self._read_body(int(length))
        path, api = _api_of(target.path)
        call = Call(
            method=self.command,
            path=path,
            query=tuple(urllib.parse.parse_qsl(target.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body,
            form=form,
        )
        if path == "/" or path.startswith("/_sandbox/"):
            self._write(_own_answer(self.sandbox, call))
        else:
            self._exchange(call, api)

    def _read_body(self, length: int) -> tuple[Form | None, bytes]:
        described = Message()
        described["content-type"] = self.headers.get("Content-Type", "")
        boundary = described.get_param("boundary")
        if described.get_content_type() == "multipart/form-data" and isinstance(boundary, str):
            return read_form(cast("BinaryIO", self.rfile), length, boundary), b""
        return None, self.rfile.read(length)

    # One request and its fault

    def _exchange(self, call: Call, api: _Api) -> None:
        request, fault = self.sandbox.begin(call)
        is_processed = fault is None or fault.is_processed()
        if fault is not None and not is_processed and not self._survives(fault):
            return
        if is_processed or (fault is not None and fault.kind in {"hang", "refuse"}):
            answer = self.sandbox.process(request, lambda: api(self.sandbox.world, call))
        else:
            answer = Answer(status=200, body=b'{"status":"ok"}')
        if fault is not None:
            answer = spoil(fault, answer)
            if is_processed and not self._survives(fault):
                return
        if self.sandbox.shuts_before_answer(request, fault):
            self.close_connection = True
        with self.sandbox.world.lock:
            request.status = answer.status
        self._write(answer, fault)

    def _survives(self, fault: Fault) -> bool:
        """Let the fault of a connection happen. False: nothing is answered."""
        if fault.kind == "reset":
            self._reset()
            return False
        if fault.kind == "hang" and not self._hang(fault):
            self.close_connection = True
            return False
        return True

    def _hang(self, fault: Fault) -> bool:
        """Wait as the fault says. False: the client has gone, or the sandbox is closing."""
        released = self.sandbox.hang_token()
        end = math.inf if fault.seconds is None else time.monotonic() + fault.seconds
        while not released.wait(max(0.0, min(_LOOK_EVERY, end - time.monotonic()))):
            if self._client_has_gone():
                return False
            if time.monotonic() >= end:
                break
        return not self.sandbox.is_closing and not self._client_has_gone()

    def _client_has_gone(self) -> bool:
        try:
            readable, _, _ = select.select([self.connection], [], [], 0)
            return bool(readable) and self.connection.recv(1, socket.MSG_PEEK) == b""
        except (OSError, ValueError):
            return True

    def _reset(self) -> None:
        """RST: closing with linger 0 throws away what is in the buffers."""
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.rfile.close()
        self.connection.close()

    def _write(self, answer: Answer, fault: Fault | None = None) -> None:
        body = answer.body
        try:
            self.send_response(answer.status)
            if answer.status != 204:
                self.send_header("Content-Type", answer.content_type)
                self.send_header("Content-Length", str(len(body)))
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if self.close_connection:
                self.send_header("Connection", "close")
            self.end_headers()
            if fault is not None and fault.kind == "slow":
                released = self.sandbox.hang_token()
                for index in range(len(body)):
                    self.wfile.write(body[index : index + 1])
                    released.wait((fault.seconds or 0.0) / len(body))
            elif fault is not None and fault.kind == "cut_off":
                self.wfile.write(body[: len(body) // 2])
                self.close_connection = True
            else:
                self.wfile.write(body)
        except OSError:
            self.close_connection = True


_Api = Callable[[World, Call], Answer]


def _api_of(path: str) -> tuple[str, _Api]:
    """The path as the record has it, and who answers it."""
    if path.startswith(f"{publer_api.BASE}/"):
        return path.removeprefix(publer_api.BASE), publer_api.answer
    if path.startswith(f"{github_api.BASE}/"):
        return f"/github{path.removeprefix(github_api.BASE)}", github_api.answer
    return path, lambda _world, _call: refused(404, "Not found")


def _own_answer(sandbox: Sandbox, call: Call) -> Answer:
    """The page for people, and two handles for another process."""
    match call.method, call.path:
        case "GET", "/":
            return page.answer(sandbox.record, sandbox.scenario)
        case "GET", "/_sandbox/record":
            return ok(to_json(sandbox.record))
        case "POST", "/_sandbox/reset" if call.is_json():  # which no foreign page can send
            sandbox.reset()
            return ok({"done": True})
    return refused(404, "Not found")
