"""Reading ``GET /job_status``: every envelope, status word and payload that Publer was seen to send.

Three families of payload are known: an object with ``failures`` (scheduling), an array with one
entry per account (immediate publishing), and an array of media objects (imports). They may mix.
The rule that holds for all of them: **a failure anywhere in the answer is never lost**, so the
whole payload is walked and everything that looks like a failure becomes a FAILED entry.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from publer_publish.networks.forms import mapping
from publer_publish.publer.answers import (
    error_of,
    first,
    holders,
    id_of,
    name_of,
    post_of,
    sentence_of,
    word_of,
    words,
)
from publer_publish.publer.errors import UNREADABLE, LostError, RefusedError
from publer_publish.publer.model import LIVE_STATES, Job, JobEntry, JobState, Json, ListedPost, Verdict
from publer_publish.text import one_line

_OK = 200
RAW_LIMIT = 2000
"""Characters of the answer that are kept for the log."""

COMPLETE_WORDS = words("complete completed success succeeded successful done finished")
FAILED_WORDS = words("failed failure error errored canceled cancelled rejected declined refused aborted")
WORKING_WORDS = words("working pending queued processing running in_progress started")

_REASONS = ("failure", "error", "errors")
FAILURE_KEYS = (*_REASONS, "failures")
_FAILURE_FIELDS = words("message account_id account_name account provider network error reason description")
_ENTRY_KEYS = words("post failure error errors status state account_id success")
_ENVELOPE = words("data result plan status success message id job_id type payload")
_BENIGN = words("failures plan success status")


def read_job(body: Json, job_id: str = "") -> Job:
    """Read one answer of ``GET /job_status``.

    An unknown status word means that the job is still working, as null does; such an answer keeps
    its ``raw`` form so that it can be logged. Raises LostError for an answer that
    cannot be read or names another job than ``job_id``, and RefusedError for an error that says nothing
    about the job or any post.
    """
    if isinstance(body, list) and body:
        body = {"status": "complete", "payload": body}
    if not isinstance(body, dict):
        raise LostError(
            "Publer's answer about the job could not be read: it is neither an object nor a list.",
            hint=UNREADABLE,
        )
    for holder in holders(body, "job"):
        said = id_of(holder.get("job_id")) if isinstance(holder, dict) else ""
        if job_id and said not in ("", job_id):
            raise LostError(
                f"Publer's answer about the job could not be used: it is about another one ({said}).",
                hint=UNREADABLE,
            )
    levels = _levels(body)
    try:
        entries = tuple(entries_of(levels))
    except RecursionError:
        raise LostError(
            "Publer's answer about the job could not be read: it is nested too deeply.", hint=UNREADABLE
        ) from None
    word = next((word for level in reversed(levels) if (word := word_of(level.get("status")))), "")
    if not word and _only_refuses(levels, entries):
        said = _message(levels) or first(entry.message for entry in entries)
        raise RefusedError(_OK, said, request="GET /job_status")
    state = _state(levels, entries)
    locked = any(
        isinstance(plan := level.get("plan"), dict) and plan.get("locked") is True for level in levels
    )
    if state is JobState.WORKING:
        unknown = bool(word) and word not in WORKING_WORDS | COMPLETE_WORDS
        return Job(state=state, locked=locked, raw=_raw(body) if unknown else "")
    failed = any(entry.verdict is Verdict.FAILED for entry in entries)
    if state is JobState.COMPLETE and _says_no(levels) and not failed:
        entries += (JobEntry(verdict=Verdict.FAILED, message=_message(levels)),)
    said = _message(levels) if state is JobState.FAILED or not entries else ""
    return Job(
        state=state,
        entries=entries,
        # What the answer also says of one account is not said of all.
        message="" if any(entry.message and entry.message in said for entry in entries) else said,
        nothing_failed=state is JobState.COMPLETE and not entries and _nothing_failed(levels),
        locked=locked,
        media=_media(levels),
        raw=_raw(body),
    )


def _levels(body: dict[str, Any]) -> list[dict[str, Any]]:
    """Unwrap ``data`` and ``result``, outermost first. A list in their place is the payload."""
    levels = [body]
    for key in ("data", "result", "data", "result"):
        inner = levels[-1].get(key)
        if isinstance(inner, dict):
            levels.append(inner)
        elif isinstance(inner, list) and "payload" not in levels[-1]:
            levels.append({"payload": inner})
    if len(levels) == 1 and _is_media(body):
        return [{"status": "complete", "payload": [body]}]
    return levels


def _state(levels: list[dict[str, Any]], entries: tuple[JobEntry, ...]) -> JobState:
    """Let a failure at any level be one; else the innermost level that says something decides."""
    words = [word for level in levels if (word := word_of(level.get("status")))]
    if any(word in FAILED_WORDS for word in words):
        return JobState.FAILED
    if words:
        return JobState.COMPLETE if words[-1] in COMPLETE_WORDS else JobState.WORKING
    if _says_no(levels):
        return JobState.FAILED
    spoke = any(entry.verdict is not Verdict.UNKNOWN for entry in entries)
    return JobState.COMPLETE if spoke else JobState.WORKING


def _only_refuses(levels: list[dict[str, Any]], entries: tuple[JobEntry, ...]) -> bool:
    """An error, and nothing about the job: no status, no payload, no account."""
    names = any(entry.account_id or entry.account_name or entry.provider or entry.post for entry in entries)
    return _says_no(levels) and not names and all(level.get("payload") is None for level in levels)


def _says_no(levels: list[dict[str, Any]]) -> bool:
    return any(map(_denies, levels))


def _denies(node: Mapping[str, Any]) -> bool:
    return is_no(node.get("success")) or any(map(is_failure, map(node.get, _REASONS)))


def _nothing_failed(levels: list[dict[str, Any]]) -> bool:
    """Whether the only payload is the documented one: empty ``failures``, and nothing else that speaks."""
    payloads = [level["payload"] for level in levels if level.get("payload") is not None]
    if len(payloads) != 1 or not isinstance(payloads[0], dict):
        return False
    rest = {key: value for key, value in payloads[0].items() if key not in _BENIGN}
    return payloads[0].get("failures") in ({}, []) and all(one in (None, "", [], {}) for one in rest.values())


def _message(levels: list[dict[str, Any]]) -> str:
    """Publer's sentence about the whole job; what it says of failures is in the entries."""
    for level in reversed(levels):
        payload = level.get("payload")
        said = [*map(level.get, (*_REASONS, "message")), payload]
        if isinstance(payload, dict):
            said.append(payload.get("message"))
        if found := first(sentence_of(one) for one in said if isinstance(one, str)):
            return found
    return ""


