"""From selectors to accounts, from a post and its accounts to targets, and from a pin to its board."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence

from publer_publish.clock import Deadline
from publer_publish.delivery.ledger import Target
from publer_publish.errors import Problems
from publer_publish.networks.forms import board_of
from publer_publish.networks.table import NETWORKS, canonical
from publer_publish.post.checks import warn_of_one_text
from publer_publish.post.draft import Draft
from publer_publish.post.model import AccountRef, Selector, SelectorKind
from publer_publish.publer.api import Publer
from publer_publish.publer.model import Account, Album
from publer_publish.text import suggest

Boards = Callable[[Account], Sequence[Album]]
"""The boards of an account, as Publer lists them; empty if it lists none."""
_ID = r"(?=.*\d)[0-9A-Za-z_-]+"
_MOST_NAMES = 20


def resolve(
    drafts: Iterable[Draft],
    accounts: Sequence[Account],
    problems: Problems,
    boards: Boards = lambda account: account.albums,
) -> list[Target]:
    """Every target of every post, in file order.

    An account that several selectors of a post name is posted to once, with the first options for it.
    """
    targets: list[Target] = []
    for draft in drafts:
        for account, ref in _chosen(draft, accounts, problems):
            network = canonical(account.provider)
            if network not in NETWORKS:
                problems.error(
                    f"`{ref.selector.written}` selects {describe(account)}, on a network that this version "
                    "does not know.",
                    "Select the other accounts by network or name, or update this action.",
                    ref.where,
                )
            elif content := draft.content(network, ref):
                target = Target(post=draft.post, account=account, ref=ref, content=content)
                targets.append(place_pin(target, boards, problems))
    _warn_of_same_texts(targets, problems)
    return targets


def _chosen(
    draft: Draft, accounts: Sequence[Account], problems: Problems
) -> Collection[tuple[Account, AccountRef]]:
    """The accounts of a post, each once."""
    chosen: dict[str, tuple[Account, AccountRef]] = {}
    wrong = Problems()
    for ref in draft.post.accounts:
        for account in select(ref, accounts, wrong):
            earlier = chosen.get(account.id)
            if earlier is None or (ref.has_options and not earlier[1].has_options):
                chosen[account.id] = (account, ref)
    problems.extend(wrong)
    if not wrong.errors():  # behind a wrong selector may be the account that is missing
        reached = {canonical(account.provider) for account, _ in chosen.values()}
        for network in draft.post.networks:
            if network not in reached:
                draft.warn_of_unreached(network)
    return chosen.values()


def select(ref: AccountRef, accounts: Sequence[Account], problems: Problems) -> list[Account]:
    """The accounts that a selector names; none, and an error that lists what there is, if it is wrong."""
    selector = ref.selector
    found = [account for account in accounts if _selects(selector, account)]
    if not found:
        problems.error(
            f"No account matches `{selector.written}`.", _what_there_is(selector, accounts), ref.where
        )
    elif selector.kind is SelectorKind.NAME and len(found) > 1:
        choices = ", ".join(f"{account.id} ({account.type or account.provider})" for account in found)
        problems.error(
            f"{len(found)} accounts match `{selector.written}`.",
            f"Name the one you mean by its id: {choices}.",
            ref.where,
        )
        return []
    return found


def _selects(selector: Selector, account: Account) -> bool:
    if selector.kind is SelectorKind.ALL:
        return True
    if selector.kind is SelectorKind.ID:
        return account.id.lower() == selector.value.lower()
    if canonical(account.provider) != selector.network:
        return False
    return selector.kind is SelectorKind.NETWORK or _folded(account.name) == _folded(selector.value)


_COPIED = str.maketrans({"\u00a0": " ", "\u200b": None})
"""What a name has in it that was copied from a page, such as our own summary."""


def _folded(name: str) -> str:
    return name.translate(_COPIED).strip().casefold()


def describe(account: Account) -> str:
    """An account as a selector names it, with its id."""
    return f"{canonical(account.provider)}/{account.name} ({account.id})"


def listed(names: Sequence[object], most: int = _MOST_NAMES) -> str:
    """The first names of a list, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(map(str, names[:most])) + more


def _what_there_is(selector: Selector, accounts: Sequence[Account]) -> str:
    same = [account for account in accounts if canonical(account.provider) == selector.network]
    names = [account.name for account in same]
    near = suggest(selector.value, names) if selector.kind is SelectorKind.NAME else ""
    guess = f"Did you mean `{selector.network}/{near}`? " if near else ""
    if not accounts:
        return "This workspace has no accounts: connect one in Publer, or check `workspace-id`."
    return f"{guess}The workspace has: {listed(list(map(describe, same or accounts)))}."


def _warn_of_same_texts(targets: Sequence[Target], problems: Problems) -> None:
    """Warn where accounts of a network that forbids it get the same text."""
    first: dict[tuple[str, str], Target] = {}
    for target in targets:
        rules = NETWORKS[target.content.network]
        earlier = first.setdefault((rules.key, target.content.text), target)
        if rules.no_same_text and target.content.text and earlier.account.id != target.account.id:
            warn_of_one_text(rules, str(earlier), str(target), target.ref.where, problems)


def boards_of(account: Account, directory: Publer, deadline: Deadline) -> Sequence[Album]:
    """The boards of an account: Publer lists them with it, or else among its media options.

    Empty for a network that has none.
    """
    rules = NETWORKS.get(canonical(account.provider))
    if rules is None or not rules.has_boards:
        return ()
    return account.albums or directory.media_options([account.id], deadline=deadline).get(account.id, ())


def place_pin(target: Target, boards: Boards, problems: Problems) -> Target:
    """Return a pin with the id of its board as the account's ``album_id``; any other target as it is.

    A board that is not one of the account's is an error: Publer would refuse the pin.
    """
    wanted = str(target.ref.fields.get("album_id") or board_of(target.content.fields))
    if not NETWORKS[target.content.network].has_boards or not wanted:
        return target
    there = boards(target.account)
    found = [board for board in there if board.id == wanted] or [
        board for board in there if board.name.strip().casefold() == wanted.strip().casefold()
    ]
    album_id = found[0].id if found else wanted
    name = f"{canonical(target.account.provider)}/{target.account.name}"
    if len(found) > 1:
        ids = ", ".join(board.id for board in found)
        problems.error(
            f"{len(found)} boards of {name} are named {wanted!r}.",
            f"Name the one you mean by its id: {ids}.",
            target.ref.where,
        )
    elif not found and (there or not re.fullmatch(_ID, wanted)):
        problems.error(
            f"{name} has no board {wanted!r}.",
            f"It has: {listed(there)}."
            if there
            else "Publer lists none of it. Write the board's id, or reconnect the account in Publer.",
            target.ref.where,
        )
    return target._replace(ref=target.ref._replace(fields={**target.ref.fields, "album_id": album_id}))
