"""The forms in which Publer wraps an answer: bare, under its own name, within ``data``, and both again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from publer_publish.errors import ServiceError
from publer_publish.networks.table import of_account_type
from publer_publish.publer.errors import UNREADABLE, LostError
from publer_publish.publer.model import Account, Album, Json, ListedPost, PostPage, User, Workspace
from publer_publish.text import one_line


def holders(body: Json, name: str) -> list[Any]:
    """List where the content of an answer may be: at the top, under its name, within ``data``, or both."""
    if not isinstance(body, dict):
        return [body]
    data = body.get("data")
    return [body, body.get(name), data, data.get(name) if isinstance(data, dict) else None]


def objects_of(body: Json, name: str) -> list[dict[str, Any]]:
    """Find the list of that name. Raises LostError if there is no such list of objects.

    Nor is a list believed that has an error beside it: what it lacks may exist all the same.
    """
    if isinstance(body, dict) and (body.get("success") is False or body.get("error") or body.get("errors")):
        raise unreadable(f"the list of {name}", body)
    for holder in holders(body, name):
        if isinstance(holder, list):
            if not all(isinstance(item, dict) for item in holder):
                raise unreadable(f"the list of {name}", body)
            return holder
    raise unreadable(f"the list of {name}", body)


def unreadable(what: str, body: Json) -> LostError:
    """Make the error about an answer of an unknown form, with what it says."""
    return LostError(
        f"Publer's answer about {what} could not be read: its form is not known.{_quoted(body)}",
        hint=UNREADABLE,
    )


def _quoted(body: Json) -> str:
    said = sentence_of(body)
    return f" It said: {said}" if said else ""


_MAX_WORD = 60
_MAX_LINK = 2000


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def first(values: Iterable[str]) -> str:
    return next((value for value in values if value), "")


def id_of(value: Json) -> str:
    """Read an id as text: Publer's are hex strings, but posts may have numbers. Anything else is no id."""
    if isinstance(value, str):
        text = value.strip()
        return text if text.isprintable() and " " not in text else ""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return str(value)
    return ""


def word_of(value: Json) -> str:
    """Read a status, type or network: lower case, trimmed; empty if it is not text."""
    return value.strip().lower()[:_MAX_WORD] if isinstance(value, str) else ""


def name_of(value: Json) -> str:
    """Read a name of somebody or something: one visible line."""
    return one_line(value, 200) if isinstance(value, str) else ""


def link_of(value: Json) -> str:
    """Accept an http(s) address, else nothing: it will be shown as a link."""
    if not isinstance(value, str) or len(value) > _MAX_LINK:
        return ""
    text = value.strip()
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return ""
    return text if usable and text.isprintable() and not re.search(r"[\s<>\"`\\]", text) else ""


