"""Who there is, as Publer says it: what ``accounts`` reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

Json: TypeAlias = Any
"""A parsed answer whose shape is not known yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """The owner of the key."""

    id: str
    name: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """A Publer workspace that the key can see."""

    id: str
    name: str
    plan: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A social account connected to the workspace."""

    id: str
    provider: str
    """A network key such as ``linkedin``; taken from ``type`` where the API leaves it out."""
    name: str
    type: str = ""
    """Publer's finer word (``in_page``, ``wordpress_basic``). Only WordPress needs it: as the request key."""
    trouble: str = ""
    """Publer's own words when the connection is broken, where the API shows it."""
