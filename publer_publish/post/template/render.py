"""Templates in their document: each string is rendered in its place, and each mistake has its position."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from itertools import islice
from typing import Any, Protocol

from publer_publish.errors import ActionError, InvalidInputError, Path, Problems, Where
from publer_publish.post.model import Json
from publer_publish.post.template.errors import Remark, Rendered, TemplateError, dollars, typed_oddities
from publer_publish.text import cut

MAX_REMARKS = 20
"""Of one kind and one text that are reported."""
_MAY_BE_MARKDOWN = r"(?m)\*\*|__|\]\(|^#|^```"

TRUE = frozenset({"true", "yes", "1"})
FALSE = frozenset({"false", "no", "0", ""})


class Positions(Protocol):
    """The part of a document that knows the places of its values."""

    @property
    def file(self) -> str: ...
    def where(self, path: Path, *, key: bool = False) -> Where: ...
    def where_in(self, path: Path, offset: int) -> Where: ...
    def raw(self, path: Path) -> str: ...


class ContextSource(Protocol):
    """Where the values of templates come from. A release is looked up only when a template asks for it."""

    def values(
        self, names: frozenset[str], asked_about: frozenset[str] = frozenset()
    ) -> Mapping[str, object]:
        """A context with ``names``. Raises ``ActionError`` if one is missing that is not ``asked_about``."""
        ...

    def settles(self, names: frozenset[str]) -> bool:
        """Whether publishing will see the same values of ``names``. Those of a validation may differ."""
        ...


def is_template(source: str) -> bool:
    """Whether anything in ``source`` is for Jinja."""
    return "{{" in source or "{%" in source or "{#" in source


class Templates:
    """What is known of all templates of a run, once there is one."""

    @cached_property
    def engine(self) -> Any:  # noqa: ANN401  (its type would bring jinja2, too)
        from publer_publish.post.template.engine import Engine  # noqa: PLC0415  (brings jinja2: 60 ms)

        return Engine()


class Renderer:
    """Renders the strings of one document; what is wrong with them goes into ``problems``."""

    def __init__(
        self,
        positions: Positions,
        source: ContextSource,
        problems: Problems,
        templates: Templates | None = None,
        *,
        keeps_broken: bool = False,
    ) -> None:
        """``keeps_broken``: a text that cannot be rendered stays as it is."""
        self.problems = problems
        self._positions = positions
        self._source = source
        self._templates = templates or Templates()
        self._keeps_broken = keeps_broken

    def text(
        self,
        path: Path,
        source: str,
        *,
        fits: Callable[[str], bool] | None = None,
        markup: str | None = None,
        rest: list[str] | None = None,
    ) -> str | None:
        """One string, rendered; None if it cannot be.

        ``markup``: what the text of a post is written in, such as ``HTML``; empty: plain text, of which
        Markdown and what values bring in are warned of; None: it is not the text of a post.
        ``rest`` gets what ``fit(rest="thread")`` cut off.
        """
        if markup == "" and ("\\n" in source or re.search(_MAY_BE_MARKDOWN, source)):
            self._warn(path, typed_oddities(source))
        if not is_template(source):
            return source
        if self.problems.are_too_many():
            return source if self._keeps_broken else None
        self._warn(path, dollars(source))
        try:
            rendered = self._rendered(source, fits, markup)
        except ActionError as error:
            self._report(path, source, error)
            return source if self._keeps_broken else None
        self._warn(path, rendered.warnings)
        if rest is not None and rendered.rest:
            rest.append(rendered.rest)
        return rendered.text

    def _warn(self, path: Path, remarks: Iterable[Remark]) -> None:
        for message, hint, offset in islice(remarks, MAX_REMARKS):
            self.problems.warn(message, hint, self._positions.where_in(path, offset))

    def truth(self, path: Path, source: str) -> bool | None:
        """What a ``when`` says; true as long as that is not settled; None if it is wrong."""
        word = self.text(path, source)
        if word is None:
            return None
        word = word.strip().lower()
        if word not in TRUE | FALSE:
            self.problems.error(
                f"`when` must come to true or false, but came to {cut(word, 40)!r}.",
                "It is a condition, not a time: write true, false, or a template that comes to one of them, "
                "such as {{ not release.prerelease }}.",
                self._positions.where_in(path, 0),
            )
            return None
        engine = self._templates.engine if is_template(source) else None
        return word in TRUE or bool(engine and not self._source.settles(engine.uses(source).names))

    def tree(self, path: Path, value: Json, *, skip: Callable[[Path], bool], below: Path = ()) -> Json:
        """``value`` with every string rendered but those whose path below it ``skip`` names.

        What has no template is shared with ``value``, not copied: it is most of a file of many posts.
        """
        if isinstance(value, str):
            if skip(below):
                return value
            rendered = self.text(path + below, value)
            return value if rendered is None else rendered
        if isinstance(value, Mapping):
            fields = {
                key: self.tree(path, item, skip=skip, below=(*below, key)) for key, item in value.items()
            }
            return value if fields == value else fields
        if isinstance(value, list):
            items = [
                self.tree(path, item, skip=skip, below=(*below, index)) for index, item in enumerate(value)
            ]
            return value if items == value else items
        return value

    def _rendered(self, source: str, fits: Callable[[str], bool] | None, markup: str | None) -> Rendered:
        engine = self._templates.engine
        values = self._source.values(*engine.uses(source))
        rendered: Rendered = engine.render(source, values, fits=fits, markup=markup)
        return rendered

    def _report(self, path: Path, source: str, error: ActionError) -> None:
        """Report everything that is wrong with a template: ``error`` is what ended it."""
        values = self._source.values(frozenset())
        found = {one.offset: one for one in self._templates.engine.mistakes(source, values)}
        if isinstance(error, TemplateError):
            found.setdefault(error.offset, error)
        else:
            for problem in error.problems if isinstance(error, InvalidInputError) else (error,):
                self.problems.error(problem.message, problem.hint, self._positions.where(path))
        for _, one in sorted(found.items()):
            where = self._positions.where_in(path, one.offset)
            self.problems.error(f"{one.message.rstrip('.')}.", one.hint, where)
