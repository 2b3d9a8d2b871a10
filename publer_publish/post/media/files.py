"""The media files of a post: whether Publer takes them, by content. What networks want: ``rules``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from publer_publish.errors import Problems
from publer_publish.post.media.kinds import MediaInfo, NotMediaError, probe
from publer_publish.post.media.rules import FORMATS, duration, extension_of, path_of_url
from publer_publish.post.model import Media, MediaSource
from publer_publish.text import file_size
from publer_publish.workspace import OpenFile, UnusableFileError, Workspace

MOST_BYTES = 200_000_000
"""Publer's limit for one upload (media handling page)."""
_NO_ID = r"[\s./\\]"


class MediaFiles:
    """The media files of a run. Each is read once, whatever posts and networks use it."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._known: dict[str, tuple[MediaInfo | None, Problems]] = {}

    def info(self, media: Media) -> MediaInfo | None:
        """What the file is; None if the item is not a file that Publer takes."""
        return self._look(media.value)[0] if _is_file(media) else None

    def check(self, media: Media, problems: Problems) -> None:
        """Check a media item and its thumbnail: files, addresses, ids."""
        for item in with_thumbnails([media]):
            _check_source(item, problems)
            for problem in self._look(item.value)[1] if _is_file(item) else ():
                problems.add(problem._replace(where=item.where))

    def _look(self, name: str) -> tuple[MediaInfo | None, Problems]:
        """What a file is, and what is wrong with it, wherever it is named; ``./a`` is ``a``."""
        if name in self._known:
            return self._known[name]
        path = str(PurePosixPath(name))
        if path not in self._known:
            info, problems = None, Problems()
            try:
                with self._workspace.open(name) as file:
                    info = check_file(file, problems)
            except UnusableFileError as error:
                problems.error(error.message, error.hint)
            self._known[path] = info, problems
        self._known[name] = self._known[path]
        return self._known[name]


def check_file(file: OpenFile, problems: Problems) -> MediaInfo | None:
    """Return what an open file is; None if Publer does not take it."""

    def refuse(message: str, hint: str) -> None:
        problems.error(f"{file.name!r} {message}.", hint)

    if not file.size:
        refuse("is empty", "Did the step that creates it fail, or is it a placeholder?")
        return None
    if file.size > MOST_BYTES:
        size = f"has {file.size:,} bytes; Publer takes at most {MOST_BYTES:,} (200 MB)"
        refuse(size, "Make it smaller, or give its public address as `url`.")
    try:
        info = probe(file.stream, file.size)
    except NotMediaError as error:
        refuse(error.message, error.hint)
        return None
    extension = extension_of(file.name)
    if extension and info.format not in FORMATS.get(extension, (None, frozenset()))[1]:
        what = f"is named .{extension}, but its content is {info.format.upper()}"
        refuse(what, f"Name it .{info.format}, or convert it.")
    return None if problems.errors() else info


def described(info: MediaInfo) -> str:
    """Size and dimensions for people: ``PNG, 1200 x 630 pixels, 84 KB``."""
    parts = [info.format.upper()]
    if info.width:
        parts.append(f"{info.width} x {info.height} pixels")
    if info.duration_seconds is not None:
        parts.append(duration(info.duration_seconds))
    return ", ".join([*parts, file_size(info.size)])


def with_thumbnails(items: Iterable[Media]) -> Iterator[Media]:
    """Each item, and the picture that stands for it where that is an item of its own."""
    for media in items:
        yield media
        if isinstance(media.thumbnail, Media):
            yield media.thumbnail


def _is_file(media: Media) -> bool:
    return media.source is MediaSource.FILE and path_of_url(media.value) is None


def _check_source(media: Media, problems: Problems) -> None:
    """Find what was taken for something else: an address for a file, a file for an id."""
    is_address = path_of_url(media.value) is not None
    if media.source is MediaSource.URL and not is_address:
        problems.error(
            f"{media.value!r} is not an address that Publer could download from.",
            "Give the direct, public address of the file: https://…",
            media.where,
        )
    elif media.source is MediaSource.FILE and is_address:
        problems.error(
            f"{media.value!r} is an address, not a file of the repository.",
            "Write `url:` instead of `file:`.",
            media.where,
        )
    elif media.source is MediaSource.ID and re.search(_NO_ID, media.value):
        problems.error(
            f"{media.value!r} is not the id of a file in Publer.",
            f"Write `{'url' if is_address else 'file'}:` instead of `id:`.",
            media.where,
        )
