"""Whether Publer would take a post for an account, and with which sentence it would refuse.

The sentences in capitals were seen; for the other rules of the reference no wording is known.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from jsonschema import Draft202012Validator

from sandbox import networks
from sandbox.forms import Json
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
    return next(_complaints(content, target, account, kind_of, accepts), None)


def _complaints(
    content: Content,
    target: Mapping[str, Any],
    account: Account,
    kind_of: MediaKind,
    accepts: Accepts,
) -> Iterator[str]:
    """Everything against it. After the first, the content may have a form that the rest does not expect."""
    if not _is_type_taken(content, account, accepts):
        yield BAD_TYPE
    if account.network == "pinterest" and target.get("album_id") not in {one.id for one in account.boards}:
        yield NO_BOARD
    yield from _media(content, account, kind_of, accepts)
    yield from _text(content, account, accepts)
    yield from _link(content, accepts)
    yield from _poll(content, account, accepts)
    for (provider, path), known in networks.VALUES.items():
        _, _, below = path.partition("details.")
        value = _below(content, below) if below else content.get(path)
        if provider == account.network and value is not None and value not in known:
            yield f"{path} is not valid"
    yield from _particulars(content, account, accepts)
    yield from _followups(target, account.network, accepts)


def comes_to_nothing(content: Content, account: Account, accepts: Accepts) -> bool:
    """Whether Publer takes it, names no failure, and posts nothing all the same."""
    is_reel = content.get("type") == "video" and _below(content, "type") == "reel"
    return is_reel and account.network == "instagram" and accepts.reels_on_instagram == "as_reel"


def _is_type_taken(content: Content, account: Account, accepts: Accepts) -> bool:
    kind, subtype = content.get("type"), _below(content, "type")
    is_taken = isinstance(kind, str) and kind in networks.NETWORKS[account.network].types
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
    beside = _SUBTYPES.get(account.network, {}).get(str(subtype), "")
    return is_taken and (subtype is None or str(kind) in beside.split())


def _below(content: Content, key: str) -> Json:
    details = content.get("details")
    return details.get(key) if isinstance(details, dict) else None


def _media(content: Content, account: Account, kind_of: MediaKind, accepts: Accepts) -> Iterator[str]:
    kind, subtype, media = content["type"], _below(content, "type"), content.get("media")
    if kind not in networks.MEDIA_KINDS and account.network != "pinterest":
        if media:
            yield BAD_TYPE
        return
    if not media and account.network == "youtube":
        yield NO_VIDEO
    if not media or not isinstance(media, list) or any(not isinstance(item, dict) for item in media):
        yield NO_COUNT
        return
    allowed = networks.PAGES if subtype == "document" else networks.MEDIA_KINDS.get(kind, {"photo"})
    if subtype is None and account.network == "instagram" and accepts.pictures_with_videos_on_instagram:
        allowed = {"photo", "video"}
    words = [item["type"] for item in media if item.get("type") is not None]
    yield from (f"Media type {said} is not valid" for said in words if not _is_word(said, accepts))
    for item in media:
        if not _is_external(item, content, account):
            yield from _item(item, allowed, kind_of)
    if len(media) > 1 and (kind == "gif" or subtype in {"reel", "short", "story"} or allowed == {"video"}):
        yield BAD_TYPE
    most = (
        networks.MOST_PAGES if subtype == "document" else networks.MOST_ITEMS.get(account.network, len(media))
    )
    if len(media) > most:
        yield f"At most {most} media are allowed"


def _item(item: Content, allowed: set[str], kind_of: MediaKind) -> Iterator[str]:
    found = kind_of(item["id"]) if isinstance(item.get("id"), str) else None
    if found is None:
        yield UNKNOWN_MEDIA if "id" in item else NO_ID
    if found not in allowed or networks.ITEM_TYPES.get(str(item.get("type")), found) != found:
        yield BAD_TYPE


def _is_word(said: Json, accepts: Accepts) -> bool:
    """Whether a media item may call itself so."""
    is_picture = networks.ITEM_TYPES.get(said) == "photo"
    return said in networks.ITEM_TYPES and (not is_picture or accepts.pictures_are in {"either", said})


def _is_external(item: Content, content: Content, account: Account) -> bool:
    """The two documented media without an id in the library: a GIF, and a pin's picture, by address."""
    if content["type"] == "gif" and item.get("id") == "external" and item.get("type") == "gif":
        return all(isinstance(item.get(key), str) for key in ("url", "path", "thumbnail", "name"))
    is_pin = account.network == "pinterest" and content["type"] == "photo"
    return is_pin and item.get("id") == "external-0" and isinstance(item.get("path"), str)


