"""What people get wrong in YAML, in words for people who have never heard of it.

The parser only says where it gave up. Each rule looks at the lines around that place for one mistake and
corrects it; it is believed only if the parser then gets past these lines. Where no rule fits there is one
plain sentence with the line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import product, takewhile
from typing import NamedTuple

import yaml

from publer_publish.networks.table import KEYS
from publer_publish.post.document.rewrite import (
    INVISIBLE,
    KEY_LINE,
    LINE,
    LONGEST_LINE,
    MOST_LINES,
    START,
    block,
    column_of_key,
    in_quotes,
    with_value_in_quotes,
    without_invisible,
)
from publer_publish.post.document.source import MAX_DEPTH, Reading, Source, short

_MOST_MISTAKES = 10
_LONGEST_TEXT = 128 * 1024
"""Characters of a file in which corrections are tried out."""
_LISTS = frozenset({"accounts", "comments", "labels", "options"})
_WITHOUT_TEXT = _LISTS | {"bulk", "details", "extra", "media", "networks", "posts", *KEYS}
_KEYS = _WITHOUT_TEXT | {"alt_text", "file", "id", "text", "title", "type", "url", "when"}
_BLOCK = rf"{START}(?P<key>[A-Za-z_$][\w-]*):[ \t]+[|>][-+1-9]*(?:[ \t]+#.*)?\Z"
_GLUED = rf"{START}(?P<key>[A-Za-z_]\w*):(?P<value>[^ \t/].*)\Z"
_NO_COLON = rf"{START}(?P<key>[A-Za-z_]+)(?P<sign>[ \t]*=[ \t]*|[ \t]+|\Z)(?P<value>.*)\Z"
_LIST_BEHIND_KEY = r"(?P<head>(?P<blank>[ \t]*)(?:-[ \t]+)*[\w-]+:)[ \t]+(?P<item>-[ \t]+.*)\Z"
_COLON = r":(?=[ \t]|\Z)"
_SIGN_IN_LIST = r"(?<=[\[,])(?P<blank>[ \t]*)(?P<item>\*|[@`%][^\],\"']*?)(?=[ \t]*[\],])"
_ITEM_WITHOUT_KEY = r"(?P<head>(?P<blank>[ \t]*)-[ \t]+)(?P<item>[^\s:\"'\[{#&*!|>]+(?:://\S+)?)[ \t]*\Z"
_OPENING = "\u201c\u201d\u201e\u2018\u2019\u201a\xab\xbb"
_CURLY_QUOTED = rf"[\"'{_OPENING}](?P<inner>.*)[\"'{_OPENING}]\Z"
_RESERVED = "@`%*&![{,]}?"
_BACKSLASH = r"\\(?:[^xuU\\]|x(?![0-9a-fA-F]{2})|u(?![0-9a-fA-F]{4})|U(?![0-9a-fA-F]{8}))"
_BAR = r"[|>](?:[-+0-9]{1,2}(?=[ \t]|\Z))?[ \t]*"
_NEVER_TEXT = r"(?:---|\.\.\.)(?:[ \t]|\Z)|- "

QUOTE = "Put the whole text in quotes."
_AS_BLOCK = 'Write "|" after the key, and the text in the lines below it, indented.'
_IN_WORDS = (
    'Compare its spaces and quotes with the lines around it. If it is part of a text, write "text: |" and '
    "below it every line of the text, indented by two spaces."
)


_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Of the C library where PyYAML has it."""


def events(text: str) -> Iterator[yaml.Event]:
    """Parse a text whose characters YAML allows. Raises ``yaml.MarkedYAMLError`` where it is wrong."""
    return yaml.parse(text, Loader=_LOADER)


class Mistake(NamedTuple):
    """What is wrong with some lines, and what they were meant to be. Everything counts from 0."""

    line: int
    column: int
    message: str
    hint: str
    corrected: Sequence[str]
    first: int
    """The first line that is replaced."""
    length: int = 1
    """How many lines are replaced."""


