"""From the bytes of post files (or the ``text`` input) to drafts, and everything that is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from publer_publish.errors import Path, Problem, Problems, Where
from publer_publish.networks.table import NETWORKS, canonical
from publer_publish.post import lost_text
from publer_publish.post.checks import OF_ACCOUNT, Checks, check_extra
from publer_publish.post.document.parse import Document, parse
from publer_publish.post.document.rewrite import in_quotes
from publer_publish.post.document.source import Source
from publer_publish.post.draft import Draft, warn_of_unseen
from publer_publish.post.model import LISTS_OF_POSTS, AccountRef, Json, Post, Selector, SelectorKind, value_at
from publer_publish.post.schema.check import check
from publer_publish.post.selectors import IN_INPUT, SelectorError, is_selector, parse_selector
from publer_publish.post.template.render import (
    ContextSource,
    Positions,
    Renderer,
    Templates,
    is_template,
)
from publer_publish.secrets import credential_in, leak
from publer_publish.text import one_line

KINDS = (".yml", ".yaml", ".json")
ACCOUNTS_INPUT = Where(path=("accounts",))


class Options(NamedTuple):
    """What the inputs contribute to every post."""

    context: ContextSource
    checks: Checks
    accounts: Sequence[str] = ()
    """The ``accounts`` input, for posts that name none."""
    when: str = ""
    """The condition of the post that the ``text`` input makes; empty: it always goes out."""
    secrets: Sequence[str] = ()
    shows_skipped: bool = False
    """Whether posts whose ``when`` is false are rendered all the same, for a review."""
    templates: Templates | None = None
    """Those of the run; None: each file has its own."""


class Loaded(NamedTuple):
    """All posts of a run."""

    drafts: tuple[Draft, ...] = ()
    accounts: tuple[AccountRef, ...] = ()
    """Those of the ``accounts`` input."""


def load(files: Iterable[tuple[str, bytes]], text: str, options: Options, problems: Problems) -> Loaded:
    """Read all files and the ``text`` input. Nothing stops at the first problem."""
    drafts: list[Draft] = []
    accounts = _default_accounts(options.accounts, problems)
    for name, content in files:
        problems.look_at(Where(file=name))
        if not name.lower().endswith(KINDS):
            problems.error(
                "This is not a post file: the name of one ends in .yml, .yaml or .json.",
                "Rename it if it is one; if a pattern found it, write a narrower one, such as "
                "posts/*.publer.yml.",
                Where(file=name, path=("post-file",)),
            )
            continue
        document = parse(content, name, problems)
        if document:
            drafts += _Loader(document, accounts, options, problems).load(document.data)
    if text:
        post = {"text": text, "when": options.when} if options.when else {"text": text}
        drafts += _Loader(_TextInput(text), accounts, options, problems).load(post)
    return Loaded(drafts=tuple(drafts), accounts=accounts)


class _TextInput(NamedTuple):
    """Stands for the document of the ``text`` input: its places are lines of the input."""

    text: str
    file: str = ""

    def where(self, path: Path, *, key: bool = False) -> Where:  # noqa: ARG002
        return Where(path=path or ("text",))

    def where_in(self, path: Path, offset: int) -> Where:
        line, column = Source(self.file, self.text).position(offset)
        return self.where(path)._replace(line=line, column=column)

    def raw(self, path: Path) -> str:
        raise KeyError(path)


class _Loader:
    """Loads the posts of one document."""

    def __init__(
        self, positions: Positions, defaults: tuple[AccountRef, ...], options: Options, problems: Problems
    ) -> None:
        self._positions = positions
        self._defaults = defaults
        self._options = options
        self._problems = problems
        self._renderer = Renderer(positions, options.context, problems, options.templates)

    def load(self, data: Json) -> list[Draft]:
        paths = [path for path in post_paths(data) if isinstance(value_at(data, path), Mapping)]
        skipped = {path: self._is_skipped(path, value_at(data, path)) for path in paths}
        rendered = data
        for path in paths:
            if skipped[path] is False:
                post = self._renderer.tree(path, value_at(data, path), skip=is_text)
                self._look_through(path, post)
                rendered = replaced(rendered, path, post)
        if isinstance(self._positions, Document):
            check(self._positions, rendered, self._problems)
            lost_text.report(self._positions, self._problems)
        return [self._draft(path, value_at(rendered, path), skipped=bool(skipped[path])) for path in paths]

    def _is_skipped(self, path: Path, post: Mapping[str, Any]) -> bool | None:
        """Whether ``when`` is false; None when that is not known."""
        when = post.get("when")
        if not isinstance(when, str):
            return when is False
        truth = self._renderer.truth((*path, "when"), when)
        return None if truth is None else not truth

    def _why_skipped(self, path: Path, when: Json) -> str:
        value = (self._renderer.text((*path, "when"), when) or "").strip() if isinstance(when, str) else ""
        if not isinstance(when, str) or value == when.strip():
            return "`when` is false"
        return f"`when` is false: `{one_line(when, 200)}` gave {f'`{value}`' if value else 'nothing'}"

    def _draft(self, path: Path, data: Mapping[str, Any], *, skipped: bool) -> Draft:
        refs = self._refs(path, data)
        is_explained = any(
            self._problems.explain_around(self._positions.file, (*place, "accounts")) for place in (path, ())
        )
        if not (refs or skipped or self._options.accounts or "accounts" in data or is_explained):
            self._problems.error(
                "The post names no accounts, so it would go nowhere.",
                'Add it to the post, such as `accounts: ["twitter/*"]`, or set the input `accounts`.',
                self._positions.where(path),
            )
        listed, labels = data.get("networks"), data.get("labels")
        networks = list(listed) if isinstance(listed, Mapping) else []
        self._check_spellings(path, networks)
        post = Post(
            file=self._positions.file,
            index=int(path[-1]) if path else 0,
            where=self._positions.where(path),
            accounts=refs,
            networks=tuple(dict.fromkeys(canonical(key) for key in networks if canonical(key) in NETWORKS)),
            labels=tuple(one for one in labels if isinstance(one, str)) if isinstance(labels, list) else (),
            skipped=skipped,
            why_skipped=self._why_skipped(path, data.get("when")) if skipped else "",
        )
        problems, renderer = self._problems, self._renderer
        if skipped:
            # Where `when` is true it goes out: a review shows it, and what is wrong with it ends no run here.
            problems = Problems()
            context, templates = self._options.context, self._options.templates
            renderer = Renderer(self._positions, context, problems, templates, keeps_broken=True)
            data = renderer.tree(path, data, skip=is_text) if self._options.shows_skipped else data
        return Draft(
            post=post,
            path=path,
            data=data,
            positions=self._positions,
            renderer=renderer,
            checks=self._options.checks,
            problems=problems,
            secrets=self._options.secrets,
        )

    def _refs(self, path: Path, data: Mapping[str, Any]) -> tuple[AccountRef, ...]:
        entries = data.get("accounts")
        if not isinstance(entries, list):
            return self._defaults if "accounts" not in data else ()
        found = [self._ref((*path, "accounts", index), entry) for index, entry in enumerate(entries)]
        return tuple(ref for ref in found if ref)

    def _ref(self, path: Path, entry: Json) -> AccountRef | None:
        options = entry if isinstance(entry, Mapping) else {}
        id_path = (*path, "id") if options else path
        selector = self._selector(id_path, options.get("id") if options else entry)
        if selector is None:
            return None
        extra = options.get("extra")
        check_extra(
            extra, OF_ACCOUNT, lambda *steps: self._positions.where((*path, "extra", *steps)), self._problems
        )
        return AccountRef(
            selector=selector,
            where=self._positions.where(id_path),
            has_comments="comments" in options,
            fields={key: value for key, value in options.items() if key not in ("id", "comments", "extra")},
            extra=extra if isinstance(extra, Mapping) else {},
        )

    def _selector(self, path: Path, value: Json) -> Selector | None:
        """Read a selector; an id of 24 digits is taken as written, whatever number YAML makes of it."""
        if (
            isinstance(value, bool)
            or not isinstance(value, str | int | float)
            or self._problems.explain(self._positions.file, path)
        ):
            return None
        written = self._positions.raw(path)
        if is_template(written) and value == written:
            return None  # the template is wrong, which is known
        try:
            return parse_selector(value if isinstance(value, str) else written)
        except SelectorError as error:
            fix = ""
            if error.meant and isinstance(self._positions, Document):
                fix = self._positions.rewrite.value(path, in_quotes(error.meant))
            where = self._positions.where(path)
            self._problems.add(Problem(message=error.message, hint=error.hint, fix=fix, where=where))
            return None

    def _check_spellings(self, path: Path, networks: Sequence[str]) -> None:
        """Find a network under two spellings: only one of them could be sent."""
        first: dict[str, str] = {}
        for key in networks:
            earlier = first.setdefault(canonical(key), key)
            if earlier != key:
                self._problems.error(
                    f'"{key}" and "{earlier}" are the same network here, so only one can be used.',
                    "Keep one: the key that is sent is always the account's own. "
                    "Different articles for different accounts are two posts.",
                    self._positions.where((*path, "networks", key), key=True),
                )

    def _look_through(self, path: Path, value: Json, below: Path = ()) -> None:
        """Find credentials, and what nobody sees, in titles, options, alt texts; texts are rendered first."""
        if isinstance(value, Mapping):
            for key, item in value.items():
                if name := credential_in(key, self._options.secrets):
                    self._problems.add(leak(name, self._positions.where((*path, *below, key), key=True)))
                self._look_through(path, item, (*below, key))
        elif isinstance(value, list):
            for index, item in enumerate(value):
                self._look_through(path, item, (*below, index))
        elif isinstance(value, str) and not is_text(below):
            # Publer only downloads from an address of media: a signed one names its key.
            is_address = "media" in below and below[-1] == "url"
            if name := credential_in(value, self._options.secrets, is_address=is_address):
                self._problems.add(leak(name, self._positions.where(path + below)))
            if not is_selector(below):  # the name of an account may be copied from a page
                warn_of_unseen(value, self._positions, path + below, self._problems)


def post_paths(data: Json) -> list[Path]:
    """Where the posts of a document are: it is one post, a list, ``posts:``, or Publer's bulk document."""
    if isinstance(data, Mapping) and data.keys().isdisjoint({"posts", "bulk"}):
        return [()]
    lists = ((above, value_at(data, above)) for above in LISTS_OF_POSTS)
    found = next(((above, posts) for above, posts in lists if isinstance(posts, list)), ((), []))
    return [(*found[0], index) for index in range(len(found[1]))]


