"""What every mode works with, and the few effects that they share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from publer_publish.clock import Clock, Deadline, TimeLimit
from publer_publish.config import Config
from publer_publish.delivery.ledger import Ledger
from publer_publish.errors import InvalidInputError, Problem, is_error
from publer_publish.github.console import Console
from publer_publish.github.event import Event
from publer_publish.github.template_values import RunContext
from publer_publish.post.checks import Checks
from publer_publish.post.document.parse import MAX_BYTES
from publer_publish.post.load import Loaded, Options, load
from publer_publish.report.values import Listed, Result
from publer_publish.workspace import (
    PreviewFile,  # few runs draw the page
    Workspace,
)

TEMPLATE_SECONDS = 10
"""That the templates of a run may take; those of 500 posts for 13 networks need one."""


@dataclass(slots=True, kw_only=True)
class Session:
    """One run: its settings and surroundings, and what has been learned so far."""

    config: Config
    event: Event
    console: Console
    clock: Clock
    ledger: Ledger
    workspace: Workspace
    problems: list[Problem] = field(default_factory=list)
    """Warnings and notices on the way; errors end the run as ``InvalidInputError``."""
    results: Sequence[Result] = ()
    """Rows that are known although the run ends with an error; else the ledger's count."""
    preview: PreviewFile | None = None
    """Where the preview page goes; None: nobody asked for it."""
    accounts: Sequence[Listed] = ()
    """What ``accounts`` found."""
    previewed: Sequence[Result] = ()
    """What would be sent, for the preview of a run that ends before it has results."""

    def deadline(self) -> Deadline:
        """A fresh ``timeout``."""
        return Deadline.after(self.clock, self.config.timeout)

    def warn(self, problem: Problem) -> None:
        """Keep a warning for the report."""
        if problem not in self.problems:
            self.problems.append(problem)

    def keep_or_raise(self, problems: Sequence[Problem]) -> None:
        """End the run if anything is wrong; keep warnings and notices for the report."""
        distinct = list(dict.fromkeys(problems))
        if any(map(is_error, distinct)):
            raise InvalidInputError(*distinct)
        for problem in distinct:
            self.warn(problem)

    def load_posts(self, *, placeholders: bool) -> Loaded:
        """Every post of the run, with every problem that needs no key to be seen."""
        files, problems = self.workspace.read_all(self.config.post_files, MAX_BYTES)
        context = RunContext(
            self.event, self.config.variables, self._fetch_release, placeholders=placeholders
        )
        secrets = tuple(filter(None, (self.config.api_key, self.config.github_token)))
        options = Options(
            context=context,
            checks=Checks(self.workspace),
            accounts=self.config.accounts,
            secrets=secrets,
            template_time=TimeLimit(self.clock, TEMPLATE_SECONDS),
        )
        loaded = load(files, self.config.text, options)
        return Loaded(
            drafts=loaded.drafts,
            accounts=loaded.accounts,
            problems=(*problems, *loaded.problems),
            notices=context.notices,
        )

    def _fetch_release(self, tag: str) -> Mapping[str, Any]:
        from publer_publish.github.api import fetch_release  # noqa: PLC0415  (few posts need one)

        self.console.line(f"Looking up the release {tag} at GitHub.")
        return fetch_release(
            self.event.api_url, self.event.repository, tag, self.config.github_token, clock=self.clock
        )
