"""How a fault changes what is answered."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sandbox.answers import HTML, Answer
from sandbox.faults import Fault
from sandbox.publer_api import RATE_LIMITED

HTML_PAGE = b"""<!DOCTYPE html>
<html><head><title>Publer</title></head>
<body><h1>We'll be right back</h1><p>Scheduled maintenance.</p></body></html>
"""
BAD_GATEWAY = b"""<html>
<head><title>502 Bad Gateway</title></head>
<body><center><h1>502 Bad Gateway</h1></center><hr><center>cloudflare</center></body>
</html>
"""


def spoil(fault: Fault, answer: Answer) -> Answer:
    """The answer that the client gets instead. Faults of the connection itself leave it as it is."""
    change = _CHANGES.get(fault.kind)
    return answer if change is None else change(fault, answer)


def _truncated(_fault: Fault, answer: Answer) -> Answer:
    return replace(answer, body=answer.body[: max(1, len(answer.body) // 2)])


def _wrong_json(fault: Fault, answer: Answer) -> Answer:
    return replace(answer, body=(fault.body or '["unexpected", 42, {"nothing": null}]').encode())


def _html(_fault: Fault, _answer: Answer) -> Answer:
    return Answer(status=200, body=HTML_PAGE, content_type=HTML)


def _empty(_fault: Fault, answer: Answer) -> Answer:
    return replace(answer, body=b"")


def _no_job_id(_fault: Fault, answer: Answer) -> Answer:
    try:
        document = json.loads(answer.body)
    except ValueError:
        return answer
    return replace(answer, body=json.dumps(_without_job_id(document)).encode())


def _without_job_id(value: Any) -> Any:  # noqa: ANN401  any JSON value
    if isinstance(value, dict):
        return {key: _without_job_id(item) for key, item in value.items() if key != "job_id"}
    return value


def _huge(fault: Fault, answer: Answer) -> Answer:
    begin, end = b'{"padding":"', b'"}'
    return replace(answer, body=begin + b"x" * max(0, fault.size - len(begin) - len(end)) + end)


def _redirect(fault: Fault, _answer: Answer) -> Answer:
    return Answer(status=302, body=b"", headers={"Location": fault.location})


def _rate_limited(fault: Fault, _answer: Answer) -> Answer:
    return Answer(status=429, body=fault.body.encode() or RATE_LIMITED, headers=fault.headers)


def _server_error(fault: Fault, _answer: Answer) -> Answer:
    body = fault.body or '{"errors":["Internal server error"]}'
    return Answer(status=500, body=body.encode(), headers=fault.headers)


def _bad_gateway(_fault: Fault, _answer: Answer) -> Answer:
    return Answer(status=502, body=BAD_GATEWAY, content_type=HTML)


def _unavailable(fault: Fault, _answer: Answer) -> Answer:
    return Answer(status=503, body=fault.body.encode(), headers=fault.headers, content_type="text/plain")


def _answer(fault: Fault, _answer: Answer) -> Answer:
    return Answer(status=fault.status, body=fault.body.encode(), headers=fault.headers)


_CHANGES: dict[str, Callable[[Fault, Answer], Answer]] = {
    "truncated": _truncated,
    "wrong_json": _wrong_json,
    "html": _html,
    "empty": _empty,
    "no_job_id": _no_job_id,
    "huge": _huge,
    "redirect": _redirect,
    "rate_limited": _rate_limited,
    "server_error": _server_error,
    "bad_gateway": _bad_gateway,
    "unavailable": _unavailable,
    "answer": _answer,
}
