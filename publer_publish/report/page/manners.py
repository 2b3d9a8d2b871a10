"""How the networks differ to the eye: what stands first, what readers can do, what becomes of comments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """The look of a network's posts, as far as it changes how a text reads."""

    media_first: bool = False
    """Pictures above the text."""
    strip: bool = False
    """Several pictures lie side by side, to be scrolled through."""
    square: bool = False
    """The account's picture has corners."""
    subtitle: str = ""
    """What stands below the account's name."""
    actions: tuple[str, ...] = ()
    """What readers can do with a post."""
    thread: bool = False
    """Comments become further posts of a thread."""


MANNERS: Mapping[str, Manner] = MappingProxyType(
    {
        "twitter": Manner(actions=("Reply", "Repost", "Like", "Bookmark"), thread=True),
        "linkedin": Manner(subtitle="Now", actions=("Like", "Comment", "Repost", "Send")),
        "facebook": Manner(subtitle="Just now", actions=("Like", "Comment", "Share")),
        "instagram": Manner(media_first=True, strip=True, actions=("Like", "Comment", "Share", "Save")),
        "bluesky": Manner(actions=("Reply", "Repost", "Like"), thread=True),
        "mastodon": Manner(square=True, actions=("Reply", "Boost", "Favourite", "Bookmark"), thread=True),
        "threads": Manner(strip=True, actions=("Like", "Reply", "Repost", "Share"), thread=True),
        "telegram": Manner(media_first=True),
        "pinterest": Manner(media_first=True, strip=True),
        "youtube": Manner(media_first=True),
        "tiktok": Manner(media_first=True, strip=True),
    }
)
"""By provider key. A network that is missing here gets a plain card."""

PLAIN = Manner()
