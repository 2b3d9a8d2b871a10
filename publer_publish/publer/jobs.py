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

FAILURE_KEYS = ("failure", "failures", "error", "errors")
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
        message=_message(levels) if state is JobState.FAILED or not entries else "",
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
    """Publer's sentence about the whole job; what it says of failures is in the entries."""
    for level in reversed(levels):
        payload = level.get("payload")
        inner = payload.get("message") if isinstance(payload, dict) else payload
        said = [level.get(key) for key in ("failure", "error", "errors", "message")]
        if found := first(map(sentence_of, (*said, inner))):
            return found
    return ""


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
    try:
        return one_line(json.dumps(body, ensure_ascii=False)[: 2 * RAW_LIMIT], RAW_LIMIT)
    except RecursionError:
        return ""


def entries_of(levels: list[dict[str, Any]]) -> Iterator[JobEntry]:
    """Yield what every level of the answer says, its payload first. Raises LostError if it is too deep."""
    for level in levels:
        yield from _walk(level.get("payload"), 0)
        for key, value in level.items():
            if key in FAILURE_KEYS and isinstance(value, dict | list):
                yield from _failures(value, 0)
            elif key not in _ENVELOPE and isinstance(value, dict | list):
                yield from _walk(value, 0)


def _walk(node: Json, depth: int) -> Iterator[JobEntry]:
    """Yield an entry for whatever speaks of an account, a post or a failure."""
    check_depth(depth)
    if isinstance(node, str):
        yield from _from_text(node)
    elif isinstance(node, list):
        for item in node:
            yield from _walk(item, depth + 1)
    elif isinstance(node, dict):
        yield from _walk_object(node, depth)


def _walk_object(node: dict[str, Any], depth: int) -> Iterator[JobEntry]:
    listed = [key for key in ("failure", "error", "errors") if _is_list_of_failures(node.get(key))]
    if _ENTRY_KEYS & (node.keys() - set(listed)) or word_of(node.get("type")) in FAILED_WORDS:
        entry = _entry(node)
        if entry.verdict is not Verdict.UNKNOWN or entry.account_id or entry.account_name or entry.message:
            yield entry
    for key, value in node.items():
        if key == "failures" or key in listed:
            yield from _failures(value, depth + 1)
        elif key in ("post_ids", "ids") and isinstance(value, list):
            yield from _ids(value)
        elif key == "post" and isinstance(value, dict):
            # The entry has read the post itself and its details; what else hangs on it may speak, too.
            inner = [one for name, one in value.items() if name != "details" and isinstance(one, dict | list)]
            yield from _walk(inner, depth + 1)
        elif key not in FAILURE_KEYS and isinstance(value, dict | list):
            yield from _walk(value, depth + 1)


def _is_list_of_failures(value: Json) -> bool:
    """Whether it holds several failures, each with an account of its own, or the sentences of one."""
    return isinstance(value, list) and any(isinstance(item, dict) for item in value)


def _from_text(text: str) -> Iterator[JobEntry]:
    """Keep a sentence in the place of an entry: it says something, although not about whom."""
    if len(text.split()) > 1:
        yield JobEntry(verdict=Verdict.UNKNOWN, message=one_line(text))


def _ids(values: list[Any]) -> Iterator[JobEntry]:
    for value in values:
        if isinstance(value, dict | list):
            yield from _walk(value, 1)
        elif found := id_of(value):
            yield JobEntry(verdict=Verdict.UNKNOWN, post=ListedPost(id=found, account_id="", state=""))


def _failures(node: Json, depth: int) -> Iterator[JobEntry]:
    """Read ``failures``: an object keyed by post, or a list; of lists, objects or sentences."""
    check_depth(depth)
    if isinstance(node, list):
        for item in node:
            yield from _failures(item, depth + 1) if isinstance(item, list) else _failure_item(item, depth)
    elif isinstance(node, dict):
        if _FAILURE_FIELDS & node.keys() or _ENTRY_KEYS & node.keys():
            yield from _failure_item(node, depth)
        else:
            for item in node.values():
                if isinstance(item, list) or item not in (None, "", {}):
                    yield from _failures(item, depth + 1)
    elif is_failure(node):
        yield JobEntry(verdict=Verdict.FAILED, message=sentence_of(node))


