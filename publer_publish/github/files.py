"""The files through which a step hands its outputs and its summary to the runner."""

from __future__ import annotations

import os
import re
import stat
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from publer_publish.errors import ActionError
from publer_publish.text import encodable

_OUTPUT_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


class CommandFiles:
    """Writes ``GITHUB_OUTPUT`` and ``GITHUB_STEP_SUMMARY``. A variable that is not set is not an error."""

    def __init__(self, env: Mapping[str, str], redact: Callable[[str], str]) -> None:
        self._output = env.get("GITHUB_OUTPUT", "")
        self._summary = env.get("GITHUB_STEP_SUMMARY", "")
        self._redact = redact

    def write_outputs(self, outputs: Mapping[str, str]) -> bool:
        """Append all outputs in one write; ``False`` when there is no file to write to."""
        if not self._output:
            return False
        # In bytes: one character beyond Latin-1 would make a text of all of them twice as large.
        entries = b"".join(heredoc(name, self._redact(value)).encode() for name, value in outputs.items())
        _append(self._output, entries, what="the step's outputs", variable="GITHUB_OUTPUT")
        return True

    def write_summary(self, markdown: str) -> bool:
        """Append to the summary what fits into it; ``False`` when there is no file to write to."""
        if not self._summary:
            return False
        text = encodable(self._redact(markdown))
        left = SUMMARY_LIMIT - _size(self._summary)
        text = cut_markdown(text if text.endswith("\n") else text + "\n", left)
        _append(self._summary, text.encode(), what="the step summary", variable="GITHUB_STEP_SUMMARY")
        return True


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


def heredoc(name: str, value: str) -> str:
    """One entry of an output file, in the form that carries any value: ``name<<DELIMITER``.

    The delimiter is random, so that no value can contain it on purpose, and checked, so that none does by
    chance. Carriage returns are kept by the runner; half characters cannot be written and become U+FFFD.
    """
    if not _OUTPUT_NAME.fullmatch(name):
        raise ValueError(f"not a name for an output: {name!r}")
    value = encodable(value)
    delimiter = f"end_{os.urandom(16).hex()}"
    while delimiter in value or delimiter in name:
        delimiter = f"end_{os.urandom(16).hex()}"
    return f"{name}<<{delimiter}\n{value}\n{delimiter}\n"


def _size(file: str) -> int:
    """Bytes of a file; 0 if it cannot be read: writing to it will say why."""
    with suppress(OSError):
        found = Path(file).stat()
        return found.st_size if stat.S_ISREG(found.st_mode) else 0
    return 0


def _append(file: str, content: bytes, *, what: str, variable: str) -> None:
    try:
        with Path(file).open("ab") as stream:
            stream.write(content)
    except OSError as error:
        raise ActionError(
            f"Cannot write {what}: {error.strerror or type(error).__name__} ({file}, from {variable}).",
            hint=_cure(),
        ) from error


def _cure() -> str:
    if hasattr(os, "geteuid") and os.geteuid() != 0:
        return (
            "The runner's files belong to another user: a container action has to run as root. "
            "Remove USER from the image, or the --user option from the container."
        )
    return "The runner provides this file; check the disk space and the mounts of the runner."


SUMMARY_LIMIT = 1_048_576
"""Bytes. Of a larger file the runner uploads nothing."""

CUT_NOTE = "\n\n_The rest did not fit._\n"

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,15})(?=[\s/>])[^<>]{0,1000}>")
_VOID_TAGS = frozenset({"br", "hr", "img", "input", "wbr"})
_ROOM_FOR_CLOSERS = 512


class _Openings:
    """Which fence and which HTML elements are open after the lines read so far."""

    def __init__(self) -> None:
        self.fence = ""
        self.tags: list[str] = []
        self._open: Counter[str] = Counter()

    def read(self, line: str) -> None:
        fence = _FENCE.match(line)
        if self.fence:
            closes = fence and fence[1].startswith(self.fence) and not fence[2].strip()
            if closes:
                self.fence = ""
        elif fence and not (fence[1][0] == "`" and "`" in fence[2]):
            self.fence = fence[1]
        else:
            for closing, name in _TAG.findall(line):
                self._tag(name.lower(), closing=bool(closing))

    def _tag(self, name: str, *, closing: bool) -> None:
        if name in _VOID_TAGS:
            return
        if not closing:
            self.tags.append(name)
            self._open[name] += 1
        while closing and self._open[name]:
            closed = self.tags.pop()
            self._open[closed] -= 1
            closing = closed != name

    def closers(self) -> str:
        fence = f"{self.fence}\n" if self.fence else ""
        tags = "".join(f"</{name}>" for name in reversed(self.tags))
        return fence + (f"\n{tags}\n" if tags else "")


def cut_markdown(markdown: str, limit: int) -> str:
    """At most ``limit`` bytes of UTF-8, cut after a line, with what the cut leaves open closed again.

    A first line that is too long alone is cut within, before a tag that would be left half. A limit that
    has no room for more than the note gives nothing.
    """
    if len(markdown.encode()) <= limit:
        return markdown
    room = limit - len(CUT_NOTE.encode()) - _ROOM_FOR_CLOSERS
    if room <= 0:
        return ""
    openings = _Openings()
    kept: list[str] = []
    for line in markdown.split("\n"):
        size = len(line.encode()) + 1
        if size > room:
            if not kept:
                kept.append(_cut_line(line, room - 1) + "\n")
                openings.read(kept[0])
            break
        room -= size
        kept.append(line + "\n")
        openings.read(line)
    closers = openings.closers()
    if len(closers.encode()) > _ROOM_FOR_CLOSERS:
        return CUT_NOTE.lstrip()
    return "".join(kept) + closers + CUT_NOTE


def _cut_line(line: str, size: int) -> str:
    kept = line.encode()[:size].decode("utf-8", "ignore")
    opening = kept.rfind("<")
    return kept[:opening] if opening > kept.rfind(">") else kept
