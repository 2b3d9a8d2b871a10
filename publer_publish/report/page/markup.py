"""HTML in which foreign text is only ever text: the one place of the page where anything is escaped."""

from __future__ import annotations

from html import escape

from publer_publish.report.text import visible


class Html(str):
    """Finished markup. A plain ``str`` is foreign and gets escaped."""

    __slots__ = ()


Child = str | None
"""Markup, foreign text, or nothing."""

_VOID = frozenset({"img", "meta", "wbr"})


def tag(name: str, /, *children: Child, **attributes: str | None) -> Html:
    """Return an element. ``class_`` and ``aria_label`` stand for ``class`` and ``aria-label``.

    An attribute that is ``None`` or empty is left out, except ``alt`` and ``lang``: both mean
    something when they are empty (a decoration, an unknown language).
    """
    written = "".join(
        _attribute(key.rstrip("_").replace("_", "-"), value) for key, value in attributes.items()
    )
    if name in _VOID:
        return Html(f"<{name}{written}>")
    return Html(f"<{name}{written}>{join(*children)}</{name}>")


def join(*children: Child) -> Html:
    """Return markup one after the other."""
    return Html("".join(child if isinstance(child, Html) else _text(child) for child in children if child))


def foreign(text: str, name: str = "span", **attributes: str | None) -> Html:
    """Return foreign text in an element of its own: its language and direction are not the page's."""
    return tag(name, text, lang="", dir="auto", **attributes)


def prose(text: str, class_: str | None = None) -> Html:
    """Return a message of ours, which may quote foreign text; what stands in `backticks` becomes code."""
    pieces = text.split("`")
    if len(pieces) % 2 == 0:
        return foreign(text, class_=class_)
    return foreign(
        join(*(tag("code", piece) if place % 2 else piece for place, piece in enumerate(pieces))),
        class_=class_,
    )


def _text(text: str) -> str:
    return escape(visible(text), quote=False)


def _attribute(name: str, value: str | None) -> str:
    if value is None or (not value and name not in {"alt", "lang"}):
        return ""
    return f' {name}="{escape(visible(value), quote=True)}"'
