"""YAML 1.2 (core schema) with the place of every value, built from the events of the C parser.

The events are turned into plain data here and not by a loader: loaders resolve more than YAML 1.2 core does
(dates, ``1_000``, merge keys), recurse, expand aliases without bound and forget where things stood.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NoReturn, Protocol

from publer_publish.errors import InvalidInputError, Problem
from publer_publish.post.document.source import (
    MAX_DIGITS,
    MAX_PROBLEMS,
    Limits,
    Node,
    Source,
    container,
    duplicate_key,
    problem_at,
    short,
)
from publer_publish.post.document.yaml_errors import explain

MAX_EXPANSION = 4 * 1024 * 1024
"""Characters that all aliases of a file may stand for."""

Scalar = str | int | float | bool | None

_NODE_WEIGHT = 16
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ufffe\uffff]")
_ONLY_YAML_1_1_BREAKS = re.compile("[\x85\u2028\u2029]")
"""Line breaks in YAML 1.1, which the parser implements, but ordinary characters in 1.2."""
_PRIVATE_USE = range(0xE000, 0xF8FF)
_ONLY_YAML_1_1_INDICATORS = re.compile(r"""(?<=[^\s,\[\]{}"'])(?::(?=[^\s,\[\]{}])|\?)""")
"""In brackets and braces these end a text in YAML 1.1; in 1.2 they are part of it: ``{ url: https://… }``."""

_INVISIBLE = re.compile("[\u00a0\u1680\u2000-\u200b\u200e\u200f\u202f\u205f\u2060\u3000]")
"""What looks like a space or like nothing, and is a character of the key to YAML."""
_PROPERTIES = re.compile(r"(?:[&!]\S*(?:\s+(?:#[^\n\r]*)?)+)+")
_TAG = "tag:yaml.org,2002:"
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_MAYBE_NOT_TEXT = frozenset("nN~tTfF.+-0123456789")
"""What a plain scalar begins with that is not text; everything else needs no look."""


def read(source: Source) -> Node:
    """Read the one document of the file.

    Raises InvalidInputError with all faults of keys, tags and aliases, or the first fault of syntax.
    """
    reader = _Reader(source)
    try:
        return reader.read()
    except InvalidInputError:
        if not (reader.is_wrong_to_parser and _ONLY_YAML_1_1_INDICATORS.search(source.text)):
            raise
    return _Reader(source, hide=_ONLY_YAML_1_1_INDICATORS).read()


class _Mark(Protocol):
    index: int


class _Event(Protocol):
    """What is read of the parser's events; each kind has some of it."""

    start_mark: _Mark
    end_mark: _Mark
    anchor: str
    tag: str | None
    value: str
    style: str | None


class _Reader:
    def __init__(self, source: Source, *, hide: re.Pattern[str] | None = None) -> None:
        """``hide``: what the parser would take for more than text."""
        self.source = source
        self.hide = hide
        self.is_wrong_to_parser = False
        self.open: list[Node] = []
        self.keys: list[tuple[str, int] | None] = []
        """The key that each open mapping waits for a value of; None when it waits for a key."""
        self.anchors: dict[str, Node] = {}
        self.unfinished: dict[int, str] = {}
        self.expanded = 0
        self.problems: list[Problem] = []
        self.root: Node | None = None
        self.limits = Limits(source)
        self.restore: dict[int, str] = {}
        self.texts: dict[str, str] = {}
        """Each text once: keys and whole posts are repeated for network after network."""

    def read(self) -> Node:
        for event in self._events():
            self._take(type(event).__name__, event)
        if self.problems:
            raise InvalidInputError(*self.problems)
        return self.root or Node(0, 0, None)

    def _events(self) -> Iterator[_Event]:
        from _ruamel_yaml import CParser  # noqa: PLC0415 - a C library that only YAML files need
        from ruamel.yaml.error import YAMLError  # noqa: PLC0415

        self._check_characters()
        parser = CParser(self._text_for_parser())
        try:
            while (event := parser.get_event()) is not None:
                yield event
        except YAMLError as error:
            self.is_wrong_to_parser = True
            problem = explain(self.source, error)
            raise InvalidInputError(*self.problems, problem) from None

    def _check_characters(self) -> None:
        found = _FORBIDDEN.search(self.source.text)
        if found:
            self._stop(
                f"The control character U+{ord(found[0]):04X} cannot stand in a YAML file.",
                "Remove it; it often comes from copying text out of another program.",
                found.start(),
            )

    def _text_for_parser(self) -> str:
        """Hide what only YAML 1.1 takes for more than text behind unused characters of the same width."""
        text = self.source.text
        breaks = set(_ONLY_YAML_1_1_BREAKS.findall(text))
        if not breaks and not self.hide:
            return text
        hidden = sorted({*breaks, ":", "?"} if self.hide else breaks)
        free = (chr(code) for code in _PRIVATE_USE if chr(code) not in text)
        stand_ins = dict(zip(hidden, free, strict=False))
        self.restore = {ord(stand_in): original for original, stand_in in stand_ins.items()}
        if self.hide:
            text = self.hide.sub(lambda found: stand_ins[found[0]], text)
        return text.translate({ord(original): stand_ins[original] for original in breaks})

    def _take(self, kind: str, event: _Event) -> None:
        if kind == "ScalarEvent":
            self._add(self._scalar(event), event.anchor)
        elif kind == "MappingStartEvent":
            self._open(event, {}, "map")
        elif kind == "SequenceStartEvent":
            self._open(event, [], "seq")
        elif kind in {"MappingEndEvent", "SequenceEndEvent"}:
            self._close(event.end_mark.index)
        elif kind == "AliasEvent":
            self._add_alias(event)
        elif kind == "DocumentStartEvent" and self.root is not None:
            self._stop(
                "A second YAML document begins here.",
                'Remove the "---" line. For several posts use one list: "posts:" with one "-" for each post.',
                event.start_mark.index,
            )

    def _open(self, event: _Event, value: dict[str, Any] | list[Any], kind: str) -> None:
        start = self._start_of(event)
        if event.tag and event.tag not in {_TAG + kind, "!"}:
            self._note_tag(event.tag, start)
        node = container(start, start, value, weight=_NODE_WEIGHT)
        self._expect_value_or_string_key(node)
        if event.anchor:
            self.anchors[event.anchor] = node
            self.unfinished[id(node)] = event.anchor
        self.open.append(node)
        self.keys.append(None)
        self.limits.check_depth(len(self.open), start)

    def _close(self, end: int) -> None:
        node = self.open.pop()
        self.keys.pop()
        self.unfinished.pop(id(node), None)
        node.end = max(end, node.start)
        self._attach(node)

    def _add(self, node: Node, anchor: str | None) -> None:
        if anchor:
            self.anchors[anchor] = node
        self._attach(node)

    def _add_alias(self, event: _Event) -> None:
        start = event.start_mark.index
        target = self.anchors.get(event.anchor)
        if target is None:
            self._stop(
                f'The alias "*{short(event.anchor)}" has no anchor before it.',
                f'Define it first with "&{short(event.anchor)}". If the star is part of a text, '
                "put the text in quotes.",
                start,
            )
        if id(target) in self.unfinished:
            self._stop(
                f'The alias "*{short(event.anchor)}" stands inside what it stands for.',
                "An alias can only repeat something that is complete.",
                start,
            )
        self.expanded += target.weight
        if self.expanded > MAX_EXPANSION:
            self._stop(
                "The aliases of this file expand to more than 4 MiB.",
                "Write shared text once per post, or use fewer aliases.",
                start,
            )
        self.limits.check_depth(len(self.open) + target.height - 1, start)
        self._attach(
            Node(start, event.end_mark.index, target.value, target.style, target.entries, target.items,
                 target.weight, target.height),
            target,
        )  # fmt: skip

    def _attach(self, node: Node, alias_of: Node | None = None) -> None:
        if not self.open or self.keys[-1] is not None or isinstance(self.open[-1].value, list):
            self.limits.count_value(node.start)
        if not self.open:
            self.root = node
            return
        parent = self.open[-1]
        parent.weight += node.weight
        parent.height = max(parent.height, node.height + 1)
        if isinstance(parent.value, list):
            parent.value.append(node.value)
            parent.items.append(node)
            self.limits.check_items(len(parent.items), node.start)
            return
        key = self.keys[-1]
        if key is None:
            self._take_key(parent, node, alias_of)
            return
        self.keys[-1] = None
        name, key_start = key
        if name in parent.entries:
            return
        parent.value[name] = node.value
        node.key_start = key_start
        parent.entries[name] = node

    def _take_key(self, parent: Node, node: Node, alias_of: Node | None) -> None:
        key = node.value
        plain = node.style == "" and alias_of is None
        if not isinstance(key, str):
            written = self.source.text[node.start : node.end]
            self._note(
                f"A key must be text, but YAML reads {short(written) or 'nothing'} as {_kind(key)}.",
                f'Put it in quotes: "{short(written)}".' if written else "Write a key before the colon.",
                node.start,
            )
            key = written
        elif key == "<<" and plain:
            self._note(
                'YAML 1.2 has no merge key "<<".',
                "Write the fields out, or give a whole value an anchor (&name) and repeat it with *name.",
                node.start,
            )
        elif plain and (found := _INVISIBLE.search(key)):
            visible = short(_INVISIBLE.sub(" ", key).strip())
            self._note(
                f'The invisible character U+{ord(found[0]):04X} stands in the key "{visible}".',
                "Write the line anew, with ordinary spaces: it comes along when text is copied from a page.",
                node.start + found.start(),
            )
        elif key in parent.entries and len(self.problems) < MAX_PROBLEMS:
            self.problems.append(duplicate_key(self.source, key, parent.entries[key].key_start, node.start))
        self.keys[-1] = (key, node.start)

    def _expect_value_or_string_key(self, node: Node) -> None:
        if self.open and isinstance(self.open[-1].value, dict) and self.keys[-1] is None:
            self._stop(
                "A key must be text, but here a list or a mapping stands as a key.",
                'If this is a template or a text in braces, put it in quotes: "{{ tag }}".',
                node.start,
            )

    def _scalar(self, event: _Event) -> Node:
        text = event.value
        style = event.style or ""
        start = self._start_of(event) if event.tag or event.anchor else event.start_mark.index
        if self.restore:
            text = text.translate(self.restore)
        text = self.texts.setdefault(text, text)
        node = Node(start, max(event.end_mark.index, start), text, style, weight=_NODE_WEIGHT + len(text))
        if event.tag:
            node.value = self._tagged(event.tag, text, start)
        elif style == "" and (not text or text[0] in _MAYBE_NOT_TEXT):
            node.value = self._resolve(text, start)
        return node

    def _start_of(self, event: _Event) -> int:
        """Where the value begins, after an anchor and a tag."""
        start = event.start_mark.index
        if not (event.anchor or event.tag) or getattr(event, "value", None) == "":
            return start
        found = _PROPERTIES.match(self.source.text, start)
        return found.end() if found else start

    def _tagged(self, tag: str, text: str, start: int) -> Scalar:
        kind = tag.removeprefix(_TAG)
        if tag == "!" or kind == "str":
            return text
        if kind not in {"null", "bool", "int", "float"}:
            self._note_tag(tag, start)
            return text
        value = self._resolve(text, start)
        if kind == "float" and isinstance(value, int) and not isinstance(value, bool):
            return float(value)
        if _kind_tag(value) != kind:
            self._note(f'"{short(text)}" is not a value of the tag "!!{kind}".', "Remove the tag.", start)
        return value

    def _resolve(self, text: str, start: int) -> Scalar:
        """Read a plain scalar by the YAML 1.2 core schema."""
        if text in _WORDS:
            return _WORDS[text]
        if _NOT_FINITE.fullmatch(text):
            self._note(
                f'"{text}" is a number that no post can contain.', "Put it in quotes if it is text.", start
            )
            return text
        if _INTEGER.fullmatch(text) or _FLOAT.fullmatch(text):
            if len(text) > MAX_DIGITS:
                self._note(
                    f"A number has {len(text):,} characters.", "Put it in quotes if it is text.", start
                )
                return text
            return int(text) if _INTEGER.fullmatch(text) else float(text)
        if len(text) <= MAX_DIGITS and (_OCTAL.fullmatch(text) or _HEXADECIMAL.fullmatch(text)):
            return int(text, 0)
        return text

    def _note_tag(self, tag: str, start: int) -> None:
        tag = tag.translate(self.restore)
        shown = "!!" + tag.removeprefix(_TAG) if tag.startswith(_TAG) else tag
        self._note(
            f'The tag "{short(shown)}" is not allowed in a post file.',
            "Remove it. If the text itself begins with an exclamation mark, put it in quotes.",
            start,
        )

    def _note(self, message: str, hint: str, at: int) -> None:
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(problem_at(self.source, at, message, hint))

    def _stop(self, message: str, hint: str, at: int) -> NoReturn:
        raise InvalidInputError(*self.problems, problem_at(self.source, at, message, hint))


def _kind(value: object) -> str:
    if value is None:
        return "nothing (null)"
    if isinstance(value, bool):
        return "true or false"
    return "a number" if isinstance(value, int | float) else "a list or a mapping"


def _kind_tag(value: object) -> str:
    return {type(None): "null", bool: "bool", int: "int", float: "float"}.get(type(value), "str")
