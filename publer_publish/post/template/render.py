"""Templates in their document: each string is rendered where it stands, and each mistake has its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from publer_publish.errors import ActionError, InvalidInputError, Path, Problems, Where
from publer_publish.post.model import Json
from publer_publish.post.template.front import TemplateError, Templates, is_template, mistakes, uses


class Positions(Protocol):
    """The part of a document that says where things stand."""

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
        """Whether ``names`` stand for what publishing will see. Those of a validation need not."""
        ...


class Renderer:
    """Renders the strings of one document."""

    def __init__(self, positions: Positions, source: ContextSource, problems: Problems) -> None:
        self._positions = positions
        self._source = source
        self._latest: tuple[int, Templates] | None = None
        self._problems = problems
        self._mistakes: dict[str, list[TemplateError]] = {}
        """Of each template that failed: it fails again for the next network."""

    def text(self, path: Path, source: str, *, fits: Callable[[str], bool] | None = None) -> str | None:
        """One string, rendered; None when it cannot be."""
        if not is_template(source):
            return source
        self._warn_of_dollars(path, source)
        try:
            return self._templates(source).render(source, fits=fits)
        except ActionError as error:
            self._blame(path, source, error)
        return None

    def truth(self, path: Path, source: str) -> bool | None:
        """What a ``when`` says; true as long as that is not settled; None after a mistake."""
        self._warn_of_dollars(path, source)
        try:
            return self._templates(source).truth(source) or not self._source.settles(uses(source).names)
        except ActionError as error:
            self._blame(path, source, error)
        return None

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

    def _templates(self, source: str) -> Templates:
        """The templates over the context, which grows when a template asks for a release."""
        values = self._source.values(*uses(source))
        if self._latest is None or self._latest[0] != len(values):
            self._latest = len(values), Templates(values, self._latest[1] if self._latest else None)
        return self._latest[1]

    def _blame(self, path: Path, source: str, error: ActionError) -> None:
        """Keep everything that is wrong with the template at ``path``: ``error`` is what ended it."""
        if source not in self._mistakes:
            self._mistakes[source] = mistakes(source, self._source.values(frozenset()))
        found = {one.offset: one for one in self._mistakes[source]}
        if isinstance(error, TemplateError):
            found[error.offset] = error
        else:
            problems = error.problems if isinstance(error, InvalidInputError) else (error,)
            for problem in problems:
                self._problems.error(problem.message, problem.hint, self._positions.where(path))
        for _, one in sorted(found.items()):
            self._problems.error(one.message, one.hint, self._positions.where_in(path, one.offset))

    def _warn_of_dollars(self, path: Path, source: str) -> None:
        if "${{" not in source:
            return
        from publer_publish.post.template.tags import dollars  # noqa: PLC0415  (hardly any file needs it)

        # No error: a price may well stand there.
        for offset in dollars(source):
            self._problems.warn(
                'The "$" before "{{" stays in the text: what GitHub writes as ${{ … }} is {{ … }} here.',
                "Remove it. If it is meant, as in a price, write {{ '$' }} for it.",
                self._positions.where_in(path, offset),
            )