def _text(content: Content, account: Account, accepts: Accepts) -> Iterator[str]:
    network, text = networks.NETWORKS[account.network], content.get("text", "")
    if not isinstance(text, str):
        yield "Text is not valid"
        return
    if content["type"] == "status" and not text.strip():
        yield "Text can't be blank"
    limit = account.text_limit or network.limit
    if account.network == "twitter" and _below(content, "type") == "long_post":
        limit = networks.LONG_POST_LIMIT
    length = len(text) if accepts.lengths == "characters" else networks.text_length(account.network, text)
    if account.network == "mastodon" and isinstance(content.get("spoilerText"), str):
        length += networks.text_length("mastodon", content["spoilerText"])
    if limit is not None and length > limit:
        yield f"{network.title} posts can have at most {limit} characters"


def _link(content: Content, accepts: Accepts) -> Iterator[str]:
    if content["type"] == "carousel":
        cards = content["sublinks"]
        if not isinstance(cards, list) or len(cards) > networks.MOST_CARDS or not all(map(_is_card, cards)):
            yield "Sublinks are not valid"
    if content["type"] == "link":
        link = content.get("link")
        urls = {"link": link.get("url") if isinstance(link, dict) else None, "url": content.get("url")}
        read = urls.values() if accepts.link_from == "either" else [urls[accepts.link_from]]
        if not any(isinstance(url, str) and re.match(r"https?://", url) for url in read):
            yield "Link is not valid"


def _is_card(card: object) -> bool:
    return isinstance(card, dict) and {"url", "title", "description", "images"} <= card.keys()


def _poll(content: Content, account: Account, accepts: Accepts) -> Iterator[str]:
    if content["type"] != "poll":
        return
    options, days = content.get("options"), content.get("duration")
    longest, most_days = networks.POLLS[account.network]
    most = most_days if accepts.polls_run == "days" else 24 * most_days
    if not isinstance(options, list) or not 2 <= len(options) <= 4:
        yield "Polls need two to four options"
    elif any(not isinstance(option, str) or not 1 <= len(option) <= longest for option in options):
        yield f"Poll options can have at most {longest} characters"
    elif len(set(options)) < len(options):
        yield "Poll options must be unique"
    if not isinstance(days, int) or isinstance(days, bool) or not 1 <= days <= most:
        yield f"Polls run 1 to {most} {accepts.polls_run}"
    if account.network == "linkedin" and not content.get("question"):
        yield "Question can't be blank"


def _particulars(content: Content, account: Account, accepts: Accepts) -> Iterator[str]:
    """What single networks demand (the pages on their formats)."""
    title, subtype = content.get("title"), _below(content, "type")
    needs_title = (
        account.network == "youtube"
        or (account.network == "linkedin" and subtype == "document")
        or (account.network == "tiktok" and content["type"] != "video")
    )
    if needs_title and not title:
        yield "Title can't be blank"
    if account.network in {"youtube", "linkedin"} and len(str(title or "")) > 100:
        yield "Title is too long (maximum is 100 characters)"
    if account.network == "tiktok" and _below(content, "privacy") == "SELF_ONLY" and _below(content, "paid"):
        yield "Branded content cannot be private"
    if account.network == "google" and subtype in {"event", "offer"}:
        if not _below(content, "title"):
            yield "Title can't be blank"
        times = [_below(content, key) for key in ("start", "end")]
        if subtype == "event" and None in times:
            yield "Start and end can't be blank"
        if not all(time is None or _is_time(time) for time in times):
            yield "Start or end is not valid"
    if account.network == "wordpress":
        blocks = content.get("content")
        is_bare = blocks is None and content.get("text") and accepts.articles_without_blocks
        if not is_bare and not (isinstance(blocks, list) and all(map(_is_block, blocks))):
            yield "Content is not valid"


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


def _followups(target: Mapping[str, Any], network: str, accepts: Accepts) -> Iterator[str]:
    """What an entry of ``accounts`` asks for afterwards: comments, shares, its end."""
    has_comments = network in networks.WITH_COMMENTS
    if network == "instagram":
        has_comments = accepts.comments_on_instagram
    if target.get("comments") and not has_comments:
        yield "Comments are not valid"
    not_read = {"either": set(), "delay": {"conditions"}, "conditions": {"delay", "after"}}
    for sentence, (key, form) in _SENTENCES.items():
        value = target.get(key)
        if key in target and not Draft202012Validator(form).is_valid(value):
            yield sentence
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict) and not_read[accepts.timing_of_callbacks] & one.keys():
                yield sentence
