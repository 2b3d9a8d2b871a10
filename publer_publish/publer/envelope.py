"""The forms in which Publer wraps an answer: bare, under its own name, within ``data``, and both again."""

from __future__ import annotations

from typing import Any

from publer_publish.publer.errors import UNREADABLE, LostError
from publer_publish.publer.model import Json
from publer_publish.publer.sentences import sentence_of


def holders(body: Json, name: str) -> list[Any]:
    """List where an answer may stand: at the top, under its name, within ``data``, or both."""
    if not isinstance(body, dict):
        return [body]
    data = body.get("data")
    return [body, body.get(name), data, data.get(name) if isinstance(data, dict) else None]


def objects_of(body: Json, name: str) -> list[dict[str, Any]]:
    """Find the list of that name. Raises LostError where there is none, or where it holds anything else.

    Nor is it one with an error beside it: what it lacks may be there all the same.
    """
    if isinstance(body, dict) and (body.get("success") is False or body.get("error") or body.get("errors")):
        raise unreadable(f"the list of {name}", body)
    for holder in holders(body, name):
        if isinstance(holder, list):
            if not all(isinstance(item, dict) for item in holder):
                raise unreadable(f"the list of {name}", body)
            return holder
    raise unreadable(f"the list of {name}", body)


def unreadable(what: str, body: Json) -> LostError:
    """Make the error about an answer of an unknown form, with what it says."""
    said = sentence_of(body) if isinstance(body, dict) else ""
    quoted = f" It said: {said}" if said else ""
    return LostError(
        f"Publer's answer about {what} could not be read: it has another form.{quoted}", hint=UNREADABLE
    )
