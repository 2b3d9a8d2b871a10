"""Promise: what follows from the accounts that a post selects is told before anything is sent."""

from __future__ import annotations

import json
from pathlib import Path

from publer_publish.delivery.resolve import resolve
from publer_publish.errors import Problems, Severity
from publer_publish.post.checks import Checks
from publer_publish.post.load import Options, load
from publer_publish.publer.model import Account
from publer_publish.workspace import Workspace
from tests.support.context import Context


def test_a_post_for_two_accounts_on_tiktok_is_a_warning(tmp_path: Path) -> None:
    post = {
        "text": "Hi",
        "media": [{"id": "v1", "type": "video"}],
        "accounts": ["tiktok/One", "facebook/*", "tiktok/Two"],
    }
    options = Options(context=Context(), checks=Checks(Workspace(tmp_path)))
    problems = Problems()
    drafts = load([("p.json", json.dumps(post).encode())], "", options, problems).drafts
    accounts = [
        Account(id="1", provider="tiktok", name="One"),
        Account(id="2", provider="tiktok", name="Two"),
        Account(id="3", provider="facebook", name="A"),
        Account(id="4", provider="facebook", name="B"),
    ]
    targets = resolve(drafts, accounts, problems)
    assert len(targets) == 4
    (problem,) = problems
    assert (problem.severity, problem.where.shown_path) == (Severity.WARNING, "accounts[2]")
    assert problem.message == "2 accounts on TikTok get this post; Publer posts to one of them at a time."
