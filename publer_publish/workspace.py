"""The checked-out repository: finds files by name or glob and opens them, and nothing outside of it.

A path is foreign data: it comes from a workflow or from a pull request's post file. Checking a path and
opening it afterwards can be raced, so a file is opened once, component by component from the root without
letting the kernel follow a link, and everything else is asked of the open file.

Windows can neither open a directory nor look a name up in one, and has no flag against following links.
There the same walk goes by paths. What it has opened is compared with what the path leads to afterwards, all
links resolved: it must be the same file, and inside. Whoever exchanges directories twice, at the right
moments, could still lead it out: that is somebody who can run programs beside this one anyway.
"""

from __future__ import annotations

import os
import re
import stat
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, suppress
from errno import ELOOP, ENOTDIR
from fnmatch import fnmatchcase
from pathlib import Path, PurePath
from posixpath import normpath
from typing import BinaryIO, NamedTuple, Self

from publer_publish.errors import ActionError, Problems, Where
from publer_publish.text import suggest

_MOST_LINKS = 40  # as the kernel


def _flags(*names: str) -> int:
    """Those of these flags that the system has."""
    return sum(getattr(os, name, 0) for name in names)


_ALWAYS = ("O_CLOEXEC", "O_NOINHERIT", "O_NOFOLLOW", "O_BINARY")
_DIRECTORY = _flags("O_RDONLY", "O_DIRECTORY", *_ALWAYS)
_FILE = _flags("O_RDONLY", "O_NONBLOCK", "O_NOCTTY", *_ALWAYS)
_NEW_FILE = _flags("O_WRONLY", "O_CREAT", "O_EXCL", *_ALWAYS)
_HAS_DIRECTORIES = os.open in os.supports_dir_fd and hasattr(os, "O_DIRECTORY") and hasattr(os, "O_NOFOLLOW")
"""Whether a directory can be opened, so that nobody exchanges it while a name is looked up in it."""
_NOT_IN_NAMES = ":\\" if os.name == "nt" else ""
"""Windows would take a drive, a stream of a file or a directory for part of the name."""
_INPUT = Where(path=("post-file",))
_ON_A_COMPUTER = r"[A-Za-z]:[\\/]|~/"
_SEVERAL = r"\.\w+\s*,\s*\S+\.\w+\Z"
_LIST_IN_A_LINE = r"- |[\[\"']|.*,"
MOST_BYTES = 32 * 1024 * 1024
"""Of all files together that are read at once."""
_ONE_EACH = "Write one path per line, without dashes, commas, brackets and quotes. "
_ON_THE_HOST = " ${{ github.workspace }} is a folder of the host, which the action's container does not have."
STDIN = "-"
"""The name of standard input at a terminal."""


class UnusableFileError(ActionError):
    """A path that cannot be used: missing, outside the workspace, or not a regular file."""


class OpenFile(NamedTuple):
    """A regular file inside the workspace, held open so that what was checked is what is read."""

    name: str
    """The name under which it was asked for."""
    identity: tuple[int, int]
    """Device and inode: equal for two names of one file."""
    size: int
    """In bytes, when it was opened."""
    stream: BinaryIO

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stream.close()


class _Read(NamedTuple):
    """A file that was opened, read and closed."""

    name: str
    size: int
    content: bytes


