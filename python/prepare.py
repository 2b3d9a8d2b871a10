"""Install the locked requirements into an environment of their own, once for each runner and lock.

``python -I prepare.py``: the path of its Python becomes the step's output ``python``.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

LOCK = Path(__file__).resolve().parents[1] / "requirements" / "runtime.txt"
HINT = "On Debian and Ubuntu it needs the package python3-venv; actions/setup-python brings all of it."


def main() -> int:
    """Return the exit code."""
    key = hashlib.sha256(LOCK.read_bytes() + sys.version.encode()).hexdigest()[:16]
    home = Path(os.environ.get("RUNNER_TEMP") or tempfile.gettempdir()) / f"publer-publish-{key}"
    python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    ready = home / "ready"
    if not ready.exists():
        # -I: else `-m` looks into the checkout first.
        venv = ("-I", "-m", "venv", "--clear", str(home))
        pip = ("-I", "-m", "pip", "--disable-pip-version-check", "--quiet", "install")
        locked = ("--require-hashes", "--no-deps", "--only-binary", ":all:", "--no-input", "-r", str(LOCK))
        for command in ([sys.executable, *venv], [str(python), *pip, *locked]):
            if subprocess.run(command, check=False).returncode:
                sys.stdout.write(
                    f"::error::The requirements of publer-publish could not be installed. {HINT}\n"
                )
                return 1
        ready.touch()
    with Path(os.environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as output:
        output.write(f"python={python}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
