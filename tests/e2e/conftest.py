"""The end-to-end tests: the image in real workflows, against the sandbox's record of what was published."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.server import Sandbox
from tests.e2e import engine


def pytest_sessionstart() -> None:
    if not engine.engine_runs():
        pytest.exit("No container engine runs here: NOTHING WAS TESTED END TO END.", returncode=1)


@pytest.fixture(scope="session")
def action(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return engine.copy_of_the_action(tmp_path_factory.mktemp("action") / "publer-publish")


@pytest.fixture(scope="session")
def image(action: Path) -> str:
    if engine.PUSHED_IMAGE:
        if not engine.docker("images", "-q", engine.PUSHED_IMAGE):
            engine.docker("pull", "-q", engine.PUSHED_IMAGE)
        return engine.PUSHED_IMAGE
    name = "publer-publish:e2e"
    engine.docker("build", "-q", "-t", name, str(action))
    return name


@pytest.fixture(scope="session")
def uploader(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return engine.stand_in_for_the_uploader(tmp_path_factory.mktemp("uploader") / "upload-artifact")


@pytest.fixture
def act(action: Path, uploader: Path, image: str, tmp_path: Path) -> engine.Act:
    home = tmp_path / "act"
    home.mkdir()
    return engine.Act(action=action, uploader=uploader, home=home)


@pytest.fixture
def publer() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox
