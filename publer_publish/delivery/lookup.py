"""Reading Publer's post list: all pages, two days wider than asked, for any number of accounts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from publer_publish.clock import Deadline
from publer_publish.delivery.matching import identity
from publer_publish.errors import ServiceError
from publer_publish.publer.client import Publer
from publer_publish.publer.model_posts import LivePost, PostPage

_STATES = ("published", "scheduled", "scheduled_pending", "scheduled_reauth", "scheduled_locked", "failed")
"""Whether ``scheduled`` means those that wait for a person, too, is not documented: they are named."""
_WIDER = timedelta(days=2)
"""The days of ``GET /posts`` may be exclusive, and those of a zone up to 14 hours from ours."""
_ACCOUNTS_A_REQUEST = 100
"""Keeps the address of the request below the 8 KB that servers take."""
_MOST_PAGES = 200


def listed_posts(
    publer: Publer, account_ids: Sequence[str], *, since: float, deadline: Deadline
) -> tuple[LivePost, ...]:
    """Every post of the accounts since a moment (epoch seconds), and somewhat more.

    Each post is judged by its own time. Raises the client's errors when the list cannot be read.
    """
    first = (datetime.fromtimestamp(since, UTC) - _WIDER).date()
    last = (datetime.fromtimestamp(deadline.clock.time(), UTC) + _WIDER).date()
    found: list[LivePost] = []
    distinct = list(dict.fromkeys(account_ids))
    for start in range(0, len(distinct), _ACCOUNTS_A_REQUEST):
        some = distinct[start : start + _ACCOUNTS_A_REQUEST]
        ask = partial(publer.posts, some, first, last, states=_STATES, deadline=deadline)
        found += _all_pages(ask)
    return tuple(found)


def _all_pages(ask: Callable[..., PostPage]) -> list[LivePost]:
    """Every page, numbered from 0 (documented) or from 1 (as a sample shows, publer-api 8.1)."""
    posts: dict[tuple[str, str, str], LivePost] = {}
    from_one = False
    for number in range(_MOST_PAGES):
        page = ask(page=number)
        new = {_key(post): post for post in page.posts if _key(post) not in posts}
        posts |= new
        # Where pages count from 1, page 0 is empty or the same as page 1, or the answer says so itself.
        same_again = not new and (number == 0 or (number == 1 and bool(page.posts)))
        from_one = from_one or same_again or (number == 0 and page.number == 1)
        if _is_last(number, page, new=bool(new), from_one=from_one):
            return list(posts.values())
    raise ServiceError(
        f"Publer lists more than {_MOST_PAGES} pages of posts for these accounts: too many to look through.",
        hint="Shorten `duplicate-window`, or name fewer accounts.",
    )


def _is_last(number: int, page: PostPage, *, new: bool, from_one: bool) -> bool:
    if page.total_pages is not None:
        return number >= page.total_pages - (0 if from_one else 1)
    return (number > 0 and not page.posts) or (number > 1 and not new)


def _key(post: LivePost) -> tuple[str, str, str]:
    return identity(post), post.account_id, post.state
