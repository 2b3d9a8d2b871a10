"""The templates of post files: Jinja in its own sandbox, with no more of it than a post needs.

Only this module knows Jinja, which takes 60 ms to import: ``render`` imports it once a text is a template.
"""

# ruff: noqa: ANN401, N802, SIM905  (the names and types are Jinja's; its values are anything)

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cached_property, partial, wraps
from itertools import islice
from typing import Any, NamedTuple, cast

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
from jinja2.lexer import TOKEN_DATA, Token, TokenStream
from jinja2.parser import Parser
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment, safe_range
from jinja2.utils import Namespace, missing
from jinja2.visitor import NodeTransformer

from publer_publish.errors import ActionError
from publer_publish.post.template import errors
from publer_publish.post.template.errors import Remark, Rendered, TemplateError
from publer_publish.post.template.fit import Piece, Pieces, escaped, without_ends, without_marks
from publer_publish.post.template.harmless import effects
from publer_publish.post.template.values import FIELDS, NAMES

MAX_SOURCE = 100_000
"""Code points of a template."""
MAX_TEXT = 100_000
"""Code points of the text that a template makes. What it may use on the way is up to ``limits``."""
MAX_MISTAKES = 20
"""Of one template that are reported."""

FILTERS = """
    abs capitalize count d default dictsort filesizeformat first float groupby int items join last length
    list lower map max min reject rejectattr replace reverse round select selectattr sort string title trim
    truncate unique upper urlencode wordcount
    """.split()
"""Jinja's filters that a post may use: none that makes much of little. ``plain`` and ``fit`` come on top."""

MARKUPS = frozenset({"HTML", "Markdown"})
"""What a text may be written in, so that values are escaped for it (Telegram's ``parseMode``)."""
# Python 3.11.2, which Debian has, does not match possessive quantifiers rightly (python/cpython#106052).
_INSIDE = r"(?:\{%(?:(?!\{%|[-+]?%\}).)*(?=[-+]?%\})|\{\#(?:(?!\{\#|[-+]?\#\}).)*(?=[-+]?\#\}))"
_ONLY_TAGS = re.compile(
    rf"^[ \t]*((?:{_INSIDE}[-+]?[%#]\}}[ \t]*)*{_INSIDE})([-+]?[%#]\}})[ \t]*(\r?\n)",
    re.MULTILINE | re.DOTALL,
)
_HASHTAG_STOP = re.compile(r"\w+(?=[^\w\s])\S*\w|\s*\Z")
_WORDS = re.compile(r"[^\W_]+")
_UNKNOWN = r"No (filter|test) named '(\w+)'"
_OF_TEXT = "capitalize lower string title trim upper urlencode wordcount".split()

_ASKING = frozenset({"defined", "undefined", "default", "d"})
"""Tests and filters for what may not exist."""

_IN_DOUBT = (nodes.And, nodes.CondExpr, nodes.For, nodes.If, nodes.Macro, nodes.Or, nodes.Test)
"""Where a template may never come to a name that is not there in every run."""

Fits = Callable[[str], bool]
"""Whether a whole text is short enough."""


class Uses(NamedTuple):
    """The top-level names that a template reads, such as ``release``."""

    names: frozenset[str]
    asked_about: frozenset[str]
    """Those of them that it copes without, as in ``{{ tag | default("main") }}``."""


class UndefinedName(UndefinedError):  # noqa: N818  (named after what it is about)
    """A name that does not exist in ``obj``, or in the context if ``obj`` is ``missing``."""

    def __init__(self, obj: Any, name: Any, message: str | None) -> None:
        super().__init__(message)
        self.obj = obj
        self.name = str(name)


