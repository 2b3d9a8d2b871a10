"""Strict JSON (RFC 8259) with the place of every value.

The standard library says whether the text is JSON and reads its values; the walk over what is valid finds
the places. It is iterative, so that no depth can exhaust the stack.
"""

from __future__ import annotations

import json
import re

from publer_publish.post.document.source import (
    MAX_DIGITS,
    Node,
    Reading,
    Source,
    container,
    short,
)

_BETWEEN = re.compile(r"[\s,:]*")
_WORD = re.compile(r"[^\W\d]\w*")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_ESCAPES = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u(?P<half>[dD][89a-fA-F][0-9a-fA-F]{2})|.)"
)
_TEXT_IN_QUOTES = 'Text is in double quotes: "…".'
_EXPECTED = (
    ("Expecting property name", "A key must be in double quotes.", 'Write "text": and likewise every key.'),
    ("Expecting ':'", 'A ":" is missing after the key.', 'Write "key": value.'),
    ("Expecting ','", "A comma is missing before this.", "Put a comma after the value before it."),
    ("Extra data", "Something follows the end.", "Remove it. For several posts write a list: [ …, … ]."),
)
_WORDS = {"none": "null", "null": "null", "true": "true", "false": "false"}


def _integer(digits: str) -> int:
    """Read no number so long that reading it takes time: it is refused by its length."""
    return int(digits) if len(digits) <= MAX_DIGITS else 0


_NESTING = re.compile(r'"(?:[^"\\]|\\.)*"|[\[{\]}]', re.DOTALL)
_DECODER = json.JSONDecoder(parse_int=_integer)


def read(source: Source, reading: Reading) -> Node:
    """Read the one value of the file."""
    try:
        _DECODER.decode(source.text)
    except json.JSONDecodeError as error:
        # How deep the decoder follows before it gives up depends on the version of Python.
        _check_depth(source.text, reading)
        _explain(source, reading, error)
    except RecursionError:
        pass  # the walk says where it is too deep
    return _walk(source.text, reading)


def _check_depth(text: str, reading: Reading) -> None:
    depth = 0
    for token in _NESTING.finditer(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token[0], 0)
        reading.check_depth(depth, token.start())


def _walk(text: str, reading: Reading) -> Node:
    root = Node(0, 0, None)
    opened: list[Node] = []
    key: tuple[str, int] | None = None
    at = _end_of(_BETWEEN, text, 0)
    while at < len(text):
        start = at
        if text[at] in "]}":
            at += 1
            opened.pop().end = at
        elif text[at] in "[{":
            at += 1
            node = container(start, at, {} if text[start] == "{" else [])
            _attach(node, opened, key, reading)
            key = None
            root = root if opened else node
            opened.append(node)
            reading.check_depth(len(opened), start)
        else:
            value, at = _DECODER.raw_decode(text, at)
            _check_scalar(value, text[start:at], start, reading)
            if opened and key is None and isinstance(opened[-1].value, dict):
                key = value, start
            else:
                style = '"' if isinstance(value, str) else ""
                node = Node(start, at, value, style)
                _attach(node, opened, key, reading)
                key = None
                root = root if opened else node
        at = _end_of(_BETWEEN, text, at)
    return root


def _attach(node: Node, opened: list[Node], key: tuple[str, int] | None, reading: Reading) -> None:
    reading.count_value(node.start)
    if not opened:
        return
    parent = opened[-1]
    if key is None:
        parent.value.append(node.value)
        parent.items.append(node)
        reading.check_items(len(parent.items), node.start)
        return
    name, node.key_start = key
    if name in parent.entries:
        reading.duplicate_key(name, parent.entries[name].key_start, node.key_start)
    parent.value[name] = node.value
    parent.entries[name] = node


def _check_scalar(value: object, written: str, start: int, reading: Reading) -> None:
    """Refuse what the standard library reads although it is not JSON, or cannot be sent."""
    if isinstance(value, str):
        if _SURROGATE.search(value):
            half = next((found.start() for found in _ESCAPES.finditer(written) if found["half"]), 0)
            reading.stop(
                start + half,
                "This is only half of a character.",
                "Write the character itself, or both halves: \\ud83d\\ude80.",
            )
    elif written in {"NaN", "Infinity", "-Infinity"}:
        reading.stop(
            start, f'"{written}" is not JSON.', "Write a number, null, or the word in double quotes."
        )
    elif len(written) > MAX_DIGITS:
        reading.stop(
            start, f"A number has {len(written):,} digits.", 'Put it in quotes ("…") if it is meant as text.'
        )


def _explain(source: Source, reading: Reading, error: json.JSONDecodeError) -> None:
    """Report the mistake that the standard library has stopped at."""
    text, at, reason = source.text, error.pos, error.msg
    if reason.startswith("Unterminated"):
        reading.stop(at, "A text is never closed.", 'Put a " at its end.')
    if reason.startswith("Invalid control character"):
        _explain_control_character(text[at], at, reading)
    if reason.startswith("Invalid \\"):
        reading.stop(
            text.rfind("\\", 0, at + 1),
            "A backslash begins something that JSON does not know.",
            'Write \\\\ for a backslash. Known: \\" \\\\ \\/ \\b \\f \\n \\r \\t and \\u with four digits.',
        )
    at = _end_of(_BETWEEN, text, at) if "trailing comma" in reason else at
    if text[:at].rstrip().endswith(",") and text[at : at + 1] in {"]", "}"}:
        at = text.rindex(",", 0, at)
        line, column = source.position(at)
        written = source.lines()[line - 1]
        fix = written[: column - 1] + written[column:]
        reading.stop(at, "A comma follows the last entry.", "Remove it: nothing comes after it.", fix)
    if at >= len(text.rstrip()):
        reading.stop(
            source.last_visible(),
            "The file ends too early.",
            'Look for a "{", "[" or quote that is never closed.',
        )
    reading.stop(at, *_described(text, at, reason))


def _described(text: str, at: int, reason: str) -> tuple[str, str]:
    """Return message and hint for what the standard library did not expect at an offset."""
    here = text[at]
    word = _WORD.match(text, at)
    if here == "#" or text.startswith(("//", "/*"), at):
        return "JSON has no comments.", "Remove it, or use a .yml file."
    if here == "'":
        return "JSON has no single quotes.", 'Write double ones: "…".'
    if text[at - 1 : at].isdigit() and (here.isalnum() or here == "."):
        return "This is not a JSON number.", 'Put it in quotes ("…") if it is meant as text.'
    for begin, message, hint in _EXPECTED:
        if reason.startswith(begin) and (here not in "]}" or not reason.startswith("Expecting ','")):
            return message, hint
    if word:
        meant = _WORDS.get(word[0].lower())
        hint = f"Write {meant}." if meant else _TEXT_IN_QUOTES
        return f'"{short(word[0])}" is not a JSON value.', hint
    return f'"{here}" does not belong here.', f"Look for what is missing or too much. {_TEXT_IN_QUOTES}"


def _explain_control_character(character: str, at: int, reading: Reading) -> None:
    if character in "\r\n":
        reading.stop(at, "A line ends inside a text.", 'Write a line break as \\n, or close the text with ".')
    if character == "\t":
        reading.stop(at, "A text contains a tab.", "Write it as \\t.")
    reading.stop(
        at,
        f"A text contains the control character U+{ord(character):04X}.",
        "Remove it; it often comes from copying text out of another program.",
    )


def _end_of(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at
