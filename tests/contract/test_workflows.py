"""The repository's own workflows: pinned, without rights they do not need, and in step with action.yml."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.support import repository as repo

OF_THE_JOB = {"runs-on", "environment"}
"""What shared workflows take beside the inputs of the action."""
REUSABLE = ("announce.yml", "validate-posts.yml", "doctor.yml")
_USES = re.compile(r"^\s*(?:- )?uses: (\S+)(.*)$", re.MULTILINE)


def _path(name: str) -> Path:
    return repo.ROOT / ".github" / "workflows" / name


@pytest.mark.parametrize("path", [*repo.WORKFLOWS, *repo.EXAMPLES], ids=lambda path: path.name)
def test_foreign_actions_are_pinned_to_a_commit_with_the_version_behind(path: Path) -> None:
    """A tag can be moved to other code (moved tag); a bare commit tells a reader nothing."""
    loose = [
        uses + behind
        for uses, behind in _USES.findall(path.read_text(encoding="utf-8"))
        if not uses.startswith(("./", "$/", f"{repo.OURS}@", f"{repo.OURS}/"))
        and not (
            re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}", uses) and re.match(r" # v\d+\.\d+\.\d+\b", behind)
        )
    ]
    assert loose == []


def test_one_commit_and_one_version_for_each_action_everywhere() -> None:
    """An example that lags behind the workflows that we run ourselves was forgotten. Pages may shorten."""
    pins: dict[str, set[tuple[str, str]]] = {}
    for path in (*repo.WORKFLOWS, *repo.EXAMPLES):
        for uses, behind in _USES.findall(path.read_text(encoding="utf-8")):
            name, at, commit = uses.partition("@")
            if at and not name.startswith(repo.OURS):
                pins.setdefault(name, set()).add((commit, behind.split()[1]))
    assert {name: sorted(found) for name, found in pins.items() if len(found) > 1} == {}

    majors = {name: next(iter(found))[1].partition(".")[0] for name, found in pins.items()}
    shown = [use for _, block in repo.documented_yaml() for use, _ in _USES.findall(block)]
    shortened = dict(use.split("@") for use in shown if "@v" in use and not use.startswith(repo.OURS))
    assert {
        name: version for name, version in shortened.items() if majors.get(name, version) != version
    } == {}


@pytest.mark.parametrize("path", [*repo.WORKFLOWS, *repo.EXAMPLES], ids=lambda path: path.name)
def test_no_workflow_starts_with_rights(path: Path) -> None:
    assert repo.read(path)["permissions"] == {}


@pytest.mark.parametrize("path", [*repo.WORKFLOWS, *repo.EXAMPLES], ids=lambda path: path.name)
def test_every_job_that_runs_steps_ends_some_time(path: Path) -> None:
    jobs = repo.read(path)["jobs"]
    assert [name for name, job in jobs.items() if "steps" in job and "timeout-minutes" not in job] == []


@pytest.mark.parametrize("path", [*repo.WORKFLOWS, *repo.EXAMPLES], ids=lambda path: path.name)
def test_no_script_is_made_of_expressions(path: Path) -> None:
    """Event text inside a script would be run (hostile event text): scripts read the environment."""

    def scripts(node: Any) -> list[str]:
        if isinstance(node, dict):
            own = [node["run"]] if isinstance(node.get("run"), str) else []
            return own + [script for value in node.values() for script in scripts(value)]
        return [script for value in node for script in scripts(value)] if isinstance(node, list) else []

    assert [script for script in scripts(repo.read(path)) if "${{" in script] == []


@pytest.mark.parametrize("path", [*repo.WORKFLOWS, *repo.EXAMPLES], ids=lambda path: path.name)
def test_no_checkout_leaves_a_token_in_the_workspace(path: Path) -> None:
    checkouts = [step for step in repo.steps(repo.read(path)) if step["uses"].startswith("actions/checkout@")]
    assert [step for step in checkouts if step.get("with", {}).get("persist-credentials") is not False] == []


@pytest.mark.parametrize("name", REUSABLE)
def test_a_reusable_workflow_declares_what_it_passes_on_and_with_the_same_defaults(name: str) -> None:
    document = repo.read(_path(name))
    call = document["on"]["workflow_call"]
    (step,) = [step for step in repo.steps(document) if repo.is_our_action(step)]
    passed = {key: value for key, value in step["with"].items() if "inputs." in str(value)}
    taken = {key: rule for key, rule in call["inputs"].items() if key not in OF_THE_JOB}
    assert passed == {key: f"${{{{ inputs.{key} }}}}" for key in taken}
    for key, rule in taken.items():
        assert rule.get("required") or rule["default"] == repo.INPUTS[key], key
    for key, rule in call.get("outputs", {}).items():
        assert rule["value"] == f"${{{{ jobs.{next(iter(document['jobs']))}.outputs.{key} }}}}"


def test_announce_takes_every_input_and_passes_every_output_on() -> None:
    call = repo.read(_path("announce.yml"))["on"]["workflow_call"]
    # The key is the one secret; the token to look releases up with is the job's own. Pull requests, which are
    # what `comment` is for, are not announced: it would need a right that no announcement should have.
    # So would `lock`, in whose place the workflow has a concurrency group.
    left_out = {"api-key", "github-token", "comment", "lock"}
    assert set(call["inputs"]) == set(repo.INPUTS) - left_out | OF_THE_JOB
    assert set(call["outputs"]) == set(repo.OUTPUTS)


@pytest.mark.parametrize("name", ["announce.yml", "doctor.yml"])
def test_the_key_may_belong_to_an_environment(name: str) -> None:
    """Such a job gets the secrets of its environment, whose names cannot have a hyphen, and not the caller's."""
    document = repo.read(_path(name))
    secrets = document["on"]["workflow_call"]["secrets"]
    assert {key: rule["required"] for key, rule in secrets.items()} == {
        "api-key": False,
        "PUBLER_API_KEY": False,
    }
    (job,) = document["jobs"].values()
    assert job["environment"] == "${{ inputs.environment }}"
    (step,) = [step for step in repo.steps(document) if repo.is_our_action(step)]
    assert step["with"]["api-key"] == "${{ secrets.api-key || secrets.PUBLER_API_KEY }}"


