"""Publer's endpoints: who may call them, what a request must look like, what they answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sandbox import media_api
from sandbox.answers import BLOCKED, HTML, RATE_LIMITED, Answer, Call, ok, parsed_json, refused
from sandbox.forms import to_json
from sandbox.jobs import job_started, publish_status
from sandbox.listing import list_posts
from sandbox.networks import DETAILS, FIELDS, KEYS, words
from sandbox.scenario import Account, Workspace
from sandbox.world import World

BASE = "/api/v1"

_BULK_STATES = words("scheduled published draft draft_private draft_public")
_MAX_POSTS = 500
_ACCOUNTS_A_PAGE = 5


def answer(world: World, call: Call) -> Answer:
    """Answer a request below the base path. The caller holds the world's lock."""
    world.settle()
    agent = call.headers.get("user-agent", "")
    if world.scenario.needs_user_agent and (not agent or agent.lower().startswith("python")):
        return Answer(status=403, body=BLOCKED.encode(), content_type=HTML, error="error code: 1010")
    problem = _check_key(world, call)
    if problem is not None:
        return problem
    if not world.take_request():
        return _rate_limited(world)
    result = _route(world, call)
    if world.scenario.rate_limit.headers:
        return replace(result, headers={**result.headers, **_limit_headers(world)})
    return result


def _limit_headers(world: World) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(world.scenario.rate_limit.limit),
        "X-RateLimit-Remaining": str(world.requests_left()),
        "X-RateLimit-Reset": str(world.limit_resets_at()),
    }


def _rate_limited(world: World) -> Answer:
    rule = world.scenario.rate_limit
    headers = _limit_headers(world) if rule.headers_when_limited else {}
    if rule.retry_after:
        headers["Retry-After"] = str(max(1, world.limit_resets_at() - int(world.clock.time())))
    return Answer(status=429, body=RATE_LIMITED.encode(), headers=headers, error="Rate limit exceeded")


def _check_key(world: World, call: Call) -> Answer | None:
    scheme, _, key = call.headers.get("authorization", "").partition(" ")
    if scheme != "Bearer-API" or not key:
        return refused(401, "Missing or malformed Authorization header")
    if key != world.scenario.api_key:
        status = 403 if world.scenario.auth == "observed" else 401
        return refused(status, "Invalid API key or not active for this account.")
    return None


def _route(world: World, call: Call) -> Answer:
    if (call.method, call.path) == ("GET", "/users/me"):
        return ok(_user(world))
    if (call.method, call.path) == ("GET", "/workspaces"):
        return ok(_workspaces(world))
    workspace = world.workspace(_workspace_id(world, call))
    if workspace is None:
        status = 401 if world.scenario.auth == "observed" else 403
        return refused(status, "You don't have access on this workspace")
    if workspace.plan not in {"business", "enterprise"}:
        return refused(403, "The API is available on the Business and Enterprise plans only")
    for method, path, scope, endpoint in _ENDPOINTS:
        if call.method == method and re.fullmatch(path, call.path):
            if scope not in world.scenario.scopes:
                return refused(403, f"Permission denied: this API key lacks the scope {scope}")
            return endpoint(world, workspace, call)
    return refused(404, "Not found")


def _workspace_id(world: World, call: Call) -> str:
    in_path = re.match(r"/workspaces/([^/]+)/", call.path)
    in_header = call.headers.get("publer-workspace-id", "")
    wish = world.scenario.job_status_header
    if call.path.startswith("/job_status/") and wish != "needed":
        job_id = call.path.rpartition("/")[2]
        job = world.publish_jobs.get(job_id) or world.import_jobs.get(job_id)
        return job.workspace_id if job and not (in_header and wish == "refused") else ""
    return in_path[1] if in_path else in_header


def _user(world: World) -> dict[str, Any]:
    name = world.scenario.user_name
    return {
        "id": "66db7e004e299efa19a2d700",
        "email": "wile@acme.example",
        "name": name,
        "first_name": name.split(" ")[0],
        "picture": "https://cdn.publer.example/user.jpg",
    }


def _workspaces(world: World) -> list[dict[str, Any]]:
    return [
        {
            "id": workspace.id,
            "name": workspace.name,
            "plan": workspace.plan,
            "picture": "https://cdn.publer.example/workspace.jpg",
            "owner": _user(world),
            "members": [_user(world)],
        }
        for workspace in world.scenario.workspaces
    ]


def _accounts(world: World, workspace: Workspace, call: Call) -> Answer:
    accounts = [_account(world, account) for account in workspace.accounts]
    form = world.scenario.accounts_form
    if form == "in_pages":
        first = int(world.scenario.listing.first_page)
        begin = (max(first, int(call.value("page") or first)) - first) * _ACCOUNTS_A_PAGE
        shown = accounts[begin : begin + _ACCOUNTS_A_PAGE]
        return ok({"accounts": shown, "total": len(accounts), "per_page": _ACCOUNTS_A_PAGE})
    return ok(accounts if form == "bare" else {form: accounts})


