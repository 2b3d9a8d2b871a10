"""From selectors to accounts, and from a post and its accounts to targets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from publer_publish.delivery.targets import Target
from publer_publish.errors import Problem, Severity
from publer_publish.networks.table import NETWORKS, canonical
from publer_publish.post.draft import Draft
from publer_publish.post.model import AccountRef, Selector, SelectorKind
from publer_publish.publer.model import Account
from publer_publish.text import suggest

_MOST_NAMES = 20


def resolve(drafts: Iterable[Draft], accounts: Sequence[Account]) -> tuple[list[Target], list[Problem]]:
    """Every target of every post, in file order, and everything that is wrong with the selectors.

    An account that several selectors of a post name is posted to once, with the first options for it.
    """
    targets: list[Target] = []
    problems: list[Problem] = []
    for draft in drafts:
        chosen: dict[str, tuple[Account, AccountRef]] = {}
        wrong: list[Problem] = []
        for ref in draft.post.accounts:
            found, problem = select(ref, accounts)
            wrong += [problem] if problem else []
            for account in found:
                earlier = chosen.get(account.id)
                if earlier is None or (ref.has_options and not earlier[1].has_options):
                    chosen[account.id] = (account, ref)
        problems += _one_at_a_time(list(chosen.values()))
        reached = {canonical(account.provider) for account, _ in chosen.values()}
        # Behind a wrong selector may be the account that is missing.
        problems += wrong or [draft.nowhere(one) for one in draft.post.networks if one not in reached]
        for account, ref in chosen.values():
            network = canonical(account.provider)
            if network not in NETWORKS:
                problems.append(_unknown_network(ref, account))
                continue
            composed = draft.content(network, ref)
            problems += composed.problems
            if composed.content is not None:
                targets.append(Target(post=draft.post, account=account, ref=ref, content=composed.content))
    return targets, problems


def select(ref: AccountRef, accounts: Sequence[Account]) -> tuple[list[Account], Problem | None]:
    """The accounts that a selector names; none with a problem that lists what there is."""
    selector = ref.selector
    found = [account for account in accounts if _selects(selector, account)]
    if not found:
        return [], Problem(
            message=f"No account matches `{selector.written}`.",
            hint=_what_there_is(selector, accounts),
            where=ref.where,
        )
    if selector.kind is SelectorKind.NAME and len(found) > 1:
        choices = ", ".join(f"{account.id} ({account.type or account.provider})" for account in found)
        return [], Problem(
            message=f"{len(found)} accounts match `{selector.written}`.",
            hint=f"Name the one you mean by its id: {choices}.",
            where=ref.where,
        )
    return found, None


def _selects(selector: Selector, account: Account) -> bool:
    if selector.kind is SelectorKind.ALL:
        return True
    if selector.kind is SelectorKind.ID:
        return account.id.lower() == selector.value.lower()
    if canonical(account.provider) != selector.network:
        return False
    return selector.kind is SelectorKind.NETWORK or _folded(account.name) == _folded(selector.value)


def _folded(name: str) -> str:
    return name.strip().casefold()


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


def _one_at_a_time(chosen: Sequence[tuple[Account, AccountRef]]) -> list[Problem]:
    """TikTok takes no duplicates: Publer documents that it posts to one of its accounts at a time."""
    refs = [ref for account, ref in chosen if account.provider == "tiktok"]
    if len(refs) <= 1:
        return []
    return [
        Problem(
            message=f"{len(refs)} accounts on TikTok get this post; Publer posts to one of them at a time.",
            hint="Select one of them here, and publish to the others in runs of their own.",
            where=refs[1].where,
            severity=Severity.WARNING,
        )
    ]


def _unknown_network(ref: AccountRef, account: Account) -> Problem:
    return Problem(
        message=f"`{ref.selector.written}` selects "
        f"{describe(account)}, on a network that this version does not know.",
        hint="Select the other accounts by network or name, or update this action.",
        where=ref.where,
    )
