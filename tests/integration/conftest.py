"""The stages of the integration tests: inside the test's process on virtual time, or with real processes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.desk import Desk
from tests.support.hurried_clock import HurriedClock
from tests.support.stage import Stage


@pytest.fixture
def process_stage(tmp_path: Path) -> Iterator[Stage]:
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    with ExitStack() as stack:
        yield Stage(workspace=workspace, tmp_path=tmp_path, stack=stack)


@pytest.fixture
def virtual_stage(process_stage: Stage) -> Stage:
    process_stage.clock = HurriedClock(defaultdict(lambda: None))
    return process_stage


@pytest.fixture
def stage(virtual_stage: Stage) -> Stage:
    return virtual_stage


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with ExitStack() as stack:
        yield Desk(place=tmp_path, stack=stack)
