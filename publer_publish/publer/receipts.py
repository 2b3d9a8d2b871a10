"""What Publer gives for what was sent to it: the media object of a file, the id of a job -> values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from publer_publish.errors import ServiceError
from publer_publish.publer.envelope import holders, unreadable
from publer_publish.publer.errors import LostError
from publer_publish.publer.model import Json
from publer_publish.publer.sentences import sentence_of
from publer_publish.publer.values import id_of

_MAX_JOB_ID = 128


def read_media(body: Json) -> Mapping[str, Any]:
    """Read the media object of an upload, as Publer sent it; ``id`` is text."""
    candidates = [*holders(body, "media"), *(body[:1] if isinstance(body, list) else [])]
    for holder in candidates:
        if isinstance(holder, dict) and (found := id_of(holder.get("id"))):
            return {**holder, "id": found}
    said = sentence_of(body)
    if said:
        raise ServiceError(
            f"Publer did not keep the file: {said}",
            hint="Its sentence says why; the same file can be tried in Publer itself.",
        )
    raise unreadable("the uploaded file", body)


def read_job_id(body: Json) -> str:
    """Read the id of a job that was just started: at ``job_id``, or within ``data`` or ``job``.

    A 2xx without one (seen when Publer ignored a body it did not understand) raises LostError:
    whether anything was started is not known.
    """
    places = [body]
    if isinstance(body, dict):
        places += [body.get("data"), body.get("job")]
    for holder in places:
        if isinstance(holder, dict):
            found = id_of(holder.get("job_id")) or (id_of(holder.get("id")) if holder is not body else "")
            if found and len(found) <= _MAX_JOB_ID and all(char.isalnum() or char in "-_" for char in found):
                return found
    said = sentence_of(body)
    quoted = f" It said: {said}" if said else ""
    raise LostError(
        f"Publer answered without a job id, so nobody knows whether it took the request.{quoted}",
        hint="Look in Publer before sending it again.",
    )
