"""Whether Publer would take a post for an account, and with which sentence it would refuse.

The sentences in capitals were seen; for the other rules of the reference no wording is known.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from jsonschema import Draft202012Validator

from sandbox.forms import Json
from sandbox.networks import (
    ITEM_TYPES,
    LONG_POST_LIMIT,
    MEDIA_KINDS,
    MOST_CARDS,
    MOST_ITEMS,
    MOST_PAGES,
    NETWORKS,
    PAGES,
    POLLS,
    VALUES,
    WITH_COMMENTS,
    text_length,
)
from sandbox.scenario import Accepts, Account

BACKDATED = "Posts cannot be backdated"
BAD_COMPOSER = "The composer is in a bad state for this account as it's missing the social network params"
NO_COUNT = "undefined method 'count' for nil"
BAD_TYPE = "Post type is not valid"
GAP = "There's another post at this time. A one minute gap is required between posts"
SAID_ALREADY = "You already said that"
NO_VIDEO = "YouTube requires a video attached"
ONE_AT_A_TIME = "TikTok posts go to one account at a time"
NO_BOARD = "Album can't be blank"
NO_ID = "Document(s) not found for class Media with id(s) nil."
UNKNOWN_MEDIA = "Media not found"
UNKNOWN_ACCOUNT = "Account not found"

MediaKind = Callable[[str], str | None]
"""From a media id to its kind; None for an id that does not exist."""
Content = Mapping[str, Any]

_SUBTYPES: Mapping[str, Mapping[str, str]] = {
    "facebook": {"reel": "video", "story": "photo video"},
    "instagram": {"reel": "video", "story": "photo video"},
    "youtube": {"short": "video"},
    "linkedin": {"document": "photo"},
    "google": {"photo": "photo", "event": "photo", "offer": "photo"},
    "twitter": {"long_post": "status photo video link gif poll"},
}
"""By network: the words that ``details.type`` may say, and the types beside which it may."""


def judge(
    post: Mapping[str, Any],
    target: Mapping[str, Any],
    account: Account,
    kind_of: MediaKind,
    accepts: Accepts,
) -> str | None:
    """Publer's sentence against this post on this account, or None."""
    if "scheduled_at" in target:
        return BACKDATED
    if "media" in post:
        return NO_COUNT
    content = post["networks"].get(account.networks_key())
    is_first = post["accounts"][0] is target
    if not isinstance(content, dict) or not (is_first or accepts.several_accounts):
        return BAD_COMPOSER
    return (
        _type(content, account, accepts)
        or _board(target, account)
        or _media(content, account, kind_of, accepts)
        or _text(content, account, accepts)
        or _link(content, accepts)
        or _poll(content, account, accepts)
        or _values(content, account)
        or _particulars(content, account, accepts)
        or _followups(target, account.network, accepts)
    )


def comes_to_nothing(content: Content, account: Account, accepts: Accepts) -> bool:
    """Whether Publer takes it, names no failure, and posts nothing all the same."""
    is_reel = content.get("type") == "video" and _below(content, "type") == "reel"
    return is_reel and account.network == "instagram" and accepts.reels_on_instagram == "as_reel"


def _type(content: Content, account: Account, accepts: Accepts) -> str | None:
    kind, subtype = content.get("type"), _below(content, "type")
    is_taken = isinstance(kind, str) and kind in NETWORKS[account.network].types
    if kind == "status" and account.network == "google":
        is_taken = accepts.text_alone_on_google
    if kind == "link" and account.network in {"threads", "bluesky"}:
        is_taken = accepts.links_on_threads_and_bluesky
    if kind == "carousel":
        is_taken = is_taken and bool(content.get("sublinks"))
    if kind == "reel" and account.network == "instagram":
        is_taken = accepts.reels_on_instagram == "as_reel"
    if subtype == "story" and kind == "video":
        is_taken = is_taken and accepts.stories_of_videos
    if subtype is not None:
        beside = _SUBTYPES.get(account.network, {}).get(str(subtype), "")
        is_taken = is_taken and str(kind) in beside.split()
    return None if is_taken else BAD_TYPE


def _below(content: Content, key: str) -> Json:
    details = content.get("details")
    return details.get(key) if isinstance(details, dict) else None


def _media(content: Content, account: Account, kind_of: MediaKind, accepts: Accepts) -> str | None:
    kind, media = content["type"], content.get("media")
    needed = kind in MEDIA_KINDS or account.network == "pinterest"
    if not needed:
        return BAD_TYPE if media else None
    if not media and account.network == "youtube":
        return NO_VIDEO
    if not media or not isinstance(media, list) or any(not isinstance(item, dict) for item in media):
        return NO_COUNT
    return _media_items(content, media, account, kind_of, accepts)


