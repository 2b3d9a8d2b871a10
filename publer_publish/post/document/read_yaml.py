"""YAML 1.2 (core schema) with the place of every value, built from the events of the parser.

The events are turned into plain data here and not by a loader: loaders resolve more than YAML 1.2 core does
(dates, ``1_000``, merge keys), recurse, expand aliases without bound and forget the places.
"""

from __future__ import annotations

import re
from typing import Any, NoReturn

import yaml

from publer_publish.post.document.rewrite import as_posts
from publer_publish.post.document.source import (
    MAX_DIGITS,
    Node,
    Reading,
    Source,
    container,
    short,
)
from publer_publish.post.document.yaml_errors import (
    QUOTE,
    explain,
    is_key_line,
    value_in_quotes,
    without_invisible,
)
from publer_publish.post.document.yaml_events import end, events, start, without_yaml_1_1_breaks

MAX_EXPANSION = 4 * 1024 * 1024
"""Characters that all aliases of a file may stand for."""

Scalar = str | int | float | bool | None

_NODE_WEIGHT = 16
_MOST_LINES = 20
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ufffe\uffff]")
_INVISIBLE = re.compile("[\u00a0\u1680\u2000-\u200b\u200e\u200f\u202f\u205f\u2060\u3000]")
"""What looks like a space or like nothing, and is a character of the key to YAML."""
_SURROGATE = re.compile("[\ud800-\udfff]")
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


def read(source: Source, reading: Reading) -> Node:
    """Read the one document of the file."""
    found = _FORBIDDEN.search(source.text)
    if found:
        reading.stop(
            found.start(),
            f"The control character U+{ord(found[0]):04X} cannot be in a post file.",
            "Remove it; it often comes from copying text out of another program.",
        )
    return _Builder(source, reading).build()


