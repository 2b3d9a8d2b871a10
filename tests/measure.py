"""Count branch coverage in every Python process that the tests start: `measure.py start`, tests, `measure.py stop`.

The tests run the program as a runner does: with an environment of its own, in a foreign directory and
with -E. What coverage hands on through the environment is lost there. A .pth file in the virtual
environment is not: each interpreter reads it when it starts.
"""

import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOOK = Path(sysconfig.get_path("purelib")) / "publer_publish_coverage.pth"
DATA = ROOT / "build" / "coverage" / ".coverage"


def start() -> None:
    HOOK.write_text(
        "import os; "
        f"os.environ['COVERAGE_PROCESS_START'] = {str(ROOT / 'pyproject.toml')!r}; "
        f"os.environ['COVERAGE_FILE'] = {str(DATA)!r}; "
        "import coverage; coverage.process_startup()\n",
        encoding="utf-8",
    )


def stop() -> None:
    HOOK.unlink(missing_ok=True)


if __name__ == "__main__":
    {"start": start, "stop": stop}[sys.argv[1]]()
