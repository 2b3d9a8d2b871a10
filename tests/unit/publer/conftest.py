"""A server that does to a connection exactly what a test wants, and a clock that never really waits."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from publer_publish.clock import Deadline
from publer_publish.publer.api import Publer
from publer_publish.publer.transport import Transport

KEY = "k3y-0f-a-test-0123456789"
WORKSPACE = "66db83154e299efa19a2d8eb"
CERTIFICATE = Path(__file__).with_name("loopback.pem")


class TestClock:
    """Sleeping moves the time, nothing else does."""

    __test__ = False

    def __init__(self) -> None:
        self.now = 1_800_000_000.0
        self.sleeps: list[float] = []

    def time(self) -> float:
        return self.now

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.now += seconds

    def wait_for(self, event: threading.Event, seconds: float) -> bool:
        """Really: a socket knows no other time."""
        return event.wait(seconds)


class Request:
    """One request as it arrived."""

    def __init__(self, raw: bytes) -> None:
        head, _, self.body = raw.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        self.method, self.target, _ = first.split(" ", 2)
        self.headers = {
            name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
        }

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Behaviour = Callable[[socket.socket], None]


def answer(status: int = 200, body: Any = None, *, headers: str = "", raw: bytes | None = None) -> Behaviour:
    """Answer properly and keep the connection."""

    def behave(sock: socket.socket) -> None:
        content = json.dumps({} if body is None else body).encode() if raw is None else raw
        sock.sendall(
            f"HTTP/1.1 {status} X\r\nContent-Length: {len(content)}\r\n{headers}\r\n".encode() + content
        )

    return behave


def bytes_then_close(data: bytes) -> Behaviour:
    def behave(sock: socket.socket) -> None:
        sock.sendall(data)
        raise ConnectionAbortedError

    return behave


def close(_: socket.socket) -> None:
    raise ConnectionAbortedError


def reset(sock: socket.socket) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    raise ConnectionAbortedError


def hang(sock: socket.socket) -> None:
    """Say nothing until the other side gives up."""
    with contextlib.suppress(OSError):
        while sock.recv(65536):
            pass
    raise ConnectionAbortedError


def dribble(prefix: bytes, piece: bytes) -> Behaviour:
    """Send a little all the time and never come to an end."""

    def behave(sock: socket.socket) -> None:
        sock.settimeout(0.02)
        with contextlib.suppress(OSError):
            sock.sendall(prefix)
            while True:
                sock.sendall(piece)
                with contextlib.suppress(TimeoutError):
                    if not sock.recv(65536):
                        break
        raise ConnectionAbortedError

    return behave


class Server:
    """Listens on loopback; the n-th request gets the n-th behaviour, later ones the last."""

    def __init__(self, *behaviours: Behaviour, tls: bool = False, on_accept: Behaviour | None = None) -> None:
        self.requests: list[Request] = []
        self.connections = 0
        self._behaviours = list(behaviours)
        self._on_accept = on_accept
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if tls else None
        if self._tls:
            self._tls.load_cert_chain(CERTIFICATE)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}/api/v1"

    def stop(self) -> None:
        for sock in [self._listener, *self._open]:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            if sock is self._listener:
                sock.close()
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                self.connections += 1
                self._open.append(sock)
                thread = threading.Thread(target=self._serve, args=(sock,), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _serve(self, sock: socket.socket) -> None:
        try:
            if self._on_accept:
                self._on_accept(sock)
            if self._tls:
                sock = self._tls.wrap_socket(sock, server_side=True)
                self._open.append(sock)
            while raw := _read_request(sock):
                self.requests.append(Request(raw))
                index = min(len(self.requests), len(self._behaviours)) - 1
                self._behaviours[index](sock)
        except OSError:
            pass
        finally:
            sock.close()


def _read_request(sock: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = sock.recv(65536)
        if not piece:
            return b""
        data += piece
    head = data.partition(b"\r\n\r\n")[0].lower()
    length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
    while len(data) < len(head) + 4 + length:
        piece = sock.recv(65536)
        if not piece:
            return b""
        data += piece
    return data


class Bench:
    """Everything a test of the transport or the client needs."""

    def __init__(self) -> None:
        self.clock = TestClock()
        self.lines: list[str] = []
        self._stack = contextlib.ExitStack()
        self.answer, self.bytes_then_close, self.dribble = answer, bytes_then_close, dribble
        self.close, self.reset, self.hang = close, reset, hang
        self.key, self.workspace, self.certificate = KEY, WORKSPACE, CERTIFICATE

    def serve(self, *behaviours: Behaviour, tls: bool = False, on_accept: Behaviour | None = None) -> Server:
        server = Server(*behaviours, tls=tls, on_accept=on_accept)
        self._stack.callback(server.stop)
        return server

    def transport(self, url: str, workspace: str = WORKSPACE) -> Transport:
        return self._stack.enter_context(
            contextlib.closing(Transport(url, KEY, workspace, self.clock, self.lines.append))
        )

    def publer(self, url: str) -> Publer:
        return Publer(self.transport(url))

    def deadline(self, seconds: float = 30.0) -> Deadline:
        return Deadline.after(self.clock, seconds)

    def shut_port(self) -> int:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port: int = listener.getsockname()[1]
        return port


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    for name in (
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "NO_PROXY",
        "REQUESTS_CA_BUNDLE",
        "CURL_CA_BUNDLE",
        "NETRC",
    ):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    made = Bench()
    with made._stack:
        yield made
