"""The runner uploads a summary whole or not at all, so it is never too large and never left open."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publer_publish.github.files import CUT_NOTE, cut_markdown

PIECES = st.lists(
    st.sampled_from(
        [
            "```\n",
            "~~~~ python\n",
            "<details>",
            "</details>\n",
            "<br>",
            "| a | b |\n",
            "text ",
            "\n",
            "😀",
            "<a href='x'>",
        ]
    ),
    max_size=400,
).map("".join)


@given(PIECES, st.integers(min_value=0, max_value=2000))
def test_a_cut_summary_fits_and_says_so(markdown: str, limit: int) -> None:
    cut = cut_markdown(markdown, limit)
    assert len(cut.encode()) <= limit
    assert cut in (markdown, "", CUT_NOTE.lstrip()) or cut.endswith(CUT_NOTE)


def test_what_fits_is_not_touched() -> None:
    assert cut_markdown("# Title\n", 8) == "# Title\n"


@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        ("```text\n", "```\n"),
        ("~~~~\n", "~~~~\n"),
        ("<details><summary>More</summary>\n", "\n</details>\n"),
        ("<details>\n\n```\n", "```\n\n</details>\n"),
        ("```\n<details>\n", "```\n"),
        ("<table><tr><td>a<br>\n", "\n</td></tr></table>\n"),
        ("<p>a</p>\n", ""),
    ],
)
def test_what_a_cut_leaves_open_is_closed(opening: str, closing: str) -> None:
    cut = cut_markdown(opening + "line\n" * 1000, 2000)
    assert cut.startswith(opening)
    assert cut.endswith("line\n" + closing + CUT_NOTE)


def test_one_endless_line_is_cut_before_a_half_tag() -> None:
    cut = cut_markdown("ö" * 500 + '<img src="' + "x" * 5000, 2000)
    assert cut == "ö" * 500 + "\n" + CUT_NOTE


def test_hostile_markdown_costs_linear_time() -> None:
    """A megabyte of openings ends at once; quadratic time would be minutes."""
    assert cut_markdown("<a " * 700_000, 1_048_576)
    assert cut_markdown("<b>" * 700_000, 1_048_576) == CUT_NOTE.lstrip()
    assert (
        cut_markdown("<b>" * 100_000 + "</i>" * 100_000 + "\n" + "x" * 1_000_000, 1_000_000)
        == CUT_NOTE.lstrip()
    )
