"""A target is one post on one account: the unit that is published, found live, or reported."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from publer_publish.networks.table import network
from publer_publish.post.model import AccountRef, Content, Post
from publer_publish.publer.model import Account

Key = tuple[str, int, str]
"""File, index of the post in it, id of the account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
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


def rounds(targets: Sequence[Target], *, at_most: int) -> list[list[Target]]:
    """Split targets into requests: as few as possible, each account at most once in each.

    Publer refuses a second post for an account within the minute, so the n-th post of an account goes into
    the n-th round, in file order; so does the n-th of a network that takes one account at a time.
    ``at_most`` is the number of posts that one request may carry.
    """
    by_round: list[list[Target]] = []
    taken: dict[str, int] = {}
    for target in targets:
        rules = network(target.content.network)
        slot = rules.key if rules.one_account_at_a_time else target.account.id
        number = taken.get(slot, 0)
        taken[slot] = number + 1
        if number == len(by_round):
            by_round.append([])
        by_round[number].append(target)
    return [part for group in by_round for part in _parts(group, at_most)]


def _parts(targets: Sequence[Target], at_most: int) -> Iterable[list[Target]]:
    posts = dict.fromkeys(target.key[:2] for target in targets)
    order = {post: position for position, post in enumerate(posts)}
    count = (len(order) + at_most - 1) // at_most
    for part in range(count):
        yield [target for target in targets if order[target.key[:2]] // at_most == part]
