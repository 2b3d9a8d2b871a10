"""What each network takes: the one table behind validation, counting, previews and the documentation.

Sources: "Publer" is Publer's API documentation (content types, networks and media pages, OpenAPI); a
network's own rule is named where it decides how characters are counted. Where Publer's pages contradict
each other the table holds the wider value and says so (``media_disputed``): such a limit is advice.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple


class Counting(StrEnum):
    """How a network counts the length of a text."""

    CODE_POINTS = "code points"
    UTF16 = "UTF-16 code units"
    TWITTER = "twitter-text v3"
    GRAPHEMES = "grapheme clusters"
    MASTODON = "Mastodon"
    THREADS = "Threads"


class Kind(StrEnum):
    """What a media item is, in Publer's words."""

    PHOTO = "photo"
    VIDEO = "video"
    GIF = "gif"
    DOCUMENT = "document"


class Fold(NamedTuple):
    """Where the feed cuts a text with "see more": whichever comes first. Approximate; a preview's aid."""

    characters: int
    lines: int | None = None


class Poll(NamedTuple):
    """What the network allows in a poll. Two options are the least everywhere."""

    options: int
    option_limit: int
    days: tuple[int, ...]
    question_limit: int | None = None


_NOTHING: Mapping[Any, Any] = MappingProxyType({})


class Network(NamedTuple):
    """One network's rules."""

    key: str
    """The provider key of ``networks``."""
    label: str
    types: frozenset[str]
    """The content types it takes, in Publer's words."""
    text_limit: int | None
    """As counted by ``counting``; None: no limit is known."""
    counting: Counting
    counting_source: str
    limit_source: str
    media_most: Mapping[Kind, int | None]
    """The kinds it takes and how many of each in a post; None: no limit is known."""
    media_source: str
    long_text_limit: int | None = None
    """With ``details.type: long_post``."""
    bytes_limit: int | None = None
    """In UTF-8, on top of ``text_limit``."""
    title_limit: int | None = None
    """In code points."""
    comments: bool = False
    """Whether Publer documents comments, or a thread made of them."""
    comment_limit: int | None = None
    """Of one comment or one further post of a thread, counted as a text."""
    comments_most: int | None = None
    needs: Mapping[str, tuple[str, ...]] = _NOTHING
    """By type: the fields it needs beyond ``NEEDS``. ``a|b``: one of them; dots go into an object."""
    media_mix: frozenset[Kind] = frozenset()
    """The kinds that may stand together in one post."""
    media_mb: Mapping[Kind, int] = _NOTHING
    """The largest file that any of Publer's pages names, in MB: advice."""
    media_disputed: str = ""
    """Why a count above ``media_most`` is only a warning; empty: it is an error."""
    carousel: bool = False
    """Several pictures make the type ``carousel``."""
    poll: Poll | None = None
    fold: Fold | None = None


NEEDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "status": ("text",),
        "photo": ("media",),
        "video": ("media",),
        "gif": ("media",),
        "carousel": ("media",),
        "reel": ("media",),
        "story": ("media",),
        "short": ("media",),
        "document": ("media|document.id",),
        "link": ("url|link.url",),
        "poll": ("text", "options", "duration"),
        "article": ("text|content",),
        "event": ("details.title", "details.start", "details.end"),
        "offer": ("text", "details.title"),
    }
)
"""What a type needs on every network (Publer: content types; OpenAPI)."""

PHOTO, VIDEO, GIF, DOCUMENT = Kind.PHOTO, Kind.VIDEO, Kind.GIF, Kind.DOCUMENT
_PUBLER = "Publer: networks page"
_MEDIA = "Publer: media specifications, photo, video and GIF pages"
_UNDOCUMENTED = "not documented; code points, as Publer's own server counts"


def _types(words: str) -> frozenset[str]:
    return frozenset(words.split())