def explain(source: Source, error: yaml.YAMLError, reading: Reading) -> None:
    """Report the mistake at which the parser gave up, and those after it as far as they can be found."""
    if "maximum nesting depth" in str(error):
        reading.check_depth(MAX_DEPTH + 1, source.offset(*_place(source.lines(), error)[::2]))
    lines = source.lines()
    added = 0
    for _ in range(_MOST_MISTAKES):
        line, opened, column = _place(lines, error)
        mistake = _mistake(lines, line, opened) if len(source.text) <= _LONGEST_TEXT else None
        if mistake is None:
            reading.error(
                source.offset(line - added, column),
                f"This line cannot be read: {short(lines[line].strip())}",
                _IN_WORDS,
            )
            return
        reading.error(
            source.offset(mistake.line - added, mistake.column),
            mistake.message,
            mistake.hint,
            "\n".join(mistake.corrected[:MOST_LINES]),
        )
        lines = _corrected(lines, mistake)
        added += len(mistake.corrected) - mistake.length
        if (next_error := _first_error(lines)) is None:
            return
        error = next_error


def _place(lines: Sequence[str], error: yaml.YAMLError) -> tuple[int, int | None, int]:
    """Return the line at which the parser gave up, the one in which that begins, and the column."""
    mark, context = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    if mark is None:
        return 0, None, 0
    last = max((number for number, line in enumerate(lines) if line.strip()), default=0)
    opened = min(context.line, last) if context else None
    if mark.line > last:
        return last, opened, max(len(lines[last].rstrip()) - 1, 0)
    return mark.line, opened, mark.column


def _first_error(lines: Sequence[str]) -> yaml.YAMLError | None:
    try:
        for _ in events("\n".join(lines)):
            pass
    except yaml.YAMLError as error:
        return error
    return None


def _corrected(lines: Sequence[str], mistake: Mistake) -> list[str]:
    return [*lines[: mistake.first], *mistake.corrected, *lines[mistake.first + mistake.length :]]


def _mistake(lines: Sequence[str], line: int, opened: int | None) -> Mistake | None:
    """Return the first mistake whose correction gets the parser past these lines."""
    mistake: Mistake
    before = next((number for number in range(line - 1, -1, -1) if lines[number].strip()), None)
    numbers = [one for one in dict.fromkeys((opened, line, before)) if one is not None]
    numbers = [one for one in numbers if len(lines[one]) <= LONGEST_LINE]
    for rule, number in product(_RULES, numbers):
        for mistake in rule(lines, number):
            corrected = _corrected(lines, mistake)
            error = _first_error(corrected)
            moved = line + len(corrected) - len(lines)
            read_up_to = max(moved + 1, mistake.first + len(mistake.corrected))
            if error is None or _place(corrected, error)[0] >= read_up_to:
                return mistake
    return None


def _tab(lines: Sequence[str], number: int) -> Iterator[Mistake]:
    blanks = [line[: len(line) - len(line.lstrip())] for line in lines[number:]]
    count = len(list(takewhile(lambda blank: "\t" in blank, blanks)))
    if count:
        corrected = [
            blank.replace("\t", "  ") + line.lstrip()
            for blank, line in zip(blanks[:count], lines[number:], strict=False)
        ]
        message = "This line is indented with a tab."
        yield Mistake(number, blanks[0].index("\t"), message, "Indent with spaces.", corrected, number, count)


def _invisible(lines: Sequence[str], number: int) -> Iterator[Mistake]:
    cleaned = without_invisible(lines[number])
    found = re.search(f"[{INVISIBLE}]", lines[number])
    if found and cleaned != lines[number]:
        message = f"This line contains an invisible character (U+{ord(found[0]):04X})."
        hint = "Type the line again: it was probably copied from a page or a chat."
        yield Mistake(number, found.start(), message, hint, [cleaned], number)


def _glued(lines: Sequence[str], number: int) -> Iterator[Mistake]:
    found = re.match(_GLUED, lines[number])
    if found:
        message = f'A space is missing after the colon of "{short(found["key"])}".'
        corrected = f"{found['start']}{found['key']}: {found['value']}"
        yield Mistake(number, found.start("value"), message, "Write a space there.", [corrected], number)


