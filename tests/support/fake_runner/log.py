"""What the runner makes of a step's output, line by line."""

from dataclasses import dataclass, field

from tests.support.fake_runner.commands import KNOWN_COMMANDS, Command, parse_line, split_lines, stop_token
from tests.support.fake_runner.masks import Masks

MESSAGE_LIMIT = 4096
ANNOTATIONS_PER_STEP = 10
LEVELS = ("error", "warning", "notice")
FORBIDDEN = frozenset(
    {"set-env", "add-path", "set-output", "save-state", "add-matcher", "remove-matcher", "echo"}
)


@dataclass(frozen=True)
class Annotation:
    level: str
    message: str
    title: str = ""
    file: str = ""
    line: int | None = None
    end_line: int | None = None
    column: int | None = None
    end_column: int | None = None


@dataclass
class Log:
    """Reads output and remembers what became of it."""

    masks: Masks
    debug: bool = False
    lines: list[str] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)
    annotations: list[Annotation] = field(default_factory=list)
    dropped_annotations: list[Annotation] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)
    _stopped: str = ""

    def read(self, output: bytes) -> None:
        for line in split_lines(output.decode("utf-8", "replace")):
            self._read_line(line)

    @property
    def forbidden(self) -> list[Command]:
        """Commands that this action must never give, wanted or not."""
        return [command for command in self.commands if command.name in FORBIDDEN or command.syntax == 1]

    def _read_line(self, line: str) -> None:
        if self._stopped:
            if (stop_token(line) or "").lower() == self._stopped.lower():
                self._stopped = ""
            self._print(line)
        elif command := parse_line(line):
            self.commands.append(command)
            self._obey(command, line)
        else:
            self._print(line)

    def _obey(self, command: Command, line: str) -> None:
        if command.name in LEVELS:
            self._annotate(command)
        elif command.name == "add-mask":
            self.masks.add(command.data)
        elif command.name == "group":
            self._print(f"##[group]{command.data}")
        elif command.name == "endgroup":
            self._print("##[endgroup]")
        elif command.name == "debug":
            self._debug(command.data)
        elif command.name == "stop-commands":
            self._stop(command.data)
        elif command.name in {"set-env", "add-path"}:
            self.complaints.append(f"Unable to process command '{line}' successfully.")
        elif command.name == "set-output":
            self.outputs[command.properties.get("name", "")] = command.data

    def _debug(self, text: str) -> None:
        if self.debug:
            self._print(f"##[debug]{text}")

    def _stop(self, token: str) -> None:
        if not token or token.lower() in KNOWN_COMMANDS or token.lower() == "pause-logging":
            self.complaints.append(f"Invalid token '{token}' for stop-commands.")
            return
        self._stopped = token
        if len(token) > 6:
            self.masks.add(token)

    def _annotate(self, command: Command) -> None:
        message = _cut(self.masks(command.data))
        properties = {key: self.masks(value) for key, value in command.properties.items()}
        annotation = Annotation(
            level=command.name,
            message=message,
            title=properties.get("title", ""),
            file=properties.get("file", ""),
            **_place(properties),
        )
        same_level = [seen for seen in self.annotations if seen.level == command.name]
        shown = self.annotations if len(same_level) < ANNOTATIONS_PER_STEP else self.dropped_annotations
        shown.append(annotation)
        self._print(f"##[{command.name}]{message}")

    def _print(self, text: str) -> None:
        self.lines += split_lines(self.masks(text)) or [""]


def _cut(message: str) -> str:
    return message.encode("utf-16-le")[: 2 * MESSAGE_LIMIT].decode("utf-16-le", "replace")


def _place(properties: dict[str, str]) -> dict[str, int | None]:
    line, end_line, column, end_column = (
        int(value) if (value := properties.get(key, "")).isdigit() else None
        for key in ("line", "endline", "col", "endcolumn")
    )
    line = line if line is not None else end_line
    if line is None or (end_line is not None and line != end_line):
        column = end_column = None
    if line is not None and end_line is not None and end_line < line:
        line = end_line = None
    if column is not None and end_column is not None and end_column < column:
        column = end_column = None
    return {"line": line, "end_line": end_line, "column": column, "end_column": end_column}
