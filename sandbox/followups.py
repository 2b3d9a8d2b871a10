"""What may follow a post on an account: comments, shares, its end. From the pages on post callbacks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator

from sandbox.forms import Json
from sandbox.networks import WITH_COMMENTS
from sandbox.scenario import Accepts

_DURATION = {
    "type": "object",
    "required": ["duration", "unit"],
    "properties": {
        "duration": {"type": "number"},
        "unit": {"enum": ["Minute", "Hour", "Day", "Week"]},
    },
}
_COMPARED = {
    "type": "object",
    "properties": {"comparison": {"enum": ["gt", "lt"]}},
    "required": ["comparison"],
}
_CONDITIONS = {
    "type": "object",
    "required": ["clauses"],
    "properties": {
        "relation": {"enum": ["AND", "OR"]},
        "clauses": {
            "type": "object",
            "properties": {"age": _DURATION, "engagements": _COMPARED, "reach": _COMPARED},
        },
    },
}
_TIMED = {"delay": _DURATION, "conditions": _CONDITIONS}
"""By ``delay``, the older form, or by ``conditions``; or not at all."""
_MEDIUM = {
    "type": "object",
    "required": ["type", "path"],
    "additionalProperties": False,
    "properties": {
        "type": {"enum": ["photo", "image", "video", "gif"]},
        **{key: {"type": "string"} for key in ("path", "caption", "thumbnail")},
        "thumbnails": {"type": ["object", "array"]},
    },
}
_COMMENT = {
    "type": "object",
    "additionalProperties": False,
    "anyOf": [{"required": ["text"], "properties": {"text": {"minLength": 1}}}, {"required": ["media"]}],
    "properties": {"text": {"type": "string"}, "language": {}, "media": _MEDIUM, **_TIMED},
}
_SHARE = {
    "type": "object",
    "required": ["account_ids"],
    "properties": {"account_ids": {"type": "array", "minItems": 1}, "after": _DURATION, **_TIMED},
}
_DELETE = {"type": "object", "properties": {"hide": {"type": "boolean"}, **_TIMED}}
_SENTENCES: dict[str, tuple[str, dict[str, Any]]] = {
    "Comments are not valid": ("comments", {"type": "array", "maxItems": 25, "items": _COMMENT}),
    "Share is not valid": ("share", _SHARE),
    "Delete is not valid": ("delete", _DELETE),
}


def wrong_followup(target: Mapping[str, Any], network: str, accepts: Accepts) -> str | None:
    """The sentence against what an entry of ``accounts`` asks for afterwards, or None."""
    has_comments = network in WITH_COMMENTS and (network != "instagram" or accepts.comments_on_instagram)
    if target.get("comments") and not has_comments:
        return "Comments are not valid"
    for sentence, (key, form) in _SENTENCES.items():
        if key in target and not (
            Draft202012Validator(form).is_valid(target[key]) and _is_timed(target[key], accepts)
        ):
            return sentence
    return None


def _is_timed(value: Json, accepts: Accepts) -> bool:
    if accepts.timing_of_callbacks == "either":
        return True
    other = {"delay": {"conditions"}, "conditions": {"delay", "after"}}[accepts.timing_of_callbacks]
    return all(not other & one.keys() for one in (value if isinstance(value, list) else [value]))