class Workspace:
    """The files below one directory."""

    def __init__(self, root: Path, *, here: Path | None = None, stdin: BinaryIO | None = None) -> None:
        """``here``: where somebody at a terminal is, who may type a post into ``stdin``."""
        self._root = os.path.realpath(root)
        self._spellings = (self._root, os.path.abspath(root))  # noqa: PTH100 - resolve() would follow links
        self._checkout = "repository" if here else "workspace"
        self._hint = "Write the path relative to the root of the repository."
        if here:
            self._hint = (
                "Paths are relative to the current directory; those in a post file, to the root of the "
                f"repository, {self._root}."
            )
        self._here = here
        self._stdin = stdin
        self._from_stdin = _Read("", 0, b"")

    @classmethod
    def around(cls, here: Path, stdin: BinaryIO | None = None) -> Self:
        """The repository that somebody at a terminal is in; without one, the directory itself."""
        root = next((one for one in (here, *here.parents) if (one / ".git").exists()), here)
        return cls(root, here=here, stdin=stdin)

    @property
    def root(self) -> Path:
        """Where it begins, as it was named."""
        return Path(self._spellings[1])

    def typed(self, path: str) -> str:
        """What a path means from the root. Raises ``UnusableFileError`` if it leads out.

        In a workflow paths begin at the root; at a terminal, where the person is.
        """
        if not self._here:
            return path
        meant = os.path.normpath(self._here / path)
        with suppress(UnusableFileError):
            return self._inside(meant, path)
        return self._inside(os.path.realpath(meant), path)

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
        for pattern in patterns:
            if pattern == STDIN and self._stdin:
                found[_NO_FILE] = self.read_stdin(limit)
                continue
            one_each = _ONE_EACH if re.match(_LIST_IN_A_LINE, pattern) else ""
            try:
                names = self._matches(self.typed(pattern))
            except UnusableFileError as error:
                problems.error(error.message, one_each + error.hint, _INPUT)
                continue
            for name in names:
                try:
                    with self.open(name) as file:
                        left -= _read_once(file, found, limit, left)
                except UnusableFileError as error:
                    problems.error(error.message, one_each + error.hint, _INPUT)
        reads = sorted(found.values())
        for read in reads:
            if read.size > limit:
                problems.error(
                    f"{read.name!r} has {read.size:,} bytes; at most {limit:,} are allowed.",
                    "Is it the right file?",
                    Where(file=read.name, path=_INPUT.path),
                )
        return tuple((read.name, read.content) for read in reads if read.size <= limit)

    def read_stdin(self, limit: int) -> _Read:
        """Read standard input, once. Waits for as long as somebody types."""
        if self._stdin and not self._from_stdin.name:
            content = self._stdin.read(limit + 1)
            name = "stdin.json" if re.match(rb'\s*\{\s*"', content) else "stdin.yml"
            self._from_stdin = _Read(name, len(content), content)
        return self._from_stdin

    def open(self, name: str) -> OpenFile:
        """Open a regular file inside the workspace, or raise ``UnusableFileError``. Never blocks."""
        try:
            return self._walk(name)
        except FileNotFoundError:
            raise self._missing(name) from None
        except OSError as error:
            raise UnusableFileError(
                f"{name!r} cannot be opened: {error.strerror}.",
                hint=f"Look at it with `ls -l`, in a workflow in an earlier step. {self._hint}",
            ) from None

    def _walk(self, name: str) -> OpenFile:
        """Go to a file component by component, so that no link is followed that was not looked at."""
        waiting = deque(_parts(self._relative(name)))
        with ExitStack() as opened:
            directories = [_open_directory(opened, self._root, None)]
            links = 0
            while waiting:
                part = waiting.popleft()
                if part == "..":
                    directories.pop()
                    if not directories:
                        raise self._outside(name)
                    continue
                status = os.lstat(directories[-1].at(part), dir_fd=directories[-1].descriptor)
                if stat.S_ISLNK(status.st_mode):
                    links += 1
                    if links > _MOST_LINKS:
                        raise OSError(ELOOP, os.strerror(ELOOP))
                    target = os.readlink(directories[-1].at(part), dir_fd=directories[-1].descriptor)
                    if _is_absolute(target):
                        target = self._inside(os.path.realpath(target), name)
                        del directories[1:]
                    waiting.extendleft(reversed(_parts(target.replace(os.sep, "/"))))
                elif stat.S_ISDIR(status.st_mode):
                    directories.append(_open_directory(opened, part, directories[-1]))
                elif waiting:
                    raise NotADirectoryError(ENOTDIR, os.strerror(ENOTDIR))
                else:
                    # Looked at before, so that no device is even opened, and again when it is open.
                    _refuse_special(name, status)
                    return self._open_file(name, part, directories[-1])
        raise UnusableFileError(
            f"{name!r} is a directory.",
            hint="Name the files in it, for example with /* at the end of the path.",
        )

    def _open_file(self, name: str, part: str, directory: _Directory) -> OpenFile:
        path = directory.at(part)
        descriptor = os.open(path, _FILE, dir_fd=directory.descriptor)
        try:
            status = os.fstat(descriptor)
            _refuse_special(name, status)
            if directory.descriptor is None:
                self._compare(name, path, status)
            identity = (status.st_dev, status.st_ino)
            return OpenFile(name, identity, status.st_size, os.fdopen(descriptor, "rb"))
        except BaseException:
            os.close(descriptor)
            raise

    def _compare(self, name: str, path: str, status: os.stat_result) -> None:
        """Refuse what was opened by its path if the path leads elsewhere now, or out."""
        real = self._inside(os.path.realpath(path), name)
        if not os.path.samestat(self._path(real).stat(), status):
            raise self._outside(name)

    def _relative(self, name: str) -> str:
        relative = self._inside(name, name) if _is_absolute(name) else name
        if not _is_possible(relative):
            raise UnusableFileError(
                f"{name!r} cannot be the name of a file.", hint=f"Folders are separated by /. {self._hint}"
            )
        return relative

    def _inside(self, path: str, name: str) -> str:
        for root in self._spellings:
            with suppress(ValueError):
                return PurePath(path).relative_to(root).as_posix()
        raise self._outside(name)

    def _matches(self, pattern: str) -> list[str]:
        """Names of what a pattern stands for. Raises ``UnusableFileError`` if that is nothing."""
        relative = self._relative(pattern)
        if not _is_glob(relative) or os.path.lexists(self._path(relative)):
            return [relative]
        names = self._expand(pattern, _parts(relative))
        found = [name for name in names if not self._path(name).is_dir()]
        if not found:
            raise self._absent(
                pattern,
                f"{pattern!r} matches no file.",
                f"{self._hint} * stays in one directory, ** goes through all below it; neither finds .names.",
            )
        return found

    def _expand(self, pattern: str, parts: Sequence[str]) -> Iterator[str]:
        """Names that a glob stands for, unchecked. Links in circles end: a directory is looked at once."""
        waiting = deque([("", 0)])
        seen = set()
        while waiting:
            directory, at = waiting.popleft()
            state = (os.path.realpath(self._path(directory)), at)
            if state in seen:
                continue
            seen.add(state)
            part, rest = parts[at], at + 1
            last = rest == len(parts)
            if part == "**" and not last:
                waiting.append((directory, rest))
            entries = self._list(directory, pattern) if _is_glob(part) else [(part, False)]
            for entry, is_directory in entries:
                if not _fits(entry, part):
                    continue
                path = f"{directory}/{entry}" if directory else entry
                if part == "**" and is_directory:
                    waiting.append((path, at))
                elif last and os.path.lexists(self._path(path)):
                    yield path
                elif part != "**" and not last:
                    waiting.append((path, rest))

    def _list(self, directory: str, pattern: str) -> Iterable[tuple[str, bool]]:
        """Entries of a directory, and whether each is itself a directory (a link to one is not)."""
        try:
            path = os.path.realpath(self._path(directory))
            self._inside(path, pattern)
            with os.scandir(path) as entries:
                return sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries)
        except OSError:
            return ()

    def _path(self, relative: str) -> Path:
        return Path(self._root, relative)

    def _missing(self, name: str) -> UnusableFileError:
        directory, slash, wanted = name.rpartition("/")
        near = suggest(wanted, [entry for entry, _ in self._list(directory, name)])
        hint = self._hint
        if re.match(_ON_A_COMPUTER, name):
            hint = f"That is a path on your own computer: upload the file to the repository. {hint}"
        elif "\\" in name:
            hint = f"Folders are separated by /, not by a backslash: {name.replace(chr(92), '/')!r}."
        elif re.search(_SEVERAL, name):
            hint = "If these are several files, write them as a list, such as `[one.png, two.png]`."
        elif near:
            hint = f"Did you mean {directory + slash + near!r}? {hint}"
        return self._absent(name, f"{_shown(name)} does not exist in the {self._checkout}.", hint)

    def _absent(self, name: str, message: str, hint: str) -> UnusableFileError:
        """The message for a path that does not exist, or for a repository that is empty."""
        if not self._list("", name):
            message = f"{name!r} does not exist: the {self._checkout} is empty."
            checked_out = "Did the job check the repository out (actions/checkout)?"
            hint = "Are you in the right directory?" if self._here else checked_out
        return UnusableFileError(message, hint=hint)

    def _outside(self, name: str) -> UnusableFileError:
        hint = self._hint + ("" if self._here or not _is_absolute(name) else _ON_THE_HOST)
        return UnusableFileError(f"{name!r} leads out of the {self._checkout}.", hint=hint)


