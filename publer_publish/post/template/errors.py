"""What is wrong with a template, in the words of its author, at its place in the source."""

# ruff: noqa: SIM905  (a list of words)

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from publer_publish.errors import ActionError
from publer_publish.post.template.harmless import Effect, markdown
from publer_publish.post.template.values import NAMES
from publer_publish.text import cut, suggest

_NEWLINE = r"\r\n|\r|\n"
_QUOTED = r"'([^'\n]{1,80})'"
_SYNTAX_HINT = (
    "Values go between {{ and }}, conditions and loops between {% and %}. "
    "For literal braces: {% raw %} … {% endraw %}."
)
_COMMENT_HINT = "`{#` begins a comment in a template, up to `#}`. For the text itself write {{ '{#' }}."
_GITHUB_HINT = (
    "GitHub's expressions do not work in a post file: write a value of ours, such as {{ ref_name }}, or pass "
    "one with the input `variables`."
)
_EMPTY = {
    "vars": "Give it a value in the input `variables`, as `name=value`.",
    "event": "This run has no event payload.",
}
_GITHUB_CONTEXTS = "github env secrets inputs steps needs matrix strategy job jobs runner".split()
"""What GitHub's own ``${{ … }}`` reads and templates do not."""
_OF_GITHUB = re.compile(rf"\{{\{{\s*(?:{'|'.join(_GITHUB_CONTEXTS)})\b")
_TYPED_NEWLINE = r"(?<![:\\A-Za-z])\\n|(?<=[A-Za-z.!?])(?<!:)\\n(?!\w*\\\w)"
_TAG_FILL = "\ufffc"
_OPTIONS = r"(?:positional|keyword) argument|takes |expected at "
"""What Python says of options that a filter does not have."""
_LISTED = 12
_LONGEST_NAME = 60
_LONGEST_MESSAGE = 160


class TemplateError(ActionError):
    """A template is wrong, or does more than a post needs."""

    def __init__(self, message: str, *, hint: str = "", offset: int = 0) -> None:
        super().__init__(message, hint=hint)
        self.offset = offset
        """Where in the source, in code points from 0."""


class Remark(NamedTuple):
    """Something odd that stops nothing."""

    message: str
    hint: str
    offset: int


class Rendered(NamedTuple):
    """What a template becomes."""

    text: str
    rest: str = ""
    """What ``fit(rest="thread")`` cut off."""
    warnings: tuple[Remark, ...] = ()


def no_name(name: str, known: Iterable[str], offset: int) -> TemplateError:
    """Return the error that there is no such name."""
    if name in NAMES:
        return TemplateError(
            f"There is no `{name}` in this run",
            hint=f"Ask before every use of it, as in {{% if {name} is defined %}} … {{% endif %}}.",
            offset=offset,
        )
    hint = _GITHUB_HINT if name in _GITHUB_CONTEXTS else _suggestion(name, known)
    return TemplateError(f"There is no {_shown(name)}", hint=hint, offset=offset)


def no_field(source: str, name: str, known: Iterable[str], offset: int) -> TemplateError:
    """Return the error that an object has no such field."""
    path = _path_before(source, offset) + name
    hint = _suggestion(name, known) or _EMPTY.get(path.partition(".")[0], "It has no fields here.")
    if path == f"event.{name}" and name.isidentifier() and not hint.startswith("Did you mean"):
        hint += " If the event that publishes has it, ask first: "
        hint += f"{{% if {path} is defined %}} … {{% endif %}}."
    return TemplateError(f"There is no {_shown(path)}", hint=hint, offset=offset)


def no_member(source: str, line: int, name: str, value: object) -> TemplateError:
    """Return the error that a value has nothing of this name."""
    offset = find(source, line, rf"(?<=[.\s\['\"]){re.escape(name)}(?!\w)")
    if isinstance(value, Mapping):
        return no_field(source, name, map(str, value), offset)
    return TemplateError(
        f"There is no {_shown(name)} in {'a text' if isinstance(value, str) else 'this value'}",
        hint="Templates read fields such as release.name, and use filters: {{ release.body | plain | fit }}.",
        offset=offset,
    )


def unknown(kind: str, name: str, known: Iterable[str], offset: int) -> TemplateError:
    """Return the error that there is no such filter, or no such test."""
    return TemplateError(f"There is no {kind} {_shown(name)}", hint=_suggestion(name, known), offset=offset)


