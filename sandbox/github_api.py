"""A GitHub stand-in: releases by tag and the list of them, as the action looks them up."""

from __future__ import annotations

import json
import re
import urllib.parse
from collections.abc import Mapping
from typing import Any

from sandbox.answers import Answer, Call, ok
from sandbox.scenario import Release
from sandbox.world import World

BASE = "/github/api/v3"
_DOCS = "https://docs.github.com/rest"


def answer(world: World, call: Call) -> Answer:
    """Answer a request below the base path. The caller holds the world's lock."""
    github = world.scenario.github
    if not call.headers.get("user-agent"):
        return Answer(
            status=403,
            body=b"Request forbidden: please send a User-Agent header.",
            content_type="text/html",
            error="no User-Agent",
        )
    token = call.headers.get("authorization", "").partition(" ")[2]
    if token and github.token and token != github.token:
        return _refused(401, "Bad credentials")
    if github.rate_limited:
        headers = {
            "X-RateLimit-Limit": "60",
            "X-RateLimit-Remaining": "0",
            "X-RateLimit-Used": "60",
            "X-RateLimit-Reset": str(int(world.clock.time()) + 1800),
            "X-RateLimit-Resource": "core",
        }
        return _refused(403, "API rate limit exceeded for 203.0.113.7.", headers)
    if github.private and not token:
        return _refused(404, "Not Found")
    by_tag = re.fullmatch(r"/repos/([^/]+/[^/]+)/releases/tags/(.+)", call.path)
    listed = re.fullmatch(r"/repos/([^/]+/[^/]+)/releases", call.path)
    if call.method != "GET" or not (by_tag or listed):
        return _refused(404, "Not Found")
    if by_tag:
        tag = urllib.parse.unquote(by_tag[2])
        for release in github.releases:
            if release.repository == by_tag[1] and release.tag_name == tag and not release.draft:
                return ok(_release(release))
        return _refused(404, "Not Found")
    repository = listed[1] if listed else ""
    return _page([_release(r) for r in github.releases if r.repository == repository], call)


def _page(releases: list[dict[str, Any]], call: Call) -> Answer:
    size = min(100, _number(call, "per_page", 30))
    page = _number(call, "page", 1)
    return ok(releases[(page - 1) * size : page * size])


def _number(call: Call, name: str, default: int) -> int:
    text = call.value(name) or ""
    return max(1, int(text)) if text.isdecimal() else default


def _refused(status: int, message: str, headers: Mapping[str, str] | None = None) -> Answer:
    body = json.dumps({"message": message, "documentation_url": _DOCS, "status": str(status)})
    return Answer(status=status, body=body.encode(), headers=headers or {}, error=message)


def _release(release: Release) -> dict[str, Any]:
    page = f"https://github.com/{release.repository}/releases"
    tag = urllib.parse.quote(release.tag_name, safe="")
    return {
        "id": 1,
        "url": f"https://api.github.com/repos/{release.repository}/releases/1",
        "html_url": f"{page}/tag/{tag}",
        "tag_name": release.tag_name,
        "target_commitish": "main",
        "name": release.name,
        "body": release.body,
        "draft": release.draft,
        "prerelease": release.prerelease,
        "created_at": release.published_at,
        "published_at": None if release.draft else release.published_at,
        "author": {
            "login": release.author,
            "id": 1,
            "type": "User",
            "html_url": f"https://github.com/{release.author}",
        },
        "assets": [],
    }
