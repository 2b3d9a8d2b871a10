"""What must never be published: the key itself, and what is plainly a credential."""

from __future__ import annotations

import re
from collections.abc import Iterable

from publer_publish.errors import Problem, Where

_CREDENTIALS = (
    ("a GitHub token", re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{60})")),
    ("an AWS access key", re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b")),
    ("a Slack token", re.compile(r"\bxox[abeoprs]-[A-Za-z0-9-]{20}")),
    ("a Google API key", re.compile(r"\bAIza[0-9A-Za-z_-]{35}\b")),
    ("a Stripe key", re.compile(r"\b[rs]k_live_[0-9A-Za-z]{20}")),
    ("a private key", re.compile(r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----")),
    ("an npm token", re.compile(r"\bnpm_[A-Za-z0-9]{36}\b")),
    ("a PyPI token", re.compile(r"\bpypi-[A-Za-z0-9_-]{50}")),
)


_SHORTEST = 16
"""Characters of the shortest of them."""


def credential_in(text: str, secrets: Iterable[str]) -> str:
    """Name the credential that a text contains (never quoting it), or the empty string."""
    if any(secret in text for secret in secrets if secret):
        return "a secret of this workflow"
    if len(text) < _SHORTEST:
        return ""
    return next((name for name, pattern in _CREDENTIALS if pattern.search(text)), "")


def leak(name: str, where: Where) -> Problem:
    """Say where a credential stands, without showing it."""
    return Problem(
        message=f"The text contains {name}. It is not shown here, and nothing was sent.",
        hint="Take it out; if it has been committed, revoke it.",
        where=where,
    )