class _Missing(StrictUndefined):
    """The value of a name that does not exist: any use of it raises ``UndefinedName``."""

    __slots__ = ()

    def __init__(self, hint: str | None = None, obj: Any = missing, name: Any = None, **_: Any) -> None:
        error = partial(UndefinedName, obj, name)
        super().__init__(hint, obj, name, cast("type[TemplateRuntimeError]", error))


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox with fewer filters, in which texts are not multiplied and objects are no texts."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def __init__(self) -> None:
        super().__init__(undefined=_Missing, keep_trailing_newline=True, optimized=False)
        self.pieces = Pieces()
        """Of the text that is being rendered."""
        self.cuts_to_fit = False
        # What a macro or a `set` block makes is from now on a value like any other.
        self.concat = lambda pieces: without_ends(_joined(pieces))  # type: ignore[method-assign]  # Jinja's hook
        self.filters = {name: self.filters[name] for name in FILTERS}
        self.filters |= {name: _of_text(self.filters[name]) for name in _OF_TEXT}
        self.filters |= {"join": _join, "plain": _plain, "fit": _fit, "hashtag": _hashtag}
        self.globals = {"range": safe_range, "namespace": Namespace}

    def insert(self, value: Any, tag: int) -> str:
        """What ``{{ value }}`` becomes."""
        return self.pieces.insert(_as_text(value), tag)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """``vars.items`` is the value of that name, if there is one, and no method of Python's."""
        is_own = isinstance(obj, Mapping) and attribute in obj
        return obj[attribute] if is_own else super().getattr(obj, attribute)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        if isinstance(left, str | list | tuple) or isinstance(right, str | list | tuple):
            raise TemplateError(
                f"{operator} is for numbers only", hint="Put a text's value between {{ and }}."
            )
        return super().call_binop(context, operator, left, right)


class _Hooks(NodeTransformer):
    """Marks what each ``{{ … }}`` brings in, and takes the text around the tags from the context."""

    def __init__(self) -> None:
        self._tags = 0

    def visit_Output(self, node: nodes.Output) -> nodes.Node:
        for at, child in enumerate(node.nodes):
            if isinstance(child, nodes.TemplateData):
                node.nodes[at] = nodes.Name(child.data, "load", lineno=child.lineno)
            else:
                insert = nodes.EnvironmentAttribute("insert")
                arguments = [child, nodes.Const(self._tags)]
                node.nodes[at] = nodes.Call(insert, arguments, [], None, None, lineno=child.lineno)
                self._tags += 1
        return node


class _Form:
    """What templates have in common that differ only in the text around their tags."""

    def __init__(self, sandbox: _Sandbox, tokens: Iterable[Token]) -> None:
        parser = Parser(sandbox, "")
        parser.stream = TokenStream(tokens, None, None)
        self._sandbox = sandbox
        self.tree = cast("nodes.Template", _Hooks().visit(parser.parse()))
        self.tree.set_environment(sandbox)
        self.uses = self._uses()

    def _uses(self) -> Uses:
        try:
            names = meta.find_undeclared_variables(self.tree)
        except TemplateAssertionError:  # a filter that does not exist: compiling will say so
            names = {node.name for node in self.tree.find_all(nodes.Name)}
        asked_about = {
            node.node.name
            for node in self.tree.find_all((nodes.Filter, nodes.Test))
            if node.name in _ASKING and isinstance(node.node, nodes.Name)
        }
        names = {name for name in names - self._sandbox.globals.keys() if not name.isdigit()}
        return Uses(frozenset(names), frozenset(asked_about))

    @cached_property
    def compiled(self) -> Template:
        try:
            with warnings.catch_warnings(action="ignore"):  # of `{{ 1[0] }}` Python warns on standard error
                code = self._sandbox.compile(self.tree)
        except MemoryError:  # so says Python's parser, too, of what is nested too deeply for it
            raise RecursionError from None
        return Template.from_code(self._sandbox, code, self._sandbox.make_globals(None))

    def mistakes(self, source: str, values: Mapping[str, object]) -> Iterator[TemplateError]:
        """Yield the names in ``source`` that are wrong in any run, at each of their places."""
        sandbox, found = self._sandbox, self.tree.find_all
        for name in sorted(self.uses.names - self.uses.asked_about - NAMES - values.keys()):
            for offset in errors.places(source, errors.name_alone(name)):
                yield errors.no_name(name, NAMES.union(values), offset)
        of_jinja = (("filter", nodes.Filter, sandbox.filters), ("test", nodes.Test, sandbox.tests))
        for kind, node_type, known in of_jinja:
            for name in sorted({node.name for node in found(node_type)} - known.keys()):
                for offset in errors.places(source, errors.whole_word(name)):
                    yield errors.unknown(kind, name, known, offset)
        paths = {path for node in found((nodes.Getattr, nodes.Getitem)) if (path := _path(node))}
        fields: dict[str, Collection[str]] = dict(FIELDS)
        if not any(found(_IN_DOUBT)) and not any(one.name in _ASKING for one in found(nodes.Filter)):
            fields = {name: value for name, value in values.items() if isinstance(value, Mapping)} | fields
        for root, name in sorted(paths):
            if root in fields and name not in fields[root] and not hasattr(dict, name):
                for offset in errors.places(source, errors.field_of(root, name)):
                    yield errors.no_field(source, name, fields[root], offset)


