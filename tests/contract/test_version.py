"""What a release makes true by itself: addresses of schemas, names of images, what a commit pins."""

import json
import re
from pathlib import Path

import pytest

from publer_publish import __version__
from tests.support import repository as repo

RAW = f"https://raw.githubusercontent.com/{repo.OURS}/v{__version__.partition('.')[0]}/schemas"
SCHEMAS = sorted((repo.ROOT / "schemas").glob("*.json"))
SHARED = ("announce.yml", "doctor.yml", "validate-posts.yml")


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda path: path.name)
def test_a_schema_is_called_by_the_address_that_a_release_gives_it(schema: Path) -> None:
    """The raw file at the major tag exists as soon as the tag does."""
    assert json.loads(schema.read_text(encoding="utf-8"))["$id"] == f"{RAW}/{schema.name}"


def test_the_catalogue_of_schemas_gets_our_address_and_the_names_that_the_hook_checks() -> None:
    entry = json.loads((repo.ROOT / "docs" / "schemastore.json").read_text(encoding="utf-8"))
    assert set(entry) == {"name", "description", "fileMatch", "url"}
    assert entry["url"] == f"{RAW}/post.schema.json"
    assert entry["fileMatch"] == ["*.publer.yml", "*.publer.yaml", "*.publer.json"]
    (hook,) = repo.load((repo.ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    for name in entry["fileMatch"]:
        assert re.search(hook["files"], name.replace("*", "posts/launch"))
    assert not re.search(hook["files"], "posts/launch.yml")


def test_a_commit_of_a_shared_workflow_pins_everything() -> None:
    """It uses the action by the exact version, an immutable tag, whose action.yml names the image by digest."""
    used = {
        path.name: [step["uses"] for step in repo.steps(repo.read(path)) if repo.is_our_action(step)]
        for path in repo.WORKFLOWS
        if path.name != "release.yml"  # which tries what it has built
    }
    exact = f"{repo.OURS}@v{__version__}"
    assert {name: uses for name, uses in used.items() if uses} == {name: [exact] for name in SHARED}


def test_a_page_names_the_image_of_this_version() -> None:
    page = (repo.ROOT / "docs" / "other-ci.md").read_text(encoding="utf-8")
    assert set(re.findall(rf"ghcr\.io/{repo.OURS}:([\w.]+)", page)) == {__version__}
