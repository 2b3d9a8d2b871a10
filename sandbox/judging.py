"""Whether Publer would take a post for an account, and with which sentence it would refuse."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.networks import LONG_POST_LIMIT, MEDIA_KINDS, NEEDS_MEDIA, NETWORKS, text_length
from sandbox.scenario import Account

BACKDATED = "Posts cannot be backdated"
BAD_COMPOSER = "The composer is in a bad state for this account as it's missing the social network params"
NO_COUNT = "undefined method 'count' for nil"
BAD_TYPE = "Post type is not valid"
GAP = "There's another post at this time. A one minute gap is required between posts"
NO_VIDEO = "YouTube requires a video attached"
UNKNOWN_MEDIA = "Media not found"
UNKNOWN_ACCOUNT = "Account not found"

MediaKind = Callable[[str], str | None]
"""From a media id to its kind; None for an id that does not exist."""


def judge(
    post: Mapping[str, Any], target: Mapping[str, Any], account: Account, kind_of: MediaKind
) -> str | None:
    """Publer's sentence against this post on this account, or None."""
    if "scheduled_at" in target:
        return BACKDATED
    if "media" in post:
        return NO_COUNT
    content = post["networks"].get(account.networks_key())
    if not isinstance(content, dict):
        return BAD_COMPOSER
    for rule in (_type, _media, _text, _extras, _comments):
        problem = rule(content, target, account, kind_of)
        if problem:
            return problem
    return None


def _type(
    content: dict[str, Any], _target: Mapping[str, Any], account: Account, _kind: MediaKind
) -> str | None:
    kind = content.get("type")
    return None if isinstance(kind, str) and kind in NETWORKS[account.provider].types else BAD_TYPE


def _media(
    content: dict[str, Any], _target: Mapping[str, Any], account: Account, kind_of: MediaKind
) -> str | None:
    kind = content["type"]
    media = content.get("media")
    if kind == "carousel" and content.get("sublinks"):
        return None
    if kind == "document" and isinstance(content.get("document"), dict):
        document_id = str(content["document"].get("id", ""))
        return None if kind_of(document_id) else UNKNOWN_MEDIA
    if media is None and kind not in NEEDS_MEDIA and kind != "document":
        return None
    if media is None and account.provider == "youtube":
        return NO_VIDEO
    if not isinstance(media, list) or any(not isinstance(item, dict) for item in media):
        return NO_COUNT
    if not media and (kind in NEEDS_MEDIA or kind == "document"):
        return NO_VIDEO if account.provider == "youtube" else NO_COUNT
    return _media_items(kind, media, kind_of)


def _media_items(kind: str, media: list[dict[str, Any]], kind_of: MediaKind) -> str | None:
    for item in media:
        if kind == "gif" and item.get("id") == "external" and isinstance(item.get("url"), str):
            continue
        found = kind_of(item["id"]) if isinstance(item.get("id"), str) else None
        if found is None:
            return UNKNOWN_MEDIA
        if found not in MEDIA_KINDS.get(kind, {found}):
            return BAD_TYPE
    return BAD_TYPE if kind == "gif" and len(media) != 1 else None


def _text(
    content: dict[str, Any], _target: Mapping[str, Any], account: Account, _kind: MediaKind
) -> str | None:
    network = NETWORKS[account.provider]
    text = content.get("text", "")
    if not isinstance(text, str):
        return "Text is not valid"
    if content["type"] == "status" and not text.strip():
        return "Text can't be blank"
    limit = account.text_limit or network.limit
    details = content.get("details")
    if account.provider == "twitter" and isinstance(details, dict) and details.get("type") == "long_post":
        limit = LONG_POST_LIMIT
    length = text_length(account.provider, text)
    if account.provider == "mastodon" and isinstance(content.get("spoilerText"), str):
        length += text_length("mastodon", content["spoilerText"])
    if limit is not None and length > limit:
        return f"{network.title} posts can have at most {limit} characters"
    return None


def _extras(
    content: dict[str, Any], _target: Mapping[str, Any], account: Account, _kind: MediaKind
) -> str | None:
    kind = content["type"]
    if kind == "link":
        link = content.get("link")
        nested = link.get("url") if isinstance(link, dict) else None
        if not any(
            isinstance(url, str) and re.match(r"https?://", url) for url in (content.get("url"), nested)
        ):
            return "Link is not valid"
    if kind == "poll":
        options = content.get("options")
        if not isinstance(options, list) or not 2 <= len(options) <= 4:
            return "Polls need two to four options"
    if account.provider == "youtube" and not content.get("title"):
        return "Title can't be blank"
    if len(str(content.get("title", ""))) > 100 and account.provider == "youtube":
        return "Title is too long (maximum is 100 characters)"
    return None


def _comments(
    _content: dict[str, Any], target: Mapping[str, Any], _account: Account, _kind: MediaKind
) -> str | None:
    comments = target.get("comments", [])
    if not isinstance(comments, list):
        return "Comments are not valid"
    if any(not isinstance(comment, dict) or not comment.get("text") for comment in comments):
        return "Comments need a text"
    return None if len(comments) <= 25 else "At most 25 comments are allowed"