def _read_once(file: OpenFile, found: dict[tuple[int, int], _Read], limit: int, left: int) -> int:
    """Put a file beside those that were found, under the first of its names; return what was read of it."""
    name = normpath(file.name)
    if read := found.get(file.identity):
        found[file.identity] = read._replace(name=min(name, read.name))
        return 0
    # No more than was promised, whatever is appended meanwhile; and nothing of what is too large.
    content = file.stream.read(file.size) if file.size <= limit else b""
    if len(content) > left:
        raise UnusableFileError(
            f"The post files have more than {MOST_BYTES:,} bytes together.",
            hint="Write narrower patterns, or publish them in several steps.",
        )
    found[file.identity] = _Read(name, file.size, content)
    return len(content)


def _shown(name: str) -> str:
    """Quote a path with each backslash as it is."""
    return f"'{name}'" if name.isprintable() else repr(name)


_NO_FILE = (-1, -1)
"""Stands for the identity of standard input."""


class _Directory(NamedTuple):
    """A directory that is open, or only its path where none can be opened."""

    path: str
    descriptor: int | None

    def at(self, part: str) -> str:
        """How to call what it holds, together with ``dir_fd=descriptor``."""
        return part if self.descriptor is not None else os.path.join(self.path, part)  # noqa: PTH118


