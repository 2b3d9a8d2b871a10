"""The syntax errors of the YAML parser, in our words: what, where, the probable cause, what to change."""

from __future__ import annotations

import re

from publer_publish.errors import Problem
from publer_publish.post.document.source import Source, problem_at, short

_QUOTE = (
    'Put the whole value in quotes ("…"), or write it as a block: "text: |" and the text below, indented.'
)
_INDENT = "Lines that belong together begin in the same column; what belongs to a key is indented below it."

_EXPLANATIONS: tuple[tuple[str, str, str], ...] = (
    (
        "mapping values are not allowed",
        'A ": " stands where YAML expects no key.',
        "Either a text contains a colon and needs quotes, or this line is indented differently "
        "from the line before. " + _QUOTE,
    ),
    (
        "could not find expected ':'",
        'A ":" is missing: a line here is neither "key: value" nor "- item".',
        _INDENT,
    ),
    (
        "did not find expected key",
        "This does not fit the lines before it: YAML expects another key, or the end.",
        _INDENT + " A text that goes on after its closing quote causes this too.",
    ),
    ("did not find expected '-' indicator", 'A list item must begin with "- " here.', _INDENT),
    (
        "block sequence entries are not allowed",
        'A list item ("- ") cannot stand here.',
        "Begin the list on a line of its own. " + _INDENT,
    ),
    ("block mapping entries are not allowed", "A key cannot stand here.", _INDENT),
    (
        "mapping keys are not allowed",
        'A "? " key cannot stand here.',
        "Put the text in quotes if it begins with a question mark.",
    ),
    (
        "did not find expected ',' or ']'",
        'A "[" is not closed, or a comma is missing in its list.',
        'A text that contains "[", "]" or "," needs quotes.',
    ),
    (
        "did not find expected ',' or '}'",
        'A "{" is not closed, or a comma is missing in it.',
        'A text or template in braces needs quotes: "{{ tag }}".',
    ),
    (
        "found unexpected ':'",
        'A ":" stands where a text in brackets or braces goes on.',
        'Put the text in quotes; between a key and its value write ": ".',
    ),
    (
        "did not find expected node content",
        "A value is missing here, or a bracket stands where none belongs.",
        "A text that contains brackets or commas needs quotes.",
    ),
    (
        "found unexpected end of stream",
        "A quoted text is never closed.",
        "Put the same quote at its end; inside '…' an apostrophe is written ''.",
    ),
    (
        "found unexpected document indicator",
        'A quoted text is not closed before "---" or "...".',
        "Put the same quote at its end.",
    ),
    (
        "found unknown escape character",
        "A backslash begins an escape that YAML does not know.",
        "Write \\\\ for a backslash in \"…\", or use '…', where a backslash is only a backslash.",
    ),
    (
        "did not find expected hexdecimal number",
        "An escape such as \\u lacks its hex digits.",
        "Write \\xNN, \\uNNNN or \\UNNNNNNNN.",
    ),
    (
        "found invalid Unicode character escape code",
        "An escape stands for no character: half a surrogate pair, or beyond Unicode.",
        "Write the character itself, such as 🚀, or \\U0001F680.",
    ),
    (
        "did not find expected alphabetic or numeric character",
        'A value that begins with "*" or "&" is an alias or an anchor in YAML, but no name follows.',
        "Is it meant as text? " + _QUOTE,
    ),
    (
        "did not find expected comment or line break",
        'Only a comment may follow "|" or ">" on its line.',
        "Begin the text on the next line, indented.",
    ),
    (
        "found an indentation indicator equal to 0",
        "A block text cannot have the indentation 0.",
        'Write "|" without a number.',
    ),
    (
        "found a tab character where an indentation",
        "A tab stands where YAML expects spaces.",
        "Indent with spaces.",
    ),
    ("found a tab character that violates", "A tab stands where YAML expects spaces.", "Indent with spaces."),
    (
        "did not find expected <document start>",
        "Something follows after the end of the document.",
        _INDENT + ' For several posts use one list: "posts:".',
    ),
    ("did not find expected <document end>", "Something follows after the end of the document.", _INDENT),
    (
        "found undefined tag handle",
        "A value begins with a tag that is not defined.",
        "If the text begins with an exclamation mark, put it in quotes.",
    ),
    (
        "did not find expected tag URI",
        "A value begins with an incomplete tag.",
        "If the text begins with an exclamation mark, put it in quotes.",
    ),
    (
        "did not find expected '!'",
        "A value begins with an incomplete tag.",
        "If the text begins with an exclamation mark, put it in quotes.",
    ),
    (
        "did not find the expected '>'",
        "A value begins with an incomplete tag.",
        "If the text begins with an exclamation mark, put it in quotes.",
    ),
    (
        "did not find expected whitespace or line break",
        "A space is missing after an anchor or a tag.",
        'If the text begins with "&" or "!", put it in quotes.',
    ),
    (
        "found incompatible YAML document",
        "The file asks for a YAML version that does not exist.",
        'Remove the "%YAML" line: post files are YAML 1.2.',
    ),
    ("duplicate %YAML directive", 'The "%YAML" line stands twice.', "Remove both: post files are YAML 1.2."),
    (
        "directive",
        'A line that begins with "%" is a directive in YAML, and this one is not valid.',
        "Remove it, or put the text in quotes.",
    ),
    (
        "non-alphabetical character",
        'A line that begins with "%" is a directive in YAML, and this one is not valid.',
        "Remove it, or put the text in quotes.",
    ),
    ("version", 'The "%YAML" line is not valid.', "Remove it: post files are YAML 1.2."),
    ("simple key", 'A ":" is missing: a line here is neither "key: value" nor "- item".', _INDENT),
)

