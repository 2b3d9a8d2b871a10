"""Media end to end: what arrives at Publer, where it is in the post, and what a failure costs."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from sandbox.faults import Fault
from sandbox.scenario import Import
from tests.support.repository import ROOT
from tests.support.stage import Stage, account, results, statuses, world

MEDIA = ROOT / "examples" / "media"


def copy(stage: Stage, name: str) -> Path:
    return Path(shutil.copy(MEDIA / name, stage.workspace / name))


def test_a_picture_is_uploaded_once_and_stands_in_every_network(stage: Stage) -> None:
    """At post level Publer would say "complete" and post nothing."""
    stage.open(world(account("twitter"), account("linkedin")))
    copy(stage, "card.png")
    stage.write(
        "post.yml",
        "text: Look\nmedia: [{file: card.png, alt_text: A card}]\naccounts: ['*']\n"
        "comments: [{text: And here, media: [{file: card.png, alt_text: The same card}]}]\n",
    )
    outcome = stage.run(post_file="post.yml")
    assert statuses(outcome) == {"twitter": "published", "linkedin": "published"}, outcome.text
    (upload,) = stage.sandbox.record.uploads
    assert upload.size == (MEDIA / "card.png").stat().st_size
    (post,) = stage.requests("/posts/schedule/publish")[0].body["bulk"]["posts"]
    assert set(post) == {"networks", "accounts"}
    for network in post["networks"].values():
        assert network["type"] == "photo"
        (item,) = network["media"]
        assert (item["id"], item["type"], item["alt_text"]) == (upload.id, "photo", "A card")
    # Media of a comment go by their path.
    assert all(upload.id in one["comments"][0]["media"]["path"] for one in post["accounts"])
    assert [[one["id"] for one in post.media] for post in stage.published()] == [[upload.id]] * 2


def test_a_failed_upload_fails_only_what_needs_it_and_before_anything_is_published_for_it(
    stage: Stage,
) -> None:
    stage.open(
        world(
            account("twitter"),
            account("linkedin"),
            faults=(
                Fault(
                    kind="answer", method="POST", path="/media", status=413, body='{"errors":["Too large"]}'
                ),
            ),
        )
    )
    copy(stage, "card.png")
    stage.write(
        "posts.yml",
        "posts:\n- {text: With, media: [{file: card.png, alt_text: x}], accounts: [twitter/*]}\n"
        "- {text: Without, accounts: [linkedin/*]}\n",
    )
    outcome = stage.run(post_file="posts.yml")
    assert statuses(outcome) == {"twitter": "failed", "linkedin": "published"}
    assert outcome.outputs["outcome"] == "partial"
    failed = next(row for row in results(outcome) if row["network"] == "twitter")
    assert failed["message"].startswith("not sent")
    assert "Too large" in failed["message"]
    assert [post.text for post in stage.published()] == ["Without"]


def test_all_urls_are_one_import_and_an_error_is_reported_for_its_own(stage: Stage) -> None:
    broken = "https://example.com/broken.png"
    stage.open(
        world(
            account("twitter"),
            account("linkedin"),
            imports=Import(errors={broken: "Timed out while reading data"}, foreign_download_seconds=1),
        )
    )
    stage.write(
        "posts.yml",
        "posts:\n- {text: A, media: [{url: 'https://example.com/a.png', alt_text: x}], accounts: [twitter/*]}\n"
        f"- {{text: B, media: [{{url: '{broken}', alt_text: x}}], accounts: [linkedin/*]}}\n",
    )
    outcome = stage.run(post_file="posts.yml")
    assert statuses(outcome) == {"twitter": "published", "linkedin": "failed"}, outcome.text
    assert "Timed out while reading data" in outcome.text
    taken = [request for request in stage.requests("/media/from-url") if request.status == 200]
    assert len(taken) == 1
    assert len(taken[0].body["media"]) == 2


SPECIAL = {
    "a pipe": os.mkfifo,
    "a directory": lambda path: path.mkdir(),
    "a link outside": lambda path: path.symlink_to("/etc/hostname"),
    "a file of /proc": lambda path: path.symlink_to("/proc/self/environ"),
    "an empty file": lambda path: path.touch(),
    "a text": lambda path: path.write_text("not a picture"),
}


@pytest.mark.parametrize("make", SPECIAL.values(), ids=SPECIAL)
@pytest.mark.parametrize("mode", ["validate", "publish"])
def test_what_is_no_picture_of_the_workspace_is_refused_before_anything_is_sent(
    stage: Stage, make: object, mode: str
) -> None:
    stage.open()
    make(stage.workspace / "card.png")  # type: ignore[operator]  # from the table
    stage.write("post.yml", "text: Hi\nmedia: [{file: card.png, alt_text: x}]\naccounts: [twitter/*]\n")
    outcome = stage.run(post_file="post.yml", mode=mode)
    assert outcome.outputs["outcome"] == "invalid"
    assert "card.png" in outcome.text
    assert stage.requests() == []


def test_a_video_carries_its_thumbnails_and_the_chosen_one(stage: Stage) -> None:
    stage.open(world(account("twitter")))
    copy(stage, "demo.mp4")
    stage.write("post.yml", "text: Hi\nmedia: [{file: demo.mp4, thumbnail: 1}]\naccounts: [twitter/*]\n")
    outcome = stage.run(post_file="post.yml")
    assert outcome.exit_code == 0, outcome.text
    (item,) = stage.requests("/posts/schedule/publish")[0].body["bulk"]["posts"][0]["networks"]["twitter"][
        "media"
    ]
    assert item["type"] == "video"
    assert item["default_thumbnail"] == 1
    assert item["thumbnails"]
