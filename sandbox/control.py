"""``/_sandbox/``: the handles of the sandbox for another process, and the page for people."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sandbox import page
from sandbox.answers import HTML, Answer, Call, ok, parsed_json, refused
from sandbox.faults import Fault
from sandbox.jsonform import FormError, from_json, to_json
from sandbox.scenario import Scenario

if TYPE_CHECKING:
    from sandbox.server import Sandbox

_CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PAGE_HEADERS = {
    "Content-Security-Policy": _CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def answer(sandbox: Sandbox, call: Call) -> Answer:
    """Answer ``/`` and everything below ``/_sandbox/``.

    ==========================  ======================================================================
    GET  /_sandbox/media/ID     an uploaded picture, for the page
    GET  /_sandbox/record       requests, published, uploads, imports, surprises
    GET  /_sandbox/scenario     the scenario as it is now
    POST /_sandbox/scenario     go on under another scenario (its JSON form)
    POST /_sandbox/reset        start afresh; with a scenario as body, or with the present one
    POST /_sandbox/faults       add faults: a list of them (see ``Fault``)
    POST /_sandbox/clear        drop all faults that are still to come
    POST /_sandbox/release      let go of what hangs
    POST /_sandbox/door         {"open": true|false}
    POST /_sandbox/advance      {"seconds": n}; needs a sandbox on a virtual clock
    ==========================  ======================================================================
    """
    if call.method == "GET":
        return _look(sandbox, call.path)
    action = _ACTIONS.get(call.path)
    if call.method != "POST" or action is None:
        return refused(404, "Not found")
    if call.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        return refused(415, "Content-Type must be application/json")
    try:
        action(sandbox, parsed_json(call.body or b"null"))
    except (FormError, TypeError, ValueError) as problem:
        return refused(400, str(problem))
    return ok({"done": True})


def _look(sandbox: Sandbox, path: str) -> Answer:
    if path == "/":
        text = page.render(sandbox.record, sandbox.scenario, pictures=sandbox.world.pictures.ids())
        return Answer(
            status=200, body=text.encode("utf-8", "replace"), headers=_PAGE_HEADERS, content_type=HTML
        )
    if path == "/_sandbox/page.css":
        return Answer(status=200, body=page.style().encode(), headers=_PAGE_HEADERS, content_type="text/css")
    if path.startswith(page.PICTURES):
        found = sandbox.world.pictures.get(path.removeprefix(page.PICTURES))
        if found is not None:
            return Answer(status=200, body=found[0], headers=_PAGE_HEADERS, content_type=found[1])
    if path == "/_sandbox/record":
        return ok(to_json(sandbox.record))
    if path == "/_sandbox/scenario":
        return ok(sandbox.scenario.to_json())
    return refused(404, "Not found")


def _scenario(sandbox: Sandbox, body: Any) -> None:  # noqa: ANN401  any JSON value
    sandbox.change(Scenario.from_json(body))


def _reset(sandbox: Sandbox, body: Any) -> None:  # noqa: ANN401  any JSON value
    sandbox.reset(Scenario.from_json(body) if body else None)


def _faults(sandbox: Sandbox, body: Any) -> None:  # noqa: ANN401  any JSON value
    sandbox.add_faults(*from_json(tuple[Fault, ...], body, "faults"))


def _clear(sandbox: Sandbox, _body: Any) -> None:  # noqa: ANN401  any JSON value
    sandbox.clear_faults()


def _release(sandbox: Sandbox, _body: Any) -> None:  # noqa: ANN401  any JSON value
    sandbox.release_hangs()


def _door(sandbox: Sandbox, body: Any) -> None:  # noqa: ANN401  any JSON value
    if not isinstance(body, dict) or not isinstance(body.get("open"), bool):
        raise FormError("door: {'open': true} or {'open': false} is needed")
    if body["open"]:
        sandbox.open_door()
    else:
        sandbox.shut_door()


def _advance(sandbox: Sandbox, body: Any) -> None:  # noqa: ANN401  any JSON value
    if not isinstance(body, dict) or not isinstance(body.get("seconds"), int | float):
        raise FormError("advance: {'seconds': n} is needed")
    sandbox.advance(body["seconds"])


_ACTIONS: dict[str, Callable[[Sandbox, Any], None]] = {
    "/_sandbox/scenario": _scenario,
    "/_sandbox/reset": _reset,
    "/_sandbox/faults": _faults,
    "/_sandbox/clear": _clear,
    "/_sandbox/release": _release,
    "/_sandbox/door": _door,
    "/_sandbox/advance": _advance,
}
