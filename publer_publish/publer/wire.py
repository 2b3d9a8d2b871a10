"""Knowing for certain whether a request left, and never waiting longer than allowed.

What requests raises does not say: ``ConnectionError`` is a refused connection as well as one that was reset
after Publer took the request. So the connection itself takes a note at the one moment that matters: when it
is established and the first byte of the request is about to go.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from typing import Any, BinaryIO, TypeAlias

from requests.adapters import HTTPAdapter
from requests.exceptions import InvalidSchema
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NewConnectionError

from publer_publish.clock import Clock
from publer_publish.errors import ServiceError

Foreign: TypeAlias = Any
"""What belongs to a library and only passes through."""

STILL_WAITING_EVERY = 10.0
"""Seconds between two calls of ``on_waiting``."""


class Wire:
    """The state of the one connection while one request is on it."""

    def __init__(self) -> None:
        self.established = False
        """From here on the request may have been taken."""
        self.cut = False
        """We ended it ourselves because the time was up."""
        self.patience = 0.0
        """Seconds that sending a piece of the request may take."""
        self._socket: Foreign = None

    def begin(self, patience: float) -> None:
        self.established = self.cut = False
        self.patience = patience

    def opened(self, sock: Foreign) -> None:
        self._socket = sock

    def ready(self, sock: Foreign) -> None:
        """The first byte is about to go. Raises ``TimeoutError`` if we have ended the connection before."""
        if self.cut:
            raise TimeoutError
        self.established = True
        self._socket = sock
        sock.settimeout(self.patience)

    def stop(self) -> None:
        """End whatever is going on: pending reads and writes see the end of the connection."""
        self.cut = True
        # TLS inside TLS has no socket of its own.
        sock = getattr(self._socket, "socket", self._socket)
        if isinstance(sock, socket.socket):
            with contextlib.suppress(OSError):
                # Below the TLS layer: SSLSocket.shutdown would drop encryption under a running write.
                socket.socket.shutdown(sock, socket.SHUT_RDWR)


class Watch:
    """Cuts the wire after ``seconds``, however slowly bytes keep dribbling in; says when it takes long."""

    def __init__(
        self,
        wire: Wire,
        clock: Clock,
        seconds: float,
        on_waiting: Callable[[float], None],
        every: float = STILL_WAITING_EVERY,
    ) -> None:
        self._wire, self._left, self._on_waiting = wire, min(seconds, threading.TIMEOUT_MAX), on_waiting
        self._clock = clock
        self._every = every
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="publer-watch", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        # So that it can never cut the next request on the same wire.
        self._thread.join()

    def _run(self) -> None:
        waited = 0.0
        while not self._clock.wait_for(self._over, nap := min(self._every, self._left - waited)):
            waited += nap
            if waited >= self._left:
                self._wire.stop()
                return
            self._on_waiting(waited)


class WatchedAdapter(HTTPAdapter):
    """Requests' adapter over connections that take notes on a ``Wire``; one connection, no retries."""

    def __init__(self, wire: Wire) -> None:
        self._pools = _watched_pools(wire)
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, *args: Foreign, **kwargs: Foreign) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: Foreign, **kwargs: Foreign) -> Foreign:
        if str(proxy).lower().startswith("socks"):
            raise InvalidSchema("a SOCKS proxy is not supported")
        manager = super().proxy_manager_for(proxy, **kwargs)
        manager.pool_classes_by_scheme = self._pools
        return manager


def _watched_pools(wire: Wire) -> dict[str, type[HTTPConnectionPool]]:
    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            try:
                sock = super()._new_conn()
            except NewConnectionError as error:
                # Accepted and reset so quickly that connect() itself reports the reset; TLS has not begun.
                is_secure = isinstance(self, HTTPSConnection)
                wire.established = isinstance(error.__cause__, ConnectionResetError) and not is_secure
                raise
            wire.opened(sock)
            return sock

        def request(self, *args: Foreign, **kwargs: Foreign) -> None:
            if self.sock is None:
                self.connect()
            wire.ready(self.sock)
            super().request(*args, **kwargs)

    class Secure(Plain, HTTPSConnection):
        """The same with TLS."""

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


class _Exactly:
    """The next ``size`` bytes of a stream: the length that was announced is the length that is sent."""

    def __init__(self, name: str, stream: BinaryIO, size: int) -> None:
        self._name = name
        self._stream = stream
        self.len = size
        """Bytes still to come; the encoder asks for it."""

    def read(self, size: int = -1) -> bytes:
        wanted = self.len if size < 0 else min(size, self.len)
        piece = self._stream.read(wanted)
        if wanted and not piece:
            raise ServiceError(
                f"{self._name} became shorter while it was sent.",
                hint="Another step or program is still writing to it: let it finish first.",
            )
        self.len -= len(piece)
        return piece


def multipart(
    name: str, stream: BinaryIO, size: int, content_type: str, on_progress: Callable[[int, int], None]
) -> Foreign:
    """Make the body of ``POST /media``, a stream with a length; ``on_progress`` gets bytes sent, and all."""
    import requests_toolbelt  # noqa: PLC0415  (only runs with files need it)

    file = (name, _Exactly(name, stream, size), content_type)
    fields = [("direct_upload", "false"), ("in_library", "false"), ("file", file)]
    encoder = requests_toolbelt.MultipartEncoder(fields)
    return requests_toolbelt.MultipartEncoderMonitor(
        encoder, lambda monitor: on_progress(monitor.bytes_read, monitor.len)
    )