def replaced(data: Json, path: Path, value: Json) -> Json:
    """A copy of ``data`` with another value at ``path``."""
    if not path:
        return value
    copy = data.copy()
    copy[path[0]] = replaced(data[path[0]], path[1:], value)
    return copy


def is_text(path: Path) -> bool:
    """Whether a string of a post is rendered per network: its texts and comments, which are cut to fit."""
    if path in {("text",), ("when",)}:
        return True
    if path[:1] == ("networks",) and path[2:] == ("text",):
        return True
    below = path[2:] if path[:1] == ("accounts",) else path
    return below[:1] == ("comments",) and (len(below) == 2 or below[2:] == ("text",))  # noqa: PLR2004


def named_networks(draft: Draft) -> tuple[tuple[str, ...], bool]:
    """The networks that a post lists or selects by name, and whether its selectors may mean others too."""
    selectors = [ref.selector for ref in draft.post.accounts]
    named = [selector.network for selector in selectors if selector.network]
    open_ended = any(selector.kind in (SelectorKind.ALL, SelectorKind.ID) for selector in selectors)
    return tuple(dict.fromkeys([*draft.post.networks, *named])), open_ended


def unselected(draft: Draft) -> tuple[str, ...]:
    """The networks that a post lists although no selector of it names one of them, if it has selectors."""
    named = {ref.selector.network for ref in draft.post.accounts}
    return tuple(network for network in draft.post.networks if named and network not in named)


def _default_accounts(selectors: Sequence[str], problems: Problems) -> tuple[AccountRef, ...]:
    refs = []
    for written in selectors:
        try:
            refs.append(AccountRef(selector=parse_selector(written, IN_INPUT), where=ACCOUNTS_INPUT))
        except SelectorError as error:
            problems.error(error.message, error.hint, ACCOUNTS_INPUT)
    return tuple(refs)
