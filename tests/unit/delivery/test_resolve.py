"""Promise: what follows from the accounts that a post selects is reported before anything is sent."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from publer_publish.delivery.ledger import Target
from publer_publish.delivery.resolve import resolve
from publer_publish.errors import Problem, Problems, Severity
from publer_publish.post.checks import Checks
from publer_publish.post.load import Options, load
from publer_publish.publer.model import Account, Album
from publer_publish.workspace import Workspace
from tests.support.context import Context

X = tuple(Account(id=f"x{number}", provider="twitter", name=f"X {number}") for number in range(3))
BOARDS = (Album(id="101", name="Releases"), Album(id="102", name="News"), Album(id="103", name="news"))


def resolved(
    post: dict[str, Any], accounts: Sequence[Account], tmp_path: Path
) -> tuple[list[Target], list[Problem]]:
    options = Options(context=Context(), checks=Checks(Workspace(tmp_path)))
    problems = Problems()
    drafts = load([("p.json", json.dumps(post).encode())], "", options, problems).drafts
    return resolve(drafts, accounts, problems), list(problems)


def pin(board: str) -> dict[str, Any]:
    media = [{"id": "m1", "type": "photo", "alt_text": "A"}]
    return {"media": media, "accounts": ["pinterest/*"], "networks": {"pinterest": {"board": board}}}


def pinterest(name: str, *albums: Album) -> Account:
    return Account(id=name, provider="pinterest", name=name, albums=albums)


def test_x_forbids_one_text_on_several_accounts_of_one_owner(tmp_path: Path) -> None:
    targets, (problem,) = resolved({"text": "Hi", "accounts": ["twitter/X 0", "twitter/X 1"]}, X, tmp_path)
    assert len(targets) == 2
    assert (problem.severity, problem.where.shown_path) == (Severity.WARNING, "accounts[1]")
    assert problem.message.startswith("twitter/X 0 and twitter/X 1 get the same text")
    assert "a text of its own" in problem.hint


def test_x_takes_different_texts_on_several_accounts(tmp_path: Path) -> None:
    posts = [{"text": f"Hi {number}", "accounts": [f"twitter/X {number}"]} for number in range(3)]
    targets, problems = resolved({"posts": posts}, X, tmp_path)
    assert (len(targets), problems) == (3, [])


@pytest.mark.parametrize("name", ["X\u00a01", "\u200bX 1", "x 1 "])
def test_a_name_that_was_copied_from_the_summary_is_the_accounts_own(name: str, tmp_path: Path) -> None:
    """GitHub's pages show blanks that do not break, and zero-width spaces, where the name has none."""
    targets, problems = resolved({"text": "Hi", "accounts": [f"twitter/{name}"]}, X, tmp_path)
    assert ([target.account for target in targets], problems) == ([X[1]], [])


@pytest.mark.parametrize("board", ["Releases", " releases ", "101"])
def test_a_pin_goes_to_the_board_of_its_account(board: str, tmp_path: Path) -> None:
    accounts = [pinterest("a", *BOARDS), pinterest("b", Album(id="201", name="RELEASES"), BOARDS[0])]
    targets, problems = resolved(pin(board), accounts[: 2 if board == "101" else 1], tmp_path)
    assert problems == []
    assert [target.ref.fields["album_id"] for target in targets] == ["101"] * len(targets)


@pytest.mark.parametrize(
    ("board", "albums", "says", "hint"),
    [
        ("Old", BOARDS, "pinterest/a has no board 'Old'.", "It has: Releases (101), News (102), news (103)."),
        ("NEWS", BOARDS, "2 boards of pinterest/a are named 'NEWS'.", "by its id: 102, 103."),
        ("News", (), "pinterest/a has no board 'News'.", "the board's id"),
    ],
)
def test_a_board_must_be_one_of_its_account(
    board: str, albums: tuple[Album, ...], says: str, hint: str, tmp_path: Path
) -> None:
    _, (problem,) = resolved(pin(board), [pinterest("a", *albums)], tmp_path)
    assert problem.message.startswith(says)
    assert hint in problem.hint
    assert problem.where.shown_path == "accounts[0]"


def test_an_id_is_sent_as_it_is_where_publer_lists_no_boards(tmp_path: Path) -> None:
    (target,), problems = resolved(pin("104"), [pinterest("a")], tmp_path)
    assert (target.ref.fields["album_id"], problems) == ("104", [])


def test_each_of_several_accounts_must_have_the_board(tmp_path: Path) -> None:
    accounts = [pinterest("a", *BOARDS), pinterest("b", BOARDS[1])]
    _, (problem,) = resolved(pin("Releases"), accounts, tmp_path)
    assert problem.message == "pinterest/b has no board 'Releases'."


def test_an_account_may_name_a_board_of_its_own(tmp_path: Path) -> None:
    post = {**pin("News"), "accounts": [{"id": "pinterest/a", "album_id": "Releases"}]}
    (target,), problems = resolved(post, [pinterest("a", *BOARDS)], tmp_path)
    assert (target.ref.fields["album_id"], problems) == ("101", [])


def test_an_album_on_facebook_is_sent_as_it_is(tmp_path: Path) -> None:
    post = {"text": "Hi", "accounts": [{"id": "facebook/A", "album_id": "77"}]}
    (target,), problems = resolved(post, [Account(id="3", provider="facebook", name="A")], tmp_path)
    assert (target.ref.fields["album_id"], problems) == ("77", [])


@pytest.mark.parametrize("provider", ["wordpress", "wordpress_oauth", "wordpress_basic", "wordpress_new"])
def test_publer_calls_wordpress_in_several_ways(provider: str, tmp_path: Path) -> None:
    account = Account(id="1", provider=provider, name="Blog")
    targets, problems = resolved({"text": "Hi", "accounts": ["wordpress/Blog"]}, [account], tmp_path)
    assert ([target.content.network for target in targets], problems) == (["wordpress"], [])
