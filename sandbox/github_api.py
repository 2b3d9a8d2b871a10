"""A GitHub stand-in: releases, the files of a change, comments of a pull request, refs, and runs."""

from __future__ import annotations

import hashlib
import json
import re
import urllib.parse
from collections.abc import Mapping
from typing import Any

from sandbox.answers import Answer, Call, ok
from sandbox.forms import to_json
from sandbox.scenario import Release
from sandbox.world import World

BASE = "/github/api/v3"
_DOCS = "https://docs.github.com/rest"


def answer(world: World, call: Call) -> Answer:
    """Answer a request below the base path. The caller holds the world's lock."""
    github = world.scenario.github
    if not call.headers.get("user-agent"):
        return Answer(status=403, body=b"Please send a User-Agent header.", error="no User-Agent")
    token = call.headers.get("authorization", "").partition(" ")[2]
    if token and github.token and token != github.token:
        return _refused(401, "Bad credentials")
    if github.rate_limited:
        reset = str(int(world.clock.time()) + 1800)
        headers = {"X-RateLimit-Limit": "60", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset}
        return _refused(403, "API rate limit exceeded for 203.0.113.7.", headers)
    return _route(world, call)


def _route(world: World, call: Call) -> Answer:
    github = world.scenario.github
    if call.path == "/github/user":
        # The token of a job may not ask who it is.
        return ok({"login": github.login}) if github.login else _refused(403, "Resource not accessible")
    found = re.fullmatch(r"/github/repos/([^/]+/[^/]+)(/.*)", call.path)
    repository, below = found.groups() if found else ("", "")
    if re.fullmatch(r"/pulls/\d+/files", below):
        return _page([_file(path, status) for path, status in github.files], call)
    if below.startswith("/compare/"):
        # The real one lists no more than 300 files, whatever page is asked for.
        files = [_file(path, status) for path, status in github.files[:300]]
        return ok({"status": github.compared, "files": files})
    if re.fullmatch(r"/issues/(comments/)?\d+(/comments)?", below):
        return _comments(world, call, below)
    if below.startswith("/git/"):
        return _git(world, call, below.removeprefix("/git"))
    if below.startswith("/actions/runs/"):
        return _run(world, below.rpartition("/")[2])
    if call.method == "GET" and below.startswith("/releases"):
        return _releases([one for one in github.releases if one.repository == repository], below, call)
    return _refused(404, "Not Found")


def _releases(releases: list[Release], below: str, call: Call) -> Answer:
    if below == "/releases":
        return _page([_release(release) for release in releases], call)
    tag = urllib.parse.unquote(below.removeprefix("/releases/tags/"))
    for release in releases:
        is_latest = below == "/releases/latest" and not release.prerelease
        if (is_latest or release.tag_name == tag) and not release.draft:
            return ok(_release(release))
    return _refused(404, "Not Found")


def _release(release: Release) -> dict[str, Any]:
    tag = urllib.parse.quote(release.tag_name, safe="")
    return {
        **to_json(release),
        "id": 1,
        "html_url": f"https://github.com/{release.repository}/releases/tag/{tag}",
        "created_at": release.published_at,
        "published_at": None if release.draft else release.published_at,
        "author": {"login": release.author, "html_url": f"https://github.com/{release.author}"},
    }


def _file(path: str, status: str) -> dict[str, Any]:
    return {"sha": "0" * 40, "filename": path, "status": status, "additions": 1, "changes": 1}


def _comments(world: World, call: Call, below: str) -> Answer:
    github, comments = world.scenario.github, world.github_comments
    if call.method == "GET":
        return _page(comments, call)
    if not github.may_comment:
        return _refused(403, "Resource not accessible by integration")
    body = json.loads(call.body)["body"]
    if call.method == "PATCH":
        comment = next((one for one in comments if str(one["id"]) == below.rpartition("/")[2]), None)
        if comment is None:
            return _refused(404, "Not Found")
        comment["body"] = body
        return ok(comment)
    number = len(comments) + 1
    author = github.login or "github-actions[bot]"
    url = f"https://github.com/acme/rocket/pull/7#issuecomment-{number}"
    comments.append({"id": number, "user": {"login": author}, "body": body, "html_url": url})
    return ok(comments[-1], 201)


def _run(world: World, run_id: str) -> Answer:
    if not world.scenario.github.may_read_runs:
        return _refused(403, "Resource not accessible by integration")
    run = {"id": run_id, "status": "in_progress", "run_attempt": 1}
    return ok(run | world.github_runs.get(run_id, {}))


def _git(world: World, call: Call, below: str) -> Answer:
    """Commits, and refs that are made once and move only forward."""
    commits, refs = world.github_commits, world.github_refs
    if call.method == "GET" and below.startswith("/commits/"):
        sha = below.removeprefix("/commits/")
        return ok(commits.get(sha) or _commit(sha, "Rocket", "7" * 40, []))
    if call.method == "GET" and below.startswith("/ref/"):
        name = below.removeprefix("/ref/")
        return ok(_ref(name, refs[name])) if name in refs else _refused(404, "Not Found")
    if not world.scenario.github.may_write:
        return _refused(403, "Resource not accessible by integration")
    body = json.loads(call.body) if call.body else {}
    if (call.method, below) == ("POST", "/commits"):
        sha = hashlib.sha1(call.body, usedforsecurity=False).hexdigest()
        commits[sha] = _commit(sha, body["message"], body["tree"], body["parents"])
        return ok(commits[sha], 201)
    return _change_ref(world, call.method, below, body)


def _change_ref(world: World, method: str, below: str, body: Mapping[str, Any]) -> Answer:
    refs = world.github_refs
    name = body["ref"].removeprefix("refs/") if method == "POST" else below.removeprefix("/refs/")
    if method == "POST" and name in refs:
        return _refused(422, "Reference already exists")
    if method != "POST" and name not in refs:
        return _refused(422, "Reference does not exist")
    if method == "DELETE":
        del refs[name]
        return Answer(status=204, body=b"")
    if body["sha"] not in world.github_commits:
        return _refused(422, "Object does not exist")
    if method == "PATCH" and not body.get("force") and not _follows(world, body["sha"], refs[name]):
        return _refused(422, "Update is not a fast forward")
    refs[name] = body["sha"]
    return ok(_ref(name, refs[name]), 201 if method == "POST" else 200)


def _commit(sha: str, message: str, tree: str, parents: list[str]) -> dict[str, Any]:
    above = [{"sha": one} for one in parents]
    return {"sha": sha, "message": message, "tree": {"sha": tree}, "parents": above}


def _ref(name: str, sha: str) -> dict[str, Any]:
    return {"ref": f"refs/{name}", "object": {"type": "commit", "sha": sha}}


def _follows(world: World, commit: str, earlier: str) -> bool:
    parents = [one["sha"] for one in world.github_commits.get(commit, {}).get("parents", ())]
    return commit == earlier or any(_follows(world, parent, earlier) for parent in parents)


def _page(rows: list[dict[str, Any]], call: Call) -> Answer:
    size = min(100, _number(call, "per_page", 30))
    page = _number(call, "page", 1)
    return ok(rows[(page - 1) * size : page * size])


def _number(call: Call, name: str, default: int) -> int:
    text = call.value(name) or ""
    return max(1, int(text)) if text.isdecimal() else default


def _refused(status: int, message: str, headers: Mapping[str, str] | None = None) -> Answer:
    body = json.dumps({"message": message, "documentation_url": _DOCS, "status": str(status)})
    return Answer(status=status, body=body.encode(), headers=headers or {}, error=message)
