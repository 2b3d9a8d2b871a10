"""Promise: `dry-run` shows what `publish` would do and sends nothing; a release is announced without a post."""

from __future__ import annotations

import pytest

from sandbox.scenario import GitHub, Release, SeededPost
from tests.support.stage import Stage, account, results, statuses, world

FIVE = "text: Rocket is out\naccounts: ['*']\n"


def writing(stage: Stage) -> list[str]:
    return [request.path for request in stage.requests() if request.method != "GET"]


def test_a_dry_run_says_what_would_go_where_and_what_is_live(stage: Stage) -> None:
    twitter = account("twitter")
    stage.open(world(posts=(SeededPost(account_id=twitter.id, text="Rocket is out", age=600),)))
    stage.write("post.yml", FIVE)
    run = stage.run(post_file="post.yml", mode="dry-run")
    assert (run.exit_code, run.outputs["outcome"], writing(stage)) == (0, "ready", [])
    assert statuses(run) == {"twitter": "skipped", "linkedin": "ready", "bluesky": "ready", "mastodon": "ready",
                             "threads": "ready"}  # fmt: skip
    assert all(row["account_id"] and row["length"] for row in results(run))
    assert (
        "4 targets would be published; 1 skipped as already live. Nothing was uploaded or sent." in run.text
    )


def test_a_dry_run_fails_where_publishing_would(stage: Stage) -> None:
    stage.open(world(posts=(SeededPost(account_id=account("twitter").id, text="Rocket is out", age=600),)))
    stage.write("post.yml", FIVE)
    run = stage.run(post_file="post.yml", mode="dry-run", on_duplicate="fail")
    assert (run.exit_code, run.outputs["outcome"], writing(stage)) == (1, "failed", [])
    stage.write("post.yml", "text: Hi\naccounts: [twitter/Nobody]\n")
    run = stage.run(post_file="post.yml", mode="dry-run")
    assert (run.exit_code, run.outputs["outcome"]) == (1, "invalid")
    assert stage.run(mode="dry-run", text="Hi", accounts="*", api_key="").outputs["outcome"] == "invalid"


def release(*, prerelease: bool = False, name: str = "The fast one") -> Release:
    return Release(repository="acme/rocket", tag_name="v2.0.0", name=name, prerelease=prerelease)


@pytest.mark.parametrize("event_name", ["release", "push"])
def test_a_release_is_announced_with_key_and_accounts_alone(stage: Stage, event_name: str) -> None:
    stage.open(world(github=GitHub(releases=(release(),))))
    payload = {"tag_name": "v2.0.0", "name": "The fast one", "body": "", "prerelease": False, "draft": False,
               "html_url": "https://github.com/acme/rocket/releases/tag/v2.0.0"}  # fmt: skip
    event = {"release": payload} if event_name == "release" else {"ref": "refs/tags/v2.0.0"}
    run = stage.run(accounts="twitter/*", event=event, event_name=event_name)
    assert run.exit_code == 0, run.text
    (post,) = stage.published()
    assert post.text.split("\n")[:2] == ["rocket 2.0.0 is out!", "The fast one"]
    assert post.text.endswith("https://github.com/acme/rocket/releases/tag/v2.0.0")


def test_a_pre_release_is_not_announced_and_a_notice_says_so(stage: Stage) -> None:
    stage.open(world(github=GitHub(releases=(release(prerelease=True),))))
    run = stage.run(accounts="twitter/*", event={"ref": "refs/tags/v2.0.0"})
    assert (run.exit_code, run.outputs["outcome"], stage.published()) == (0, "skipped", [])
    assert any("pre-release" in one.message for one in run.annotations if one.level == "notice")


def test_without_a_release_a_run_without_a_post_is_an_error(stage: Stage) -> None:
    stage.open()
    assert stage.run(accounts="twitter/*").outputs["outcome"] == "invalid"
