"""The templates of post files: Jinja in its own sandbox, with no more of it than a post needs.

Only this module knows Jinja, which takes 60 ms to import: ``render`` imports it once a text is a template.
"""

# ruff: noqa: ANN401, N802, SIM905  (the names and types are Jinja's; its values are anything)

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import wraps
from itertools import islice
from typing import Any, NamedTuple, NoReturn, cast

from jinja2 import (
    StrictUndefined,
    Template,
    TemplateSyntaxError,
    Undefined,
    meta,
    nodes,
    pass_context,
    pass_environment,
)
from jinja2.exceptions import TemplateAssertionError, TemplateRuntimeError, UndefinedError
from jinja2.filters import do_round
from jinja2.lexer import TOKEN_BLOCK_END, TOKEN_DATA, TOKEN_VARIABLE_BEGIN, Token, TokenStream
from jinja2.parser import Parser
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace, missing
from jinja2.visitor import NodeTransformer

from publer_publish.errors import ActionError
from publer_publish.post.template import errors
from publer_publish.post.template.errors import Refused, Remark, Rendered, TemplateError
from publer_publish.post.template.harmless import effects
from publer_publish.post.template.pieces import Piece, Pieces, captured, escaped, without_marks
from publer_publish.post.template.values import FIELDS, NAMES

MAX_TEXT = 100_000
"""Code points of any text that a template makes."""
MAX_ITEMS = 10_000
"""Of a range."""
MAX_NUMBER = 10**30
MAX_EXPONENT = 100
MAX_DIGITS = 20
MAX_MISTAKES = 20
"""Of one template that are reported."""

TEXT_METHODS = frozenset(
    """
    capitalize casefold count endswith find index isalnum isalpha isdigit islower isnumeric isspace
    isupper lower lstrip partition removeprefix removesuffix replace rfind rpartition rsplit rstrip
    split splitlines startswith strip swapcase title upper
    """.split()
)
"""Without those that make much of little, such as ``center`` and ``format``."""
MAPPING_METHODS = frozenset({"get", "items", "keys", "values"})
FILTERS = """
    abs capitalize count d default dictsort filesizeformat first float groupby int items join last length
    list lower map max min reject rejectattr replace reverse round select selectattr sort string title trim
    truncate unique upper urlencode wordcount
    """.split()
"""Jinja's filters that a post may use. ``plain`` and ``fit`` come on top."""

MARKUPS = frozenset({"HTML", "Markdown"})
"""What a text may be written in, so that values are escaped for it (Telegram's ``parseMode``)."""
_LINE_END = re.compile(r"[ \t]*\n")
_HASHTAG_STOP = re.compile(r"\w+(?=[^\w\s])\S*\w|\s*\Z")
_WORDS = re.compile(r"[^\W_]+")
_OF_TEXT = "capitalize lower string title trim upper urlencode wordcount".split()

Fits = Callable[[str], bool]
"""Whether a whole text is short enough."""


class Uses(NamedTuple):
    """The top-level names that a template reads, such as ``release``."""

    names: frozenset[str]
    asked_about: frozenset[str]
    """Those of them that it copes without, as in ``{{ tag | default("main") }}``."""


class UndefinedName(UndefinedError):  # noqa: N818  (named after what it is about)
    """A name that does not exist in ``obj``, or in the context if ``obj`` is ``missing``."""

    def __init__(self, message: str | None, obj: Any, name: Any) -> None:
        super().__init__(message)
        self.obj = obj
        self.name = str(name)


