"""Publer's lists of posts -> values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from publer_publish.publer.envelope import holders, objects_of
from publer_publish.publer.model import Json
from publer_publish.publer.model_posts import LivePost, PostPage
from publer_publish.publer.sentences import sentence_of
from publer_publish.publer.values import id_of, link_of, time_of, word_of

_MAX_PAGES = 1_000_000


def read_posts(body: Json) -> PostPage:
    """Read one page of posts.

    An entry that is no object makes the page unreadable: it might be the post that is looked for.
    """
    posts = tuple(post_of(item) for item in objects_of(body, "posts"))
    for holder in holders(body, "data"):
        if isinstance(holder, dict) and (pages := _pages(holder)) is not None:
            return PostPage(posts=posts, number=_count(holder.get("page")), total_pages=pages)
    return PostPage(posts=posts)


def post_of(item: Mapping[str, Json]) -> LivePost:
    """Read a post as it stands in a list of posts or in a job's answer."""
    account = item.get("account")
    owner = account if isinstance(account, dict) else {}
    times = (time_of(item.get(key)) for key in ("published_at", "scheduled_at", "created_at"))
    text, title = item.get("text"), item.get("title")
    return LivePost(
        id=id_of(item.get("id")) or id_of(item.get("post_id")),
        account_id=id_of(item.get("account_id")) or id_of(owner.get("id")),
        state=word_of(item.get("state")),
        text=text if isinstance(text, str) else "",
        type=word_of(item.get("type")),
        link=link_of(item.get("post_link")),
        url=link_of(item.get("url")),
        title=title if isinstance(title, str) else "",
        at=next((at for at in times if at is not None), None),
        error=sentence_of(item.get("error")),
    )


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
