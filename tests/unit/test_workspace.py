"""Guards: only regular files inside the workspace are ever opened, and every refusal names the path and a cure."""

from __future__ import annotations

import os
import socket
import stat
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publer_publish.errors import Problem, Problems, Where
from publer_publish.workspace import MOST_BYTES, UnusableFileError, Workspace


def find(workspace: Workspace, patterns: Sequence[str]) -> tuple[tuple[str, ...], tuple[Problem, ...]]:
    """The names of the files that were read, and the problems."""
    files, problems = read(workspace, patterns, 1000)
    return tuple(name for name, _ in files), problems


def read(
    workspace: Workspace, patterns: Sequence[str], limit: int
) -> tuple[tuple[tuple[str, bytes], ...], tuple[Problem, ...]]:
    problems = Problems()
    return workspace.read_all(patterns, limit, problems), tuple(problems)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    workspace = tmp_path / "repo"
    for name in (
        "posts/a.yml",
        "posts/b.yml",
        "posts/deep/c.yml",
        "posts/.draft.yml",
        ".github/d.yml",
        "README.md",
    ):
        file = workspace / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
    (tmp_path / "secret.yml").write_text("outside")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/e.yml").write_text("outside")
    return workspace


@pytest.mark.parametrize(
    ("patterns", "names"),
    [
        (["posts/a.yml"], ["posts/a.yml"]),
        (["./posts//a.yml"], ["posts/a.yml"]),
        (["posts/../posts/a.yml"], ["posts/a.yml"]),
        (["posts/*.yml"], ["posts/a.yml", "posts/b.yml"]),
        (["posts/*"], ["posts/a.yml", "posts/b.yml"]),
        (["posts/.*.yml"], ["posts/.draft.yml"]),
        (["posts/**"], ["posts/a.yml", "posts/b.yml", "posts/deep/c.yml"]),
        (["**/*.yml"], ["posts/a.yml", "posts/b.yml", "posts/deep/c.yml"]),
        (["**/c.yml"], ["posts/deep/c.yml"]),
        ([".github/*.yml"], [".github/d.yml"]),
        (["posts/[ab].yml"], ["posts/a.yml", "posts/b.yml"]),
        (["posts/?.yml", "posts/a.yml", "posts/a.yml"], ["posts/a.yml", "posts/b.yml"]),
        (["posts/b.yml", "posts/a.yml"], ["posts/a.yml", "posts/b.yml"]),
    ],
)
def test_finds_sorted_and_each_file_once(root: Path, patterns: list[str], names: list[str]) -> None:
    assert find(Workspace(root), patterns) == (tuple(names), ())


def test_an_absolute_path_inside_the_workspace_is_the_relative_one(root: Path) -> None:
    link = root.parent / "link"
    link.symlink_to(root)
    assert find(Workspace(root), [f"{root}/posts/a.yml", "posts/a.yml"]) == (("posts/a.yml",), ())
    assert find(Workspace(link), [f"{link}/posts/a.yml", f"{root}/posts/b.*"]) == (
        ("posts/a.yml", "posts/b.yml"),
        (),
    )


def test_one_file_by_two_names_is_found_once(root: Path) -> None:
    """A post file named twice must not be posted twice."""
    (root / "posts/alias.yml").symlink_to("a.yml")
    os.link(root / "posts/a.yml", root / "posts/z.yml")
    (root / "more").symlink_to("posts")
    assert find(Workspace(root), ["posts/*.yml", "more/*.yml"])[0] == ("more/a.yml", "more/b.yml")
    assert find(Workspace(root), ["posts/z.yml", "posts/alias.yml"])[0] == ("posts/alias.yml",)


def test_a_name_with_wildcard_characters_that_exists_is_that_file(root: Path) -> None:
    (root / "posts/[ab].yml").write_text("")
    assert find(Workspace(root), ["posts/[ab].yml"]) == (("posts/[ab].yml",), ())


@pytest.mark.parametrize(
    ("pattern", "says", "hints"),
    [
        ("posts/missing.yml", "does not exist", "root of the repository"),
        ("posts/a.yaml", "does not exist", "Did you mean 'posts/a.yml'?"),
        ("nowhere/*.yml", "matches no file", "root of the repository"),
        ("posts/deep/*.json", "matches no file", "**"),
        ("posts", "is a directory", "/*"),
        ("posts/", "is a directory", "/*"),
        (".", "is a directory", "/*"),
        ("po*", "matches no file", "**"),
        ("posts/a.yml/b", "cannot be opened: Not a directory", "root of the repository"),
        ("../secret.yml", "leads out of the workspace", "root of the repository"),
        ("posts/../../secret.yml", "leads out of the workspace", ""),
        ("../outside/*.yml", "leads out of the workspace", ""),
        ("/etc/passwd", "leads out of the workspace", "github.workspace"),
        ("/etc/*", "leads out of the workspace", "github.workspace"),
        ("/proc/self/environ", "leads out of the workspace", ""),
        ("posts/a\0.yml", "cannot be the name of a file", ""),
        ("posts/a\0/*.yml", "cannot be the name of a file", ""),
        ("posts/\ud800.yml", "cannot be the name of a file", ""),
        ("x" * 5000, "cannot be opened", ""),
    ],
)
def test_what_cannot_be_used_is_a_located_problem_with_a_cure(
    root: Path, pattern: str, says: str, hints: str
) -> None:
    names, problems = find(Workspace(root), [pattern, "README.md"])
    assert names == ("README.md",)
    assert len(problems) == 1
    assert repr(pattern) in problems[0].message
    assert says in problems[0].message
    assert hints in problems[0].hint
    assert problems[0].where == Where(path=("post-file",))


