"""The examples that users copy, run by `act` with the image that users get, against a Publer stand-in."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sandbox.scenario import GitHub, Release, Scenario
from sandbox.server import Sandbox
from tests.e2e import engine
from tests.e2e.engine import Act, Run
from tests.support.repository import OUTPUTS

EXAMPLES = engine.ROOT / "examples" / "workflows"

RELEASE_POST = """\
text: |
  {{ repository.name }} {{ tag }} is out!
  {{ release.body | plain | fit }}
networks:
  mastodon: {}
  bluesky: {}
  linkedin: {}
accounts: ["mastodon/*", "bluesky/*", "linkedin/*"]
"""
REPOSITORY = {
    "full_name": engine.REPOSITORY,
    "name": "rocket",
    "owner": {"login": "acme"},
    "html_url": f"https://github.com/{engine.REPOSITORY}",
    "default_branch": "main",
}
TAG_PUSH = {"ref": "refs/tags/v1.2.0", "created": True, "repository": REPOSITORY}
RELEASE_EVENT = {
    "action": "published",
    "ref": "refs/tags/v1.2.0",
    "release": {
        "tag_name": "v1.2.0",
        "name": "1.2",
        "body": "It **flies** now.",
        "html_url": f"https://github.com/{engine.REPOSITORY}/releases/tag/v1.2.0",
        "prerelease": False,
        "draft": False,
        "author": {"login": "octocat"},
    },
    "repository": REPOSITORY,
}
PULL_REQUEST = {
    "action": "opened",
    "number": 7,
    "pull_request": {
        "number": 7,
        "head": {"ref": "launch", "sha": "0" * 40, "repo": {"full_name": "mallory/rocket"}},
        "base": {"ref": "main", "repo": {"full_name": engine.REPOSITORY}},
    },
    "repository": REPOSITORY,
}
RELEASED = GitHub(
    releases=(Release(repository=engine.REPOSITORY, tag_name="v1.2.0", body="It **flies** now."),)
)
NETWORKS = ["bluesky", "linkedin", "mastodon"]


def _example(name: str, publer: Sandbox, *, job: str) -> Any:
    """The example as it is, pointed at the sandbox, with a step behind ours that reads its outputs."""
    document = engine.load_workflow((EXAMPLES / name).read_text(encoding="utf-8"))
    steps = document["jobs"][job]["steps"]
    (ours,) = [step for step in steps if step.get("uses", "").startswith(f"{engine.OURS}@")]
    ours["id"] = "publish"
    ours["with"]["api-url"] = publer.url
    steps.insert(steps.index(ours) + 1, engine.RECORDER)
    return document


def _repository(path: Path, workflow: Any, files: Mapping[str, str]) -> Path:
    return engine.make_repository(path, {".github/workflows/publer.yml": json.dumps(workflow), **files})


def _secrets(publer: Sandbox) -> dict[str, str]:
    return {"PUBLER_API_KEY": publer.scenario.api_key}


def _variables(publer: Sandbox) -> dict[str, str]:
    return {"PUBLER_WORKSPACE_ID": publer.scenario.workspaces[0].id}


def _the_report_is_true(run: Run, publer: Sandbox) -> None:
    """What the outputs call published is exactly what went live, each once, under the right link."""
    live = publer.record.published
    said = [result for result in run.results if result["status"] == "published"]
    assert sorted(post.account_id for post in live) == sorted(result["account_id"] for result in said)
    links = {post.account_id: post.link for post in live}
    assert {result["account_id"]: result["url"] for result in said if result["url"]}.items() <= links.items()
    assert run.outputs["published-count"] == str(len(live))
    assert publer.scenario.api_key not in run.log
    assert publer.record.surprises == ()


def test_a_pushed_tag_announces_its_release_and_a_later_step_reads_every_output(
    act: Act, publer: Sandbox, tmp_path: Path
) -> None:
    """The first story; the workspace's files keep their owner, which every run here checks."""
    publer.reset(Scenario(github=RELEASED))
    workflow = _example("announce-on-tag.yml", publer, job="announce")
    numbers = ("published-count", "failed-count", "skipped-count", "unconfirmed-count")
    expressions = [f"fromJSON(steps.publish.outputs.{name})" for name in numbers]
    expressions.append("fromJSON(steps.publish.outputs.results)[2].network")
    workflow["jobs"]["announce"]["steps"].append(
        {
            "env": {f"VALUE_{at}": f"${{{{ {expression} }}}}" for at, expression in enumerate(expressions)},
            "run": 'echo "$VALUE_0 $VALUE_1 $VALUE_2 $VALUE_3 $VALUE_4" >.e2e/parsed',
        }
    )
    workspace = _repository(tmp_path / "rocket", workflow, {"posts/release.publer.yml": RELEASE_POST})

    run = act.run(
        workspace,
        "push",
        TAG_PUSH,
        job="announce",
        secrets=_secrets(publer),
        variables=_variables(publer),
        github_api_url=publer.github_url,
    )

    assert run.code == 0, run.log
    assert set(run.outputs) == set(OUTPUTS)
    assert run.outputs["outcome"] == "published"
    assert sorted(post.network for post in publer.record.published) == NETWORKS
    assert all(post.text == "rocket v1.2.0 is out!\nIt flies now." for post in publer.record.published)
    assert run.outputs["post-urls"].split("\n") == [result["url"] for result in run.results]
    parsed = (workspace / ".e2e" / "parsed").read_text(encoding="utf-8")
    assert parsed == f"3 0 0 0 {run.results[2]['network']}\n"
    _the_report_is_true(run, publer)


