"""Publer's answers about accounts and whose they are -> values. Tolerant in what it reads; else LostError."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from publer_publish.publer.envelope import holders, objects_of, unreadable
from publer_publish.publer.model import Account, Json, User, Workspace
from publer_publish.publer.sentences import clean
from publer_publish.publer.values import first, id_of, name_of, word_of

_PROVIDERS = frozenset(
    {
        "bluesky",
        "facebook",
        "instagram",
        "linkedin",
        "twitter",
        "tiktok",
        "youtube",
        "pinterest",
        "google",
        "wordpress",
        "telegram",
        "mastodon",
        "threads",
    }
)
_BY_TYPE_PREFIX = {
    "fb": "facebook",
    "ig": "instagram",
    "in": "linkedin",
    "pin": "pinterest",
    "wordpress": "wordpress",
}
_BROKEN = frozenset(
    {
        "disconnected",
        "expired",
        "token_expired",
        "reauth",
        "needs_reauth",
        "reauth_required",
        "reconnect",
        "needs_reconnect",
        "revoked",
        "unauthorized",
        "invalid",
        "locked",
        "suspended",
        "disabled",
        "broken",
        "error",
        "failed",
    }
)


def read_user(body: Json) -> User:
    """Read the owner of the key."""
    for holder in holders(body, "user"):
        if isinstance(holder, dict) and (found := id_of(holder.get("id"))):
            return User(id=found, name=_name(holder), email=name_of(holder.get("email")))
    raise unreadable("the user", body)


def read_workspaces(body: Json) -> tuple[Workspace, ...]:
    """Read the workspaces that the key can see; entries without an id are left out."""
    return tuple(
        Workspace(id=found, name=_name(item), plan=_plan(item.get("plan")))
        for item in objects_of(body, "workspaces")
        if (found := id_of(item.get("id")))
    )


def read_accounts(body: Json) -> tuple[Account, ...]:
    """Read the accounts of the workspace, each once; entries without an id are left out."""
    accounts: dict[str, Account] = {}
    for item in objects_of(body, "accounts"):
        if found := id_of(item.get("id")):
            account = Account(
                id=found,
                provider=_provider(item),
                name=_name(item),
                type=word_of(item.get("type")),
                trouble=_trouble(item.get("status")),
            )
            accounts.setdefault(found, account)
    return tuple(accounts.values())


def _name(item: Mapping[str, Any]) -> str:
    return first(name_of(item.get(key)) for key in ("name", "username", "first_name"))


def _plan(value: Json) -> str:
    return name_of(value.get("name") or value.get("rate")) if isinstance(value, dict) else name_of(value)


def _provider(item: Mapping[str, Any]) -> str:
    """Take ``provider``, or where it is missing what the type begins with (``in_page``, ``ig_business``)."""
    provider = word_of(item.get("provider")) or word_of(item.get("network"))
    kind = word_of(item.get("type"))
    return provider or (kind if kind in _PROVIDERS else _BY_TYPE_PREFIX.get(kind.split("_")[0], ""))


def _trouble(status: Json) -> str:
    return clean(status, 60) if word_of(status).replace(" ", "_") in _BROKEN else ""
