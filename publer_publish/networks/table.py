"""What each network takes: the one table behind validation, counting, previews and the documentation.

Sources: "Publer" is Publer's API documentation (content types, networks and media pages, OpenAPI); a
network's own rule is named where it decides how characters are counted. Where Publer's pages contradict
each other the table holds the wider value and says so (``media_disputed``): such a limit is advice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple

from publer_publish.networks import forms


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


PHOTO, VIDEO, GIF, DOCUMENT = Kind
_NOTHING: Mapping[Any, Any] = MappingProxyType({})
_PUBLER = "Publer: networks page"
_MEDIA = "Publer: media specifications, photo, video and GIF pages"


class Fold(NamedTuple):
    """Where the feed cuts a text with "see more", about: whichever comes first."""

    characters: int
    lines: int | None = None


class Poll(NamedTuple):
    """What the network allows in a poll, of at least two options."""

    options: int
    option_limit: int
    days: tuple[int, ...]
    question_limit: int | None = None


class Most(NamedTuple):
    """What a post may have of a kind of media; None: no limit is known."""

    items: int | None
    megabytes: int | None = None
    """The largest file that any of Publer's pages names: advice."""


class Frame(NamedTuple):
    """What Publer's pages advise for pictures and videos. They differ: the wider value is kept."""

    seconds: tuple[float, float] | None = None
    """Of a video."""
    seconds_as: Mapping[str, tuple[float, float]] = _NOTHING
    """Of a reel, a story or a short, where it is another."""
    ratio: tuple[float, float] | None = None
    """Width by height of a picture."""
    least_width: int = 0
    gif_most: int = 0
    """Pixels of the longer side."""


class Look(NamedTuple):
    """How the preview page imitates the network's posts, as far as it changes how a text reads."""

    accent: str = ""
    """A colour, dark enough to be read on white."""
    media_first: bool = False
    """Pictures above the text."""
    strip: bool = False
    """Several pictures lie side by side, to be scrolled through."""
    square: bool = False
    """The account's picture has corners."""
    subtitle: str = ""
    """Below the account's name."""
    actions: tuple[str, ...] = ()
    """What readers can do with a post."""
    thread: bool = False
    """Comments become further posts of a thread."""


