"""Guards: a file that Publer would refuse is found before anything is sent, with its place and a cure."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from publer_publish.errors import Problems, Where
from publer_publish.networks.table import Kind
from publer_publish.post.media.files import MOST_BYTES, MediaFiles, described
from publer_publish.post.media.kinds import MediaInfo
from publer_publish.post.model import Media, MediaSource
from publer_publish.workspace import Workspace

SAMPLES = Path(__file__).parents[3] / "data/media"


def media(name: str, line: int = 1, thumbnail: Media | int | None = None) -> Media:
    return Media(
        source=MediaSource.FILE, value=name, where=Where(file="post.yml", line=line), thumbnail=thumbnail
    )


def told(workspace: Path, item: Media) -> MediaInfo | list[tuple[str, str]]:
    files, problems = MediaFiles(Workspace(workspace)), Problems()
    files.check(item, problems)
    assert {problem.where for problem in problems} <= {item.where}
    return files.info(item) or [(problem.message, problem.hint) for problem in problems]


@pytest.mark.parametrize(
    ("sample", "named"),
    [
        ("plain.jpg", "a.jpg"),
        ("plain.jpg", "a.JPEG"),
        ("plain.png", "a.png"),
        ("plain.png", "no-extension"),
        ("animated.gif", "a.gif"),
        ("lossy.webp", "a.webp"),
        ("plain.mp4", "a.mp4"),
        ("plain.mp4", "a.mov"),
        ("sound.mov", "a.mp4"),
        ("plain.avi", "a.avi"),
        ("plain.webm", "a.webm"),
        ("plain.pdf", "a.pdf"),
    ],
)
def test_every_format_that_publer_takes_is_taken(tmp_path: Path, sample: str, named: str) -> None:
    (tmp_path / named).write_bytes((SAMPLES / sample).read_bytes())
    assert isinstance(told(tmp_path, media(named)), MediaInfo)


@pytest.mark.parametrize(
    ("sample", "named", "says"),
    [
        ("plain.jpg", "a.png", "'a.png' is named .png, but its content is JPG."),
        ("animated.gif", "a.jpg", "'a.jpg' is named .jpg, but its content is GIF."),
        ("plain.mp4", "a.txt", "'a.txt' is named .txt, but its content is MP4."),
        ("plain.avif", "a.jpg", "'a.jpg' is a HEIC or AVIF picture, which Publer does not take."),
        ("plain.mkv", "a.mkv", "'a.mkv' is a Matroska file (MKV), which Publer does not take."),
    ],
)
def test_the_content_must_be_what_the_name_says(tmp_path: Path, sample: str, named: str, says: str) -> None:
    (tmp_path / named).write_bytes((SAMPLES / sample).read_bytes())
    problems = told(tmp_path, media(named))
    assert isinstance(problems, list)
    assert [message for message, _ in problems] == [says]


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.png").touch()
    assert told(tmp_path, media("a.png")) == [
        ("'a.png' is empty.", "Did the step that creates it fail, or is it a placeholder?")
    ]


def test_two_hundred_megabytes_are_taken_and_not_one_byte_more(tmp_path: Path) -> None:
    file = tmp_path / "a.jpg"
    file.write_bytes((SAMPLES / "plain.jpg").read_bytes())
    os.truncate(file, MOST_BYTES)
    assert isinstance(told(tmp_path, media("a.jpg")), MediaInfo)
    os.truncate(file, MOST_BYTES + 1)
    file.rename(tmp_path / "a.png")
    assert told(tmp_path, media("a.png")) == [
        (
            "'a.png' has 200,000,001 bytes; Publer takes at most 200,000,000 (200 MB).",
            "Make it smaller, or give its public address as `url`.",
        ),
        ("'a.png' is named .png, but its content is JPG.", "Name it .jpg, or convert it."),
    ]


def test_all_files_of_a_run_are_checked_and_every_place_is_named(tmp_path: Path) -> None:
    (tmp_path / "good.png").write_bytes((SAMPLES / "plain.png").read_bytes())
    (tmp_path / "empty.png").touch()
    os.mkfifo(tmp_path / "pipe.png")
    url = Media(source=MediaSource.URL, value="https://example.com/a.png", where=Where())
    items = [
        media("good.png"),
        media("empty.png", 2),
        media("empty.png", 3),
        media("gone.png", 4),
        media("../out.png", 5),
        media("pipe.png", 6),
        media("good.png", 7, thumbnail=media("thumb.png", 8)),
        url,
    ]
    files, problems = MediaFiles(Workspace(tmp_path)), Problems()
    for item in items:
        files.check(item, problems)
    assert [(problem.where.line, problem.message) for problem in problems] == [
        (2, "'empty.png' is empty."),
        (3, "'empty.png' is empty."),
        (4, "'gone.png' does not exist in the workspace."),
        (5, "'../out.png' leads out of the workspace."),
        (6, "'pipe.png' is not a regular file."),
        (8, "'thumb.png' does not exist in the workspace."),
    ]
    assert [item.value for item in items if files.info(item)] == ["good.png", "good.png"]


@pytest.mark.parametrize(
    "value",
    ["", "ftp://example.com/a.png", "https://", "https:///a.png", "https://[::1/a", "https://a b/c", "a.png"],
)
def test_what_is_no_web_address_is_refused(tmp_path: Path, value: str) -> None:
    """A template may make anything of a `url`."""
    item = Media(source=MediaSource.URL, value=value, where=Where(line=4))
    problems = Problems()
    MediaFiles(Workspace(tmp_path)).check(item, problems)
    (problem,) = problems
    assert problem.message == f"{value!r} is not an address that Publer could download from."
    assert problem.where == item.where


@pytest.mark.parametrize(
    ("info", "words"),
    [
        (
            MediaInfo(kind=Kind.PHOTO, format="png", mime="", size=84_512, width=1200, height=630),
            "PNG, 1200 x 630 pixels, 84 KB",
        ),
        (
            MediaInfo(
                kind=Kind.VIDEO,
                format="mp4",
                mime="",
                size=190_000_000,
                duration_seconds=83.4,
            ),
            "MP4, 1:23 min, 190 MB",
        ),
        (MediaInfo(kind=Kind.DOCUMENT, format="pdf", mime="", size=1_234_567), "PDF, 1.2 MB"),
    ],
)
def test_a_file_is_described_for_people(info: MediaInfo, words: str) -> None:
    assert described(info) == words


def test_one_gif_under_a_thousand_spellings_is_read_once(tmp_path: Path) -> None:
    """Each time it is read, it would be found to be something else."""
    (tmp_path / "a.gif").write_bytes((SAMPLES / "animated.gif").read_bytes())
    files = MediaFiles(Workspace(tmp_path))
    first = files.info(media("a.gif"))
    (tmp_path / "a.gif").write_bytes(b"no picture")
    assert first
    assert {files.info(media("./" * times + "a.gif")) for times in range(1_000)} == {first}
