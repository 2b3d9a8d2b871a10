"""How long a text is, as the network that gets it counts.

The table in ``networks`` says which rule each network follows and where the rule comes from.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from publer_publish.post.networks import Counting, Network

_ONE_BY_ONE = re.compile("[\u0020-\u02ff\n\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u2190-\u21ff]*")
"""Characters that never join their neighbours (pictographs only do beside a joiner): each is a grapheme."""


MAX_COUNTED = 200_000
"""Code points. A longer text is over every limit that a file can set, and is told by its code points."""


def measure(network: Network, text: str) -> int:
    """Return the length of ``text`` as the network counts it. Whitespace at both ends counts here, too."""
    if len(text) > MAX_COUNTED:
        return len(text)
    return _MEASURES[network.counting](text)


def limit_of(network: Network, *, max_length: int | None = None, long_post: bool = False) -> int | None:
    """Return the text limit that applies; None if none is known.

    ``max_length``: the file's own limit, which wins. ``long_post``: ``details.type`` is ``long_post``.
    """
    if max_length is not None:
        return max_length
    if long_post and network.long_text_limit is not None:
        return network.long_text_limit
    return network.text_limit


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

    ``extra``: what counts besides the text, measured by the caller (Mastodon's ``spoilerText``).
    """
    used = measure(network, text) + extra
    limit = limit_of(network, max_length=max_length, long_post=long_post)
    own = max_length is not None
    allows = "max_length" if own else network.label
    if limit is not None and used > limit:
        return Length(
            used=used,
            limit=limit,
            message=f"The text has {used:,} of {limit:,} characters that {allows} allows",
            hint=_shorten(network, used - limit, own=own),
        )
    size = utf8_length(text) if network.bytes_limit is not None and not own else 0
    if network.bytes_limit is not None and size > network.bytes_limit:
        return Length(
            used=used,
            limit=limit,
            message=f"The text has {size:,} bytes of the {network.bytes_limit:,} that {network.label} allows",
            hint=f"Shorten it by {size - network.bytes_limit:,} bytes: letters beyond ASCII take 2 to 4.",
        )
    return Length(used=used, limit=limit)


def fits(
    network: Network, text: str, *, max_length: int | None = None, long_post: bool = False, extra: int = 0
) -> bool:
    """Whether a text is within every limit of its network."""
    limit = limit_of(network, max_length=max_length, long_post=long_post)
    if limit is not None and measure(network, text) + extra > limit:
        return False
    return network.bytes_limit is None or max_length is not None or utf8_length(text) <= network.bytes_limit


def utf8_length(text: str) -> int:
    """Return the number of bytes in UTF-8. A lone surrogate counts 3."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def _shorten(network: Network, excess: int, *, own: bool) -> str:
    hint = f"Shorten it by {excess:,}, give {network.label} its own text, or cut a part with the filter fit."
    if own:
        return hint
    if network.long_text_limit is not None:
        return hint + f" With X Premium: details.type long_post allows {network.long_text_limit:,}."
    if network.counting is Counting.MASTODON:
        return hint + " If your server allows more, say so with max_length."
    return hint


def _code_points(text: str) -> int:
    return len(text)


def _utf16(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _graphemes(text: str) -> int:
    if _ONE_BY_ONE.fullmatch(text):
        return len(text)
    from publer_publish.post.graphemes import clusters  # noqa: PLC0415  (30 ms that plain text need not pay)

    return sum(1 for _ in clusters(text))


def _twitter(text: str) -> int:
    from publer_publish.post import count_twitter  # noqa: PLC0415  (5 ms that other networks need not pay)

    return count_twitter.length(text)


def _mastodon(text: str) -> int:
    if "@" not in text and "://" not in text:
        return _graphemes(text)
    from publer_publish.post import count_mastodon  # noqa: PLC0415  (as above)

    return _graphemes(count_mastodon.as_counted(text))


def _threads(text: str) -> int:
    if _ONE_BY_ONE.fullmatch(text):
        return len(text)
    import regex  # noqa: PLC0415  (30 ms that plain text need not pay)

    from publer_publish.post.graphemes import clusters  # noqa: PLC0415  (it is there already)

    emoji = regex.compile(r"\p{Emoji_Presentation}|\p{Emoji}\uFE0F")
    return sum(
        utf8_length(cluster) if emoji.match(cluster) else len(cluster)
        for cluster in (match.group() for match in clusters(text))
    )


_MEASURES: Mapping[Counting, Callable[[str], int]] = {
    Counting.CODE_POINTS: _code_points,
    Counting.UTF16: _utf16,
    Counting.TWITTER: _twitter,
    Counting.GRAPHEMES: _graphemes,
    Counting.MASTODON: _mastodon,
    Counting.THREADS: _threads,
}