class Network(NamedTuple):
    """One network's rules."""

    key: str
    """The provider key of ``networks``."""
    label: str
    types: frozenset[str]
    """The content types that a file may name; ``forms.as_sent`` says as what each is sent."""
    text_limit: int | None
    """As counted by ``counting``; None: no limit is known."""
    media: Mapping[Kind, Most]
    """The kinds it takes, and how much of each."""
    counting: Counting = Counting.CODE_POINTS
    counting_source: str = "not documented, but how Publer's own server counts"
    limit_source: str = _PUBLER
    media_source: str = _MEDIA
    long_text_limit: int | None = None
    """With ``details.type: long_post``."""
    bytes_limit: int | None = None
    """In UTF-8, on top of ``text_limit``."""
    title_limit: int | None = None
    """In code points."""
    comments: bool = False
    """Whether Publer documents comments, or a thread made of them."""
    thread: bool = False
    """Whether the comments are further posts of a thread."""
    comment_limit: int | None = None
    """Of one comment or one further post of a thread, counted as a text."""
    comments_most: int | None = None
    needs: Mapping[str, tuple[str, ...]] = _NOTHING
    """By type: the fields it needs beyond ``NEEDS``. ``a|b``: one of them; dots go into an object."""
    media_mix: frozenset[Kind] = frozenset()
    """The kinds that may stand together in one post."""
    media_disputed: str = ""
    """Why too many items are only a warning; empty: it is an error."""
    link_cards: bool = False
    """Its ``carousel`` shows links (``sublinks``), and no media."""
    shows_captions: bool = False
    """Each of several pictures is shown with its ``caption``."""
    alt_text_limit: int | None = None
    """Code points of a picture's alternative text, as the network's own pages say."""
    poll: Poll | None = None
    fold: Fold | None = None
    look: Look = Look()
    frame: Frame = Frame()
    other_keys: tuple[str, ...] = ()
    """Further keys of ``networks`` that mean it."""
    keyed_by_account: bool = False
    """In requests it has the key that the account's provider or type is."""
    type_prefixes: tuple[str, ...] = ()
    """How Publer's account types begin, as in ``fb_page``."""
    second_names: Mapping[str, str] = _NOTHING
    """Fields that Publer's pages name in two ways: sent under both."""
    text_field: str = ""
    """The second name of ``text``."""
    counted_with_text: tuple[str, ...] = ()
    """Fields, the first of which that is there counts as a part of the text."""
    has_period: bool = False
    """``details.start`` and ``details.end`` are times."""
    url_is_button: bool = False
    """``url`` is where a button leads: it makes no link post."""
    private: str = ""
    """The ``details.privacy`` that a paid partnership cannot have."""
    has_boards: bool = False
    """A post goes to a board of its account, which it must name."""
    no_same_text: bool = False
    """Its rules forbid one text on several accounts of an owner."""
    one_account_at_a_time: bool = False
    """Publer posts the same to several of its accounts only in several requests."""
    form: Callable[[dict[str, Any]], None] | None = None
    """Adds to what is sent what the network's own page wants beside what the file says."""

    def as_sent(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Return its part of a post in the form and under the names of Publer; what the file says is kept."""
        found = dict(body)
        names = {**self.second_names, **({"text": self.text_field} if self.text_field else {})}
        for one, other in names.items():
            if one in found:
                found.setdefault(other, found[one])
            elif other in found:
                found[one] = found[other]
        if self.form:
            self.form(found)
        forms.as_sent(found)
        return found

    @property
    def keys(self) -> tuple[str, ...]:
        """Every key under which a file may name it."""
        return (self.key, *self.other_keys)

    def is_own_key(self, word: str) -> bool:
        """Whether a provider or an account's type is itself a key of requests, as ``wordpress_basic``."""
        return self.keyed_by_account and word.startswith(f"{self.key}_")


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
        "event": ("media", "details.title", "details.start", "details.end"),
        "offer": ("media", "text", "details.title"),
    }
)
"""What a type needs on every network (Publer: content types; OpenAPI)."""


def _types(words: str) -> frozenset[str]:
    return frozenset(words.split())


