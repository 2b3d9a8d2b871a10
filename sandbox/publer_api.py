"""Publer's endpoints: who may call them, what a request must look like, what they answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sandbox import media_api
from sandbox.answers import BLOCKED, HTML, RATE_LIMITED, Answer, Call, ok, parsed_json, refused
from sandbox.jobs import job_started, publish_status
from sandbox.listing import list_posts
from sandbox.networks import ACCOUNT_KEYS, BULK_KEYS, DETAILS, FIELDS, LINK_KEYS, MEDIA_KEYS, POST_KEYS
from sandbox.scenario import Account, Workspace
from sandbox.world import World

BASE = "/api/v1"
NO_ACCESS = "You don't have access on this workspace"
BAD_KEY = "Invalid API key or not active for this account."
NO_KEY = "Missing or malformed Authorization header"
BAD_PLAN = "The API is available on the Business and Enterprise plans only"

Endpoint = Callable[[World, Workspace, Call], Answer]

_BULK_STATES = frozenset({"scheduled", "published", "draft", "draft_private", "draft_public"})
_MAX_POSTS = 500
_ACCOUNTS_A_PAGE = 5
_WITHOUT_WORKSPACE = frozenset({"/users/me", "/workspaces"})


def answer(world: World, call: Call) -> Answer:
    """Answer a request below the base path. The caller holds the world's lock."""
    world.settle()
    if world.scenario.needs_user_agent and _is_blocked_agent(call.headers.get("user-agent", "")):
        return Answer(status=403, body=BLOCKED.encode(), content_type=HTML, error="error code: 1010")
    problem = _check_key(world, call)
    if problem is not None:
        return problem
    if not world.take_request():
        return rate_limited(world)
    result = _route(world, call)
    if world.scenario.rate_limit.headers:
        return replace(result, headers={**result.headers, **limit_headers(world)})
    return result


def limit_headers(world: World) -> dict[str, str]:
    """The three ``X-RateLimit`` headers as they are now."""
    return {
        "X-RateLimit-Limit": str(world.scenario.rate_limit.limit),
        "X-RateLimit-Remaining": str(world.requests_left()),
        "X-RateLimit-Reset": str(world.limit_resets_at()),
    }


def rate_limited(world: World) -> Answer:
    """The 429 of this scenario."""
    rule = world.scenario.rate_limit
    headers = limit_headers(world) if rule.headers_when_limited else {}
    if rule.retry_after:
        headers["Retry-After"] = str(max(1, world.limit_resets_at() - int(world.clock.time())))
    return Answer(
        status=429, body=RATE_LIMITED.encode(), headers=headers, error="Rate limit exceeded. Retry later."
    )


def _is_blocked_agent(agent: str) -> bool:
    return not agent or agent.lower().startswith("python")


def _check_key(world: World, call: Call) -> Answer | None:
    scheme, _, key = call.headers.get("authorization", "").partition(" ")
    if scheme != "Bearer-API" or not key:
        return refused(401, NO_KEY)
    if key != world.scenario.api_key:
        return refused(403 if world.scenario.auth == "observed" else 401, BAD_KEY)
    return None


def _route(world: World, call: Call) -> Answer:
    if call.path in _WITHOUT_WORKSPACE:
        if call.method != "GET":
            return refused(404, "Not found")
        return ok(_user(world) if call.path == "/users/me" else _workspaces(world))
    in_path = re.fullmatch(r"/workspaces/([^/]+)/(media_options|signatures)", call.path)
    workspace_id = in_path[1] if in_path else call.headers.get("publer-workspace-id", "")
    if call.path.startswith("/job_status/") and world.scenario.job_status_header != "needed":
        is_refused = workspace_id and world.scenario.job_status_header == "refused"
        workspace_id = "" if is_refused else world.workspace_of_job(call.path.rpartition("/")[2])
    workspace = world.workspace(workspace_id)
    if workspace is None:
        return refused(401 if world.scenario.auth == "observed" else 403, NO_ACCESS)
    if workspace.plan not in {"business", "enterprise"}:
        return refused(403, BAD_PLAN)
    scope, handler = _endpoint(call, in_path[2] if in_path else "")
    if handler is None:
        return refused(404, "Not found")
    if scope not in world.scenario.scopes:
        return refused(403, f"Permission denied: this API key lacks the scope {scope}")
    return handler(world, workspace, call)


