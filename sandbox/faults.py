"""What can go wrong on the way: which fault meets which request, and how it changes the answer."""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

from sandbox.answers import BLOCKED, HTML, JSON, RATE_LIMITED, Answer
from sandbox.forms import Json

Broken = Literal["slow", "cut_off", "truncated", "wrong_json", "html", "empty", "no_job_id", "huge"]
"""What spoils an answer to a request that is processed all the same."""
Instead = Literal[
    "rate_limited",
    "server_error",
    "bad_gateway",
    "unavailable",
    "blocked_by_cdn",
    "unknown_error",
    "answer",
]
Kind = Literal["refuse", "reset", "hang", Broken, Instead]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One misfortune, and the requests that it meets.

    It is chosen by ``number`` (the n-th request of all, from 1), or by ``method`` and ``path`` (a glob
    below the base path: ``/posts/schedule/publish``, ``/job_status/*``, ``/github/*``) and ``nth`` (the
    n-th such request since the fault was set, from 1). It then meets ``times`` requests on end; 0: all.
    Of two faults for one request the one that was set first happens.

    ==============  ===================================================================================
    refuse          the port is shut, new connections get ECONNREFUSED, idle ones are closed. It opens
                    again after ``seconds`` on the sandbox's clock (None: by ``Sandbox.open_door``).
                    A listener cannot see what it refuses, so: with ``number`` n the port is shut
                    before request n (while request n-1 is answered; at once for 1); with ``method`` and
                    ``path`` it is shut while the chosen request is answered, to refuse the next.
    reset           RST (linger 0) instead of an answer
    hang            nothing for ``seconds`` (real ones; None: until released). Then the answer, if the
                    client is still there; if it is gone and ``when`` is before, nothing is processed
    slow            the answer byte by byte over ``seconds``
    cut_off         the connection ends in the middle of the body
    truncated       a complete answer whose JSON ends in the middle
    wrong_json      JSON of another shape (``body`` if given)
    html            200 with an HTML page
    empty           200 with nothing in it
    no_job_id       the true answer without any job id
    huge            a body of ``size`` bytes
    rate_limited    429; ``headers`` as given (none by default)
    server_error    500; bad_gateway: 502 with HTML; unavailable: 503
    blocked_by_cdn  403 with HTML that says 1010; unknown_error: 520 with HTML
    answer          ``status``, ``headers`` and ``body`` as given
    ==============  ===================================================================================

    ``when`` says whether the request is processed: ``before`` (it is not) or ``after`` (it is, and only
    the answer suffers). By default: after for what spoils an answer, before for the rest.
    """

    kind: Kind
    method: str = "*"
    path: str = "*"
    nth: int = 1
    times: int = 1
    number: int | None = None
    when: Literal["before", "after", ""] = ""
    seconds: float | None = 1.0
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    size: int = 64 * 1024 * 1024

    def is_processed(self) -> bool:
        """Whether a request that meets this fault takes effect all the same."""
        return self.when == "after" or (self.when == "" and self.kind in get_args(Broken))

    def matches(self, method: str, path: str) -> bool:
        return fnmatch.fnmatchcase(method, self.method) and fnmatch.fnmatchcase(path, self.path)


@dataclass(slots=True)
class _Armed:
    fault: Fault
    left: int
    seen: int = 0


class FaultPlan:
    """The faults still to come. Not safe for threads: the owner holds the lock."""

    def __init__(self, faults: tuple[Fault, ...] = ()) -> None:
        self._armed: list[_Armed] = []
        self.add(faults)

    def add(self, faults: tuple[Fault, ...]) -> None:
        self._armed.extend(_Armed(fault, fault.times) for fault in faults)

    def clear(self) -> None:
        self._armed.clear()

    def pick(self, number: int, method: str, path: str) -> Fault | None:
        """The fault that meets this request; the first that was set wins. Counts the request for all."""
        chosen: Fault | None = None
        for armed in self._armed:
            fault = armed.fault
            if fault.kind == "refuse" and fault.number is not None:
                continue
            if fault.number is not None:
                due = fault.number <= number < fault.number + (fault.times or number)
            elif fault.matches(method, path):
                armed.seen += 1
                due = armed.seen >= fault.nth
            else:
                due = False
            if due and chosen is None and (armed.left > 0 or fault.times == 0):
                armed.left -= 1
                chosen = fault
        return chosen

    def refusal_before(self, number: int) -> Fault | None:
        """The ``refuse`` that shuts the port before the request of this number, if any; spent with it."""
        for armed in self._armed:
            if armed.fault.kind == "refuse" and armed.fault.number == number and armed.left > 0:
                armed.left -= 1
                return armed.fault
        return None


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
        body = fault.body or body
        return Answer(status=status, body=body.encode(), headers=fault.headers, content_type=content_type)
    if fault.kind == "answer":
        return Answer(status=fault.status, body=fault.body.encode(), headers=fault.headers)
    if fault.kind == "truncated":
        return replace(answer, body=answer.body[: max(1, len(answer.body) // 2)])
    if fault.kind == "wrong_json":
        return replace(answer, body=(fault.body or _WRONG).encode())
    if fault.kind == "empty":
        return replace(answer, body=b"")
    if fault.kind == "no_job_id" and b'"job_id"' in answer.body:
        document = json.loads(answer.body, object_hook=_without_job_id)
        return replace(answer, body=json.dumps(document).encode())
    if fault.kind == "huge":
        return replace(answer, body=b'{"padding":"' + b"x" * max(0, fault.size - 14) + b'"}')
    return answer


def _without_job_id(value: dict[str, Json]) -> dict[str, Json]:
    return {key: item for key, item in value.items() if key != "job_id"}
