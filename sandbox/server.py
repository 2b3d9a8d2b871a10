"""The sandbox itself: an engine behind a port on loopback."""

from __future__ import annotations

import contextlib
import socket
import threading
from types import TracebackType
from typing import Any, Self

from sandbox import github_api, publer_api
from sandbox.clock import Clock
from sandbox.engine import Engine
from sandbox.scenario import Scenario
from sandbox.wire import HOST, Door


class Sandbox(Engine):
    """A Publer stand-in on a loopback port; a context manager.

    ``url`` is for ``api-url``; ``github_url`` stands for ``GITHUB_API_URL``; ``record`` tells
    what came in and what is really published; faults may be added at any time.
    """

    def __init__(
        self, scenario: Scenario | None = None, *, clock: Clock | None = None, port: int = 0
    ) -> None:
        super().__init__(scenario, clock)
        self.cleanup = contextlib.ExitStack()
        """Closed together with the sandbox."""
        self._asked_port = port
        self._holder: socket.socket | None = None
        self._door: Door | None = None
        self._door_lock = threading.RLock()

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
            self.open_later(refusal)
        return self

    def close(self) -> None:
        """Stop listening, end every connection, let go of everything that hangs."""
        self.is_closing = True
        self.release_hangs()
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

    def comments(self) -> list[dict[str, Any]]:
        """Those of the pull request at the GitHub stand-in."""
        with self.world.lock:
            return [dict(comment) for comment in self.world.github_comments]

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