@pytest.mark.parametrize(
    "written",
    [
        "posts/a.yml, posts/b.yml",
        "posts/a.yml,posts/deep/*.yml,",
        '"posts/a.yml"',
        "'posts/a.yml'",
        '["posts/a.yml"]',
        "[posts/a.yml, posts/b.yml]",
        "- posts/a.yml",
    ],
)
def test_the_cure_for_a_list_on_one_line_shows_how_to_write_it(root: Path, written: str) -> None:
    names, (problem,) = find(Workspace(root), [written])
    assert names == ()
    assert problem.hint.startswith("Write one path per line")


def test_every_pattern_that_matches_nothing_is_reported(root: Path) -> None:
    _, problems = find(Workspace(root), ["a/*", "/etc/passwd", "b/*", "c.yml"])
    assert len(problems) == 4


@pytest.mark.parametrize("pattern", ["posts/a.yml", "*.yml", "**"])
def test_an_empty_workspace_asks_for_the_checkout(tmp_path: Path, pattern: str) -> None:
    for workspace in (tmp_path, tmp_path / "none"):
        _, problems = find(Workspace(workspace), [pattern])
        assert [problem.hint for problem in problems] == [
            "Did the job check the repository out (actions/checkout)?"
        ]


@pytest.mark.parametrize(
    "target", ["../../secret.yml", "{outside}/secret.yml", "/proc/self/environ", "/dev/zero"]
)
def test_a_link_that_leads_out_is_refused_by_name_and_by_glob(root: Path, target: str) -> None:
    (root / "posts/link.yml").symlink_to(target.replace("{outside}", str(root.parent)))
    for pattern in ("posts/link.yml", "posts/l*.yml"):
        names, problems = find(Workspace(root), [pattern])
        assert names == ()
        assert [
            "'posts/link.yml' leads out of the workspace." in problem.message for problem in problems
        ] == [True]


def test_a_directory_link_that_leads_out_is_neither_listed_nor_read(root: Path) -> None:
    (root / "more").symlink_to(root.parent / "outside")
    for pattern in ("more/e.yml", "more/*.yml", "more/**"):
        names, problems = find(Workspace(root), [pattern])
        assert (names, len(problems)) == ((), 1)
        assert "leads out of the workspace" in problems[0].message


def test_links_inside_are_followed_and_resolved(root: Path) -> None:
    (root / "posts/deep/up.yml").symlink_to("../../README.md")
    (root / "absolute.yml").symlink_to(root / "posts/deep/up.yml")
    with Workspace(root).open("absolute.yml") as file:
        assert (file.name, file.stream.read()) == ("absolute.yml", b"README.md")


def test_links_in_a_circle_end(root: Path) -> None:
    (root / "x.yml").symlink_to("y.yml")
    (root / "y.yml").symlink_to("x.yml")
    for name in "abcdefgh":
        (root / "posts" / name).symlink_to("../posts")
    names, problems = find(Workspace(root), ["x.yml", "**/*.yml"])
    assert names == ("posts/a.yml", "posts/b.yml", "posts/deep/c.yml")
    assert {problem.message for problem in problems} == {
        "'x.yml' cannot be opened: Too many levels of symbolic links.",
        "'y.yml' cannot be opened: Too many levels of symbolic links.",
    }


def test_a_glob_through_many_circular_links_ends(root: Path) -> None:
    """Sixty links to the same place are 60^8 paths, and one directory."""
    for number in range(60):
        (root / f"loop{number}").symlink_to(".")
    names, problems = find(Workspace(root), ["*/*/*/*/*/*/*/*/*.md"])
    assert (len(names), problems) == (1, ())


def test_a_broken_link_is_missing(root: Path) -> None:
    (root / "posts/gone.yml").symlink_to("nothing.yml")
    _, problems = find(Workspace(root), ["posts/g*.yml"])
    assert [problem.message for problem in problems] == ["'posts/gone.yml' does not exist in the workspace."]