_TABLE = (
    Network(
        key="facebook",
        label="Facebook",
        types=_types("status photo video link carousel story reel gif"),
        text_limit=10_000,
        limit_source=_PUBLER,
        counting=Counting.CODE_POINTS,
        counting_source=_UNDOCUMENTED,
        title_limit=255,
        needs={"carousel": ("media|sublinks",)},
        comments=True,
        media_most={PHOTO: 10, VIDEO: 1, GIF: 1},
        media_mb={PHOTO: 8, VIDEO: 10_000, GIF: 4},
        media_disputed="Publer's networks page allows 10 photos, its photo page and help centre any number",
        media_source=_MEDIA,
        fold=Fold(characters=480, lines=5),
    ),
    Network(
        key="instagram",
        label="Instagram",
        types=_types("photo video carousel story reel"),
        text_limit=2_200,
        limit_source=_PUBLER,
        counting=Counting.CODE_POINTS,
        counting_source=_UNDOCUMENTED,
        media_most={PHOTO: 10, VIDEO: 10},
        media_mix=frozenset({PHOTO, VIDEO}),
        media_mb={PHOTO: 8, VIDEO: 1_000},
        media_source="Publer: up to 10 items; " + _MEDIA,
        carousel=True,
        fold=Fold(characters=125, lines=2),
    ),
    Network(
        key="twitter",
        label="X",
        types=_types("status photo video link gif poll"),
        text_limit=280,
        long_text_limit=25_000,
        limit_source=_PUBLER,
        counting=Counting.TWITTER,
        counting_source="twitter-text v3 configuration and conformance data",
        comments=True,
        comment_limit=280,
        comments_most=25,
        media_most={PHOTO: 4, VIDEO: 1, GIF: 1},
        media_mb={PHOTO: 5, VIDEO: 512, GIF: 15},
        media_source=_MEDIA,
        poll=Poll(options=4, option_limit=25, days=tuple(range(1, 8))),
        fold=Fold(characters=280),
    ),
    Network(
        key="linkedin",
        label="LinkedIn",
        types=_types("status photo video link document poll gif"),
        text_limit=3_000,
        limit_source=_PUBLER,
        counting=Counting.CODE_POINTS,
        counting_source=_UNDOCUMENTED,
        title_limit=100,
        comments=True,
        comment_limit=1_250,
        needs={
            "poll": ("question", "options", "duration"),
            "document": ("media|document.id", "title|document.title"),
        },
        media_most={PHOTO: 20, VIDEO: 1, GIF: 1, DOCUMENT: 1},
        media_mb={PHOTO: 5, VIDEO: 5_000, DOCUMENT: 100},
        media_disputed="Publer's photo page allows 20 photos, clients were seen to stop at 9",
        media_source=_MEDIA,
        poll=Poll(options=4, option_limit=30, days=(1, 3, 7, 14), question_limit=140),
        fold=Fold(characters=210, lines=3),
    ),
    Network(
        key="pinterest",
        label="Pinterest",
        types=_types("photo video carousel"),
        text_limit=500,
        limit_source=_PUBLER,
        counting=Counting.CODE_POINTS,
        counting_source=_UNDOCUMENTED,
        title_limit=100,
        media_most={PHOTO: 5, VIDEO: 1},
        media_mb={PHOTO: 20, VIDEO: 2_000},
        media_source="Publer: 1 video or up to 5 photos; " + _MEDIA,
        carousel=True,
        fold=Fold(characters=50),
    ),
    Network(
        key="google",
        label="Google Business Profile",
        types=_types("status photo event offer video link"),
        text_limit=1_500,
        limit_source=_PUBLER + " (which also lists video and link; the content types page does not)",
        counting=Counting.CODE_POINTS,
        counting_source=_UNDOCUMENTED,
        media_most={PHOTO: None, VIDEO: 1},
        media_mb={PHOTO: 5},
        media_source=_MEDIA,
        fold=Fold(characters=100),
    ),
    Network(
        key="youtube",
        label="YouTube",
        types=_types("video short"),
        text_limit=5_000,
        bytes_limit=5_000,
        limit_source="Publer: update page; YouTube Data API, snippet.description: 5,000 bytes",
        counting=Counting.CODE_POINTS,
        counting_source="YouTube Data API",
        title_limit=100,
        needs={"video": ("media", "title"), "short": ("media", "title")},
        media_most={VIDEO: 1},
        media_mb={VIDEO: 256_000},
        media_source=_MEDIA,
        fold=Fold(characters=150, lines=3),
    ),
    Network(
        key="tiktok",
        label="TikTok",
        types=_types("video photo carousel"),
        text_limit=2_200,
        limit_source=_PUBLER,
        counting=Counting.UTF16,
        counting_source="TikTok Content Posting API: UTF-16 runes",
        title_limit=90,
        needs={"photo": ("media", "title"), "carousel": ("media", "title")},
        media_most={PHOTO: 35, VIDEO: 1},
        media_mb={VIDEO: 2_000},
        media_source="Publer: up to 35 photos, no mixed media; " + _MEDIA,
        fold=Fold(characters=100, lines=2),
    ),
    Network(
        key="wordpress",
        label="WordPress",
        types=_types("article"),
        text_limit=None,
        limit_source="none is given",
        counting=Counting.CODE_POINTS,
        counting_source="no limit to count against",
        media_most={PHOTO: None, VIDEO: None, GIF: None, DOCUMENT: None},
        media_mix=frozenset(Kind),
        media_source="none is given",
    ),
    Network(
        key="telegram",
        label="Telegram",
        types=_types("status photo video link gif"),
        text_limit=4_096,
        limit_source=_PUBLER,
        counting=Counting.CODE_POINTS,
        counting_source="Telegram Bot API: characters after entities parsing",
        media_most={PHOTO: 10, VIDEO: 10, GIF: 1},
        media_mb={PHOTO: 10, VIDEO: 2_000, GIF: 50},
        media_source="Publer: up to 10 photos, no mixed media; " + _MEDIA,
    ),
    Network(
        key="mastodon",
        label="Mastodon",
        types=_types("status photo video link gif poll"),
        text_limit=500,
        limit_source=_PUBLER + "; a server may allow more: max_length",
        counting=Counting.MASTODON,
        counting_source="Mastodon's status length validator: grapheme clusters, URLs 23, no remote domains",
        comments=True,
        comment_limit=500,
        media_most={PHOTO: 4, VIDEO: 1, GIF: 1},
        media_mb={GIF: 8},
        media_source="Mastodon: 4 attachments; " + _MEDIA,
        poll=Poll(options=4, option_limit=50, days=tuple(range(1, 8))),
    ),
    Network(
        key="threads",
        label="Threads",
        types=_types("status photo video link"),
        text_limit=500,
        limit_source=_PUBLER,
        counting=Counting.THREADS,
        counting_source="Threads API: characters, an emoji as the number of its UTF-8 bytes",
        comments=True,
        comment_limit=500,
        media_most={PHOTO: 20, VIDEO: 20},
        media_mb={PHOTO: 8, VIDEO: 1_000},
        media_source="Publer: up to 20 photos, no mixed media; " + _MEDIA,
    ),
    Network(
        key="bluesky",
        label="Bluesky",
        types=_types("status photo video link"),
        text_limit=300,
        bytes_limit=3_000,
        limit_source=_PUBLER + "; lexicon app.bsky.feed.post: maxGraphemes 300, maxLength 3000",
        counting=Counting.GRAPHEMES,
        counting_source="lexicon app.bsky.feed.post: extended grapheme clusters",
        comments=True,
        comment_limit=300,
        media_most={PHOTO: 4, VIDEO: 1},
        media_mb={PHOTO: 5, VIDEO: 100},
        media_source="lexicon app.bsky.embed.images: 4 images; " + _MEDIA,
    ),
)

