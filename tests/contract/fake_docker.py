"""As much of Docker as a release uses, with GHCR behind it: ``$FAKE_GITHUB/registry.json``.

Manifests are kept under their digests: of a platform, or of an index that lists others. Whoever pushes has to be
logged in (in ``$HOME``) and to have the right to; everyone may pull what is public.
"""

import hashlib
import itertools
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

REGISTRY = Path(os.environ["FAKE_GITHUB"]) / "registry.json"
LOGGED_IN = Path(os.environ["HOME"]) / "logged-in-to-ghcr"


def digest_of(value: object) -> str:
    return "sha256:" + hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def after(flag: str, arguments: list[str]) -> str:
    return arguments[arguments.index(flag) + 1]


def git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], capture_output=True, check=True, text=True).stdout.strip()


def find(name: str, registry: dict[str, Any]) -> str:
    """The digest behind a name with a tag or a digest."""
    at = name.partition("@")[2]
    digest: str = at or registry["tags"].get(name, "")
    assert digest in registry["manifests"], f"{name}: not found in the registry"
    return digest


def put(manifest: dict[str, Any], registry: dict[str, Any]) -> str:
    digest = digest_of(manifest)
    registry["manifests"][digest] = manifest
    return digest


def may_push() -> None:
    assert LOGGED_IN.exists(), "denied: not logged in"
    assert "packages" in os.environ.get("RIGHTS", "packages").split(), (
        "denied: permission_denied: write_package"
    )


def build(arguments: list[str], registry: dict[str, Any]) -> None:
    """The same commit, architecture and version: the same platform. Only the attestations tell two builds apart."""
    assert "--no-cache" in arguments
    labels = [value for flag, value in itertools.pairwise(arguments) if flag == "--label"]
    platform = {
        "of": [git("rev-parse", "HEAD"), os.environ["SOURCE_DATE_EPOCH"], *labels],
        "platform": {"architecture": os.environ["MACHINE"]},
    }
    digest = digest_of(platform)
    if "push=true" in after("--output", arguments):
        may_push()
        put(platform, registry)
        listed = [{"digest": digest, "platform": platform["platform"]}]
        said = {"digest": digest_of([digest, "sbom"]), "platform": {"architecture": "unknown"}}
        digest = put({"manifests": [*listed, said]}, registry)
    metadata = {"containerimage.digest": digest}
    Path(after("--metadata-file", arguments)).write_text(json.dumps(metadata, indent=2), encoding="utf-8")


def imagetools(arguments: list[str], registry: dict[str, Any]) -> str:
    if arguments[0] == "create":
        may_push()
        name = after("--tag", arguments)
        sources = [find(one, registry) for one in arguments if "@sha256:" in one]
        kept = sources[0]
        if len(sources) > 1:
            said = [value for flag, value in itertools.pairwise(arguments) if flag == "--annotation"]
            parts = [part for one in sources for part in registry["manifests"][one]["manifests"]]
            kept = put({"manifests": parts, "annotations": said}, registry)
        registry["tags"][name] = kept
        return ""
    assert arguments[0] == "inspect"
    (name,) = (one for one in arguments if one.startswith("ghcr.io/"))
    digest = find(name, registry)
    return json.dumps(registry["manifests"][digest]) if "--raw" in arguments else digest


def main(arguments: list[str]) -> str:
    registry = json.loads(REGISTRY.read_text(encoding="utf-8"))
    said = ""
    match arguments:
        case ["login", "ghcr.io", *_]:
            LOGGED_IN.touch()
        case ["build", *_]:
            sys.stdin.read()
            registry["local"] = after("-t", arguments)
        case ["push", name]:
            may_push()
            assert registry["local"] == name
            registry["tags"][name] = put({"of": ["placeholder"]}, registry)
        case ["pull", *_, name]:
            assert not LOGGED_IN.exists(), "what is tried is tried as every user does"
            find(name, registry)
        case ["buildx", "imagetools", *rest]:
            said = imagetools(rest, registry)
        case ["buildx", "inspect", *_]:
            sys.exit(1)
        case ["buildx", "create", *_]:
            assert "image=docker.io/moby/buildkit:" in " ".join(arguments)
        case ["buildx", "build", *rest]:
            build(rest, registry)
        case _:
            raise AssertionError(arguments)
    REGISTRY.write_text(json.dumps(registry), encoding="utf-8")
    return said


if __name__ == "__main__":
    print(main(sys.argv[1:]))  # noqa: T201
