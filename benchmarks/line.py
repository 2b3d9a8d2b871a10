"""A line with latency in front of a port on loopback: ``python -m benchmarks.line PORT SECONDS``.

``SECONDS`` is a round trip. A connection takes one before its first byte, as TCP's handshake does, and then
each direction half of one. A process of its own, like what it leads to.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from typing import Self

from benchmarks.stage import ROOT

HOST = "127.0.0.1"


class Line:
    """A line to a port, a context manager; ``port`` is its near end."""

    def __init__(self, port: int, seconds: float) -> None:
        self._command = [sys.executable, "-m", "benchmarks.line", str(port), str(seconds)]

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(self._command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        self.port = int(self._process.stdout.readline() if self._process.stdout else "")
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.communicate()


async def serve(port: int, seconds: float) -> None:
    """Lead every connection to the port, until the process ends."""

    async def lead(near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        far, forth = await asyncio.open_connection(HOST, port)
        await asyncio.sleep(seconds)
        await asyncio.gather(_carry(near, forth, seconds / 2), _carry(far, back, seconds / 2))

    server = await asyncio.start_server(lead, HOST)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


async def _carry(source: asyncio.StreamReader, sink: asyncio.StreamWriter, seconds: float) -> None:
    """Bring what comes in to the other end, each piece after that time."""
    clock = asyncio.get_running_loop().time
    under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

    async def arrive() -> None:
        data = b"any"
        while data:
            due, data = await under_way.get()
            await asyncio.sleep(due - clock())
            sink.write(data)
        sink.close()

    async def leave() -> None:
        data = b"any"
        while data:
            data = await source.read(64 * 1024)
            under_way.put_nowait((clock() + seconds, data))

    await asyncio.gather(arrive(), leave())


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2])))
