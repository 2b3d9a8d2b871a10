"""How the runner reads one line of a step's output."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

KNOWN_COMMANDS = frozenset(
    [
        "error",
        "warning",
        "notice",
        "debug",
        "group",
        "endgroup",
        "add-mask",
        "echo",
        "add-matcher",
        "remove-matcher",
        "stop-commands",
        "set-output",
        "save-state",
        "set-env",
        "add-path",
    ]
)

# White space that .NET trims from the start of a line.
_DOTNET_SPACE = "\t\n\v\f\r \x85\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"


@dataclass(frozen=True)
class Command:
    name: str
    """Lower-cased."""
    properties: dict[str, str] = field(default_factory=dict)
    data: str = ""
    syntax: int = 2


def split_lines(text: str) -> list[str]:
    r"""Lines as .NET's ``ReadLine`` gives them: ``\n``, ``\r\n`` and a bare ``\r`` end one."""
    lines = re.split(r"\r\n|\n|\r", text)
    return lines[:-1] if lines[-1] == "" else lines


def parse_line(line: str) -> Command | None:
    """The command of a line, of a known name, in the current or else the old syntax."""
    return _parse_v2(line) or _parse_v1(line)


def stop_token(line: str) -> str | None:
    """The name of a command that need not be known: what ``::TOKEN::`` resumes."""
    parsed = _parse_v2(line, known_only=False)
    return parsed.name if parsed else None


def unescape_data(text: str) -> str:
    return text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")


def unescape_property(text: str) -> str:
    return (
        text.replace("%0D", "\r")
        .replace("%0A", "\n")
        .replace("%3A", ":")
        .replace("%2C", ",")
        .replace("%25", "%")
    )


def _unescape_v1(text: str) -> str:
    return (
        text.replace("%0D", "\r")
        .replace("%0A", "\n")
        .replace("%3B", ";")
        .replace("%5D", "]")
        .replace("%25", "%")
    )


def _parse_v2(line: str, *, known_only: bool = True) -> Command | None:
    line = line.lstrip(_DOTNET_SPACE)
    if not line.startswith("::"):
        return None
    end = line.find("::", 2)
    if end < 0:
        return None
    name, _, rest = line[2:end].partition(" ")
    if not name or (known_only and name.lower() not in KNOWN_COMMANDS):
        return None
    properties = _properties(rest.strip(), ",", unescape_property)
    return Command(name.lower() if known_only else name, properties, unescape_data(line[end + 2 :]))


def _parse_v1(line: str) -> Command | None:
    start = line.find("##[")
    end = line.find("]", start) if start >= 0 else -1
    if end < 0:
        return None
    name, _, rest = line[start + 3 : end].partition(" ")
    if name.lower() not in KNOWN_COMMANDS:
        return None
    return Command(
        name.lower(), _properties(rest, ";", _unescape_v1), _unescape_v1(line[end + 1 :]), syntax=1
    )


def _properties(text: str, separator: str, unescape: Callable[[str], str]) -> dict[str, str]:
    properties = {}
    for pair in text.split(separator):
        key, equals, value = pair.partition("=")
        if equals and key.strip():
            properties[key.strip().lower()] = unescape(value)
    return properties
