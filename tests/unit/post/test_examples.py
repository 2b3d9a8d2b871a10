"""Promise: every example is a valid post file, and together they show every network and kind of post."""

from __future__ import annotations

from pathlib import Path

import pytest

from publer_publish.errors import Problems
from publer_publish.post.schema.check import check, load
from tests.support.documents import parse

ROOT = Path(__file__).parents[3]
EXAMPLES = sorted(path for path in (ROOT / "examples").iterdir() if path.suffix in {".yml", ".yaml", ".json"})
SCHEMA_LINE = f"# yaml-language-server: $schema={load()['$id']}\n"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_every_example_is_valid(path: Path) -> None:
    document, problems = parse(path.read_bytes(), path.name), Problems()
    check(document, document.data, problems)
    assert list(problems) == []


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_every_example_names_the_schema_for_editors(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith(SCHEMA_LINE) or parse(text.encode(), path.name).data["$schema"] == load()["$id"]


def test_the_examples_show_every_network() -> None:
    shown: set[str] = set()
    for path in EXAMPLES:
        data = parse(path.read_bytes(), path.name).data
        posts = data.get("posts") or data.get("bulk", {}).get("posts") or [data]
        shown |= {network for post in posts for network in post.get("networks", {})}
    known = {name.removeprefix("network_") for name in load()["$defs"] if name.startswith("network_")}
    assert shown == known
    assert len(EXAMPLES) >= 15


def test_media_of_examples_are_small_real_files() -> None:
    magic = {".png": b"\x89PNG", ".jpg": b"\xff\xd8\xff", ".gif": b"GIF89a", ".pdf": b"%PDF", ".mp4": b"ftyp"}
    for path in (ROOT / "examples" / "media").iterdir():
        content = path.read_bytes()
        assert magic[path.suffix] in content[:12]
        assert len(content) < 20_000