_TAB = ("A tab stands where YAML expects spaces.", "Indent with spaces.")
_RESERVED = (
    'A value cannot begin with "{}": the character is reserved in YAML.',
    _QUOTE,
)
_BEGINS_WHERE_OPENED = (
    "could not find expected ':'",
    "found unexpected end of stream",
    "found unexpected document indicator",
    "did not find expected ',' or ']'",
    "did not find expected ',' or '}'",
)
_KEY_WITHOUT_SPACE = re.compile(r"[ \t]*(?:-[ \t]+)*(?P<key>[A-Za-z_]\w+):(?=(?P<next>[^ \t\r\n/]))")
"""Not followed by a slash: that is an address."""
_BEGINS_WITH_BRACKET = re.compile(r"[ \t]*(?:-[ \t]+)*(?:\w+:[ \t]+)?(?P<bracket>[\[{]).*[\]}][ \t]*\Z")
_COMMENT_LINE = re.compile(r"[ \t]*#")
_BLOCK = re.compile(r"[ \t]*(?:-[ \t]+)*(?P<key>\w+):[ \t]+[|>][-+1-9]*(?:[ \t]+#.*)?\Z")
_KEY = re.compile(r"[ \t]*(?:-[ \t]+)*\w+:(?:[ \t\r\n]|\Z)")
_OTHERWISE = ("This is not valid YAML.", _INDENT + " " + _QUOTE)


def explain(source: Source, error: Exception) -> Problem:
    """Turn an error of the YAML parser into a problem."""
    reason = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "")
    at = _place(source, error, reason)
    if "\ufeff" in source.text[max(at - 1, 0) : at + 1]:
        return problem_at(
            source,
            at,
            "An invisible byte order mark (U+FEFF) stands here, in the middle of the file.",
            "Remove it: it comes along when files are joined. Write this line anew if you cannot see it.",
        )
    earlier = _cause_before(source, error, reason, at)
    if earlier:
        return earlier
    character = source.text[at : at + 1]
    if "cannot start any token" in reason:
        message, hint = _TAB if character == "\t" else (_RESERVED[0].format(character), _RESERVED[1])
    else:
        message, hint = next(
            ((message, hint) for part, message, hint in _EXPLANATIONS if part in reason), _OTHERWISE
        )
        if _begins_with_tab(source, at):
            message, hint = _TAB
    return problem_at(source, at, message, hint)


def _place(source: Source, error: Exception, reason: str) -> int:
    mark = getattr(error, "problem_mark", None)
    opened = getattr(error, "context_mark", None)
    if opened is not None and reason in _BEGINS_WHERE_OPENED:
        mark = opened
    at = int(mark.index) if mark is not None else int(getattr(error, "position", 0) or 0)
    return at if at < len(source.text.rstrip()) else source.last_visible()


def _begins_with_tab(source: Source, at: int) -> bool:
    indentation = source.text[_line_start(source, at) : at]
    return "\t" in indentation and not indentation.strip()


def _cause_before(source: Source, error: Exception, reason: str, at: int) -> Problem | None:
    """Return the mistake that the parser has read over; it stops where nothing fits any more."""
    opened = getattr(error, "context_mark", None)
    line = _line_start(source, at)
    before = _line_start(source, len(source.text[:line].rstrip()))
    if "mapping values are not allowed" in reason or "could not find expected ':'" in reason:
        scanned = [_line_start(source, opened.index)] if opened is not None else [line, before]
        found = filter(None, (_KEY_WITHOUT_SPACE.match(source.text, start) for start in scanned))
        if key := next(found, None):
            return _no_space(source, key)
        block = _BLOCK.match(source.text[before:line].rstrip())
        return _not_indented(source, line, block) if block else None
    if "did not find expected key" in reason or "did not find expected '-' indicator" in reason:
        bracket = _BEGINS_WITH_BRACKET.match(source.text[line:at])
        if bracket:
            return _text_in_brackets(source, line + bracket.start("bracket"))
        comment = _COMMENT_LINE.match(source.text, before) if before < line else None
        if comment and not _KEY.match(source.text, line):
            return _comment_in_text(source, comment.end() - 1)
    return None


def _line_start(source: Source, at: int) -> int:
    return max(source.text.rfind("\n", 0, at), source.text.rfind("\r", 0, at)) + 1


def _no_space(source: Source, found: re.Match[str]) -> Problem:
    key, character = short(found["key"]), found["next"]
    if character.isprintable():
        message = f'A space is missing after the colon of "{key}".'
    else:
        message = (
            f'The invisible character U+{ord(character):04X} follows the colon of "{key}", and no space.'
        )
    cure = f'Write "{key}: …"; if it is part of a text, put the whole text in quotes.'
    return problem_at(source, found.start("next"), message, cure)


def _not_indented(source: Source, line: int, block: re.Match[str]) -> Problem:
    indented = source.text[line:]
    return problem_at(
        source,
        line + len(indented) - len(indented.lstrip()),
        f'The text of "{short(block["key"])}" is not indented.',
        "Begin each of its lines with two spaces more than the key has.",
    )


def _text_in_brackets(source: Source, at: int) -> Problem:
    kind, closing = ("list", "]") if source.text[at] == "[" else ("mapping", "}")
    return problem_at(
        source,
        at,
        f'A value that begins with "{source.text[at]}" is a {kind} in YAML and ends at its "{closing}", '
        "but here something follows.",
        "Is it meant as text? " + _QUOTE,
    )


def _comment_in_text(source: Source, at: int) -> Problem:
    return problem_at(
        source,
        at,
        'A line that begins with "#" is a comment in YAML, which ends the text before it.',
        'If it is part of the text, write that as a block: "text: |" and the text below, indented.',
    )