def _curly_quotes(lines: Sequence[str], number: int) -> Iterator[Mistake]:
    found = re.match(LINE, lines[number])
    quoted = re.match(_CURLY_QUOTED, found["value"]) if found else None
    if found and quoted and set(found["value"]) & set(_OPENING):
        message = "These quotes are curly; a text can only be put in straight ones."
        corrected = found["head"] + in_quotes(quoted["inner"])
        yield Mistake(number, found.start("value"), message, "Use straight quotes.", [corrected], number)


def _quotes(lines: Sequence[str], number: int) -> Iterator[Mistake]:
    found = re.match(LINE, lines[number])
    if not found or found["value"][0] not in "\"'":
        return
    value, quote = found["value"], found["value"][0]
    marks = [at for at, character in enumerate(value) if character == quote]

    def mistake(text: str, column: int, message: str, hint: str) -> Mistake:
        corrected = found["head"] + in_quotes(text)
        return Mistake(number, found.start("value") + column, message, hint, [corrected], number)

    if len(marks) == 1:
        message = "The quote at the beginning of this text is never closed."
        yield mistake(value[1:], 0, message, "Put the same quote at its end.")
        return
    if quote == '"' and re.search(_BACKSLASH, value) and value[-1] == quote:
        message = "In double quotes a backslash begins a special character."
        yield mistake(value[1:-1], value.index("\\"), message, "Put the text in single quotes.")
    closes = value[marks[1] - 1] != " " and value[marks[1] + 1 : marks[1] + 2] in ("", " ", ",", ".", ":")
    if marks == [0, len(value) - 1]:
        return
    if closes and len(marks) % 2 == 0:
        yield mistake(value, marks[1] + 1, "The text continues after its closing quote.", QUOTE)
    inner = value[1:-1] if value[-1] == quote else value[1:]
    name = "an apostrophe" if quote == "'" else "a quote"
    message = f"This text is in quotes, and {name} inside it ends it too early."
    yield mistake(inner, marks[1], message, "Use the other kind of quotes around it.")


def _list_behind_key(lines: Sequence[str], number: int) -> Iterator[Mistake]:
    found = re.match(_LIST_BEHIND_KEY, lines[number])
    if found:
        end = _end_of_value(lines, number)
        while end < len(lines) and re.match(rf"{found['blank']}-[ \t]", lines[end]):
            end = _end_of_value(lines, end)
        items = [found["item"], *(line.strip() for line in lines[number + 1 : end])]
        is_text = found["head"].split()[-1] == "text:"
        head = f"{found['head']} |" if is_text else found["head"]
        corrected = [head, *(f"{found['blank']}  {item}" for item in items)]
        message = f"A {'text with dashes' if is_text else 'list'} begins on the line below its key."
        hint = _AS_BLOCK if is_text else "Write each item on a line of its own."
        yield Mistake(number, found.start("item"), message, hint, corrected, number, end - number)


def _sign_in_list(lines: Sequence[str], number: int) -> Iterator[Mistake]:
    found = re.search(_SIGN_IN_LIST, lines[number])
    if found:
        corrected = re.sub(_SIGN_IN_LIST, lambda one: one["blank"] + in_quotes(one["item"]), lines[number])
        sign = found["item"][0]
        message = f"""{'A "*" alone' if sign == "*" else f'What begins with "{sign}"'} needs quotes."""
        yield Mistake(number, found.start("item"), message, "Put it in quotes.", [corrected], number)


def _item_without_key(lines: Sequence[str], number: int) -> Iterator[Mistake]:
    """``- pics/card.png`` with an ``alt_text`` below it."""
    above = number - 1
    found = re.match(_ITEM_WITHOUT_KEY, lines[above]) if number and is_key_line(lines[number]) else None
    if found and _indentation(lines[number]) >= len(found["head"]):
        key = "url" if "://" in found["item"] else "file"
        end = _end_of_value(lines, above)
        rest = [" " * len(found["head"]) + line.strip() for line in lines[number:end]]
        message = f'With more lines below it, this item needs "{key}:" as well.'
        hint = f'Write "{key}:" in front of it, and the other keys in the same column.'
        corrected = [f"{found['head']}{key}: {found['item']}", *rest]
        yield Mistake(above, len(found["head"]), message, hint, corrected, above, end - above)


