"""What may follow a post on an account: comments, shares, its end. From the pages on post callbacks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_UNITS = frozenset({"Minute", "Hour", "Day", "Week"})
_MOST_COMMENTS = 25
_COMMENT_KEYS = frozenset({"text", "language", "media", "delay", "conditions"})
_COMMENT_MEDIA = frozenset({"photo", "image", "video", "gif"})


def wrong_followup(target: Mapping[str, Any]) -> str | None:
    """The sentence against what an entry of ``accounts`` asks for afterwards, or None."""
    return (
        _comments(target.get("comments", [])) or _share(target.get("share")) or _delete(target.get("delete"))
    )


def _comments(comments: object) -> str | None:
    if not isinstance(comments, list):
        return "Comments are not valid"
    if len(comments) > _MOST_COMMENTS:
        return f"At most {_MOST_COMMENTS} comments are allowed"
    return next(filter(None, map(_comment, comments)), None)


def _comment(comment: object) -> str | None:
    if not isinstance(comment, dict) or not isinstance(comment.get("text", ""), str):
        return "Comments are not valid"
    media = comment.get("media")
    if not comment.get("text") and media is None:
        return "Comments need a text"
    if media is not None and not (isinstance(media, dict) and media.get("type", "photo") in _COMMENT_MEDIA):
        return "The media of a comment are not valid"
    if not comment.keys() <= _COMMENT_KEYS or not _is_timed(comment):
        return "Comments are not valid"
    return None


def _share(share: object) -> str | None:
    if share is None:
        return None
    is_valid = (
        isinstance(share, dict)
        and isinstance(share.get("account_ids"), list)
        and bool(share["account_ids"])
        and _is_timed(share)
        and _is_duration(share.get("after"))
    )
    return None if is_valid else "Share is not valid"


def _delete(delete: object) -> str | None:
    if delete is None:
        return None
    is_valid = isinstance(delete, dict) and isinstance(delete.get("hide", False), bool) and _is_timed(delete)
    return None if is_valid else "Delete is not valid"


def _is_timed(value: Mapping[str, Any]) -> bool:
    """By ``delay``, the older form, or by ``conditions``; or not at all."""
    return _is_duration(value.get("delay")) and _are_conditions(value.get("conditions"))


def _is_duration(value: object) -> bool:
    if value is None:
        return True
    amount = value.get("duration") if isinstance(value, dict) else None
    return (
        isinstance(value, dict)
        and isinstance(amount, int | float)
        and not isinstance(amount, bool)
        and value.get("unit") in _UNITS
    )


def _are_conditions(value: object) -> bool:
    if value is None:
        return True
    clauses = value.get("clauses") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(clauses, dict):
        return False
    if value.get("relation", "AND") not in {"AND", "OR"} or not _is_duration(clauses.get("age")):
        return False
    compared = [clauses[key] for key in ("engagements", "reach") if key in clauses]
    return all(isinstance(one, dict) and one.get("comparison") in {"gt", "lt"} for one in compared)
