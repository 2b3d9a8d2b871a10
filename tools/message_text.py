"""Read the texts that an expression can come to; what depends on the run becomes a hole with a name.

Holes and parts that may be missing are marked by characters that no message contains, so that a message can
be shown to people (``join``) and be turned into a pattern (``pattern``).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

_HOLE, _HOLE_END, _MAYBE, _MAYBE_END = "\ue000", "\ue001", "\ue002", "\ue003"
PASSED_ON = "\ue004"
"""What another place has said: an error that goes on, Publer's own sentence alone."""
GAP = "\ue005"
"""In what a wrapper says: where its caller's words come."""

_MOST = 48
_SHORT = 60
"""Characters up to which a choice inside a message is written out."""

_NAMES = {
    "label": "request",
    "its": "kind",
    "strerror": "reason",
    "listed": "list",
    "allowed": "allowed values",
    "plural": "number",
    "written": "as written",
    "_name": "key",
    "_kind": "kind",
    "_types": "kind",
    "_in_words": "what is missing",
    "_listed": "list",
    "most": "number",
    "used": "number",
    "limit": "limit",
    "size": "number",
    "INPUTS": "default",
    "named": "id",
    "_named": "id",
    "lower": "word",
}
"""Better words for some of the names in the source."""
_TRANSPARENT = {
    "short", "format", "_short", "quoted", "_quoted", "clean", "repr", "str", "one_line", "map", "sorted",
    "_sentence", "join", "min", "max", "abs", "ord", "round", "duration", "file_size", "lower", "strip",
    "rstrip", "removesuffix", "removeprefix", "redact", "fromtimestamp", "next", "cast", "list",
}  # fmt: skip
"""Calls that change only how a value looks: the hole is named after what goes in."""


def hole(name: str) -> str:
    return f"{_HOLE}{name}{_HOLE_END}"


def join(text: str) -> str:
    """Write a text for people: ‹name› for a hole, […] around what may be missing."""
    table: dict[str, str | int | None] = {
        _HOLE: "‹",
        _HOLE_END: "›",
        _MAYBE: "[",
        _MAYBE_END: "]",
        PASSED_ON: "",
    }
    return text.translate(str.maketrans(table))