def test_a_named_pipe_is_refused_without_blocking(root: Path) -> None:
    """Opening a pipe for reading would wait for a writer for ever."""
    os.mkfifo(root / "posts/pipe.yml")
    (root / "posts/to-pipe.yml").symlink_to("pipe.yml")
    names, problems = find(Workspace(root), ["posts/*pipe.yml"])
    assert names == ()
    assert [problem.message for problem in problems] == [
        "'posts/pipe.yml' is not a regular file.",
        "'posts/to-pipe.yml' is not a regular file.",
    ]


def test_a_socket_is_refused(root: Path) -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as short, socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"{short}/s")
        with pytest.raises(UnusableFileError, match="not a regular file"):
            Workspace(Path(short)).open("s")


@pytest.mark.parametrize("device", ["null", "zero"])
def test_a_device_is_refused(device: str) -> None:
    with pytest.raises(UnusableFileError, match="not a regular file"):
        Workspace(Path("/dev")).open(device)


def test_a_file_of_proc_is_not_read() -> None:
    """Their size is zero whatever they hold, and no more than the size is ever read."""
    assert read(Workspace(Path("/proc/self")), ["environ"], 1000) == ((("environ", b""),), ())


def test_reading_is_limited_and_what_is_too_large_is_named_once(root: Path) -> None:
    workspace = Workspace(root)
    assert read(workspace, ["README.md"], 9) == ((("README.md", b"README.md"),), ())
    (root / "AAA.md").symlink_to("README.md")
    files, problems = read(workspace, ["README.md", "*.md", "posts/a.yml"], 8)
    assert files == ()
    assert [problem.message for problem in problems] == [
        "'AAA.md' has 9 bytes; at most 8 are allowed.",
        "'posts/a.yml' has 11 bytes; at most 8 are allowed.",
    ]
    assert problems[0].where == Where(file="AAA.md", path=("post-file",))


def test_contents_come_with_their_names(root: Path) -> None:
    files, _ = read(Workspace(root), ["posts/*.yml"], 100)
    assert files == (("posts/a.yml", b"posts/a.yml"), ("posts/b.yml", b"posts/b.yml"))


def test_an_unreadable_file_says_so() -> None:
    with tempfile.TemporaryDirectory() as directory:
        Path(directory).chmod(0o755)
        file = Path(directory, "a.yml")
        file.write_text("")
        file.chmod(0)
        user = os.geteuid()
        try:
            if user == 0:
                os.seteuid(65534)  # root reads everything
            _, problems = find(Workspace(Path(directory)), ["a.yml"])
        finally:
            os.seteuid(user)
    assert [problem.message for problem in problems] == ["'a.yml' cannot be opened: Permission denied."]


def test_swapping_a_file_for_a_link_while_it_is_opened_never_leads_out(root: Path) -> None:
    """The race: a checked path is exchanged before it is opened."""
    target, stop = root / "posts/a.yml", threading.Event()

    def swap() -> None:
        inside, link = root / "inside", root / "link"
        while not stop.is_set():
            link.symlink_to("../../secret.yml")
            link.replace(target)
            inside.write_text("inside")
            inside.replace(target)

    swapper = threading.Thread(target=swap)
    swapper.start()
    seen = set()
    try:
        for _ in range(3000):
            try:
                with Workspace(root).open("posts/a.yml") as file:
                    assert stat.S_ISREG(os.fstat(file.stream.fileno()).st_mode)
                    seen.add(file.stream.read())
            except UnusableFileError:
                pass
    finally:
        stop.set()
        swapper.join()
    assert b"outside" not in seen


def test_no_descriptor_is_left_open(root: Path) -> None:
    workspace = Workspace(root)
    before = len(list(Path("/proc/self/fd").iterdir()))
    find(workspace, ["**/*", "nothing", "../x", "posts"])
    assert len(list(Path("/proc/self/fd").iterdir())) == before


@given(st.lists(st.text(st.sampled_from("ab*?[]./\0\n "), max_size=12), max_size=3))
def test_no_pattern_breaks_it_or_leads_out(patterns: list[str]) -> None:
    with tempfile.TemporaryDirectory() as directory:
        workspace = Path(directory, "ws")
        (workspace / "a/b").mkdir(parents=True)
        (workspace / "a/b/a").write_text("")
        (workspace / "b").symlink_to("a")
        Path(directory, "a").write_text("outside")
        names, _ = find(Workspace(workspace), patterns)
        for name in names:
            assert (workspace / name).resolve().is_relative_to(workspace.resolve())


def test_three_hundred_files_of_a_mebibyte_are_not_all_held(tmp_path: Path) -> None:
    for number in range(34):
        with (tmp_path / f"{number}.yml").open("wb") as file:
            file.truncate(1024 * 1024)
    files, problems = read(Workspace(tmp_path), ["*.yml"], 1024 * 1024)
    assert sum(len(content) for _, content in files) <= MOST_BYTES
    (problem,) = problems
    assert "more than 33,554,432 bytes together" in problem.message
    assert problem.where.path == ("post-file",)
