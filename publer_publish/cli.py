"""The command line: the same inputs as flags, for a terminal."""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping, Sequence

from publer_publish import __version__
from publer_publish.config import INPUTS, Asked, Mode
from publer_publish.errors import Problem

_COMMANDS = {
    Mode.PUBLISH: "publish post files now",
    Mode.VALIDATE: "check post files for each network; needs no key, sends nothing",
    Mode.DRY_RUN: "show which text would go to which account, and what is live already; sends nothing",
    Mode.DOCTOR: "check key, plan, workspace, selectors and rate limit; posts nothing",
    Mode.ACCOUNTS: "list the accounts of the workspace with their ids",
}
_EXAMPLES = """examples:
  publer-publish validate "posts/*.publer.yml"
  publer-publish validate posts/release.publer.yml --preview-file preview.html
  publer-publish validate posts/release.publer.yml --json | jq '.[] | select(.status == "invalid")'
  make-a-post | publer-publish validate -
  publer-publish dry-run posts/release.publer.yml --variables tag=v1.2.3
  publer-publish publish posts/release.publer.yml --variables tag=v1.2.3
  publer-publish publish --text "We are live!" --accounts "bluesky/*"
  publer-publish doctor "posts/*.publer.yml"
  publer-publish accounts --json | jq -r '.[].id'

All but validate need a key in PUBLER_API_KEY.
"""
_FLAGS = {name: one for name, one in INPUTS.items() if name not in {"mode", "post-file"}}
"""What is not said by the command and its files."""
_AMBIGUOUS = ("text", "accounts")
"""Keys of a post as well: without the word "input" before it, a message means the key."""
_NAMED = r"(?:(?:[Tt]he )?\b(?P<said>[Ii]nput) )?`(?P<name>" + "|".join(INPUTS) + r")(?:: (?P<value>[^`]*))?`"
_AGAIN = r"\b([Rr]un|[Rr]e-run) (?:the|this) job\b"


def in_words_of_a_terminal(problem: Problem) -> Problem:
    """Say what a message says of inputs and jobs as somebody who types commands would."""
    where = problem.where
    if where.path and where.path[0] in INPUTS and not where.file:
        name = str(where.path[0])
        where = where._replace(path=("FILE" if name == "post-file" else f"--{name}", *where.path[1:]))
    return problem._replace(message=_typed(problem.message), hint=_typed(problem.hint), where=where)


def _typed(text: str) -> str:
    return re.sub(_AGAIN, r"\1 the command", re.sub(_NAMED, _flag, text))


def _flag(match: re.Match[str]) -> str:
    name, value = match["name"], match["value"]
    if name in _AMBIGUOUS and not match["said"]:
        return match[0]
    if name in {"mode", "post-file"}:
        return f"`{value}`" if value else {"mode": "the command", "post-file": "FILE"}[name]
    return f"`--{name} {value}`" if value else f"`--{name}`"


def parse(argv: Sequence[str], env: Mapping[str, str]) -> Asked:
    """Read the arguments. Ends the program, as is usual, on ``--help``, ``--version`` and misuse."""
    typed = vars(_parser().parse_args(argv))
    inputs = {"mode": str(typed["command"]), "post-file": "\n".join(typed["files"])}
    for name, flag in _FLAGS.items():
        value = typed[name.replace("-", "_")]
        if flag.may_repeat:
            value = "\n".join(value or ())
        inputs[name] = value or env.get(flag.env, "")
    return Asked(inputs, typed["json"], is_debugging=typed["debug"], words=in_words_of_a_terminal)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="publer-publish",
        description="Publish post files to social networks through Publer, now.",
        epilog=_EXAMPLES,
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
            epilog=_EXAMPLES,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            usage=f"publer-publish {mode} [options]" + (" [FILE ...]" if takes_files else ""),
        )
        about_files = "a post file, a glob, or - for standard input" if takes_files else argparse.SUPPRESS
        command.add_argument("files", nargs="*", metavar="FILE", help=about_files)
        for name, flag in _FLAGS.items():
            default = f" (default: {flag.default})" if flag.default else ""
            # What makes no difference to a command is taken and not shown.
            about = flag.help + default if mode in flag.modes else argparse.SUPPRESS
            action = "append" if flag.may_repeat else "store"
            command.add_argument(f"--{name}", action=action, metavar="VALUE", help=about)
        only = "print what was found as JSON on standard output, and everything else on standard error"
        command.add_argument("--json", action="store_true", help=only)
        about = (
            "show every exchange with Publer, without names, texts and addresses, for a report of a problem"
        )
        command.add_argument("--debug", action="store_true", help=about)
    return parser
