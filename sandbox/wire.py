"""One connection: reading requests, meeting faults, writing answers."""

from __future__ import annotations

import contextlib
import math
import select
import socket
import struct
import time
import urllib.parse
from email.message import Message
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from sandbox import control, github_api, publer_api
from sandbox.answers import Answer, Call, parsed_json, refused
from sandbox.faults import Fault
from sandbox.multipart import Form, UploadError, read_form
from sandbox.record import Request
from sandbox.spoiling import spoil

if TYPE_CHECKING:
    from sandbox.server import Door, Sandbox

MAX_JSON = 16 * 1024 * 1024
_WRITE_CHUNK = 256 * 1024
_LOOK_EVERY = 0.02


class Handler(BaseHTTPRequestHandler):
    """Serves one connection; keep-alive is on."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    @property
    def sandbox(self) -> Sandbox:
        return cast("Door", self.server).sandbox

    def setup(self) -> None:
        super().setup()
        self.sandbox.connections.add(self.connection)

    def finish(self) -> None:
        self.sandbox.connections.discard(self.connection)
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
        self.sandbox.connections.mark(self.connection, busy=True)
        try:
            self._serve_request()
        finally:
            self.sandbox.connections.mark(self.connection, busy=False)

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
            self._write(control.answer(self.sandbox, call))
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
        request, fault = self.sandbox.begin(call)
        if fault is not None and not self._survives_before(fault):
            return
        if fault is None or fault.is_processed() or fault.kind in {"hang", "refuse"}:
            answer = self.sandbox.process(request, lambda: _api_answer(self.sandbox, call, full_path))
        else:
            answer = Answer(status=200, body=b'{"status":"ok"}')
        if fault is not None:
            answer = spoil(fault, answer)
            if not self._survives_after(fault):
                return
        self.sandbox.before_answer(request, fault, self)
        with self.sandbox.world.lock:
            request.status = answer.status
        self._write(answer, fault)

    def _survives_before(self, fault: Fault) -> bool:
        if fault.is_processed():
            return True
        if fault.kind == "reset":
            self._reset()
            return False
        if fault.kind == "hang" and not self._hang(fault):
            self.close_connection = True
            return False
        return True

    def _survives_after(self, fault: Fault) -> bool:
        if not fault.is_processed():
            return True
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
        self.sandbox.connections.discard(self.connection)
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
        released = self.sandbox.hang_token()
        for index in range(len(body)):
            self.wfile.write(body[index : index + 1])
            released.wait(seconds / len(body))


def _local(path: str) -> str:
    if path.startswith(publer_api.BASE + "/"):
        return path.removeprefix(publer_api.BASE)
    if path.startswith(github_api.BASE + "/"):
        return "/github" + path.removeprefix(github_api.BASE)
    return path


def _api_answer(sandbox: Sandbox, call: Call, full_path: str) -> Answer:
    if full_path.startswith(publer_api.BASE + "/"):
        return publer_api.answer(sandbox.world, call)
    if full_path.startswith(github_api.BASE + "/"):
        below = Call(
            method=call.method,
            path=call.path.removeprefix("/github"),
            query=call.query,
            headers=call.headers,
        )
        return github_api.answer(sandbox.world, below)
    return refused(404, "Not found")


def described_body(call: Call) -> Any:  # noqa: ANN401  any JSON value
    """What the record keeps of a body."""
    if call.form is not None:
        files = {
            file.field: {"name": file.name, "size": file.size, "sha256": file.sha256}
            for file in call.form.files
        }
        return {**call.form.fields, **files}
    if not call.body:
        return None
    try:
        return parsed_json(call.body)
    except ValueError:
        return call.body.decode("utf-8", "replace")


def redacted(call: Call, secrets: tuple[str, ...]) -> dict[str, str]:
    """The headers, without credentials."""
    headers = {}
    for name, value in call.headers.items():
        shown = value
        if name in {"authorization", "cookie"}:
            shown = value.partition(" ")[0] + " ***" if " " in value else "***"
        for secret in secrets:
            shown = shown.replace(secret, "***") if secret else shown
        headers[name] = shown
    return headers


def new_request(number: int, now: float, call: Call, secrets: tuple[str, ...]) -> Request:
    """The record of a request that has just come in."""
    return Request(
        number=number,
        time=now,
        method=call.method,
        path=call.path,
        query=list(call.query),
        headers=redacted(call, secrets),
        body=described_body(call),
    )
