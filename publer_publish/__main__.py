"""The start of the program: of the image, of ``publer-publish`` and of ``python -m publer_publish``."""

import gc
import os
import signal
import sys
from contextlib import suppress
from typing import NoReturn

from publer_publish.supervisor import supervise

NOT_FOR_US = (
    "NETRC",
    "OPENSSL_CONF",
    "OPENSSL_CONF_INCLUDE",
    "OPENSSL_ENGINES",
    "OPENSSL_MODULES",
    "SSLKEYLOGFILE",
)
"""Variables that our libraries would obey: keys to send, code to load, a file to write the keys of TLS into.

An earlier step may have set them for all that follow. Proxies and certificates stay.
"""


def start() -> NoReturn:
    """Run the program, and end with its exit code."""
    # Before `ssl` is imported.
    for name in NOT_FOR_US:
        os.environ.pop(name, None)

    # What a start imports is no garbage: looking for some in it would delay the first request by a tenth.
    gc.set_threshold(100_000)

    # Importing the program takes a moment, in which PID 1 would ignore SIGTERM and die of SIGINT silently.
    early: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _frame: early.append(received))

    # While there is little to be copied.
    process = supervise(early)

    from publer_publish.app import main  # noqa: PLC0415  (signals are caught before)

    code = main(sys.argv[1:], os.environ, sys.stdout, process=process, cancelled_early=lambda: bool(early))
    for stream in filter(None, (sys.stdout, sys.stderr)):
        with suppress(OSError):
            stream.flush()
    # Python would take everything down piece by piece, which takes longer than to write the report; and its
    # handlers first, so that a signal could still turn a good end into another one.
    os._exit(code)


if __name__ == "__main__":
    start()
