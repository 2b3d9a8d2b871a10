"""One connection: reading requests, meeting faults, writing answers."""

from __future__ import annotations

import contextlib
import math
import select
import socket
import struct
import threading
import time
import urllib.parse
from dataclasses import replace
from email.message import Message
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, BinaryIO, cast

from sandbox import control, github_api, publer_api
from sandbox.answers import Answer, Call, refused
from sandbox.engine import Engine
from sandbox.faults import Fault
from sandbox.multipart import Form, UploadError, read_form
from sandbox.spoiling import spoil

HOST = "127.0.0.1"
MAX_JSON = 16 * 1024 * 1024
_WRITE_CHUNK = 256 * 1024
_LOOK_EVERY = 0.02


class Door(ThreadingHTTPServer):
    """A listening socket. Each opening of the sandbox's port is a new one."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, engine: Engine, port: int) -> None:
        self.engine = engine
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
        self.engine.note_error()

    def shut(self) -> None:
        """Refuse new connections from now on."""
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.shutdown()
        self.server_close()


class Handler(BaseHTTPRequestHandler):
    """Serves one connection; keep-alive is on."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    @property
    def engine(self) -> Engine:
        return cast("Door", self.server).engine

    def setup(self) -> None:
        super().setup()
        self.engine.connections.add(self.connection)

    def finish(self) -> None:
        self.engine.connections.discard(self.connection)
        with contextlib.suppress(OSError):
            super().finish()

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError, TimeoutError):
            super().handle()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401  the base class's signature
        """Keep quiet: the record tells it all."""

    def version_string(self) -> str:
        return "sandbox"

    def _serve(self) -> None:
        self.engine.connections.mark(self.connection, busy=True)
        try:
            self._serve_request()
        finally:
            self.engine.connections.mark(self.connection, busy=False)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _serve  # noqa: N815  the base class's names

    def _serve_request(self) -> None:
        target = urllib.parse.urlsplit(self.path)
        query = tuple(urllib.parse.parse_qsl(target.query, keep_blank_values=True))
        is_control = target.path == "/" or target.path.startswith("/_sandbox")
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not length.isdecimal():
            self.close_connection = True
            self._write(refused(411, "Length Required"))
            return
        form, form_problem, body = self._read_body(int(length))
        call = Call(
            method=self.command,
            path=target.path if is_control else _local(target.path),
            query=query,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body,
            form=form,
            form_problem=form_problem,
        )
        if is_control:
            self._write(control.answer(self.engine, call))
        else:
            self._exchange(call, target.path)

    def _read_body(self, length: int) -> tuple[Form | None, str, bytes]:
        described = Message()
        described["content-type"] = self.headers.get("Content-Type", "")
        boundary = described.get_param("boundary")
        if described.get_content_type() == "multipart/form-data" and isinstance(boundary, str):
            try:
                return read_form(cast("BinaryIO", self.rfile), length, boundary), "", b""
            except UploadError as problem:
                return None, str(problem), b""
        body = self.rfile.read(min(length, MAX_JSON))
        for _ in range(0, length - len(body), MAX_JSON):
            self.rfile.read(min(MAX_JSON, length - len(body)))
        return None, "", body

    # One request and its fault

    def _exchange(self, call: Call, full_path: str) -> None:
        request, fault = self.engine.begin(call)
        is_processed = fault is None or fault.is_processed()
        if fault is not None and not is_processed and not self._survives(fault):
            return
        if is_processed or (fault is not None and fault.kind in {"hang", "refuse"}):
            answer = self.engine.process(request, lambda: _api_answer(self.engine, call, full_path))
        else:
            answer = Answer(status=200, body=b'{"status":"ok"}')
        if fault is not None:
            answer = spoil(fault, answer)
            if is_processed and not self._survives(fault):
                return
        if self.engine.shuts_before_answer(request, fault):
            self.close_connection = True
        with self.engine.world.lock:
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
        released = self.engine.hang_token()
        end = math.inf if fault.seconds is None else time.monotonic() + fault.seconds
        while not released.wait(max(0.0, min(_LOOK_EVERY, end - time.monotonic()))):
            if self._client_has_gone():
                return False
            if time.monotonic() >= end:
                break
        return not self.engine.is_closing and not self._client_has_gone()

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
        self.engine.connections.discard(self.connection)
        self.rfile.close()
        self.connection.close()

    # Writing

    def _write(self, answer: Answer, fault: Fault | None = None) -> None:
        kind = fault.kind if fault else ""
        try:
            self._write_head(answer)
            if self.command == "HEAD":
                return
            if kind == "cut_off":
                self.wfile.write(answer.body[: len(answer.body) // 2])
                self.close_connection = True
            elif kind == "slow" and fault is not None:
                self._dribble(answer.body, fault.seconds or 0.0)
            else:
                for start in range(0, len(answer.body), _WRITE_CHUNK):
                    self.wfile.write(answer.body[start : start + _WRITE_CHUNK])
        except OSError:
            self.close_connection = True

    def _write_head(self, answer: Answer) -> None:
        try:
            phrase = HTTPStatus(answer.status).phrase
        except ValueError:
            phrase = "Unknown"
        self.send_response(answer.status, phrase)
        if answer.body or answer.status not in {204, 304}:
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(answer.body)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()

    def _dribble(self, body: bytes, seconds: float) -> None:
        released = self.engine.hang_token()
        for index in range(len(body)):
            self.wfile.write(body[index : index + 1])
            released.wait(seconds / len(body))


def _local(path: str) -> str:
    if path.startswith(publer_api.BASE + "/"):
        return path.removeprefix(publer_api.BASE)
    if path.startswith(github_api.BASE + "/"):
        return "/github" + path.removeprefix(github_api.BASE)
    return path


def _api_answer(engine: Engine, call: Call, full_path: str) -> Answer:
    if full_path.startswith(publer_api.BASE + "/"):
        return publer_api.answer(engine.world, call)
    if full_path.startswith(github_api.BASE + "/"):
        return github_api.answer(engine.world, replace(call, path=call.path.removeprefix("/github")))
    return refused(404, "Not found")
