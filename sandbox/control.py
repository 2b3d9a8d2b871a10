"""``/_sandbox/``: the handles of the sandbox for another process, and the page for people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox import page
from sandbox.answers import HTML, Answer, Call, ok, parsed_json, refused
from sandbox.engine import Engine
from sandbox.faults import Fault
from sandbox.forms import FormError, Json, from_json, to_json
from sandbox.scenario import Scenario


def answer(engine: Engine, call: Call) -> Answer:
    """Answer ``/`` and everything below ``/_sandbox/``.

    ==========================  ======================================================================
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
        return _look(engine, call.path)
    action = _ACTIONS.get(call.path)
    if call.method != "POST" or action is None:
        return refused(404, "Not found")
    if call.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        return refused(415, "Content-Type must be application/json")
    try:
        action(engine, parsed_json(call.body or b"null"))
    except (FormError, TypeError, ValueError) as problem:
        return refused(400, str(problem))
    return ok({"done": True})


def _look(engine: Engine, path: str) -> Answer:
    if path == "/":
        text = page.render(engine.record, engine.scenario).encode("utf-8", "replace")
        return Answer(status=200, body=text, headers=page.HEADERS, content_type=HTML)
    if path == "/_sandbox/record":
        return ok(to_json(engine.record))
    if path == "/_sandbox/scenario":
        return ok(engine.scenario.to_json())
    return refused(404, "Not found")


def _switched(body: Json, name: str, *kinds: type) -> Json:
    value = body.get(name) if isinstance(body, dict) else None
    if type(value) not in kinds:
        raise FormError(f"{{{name!r}: ...}} is needed, of type {kinds[0].__name__}")
    return value


def _door(engine: Engine, body: Json) -> None:
    if _switched(body, "open", bool):
        engine.open_door()
    else:
        engine.shut_door()


_ACTIONS: dict[str, Callable[[Engine, Any], None]] = {
    "/_sandbox/scenario": lambda engine, body: engine.change(Scenario.from_json(body)),
    "/_sandbox/reset": lambda engine, body: engine.reset(Scenario.from_json(body) if body else None),
    "/_sandbox/faults": lambda engine, body: engine.add_faults(*from_json(tuple[Fault, ...], body, "faults")),
    "/_sandbox/clear": lambda engine, _: engine.clear_faults(),
    "/_sandbox/release": lambda engine, _: engine.release_hangs(),
    "/_sandbox/door": _door,
    "/_sandbox/advance": lambda engine, body: engine.advance(_switched(body, "seconds", int, float)),
}
