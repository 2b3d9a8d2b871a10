"""Secrets never leave the program: not raw, and not in the spellings that they take on the way."""

from __future__ import annotations

import base64
import json
import re
from urllib.parse import quote, quote_plus

from publer_publish.credentials import HIDDEN as REPLACEMENT
from publer_publish.credentials import without_credentials

SHORTEST_SECRET = 4
"""Masking anything shorter would shred the log and protect nothing."""


class Redactor:
    """Replaces every secret it was told of, and what is plainly a credential.

    The runner masks too, but not every spelling, and not files.
    """

    def __init__(self) -> None:
        self._spellings: set[str] = set()
        self._pattern: re.Pattern[str] | None = None

    def add(self, secret: str) -> None:
        """Take a secret and each of its lines. Shorter than ``SHORTEST_SECRET`` is not taken."""
        parts = {secret.strip(), *(line.strip() for line in re.split(r"[\r\n]", secret))}
        for part in parts:
            if len(part) >= SHORTEST_SECRET:
                self._spellings |= _spellings(part)
        if self._spellings:
            longest_first = sorted(self._spellings, key=lambda spelling: (-len(spelling), spelling))
            self._pattern = re.compile("|".join(map(re.escape, longest_first)))

    def __call__(self, text: str) -> str:
        return without_credentials(self._pattern.sub(REPLACEMENT, text) if self._pattern else text)


def _spellings(secret: str) -> set[str]:
    raw = secret.encode("utf-8", "surrogatepass")
    encoded = base64.b64encode(raw).decode("ascii")
    return {
        secret,
        quote(raw, safe=""),
        quote(raw),
        quote_plus(raw),
        json.dumps(secret)[1:-1],
        repr(secret)[1:-1],
        # The last group depends on what follows the secret, so it is left out of the comparison.
        encoded[: len(raw) // 3 * 4],
    } - {""}
