"""``GET /posts``: filters, pages, and when a post or its link shows up."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from sandbox.answers import Answer, Call, ok, refused
from sandbox.clock import iso
from sandbox.networks import LIST_PARAMETERS, words
from sandbox.record import Post
from sandbox.scenario import Listing, Workspace
from sandbox.world import World

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
_NAMED_BY_CLIENTS = words("published_at created_at old_id job_id")
_FAMILIES = {"published": "published_posted", "draft": "draft_undated"}
_TYPES = words("status link photo gif video reel story short poll document carousel article")


def list_posts(world: World, workspace: Workspace, call: Call) -> Answer:
    """The workspace's posts, newest first: a whole window, or one page."""
    for name, _ in call.query:
        if name not in LIST_PARAMETERS:
            world.surprise(f"GET /posts: parameter {name}")
    states = [state for name in ("state", "state[]") for state in call.values(name)]
    problem = _problem(call, states)
    if problem:
        return refused(400, problem)
    listing = world.scenario.listing
    rows = sorted(_rows(world, workspace), key=lambda row: row["_at"], reverse=True)
    matching = [row for row in rows if _matches(world, row, call, states)]
    first, size = int(listing.first_page), listing.page_size
    page = max(first, int(call.value("page") or first))
    in_pages = call.value("from") is None or listing.window == "in_pages"
    shown = matching[(page - first) * size : (page - first + 1) * size] if in_pages else matching
    pages = -(-len(matching) // size) if in_pages or listing.total_pages == "as_if_in_pages" else 1
    answer: dict[str, Any] = {"posts": [_shown(row, listing) for row in shown]}
    if listing.total != "missing":
        answer["total"] = len(matching if listing.total == "of_the_filters" else rows)
    answer |= {"page": page if in_pages else first, "per_page": size}
    return ok(answer if listing.total_pages == "missing" else answer | {"total_pages": pages})


def _shown(row: dict[str, Any], listing: Listing) -> dict[str, Any]:
    known = {
        "all_keys": _DOCUMENTED | _OBSERVED,
        "documented": _DOCUMENTED,
        "observed": _OBSERVED,
        "and_more": _DOCUMENTED | _OBSERVED | _NAMED_BY_CLIENTS,
    }
    return {key: value for key, value in row.items() if key in known[listing.rows]}


def _problem(call: Call, states: list[str]) -> str:
    for state in states:
        if state not in _STATES:
            return f"Unknown state {state}"
    begin, end = call.value("from"), call.value("to")
    if (begin is None) != (end is None):
        return "Both from and to are required"
    for moment in (begin, end):
        if moment is not None and not _is_date(moment):
            return f"Invalid date {moment}"
    page = call.value("page")
    if page is not None and not re.fullmatch(r"[0-9]{1,6}", page):
        return f"Invalid page {page}"
    kind = call.value("postType")
    return f"Unknown post type {kind}" if kind is not None and kind not in _TYPES else ""


def _is_date(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return re.match(r"\d{4}-\d\d-\d\d(?:$|T)", text, re.ASCII) is not None


def _rows(world: World, workspace: Workspace) -> list[dict[str, Any]]:
    posts = [post for post in world.posts if post.workspace_id == workspace.id and _is_listed(world, post)]
    if world.scenario.listing.running == "scheduled":
        posts += world.running_posts(workspace.id)
    return [_row(world, post) for post in posts]


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


def _row(world: World, post: Post) -> dict[str, Any]:
    listing = world.scenario.listing
    at = post.time // 60 * 60 if listing.times == "to_the_minute" else post.time
    said = iso(at, zone=5.5 if listing.times == "of_another_zone" else 0.0)
    media = [{"id": post.id, "path": "https://cdn.publer.example/media", "type": "photo"}]
    return {
        "id": int(post.listed_id)
        if post.listed_id.isdigit() and len(post.listed_id) < 24
        else post.listed_id,
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
        "_at": post.time,
    }


def _known_link(world: World, post: Post) -> str | None:
    account = post.account
    if not post.job_id or account.link == "at_once":
        return post.link or None
    late = (
        post.lookups <= account.link_after_lookups
        or world.clock.time() < post.time + account.link_after_seconds
    )
    return None if account.link == "never" or late else post.link or None


def _matches(world: World, row: dict[str, Any], call: Call, states: list[str]) -> bool:
    honoured = world.scenario.listing.states
    if len(states) > 1 and honoured != "all":
        states = {"first": states[:1], "last": states[-1:], "ignored": [], "nothing": ["recurring"]}[honoured]
    wanted = {state for state in states if state != "all"}
    own = {row["state"], _FAMILIES.get(row["state"], row["state"])}
    if wanted and "all" not in states and not (wanted & own):
        return False
    accounts = call.values("account_ids[]")
    if accounts and row["account_id"] not in accounts:
        return False
    kind, text = call.value("postType"), call.value("query")
    if (kind is not None and row["type"] != kind) or (text and text.lower() not in row["text"].lower()):
        return False
    begin, end = call.value("from"), call.value("to")
    if begin is None or end is None:
        return True
    listing = world.scenario.listing
    at = iso(row["_at"], listing.zone)[:10]
    if "T" in begin or "T" in end:
        at, begin, end = iso(row["_at"]), _moment(begin), _moment(end)
    return begin < at < end if listing.dates == "exclusive" else begin <= at <= end


def _moment(text: str) -> str:
    moment = datetime.fromisoformat(text)
    return iso((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
