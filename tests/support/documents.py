"""Post files as data, for tests that are about what is in them."""

from __future__ import annotations

from publer_publish.errors import Problem, Problems
from publer_publish.post.document.parse import Document
from publer_publish.post.document.parse import parse as parse_file


def parse(content: bytes | str, file: str = "a.yml") -> Document:
    """Parse a file that has no mistakes."""
    problems = Problems()
    document = parse_file(content.encode() if isinstance(content, str) else content, file, problems)
    assert document is not None, list(problems)
    return document


def mistakes(content: bytes | str, file: str = "a.yml") -> list[Problem]:
    """Give what is wrong with a file that cannot be read."""
    problems = Problems()
    document = parse_file(content.encode() if isinstance(content, str) else content, file, problems)
    assert document is None
    return list(problems)
