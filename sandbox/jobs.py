"""What ``GET /job_status`` says, in every form that Publer is known to use."""

from __future__ import annotations

from typing import Any

from sandbox.answers import Answer, ok
from sandbox.scenario import Job
from sandbox.state import Delivery, ImportJob, Media, PublishJob
from sandbox.world import World


def job_started(job: PublishJob) -> Answer:
    """The answer to the request that started a job."""
    if job.spec.id_place == "data":
        return ok({"success": True, "data": {"job_id": job.id}}, job.spec.http_status)
    return ok({"job_id": job.id}, job.spec.http_status)


def publish_status(world: World, job: PublishJob) -> Answer:
    """One look at a publish job; counts as a poll and may consume the payload."""
    job.polls += 1
    spec = job.spec
    if spec.never_ends or world.clock.time() < job.done_at or job.polls <= spec.working_polls:
        return ok(_enveloped(spec, spec.working_word, {"payload": None}, _plan(world, job.workspace_id)))
    plan = _plan(world, job.workspace_id)
    if spec.failure is not None:
        return ok(_enveloped(spec, "failed", _failure(spec, spec.failure, job), plan))
    payload = _payload(job)
    if spec.read_once and job.consumed:
        payload = {"payload": None}
    job.consumed = True
    return ok(_enveloped(spec, spec.status_word, payload, plan))


def import_status(world: World, job: ImportJob) -> Answer:
    """One look at an import job."""
    job.polls += 1
    plan = _plan(world, job.workspace_id)
    if world.clock.time() < job.done_at or job.polls <= job.spec.working_polls:
        return ok({"status": "working", "payload": None, "plan": plan})
    if job.spec.failure is not None:
        return ok({"status": "failed", "error": job.spec.failure, "payload": None, "plan": plan})
    payload = None if job.consumed else job.payload
    job.consumed = True
    return ok({"status": "complete", "payload": payload, "plan": plan})


def media_json(media: Media, pictures_are: str) -> dict[str, Any]:
    """A media object as uploads, imports and the library show it."""
    base = f"https://cdn.publer.example/{media.id}"
    shape: dict[str, Any] = {
        "id": media.id,
        "type": "image" if media.type == "photo" and pictures_are == "image" else media.type,
        "name": media.name,
        "caption": media.caption,
        "source": media.source,
        "path": f"{base}/original",
        "thumbnail": f"{base}/thumbnail.jpg",
        "width": media.width,
        "height": media.height,
        "validity": {
            "facebook": {"post": True, "reel": media.type == "video", "story": True},
            "instagram": {"post": media.type != "gif", "reel": media.type == "video", "story": True},
            "twitter": True,
            "linkedin": True,
            "mastodon": True,
        },
    }
    if media.type == "video":
        shape["thumbnails"] = [
            {"id": f"{media.id[:20]}{n:04x}", "small": f"{base}/{n}s.jpg", "real": f"{base}/{n}.jpg"}
            for n in range(2)
        ]
    return shape


def _plan(world: World, workspace_id: str) -> dict[str, Any]:
    workspace = world.workspace(workspace_id)
    return {"rate": workspace.plan, "locked": workspace.locked} if workspace else {}


def _enveloped(spec: Job, status: str | None, rest: dict[str, Any], plan: dict[str, Any]) -> dict[str, Any]:
    inner: dict[str, Any] = {"status": status, **rest} | ({"plan": plan} if spec.plan else {})
    if spec.envelope == "data":
        return {"success": True, "data": inner}
    if spec.envelope == "oas":
        outer = status if spec.outer_status == "same" else "complete"
        return {"success": True, "data": {"status": outer, "result": inner}}
    return inner


