"""The body of ``POST /posts/schedule/publish``: exact in what is sent (publer-api 3.1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from publer_publish.delivery.ledger import Target
from publer_publish.delivery.media import UploadedMedia
from publer_publish.networks import table
from publer_publish.post.model import Comment, Content, Media

_IN_COMMENT = ("type", "path", "caption", "thumbnail", "thumbnails")


def bulk_body(targets: Sequence[Target], media: UploadedMedia) -> dict[str, Any]:
    """What is under ``bulk``. ``state`` is "scheduled" for publishing now, too; no ``scheduled_at``."""
    posts = [_post(list(group), media) for _, group in groupby(targets, key=lambda target: target.key[:2])]
    return {"state": "scheduled", "posts": posts}


def _post(targets: Sequence[Target], media: UploadedMedia) -> dict[str, Any]:
    body: dict[str, Any] = {
        "networks": {network_key(target): _network(target.content, media) for target in targets},
        "accounts": [_account(target, media) for target in targets],
    }
    if targets[0].post.labels:
        body["labels"] = list(targets[0].post.labels)
    return body


def network_key(target: Target) -> str:
    """The network's key; for WordPress its own provider, else its type (publer-api 2.1, 5.1).

    Publer's documentation has other types, too (``blog``), which are not keys. One key only: under two an
    article might go out twice.
    """
    rules = table.network(target.content.network)
    own = (word for word in (target.account.provider, target.account.type) if rules.is_own_key(word))
    return next(own, rules.key)


def _network(content: Content, media: UploadedMedia) -> dict[str, Any]:
    body: dict[str, Any] = {"type": content.type}
    if content.text:
        body["text"] = content.text
    if content.media:
        body["media"] = [body for item in content.media for body in media.items(item)]
    body.update(content.fields)
    return with_extra(table.network(content.network).as_sent(body), content.extra)


def _account(target: Target, media: UploadedMedia) -> dict[str, Any]:
    body: dict[str, Any] = {"id": target.account.id, **target.ref.fields}
    if target.post.labels:
        # Publer's pages name them on the post, its OpenAPI description on the account.
        body.setdefault("labels", list(target.post.labels))
    if target.content.comments:
        body["comments"] = [_comment(comment, media) for comment in target.content.comments]
    return with_extra(body, target.ref.extra)


def _comment(comment: Comment, media: UploadedMedia) -> dict[str, Any]:
    body: dict[str, Any] = {"text": comment.text, **comment.fields}
    if comment.media:
        # The reference shows one object here, not a list, and it is named by its path (publer-api 9).
        item = media.items(comment.media[0])[0]
        body["media"] = {key: item[key] for key in _IN_COMMENT if key in item}
    return body


def with_extra(body: Mapping[str, Any], extra: Mapping[str, Any]) -> dict[str, Any]:
    """``body`` with what ``extra`` adds, mapping by mapping. What is there stays."""
    result = {**extra, **body}
    for key in body.keys() & extra.keys():
        if isinstance(body[key], Mapping) and isinstance(extra[key], Mapping):
            result[key] = with_extra(body[key], extra[key])
    return result


def media_of(targets: Iterable[Target]) -> list[Media]:
    """Every media item that the targets need, once, in order."""
    return list(dict.fromkeys(item for target in targets for item in needed_by(target)))


def needed_by(target: Target) -> list[Media]:
    """The media items of one target, those of its comments included."""
    comments = target.content.comments
    return [*target.content.media, *(item for comment in comments for item in comment.media)]
