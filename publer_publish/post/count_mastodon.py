"""How Mastodon counts: URLs are 23, and the domain of a remote mention is not counted."""

from __future__ import annotations

import re
from functools import lru_cache

from publer_publish.post import urls

URL_LENGTH = 23
"""What a URL counts, whatever its real length."""
WORDS_REMEMBERED = 16_384
"""Finding where a text is too long measures the same words again and again."""
MAX_DOMAIN_LENGTH = 253

_MENTION = re.compile(
    r"(?<![=/\w])@[a-z0-9_]+(?:[.-]+[a-z0-9_]+)*(?P<domain>@\w+(?:[.-]+\w+)*)?", re.IGNORECASE
)
_SPACED_WORD = re.compile(r"[^ \n]+")
_NOT_AFTER_MENTION = re.compile("[@\uff20\u00c0-\u024f]|://")


def as_counted(text: str) -> str:
    """Return the text with what is counted instead of its URLs and mentions."""
    return _SPACED_WORD.sub(lambda word: _word(word[0]), text)


@lru_cache(maxsize=WORDS_REMEMBERED)
def _word(word: str) -> str:
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
    found = urls.find_urls(text, grammar=urls.mastodon(), bare_domains=False) if "://" in text else []
    entities = [(start, end, "x" * URL_LENGTH) for start, end in found]
    for mention in _MENTION.finditer(text):
        domain = mention["domain"] or ""
        if 0 < len(domain) <= MAX_DOMAIN_LENGTH and not _NOT_AFTER_MENTION.match(text, mention.end()):
            entities.append((mention.start(), mention.end(), mention.group().removesuffix(domain)))
    return sorted(entities)