def _open_directory(opened: ExitStack, name: str, parent: _Directory | None) -> _Directory:
    path = parent.at(name) if parent else name
    if not _HAS_DIRECTORIES:
        if not stat.S_ISDIR(os.lstat(path).st_mode):
            raise NotADirectoryError(ENOTDIR, os.strerror(ENOTDIR), path)
        return _Directory(path, None)
    descriptor = os.open(path, _DIRECTORY, dir_fd=parent.descriptor if parent else None)
    opened.callback(os.close, descriptor)
    return _Directory(path, descriptor)


def _refuse_special(name: str, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise UnusableFileError(f"{name!r} is not a regular file.", hint="Only regular files are read.")


def _is_absolute(path: str) -> bool:
    return path.startswith("/") or PurePath(path).is_absolute()


def _is_possible(name: str) -> bool:
    try:
        return b"\0" not in os.fsencode(name) and not any(one in name for one in _NOT_IN_NAMES)
    except UnicodeEncodeError:  # a lone surrogate, which JSON can spell
        return False


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part not in {"", "."}]


def _is_glob(path: str) -> bool:
    return any(character in path for character in "*?[")


def _fits(entry: str, part: str) -> bool:
    return fnmatchcase(entry, part) and (part.startswith(".") or not entry.startswith("."))


_ENDINGS = (".html", ".htm")
_PREVIEW_RELATIVE = (
    "Write the path relative to the workspace, such as `preview.html`, or `${{ runner.temp }}/preview.html`, "
    "which the action sees with runners from 2.331 on."
)


class PreviewFile:
    """A place for the page, named before anything is sent."""

    def __init__(self, path: str, workspace: Path, runner_temp: str = "") -> None:
        """Find the place that ``path`` means. Raises ``ActionError`` if the page cannot go there."""
        self._root, self._parts = _inside(path, workspace, runner_temp)
        if not self._parts or not self._parts[-1].lower().endswith(_ENDINGS):
            raise ActionError(
                f"{path!r} is not a name for the preview page: it ends in neither .html nor .htm.",
                hint="The ending keeps the page from taking the place of another file by mistake.",
            )
        self.output = "/".join(self._parts) if self._root == workspace else ""
        """For later steps, which see the runner's temp elsewhere: then it is empty."""
        self.name = self.output or path

    def write(self, text: str) -> None:
        """Write the page; directories are made. Raises ``ActionError``."""
        try:
            with ExitStack() as opened:
                self._replace(self._open(opened), text.encode("utf-8", "replace"))
        except OSError as error:
            raise ActionError(
                f"The preview page cannot be written to {self.name!r}: {error.strerror}.",
                hint="A part of the path may be a symbolic link, which is not followed, or not a directory.",
            ) from None

    def _open(self, opened: ExitStack) -> _Directory:
        """Open the directory of the file. What is missing is made."""
        root = directory = _open_directory(opened, os.path.realpath(self._root), None)
        for part in self._parts[:-1]:
            made = False
            with suppress(FileExistsError):
                os.mkdir(directory.at(part), 0o755, dir_fd=directory.descriptor)
                made = True
            directory = _open_directory(opened, part, directory)
            if made:
                _hand_over(directory.descriptor, self._root)
        if directory.descriptor is None and not Path(directory.path).resolve().is_relative_to(root.path):
            raise NotADirectoryError(ENOTDIR, os.strerror(ENOTDIR), directory.path)
        return directory

    def _replace(self, directory: _Directory, data: bytes) -> None:
        """Write beside the file and rename: never half a page, and never into what a link points to."""
        new, old = (directory.at(name) for name in (f".{os.urandom(8).hex()}.preview", self._parts[-1]))
        inside = directory.descriptor
        descriptor = os.open(new, _NEW_FILE, 0o644, dir_fd=inside)
        try:
            with os.fdopen(descriptor, "wb") as file:
                _hand_over(file.fileno(), self._root)
                file.write(data)
            os.replace(new, old, src_dir_fd=inside, dst_dir_fd=inside)
        except BaseException:
            with suppress(OSError):
                os.unlink(new, dir_fd=inside)
            raise


def _inside(path: str, workspace: Path, runner_temp: str) -> tuple[Path, tuple[str, ...]]:
    """Split a path into the root it lies below and the rest."""
    if path.isprintable() and ".." not in (parts := _parts(path)):
        if not _is_absolute(path):
            return workspace, tuple(parts)
        for root in filter(None, (str(workspace), runner_temp)):
            for spelling in (root, os.path.realpath(root)):
                with suppress(ValueError):
                    return Path(root), PurePath(path).relative_to(spelling).parts
    raise ActionError(f"{path!r} leads out of the workspace.", hint=_PREVIEW_RELATIVE)


def _hand_over(descriptor: int | None, root: Path) -> None:
    """Give what root made to whom the directory belongs: later steps run as the runner's user."""
    if descriptor is not None and hasattr(os, "geteuid") and os.geteuid() == 0:
        owner = root.stat()
        os.fchown(descriptor, owner.st_uid, owner.st_gid)
