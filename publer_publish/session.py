"""One run: its settings and surroundings, and what has been learned so far."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from publer_publish.clock import Clock, Deadline
from publer_publish.config import Config, Mode, warn_of_unused_variables
from publer_publish.delivery.ledger import Ledger
from publer_publish.errors import ActionError, Problem, Problems
from publer_publish.github.console import Console
from publer_publish.github.event import Event
from publer_publish.github.template_values import RunContext
from publer_publish.limits import Limits
from publer_publish.post.checks import Checks
from publer_publish.post.document.parse import MAX_BYTES
from publer_publish.post.load import Loaded, Options, load
from publer_publish.post.media.files import MediaFiles
from publer_publish.post.template.render import Templates
from publer_publish.report.values import Check, Listed, Result
from publer_publish.workspace import STDIN, PreviewFile, Workspace

_IS_FOR_EVERYBODY = "{{ not (release.prerelease or release.draft) }}"


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Session:
    """Filled step by step. The report is made from it, however early the run ends."""

    console: Console
    clock: Clock
    workspace: Workspace
    event: Event = field(default_factory=Event)
    config: Config = field(default_factory=lambda: Config(mode=Mode.PUBLISH))
    ledger: Ledger = field(default_factory=Ledger)
    problems: Problems = field(default_factory=Problems)
    media: MediaFiles | None = None
    """Those of the posts, once these are loaded."""
    limits: Limits = field(default_factory=Limits)
    """For the work that post files can make arbitrarily long."""
    results: Sequence[Result] = ()
    """One row per post and network, in modes without targets; else the ledger has them."""
    checks: Sequence[Check] = ()
    """Of ``doctor``."""
    accounts: Sequence[Listed] = ()
    """Of ``accounts``."""
    in_workflow: bool = True
    """Whether GitHub's runner started the program, and nobody at a terminal or in another CI."""
    words: Callable[[Problem], Problem] = field(default=lambda problem: problem)
    """At a terminal: says what a message says of inputs in its words."""
    preview: PreviewFile | None = None
    """Where the preview page goes; None: it was not asked for."""
    previewed: Sequence[Result] = ()
    """What the preview page shows: what would be sent, of a run that ends before it has results."""
    stopped_by: ActionError | None = None
    """What ended the run although nothing is wrong with inputs and posts."""
    lost: bool = False
    """The program was ended while it published: what became of the posts is not known."""
    nothing_changed: bool = False
    """``only-changed`` left no post file."""
    invalid: bool = False
    """An input or a post file is wrong."""
    cancelled: bool = False
    """A signal ended the run."""
    _files: Sequence[tuple[str, bytes]] | None = None
    """The post files, where they are loaded twice."""

    def deadline(self) -> Deadline:
        """A fresh ``timeout``."""
        return Deadline.after(self.clock, self.config.timeout)

    def load_posts(
        self,
        *,
        placeholders: bool,
        problems: Problems | None = None,
        release: Mapping[str, Any] | None = None,
    ) -> tuple[Loaded, RunContext]:
        """Every post of the run, and the context of its templates, which is filled as they are rendered.

        ``problems``: where to keep what is wrong, if not in the report.
        ``release``: what templates see as the run's release, if it has none of its own.
        """
        problems = self.problems if problems is None else problems
        files = self._read(problems) if self._files is None else self._files
        if self.preview and placeholders:
            self._files = files
        about_variables = (content.decode("utf-8", "replace") for _, content in files if b"vars" in content)
        texts = [*about_variables, self.config.text]
        warn_of_unused_variables(self.config.variables, texts, problems)
        event = self.event._replace(tag=release["tag_name"], release=release) if release else self.event
        context = RunContext(event, self.config.variables, self._fetch_release, placeholders=placeholders)
        checks = Checks(self.workspace)
        self.media = checks.files
        options = Options(
            context=context,
            checks=checks,
            accounts=self.config.accounts,
            when=_IS_FOR_EVERYBODY if self.config.announces else "",
            secrets=tuple(filter(None, (self.config.api_key, self.config.github_token))),
            shows_skipped=self.config.mode is Mode.VALIDATE,
            templates=Templates(),
        )
        return load(files, self.config.text, options, problems), context

    def _read(self, problems: Problems) -> Sequence[tuple[str, bytes]]:
        if STDIN in self.config.post_files:
            with self.limits.paused():
                self.workspace.read_stdin(MAX_BYTES)
        files = self.workspace.read_all(self.config.post_files, MAX_BYTES, problems)
        return self._changed(files, problems) if self.config.only_changed else files

    def _changed(
        self, files: Sequence[tuple[str, bytes]], problems: Problems
    ) -> tuple[tuple[str, bytes], ...]:
        """Those that ``only-changed`` leaves. If that is not known, publishing ends; validating takes all."""
        from publer_publish.github import changes  # noqa: PLC0415  (brings `requests`)

        publishes = self.config.mode is not Mode.VALIDATE
        try:
            with self.limits.paused():
                found = changes.files_of(self.event, self.config.github_token, self.clock)
        except ActionError as error:
            if publishes:
                problems.error(f"`only-changed`: {error.message}", error.hint, changes.INPUT)
                return ()
            problems.notice(f"`only-changed`: {error.message} All files are validated.", "", changes.INPUT)
            return tuple(files)
        names = [name for name, _ in files]
        changes.warn_of_unmatched(self.config.post_files, names, found, problems)
        chosen = changes.select(names, found, problems, only_added=publishes)
        self.nothing_changed = not chosen and not self.config.text
        return tuple(file for file in files if file[0] in chosen)

    def newest_release(self) -> Mapping[str, Any] | None:
        """The newest real release of the repository; None without one, or without a token to look it up."""
        from publer_publish.github.api import GitHub, newest_release  # noqa: PLC0415  (brings `requests`; few pages need it)

        if not (self.config.github_token and self.event.repository):
            return None
        try:
            return newest_release(GitHub(self.event, self.config.github_token, self.clock))
        except ActionError as error:
            self.console.line(f"The preview page shows placeholders, not the newest release: {error.message}")
            return None

    def _fetch_release(self, tag: str) -> Mapping[str, Any]:
        from publer_publish.github.api import GitHub, fetch_release  # noqa: PLC0415  (brings `requests`; few posts need it)

        self.console.line(f"Looking up the release {tag} at GitHub.")
        with self.limits.paused():
            return fetch_release(GitHub(self.event, self.config.github_token, self.clock), tag)
