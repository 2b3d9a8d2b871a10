"""Promise: `make live` posts nothing that nobody agreed to, and tells what Publer does from what it might do."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from sandbox.clock import VirtualClock
from sandbox.positions import SIGNATURE, positions
from sandbox.scenario import Scenario, SeededPost
from sandbox.server import Sandbox
from tests.live.__main__ import main

NETWORKS = ("mastodon", "instagram", "pinterest", "tiktok")
TOLD_APART = (
    *("job.family", "job.entries", "job.reason", "job.payload", "job.envelope", "job.id_place", "the word"),
    *("listing.window", "listing.total", "listing.states", "listing.rows", "listing.source"),
    *("stored_text.links", "stored_text.default", "stored_text.tracking", "stored_text.entities"),
    *("stored_text.shorten", "stored_text.whitespace: crlf", "a text of its own", "a signature"),
)
ALIKE = {
    "job.id_place: data",  # the client reads both
    "stored_text.whitespace: crlf",  # the text has one line
}
POSITIONS = {
    name: change for name, change in positions().items() if name.startswith(TOLD_APART) and name not in ALIKE
}


def page_of(scenario: Scenario, tmp_path: Path, answers: list[str] | None = None) -> tuple[str, Sandbox]:
    account = scenario.account("mastodon")
    posts = tuple(
        SeededPost(account_id=account.id, text=f"Old {number}", age=90_000.0 + number, state=state)
        for number, state in enumerate(("published", "failed", "draft", *["published"] * 20))
    )
    clock = VirtualClock()
    with Sandbox(scenario.but(posts=posts), clock=clock) as sandbox:
        env = {
            "PUBLER_API_KEY": scenario.api_key,
            "PUBLER_WORKSPACE_ID": scenario.workspaces[0].id,
        }
        ids = [scenario.account(network).id for network in NETWORKS]
        page = tmp_path / "live.md"
        ask = None if answers is None else lambda _: answers.pop(0)
        assert main(["--api-url", sandbox.url, "--page", str(page), *ids], env, clock, ask) == 0
        assert sandbox.record.surprises == ()
        return page.read_text(encoding="utf-8"), sandbox


def plain() -> Scenario:
    """With an account that fails, so that there is a reason, and a default signature to look for."""
    return Scenario().with_every_account(signatures=(SIGNATURE,))


def refusing(scenario: Scenario) -> Scenario:
    return scenario.with_account("mastodon", failure="The instance is down")


@pytest.mark.parametrize("name", POSITIONS)
def test_the_page_tells_each_position_from_the_usual_one(name: str, tmp_path: Path) -> None:
    of_failures = name.startswith(("job.reason", "job.failures_form"))
    base = refusing(plain()) if of_failures else plain()
    usual, _ = page_of(base, tmp_path)
    other, _ = page_of(dataclasses.replace(POSITIONS[name](base), posts=()), tmp_path)
    assert other != usual


def test_the_same_publer_gives_the_same_page(tmp_path: Path) -> None:
    assert page_of(plain(), tmp_path)[0] == page_of(plain(), tmp_path)[0]


def test_the_page_names_every_point_and_what_was_not_tried(tmp_path: Path) -> None:
    page, sandbox = page_of(plain(), tmp_path)
    assert len(sandbox.record.published) <= 5
    for point in (
        "payload of a publish job",
        "where the reason of a failure is",
        "several `state[]` | all are honoured",
        "`page` in a window | everything in one answer, `page` ignored",
        "`total` | the rows of the window",
        "where the link is listed | in the text",
        "the account's default signature | is not appended",
        "`alt_text` or `caption` | not tried",
        "several pictures as `photo` on instagram | taken",
        "several pictures as `photo` on pinterest | taken",
        "several pictures as `photo` on tiktok | taken",
        "Not tried: ",
    ):
        assert point in page


def test_a_refused_carousel_is_shown_with_publers_sentence(tmp_path: Path) -> None:
    page, _ = page_of(plain().with_account("instagram", failure="Post type is not valid"), tmp_path)
    assert "several pictures as `photo` on instagram | refused: Post type is not valid" in page


def test_nothing_is_posted_that_nobody_agrees_to(tmp_path: Path) -> None:
    _, sandbox = page_of(plain(), tmp_path, answers=["no"] * 9)
    assert sandbox.record.published == ()


def test_a_person_tells_what_only_an_eye_can(tmp_path: Path) -> None:
    page, _ = page_of(plain(), tmp_path, answers=["yes", "yes", "second", "no", "no", "no", "no"])
    assert "`alt_text` or `caption` | second; `caption` visible: no" in page


def test_without_a_person_only_loopback_is_taken(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--api-url", "https://publer.example/api/v1", "66db83154e299efa19a2d8df"], {}) == 2
    assert "Nobody is here to agree" in capsys.readouterr().err
