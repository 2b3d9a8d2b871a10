"""A terminal that somebody watches: colours, the time of a wait, bars of uploads. Drawn by ``rich``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TextIO, cast

from rich.console import Console as Rich
from rich.console import RenderableType
from rich.live import Live
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TransferSpeedColumn
from rich.text import Text

from publer_publish.github.console import Console, Stream, Upload

_STYLES = {"good": "green", "error": "red", "warning": "yellow", "notice": "cyan", "title": "bold"}


class Screen(Console):
    """A console whose last line moves until the next is printed."""

    is_live = True

    def __init__(self, env: Mapping[str, str], stdout: Stream) -> None:
        super().__init__(env, stdout)
        file = cast("TextIO", stdout)  # only what a `Stream` has is used
        self._rich = Rich(file=file, force_terminal=True, soft_wrap=True, highlight=False, _environ=env)
        self._bars = Progress(
            BarColumn(20),
            TextColumn("{task.description}", markup=False),
            TaskProgressColumn(),
            TransferSpeedColumn(),
            console=self._rich,
        )
        self._tasks: dict[str, TaskID] = {}
        self._since = self._rich.get_time()
        self._live = Live(
            console=self._rich,
            get_renderable=self._moving,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def uploads(self, files: Sequence[Upload]) -> None:
        for name in self._tasks.keys() - {file.name for file in files}:
            self._bars.remove_task(self._tasks.pop(name))
        for file in files:
            if file.name not in self._tasks:
                self._tasks[file.name] = self._bars.add_task(self._clean_line(file.name), total=file.total)
            self._bars.update(self._tasks[file.name], completed=file.sent)
        self._live.refresh()

    def finish(self) -> None:
        self._live.stop()

    def _moving(self) -> RenderableType:
        if self._tasks:
            return self._bars
        return Text(f"... {self._rich.get_time() - self._since:.0f} s")

    def _print(self, label: str, rest: str = "", tone: str = "") -> None:
        self._since = self._rich.get_time()
        self._rich.print(Text.assemble((label, _STYLES.get(tone, "")), rest))
        self._live.start()
