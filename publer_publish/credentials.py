"""What is plainly a credential: never published, and never shown either."""

from __future__ import annotations

import re
from functools import cache

HIDDEN = "***"
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
    """Return the text as it may be shown: with ``HIDDEN`` in the place of each credential."""
    return _shown().sub(HIDDEN, text) if _may_contain_one(text) else text


@cache
def _shown() -> re.Pattern[str]:
    # Made when it is needed: few texts look like one, and every start would wait for it.
    return re.compile("|".join([*(pattern for _, pattern in _KINDS), _CUT]))


def _may_contain_one(text: str) -> bool:
    return any(mark in text for mark in _MARKS)