def _media(levels: list[dict[str, Any]]) -> tuple[Mapping[str, Any], ...]:
    """Read media objects or bare ids; what is neither keeps its place in the order, as an error."""
    for level in reversed(levels):
        payload = level.get("payload")
        if isinstance(payload, dict):
            payload = [payload] if _is_media(payload) else payload.get("media")
        if isinstance(payload, list) and payload:
            return tuple(
                item
                if isinstance(item, dict)
                else {"id": id_of(item)}
                if id_of(item)
                else {"error": sentence_of(item) or "Publer sent nothing for this file."}
                for item in payload
            )
    return ()


def _is_media(value: Mapping[str, Any]) -> bool:
    return bool(id_of(value.get("id"))) and bool(
        {"path", "thumbnail", "thumbnails", "validity"} & value.keys()
    )


def _raw(body: Json) -> str:
    try:
        return one_line(json.dumps(body, ensure_ascii=False)[: 2 * RAW_LIMIT], RAW_LIMIT)
    except RecursionError:
        return ""


def entries_of(levels: list[dict[str, Any]]) -> Iterator[JobEntry]:
    """Yield what every level of the answer says, its payload first."""
    for level in levels:
        yield from _walk(level.get("payload"))
        for key, value in level.items():
            if key in FAILURE_KEYS and isinstance(value, dict | list):
                yield from _failures(value)
            elif key not in _ENVELOPE and isinstance(value, dict | list):
                yield from _walk(value)


def _walk(node: Json) -> Iterator[JobEntry]:
    """Yield an entry for whatever speaks of an account, a post or a failure, if only in a sentence."""
    if isinstance(node, str) and len(node.split()) > 1:
        yield JobEntry(verdict=Verdict.UNKNOWN, message=one_line(node))
    elif isinstance(node, list):
        for item in node:
            yield from _walk(item)
    elif isinstance(node, dict):
        yield from _walk_object(node)


def _walk_object(node: dict[str, Any]) -> Iterator[JobEntry]:
    # Several failures, each with an account of its own, not the sentences of one.
    listed = [
        key
        for key in _REASONS
        if isinstance(node.get(key), list) and any(isinstance(item, dict) for item in node[key])
    ]
    if _ENTRY_KEYS & (node.keys() - set(listed)) or word_of(node.get("type")) in FAILED_WORDS:
        entry = _entry(node)
        if entry.verdict is not Verdict.UNKNOWN or entry.account_id or entry.account_name or entry.message:
            yield entry
    for key, value in node.items():
        if key == "failures" or key in listed:
            yield from _failures(value)
        elif key in FAILURE_KEYS or not isinstance(value, dict | list):
            continue
        elif key == "post" and isinstance(value, dict):
            # The entry has read the post itself and its details; what else hangs on it may speak, too.
            inner = [one for name, one in value.items() if name != "details" and isinstance(one, dict | list)]
            yield from _walk(inner)
        else:
            if key in ("post_ids", "ids") and isinstance(value, list):
                for found in filter(None, map(id_of, value)):
                    post = ListedPost(id=found, account_id="", state="")
                    yield JobEntry(verdict=Verdict.UNKNOWN, post=post)
            yield from _walk(value)


