"""Targets, and what is known about each of them at every moment.

A target is one post on one account: the unit that is published, found live, or reported. However a run ends
(well, by a signal, by an error of ours), the report is made from this, so it can never claim more than has
been seen and never forgets what was sent.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from publer_publish.post.model import AccountRef, Content, Post
from publer_publish.publer.model import Account, ListedPost
from publer_publish.report.values import Result, Status

LOOK_FIRST = "It may or may not be live: look in Publer before posting it again."


Key = tuple[str, int, str]
"""File, index of the post in it, id of the account."""


class Target(NamedTuple):
    """One post on one account, with what that account's network gets."""

    post: Post
    account: Account
    ref: AccountRef
    content: Content

    @property
    def key(self) -> Key:
        """Identifies the target within a run."""
        return self.post.file, self.post.index, self.account.id

    def __str__(self) -> str:
        return f"{self.content.network}/{self.account.name}"


class _Entry(NamedTuple):
    target: Target
    result: Result
    sent: bool = False
    settled: bool = False


class Ledger:
    """Targets and what became of them; nothing is ever taken back from ``settled``."""

    def __init__(self) -> None:
        self._entries: dict[Key, _Entry] = {}
        self._skipped: list[Result] = []
        self.job_ids: list[str] = []
        self.workspace = ""

    def skip_post(self, post: Post) -> None:
        """Record a post whose ``when`` is false: it has no targets."""
        self._skipped.append(
            Result(post=post.index, file=post.file, status=Status.SKIPPED, message=post.why_skipped)
        )

    def expect(self, targets: Iterable[Target]) -> None:
        for target in targets:
            self._entries[target.key] = _Entry(target, _blank(target))

    def sending(self, targets: Iterable[Target]) -> None:
        """Record that a request is about to leave: from here on silence means "unknown", not "not sent"."""
        for target in targets:
            self._entries[target.key] = self._entries[target.key]._replace(sent=True)

    def not_sent(self, targets: Iterable[Target]) -> None:
        """Record that the request certainly did not reach Publer."""
        for target in targets:
            self._entries[target.key] = self._entries[target.key]._replace(sent=False)

    def settle(
        self,
        target: Target,
        status: Status,
        message: str = "",
        *,
        live: ListedPost | None = None,
        duplicate: bool = False,
    ) -> None:
        entry = self._entries[target.key]
        result = entry.result._replace(
            status=status,
            message=message,
            post_id=(live.id or None) if live else None,
            url=(live.link or None) if live else None,
            duplicate=duplicate,
        )
        self._entries[target.key] = entry._replace(result=result, settled=True)

    def add_link(self, target: Target, live: ListedPost) -> None:
        """Complete a settled target with what the post list knows by now."""
        entry = self._entries[target.key]
        result = entry.result._replace(url=live.link, post_id=entry.result.post_id or live.id)
        self._entries[target.key] = entry._replace(result=result)

    def result_of(self, target: Target) -> Result:
        return _final(self._entries[target.key], "the run ended before its turn")

    def open_targets(self) -> list[Target]:
        """Those of which nothing is known yet, in file order."""
        return [entry.target for entry in self._entries.values() if not entry.settled]

    def without_link(self, targets: Iterable[Target]) -> list[Target]:
        """Those that are published but whose link is not known."""
        results = [(target, self._entries[target.key].result) for target in targets]
        return [one for one, result in results if result.status is Status.PUBLISHED and not result.url]

    def sent(self) -> dict[str, list[Target]]:
        """Those that were sent, by the ids of their posts; an empty id if that is not known."""
        found: dict[str, list[Target]] = {}
        for entry in self._entries.values():
            if entry.sent:
                found.setdefault(entry.result.post_id or "", []).append(entry.target)
        return found

    def post_ids(self) -> set[str]:
        """The ids of all posts that were recognised as targets."""
        return {entry.result.post_id for entry in self._entries.values() if entry.result.post_id}

    def results(self, why_not: str = "the run ended before its turn") -> tuple[Result, ...]:
        """Every row, in file order. ``why_not`` explains those that were never sent."""
        rows = [_final(entry, why_not) for entry in self._entries.values()] + self._skipped
        files = list(dict.fromkeys(row.file for row in rows))
        return tuple(sorted(rows, key=lambda row: (files.index(row.file), row.post)))


def _blank(target: Target) -> Result:
    return Result(
        post=target.post.index,
        file=target.post.file,
        status=Status.FAILED,
        network=target.content.network,
        account_id=target.account.id,
        account_name=target.account.name,
        type=target.content.type,
        length=target.content.length,
        limit=target.content.limit,
        content=target.content,
        options={**({"labels": target.post.labels} if target.post.labels else {}), **target.ref.options},
    )


def _final(entry: _Entry, why_not: str) -> Result:
    if entry.settled:
        return entry.result
    if entry.sent:
        message = f"Publer's answer was not seen before the run ended. {LOOK_FIRST}"
        return entry.result._replace(status=Status.UNCONFIRMED, message=message)
    return entry.result._replace(status=Status.FAILED, message=f"not sent: {why_not}")
