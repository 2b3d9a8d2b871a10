"""What Publer's documentation says about each social network: types, fields, limits, how a link looks.

Written from the API reference alone: the OpenAPI description and the pages; where they differ, from both.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

import regex


def words(text: str) -> frozenset[str]:
    """A set of words, written as a sentence."""
    return frozenset(text.split())


MEDIA_KINDS = {"photo": {"photo"}, "video": {"video"}, "reel": {"video"}, "gif": {"gif"}}
"""What may stand in ``media``, by ``type``; beside any other type nothing was shown to."""
PAGES = {"document", "photo"}
"""What a document is made of."""
WITH_COMMENTS = frozenset({"facebook", "instagram", "linkedin", "twitter", "threads", "bluesky", "mastodon"})
"""Instagram is a switch."""


class Network(NamedTuple):
    """One social network as Publer documents it."""

    provider: str
    title: str
    account_type: str
    """The string that the live API puts into an account's ``type``."""
    types: frozenset[str]
    """Those that are shown in requests or were seen to work; others in the lists are refused."""
    limit: int | None
    link: str
    """The permalink of a published post, with a place for its number."""


def _network(line: str) -> Network:
    provider, title, account_type, types, limit, link = line.split("|")
    return Network(provider, title, account_type, words(types), int(limit) if limit else None, link)


_TABLE = """\
facebook|Facebook|fb_page|status photo video link gif carousel|10000|https://www.facebook.com/acme/posts/{}
instagram|Instagram|ig_business|photo video|2200|https://www.instagram.com/p/{}/
twitter|X|twitter|status photo video link gif poll|280|https://x.com/acme/status/{}
linkedin|LinkedIn|in_page|status photo video link poll gif|3000|https://www.linkedin.com/feed/update/urn:li:share:{}
pinterest|Pinterest|pin_business|photo video link|500|https://www.pinterest.com/pin/{}/
google|Google Business|google|photo status|1500|https://posts.gle/{}
youtube|YouTube|youtube|video|5000|https://www.youtube.com/watch?v={}
tiktok|TikTok|tiktok|video photo|2200|https://www.tiktok.com/@acme/video/{}
wordpress|WordPress|wordpress_basic|article||https://blog.acme.example/?p={}
telegram|Telegram|telegram|status photo video link gif|4096|https://t.me/acme/{}
mastodon|Mastodon|mastodon|status photo video link gif poll|500|https://mastodon.social/@acme/{}
threads|Threads|threads|status photo video link|500|https://www.threads.com/@acme/post/{}
bluesky|Bluesky|bluesky|status photo video link|300|https://bsky.app/profile/acme.example/post/{}
"""
NETWORKS = {network.provider: network for network in map(_network, _TABLE.splitlines())}

LONG_POST_LIMIT = 25_000
"""X Premium, asked for with ``details.type: long_post``."""

KEYS: Mapping[str, frozenset[str]] = {
    "top level": words("bulk"),
    "bulk": words("state posts"),
    "post": words("id networks accounts auto share_next range recycling recurring labels"),
    "account": words("id scheduled_at labels previewed_media share comments delete album_id signature"),
    "media": words(
        "id type path url name title caption alt_text thumbnail thumbnails default_thumbnail "
        # parts of what an upload answers with
        "width height validity source"
    ),
    "link": words(
        "url title description images provider_display default_image call_to_action phone_number image_id "
        "original_url original_title original_description"
    ),
}
"""Of the objects in a publish request that are the same for every network."""

# Which fields the reference knows for each network, and the values that it lists for some

_WRITTEN_BY_PUBLER = words("post_id post_link state source")
_ARTICLE = words("type text excerpt title url content categories tags featured_media") | _WRITTEN_BY_PUBLER

FIELDS: Mapping[str, frozenset[str]] = {
    "facebook": words(
        "type text title excerpt url post_id post_link question duration details media link sublinks tags "
        "categories featured_media options location"
    ),
    "instagram": words("type text media firstComment details location"),
    "twitter": words("type text media link url options duration replySettings details location"),
    "linkedin": words("type text title media link url options duration question details"),
    "pinterest": words("type text media link url title"),
    "google": words("type text title url media details"),
    "youtube": words("type text media title description tags category privacy isShort details"),
    "tiktok": words("type text title media soundId duetWith details"),
    "wordpress": _ARTICLE,
    "wordpress_oauth": _ARTICLE,
    "wordpress_basic": _ARTICLE,
    "telegram": words(
        "type text media link url parseMode disableNotification disableWebPagePreview parse_mode "
        "disable_notification disable_web_page_preview"
    ),
    "mastodon": words(
        "type text media link url options duration visibility sensitive spoilerText content_warning"
    ),
    "threads": words("type text media link url replyTo location"),
    "bluesky": words("type text media link url replyTo labels"),
}

