"""Promise: what people read is what we looked at. Renew with `pytest --update-golden`, then look again."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from publer_publish.finish import report
from publer_publish.github.console import Stream
from publer_publish.github.runner import open_console
from publer_publish.report.summary import summary
from publer_publish.report.wording import Rerun
from tests.support import samples


@pytest.mark.parametrize("name", samples.ALL)
def test_summary(name: str, golden: Callable[[str, str], None]) -> None:
    golden(f"summary-{name}.md", summary(samples.ALL[name]()))


@pytest.mark.parametrize("name", samples.ALL)
def test_log(name: str, golden: Callable[[str, str], None], tmp_path: Path) -> None:
    """As the runner gets it, workflow commands and all."""
    files = {name: str(tmp_path / name) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    stdout = io.StringIO()
    console = open_console({"GITHUB_ACTIONS": "true", **files}, Stream(stdout))
    run = samples.ALL[name]()
    assert report(run, None, Rerun(), console, None) == int(run.failed)
    golden(f"log-{name}.txt", stdout.getvalue())
