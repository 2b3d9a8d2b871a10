"""Runs the program and notes, without a clock, what its start costs: modules, and looks at the post file.

``python startup_probe.py REPORT``: the program's own inputs are in the environment, as the runner sets them.
"""

import json
import os
import runpy
import sys
from pathlib import Path
from types import FrameType
from typing import NoReturn

ROOT = Path(__file__).resolve().parents[2]
REPORT = Path(sys.argv[1])
POST = "post.yml"

before = set(sys.modules)
opened: list[str] = []
looked: list[str] = []
"""The calls of the stat family by functions that have the post file's name in hand."""
at_first_request: list[str] = []


def watch(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open" and str(arguments[0]).endswith(POST):
        opened.append(str(arguments[0]))
    elif event == "socket.connect" and not at_first_request:
        at_first_request.extend(set(sys.modules) - before)


def watch_calls(frame: FrameType, event: str, called: object) -> None:
    """There is no audit event for stat; the profiler sees calls of C functions, but not their arguments."""
    if event == "c_call" and called in STATS and any(map(is_post, frame.f_locals.values())):
        looked.append(f"{getattr(called, '__name__', '')} in {frame.f_code.co_name}")


def is_post(value: object) -> bool:
    return isinstance(value, str | Path) and str(value).endswith(POST)


STATS = (os.stat, os.lstat, os.fstat, os.access)

sys.addaudithook(watch)
sys.argv = [str(ROOT / "entrypoint.py")]
sys.path[0] = str(ROOT)
end, supervisor = os._exit, os.getpid()


def report_and_end(status: int) -> NoReturn:
    """The program is the child; its supervisor ends in the same way."""
    sys.setprofile(None)
    if os.getpid() != supervisor:
        all_modules = list(set(sys.modules) - before)
        found = {"opened": opened, "looked": looked, "first": at_first_request, "all": all_modules}
        REPORT.write_text(json.dumps(found), encoding="utf-8")
    end(status)


os._exit = report_and_end
sys.setprofile(watch_calls)
runpy.run_path(sys.argv[0], run_name="__main__")
