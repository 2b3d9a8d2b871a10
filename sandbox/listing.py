"""``GET /posts``: filters, pages, and when a post or its link shows up."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from sandbox.answers import Answer, Call, ok, refused
from sandbox.fields import words
from sandbox.moments import day, iso
from sandbox.networks import LIST_PARAMETERS, NETWORKS
from sandbox.scenario import Workspace
from sandbox.state import Delivery, PublishJob, StoredPost
from sandbox.world import World

PER_PAGE = 20
_STATES = words(
    "all scheduled scheduled_approved scheduled_pending scheduled_declined scheduled_reauth scheduled_locked "
    "published published_posted published_deleted published_hidden draft draft_dated draft_undated "
    "draft_private draft_public failed recycling recycling_active recycling_paused recycling_expired "
    "recycling_failed recycling_pending recycling_declined recycling_reauth recycling_locked recurring"
)
_FAMILIES = {"published": "published_posted", "draft": "draft_undated"}
_TYPES = words("status link photo gif video reel story short poll document carousel article")


def list_posts(world: World, workspace: Workspace, call: Call) -> Answer:
    """One page of the workspace's posts, newest first."""
    for name, _ in call.query:
        if name not in LIST_PARAMETERS:
            world.surprise(f"GET /posts: parameter {name}")
    states = [state for name in ("state", "state[]") for state in call.values(name)]
    problem = _problem(call, states)
    if problem:
        return refused(400, problem)
    page = int(call.value("page") or 0)
    matching = [row for row in _rows(world, workspace) if _matches(world, row, call, states)]
    matching.sort(key=lambda row: row["_at"], reverse=True)
    shown = matching[page * PER_PAGE : (page + 1) * PER_PAGE]
    return ok(
        {
            "posts": [{key: value for key, value in row.items() if key != "_at"} for row in shown],
            "total": len(matching),
            "page": page,
            "per_page": PER_PAGE,
            "total_pages": -(-len(matching) // PER_PAGE),
        }
    )


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
        date.fromisoformat(text)
    except ValueError:
        return False
    return re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII) is not None


def _rows(world: World, workspace: Workspace) -> list[dict[str, Any]]:
    rows = [
        _row(world, post)
        for post in world.posts
        if post.workspace_id == workspace.id and _is_listed(world, post)
    ]
    if world.scenario.listing.running == "scheduled":
        rows += [
            _running_row(delivery)
            for job in world.publish_jobs.values()
            if job.workspace_id == workspace.id and world.clock.time() < job.done_at
            for delivery in job.deliveries
            if delivery.failure is None and delivery.account is not None
        ]
    return rows


def _is_listed(world: World, post: StoredPost) -> bool:
    listing = world.scenario.listing
    job: PublishJob | None = post.job
    if job is None:
        return True
    if post.state == "failed" and not listing.failed_posts:
        return False
    if world.clock.time() < job.done_at + listing.lag:
        return False
    post.lookups += 1
    return post.lookups > listing.lag_lookups


def _row(world: World, post: StoredPost) -> dict[str, Any]:
    row = {
        "id": int(post.id) if post.id.isdigit() and len(post.id) < 24 else post.id,
        "text": post.text,
        "url": post.url or None,
        "state": post.state,
        "type": post.type,
        "account_id": post.account.id,
        "user": {
            "id": "66db7e004e299efa19a2d700",
            "name": world.scenario.user_name,
            "picture": "https://cdn.publer.example/user.jpg",
        },
        "scheduled_at": iso(post.at),
        "post_link": _known_link(world, post),
        "has_media": post.has_media,
        "network": post.account.provider,
        "_at": post.at,
    }
    if post.error:
        row["error"] = post.error
    return row


def _known_link(world: World, post: StoredPost) -> str | None:
    account = post.account
    if post.job is None or account.link == "at_once":
        return post.link
    shown = post.lookups - world.scenario.listing.lag_lookups
    late = shown <= account.link_after_lookups or world.clock.time() < post.at + account.link_after_seconds
    return None if account.link == "never" or late else post.link


def _running_row(delivery: Delivery) -> dict[str, Any]:
    account = delivery.account
    return {
        "id": delivery.scheduled_id,
        "text": delivery.text(),
        "url": delivery.url() or None,
        "state": "scheduled",
        "type": str(delivery.content.get("type", "")),
        "account_id": delivery.account_id,
        "scheduled_at": iso(delivery.created),
        "post_link": None,
        "has_media": bool(delivery.media()),
        "network": NETWORKS[account.provider].provider if account else None,
        "_at": delivery.created,
    }


def _matches(world: World, row: dict[str, Any], call: Call, states: list[str]) -> bool:
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
    at = day(row["_at"], listing.zone)
    return begin < at < end if listing.dates == "exclusive" else begin <= at <= end
