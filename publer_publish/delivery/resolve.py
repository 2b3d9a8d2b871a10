"""From selectors to accounts, and from a post and its accounts to targets."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from publer_publish.delivery.boards import Boards, place_pin
from publer_publish.delivery.targets import Target
from publer_publish.errors import Problems
from publer_publish.networks.table import NETWORKS, canonical
from publer_publish.post.checks import warn_of_one_text
from publer_publish.post.draft import Draft
from publer_publish.post.model import AccountRef, Selector, SelectorKind
from publer_publish.publer.model import Account
from publer_publish.text import suggest

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


def _what_there_is(selector: Selector, accounts: Sequence[Account]) -> str:
    same = [account for account in accounts if canonical(account.provider) == selector.network]
    names = [account.name for account in same]
    near = suggest(selector.value, names) if selector.kind is SelectorKind.NAME else ""
    guess = f"Did you mean `{selector.network}/{near}`? " if near else ""
    if not accounts:
        return "This workspace has no accounts: connect one in Publer, or check `workspace-id`."
    listed = same or accounts
    names_listed = ", ".join(describe(account) for account in listed[:_MOST_NAMES])
    more = f" and {len(listed) - _MOST_NAMES} more" if len(listed) > _MOST_NAMES else ""
    return f"{guess}The workspace has: {names_listed}{more}."


def _warn_of_same_texts(targets: Sequence[Target], problems: Problems) -> None:
    """Warn where accounts of a network that forbids it get the same text."""
    first: dict[tuple[str, str], Target] = {}
    for target in targets:
        rules = NETWORKS[target.content.network]
        earlier = first.setdefault((rules.key, target.content.text), target)
        if rules.no_same_text and target.content.text and earlier.account.id != target.account.id:
            warn_of_one_text(rules, str(earlier), str(target), target.ref.where, problems)
