"""The action as GitHub's runner starts it: a checkout, the event, the command files, and the log."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent


class Step:
    """One step of a workflow in a directory of its own."""

    def __init__(self, home: Path, event: Mapping[str, Any], inputs: Mapping[str, str]) -> None:
        self.home = home
        self.workspace = home / "workspace"
        self.workspace.mkdir()
        (home / "event.json").write_text(json.dumps(event), encoding="utf-8")
        for name in ("output", "summary.md", "state"):
            (home / name).touch()
        self.environment = {
            **{f"INPUT_{name.upper()}": value for name, value in inputs.items()},
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(home),
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTOR": "wile-e",
            "GITHUB_EVENT_PATH": str(home / "event.json"),
            "GITHUB_JOB": "announce",
            "GITHUB_OUTPUT": str(home / "output"),
            "GITHUB_REPOSITORY": "acme/rocket",
            "GITHUB_REPOSITORY_OWNER": "acme",
            "GITHUB_RUN_ATTEMPT": "1",
            "GITHUB_RUN_ID": "1000",
            "GITHUB_RUN_NUMBER": "7",
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_SHA": "ffac537e6cbbf934b08745a378932722df287a53",
            "GITHUB_STATE": str(home / "state"),
            "GITHUB_STEP_SUMMARY": str(home / "summary.md"),
            "GITHUB_WORKFLOW": "Announce",
            "GITHUB_WORKSPACE": str(self.workspace),
            "RUNNER_OS": "Linux",
            "RUNNER_TEMP": str(home),
        }

    @property
    def outputs(self) -> dict[str, str]:
        return _outputs((self.home / "output").read_text(encoding="utf-8"))

    @property
    def summary(self) -> str:
        return (self.home / "summary.md").read_text(encoding="utf-8").strip()

    def run(self, program: Path = ROOT / "entrypoint.py") -> int:
        """Run the action and print its log as it is shown. Gives the exit code."""
        view = LogView()
        started = time.monotonic()
        with subprocess.Popen(
            [sys.executable, "-B", "-u", "-E", str(program)],
            cwd=self.workspace,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        ) as process:
            for printed in process.stdout or ():
                shown = view.line(printed)
                if shown is not None:
                    print(f"{time.monotonic() - started:5.1f}s  {shown}", flush=True)
            return process.wait()


class LogView:
    """Turns the lines that a step prints into those that a reader of the log on GitHub sees."""

    def __init__(self) -> None:
        self._masks: list[str] = []
        self._indent = ""

    def line(self, printed: str) -> str | None:
        """The line as it is shown; None if it is not shown at all."""
        text = printed.rstrip("\r\n")
        command = re.match(r"\s*::([a-z-]+)(?: ([^:]*(?::(?!:)[^:]*)*))?::(.*)$", text)
        name, properties, data = command.groups() if command else ("", "", text)
        data = _unescape(data)
        if name in {"debug", "endgroup", "add-mask"}:
            self._indent = "" if name == "endgroup" else self._indent
            self._masks += [
                part for part in (data, *data.splitlines()) if name == "add-mask" and part.strip()
            ]
            return None
        if name == "group":
            self._indent, shown = "    ", f"▾ {data}"
        elif name in {"error", "warning", "notice"}:
            place = re.search(r"file=([^,]*)(?:.*?line=(\d+))?(?:.*?col=(\d+))?", properties or "")
            where = f"  ({':'.join(filter(None, place.groups()))})" if place else ""
            shown = f"{self._indent}{name.title()}: {data}{_unescape(where)}"
        else:
            shown = self._indent + text
        for mask in sorted(self._masks, key=len, reverse=True):
            shown = shown.replace(mask, "***")
        return shown


def _unescape(text: str) -> str:
    for code, char in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(code, char)
    return text


def _outputs(text: str) -> dict[str, str]:
    """The outputs in a ``GITHUB_OUTPUT`` file: ``name=value``, or between two lines with a delimiter."""
    found = re.findall(r"^(?:([^=\n]+?)<<(.+)\n(?:([\s\S]*?)\n)??\2$|([^=\n]+)=(.*))$", text, re.MULTILINE)
    return {heredoc or name: several if heredoc else one for heredoc, _, several, name, one in found}