def _failures(node: Json) -> Iterator[JobEntry]:
    """Read ``failures``: an object keyed by post, or a list; of lists, objects or sentences.

    Every element of a list of failures is one, even an empty one.
    """
    if isinstance(node, list):
        for item in node:
            if isinstance(item, list) or (isinstance(item, dict) and item):
                yield from _failures(item)
            else:
                yield JobEntry(verdict=Verdict.FAILED, message=sentence_of(item))
    elif isinstance(node, dict) and (_FAILURE_FIELDS | _ENTRY_KEYS) & node.keys():
        inner = node.get("failure")
        yield _named(Verdict.FAILED, node, inner, message=sentence_of(inner) or sentence_of(node))
        yield from _walk([value for value in node.values() if isinstance(value, list)])
    elif isinstance(node, dict):
        for item in node.values():
            yield from _failures(item)
    elif is_failure(node):
        yield JobEntry(verdict=Verdict.FAILED, message=sentence_of(node))


def _entry(node: dict[str, Any]) -> JobEntry:
    failure, raw_post = node.get("failure"), node.get("post")
    bare_post = raw_post is None and bool({"account_id", "state"} & node.keys())
    source = raw_post if isinstance(raw_post, dict) else node if bare_post else {}
    post = post_of(source) if source else None
    words = {word_of(node.get(key)) for key in ("status", "state", "type")}
    if _denies(node) or words & FAILED_WORDS:
        said = first(map(sentence_of, map(node.get, _REASONS)))
        said = said or error_of(source) or sentence_of(node.get("message"))
        # A live post beside a failure is a contradiction: the list of posts decides.
        verdict = Verdict.UNKNOWN if post and post.is_live else Verdict.FAILED
        named = post if post and post.id else None
        return _named(verdict, node, failure, source, message=said, post=named)
    verdict, why = _verdict(node, source, post)
    if verdict is Verdict.UNKNOWN and not why:
        why = sentence_of(node.get("message"))
    return _named(verdict, node, source, message=why, post=post)


def _verdict(
    node: Mapping[str, Any], source: Mapping[str, Any], post: ListedPost | None
) -> tuple[Verdict, str]:
    """Only a state that says so makes a post published; without one, an id and a success or a link do.

    But no link does beside a status that says something else.
    """
    if post is None:
        return Verdict.UNKNOWN, ""
    trouble = sentence_of([source.get(key) for key in FAILURE_KEYS]) or error_of(source)
    # Declined is final. Pending, reauth and locked may still go out: "failed" would invite a second post.
    if post.has_failed or post.state in FAILED_WORDS or (trouble and not post.state):
        return Verdict.FAILED, trouble or f"Publer lists the post as {post.state}."
    # A post that carries an error, readable or not, is no evidence: the list of posts decides.
    if _denies(source) or _denies(mapping(source.get("details"))):
        return Verdict.UNKNOWN, trouble or "Publer names the post together with an error."
    if post.is_live:
        why = "Publer says that it is published, but names no post."
        return (Verdict.PUBLISHED, "") if post.id and not trouble else (Verdict.UNKNOWN, trouble or why)
    if post.state:
        return Verdict.UNKNOWN, trouble or f"Publer lists the post as {post.state}, not as published."
    status = word_of(node.get("status"))
    linked = post.link and (not status or status in COMPLETE_WORDS | LIVE_STATES)
    evident = bool(post.id and (linked or (status in COMPLETE_WORDS and isinstance(node.get("post"), dict))))
    return (Verdict.PUBLISHED, "") if evident else (Verdict.UNKNOWN, "")


def _named(verdict: Verdict, *sources: Json, message: str, post: ListedPost | None = None) -> JobEntry:
    """Find whom an entry is about: in itself, its failure or its post; flat or under ``account``."""
    objects = [source for source in sources if isinstance(source, dict)]
    accounts = [account for source in objects if isinstance(account := source.get("account"), dict)]
    return JobEntry(
        verdict=verdict,
        account_id=first(id_of(source.get("account_id")) for source in objects)
        or first(id_of(account.get("id")) for account in accounts),
        account_name=first(name_of(source.get("account_name")) for source in objects)
        or first(name_of(account.get("name")) for account in accounts),
        provider=first(
            word_of(source.get(key)) for source in [*objects, *accounts] for key in ("provider", "network")
        ),
        message=message,
        post=post,
    )


def is_failure(value: Json) -> bool:
    """Whether a value says that something failed: ``error: null`` and ``failures: []`` do not."""
    return value not in (None, False, "", 0) and value not in ({}, [])


def is_no(success: Json) -> bool:
    """Whether ``success`` denies it: as JSON does, or as text or a number."""
    return (isinstance(success, int) and not success) or word_of(success) in ("false", "no")
