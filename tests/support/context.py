"""What the templates of a test see."""

from __future__ import annotations

from collections.abc import Mapping


class Context:
    """The same values for every template; nothing else exists, and nothing will change."""

    def __init__(self, values: Mapping[str, object] | None = None) -> None:
        self._values = values or {}

    def values(
        self, names: frozenset[str], asked_about: frozenset[str] = frozenset()
    ) -> Mapping[str, object]:
        return self._values

    def settles(self, names: frozenset[str]) -> bool:
        return True


TAG_PUSH = {"tag": "v2.0.0", "version": "2.0.0", "actor": "ada", "vars": {"channel": "stable"}}
"""What the templates of the corpora may use."""
