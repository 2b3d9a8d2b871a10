"""Every name in a template that cannot be right, read from its parsed form.

Only what failed already is looked through: a template that renders is right, whatever it names. Rendering
stops at the first mistake, and all of them are to be told in one run. What is in doubt is not told: names
that the template itself sets or asks about (``is defined``, ``default``), and in a branch what only this run
lacks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import NamedTuple, cast

from jinja2 import nodes

from publer_publish.post.template import errors
from publer_publish.post.template.engine import MAPPING_METHODS, parsed, parsing, uses
from publer_publish.post.template.front import TemplateError
from publer_publish.post.template.tree import asks
from publer_publish.post.template.values import FIELDS, NAMES

_MOST = 20
"""Of one template."""
_DIFFER = ("event", "vars")

_SURE = {
    nodes.If: ("test",),
    nodes.CondExpr: ("test",),
    nodes.And: ("left",),
    nodes.Or: ("left",),
    nodes.For: ("iter",),
    nodes.Macro: (),
    nodes.CallBlock: (),
}
"""The parts of these that are evaluated in any case."""


class _Place(NamedTuple):
    node: nodes.Node
    sure: bool
    """Whether it is evaluated in any case."""


def mistakes(source: str, context: Mapping[str, object]) -> list[TemplateError]:
    """Return what is wrong with the names in a template that has failed; nothing if it cannot be parsed."""
    try:
        return list(islice(_Search(source, context).found(), _MOST))
    except (TemplateError, RecursionError):
        return []


class _Search:
    def __init__(self, source: str, context: Mapping[str, object]) -> None:
        self._source = source
        self._context = context
        self._unknown = uses(source).names - NAMES - context.keys()
        self._places = list(_places(parsed(source).tree.root, sure=True))
        self._left_out = set(self._asked_about()) | set(self._set())
        self._after: dict[str, int] = {}
        """Where the next search for the same words goes on."""

    def found(self) -> Iterator[TemplateError]:
        filters, tests = parsing().filters, parsing().tests
        for node, sure in self._places:
            if isinstance(node, nodes.Name):
                yield from self._name(node)
            elif isinstance(node, nodes.Getattr | nodes.Getitem):
                yield from self._field(node, sure=sure)
            elif isinstance(node, nodes.Filter) and node.name not in filters:
                pattern = errors.whole_word(node.name)
                yield errors.no_filter(node.name, filters, self._find(node, pattern))
            elif isinstance(node, nodes.Test) and node.name not in tests:
                pattern = errors.whole_word(node.name)
                yield errors.no_test(node.name, self._find(node, pattern))

    def _name(self, node: nodes.Name) -> Iterator[TemplateError]:
        if node.name in self._unknown and node.name not in self._left_out:
            offset = self._find(node, errors.name_alone(node.name))
            yield errors.no_name(node.name, NAMES.union(self._context), offset)

    def _field(self, node: nodes.Getattr | nodes.Getitem, *, sure: bool) -> Iterator[TemplateError]:
        path = _path(node)
        if path is None or path in self._left_out:
            return
        root, _, field = path.partition(".")
        known = FIELDS.get(root)
        if root in _DIFFER and sure:
            values = self._context.get(root)
            known = frozenset(map(str, values)) if isinstance(values, Mapping) else None
        if known is None or root in self._left_out or field in known | MAPPING_METHODS:
            return
        offset = self._find(node, errors.field_after(field))
        yield errors.no_field(self._source, field, known, offset)

    def _find(self, node: nodes.Node, pattern: str) -> int:
        offset = errors.find(self._source, node.lineno, pattern, self._after.get(pattern, 0))
        self._after[pattern] = offset + 1
        return offset

    def _asked_about(self) -> Iterator[str]:
        for node, _ in self._places:
            if asks(node):
                path = _path(cast("nodes.Filter | nodes.Test", node).node)
                if path:
                    yield path

    def _set(self) -> Iterator[str]:
        for node, _ in self._places:
            if isinstance(node, nodes.Name) and node.ctx != "load":
                yield node.name


def _places(node: nodes.Node, *, sure: bool) -> Iterator[_Place]:
    yield _Place(node, sure)
    always = _SURE.get(type(node))
    for name, value in node.iter_fields():
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, nodes.Node):
                yield from _places(child, sure=sure and (always is None or name in always))


def _path(node: nodes.Node | None) -> str | None:
    """Return ``tag`` or ``release.name``, if it is one of these."""
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name):
        return f"{node.node.name}.{node.attr}"
    if isinstance(node, nodes.Getitem) and isinstance(node.node, nodes.Name):
        key = node.arg.value if isinstance(node.arg, nodes.Const) else None
        return f"{node.node.name}.{key}" if isinstance(key, str) else None
    return None
