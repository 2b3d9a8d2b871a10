"""What a post file means: frozen values that the other rooms read. No behaviour beyond naming."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple

from publer_publish.errors import Path, Where

Json = Any
"""Whatever a YAML or JSON document can hold."""
NO_FIELDS: Mapping[str, Json] = MappingProxyType({})


LISTS_OF_POSTS: tuple[Path, ...] = ((), ("posts",), ("bulk", "posts"))
"""Where a file with several posts has them."""


def value_at(data: Json, path: Sequence[str | int]) -> Json:
    """The value at a path of a document; None if there is none."""
    for step in path:
        if isinstance(step, str):
            data = data.get(step) if isinstance(data, Mapping) else None
        else:
            data = data[step] if isinstance(data, list) and step < len(data) else None
    return data


def post_steps(path: Path) -> Path:
    """The beginning of a path that leads to a post of a file with several; empty where none does."""
    for above in LISTS_OF_POSTS:
        post = path[: len(above) + 1]
        if post[:-1] == above and post and isinstance(post[-1], int):
            return post
    return ()


class SelectorKind(StrEnum):
    """The four ways to name accounts (design 4.3)."""

    ID = "id"
    NAME = "name"
    NETWORK = "network"
    ALL = "all"


class Selector(NamedTuple):
    """One account selector: ``66db…``, ``linkedin/Acme Inc``, ``twitter/*`` or ``*``."""

    kind: SelectorKind
    written: str
    """As the user wrote it, for messages."""
    network: str = ""
    value: str = ""
    """The id or the account's name."""

    def may_select(self, network: str) -> bool:
        """Whether accounts of a network can be among those that it selects."""
        return self.network in ("", network)


class MediaSource(StrEnum):
    """Where a media item comes from: exactly one of the three keys of a media item."""

    FILE = "file"
    URL = "url"
    ID = "id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A picture, video, GIF or document of a post or a comment."""

    source: MediaSource
    value: str
    """A path relative to the workspace, a URL, or a Publer media id."""
    where: Where
    alt_text: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """Further fields of Publer's media object (``type``, ``path``, ``caption``, ``title`` …), as written."""
    thumbnail: Media | int | None = None
    """For a video: another media item, or the index of one of Publer's own thumbnails."""
    about: str = field(default="", compare=False)
    """What its header tells, for people: format, pixels, duration, size."""


class Comment(NamedTuple):
    """A first comment, or the next post of a thread."""

    text: str
    where: Where
    media: tuple[Media, ...] = ()
    fields: Mapping[str, Any] = NO_FIELDS
    """``delay``, ``conditions``, ``language``: as Publer names them."""


class AccountRef(NamedTuple):
    """An entry of ``accounts``: a selector and what Publer is to do on that account only."""

    selector: Selector
    where: Where
    has_comments: bool = False
    """It has its own; else the comments of the post apply."""
    fields: Mapping[str, Any] = NO_FIELDS
    """``share``, ``delete``, ``labels`` …: as Publer names them."""
    extra: Mapping[str, Any] = NO_FIELDS

    @property
    def options(self) -> Mapping[str, Any]:
        """What it says beside which accounts, and beside their comments."""
        return {**self.fields, "extra": self.extra} if self.extra else self.fields

    @property
    def has_options(self) -> bool:
        """Whether it says more than which accounts."""
        return self.has_comments or bool(self.fields) or bool(self.extra)


class Content(NamedTuple):
    """What one network gets for one post: rendered, counted and checked."""

    network: str
    """A provider key of ``post.networks``; ``wordpress`` for all three spellings."""
    type: str
    text: str
    where: Where
    """The node that this network's text comes from."""
    media: tuple[Media, ...] = ()
    fields: Mapping[str, Any] = NO_FIELDS
    """Publer's own fields for this network (``title``, ``url``, ``details`` …), as they are sent."""
    comments: tuple[Comment, ...] = ()
    extra: Mapping[str, Any] = NO_FIELDS
    length: int = 0
    """Counted as the network counts."""
    limit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One post of a post file (or of the ``text`` input)."""

    file: str
    """Relative to the workspace; empty for the ``text`` input."""
    index: int
    """In its file, from 0."""
    where: Where
    accounts: tuple[AccountRef, ...] = ()
    networks: tuple[str, ...] = ()
    """Those the post lists, in its order."""
    labels: tuple[str, ...] = ()
    skipped: bool = False
    """``when`` rendered to a false value."""
    why_skipped: str = ""
    """The expression and its value, for people."""
