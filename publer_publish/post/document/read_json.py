"""Strict JSON (RFC 8259) with the place of every value.

The standard library says whether the text is JSON and reads its values; the walk over what is valid finds
the places. It is iterative, so that no depth can exhaust the stack.
"""

from __future__ import annotations

import json
import re

from publer_publish.post.document.source import MAX_DIGITS, Node, Reading, Source, Tree, container, short

_BETWEEN = re.compile(r"[\s,:]*")
_WORD = re.compile(r"[^\W\d]\w*")
_NOT_A_NUMBER = r"\d[\w.:/-]"
_TEXT_IN_QUOTES = 'Text is in double quotes: "…". Only numbers, true, false and null go without quotes.'
_MISTAKES = (
    ("Unterminated", "A text is never closed.", 'Put a " at its end.'),
    (
        "Invalid control character",
        "A text contains a line break, a tab or another control character.",
        'Write a line break as \\n and a tab as \\t, or close the text with ".',
    ),
    (
        "Invalid \\",
        "A backslash begins something that JSON does not know.",
        'Write \\\\ for a backslash. Known: \\" \\\\ \\/ \\b \\f \\n \\r \\t and \\u with four digits.',
    ),
    ("Expecting property name", "A key must be in double quotes.", 'Write "text": and likewise every key.'),
    ("Expecting ':'", 'A ":" is missing after the key.', 'Write "key": value.'),
    ("Expecting ','", "A comma is missing before this.", "Put a comma after the value before it."),
    ("Extra data", "Something follows the end.", "Remove it. For several posts write a list: [ …, … ]."),
)
"""How the standard library's message begins, and ours."""


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= MAX_DIGITS else float(digits)


_DECODER = json.JSONDecoder(parse_int=_integer)


def read(source: Source, reading: Reading) -> Node:
    """Read the one value of the file."""
    try:
        _DECODER.decode(source.text)
    except json.JSONDecodeError as error:
        _explain(source, reading, error)
    except RecursionError:
        pass  # the walk says where it is too deep
    return _walk(source.text, reading)


def _walk(text: str, reading: Reading) -> Node:
    tree = Tree(reading)
    at = _after_blank(text, 0)
    while at < len(text):
        start = at
        if text[at] in "]}":
            at += 1
            tree.end(at)
        elif text[at] in "[{":
            at += 1
            tree.begin(container(start, at, {} if text[start] == "{" else []))
        else:
            value, at = _DECODER.raw_decode(text, at)
            if isinstance(value, str):
                reading.check_text(value, start)
            elif isinstance(value, float):
                value = reading.finite(value, text[start:at], start)
            if not tree.needs_key:
                tree.add(Node(start, at, value, '"' if isinstance(value, str) else ""))
            else:
                if value in tree.open[-1].entries:
                    reading.duplicate_key(value, tree.open[-1].entries[value].key_start, start)
                tree.key(value, start)
        at = _after_blank(text, at)
    return tree.root or Node(0, 0, None)


def _explain(source: Source, reading: Reading, error: json.JSONDecodeError) -> None:
    """Report the mistake that the standard library has stopped at."""
    text, at, reason = source.text, error.pos, error.msg
    if "trailing comma" in reason:
        at = _after_blank(text, at)
    elif reason.startswith("Invalid \\"):
        at = text.rfind("\\", 0, at + 1)
    here = text[at : at + 1]
    if text[:at].rstrip().endswith(",") and here in {"]", "}"}:
        at = text.rindex(",", 0, at)
        line, column = source.position(at)
        written = source.lines()[line - 1]
        fix = written[: column - 1] + written[column:]
        reading.stop(at, "A comma follows the last entry.", "Remove it: nothing comes after it.", fix)
    if at >= len(text.rstrip()):
        hint = 'Look for a "{", "[" or quote that is never closed.'
        reading.stop(max(len(text.rstrip()) - 1, 0), "The file ends too early.", hint)
    if here == "#" or text.startswith(("//", "/*"), at):
        reading.stop(at, "JSON has no comments.", "Remove it, or use a .yml file.")
    if here == "'":
        reading.stop(at, "JSON has no single quotes.", 'Write double ones: "…".')
    if re.match(_NOT_A_NUMBER, text[max(at - 1, 0) : at + 1]):
        reading.stop(at, "This is not a JSON number.", 'Put it in quotes ("…") if it is meant as text.')
    for begin, message, hint in _MISTAKES:
        if reason.startswith(begin) and (here not in {"]", "}"} or begin == "Expecting ':'"):
            reading.stop(at, message, hint)
    word = _WORD.match(text, at)
    message = f'"{short(word[0])}" is not a JSON value.' if word else f'"{here}" does not belong here.'
    hint = _TEXT_IN_QUOTES if word else f"Look for something missing or extra. {_TEXT_IN_QUOTES}"
    reading.stop(at, message, hint)


def _after_blank(text: str, at: int) -> int:
    """Return the offset of the next value, key or bracket."""
    found = _BETWEEN.match(text, at)
    return found.end() if found else at
