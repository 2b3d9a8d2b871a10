"""Account selectors: an id, ``network/Name``, ``network/*`` or ``*``."""

from __future__ import annotations

import re

from publer_publish.errors import ActionError, Path
from publer_publish.networks.table import KEYS, NETWORKS, canonical
from publer_publish.post.model import Selector, SelectorKind
from publer_publish.post.schema.keys import MEANT
from publer_publish.text import cut, suggest

_TYPOGRAPHIC_QUOTES = "\u2018\u2019\u201a\u201c\u201d\u201e\xab\xbb"
_ID = r"[0-9a-fA-F]{24}"
_ANOTHER = (
    rf"(?i)(?:[,;]\s*|(?:\*|\b[0-9a-f]{{24}})\s+)"
    rf"(?:\*\s*(?:[,;]|\Z)|[0-9a-f]{{24}}\b|(?:{'|'.join(KEYS)})/\S)"
)
"""Where, in something that begins like a selector, another one begins: behind a comma, a ``*`` or an id.

Account names may hold nearly anything: "News YouTube/TikTok" is one, and so is "*NSYNC".
"""
_LONGEST_QUOTE = 40
_IF_IT_IS_A_NAME = "If an account really has this name, use its id."
_LIST_MARKS = "\"'[],-"
"""What YAML and JSON write around the items of a list. No selector begins with one of these."""
IN_FILE = "Write each as an item of its own, without commas, brackets or extra quotes."
IN_INPUT = "Write one selector per line, without dashes, commas, brackets and quotes."


class SelectorError(ActionError):
    """What is wrong with a selector, and what to write instead."""

    def __init__(self, message: str, hint: str, meant: str = "") -> None:
        super().__init__(message, hint=hint)
        self.meant = meant
        """The selector as it should be, if that is certain."""


def parse_selector(written: str, several: str = IN_FILE) -> Selector:
    """Read one selector as written; ``several`` says how to write more than one. Raises ``SelectorError``."""
    text = written.strip()
    shown = cut(text, _LONGEST_QUOTE)
    if text and (text[0] in _LIST_MARKS or text[-1] in ",;"):
        raise SelectorError(f"`{shown}` has the punctuation of a list around it.", several)
    if re.search(_ANOTHER, text):
        raise SelectorError(f"`{shown}` is more than one selector.", f"{several} {_IF_IT_IS_A_NAME}")
    if text == "*":
        return Selector(kind=SelectorKind.ALL, written=text)
    if re.fullmatch(_ID, text):
        return Selector(kind=SelectorKind.ID, written=text, value=text)
    network, slash, name = (part.strip() for part in text.partition("/"))
    key = canonical(network.lower())
    if slash and key in NETWORKS and name:
        kind = SelectorKind.NETWORK if name == "*" else SelectorKind.NAME
        return Selector(kind=kind, written=text, network=key, value="" if name == "*" else name)
    raise _complaint(text, network, name if slash else None)


def _complaint(text: str, network: str, name: str | None) -> SelectorError:
    """Say what is wrong; ``name``: what follows a slash."""
    shown, key = cut(text, _LONGEST_QUOTE), canonical(network.lower())
    hint = (
        "Write the network and the account's name in Publer, such as `linkedin/Acme Inc`, or `linkedin/*` "
        "for all accounts of a network, or the account's id of 24 digits."
    )
    if not text:
        return SelectorError("An account selector is empty.", hint)
    if text[0] in _TYPOGRAPHIC_QUOTES:
        hint = 'In a file use straight ones, as in "twitter/*"; in the input use none.'
        return SelectorError(f"`{shown}` has curly quotes.", hint, text.strip(_TYPOGRAPHIC_QUOTES))
    if key in NETWORKS and not name:
        hint = f"For all its accounts write `{key}/*`, for one `{key}/Name` with its name in Publer."
        return SelectorError(f"`{shown}` names a network but no account.", hint, f"{key}/*")
    if text.lower().startswith(("https://", "http://", "www.")):
        return SelectorError(f"`{shown}` is the address of a page, not an account of Publer.", hint)
    if name is None:
        return SelectorError(f"`{shown}` does not say which account.", hint)
    close = (MEANT.get(network.lower(), ""), suggest(network, NETWORKS))
    meant = next((one for one in close if one in NETWORKS), "")
    hint = f"{f'Did you mean `{meant}/{name}`? ' if meant else ''}Networks: {', '.join(NETWORKS)}."
    return SelectorError(f"`{shown}` does not begin with a network that Publer has.", hint)


def is_selector(path: Path) -> bool:
    """Whether a value of a document says where a post goes."""
    entry = path[:-1] if path[-1:] == ("id",) else path
    return len(entry) > 1 and entry[-2] == "accounts" and isinstance(entry[-1], int)