class _Missing(StrictUndefined):
    """The value of a name that does not exist: any use of it raises ``UndefinedName``."""

    __slots__ = ()

    def __init__(self, hint: str | None = None, obj: Any = missing, name: Any = None, **_: Any) -> None:
        def error(message: str | None) -> UndefinedName:
            return UndefinedName(message, obj, name)

        super().__init__(hint, obj, name, cast("type[TemplateRuntimeError]", error))


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox with fewer filters and methods, and with limits on what repeats or grows."""

    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def __init__(self) -> None:
        super().__init__(undefined=_Missing, keep_trailing_newline=True, optimized=False)
        self.pieces = Pieces()
        """Of the text that is being rendered."""
        self.cuts_to_fit = False
        self.concat = self.captured  # type: ignore[method-assign]  # Jinja's own hook for joining output
        self.filters = {name: self.filters[name] for name in FILTERS}
        self.filters |= {name: _of_text(self.filters[name]) for name in _OF_TEXT}
        self.filters |= {"join": _join, "replace": _replace, "round": _round}
        self.filters |= {"plain": _plain, "fit": _fit, "hashtag": _hashtag}
        self.globals = {"range": _range, "namespace": Namespace}

    def insert(self, value: Any, tag: int) -> str:
        """What ``{{ value }}`` becomes."""
        return self.pieces.insert(_as_text(value), tag)

    def captured(self, pieces: Iterable[str]) -> str:
        """The text of a macro or a ``set`` block: from now on a value like any other."""
        return captured(self.joined(pieces))

    def tilde(self, *values: Any) -> str:
        """What ``~`` makes."""
        return self.joined(map(_as_text, values))

    def joined(self, pieces: Iterable[str]) -> str:
        kept, size = [], 0
        for piece in pieces:
            size += len(piece)
            _check_size(size)
            kept.append(piece)
        return "".join(kept)

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, Mapping):
            if attribute in obj:
                return obj[attribute]
            is_known = attribute in MAPPING_METHODS
        else:
            is_known = not isinstance(obj, str) or attribute in TEXT_METHODS
        return super().getattr(obj, attribute) if is_known else self.undefined(obj=obj, name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        try:
            return obj[argument]
        except (AttributeError, TypeError, LookupError):
            return self.undefined(obj=obj, name=argument)

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805, PYI063  (Jinja's signature)
        text = getattr(__obj, "__self__", None)
        if isinstance(text, str) and __obj.__name__ == "replace":
            return _replace(text, *args)
        return super().call(__context, __obj, *args, **kwargs)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        numbers = isinstance(left, int | float) and isinstance(right, int | float)
        if numbers:
            if operator == "**" and (abs(right) > MAX_EXPONENT or abs(left) > MAX_NUMBER):
                _too_large()
            result = super().call_binop(context, operator, left, right)
            return result if abs(result) <= MAX_NUMBER else _too_large()
        if operator != "+" and not isinstance(left, Undefined) and not isinstance(right, Undefined):
            raise Refused(f"{operator} is for numbers only", "Put a text's value between {{ and }}.")
        if isinstance(left, str | list | tuple) and isinstance(right, str | list | tuple):
            _check_size(len(left) + len(right))
        return super().call_binop(context, operator, left, right)


class _Hooks(NodeTransformer):
    """Puts the sandbox's limit on ``~``, and takes the text around the tags from the context."""

    def __init__(self) -> None:
        self._tags = 0

    def visit_Output(self, node: nodes.Output) -> nodes.Node:
        for at, child in enumerate(node.nodes):
            if isinstance(child, nodes.TemplateData):
                node.nodes[at] = nodes.Name(child.data, "load", lineno=child.lineno)
            else:
                tag, self._tags = self._tags, self._tags + 1
                node.nodes[at] = _call("insert", [cast("nodes.Expr", self.visit(child)), nodes.Const(tag)])
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:
        self.generic_visit(node)
        return _call("tilde", node.nodes)


def _call(method: str, arguments: list[nodes.Expr]) -> nodes.Call:
    line = arguments[0].lineno
    return nodes.Call(nodes.EnvironmentAttribute(method), arguments, [], None, None, lineno=line)


class _Form(NamedTuple):
    """What templates have in common that differ only in the text around their tags."""

    tree: nodes.Template
    uses: Uses


class _Parsed(NamedTuple):
    form: _Form
    texts: Mapping[str, str]
    """The text around the tags, by its names in the form. No name of a template begins with a digit."""