def _text_behind_bar(lines: Sequence[str], number: int) -> Iterator[Mistake]:
    found = re.match(LINE, lines[number])
    text = re.sub(_BAR, "", found["value"], count=1) if found and found["value"][0] in "|>" else ""
    if found and text:
        end = _end_of_value(lines, number)
        texts = [text, *(line.strip() for line in lines[number + 1 : end])]
        corrected = block(found["head"] + found["value"][0], texts)
        message = f'After "{found["value"][0]}" the text begins on the next line.'
        column = found.end("value") - len(text)
        hint = "Write it there, indented."
        yield Mistake(number, column, message, hint, corrected, number, end - number)


def _begins_with_sign(lines: Sequence[str], number: int) -> Iterator[Mistake]:
    found = re.match(LINE, lines[number])
    if not found or found["value"][0] not in _RESERVED or _end_of_value(lines, number) > number + 1:
        return
    if found["value"] == "*" and found["key"] in KEYS:
        message = f'"{found["key"]}: *" does not name accounts.'
        corrected = f"{found['start']}- {found['key']}/*"
        hint = "Write each as an item of the list, with a slash."
        yield Mistake(number, found.start("key"), message, hint, [corrected], number)
    is_list = found["value"][0] in "[{" and (found["key"] in _WITHOUT_TEXT or not found["head"].strip())
    if found["head"].strip() and not is_list:
        message = f'A text that begins with "{found["value"][0]}" needs quotes.'
        corrected = with_value_in_quotes(lines[number])
        if found["key"] in _LISTS:
            corrected = f"{found['head']}[{in_quotes(found['value'])}]"
        yield Mistake(number, found.start("value"), message, QUOTE, [corrected], number)


def _missing_dash(lines: Sequence[str], number: int) -> Iterator[Mistake]:
    line, blank = lines[number], _indentation(lines[number])
    above = next((one for one in reversed(lines[:number]) if one.strip() and _indentation(one) <= blank), "")
    if _indentation(above) != blank or not above.lstrip().startswith("- ") or line.lstrip().startswith("-"):
        return
    if is_key_line(line) and re.match(KEY_LINE, above):
        end = _end(lines, number, lambda one: not one.lstrip().startswith("- "))
        corrected = [f"  {one}" if one.strip() else one for one in lines[number:end]]
        message = "This line belongs to the item above, but is not indented."
        hint = "Begin it in the same column as the first key of the item."
        yield Mistake(number, blank, message, hint, corrected, number, end - number)
    corrected = [f"{' ' * blank}- {line.strip()}"]
    message = "A dash is missing at the beginning of this item."
    yield Mistake(number, blank, message, "Write one, with a space after it.", corrected, number)


def _text_of_several_lines(lines: Sequence[str], number: int) -> Iterator[Mistake]:
    """A text whose lines do not belong together: not indented, or with a colon or ``#`` in one of them."""
    first = next((one for one in range(number, -1, -1) if is_key_line(lines[one])), number)
    found = re.match(KEY_LINE, lines[first])
    if not found or found["key"] in _WITHOUT_TEXT:
        return
    is_block = re.match(_BLOCK, lines[first]) is not None
    value = "" if is_block else lines[first][found.end() :].strip()
    if value[:1] in {*"\"'[{|>"}:
        return
    end = _end(lines, first, lambda one: not is_key_line(one) and not re.match(_NEVER_TEXT, one))
    below = [one for one in range(first + 1, end) if lines[one].strip()]
    if not below or not first <= number < end:
        return
    head = lines[first] if is_block else f"{found[0].rstrip()} |"
    texts = [*([value] if value else []), *(line.strip() for line in lines[first + 1 : end])]
    key = f'"{short(found["key"])}"'
    not_indented = [one for one in below if _indentation(lines[one]) <= len(found["start"])]
    comments = [one for one in below if lines[one].lstrip().startswith("#")]
    message = f"The text of {key} has several lines, and a colon in one of them."
    if not_indented:
        number, message = not_indented[0], f"The text of {key} continues on a line that is not indented."
    elif comments:
        number = comments[0]
        message = f'The text of {key} ends here: a line that begins with "#" is a comment.'
    column = _indentation(lines[number]) if number > first else found.end()
    hint = "Indent each line of the text by two spaces." if is_block else _AS_BLOCK
    yield Mistake(number, column, message, hint, block(head, texts), first, end - first)


