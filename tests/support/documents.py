"""Post files as data, for tests that are about what is in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from publer_publish.errors import Problem, Problems
from publer_publish.post.checks import Checks
from publer_publish.post.document.parse import Document
from publer_publish.post.document.parse import parse as parse_file
from publer_publish.post.load import Options, load, named_networks
from publer_publish.workspace import Workspace

ROOT = Path(__file__).parents[2]


class Context:
    """A tag push: what the templates of the corpora may use."""

    def values(
        self, names: frozenset[str], asked_about: frozenset[str] = frozenset()
    ) -> Mapping[str, object]:
        return {"tag": "v2.0.0", "version": "2.0.0", "actor": "ada", "vars": {"channel": "stable"}}

    def settles(self, names: frozenset[str]) -> bool:
        return True


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


def problems_of(path: Path, accounts: Sequence[str] = ()) -> list[Problem]:
    """Give all problems of a file, as a run in the mode ``validate`` reports them."""
    return problems_in(path.name, path.read_bytes(), accounts)


def problems_in(name: str, content: bytes, accounts: Sequence[str] = ()) -> list[Problem]:
    """Give all problems of the content of a file."""
    options = Options(context=Context(), checks=Checks(Workspace(ROOT)), accounts=accounts)
    problems = Problems()
    loaded = load([(name, content)], "", options, problems)
    if not problems.errors():
        for draft in loaded.drafts:
            for network in named_networks(draft)[0]:
                draft.content(network)
    return sorted(problems, key=lambda problem: (problem.where.line, problem.where.column))
