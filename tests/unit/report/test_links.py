"""Promise: a link of the report leads to the line and to the section that it names."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from publer_publish import __version__
from publer_publish.errors import Where
from publer_publish.networks.table import NETWORKS
from publer_publish.report.links import docs_url, line_url, new_post_url
from tests.support.documents import parse, problems_in

ROOT = Path(__file__).parents[3]
SOURCE = "https://github.com/acme/site/blob/5ca1ab1e"


def _anchors(page: str) -> set[str]:
    """As GitHub makes them of the headings."""
    text = (ROOT / page).read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize(
    ("where", "url"),
    [
        (Where(file="posts/a.yml", line=2, column=5), f"{SOURCE}/posts/a.yml#L2"),
        (Where(file="posts/a.yml"), f"{SOURCE}/posts/a.yml"),
        (Where(file="posts/ü #1?.yml", line=3), f"{SOURCE}/posts/%C3%BC%20%231%3F.yml#L3"),
        (Where(path=("post-file",), line=1), ""),
    ],
)
def test_a_problem_leads_to_its_line(where: Where, url: str) -> None:
    assert line_url(SOURCE, where) == url
    assert line_url("", where) == ""


PLACES = [
    Where(path=("post-file",)),
    Where(file="a.yml"),
    Where(file="a.yml", path=("posts", 0, "txt")),
    Where(file="a.yml", path=("media", 0, "alt_text")),
    Where(file="a.yml", path=("accounts", 0, "comments", 1)),
    Where(file="a.yml", path=("accounts", 0)),
    *(Where(file="a.yml", path=("networks", key, "details", "start")) for key in NETWORKS),
    Where(file="a.yml", path=("networks", "wordpress_oauth", "title")),
]


@pytest.mark.parametrize("where", PLACES, ids=lambda where: where.shown_path or "syntax")
def test_the_docs_have_the_section_that_a_problem_leads_to(where: Where) -> None:
    url = docs_url(where)
    page, _, anchor = url.partition(f"/blob/v{__version__}/")[2].partition("#")
    assert anchor in _anchors(page)


def test_what_has_no_place_leads_nowhere() -> None:
    assert docs_url(Where()) == ""


EDITOR = "https://github.example.com/acme/site/new/main"


@pytest.mark.parametrize(
    ("patterns", "file"),
    [
        (["posts/*.publer.yml"], "posts/new-post.publer.yml"),
        (["posts/release.yml", "./social/*.yml"], "social/new-post.publer.yml"),
        (["posts/**/*.yml"], "posts/new-post.publer.yml"),
        (["*.yml"], "new-post.publer.yml"),
        (["posts/release.yml"], ""),
        (["posts/*.json", "posts/2026-*.yml", "*/posts/*.yml"], ""),
    ],
)
def test_another_post_is_begun_where_it_will_be_found(patterns: list[str], file: str) -> None:
    url = new_post_url(EDITOR, patterns, ())
    assert url.startswith(f"{EDITOR}?") or not file
    assert parse_qs(urlsplit(url).query).get("filename", [""]) == [file]


def test_another_post_is_a_valid_one_for_the_same_accounts() -> None:
    accounts = ['linkedin/Acme: "Inc" & Co', "x/*"]
    (written,) = parse_qs(urlsplit(new_post_url(EDITOR, ["*.yml"], accounts)).query)["value"]
    assert [*problems_in("a.yml", written.encode())] == []
    assert parse(written.encode(), "a.yml").data["accounts"] == accounts


def test_the_page_about_writing_has_the_same_link() -> None:
    page = (ROOT / "docs" / "write-a-post.md").read_text(encoding="utf-8")
    assert f"]({new_post_url('https://github.com/OWNER/REPO/new/main', ['posts/*.publer.yml'], ())})" in page
