"""Promise: the preview page lands inside the workspace or the runner's temp, whatever a pull request prepared."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from publer_publish.errors import ActionError
from publer_publish.workspace import PreviewFile


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / "elsewhere").mkdir()
    path = tmp_path / "workspace"
    path.mkdir()
    return path


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("preview.html", "preview.html"),
        ("./a//b/preview.HTM", "a/b/preview.HTM"),
        ("häuser/ein blick.html", "häuser/ein blick.html"),
    ],
)
def test_a_page_is_written_and_directories_are_made(workspace: Path, path: str, name: str) -> None:
    file = PreviewFile(path, workspace)
    file.write("<p>ä")
    assert (file.name, file.output) == (name, name)
    assert (workspace / name).read_text(encoding="utf-8") == "<p>ä"
    assert [entry.name for entry in (workspace / name).parent.iterdir()] == [Path(name).name]


def test_an_absolute_path_may_lie_in_the_workspace(workspace: Path) -> None:
    file = PreviewFile(f"{workspace}/out/p.html", workspace)
    file.write("x")
    assert (file.name, file.output) == ("out/p.html", "out/p.html")
    assert (workspace / "out" / "p.html").read_text() == "x"


def test_an_absolute_path_may_lie_in_the_runners_temp(workspace: Path, tmp_path: Path) -> None:
    """It says so, but not in the output: a later step sees that folder under another path."""
    path = f"{tmp_path}/elsewhere/p.html"
    file = PreviewFile(path, workspace, f"{tmp_path}/elsewhere")
    file.write("x")
    assert (file.name, file.output) == (path, "")
    assert Path(path).read_text() == "x"


def test_an_earlier_page_is_replaced(workspace: Path) -> None:
    (workspace / "p.html").write_text("an earlier, longer page")
    PreviewFile("p.html", workspace).write("new")
    assert (workspace / "p.html").read_text() == "new"


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("../p.html", "leads out of the workspace"),
        ("a/../../p.html", "leads out of the workspace"),
        ("/etc/p.html", "leads out of the workspace"),
        ("/home/runner/_work/_temp/p.html", "leads out of the workspace"),
        ("a\0b.html", "leads out of the workspace"),
        ("a\nb.html", "leads out of the workspace"),
        ("README.md", "ends in neither .html nor .htm"),
        ("preview", "ends in neither .html nor .htm"),
        (".", "ends in neither .html nor .htm"),
    ],
)
def test_a_path_that_cannot_be_meant_is_refused_before_anything_is_sent(
    workspace: Path, path: str, words: str
) -> None:
    with pytest.raises(ActionError, match=words) as caught:
        PreviewFile(path, workspace)
    assert caught.value.hint


def test_a_link_in_the_place_of_the_file_is_replaced_and_what_it_points_to_left_alone(
    workspace: Path, tmp_path: Path
) -> None:
    victim = tmp_path / "elsewhere" / "victim.html"
    victim.write_text("mine")
    (workspace / "p.html").symlink_to(victim)
    PreviewFile("p.html", workspace).write("x")
    assert (workspace / "p.html").read_text() == "x"
    assert not (workspace / "p.html").is_symlink()
    assert victim.read_text() == "mine"


def test_a_link_in_the_place_of_a_directory_is_refused(workspace: Path, tmp_path: Path) -> None:
    (workspace / "out").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ActionError, match="cannot be written"):
        PreviewFile("out/p.html", workspace).write("x")
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_link_that_appears_after_the_check_is_not_followed(workspace: Path, tmp_path: Path) -> None:
    place = PreviewFile("out/p.html", workspace)
    (workspace / "out").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ActionError, match="cannot be written"):
        place.write("x")
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_directory_is_not_replaced(workspace: Path) -> None:
    (workspace / "p.html").mkdir()
    with pytest.raises(ActionError, match="cannot be written"):
        PreviewFile("p.html", workspace).write("x")
    assert [entry.name for entry in workspace.iterdir()] == ["p.html"]


def test_a_file_in_the_place_of_a_directory_is_refused(workspace: Path) -> None:
    (workspace / "out").write_text("")
    with pytest.raises(ActionError, match="cannot be written"):
        PreviewFile("out/p.html", workspace).write("x")


def test_what_is_made_belongs_to_the_owner_of_the_workspace(workspace: Path) -> None:
    """A later step, which is not root, shall be able to remove it; only root can be asked to hand over."""
    owner = 1001 if os.geteuid() == 0 else os.geteuid()
    os.chown(workspace, owner, -1)
    PreviewFile("out/p.html", workspace).write("x")
    for path in (workspace / "out", workspace / "out" / "p.html"):
        assert path.stat().st_uid == owner
    assert stat.S_IMODE((workspace / "out" / "p.html").stat().st_mode) & 0o444 == 0o444
