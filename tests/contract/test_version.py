"""What our pages, examples and workflows name exists after the release of this version, and is this version."""

import json
import re
from pathlib import Path

import pytest

from publer_publish import __version__
from tests.support import repository as repo

MAJOR = f"v{__version__.partition('.')[0]}"
RAW = f"https://raw.githubusercontent.com/{repo.OURS}"
FILES = sorted(
    path
    for pattern in (
        "*.md",
        "*.yml",
        ".pre-commit-hooks.yaml",
        "docs/*",
        "examples/**/*",
        "python/*",
        ".github/**/*",
    )
    for path in repo.ROOT.glob(pattern)
    if path.suffix in {".md", ".yml", ".yaml", ".json", ".py"}
)
SCHEMAS = sorted((repo.ROOT / "schemas").glob("*.json"))


def found(pattern: str, files: list[Path]) -> list[tuple[str, str]]:
    return [
        (path.name, match)
        for path in files
        for match in re.findall(pattern, path.read_text(encoding="utf-8"))
    ]


def test_the_first_release_is_1_so_that_v1_exists() -> None:
    assert re.fullmatch(r"[1-9]\d*\.\d+\.\d+", __version__)


def test_every_major_tag_that_is_named_is_the_one_that_this_version_moves() -> None:
    named = found(rf"{repo.OURS}(?:/[\w./-]+)?@(v\d[\w.]*)", FILES)
    assert len(named) > 20
    assert [(file, tag) for file, tag in named if tag != MAJOR] == []


def test_every_address_of_a_schema_is_that_of_the_major_tag() -> None:
    named = found(rf"{RAW}/([^/\s]+)/schemas/", [*FILES, *SCHEMAS])
    assert len(named) > 20
    assert [(file, tag) for file, tag in named if tag != MAJOR] == []


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda path: path.name)
def test_a_schema_is_called_by_the_address_that_a_release_gives_it(schema: Path) -> None:
    """The raw file at the major tag exists by itself as soon as the tag does."""
    assert json.loads(schema.read_text(encoding="utf-8"))["$id"] == f"{RAW}/{MAJOR}/schemas/{schema.name}"


def test_exact_versions_are_this_one() -> None:
    pages = [path for path in FILES if path.name not in {"CHANGELOG.md", "releasing.md"}]
    named = found(r"rev: v(\d\S+)", pages) + found(rf"ghcr\.io/{repo.OURS}:(\d[\w.]*)", pages)
    assert {file for file, _ in named} >= {"README.md", "other-ci.md"}
    assert [(file, version) for file, version in named if version != __version__] == []


def test_the_catalogue_of_schemas_gets_our_address_and_the_names_that_the_hook_checks() -> None:
    entry = json.loads((repo.ROOT / "docs" / "schemastore.json").read_text(encoding="utf-8"))
    assert set(entry) == {"name", "description", "fileMatch", "url"}
    assert entry["url"] == f"{RAW}/{MAJOR}/schemas/post.schema.json"
    assert entry["fileMatch"] == ["*.publer.yml", "*.publer.yaml", "*.publer.json"]
    (hook,) = repo.load((repo.ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    for name in entry["fileMatch"]:
        assert re.search(hook["files"], name.replace("*", "posts/launch"))
    assert not re.search(hook["files"], "posts/launch.yml")
