"""Workflow commands: how they are written, and how foreign text is kept from becoming one.

The runner reads every line of the step's output. A line that begins, after white space, with ``::`` is a
command of the current syntax; ``##[`` anywhere in a line is one of the older syntax; and a bare carriage
return ends a line just as a line feed does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from publer_publish.text import ELLIPSIS, visible

ANNOTATION_LIMIT = 4096
"""Characters that the runner keeps of an annotation's message, in UTF-16 code units."""

# An escape sequence, in its 7-bit form: CSI, then OSC and its relatives up to their terminator, then the
# two-character ones. The body of an OSC is bounded, so that an unterminated one costs nothing.
_ANSI_ESCAPE = re.compile(
    r"\x1b\[[0-?]{0,64}[ -/]{0,8}[@-~]"
    r"|\x1b[\]PX^_][^\x07\x1b\n]{0,256}(?:\x07|\x1b\\)"
    r"|\x1b[ -/]{0,8}[0-~]"
)
_LINE_START_COMMAND = re.compile(r"^([^\S\n]*):(?=:)", re.MULTILINE)


def escape_data(text: str) -> str:
    """Escape the part of a command after its second ``::``. The percent sign goes first."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def escape_property(text: str) -> str:
    """Escape the value of a ``key=value`` of a command."""
    return escape_data(text).replace(":", "%3A").replace(",", "%2C")


def command(name: str, data: str = "", properties: Mapping[str, str] | None = None) -> str:
    """One workflow command, ready to be printed on a line of its own. Empty properties are left out."""
    pairs = ",".join(f"{key}={escape_property(value)}" for key, value in (properties or {}).items() if value)
    return f"::{name}{' ' if pairs else ''}{pairs}::{escape_data(data)}"


def neutralise(text: str) -> str:
    """Make foreign text safe to print: no line of the result is a workflow command or moves the cursor.

    Line ends stay, terminal escape sequences are dropped, and what would be a command is broken by one
    space, so that it can still be read. Doing it twice changes nothing more.
    """
    text = visible(_ANSI_ESCAPE.sub("", text)).replace("##[", "# #[")
    return _LINE_START_COMMAND.sub(r"\1: ", text)


def one_line(text: str) -> str:
    """Neutral text without a line end, for places that hold one line."""
    return " ".join(neutralise(text).split())


def utf16_length(text: str) -> int:
    """How long the runner, a .NET program, thinks that a text is."""
    return len(text) + sum(character > "\uffff" for character in text)


def truncate(text: str, limit: int = ANNOTATION_LIMIT) -> str:
    """At most ``limit`` UTF-16 code units of a text, never half a character; a cut is shown by ``…``."""
    if utf16_length(text) <= limit:
        return text
    kept = limit - len(ELLIPSIS)
    end = 0
    for character in text:
        kept -= 2 if character > "\uffff" else 1
        if kept < 0:
            break
        end += 1
    return text[:end] + ELLIPSIS