_Parsed = tuple[_Form, Mapping[str, str]]
"""A form, and the text around its tags by the names there. No name of a template begins with a digit."""


class Engine:
    """Renders the templates of a run: each form is compiled once, each text rendered once."""

    def __init__(self) -> None:
        self._sandbox = _Sandbox()
        self._forms: dict[tuple[Token, ...], _Form] = {}
        self._parsed: dict[str, _Parsed] = {}
        self._rendered: dict[tuple[str, str | None], Rendered] = {}

    def uses(self, source: str) -> Uses:
        """Return what the template reads. Raises ``TemplateError``."""
        return self._parse(source)[0].uses

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
        sandbox = self._sandbox
        sandbox.pieces, sandbox.cuts_to_fit = Pieces(), fits is not None
        try:
            context = form.compiled.new_context(_with_notes(values, source), locals=texts)
            marked = _joined(form.compiled.root_render_func(context))
            pieces = list(sandbox.pieces.read(marked))
            warnings = tuple(_warnings(source, pieces)) if markup == "" else ()
            if markup in MARKUPS:
                pieces = list(escaped(pieces, markup))
            text, rest = sandbox.pieces.settle(pieces, fits)
        except TemplateError as error:  # what is refused here, wherever that is
            error.offset = errors.tag_on(source, _line_of(error, form))
            raise
        except ActionError:
            raise
        except Exception as error:  # noqa: BLE001  (whatever a template does wrong is its author's to fix)
            raise self._explained(error, source, values, form) from None
        rendered = Rendered(text, rest, warnings)
        if "fit" not in source:
            self._rendered[source, markup] = rendered
        return rendered

    def mistakes(self, source: str, values: Mapping[str, object]) -> list[TemplateError]:
        """Return the wrong names in a template that has failed; none if it cannot be parsed.

        Rendering stops at the first mistake, and an author wants to see all of them in one run.
        """
        try:
            return list(islice(self._parse(source)[0].mistakes(source, values), MAX_MISTAKES))
        except (TemplateError, RecursionError):
            return []

    def _parse(self, source: str) -> _Parsed:
        if len(source) > MAX_SOURCE:
            message = f"The template has {len(source):,} characters; {MAX_SOURCE:,} are allowed"
            hint = "Put fixed text of this length into a network's text without {{ }} and {% %}."
            raise TemplateError(message, hint=hint)
        if source not in self._parsed:
            try:
                self._parsed[source] = self._read(source)
            except Exception as error:  # noqa: BLE001  (whatever a template does wrong is its author's to fix)
                raise self._explained(error, source, {}) from None
        return self._parsed[source]

    def _read(self, source: str) -> _Parsed:
        texts: dict[str, str] = {}
        tokens = []
        # The line end of a line that has nothing but tags goes into the last of them.
        for token in self._sandbox.lexer.tokenize(_ONLY_TAGS.sub(r"\1\3\2", source)):
            if token.type == TOKEN_DATA:
                name = str(len(texts))
                texts[name] = without_marks(token.value)
                token = token._replace(value=name)  # noqa: PLW2901
            tokens.append(token)
        key = tuple(tokens)
        if key not in self._forms:
            self._forms[key] = _Form(self._sandbox, tokens)
        return self._forms[key], texts

    def _explained(
        self, error: Exception, source: str, values: Mapping[str, object], form: _Form | None = None
    ) -> TemplateError:
        if isinstance(error, MemoryError):  # what used it up may have been any template
            raise error
        line = _line_of(error, form)
        if isinstance(error, UndefinedName):
            if error.obj is not missing:
                return errors.no_member(source, line, error.name, error.obj)
            offset = errors.find(source, line, errors.name_alone(error.name))
            return errors.no_name(error.name, NAMES.union(values), offset)
        said = str(error.args[0] if error.args else error)
        if unknown := re.match(_UNKNOWN, said):
            known = self._sandbox.filters if unknown[1] == "filter" else self._sandbox.tests
            offset = errors.find(source, line, errors.whole_word(unknown[2]))
            return errors.unknown(unknown[1], unknown[2], known, offset)
        if isinstance(error, TemplateSyntaxError):
            return errors.bad_syntax(said, source, line)
        return errors.failed(error, source, line)


