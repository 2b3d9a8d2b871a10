"""Uploads, imports and the media library."""

from __future__ import annotations

import urllib.parse
from typing import Any

from sandbox.answers import Answer, Call, ok, parsed_json, refused
from sandbox.jobs import media_json
from sandbox.multipart import Form
from sandbox.record import Imported, Upload
from sandbox.scenario import BUSY_WITH_IMPORT, Workspace
from sandbox.state import ImportJob
from sandbox.world import World

NO_CONTENT_TYPE = "undefined method 'content_type' for nil"
"""Publer's answer to an upload without a file, with the status 200."""
_KINDS = {"gif": "gif", "mp4": "video", "mov": "video", "avi": "video", "webm": "video", "pdf": "document"}
"""By the end of an address; anything else is a photo."""


def upload(world: World, workspace: Workspace, call: Call) -> Answer:
    """``POST /media``: the form has been read while it arrived."""
    form = call.form or Form(fields={}, files=())
    if form.problem:
        return refused(400, form.problem)
    file = next((file for file in form.files if file.field == "file"), None)
    if file is None:
        return ok({"error": NO_CONTENT_TYPE})
    for name in (*form.fields, *(file.field for file in form.files)):
        if name not in {"file", "direct_upload", "in_library"}:
            world.surprise(f"POST /media: field {name}")
    if file.size > world.scenario.max_upload:
        return refused(413, "The file is larger than 200 MB")
    kind = file.kind()
    if kind is None:
        return refused(400, "The file type is not supported")
    in_library = form.fields.get("in_library") == "true"
    media = world.add_media(
        workspace.id, kind, file.name or "", in_library=in_library, size=_image_size(file.head)
    )
    world.uploads.append(
        Upload(
            id=media.id,
            name=file.name or "",
            size=file.size,
            sha256=file.sha256,
            type=kind,
            content_type=file.content_type,
            direct_upload=form.fields.get("direct_upload") == "true",
            in_library=in_library,
        )
    )
    return ok(media_json(media, world.scenario.accepts.pictures_are))


def import_from_url(world: World, workspace: Workspace, call: Call) -> Answer:
    """``POST /media/from-url``: one job at a time."""
    if not call.is_json():
        return refused(400, "Content-Type must be application/json")
    try:
        document = parsed_json(call.body)
    except ValueError:
        return refused(400, "The request body is not valid JSON")
    if not isinstance(document, dict):
        return refused(400, "param is missing or the value is empty: media")
    if "media" not in document and "url" in document:
        return ok({})
    problem = _problem_of_import(document)
    if problem:
        return refused(400, problem)
    if world.is_importing():
        return refused(403, BUSY_WITH_IMPORT)
    for key in document:
        if key not in {"media", "type", "direct_upload", "in_library"}:
            world.surprise(f"POST /media/from-url: key {key}")
    return ok({"job_id": _start_import(world, workspace, document).id})


def _problem_of_import(document: dict[str, Any]) -> str:
    items = document.get("media")
    if not isinstance(items, list) or not items:
        return "param is missing or the value is empty: media"
    if document.get("type") not in {"single", "bulk", "multi", "thumbnail"}:
        return "param is missing or the value is empty: type"
    for item in items:
        for name in ("url", "name"):
            if not isinstance(item, dict) or not isinstance(item.get(name), str) or not item[name]:
                return f"param is missing or the value is empty: {name}"
    return ""


def _start_import(world: World, workspace: Workspace, document: dict[str, Any]) -> ImportJob:
    spec = world.scenario.imports
    job_id = world.new_id("import")
    results: list[dict[str, Any]] = []
    if spec.failure is None:
        for item in document["media"]:
            results += _import_item(world, workspace, job_id, document, item)
    if spec.order == "reversed":
        results.reverse()
    payload: Any = results
    if spec.form == "object" and results:
        payload = results[0]
    elif spec.form == "media":
        payload = {"failures": {}, "media": results}
    job = ImportJob(
        id=job_id,
        workspace_id=workspace.id,
        spec=spec,
        done_at=world.clock.time() + spec.delay,
        payload=payload,
    )
    world.import_jobs[job.id] = job
    return job


def _import_item(
    world: World, workspace: Workspace, job_id: str, document: dict[str, Any], item: dict[str, Any]
) -> list[dict[str, Any]]:
    spec = world.scenario.imports
    url = urllib.parse.urlsplit(item["url"])
    error = spec.errors.get(item["url"], "")
    if not error and (url.scheme not in {"http", "https"} or not url.hostname):
        error = "Timed out while reading data"
    made = []
    if not error:
        kind = _KINDS.get(url.path.lower().rpartition(".")[2], "photo")
        made = [
            world.add_media(
                workspace.id,
                "photo" if kind == "document" else kind,
                item["name"],
                in_library=document.get("in_library") is True,
                caption=item.get("caption"),
                source=item.get("source"),
            )
            for _ in range(spec.pdf_pages if kind == "document" else 1)
        ]
    world.imports.append(
        Imported(
            job_id=job_id,
            url=item["url"],
            name=item["name"],
            media_ids=tuple(media.id for media in made),
            error=error,
        )
    )
    pictures_are = world.scenario.accepts.pictures_are
    return [media_json(media, pictures_are) for media in made] or [{"error": error}]


def media_options(_world: World, workspace: Workspace, call: Call) -> Answer:
    """``GET /workspaces/{id}/media_options``: albums and boards of the accounts asked for."""
    wanted = call.values("accounts[]")
    return ok(
        [
            {
                "id": account.id,
                "albums": [{"id": one.id, "name": one.name, "type": "board"} for one in account.boards]
                if account.network == "pinterest"
                else [],
                "watermarks": [],
            }
            for account in workspace.accounts
            if not wanted or account.id in wanted
        ]
    )


def _image_size(head: bytes) -> tuple[int, int]:
    if head.startswith(b"\x89PNG") and len(head) >= 24:
        return int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")
    return (1200, 675)
