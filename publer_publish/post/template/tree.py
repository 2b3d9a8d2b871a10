"""The parsed form of a template: with meters on what repeats or grows, its size and its names.

Templates that differ only in the text around their tags share one form. A file of many posts has many
templates and few forms, and to compile one takes longer than all the rest of a post.
"""

# ruff: noqa: N802, N815  (the names are Jinja's)

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple, NoReturn, cast

from jinja2 import Environment, nodes
from jinja2.lexer import TOKEN_DATA, Token, TokenStream
from jinja2.parser import Parser
from jinja2.visitor import NodeTransformer

from publer_publish.post.template.errors import Refused


class Tree(NamedTuple):
    """One form, ready to be compiled. The text around its tags comes from the context, by number."""

    root: nodes.Template
    size: int
    """In nodes."""
    names: frozenset[str]
    """All that are read or set."""
    asked_about: frozenset[str]
    """Names that the template copes without: it has ``is defined`` or ``default`` for them."""


class Parsed(NamedTuple):
    """One template."""

    tree: Tree
    texts: Mapping[str, str]
    """What stands around its tags, by its names in the tree: no name of a template begins with a digit."""


def parse(environment: Environment, source: str) -> Parsed:
    """Return the form of ``source``. Raises what Jinja does for a mistake, and ``Refused``."""
    texts: dict[str, str] = {}
    form = []
    for token in environment.lexer.tokenize(source):
        if token.type == TOKEN_DATA:
            name = str(len(texts))
            texts[name] = token.value
            token = token._replace(value=name)  # noqa: PLW2901
        form.append(token)
    return Parsed(_tree(environment, tuple(form)), texts)


@lru_cache(maxsize=64)  # more than there are networks
def _tree(environment: Environment, form: tuple[Token, ...]) -> Tree:
    parser = Parser(environment, "")
    parser.stream = TokenStream(form, None, None)
    reader = _Reader(environment)
    root = cast("nodes.Template", reader.visit(parser.parse()))
    return Tree(root, reader.size, frozenset(reader.names), frozenset(reader.asked_about))


def asks(node: nodes.Node) -> bool:
    """Whether a filter or a test is made for what may not exist."""
    if isinstance(node, nodes.Test):
        return node.name in {"defined", "undefined"}
    return isinstance(node, nodes.Filter) and node.name in {"default", "d"}


class _Reader(NodeTransformer):
    """Refuses what needs other files, puts a meter on what repeats or grows, and notes what it passes."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self.size = 0
        self.names: set[str] = set()
        self.asked_about: set[str] = set()

    def visit(self, node: nodes.Node, *args: object, **kwargs: object) -> nodes.Node:
        self.size += 1
        return cast("nodes.Node", super().visit(node, *args, **kwargs))

    def visit_TemplateData(self, node: nodes.TemplateData) -> nodes.Node:
        return nodes.Name(node.data, "load", lineno=node.lineno)

    def visit_Name(self, node: nodes.Name) -> nodes.Node:
        self.names.add(node.name)
        return node

    def visit_Filter(self, node: nodes.Filter | nodes.Test) -> nodes.Node:
        if asks(node) and isinstance(node.node, nodes.Name):
            self.asked_about.add(node.node.name)
        return self.generic_visit(node)

    visit_Test = visit_Filter

    def visit_For(self, node: nodes.For) -> nodes.Node:
        if node.recursive:
            self._refuse(node, "Recursive loops are not available in templates")
        before = self.size
        self.generic_visit(node)
        steps = nodes.Const(self.size - before)
        node.iter = self._filter(node, cast("nodes.Expr", node.iter), "_each", [steps])
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:
        self.generic_visit(node)
        return self._filter(node, nodes.List(node.nodes), "_concat", [])

    def _filter(self, at: nodes.Node, value: nodes.Expr, name: str, args: list[nodes.Expr]) -> nodes.Filter:
        self.size += 1 + len(args)
        metered = nodes.Filter(value, name, args, [], None, None, lineno=at.lineno)
        return cast("nodes.Filter", metered.set_environment(self.environment).set_lineno(at.lineno))

    def _refuse(self, node: nodes.Node, what: str) -> NoReturn:
        raise Refused(
            what, "A template stands alone: it is one text with {{ }}, {% if %} and {% for %}.", node.lineno
        )

    def _other_file(self, node: nodes.Node) -> NoReturn:
        self._refuse(node, "Templates cannot include, import or extend other files, nor define blocks")

    visit_Include = visit_Import = visit_FromImport = visit_Extends = visit_Block = _other_file
    visit_ScopedEvalContextModifier = visit_EvalContextModifier = _other_file
