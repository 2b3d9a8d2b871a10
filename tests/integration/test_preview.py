"""Promise: the preview page shows what goes or went out, also of an invalid run, and never fails a run."""

from __future__ import annotations

from pathlib import Path

from tests.support.stage import NETWORKS, Stage, statuses, world

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