def bad_syntax(message: str, source: str, line: int) -> TemplateError:
    """Return the error that Jinja cannot read a template; ``message`` is Jinja's."""
    if tag := next((tag for tag in tags(source) if not tag["closing"]), None):
        hint = _COMMENT_HINT if tag["opening"] == "{#" else _SYNTAX_HINT
        unclosed = f"`{tag['opening']}` is never closed by `{_CLOSING[tag['opening']]}`"
        return TemplateError(unclosed, hint=hint, offset=tag.start())
    quoted = re.search(_QUOTED, message)
    word = quoted[1] if quoted else ""
    offset = find(source, line, whole_word(word) if word.isidentifier() else re.escape(word))
    message = f"The template is wrong here: {_sentence(message)}"
    return TemplateError(message, hint=_SYNTAX_HINT, offset=offset)


def failed(error: Exception, source: str, line: int) -> TemplateError:
    """Return what a failure while rendering means."""
    offset = tag_on(source, line)
    if isinstance(error, RecursionError | SyntaxError):
        return TemplateError("The template is nested too deeply", hint="Use fewer brackets, loops and calls.")
    said = str(error)
    if "no loader" in said:
        message = "Templates cannot include, import or extend other files"
        hint = "A template is one text with {{ }}, {% if %} and {% for %}."
    elif re.search(_OPTIONS, said):
        message = "The template gives a filter, a test or a method options that it does not take, or too few"
        hint = "See its options in Jinja's documentation; those of our own filters are in docs/post-file.md."
    else:
        message = f"The template cannot be rendered: {_sentence(said)}"
        if isinstance(error, TypeError):  # says it in words of Python
            message = "The template does something here that the kind of its value does not allow"
        hint = (
            "Check what kind of value is here. Texts are joined with ~, as in {{ 'v' ~ 1 }}; int makes a "
            "number of a text, as in {{ vars.count | int > 1 }}; {% for %} goes through a list."
        )
    return TemplateError(message, hint=hint, offset=offset)


_BRINGS_IN = {
    "mention": (
        "brings in the mention {}, which networks would link to an account there",
        "The filter `plain` keeps the name without the @; `release.notes` is `release.body` with it.",
    ),
    "hashtag": (
        "brings in the hashtag {}",
        "The filter `plain` keeps the word without the #; where a hashtag is meant, use `hashtag`.",
    ),
    "link": (
        "brings in {}, which networks turn into a link",
        "The filter `plain` writes it so that no network does.",
    ),
    "Markdown": (
        "brings in Markdown that no network renders: {}",
        "The filter `plain` turns it into text; `release.notes` is `release.body` with it.",
    ),
}


def brought_in(effect: Effect, offset: int) -> Remark:
    """Return the warning that a value does something on a network."""
    message, hint = _BRINGS_IN[effect.kind]
    return Remark(f"A value {message.format(cut(effect.shown, _LONGEST_NAME))}.", hint, offset)


def short_hashtag(value: str, offset: int) -> Remark:
    """Return the warning that a hashtag ends before the value that it is made of does."""
    end = re.match(r"\w*", value)
    shown = end[0] if end else ""
    return Remark(
        f"The hashtag made of {_shown(value)} is #{shown}." if shown else "The hashtag is empty.",
        "Write {{ … | hashtag }} without the # before it: my-rocket becomes #MyRocket.",
        offset,
    )


def typed_oddities(source: str) -> Iterator[Remark]:
    """Yield the Markdown and the literal new-line signs that the author of a plain text typed."""
    typed = re.sub(_TAG, lambda tag: _TAG_FILL * len(tag[0]) if tag["opening"] else tag[0], source)
    for effect in markdown(typed):
        yield Remark(
            f"No network renders Markdown: {cut(effect.shown.replace(_TAG_FILL, '…'), _LONGEST_NAME)} "
            "is shown as it is written.",
            "Remove the Markdown; write the address of a link after its text.",
            effect.start,
        )
    if newline := re.search(_TYPED_NEWLINE, typed):
        yield Remark(
            "The text has a backslash and an n where a new line may be meant.",
            r'In YAML, \n is a new line only between double quotes ("one\ntwo"); or use a block: text: |.',
            newline.start(),
        )


