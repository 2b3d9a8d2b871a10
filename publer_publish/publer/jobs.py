"""Reading ``GET /job_status``: every envelope, status word and payload that Publer was seen to send.

Three families of payload are known: an object with ``failures`` (scheduling), an array with one
entry per account (immediate publishing), and an array of media objects (imports). They may mix.
The rule that holds for all of them: **a failure anywhere in the answer is never lost**, so the
whole payload is walked and everything that looks like a failure becomes a FAILED entry.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from publer_publish.publer.envelope import holders
from publer_publish.publer.errors import UNREADABLE, LostError, RefusedError
from publer_publish.publer.job_entries import entries_of
from publer_publish.publer.job_words import (
    COMPLETE_WORDS,
    FAILED_WORDS,
    FAILURE_FIELDS,
    FAILURE_KEYS,
    WORKING_WORDS,
    check_depth,
    is_failure,
    is_no,
)
from publer_publish.publer.model import Json
from publer_publish.publer.model_posts import Job, JobEntry, JobState, Verdict
from publer_publish.publer.sentences import clean, sentence_of
from publer_publish.publer.values import id_of, word_of

_OK = 200
RAW_LIMIT = 2000
"""Characters of the answer that are kept for the log."""

_WORDS = frozenset({"type", "status", "state", "id"})
"""Keys whose values are words for programs."""
_BENIGN = frozenset({"failures", "plan", "success", "status"})


def read_job_of(body: Json, job_id: str) -> Job:
    """Read where a job is, as ``read_job``. An answer that names another job raises LostError."""
    for holder in holders(body, "job"):
        said = id_of(holder.get("job_id")) if isinstance(holder, dict) else ""
        if said and said != job_id:
            raise LostError(
                f"Publer's answer about the job could not be used: it is about another one ({said}).",
                hint=UNREADABLE,
            )
    return read_job(body)


def read_job(body: Json) -> Job:
    """Read one answer of ``GET /job_status``.

    An unknown status word means that the job is still working, as null does; such an answer keeps
    its ``raw`` form so that it can be logged. Raises LostError for an answer that is none, and RefusedError
    for one that only says that Publer does not tell: that is no word about any post.
    """
    if isinstance(body, list) and body:
        body = {"status": "complete", "payload": body}
    if not isinstance(body, dict):
        raise LostError(
            "Publer's answer about the job could not be read: it is neither an object nor a list.",
            hint=UNREADABLE,
        )
    levels = _levels(body)
    entries = tuple(entries_of(levels))
    word = next((word for level in reversed(levels) if (word := word_of(level.get("status")))), "")
    if not word and _only_refuses(levels, entries):
        raise RefusedError(_OK, _message(levels), request="GET /job_status")
    state = _state(levels, entries)
    locked = any(
        isinstance(plan := level.get("plan"), dict) and plan.get("locked") is True for level in levels
    )
    if state is JobState.WORKING:
        unknown = bool(word) and word not in WORKING_WORDS | COMPLETE_WORDS
        return Job(state=state, locked=locked, raw=_raw(body) if unknown else "")
    if state is JobState.COMPLETE and _says_no(levels) and not _failed(entries):
        entries += (JobEntry(verdict=Verdict.FAILED, message=_message(levels)),)
    return Job(
        state=state,
        entries=entries,
        message=_message(levels) if state is JobState.FAILED else "",
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
    return any(
        is_no(level.get("success"))
        or any(is_failure(level.get(key)) for key in ("error", "errors", "failure"))
        for level in levels
    )


def _failed(entries: tuple[JobEntry, ...]) -> bool:
    return any(entry.verdict is Verdict.FAILED for entry in entries)


def _nothing_failed(levels: list[dict[str, Any]]) -> bool:
    payloads = [level["payload"] for level in levels if level.get("payload") is not None]
    return len(payloads) == 1 and _is_documented_success(payloads[0])


def _is_documented_success(payload: Json) -> bool:
    if not isinstance(payload, dict) or payload.get("failures") not in ({}, []):
        return False
    return all(key in _BENIGN or value in (None, "", [], {}) for key, value in payload.items())


def _message(levels: list[dict[str, Any]]) -> str:
    """Publer's sentence about the whole job; it may stand anywhere, or nowhere."""
    for level in reversed(levels):
        for holder in (level, level.get("payload"), level.get("failures")):
            wanted = holder
            if isinstance(holder, dict):
                wanted = [holder.get(key) for key in (*FAILURE_KEYS, "message")]
            if found := sentence_of(_flat(wanted)):
                return found
    return ""


def _flat(value: Json, depth: int = 0) -> Json:
    """Turn failures keyed by post into a list, because neither the key nor a word is part of the sentence."""
    check_depth(depth)
    if isinstance(value, dict) and not FAILURE_FIELDS & value.keys():
        said = [item for key, item in value.items() if key not in _WORDS]
        return [_flat(item, depth + 1) for item in said[:10]]
    return [_flat(item, depth + 1) for item in value[:10]] if isinstance(value, list) else value


def _media(levels: list[dict[str, Any]]) -> tuple[Mapping[str, Any], ...]:
    for level in reversed(levels):
        payload = level.get("payload")
        if isinstance(payload, dict):
            payload = [payload] if _is_media(payload) else payload.get("media")
        if isinstance(payload, list) and payload:
            return tuple(item if isinstance(item, dict) else _media_id(item) for item in payload)
    return ()


def _media_id(item: Json) -> Mapping[str, Any]:
    """Read an entry of an array of bare ids; what is not even that keeps its place in the order."""
    found = id_of(item)
    return {"id": found} if found else {"error": sentence_of(item) or "Publer sent nothing for this file."}


def _is_media(value: Mapping[str, Any]) -> bool:
    return bool(id_of(value.get("id"))) and bool(
        {"path", "thumbnail", "thumbnails", "validity"} & value.keys()
    )


def _raw(body: Json) -> str:
    """Write down the beginning; an answer about 500 posts is a hundred times as long as what is kept."""
    written = ""
    try:
        for piece in json.JSONEncoder(ensure_ascii=False).iterencode(body):
            written += piece
            if len(written) > RAW_LIMIT:
                break
    except (RecursionError, ValueError):
        return ""
    return clean(written, RAW_LIMIT)
