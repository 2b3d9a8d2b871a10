"""What a job's answer says about single accounts, posts and failures, wherever in it that stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from publer_publish.publer.job_words import (
    COMPLETE_WORDS,
    FAILED_WORDS,
    FAILURE_FIELDS,
    FAILURE_KEYS,
    check_depth,
    is_failure,
    is_no,
)
from publer_publish.publer.model import Json
from publer_publish.publer.model_posts import LIVE_STATES, JobEntry, LivePost, Verdict
from publer_publish.publer.posts import post_of
from publer_publish.publer.sentences import clean, sentence_of
from publer_publish.publer.values import first, id_of, word_of

_ENTRY_KEYS = frozenset({"post", "failure", "error", "errors", "status", "state", "account_id", "success"})
_ENVELOPE = frozenset(
    {"data", "result", "plan", "status", "success", "message", "id", "job_id", "type", "payload"}
)


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
            # The entry has read the post itself; what else hangs on it may speak, too.
            yield from _walk([inner for inner in value.values() if isinstance(inner, dict | list)], depth + 1)
        elif key not in FAILURE_KEYS and isinstance(value, dict | list):
            yield from _walk(value, depth + 1)


def _is_list_of_failures(value: Json) -> bool:
    """Tell several failures, each with an account of its own, from the sentences of one."""
    return isinstance(value, list) and any(isinstance(item, dict) for item in value)


def _from_text(text: str) -> Iterator[JobEntry]:
    """Keep a sentence that stands in the place of an entry: it says something, if not of whom."""
    if len(text.split()) > 1:
        yield JobEntry(verdict=Verdict.UNKNOWN, message=clean(text))


def _ids(values: list[Any]) -> Iterator[JobEntry]:
    for value in values:
        if isinstance(value, dict | list):
            yield from _walk(value, 1)
        elif found := id_of(value):
            yield JobEntry(verdict=Verdict.UNKNOWN, post=LivePost(id=found, account_id="", state=""))


def _failures(node: Json, depth: int) -> Iterator[JobEntry]:
    """Read ``failures``: an object keyed by post, or a list; of lists, objects or sentences."""
    check_depth(depth)
    if isinstance(node, list):
        for item in node:
            yield from _failures(item, depth + 1) if isinstance(item, list) else _failure_item(item, depth)
    elif isinstance(node, dict):
        if FAILURE_FIELDS & node.keys() or _ENTRY_KEYS & node.keys():
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
    if FAILURE_FIELDS & item.keys() or _ENTRY_KEYS & item.keys() or not item:
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
    message = next(
        (said for key in ("failure", "error", "errors") if (said := sentence_of(node.get(key)))), ""
    )
    if _entry_failed(node):
        said = message or sentence_of(source.get("error")) or sentence_of(node.get("message"))
        # A live post beside a failure is a contradiction: the list of posts decides.
        verdict = Verdict.UNKNOWN if post and post.state in LIVE_STATES else Verdict.FAILED
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
    node: Mapping[str, Any], source: Mapping[str, Any], post: LivePost | None
) -> tuple[Verdict, str]:
    """Only a state that says so makes a post published; without one, an id and a success or a link do.

    But no link does beside a status that says something else.
    """
    if post is None:
        return Verdict.UNKNOWN, ""
    trouble = sentence_of([source.get(key) for key in FAILURE_KEYS])
    if post.state in LIVE_STATES and post.id:
        # A live post that carries an error contradicts itself: the list of posts decides.
        return (Verdict.UNKNOWN, trouble) if trouble else (Verdict.PUBLISHED, "")
    # Declined is final. Pending, reauth and locked may still go out: "failed" would invite a second post.
    if (
        post.state in FAILED_WORDS
        or post.state.endswith(("_failed", "_declined"))
        or (trouble and not post.state)
    ):
        return Verdict.FAILED, trouble or f"Publer lists the post as {clean(post.state, 60)}."
    if post.state in LIVE_STATES:
        return Verdict.UNKNOWN, trouble or "Publer says that it is published, but names no post."
    if post.state:
        return (
            Verdict.UNKNOWN,
            trouble or f"Publer lists the post as {clean(post.state, 60)}, not as published.",
        )
    status = word_of(node.get("status"))
    linked = post.link and (not status or status in COMPLETE_WORDS | LIVE_STATES)
    evident = bool(post.id and (linked or (status in COMPLETE_WORDS and isinstance(node.get("post"), dict))))
    return (Verdict.PUBLISHED, "") if evident else (Verdict.UNKNOWN, "")


def _named(verdict: Verdict, *sources: Json, message: str, post: LivePost | None = None) -> JobEntry:
    """Find whom an entry is about: in itself, its failure or its post; flat or under ``account``."""
    objects = [source for source in sources if isinstance(source, dict)]
    accounts = [account for source in objects if isinstance(account := source.get("account"), dict)]
    return JobEntry(
        verdict=verdict,
        account_id=first(id_of(source.get("account_id")) for source in objects)
        or first(id_of(account.get("id")) for account in accounts),
        account_name=clean(
            first(_text(source.get("account_name")) for source in objects)
            or first(_text(account.get("name")) for account in accounts),
            200,
        ),
        provider=first(
            word_of(source.get(key)) for source in [*objects, *accounts] for key in ("provider", "network")
        ),
        message=message,
        post=post,
    )


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""
