"""Uploads, imports and the media library."""

from __future__ import annotations

import urllib.parse
from typing import Any

from sandbox.answers import Answer, Call, ok, parsed_json, refused
from sandbox.forms import Json, to_json
from sandbox.jobs import plan
from sandbox.multipart import Form
from sandbox.record import Imported, Upload
from sandbox.scenario import Workspace
from sandbox.world import ImportJob, Media, World

BUSY_WITH_IMPORT = "Please wait until your other download media from URL jobs have finished"

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
    media = world.add_media(workspace.id, kind, file.name or "", size=_image_size(file.head))
    upload = Upload(
        id=media.id,
        name=media.name,
        size=file.size,
        sha256=file.sha256,
        type=kind,
        content_type=file.content_type,
        direct_upload=form.fields.get("direct_upload") == "true",
        in_library=form.fields.get("in_library") == "true",
    )
    world.uploads.append(upload)
    return ok(_media(world, media))


def import_from_url(world: World, workspace: Workspace, call: Call) -> Answer:
    """``POST /media/from-url``: one job at a time."""
    if not call.is_json():
        return refused(400, "Content-Type must be application/json")
    try:
        document = parsed_json(call.body)
    except ValueError:
        return refused(400, "The request body is not valid JSON")
    if isinstance(document, dict) and "media" not in document and "url" in document:
        return ok({})
    missing = _missing_in_import(document)
    if missing:
        return refused(400, f"param is missing or the value is empty: {missing}")
    if world.is_importing():
        return refused(403, BUSY_WITH_IMPORT)
    for key in document:
        if key not in {"media", "type", "direct_upload", "in_library"}:
            world.surprise(f"POST /media/from-url: key {key}")
    return ok({"job_id": _start_import(world, workspace, document).id})


def _missing_in_import(document: Json) -> str:
    items = document.get("media") if isinstance(document, dict) else None
    if not isinstance(items, list) or not items:
        return "media"
    if document.get("type") not in {"single", "bulk", "multi", "thumbnail"}:
        return "type"
    for item in items:
        for name in ("url", "name"):
            if not isinstance(item, dict) or not isinstance(item.get(name), str) or not item[name]:
                return name
    return ""


def _start_import(world: World, workspace: Workspace, document: dict[str, Any]) -> ImportJob:
    spec = world.scenario.imports
    job_id = world.new_id("import")
    results: list[dict[str, Any]] = []
    if spec.failure is None:
        for item in document["media"]:
            results += _import_item(world, workspace, item)
    if spec.order == "reversed":
        results.reverse()
    payload: Json = results
    if spec.form == "object" and results:
        payload = results[0]
    elif spec.form == "media":
        payload = {"failures": {}, "media": results}
    done_at = world.clock.time() + spec.delay
    job = ImportJob(id=job_id, workspace_id=workspace.id, spec=spec, done_at=done_at, payload=payload)
    world.import_jobs[job.id] = job
    return job


def _import_item(world: World, workspace: Workspace, item: dict[str, Any]) -> list[dict[str, Any]]:
    spec = world.scenario.imports
    url = urllib.parse.urlsplit(item["url"])
    error = spec.errors.get(item["url"], "")
    if not error and (url.scheme not in {"http", "https"} or not url.hostname):
        error = "Timed out while reading data"
    kind, count = _KINDS.get(url.path.lower().rpartition(".")[2], "photo"), 1
    if kind == "document":
        kind, count = "photo", spec.pdf_pages
    told: dict[str, Any] = {name: item.get(name) for name in ("caption", "source")}
    made = [world.add_media(workspace.id, kind, item["name"], **told) for _ in range(0 if error else count)]
    ids = tuple(media.id for media in made)
    world.imports.append(Imported(url=item["url"], name=item["name"], media_ids=ids))
    return [{"error": error}] if error else [_media(world, media) for media in made]


def import_status(world: World, job: ImportJob) -> Answer:
    """One look at an import job."""
    job.polls += 1
    answer: dict[str, Json] = {"payload": None, "plan": plan(world, job.workspace_id)}
    if world.clock.time() < job.done_at or job.polls <= job.spec.working_polls:
        return ok(answer | {"status": "working"})
    if job.spec.failure is not None:
        return ok(answer | {"status": "failed", "error": job.spec.failure})
    payload = None if job.consumed else job.payload
    job.consumed = True
    return ok(answer | {"status": "complete", "payload": payload})


def _media(world: World, media: Media) -> dict[str, Any]:
    """A media object as uploads and imports show it."""
    base = f"https://cdn.publer.example/{media.id}"
    pictures_are, is_video = world.scenario.accepts.pictures_are, media.type == "video"
    shape: dict[str, Any] = {
        "id": media.id,
        "type": "image" if media.type == "photo" and pictures_are == "image" else media.type,
        "name": media.name,
        "caption": media.caption,
        "source": media.source,
        "path": f"{base}/original",
        "thumbnail": f"{base}/thumbnail.jpg",
        "width": media.size[0],
        "height": media.size[1],
        "validity": {
            "facebook": {"post": True, "reel": is_video, "story": True},
            "instagram": {"post": media.type != "gif", "reel": is_video, "story": True},
            **dict.fromkeys(("twitter", "linkedin", "mastodon"), True),
        },
    }
    if is_video:
        shape["thumbnails"] = [
            {"id": f"{media.id[:20]}{n:04x}", "small": f"{base}/{n}s.jpg", "real": f"{base}/{n}.jpg"}
            for n in range(2)
        ]
    return shape


def media_options(_world: World, workspace: Workspace, call: Call) -> Answer:
    """``GET /workspaces/{id}/media_options``: albums and boards of the accounts asked for."""
    options = []
    for account in workspace.chosen(call.values("accounts[]")):
        boards = account.boards if account.network == "pinterest" else ()
        albums = [to_json(board) | {"type": "board"} for board in boards]
        options.append({"id": account.id, "albums": albums, "watermarks": []})
    return ok(options)


def _image_size(head: bytes) -> tuple[int, int]:
    if head.startswith(b"\x89PNG") and len(head) >= 24:
        return int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")
    return (1200, 675)