def _failure_item(item: Json, depth: int) -> Iterator[JobEntry]:
    """Every element of a list of failures is one, even an empty one."""
    if not isinstance(item, dict):
        yield JobEntry(verdict=Verdict.FAILED, message=sentence_of(item))
        return
    inner = item.get("failure")
    if _FAILURE_FIELDS & item.keys() or _ENTRY_KEYS & item.keys() or not item:
        yield _named(Verdict.FAILED, item, inner, message=sentence_of(inner) or sentence_of(item))
        for value in item.values():
            if isinstance(value, list):
                yield from _walk(value, depth + 1)
    else:
        yield from _failures(item, depth + 1)


def _entry(node: dict[str, Any]) -> JobEntry:
    failure, raw_post = node.get("failure"), node.get("post")
    bare_post = raw_post is None and bool({"account_id", "state"} & node.keys())
    source = raw_post if isinstance(raw_post, dict) else node if bare_post else {}
    post = post_of(source) if source else None
    message = first(sentence_of(node.get(key)) for key in ("failure", "error", "errors"))
    if _entry_failed(node):
        said = message or error_of(source) or sentence_of(node.get("message"))
        # A live post beside a failure is a contradiction: the list of posts decides.
        verdict = Verdict.UNKNOWN if post and post.is_live else Verdict.FAILED
        named = post if post and post.id else None
        return _named(verdict, node, failure, source, message=said, post=named)
    verdict, why = _verdict(node, source, post)
    if verdict is Verdict.UNKNOWN and not why:
        why = sentence_of(node.get("message"))
    return _named(verdict, node, source, message=why, post=post)


def _entry_failed(node: Mapping[str, Any]) -> bool:
    words = {word_of(node.get(key)) for key in ("status", "state", "type")}
    said_no = is_no(node.get("success")) or any(
        is_failure(node.get(key)) for key in ("failure", "error", "errors")
    )
    return said_no or bool(words & FAILED_WORDS)


def _verdict(
    node: Mapping[str, Any], source: Mapping[str, Any], post: ListedPost | None
) -> tuple[Verdict, str]:
    """Only a state that says so makes a post published; without one, an id and a success or a link do.

    But no link does beside a status that says something else.
    """
    if post is None:
        return Verdict.UNKNOWN, ""
    trouble = sentence_of([source.get(key) for key in FAILURE_KEYS]) or error_of(source)
    if post.is_live and post.id:
        # A live post that carries an error contradicts itself: the list of posts decides.
        return (Verdict.UNKNOWN, trouble) if trouble else (Verdict.PUBLISHED, "")
    # Declined is final. Pending, reauth and locked may still go out: "failed" would invite a second post.
    if (
        post.state in FAILED_WORDS
        or post.state.endswith(("_failed", "_declined"))
        or (trouble and not post.state)
    ):
        return Verdict.FAILED, trouble or f"Publer lists the post as {post.state}."
    if post.is_live:
        return Verdict.UNKNOWN, trouble or "Publer says that it is published, but names no post."
    if post.state:
        return (
            Verdict.UNKNOWN,
            trouble or f"Publer lists the post as {post.state}, not as published.",
        )
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


_DEEPEST = 40


def is_failure(value: Json) -> bool:
    """Whether a value says that something failed: ``error: null`` and ``failures: []`` do not."""
    return value not in (None, False, "", 0) and value not in ({}, [])


def is_no(success: Json) -> bool:
    """Whether ``success`` denies it: as JSON does, or as text or a number."""
    return (isinstance(success, int) and not success) or word_of(success) in ("false", "no")


def check_depth(depth: int) -> None:
    """Raise LostError before an answer of nothing but brackets exhausts the stack."""
    if depth > _DEEPEST:
        raise LostError(
            "Publer's answer about the job could not be read: it is nested too deeply.", hint=UNREADABLE
        )