_TABLE = (
    Network(
        key="facebook",
        label="Facebook",
        types=_types("status photo video link carousel story reel gif"),
        text_limit=10_000,
        title_limit=255,
        needs={"carousel": ("sublinks",)},
        link_cards=True,
        shows_captions=True,
        comments=True,
        media={PHOTO: Most(10, 8), VIDEO: Most(1, 10_000), GIF: Most(1, 4)},
        media_disputed="Publer's networks page allows 10 photos, its photo page and help centre any number",
        fold=Fold(characters=480, lines=5),
        type_prefixes=("fb",),
        frame=Frame(seconds=(1, 5 * 3600), seconds_as={"reel": (3, 90), "story": (0, 60)}),
        look=Look(accent="#1460c9", subtitle="Just now", actions=("Like", "Comment", "Share")),
    ),
    Network(
        key="instagram",
        label="Instagram",
        types=_types("photo video carousel story reel"),
        text_limit=2_200,
        media={PHOTO: Most(10, 8), VIDEO: Most(10, 1_000)},
        media_mix=frozenset({PHOTO, VIDEO}),
        media_source="Publer: up to 10 items; " + _MEDIA,
        fold=Fold(characters=125, lines=2),
        type_prefixes=("ig",),
        frame=Frame(
            seconds=(3, 3600),
            seconds_as={"reel": (3, 90), "story": (0, 60)},
            ratio=(0.8, 1.91),
            least_width=320,
        ),
        look=Look(
            accent="#b3276f", media_first=True, strip=True, actions=("Like", "Comment", "Share", "Save")
        ),
    ),
    Network(
        key="twitter",
        label="X",
        other_keys=("x",),
        types=_types("status photo video link gif poll"),
        text_limit=280,
        long_text_limit=25_000,
        counting=Counting.TWITTER,
        counting_source="twitter-text v3 configuration and conformance data",
        no_same_text=True,
        alt_text_limit=1_000,
        comments=True,
        thread=True,
        comment_limit=280,
        comments_most=25,
        media={PHOTO: Most(4, 5), VIDEO: Most(1, 512), GIF: Most(1, 15)},
        poll=Poll(options=4, option_limit=25, days=tuple(range(1, 8))),
        fold=Fold(characters=280),
        frame=Frame(seconds=(0.5, 140), gif_most=2048),
        look=Look(accent="#2f3336", actions=("Reply", "Repost", "Like", "Bookmark"), thread=True),
    ),
    Network(
        key="linkedin",
        label="LinkedIn",
        types=_types("status photo video link document poll gif"),
        text_limit=3_000,
        title_limit=100,
        comments=True,
        comment_limit=1_250,
        needs={
            "poll": ("question", "options", "duration"),
            "document": ("media|document.id", "title|document.title"),
        },
        media={PHOTO: Most(20, 5), VIDEO: Most(1, 5_000), GIF: Most(1), DOCUMENT: Most(1, 100)},
        poll=Poll(options=4, option_limit=30, days=(1, 3, 7, 14), question_limit=140),
        fold=Fold(characters=210, lines=3),
        type_prefixes=("in",),
        frame=Frame(seconds=(3, 900)),
        look=Look(accent="#0a66c2", subtitle="Now", actions=("Like", "Comment", "Repost", "Send")),
    ),
    Network(
        key="pinterest",
        label="Pinterest",
        types=_types("photo video carousel"),
        text_limit=500,
        title_limit=100,
        media={PHOTO: Most(5, 20), VIDEO: Most(1, 2_000)},
        media_source="Publer: 1 video or up to 5 photos; " + _MEDIA,
        fold=Fold(characters=50),
        type_prefixes=("pin",),
        has_boards=True,
        form=forms.pin,
        frame=Frame(seconds=(4, 900)),
        look=Look(accent="#b8001c", media_first=True, strip=True),
    ),
    Network(
        key="google",
        label="Google Business",
        types=_types("status photo event offer"),
        text_limit=1_500,
        media={PHOTO: Most(1, 5)},
        media_source="Publer: its page on Google Business Profiles shows exactly one picture, and no video",
        fold=Fold(characters=100),
        frame=Frame(least_width=250),
        has_period=True,
        url_is_button=True,
    ),
    Network(
        key="youtube",
        label="YouTube",
        types=_types("video short"),
        text_limit=5_000,
        bytes_limit=5_000,
        limit_source="Publer: update page; YouTube Data API, snippet.description: 5,000 bytes",
        counting_source="YouTube Data API",
        title_limit=100,
        needs={"video": ("media", "title"), "short": ("media", "title")},
        media={VIDEO: Most(1, 256_000)},
        fold=Fold(characters=150, lines=3),
        text_field="description",
        form=forms.film,
        frame=Frame(seconds=(0, 12 * 3600), seconds_as={"short": (0, 60)}),
        look=Look(accent="#b80000", media_first=True),
    ),
    Network(
        key="tiktok",
        label="TikTok",
        types=_types("video photo carousel"),
        text_limit=2_200,
        counting=Counting.UTF16,
        counting_source="TikTok Content Posting API: UTF-16 runes",
        title_limit=90,
        needs={"photo": ("media", "title"), "carousel": ("media", "title")},
        media={PHOTO: Most(35), VIDEO: Most(1, 2_000)},
        media_source="Publer: up to 35 photos, no mixed media; " + _MEDIA,
        fold=Fold(characters=100, lines=2),
        private="SELF_ONLY",
        one_account_at_a_time=True,
        frame=Frame(seconds=(3, 600)),
        look=Look(accent="#33393d", media_first=True, strip=True),
    ),
    Network(
        key="wordpress",
        label="WordPress",
        types=_types("article"),
        text_limit=None,
        limit_source="none is given",
        counting_source="no limit to count against",
        media={PHOTO: Most(None), VIDEO: Most(None), GIF: Most(None), DOCUMENT: Most(None)},
        media_mix=frozenset(Kind),
        media_source="none is given",
        other_keys=("wordpress_oauth", "wordpress_basic"),
        keyed_by_account=True,
        type_prefixes=("wordpress",),
        form=forms.article,
    ),
    Network(
        key="telegram",
        label="Telegram",
        types=_types("status photo video link gif"),
        text_limit=4_096,
        counting_source="Telegram Bot API: characters after entities parsing",
        media={PHOTO: Most(10, 10), VIDEO: Most(1, 2_000), GIF: Most(1, 50)},
        media_source="Publer: up to 10 photos, no mixed media; " + _MEDIA,
        second_names={
            "parseMode": "parse_mode",
            "disableNotification": "disable_notification",
            "disableWebPagePreview": "disable_web_page_preview",
        },
        look=Look(accent="#1b6f9c", media_first=True),
    ),
    Network(
        key="mastodon",
        label="Mastodon",
        types=_types("status photo video link gif poll"),
        text_limit=500,
        limit_source=_PUBLER + "; a server may allow more: max_length",
        counting=Counting.MASTODON,
        counting_source="Mastodon's status length validator: grapheme clusters, URLs 23, no remote domains",
        alt_text_limit=1_500,
        comments=True,
        thread=True,
        comment_limit=500,
        media={PHOTO: Most(4), VIDEO: Most(1), GIF: Most(1, 8)},
        media_source="Mastodon: 4 attachments; " + _MEDIA,
        poll=Poll(options=4, option_limit=50, days=tuple(range(1, 8))),
        second_names={"spoilerText": "content_warning"},
        counted_with_text=("spoilerText", "content_warning"),
        look=Look(
            accent="#563acc", square=True, actions=("Reply", "Boost", "Favourite", "Bookmark"), thread=True
        ),
    ),
    Network(
        key="threads",
        label="Threads",
        types=_types("status photo video link"),
        text_limit=500,
        counting=Counting.THREADS,
        counting_source="Threads API: characters, an emoji as the number of its UTF-8 bytes",
        comments=True,
        thread=True,
        comment_limit=500,
        media={PHOTO: Most(20, 8), VIDEO: Most(1, 1_000)},
        media_source="Publer: up to 20 photos, no mixed media; " + _MEDIA,
        frame=Frame(seconds=(3, 300)),
        look=Look(accent="#3a3a3a", strip=True, actions=("Like", "Reply", "Repost", "Share"), thread=True),
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
        thread=True,
        comment_limit=300,
        media={PHOTO: Most(4, 5), VIDEO: Most(1, 100)},
        media_source="lexicon app.bsky.embed.images: 4 images; " + _MEDIA,
        look=Look(accent="#0961c9", actions=("Reply", "Repost", "Like"), thread=True),
    ),
)