class Engine:
    """Renders the templates of a run: each form is compiled once, each text rendered once."""

    def __init__(self) -> None:
        self._sandbox = _Sandbox()
        self._forms: dict[tuple[Token, ...], _Form] = {}
        self._parsed: dict[str, _Parsed] = {}
        self._compiled: dict[nodes.Template, Template] = {}
        self._rendered: dict[tuple[str, str | None], Rendered] = {}

    def uses(self, source: str) -> Uses:
        """Return what the template reads. Raises ``TemplateError``."""
        return self._parse(source).form.uses

    def render(
        self,
        source: str,
        values: Mapping[str, object],
        *,
        fits: Fits | None = None,
        markup: str | None = None,
    ) -> Rendered:
        """Return the text that ``source`` becomes. Raises ``TemplateError``.

        With ``fits``, the parts that go through the filter ``fit`` are cut until it holds; else they stay
        whole. ``markup``: what the text of a post is written in, such as ``HTML``; empty: plain text, in
        which no value should do anything; None: it is not the text of a post.

        A source without that filter is rendered once: its names must have the same values later.
        """
        if (source, markup) in self._rendered:
            return self._rendered[source, markup]
        form, texts = self._parse(source)
        sandbox, template = self._sandbox, None
        sandbox.pieces, sandbox.cuts_to_fit = Pieces(), fits is not None
        try:
            template = self._compiled.get(form.tree) or self._compile(form.tree)
            context = template.new_context(_with_notes(values, source), locals=texts)
            marked = sandbox.joined(template.root_render_func(context))
            pieces = list(sandbox.pieces.read(marked))
            warnings = tuple(_warnings(source, pieces)) if markup == "" else ()
            if markup in MARKUPS:
                pieces = escaped(pieces, markup)
            text, rest = sandbox.pieces.settle(pieces, fits)
        except (ActionError, MemoryError):
            raise
        except Exception as error:  # noqa: BLE001  (whatever a template does wrong is its author's to fix)
            raise self._explained(error, source, values, template) from None
        rendered = Rendered(text, rest, warnings)
        if "fit" not in source:
            self._rendered[source, markup] = rendered
        return rendered

    def mistakes(self, source: str, values: Mapping[str, object]) -> list[TemplateError]:
        """Return every wrong name in a template that has failed; none if it cannot be parsed.

        Rendering stops at the first mistake, and an author wants to see all of them in one run.
        """
        try:
            parsed = self._parse(source)
            search = _Search(source, parsed.form, values, self._sandbox)
            return list(islice(search.found(), MAX_MISTAKES))
        except (TemplateError, RecursionError):
            return []

    def _parse(self, source: str) -> _Parsed:
        if source not in self._parsed:
            try:
                self._parsed[source] = self._read(source)
            except Exception as error:  # noqa: BLE001  (whatever a template does wrong is its author's to fix)
                raise self._explained(error, source, {}) from None
        return self._parsed[source]

    def _read(self, source: str) -> _Parsed:
        texts: dict[str, str] = {}
        tokens = []
        for token in _without_lines_of_tags(self._sandbox.lexer.tokenize(source)):
            if token.type == TOKEN_DATA:
                name = str(len(texts))
                texts[name] = without_marks(token.value)
                token = token._replace(value=name)  # noqa: PLW2901
            tokens.append(token)
        form = self._forms.get(key := tuple(tokens)) or self._forms.setdefault(key, self._form(tokens))
        return _Parsed(form, texts)

    def _form(self, tokens: Iterable[Token]) -> _Form:
        parser = Parser(self._sandbox, "")
        parser.stream = TokenStream(tokens, None, None)
        tree = cast("nodes.Template", _Hooks().visit(parser.parse()))
        tree.set_environment(self._sandbox)
        try:
            names = meta.find_undeclared_variables(tree)
        except TemplateAssertionError:  # a filter that does not exist: compiling will say so
            names = {node.name for node in tree.find_all(nodes.Name)}
        asked_about = {
            node.node.name
            for node in tree.find_all((nodes.Filter, nodes.Test))
            if _asks(node) and isinstance(node.node, nodes.Name)
        }
        names = {name for name in names - self._sandbox.globals.keys() if not name.isdigit()}
        return _Form(tree, Uses(frozenset(names), frozenset(asked_about)))

    def _compile(self, tree: nodes.Template) -> Template:
        try:
            with warnings.catch_warnings(action="ignore"):  # of `{{ 1[0] }}` Python warns on standard error
                code = self._sandbox.compile(tree)
        except MemoryError:  # so says Python's parser, too, of what is nested too deeply for it
            raise RecursionError from None
        template = Template.from_code(self._sandbox, code, self._sandbox.make_globals(None))
        self._compiled[tree] = template
        return template

    def _explained(
        self,
        error: Exception,
        source: str,
        values: Mapping[str, object],
        template: Template | None = None,
    ) -> TemplateError:
        line = _line_of(error, template)
        if isinstance(error, UndefinedName):
            if error.obj is not missing:
                return errors.no_member(source, line, error.name, error.obj)
            offset = errors.find(source, line, errors.name_alone(error.name))
            return errors.no_name(error.name, NAMES.union(values), offset)
        said = str(error.args[0] if error.args else error)
        if isinstance(error, TemplateSyntaxError) or said.startswith(("No filter named", "No test named")):
            return errors.bad_syntax(said, source, self._sandbox.filters, line)
        return errors.failed(error, source, line)


