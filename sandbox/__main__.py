"""``python -m sandbox``: a Publer stand-in for people, with a page that shows what was published."""

from __future__ import annotations

import argparse
import errno
import os
import signal
import sys
import threading
from pathlib import Path

from sandbox.forms import FormError
from sandbox.replay import replay
from sandbox.scenario import GitHub, Release, Scenario
from sandbox.server import Sandbox

_PYTHON = sys.executable.removeprefix(f"{Path.cwd()}{os.sep}")
"""This Python as one types it here: the one that has what the program needs."""


def main(arguments: list[str] | None = None) -> int:
    """Serve until interrupted, or play a log back."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=8930, help="0: any free one (default: %(default)s)")
    parser.add_argument("--scenario", type=Path, metavar="FILE", help="a scenario in its JSON form")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    again = commands.add_parser("replay", help="play back what Publer did in a run, from its debug log")
    again.add_argument("log", type=Path, metavar="LOG")
    again.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="write the post file and the scenario there"
    )
    options = parser.parse_args(arguments)
    if options.command == "replay":
        return replay(options.log, options.keep)
    # SIGINT too: what a script starts in the background inherits that it is ignored.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        text = options.scenario.read_text(encoding="utf-8") if options.scenario else ""
        scenario = Scenario.from_json(text) if text else Scenario(github=GitHub(releases=(Release(),)))
        with Sandbox(scenario, port=options.port) as sandbox:
            print(_greeting(sandbox), flush=True)
            threading.Event().wait()
    except KeyboardInterrupt:
        print()
    except (FormError, OSError) as problem:
        print(f"sandbox: {problem}", file=sys.stderr)
        if isinstance(problem, OSError) and problem.errno == errno.EADDRINUSE:
            print(
                f"Another one may be running. On a free port: {_PYTHON} -m sandbox --port 0", file=sys.stderr
            )
        return 1
    return 0


def _greeting(sandbox: Sandbox) -> str:
    workspace = sandbox.scenario.workspaces[0]
    accounts = "\n".join(f"  {one.id}  {one.provider}/{one.name}" for one in workspace.accounts)
    return f"""Publer sandbox: {sandbox.root_url}/  (what was published)

Publish to it from another terminal:

  export PUBLER_API_KEY={sandbox.scenario.api_key}
  export PUBLER_WORKSPACE_ID={workspace.id}
{_release(sandbox)}  {_PYTHON} entrypoint.py publish --api-url {sandbox.url} examples/simple.publer.yml

Accounts in {workspace.name}:
{accounts}

Ctrl-C ends it."""


def _release(sandbox: Sandbox) -> str:
    """What makes a post about a release work: where it is looked up, and its repository and tag."""
    first = next(iter(sandbox.scenario.github.releases), None)
    if first is None:
        return ""
    return f"""  export GITHUB_API_URL={sandbox.github_url}
  export GITHUB_REPOSITORY={first.repository}    # for posts about a release: --variables tag={first.tag_name}
"""


if __name__ == "__main__":
    sys.exit(main())
