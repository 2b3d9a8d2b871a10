"""What Publer made of the media of a run, and how that is written into a network's part of a post."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from publer_publish.errors import Problem, Severity
from publer_publish.post.media import described
from publer_publish.post.model import Content, Media, MediaSource
from publer_publish.post.networks import SPELLINGS, network
from publer_publish.post.probe_header import MediaInfo

Key = tuple[MediaSource, str]
_PASSED_BACK = ("id", "type", "path", "thumbnail", "thumbnails", "default_thumbnail")
"""Of Publer's media object; its own ``name`` and ``caption`` are the file's, not the post's."""


def key_of(media: Media) -> Key:
    """Tell what is the same media item, whatever the posts say about it."""
    return media.source, media.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """By media item: Publer's objects, or why there is none."""

    answers: Mapping[Key, tuple[Mapping[str, Any], ...]] = field(default_factory=lambda: MappingProxyType({}))
    failures: Mapping[Key, str] = field(default_factory=lambda: MappingProxyType({}))
    infos: Mapping[Key, MediaInfo] = field(default_factory=lambda: MappingProxyType({}))

    def failure(self, media: Media) -> str:
        """Why a post with this item cannot be sent, as the message of its targets; empty if it can."""
        for item in (media, media.thumbnail):
            if isinstance(item, Media) and key_of(item) in self.failures:
                return (
                    f"not sent: {item.value!r} could not be brought to Publer: {self.failures[key_of(item)]}"
                )
        if isinstance(media.thumbnail, int):
            own = self._objects(media)[0].get("thumbnails")
            if isinstance(own, list) and not 0 <= media.thumbnail < len(own):
                there = f"{len(own)} thumbnails, counted from 0"
                return f"not sent: {media.value!r} has no thumbnail {media.thumbnail}: there are {there}."
        return ""

    def items(self, media: Media) -> tuple[dict[str, Any], ...]:
        """Write the entries of a network's ``media``; several when Publer split a PDF into its pages."""
        return tuple(self._item(media, answer) for answer in self._objects(media))

    def warnings(self, content: Content) -> Iterator[Problem]:
        """Tell which items this network will not take, in Publer's own judgement."""
        for media in content.media:
            details = content.fields.get("details")
            subtype = details.get("type") if isinstance(details, dict) else ""
            refused = any(
                _is_refused(answer.get("validity"), content.network, (subtype, content.type))
                for answer in self.answers.get(key_of(media), ())
            )
            if refused:
                info = self.infos.get(key_of(media))
                known = f" ({described(info)})" if info else ""
                label = network(content.network).label
                yield Problem(
                    message=f"Publer says that {label} will not take {media.value!r}{known}.",
                    hint="It gives no reason. Networks judge by kind, size, pixels, ratio and duration.",
                    where=media.where,
                    severity=Severity.WARNING,
                )

    def _objects(self, media: Media) -> tuple[Mapping[str, Any], ...]:
        if media.source is MediaSource.ID:
            return ({"id": media.value, **media.fields},)
        return self.answers[key_of(media)]

    def _item(self, media: Media, answer: Mapping[str, Any]) -> dict[str, Any]:
        if media.source is MediaSource.ID:
            item = dict(answer)
        else:
            item = dict(media.fields) | {
                key: answer[key] for key in _PASSED_BACK if answer.get(key) is not None
            }
        if media.alt_text:
            item["alt_text"] = media.alt_text
        if isinstance(media.thumbnail, int):
            item["default_thumbnail"] = media.thumbnail
        elif media.thumbnail is not None:
            picture = self._objects(media.thumbnail)[0]
            own = item.get("thumbnails")
            item["thumbnails"] = [*(own if isinstance(own, list) else []), _thumbnail(picture)]
            item["default_thumbnail"] = len(item["thumbnails"]) - 1
        elif item.get("thumbnails"):
            item.setdefault("default_thumbnail", 0)
        return item


def _thumbnail(picture: Mapping[str, Any]) -> dict[str, Any]:
    full = picture.get("path")
    return {"id": picture.get("id"), "small": picture.get("thumbnail") or full, "real": full}


def _is_refused(validity: object, network_key: str, uses: tuple[object, ...]) -> bool:
    """Read ``validity``: per network yes or no, or the same per use (post, reel, story, video, short)."""
    if not isinstance(validity, Mapping):
        return False
    spellings = [network_key, *(other for other, key in SPELLINGS.items() if key == network_key)]
    said = next((validity[key] for key in spellings if key in validity), None)
    if isinstance(said, Mapping):
        said = next((said[use] for use in (*uses, "post") if use in said), None)
    return said is False
