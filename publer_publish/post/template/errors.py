"""What went wrong in a template, in the words of its author, at its place in the source."""

# ruff: noqa: ANN401  (what a name was looked for in can be anything)

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from jinja2 import Template, TemplateSyntaxError
from jinja2.exceptions import UndefinedError
from jinja2.utils import missing

from publer_publish.post.template.front import TemplateError
from publer_publish.post.template.tags import ACTIONS, Tag, never_closed, tags
from publer_publish.post.template.values import NAMES

_QUOTED = re.compile(r"'([^'\n]{1,80})'")
_NEWLINE = re.compile(r"\r\n|\r|\n")
_SYNTAX_HINT = (
    "Values stand in {{ … }}, conditions and loops in {% … %}. For literal braces: {% raw %} … {% endraw %}."
)
_COMMENT_HINT = "`{#` begins a comment in a template, up to `#}`. For the text itself write {{ '{#' }}."
_GITHUB_HINT = (
    "GitHub expressions do not work in a post file: write {{ ref_name }} or the like, or pass the value "
    "with the input `variables`."
)
_EMPTY = {
    "vars": "Give it a value in the input `variables`, as `name=value`.",
    "event": "This run has no event payload.",
}
_SHOWN = 12
_SHOWN_PATH = 60

_PLAINLY: tuple[tuple[str, str, str], ...] = (
    (
        r"can only concatenate|for \+: .*'str'|must be str, not",
        "The template adds a text and something else",
        "Join them with ~, as in {{ 'v' ~ 1 }}.",
    ),
    (
        "not supported between instances",
        "The template compares or sorts values of different kinds",
        "Make them one kind first, as in {{ vars.count | int > 1 }}.",
    ),
    (
        "argument|takes (?:exactly|at most|from|no)|expected at (?:most|least)",
        "The template gives a filter or a method options that it does not take, or too few",
        "Look its options up in Jinja's documentation; plain and fit take none.",
    ),
    (
        "not iterable|cannot unpack|values to unpack",
        "The template goes through something that is no list of such items",
        "Only lists, texts and objects can be gone through.",
    ),
    ("by zero", "The template divides by zero", "Test the number before, with {% if … %}."),
    (
        "doesn't define|bad operand|unsupported operand|could not convert|invalid literal|not callable",
        "The template uses a filter or an operation that does not suit its value",
        "See which kind of value stands there: a text, a number, a list or an object.",
    ),
)
"""What Python says of a template's mistake, and what it means to a template's author."""