def dollars(source: str) -> Iterator[Remark]:
    """Yield what looks like GitHub's ``${{ … }}`` and works without the ``$``."""
    for tag in tags(source) if "${{" in source else ():
        at = tag.start() - 1
        if source.startswith("${{", max(at, 0)) and not _OF_GITHUB.match(source, tag.start()):
            yield Remark(  # no error: it may be a price
                'The "$" before "{{" stays in the text: what GitHub writes as ${{ … }} is {{ … }} here.',
                "Remove it. If it is meant, as in a price, write {{ '$' }} for it.",
                at,
            )


# --- where things are in a template, without Jinja: it never fails ---

_CLOSING = {"{{": "}}", "{%": "%}", "{#": "#}"}
_TAG = r"""(?sx)
    \{%[-+]?\s*raw\s*[-+]?%\}.*?(?:\{%[-+]?\s*endraw\s*[-+]?%\}|\Z)  # there are no tags in between
    |(?P<opening>\{[{%\#])
    (?:  # quoted text is skipped; an opening means that the tag itself was never closed
        (?<=\{\#)(?:(?!\#\}).)*
        |(?<=\{\{)(?:'[^']*'|"[^"]*"|(?!\}\}|\{[{%]).)*
        |(?<=\{%)(?:'[^']*'|"[^"]*"|(?!%\}|\{[{%]).)*
    )
    (?P<closing>\}\}|%\}|\#\})?
    """


def tags(source: str) -> Iterator[re.Match[str]]:
    """Yield all tags in their order, as ``opening`` and ``closing``, which may be missing."""
    return (tag for tag in re.finditer(_TAG, source) if tag["opening"])


def places(source: str, pattern: str, start: int = 0) -> Iterator[int]:
    """Yield where ``pattern`` occurs in the tags, from ``start`` on."""
    search = re.compile(pattern)
    for tag in tags(source):
        if tag.end() > start and tag["opening"] != "{#":
            found = search.finditer(source, max(tag.start(), start), tag.end())
            yield from (one.start() for one in found if one[0])


def find(source: str, line: int, pattern: str) -> int:
    """Return where ``pattern`` first occurs in a tag from ``line`` on; else the first tag on that line.

    An expression over several lines is reported by Jinja at its first line: hence "from".
    """
    return next(places(source, pattern, _line_start(source, line)), tag_on(source, line))


def name_alone(name: str) -> str:
    """Return the pattern of a name that is no field of something."""
    return rf"(?<![\w.]){re.escape(name)}(?!\w)"


def field_of(root: str, name: str) -> str:
    """Return the pattern of a field behind the dot or in the brackets of ``root``."""
    return rf"(?:(?<={root}\.)|(?<={root}\[['\"])){re.escape(name)}(?!\w)"


def whole_word(word: str) -> str:
    """Return the pattern of a word anywhere."""
    return rf"(?<!\w){re.escape(word)}(?!\w)"


def _line_start(source: str, line: int) -> int:
    starts = [0, *(newline.end() for newline in re.finditer(_NEWLINE, source))]
    return starts[max(0, min(line, len(starts)) - 1)]


def tag_on(source: str, line: int) -> int:
    """Return the offset of the first tag on a line, or of the line."""
    start = _line_start(source, line)
    before = re.compile(r"[^\r\n]*?(?=\{[{%#])").match(source, start)
    return before.end() if before else start


def _path_before(source: str, offset: int) -> str:
    """Return ``release.`` if this, or ``release['``, is written directly before ``offset``."""
    before = source[max(0, offset - _LONGEST_NAME) : offset]
    path = re.search(r"([A-Za-z_]\w*(?:\.\w+)*)(?:\.|\[['\"])\Z", before)
    return f"{path[1]}." if path else ""


def _suggestion(word: str, known: Iterable[str]) -> str:
    """Return "Did you mean …?", or what there is."""
    names = sorted(name for name in known if not name.startswith("_"))
    if near := suggest(word, names, likeness=0.6):
        return f"Did you mean {near!r}?"
    if not names:
        return ""
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return f"There are: {', '.join(names[:_LISTED])}{more}."


def _shown(name: str) -> str:
    return repr(cut(name, _LONGEST_NAME))


def _sentence(message: str) -> str:
    return cut(message.strip().split("\n", 1)[0].rstrip("."), _LONGEST_MESSAGE)
