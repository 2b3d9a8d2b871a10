"""Count coverage in every Python process that the tests start: `start`, then the tests, then `report`.

The tests run the program as a runner does: with an environment of its own, in a foreign directory and
with -E. What coverage hands on through the environment is lost there. A .pth file in the virtual
environment is not: each interpreter reads it when it starts.
"""

import json
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOOK = Path(sysconfig.get_path("purelib")) / "publer_publish_coverage.pth"
DATA = ROOT / "build" / "coverage" / ".coverage"
WITHOUT = "WITHOUT_COVERAGE"
"""The variable that leaves a process out: coverage itself loads OpenSSL before our first line."""
LEAST = 95.0
"""Percent, for statements and for branches on their own."""


def start() -> None:
    DATA.parent.mkdir(parents=True, exist_ok=True)
    for old in DATA.parent.glob(".coverage*"):
        old.unlink()
    code = (
        f"os.environ['COVERAGE_PROCESS_START'] = {str(ROOT / 'pyproject.toml')!r}; "
        f"os.environ['COVERAGE_FILE'] = {str(DATA)!r}; "
        "import coverage; coverage.process_startup()"
    )
    HOOK.write_text(
        f"import os; '{WITHOUT}' in os.environ or exec({code!r})\n",
        encoding="utf-8",
    )


def report() -> int:
    HOOK.unlink(missing_ok=True)
    _coverage("combine", "--quiet", str(DATA.parent))
    _coverage("report", "--fail-under=0")
    _coverage("json", "--quiet", "--fail-under=0", "-o", str(DATA.with_name("coverage.json")))
    totals = json.loads(DATA.with_name("coverage.json").read_text(encoding="utf-8"))["totals"]
    statements = 100 * totals["covered_lines"] / totals["num_statements"]
    branches = 100 * totals["covered_branches"] / totals["num_branches"]
    sys.stdout.write(
        f"statements {statements:.1f} %, branches {branches:.1f} %, at least {LEAST:.0f} % of each wanted\n"
    )
    return int(min(statements, branches) < LEAST)


def _coverage(command: str, *arguments: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "coverage", command, f"--data-file={DATA}", *arguments], cwd=ROOT, check=True
    )


if __name__ == "__main__":
    sys.exit({"start": start, "report": report}[sys.argv[1]]())
