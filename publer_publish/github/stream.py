"""Standard output as a place that may break: who reads the log has no say in what happens to the posts."""

from __future__ import annotations

import io
import os
from contextlib import suppress
from typing import TextIO


class Stream:
    """Writes at once, in UTF-8 whatever the locale. After the first fault it is silent."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream
        self.is_broken = stream is None
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace", newline="\n")

    def isatty(self) -> bool:
        """Whether somebody may watch."""
        return self._stream is not None and not self.is_broken and self._stream.isatty()

    def write(self, text: str) -> None:
        """Write text, or nothing if an earlier one could not be written."""
        if self._stream is None or self.is_broken:
            return
        try:
            self._stream.write(text.encode("utf-8", "replace").decode("utf-8"))
            self._stream.flush()
        except (OSError, ValueError):  # the latter when it was closed
            self.is_broken = True
            self._lead_nowhere(self._stream)

    @staticmethod
    def _lead_nowhere(stream: TextIO) -> None:
        # What is left in the buffer is flushed once more when Python ends: it would fail and say so.
        with suppress(OSError, ValueError):
            number = stream.fileno()
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, number)
            os.close(nowhere)