def _missing_colon(lines: Sequence[str], number: int) -> Iterator[Mistake]:
    found = re.match(_NO_COLON, lines[number])
    if found and found["key"].lower() in _KEYS:
        corrected = f"{found['start']}{found['key']}: {found['value']}".rstrip()
        message = f'A colon is missing after "{found["key"]}".'
        yield Mistake(number, found.start("key"), message, "Write a colon after it.", [corrected], number)


def _colon(lines: Sequence[str], number: int) -> Iterator[Mistake]:
    found = re.match(LINE, lines[number])
    colon = re.search(_COLON, found["value"]) if found else None
    is_list = found and found["value"][0] in "[{" and found["key"] in _WITHOUT_TEXT
    if found and colon and not is_list and _end_of_value(lines, number) == number + 1:
        at = found.start("value") + colon.start()
        corrected = with_value_in_quotes(lines[number])
        yield Mistake(number, at, "A text that contains a colon needs quotes.", QUOTE, [corrected], number)


def _wrong_indentation(lines: Sequence[str], number: int) -> Iterator[Mistake]:
    if not is_key_line(lines[number]):
        return
    blank, end = _indentation(lines[number]), _end_of_value(lines, number)
    for other in dict.fromkeys(column_of_key(line) for line in reversed(lines[:number]) if line.strip()):
        moved = [" " * max(other + _indentation(one) - blank, 0) + one.strip() for one in lines[number:end]]
        message = "This line is not indented like the lines that it belongs to."
        hint = "Keys that belong together begin in the same column."
        yield Mistake(number, blank, message, hint, moved, number, end - number)


def _missing_bracket(lines: Sequence[str], number: int) -> Iterator[Mistake]:
    expected: list[str] = []
    for character in re.sub(r"\"[^\"]*\"|'[^']*'", "", lines[number]):
        if character in "[{":
            expected.append("]" if character == "[" else "}")
        elif character in "]}" and expected and expected[-1] == character:
            expected.pop()
    if expected:
        corrected = lines[number].rstrip(" ,") + "".join(reversed(expected))
        opening = "[" if expected[-1] == "]" else "{"
        at, message = lines[number].index(opening), f'The "{opening}" is never closed.'
        yield Mistake(number, at, message, "Write the bracket that closes it.", [corrected], number)


_RULES: tuple[Callable[[Sequence[str], int], Iterator[Mistake]], ...] = (
    _tab, _invisible, _glued, _curly_quotes, _quotes, _list_behind_key, _item_without_key, _sign_in_list,
    _text_behind_bar, _begins_with_sign, _missing_dash, _text_of_several_lines, _missing_colon,
    _missing_bracket, _colon, _wrong_indentation,
)  # fmt: skip
"""In this order: the first whose correction can be read is believed."""


def _indentation(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def is_key_line(line: str) -> bool:
    """Whether a line begins with a key of ours, and not with the words of a text."""
    if found := re.match(KEY_LINE, line) or re.match(_GLUED, line):
        return found["key"].lower() in _KEYS
    found = re.match(_NO_COLON, line)
    return found is not None and found["key"].lower() in _KEYS and not found["value"]


def _end_of_value(lines: Sequence[str], number: int) -> int:
    """Return the index behind the lines that are indented below this one."""
    column = column_of_key(lines[number])
    return _end(lines, number, lambda line: _indentation(line) > column)


def _end(lines: Sequence[str], number: int, belongs: Callable[[str], bool]) -> int:
    """Return the index behind a line and those below that belong to it, without empty ones at the end."""
    rest = range(number + 1, len(lines))
    below = takewhile(lambda one: not lines[one].strip() or belongs(lines[one]), rest)
    return max((one for one in below if lines[one].strip()), default=number) + 1