def _account(world: World, account: Account) -> dict[str, Any]:
    shape: dict[str, Any] = {
        "id": account.id,
        "provider": account.provider,
        "name": account.name,
        "social_id": f"social-{account.id[-6:]}",
        "picture": f"https://cdn.publer.example/{account.id}.jpg",
        "type": account.public_type(),
    }
    if account.network == "pinterest" and world.scenario.boards == "in_accounts":
        shape["albums"] = to_json(account.boards)
    return shape | ({"status": account.status} if account.status else {})


def _signatures(world: World, workspace: Workspace, call: Call) -> Answer:
    if world.scenario.signatures == "forbidden":
        return refused(403, "Permission denied")
    if world.scenario.signatures == "not_found":
        return refused(404, "Not found")
    found = []
    for account in workspace.chosen(call.values("accounts[]")):
        signatures = [to_json(one) | {"in_photo_captions": True} for one in account.signatures]
        found.append({"account_id": account.id, "signatures": signatures})
    return ok(found)


def _job_status(world: World, workspace: Workspace, call: Call) -> Answer:
    job_id = call.path.removeprefix("/job_status/")
    publish_job = world.publish_jobs.get(job_id)
    if publish_job is not None and publish_job.workspace_id == workspace.id:
        return publish_status(world, publish_job)
    import_job = world.import_jobs.get(job_id)
    if import_job is not None and import_job.workspace_id == workspace.id:
        return media_api.import_status(world, import_job)
    return refused(404, "Job not found")


def _publish(world: World, workspace: Workspace, call: Call) -> Answer:
    if not call.is_json():
        return refused(400, "Content-Type must be application/json")
    try:
        document = parsed_json(call.body)
        problem = _problem_of_bulk(document)
    except ValueError:
        problem = "The request body is not valid JSON"
    if problem:
        return refused(int(world.scenario.malformed_body), problem)
    _note_surprises(world, document)
    bulk = document["bulk"]
    return job_started(world.start_publishing(workspace, bulk["state"], bulk["posts"]))


def _problem_of_bulk(document: object) -> str:
    bulk = document.get("bulk") if isinstance(document, dict) else None
    if not isinstance(bulk, dict):
        return "param is missing or the value is empty: bulk"
    state = bulk.get("state")
    if state == "recurring":
        return "Recurring posts are not allowed in bulk"
    if not isinstance(state, str) or state not in _BULK_STATES:
        return f"Unknown state {state if isinstance(state, str) else ''}".rstrip()
    posts = bulk.get("posts")
    if not isinstance(posts, list) or not posts:
        return "param is missing or the value is empty: posts"
    if len(posts) > _MAX_POSTS:
        return f"At most {_MAX_POSTS} posts are allowed in a request"
    return next(filter(None, map(_problem_of_post, posts)), "")


def _problem_of_post(post: object) -> str:
    if not isinstance(post, dict) or not isinstance(post.get("networks"), dict):
        return "param is missing or the value is empty: networks"
    accounts = post.get("accounts", [])
    if not isinstance(accounts, list):
        return "accounts must be a list"
    for account in accounts:
        if not isinstance(account, dict) or not isinstance(account.get("id"), str):
            return "accounts need an id"
    return ""


def _note_surprises(world: World, document: dict[str, Any]) -> None:
    bulk = document["bulk"]
    _note(world, "top level", document)
    _note(world, "bulk", bulk)
    if bulk["state"] != "scheduled":
        world.surprise(f"bulk.state: {bulk['state']} is not published")
    for post in bulk["posts"]:
        _note(world, "post", post)
        if not post.get("accounts"):
            world.surprise("post: no accounts, so nothing is posted")
        for target in post.get("accounts", []):
            _note(world, "account", target)
        for network, content in post["networks"].items():
            if isinstance(content, dict):
                _note(world, f"networks.{network}", content, FIELDS.get(network, frozenset()))
                details, media = content.get("details"), content.get("media")
                _note(world, f"networks.{network}.details", details, DETAILS.get(network, frozenset()))
                _note(world, f"networks.{network}.link", content.get("link"), KEYS["link"])
                for item in media if isinstance(media, list) else []:
                    _note(world, f"networks.{network}.media", item, KEYS["media"])


def _note(world: World, where: str, value: object, known: frozenset[str] | None = None) -> None:
    for key in value if isinstance(value, dict) else ():
        if key not in (KEYS[where] if known is None else known):
            world.surprise(f"{where}: key {key}")


_ENDPOINTS: tuple[tuple[str, str, str, Callable[[World, Workspace, Call], Answer]], ...] = (
    ("GET", "/accounts", "accounts", _accounts),
    ("GET", "/posts", "posts", list_posts),
    ("POST", "/posts/schedule/publish", "posts", _publish),
    ("GET", "/job_status/.*", "posts", _job_status),
    ("GET", "/workspaces/[^/]+/signatures", "posts", _signatures),
    ("GET", "/workspaces/[^/]+/media_options", "media", media_api.media_options),
    ("POST", "/media", "media", media_api.upload),
    ("POST", "/media/from-url", "media", media_api.import_from_url),
)
"""Method, path, the scope that the key needs, and what answers."""
