"""The first release and the one after it, rehearsed: release.yml and docs/releasing.md against GitHub, GHCR and PyPI.

Every `run:` of the workflow is run, in order, on a machine of its own for each job, with the rights of the job; the
commands of the page are typed as they are written. Only the three places are fakes.
"""

from pathlib import Path

import pytest

from tests.contract.rehearsal import WORKFLOW, Rehearsal, documented
from tests.support import repository as repo

IMAGE = WORKFLOW["env"]["IMAGE"]


@pytest.fixture
def rehearsal(tmp_path: Path) -> Rehearsal:
    return Rehearsal(tmp_path)


def ask_for(rehearsal: Rehearsal, version: str) -> None:
    rehearsal.merge(version)
    rehearsal.type(documented("git tag release/v").replace("1.2.3", version))


def test_the_first_release_works_the_first_time(rehearsal: Rehearsal) -> None:
    # Once, before it: the package, which is made public by hand.
    rehearsal.type(documented("FROM scratch"))
    ask_for(rehearsal, "1.0.0")
    said = rehearsal.release("1.0.0")

    scripts = [
        (job, step["name"])
        for job, document in WORKFLOW["jobs"].items()
        for step in document.get("steps", ())
        if "run" in step
    ]
    assert {(step.job, step.name) for step in rehearsal.ran} >= set(scripts)
    assert rehearsal.approved == ["release", "pypi"]
    assert "are immutable releases turned on" in said["check"]["approve"]

    digest = said["index"]["digest"]
    rehearsal.type("git fetch -q --tags origin && git checkout -q v1")
    assert f"  image: docker://{IMAGE}@{digest}\n" in (rehearsal.work / "action.yml").read_text()
    for name in ("announce", "doctor", "validate-posts"):
        text = (rehearsal.work / ".github" / "workflows" / f"{name}.yml").read_text()
        assert f"uses: {repo.OURS}@v1.0.0 " in text
    assert rehearsal.type("git rev-parse v1.0.0") == rehearsal.type("git rev-parse v1")
    assert rehearsal.type("git diff --name-only main v1") == "action.yml"
    assert rehearsal.registry["tags"][f"{IMAGE}:1.0.0"] == digest
    assert (rehearsal.home / "pypi-1.0.0.json").exists()

    # Whoever has only the page can verify it, and make the same image again.
    verify = documented("gh attestation verify").replace("sha256:…", digest).replace("1.2.3", "1.0.0")
    rehearsal.type(verify, VERSION="1.0.0")
    clone, again, *_ = documented("image/build 1.2.3").replace("1.2.3", "1.0.0").split("git checkout")
    assert "git clone https://github.com" in clone
    rebuilt = rehearsal.type(f"git checkout -q {again.partition(chr(10))[0]} && image/build 1.0.0")
    assert rebuilt in {one["digest"] for one in rehearsal.registry["manifests"][digest]["manifests"]}


@pytest.mark.exhaustive
def test_the_next_release_moves_the_major_tag_and_can_be_withdrawn(rehearsal: Rehearsal) -> None:
    rehearsal.type(documented("FROM scratch"))
    for version in ("1.0.0", "1.0.1"):
        ask_for(rehearsal, version)
        said = rehearsal.release(version)
        # Everything once more changes nothing.
        before = (rehearsal.registry, (rehearsal.home / "releases.json").read_text())
        assert rehearsal.release(version)["index"] == said["index"]
        assert (rehearsal.registry, (rehearsal.home / "releases.json").read_text()) == before
    assert said["check"]["approve"] == "Release 1.0.1"
    rehearsal.type("git fetch -q --tags --force origin")
    assert rehearsal.type("git rev-parse v1") == rehearsal.type("git rev-parse v1.0.1")

    rehearsal.type(documented("v1.2.2^{commit}:refs/tags/v1").replace("1.2.2", "1.0.0"))
    rehearsal.type("git fetch -q --tags --force origin")
    assert rehearsal.type("git rev-parse v1") == rehearsal.type("git rev-parse v1.0.0")


@pytest.mark.exhaustive
def test_the_image_of_the_newest_release_is_scanned_and_one_issue_is_kept(rehearsal: Rehearsal) -> None:
    newest = ("scan.yml", "scan", "Find the newest release")
    assert rehearsal.step(*newest) == {}
    rehearsal.type(documented("FROM scratch"))
    ask_for(rehearsal, "1.0.0")
    digest = rehearsal.release("1.0.0")["index"]["digest"]
    assert rehearsal.step(*newest) == {"version": "v1.0.0", "image": f"{IMAGE}@{digest}"}

    env = {
        "FOUND": "- CVE-2026-1 (High) in libssl3t64 3.5.1, fixed in 3.5.2",
        "VERSION": "v1.0.0",
        "GH_REPO": repo.OURS,
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_RUN_ID": "7",
        "EXPECTED_TITLE": "Known vulnerabilities in the image of v1.0.0",
    }
    for _ in range(2):
        rehearsal.step("scan.yml", "report", "Open an issue, or bring the open one up to date", **env)
    issues = (rehearsal.home / "issues").read_text().splitlines()
    assert issues == [f"create {env['FOUND']}", f"edit {env['FOUND']}"]