def test_a_pull_request_is_only_validated_and_needs_no_secret(
    act: Act, publer: Sandbox, tmp_path: Path
) -> None:
    workflow = _example("posts-in-pull-requests.yml", publer, job="validate")
    workspace = _repository(tmp_path / "rocket", workflow, {"posts/release.publer.yml": RELEASE_POST})

    run = act.run(workspace, "pull_request", PULL_REQUEST, job="validate")

    assert run.code == 0, run.log
    assert run.outputs["outcome"] == "valid"
    assert sorted(result["network"] for result in run.results) == NETWORKS
    assert publer.record.requests == ()


def test_a_wrong_post_in_a_pull_request_fails_at_its_place(act: Act, publer: Sandbox, tmp_path: Path) -> None:
    workflow = _example("posts-in-pull-requests.yml", publer, job="validate")
    wrong = RELEASE_POST.replace("mastodon: {}", "mastodon: { visibilty: public }")
    workspace = _repository(tmp_path / "rocket", workflow, {"posts/release.publer.yml": wrong})

    run = act.run(workspace, "pull_request", PULL_REQUEST, job="validate")

    assert run.code != 0
    assert run.outputs["outcome"] == "invalid"
    assert "posts/release.publer.yml" in run.log
    assert "visibility" in run.log
    assert publer.record.requests == ()


def test_another_repository_calls_the_reusable_workflow_and_gets_the_outputs(
    act: Act, publer: Sandbox, tmp_path: Path
) -> None:
    publer.reset(Scenario(github=RELEASED))
    workflow = engine.load_workflow((EXAMPLES / "organisation.yml").read_text(encoding="utf-8"))
    jobs = workflow["jobs"]
    jobs["announce"]["with"] |= {"api-url": publer.url, "preview-file": ".e2e/preview.html"}
    del jobs["validate"]
    recorder = {**engine.RECORDER, "env": {"OUTPUTS": "${{ toJSON(needs.announce.outputs) }}"}}
    jobs["follow-up"]["steps"].insert(0, recorder)
    workspace = _repository(tmp_path / "rocket", workflow, {"posts/release.publer.yml": RELEASE_POST})

    run = act.run(
        workspace,
        "push",
        TAG_PUSH,
        secrets=_secrets(publer),
        variables=_variables(publer),
        github_api_url=publer.github_url,
    )

    assert run.code == 0, run.log
    assert set(run.outputs) == set(OUTPUTS)
    assert run.outputs["outcome"] == "published"
    assert run.outputs["preview-file"] == ".e2e/preview.html"
    kept = workspace / ".e2e" / "artifacts" / "publer-preview" / "preview.html"
    assert "rocket v1.2.0 is out!" in kept.read_text(encoding="utf-8")
    _the_report_is_true(run, publer)


