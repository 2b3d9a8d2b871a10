"""How the runner reads a file of ``name=value`` and ``name<<DELIMITER`` entries."""

from collections.abc import Iterator


class FileCommandError(Exception):
    """The file is not what the runner takes; it fails the step with this message."""


def read_entries(text: str) -> Iterator[tuple[str, str]]:
    r"""Give the entries in order, and raise at the first that is wrong: what came before it counts.

    Only ``\n`` ends a line; a carriage return is part of it.
    """
    lines = _Lines(text.removeprefix("\ufeff"))
    while (line := lines.next()) is not None:
        if not line:
            continue
        equals, heredoc = line.find("="), line.find("<<")
        if equals >= 0 and (heredoc < 0 or equals < heredoc):
            name, _, value = line.partition("=")
            if not name:
                raise FileCommandError(f"Invalid format '{line}'. Name must not be empty")
            yield name, value
        elif heredoc >= 0:
            name, _, delimiter = line.partition("<<")
            if not name or not delimiter:
                raise FileCommandError(
                    f"Invalid format '{line}'. Name must not be empty and delimiter must not be empty"
                )
            yield name, _heredoc_value(lines, delimiter)
        else:
            raise FileCommandError(f"Invalid format '{line}'")


class _Lines:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self.ended_with_newline = False

    def next(self) -> str | None:
        if self._at >= len(self._text):
            return None
        end = self._text.find("\n", self._at)
        self.ended_with_newline = end >= 0
        end = end if end >= 0 else len(self._text)
        line = self._text[self._at : end]
        self._at = end + 1
        return line


def _heredoc_value(lines: _Lines, delimiter: str) -> str:
    value: list[str] = []
    while (line := lines.next()) != delimiter:
        if line is None:
            raise FileCommandError(f"Invalid value. Matching delimiter not found '{delimiter}'")
        if not lines.ended_with_newline:
            raise FileCommandError("Invalid value. EOF marker missing new line.")
        value.append(line)
    return "\n".join(value)