@pytest.mark.parametrize("name", REUSABLE)
def test_the_caller_says_where_the_job_runs(name: str) -> None:
    document = repo.read(_path(name))
    assert document["on"]["workflow_call"]["inputs"]["runs-on"]["default"] == "ubuntu-24.04"
    (job,) = document["jobs"].values()
    assert job["runs-on"] == (
        "${{ startsWith(inputs.runs-on, '[') && fromJSON(inputs.runs-on) || inputs.runs-on }}"
    )


def test_announce_serialises_every_run_and_asks_for_nothing_but_reading() -> None:
    (job,) = repo.read(_path("announce.yml"))["jobs"].values()
    assert job["concurrency"]["group"] == "publer-announce"
    assert job["permissions"] == {"contents": "read"}
    # The action itself ends after `timeout`, which may be six hours: a lower limit would cut it off half-way.
    assert job["timeout-minutes"] == 360


@pytest.mark.parametrize(
    "path", [_path("announce.yml"), _path("release.yml"), *repo.EXAMPLES], ids=lambda path: path.name
)
def test_no_announcement_is_cancelled_or_dropped_for_the_next(path: Path) -> None:
    """A running one may have posted already. Without `queue: max` GitHub cancels the one that waits when
    another comes: a post that never goes out, in a run that is not even red."""
    document = repo.read(path)
    groups = [document.get("concurrency"), *(job.get("concurrency") for job in document["jobs"].values())]
    assert [
        group
        for group in groups
        if group and (group["cancel-in-progress"], group.get("queue")) != (False, "max")
    ] == []


@pytest.mark.parametrize("name", ["validate-posts.yml", "doctor.yml"])
def test_calls_that_change_nothing_never_cancel_each_other(name: str) -> None:
    """A caller may check two folders, or two workspaces, in one run: both have the same ref."""
    document = repo.read(_path(name))
    assert [node for node in (document, *document["jobs"].values()) if "concurrency" in node] == []


def test_validating_passes_on_what_a_reviewer_needs() -> None:
    call = repo.read(_path("validate-posts.yml"))["on"]["workflow_call"]
    assert set(call["outputs"]) == {"outcome", "results", "preview-file", "preview-url", "summary"}
    assert "secrets" not in call


def test_checking_a_pull_request_needs_no_secret() -> None:
    """Code of a fork must never meet a key (hostile pull request)."""
    assert "secrets" not in _path("validate-posts.yml").read_text(encoding="utf-8").replace("No secret", "")
    for example in repo.EXAMPLES:
        for name, job in repo.read(example)["jobs"].items():
            if "pull_request'" in str(job.get("if", "")) or name in {"validate", "preview"}:
                assert "secrets." not in str(job), f"{example.name}: {name}"