def _failure(spec: Job, sentence: str, job: PublishJob) -> dict[str, Any]:
    entries = [_failure_entry(delivery, sentence) for delivery in job.deliveries]
    places: dict[str, dict[str, Any]] = {
        "error": {"error": sentence, "payload": None},
        "errors": {"errors": [sentence], "payload": None},
        "message": {"message": sentence, "payload": None},
        "payload.error": {"payload": {"error": sentence}},
        "payload.errors": {"payload": {"errors": [{"message": sentence}]}},
        "payload.failures": {"payload": {"failures": {job.id: entries}}},
        "nowhere": {"payload": None},
    }
    return places[spec.failure_place]


def _payload(job: PublishJob) -> dict[str, Any]:
    replaced: dict[str, dict[str, Any]] = {
        "null": {"payload": None},
        "missing": {},
        "empty_object": {"payload": {}},
        "empty_array": {"payload": []},
    }
    if job.spec.payload != "normal":
        return replaced[job.spec.payload]
    if not job.spec.family.startswith("entries"):
        return {"payload": {"failures": _failures(job)} | _beside(job)}
    beside = {"failures": _failures(job)} if job.spec.family == "entries_and_failures" else {}
    shown = [one for one in job.deliveries if one.failure is None] if beside else job.deliveries
    entries = (_entry(job, delivery) for delivery in shown)
    return {"payload": [entry for entry in entries if entry is not None], **beside}


def _beside(job: PublishJob) -> dict[str, Any]:
    live = [d for d in job.deliveries if d.failure is None and d.post is not None and not _is_unmentioned(d)]
    if job.spec.family == "failures_and_posts":
        return {"posts": [_post(job, delivery) for delivery in live]}
    if job.spec.family == "failures_and_successes":
        keyed: dict[str, Any] = {}
        for delivery in live:
            keyed.setdefault(delivery.post_key, []).append(_post(job, delivery))
        return {"successes": keyed}
    return {}


def _failures(job: PublishJob) -> dict[str, Any] | list[Any]:
    failed = [d for d in job.deliveries if d.failure is not None and not _is_unmentioned(d)]
    if not failed:
        return {} if job.spec.no_failures_form == "object" else []
    if job.spec.failures_form == "array":
        return [_failure_entry(delivery, delivery.failure) for delivery in failed]
    by_post: dict[str, Any] = {}
    for delivery in failed:
        by_post.setdefault(delivery.post_key, []).append(_failure_entry(delivery, delivery.failure))
    return by_post


def _failure_entry(delivery: Delivery, sentence: str | None) -> dict[str, Any]:
    account = delivery.account
    return {
        "account_id": delivery.account_id,
        "account_name": account.name if account else None,
        "provider": account.provider if account else None,
        "message": sentence,
    }


def _is_unmentioned(delivery: Delivery) -> bool:
    return delivery.account is not None and delivery.account.unmentioned


def _entry(job: PublishJob, delivery: Delivery) -> dict[str, Any] | None:
    if _is_unmentioned(delivery) or (delivery.failure is None and delivery.post is None):
        return None
    spec, sentence = job.spec, delivery.failure
    said: dict[str, Any] = {"post": _post(job, delivery)}
    if sentence is not None and spec.reason == "failure":
        said = {"failure": _failure_entry(delivery, sentence)}
    elif sentence is not None:
        said["post"] |= (
            {"error": sentence} if spec.reason == "post.error" else {"details": {"error": sentence}}
        )
    if spec.entries == "bare" and sentence is None:
        return _post(job, delivery)
    if spec.entries == "ids" and sentence is None:
        said["post"] = {"id": said["post"]["id"]}
    if spec.entries == "untyped":
        return said
    is_error = sentence is not None
    return {"type": "error" if is_error else "job", "status": "failed" if is_error else "success", **said}


def _post(job: PublishJob, delivery: Delivery) -> dict[str, Any]:
    post, account = delivery.post, delivery.account
    post_id = post.id if post else delivery.scheduled_id
    known = post is not None and account is not None and account.link == "at_once"
    return {
        "id": int(post_id) if job.spec.numeric_post_ids and post_id.isdigit() else post_id,
        "account_id": delivery.account_id,
        "state": post.state if post else "failed",
        "post_link": post.link if post and known else None,
    }
