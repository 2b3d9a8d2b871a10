"""Runs the program and notes, without a clock, what its start costs: modules and opened files.

``python startup_probe.py REPORT``: the program's own inputs are in the environment, as the runner sets them.
"""

import json
import runpy
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REPORT = Path(sys.argv[1])
POST = "post.yml"

before = set(sys.modules)
opened: list[str] = []
at_first_request: list[str] = []


def watch(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open" and str(arguments[0]).endswith(POST):
        opened.append(str(arguments[0]))
    elif event == "socket.connect" and not at_first_request:
        at_first_request.extend(set(sys.modules) - before)


sys.addaudithook(watch)
sys.argv = [str(ROOT / "entrypoint.py")]
sys.path[0] = str(ROOT)
code: object = 1
try:
    runpy.run_path(sys.argv[0], run_name="__main__")
except SystemExit as end:
    code = end.code
found = {"opened": opened, "first": at_first_request, "all": list(set(sys.modules) - before)}
REPORT.write_text(json.dumps(found), encoding="utf-8")
sys.exit(code)  # type: ignore[arg-type]
