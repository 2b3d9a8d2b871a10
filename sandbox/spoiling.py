"""How a fault changes what is answered."""

from __future__ import annotations

import json
from dataclasses import replace

from sandbox.answers import BLOCKED, HTML, JSON, RATE_LIMITED, Answer
from sandbox.faults import Fault
from sandbox.forms import Json

_PAGE = """<!DOCTYPE html>
<html><head><title>Publer</title></head>
<body><h1>We'll be right back</h1><p>Scheduled maintenance.</p></body></html>
"""
_GATEWAY = """<html>
<head><title>{0}</title></head>
<body><center><h1>{0}</h1></center><hr><center>cloudflare</center></body>
</html>
"""
_WRONG = '["unexpected", 42, {"nothing": null}]'
_BROKEN = '{"errors":["Internal server error"]}'
_INSTEAD = {
    "html": (200, HTML, _PAGE),
    "redirect": (302, JSON, ""),
    "rate_limited": (429, JSON, RATE_LIMITED),
    "server_error": (500, JSON, _BROKEN),
    "bad_gateway": (502, HTML, _GATEWAY.format("502 Bad Gateway")),
    "blocked_by_cdn": (403, HTML, BLOCKED),
    "unknown_error": (520, HTML, _GATEWAY.format("520: Web server is returning an unknown error")),
    "unavailable": (503, "text/plain", ""),
}
"""Status, content type and body of an answer that has nothing to do with the true one."""


def spoil(fault: Fault, answer: Answer) -> Answer:
    """The answer that the client gets instead. Faults of the connection itself leave it as it is."""
    if fault.kind in _INSTEAD:
        status, content_type, body = _INSTEAD[fault.kind]
        headers = {**fault.headers} | ({"Location": fault.location} if fault.kind == "redirect" else {})
        return Answer(
            status=status, body=(fault.body or body).encode(), headers=headers, content_type=content_type
        )
    if fault.kind == "answer":
        return Answer(status=fault.status, body=fault.body.encode(), headers=fault.headers)
    if fault.kind == "truncated":
        return replace(answer, body=answer.body[: max(1, len(answer.body) // 2)])
    if fault.kind == "wrong_json":
        return replace(answer, body=(fault.body or _WRONG).encode())
    if fault.kind == "empty":
        return replace(answer, body=b"")
    if fault.kind == "no_job_id":
        return replace(answer, body=_without_job_id(answer.body))
    if fault.kind == "huge":
        return replace(answer, body=b'{"padding":"' + b"x" * max(0, fault.size - 14) + b'"}')
    return answer


def _without_job_id(body: bytes) -> bytes:
    def without(value: Json) -> Json:
        if isinstance(value, dict):
            return {key: without(item) for key, item in value.items() if key != "job_id"}
        return value

    try:
        return json.dumps(without(json.loads(body))).encode()
    except ValueError:
        return body