SPELLINGS: Mapping[str, str] = {
    "parseMode": "parse_mode",
    "disableNotification": "disable_notification",
    "disableWebPagePreview": "disable_web_page_preview",
    "spoilerText": "content_warning",
}
"""The options that Publer's OpenAPI file and a digest of its pages spell differently."""

DETAILS: Mapping[str, frozenset[str]] = {
    "facebook": words(
        "type text_format_preset_id feed reminder audio start end coupon terms privacy comment duet stitch "
        "promotional paid language auto_add_music sponsor community"
    ),
    "instagram": words("type audio feed trial_reel reminder"),
    "twitter": words("type community"),
    "linkedin": words("type"),
    "google": words("type title start end coupon terms"),
    "youtube": words("type privacy"),
    "tiktok": words("privacy comment duet stitch promotional paid auto_add_music reminder"),
}

VALUES: Mapping[tuple[str, str], frozenset[str]] = {
    ("instagram", "details.trial_reel"): words("MANUAL SS_PERFORMANCE"),
    ("twitter", "replySettings"): words("everyone mentionedUsers following"),
    ("youtube", "privacy"): words("public unlisted private"),
    ("youtube", "details.privacy"): words("public unlisted private"),
    ("tiktok", "details.privacy"): words(
        "PUBLIC_TO_EVERYONE MUTUAL_FOLLOW_FRIENDS FOLLOWER_OF_CREATOR SELF_ONLY"
    ),
    ("telegram", "parseMode"): words("Markdown HTML"),
    ("mastodon", "visibility"): words("public unlisted private direct"),
}

ITEM_TYPES: Mapping[str, str] = {
    "photo": "photo",
    "image": "photo",
    "video": "video",
    "gif": "gif",
    "document": "document",
}
"""What a media item may call itself, and what that is: the reference has both names for a picture."""

MOST_ITEMS: Mapping[str, int] = {
    "google": 1,
    "instagram": 10,
    "twitter": 4,
    "linkedin": 20,
    "pinterest": 5,
    "youtube": 1,
    "tiktok": 35,
    "telegram": 10,
    "mastodon": 4,
    "threads": 20,
}
"""Photo posts page; the networks page for YouTube. It names none for the others."""
MOST_CARDS = 10
"""Of a carousel of links (multi-link page)."""
MOST_PAGES = 100
"""Of a document (LinkedIn PDF carousels page)."""
POLLS: Mapping[str, tuple[int, int]] = {"twitter": (25, 7), "linkedin": (30, 14), "mastodon": (50, 7)}
"""Characters of an option, and days (polls page)."""


# How long a text is

_URL = re.compile(r"https?://[^\s<>\"]+")
_BARE_DOMAIN = (
    r"(?<![\w@./-])(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?:com|org|net|io|dev|app|co|ai|de|uk|fr|eu|xyz)\b"
    r"(?![@.-]\w)(?:/[^\s<>\"]*)?"
)
_X_URL = re.compile(rf"{_URL.pattern}|{_BARE_DOMAIN}", re.IGNORECASE)
"""X links bare domains of known endings, too; here those that texts have."""
_GRAPHEME = regex.compile(r"\X")
_REMOTE_MENTION = re.compile(r"(?<![\w/@])@(\w{1,64})@[\w.-]{1,253}")
_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))


def text_length(provider: str, text: str) -> int:
    """How long a text is by the network's own way of counting."""
    return _COUNTERS.get(provider, len)(text)


def _is_emoji(cluster: str) -> bool:
    return len(cluster) > 1 and any(ord(char) >= 0x2190 or char in "\ufe0f\u20e3" for char in cluster)


def _count_twitter(text: str) -> int:
    links = len(_X_URL.findall(text))
    total = 23 * links
    for cluster in _GRAPHEME.findall(_X_URL.sub("", text)):
        if _is_emoji(cluster):
            total += 2
        else:
            total += sum(1 if any(low <= ord(c) <= high for low, high in _LIGHT) else 2 for c in cluster)
    return total


def _count_mastodon(text: str) -> int:
    links = len(_URL.findall(text))
    return 23 * links + len(_GRAPHEME.findall(_REMOTE_MENTION.sub(r"@\1", _URL.sub("", text))))


def _count_graphemes(text: str) -> int:
    return len(_GRAPHEME.findall(text))


_COUNTERS: dict[str, Callable[[str], int]] = {
    "twitter": _count_twitter,
    "mastodon": _count_mastodon,
    "bluesky": _count_graphemes,
}
