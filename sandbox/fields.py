"""Which fields Publer's API reference knows for each network, and the values that it lists for some.

Written from the OpenAPI description, Publer's pages on content types and, where the two differ, from both.
"""

from __future__ import annotations

from collections.abc import Mapping


def words(text: str) -> frozenset[str]:
    """A set of words, written as a sentence."""
    return frozenset(text.split())


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

MEDIA_KEYS = words(
    "id type path url name title caption alt_text thumbnail thumbnails default_thumbnail "
    "width height validity source"
)
"""The last four are parts of the object that an upload answers with."""
LINK_KEYS = words(
    "url title description images provider_display default_image call_to_action phone_number image_id "
    "original_url original_title original_description"
)

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
