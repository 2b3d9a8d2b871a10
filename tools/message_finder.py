"""Find every message that the program can show, by reading its source.

A message is what reaches a *sink*: a ``Problem``, an error, a ``Check``, a row of the report. A function that
hands one of its parameters to a sink is a sink itself, so wrappers need no list. What a message takes from
the run becomes a hole with a name; a message that cannot be read is an error here, never left out.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from tools.message_text import GAP, PASSED_ON, Scope, join, pairs, texts

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "publer_publish"

_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Module


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One message and what the program advises with it, holes marked as ``message_text`` marks them."""

    message: str
    hints: tuple[str, ...]
    module: str
    """Below the package, such as ``post.checks``."""
    line: int


@dataclass(frozen=True, slots=True)
class _Sink:
    """Where a callable takes its message and its hint: a keyword, or a position without ``self``."""

    message: tuple[str, int]
    hint: tuple[str, int] = ("hint", -1)
    template: str = GAP
    """What the callable makes of the message: more words around it, perhaps."""
    own_hints: tuple[str, ...] = ()
    """What a wrapper advises whatever the message is."""
    at_least: int = 0
    """Arguments: with fewer it is another callable of the same name."""


_FIRST: dict[str, _Sink] = {
    "Problem": _Sink(("message", -1)),
    "ActionError": _Sink(("message", 0)),
    "Refused": _Sink(("message", 0), ("hint", 1)),
    "SelectorError": _Sink(("message", 0), ("hint", 1)),
    "Check": _Sink(("detail", -1), ("cure", -1)),
    "Result": _Sink(("message", -1)),
    "replace": _Sink(("message", -1)),
    "settle": _Sink(("message", 2)),
    "Doubt": _Sink(("message", 2)),
    "fail": _Sink(("message", 0)),
    "JobEntry": _Sink(("message", -1)),
    "Length": _Sink(("message", -1)),
}
"""The callables with which messages begin; the rest is found."""


_PUBLERS = {
    ("publer.job_entries", "clean(text)"),
    ("publer.job_entries", "sentence_of(node)"),
    ("publer.job_entries", "sentence_of(item)"),
    ("publer.job_entries", "sentence_of(inner) or sentence_of(item)"),
    ("publer.job_entries", "said"),
    ("publer.job_entries", "why"),
    ("publer.jobs", "_message(levels)"),
    ("delivery.deliver", "failure"),
    ("telling", "run.headline"),
}
"""Where Publer's own sentence, or one of these messages, goes on under another name."""


@dataclass(slots=True)
class _Reader:
    sinks: dict[str, _Sink] = field(default_factory=lambda: dict(_FIRST))
    """By name; a function's own module stands before the name, for two may be called the same."""
    found: list[Found] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)


def find(package: Path = PACKAGE) -> list[Found]:
    """Return every message, in the order of the source. Raises ValueError for one that cannot be read."""
    modules = {
        ".".join(path.relative_to(package).with_suffix("").parts): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(package.rglob("*.py"))
    }
    scope = Scope.of(modules)
    reader = _Reader()
    _add_error_classes(reader, modules.values())
    known = -1
    while known != len(reader.sinks):
        known = len(reader.sinks)
        reader.found.clear()
        reader.unreadable.clear()
        for name, tree in modules.items():
            for function, calls, owner in _functions(tree):
                for call in calls:
                    _take(reader, call, function, owner, scope.inside(name, function))
    if reader.unreadable:
        raise ValueError("messages that cannot be read:\n" + "\n".join(reader.unreadable))
    return reader.found


def _add_error_classes(reader: _Reader, trees: Iterable[ast.Module]) -> None:
    """A subclass of a sink without an ``__init__`` of its own takes what its base takes."""
    classes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    for _ in range(4):
        for node in classes:
            base = next((b.id for b in node.bases if isinstance(b, ast.Name) and b.id in reader.sinks), "")
            if base and node.name not in reader.sinks and not _own_init(node):
                reader.sinks[node.name] = reader.sinks[base]


def _own_init(node: ast.ClassDef) -> ast.FunctionDef | None:
    return next((n for n in node.body if isinstance(n, ast.FunctionDef) and n.name == "__init__"), None)


def _functions(tree: ast.Module) -> Iterator[tuple[_Function, list[ast.Call], ast.ClassDef | None]]:
    """Every function with the calls of its own body, and the class that it belongs to."""

    def visit(
        function: _Function, owner: ast.ClassDef | None
    ) -> Iterator[tuple[_Function, list[ast.Call], ast.ClassDef | None]]:
        calls: list[ast.Call] = []
        waiting: list[tuple[ast.AST, ast.ClassDef | None]] = [
            (child, owner) for child in ast.iter_child_nodes(function)
        ]
        while waiting:
            node, inside = waiting.pop(0)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield from visit(node, inside)
                continue
            if isinstance(node, ast.Call):
                calls.append(node)
            inside = node if isinstance(node, ast.ClassDef) else inside
            waiting += [(child, inside) for child in ast.iter_child_nodes(node)]
        yield function, sorted(calls, key=lambda call: (call.lineno, call.col_offset)), owner

    yield from visit(tree, None)


