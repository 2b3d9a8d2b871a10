"""YAML 1.2 (core schema) with the place of every value, built from the events of the parser.

The events are turned into plain data here and not by a loader: loaders resolve more than YAML 1.2 core does
(dates, ``1_000``, merge keys), recurse, expand aliases without bound and forget the places.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import groupby
from typing import Any, NoReturn

import yaml

from publer_publish.post.document.rewrite import (
    INVISIBLE,
    MOST_LINES,
    as_posts,
    value_in_quotes,
    without_invisible,
)
from publer_publish.post.document.source import MAX_DIGITS, Node, Reading, Source, Tree, container, short
from publer_publish.post.document.yaml_errors import QUOTE, events, explain, is_key_line

MAX_EXPANSION = 4 * 1024 * 1024
"""Characters that all aliases of a file may stand for."""

Scalar = str | int | float | bool | None

_NODE_WEIGHT = 16
_FORBIDDEN = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]"
"""What YAML forbids, and what only its version 1.1 takes for the end of a line."""
_INVISIBLE = f"[{INVISIBLE}]"
_PROPERTIES = re.compile(r"(?:[&!]\S*(?:\s+(?:#[^\n\r]*)?)+)+")
_TAG = "tag:yaml.org,2002:"
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = r"[-+]?[0-9]+"
_OTHER_BASES = r"0o[0-7]{1,99}|0x[0-9a-fA-F]{1,99}"
_FLOAT = r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
_BEGINS_NUMBERS = frozenset("+-.0123456789")
"""What a plain scalar begins with that is not text; everything else needs no look."""


def read(source: Source, reading: Reading) -> Node:
    """Read the one document of the file."""
    found = re.search(_FORBIDDEN, source.text)
    if found:
        reading.stop(
            found.start(),
            f"The character U+{ord(found[0]):04X} cannot be in a post file.",
            "Remove it; it often comes from copying text out of another program.",
        )
    return _Builder(source, reading).build()


class _Builder:
    def __init__(self, source: Source, reading: Reading) -> None:
        self.source = source
        self.reading = reading
        self.tree = Tree(reading)
        self.anchors: dict[str | None, Node] = {}
        """What an alias may repeat, which is complete: nothing is a part of itself."""
        self.names: list[str | None] = []
        """The anchor of each open mapping or list."""
        self.second_posts: set[int] = set()
        self.expanded = 0
        self.texts: dict[str, str] = {}
        """Each text once: keys and whole posts are repeated for network after network."""

    def build(self) -> Node:
        try:
            for event in events(self.source.text):
                self._take(event)
        except yaml.YAMLError as error:
            explain(self.source, error, self.reading)
        return self.tree.root or Node(0, 0, None)

    def _take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.ScalarEvent):
            node = self._scalar(event)
            self.anchors[event.anchor] = node
            self._add(node, is_plain=node.style == "")
        elif isinstance(event, yaml.MappingStartEvent):
            self._open(event, {})
        elif isinstance(event, yaml.SequenceStartEvent):
            self._open(event, [])
        elif isinstance(event, yaml.CollectionEndEvent):
            self.anchors[self.names.pop()] = self.tree.end(_end(event))
        elif isinstance(event, yaml.AliasEvent):
            self._add_alias(event)
        elif isinstance(event, yaml.DocumentStartEvent) and self.tree.root:
            self._second_part(_start(event))

    def _second_part(self, begin: int) -> NoReturn:
        """Report a ``---`` in the middle of a file: two posts, or a text below its front matter."""
        lines = self.source.lines()
        line = self.source.position(begin)[0] - 1
        first = [one for one in lines[:line] if one.strip() not in ("---", "")]
        second = lines[line + 1 :]
        if is_key_line(next((one for one in second if one.strip()), "")):
            rest = groupby(second, lambda line: line.rstrip() == "---")
            parts = [first, *(list(part) for is_mark, part in rest if not is_mark)]
            hint = "Write one list of posts, in which each begins with a dash."
            self.reading.stop(begin, 'The line "---" begins a second post.', hint, as_posts(parts))
        text = [f"  {one}" if one.strip() else "" for one in second]
        fix = "\n".join([*first, "text: |", *text]).rstrip() if len(lines) <= MOST_LINES else ""
        hint = 'Write the text after "text: |", with every line indented.'
        self.reading.stop(begin, 'A post file has no text below a line "---".', hint, fix)

    def _open(self, event: yaml.CollectionStartEvent, value: dict[str, Any] | list[Any]) -> None:
        begin = self._start_of(event)
        if event.tag:
            self._refuse_tag(event.tag, _start(event))
        if self.tree.needs_key:
            self._refuse_key(begin)
        node = container(begin, begin, value, weight=_NODE_WEIGHT)
        self.names.append(event.anchor)
        self.tree.begin(node)

    def _add_alias(self, event: yaml.AliasEvent) -> None:
        begin, name = _start(event), str(event.anchor)
        target = self.anchors.get(name)
        if target is None:
            fix = value_in_quotes(self.source, begin)
            hint = "If the star is part of a text, put the whole text in quotes."
            self.reading.stop(begin, f'"*{short(name)}" repeats something that has no name here.', hint, fix)
        self.expanded += target.weight
        if self.expanded > MAX_EXPANSION:
            self.reading.stop(
                begin, "What this file repeats with * comes to more than 4 MiB.", "Repeat less."
            )
        self.reading.check_depth(len(self.tree.open) + target.height - 1, begin)
        self._add(replace(target, start=begin, end=_end(event)), is_plain=False)

    def _add(self, node: Node, *, is_plain: bool) -> None:
        if self.tree.needs_key:
            self._take_key(node, is_plain=is_plain)
        else:
            self.tree.add(node)

    def _take_key(self, node: Node, *, is_plain: bool) -> None:
        key, parent = node.value, self.tree.open[-1]
        parent.weight += node.weight
        if not isinstance(key, str):
            written = self.source.text[node.start : node.end]
            self.reading.error(
                node.start,
                f"A key must be text, but {short(written) or 'this'} is not.",
                f'Put it in quotes: "{short(written)}".' if written else "Write a key before the colon.",
            )
            key = written
        elif key == "<<" and is_plain:
            self.reading.error(node.start, '"<<" means nothing in a post file.', "Write the keys out.")
        elif is_plain and not key.isascii() and (found := re.search(_INVISIBLE, key)):
            visible = short(re.sub(_INVISIBLE, " ", key).strip())
            self.reading.error(
                node.start + found.start(),
                f'The key "{visible}" contains an invisible character (U+{ord(found[0]):04X}).',
                "Type the line again, with ordinary spaces: it was probably copied from a page.",
                without_invisible(self.source.line_of(node.start)),
            )
        elif key in parent.entries:
            self._duplicate_key(key, parent, node)
        self.tree.key(key, node.start)

    def _duplicate_key(self, key: str, parent: Node, node: Node) -> None:
        """Report a key that is there twice; of a whole post that follows another one only the first."""
        if id(parent) in self.second_posts:
            return
        fix = ""
        if len(self.tree.open) == 1 and node.start > parent.start and key == next(iter(parent.entries)):
            self.second_posts.add(id(parent))
            line = self.source.position(node.start)[0] - 1
            lines = self.source.lines()
            fix = as_posts([lines[self.source.position(parent.start)[0] - 1 : line], lines[line:]])
        self.reading.duplicate_key(key, parent.entries[key].key_start, node.start, fix)

    def _refuse_key(self, begin: int) -> NoReturn:
        """Report a list or braces in place of a key."""
        outer = self.tree.open[-1].start
        if fix := value_in_quotes(self.source, outer):
            self.reading.stop(outer, 'A text that begins with "{" needs quotes.', QUOTE, fix)
        self.reading.stop(
            begin,
            "A key must be text, but here it is in brackets or braces.",
            'If this is a template or a text in braces, put it in quotes: "{{ tag }}".',
        )

    def _scalar(self, event: yaml.ScalarEvent) -> Node:
        text = self.texts.setdefault(event.value, event.value)
        style = event.style or ""
        begin = self._start_of(event)
        if style == '"':
            self.reading.check_text(text, begin)  # the C library refuses it, its Python version does not
        value: Scalar = text
        if event.tag and event.tag not in {f"{_TAG}str", "!"}:
            self._refuse_tag(event.tag, _start(event))
        elif not event.tag and style == "":
            value = self._resolve(text, begin)
        return Node(begin, max(_end(event), begin), value, style, weight=_NODE_WEIGHT + len(text))

    def _start_of(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> int:
        """Where the value begins, after an anchor and a tag."""
        begin = _start(event)
        if not (event.anchor or event.tag) or getattr(event, "value", None) == "":
            return begin
        found = _PROPERTIES.match(self.source.text, begin)
        return found.end() if found else begin

    def _resolve(self, text: str, start: int) -> Scalar:
        """Read a plain scalar by the YAML 1.2 core schema."""
        if text in _WORDS:
            return _WORDS[text]
        if text[0] not in _BEGINS_NUMBERS:
            return text
        if re.fullmatch(_INTEGER, text) and len(text) <= MAX_DIGITS:
            return int(text)
        if re.fullmatch(_FLOAT, text):
            is_a_word = text[-1] in "fFnN"
            return self.reading.finite(float(text.replace(".", "") if is_a_word else text), text, start)
        return int(text, 0) if re.fullmatch(_OTHER_BASES, text) else text

    def _refuse_tag(self, tag: str, start: int) -> None:
        shown = "!!" + tag.removeprefix(_TAG) if tag.startswith(_TAG) else tag
        fix = "" if re.match("!![a-z]", shown) else value_in_quotes(self.source, start)
        message = f'"{short(shown)}" is something that a post file cannot have: a tag of YAML.'
        if fix:
            self.reading.error(start, 'A text that begins with "!" needs quotes.', QUOTE, fix)
        else:
            self.reading.error(start, message, "Remove it.")


def _start(event: yaml.Event) -> int:
    """Return the offset at which an event begins, an anchor and a tag included."""
    return event.start_mark.index if event.start_mark else 0


def _end(event: yaml.Event) -> int:
    return event.end_mark.index if event.end_mark else 0
