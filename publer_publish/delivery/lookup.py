"""Reading Publer's post list: all pages, a day wider than asked, for any number of accounts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from publer_publish.clock import Deadline
from publer_publish.publer.client import Publer
from publer_publish.publer.model import LivePost, PostPage

_STATES = ("published", "scheduled", "failed")
_ACCOUNTS_A_REQUEST = 100
"""Keeps the address of the request below the 8 KB that servers take."""
_MOST_PAGES = 200


def listed_posts(
    publer: Publer, account_ids: Sequence[str], *, since: float, deadline: Deadline
) -> tuple[LivePost, ...]:
    """Every post of the accounts since a moment (epoch seconds), and somewhat more.

    The days of ``GET /posts`` may be exclusive and in another time zone, so a day more is asked for on both
    sides: each post is judged by its own time. Raises the client's errors when the list cannot be read.
    """
    first = (datetime.fromtimestamp(since, UTC) - timedelta(days=1)).date()
    last = (datetime.fromtimestamp(deadline.clock.time(), UTC) + timedelta(days=1)).date()
    found: list[LivePost] = []
    distinct = list(dict.fromkeys(account_ids))
    for start in range(0, len(distinct), _ACCOUNTS_A_REQUEST):
        some = distinct[start : start + _ACCOUNTS_A_REQUEST]
        ask = partial(publer.posts, some, first, last, states=_STATES, deadline=deadline)
        found += _all_pages(ask)
    return tuple(found)


def _all_pages(ask: Callable[..., PostPage]) -> list[LivePost]:
    """Every page, numbered from 0 (documented) or from 1 (as a sample shows, publer-api 8.1)."""
    first = ask(page=0)
    posts = {_key(post): post for post in first.posts}
    last = (first.total_pages or 1) - 1
    if not posts and first.total:
        last += 1
    number = 1
    while number <= min(last, _MOST_PAGES):
        page = ask(page=number)
        repeated = bool(page.posts) and all(_key(post) in posts for post in page.posts)
        if number == 1 and repeated:
            last += 1
        posts.update({_key(post): post for post in page.posts})
        number += 1
    return list(posts.values())


def _key(post: LivePost) -> tuple[str, str, str]:
    return post.id, post.account_id, post.state