def pattern(text: str) -> str:
    """Make an expression that matches every message that the text stands for."""
    table = {_MAYBE: "(?:", _MAYBE_END: ")?"}
    pieces = re.split(f"({_HOLE}[^{_HOLE_END}]*{_HOLE_END}|[{_MAYBE}{_MAYBE_END}])", text)
    return "".join(
        "(?s:.*?)" if piece.startswith(_HOLE) else table.get(piece, re.escape(piece)) for piece in pieces
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What names stand for: in one function, its module, and the whole package."""

    module: str = ""
    function: ast.AST | None = None
    constants: Mapping[str, Mapping[str, ast.expr]] = field(default_factory=dict)
    """Module → constant → value, imported ones included."""
    functions: Mapping[str, tuple[tuple[str, ast.AST], ...]] = field(default_factory=dict)
    """Simple name → every function of that name, with its module."""
    bound: Mapping[str, str] = field(default_factory=dict)
    """Names that are known to be certain texts: variables of comprehensions."""
    depth: int = 0

    @classmethod
    def of(cls, modules: Mapping[str, ast.Module]) -> Scope:
        constants = {name: _constants(tree) for name, tree in modules.items()}
        for name, tree in modules.items():
            for node in ast.walk(tree):
                if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("publer_publish."):
                    source = constants.get(str(node.module).removeprefix("publer_publish."), {})
                    constants[name].update(
                        {a.asname or a.name: source[a.name] for a in node.names if a.name in source}
                    )
        functions: dict[str, tuple[tuple[str, ast.AST], ...]] = {}
        for name, tree in modules.items():
            for node in ast.walk(tree):
                if isinstance(node, ast.FunctionDef):
                    functions[node.name] = (*functions.get(node.name, ()), (name, node))
        return cls(constants=constants, functions=functions)

    def inside(self, module: str, function: ast.AST) -> Scope:
        return replace(self, module=module, function=function, bound={}, depth=self.depth + 1)

    def values(self, name: str) -> list[ast.expr]:
        """Return what a name is set to: here, or as a constant."""
        here = [value for target, value in _assignments(self.function) if target == name]
        constant = self.constants.get(self.module, {}).get(name)
        return here or ([constant] if constant is not None else [])

    def assigned(self, name: str) -> bool:
        return any(target == name for target, _ in _assignments(self.function))

    def bound_together(self, message: ast.expr | None, hint: ast.expr | None) -> list[tuple[str, str]] | None:
        """Return the pairs that two names get at once: from a call, or one after the other in a loop."""
        if not isinstance(hint, ast.Name) or message is None or self.function is None:
            return None
        found: list[tuple[str, str]] = []
        seen = False
        for names, source in _unpackings(self.function):
            if hint.id not in names:
                continue
            seen = True
            rows: list[Sequence[str]] = list(pairs(source, self)) if len(names) == 2 else []  # noqa: PLR2004
            for cells in rows or _rows(source, self):
                values = dict(zip(names, cells, strict=True))
                inner = replace(self, bound={**self.bound, **values})
                found += [(whole, values[hint.id]) for whole in texts(message, inner)]
        return found if seen else None

    def returned(self, call: ast.Call) -> list[tuple[Scope, ast.expr]]:
        """Return what a function of ours gives back: its returns and yields."""
        name = _name_of_call(call)
        candidates = self.functions.get(name, ())
        own = [one for one in candidates if one[0] == self.module] or list(candidates)
        if self.depth > 6 or len(own) != 1:  # noqa: PLR2004  (no message is made in more steps)
            return []
        module, function = own[0]
        scope = self.inside(module, function)
        nodes = [n for n in ast.walk(function) if isinstance(n, ast.Return | ast.Yield)]
        return [(scope, node.value) for node in nodes if node.value is not None]


def texts(node: ast.expr, scope: Scope) -> list[str]:
    """Return every text that an expression can come to. An empty list never: what is unknown is a hole."""
    return list(dict.fromkeys(_texts(node, scope)))[:_MOST]


def _texts(node: ast.expr, scope: Scope) -> list[str]:  # noqa: C901, PLR0911, PLR0912  (one branch for each form)
    match node:
        case ast.Constant(value=str(value)):
            return [value]
        case ast.JoinedStr():
            return _product([_piece(value, scope) for value in node.values])
        case ast.BinOp(op=ast.Add()):
            return _product([_texts(node.left, scope), _texts(node.right, scope)])
        case ast.IfExp(
            test=ast.Compare(
                left=ast.Constant(value=str(word)), ops=[ast.In()], comparators=[ast.Name(id=name)]
            )
        ) if name in scope.bound:
            return _texts(node.body if word in scope.bound[name] else node.orelse, scope)
        case ast.IfExp():
            return [*_texts(node.body, scope), *_texts(node.orelse, scope)]
        case ast.BoolOp(op=ast.Or()):
            return [text for value in node.values for text in _texts(value, scope)]
        case ast.Name(id=name) if name in scope.bound:
            return [scope.bound[name]]
        case ast.Name(id=name):
            values = [value for value in scope.values(name) if not _mentions(value, name)]
            return [t for value in values for t in _texts(value, scope)] or [PASSED_ON]
        case ast.Call(func=ast.Attribute(attr="get", value=ast.Name(id=name))) if scope.values(name):
            default = [_texts(node.args[1], scope)] if len(node.args) > 1 else []
            table = [_texts(value, scope) for value in _values_of(scope.values(name)[0])]
            return [text for part in (*table, *default) for text in part]
        case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=int(index))) if scope.values(
            name
        ):
            holder = scope.values(name)[0]
            elements = holder.elts if isinstance(holder, ast.Tuple) else []
            return _texts(elements[index], scope) if index < len(elements) else [PASSED_ON]
        case ast.Subscript(value=ast.Name(id=name)) if scope.values(name):
            table = [_texts(value, scope) for value in _values_of(scope.values(name)[0])]
            return [text for part in table for text in part] or [PASSED_ON]
        case ast.Call(func=ast.Attribute(attr="format", value=template)):
            gap = hole(_hole_name(node.args[0])) if node.args else ""
            return [text.replace("{}", gap) for text in _texts(template, scope)]
        case ast.Call(func=ast.Name(id="clean" | "one_line" | "str"), args=[first, *_]):
            return _texts(first, scope)
        case ast.Call():
            found = [text for inner, value in scope.returned(node) for text in _texts(value, inner)]
            return found or [PASSED_ON]
        case _:
            return [PASSED_ON]


def pairs(node: ast.expr, scope: Scope) -> list[tuple[str, str]]:
    """Return every (message, hint) that an expression can come to."""
    match node:
        case ast.Tuple(elts=[message, hint]):
            hints = [one for one in texts(hint, scope) if one != PASSED_ON]
            return [(text, " / ".join(filter(None, hints))) for text in texts(message, scope)]
        case ast.IfExp():
            return [*pairs(node.body, scope), *pairs(node.orelse, scope)]
        case ast.Name(id=name) if scope.values(name):
            return [pair for value in scope.values(name) for pair in pairs(value, scope)]
        case ast.Call(func=ast.Name(id="next"), args=[ast.GeneratorExp() as generator, *rest]):
            default = pairs(rest[0], scope) if rest else []
            return [*_comprehended(generator, scope), *default]
        case ast.Call():
            return [pair for inner, value in scope.returned(node) for pair in pairs(value, inner)]
        case _:
            return []


def _rows(node: ast.expr, scope: Scope) -> Iterator[list[str]]:
    """Go through the rows of a constant table."""
    for table in scope.values(node.id) if isinstance(node, ast.Name) else ():
        for row in _values_of(table):
            yield [texts(cell, scope)[0] for cell in _values_of(row)]


def _comprehended(generator: ast.GeneratorExp, scope: Scope) -> list[tuple[str, str]]:
    """Go through a constant table as the generator does."""
    loop = generator.generators[0]
    if not (isinstance(loop.target, ast.Tuple) and isinstance(loop.iter, ast.Name)):
        return []
    names = [name.id for name in loop.target.elts if isinstance(name, ast.Name)]
    found = []
    for cells in _rows(loop.iter, scope):
        bound = dict(zip(names, cells, strict=True))
        found += pairs(generator.elt, replace(scope, bound={**scope.bound, **bound}))
    return found


def _piece(node: ast.expr, scope: Scope) -> list[str]:
    """One part of an f-string: fixed, written out if it is a short choice of ours, else a hole."""
    if not isinstance(node, ast.FormattedValue):
        return _texts(node, scope)
    value = node.value
    if isinstance(value, ast.Name) and value.id in scope.bound:
        return [scope.bound[value.id]]
    if isinstance(value, ast.Name) and (number := _number(value, scope)) is not None:
        return [f"{number:,}"]
    if isinstance(value, ast.Name | ast.IfExp | ast.BoolOp | ast.JoinedStr | ast.BinOp):
        known = texts(value, scope) if _is_ours(value, scope) else [PASSED_ON]
        fixed = [text for text in known if text] if PASSED_ON not in known else []
        if fixed and all(re.search(r"[^\W\d]{2}", re.sub(f"{_HOLE}.*?{_HOLE_END}", "", t)) for t in fixed):
            return _choice(fixed, optional="" in known, name=_hole_name(value))
        if len(fixed) == 1 and "" in known:
            return _choice(fixed, optional=True, name=_hole_name(value))
    return [hole(_hole_name(value))]


def _number(node: ast.expr, scope: Scope) -> int | None:
    """A whole number that a constant stands for, such as ``4 * 1024``."""
    match node:
        case ast.Constant(value=int(number)):
            return number
        case ast.BinOp(op=ast.Mult()):
            left, right = _number(node.left, scope), _number(node.right, scope)
            return left * right if left is not None and right is not None else None
        case ast.Name(id=name) if name.isupper() and len(values := scope.values(name)) == 1:
            return _number(values[0], scope)
        case _:
            return None


def _is_ours(node: ast.expr, scope: Scope) -> bool:
    """Whether the words are written in the source, in this function or as a constant."""
    if isinstance(node, ast.Name):
        return bool(scope.values(node.id)) and all(
            isinstance(one, ast.Constant | ast.JoinedStr | ast.IfExp | ast.BinOp)
            for one in scope.values(node.id)
        )
    return True


def _choice(fixed: list[str], *, optional: bool, name: str) -> list[str]:
    if optional:
        return [f"{_MAYBE}{fixed[0]}{_MAYBE_END}"] if len(fixed) == 1 else [hole(name)]
    if len(fixed) == 1:
        return fixed
    if sum(map(len, fixed)) <= _SHORT and not any(_HOLE in text for text in fixed):
        return [hole("/".join(fixed))]
    return fixed


def _hole_name(node: ast.expr) -> str:  # noqa: C901, PLR0911, PLR0912  (one branch for each form)
    match node:
        case ast.Name(id=name):
            return _NAMES.get(name, name.strip("_").lower().replace("_", " "))
        case ast.Attribute(attr="label"):
            return "network"
        case ast.Attribute(attr="rule"):
            return "limit"
        case ast.Call(func=ast.Name(id="len")):
            return "number"
        case ast.Attribute(attr=name):
            return _NAMES.get(name, name.strip("_").lower().replace("_", " "))
        case ast.Call(args=[first, *_]) if _name_of_call(node) in _TRANSPARENT:
            return _hole_name(first)
        case ast.Call(func=ast.Attribute(value=owner)) if _name_of_call(node) in _TRANSPARENT:
            return _hole_name(owner)
        case ast.Call():
            name = _name_of_call(node)
            return _NAMES.get(name, name.strip("_").replace("_", " "))
        case ast.Subscript(value=value) | ast.Starred(value=value):
            return _hole_name(value)
        case ast.BinOp(op=ast.Sub()):
            return "number"
        case ast.BinOp(left=left):
            return _hole_name(left)
        case ast.BoolOp(values=[first, *_]):
            return _hole_name(first)
        case ast.IfExp(body=body):
            return _hole_name(body)
        case ast.GeneratorExp(elt=element):
            return _hole_name(element)
        case _:
            return "…"


def _name_of_call(call: ast.Call) -> str:
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _product(parts: Iterable[list[str]]) -> list[str]:
    whole = [""]
    for part in parts:
        kept = [text for text in part if text != PASSED_ON] or [hole("…")]
        whole = [before + after for before in whole for after in kept][:_MOST]
    return whole


def _constants(tree: ast.Module) -> dict[str, ast.expr]:
    found: dict[str, ast.expr] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found[node.targets[0].id] = node.value
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            found[node.target.id] = node.value
    return found


def _assignments(function: ast.AST | None) -> list[tuple[str, ast.expr]]:
    """Every plain ``name = value`` of a function, also those in tuples and with ``+=``."""
    found: list[tuple[str, ast.expr]] = []
    for node in ast.walk(function) if function else ():
        if isinstance(node, ast.Assign):
            for target in node.targets:
                found += _bindings(target, node.value)
        elif isinstance(node, ast.NamedExpr):
            found.append((node.target.id, node.value))
    return found


def _bindings(target: ast.expr, value: ast.expr) -> list[tuple[str, ast.expr]]:
    if isinstance(target, ast.Name):
        return [(target.id, value)]
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        both = zip(target.elts, value.elts, strict=True)
        return [pair for one, its in both for pair in _bindings(one, its)]
    return []


def _unpackings(function: ast.AST) -> list[tuple[list[str], ast.expr]]:
    """Every ``a, b = …`` and ``for a, b in …`` of a function, comprehensions included."""
    found: list[tuple[list[str], ast.expr]] = []
    for node in ast.walk(function):
        target: ast.expr | None = None
        if isinstance(node, ast.Assign) and not isinstance(node.value, ast.Tuple):
            target, source = node.targets[0], node.value
        elif isinstance(node, ast.For | ast.comprehension):
            target, source = node.target, node.iter
        if isinstance(target, ast.Tuple):
            found.append(([one.id for one in target.elts if isinstance(one, ast.Name)], source))
    return found


def _values_of(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.Dict):
        return list(node.values)
    return list(node.elts) if isinstance(node, ast.Tuple | ast.List) else []


def _mentions(node: ast.expr, name: str) -> bool:
    return any(isinstance(one, ast.Name) and one.id == name for one in ast.walk(node))
