"""The program with a clock that breaks: a stand-in for any mistake of ours that nobody expects.

``python run_with_a_bug.py time|sleep|wait_for|destructor``: the error's text holds the key and workflow commands.
"""

import os
import sys
import threading
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parents[2])

from publer_publish.app import main  # noqa: E402
from publer_publish.clock import SystemClock  # noqa: E402

BREAKS = sys.argv.pop()


def fail(name: str) -> None:
    if name == BREAKS:
        raise RuntimeError(f"no {os.environ['INPUT_API-KEY']} here\n::error::x\n##[set-env name=a]b")


class BrokenDestructor:
    def __del__(self) -> None:
        fail("destructor")


class BrokenClock(SystemClock):
    def time(self) -> float:
        fail("time")
        BrokenDestructor()
        return super().time()

    def sleep(self, seconds: float) -> None:
        fail("sleep")
        super().sleep(seconds)

    def wait_for(self, event: threading.Event, seconds: float) -> bool:
        fail("wait_for")
        return super().wait_for(event, seconds)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ, sys.stdout, clock=BrokenClock()))