def _without_lines_of_tags(tokens: Iterable[Token]) -> list[Token]:
    """Leave out the line ends (and indents) of lines that have nothing but ``{% %}`` and ``{# #}``."""
    kept: list[Token] = []
    is_blank = True
    """Whether the line so far has neither text nor a value."""
    for token in tokens:
        if token.type == TOKEN_DATA:
            is_after_tag = bool(kept) and kept[-1].type in (TOKEN_BLOCK_END, TOKEN_DATA)
            end = _LINE_END.match(token.value)
            if is_blank and is_after_tag and end:
                before = next((at for at in reversed(range(len(kept))) if kept[at].type == TOKEN_DATA), None)
                if before is not None:
                    kept[before] = kept[before]._replace(value=kept[before].value.rstrip(" \t"))
                token = token._replace(value=token.value[end.end() :])  # noqa: PLW2901
            _, newline, last_line = token.value.rpartition("\n")
            is_blank = (is_blank or bool(newline)) and not last_line.strip()
        elif token.type == TOKEN_VARIABLE_BEGIN:
            is_blank = False
        kept.append(token)
    return kept


def _with_notes(values: Mapping[str, object], source: str) -> dict[str, object]:
    """The values, with ``release.notes`` if it is asked for: it takes a while to make."""
    release = values.get("release")
    if "notes" not in source or not isinstance(release, Mapping) or "body" not in release:
        return dict(values)
    return {**values, "release": {**release, "notes": _plain(release["body"])}}


def _warnings(source: str, pieces: Iterable[Piece]) -> Iterator[Remark]:
    """Yield what values bring in that networks act on, or show as it is written."""
    places = [tag.start for tag in errors.tags(source) if tag.opening == "{{"]
    typed = ""
    for piece in pieces:
        if piece.tag < 0:
            typed = piece.text
            continue
        offset = places[piece.tag] if piece.tag < len(places) else 0
        if typed.endswith("#") and (word := _HASHTAG_STOP.match(piece.text)):
            yield errors.short_hashtag(word[0], offset)
        for effect in effects(piece.text):
            is_wanted = effect.shown in source or (effect.kind == "hashtag" and "hashtag" in source)
            if not is_wanted:
                yield errors.brought_in(effect, offset)
        typed = ""


# --- every wrong name of a template that has failed ---

_DIFFER = ("event", "vars")
"""What has other fields in other runs."""
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


class _Search:
    """Looks for names that cannot be right, in the parsed form.

    Names that may be right are left out: those that the template itself sets or asks about (``is defined``,
    ``default``), and in a branch what only this run lacks.
    """

    def __init__(self, source: str, form: _Form, values: Mapping[str, object], sandbox: _Sandbox) -> None:
        self._source = source
        self._values = values
        self._sandbox = sandbox
        self._unknown = form.uses.names - NAMES - values.keys()
        self._places = list(_places(form.tree, is_sure=True))
        self._left_out = {path for node, _ in self._places if _asks(node) and (path := _path(node.node))}
        self._left_out |= {
            node.name for node, _ in self._places if isinstance(node, nodes.Name) and node.ctx != "load"
        }
        self._after: dict[str, int] = {}
        """Where the next search for the same words goes on."""

    def found(self) -> Iterator[TemplateError]:
        filters, tests = self._sandbox.filters, self._sandbox.tests
        for node, is_sure in self._places:
            if isinstance(node, nodes.Name) and node.name in self._unknown - self._left_out:
                offset = self._find(node, errors.name_alone(node.name))
                yield errors.no_name(node.name, NAMES.union(self._values), offset)
            elif isinstance(node, nodes.Getattr | nodes.Getitem):
                yield from self._field(node, is_sure=is_sure)
            elif isinstance(node, nodes.Filter) and node.name not in filters:
                offset = self._find(node, errors.whole_word(node.name))
                yield errors.no_filter(node.name, filters, offset)
            elif isinstance(node, nodes.Test) and node.name not in tests:
                yield errors.no_test(node.name, self._find(node, errors.whole_word(node.name)))

    def _field(self, node: nodes.Getattr | nodes.Getitem, *, is_sure: bool) -> Iterator[TemplateError]:
        path = _path(node)
        if path is None or path in self._left_out:
            return
        root, _, field = path.partition(".")
        known = FIELDS.get(root)
        if root in _DIFFER and is_sure:
            values = self._values.get(root)
            known = frozenset(map(str, values)) if isinstance(values, Mapping) else None
        if known is None or root in self._left_out or field in known | MAPPING_METHODS:
            return
        yield errors.no_field(self._source, field, known, self._find(node, errors.field_after(field)))

    def _find(self, node: nodes.Node, pattern: str) -> int:
        offset = errors.find(self._source, node.lineno, pattern, self._after.get(pattern, 0))
        self._after[pattern] = offset + 1
        return offset


