"""Promise: `only-changed` never publishes more than was added, and `comment` touches no other comment."""

from __future__ import annotations

from typing import Any

import pytest

from publer_publish.github.event import read_event
from sandbox.scenario import GitHub
from tests.support.stage import Stage, results, world

POST = "text: {}\naccounts: [twitter/*]\n"
PUSH = {"ref": "refs/heads/main", "before": "a" * 40, "after": "b" * 40, "forced": False}
PULL = {
    "action": "synchronize",
    "number": 7,
    "pull_request": {"number": 7, "head": {"repo": {"full_name": "acme/rocket"}}},
}


def posts(stage: Stage, *names: str, **github: Any) -> None:
    stage.open(world(github=GitHub(**github)))
    for name in names:
        stage.write(f"posts/{name}.yml", POST.format(name))


def sent(stage: Stage) -> list[str]:
    return [one.text for one in stage.published()]


def test_a_push_publishes_what_it_adds_and_warns_of_what_it_changes(stage: Stage) -> None:
    files = (("posts/new.yml", "added"), ("posts/corrected.yml", "modified"), ("posts/moved.yml", "renamed"))
    posts(stage, "new", "corrected", "moved", "old", files=files)
    run = stage.run(post_file="posts/*.yml", only_changed="true", event=PUSH)
    assert (run.exit_code, run.outputs["outcome"], sent(stage)) == (0, "published", ["new"])
    warned = {one.file: one.message for one in run.annotations if one.level == "warning"}
    assert set(warned) == {"posts/corrected.yml", "posts/moved.yml"}
    assert "without `only-changed`" in warned["posts/corrected.yml"]
    assert "leaves out: `posts/corrected.yml`, `posts/moved.yml`, `posts/old.yml`" in run.text


def test_a_post_with_a_name_that_is_not_looked_for_is_a_warning(stage: Stage) -> None:
    """Green, and nothing posted: the file has not the name that the workflow looks for."""
    files = (("posts/new.yml", "added"), ("posts/notes.txt", "added"), ("mkdocs.yml", "added"))
    posts(stage, "new", "old.publer", files=files)
    run = stage.run(post_file="posts/*.publer.yml", only_changed="true", event=PUSH)
    assert run.outputs["outcome"] == "skipped"
    assert [one.file for one in run.annotations if one.level == "warning"] == ["posts/new.yml"]


def test_a_push_that_adds_no_post_is_skipped_and_asks_publer_nothing(stage: Stage) -> None:
    posts(stage, "old", files=(("README.md", "modified"),))
    run = stage.run(post_file="posts/*.yml", only_changed="true", event=PUSH)
    assert (run.exit_code, run.outputs["outcome"], stage.requests("/api/v1")) == (0, "skipped", [])


@pytest.mark.parametrize(
    ("event_name", "event", "github", "why"),
    [
        ("workflow_dispatch", {}, {}, "a run on `workflow_dispatch` is not about a change"),
        ("schedule", {}, {}, "a run on `schedule` is not about a change"),
        ("push", {**PUSH, "before": "0" * 40}, {}, "the first push of a branch"),
        ("push", {**PUSH, "forced": True}, {}, "a force push"),
        ("push", PUSH, {"compared": "diverged"}, "replaces commits"),
        ("push", PUSH, {"files": tuple((f"{n}.md", "added") for n in range(300))}, "300 files or more"),
        ("push", PUSH, {"rate_limited": True}, "rate limit is used up"),
        ("push", PUSH, {"token": "another"}, "it is wrong or has expired"),
    ],
)
def test_where_the_change_is_not_known_nothing_is_published_and_everything_validated(
    stage: Stage, event_name: str, event: dict[str, Any], github: dict[str, Any], why: str
) -> None:
    files = (("posts/one.yml", "added"),)
    posts(stage, "one", **{"files": files, **github})
    token = {"github_token": "ghs_token_of_this_job"}
    given: dict[str, Any] = {
        "post_file": "posts/*.yml",
        "only_changed": "true",
        "event": event,
        "event_name": event_name,
        **token,
    }
    run = stage.run(**given)
    assert (run.exit_code, run.outputs["outcome"], stage.requests("/api/v1")) == (1, "invalid", [])
    assert why in run.text
    run = stage.run(**given, mode="validate")
    assert (run.exit_code, [row["status"] for row in results(run)]) == (0, ["valid"])
    assert why in run.text
    assert "All files are validated." in run.text


def test_a_repository_that_is_checked_out_below_the_workspace_does_not_pass_in_silence(stage: Stage) -> None:
    stage.open(world(github=GitHub(files=(("posts/new.yml", "added"),))))
    stage.write("site/posts/new.yml", POST.format("new"))
    run = stage.run(post_file="site/posts/*.yml", only_changed="true", event=PUSH)
    assert (run.exit_code, sent(stage)) == (1, [])
    assert "remove `path:` from actions/checkout" in run.text


