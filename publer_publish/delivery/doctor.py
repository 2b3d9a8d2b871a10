"""``mode: doctor``: is everything in order for publishing? Only GET requests; posts nothing, ever."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from publer_publish.clock import Deadline
from publer_publish.delivery.resolve import boards_of, describe, listed, select
from publer_publish.errors import ActionError, Problems
from publer_publish.networks.table import NETWORKS, canonical
from publer_publish.post.model import AccountRef
from publer_publish.publer.api import Publer
from publer_publish.publer.model import Account, Workspace
from publer_publish.report.values import Check

_PLANS = ("business", "enterprise", "ambassador")
"""Those that include the API (publer-api 1)."""
_ENOUGH = 10
"""Requests that a plain run may need."""
_MOST_BOARDS = 50
_MOST_NAMES = 5
"""Accounts of a selector that are named."""


def examine(
    publer: Publer,
    *,
    choose_workspace: Callable[[Sequence[Workspace]], Workspace],
    refs: Sequence[AccountRef],
    problems: Problems,
    deadline: Deadline,
) -> list[Check]:
    """Every check, as far as the ones before it allow."""
    checks: list[Check] = []
    try:
        user = publer.me(deadline=deadline)
        checks.append(
            Check(name="API key", ok=True, detail=f"belongs to {user.name or user.email or user.id}")
        )
        workspace = choose_workspace(publer.workspaces(deadline=deadline))
        checks.append(Check(name="workspace", ok=True, detail=f"{workspace.name} ({workspace.id})"))
        checks.append(_plan(workspace))
        publer.transport.workspace_id = workspace.id
        accounts = publer.accounts(deadline=deadline)
        checks += [*_accounts(accounts), *_selectors(refs, accounts)]
        checks += _boards(accounts, publer, deadline)
    except ActionError as error:
        name = ("API key", "workspace", "accounts")[min(len(checks), 2)]
        checks.append(Check(name=name, ok=False, detail=error.message, cure=error.hint))
    return [*checks, *_files(problems), _rate_limit(publer, deadline.clock.time())]


def _plan(workspace: Workspace) -> Check:
    plan = workspace.plan
    if not plan or any(word in plan.lower() for word in _PLANS):
        return Check(name="plan", ok=True, detail=plan or "not said by Publer")
    return Check(
        name="plan",
        ok=False,
        detail=f"`{plan}` does not include the API, as far as Publer documents it",
        cure="The API needs a Business or Enterprise plan: look under Settings → Billing in Publer.",
    )


def _accounts(accounts: Sequence[Account]) -> Iterator[Check]:
    if accounts:
        yield Check(name="accounts", ok=True, detail=f"{len(accounts)} connected")
    else:
        cure = "Connect social accounts to this workspace in Publer, or check `workspace-id`."
        yield Check(name="accounts", ok=False, detail="the workspace has none", cure=cure)
    for account in accounts:
        if account.trouble:
            detail, cure = f"{describe(account)}: {account.trouble}", "Reconnect the account in Publer."
            yield Check(name="connection", ok=False, detail=detail, cure=cure)


def _boards(accounts: Sequence[Account], publer: Publer, deadline: Deadline) -> Iterator[Check]:
    for account in accounts:
        rules = NETWORKS.get(canonical(account.provider))
        if rules and rules.has_boards:
            names = listed(boards_of(account, publer, deadline), _MOST_BOARDS)
            yield Check(name="boards", ok=True, detail=f"{describe(account)}: {names or 'Publer lists none'}")


def _selectors(refs: Sequence[AccountRef], accounts: Sequence[Account]) -> list[Check]:
    checks: dict[str, Check] = {}
    for ref in refs:
        problems = Problems()
        found = select(ref, accounts, problems)
        problem = next(iter(problems), None)
        written = ref.selector.written
        if problem:
            detail = f"{problem.where}: {problem.message}"
            checks[written] = Check(
                name="selector", ok=False, detail=detail, cure=problem.hint, problem=problem
            )
        else:
            named = listed(list(map(describe, found)), _MOST_NAMES)
            checks.setdefault(written, Check(name="selector", ok=True, detail=f"{written} → {named}"))
    return list(checks.values())


def _files(problems: Problems) -> list[Check]:
    return [
        Check(name="post file", ok=False, detail=f"{one.where}: {one.message}", cure=one.hint, problem=one)
        for one in problems.errors()
    ]


def _rate_limit(publer: Publer, now: float) -> Check:
    limit = publer.rate_limit
    if limit.remaining is None:
        return Check(name="rate limit", ok=True, detail="Publer does not say how many requests are left")
    reset = f", reset in {max(0.0, limit.reset_at - now):.0f} s" if limit.reset_at is not None else ""
    detail = f"{limit.remaining} of {limit.limit or 100} requests left{reset}"
    cure = "Something else uses this key's 100 requests in 2 minutes: wait, or run fewer jobs at once."
    ok = limit.remaining >= _ENOUGH
    return Check(name="rate limit", ok=ok, detail=detail, cure="" if ok else cure)
