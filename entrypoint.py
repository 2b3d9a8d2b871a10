"""The container's entrypoint, and the command on a desk: ``python entrypoint.py --help``."""

import gc
import os
import signal
import sys

# What a start imports is no garbage: not looking for some among it brings the first request a tenth nearer.
gc.set_threshold(100_000)

# Importing the program takes a moment, in which PID 1 would ignore SIGTERM and die of SIGINT silently.
early: list[int] = []
for number in (signal.SIGTERM, signal.SIGINT):
    signal.signal(number, lambda received, _frame: early.append(received))

# `python -E` ignores PYTHONPATH but not the script's own directory, which is the only place of our code.
from publer_publish.app import main  # noqa: E402

if __name__ == "__main__":
    code = main(sys.argv[1:], os.environ, sys.stdout, cancelled_early=lambda: bool(early))
    # Nor is it looked through once more at the end, which would take longer than writing the report.
    gc.freeze()
    sys.exit(code)
