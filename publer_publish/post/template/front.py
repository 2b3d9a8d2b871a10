"""Templates in post files: Jinja2 for people who announce things, bounded for people who mean harm.

Light on purpose: Jinja2 is only imported when a text is a template.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from publer_publish.errors import ActionError

if TYPE_CHECKING:
    from publer_publish.post.template.budget import FileBudget
    from publer_publish.post.template.engine import Renderer

MAX_SOURCE = 100_000
"""In code points: of one template."""

TRUE = frozenset({"true", "yes", "1"})
FALSE = frozenset({"false", "no", "0", ""})


class TemplateError(ActionError):
    """A template is wrong, or does more than a post needs."""

    def __init__(self, message: str, *, hint: str = "", offset: int = 0) -> None:
        super().__init__(message, hint=hint)
        self.offset = offset
        """Where in the source, in code points from 0."""


def is_template(source: str) -> bool:
    """Whether anything in ``source`` is for Jinja."""
    return "{{" in source or "{%" in source or "{#" in source


class Uses(NamedTuple):
    """The top-level names that a template reads, such as ``release``."""

    names: frozenset[str] = frozenset()
    asked_about: frozenset[str] = frozenset()
    """Those of them that it copes without, as in ``{{ tag | default("main") }}``."""


def uses(source: str) -> Uses:
    """Return what the template reads. Raises TemplateError."""
    if not is_template(source):
        return Uses()
    _refuse_long(source)
    from publer_publish.post.template import engine  # noqa: PLC0415  (60 ms)

    return engine.uses(source)


def mistakes(source: str, context: Mapping[str, object]) -> list[TemplateError]:
    """Return every wrong name in a template that has failed; rendering stops at the first mistake."""
    if len(source) > MAX_SOURCE:
        return []
    from publer_publish.post.template import names  # noqa: PLC0415  (few templates have mistakes)

    return names.mistakes(source, context)


class Templates:
    """Renders templates over one context, whose values are data: what looks like a template in them stays."""

    def __init__(self, context: Mapping[str, object], earlier: Templates | None = None) -> None:
        """``earlier``: those of the same file over less context, whose budget goes on."""
        self._context = context
        self._renderer: Renderer | None = None
        self.budget: FileBudget | None = earlier.budget if earlier else None

    def render(self, source: str, *, fits: Callable[[str], bool] | None = None) -> str:
        """Return the text that ``source`` stands for. Raises TemplateError.

        ``fits`` tells whether a whole text is short enough. With it, parts that go through the filter
        ``fit`` are cut until it is; without it, they stay whole.
        """
        if not is_template(source):
            return source
        _refuse_long(source)
        return self._jinja().render(source, fits)

    def truth(self, source: str) -> bool:
        """Return what ``when`` comes to. Raises TemplateError if that is neither true nor false."""
        word = self.render(source).strip().lower()
        if word in TRUE:
            return True
        if word in FALSE:
            return False
        shown = word if len(word) <= 40 else word[:39] + "…"  # noqa: PLR2004  (a value shown in a message)
        raise TemplateError(
            f"This came to {shown!r}, which is neither true nor false",
            hint="Use {{ not release.prerelease }} or the like: true, yes, 1, false, no, 0 or nothing.",
        )

    def _jinja(self) -> Renderer:
        if self._renderer is None:
            from publer_publish.post.template.budget import FileBudget  # noqa: PLC0415  (with it)
            from publer_publish.post.template.engine import Renderer  # noqa: PLC0415  (60 ms)

            self.budget = self.budget or FileBudget()
            self._renderer = Renderer(self._context, self.budget)
        return self._renderer


def _refuse_long(source: str) -> None:
    if len(source) > MAX_SOURCE:
        raise TemplateError(
            f"The template has {len(source):,} characters; {MAX_SOURCE:,} are allowed",
            hint="Put fixed text of this length into a network's text without {{ }} and {% %}.",
        )
