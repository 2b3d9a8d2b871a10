"""What Publer's documentation says about each social network: types, text limits, how a link looks.

Written from the API reference alone. Nothing here is shared with the client that it checks.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

NEEDS_MEDIA = frozenset({"photo", "video", "gif", "carousel", "reel", "story", "short"})
MEDIA_KINDS = {
    "photo": {"photo"},
    "video": {"video"},
    "reel": {"video"},
    "short": {"video"},
    "gif": {"gif"},
    "carousel": {"photo", "video"},
    "story": {"photo", "video"},
    "document": {"document", "photo"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """One social network as Publer documents it."""

    provider: str
    title: str
    account_type: str
    """The string that the live API puts into an account's ``type``."""
    types: frozenset[str]
    limit: int | None
    link: str
    """The permalink of a published post, with a place for its number."""


def _network(  # noqa: PLR0917  a row of the table below
    provider: str, title: str, account_type: str, types: str, limit: int | None, link: str
) -> Network:
    return Network(
        provider=provider,
        title=title,
        account_type=account_type,
        types=frozenset(types.split()),
        limit=limit,
        link=link,
    )


NETWORKS = {
    network.provider: network
    for network in (
        _network(
            "facebook",
            "Facebook",
            "fb_page",
            "status photo video link carousel story reel gif",
            10_000,
            "https://www.facebook.com/acme/posts/{}",
        ),
        _network(
            "instagram",
            "Instagram",
            "ig_business",
            "photo video carousel story reel",
            2_200,
            "https://www.instagram.com/p/{}/",
        ),
        _network(
            "twitter", "X", "twitter", "status photo video link gif poll", 280, "https://x.com/acme/status/{}"
        ),
        _network(
            "linkedin",
            "LinkedIn",
            "in_page",
            "status photo video link document poll gif",
            3_000,
            "https://www.linkedin.com/feed/update/urn:li:share:{}",
        ),
        _network(
            "pinterest",
            "Pinterest",
            "pin_business",
            "photo video carousel",
            500,
            "https://www.pinterest.com/pin/{}/",
        ),
        _network(
            "google",
            "Google Business",
            "google",
            "status photo video link event offer",
            1_500,
            "https://posts.gle/{}",
        ),
        _network("youtube", "YouTube", "youtube", "video short", 5_000, "https://www.youtube.com/watch?v={}"),
        _network(
            "tiktok",
            "TikTok",
            "tiktok",
            "video photo carousel",
            2_200,
            "https://www.tiktok.com/@acme/video/{}",
        ),
        _network(
            "wordpress", "WordPress", "wordpress_basic", "article", None, "https://blog.acme.example/?p={}"
        ),
        _network(
            "telegram", "Telegram", "telegram", "status photo video link gif", 4_096, "https://t.me/acme/{}"
        ),
        _network(
            "mastodon",
            "Mastodon",
            "mastodon",
            "status photo video link gif poll",
            500,
            "https://mastodon.social/@acme/{}",
        ),
        _network(
            "threads",
            "Threads",
            "threads",
            "status photo video link",
            500,
            "https://www.threads.com/@acme/post/{}",
        ),
        _network(
            "bluesky",
            "Bluesky",
            "bluesky",
            "status photo video link",
            300,
            "https://bsky.app/profile/acme.example/post/{}",
        ),
    )
}

LONG_POST_LIMIT = 25_000
"""X Premium, asked for with ``details.type: long_post``."""

BULK_KEYS = frozenset({"state", "posts"})
POST_KEYS = frozenset(
    {"networks", "accounts", "auto", "share_next", "range", "recycling", "recurring", "labels"},
)
ACCOUNT_KEYS = frozenset(
    {"id", "scheduled_at", "labels", "previewed_media", "share", "comments", "delete", "album_id"},
)
LIST_PARAMETERS = frozenset(
    {"state", "state[]", "from", "to", "page", "account_ids[]", "query", "postType", "member_id"},
)

_URL = re.compile(r"https?://[^\s<>\"]+")
_REMOTE_MENTION = re.compile(r"(?<![\w/@])@(\w{1,64})@[\w.-]{1,253}")
_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))


def text_length(provider: str, text: str) -> int:
    """How long a text is by the network's own way of counting."""
    return _COUNTERS.get(provider, len)(text)


def _clusters(text: str) -> list[str]:
    """What a reader sees as single characters; a simple rule that is right for letters and emoji."""
    clusters: list[str] = []
    joined = False
    flags = 0
    for char in unicodedata.normalize("NFC", text):
        is_flag = 0x1F1E6 <= ord(char) <= 0x1F1FF
        extends = (
            unicodedata.category(char) in {"Mn", "Me", "Mc"}
            or char in "\u200d\ufe0f"
            or 0x1F3FB <= ord(char) <= 0x1F3FF
            or 0xE0020 <= ord(char) <= 0xE007F
            or (is_flag and flags % 2 == 1)
            or (char == "\n" and clusters[-1:] == ["\r"])
        )
        flags = flags + 1 if is_flag else 0
        if clusters and (extends or joined):
            clusters[-1] += char
        else:
            clusters.append(char)
        joined = char == "\u200d"
    return clusters


def _is_emoji(cluster: str) -> bool:
    return len(cluster) > 1 and any(ord(char) >= 0x2190 or char in "\ufe0f\u20e3" for char in cluster)


def _count_twitter(text: str) -> int:
    links = len(_URL.findall(text))
    total = 23 * links
    for cluster in _clusters(_URL.sub("", text)):
        if _is_emoji(cluster):
            total += 2
        else:
            total += sum(1 if any(low <= ord(c) <= high for low, high in _LIGHT) else 2 for c in cluster)
    return total


def _count_mastodon(text: str) -> int:
    links = len(_URL.findall(text))
    return 23 * links + len(_clusters(_REMOTE_MENTION.sub(r"@\1", _URL.sub("", text))))


def _count_graphemes(text: str) -> int:
    return len(_clusters(text))


_COUNTERS: dict[str, Callable[[str], int]] = {
    "twitter": _count_twitter,
    "mastodon": _count_mastodon,
    "bluesky": _count_graphemes,
}
