"""Writes a file that a path in a workflow names: inside the workspace or the runner's temp, nowhere else.

The workspace is foreign: a pull request may have put a symbolic link where the file or one of its directories
belongs. So the path is walked from the root directory by directory, no link is followed, and the file is
written beside its place and then renamed.
"""

from __future__ import annotations

import os
import secrets
import stat
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from publer_publish.errors import ActionError

_DIRECTORY = os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECTORY | os.O_NOFOLLOW
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
_ENDINGS = (".html", ".htm")
_RELATIVE = (
    "Write the path relative to the workspace, such as `preview.html`, or `${{ runner.temp }}/preview.html`, "
    "which the action sees with runners from 2.331 on."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewFile:
    """A place for the page, checked as far as it can be before anything is sent."""

    name: str
    """Relative to the workspace, or absolute for the runner's temp."""
    output: str
    """For later steps: relative to the workspace; empty for the runner's temp, which they see elsewhere."""
    _root: str
    _parts: tuple[str, ...]

    @classmethod
    def at(cls, path: str, workspace: Path, runner_temp: str = "") -> PreviewFile:
        """Find the place that ``path`` means. Raises ``ActionError`` if the page cannot go there."""
        root, parts = _inside(path, workspace, runner_temp)
        if not parts or not parts[-1].lower().endswith(_ENDINGS):
            raise ActionError(
                f"{path!r} is no name for the preview page: it ends in neither .html nor .htm.",
                hint="The ending keeps the page from taking the place of another file by mistake.",
            )
        below = "/".join(parts)
        is_ours = root == workspace
        place = cls(
            name=below if is_ours else path, output=below if is_ours else "", _root=str(root), _parts=parts
        )
        try:
            with ExitStack() as opened:
                place._refuse_no_file(place._open(opened, make=False))
        except FileNotFoundError:
            pass  # it will be made
        except OSError as error:
            raise place._unusable(error) from None
        return place

    def write(self, text: str) -> None:
        """Write the page; directories are made. Raises ``ActionError``."""
        try:
            with ExitStack() as opened:
                directory = self._open(opened, make=True)
                with suppress(FileNotFoundError):
                    self._refuse_no_file(directory)
                self._replace(directory, text.encode("utf-8", "replace"))
        except OSError as error:
            raise self._unusable(error) from None

    def _open(self, opened: ExitStack, *, make: bool) -> int:
        """Open the directory of the file."""
        directory = _kept(opened, os.open(os.path.realpath(self._root), _DIRECTORY))
        owner = os.fstat(directory)
        for part in self._parts[:-1]:
            try:
                below = os.open(part, _DIRECTORY, dir_fd=directory)
            except FileNotFoundError:
                if not make:
                    raise
                os.mkdir(part, 0o755, dir_fd=directory)
                below = os.open(part, _DIRECTORY, dir_fd=directory)
                _hand_over(below, owner)
            directory = _kept(opened, below)
        return directory

    def _refuse_no_file(self, directory: int) -> None:
        status = os.stat(self._parts[-1], dir_fd=directory, follow_symlinks=False)
        if not stat.S_ISREG(status.st_mode):
            kind = "a symbolic link" if stat.S_ISLNK(status.st_mode) else "no regular file"
            raise ActionError(
                f"The preview page cannot be written: {self.name!r} is {kind}.",
                hint="Choose another name, or remove what is there.",
            )

    def _replace(self, directory: int, data: bytes) -> None:
        """Write beside the file and rename: never half a page, and never into what a link points to."""
        name = f".{secrets.token_hex(8)}.preview"
        descriptor = os.open(name, _NEW_FILE, 0o644, dir_fd=directory)
        try:
            with os.fdopen(descriptor, "wb") as file:
                _hand_over(file.fileno(), os.stat(self._root))  # noqa: PTH116
                file.write(data)
            os.rename(name, self._parts[-1], src_dir_fd=directory, dst_dir_fd=directory)
        except BaseException:
            with suppress(OSError):
                os.unlink(name, dir_fd=directory)
            raise

    def _unusable(self, error: OSError) -> ActionError:
        reason = error.strerror or type(error).__name__
        return ActionError(
            f"The preview page cannot be written to {self.name!r}: {reason}.",
            hint="A part of the path may be a symbolic link, which is not followed, or not a directory.",
        )


def _inside(path: str, workspace: Path, runner_temp: str) -> tuple[Path, tuple[str, ...]]:
    """Split a path into the root it lies below and the rest."""
    parts = tuple(part for part in path.split("/") if part not in {"", "."})
    possible = path.isprintable() and ".." not in parts
    if possible and not path.startswith("/"):
        return workspace, parts
    for root in (workspace, *([Path(runner_temp)] if runner_temp else [])):
        for spelling in (str(root), os.path.realpath(root)):
            if possible and path.startswith(spelling.rstrip("/") + "/"):
                below = path[len(spelling) :]
                return root, tuple(part for part in below.split("/") if part not in {"", "."})
    raise ActionError(f"{path!r} leads out of the workspace.", hint=_RELATIVE)


def _kept(opened: ExitStack, descriptor: int) -> int:
    opened.callback(os.close, descriptor)
    return descriptor


def _hand_over(descriptor: int, owner: os.stat_result) -> None:
    """Give what root made to whom the directory belongs: later steps run as the runner's user."""
    if os.geteuid() == 0:
        os.fchown(descriptor, owner.st_uid, owner.st_gid)
