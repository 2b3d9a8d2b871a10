"""Publer's parsed answers -> values. Tolerant in what it reads; what it cannot read raises LostError.

The forms are those that the documentation shows and those that were seen: bare arrays, arrays
under their own name, and both again within ``data``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from publer_publish.errors import ServiceError
from publer_publish.publer.errors import UNREADABLE, LostError
from publer_publish.publer.jobs import read_job
from publer_publish.publer.model import Account, Job, Json, PostPage, User, Workspace
from publer_publish.publer.sentences import clean, sentence_of
from publer_publish.publer.values import first, id_of, name_of, post_of, word_of

__all__ = [
    "read_accounts",
    "read_job",
    "read_job_id",
    "read_job_of",
    "read_media",
    "read_objects",
    "read_posts",
    "read_user",
    "read_workspaces",
]

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
_MAX_PAGES = 1_000_000
_MAX_JOB_ID = 128


def read_user(body: Json) -> User:
    """Read the owner of the key."""
    for holder in _holders(body, "user"):
        if isinstance(holder, dict) and (found := id_of(holder.get("id"))):
            return User(id=found, name=_name(holder), email=name_of(holder.get("email")))
    raise _unreadable("the user", body)


def read_workspaces(body: Json) -> tuple[Workspace, ...]:
    """Read the workspaces that the key can see; entries without an id are left out."""
    return tuple(
        Workspace(id=found, name=_name(item), plan=_plan(item.get("plan")))
        for item in _objects(body, "workspaces")
        if (found := id_of(item.get("id")))
    )


def read_accounts(body: Json) -> tuple[Account, ...]:
    """Read the accounts of the workspace, each once; entries without an id are left out."""
    accounts: dict[str, Account] = {}
    for item in _objects(body, "accounts"):
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


def read_posts(body: Json) -> PostPage:
    """Read one page of posts.

    An entry that is no object makes the page unreadable: it might be the post that is looked for.
    """
    posts = tuple(post_of(item) for item in _objects(body, "posts"))
    for holder in _holders(body, "data"):
        if isinstance(holder, dict) and (pages := _pages(holder)) is not None:
            return PostPage(posts=posts, total_pages=pages)
    return PostPage(posts=posts)


def read_media(body: Json) -> Mapping[str, Any]:
    """Read the media object of an upload, as Publer sent it; ``id`` is text."""
    candidates = [*_holders(body, "media"), *(body[:1] if isinstance(body, list) else [])]
    for holder in candidates:
        if isinstance(holder, dict) and (found := id_of(holder.get("id"))):
            return {**holder, "id": found}
    said = sentence_of(body)
    if said:
        raise ServiceError(
            f"Publer did not keep the file: {said}",
            hint="Its sentence says why; the same file can be tried in Publer itself.",
        )
    raise _unreadable("the uploaded file", body)


def read_job_id(body: Json) -> str:
    """Read the id of a job that was just started: at ``job_id``, or within ``data`` or ``job``.

    A 2xx without one (seen when Publer ignored a body it did not understand) raises LostError:
    whether anything was started is not known.
    """
    holders = [body]
    if isinstance(body, dict):
        holders += [body.get("data"), body.get("job")]
    for holder in holders:
        if isinstance(holder, dict):
            found = id_of(holder.get("job_id")) or (id_of(holder.get("id")) if holder is not body else "")
            if found and len(found) <= _MAX_JOB_ID and all(char.isalnum() or char in "-_" for char in found):
                return found
    said = sentence_of(body)
    quoted = f" It said: {said}" if said else ""
    raise LostError(
        f"Publer answered without a job id, so nobody knows whether it took the request.{quoted}",
        hint="Look in Publer before sending it again.",
    )


def read_job_of(body: Json, job_id: str) -> Job:
    """Read where a job is, as ``read_job``. An answer that names another job raises LostError."""
    for holder in _holders(body, "job"):
        said = id_of(holder.get("job_id")) if isinstance(holder, dict) else ""
        if said and said != job_id:
            raise LostError(
                f"Publer's answer about the job could not be used: it is about another one ({said}).",
                hint=UNREADABLE,
            )
    return read_job(body)


def read_objects(body: Json, name: str) -> tuple[Mapping[str, Any], ...]:
    """Read a list of objects as it is: bare, under ``name``, or within ``data``."""
    return tuple(_objects(body, name))


def _holders(body: Json, name: str) -> list[Any]:
    """List where an answer may stand: at the top, under its name, within ``data``, or both."""
    if not isinstance(body, dict):
        return [body]
    data = body.get("data")
    return [body, body.get(name), data, data.get(name) if isinstance(data, dict) else None]


def _objects(body: Json, name: str) -> list[dict[str, Any]]:
    for holder in _holders(body, name):
        if isinstance(holder, list):
            if not all(isinstance(item, dict) for item in holder):
                raise _unreadable(f"the list of {name}", body)
            return holder
    raise _unreadable(f"the list of {name}", body)


def _unreadable(what: str, body: Json) -> LostError:
    said = sentence_of(body) if isinstance(body, dict) else ""
    quoted = f" It said: {said}" if said else ""
    return LostError(
        f"Publer's answer about {what} could not be read: it has another form.{quoted}", hint=UNREADABLE
    )


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


def _pages(holder: Mapping[str, Any]) -> int | None:
    pages = _count(holder.get("total_pages"))
    if pages is not None:
        return pages
    total, per_page = _count(holder.get("total")), _count(holder.get("per_page"))
    return -(-total // per_page) if total is not None and per_page else None


def _count(value: Json) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < len(str(_MAX_PAGES)):
        value = int(value)
    usable = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MAX_PAGES
    return value if usable else None