def _with_notes(values: Mapping[str, object], source: str) -> dict[str, object]:
    """The values, with ``release.notes`` if it is asked for: it takes a while to make."""
    release = values.get("release")
    if "notes" not in source or not isinstance(release, Mapping) or "body" not in release:
        return dict(values)
    return {**values, "release": {**release, "notes": _plain(release["body"])}}


def _warnings(source: str, pieces: Iterable[Piece]) -> Iterator[Remark]:
    """Yield what values bring in that networks act on, or show as it is written."""
    places = [tag.start() for tag in errors.tags(source) if tag["opening"] == "{{"]
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


def _path(node: nodes.Node) -> tuple[str, str] | None:
    """Return ``("release", "name")``, if it is a field of a name."""
    match node:
        case nodes.Getattr(node=nodes.Name(name=root), attr=str(name)):
            return root, name
        case nodes.Getitem(node=nodes.Name(name=root), arg=nodes.Const(value=str(name))):
            return root, name
    return None


def _line_of(error: Exception, form: _Form | None) -> int:
    """Return the source line, from 1; 0 when unknown."""
    line = getattr(error, "lineno", None)
    trace = error.__traceback__
    while form is not None and trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = form.compiled.get_corresponding_lineno(trace.tb_lineno)
        trace = trace.tb_next
    return line if isinstance(line, int) else 0


# --- values and filters ---


def _joined(pieces: Iterable[str]) -> str:
    kept, size = [], 0
    for piece in pieces:
        size += len(piece)
        if size > MAX_TEXT:
            message = f"The template makes more than {MAX_TEXT:,} characters"
            raise TemplateError(message, hint="No network takes a text of that length.")
        kept.append(piece)
    return "".join(kept)


def _as_text(value: Any) -> str:
    """Return what ``{{ value }}`` becomes. An object in a post is never what its author meant."""
    if value is None:
        return ""
    if isinstance(value, str | int | float | Undefined):
        return str(value)
    what = "a list" if isinstance(value, list | tuple) else "a function or the like"
    what = "an object" if isinstance(value, Mapping) else what
    hint = "Name one of its fields, or go through it with {% for %}."
    raise TemplateError(f"This is {what}, not a text", hint=hint)


def _of_text(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a filter that refuses an object instead of showing it as Python writes it."""

    @wraps(function)
    def filtered(value: Any, *args: Any, **options: Any) -> Any:
        return function(_as_text(value), *args, **options)

    return filtered


@pass_environment
def _join(sandbox: _Sandbox, values: Iterable[Any], separator: str = "", attribute: Any = None) -> str:
    items = (value if attribute is None else sandbox.getitem(value, attribute) for value in values)
    return str(separator).join(map(_as_text, items))


def _plain(value: Any) -> str:
    from publer_publish.post.template.plain import plain  # noqa: PLC0415  (brings markdown_it: 60 ms)

    return plain(_as_text(value))


@pass_context  # so that Jinja does not work it out before there is a text
def _fit(context: Context, value: Any, rest: Any = None) -> str:
    sandbox, text = cast("_Sandbox", context.environment), _as_text(value)
    if rest not in (None, "thread"):
        hint = 'What does not fit can go on: fit(rest="thread").'
        raise TemplateError("fit takes no option but rest", hint=hint)
    return sandbox.pieces.cut(text, goes_on=rest is not None) if sandbox.cuts_to_fit and text else text


def _hashtag(value: Any) -> str:
    """Return ``#MyRocket`` for ``my-rocket``; without letters there is no hashtag."""
    words = _WORDS.findall(_as_text(value))
    tag = "".join(word[0].upper() + word[1:] for word in words)
    return f"#{tag}" if tag and not tag.isdigit() else tag
