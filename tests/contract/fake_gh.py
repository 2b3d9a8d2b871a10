"""As much of GitHub's command line as release.yml uses, over a real repository: ``$FAKE_GITHUB/origin.git``.

Releases are kept in ``$FAKE_GITHUB/releases.json``, attested digests in ``attested``, the number of reviewers in
``reviewers``. ``fail`` may hold words of the call that is to fail, once: before it did anything, or, behind a ``+``,
after it did all. ``issues`` holds a line for each that was opened or brought up to date. ``mutable`` means that immutable releases are off; ``late`` holds how often GitHub still says so
of a release that is immutable.
"""

import base64
import itertools
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

HOME = Path(os.environ["FAKE_GITHUB"])
RELEASES = HOME / "releases.json"


def git(*arguments: str, stdin: bytes = b"", index: str = "") -> str:
    own = {"GIT_INDEX_FILE": index} if index else {}
    done = subprocess.run(
        ["git", "--git-dir", str(HOME / "origin.git"), *arguments],
        input=stdin, capture_output=True, check=True, env={**os.environ, **own},
    )  # fmt: skip
    return done.stdout.decode().strip()


def fields_of(arguments: list[str]) -> dict[str, str]:
    pairs = [value for flag, value in itertools.pairwise(arguments) if flag in {"-f", "-F"}]
    return dict(pair.split("=", 1) for pair in pairs)


def make(kind: str, fields: dict[str, str]) -> str:
    """Create a git object as the REST API does, and return its name."""
    if kind == "blobs":
        return git("hash-object", "-w", "--stdin", stdin=base64.b64decode(fields["content"]))
    if kind == "trees":
        index = str(HOME / "index")
        git("read-tree", fields["base_tree"], index=index)
        entry = f"{fields['tree[][mode]']},{fields['tree[][sha]']},{fields['tree[][path]']}"
        git("update-index", "--add", "--cacheinfo", entry, index=index)
        return git("write-tree", index=index)
    return git("commit-tree", fields["tree"], "-p", fields["parents[]"], "-m", fields["message"])


def api(path: str, method: str, fields: dict[str, str], releases: list[dict[str, Any]]) -> list[object]:
    """The lines that the one ``--jq`` expression that is used with a path prints."""
    path = path.removeprefix(f"repos/{os.environ['GITHUB_REPOSITORY']}/")
    ours = [release for release in releases if release["tag"] == f"v{os.environ.get('VERSION', '')}"]
    public = [release for release in releases if not release["draft"]]
    lines: list[object] = []
    if path in {"git/blobs", "git/trees", "git/commits"}:
        lines = [make(path.removeprefix("git/"), fields)]
    elif path == "git/refs":
        git("update-ref", fields["ref"], fields["sha"], "0" * 40)
    elif method == "PATCH":
        name = path.removeprefix("git/")
        git("update-ref", name, fields["sha"], git("rev-parse", "--verify", "-q", name))
    elif path.startswith("git/matching-refs/"):
        prefix = "refs/" + path.removeprefix("git/matching-refs/")
        names = git("for-each-ref", "--format", "%(refname)").splitlines()
        lines = [name for name in names if name.startswith(prefix)]
    elif path.startswith("git/ref/"):
        lines = [git("rev-parse", "--verify", "refs/" + path.removeprefix("git/ref/"))]
    elif path == "environments/release":
        lines = [int((HOME / "reviewers").read_text(encoding="utf-8"))]
    elif path == "releases?per_page=10":
        lines = [str(public[-1]["immutable"]).lower() if public else "none"]
    elif path == "releases":
        lines = [str(release["draft"]).lower() for release in ours]
    elif path.startswith(("contents/", "issues?", "releases?per_page=30")):
        lines = for_scan(path, public)
    else:
        assert path == f"releases/tags/v{os.environ['VERSION']}", path
        lines = [
            str(release["immutable"] and not is_late()).lower() for release in ours if not release["draft"]
        ]
    return lines


