"""Strict JSON (RFC 8259) with the place of every value. Iterative, so that no depth can exhaust the stack."""

from __future__ import annotations

import re
from json.decoder import JSONDecodeError, scanstring  # type: ignore[attr-defined]  # typeshed omits it
from typing import NoReturn

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

_SPACE = re.compile(r"[ \t\n\r]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_WORD = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_LITERALS = {"true": True, "false": False, "null": None}
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_ESCAPE_PAIR = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u([dD][89a-fA-F][0-9a-fA-F]{2})|.)"
)


def read(source: Source) -> Node:
    """Read the one value of the file. Raises InvalidInputError."""
    return _Reader(source).read()


class _Reader:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.text = source.text
        self.at = 0
        self.open: list[Node] = []
        self.keys: list[tuple[str, int]] = []
        """The key that each open object waits for a value of; arrays have a dummy."""
        self.limits = Limits(source)
        self.problems: list[Problem] = []

    def read(self) -> Node:
        root = self._value()
        while self.open:
            self._member(self.open[-1])
        self._skip_space()
        if self.at < len(self.text):
            self._fail_at_trailing_text()
        if self.problems:
            raise InvalidInputError(*self.problems)
        return root

    def _member(self, parent: Node) -> None:
        """Read one member of the innermost open array or object, or its end."""
        is_object = isinstance(parent.value, dict)
        closing = "}" if is_object else "]"
        self._skip_space()
        started = bool(parent.items or parent.entries)
        if self._peek() == closing:
            self._close()
            return
        if started:
            if self._peek() != ",":
                self._fail_at_missing_comma(parent, closing)
            comma = self.at
            self.at += 1
            self._skip_space()
            if self._peek() == closing:
                self._fail(
                    f'There is a comma before "{closing}".', "Remove it: JSON has no trailing commas.", comma
                )
        if is_object:
            self._key()
        else:
            self.keys.append(("", self.at))
        self._value()

    def _key(self) -> None:
        start = self.at
        if self._peek() != '"':
            self._fail_at_key()
        key = self._string()
        self._skip_space()
        if self._peek() != ":":
            self._fail(
                f'A ":" is missing after the key "{short(key)}".',
                'Write "key": value.',
                self.at if self.at < len(self.text) else self.source.last_visible(),
            )
        self.at += 1
        self.keys.append((key, start))

    def _value(self) -> Node:
        self._skip_space()
        start = self.at
        character = self._peek()
        if character == '"':
            value = self._string()
            return self._attach(Node(start, self.at, value, '"', weight=len(value)))
        if character in {"{", "["}:
            self.at += 1
            node = self._attach(container(start, self.at, {} if character == "{" else []))
            self.open.append(node)
            self.limits.check_depth(len(self.open), start)
            return node
        number = _NUMBER.match(self.text, start)
        if number and not _is_glued(self.text, number.end()):
            self.at = number.end()
            return self._attach(Node(start, self.at, self._number(number)))
        word = _WORD.match(self.text, start)
        if word and word[0] in _LITERALS:
            self.at = word.end()
            return self._attach(Node(start, self.at, _LITERALS[word[0]]))
        return self._fail_at_value()

    def _attach(self, node: Node) -> Node:
        self.limits.count_value(node.start)
        if not self.open:
            return node
        parent = self.open[-1]
        key, key_start = self.keys.pop()
        if isinstance(parent.value, list):
            parent.value.append(node.value)
            parent.items.append(node)
            self.limits.check_items(len(parent.items), node.start)
            return node
        earlier = parent.entries.get(key)
        if earlier:
            self._note_duplicate(key, earlier.key_start, key_start)
        parent.value[key] = node.value
        node.key_start = key_start
        parent.entries[key] = node
        return node

    def _close(self) -> None:
        self.at += 1
        self.open.pop().end = self.at

    def _string(self) -> str:
        start = self.at
        value: str
        try:
            value, self.at = scanstring(self.text, start + 1, True)  # noqa: FBT003 - not a keyword there
        except JSONDecodeError as error:
            self._fail_in_string(error, start)
        if _SURROGATE.search(value):
            self._fail_at_surrogate(start)
        return value

    def _number(self, found: re.Match[str]) -> int | float:
        if len(found[0]) > MAX_DIGITS:
            self._fail(
                f"A number has {len(found[0]):,} digits.",
                'Put it in quotes ("…") if it is meant as text.',
                found.start(),
            )
        return float(found[0]) if found[1] or found[2] else int(found[0])

    def _skip_space(self) -> None:
        found = _SPACE.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def _peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def _note_duplicate(self, key: str, first: int, second: int) -> None:
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(duplicate_key(self.source, key, first, second))

    def _fail_at_value(self) -> NoReturn:
        self._fail_if_comment_or_end("a value")
        character = self._peek()
        word = _WORD.match(self.text, self.at)
        if character == "'":
            self._fail(
                "A single quote stands where a value must begin.", 'JSON strings have double quotes: "…".'
            )
        if (word and word[0] in {"NaN", "Infinity"}) or self.text.startswith("-Infinity", self.at):
            self._fail(
                "NaN and Infinity are not JSON.", "Write a number, null, or the word in double quotes."
            )
        if word:
            lower = {"None": "null"}.get(word[0], word[0].lower())
            self._fail(
                f'"{short(word[0])}" is not a JSON value.',
                f"Write {lower}." if lower in _LITERALS else 'Put text in double quotes: "…".',
            )
        if character in {"+", "-", "."} or character.isdigit():
            self._fail(
                "This is not a JSON number.",
                "Write it without a plus sign or leading zeros, with a digit before and after the point; "
                'put it in quotes ("…") if it is meant as text.',
            )
        if character in {",", "]", "}", ":"}:
            self._fail(
                f'A value is missing before "{character}".', "Write the value, or remove what is left over."
            )
        self._fail("No JSON value begins with this character.", 'Put text in double quotes: "…".')

    def _fail_at_key(self) -> NoReturn:
        self._fail_if_comment_or_end("a key")
        if self._peek() == "'":
            self._fail("A key stands in single quotes.", 'JSON has only double quotes: "text".')
        self._fail(
            "A key must stand in double quotes.", 'Write "text": instead of text: and likewise for every key.'
        )

    def _fail_at_missing_comma(self, parent: Node, closing: str) -> NoReturn:
        self._fail_if_comment_or_end(f'"," or "{closing}"', parent)
        if self._peek() in {"]", "}"}:
            line, _ = self.source.position(parent.start)
            opening = "{" if closing == "}" else "["
            self._fail(
                f'"{self._peek()}" cannot close the "{opening}" of line {line}.',
                f'Write "{closing}", or look for a bracket that is missing or too much.',
            )
        self._fail("A comma is missing before this.", "Put a comma after the value before it.")

    def _fail_at_trailing_text(self) -> NoReturn:
        self._fail_if_comment_or_end("the end")
        self._fail(
            "There is something after the end of the JSON document.",
            "Remove it, or look for a bracket that closes too early. For several posts use a list: [ …, … ].",
        )

    def _fail_if_comment_or_end(self, expected: str, parent: Node | None = None) -> None:
        if self.at >= len(self.text):
            container = parent or (self.open[-1] if self.open else None)
            line = self.source.position(container.start)[0] if container else 1
            self._fail(
                f"The file breaks off where {expected} is expected.",
                f'The "{self.text[container.start]}" of line {line} is never closed.' if container else "",
                self.source.last_visible(),
            )
        if self._peek() == "#" or self.text.startswith(("//", "/*"), self.at):
            self._fail("A comment stands here.", "JSON has no comments: remove it, or use a .yml file.")

    def _fail_in_string(self, error: JSONDecodeError, start: int) -> NoReturn:
        if error.msg.startswith("Unterminated"):
            self._fail("A string is never closed.", 'Put a " at its end.', start)
        if error.msg.startswith("Invalid control character"):
            if self.text[error.pos] in "\r\n":
                self._fail(
                    "A line ends inside a string.",
                    'Write a line break as \\n, or close the string with ".',
                    error.pos,
                )
            shown = (
                "a tab"
                if self.text[error.pos] == "\t"
                else f"the control character U+{ord(self.text[error.pos]):04X}"
            )
            self._fail(
                f"A string contains {shown}.",
                "Write a tab as \\t and remove other control characters.",
                error.pos,
            )
        place = (
            error.pos
            if self.text[error.pos : error.pos + 1] == "\\"
            else self.text.rfind("\\", start, error.pos + 1)
        )
        self._fail(
            "A backslash begins an escape that JSON does not know.",
            'Write \\\\ for a backslash. Known: \\" \\\\ \\/ \\b \\f \\n \\r \\t and \\u with four digits.',
            max(place, start),
        )

    def _fail_at_surrogate(self, start: int) -> NoReturn:
        lone = next(
            (found.start() for found in _ESCAPE_PAIR.finditer(self.text, start, self.at) if found[1]), start
        )
        self._fail(
            "Half a surrogate pair is not a character.",
            "Write the character itself, or both halves: \\ud83d\\ude80.",
            lone,
        )

    def _fail(self, message: str, hint: str, at: int | None = None) -> NoReturn:
        problem = problem_at(self.source, self.at if at is None else at, message, hint)
        raise InvalidInputError(*self.problems, problem)


def _is_glued(text: str, at: int) -> bool:
    """Whether a number goes on with what cannot follow it, such as ``012`` or ``12abc``."""
    return at < len(text) and (text[at].isalnum() or text[at] in "._")