def time_of(value: Json) -> float | None:
    """Read seconds since the epoch from ISO 8601, with or without seconds and offset (then UTC)."""
    try:
        moment = datetime.fromisoformat(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (TypeError, ValueError, OverflowError):
        return None


_SAYING = ("message", "error", "errors", "error_message", "reason", "description", "detail")
_TITLE = r"(?i)<title[^<>]{0,100}>([^<]{1,200})"
_CLOUDFLARE = r"(?i)error code:\s{0,5}(\d{3,4})"
_MAX_NESTING = 6
_MAX_SAID = 2_000


def sentence_of(value: Json) -> str:
    """Find the sentence in a parsed answer; empty if it has none.

    Publer says ``{"errors": ["…"]}`` and, on 429, ``{"error": "…"}``; others on the way say
    ``{"error": {"message": "…"}}``, ``{"message": "…"}`` or just text.
    """
    return one_line(" ".join(_sentences(value, 0))[:_MAX_SAID])


def _sentences(value: Json, depth: int) -> list[str]:
    if isinstance(value, str):
        return [value] if value.strip() else []
    if depth >= _MAX_NESTING:
        return []
    if isinstance(value, list):
        return [found for item in value[:10] for found in _sentences(item, depth + 1)]
    if isinstance(value, dict):
        return next(filter(None, (_sentences(value.get(key), depth + 1) for key in _SAYING)), [])
    return []


def sentence_of_text(text: str) -> str:
    """Find the sentence in an answer that is not JSON. A page of HTML is named as what it is."""
    head = text[:20_000]
    if not is_from_cdn(head):
        return one_line(head)
    title, cloudflare = re.search(_TITLE, head), re.search(_CLOUDFLARE, head)
    named = f" (“{one_line(title.group(1), 120)}”)" if title else ""
    code = f" (Cloudflare error {cloudflare.group(1)})" if cloudflare else ""
    return f"An infrastructure page{named}{code} came back instead of an answer of Publer's"


def is_from_cdn(text: str) -> bool:
    """Whether an answer is a page of HTML, or an error of Cloudflare's, and so none of Publer's."""
    head = text.lstrip("\ufeff \t\r\n")[:20_000]
    if head.startswith(("{", "[")):
        return '"cloudflare_error"' in head
    return head.startswith("<") or bool(re.search(_CLOUDFLARE, head))


def read_media(body: Json) -> Mapping[str, Any]:
    """Read the media object of an upload, as Publer sent it; ``id`` is text."""
    for holder in holders(body, "media"):
        if isinstance(holder, dict) and (found := id_of(holder.get("id"))):
            return {**holder, "id": found}
    said = sentence_of(body)
    if said:
        raise ServiceError(
            f"Publer did not keep the file: {said}",
            hint="Its message says why; the same file can be tried in Publer itself.",
        )
    raise unreadable("the uploaded file", body)


def read_job_id(body: Json) -> str:
    """Read the id of a job that was just started: at ``job_id``, or within ``data`` or ``job``.

    A 2xx without one (seen when Publer ignored a body it did not understand) raises LostError:
    whether anything was started is not known.
    """
    for holder in holders(body, "job"):
        if isinstance(holder, dict):
            found = id_of(holder.get("job_id")) or (id_of(holder.get("id")) if holder is not body else "")
            if re.fullmatch(r"[0-9A-Za-z_-]{1,128}", found):
                return found
    raise LostError(
        f"Publer answered without a job id, so whether it took the request is not known.{_quoted(body)}",
        hint="Look in Publer before sending it again.",
    )


def read_posts(body: Json) -> PostPage:
    """Read one answer about posts.

    An entry that is no object makes the answer unreadable: it might be the post that is looked for.
    """
    return PostPage(tuple(map(post_of, objects_of(body, "posts"))), *read_counts(body))


def read_counts(body: Json) -> tuple[int | None, int | None]:
    """Read ``total`` and ``total_pages`` beside what an answer lists; None where it does not say."""
    levels = (one for one in holders(body, "data") if isinstance(one, dict))
    counts: Mapping[str, Any] = next((one for one in levels if {"total", "total_pages"} & one.keys()), {})
    return _count(counts.get("total")), _count(counts.get("total_pages"))


def post_of(item: Mapping[str, Json]) -> ListedPost:
    """Read a post from a list of posts or from a job's answer."""
    times = (time_of(item.get(key)) for key in ("published_at", "scheduled_at", "created_at"))
    text, title = item.get("text"), item.get("title")
    return ListedPost(
        id=id_of(item.get("id")) or id_of(item.get("post_id")),
        account_id=id_of(item.get("account_id")),
        state=word_of(item.get("state")),
        text=text if isinstance(text, str) else "",
        type=word_of(item.get("type")),
        link=link_of(item.get("post_link")),
        url=link_of(item.get("url")),
        title=title if isinstance(title, str) else "",
        at=next((at for at in times if at is not None), None),
        error=error_of(item),
        imported=word_of(item.get("source")) == "sync",
    )


def error_of(post: Mapping[str, Json]) -> str:
    """Publer's sentence about a post that failed: its own, or the one in its details."""
    details = post.get("details")
    inner = details.get("error") if isinstance(details, dict) else None
    return sentence_of(post.get("error")) or sentence_of(inner)


def _count(value: Json) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


_BROKEN = words(
    "disconnected expired token_expired reauth needs_reauth reauth_required reconnect needs_reconnect "
    "revoked unauthorized invalid locked suspended disabled broken error failed"
)
"""What Publer may say of an account whose connection does not work any more."""


def read_user(body: Json) -> User:
    for holder in holders(body, "user"):
        if isinstance(holder, dict) and (found := id_of(holder.get("id"))):
            return User(id=found, name=_name(holder), email=name_of(holder.get("email")))
    raise unreadable("the user", body)


def read_workspaces(body: Json) -> tuple[Workspace, ...]:
    """Read the workspaces that the key can see; entries without an id are left out."""
    return tuple(
        Workspace(id=found, name=_name(item), plan=name_of(item.get("plan")))
        for item in objects_of(body, "workspaces")
        if (found := id_of(item.get("id")))
    )


def read_accounts(body: Json) -> tuple[Account, ...]:
    """Read the accounts of the workspace, each once; entries without an id are left out."""
    accounts: dict[str, Account] = {}
    for item in objects_of(body, "accounts"):
        if found := id_of(item.get("id")):
            status = name_of(item.get("status"))
            account = Account(
                id=found,
                # Where it is missing, the type begins with it: `in_page`, `ig_business`.
                provider=word_of(item.get("provider")) or of_account_type(word_of(item.get("type"))),
                name=_name(item),
                type=word_of(item.get("type")),
                albums=_albums(item.get("albums")),
                trouble=status if status.lower().replace(" ", "_") in _BROKEN else "",
            )
            accounts.setdefault(found, account)
    return tuple(accounts.values())


def read_signatures(body: Json) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for item in objects_of(body, "signatures"):
        account_id, signatures = id_of(item.get("account_id")), item.get("signatures")
        if account_id and isinstance(signatures, list):
            texts = (one.get("text") for one in signatures if isinstance(one, dict))
            found[account_id] = tuple(text for text in texts if isinstance(text, str) and text.strip())
    return found


def read_media_options(body: Json) -> dict[str, tuple[Album, ...]]:
    return {
        found: _albums(item.get("albums"))
        for item in objects_of(body, "media_options")
        if (found := id_of(item.get("id")))
    }


def _albums(listed: Json) -> tuple[Album, ...]:
    items = (one for one in listed if isinstance(one, dict)) if isinstance(listed, list) else ()
    return tuple(
        Album(id=found, name=name_of(one.get("name"))) for one in items if (found := id_of(one.get("id")))
    )


def _name(item: Mapping[str, Any]) -> str:
    return first(name_of(item.get(key)) for key in ("name", "username", "first_name"))