def _media_items(
    content: Content,
    media: list[dict[str, Any]],
    account: Account,
    kind_of: MediaKind,
    accepts: Accepts,
) -> str | None:
    subtype = _below(content, "type")
    allowed = PAGES if subtype == "document" else MEDIA_KINDS.get(content["type"], {"photo"})
    if subtype is None and account.network == "instagram" and accepts.pictures_with_videos_on_instagram:
        allowed = {"photo", "video"}
    for item in media:
        said = item.get("type")
        is_picture = ITEM_TYPES.get(str(said)) == "photo"
        if said is not None and (
            said not in ITEM_TYPES or (is_picture and accepts.pictures_are not in {"either", said})
        ):
            return f"Media type {said} is not valid"
        if _is_external(item, content, account):
            continue
        found = kind_of(item["id"]) if isinstance(item.get("id"), str) else None
        if found is None:
            return UNKNOWN_MEDIA if "id" in item else NO_ID
        if found not in allowed or (said is not None and ITEM_TYPES[said] != found):
            return BAD_TYPE
    is_of_one = content["type"] == "gif" or subtype in {"reel", "short", "story"} or allowed == {"video"}
    if len(media) > 1 and is_of_one:
        return BAD_TYPE
    most = MOST_PAGES if subtype == "document" else MOST_ITEMS.get(account.network, len(media))
    return f"At most {most} media are allowed" if len(media) > most else None


def _is_external(item: Content, content: Content, account: Account) -> bool:
    """The two documented media without an id in the library: a GIF, and a pin's picture, by address."""
    needed = {"gif": ("url", "path", "thumbnail", "name")}.get(content["type"])
    if needed and item.get("id") == "external" and item.get("type") == "gif":
        return all(isinstance(item.get(key), str) for key in needed)
    is_pin = account.network == "pinterest" and content["type"] == "photo"
    return is_pin and item.get("id") == "external-0" and isinstance(item.get("path"), str)


def _board(target: Mapping[str, Any], account: Account) -> str | None:
    known = {board.id for board in account.boards}
    return NO_BOARD if account.network == "pinterest" and target.get("album_id") not in known else None


def _text(content: Content, account: Account, accepts: Accepts) -> str | None:
    network = NETWORKS[account.network]
    text = content.get("text", "")
    if not isinstance(text, str):
        return "Text is not valid"
    if content["type"] == "status" and not text.strip():
        return "Text can't be blank"
    limit = account.text_limit or network.limit
    if account.network == "twitter" and _below(content, "type") == "long_post":
        limit = LONG_POST_LIMIT
    length = len(text) if accepts.lengths == "characters" else text_length(account.network, text)
    if account.network == "mastodon" and isinstance(content.get("spoilerText"), str):
        length += text_length("mastodon", content["spoilerText"])
    if limit is not None and length > limit:
        return f"{network.title} posts can have at most {limit} characters"
    return None


def _link(content: Content, accepts: Accepts) -> str | None:
    if content["type"] == "carousel":
        cards = content["sublinks"]
        is_valid = isinstance(cards, list) and len(cards) <= MOST_CARDS and all(map(_is_card, cards))
        return None if is_valid else "Sublinks are not valid"
    if content["type"] != "link":
        return None
    link = content.get("link")
    urls = {"link": link.get("url") if isinstance(link, dict) else None, "url": content.get("url")}
    read = urls.values() if accepts.link_from == "either" else [urls[accepts.link_from]]
    is_there = any(isinstance(url, str) and re.match(r"https?://", url) for url in read)
    return None if is_there else "Link is not valid"


def _is_card(card: object) -> bool:
    return isinstance(card, dict) and {"url", "title", "description", "images"} <= card.keys()


def _poll(content: Content, account: Account, accepts: Accepts) -> str | None:
    if content["type"] != "poll":
        return None
    options, days = content.get("options"), content.get("duration")
    longest, most_days = POLLS[account.network]
    most = most_days if accepts.polls_run == "days" else 24 * most_days
    if not isinstance(options, list) or not 2 <= len(options) <= 4:
        return "Polls need two to four options"
    if any(not isinstance(option, str) or not 1 <= len(option) <= longest for option in options):
        return f"Poll options can have at most {longest} characters"
    if len(set(options)) < len(options):
        return "Poll options must be unique"
    if not isinstance(days, int) or isinstance(days, bool) or not 1 <= days <= most:
        return f"Polls run 1 to {most} {accepts.polls_run}"
    lacks_question = account.network == "linkedin" and not content.get("question")
    return "Question can't be blank" if lacks_question else None


def _values(content: Content, account: Account) -> str | None:
    for (provider, path), known in VALUES.items():
        _, _, below = path.partition("details.")
        value = _below(content, below) if below else content.get(path)
        if provider == account.network and value is not None and value not in known:
            return f"{path} is not valid"
    return None


