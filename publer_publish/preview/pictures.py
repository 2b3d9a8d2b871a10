"""Reads the pictures of the posts from the workspace, within a budget: the page holds them all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from publer_publish.delivery.outcomes import Result
from publer_publish.errors import ActionError
from publer_publish.post.media import described, with_thumbnails
from publer_publish.post.model import MediaSource
from publer_publish.post.probe import probe
from publer_publish.post.workspace import Workspace
from publer_publish.report.page.pictures import Picture

MOST_BYTES_EACH = 1_000_000
"""A larger picture is drawn as a frame with its facts: scaling it would need an image library."""
MOST_BYTES = 6_000_000
"""Of all pictures together."""


def read_pictures(results: Iterable[Result], workspace: Workspace) -> dict[str, Picture]:
    """Return what is known of each media file, with its bytes if it is a picture that fits the budget."""
    found: dict[str, Picture] = {}
    left = MOST_BYTES
    for name in dict.fromkeys(_files(results)):
        try:
            with workspace.open(name) as file:
                info = probe(file.stream, file.size)
                embedded = info.kind in {"photo", "gif"} and file.size <= min(left, MOST_BYTES_EACH)
                file.stream.seek(0)
                data = file.stream.read(file.size) if embedded else b""
        except (ActionError, OSError):
            continue  # whoever checks the post says so; here it is only not drawn
        left -= len(data)
        found[name] = Picture(
            kind=info.kind.value,
            about=described(info),
            width=info.width or 0,
            height=info.height or 0,
            mime=info.mime,
            data=data,
        )
    return found


def _files(results: Iterable[Result]) -> Iterator[str]:
    for result in results:
        if result.content is None:
            continue
        for media in (result.content.media, *(comment.media for comment in result.content.comments)):
            yield from (one.value for one in with_thumbnails(media) if one.source is MediaSource.FILE)