def for_scan(path: str, public: list[dict[str, Any]]) -> list[object]:
    """What scan.yml asks."""
    if path.startswith("releases"):
        return [release["tag"] for release in public]
    if path.startswith("contents/"):
        name, _, ref = path.removeprefix("contents/").partition("?ref=")
        return [git("show", f"{ref}:{name}")]
    assert json.dumps(os.environ["EXPECTED_TITLE"]) in " ".join(sys.argv)
    return [1] if (HOME / "issues").exists() else []


def is_late() -> bool:
    late = HOME / "late"
    left = int(late.read_text(encoding="utf-8")) if late.exists() else 0
    late.write_text(str(max(left - 1, 0)), encoding="utf-8")
    return left > 0


def verify(arguments: list[str]) -> int:
    """``gh attestation verify``, asked for all that makes an attestation ours."""
    ours = os.environ["GITHUB_REPOSITORY"]
    expected = [
        "--repo", ours, "--signer-workflow", f"{ours}/.github/workflows/release.yml",
        "--source-ref", f"refs/tags/release/v{os.environ['VERSION']}", "--deny-self-hosted-runners",
    ]  # fmt: skip
    assert arguments[1:] == expected, arguments
    attested = HOME / "attested"
    digest = arguments[0].partition("@")[2]
    return 0 if attested.exists() and digest in attested.read_text(encoding="utf-8").split() else 1


def release(verb: str, tag: str, arguments: list[str], releases: list[dict[str, Any]]) -> None:
    if verb == "create":
        assert {"--verify-tag", "--draft"} <= set(arguments)
        git("rev-parse", "--verify", "-q", f"refs/tags/{tag}")
        notes = Path(arguments[arguments.index("--notes-file") + 1]).read_text(encoding="utf-8")
        releases.append({"tag": tag, "draft": True, "immutable": False, "latest": False, "notes": notes})
        return
    (found,) = [release for release in releases if release["tag"] == tag]
    assert "--draft=false" in arguments
    assert not found["immutable"], "an immutable release is left alone"
    immutable = not (HOME / "mutable").exists()
    found.update(draft=False, immutable=immutable, latest="--latest=true" in arguments)


def main(arguments: list[str]) -> int:
    with (HOME / "calls").open("a", encoding="utf-8") as calls:
        calls.write(" ".join(arguments[:4]) + "\n")
    fail = HOME / "fail"
    words = fail.read_text(encoding="utf-8") if fail.exists() else ""
    meant = bool(words) and words.removeprefix("+") in " ".join(arguments)
    if meant:
        fail.unlink()
    if meant and not words.startswith("+"):
        return 1
    assert os.environ.get("GH_TOKEN"), "gh: set the GH_TOKEN environment variable"
    if arguments[:2] == ["attestation", "verify"]:
        return verify(arguments[2:])
    writes = arguments[0] == "release" or {"-f", "-F", "-X"} & set(arguments)
    assert not writes or "contents" in os.environ.get("RIGHTS", "contents").split(), "gh: HTTP 403"
    releases = json.loads(RELEASES.read_text(encoding="utf-8"))
    if arguments[0] == "api":
        method = arguments[arguments.index("-X") + 1] if "-X" in arguments else ""
        (path,) = [argument for argument in arguments if argument.startswith("repos/")]
        lines = api(path, method, fields_of(arguments), releases)
        sys.stdout.write("".join(f"{line}\n" for line in lines))
    elif arguments[0] == "issue":
        assert "issues" in os.environ["RIGHTS"].split(), "gh: HTTP 403"
        with (HOME / "issues").open("a", encoding="utf-8") as issues:
            issues.write(f"{arguments[1]} {arguments[arguments.index('--body') + 1].splitlines()[0]}\n")
    else:
        release(arguments[1], arguments[2], arguments[3:], releases)
    RELEASES.write_text(json.dumps(releases), encoding="utf-8")
    return int(meant)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except subprocess.CalledProcessError as error:
        sys.stderr.write(error.stderr.decode())
        sys.exit(1)