def _take(
    reader: _Reader, call: ast.Call, function: _Function, owner: ast.ClassDef | None, scope: Scope
) -> None:
    name = _callee(call, owner)
    sink = reader.sinks.get(f"{scope.module}:{name}") or (
        None if name.startswith("__") else reader.sinks.get(name)
    )
    if sink is None or len(call.args) + len(call.keywords) < sink.at_least or _is_good_news(call):
        return
    starred = next((arg.value for arg in call.args if isinstance(arg, ast.Starred)), None)
    message, hint = _argument(call, sink.message), _argument(call, sink.hint)
    if message is None and starred is None:
        return
    if _is_wrapper(reader, (message, hint), function, owner, scope):
        return
    for text, hints in _read(message, hint, starred, scope):
        whole = sink.template.replace(GAP, text) if text != PASSED_ON or sink.template == GAP else PASSED_ON
        if whole == PASSED_ON and not _is_passed_on(message, scope):
            reader.unreadable.append(f"{scope.module}:{call.lineno}: {ast.unparse(call)[:100]}")
        elif join(whole).strip():
            said = f"{_title(call, scope)}{whole}" if name == "Check" else whole
            advice = hints or sink.own_hints
            reader.found.append(Found(message=said, hints=advice, module=scope.module, line=call.lineno))


def _is_wrapper(
    reader: _Reader,
    said: tuple[ast.expr | None, ast.expr | None],
    function: _Function,
    owner: ast.ClassDef | None,
    scope: Scope,
) -> bool:
    """Note a function that hands a parameter of its own on, alone or in a sentence, as a sink."""
    message, hint = said
    own = _parameters(function)
    inner = [node for node in ast.walk(message) if isinstance(node, ast.Name)] if message else []
    name = next(
        (n.id for n in inner if n.id in own and not scope.assigned(n.id) and _carries(n, message)), ""
    )
    if not name or message is None or isinstance(function, ast.Module):
        return False
    (template,) = texts(message, replace(scope, bound={name: GAP}))[:1]
    hint_name = hint.id if isinstance(hint, ast.Name) and hint.id in own else "hint"
    public = not function.name.startswith("_")
    key = owner.name if owner and function.name == "__init__" else function.name
    sink = _Sink(
        message=(name, own[name]),
        hint=(hint_name, own.get(hint_name, -1)),
        template=template,
        own_hints=() if hint_name in own else _advice(hint, scope),
        at_least=_required(function),
    )
    reader.sinks.setdefault(f"{scope.module}:{key}", sink)
    if key != function.name or (public and template == GAP):
        reader.sinks.setdefault(key, sink)
    return True


def _carries(name: ast.Name, message: ast.expr | None) -> bool:
    """Whether a parameter is the message, or its main part."""
    parts = message.values if isinstance(message, ast.JoinedStr) else []
    inside = any(isinstance(part, ast.FormattedValue) and part.value is name for part in parts)
    return name is message or (name.id == "message" and inside)


def _is_passed_on(message: ast.expr | None, scope: Scope) -> bool:
    """Whether it is plain where a message without words of its own comes from."""
    attributes = (
        {node.attr for node in ast.walk(message) if isinstance(node, ast.Attribute)} if message else set()
    )
    return (
        bool(attributes & {"message", "error"})
        or (scope.module, ast.unparse(message) if message else "") in _PUBLERS
    )


def _read(
    message: ast.expr | None, hint: ast.expr | None, starred: ast.expr | None, scope: Scope
) -> Iterator[tuple[str, tuple[str, ...]]]:
    together = pairs(starred, scope) if starred is not None else scope.bound_together(message, hint)
    if together is not None:
        for text, advice in together:
            yield text, (advice,) if advice else ()
        return
    hints = _advice(hint, scope)
    if message is not None:
        found = [text for text in texts(message, scope) if text] or [PASSED_ON]
        known = [text for text in found if text != PASSED_ON]
        for text in known or found:
            yield text, hints


def _advice(hint: ast.expr | None, scope: Scope) -> tuple[str, ...]:
    found = texts(hint, scope) if hint is not None else []
    return tuple(one for one in found if one and one != PASSED_ON)


def _title(call: ast.Call, scope: Scope) -> str:
    """What the list of checks puts before the detail."""
    name = _argument(call, ("name", -1))
    found = texts(name, scope) if name is not None else []
    return f"{found[0]}: " if found and found[0] != PASSED_ON else ""


def _callee(call: ast.Call, owner: ast.ClassDef | None) -> str:
    if isinstance(call.func, ast.Name):
        return call.func.id
    if not isinstance(call.func, ast.Attribute):
        return ""
    if call.func.attr == "__init__" and owner is not None:
        return next((base.id for base in owner.bases if isinstance(base, ast.Name)), "")
    return call.func.attr


def _is_good_news(call: ast.Call) -> bool:
    """A ``Check`` that is fine by itself, or a result that is no failure."""
    return any(
        keyword.arg == "ok" and isinstance(keyword.value, ast.Constant) and keyword.value.value is True
        for keyword in call.keywords
    )


def _argument(call: ast.Call, place: tuple[str, int]) -> ast.expr | None:
    name, position = place
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    plain: Sequence[ast.expr] = [arg for arg in call.args if not isinstance(arg, ast.Starred)]
    has_star = len(plain) != len(call.args)
    return plain[position] if 0 <= position < len(plain) and not has_star else None


def _required(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    names = [arg.arg for arg in function.args.args if arg.arg not in {"self", "cls"}]
    return len(names) - len(function.args.defaults)


def _parameters(function: _Function) -> dict[str, int]:
    """Name to position, without ``self``; -1 for those that only a keyword can give."""
    if isinstance(function, ast.Module):
        return {}
    names = [arg.arg for arg in (*function.args.posonlyargs, *function.args.args)]
    if names[:1] in (["self"], ["cls"]):
        names = names[1:]
    return {
        **{name: position for position, name in enumerate(names)},
        **{arg.arg: -1 for arg in function.args.kwonlyargs},
    }
