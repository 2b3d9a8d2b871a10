"""What ``GET /job_status`` says of a publish job, in every form that Publer is known to use."""

from __future__ import annotations

from typing import Any

from sandbox.answers import Answer, ok
from sandbox.forms import Json
from sandbox.scenario import Job
from sandbox.world import Delivery, PublishJob, World


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
        status, rest = spec.working_word, {"payload": None}
    elif spec.failure is not None:
        status, rest = "failed", _failure(spec.failure, job)
    else:
        status, rest = spec.status_word, _payload(job)
        if spec.read_once and job.consumed:
            rest = {"payload": None}
        job.consumed = True
    inner = {"status": status, **rest, **({"plan": plan(world, job.workspace_id)} if spec.plan else {})}
    return ok(_enveloped(spec, inner))


def plan(world: World, workspace_id: str) -> dict[str, Any]:
    workspace = world.workspace(workspace_id)
    return {"rate": workspace.plan, "locked": False} if workspace else {}


def _enveloped(spec: Job, inner: dict[str, Any]) -> dict[str, Any]:
    if spec.envelope == "data":
        return {"success": True, "data": inner}
    if spec.envelope == "oas":
        outer = inner["status"] if spec.outer_status == "same" else "complete"
        return {"success": True, "data": {"status": outer, "result": inner}}
    return inner


def _failure(sentence: str, job: PublishJob) -> dict[str, Any]:
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
    return places[job.spec.failure_place]


def _payload(job: PublishJob) -> dict[str, Any]:
    spec = job.spec
    if spec.payload != "normal":
        empty: dict[str, Json] = {"null": None, "empty_object": {}, "empty_array": []}
        return {} if spec.payload == "missing" else {"payload": empty[spec.payload]}
    mentioned = [one for one in job.deliveries if not (one.account and one.account.unmentioned)]
    failed = [one for one in mentioned if one.failure is not None]
    live = [one for one in mentioned if one.failure is None and one.post is not None]
    if spec.family == "entries":
        shown = [one for one in mentioned if one.failure is not None or one.post is not None]
        return {"payload": [_entry(spec, one) for one in shown]}
    failures = _failures(spec, failed)
    if spec.family == "entries_and_failures":
        return {"payload": [_entry(spec, one) for one in live], "failures": failures}
    beside: dict[str, Json] = {}
    if spec.family == "failures_and_posts":
        beside = {"posts": [_post(spec, one) for one in live]}
    elif spec.family == "failures_and_successes":
        beside = {"successes": _by_post(live, [_post(spec, one) for one in live])}
    return {"payload": {"failures": failures, **beside}}


def _failures(spec: Job, failed: list[Delivery]) -> Json:
    entries = [_failure_entry(delivery, delivery.failure) for delivery in failed]
    form = spec.failures_form if failed else spec.no_failures_form
    return entries if form == "array" else _by_post(failed, entries)


def _by_post(deliveries: list[Delivery], entries: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    keyed: dict[str, list[dict[str, Any]]] = {}
    for delivery, entry in zip(deliveries, entries, strict=True):
        keyed.setdefault(delivery.sent["id"], []).append(entry)
    return keyed


def _failure_entry(delivery: Delivery, sentence: str | None) -> dict[str, Any]:
    account = delivery.account
    return {
        "account_id": delivery.target["id"],
        "account_name": account.name if account else None,
        "provider": account.provider if account else None,
        "message": sentence,
    }


def _entry(spec: Job, delivery: Delivery) -> dict[str, Any]:
    sentence, post = delivery.failure, _post(spec, delivery)
    if sentence is None:
        if spec.entries == "bare":
            return post
        said: dict[str, Any] = {"post": {"id": post["id"]} if spec.entries == "ids" else post}
    elif spec.reason == "failure":
        said = {"failure": _failure_entry(delivery, sentence)}
    else:
        reason = {"error": sentence}
        said = {"post": post | (reason if spec.reason == "post.error" else {"details": reason})}
    if spec.entries == "untyped":
        return said
    kind, status = ("job", "success") if sentence is None else ("error", "failed")
    return {"type": kind, "status": status, **said}


def _post(spec: Job, delivery: Delivery) -> dict[str, Any]:
    post = delivery.post
    post_id = post.id if post else delivery.scheduled_id
    known = post is not None and post.account.link == "at_once"
    return {
        "id": int(post_id) if spec.numeric_post_ids and post_id.isdigit() else post_id,
        "account_id": delivery.target["id"],
        "state": post.state if post else "failed",
        "post_link": (post.link or None) if post and known else None,
    }
