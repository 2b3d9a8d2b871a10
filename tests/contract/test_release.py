"""The scripts of release.yml, run against a stand-in for GitHub that fails wherever it can.

Whatever happens half-way: a version never gets a second image, `vX` never points to anything but an immutable
release of an attested image, and running the same jobs again finishes the release.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support import repository as repo
from tests.support.cases import sample

JOBS = repo.read(repo.ROOT / ".github" / "workflows" / "release.yml")["jobs"]
IMAGE = "ghcr.io/publer-publish/publer-publish"
FIRST, SECOND = (f"sha256:{digit * 64}" for digit in "ab")
SHARED = ("announce.yml", "validate-posts.yml", "doctor.yml")
CHANGELOG = "# Changelog\n\n## [1.3.0] - unreleased\n\n- soon\n\n## [{0}] - 2026-11-30\n\n- what is new\n\n## [0.9.0] - x\n"


def _script(job: str, step: str) -> str:
    (found,) = [one["run"] for one in JOBS[job]["steps"] if one["name"] == step]
    return str(found)


CHECK = _script("check", "Compare tag, program, changelog and history")
GUARD = _script("check", "Check that nothing is missing that would stop the release at its end")
BEFORE = _script("release", "Look whether an earlier attempt attested it")
VERIFY = _script("release", "Verify it as the documentation says")
TAG = _script("release", "Write the release commit and tag it")
PUBLISH = _script("release", "Publish the release, which locks its tag")
MOVE = _script("release", "Move the major tag, forward only")
NAME = _script("release", "Name the image by its version")


@dataclass(frozen=True, kw_only=True)
class GitHub:
    """A repository, its releases, and what the jobs of one release say to each other."""

    home: Path
    env: dict[str, str]

    def git(self, *arguments: str) -> str:
        command = ["git", "-C", str(self.home / "work"), *arguments]
        done = subprocess.run(command, env=self.env, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def ref(self, name: str) -> str:
        command = ["git", "--git-dir", str(self.home / "origin.git"), "rev-parse", "-q", "--verify", name]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()

    def shown(self, name: str) -> str:
        command = ["git", "--git-dir", str(self.home / "origin.git"), "show", f"{name}:action.yml"]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    def releases(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads((self.home / "releases.json").read_text(encoding="utf-8"))
        return found

    def commit(self, version: str) -> None:
        """A commit on main that may be released as this version, and its checkout."""
        work = self.home / "work"
        (work / "publer_publish").mkdir(exist_ok=True)
        (work / "publer_publish" / "__init__.py").write_text(f'__version__ = "{version}"\n', encoding="utf-8")
        (work / "CHANGELOG.md").write_text(CHANGELOG.format(version), encoding="utf-8")
        (work / "action.yml").write_text("runs:\n  image: Dockerfile\n", encoding="utf-8")
        (work / ".github" / "workflows").mkdir(parents=True, exist_ok=True)
        for name in SHARED:
            text = f"uses: {repo.OURS}@v{version} # ours\n"
            (work / ".github" / "workflows" / name).write_text(text, encoding="utf-8")
        self.git("add", "-A")
        self.git("commit", "-qm", version)
        self.git("push", "-q", "origin", "main")

    def step(self, script: str, **env: str) -> tuple[int, dict[str, str], str]:
        output = self.home / "output"
        output.write_text("", encoding="utf-8")
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=self.home / "work",
            env={
                **self.env,
                "GITHUB_OUTPUT": str(output),
                "GITHUB_STEP_SUMMARY": str(self.home / "summary"),
                **env,
            },
            capture_output=True,
            text=True,
            check=False,
        )
        lines = output.read_text(encoding="utf-8").splitlines()
        return done.returncode, dict(line.split("=", 1) for line in lines), done.stdout + done.stderr

    def run(self, version: str, built: str) -> tuple[bool, str]:
        """A run of all jobs, each with a checkout of its own, in which a build would give this digest."""
        sha = self.git("rev-parse", "main")
        asked = {"GITHUB_SHA": sha, "GITHUB_REF_NAME": f"release/v{version}"}
        self._checkout(sha)
        code, checked, said = self.step(CHECK, **asked)
        if code:
            return False, said
        env = {**asked, "VERSION": version, "DIGEST": checked["digest"] or built}
        code, guarded, more = self.step(GUARD, **env)
        said += more
        if code:
            return False, said
        said += guarded["approve"]
        self._checkout(sha)
        passed_on: dict[str, str] = {}
        for script in (BEFORE, VERIFY, TAG, PUBLISH, MOVE, NAME):
            if script is MOVE and not passed_on.get("MAJOR"):
                continue
            if script is VERIFY and not passed_on.get("ATTESTED"):
                self.attest(env["DIGEST"])
            code, outputs, more = self.step(script, **env, **passed_on)
            said += more
            if code:
                return False, said
            passed_on |= {name.upper(): value for name, value in outputs.items()}
        return True, said

    def attest(self, digest: str) -> None:
        """What the action does for whom the environment lets in."""
        with (self.home / "attested").open("a", encoding="utf-8") as attested:
            attested.write(f"{digest}\n")

    def attested(self) -> list[str]:
        return (self.home / "attested").read_text(encoding="utf-8").split()

    def _checkout(self, sha: str) -> None:
        self.git("fetch", "-q", "--tags", "--force", "origin")
        self.git("checkout", "-q", "--force", sha)


DOCKER = """\
case $* in
*create*) printf '%s\\n' "$6" "$5" >"$FAKE_GITHUB/named" ;;
*inspect*) sed -n '1s/.*@//p' "$FAKE_GITHUB/named" ;;
esac
"""
"""As much of `docker buildx imagetools` as gives an image a second name."""

CURL = """\
case "$*" in
*token?service*) read -r user || :; echo "{\\"token\\":\\"${user:+ours}\\"}" ;;
*"Bearer ours"*) cat "$FAKE_GITHUB/package-for-us" ;;
*) cat "$FAKE_GITHUB/package-for-all" ;;
esac
"""
"""The registry: a token for whoever asks, and whether it shows the package for that token."""


@pytest.fixture
def github(tmp_path: Path) -> GitHub:
    fake_gh = f'exec {sys.executable} -SE {Path(__file__).with_name("fake_gh.py")} "$@"\n'
    (tmp_path / "bin").mkdir()
    for name, script in {"gh": fake_gh, "docker": DOCKER, "curl": CURL, "sleep": ":\n"}.items():
        program = tmp_path / "bin" / name
        program.write_text(f"#!/bin/sh\n{script}", encoding="utf-8")
        program.chmod(0o755)
    for name, content in {"reviewers": "1", "package-for-us": "200", "package-for-all": "200"}.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    (tmp_path / "releases.json").write_text("[]", encoding="utf-8")
    (tmp_path / "work").mkdir()
    env = {
        "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "FAKE_GITHUB": str(tmp_path),
        "GITHUB_REPOSITORY": repo.OURS,
        "IMAGE": IMAGE,
        "RUNNER_TEMP": str(tmp_path),
        "ACTOR": "octocat",
        "GH_TOKEN": "x",
        **{
            f"GIT_{who}_{what}": "x@example.com"
            for who in ("AUTHOR", "COMMITTER")
            for what in ("NAME", "EMAIL")
        },
    }
    made = GitHub(home=tmp_path, env=env)
    subprocess.run(
        ["git", "init", "-q", "--bare", "-b", "main", tmp_path / "origin.git"], env=env, check=True
    )
    made.git("init", "-q", "-b", "main")
    made.git("remote", "add", "origin", str(tmp_path / "origin.git"))
    made.commit("1.2.0")
    return made


def assert_released(github: GitHub, version: str, digest: str) -> None:
    tag = f"v{version}"
    assert github.shown(tag) == f"runs:\n  image: docker://{IMAGE}@{digest}\n"
    (release,) = [one for one in github.releases() if one["tag"] == tag]
    assert (release["draft"], release["immutable"]) == (False, True)
    assert "what is new" in release["notes"]
    assert "soon" not in release["notes"]
    assert f"{IMAGE}@{digest}" in release["notes"]
    assert digest in github.attested()
    named = (github.home / "named").read_text(encoding="utf-8").split()
    assert named == [f"{IMAGE}@{digest}", f"{IMAGE}:{version}"]


def assert_nothing_unfinished_has_a_moving_name(github: GitHub) -> None:
    major = github.ref("refs/tags/v1")
    finished = [github.ref(f"refs/tags/{one['tag']}") for one in github.releases() if one["immutable"]]
    assert not major or major in finished


def test_a_release_differs_from_its_commit_in_the_digest_alone(github: GitHub) -> None:
    done, said = github.run("1.2.0", FIRST)
    assert done, said
    assert_released(github, "1.2.0", FIRST)
    assert github.ref("refs/tags/v1") == github.ref("refs/tags/v1.2.0")
    assert github.ref("refs/tags/v1.2.0^") == github.ref("refs/heads/main")
    github.git("fetch", "-q", "--tags", "origin")
    assert github.git("diff", "--name-only", "main", github.ref("refs/tags/v1")) == "action.yml"
    assert github.releases()[0]["latest"] is True


READS = [
    "environments/release", "releases?per_page", "git/matching-refs", "releases --jq", "git/ref/tags",
    "releases/tags", "attestation verify",
]  # fmt: skip
WRITES = [
    "git/blobs", "git/trees", "git/commits", "git/refs -f ref=refs/tags/v1.2.0", "release create",
    "release edit", "-X PATCH", "git/refs -f ref=refs/tags/v1 ",
]  # fmt: skip


CALLS = (*READS, *WRITES, *(f"+{call}" for call in WRITES[3:]))


@pytest.mark.parametrize("call", sample({call: call for call in CALLS}, every=6))
def test_whatever_fails_half_way_another_run_finishes_with_one_image(github: GitHub, call: str) -> None:
    """`+`: GitHub did it, and the answer was lost. The second run would build another image."""
    (github.home / "fail").write_text(call, encoding="utf-8")
    first, _ = github.run("1.2.0", FIRST)
    assert not (github.home / "fail").exists(), "the call that was to fail was never made"
    assert_nothing_unfinished_has_a_moving_name(github)
    tagged = bool(github.ref("refs/tags/v1.2.0"))

    again, said = github.run("1.2.0", SECOND)
    assert again, said
    assert_released(github, "1.2.0", FIRST if tagged else SECOND)
    assert github.ref("refs/tags/v1") == github.ref("refs/tags/v1.2.0")
    # Only where the tag `vX` could not be moved because there is none yet may a step go on, and where an
    # attestation was not found: then there is one more.
    assert not first or "PATCH" in call or "attestation" in call


def test_a_finished_release_may_be_run_again_and_nothing_changes(github: GitHub) -> None:
    assert github.run("1.2.0", FIRST)[0]
    before = (github.ref("refs/tags/v1.2.0"), github.releases())
    assert github.run("1.2.0", SECOND)[0]
    assert (github.ref("refs/tags/v1.2.0"), github.releases()) == before


def test_a_version_has_one_source(github: GitHub) -> None:
    assert github.run("1.2.0", FIRST)[0]
    (github.home / "work" / "more").write_text("", encoding="utf-8")
    github.git("checkout", "-q", "main")
    github.commit("1.2.0")
    done, said = github.run("1.2.0", SECOND)
    assert not done
    assert "already another commit" in said
    assert_released(github, "1.2.0", FIRST)


def test_a_fix_for_an_older_version_moves_nothing_back(github: GitHub) -> None:
    assert github.run("1.2.0", FIRST)[0]
    github.git("checkout", "-q", "main")
    github.commit("1.1.9")
    done, said = github.run("1.1.9", SECOND)
    assert done, said
    assert "stays where it is" in said
    assert_released(github, "1.1.9", SECOND)
    assert github.ref("refs/tags/v1") == github.ref("refs/tags/v1.2.0")
    assert [one["latest"] for one in github.releases()] == [True, False]


def test_the_tenth_minor_version_is_newer_than_the_ninth(github: GitHub) -> None:
    for version, digest in (("1.9.0", FIRST), ("1.10.0", SECOND)):
        github.git("checkout", "-q", "main")
        github.commit(version)
        assert github.run(version, digest)[0]
    assert github.ref("refs/tags/v1") == github.ref("refs/tags/v1.10.0")


def test_users_do_not_get_a_release_that_can_still_be_changed(github: GitHub) -> None:
    (github.home / "mutable").touch()
    done, said = github.run("1.2.0", FIRST)
    assert not done
    assert "turn immutable releases on" in said
    assert github.ref("refs/tags/v1") == ""


def test_a_version_released_with_immutability_off_is_not_lost(github: GitHub) -> None:
    """The cure that the message names: the setting on, the release a draft again, the job once more."""
    (github.home / "mutable").touch()
    assert not github.run("1.2.0", FIRST)[0]
    (github.home / "mutable").unlink()
    (release,) = github.releases()
    (github.home / "releases.json").write_text(json.dumps([{**release, "draft": True}]), encoding="utf-8")
    done, said = github.run("1.2.0", SECOND)
    assert done, said
    assert_released(github, "1.2.0", FIRST)


@pytest.mark.parametrize("late", sample({str(late): late for late in (1, 4, 5, 9)}, every=2))
def test_a_late_answer_about_immutability_costs_no_version(github: GitHub, late: int) -> None:
    """GitHub is asked five times; whoever waits longer runs the job again."""
    (github.home / "late").write_text(str(late), encoding="utf-8")
    done, said = github.run("1.2.0", FIRST)
    assert done == (late < 5), said
    if not done:
        assert github.ref("refs/tags/v1") == ""
        assert github.run("1.2.0", SECOND)[0]
    assert_released(github, "1.2.0", FIRST)


def test_an_attested_image_is_not_attested_twice(github: GitHub) -> None:
    (github.home / "fail").write_text("git/blobs", encoding="utf-8")
    assert not github.run("1.2.0", FIRST)[0]
    assert github.run("1.2.0", FIRST)[0]
    assert github.attested() == [FIRST]


def test_nothing_is_named_that_cannot_be_verified(github: GitHub) -> None:
    env = {"VERSION": "1.2.0", "DIGEST": FIRST}
    assert github.step(BEFORE, **env)[:2] == (0, {})
    assert github.step(VERIFY, **env)[0] == 1


def test_a_release_that_nobody_has_to_approve_is_refused(github: GitHub) -> None:
    (github.home / "reviewers").write_text("0", encoding="utf-8")
    done, said = github.run("1.2.0", FIRST)
    assert not done
    assert "no required reviewers" in said


def test_a_missing_environment_is_refused_before_github_makes_one(github: GitHub) -> None:
    (github.home / "fail").write_text("environments/release", encoding="utf-8")
    done, said = github.run("1.2.0", FIRST)
    assert not done
    assert "does not exist or cannot be read" in said


@pytest.mark.parametrize(
    ("for_us", "for_all", "goes_on", "says"),
    [
        ("200", "200", True, "Release 1.2.0"),
        ("200", "401", False, "is not public"),
        # The very first release, or a registry that does not answer: the trial shows it before anything has a name.
        ("404", "401", True, "not there yet"),
        ("", "", True, "not there yet"),
    ],
)
def test_a_package_that_is_not_public_is_refused(
    github: GitHub, for_us: str, for_all: str, goes_on: bool, says: str
) -> None:
    (github.home / "package-for-us").write_text(for_us, encoding="utf-8")
    (github.home / "package-for-all").write_text(for_all, encoding="utf-8")
    done, said = github.run("1.2.0", FIRST)
    assert done == goes_on
    assert says in said


def test_the_approval_asks_for_what_no_workflow_can_see(github: GitHub) -> None:
    """Whether releases are immutable: the newest one shows it; where there is none, the reviewer is asked."""
    _, first = github.run("1.2.0", FIRST)
    assert "are immutable releases turned on in the settings?" in first
    github.git("checkout", "-q", "main")
    github.commit("1.3.0")
    _, second = github.run("1.3.0", SECOND)
    assert "Release 1.3.0" in second
    assert "settings" not in second


@pytest.mark.parametrize(
    ("file", "text", "reason"),
    [
        ("publer_publish/__init__.py", '__version__ = "1.2.1"\n', "does not say 1.2.0"),
        ("CHANGELOG.md", "## [1.2.0] - unreleased\n", "no dated section"),
        (".github/workflows/doctor.yml", f"uses: {repo.OURS}@v1.1.0 # ours\n", "does not use v1.2.0"),
        ("action.yml", f"runs:\n  image: docker://{IMAGE}@{FIRST}\n", "does not build from the Dockerfile"),
    ],
)
def test_what_is_not_ready_is_not_released(github: GitHub, file: str, text: str, reason: str) -> None:
    (github.home / "work" / file).write_text(text, encoding="utf-8")
    github.git("commit", "-qam", "x")
    github.git("push", "-q", "origin", "main")
    done, said = github.run("1.2.0", FIRST)
    assert not done
    assert reason in said
    assert github.ref("refs/tags/v1.2.0") == ""


def test_only_main_is_released(github: GitHub) -> None:
    github.git("checkout", "-q", "--orphan", "side")
    github.git("commit", "-qm", "x")
    code, _, said = github.step(
        CHECK, GITHUB_SHA=github.git("rev-parse", "side"), GITHUB_REF_NAME="release/v1.2.0"
    )
    assert code == 1
    assert "not on main" in said


BUILDX = """\
printf '%s\\n' "$SOURCE_DATE_EPOCH $*" >>"$HOME/calls"
case $* in *" inspect "*) exit 1 ;; esac
while [ $# -gt 0 ]; do
  [ "$1" != --metadata-file ] || echo '{ "containerimage.digest": "sha256:DIGEST" }' >"$2"
  shift
done
"""


@pytest.mark.parametrize("pushed_to", ["", IMAGE])
def test_a_build_depends_on_the_commit_and_on_nothing_else(github: GitHub, pushed_to: str) -> None:
    """Anyone builds the same bytes: no cache, no time but the commit's, the BuildKit that the commit pins."""
    work = github.home / "work"
    shutil.copytree(repo.ROOT / "image", work / "image", ignore=shutil.ignore_patterns("__pycache__"))
    docker = github.home / "bin" / "docker"
    docker.write_text("#!/bin/sh\n" + BUILDX.replace("DIGEST", "a" * 64), encoding="utf-8")
    command = [str(work / "image" / "build"), "1.2.3", *filter(None, [pushed_to])]
    done = subprocess.run(command, env=github.env, capture_output=True, text=True, check=True)

    assert done.stdout == f"{FIRST}\n"
    *_, create, build = (github.home / "calls").read_text(encoding="utf-8").splitlines()
    time, commit = github.git("log", "-1", "--format=%ct %H").split()
    assert "--driver-opt image=docker.io/moby/buildkit:" in create
    assert build.startswith(f"{time} buildx build ")
    assert {"--no-cache", "org.opencontainers.image.version=1.2.3"} <= set(build.split())
    assert f"org.opencontainers.image.revision={commit}" in build
    assert "rewrite-timestamp=true" in build
    assert ("push=true" in build, "--sbom generator=docker.io/" in build) == (bool(pushed_to),) * 2


PYPI = 'case $* in *pypi.org/pypi/publer-publish/1.2.0/json*) cp "$FAKE_PYPI" published.json; printf %s "$FAKE_CODE" ;; esac\n'


@pytest.mark.parametrize(
    ("code", "theirs", "ends_well", "published"),
    [
        ("404", "", True, None),
        ("200", "same", True, "true"),
        ("200", "other", False, None),
        ("500", "", False, None),
    ],
)
def test_a_package_is_published_once_and_never_another_under_the_same_version(
    tmp_path: Path, code: str, theirs: str, ends_well: bool, published: str | None
) -> None:
    (tmp_path / "build" / "wheel").mkdir(parents=True)
    wheel = tmp_path / "build" / "wheel" / "publer_publish-1.2.0-py3-none-any.whl"
    wheel.write_bytes(b"same")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "curl").write_text(f"#!/bin/sh\n{PYPI}")
    (tmp_path / "bin" / "curl").chmod(0o755)
    # The script asks for what every runner has; here it is the Python of the tests.
    (tmp_path / "bin" / "python3").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    (tmp_path / "bin" / "python3").chmod(0o755)
    answer = {"urls": [{"digests": {"sha256": hashlib.sha256(theirs.encode()).hexdigest()}}]}
    (tmp_path / "pypi.json").write_text(json.dumps(answer))
    (tmp_path / "output").touch()
    script = _script("package", "Look whether an earlier attempt published it")
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=tmp_path,
        env={
            "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
            "FAKE_PYPI": str(tmp_path / "pypi.json"),
            "FAKE_CODE": code,
            "VERSION": "1.2.0",
            "GITHUB_OUTPUT": str(tmp_path / "output"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode == 0) == ends_well, done.stdout + done.stderr
    assert ("published=true" in (tmp_path / "output").read_text()) == bool(published)
    assert ends_well or "::error title=Not published::" in done.stdout


def test_the_package_comes_after_the_release_that_nobody_can_change() -> None:
    assert "release" in JOBS["package"]["needs"]
