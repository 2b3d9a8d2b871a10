"""The media files of a post: whether Publer takes them, by content. What networks want: ``media_rules``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from publer_publish.errors import Problem
from publer_publish.post.media.kinds import MediaInfo, NotMediaError
from publer_publish.post.media.rules import FORMATS, duration, extension_of, path_of_url
from publer_publish.post.model import Media, MediaSource
from publer_publish.text import file_size
from publer_publish.workspace import OpenFile, UnusableFileError, Workspace

MOST_BYTES = 200_000_000
"""Publer's limit for one upload (media handling page)."""
_NO_ID = re.compile(r"[\s./\\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What is known about the files of a run."""

    infos: Mapping[str, MediaInfo]
    """By the path as written (``Media.value``); the usable ones."""
    problems: tuple[Problem, ...] = ()

    def info(self, media: Media) -> MediaInfo | None:
        """None for what is no file, or no usable one."""
        return self.infos.get(media.value) if media.source is MediaSource.FILE else None


def check_files(
    workspace: Workspace, items: Iterable[Media], known: Mapping[str, MediaInfo] | None = None
) -> Checked:
    """Check each item and its thumbnail; a file is opened once, however often it is named.

    ``known``: usable files that were opened before, by their path as written.
    """
    infos: dict[str, MediaInfo] = dict(known or {})
    failed: dict[str, tuple[Problem, ...]] = {}
    problems: list[Problem] = []
    for media in with_thumbnails(items):
        wrong = _wrong_source(media)
        if wrong:
            problems.append(wrong)
        if wrong or media.source is not MediaSource.FILE:
            continue
        if media.value in failed:
            problems += [replace(problem, where=media.where) for problem in failed[media.value]]
        elif media.value not in infos:
            try:
                with workspace.open(media.value) as file:
                    found = check_file(file, media)
            except UnusableFileError as error:
                found = (Problem(message=error.message, hint=error.hint, where=media.where),)
            if isinstance(found, MediaInfo):
                infos[media.value] = found
            else:
                failed[media.value] = found
                problems += found
    return Checked(infos=infos, problems=tuple(dict.fromkeys(problems)))


def check_file(file: OpenFile, media: Media) -> MediaInfo | tuple[Problem, ...]:
    """Tell what an open file is, or everything that keeps Publer from taking it."""
    from publer_publish.post.media.kinds import probe  # noqa: PLC0415 - most posts have no media

    def wrong(message: str, hint: str) -> Problem:
        return Problem(message=f"{file.name!r} {message}.", hint=hint, where=media.where)

    if not file.size:
        return (wrong("is empty", "Did the step that makes it fail, or is it a placeholder?"),)
    problems = []
    if file.size > MOST_BYTES:
        size = f"has {file.size:,} bytes; Publer takes at most {MOST_BYTES:,} (200 MB)"
        problems.append(wrong(size, "Make it smaller, or give its public address as `url`."))
    info = None
    try:
        info = probe(file.stream, file.size)
    except NotMediaError as error:
        problems.append(wrong(error.message, error.hint))
    extension = extension_of(file.name)
    if info and extension and info.format not in FORMATS.get(extension, (None, frozenset()))[1]:
        what = f"is named .{extension}, but its content is {info.format.upper()}"
        problems.append(wrong(what, f"Name it .{info.format}, or convert it."))
    return info if info and not problems else tuple(problems)


def described(info: MediaInfo) -> str:
    """Size and dimensions for people: ``PNG, 1200 x 630 pixels, 84 KB``."""
    parts = [info.format.upper()]
    if info.width and info.height:
        parts.append(f"{info.width} x {info.height} pixels")
    if info.duration_seconds is not None:
        parts.append(duration(info.duration_seconds))
    if info.pages is not None:
        parts.append(f"{info.pages} page{'s' * (info.pages != 1)}")
    return ", ".join([*parts, file_size(info.size)])


def with_thumbnails(items: Iterable[Media]) -> Iterator[Media]:
    """Each item, and the picture that stands for it where that is an item of its own."""
    for media in items:
        yield media
        if isinstance(media.thumbnail, Media):
            yield media.thumbnail


def _wrong_source(media: Media) -> Problem | None:
    """What was taken for something else: an address for a file, a file for an id."""
    is_address = path_of_url(media.value) is not None
    if media.source is MediaSource.URL and not is_address:
        return Problem(
            message=f"{media.value!r} is not an address that Publer could download from.",
            hint="Give the direct, public address of the file: https://…",
            where=media.where,
        )
    if media.source is MediaSource.FILE and is_address:
        return Problem(
            message=f"{media.value!r} is an address, not a file of the repository.",
            hint="Write `url:` instead of `file:`.",
            where=media.where,
        )
    if media.source is MediaSource.ID and _NO_ID.search(media.value):
        return Problem(
            message=f"{media.value!r} is not the id of a file in Publer.",
            hint=f"Write `{'url' if is_address else 'file'}:` instead of `id:`.",
            where=media.where,
        )
    return None
