"""Promise: a summary that is too long is cut where it can be read, with nothing left open, and says so."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from publer_publish.report.summary import within

LINES = st.sampled_from(
    [
        "text é 漢 😀",
        "",
        "<details>",
        "<summary>s</summary>",
        "</details>",
        "| a |",
        "x" * 300,
    ]
)


def shorten(markdown: str, most: int) -> str:
    return within(markdown.splitlines(keepends=True), most)


@given(st.lists(LINES, max_size=60).map("\n".join), st.integers(min_value=200, max_value=3000))
def test_the_cut_is_within_the_limit_and_between_lines_and_closes_what_it_opened(
    markdown: str, limit: int
) -> None:
    short = shorten(markdown, limit)
    assert len(short.encode()) <= limit
    if len(markdown.encode()) <= limit:
        assert short == markdown
        return
    assert short.endswith("*\n")
    assert "Cut here" in short
    assert short.count("<details>\n") <= short.count("</details>\n")
    own = short[: short.rindex("\n*Cut here")]
    kept = own.split("\n")[:-1]
    while kept and markdown.split("\n")[: len(kept)] != kept:
        kept.pop()  # what is left beyond the kept lines is closers only
    rest = own.split("\n")[len(kept) :]
    assert set(rest) <= {"", "</details>"}


def test_a_single_line_that_is_too_long_leaves_the_note() -> None:
    assert shorten("x" * 5000, 1000).strip() == "*Cut here: no more than 1 kB fit.*"


def test_a_cut_inside_details_closes_them() -> None:
    short = shorten("<details>\n<summary>s</summary>\n\n" + "text\n" * 200, 500)
    assert short.startswith("<details>\n<summary>s</summary>\n\ntext\n")
    assert "text\n\n</details>\n\n*Cut here" in short
