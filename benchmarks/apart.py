"""The stand-in for Publer in a process of its own: what is measured does not share its interpreter's lock."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any, Self

from benchmarks.stage import ROOT
from sandbox.scenario import Scenario


class Apart:
    """A sandbox behind a port, a context manager. ``url`` is what ``api-url`` wants to be."""

    def __init__(self, scenario: Scenario, home: Path) -> None:
        self.scenario = scenario
        self._file = home / "scenario.json"
        self._file.write_text(json.dumps(scenario.to_json()), encoding="utf-8")

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "sandbox", "--port", "0", "--scenario", str(self._file)]
        self._process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        greeting = self._process.stdout.readline() if self._process.stdout else ""
        found = re.search(r"http://\S+(?=/ )", greeting)
        if not found:
            raise SystemExit(f"the sandbox did not start: {greeting}")
        self._root = found[0]
        self.url = f"{self._root}/api/v1"
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.communicate()

    def reset(self) -> None:
        """Start afresh: no uploads, the whole rate limit."""
        self._ask("reset", b"null")

    def uploads(self) -> int:
        """How many files have arrived."""
        return len(self._ask("record")["uploads"])

    def _ask(self, what: str, body: bytes | None = None) -> Any:  # noqa: ANN401  any JSON value
        request = urllib.request.Request(
            f"{self._root}/_sandbox/{what}", data=body, headers={"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)