def test_no_workflow_gives_a_key_to_the_code_of_a_pull_request() -> None:
    for path in (*repo.WORKFLOWS, *repo.EXAMPLES):
        assert "pull_request_target" not in repo.read(path)["on"], path.name


def test_a_release_reaches_users_last() -> None:
    """Nothing is half-released: the tags that users name come after trial, approval and attestation."""
    jobs = repo.read(_path("release.yml"))["jobs"]
    needs = {name: set(job.get("needs", ())) for name, job in jobs.items()}
    assert needs == {
        "check": set(),
        "ci": set(),
        "image": {"check", "ci"},
        "index": {"check", "image"},
        "try": {"check", "index"},
        "rebuild": {"check", "index"},
        "release": {"check", "index", "try", "rebuild"},
        "package": {"check", "release"},
    }
    assert [step["name"] for step in jobs["release"]["steps"]] == [
        "Check out",
        "Log in to the registry",
        "Look whether an earlier attempt attested it",
        "Attest the provenance",
        "Verify it as the documentation says",
        "Write the release commit and tag it",
        "Publish the release, which locks its tag",
        "Move the major tag, forward only",
        "Name the image by its version",
    ]
    # The image gets its version's name last as well: until then it has one that nobody uses.
    (join,) = jobs["index"]["steps"]
    assert "name=$IMAGE:build-$GITHUB_RUN_ID-$GITHUB_RUN_ATTEMPT" in join["run"]
    # A pipe whose first command failed has failed.
    assert repo.read(_path("release.yml"))["defaults"]["run"]["shell"] == "bash"


def test_one_approval_guards_all_that_can_sign_or_write_to_the_repository() -> None:
    jobs = repo.read(_path("release.yml"))["jobs"]
    strong = {"contents", "id-token", "attestations", "artifact-metadata"}
    can = {
        name
        for name, job in jobs.items()
        if strong & {right for right, level in job["permissions"].items() if level == "write"}
    }
    assert can == {"release", "package"}
    assert {name: job["environment"] for name, job in jobs.items() if "environment" in job} == {
        "release": "release",
        "package": "pypi",
    }
    # PyPI trusts its own environment; the approval is that of the release, which has to be there before.
    assert "release" in jobs["package"]["needs"]


def test_the_release_verifies_with_the_command_that_users_are_given() -> None:
    """It names the workflow that signs and the ref that was asked for, and refuses self-hosted runners."""
    (verify,) = (
        step["run"]
        for step in repo.read(_path("release.yml"))["jobs"]["release"]["steps"]
        if step["name"] == "Verify it as the documentation says"
    )
    page = (repo.ROOT / "docs" / "releasing.md").read_text(encoding="utf-8")
    documented = page[page.index("gh attestation verify") :].partition("```")[0]
    for name, value in {
        "$IMAGE@$DIGEST": "ghcr.io/publer-publish/publer-publish@sha256:…",
        "$GITHUB_REPOSITORY": repo.OURS,
        "$VERSION": "1.2.3",
    }.items():
        verify = verify.replace(name, value)
    assert documented.replace("\\", "").split() == verify.replace("\\", "").replace('"', "").split()
    assert {"--signer-workflow", "--source-ref", "--deny-self-hosted-runners"} <= set(documented.split())


def test_the_pushed_image_is_what_was_tested() -> None:
    """The same end-to-end tests run once more, with the digest that the release will name, and not logged in."""
    jobs = repo.read(_path("release.yml"))["jobs"]
    steps = {step["name"]: step for step in jobs["try"]["steps"]}
    whole = steps["Run it in workflows, against the stand-in for Publer"]
    assert (whole["run"], whole["env"]) == (
        "make e2e",
        {"E2E_IMAGE": "${{ env.IMAGE }}@${{ needs.index.outputs.digest }}"},
    )
    assert jobs["try"]["strategy"]["matrix"]["runner"] == ["ubuntu-24.04", "ubuntu-24.04-arm"]
    assert "packages" not in jobs["try"]["permissions"]
    assert "docker login" not in str(jobs["try"])


