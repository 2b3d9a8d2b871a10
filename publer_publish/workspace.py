"""The checked-out repository: finds files by name or glob and opens them, and nothing outside of it.

A path is foreign data: it comes from a workflow or from a pull request's post file. Checking a path and
opening it afterwards can be raced, so a file is opened once, component by component from the root without
letting the kernel follow a link, and everything else is asked of the open file.
"""

from __future__ import annotations

import os
import secrets
import stat
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, NamedTuple, Self

from publer_publish.errors import ActionError, Problems, Where
from publer_publish.text import suggest

_MOST_LINKS = 40  # as the kernel
_DIRECTORY = os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECTORY | os.O_NOFOLLOW
_FILE = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY
_KINDS: tuple[tuple[Callable[[int], bool], str], ...] = (
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)
_INPUT = Where(path=("post-file",))
MOST_BYTES = 32 * 1024 * 1024
"""Of all files together that are read at once."""
_RELATIVE = "Write the path relative to the root of the repository."


class UnusableFileError(ActionError):
    """A path that cannot be used: missing, outside the workspace, or not a regular file."""


class _DirectoryError(UnusableFileError):
    """A directory: an error by name, but nothing wrong among the matches of a glob."""


class _MissingError(UnusableFileError):
    """Nothing is there by that name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenFile:
    """A regular file inside the workspace, held open so that what was checked is what is read."""

    name: str
    """As it was asked for."""
    real_name: str
    """Relative to the workspace, all links resolved."""
    identity: tuple[int, int]
    """Device and inode: equal for two names of one file."""
    size: int
    """In bytes, when it was opened."""
    stream: BinaryIO

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stream.close()


class _Read(NamedTuple):
    """A file that was opened, read and closed."""

    name: str
    size: int
    content: bytes


class Workspace:
    """The files below one directory."""

    def __init__(self, root: Path) -> None:
        self._root = os.path.realpath(root)
        self._spellings = (self._root, os.path.abspath(root))  # noqa: PTH100 - resolve() would follow links

    def read_all(
        self, patterns: Sequence[str], limit: int, problems: Problems
    ) -> tuple[tuple[str, bytes], ...]:
        """Names and contents of files by path or glob (``*``, ``?``, ``[…]``, ``**``), sorted, each once.

        As in a shell, a wildcard stands for no leading dot, and ``**`` follows no link to a directory.
        A pattern that matches nothing, and a match that cannot be used, is a problem of ``post-file``;
        a file of more than ``limit`` bytes is one, too, and not read, nor is more than ``MOST_BYTES`` of all.
        """
        found: dict[tuple[int, int], _Read] = {}
        left = MOST_BYTES
        for pattern in filter(None, (written.strip() for written in patterns)):
            unusable: list[UnusableFileError] = []
            matched = False
            try:
                for file in self._matches(pattern, unusable):
                    matched = True
                    plain = file.real_name if ".." in _parts(file.name) else "/".join(_parts(file.name))
                    read = found.get(file.identity)
                    if read is None:
                        read = _Read(plain, file.size, _content(file, limit))
                        left -= len(read.content)
                        if left < 0:
                            raise _too_much(pattern)
                    found[file.identity] = read._replace(name=min(plain, read.name))
                if not matched and not unusable:
                    raise self._nothing_matches(pattern)
            except UnusableFileError as error:
                unusable.append(self._list_in_a_line(pattern) or error)
            for one in unusable:
                problems.error(one.message, one.hint, _INPUT)
        reads = sorted(found.values())
        for read in reads:
            if read.size > limit:
                problems.error(
                    f"{read.name!r} has {read.size:,} bytes; at most {limit:,} are allowed.",
                    "Is it the right file?",
                    Where(file=read.name, path=_INPUT.path),
                )
        return tuple((read.name, read.content) for read in reads if read.size <= limit)

    def open(self, name: str) -> OpenFile:
        """Open a regular file inside the workspace, or raise ``UnusableFileError``. Never blocks."""
        try:
            return self._walk(name)
        except FileNotFoundError:
            raise self._missing(name) from None
        except NotADirectoryError:
            raise _MissingError(
                f"{name!r}: a part of this path is not a directory.", hint=_RELATIVE
            ) from None
        except PermissionError:
            raise UnusableFileError(
                f"{name!r} cannot be read: permission denied.",
                hint="A step before may have written it as another user; chmod it there.",
            ) from None
        except OSError as error:
            raise UnusableFileError(
                f"{name!r} cannot be opened: {error.strerror}.",
                hint="Look at it in a step before this one, with `ls -l` and `cat`.",
            ) from None

    def _walk(self, name: str) -> OpenFile:
        """Go to a file component by component, so that no link is followed that was not looked at."""
        waiting = deque(_parts(self._relative(name)))
        with ExitStack() as opened:
            directories = [_open_directory(opened, self._root, None)]
            real: list[str] = []
            links = 0
            while waiting:
                part = waiting.popleft()
                if part == "..":
                    if not real:
                        raise _outside(name)
                    directories.pop()
                    real.pop()
                    continue
                status = os.lstat(part, dir_fd=directories[-1])
                if stat.S_ISLNK(status.st_mode):
                    links += 1
                    if links > _MOST_LINKS:
                        raise UnusableFileError(
                            f"{name!r} is a symbolic link that leads in a circle.",
                            hint="Name the file itself, or fix the link.",
                        )
                    target = os.readlink(part, dir_fd=directories[-1])
                    if target.startswith("/"):
                        target = self._inside(os.path.realpath(target), name)
                        del directories[1:], real[:]
                    waiting.extendleft(reversed(_parts(target)))
                elif stat.S_ISDIR(status.st_mode):
                    directories.append(_open_directory(opened, part, directories[-1]))
                    real.append(part)
                elif waiting:
                    raise NotADirectoryError
                else:
                    # Looked at before, so that no device is even opened, and again when it is open.
                    _refuse_special(name, status)
                    real.append(part)
                    return _open_file(name, part, directories[-1], "/".join(real))
        raise _DirectoryError(
            f"{name!r} is a directory.",
            hint="Name the files in it, for example with /* at the end of the path.",
        )

    def _relative(self, name: str) -> str:
        if not _is_possible(name):
            raise UnusableFileError(f"{name!r} cannot be the name of a file.", hint=_RELATIVE)
        return self._inside(name, name) if name.startswith("/") else name

    def _inside(self, path: str, name: str) -> str:
        for root in self._spellings:
            if path == root or path.startswith(root.rstrip("/") + "/"):
                return path[len(root) :].lstrip("/")
        raise _outside(name)

    def _matches(self, pattern: str, unusable: list[UnusableFileError]) -> Iterator[OpenFile]:
        """Open what a pattern stands for, one after the other, each closed when the next is asked for."""
        relative = self._relative(pattern)
        if not _is_glob(relative) or os.path.lexists(os.path.join(self._root, relative)):  # noqa: PTH118
            with self.open(pattern) as file:
                yield replace(file, name=relative)
            return
        for name in self._expand(pattern, _parts(relative)):
            try:
                with self.open(name) as file:
                    yield file
            except _DirectoryError:
                continue
            except UnusableFileError as error:
                unusable.append(error)

    def _expand(self, pattern: str, parts: Sequence[str]) -> Iterator[str]:
        """Names that a glob stands for, unchecked. Links in circles end: a directory is looked at once."""
        waiting = deque([("", 0)])
        seen = set()
        while waiting:
            directory, at = waiting.popleft()
            state = (self._real(directory), at)
            if state in seen:
                continue
            seen.add(state)
            part, rest = parts[at], at + 1
            last = rest == len(parts)
            if part == "**" and not last:
                waiting.append((directory, rest))
            for entry, is_directory in self._entries(directory, part, pattern):
                path = f"{directory}/{entry}" if directory else entry
                if part == "**" and is_directory:
                    waiting.append((path, at))
                elif last and os.path.lexists(os.path.join(self._root, path)):  # noqa: PTH118
                    yield path
                elif part != "**" and not last:
                    waiting.append((path, rest))

    def _entries(self, directory: str, part: str, pattern: str) -> Iterable[tuple[str, bool]]:
        if not _is_glob(part):
            return [(part, False)]
        return [entry for entry in self._list(directory, pattern) if _fits(entry[0], part)]

    def _list(self, directory: str, pattern: str) -> Iterable[tuple[str, bool]]:
        """Entries of a directory, and whether each is itself a directory (a link to one is not)."""
        try:
            path = self._real(directory)
            self._inside(path, pattern)
            with os.scandir(path) as entries:
                return sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries)
        except OSError:
            return ()

    def _real(self, path: str) -> str:
        return os.path.realpath(os.path.join(self._root, path))  # noqa: PTH118

    def _missing(self, name: str) -> UnusableFileError:
        if not self._list("", name):
            return _empty_workspace(name)
        directory, _, wanted = name.rpartition("/")
        entries = [] if name.startswith("/") else [entry for entry, _ in self._list(directory, name)]
        near = suggest(wanted, entries)
        if "\\" in name:
            return _MissingError(
                f"{name!r} does not exist in the workspace.",
                hint=f"{_RELATIVE} Directories are separated by /, not by a backslash.",
            )
        guess = f"Did you mean {(directory and directory + '/') + near!r}? " if near else ""
        return _MissingError(f"{name!r} does not exist in the workspace.", hint=guess + _RELATIVE)

    def _list_in_a_line(self, pattern: str) -> UnusableFileError | None:
        """Explain what would name files if it were not written as YAML and JSON write a list; else None."""
        bare = (part.strip(" \t\"'[]").removeprefix("- ") for part in pattern.split(","))
        names = [name for name in bare if name]
        if names in ([], [pattern]) or not all(map(self._stands_for_something, names)):
            return None
        return _MissingError(
            f"{pattern!r} is not one path.",
            hint="Write one path per line, without dashes, commas, brackets and quotes.",
        )

    def _stands_for_something(self, pattern: str) -> bool:
        try:
            parts = _parts(self._relative(pattern))
        except UnusableFileError:
            return False
        return bool(parts) and any(True for _ in self._expand(pattern, parts))

    def _nothing_matches(self, pattern: str) -> UnusableFileError:
        if not self._list("", pattern):
            return _empty_workspace(pattern)
        return _MissingError(
            f"{pattern!r} matches no file.",
            hint=f"{_RELATIVE} * stays in one directory, ** goes through all below it; neither finds .names.",
        )


def _too_much(pattern: str) -> UnusableFileError:
    return UnusableFileError(
        f"The post files have more than {MOST_BYTES:,} bytes together, with those of {pattern!r}.",
        hint="Write narrower patterns, or publish them in several steps.",
    )


def _content(file: OpenFile, limit: int) -> bytes:
    """Read no more than was promised, whatever is appended meanwhile; and nothing of what is too large."""
    return file.stream.read(file.size) if file.size <= limit else b""


def _open_directory(opened: ExitStack, name: str, parent: int | None) -> int:
    descriptor = os.open(name, _DIRECTORY, dir_fd=parent)
    opened.callback(os.close, descriptor)
    return descriptor


def _open_file(name: str, part: str, directory: int, real_name: str) -> OpenFile:
    descriptor = os.open(part, _FILE, dir_fd=directory)
    try:
        status = os.fstat(descriptor)
        _refuse_special(name, status)
        return OpenFile(
            name=name,
            real_name=real_name,
            identity=(status.st_dev, status.st_ino),
            size=status.st_size,
            stream=os.fdopen(descriptor, "rb"),
        )
    except BaseException:
        os.close(descriptor)
        raise


def _refuse_special(name: str, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        kind = next((kind for is_kind, kind in _KINDS if is_kind(status.st_mode)), "no regular file")
        raise UnusableFileError(f"{name!r} is {kind}.", hint="Only regular files are read.")


def _outside(name: str) -> UnusableFileError:
    hint = _RELATIVE
    if name.startswith("/"):
        hint += (
            " ${{ github.workspace }} is a folder of the host, which the action's container does not have."
        )
    return UnusableFileError(f"{name!r} leads out of the workspace.", hint=hint)


def _empty_workspace(name: str) -> UnusableFileError:
    return _MissingError(
        f"{name!r} does not exist: the workspace is empty.",
        hint="Did the job check the repository out (actions/checkout)?",
    )


def _is_possible(name: str) -> bool:
    try:
        return b"\0" not in os.fsencode(name)
    except UnicodeEncodeError:  # a lone surrogate, which JSON can spell
        return False


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part not in {"", "."}]


def _is_glob(path: str) -> bool:
    return any(character in path for character in "*?[")


def _fits(entry: str, part: str) -> bool:
    return fnmatchcase(entry, part) and (part.startswith(".") or not entry.startswith("."))


_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
_ENDINGS = (".html", ".htm")
_PREVIEW_RELATIVE = (
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
        directory = _open_directory(opened, os.path.realpath(self._root), None)
        owner = os.fstat(directory)
        for part in self._parts[:-1]:
            made = False
            if make:
                with suppress(FileExistsError):
                    os.mkdir(part, 0o755, dir_fd=directory)
                    made = True
            directory = _open_directory(opened, part, directory)
            if made:
                _hand_over(directory, owner)
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
    if path.isprintable() and ".." not in (parts := _parts(path)):
        if not path.startswith("/"):
            return workspace, tuple(parts)
        for root in filter(None, (str(workspace), runner_temp)):
            for spelling in (root, os.path.realpath(root)):
                if path.startswith(spelling.rstrip("/") + "/"):
                    return Path(root), tuple(_parts(path[len(spelling) :]))
    raise ActionError(f"{path!r} leads out of the workspace.", hint=_PREVIEW_RELATIVE)


def _hand_over(descriptor: int, owner: os.stat_result) -> None:
    """Give what root made to whom the directory belongs: later steps run as the runner's user."""
    if os.geteuid() == 0:
        os.fchown(descriptor, owner.st_uid, owner.st_gid)
