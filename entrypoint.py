"""The container's entrypoint, and the command on a desk: ``python entrypoint.py --help``."""

import os
import sys

# `python -E` ignores PYTHONPATH but not the script's own directory, which is the only place of our code.
from publer_publish.app import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ, sys.stdout))