def test_each_architecture_is_built_on_its_own_and_once_more_to_compare() -> None:
    """What emulates is privileged and was fetched by a tag that moves; a digest that nobody can make again proves nothing."""
    jobs = repo.read(_path("release.yml"))["jobs"]
    runners = {"amd64": "ubuntu-24.04", "arm64": "ubuntu-24.04-arm"}
    for name in ("image", "rebuild"):
        matrix = jobs[name]["strategy"]["matrix"]["include"]
        assert {one["arch"]: one["runner"] for one in matrix} == runners
        assert "image/build" in str(jobs[name]["steps"])
    assert "qemu" not in _path("release.yml").read_text(encoding="utf-8")


def test_what_builds_a_release_is_pinned_where_dependabot_renews_it() -> None:
    lines = (repo.ROOT / "image" / "builders" / "Dockerfile").read_text(encoding="utf-8").splitlines()
    froms = [line for line in lines if not line.startswith("#")]
    assert [line.rpartition(" ")[2] for line in froms] == ["buildkit", "sbom-scanner"]
    assert all(
        re.fullmatch(r"FROM docker\.io/\S+:\S+@sha256:[0-9a-f]{64} AS [a-z-]+", line) for line in froms
    )
    script = (repo.ROOT / "image" / "build").read_text(encoding="utf-8")
    assert "image=$(pinned buildkit)" in script
    assert "generator=$(pinned sbom-scanner)" in script
    (docker,) = (one for one in _updates() if one["package-ecosystem"] == "docker")
    assert docker["directories"] == ["/", "/image/builders"]


def test_what_is_released_is_scanned_every_week_by_a_job_that_may_write_nothing() -> None:
    """A vulnerability that is found later makes no noise by itself: an image that is out does not change."""
    document = repo.read(_path("scan.yml"))
    assert len(document["on"]["schedule"][0]["cron"].split()) == 5
    assert {name: job["permissions"] for name, job in document["jobs"].items()} == {
        "scan": {"contents": "read"},
        "report": {"issues": "write"},
    }
    (scan,) = repo.steps(document)
    assert scan["with"]["image"] == "${{ steps.newest.outputs.image }}"
    assert "@sha256:[0-9a-f]{64}" in document["jobs"]["scan"]["steps"][0]["run"]


def test_ci_runs_on_every_python_that_we_support() -> None:
    matrix = repo.read(_path("ci.yml"))["jobs"]["test"]["strategy"]["matrix"]["python"]
    assert matrix == ["3.11", "3.12", "3.13", "3.14"]


def test_ci_runs_where_there_is_no_docker_and_no_posix() -> None:
    """What other tests only imitate: the integration tests of validate and publish, and the composite action."""
    job = repo.read(_path("ci.yml"))["jobs"]["elsewhere"]
    systems = {runner.partition("-")[0] for runner in job["strategy"]["matrix"]["runner"]}
    assert systems == {"windows", "macos"}
    (tests,) = (step["run"] for step in job["steps"] if "pytest" in step.get("run", ""))
    for named in re.findall(r"tests/\S+\.py(?:::\w+)?", tests):
        path, _, test = named.partition("::")
        assert f"def {test}" in (repo.ROOT / path).read_text(encoding="utf-8"), named
    assert {"tests/integration/test_validate.py", "tests/integration/test_publish.py"} <= set(tests.split())
    assert "./python" in [step.get("uses") for step in job["steps"]]


def _updates() -> list[dict[str, Any]]:
    updates = repo.read(repo.ROOT / ".github" / "dependabot.yml")["updates"]
    assert isinstance(updates, list)
    return updates


def test_new_versions_wait_before_they_are_proposed() -> None:
    """Most poisoned packages are found within days (poisoned dependency)."""
    assert {update["package-ecosystem"] for update in _updates()} == {"uv", "docker", "github-actions"}
    assert [update for update in _updates() if update["cooldown"]["default-days"] < 7] == []


@pytest.mark.parametrize("lock", ["installer", "runtime", "test", "dev", "e2e"])
def test_a_lock_says_how_it_was_made_so_that_dependabot_makes_it_so_again(lock: str) -> None:
    """Its uv takes these options from the header. Without them, a lock holds for one version of Python only."""
    head = (repo.ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8").partition("==")[0]
    assert "uv pip compile --universal --python-version 3.11 --generate-hashes" in head


def test_a_new_minor_version_of_python_is_a_decision_and_no_update() -> None:
    (docker,) = (one for one in _updates() if one["package-ecosystem"] == "docker")
    assert docker["ignore"] == [
        {
            "dependency-name": "python",
            "update-types": ["version-update:semver-major", "version-update:semver-minor"],
        }
    ]
