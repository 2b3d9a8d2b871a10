"""Promise: `make live` posts nothing that nobody agreed to, and tells what Publer does from what it might do."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.clock import VirtualClock
from sandbox.positions import SIGNATURE, positions
from sandbox.scenario import Scenario, SeededPost
from sandbox.server import Sandbox
from tests.live.__main__ import main
from tests.support.cases import sample

NETWORKS = ("mastodon", "instagram", "pinterest", "tiktok")
WEST = 16.0
"""Hours after noon: in the west it is another day only before noon."""
NOT_TRIED = {
    "auth": "a wrong key",
    "malformed_body": "a malformed body",
    "imports.": "imports by address",
    "rate_limit.": "the rate limit itself",
    "an answer with 202": "the HTTP status of a taken request",
    "a list that is 18 s late": "how late the list is",
    "listing.running": "posts of running jobs",
    "accepts.several_accounts": "several accounts in one post",
    "accepts.text_alone_on_google": "text alone on Google",
    "accepts.articles_without_blocks": "articles without blocks",
    "accepts.links_on_threads": "on Threads and Bluesky",
    "accepts.link_from": "link posts (`link` or `url`",
    "accepts.stories_of_videos": "stories of videos",
    "accepts.pictures_with_videos": "mixed media and reels on Instagram",
    "accepts.reels": "mixed media and reels on Instagram",
    "accepts.labels": "labels",
    "accepts.polls": "how long polls run",
    "accepts.lengths": "how Publer counts lengths",
    "accepts.the_same_text": "the same text again on X",
    "accepts.comments_on_instagram": "comments on Instagram",
    "accepts.option_names": "two spellings of options",
    "accepts.media_without_id": "media without an id",
    "accepts.timing": "`delay` or `conditions`",
}
"""Positions of what the page says was not tried: it takes more posts, a wrong request, or a slow network."""
ONLY_AN_EYE = ("accepts.alt_text_from", "accepts.pictures_are: photo")
"""What a person is asked; and one of two words of which the other one is always sent."""


def told(name: str) -> bool:
    is_tried = not name.startswith((*NOT_TRIED, *ONLY_AN_EYE))
    return is_tried or name == "rate_limit.headers: False"


POSITIONS = {name: change for name, change in positions().items() if told(name)}


def page_of(
    scenario: Scenario, tmp_path: Path, answers: list[str] | None = None, hours: float = 0.0
) -> tuple[str, Sandbox]:
    account = scenario.account("mastodon")
    posts = tuple(
        SeededPost(account_id=account.id, text=f"Old {number}", age=90_000.0 + number, state=state)
        for number, state in enumerate(("published", "failed", "draft", *["published"] * 20))
    )
    clock = VirtualClock()
    clock.advance(3600 * hours)
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
    return Scenario().with_account("*", signatures=(SIGNATURE,))


def refusing(scenario: Scenario) -> Scenario:
    return scenario.with_account("mastodon", failure="The instance is down")


OF_FAILURES = ("job.reason", "job.failures_form", "job.family: failures", "listing.failed_posts")


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The pages so far: no two positions may have the same."""
    place = tmp_path_factory.mktemp("live")
    usual = ((plain(), 0.0), (plain(), WEST), (refusing(plain()), 0.0))
    return {page_of(scenario, place, hours=hours)[0]: "the usual one" for scenario, hours in usual}


@pytest.mark.parametrize("name", sample({name: name for name in POSITIONS}, every=4))
def test_the_page_tells_each_position_from_all_others(
    name: str, tmp_path: Path, seen: dict[str, str]
) -> None:
    base = refusing(plain()) if name.startswith(OF_FAILURES) else plain()
    found, _ = page_of(POSITIONS[name](base), tmp_path, hours=WEST if "west" in name else 0.0)
    assert seen.setdefault(found, name) == name


def test_the_page_says_of_every_other_position_that_it_was_not_tried(tmp_path: Path) -> None:
    page, _ = page_of(plain(), tmp_path)
    said = page.rpartition("Not tried: ")[2]
    assert [words for words in NOT_TRIED.values() if words not in said] == []


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
