"""The Jinja2 behind ``template``: a sandbox of allow-lists, in which every render ends soon.

A render has a budget of steps. A loop turn costs as many as its body has nodes, a call as many as the
template has, and handling a long text costs by its length: so no combination of loops, macros and filters
runs long. No text or number in it grows beyond a size either. What a post needs is far below all of these.
"""

# ruff: noqa: ANN401, SIM905  (the names and types are Jinja's; its values are anything)

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache, partial
from typing import Any, NoReturn, cast

from jinja2 import StrictUndefined, Template, Undefined, meta, nodes, pass_context
from jinja2.exceptions import TemplateRuntimeError
from jinja2.runtime import Context, LoopContext, Macro
from jinja2.sandbox import SandboxedEnvironment
from jinja2.utils import Namespace, _PassArg, missing

from publer_publish.errors import ActionError
from publer_publish.post.template import errors
from publer_publish.post.template.budget import Budget, FileBudget
from publer_publish.post.template.errors import Refused, UndefinedName
from publer_publish.post.template.front import Uses
from publer_publish.post.template.parts import Parts
from publer_publish.post.template.plain import plain
from publer_publish.post.template.tree import Parsed, Tree, parse

MAX_OUTPUT = 100_000
"""Code points of any text that a template makes."""
MAX_ITEMS = 10_000
"""Of a range or a repeated list; also the largest number that a filter takes as an option."""
MAX_NUMBER = 10**30

TEXT_METHODS = frozenset(
    """
    capitalize casefold count endswith find index isalnum isalpha isdigit islower isnumeric isspace
    isupper join lower lstrip partition removeprefix removesuffix replace rfind rpartition rsplit rstrip
    split splitlines startswith strip swapcase title upper
    """.split()
)
MAPPING_METHODS = frozenset({"get", "items", "keys", "values"})
FILTERS = """
    abs batch capitalize center count d default dictsort filesizeformat first float groupby indent int
    items join last length list lower map max min reject rejectattr replace reverse round select selectattr
    slice sort string sum title trim truncate unique upper urlencode wordcount
    """.split()
"""Jinja's filters that a post may use. ``plain`` and ``fit`` come on top."""


class _Missing(StrictUndefined):
    """A name that does not exist: remembers what was looked for, and in what."""

    __slots__ = ()

    def __init__(
        self, hint: str | None = None, obj: Any = missing, name: str | None = None, **_: Any
    ) -> None:
        error = cast("type[TemplateRuntimeError]", partial(UndefinedName, obj=obj, name=name))
        super().__init__(hint, obj, name, error)


