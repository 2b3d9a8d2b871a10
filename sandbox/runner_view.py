"""How GitHub's runner shows a step: its log with the workflow commands carried out, and its outputs."""

from __future__ import annotations

import re
from collections.abc import Iterator

_COMMAND = re.compile(r"^\s*::(?P<name>[A-Za-z-]+)(?P<properties>(?: [^:]*(?::(?!:)[^:]*)*)?)::(?P<data>.*)$")
_LABELS = {"error": "Error", "warning": "Warning", "notice": "Notice"}
_COLOURS = {"error": "31", "warning": "33", "notice": "36", "group": "1"}


class LogView:
    """Turns the lines that a step prints into those that a reader of the log sees."""

    def __init__(self, *, colour: bool = False) -> None:
        self._colour = colour
        self._masks: list[str] = []
        self._depth = 0
        self._stopped = ""

    def line(self, printed: str) -> str | None:
        """The line as it is shown; None if it is not shown at all."""
        text = printed.rstrip("\r\n")
        if self._stopped:
            if text.strip() == f"::{self._stopped}::":
                self._stopped = ""
                return None
            return self._shown(text)
        command = _COMMAND.match(text)
        if command is None:
            return self._shown(text)
        name = command["name"].lower()
        return self._run(name, command["properties"].strip(), _unescape(command["data"]), text)

    def _run(self, name: str, properties: str, data: str, text: str) -> str | None:
        if name in _LABELS:
            place = _place(properties)
            return self._shown(f"{_LABELS[name]}: {data}{f'  ({place})' if place else ''}", _COLOURS[name])
        if name == "group":
            self._depth = 1
            return self._painted(f"▾ {self._masked(data)}", _COLOURS["group"])
        if name == "endgroup":
            self._depth = 0
            return None
        if name == "add-mask":
            self._masks += [part for part in (data, *data.splitlines()) if part.strip()]
            return None
        if name == "stop-commands":
            self._stopped = data
            return None
        return None if name in {"debug", "echo"} else self._shown(text)

    def _shown(self, text: str, colour: str = "") -> str:
        indent = "    " * self._depth
        return indent + self._painted(self._masked(text).replace("\n", f"\n{indent}"), colour)

    def _masked(self, text: str) -> str:
        for mask in sorted(self._masks, key=len, reverse=True):
            text = text.replace(mask, "***")
        return text

    def _painted(self, text: str, colour: str) -> str:
        return f"\x1b[{colour}m{text}\x1b[0m" if self._colour and colour else text


def _place(properties: str) -> str:
    found = dict(part.split("=", 1) for part in properties.split(",") if "=" in part)
    numbers = [found[key] for key in ("line", "col") if key in found]
    return ":".join([_unescape(found["file"]), *numbers]) if "file" in found else ""


def _unescape(text: str) -> str:
    for code, char in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(code, char)
    return text


def read_outputs(text: str) -> dict[str, str]:
    """The outputs in a ``GITHUB_OUTPUT`` file. Raises ValueError where the runner would fail the step."""
    outputs: dict[str, str] = {}
    lines = iter(text.split("\n"))
    for line in lines:
        if not line:
            continue
        equals, heredoc = line.find("="), line.find("<<")
        if equals >= 0 and (heredoc < 0 or equals < heredoc):
            name, _, value = line.partition("=")
        elif heredoc >= 0:
            name, _, delimiter = line.partition("<<")
            value = "\n".join(_heredoc(lines, delimiter))
        else:
            raise ValueError(f"Invalid format '{line}'")
        if not name:
            raise ValueError("Name must not be empty")
        outputs[name] = value
    return outputs


def _heredoc(lines: Iterator[str], delimiter: str) -> list[str]:
    if not delimiter:
        raise ValueError("Delimiter must not be empty")
    found: list[str] = []
    for line in lines:
        if line == delimiter:
            return found
        found.append(line)
    raise ValueError(f"Matching delimiter not found '{delimiter}'")
