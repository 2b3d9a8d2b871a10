"""Workflow commands and command files: how they are written, and how foreign text is kept from becoming one.

The runner reads every line of the step's output. A line that begins, after white space, with ``::`` is a
command of the current syntax; ``##[`` anywhere in a line is one of the older syntax; and a bare carriage
return ends a line just as a line feed does.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from publer_publish.errors import ActionError
from publer_publish.text import ELLIPSIS, encodable, utf16_length, visible

ANNOTATION_LIMIT = 4096
"""Characters that the runner keeps of an annotation's message, in UTF-16 code units."""

# An escape sequence, in its 7-bit form: CSI, then OSC and its relatives up to their terminator, then the
# two-character ones. The body of an OSC is bounded, so that an unterminated one costs nothing.
_ANSI_ESCAPE = (
    r"\x1b\[[0-?]{0,64}[ -/]{0,8}[@-~]"
    r"|\x1b[\]PX^_][^\x07\x1b\n]{0,256}(?:\x07|\x1b\\)"
    r"|\x1b[ -/]{0,8}[0-~]"
)
_LINE_START_COMMAND = r"(?m)^([^\S\n]*):(?=:)"


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
    text = visible(re.sub(_ANSI_ESCAPE, "", text)).replace("##[", "# #[")
    return re.sub(_LINE_START_COMMAND, r"\1: ", text)


def one_line(text: str) -> str:
    """Neutral text without a line end, for places that hold one line."""
    return " ".join(neutralise(text).split())


def truncate(text: str, limit: int = ANNOTATION_LIMIT) -> str:
    """At most ``limit`` UTF-16 code units of a text, never half a character; a cut is shown by ``…``."""
    if utf16_length(text) <= limit:
        return text
    kept = text.encode("utf-16-le", "replace")[: 2 * (limit - len(ELLIPSIS))]
    return kept.decode("utf-16-le", "ignore") + ELLIPSIS


def heredoc(name: str, value: str) -> str:
    """One entry of an output file, in the form that carries any value: ``name<<DELIMITER``.

    The delimiter is random, so that no value can contain it. Carriage returns are kept by the runner; half
    characters cannot be written and become U+FFFD.
    """
    delimiter = f"end_{os.urandom(16).hex()}"
    return f"{name}<<{delimiter}\n{encodable(value)}\n{delimiter}\n"


def append_to_file(file: str, content: bytes, *, what: str, variable: str) -> None:
    """Append to a file of the runner. Raises ``ActionError`` if it cannot be written."""
    try:
        with Path(file).open("ab") as stream:
            stream.write(content)
    except OSError as error:
        raise ActionError(
            f"Cannot write the {what} of this step: {error.strerror or type(error).__name__} "
            f"({file}, from {variable}).",
            hint=_cure(),
        ) from error


def _cure() -> str:
    if hasattr(os, "geteuid") and os.geteuid() != 0:
        return (
            "The runner's files belong to another user: a container action has to run as root. "
            "Remove USER from the image, or the --user option from the container."
        )
    return "The runner provides this file; check the disk space and the mounts of the runner."


def vanish_with_their_pod(env: Mapping[str, str], mounts: Path) -> bool:
    """Whether the files are in a volume that Kubernetes deletes with the pod of this very step.

    A runner in Kubernetes mode gives each container action a pod of its own; since hooks 0.8
    nothing is copied back from it (actions/runner-container-hooks#302). Older hooks mount a volume that
    outlives the pod. With Docker-in-Docker the volume is of this kind as well, but it belongs to the runner's
    pod, whose variables a step does not get.
    """
    file = env.get("GITHUB_OUTPUT", "")
    if not file or "KUBERNETES_SERVICE_HOST" not in env:
        return False
    with suppress(OSError):
        fields = (line.split() for line in mounts.read_text(encoding="utf-8").splitlines())
        above = [(len(place), root) for _, _, _, root, place, *_ in fields if _is_below(file, place)]
        return "/kubernetes.io~empty-dir/" in max(above, default=(0, ""))[1]
    return False


def _is_below(file: str, directory: str) -> bool:
    return file.startswith(f"{directory.rstrip('/')}/")
