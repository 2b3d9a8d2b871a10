"""A line with latency to a port on loopback: ``python -m benchmarks.line PORT SECONDS``; prints its near end's port.

``SECONDS`` is a round trip. A connection takes one before its first byte, as TCP's handshake does, and then
each direction half of one.
"""

import asyncio
import sys

HOST = "127.0.0.1"


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
    loop = asyncio.get_running_loop()
    while data := await source.read(64 * 1024):
        loop.call_later(seconds, sink.write, data)
    loop.call_later(seconds, sink.close)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2])))
