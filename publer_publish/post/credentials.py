"""What must never be published: the key itself, and what is plainly a credential."""

from __future__ import annotations

from collections.abc import Iterable

from publer_publish.credentials import kind_of_credential
from publer_publish.errors import Problem, Where


def credential_in(text: str, secrets: Iterable[str]) -> str:
    """Name the credential that a text contains (never quoting it), or the empty string."""
    if any(secret in text for secret in secrets if secret):
        return "a secret of this workflow"
    return kind_of_credential(text)


def leak(name: str, where: Where) -> Problem:
    """Say where a credential stands, without showing it."""
    return Problem(
        message=f"The text contains {name}. It is not shown here, and nothing was sent.",
        hint="Take it out; if it has been committed, revoke it.",
        where=where,
    )
