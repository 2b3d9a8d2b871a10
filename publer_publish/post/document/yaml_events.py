"""The events of PyYAML's parser: of the C library where PyYAML has it, else of its Python version."""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_PRIVATE_USE = range(0xE000, 0xF8FF)
_ONLY_YAML_1_1_BREAKS = re.compile("[\x85\u2028\u2029]")
"""Line breaks in YAML 1.1, which the parser implements, but ordinary characters in 1.2."""


def events(text: str) -> Iterator[yaml.Event]:
    """Parse a text whose characters YAML allows. Raises ``yaml.MarkedYAMLError`` where it is wrong."""
    return yaml.parse(text, Loader=LOADER)


def start(event: yaml.Event) -> int:
    """Return the offset at which an event begins, an anchor and a tag included."""
    return event.start_mark.index if event.start_mark else 0


def end(event: yaml.Event) -> int:
    """Return the offset behind an event."""
    return event.end_mark.index if event.end_mark else 0


def without_yaml_1_1_breaks(text: str) -> tuple[str, dict[int, str]]:
    """Put unused characters in place of line breaks of YAML 1.1, and say what to put back into values."""
    breaks = sorted(set(_ONLY_YAML_1_1_BREAKS.findall(text)))
    if not breaks:
        return text, {}
    unused = (chr(code) for code in _PRIVATE_USE if chr(code) not in text)
    stand_ins = dict(zip(breaks, unused, strict=False))
    return (
        text.translate({ord(original): stand_in for original, stand_in in stand_ins.items()}),
        {ord(stand_in): original for original, stand_in in stand_ins.items()},
    )