def _places(node: nodes.Node, *, is_sure: bool) -> Iterator[tuple[Any, bool]]:
    """Yield every node, and whether it is evaluated in any case."""
    yield node, is_sure
    always = _SURE.get(type(node))
    for name, value in node.iter_fields():
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, nodes.Node):
                yield from _places(child, is_sure=is_sure and (always is None or name in always))


def _asks(node: nodes.Node) -> bool:
    """Whether a filter or a test is made for what may not exist."""
    if isinstance(node, nodes.Test):
        return node.name in {"defined", "undefined"}
    return isinstance(node, nodes.Filter) and node.name in {"default", "d"}


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


def _line_of(error: Exception, template: Template | None) -> int:
    """Return the source line, from 1; 0 when unknown."""
    line = getattr(error, "lineno", None)
    trace = error.__traceback__
    while template is not None and trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = template.get_corresponding_lineno(trace.tb_lineno)
        trace = trace.tb_next
    return line if isinstance(line, int) else 0


# --- values and filters ---


def _check_size(size: int) -> None:
    if size > MAX_TEXT:
        raise Refused(
            f"The template makes more than {MAX_TEXT:,} characters", "No network takes a text of that length."
        )


def _too_large() -> NoReturn:
    raise Refused("The template computes a number that is too large", "Use smaller numbers.")


def _as_text(value: Any) -> str:
    """Return what ``{{ value }}`` becomes. An object in a post is never what its author meant."""
    if value is None:
        return ""
    if isinstance(value, str | int | float | Undefined):
        return str(value)
    what = "a list" if isinstance(value, list | tuple) else "not a value"
    what = "an object" if isinstance(value, Mapping) else what
    raise Refused(f"This is {what}, not a text", "Name one of its fields, or go through it with {% for %}.")


def _of_text(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a filter that refuses an object instead of showing it as Python writes it."""

    @wraps(function)
    def filtered(value: Any, *args: Any, **options: Any) -> Any:
        return function(_as_text(value), *args, **options)

    return filtered


@pass_environment
def _join(sandbox: _Sandbox, values: Iterable[Any], separator: str = "", attribute: Any = None) -> str:
    texts: list[str] = []
    for value in values:
        item = value if attribute is None else sandbox.getitem(value, attribute)
        texts += [str(separator), _as_text(item)]
    return sandbox.joined(texts[1:])


def _replace(value: Any, old: str, new: str, count: int = -1) -> str:
    text = _as_text(value)
    found = text.count(str(old))
    times = found if count < 0 else min(found, count)
    _check_size(len(text) + times * (len(str(new)) - len(str(old))))
    return text.replace(str(old), str(new), count)


def _round(value: float, precision: int = 0, method: Any = "common") -> float:
    return do_round(value, precision, method) if abs(precision) <= MAX_DIGITS else _too_large()


def _range(*bounds: int) -> range:
    numbers = range(*bounds)
    if numbers[MAX_ITEMS:]:
        raise Refused(f"The range has more than {MAX_ITEMS:,} numbers", "Use a smaller one.")
    return numbers


def _plain(value: Any) -> str:
    from publer_publish.post.template.plain import plain  # noqa: PLC0415  (brings markdown_it: 60 ms)

    text = _as_text(value)
    _check_size(len(text))
    return plain(text)


@pass_context  # so that Jinja does not work it out before there is a text
def _fit(context: Context, value: Any, rest: Any = None) -> str:
    sandbox, text = cast("_Sandbox", context.environment), _as_text(value)
    if rest not in (None, "thread"):
        raise Refused("fit takes no option but rest", 'What does not fit can go on: fit(rest="thread").')
    return sandbox.pieces.cut(text, goes_on=rest is not None) if sandbox.cuts_to_fit and text else text


def _hashtag(value: Any) -> str:
    """Return ``#MyRocket`` for ``my-rocket``; without letters there is no hashtag."""
    words = _WORDS.findall(_as_text(value))
    tag = "".join(word[0].upper() + word[1:] for word in words)
    return f"#{tag}" if tag and not tag.isdigit() else tag