def test_a_failing_account_fails_the_step_and_the_rest_is_reported_as_it_is(
    act: Act, publer: Sandbox, tmp_path: Path
) -> None:
    """Never green when something did not go out, never silent about what did."""
    refusal = "The account needs to be reconnected."
    publer.reset(Scenario(github=RELEASED).with_account("linkedin", failure=refusal))
    workflow = _example("announce-on-release.yml", publer, job="announce")
    workspace = _repository(tmp_path / "rocket", workflow, {"posts/release.publer.yml": RELEASE_POST})

    run = act.run(workspace, "release", RELEASE_EVENT, secrets=_secrets(publer), variables=_variables(publer))

    assert run.code != 0
    assert run.outputs["outcome"] == "partial"
    assert run.outputs["failed-count"] == "1"
    (failed,) = [result for result in run.results if result["status"] == "failed"]
    assert failed["network"] == "linkedin"
    assert failed["message"] == refusal
    _the_report_is_true(run, publer)


def test_a_second_run_posts_only_what_is_missing(act: Act, publer: Sandbox, tmp_path: Path) -> None:
    """Never twice: what the first attempt brought live is recognised."""
    publer.reset(
        Scenario(github=RELEASED, gap=0.0).with_account("linkedin", failure="Try again.", failure_count=1)
    )
    workflow = _example("announce-on-release.yml", publer, job="announce")
    workspace = _repository(tmp_path / "rocket", workflow, {"posts/release.publer.yml": RELEASE_POST})
    given: dict[str, Any] = {"secrets": _secrets(publer), "variables": _variables(publer)}

    first = act.run(workspace, "release", RELEASE_EVENT, **given)
    second = act.run(workspace, "release", RELEASE_EVENT, **given)

    assert first.outputs["outcome"] == "partial", first.log
    assert second.code == 0, second.log
    assert second.outputs["outcome"] == "published"
    assert (second.outputs["published-count"], second.outputs["skipped-count"]) == ("1", "2")
    assert sorted(post.network for post in publer.record.published) == NETWORKS


def test_a_hostile_workspace_is_data_and_never_code(act: Act, publer: Sandbox, tmp_path: Path) -> None:
    """The checkout may hold anything (hostile pull request): modules by our imports' names, Python's variables."""
    trap = "import sys\nsys.stdout.write('TRAPPED\\n')\nraise SystemExit('TRAPPED')\n"
    names = (
        "json",
        "requests",
        "sitecustomize",
        "usercustomize",
        "publer_publish",
        "encodings",
        "site",
        "jinja2",
    )
    traps = {f"{name}.py": trap for name in names} | {
        "publer_publish/__init__.py": trap,
        "json/__init__.py": trap,
    }
    workflow = _example("announce-on-release.yml", publer, job="announce")
    workspace = _repository(
        tmp_path / "rocket", workflow, {"posts/release.publer.yml": RELEASE_POST, **traps}
    )
    workflow["jobs"]["announce"]["env"] = {
        "PYTHONPATH": str(workspace),
        "PYTHONHOME": str(workspace),
        "PYTHONSTARTUP": str(workspace / "json.py"),
        "PYTHONINSPECT": "1",
        "PYTHONUSERBASE": str(workspace),
        "PYTHONSAFEPATH": "",
    }
    # The recording step runs no Python, so the variables cannot trip it.
    engine.write_workflow(workspace, workflow)

    run = act.run(workspace, "release", RELEASE_EVENT, secrets=_secrets(publer), variables=_variables(publer))

    assert run.code == 0, run.log
    assert "TRAPPED" not in run.log
    assert run.outputs["outcome"] == "published"
    _the_report_is_true(run, publer)
