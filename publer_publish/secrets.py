"""What is plainly a credential: never published, and never shown either."""

from __future__ import annotations

import base64
import json
import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache, lru_cache
from typing import Any, TypeVar, cast
from urllib.parse import quote, quote_plus

from publer_publish.errors import Problem, Where

MASK = "***"
"""What is shown instead of a credential."""

_KINDS = (
    ("a GitHub token", r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{60,})"),
    ("an AWS access key", r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    ("a Slack token", r"\bxox[abeoprs]-[A-Za-z0-9-]{20,}"),
    ("a Google API key", r"\bAIza[0-9A-Za-z_-]{35}\b"),
    ("a Stripe key", r"\b[rs]k_live_[0-9A-Za-z]{20,}"),
    (
        "a private key",
        r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----(?:[\s\S]*?-----END [A-Z ]{0,30}PRIVATE KEY-----|[\s\S]*)",
    ),
    ("an npm token", r"\bnpm_[A-Za-z0-9]{36}\b"),
    ("a PyPI token", r"\bpypi-[A-Za-z0-9_-]{50,}"),
)
_MARKS = (
    *("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "AKIA", "ASIA", "xox", "AIza", "k_live_"),
    *("PRIVATE KEY-----", "npm_", "pypi-"),
)
"""Each of them contains one of these: looking for them first is many times quicker."""
_CUT = r"\b(?:gh[pousr]_|github_pat_|xox[abeoprs]-|AIza|[rs]k_live_|npm_|pypi-)[A-Za-z0-9_-]{8,}…"
"""The beginning of one, as a message quotes what is too long to be quoted."""


def kind_of_credential(text: str) -> str:
    """Name the credential that a text contains (never quoting it), or the empty string."""
    if not _may_contain_one(text):
        return ""
    return next((name for name, pattern in _KINDS if re.search(pattern, text)), "")


def without_credentials(text: str) -> str:
    """Return the text as it may be shown: with ``MASK`` in the place of each credential."""
    return _shown().sub(MASK, text) if _may_contain_one(text) else text


@cache
def _shown() -> re.Pattern[str]:
    # Made when it is needed: few texts look like one, and every start would wait for it.
    return re.compile("|".join([*(pattern for _, pattern in _KINDS), _CUT]))


@lru_cache(maxsize=4096)
def _may_contain_one(text: str) -> bool:
    return any(mark in text for mark in _MARKS)


def credential_in(text: str, secrets: Iterable[str], *, is_address: bool = False) -> str:
    """Name the credential that a text contains (never quoting it), or the empty string.

    ``is_address``: of media. A signed one names a key of its own, but never one of ours.
    """
    if any(spelling in text for secret in secrets if secret for spelling in _spellings(secret)):
        return "a secret of this workflow"
    return "" if is_address else kind_of_credential(text)


def leak(name: str, where: Where) -> Problem:
    """Say where a credential is, without showing it."""
    return Problem(
        message=f"The text contains {name}. It is not shown here, and nothing was sent.",
        hint="Remove it; if it has been committed, revoke it.",
        where=where,
    )


SHORTEST_SECRET = 4
"""Masking anything shorter would shred the log and protect nothing."""


class Redactor:
    """Replaces every known secret, and what is plainly a credential.

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
        return without_credentials(self._pattern.sub(MASK, text) if self._pattern else text)


@lru_cache(maxsize=64)
def _spellings(secret: str) -> frozenset[str]:
    raw = secret.encode("utf-8", "surrogatepass")
    encoded = base64.b64encode(raw).decode("ascii")
    found = {
        secret,
        quote(raw, safe=""),
        quote(raw),
        quote_plus(raw),
        json.dumps(secret)[1:-1],
        repr(secret)[1:-1],
        # The last group depends on what follows the secret, so it is left out of the comparison.
        encoded[: len(raw) // 3 * 4],
    }
    return frozenset(found - {""})


_Value = TypeVar("_Value")


def redacted(value: _Value, redact: Callable[[str], str]) -> _Value:
    """Return a value with every text in it redacted; the very same value if there was nothing to redact."""
    return cast(_Value, _redacted(value, redact))


def _redacted(value: Any, redact: Callable[[str], str]) -> Any:  # noqa: ANN401 - whatever a report is made of
    if type(value) is str:
        text = redact(value)
        return value if text == value else text
    if value is None or isinstance(value, str | int):
        return value  # a member of an enumeration is a word of ours
    parts, make = _parts(value)
    after = [_redacted(part, redact) for part in parts]
    return value if all(map(operator.is_, after, parts)) else make(after)


def _parts(value: Any) -> tuple[list[Any], Callable[[list[Any]], Any]]:  # noqa: ANN401 - as above
    """What a value consists of, and how to make such a value of other parts."""
    if isinstance(value, tuple | list):
        return list(value), (lambda items: type(value)(*items)) if hasattr(value, "_fields") else type(value)
    if isinstance(value, Mapping):
        pairs = [part for pair in value.items() for part in pair]
        return pairs, lambda items: dict(zip(items[::2], items[1::2], strict=True))
    names = tuple(getattr(value, "__dataclass_fields__", ()))
    parts = [getattr(value, name) for name in names]
    return parts, lambda items: replace(value, **dict(zip(names, items, strict=True)))
