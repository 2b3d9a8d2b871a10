"""How long a text is, as the network that gets it counts.

The table in ``networks`` says which rule each network follows and where the rule comes from.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from publer_publish.networks import twitter_text
from publer_publish.networks.table import Counting, Network

if TYPE_CHECKING:
    import regex


_ONE_BY_ONE = "[\u0020-\u02ff\n\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u2190-\u21ff]*"
"""Characters that never join their neighbours (pictographs only do beside a joiner): each is a grapheme."""
MAX_COUNTED = 200_000
"""Code points. A longer text is over every limit that a file can set, and its code points are reported."""
URL_LENGTH = 23
"""What a URL counts on X and Mastodon, whatever its real length."""
WORDS_REMEMBERED = 16_384
"""Finding where a text is too long measures the same words again and again."""


def measure(network: Network, text: str) -> int:
    """Return the length of ``text`` as the network counts it. Whitespace at both ends counts here, too."""
    if len(text) > MAX_COUNTED:
        return len(text)
    return _MEASURES[network.counting](text)


class Length(NamedTuple):
    """How long a text is on a network, and what is wrong with that."""

    used: int
    limit: int | None
    message: str = ""
    """What is wrong; empty if the text fits."""
    hint: str = ""


def check_text(
    network: Network, text: str, *, max_length: int | None = None, long_post: bool = False, extra: int = 0
) -> Length:
    """Measure a text against every limit of its network.

    ``max_length``: the file's own limit, which wins. ``long_post``: ``details.type`` is ``long_post``.
    ``extra``: what counts besides the text, measured by the caller (Mastodon's ``spoilerText``).
    """
    used = measure(network, text) + extra
    own = max_length is not None
    limit = max_length if own else (long_post and network.long_text_limit) or network.text_limit
    if limit is not None and used > limit:
        allows = "max_length" if own else network.label
        message = f"The text has {used:,} characters; {allows} allows {limit:,}."
        return Length(used, limit, message, _shorten(network, used - limit, own=own))
    if network.bytes_limit is not None and not own and (size := utf8_length(text)) > network.bytes_limit:
        message = f"The text has {size:,} bytes; {network.label} allows {network.bytes_limit:,}."
        excess = size - network.bytes_limit
        hint = f"Shorten it by {excess:,} bytes: letters beyond ASCII take 2 to 4."
        return Length(used, limit, message, hint)
    return Length(used, limit)


def fits(
    network: Network, text: str, *, max_length: int | None = None, long_post: bool = False, extra: int = 0
) -> bool:
    """Whether a text is within every limit of its network."""
    checked = check_text(network, text, max_length=max_length, long_post=long_post, extra=extra)
    return not checked.message


def utf8_length(text: str) -> int:
    """Return the number of bytes in UTF-8. A lone surrogate counts 3."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def _shorten(network: Network, excess: int, *, own: bool) -> str:
    hint = f"Shorten it by {excess:,}, give {network.label} its own text, or cut part of it with `fit`."
    if own:
        return hint
    if network.long_text_limit is not None:
        return hint + f" With X Premium, `details: {{ type: long_post }}` allows {network.long_text_limit:,}."
    if network.counting is Counting.MASTODON:
        return hint + " If your server allows more, say so with `max_length`."
    return hint


def _utf16(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _graphemes(text: str) -> int:
    return len(text) if re.fullmatch(_ONE_BY_ONE, text) else sum(1 for _ in clusters(text))


def _twitter(text: str) -> int:
    """Add up the words: neither a URL nor an emoji reaches over a space."""
    first, *rest = re.sub(_LINE_END, "\n", text).replace("\n", " ").split(" ")
    return _word_length(first) + len(rest) + sum(map(_later_word, rest))


def _mastodon(text: str) -> int:
    return _graphemes(re.sub(_SPACED_WORD, lambda word: _as_counted(word[0]), text))


def _threads(text: str) -> int:
    if re.fullmatch(_ONE_BY_ONE, text):
        return len(text)
    import regex  # noqa: PLC0415  (30 ms that plain text need not pay)

    emoji = regex.compile(r"\p{Emoji_Presentation}|\p{Emoji}\uFE0F")
    return sum(
        utf8_length(cluster) if emoji.match(cluster) else len(cluster)
        for cluster in (match.group() for match in clusters(text))
    )


_MEASURES: Mapping[Counting, Callable[[str], int]] = {
    Counting.CODE_POINTS: len,
    Counting.UTF16: _utf16,
    Counting.TWITTER: _twitter,
    Counting.GRAPHEMES: _graphemes,
    Counting.MASTODON: _mastodon,
    Counting.THREADS: _threads,
}

# --- X ---

_LINE_END = r"\r\n?"
_HEAVY = "[^\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]"
"""What counts 2 on X: all but twitter-text's four ranges of weight 100."""

_SKIN = "[\U0001f3fb-\U0001f3ff]"
_TAKES_SKIN = (
    "[\u261d\u26f9\u270a-\u270d\U0001f385\U0001f3c2-\U0001f3c4\U0001f3c7\U0001f3ca-\U0001f3cc"
    "\U0001f442\U0001f443\U0001f446-\U0001f450\U0001f466-\U0001f478\U0001f47c\U0001f481-\U0001f483"
    "\U0001f485-\U0001f487\U0001f48f\U0001f491\U0001f4aa\U0001f574\U0001f575\U0001f57a\U0001f590"
    "\U0001f595\U0001f596\U0001f645-\U0001f647\U0001f64b-\U0001f64f\U0001f6a3\U0001f6b4-\U0001f6b6"
    "\U0001f6c0\U0001f6cc\U0001f90c\U0001f90f\U0001f918-\U0001f91f\U0001f926\U0001f930-\U0001f939"
    "\U0001f93c-\U0001f93e\U0001f977\U0001f9b5\U0001f9b6\U0001f9b8\U0001f9b9\U0001f9bb"
    "\U0001f9cd-\U0001f9cf\U0001f9d1-\U0001f9dd\U0001fac3-\U0001fac5\U0001faf0-\U0001fafa]"
)
"""Unicode's Emoji_Modifier_Base."""
_SYMBOL = (
    "[\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u24c2\u25a0-\u27bf\u2934\u2935\u2b05-\u2b55"
    "\u3030\u303d\u3297\u3299\U0001f000-\U0001f1e5\U0001f200-\U0001f3fa\U0001f400-\U0001faff]"
)
"""The blocks that emoji are in: those of today and those that Unicode will add there."""
_ONE = f"(?:{_TAKES_SKIN}{_SKIN}|{_SYMBOL}\ufe0f?|[\u00a9\u00ae]\ufe0f)"
_EMOJI = (
    "[0-9#*]\ufe0f?\u20e3"
    "|[\U0001f1e6-\U0001f1ff]{2}"
    "|\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f"
    f"|{_ONE}(?:\u200d{_ONE})*"
)
"""An emoji of one or more code points: X counts it 2."""


@lru_cache(maxsize=WORDS_REMEMBERED)
def _later_word(word: str) -> int:
    return _word_length(" " + word) - 1


def _word_length(word: str) -> int:
    word = unicodedata.normalize("NFC", word)
    counted, after = 0, 0
    for start, end in twitter_text.find_urls(word):
        counted += _weight(word[after:start]) + URL_LENGTH
        after = end
    return counted + _weight(word[after:])


def _weight(text: str) -> int:
    if text.isascii():
        return len(text)
    emoji, heavy = _beyond_ascii()
    rest, found = emoji.subn("", text)
    return 2 * found + len(rest) + len(heavy.findall(rest))


@cache
def _beyond_ascii() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What counts 2; compiled (1.2 ms) when the first such text comes."""
    return re.compile(_EMOJI), re.compile(_HEAVY)


# --- Mastodon ---

MAX_DOMAIN_LENGTH = 253

_MENTION = r"(?i)(?<![=/\w])@[a-z0-9_]+(?:[.-]+[a-z0-9_]+)*(?P<domain>@\w+(?:[.-]+\w+)*)?"
_SPACED_WORD = r"[^ \n]+"
_NOT_AFTER_MENTION = re.compile("[@\uff20\u00c0-\u024f]|://")


@lru_cache(maxsize=WORDS_REMEMBERED)
def _as_counted(word: str) -> str:
    """Return a word with what Mastodon counts instead of it."""
    if "@" not in word and "://" not in word:
        return word
    pieces, after = [], 0
    for start, end, stand_in in _entities(word):
        if start >= after:
            pieces += [word[after:start], stand_in]
            after = end
    return "".join(pieces) + word[after:]


def _entities(text: str) -> list[tuple[int, int, str]]:
    urls = twitter_text.find_urls(text, grammar=twitter_text.mastodon(), bare_domains=False)
    entities = [(start, end, "x" * URL_LENGTH) for start, end in urls]
    for mention in re.finditer(_MENTION, text):
        domain = mention["domain"] or ""
        if 0 < len(domain) <= MAX_DOMAIN_LENGTH and not _NOT_AFTER_MENTION.match(text, mention.end()):
            entities.append((mention.start(), mention.end(), mention.group().removesuffix(domain)))
    return sorted(entities)


# --- grapheme clusters ---


def clusters(text: str) -> Iterator[regex.Match[str]]:
    """Yield a match for every cluster, in order; together they are the whole text."""
    return _pattern().finditer(text)


@cache
def _pattern() -> regex.Pattern[str]:
    import regex  # noqa: PLC0415  (30 ms that plain text need not pay)

    # \X alone looks back over all flags before a flag: many of them would take it quadratic time.
    flag = r"[\U0001F1E6-\U0001F1FF]{2}[\p{GCB=Extend}\p{GCB=ZWJ}\p{GCB=SpacingMark}]*"
    return regex.compile(rf"{flag}|\X")