def _endpoint(call: Call, of_workspace: str) -> tuple[str, Endpoint | None]:
    if of_workspace:
        handler = _signatures if of_workspace == "signatures" else media_api.media_options
        return (
            "media" if of_workspace == "media_options" else "posts",
            handler if call.method == "GET" else None,
        )
    if call.path.startswith("/job_status/"):
        return "posts", _job_status if call.method == "GET" else None
    endpoints: dict[tuple[str, str], tuple[str, Endpoint]] = {
        ("GET", "/accounts"): ("accounts", _accounts),
        ("GET", "/posts"): ("posts", list_posts),
        ("POST", "/posts/schedule/publish"): ("posts", _publish),
        ("POST", "/media"): ("media", media_api.upload),
        ("POST", "/media/from-url"): ("media", media_api.import_from_url),
    }
    return endpoints.get((call.method, call.path), ("", None))


def _user(world: World) -> dict[str, Any]:
    name = world.scenario.user_name
    return {
        "id": "66db7e004e299efa19a2d700",
        "email": world.scenario.user_email,
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
        shape["albums"] = [{"id": board.id, "name": board.name} for board in account.boards]
    return shape | ({"status": account.status} if account.status else {})


def _signatures(world: World, workspace: Workspace, call: Call) -> Answer:
    if world.scenario.signatures != "listed":
        return refused(
            *{"forbidden": (403, "Permission denied"), "not_found": (404, "Not found")}[
                world.scenario.signatures
            ]
        )
    wanted = call.values("accounts[]")
    return ok(
        [
            {
                "account_id": account.id,
                "signatures": [
                    {
                        "id": one.id,
                        "label": one.label,
                        "text": one.text,
                        "default": one.default,
                        "in_photo_captions": True,
                    }
                    for one in account.signatures
                ],
            }
            for account in workspace.accounts
            if not wanted or account.id in wanted
        ]
    )


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
    except ValueError:
        return refused(int(world.scenario.malformed_body), "The request body is not valid JSON")
    problem = _problem_of_bulk(document)
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
    _note(world, "top level", document, frozenset({"bulk"}))
    _note(world, "bulk", bulk, BULK_KEYS)
    if bulk["state"] != "scheduled":
        world.surprise(f"bulk.state: {bulk['state']} is not published")
    for post in bulk["posts"]:
        _note(world, "post", post, POST_KEYS)
        if not post.get("accounts"):
            world.surprise("post: no accounts, so nothing is posted")
        for target in post.get("accounts", []):
            _note(world, "account", target, ACCOUNT_KEYS)
        for network, content in post["networks"].items():
            if isinstance(content, dict):
                _note_content(world, network, content)


def _note_content(world: World, network: str, content: dict[str, Any]) -> None:
    _note(world, f"networks.{network}", content, FIELDS.get(network, frozenset()))
    media = content.get("media")
    below = [("details", content.get("details"), DETAILS.get(network, frozenset()))]
    below += [("link", content.get("link"), LINK_KEYS)]
    below += [("media", item, MEDIA_KEYS) for item in (media if isinstance(media, list) else [])]
    for key, value, known in below:
        if isinstance(value, dict):
            _note(world, f"networks.{network}.{key}", value, known)


def _note(world: World, where: str, value: dict[str, Any], known: frozenset[str]) -> None:
    for key in value:
        if key not in known:
            world.surprise(f"{where}: key {key}")