class Refused(Exception):  # noqa: N818  (what the sandbox does, not what is wrong with it)
    """The sandbox does not do this. ``line`` from 1; 0 when only the traceback knows it."""

    def __init__(self, message: str, hint: str, line: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.line = line


class UndefinedName(UndefinedError):  # noqa: N818  (named after what it is about)
    """A name that does not exist in ``obj``, or in the context if ``obj`` is ``missing``."""

    def __init__(self, message: str | None = None, *, obj: Any = None, name: Any = None) -> None:
        super().__init__(message)
        self.obj = obj
        self.name = name


def explain(
    error: Exception,
    source: str,
    context: Mapping[str, object],
    filters: Sequence[str],
    template: Template | None = None,
) -> TemplateError:
    """Return the error that its author can act on."""
    line = _line_of(error, template)
    if isinstance(error, UndefinedName):
        return _undefined(error, source, context, line)
    if isinstance(error, Refused):
        return TemplateError(error.message, hint=error.hint, offset=_tag_on(source, error.line or line))
    if isinstance(error, RecursionError | MemoryError | SyntaxError | OverflowError):
        return TemplateError("The template is nested too deeply", hint="Use fewer brackets, loops and calls.")
    if isinstance(error, TemplateSyntaxError) or str(error).startswith(("No filter named", "No test named")):
        return _syntax(str(error.args[0] if error.args else error), source, filters, line)
    for said, message, hint in _PLAINLY:
        if re.search(said, str(error)):
            return TemplateError(message, hint=hint, offset=_tag_on(source, line))
    return TemplateError(
        f"The template cannot be rendered: {_sentence(str(error))}",
        hint="An operation does not suit its value: see the template at this place.",
        offset=_tag_on(source, line),
    )


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return "Did you mean …?", or what there is."""
    names = sorted(name for name in known if not name.startswith("_"))
    near = difflib.get_close_matches(word, names, n=1)
    if near:
        return f"Did you mean {near[0]!r}?"
    if not names:
        return ""
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"There are: {', '.join(names[:_SHOWN])}{more}."


def no_name(name: str, known: Iterable[str], offset: int) -> TemplateError:
    """Return the error that there is no such name."""
    if name in NAMES:
        return TemplateError(
            f"There is no `{name}` in this run",
            hint=f"Ask before every use of it, as in {{% if {name} is defined %}} … {{% endif %}}.",
            offset=offset,
        )
    hint = _GITHUB_HINT if name in ACTIONS else suggestion(name, known)
    return TemplateError(f"There is no {_short(name)} for templates", hint=hint, offset=offset)


def no_field(source: str, name: str, known: Iterable[str], offset: int) -> TemplateError:
    """Return the error that an object has no such field."""
    shown = _path_before(source, offset) + name
    hint = suggestion(name, known) or _EMPTY.get(shown.partition(".")[0], "It has no fields here.")
    if shown == f"event.{name}" and name.isidentifier() and not hint.startswith("Did you mean"):
        hint += " If the event that publishes has it, ask first: "
        hint += f"{{% if {shown} is defined %}} … {{% endif %}}."
    return TemplateError(f"There is no {_short(shown)}", hint=hint, offset=offset)


def no_filter(name: str, known: Iterable[str], offset: int) -> TemplateError:
    """Return the error that there is no such filter."""
    return TemplateError(f"There is no filter {_short(name)}", hint=suggestion(name, known), offset=offset)


def no_test(name: str, offset: int) -> TemplateError:
    """Return the error that there is no such test."""
    hint = "For example: is defined, is none."
    return TemplateError(f"There is no test {_short(name)}", hint=hint, offset=offset)


def name_alone(name: str) -> str:
    """Return the pattern of a name that is no field of something."""
    return rf"(?<![\w.]){re.escape(name)}(?!\w)"


def field_after(name: str) -> str:
    """Return the pattern of a field behind its dot or in its brackets."""
    return rf"(?<=[.\s\['\"]){re.escape(name)}(?!\w)"


def whole_word(word: str) -> str:
    """Return the pattern of a word anywhere."""
    return rf"(?<!\w){re.escape(word)}(?!\w)"


def _undefined(error: UndefinedName, source: str, context: Mapping[str, object], line: int) -> TemplateError:
    name = str(error.name)
    if error.obj is missing:
        return no_name(name, NAMES.union(context), find(source, line, name_alone(name)))
    offset = find(source, line, field_after(name))
    if isinstance(error.obj, Mapping):
        return no_field(source, name, [str(key) for key in error.obj], offset)
    if name.startswith("_"):
        return TemplateError(
            f"Templates cannot read {_short(name)}",
            hint="Names that begin with _ are Python's own.",
            offset=offset,
        )
    return TemplateError(
        f"There is no {_short(name)} in {_kind(error.obj)}",
        hint="Templates read fields such as release.name, and use filters: {{ release.body | plain | fit }}.",
        offset=offset,
    )


def _syntax(message: str, source: str, filters: Sequence[str], line: int) -> TemplateError:
    quoted = _QUOTED.search(message)
    word = quoted.group(1) if quoted else ""
    offset = find(source, line, whole_word(word) if word.isidentifier() else re.escape(word))
    if message.startswith("No filter named"):
        return no_filter(word, filters, offset)
    if message.startswith("No test named"):
        return no_test(word, offset)
    if tag := never_closed(source):
        return _unclosed(tag)
    return TemplateError(
        f"The template is wrong here: {_sentence(message)}", hint=_SYNTAX_HINT, offset=offset
    )


def _unclosed(tag: Tag) -> TemplateError:
    hint = _COMMENT_HINT if tag.opening == "{#" else _SYNTAX_HINT
    message = f"`{tag.opening}` is never closed by `{tag.closing}`"
    return TemplateError(message, hint=hint, offset=tag.start)


def _short(name: str) -> str:
    return repr(name if len(name) <= 60 else name[:59] + "…")  # noqa: PLR2004  (a name shown in a message)


def _sentence(message: str) -> str:
    first = message.strip().split("\n", 1)[0].rstrip(".")
    return first if len(first) <= 160 else first[:159] + "…"  # noqa: PLR2004  (a value shown in a message)


def _kind(value: object) -> str:
    kinds = {
        str: "a text",
        bool: "true or false",
        int: "a number",
        float: "a number",
        type(None): "an empty value",
    }
    return kinds.get(type(value), "a list" if isinstance(value, list | tuple) else "this value")


def _line_of(error: Exception, template: Template | None) -> int:
    """Return the source line, from 1; 0 when unknown."""
    line = getattr(error, "lineno", None)
    trace = error.__traceback__
    while template is not None and trace is not None:
        if (
            trace.tb_frame.f_globals.get("__jinja_template__") is template
            or trace.tb_frame.f_code.co_filename == "<template>"
        ):
            line = template.get_corresponding_lineno(trace.tb_lineno)
        trace = trace.tb_next
    return line if isinstance(line, int) else 0


def _line_start(source: str, line: int) -> int:
    start = 0
    for number, newline in enumerate(_NEWLINE.finditer(source), start=2):
        if number > line:
            break
        start = newline.end()
    return start


def _tag_on(source: str, line: int) -> int:
    """Return the offset of the first tag on a line, or of the line."""
    start = _line_start(source, line)
    end = _NEWLINE.search(source, start)
    tag = re.compile(r"\{[{%#]").search(source, start, end.start() if end else len(source))
    return tag.start() if tag else start


def _path_before(source: str, offset: int) -> str:
    """Return ``release.`` if this, or ``release['``, is what stands directly before ``offset``."""
    before = source[max(0, offset - _SHOWN_PATH) : offset]
    path = re.search(r"([A-Za-z_]\w*(?:\.\w+)*)(?:\.|\[['\"])\Z", before)
    return f"{path[1]}." if path else ""


def find(source: str, line: int, pattern: str, after: int = 0) -> int:
    """Return where ``pattern`` first occurs in a tag from ``line`` and from the offset ``after`` on.

    An expression over several lines is reported by Jinja at its first line: hence "from".
    """
    start = max(_line_start(source, line), after)
    search = re.compile(pattern)
    for tag in tags(source):
        if tag.end <= start or tag.opening == "{#":
            continue
        found = search.search(source, max(tag.start, start), tag.end)
        if found and found.group():
            return found.start()
    return _tag_on(source, line)