class _Sandbox(SandboxedEnvironment):
    intercepted_binops = frozenset({"+", "-", "*", "**", "%", "/", "//"})

    def __init__(self) -> None:
        super().__init__(
            undefined=_Missing,
            autoescape=False,
            keep_trailing_newline=True,
            optimized=False,
            finalize=_as_text,
        )
        self.budget = Budget()
        self.fits: Parts | None = None
        self.concat = self._join_output  # type: ignore[method-assign]  # Jinja's own hook for joining output
        every = dict(self.filters)
        self.filters = {name: _bounded(every[name]) for name in FILTERS}
        self.filters |= {"replace": _replace_filter, "join": _join_filter, "plain": _plain, "fit": _fit}
        self.filters |= {"_each": _each, "_concat": _concat}
        self.globals = {"range": _range, "namespace": Namespace, "dict": dict}

    def _join_output(self, pieces: Iterable[str]) -> str:
        kept, size = [], 0
        for piece in pieces:
            size += len(piece)
            if size > MAX_OUTPUT:
                _too_much_text()
            kept.append(piece)
        return "".join(kept)

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, Undefined):
            obj._fail_with_undefined_error()  # noqa: SLF001  (what Jinja does for every other use of it)
        if isinstance(obj, Mapping):
            if attribute in obj:
                return obj[attribute]
            return (
                getattr(obj, attribute)
                if attribute in MAPPING_METHODS
                else self.undefined(obj=obj, name=attribute)
            )
        known = (
            attribute in TEXT_METHODS if isinstance(obj, str) else isinstance(obj, LoopContext | Namespace)
        )
        if known and not attribute.startswith("_"):
            return getattr(obj, attribute, None)
        return self.undefined(obj=obj, name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        try:
            return obj[argument]
        except (AttributeError, TypeError, LookupError):
            return self.undefined(obj=obj, name=argument)

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805, PYI063  (Jinja's signature)
        owner = getattr(__obj, "__self__", None)
        if isinstance(__obj, Macro):
            __self.budget.spend(__context.environment.nodes_of_template)  # type: ignore[attr-defined]
        elif isinstance(owner, str):
            return __self.call_text_method(owner, __obj, args)
        elif __obj not in (_range, Namespace, dict) and not isinstance(owner, Mapping | LoopContext):
            raise Refused("This cannot be called", "Values are read without brackets: {{ release.name }}.")
        return super().call(__context, __obj, *args, **kwargs)

    def call_text_method(self, text: str, method: Callable[..., Any], args: Sequence[Any]) -> Any:
        self.budget.spend(1 + len(text) // 50)
        if method.__name__ == "join":
            return _joined(text, *args)
        if method.__name__ == "replace":
            return _replaced(text, *args)
        return method(*args)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        if isinstance(left, int | float) and isinstance(right, int | float):
            if operator == "**" and (abs(right) > 100 or abs(left) > MAX_NUMBER):  # noqa: PLR2004  (100 bits: ample)
                _too_large()
            result = super().call_binop(context, operator, left, right)
            return result if abs(result) <= MAX_NUMBER else _too_large()
        if operator == "%":
            raise Refused("% does not format text here", "Put the value between {{ and }}.")
        self._check_size(operator, left, right)
        return super().call_binop(context, operator, left, right)

    def _check_size(self, operator: str, left: Any, right: Any) -> None:
        times, size = 1, 0
        for side in (left, right):
            if isinstance(side, int):
                times = max(0, side)
            elif isinstance(side, str | list | tuple):
                size += len(side)
        self.budget.spend(1 + size // 50)
        if operator in "+*" and size * times > MAX_OUTPUT:
            _too_much_text()

    nodes_of_template = 1
    """Of the template that is being rendered: what a call in it may cost."""


class Renderer:
    """Renders over one context; does each distinct source once: most networks share a text or its parts."""

    def __init__(self, context: Mapping[str, object], whole: FileBudget) -> None:
        self._context = dict(context)
        self._whole = whole
        self._environment = _Sandbox()
        self._compiled: dict[nodes.Template, Template] = {}
        self._made: dict[str, str] = {}
        """Of sources without ``fit``: what comes of one is the same each time, as there is no clock in it."""

    def render(self, source: str, fits: Callable[[str], bool] | None) -> str:
        made = self._made.get(source)
        if made is None or len(made) > self._whole.text:
            return self._render(source, fits)
        self._whole.text -= len(made)
        return made

    def _render(self, source: str, fits: Callable[[str], bool] | None) -> str:
        environment, template = self._environment, None
        environment.budget = Budget()
        environment.fits = parts = Parts() if fits else None
        try:
            self._whole.parsing()
            tree, texts = parsed(source)
            template = self._compiled.get(tree.root) or self._compile(tree)
            environment.nodes_of_template = tree.size
            context = template.new_context(self._context, locals=texts)
            text = environment.concat(template.root_render_func(context))
            self._whole.text -= len(text)
        except ActionError:
            raise
        except Exception as error:  # noqa: BLE001  (whatever a template does wrong is its author's to mend)
            raise errors.explain(error, source, self._context, list(environment.filters), template) from None
        finally:
            self._whole.steps -= environment.budget.used
        if parts and fits and parts.values:
            return parts.settle(text, fits)
        if "fit" not in source:
            self._made[source] = text
        return text

    def _compile(self, tree: Tree) -> Template:
        self._whole.compiling()
        environment = self._environment
        code = environment.compile(tree.root)
        template = Template.from_code(environment, code, environment.make_globals(None))
        self._compiled[tree.root] = template
        return template


@lru_cache(maxsize=1_024)
def uses(source: str) -> Uses:
    """Return the names that the template takes from its context. Raises TemplateError."""
    environment = parsing()
    try:
        tree, texts = parsed(source)
        # Only a statement declares names: without any, Jinja's own analysis (1 ms) tells nothing more.
        names = meta.find_undeclared_variables(tree.root) if "{%" in source else tree.names
    except Exception as error:  # noqa: BLE001  (whatever a template does wrong is its author's to mend)
        raise errors.explain(error, source, {}, list(environment.filters)) from None
    return Uses(frozenset(names - environment.globals.keys() - texts.keys()), tree.asked_about)


@lru_cache(maxsize=8)  # what is compiled is asked for its names just before
def parsed(source: str) -> Parsed:
    return parse(parsing(), source)


@cache
def parsing() -> _Sandbox:
    return _Sandbox()


def _too_much_text() -> NoReturn:
    raise Refused(
        f"The template makes more than {MAX_OUTPUT:,} characters", "No network takes a text of that length."
    )


def _too_large() -> NoReturn:
    raise Refused("The template computes a number that is too large", "Templates are not for such numbers.")


def _as_text(value: Any) -> str:
    """Return what ``{{ value }}`` becomes. An object in a post is never what its author meant."""
    if value is None:
        return ""
    if isinstance(value, str | int | float | Undefined):
        return str(value)
    what = (
        "an object"
        if isinstance(value, Mapping)
        else "a list"
        if isinstance(value, list | tuple)
        else "no text"
    )
    raise Refused(f"This is {what}, not a text", "Name one of its fields, or go through it with {% for %}.")


def _bounded(function: Callable[..., Any]) -> Callable[..., Any]:
    """Put a meter on one of Jinja's filters."""
    passes = _PassArg.from_obj(function)

    @pass_context
    def metered(context: Context, value: Any, *args: Any, **options: Any) -> Any:
        _spend(context, value)
        for option in (*args, *options.values()):
            if isinstance(option, int) and abs(option) > MAX_ITEMS:
                _too_large()
        first = {
            _PassArg.context: context,
            _PassArg.eval_context: context.eval_ctx,
            _PassArg.environment: context.environment,
        }
        before = () if passes is None else (first[passes],)
        result = function(*before, value, *args, **options)
        if isinstance(result, str) and len(result) > MAX_OUTPUT:
            _too_much_text()
        return result

    return metered


def _spend(context: Context, value: Any, per_step: int = 50) -> None:
    size = len(value) if isinstance(value, str | list | tuple) else 1
    _sandbox(context).budget.spend(1 + size // per_step)


def _sandbox(context: Context) -> _Sandbox:
    return cast("_Sandbox", context.environment)


@pass_context
def _each(context: Context, items: Iterable[Any], steps: int) -> Iterator[Any]:
    budget = _sandbox(context).budget
    for item in items:
        budget.spend(1 + steps)
        yield item


@pass_context
def _concat(context: Context, values: list[Any]) -> str:
    return _join_filter(context, [_as_text(value) for value in values])


@pass_context
def _join_filter(context: Context, values: Iterable[Any], separator: str = "", attribute: Any = None) -> str:
    items = list(values)
    _spend(context, items)
    if attribute is not None:
        items = [_sandbox(context).getitem(item, attribute) for item in items]
    texts = [_as_text(item) for item in items]
    _spend(context, _joined(str(separator), texts))
    return _joined(str(separator), texts)


@pass_context
def _replace_filter(context: Context, value: Any, old: str, new: str, count: int = -1) -> str:
    _spend(context, value)
    return _replaced(_as_text(value), str(old), str(new), count)


def _joined(separator: str, values: Iterable[str]) -> str:
    texts = list(values)
    if sum(map(len, texts)) + len(separator) * len(texts) > MAX_OUTPUT:
        _too_much_text()
    return separator.join(texts)


def _replaced(text: str, old: str, new: str, count: int = -1) -> str:
    found = text.count(old)
    times = found if count < 0 else min(found, count)
    if len(text) + times * (len(new) - len(old)) > MAX_OUTPUT:
        _too_much_text()
    return text.replace(old, new, count)


def _range(*bounds: int) -> range:
    numbers = range(*bounds)
    if numbers[MAX_ITEMS:]:
        raise Refused(f"The range has more than {MAX_ITEMS:,} numbers", "Use a smaller one.")
    return numbers


@pass_context
def _plain(context: Context, value: Any) -> str:
    text = _as_text(value)
    if len(text) > MAX_OUTPUT:
        _too_much_text()
    before = _plain_of.cache_info().hits
    made = _plain_of(text)
    _spend(context, text, per_step=50 if _plain_of.cache_info().hits > before else 1)
    return made


_plain_of = lru_cache(maxsize=16)(plain)  # the notes of one release go to every network


@pass_context
def _fit(context: Context, value: Any) -> str:
    text = _as_text(value)
    parts = _sandbox(context).fits
    return parts.add(text) if parts is not None else text
