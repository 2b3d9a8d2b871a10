"""What our pages point to exists: tests, files, headings, commands."""

import re
from pathlib import Path

import pytest

from tests.e2e.image_size import AT_MOST
from tests.support import repository as repo

PAGES = sorted([*repo.ROOT.glob("*.md"), *(repo.ROOT / "docs").glob("*.md")])
_LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([\w-]+))?\)")


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_between_our_files_leads_somewhere(page: Path) -> None:
    dead = []
    for target, anchor in _LINK.findall(page.read_text(encoding="utf-8")):
        path = (page.parent / target).resolve() if target else page
        if not path.exists() or (anchor and path.suffix == ".md" and anchor not in _anchors(path)):
            dead.append(f"{target}#{anchor}")
    assert dead == []


def test_the_picture_of_the_readme_is_a_small_png() -> None:
    readme = (repo.ROOT / "README.md").read_text(encoding="utf-8")
    (name,) = re.findall(r"!\[[^\]]{20,}\]\(([^)]+)\)", readme)
    picture = (repo.ROOT / name).read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) < 150_000


def test_the_first_workflow_of_the_readme_is_seen_at_once() -> None:
    """Whoever opens the page sees a whole one at once."""
    first = repo.documented_yaml()[[name for name, _ in repo.documented_yaml()].index("README.md[1]")][1]
    assert len(first.splitlines()) <= 13


def test_every_threat_names_tests_that_exist() -> None:
    """A threat model whose tests were renamed or dropped guards nothing."""
    security = (repo.ROOT / "SECURITY.md").read_text(encoding="utf-8")
    tests = "\n".join(path.read_text(encoding="utf-8") for path in (repo.ROOT / "tests").rglob("test_*.py"))
    named = re.findall(r"`(test_\w+)`", security)
    assert len(named) > 20
    assert [name for name in named if not re.search(rf"^\s*def {name}\(", tests, re.MULTILINE)] == []
    for threat in ("pull request", "event text", "API answer", "key", "tag", "dependency"):
        assert re.search(rf"^\| \*\*[^|]*{threat}", security, re.MULTILINE), threat


def test_every_rule_of_delivery_names_modules_that_exist() -> None:
    rules = re.findall(
        r"\| (`[^|]+\.py`) \|$", (repo.ROOT / "docs/delivery.md").read_text("utf-8"), re.MULTILINE
    )
    named = {name for cell in rules for name in re.findall(r"`([^`]+\.py)`", cell)}
    assert len(named) > 10
    assert [name for name in named if not (repo.ROOT / "publer_publish" / name).is_file()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_make_command_on_a_page_exists(page: Path) -> None:
    makefile = (repo.ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z][a-z0-9-]*):", makefile, re.MULTILINE))
    commands = re.findall(
        r"(?:^|`)make ((?:[a-z][a-z0-9-]* ?)+)", page.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert {name for line in commands for name in line.split()} <= targets


def test_the_readme_says_what_the_image_weighs_and_what_bounds_it() -> None:
    sentence = (
        r"([\d.]+) MB to pull and ([\d.]+) MB unpacked; `make image` allows no more than (\d+) and (\d+)"
    )
    found = re.search(sentence, (repo.ROOT / "README.md").read_text(encoding="utf-8"))
    assert found
    packed, unpacked, *most = map(float, found.groups())
    assert most == [bound / 1e6 for bound in AT_MOST[False]]
    assert (packed, unpacked) < tuple(most)
    assert unpacked < most[1]
