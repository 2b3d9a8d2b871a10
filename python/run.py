"""Start the program with the inputs of ``action.yml``, as the runner passes them to a container.

Shells drop variables with a hyphen in their name, so ``INPUT_POST-FILE`` comes as ``PUBLER_INPUT_POST_FILE``.
"""

import os
import sys
from pathlib import Path

PREFIX = "PUBLER_INPUT_"

for name in [name for name in os.environ if name.startswith(PREFIX)]:
    os.environ["INPUT_" + name.removeprefix(PREFIX).replace("_", "-")] = os.environ.pop(name)

# The program of this very commit, which lies beside this directory; never one that is installed.
sys.path[0] = str(Path(__file__).resolve().parents[1])

from publer_publish.__main__ import start  # noqa: E402

if __name__ == "__main__":
    start()
