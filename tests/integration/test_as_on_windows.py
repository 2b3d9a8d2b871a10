"""Promise: where directories cannot be opened and links not refused, as on Windows, the same holds as elsewhere."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.support.repository import ROOT

FEW = (
    "tests/integration/test_validate.py::test_each_post_and_network_has_a_row_and_nothing_is_asked",
    "tests/integration/test_publish.py::test_five_networks_are_published_and_linked",
    "tests/unit/test_workspace.py::test_a_link_that_leads_out_is_refused_by_name_and_by_glob",
    "tests/unit/test_workspace.py::test_a_directory_link_that_leads_out_is_neither_listed_nor_read",
    "tests/unit/test_workspace.py::test_links_inside_are_followed_and_resolved",
    "tests/unit/test_preview_file.py::test_a_link_that_appears_after_the_check_is_not_followed",
)
ALL = (
    "tests/integration/test_validate.py",
    "tests/integration/test_publish.py",
    "tests/integration/test_preview.py",
    "tests/integration/test_media.py",
    "tests/integration/test_at_a_terminal.py",
    "tests/unit/test_workspace.py",
    "tests/unit/test_preview_file.py",
    # These two are about users and owners, whom Windows does not have in this form.
    *("--deselect", "tests/unit/test_workspace.py::test_an_unreadable_file_says_so"),
    *(
        "--deselect",
        "tests/unit/test_preview_file.py::test_what_is_made_belongs_to_the_owner_of_the_workspace",
    ),
)


@pytest.mark.parametrize("tests", [FEW, pytest.param(ALL, marks=pytest.mark.exhaustive)], ids=["few", "all"])
def test_the_same_holds_in_a_process_without_what_windows_lacks(tests: tuple[str, ...]) -> None:
    launcher = str(ROOT / "tests" / "support" / "as_on_windows.py")
    options = ("-p", "no:cacheprovider", "-p", "no:randomly")
    done = subprocess.run(
        [sys.executable, launcher, *options, *tests], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
