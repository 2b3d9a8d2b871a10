"""The container's entrypoint; from a checkout also the command line: ``python entrypoint.py --help``."""

# `python -E` ignores PYTHONPATH but not the script's own directory, which is the only place of our code.
from publer_publish.__main__ import start

if __name__ == "__main__":
    start()