NETWORKS: Mapping[str, Network] = MappingProxyType({network.key: network for network in _TABLE})
"""By provider key, in the order that messages and documentation list them."""

_BY_KEY: Mapping[str, Network] = MappingProxyType(
    {key: network for network in _TABLE for key in network.keys}
)
KEYS = tuple(_BY_KEY)
"""Every key of ``networks``."""


def canonical(key: str) -> str:
    """Return the provider key that ``key`` means, in any case; ``key`` itself if no network is named so.

    Publer was seen to call a provider ``wordpress_oauth``: another ending there is WordPress, too.
    """
    named = _BY_KEY.get(key.lower())
    if named:
        return named.key
    return next((one.key for one in _TABLE if one.is_own_key(key)), key)


def of_account_type(account_type: str) -> str:
    """Return the key of the network that an account's type (``fb_page``) is of; "" if none is known."""
    start = account_type.partition("_")[0]
    found = (one.key for one in _TABLE if start == one.key or start in one.type_prefixes)
    return next(found, "")


def network(key: str) -> Network:
    """Return the rules of the network that ``key`` means, or raise KeyError."""
    return _BY_KEY[key]


def look_of(key: str | None) -> Look:
    """Return how the network's posts look; a plain look if it is not known."""
    return _BY_KEY[key].look if key and key in _BY_KEY else Look()


def needs(rules: Network, content_type: str) -> tuple[str, ...]:
    """Return the fields that a post of this type must have on this network; ``a|b`` means one of them."""
    return rules.needs.get(content_type, NEEDS.get(content_type, ()))