def _particulars(content: Content, account: Account, accepts: Accepts) -> str | None:
    """What single networks demand (the pages on their formats)."""
    title, subtype = content.get("title"), _below(content, "type")
    if account.network == "linkedin" and subtype == "document" and not title:
        return "Title can't be blank"
    if account.network in {"youtube", "linkedin"} and len(str(title or "")) > 100:
        return "Title is too long (maximum is 100 characters)"
    if account.network == "youtube":
        return None if title else "Title can't be blank"
    if account.network == "tiktok":
        if content["type"] != "video" and not title:
            return "Title can't be blank"
        is_private = _below(content, "privacy") == "SELF_ONLY"
        return "Branded content cannot be private" if is_private and _below(content, "paid") is True else None
    if account.network == "google" and subtype in {"event", "offer"}:
        return _event(content, str(subtype))
    if account.network == "wordpress":
        blocks = content.get("content")
        is_valid = isinstance(blocks, list) and all(map(_is_block, blocks))
        return (
            None
            if is_valid or (blocks is None and content.get("text") and accepts.articles_without_blocks)
            else "Content is not valid"
        )
    return None


def _event(content: Content, kind: str) -> str | None:
    if not _below(content, "title"):
        return "Title can't be blank"
    times = [_below(content, key) for key in ("start", "end")]
    if kind == "event" and None in times:
        return "Start and end can't be blank"
    return None if all(time is None or _is_time(time) for time in times) else "Start or end is not valid"


def _is_time(value: object) -> bool:
    try:
        return datetime.fromisoformat(str(value)).tzinfo is not None
    except ValueError:
        return False


def _is_block(block: object) -> bool:
    return isinstance(block, dict) and {"id", "type"} <= block.keys() and isinstance(block.get("data"), dict)


# What may follow a post (the pages on post callbacks)

_DURATION = {
    "type": "object",
    "required": ["duration", "unit"],
    "properties": {"duration": {"type": "number"}, "unit": {"enum": ["Minute", "Hour", "Day", "Week"]}},
}
_COMPARED = {
    "type": "object",
    "required": ["comparison"],
    "properties": {"comparison": {"enum": ["gt", "lt"]}},
}
_CLAUSES = {"age": _DURATION, "engagements": _COMPARED, "reach": _COMPARED}
_CONDITIONS = {
    "type": "object",
    "required": ["clauses"],
    "properties": {
        "relation": {"enum": ["AND", "OR"]},
        "clauses": {"type": "object", "properties": _CLAUSES},
    },
}
_TIMED = {"delay": _DURATION, "conditions": _CONDITIONS}
"""By ``delay``, the older form, or by ``conditions``; or not at all."""
_MEDIUM = {
    "type": "object",
    "required": ["type", "path"],
    "additionalProperties": False,
    "properties": {
        "type": {"enum": ["photo", "image", "video", "gif"]},
        **{key: {"type": "string"} for key in ("path", "caption", "thumbnail")},
        "thumbnails": {"type": ["object", "array"]},
    },
}
_COMMENT = {
    "type": "object",
    "additionalProperties": False,
    "anyOf": [{"required": ["text"], "properties": {"text": {"minLength": 1}}}, {"required": ["media"]}],
    "properties": {"text": {"type": "string"}, "language": {}, "media": _MEDIUM, **_TIMED},
}
_SHARE = {
    "type": "object",
    "required": ["account_ids"],
    "properties": {"account_ids": {"type": "array", "minItems": 1}, "after": _DURATION, **_TIMED},
}
_DELETE = {"type": "object", "properties": {"hide": {"type": "boolean"}, **_TIMED}}
_SENTENCES: dict[str, tuple[str, dict[str, Any]]] = {
    "Comments are not valid": ("comments", {"type": "array", "maxItems": 25, "items": _COMMENT}),
    "Share is not valid": ("share", _SHARE),
    "Delete is not valid": ("delete", _DELETE),
}


def _followups(target: Mapping[str, Any], network: str, accepts: Accepts) -> str | None:
    """What an entry of ``accounts`` asks for afterwards: comments, shares, its end."""
    has_comments = network in WITH_COMMENTS and (network != "instagram" or accepts.comments_on_instagram)
    if target.get("comments") and not has_comments:
        return "Comments are not valid"
    for sentence, (key, form) in _SENTENCES.items():
        if key in target and not (
            Draft202012Validator(form).is_valid(target[key]) and _is_timed(target[key], accepts)
        ):
            return sentence
    return None


def _is_timed(value: Json, accepts: Accepts) -> bool:
    if accepts.timing_of_callbacks == "either":
        return True
    other = {"delay": {"conditions"}, "conditions": {"delay", "after"}}[accepts.timing_of_callbacks]
    return all(not other & one.keys() for one in (value if isinstance(value, list) else [value]))