class _Builder:
    def __init__(self, source: Source, reading: Reading) -> None:
        self.source = source
        self.reading = reading
        self.open: list[Node] = []
        self.keys: list[tuple[str, int] | None] = []
        """The key that each open mapping waits for a value of; None when it waits for a key."""
        self.anchors: dict[str, Node] = {}
        self.unfinished: dict[int, str] = {}
        self.second_posts: set[int] = set()
        self.expanded = 0
        self.root: Node | None = None
        self.restore: dict[int, str] = {}
        self.texts: dict[str, str] = {}
        """Each text once: keys and whole posts are repeated for network after network."""

    def build(self) -> Node:
        text, self.restore = without_yaml_1_1_breaks(self.source.text)
        try:
            for event in events(text):
                self._take(event)
        except yaml.YAMLError as error:
            explain(self.source, error, self.reading)
        return self.root or Node(0, 0, None)

    def _take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._add(self._scalar(event), event.anchor)
        elif isinstance(event, yaml.MappingStartEvent):
            self._open(event, {}, "map")
        elif isinstance(event, yaml.SequenceStartEvent):
            self._open(event, [], "seq")
        elif isinstance(event, yaml.CollectionEndEvent):
            self._close(end(event))
        elif isinstance(event, yaml.AliasEvent):
            self._add_alias(event)
        elif isinstance(event, yaml.DocumentStartEvent) and self.root is not None:
            self._second_part(start(event))

    def _second_part(self, begin: int) -> NoReturn:
        """Report a ``---`` in the middle of a file: two posts, or a text below its front matter."""
        lines = self.source.lines()
        line = self.source.position(begin)[0] - 1
        first = [one for one in lines[:line] if one.strip() not in ("---", "")]
        second = lines[line + 1 :]
        if is_key_line(next((one for one in second if one.strip()), "")):
            parts = [first, *_parts(second)]
            hint = "Write one list of posts, in which each begins with a dash."
            self.reading.stop(begin, 'The line "---" begins a second post.', hint, as_posts(parts))
        text = [f"  {one}" if one.strip() else "" for one in second]
        fix = "\n".join([*first, "text: |", *text]).rstrip() if len(lines) <= _MOST_LINES else ""
        hint = 'Write the text after "text: |", with every line indented.'
        self.reading.stop(begin, 'A post file has no text below a line "---".', hint, fix)

    def _open(self, event: yaml.CollectionStartEvent, value: dict[str, Any] | list[Any], kind: str) -> None:
        begin = self._start_of(event)
        if event.tag and event.tag not in {_TAG + kind, "!"}:
            self._refuse_tag(event.tag, begin)
        node = container(begin, begin, value, weight=_NODE_WEIGHT)
        self._expect_value_or_string_key(node)
        if event.anchor:
            self.anchors[event.anchor] = node
            self.unfinished[id(node)] = event.anchor
        self.open.append(node)
        self.keys.append(None)
        self.reading.check_depth(len(self.open), begin)

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

    def _add_alias(self, event: yaml.AliasEvent) -> None:
        begin, name = start(event), event.anchor or ""
        target = self.anchors.get(name)
        if target is None:
            fix = value_in_quotes(self.source, begin)
            hint = "If the star is part of a text, put the whole text in quotes."
            self.reading.stop(begin, f'"*{short(name)}" repeats something that has no name here.', hint, fix)
        if id(target) in self.unfinished:
            self.reading.stop(
                begin,
                f'"*{short(name)}" repeats something that it is a part of.',
                "Write out what is meant. If the star is part of a text, put the text in quotes.",
            )
        self.expanded += target.weight
        if self.expanded > MAX_EXPANSION:
            self.reading.stop(
                begin, "What this file repeats with * comes to more than 4 MiB.", "Repeat less."
            )
        self.reading.check_depth(len(self.open) + target.height - 1, begin)
        self._attach(
            Node(begin, end(event), target.value, target.style, target.entries, target.items,
                 target.weight, target.height),
            target,
        )  # fmt: skip

    def _attach(self, node: Node, alias_of: Node | None = None) -> None:
        if not self.open or self.keys[-1] is not None or isinstance(self.open[-1].value, list):
            self.reading.count_value(node.start)
        if not self.open:
            self.root = node
            return
        parent = self.open[-1]
        parent.weight += node.weight
        parent.height = max(parent.height, node.height + 1)
        if isinstance(parent.value, list):
            parent.value.append(node.value)
            parent.items.append(node)
            self.reading.check_items(len(parent.items), node.start)
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
            self.reading.error(
                node.start,
                f"A key must be text, but {short(written) or 'this'} is {_kind(key)}.",
                f'Put it in quotes: "{short(written)}".' if written else "Write a key before the colon.",
            )
            key = written
        elif key == "<<" and plain:
            self.reading.error(node.start, '"<<" means nothing in a post file.', "Write the keys out.")
        elif plain and (found := _INVISIBLE.search(key)):
            visible = short(_INVISIBLE.sub(" ", key).strip())
            self.reading.error(
                node.start + found.start(),
                f'The key "{visible}" contains an invisible character (U+{ord(found[0]):04X}).',
                "Type the line again, with ordinary spaces: it was probably copied from a page.",
                without_invisible(self.source.lines()[self.source.position(node.start)[0] - 1]),
            )
        elif key in parent.entries:
            self._duplicate_key(key, parent, node)
        self.keys[-1] = (key, node.start)

    def _duplicate_key(self, key: str, parent: Node, node: Node) -> None:
        """Report a key that is there twice; of a whole post that follows another one only the first."""
        if id(parent) in self.second_posts:
            return
        fix = ""
        if len(self.open) == 1 and node.start > parent.start and key == next(iter(parent.entries)):
            self.second_posts.add(id(parent))
            line = self.source.position(node.start)[0] - 1
            lines = self.source.lines()
            fix = as_posts([lines[self.source.position(parent.start)[0] - 1 : line], lines[line:]])
        self.reading.duplicate_key(key, parent.entries[key].key_start, node.start, fix)

    def _expect_value_or_string_key(self, node: Node) -> None:
        if self.open and isinstance(self.open[-1].value, dict) and self.keys[-1] is None:
            fix = value_in_quotes(self.source, self.open[-1].start)
            if fix:
                self.reading.stop(
                    self.open[-1].start, 'A text that begins with "{" needs quotes.', QUOTE, fix
                )
            self.reading.stop(
                node.start,
                "A key must be text, but here it is in brackets or braces.",
                'If this is a template or a text in braces, put it in quotes: "{{ tag }}".',
            )

    def _scalar(self, event: yaml.ScalarEvent) -> Node:
        text = event.value
        style = event.style or ""
        begin = self._start_of(event) if event.tag or event.anchor else start(event)
        if self.restore:
            text = text.translate(self.restore)
        if style == '"' and _SURROGATE.search(text):  # the C library refuses it, its Python version does not
            self.reading.error(
                start(event), "A text contains half of a character.", "Write the character itself."
            )
        text = self.texts.setdefault(text, text)
        node = Node(begin, max(end(event), begin), text, style, weight=_NODE_WEIGHT + len(text))
        if event.tag:
            node.value = self._tagged(event.tag, text, begin)
        elif style == "" and (not text or text[0] in _MAYBE_NOT_TEXT):
            node.value = self._resolve(text, begin)
        return node

    def _start_of(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> int:
        """Where the value begins, after an anchor and a tag."""
        begin = start(event)
        if not (event.anchor or event.tag) or getattr(event, "value", None) == "":
            return begin
        found = _PROPERTIES.match(self.source.text, begin)
        return found.end() if found else begin

    def _tagged(self, tag: str, text: str, start: int) -> Scalar:
        kind = tag.removeprefix(_TAG)
        if tag == "!" or kind == "str":
            return text
        if kind not in {"null", "bool", "int", "float"}:
            self._refuse_tag(tag, start)
            return text
        value = self._resolve(text, start)
        if kind == "float" and isinstance(value, int) and not isinstance(value, bool):
            return float(value)
        if _kind_tag(value) != kind:
            self.reading.error(
                start, f'"{short(text)}" is not a value of the tag "!!{kind}".', "Remove the tag."
            )
        return value

    def _resolve(self, text: str, start: int) -> Scalar:
        """Read a plain scalar by the YAML 1.2 core schema."""
        if text in _WORDS:
            return _WORDS[text]
        if _NOT_FINITE.fullmatch(text):
            self.reading.error(
                start, f'"{text}" is not a number that can be sent.', "Put it in quotes if it is text."
            )
            return text
        if _INTEGER.fullmatch(text) or _FLOAT.fullmatch(text):
            if len(text) > MAX_DIGITS:
                self.reading.error(
                    start, f"A number has {len(text):,} characters.", "Put it in quotes if it is text."
                )
                return text
            return int(text) if _INTEGER.fullmatch(text) else float(text)
        if len(text) <= MAX_DIGITS and (_OCTAL.fullmatch(text) or _HEXADECIMAL.fullmatch(text)):
            return int(text, 0)
        return text

    def _refuse_tag(self, tag: str, start: int) -> None:
        tag = tag.translate(self.restore)
        shown = "!!" + tag.removeprefix(_TAG) if tag.startswith(_TAG) else tag
        line = self.source.lines()[self.source.position(start)[0] - 1]
        written = start - self.source.position(start)[1] + 1 + line.find("!")
        fix = (
            value_in_quotes(self.source, written)
            if not re.match("!![a-z]", shown) and written < start
            else ""
        )
        if fix:
            self.reading.error(written, 'A text that begins with "!" needs quotes.', QUOTE, fix)
        else:
            message = f'"{short(shown)}" is something that a post file cannot have: a tag of YAML.'
            self.reading.error(start, message, "Remove it.")


def _parts(lines: list[str]) -> list[list[str]]:
    """Divide lines where there is a ``---``."""
    parts: list[list[str]] = [[]]
    for line in lines:
        if line.rstrip() == "---":
            parts.append([])
        else:
            parts[-1].append(line)
    return parts


def _kind(value: object) -> str:
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "true or false"
    return "a number" if isinstance(value, int | float) else "a list or a group of keys"


def _kind_tag(value: object) -> str:
    return {type(None): "null", bool: "bool", int: "int", float: "float"}.get(type(value), "str")
