"""``GET /posts``: filters, pages, and when a post or its link shows up.

Of the documented filters these are known: ``state``, ``account_ids``, days, and the page.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from sandbox.answers import Answer, Call, ok, refused
from sandbox.clock import iso
from sandbox.networks import words
from sandbox.record import Post
from sandbox.scenario import Listing, Workspace
from sandbox.world import World

_PARAMETERS = words("state state[] from to page account_ids[]")
_STATES = words(
    "all scheduled scheduled_approved scheduled_pending scheduled_declined scheduled_reauth scheduled_locked "
    "published published_posted published_deleted published_hidden draft draft_dated draft_undated "
    "draft_private draft_public failed recycling recycling_active recycling_paused recycling_expired "
    "recycling_failed recycling_pending recycling_declined recycling_reauth recycling_locked recurring"
)
_DOCUMENTED = words("id text url state type account_id user scheduled_at post_link has_media network")
_OBSERVED = words(
    "id account_id account_type state type source scheduled_at updated_at text title media post_link error"
)
_FAMILIES = {"published": "published_posted", "draft": "draft_undated"}
_KEYS = {
    "all_keys": _DOCUMENTED | _OBSERVED,
    "documented": _DOCUMENTED,
    "observed": _OBSERVED,
    "and_more": _DOCUMENTED | _OBSERVED | words("published_at created_at old_id job_id"),
}


def list_posts(world: World, workspace: Workspace, call: Call) -> Answer:
    """The workspace's posts, newest first: a whole window, or one page."""
    for name, _ in call.query:
        if name not in _PARAMETERS:
            world.surprise(f"GET /posts: parameter {name}")
    states = [state for name in ("state", "state[]") for state in call.values(name)]
    problem = _problem(call, states)
    if problem:
        return refused(400, problem)
    listing = world.scenario.listing
    posts = sorted(_listed(world, workspace), key=lambda post: post.time, reverse=True)
    matching = [post for post in posts if _matches(listing, post, call, states)]
    first, size = int(listing.first_page), listing.page_size
    page = max(first, int(call.value("page") or first))
    in_pages = call.value("from") is None or listing.window == "in_pages"
    shown = matching[(page - first) * size : (page - first + 1) * size] if in_pages else matching
    pages = -(-len(matching) // size) if in_pages or listing.total_pages == "as_if_in_pages" else 1
    answer: dict[str, Any] = {"posts": [_row(world, post) for post in shown]}
    if listing.total != "missing":
        answer["total"] = len(matching if listing.total == "of_the_filters" else posts)
    answer |= {"page": page if in_pages else first, "per_page": size}
    return ok(answer if listing.total_pages == "missing" else answer | {"total_pages": pages})


def _problem(call: Call, states: list[str]) -> str:
    for state in states:
        if state not in _STATES:
            return f"Unknown state {state}"
    days = call.values("from") + call.values("to")
    if len(days) not in {0, 2}:
        return "Both from and to are required"
    for day in days:
        if not _is_date(day):
            return f"Invalid date {day}"
    page = call.value("page")
    return "" if page is None or re.fullmatch(r"[0-9]{1,6}", page) else f"Invalid page {page}"


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _listed(world: World, workspace: Workspace) -> list[Post]:
    posts = [post for post in world.posts if post.workspace_id == workspace.id and _is_listed(world, post)]
    if world.scenario.listing.running == "scheduled":
        posts += world.running_posts(workspace.id)
    return posts


def _is_listed(world: World, post: Post) -> bool:
    listing = world.scenario.listing
    if not post.job_id:
        return world.clock.time() >= post.listed_at
    if post.state == "failed" and not listing.failed_posts:
        return False
    if world.clock.time() < world.publish_jobs[post.job_id].done_at + listing.lag:
        return False
    post.lookups += 1
    return True


def _matches(listing: Listing, post: Post, call: Call, states: list[str]) -> bool:
    if len(states) > 1 and listing.states != "all":
        honoured = {"first": states[:1], "last": states[-1:], "ignored": [], "nothing": ["recurring"]}
        states = honoured[listing.states]
    if states and "all" not in states and not {post.state, _FAMILIES.get(post.state)} & set(states):
        return False
    accounts = call.values("account_ids[]")
    if accounts and post.account.id not in accounts:
        return False
    begin, day, end = call.value("from"), iso(post.time, listing.zone)[:10], call.value("to")
    if begin is None or end is None:
        return True
    return begin < day < end if listing.dates == "exclusive" else begin <= day <= end


def _row(world: World, post: Post) -> dict[str, Any]:
    listing = world.scenario.listing
    time = post.time // 60 * 60 if listing.times == "to_the_minute" else post.time
    said = iso(time, zone=5.5 if listing.times == "of_another_zone" else 0.0)
    media = [{"id": post.id, "path": "https://cdn.publer.example/media", "type": "photo"}]
    is_number = post.listed_id.isdigit() and len(post.listed_id) < 24
    row = {
        "id": int(post.listed_id) if is_number else post.listed_id,
        "old_id": post.id,
        "job_id": post.job_id or None,
        "text": post.stored_text,
        "url": post.stored_url or None,
        "state": post.state,
        "type": post.type,
        "account_id": post.account.id,
        "account_type": post.account.public_type(),
        "user": {"id": "66db7e004e299efa19a2d700", "name": world.scenario.user_name},
        "source": post.source,
        "scheduled_at": said,
        "created_at": said,
        "published_at": said if post.state == "published" else None,
        "updated_at": said,
        "title": post.title or None,
        "post_link": _known_link(world, post),
        "has_media": post.has_media,
        "media": media if post.has_media else [],
        "network": post.account.provider,
        "error": post.error or None,
    }
    return {key: value for key, value in row.items() if key in _KEYS[listing.rows]}


def _known_link(world: World, post: Post) -> str | None:
    account = post.account
    if not post.job_id or account.link == "at_once":
        return post.link or None
    late = (
        post.lookups <= account.link_after_lookups
        or world.clock.time() < post.time + account.link_after_seconds
    )
    return None if account.link == "never" or late else post.link or None
