"""The start of the program: of the image, of ``publer-publish`` and of ``python -m publer_publish``."""

import gc
import os
import signal
import sys


def start() -> int:
    """Run the program and return its exit code."""
    # What a start imports is no garbage: looking for some in it would delay the first request by a tenth.
    gc.set_threshold(100_000)

    # Importing the program takes a moment, in which PID 1 would ignore SIGTERM and die of SIGINT silently.
    early: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _frame: early.append(received))

    from publer_publish.app import main  # noqa: PLC0415  (signals are caught before)

    code = main(sys.argv[1:], os.environ, sys.stdout, cancelled_early=lambda: bool(early))
    # Nor is it looked through once more at the end, which would take longer than writing the report.
    gc.freeze()
    return code


if __name__ == "__main__":
    sys.exit(start())