def test_a_pull_request_validates_what_it_adds_or_changes_over_all_pages(stage: Stage) -> None:
    files = (*((f"src/{n}.py", "modified") for n in range(150)), ("posts/new.yml", "modified"))
    posts(stage, "new", "old", files=files)
    stage.write("posts/old.yml", "text: [")
    event = {**PULL, "repository": {"default_branch": "main"}}
    run = stage.run(
        post_file="posts/*.yml", only_changed="true", mode="auto", event=event, event_name="pull_request"
    )
    editor = "<https://github.com/acme/rocket/new/main?filename=posts/new-post.publer.yml&amp;value="
    assert run.outputs["summary"].partition("[Write another post](")[2].startswith(editor)
    assert (run.exit_code, [row["file"] for row in results(run)]) == (0, ["posts/new.yml"])


def test_one_comment_is_renewed_at_each_push_and_no_other_is_touched(stage: Stage) -> None:
    others = (("octocat", "<!-- publer-publish -->"), ("github-actions[bot]", "Of another workflow"))
    posts(stage, "new", files=(("posts/new.yml", "added"),), comments=others)
    given: dict[str, Any] = {
        "comment": "true",
        "mode": "validate",
        "event": PULL,
        "event_name": "pull_request",
    }
    stage.run(post_file="posts/*.yml", **given)
    stage.write("posts/new.yml", POST.format("another text"))
    run = stage.run(post_file="posts/*.yml", **given)
    assert run.exit_code == 0
    comments = stage.sandbox.world.github_comments
    assert [one["body"] for one in comments[:2]] == [body for _, body in others]
    (ours,) = comments[2:]
    assert "another text" in ours["body"]
    assert "Comment: https://github.com/acme/rocket/pull/7#issuecomment-3" in run.text
    stage.run(post_file="posts/*.yml", env={"GITHUB_ACTION": "second_step"}, **given)
    assert len(stage.sandbox.world.github_comments) == 4


def test_a_comment_with_our_mark_but_of_somebody_else_is_not_ours(stage: Stage) -> None:
    given: dict[str, Any] = {
        "comment": "true",
        "mode": "validate",
        "event": PULL,
        "event_name": "pull_request",
    }
    posts(stage, "new")
    stage.run(post_file="posts/*.yml", **given)
    ours = stage.sandbox.world.github_comments[0]["body"]
    stage.sandbox.close()
    posts(stage, "new", comments=(("mallory", ours),))
    stage.run(post_file="posts/*.yml", **given)
    assert [one["user"]["login"] for one in stage.sandbox.world.github_comments] == [
        "mallory",
        "github-actions[bot]",
    ]


def test_a_pull_request_that_no_longer_changes_a_post_says_so_only_where_a_comment_is(stage: Stage) -> None:
    given: dict[str, Any] = {"comment": "true", "only_changed": "true", "mode": "auto", "event": PULL,
                             "event_name": "pull_request", "post_file": "posts/*.yml"}  # fmt: skip
    posts(stage, "old", files=(("README.md", "modified"),))
    assert stage.run(**given).exit_code == 0
    assert stage.sandbox.world.github_comments == []
    stage.run(**{**given, "only_changed": "false"})
    stage.run(**given)
    (comment,) = stage.sandbox.world.github_comments
    assert comment["body"].endswith("no longer adds or changes a post.")


@pytest.mark.parametrize(
    ("event_name", "event", "github", "why"),
    [
        ("push", PUSH, {}, "this run is not about a pull request"),
        ("pull_request", {"number": 7, "pull_request": {"number": 7, "head": {"repo": {"full_name": "o/r"}}}}, {}, "the fork o/r"),
        ("pull_request", PULL, {"may_comment": False}, "it may not read"),
    ],
)  # fmt: skip
def test_without_a_comment_a_notice_says_why(
    stage: Stage, event_name: str, event: dict[str, Any], github: dict[str, Any], why: str
) -> None:
    posts(stage, "one", **github)
    run = stage.run(post_file="posts/*.yml", comment="true", mode="validate", event=event, event_name=event_name,
                    github_token="ghs_token_of_this_job")  # fmt: skip
    assert run.exit_code == 0
    (notice,) = [one.message for one in run.annotations if one.level == "notice" and "comment" in one.message]
    assert why in notice
    assert stage.sandbox.world.github_comments == []


@pytest.mark.parametrize(
    ("name", "ref"),
    [
        ("pull_request_review", ""),
        ("pull_request_review_comment", ""),
        ("issue_comment", "refs/pull/7/merge"),
    ],
)
def test_auto_only_validates_whatever_runs_on_a_change_that_is_not_merged(name: str, ref: str) -> None:
    assert read_event({"GITHUB_EVENT_NAME": name, "GITHUB_REF": ref}, now=0.0).default_mode_is_validate