NETWORKS: Mapping[str, Network] = MappingProxyType({network.key: network for network in _TABLE})
"""By provider key, in the order that messages and documentation list them."""

SPELLINGS: Mapping[str, str] = MappingProxyType(
    {"wordpress_oauth": "wordpress", "wordpress_basic": "wordpress"}
)
"""Other keys of ``networks`` and what they mean."""


def canonical(key: str) -> str:
    """Return the provider key that ``key`` stands for; ``key`` itself if it is no other spelling."""
    return SPELLINGS.get(key, key)


def spellings(key: str) -> tuple[str, ...]:
    """Return every key under which a file may name the network."""
    return (key, *(other for other, meant in SPELLINGS.items() if meant == key))


def network(key: str) -> Network:
    """Return the rules of the network that ``key`` names in any spelling, or raise KeyError."""
    return NETWORKS[canonical(key)]


def real_type(content_type: str, details: object) -> str:
    """Return what a post is: Publer's pages call these a photo, whose ``details.type`` says what it is."""
    own = details.get("type") if isinstance(details, Mapping) else None
    return own if own in ("document", "event", "offer") else content_type


def needs(rules: Network, content_type: str) -> tuple[str, ...]:
    """Return the fields that a post of this type must have on this network; ``a|b`` means one of them."""
    return rules.needs.get(content_type, NEEDS.get(content_type, ()))
