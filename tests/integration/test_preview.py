"""Promise: the preview page shows what goes or went out, also of an invalid run, and never fails a run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sandbox.scenario import GitHub, Release
from tests.support.stage import NETWORKS, Stage, results, statuses, world

POST = """
text: Acme 2.0 is out.
media:
  - {file: docs/card.png, alt_text: The new dashboard}
accounts: ["twitter/*", "linkedin/*"]
"""
CARD = Path(__file__).parents[2] / "examples" / "media" / "card.png"


def _prepared(stage: Stage, post: str = POST) -> None:
    stage.open()
    stage.write("posts/release.yml", post)
    stage.write("docs/card.png", CARD.read_bytes())


def test_validate_writes_the_page(stage: Stage) -> None:
    _prepared(stage)
    outcome = stage.run(mode="validate", post_file="posts/*.yml", preview_file="out/preview.html")
    assert outcome.outputs["preview-file"] == "out/preview.html"
    html = (stage.workspace / "out" / "preview.html").read_text(encoding="utf-8")
    assert html.count("<article") == 2
    assert 'alt="The new dashboard"' in html
    assert "background-image:url(data:image/png;base64," in html


def test_publish_writes_the_page_with_what_became_of_each_target(stage: Stage) -> None:
    _prepared(stage)
    outcome = stage.run(post_file="posts/*.yml", preview_file="preview.html")
    assert statuses(outcome) == {"twitter": "published", "linkedin": "published"}
    html = (stage.workspace / "preview.html").read_text(encoding="utf-8")
    assert html.count(": published · ") == 2
    assert all(url in html for url in outcome.outputs["post-urls"].splitlines())


def test_an_invalid_run_writes_the_page_in_either_mode(stage: Stage) -> None:
    """The page helps most where something is wrong."""
    _prepared(stage, f"text: {'too long ' * 40}\naccounts: ['twitter/*', 'mastodon/*']\n")
    for mode in ("validate", "publish"):
        outcome = stage.run(mode=mode, post_file="posts/*.yml", preview_file=f"{mode}.html")
        assert outcome.outputs["outcome"] == "invalid"
        html = (stage.workspace / f"{mode}.html").read_text(encoding="utf-8")
        assert html.count("<article") == 2
        assert "too many" in html
    assert stage.published() == []


def test_a_post_whose_networks_only_a_key_tells_is_shown_without_one(stage: Stage) -> None:
    _prepared(stage, "text: Everywhere\naccounts: ['*']\n")
    stage.run(mode="validate", post_file="posts/*.yml", preview_file="preview.html")
    assert "Everywhere" in (stage.workspace / "preview.html").read_text(encoding="utf-8")


RELEASED = """
text: "{{ tag }} is out. {{ release.notes | fit }}"
accounts: ["twitter/*", "mastodon/*"]
networks: {mastodon: {text: No release here}}
"""
NEWEST = GitHub(
    releases=(
        Release(tag_name="v3.0.0-rc", body="Not yet.", prerelease=True),
        Release(tag_name="v2.9.0", body=f"Xylophones {'are louder ' * 40}now."),
    )
)


def test_without_a_release_the_page_shows_the_newest_and_nothing_else_does(stage: Stage) -> None:
    stage.open(world(github=NEWEST))
    stage.write("posts/release.yml", RELEASED)
    given: dict[str, Any] = {"mode": "validate", "post_file": "posts/*.yml", "preview_file": "page.html"}
    alone = stage.run(**given, github_token="")
    assert "Xylophones" not in (stage.workspace / "page.html").read_text(encoding="utf-8")
    run = stage.run(**given)
    html = (stage.workspace / "page.html").read_text(encoding="utf-8")
    assert "v2.9.0 is out. Xylophones are louder" in html
    assert html.count("Drawn with the newest release, <code") == 1
    assert run.outputs["outcome"] == "valid"
    assert [results(run), run.outputs["summary"]] == [results(alone), alone.outputs["summary"]]
    stage.run(mode="validate", post_file="posts/*.yml")
    assert len(stage.requests("/github")) == 1, "nobody asks who shows no page"


def test_a_newest_release_that_cannot_be_seen_changes_nothing(stage: Stage) -> None:
    stage.open(world(github=GitHub(rate_limited=True)))
    stage.write("posts/release.yml", RELEASED)
    run = stage.run(mode="validate", post_file="posts/*.yml", preview_file="page.html")
    assert (run.exit_code, run.outputs["outcome"]) == (0, "valid")
    assert "[The notes of the release" in (stage.workspace / "page.html").read_text(encoding="utf-8")
    assert "rate limit" in run.text


def test_the_key_is_not_in_the_page(stage: Stage) -> None:
    _prepared(stage)
    key = stage.sandbox.scenario.api_key
    stage.write("posts/release.yml", f"text: The key is {key}\naccounts: ['twitter/*']\n")
    outcome = stage.run(post_file="posts/*.yml", preview_file="preview.html")
    assert outcome.outputs["outcome"] == "invalid"
    assert key not in (stage.workspace / "preview.html").read_text(encoding="utf-8")


def test_a_path_outside_is_refused_before_anything_is_sent(stage: Stage) -> None:
    _prepared(stage)
    outcome = stage.run(post_file="posts/*.yml", preview_file="../preview.html")
    assert outcome.outputs["outcome"] == "invalid"
    assert outcome.outputs["preview-file"] == ""
    assert stage.requests() == []


def test_a_page_that_cannot_be_written_is_a_warning_once_something_is_live(stage: Stage) -> None:
    """What is live stays live: a failed step would be run again."""
    stage.open(world())
    stage.write("posts/release.yml", "text: Out now\naccounts: ['*']\n")
    # Nothing is there, so the check at the beginning finds nothing wrong; but nobody can make a file there.
    outcome = stage.run(
        post_file="posts/*.yml", preview_file="/proc/preview.html", env={"RUNNER_TEMP": "/proc"}
    )
    assert outcome.exit_code == 0
    assert set(statuses(outcome).values()) == {"published"}
    assert len(stage.published()) == len(NETWORKS)
    assert [one.level for one in outcome.annotations] == ["warning"]
    assert outcome.outputs["preview-file"] == ""
