"""The command line: the same inputs as flags, for a desk."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from publer_publish import __version__
from publer_publish.config import INPUTS, Mode

_COMMANDS = {
    Mode.PUBLISH: "publish post files now",
    Mode.VALIDATE: "check post files for each network; needs no key, sends nothing",
    Mode.DOCTOR: "check key, plan, workspace, selectors and rate limit; posts nothing",
    Mode.ACCOUNTS: "list the accounts of the workspace with their ids",
}
_HELP = {
    "text": "a post without a file",
    "accounts": "an account selector for posts that name none; may be repeated",
    "variables": "a value for templates, name=value; may be repeated",
    "api-key": "better set PUBLER_API_KEY: other users of this machine can see arguments",
    "workspace-id": "or PUBLER_WORKSPACE_ID; may be left out when the key sees one workspace",
    "fail-on": "any, all or never",
    "on-duplicate": "skip, fail or publish",
    "duplicate-window": "how far back to look for the same post; 0 turns the look-up off",
    "timeout": "how long to wait for one request's job",
    "preview-file": "write a page that shows every post as each network would, such as preview.html",
    "github-token": "or GITHUB_TOKEN; only to look up a release",
    "api-url": "where Publer's API is",
}
_UNUSED = {
    Mode.VALIDATE: {
        "api-key",
        "workspace-id",
        "fail-on",
        "on-duplicate",
        "duplicate-window",
        "timeout",
        "api-url",
    },
    Mode.DOCTOR: {"fail-on", "on-duplicate", "duplicate-window", "preview-file"},
    Mode.ACCOUNTS: {*_HELP} - {"api-key", "workspace-id", "timeout", "api-url"},
}
"""What makes no difference to a command is taken and not shown."""
_EXAMPLES = {
    Mode.PUBLISH: """examples:
  PUBLER_API_KEY=... python entrypoint.py publish posts/release.yml
  PUBLER_API_KEY=... python entrypoint.py publish posts/release.yml --variables tag=v1.2.3
  PUBLER_API_KEY=... python entrypoint.py publish --text "We are live!" --accounts "bluesky/*"
""",
    Mode.VALIDATE: """examples:
  python entrypoint.py validate "posts/*.yml"
  python entrypoint.py validate posts/release.yml --preview-file preview.html
  python entrypoint.py validate posts/release.yml --json | jq '.[] | select(.status == "invalid")'
""",
    Mode.DOCTOR: """examples:
  PUBLER_API_KEY=... python entrypoint.py doctor
  PUBLER_API_KEY=... python entrypoint.py doctor "posts/*.yml"
""",
    Mode.ACCOUNTS: """examples:
  PUBLER_API_KEY=... python entrypoint.py accounts
  PUBLER_API_KEY=... python entrypoint.py accounts --json | jq -r '.[].id'
""",
}
_JSON = {
    Mode.PUBLISH: "print the results",
    Mode.VALIDATE: "print the results",
    Mode.DOCTOR: "print the checks",
    Mode.ACCOUNTS: "print the accounts",
}
_FROM_ENV = {
    "api-key": "PUBLER_API_KEY",
    "workspace-id": "PUBLER_WORKSPACE_ID",
    "github-token": "GITHUB_TOKEN",
}
_REPEATED = ("accounts", "variables")
_MORE = """
Each command has examples of its own: python entrypoint.py validate --help
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandLine:
    """What was typed: the same inputs as in a workflow."""

    inputs: Mapping[str, str]
    as_json: bool


def parse(argv: Sequence[str], env: Mapping[str, str]) -> CommandLine:
    """Read the arguments. Ends the program, as is usual, on ``--help``, ``--version`` and misuse."""
    typed = vars(_parser().parse_args(argv))
    inputs = {"mode": str(typed["command"]), "post-file": "\n".join(typed["files"])}
    for name in _HELP:
        value = typed[name.replace("-", "_")]
        if name in _REPEATED:
            value = "\n".join(value or ())
        inputs[name] = value or env.get(_FROM_ENV.get(name, ""), "")
    return CommandLine(inputs=inputs, as_json=typed["json"])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python entrypoint.py",
        description="Publish post files to social networks through Publer, now.",
        epilog=_EXAMPLES[Mode.PUBLISH] + _MORE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"publer-publish {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for mode, what in _COMMANDS.items():
        takes_files = mode is not Mode.ACCOUNTS
        command = commands.add_parser(
            str(mode),
            help=what,
            description=what[0].upper() + what[1:] + ".",
            epilog=_EXAMPLES[mode],
            formatter_class=argparse.RawDescriptionHelpFormatter,
            usage=f"python entrypoint.py {mode} [options]" + (" [FILE ...]" if takes_files else ""),
        )
        about_files = "a post file or a glob" if takes_files else argparse.SUPPRESS
        command.add_argument("files", nargs="*", metavar="FILE", help=about_files)
        for name, text in _HELP.items():
            default = f" (default: {INPUTS[name]})" if INPUTS[name] else ""
            about = argparse.SUPPRESS if name in _UNUSED.get(mode, ()) else text + default
            action = "append" if name in _REPEATED else "store"
            command.add_argument(f"--{name}", action=action, metavar="VALUE", help=about)
        only = f"{_JSON[mode]} as JSON on standard output, and everything else on standard error"
        command.add_argument("--json", action="store_true", help=only)
    return parser
