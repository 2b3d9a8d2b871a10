"""Guards: media reach Publer once, a failure fails only what needs it, and a signal leaves at once."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, BinaryIO, Self

import pytest

from publer_publish.clock import Clock, Deadline
from publer_publish.delivery.media import Transfer, UploadedMedia, Uploader, line
from publer_publish.errors import CancelledError, Where
from publer_publish.post.model import Media, MediaSource
from publer_publish.publer.api import Publer
from publer_publish.publer.model import Job, JobState
from publer_publish.publer.transport import RateLimit, Transport
from publer_publish.workspace import Workspace
from sandbox.clock import VirtualClock
from sandbox.faults import Fault
from sandbox.scenario import Import, Scenario
from sandbox.server import Sandbox
from tests.support.raw_client import NewSandbox, new_sandbox

__all__ = ["new_sandbox"]

SAMPLES = Path(__file__).parents[2] / "data/media"


def file(name: str, thumbnail: Media | int | None = None, **more: Any) -> Media:
    return Media(source=MediaSource.FILE, value=name, where=Where(path=(name,)), thumbnail=thumbnail, **more)


def url(value: str, **more: Any) -> Media:
    return Media(source=MediaSource.URL, value=value, where=Where(path=(value,)), **more)


class Run:
    """A workspace with the samples, a sandbox, and a clock that both share."""

    def __init__(self, workspace: Path, sandbox: Sandbox, clock: VirtualClock, seconds: float = 600) -> None:
        self.workspace, self.sandbox, self.clock = workspace, sandbox, clock
        self.deadline = Deadline.after(clock, seconds)
        self.logged: list[str] = []
        for name in ("plain.png", "plain.jpg", "plain.mp4", "animated.gif", "three.pdf"):
            (workspace / name).write_bytes((SAMPLES / name).read_bytes())

    def prepare(self, *medias: Media) -> UploadedMedia:
        scenario = self.sandbox.scenario
        workspace = scenario.workspaces[0].id
        publer = Publer(
            Transport(self.sandbox.url, scenario.api_key, workspace, self.clock, self.logged.append)
        )
        with closing(publer):
            uploader = Uploader(publer=publer, workspace=Workspace(self.workspace), log=self.logged.append)
            return uploader.upload(medias, self.deadline)


NewRun = Callable[..., Run]


@pytest.fixture
def new_run(tmp_path: Path, new_sandbox: NewSandbox) -> NewRun:
    def start(scenario: Scenario | None = None, seconds: float = 600) -> Run:
        clock = VirtualClock()
        return Run(tmp_path, new_sandbox(scenario, clock=clock), clock, seconds)

    return start


def test_each_file_is_uploaded_once_however_many_posts_and_names_it_has(new_run: NewRun) -> None:
    run = new_run()
    (run.workspace / "link.png").symlink_to("plain.png")
    medias = [file("plain.png"), file("plain.jpg"), file("./plain.png"), file("link.png"), file("plain.png")]
    prepared = run.prepare(*medias)
    uploads = {upload.name: upload for upload in run.sandbox.record.uploads}
    assert len(run.sandbox.record.uploads) == len(uploads) == 2
    for name, mime in (("plain.png", "image/png"), ("plain.jpg", "image/jpeg")):
        assert uploads[name].sha256 == hashlib.sha256((SAMPLES / name).read_bytes()).hexdigest()
        assert uploads[name].content_type == mime
    ids = [prepared.items(media)[0]["id"] for media in medias]
    first, second = uploads["plain.png"].id, uploads["plain.jpg"].id
    assert ids == [first, second, first, first, first]
    assert run.sandbox.record.surprises == ()


def test_what_publer_answered_goes_into_the_post_with_what_the_file_says(new_run: NewRun) -> None:
    run = new_run()
    picture = file("plain.png", alt_text="A dashboard", fields={"caption": "New", "type": "image"})
    gif, document = file("animated.gif"), file("three.pdf", fields={"title": "Slides"})
    prepared = run.prepare(picture, gif, document)
    ids = {upload.name: upload.id for upload in run.sandbox.record.uploads}
    base = f"https://cdn.publer.example/{ids['plain.png']}"
    assert prepared.items(picture) == (
        {
            "id": ids["plain.png"],
            "type": "photo",
            "path": f"{base}/original",
            "thumbnail": f"{base}/thumbnail.jpg",
            "caption": "New",
            "alt_text": "A dashboard",
        },
    )
    assert prepared.items(gif)[0]["type"] == "gif"
    assert prepared.items(document)[0]["type"] == "document"
    assert prepared.items(document)[0]["title"] == "Slides"


def test_an_id_is_passed_on_as_it_stands_and_asks_nothing(new_run: NewRun) -> None:
    run = new_run()
    known = {"type": "photo", "path": "https://cdn.publer.example/x", "thumbnail": "t"}
    media = Media(source=MediaSource.ID, value="66db83", where=Where(), alt_text="A", fields=known)
    prepared = run.prepare(media)
    assert prepared.items(media) == ({"id": "66db83", "alt_text": "A", "caption": "A", **known},)
    assert prepared.failure(media) == ""
    assert run.sandbox.record.requests == ()


def test_a_video_has_the_thumbnail_that_was_asked_for(new_run: NewRun) -> None:
    run = new_run()
    plain, second, far = file("plain.mp4"), file("plain.mp4", 1), file("plain.mp4", 2)
    own = file("plain.mp4", file("plain.png"))
    from_url = file("plain.mp4", url("https://example.com/t.jpg"))
    prepared = run.prepare(plain, second, far, own, from_url)
    ids = {upload.name: upload.id for upload in run.sandbox.record.uploads}
    (imported,) = run.sandbox.record.imports
    assert prepared.items(plain)[0]["default_thumbnail"] == 0
    assert prepared.items(second)[0]["default_thumbnail"] == 1
    assert (
        prepared.failure(far)
        == "not sent: 'plain.mp4' has no thumbnail 2: there are 2 thumbnails, counted from 0."
    )
    for media, picture in ((own, ids["plain.png"]), (from_url, imported.media_ids[0])):
        (item,) = prepared.items(media)
        assert len(item["thumbnails"]) == 3
        assert item["thumbnails"][item["default_thumbnail"]] == {
            "id": picture,
            "small": f"https://cdn.publer.example/{picture}/thumbnail.jpg",
            "real": f"https://cdn.publer.example/{picture}/original",
        }


def test_a_name_that_the_post_gives_is_the_name_in_publer(new_run: NewRun) -> None:
    run = new_run()
    picture = file("plain.png", fields={"name": "Card"})
    video = Media(
        source=MediaSource.URL,
        value="https://example.com/v.mp4",
        where=picture.where,
        fields={"name": "demo.mp4"},
    )
    run.prepare(picture, video)
    assert [upload.name for upload in run.sandbox.record.uploads] == ["Card.png"]
    assert [one.name for one in run.sandbox.record.imports] == ["demo.mp4"]


def test_a_name_without_an_extension_gets_the_one_of_its_content(new_run: NewRun) -> None:
    run = new_run()
    (run.workspace / "card").write_bytes((SAMPLES / "plain.png").read_bytes())
    run.prepare(file("card"))
    assert [upload.name for upload in run.sandbox.record.uploads] == ["card.png"]


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind="reset", when="before", path="/media"),
        Fault(kind="reset", when="after", path="/media"),
        Fault(kind="server_error", path="/media", times=2),
        Fault(kind="bad_gateway", path="/media"),
        Fault(kind="truncated", path="/media"),
        Fault(kind="rate_limited", path="/media", headers={"Retry-After": "30"}),
    ],
)
def test_a_lost_answer_and_a_5xx_are_tried_again(new_run: NewRun, fault: Fault) -> None:
    """A second copy that no post uses does no harm."""
    run = new_run(Scenario(faults=(fault,)))
    media = file("plain.png")
    prepared = run.prepare(media)
    assert prepared.failure(media) == ""
    assert prepared.items(media)[0]["id"] == run.sandbox.record.uploads[-1].id


def test_a_failed_file_fails_what_needs_it_and_nothing_else(new_run: NewRun) -> None:
    run = new_run(Scenario(max_upload=200))
    (run.workspace / "empty.png").touch()
    good, large, empty, gone = file("plain.png"), file("plain.mp4"), file("empty.png"), file("gone.png")
    needs = file("plain.png", thumbnail=large)
    prepared = run.prepare(good, large, empty, gone, needs)
    assert prepared.failure(good) == ""
    assert prepared.items(good)
    for media, says in (
        (
            large,
            "not sent: 'plain.mp4' could not be brought to Publer: The file is larger than 200 MB (HTTP 413",
        ),
        (empty, "not sent: 'empty.png' could not be brought to Publer: 'empty.png' is empty."),
        (
            gone,
            "not sent: 'gone.png' could not be brought to Publer: 'gone.png' does not exist in the workspace.",
        ),
        (needs, "not sent: 'plain.mp4' could not be brought to Publer: The file is larger"),
    ):
        assert prepared.failure(media).startswith(says)


@pytest.mark.parametrize("order", ["as_asked", "reversed"])
def test_answers_in_another_order_swap_no_pictures(new_run: NewRun, order: Any) -> None:
    """Two of them have the same name on their hosts, and one cannot be had."""
    wrong = "https://example.com/gone.png"
    run = new_run(Scenario(imports=Import(order=order, errors={wrong: "Timed out while reading data"})))
    addresses = ["https://example.com/a/card.png", "https://example.com/b/card.png", wrong]
    medias = [url(address, alt_text="A") for address in [*addresses, "https://example.com/c.pdf"]]
    prepared = run.prepare(*medias)
    brought = {one.url: one.media_ids for one in run.sandbox.record.imports}
    for media in medias:
        if media.value == wrong:
            assert prepared.failure(media).endswith("Timed out while reading data")
        else:
            assert tuple(item["id"] for item in prepared.items(media)) == brought[media.value]


def test_of_files_that_publer_names_otherwise_none_is_guessed(new_run: NewRun) -> None:
    run = new_run()
    medias = [url(f"https://example.com/{name}.png") for name in "abc"]
    payload = [
        {"id": f"{n[0]}" * 24, "type": "photo", "path": "https://x.example", "name": n}
        for n in ("z", "y", "a.png")
    ]
    answer = json.dumps({"status": "complete", "payload": payload})
    run.sandbox.add_faults(Fault(kind="answer", path="/job_status/*", status=200, body=answer))
    prepared = run.prepare(*medias)
    assert all("does not tell which" in prepared.failure(media) for media in medias)


def test_all_urls_of_a_run_are_one_import(new_run: NewRun) -> None:
    run = new_run(
        Scenario(
            imports=Import(
                delay=20,
                working_polls=2,
                errors={"https://example.com/b.mp4": "Timed out while reading data"},
            )
        )
    )
    medias = [
        url("https://example.com/a.png", alt_text="A"),
        url("https://example.com/b.mp4"),
        url("https://example.com"),
    ]
    prepared = run.prepare(*medias, medias[0])
    (request,) = run.sandbox.record.of("POST", "/media/from-url")
    assert request.body["type"] == "bulk"
    assert [item["name"] for item in request.body["media"]] == ["a.png", "b.mp4", "media"]
    assert prepared.items(medias[0])[0]["alt_text"] == "A"
    assert prepared.failure(medias[1]) == (
        "not sent: 'https://example.com/b.mp4' could not be brought to Publer: Timed out while reading data"
    )
    assert prepared.failure(medias[2]) == ""


@pytest.mark.parametrize("form", ["array", "object", "media"])
def test_every_form_of_the_answer_to_one_url_is_read(new_run: NewRun, form: Any) -> None:
    run = new_run(Scenario(imports=Import(form=form)))
    media = url("https://example.com/a.png")
    assert run.prepare(media).items(media)[0]["id"] == run.sandbox.record.imports[0].media_ids[0]


def test_a_document_by_url_becomes_a_picture_per_page(new_run: NewRun) -> None:
    run = new_run(Scenario(imports=Import(pdf_pages=3)))
    alone = url("https://example.com/a.pdf")
    assert [item["id"] for item in run.prepare(alone).items(alone)] == list(
        run.sandbox.record.imports[0].media_ids
    )
    other = url("https://example.com/b.png")
    prepared = run.prepare(alone, other)
    assert (len(prepared.items(alone)), len(prepared.items(other))) == (3, 1)
    same_name = url("https://example.org/b.png")
    prepared = run.prepare(alone, other, same_name)
    assert [len(prepared.items(one)) for one in (alone, other, same_name)] == [3, 1, 1]


def test_an_import_that_fails_as_a_whole_says_why(new_run: NewRun) -> None:
    run = new_run(Scenario(imports=Import(failure="Videos need to be smaller than 2 gb")))
    media = url("https://example.com/a.mp4")
    assert run.prepare(media).failure(media).endswith("to Publer: Videos need to be smaller than 2 gb")


@pytest.mark.parametrize(
    "sentence",
    [
        "Please wait until your other download media from URL jobs have finished",
        "Attendi il completamento degli altri download di contenuti multimediali",
    ],
)
def test_somebody_elses_import_is_waited_for_in_any_language(new_run: NewRun, sentence: str) -> None:
    busy = Fault(
        kind="answer", path="/media/from-url", times=3, status=403, body='{"errors": ["' + sentence + '"]}'
    )
    run = new_run(Scenario(faults=(busy,)))
    media = url("https://example.com/a.png")
    assert run.prepare(media).failure(media) == ""
    assert run.clock.monotonic() > 0
    assert any("another import" in words for words in run.logged)


def test_a_refused_key_is_not_waited_for(new_run: NewRun) -> None:
    said = "Invalid API key or not active for this account."
    busy = Fault(
        kind="answer", path="/media/from-url", times=0, status=403, body='{"errors": ["' + said + '"]}'
    )
    run = new_run(Scenario(faults=(busy,)))
    media = url("https://example.com/a.png")
    assert said in run.prepare(media).failure(media)
    assert len(run.sandbox.record.requests) == 1


def test_the_end_of_an_import_is_noticed_soon(new_run: NewRun) -> None:
    run = new_run(Scenario(imports=Import(delay=3)))
    assert run.prepare(url("https://example.com/a.png")).failures == {}
    assert run.clock.monotonic() <= 3 * 1.5 + 0.5


def test_an_import_that_outlasts_the_time_fails_and_says_so(new_run: NewRun) -> None:
    run = new_run(Scenario(imports=Import(delay=500)), seconds=60)
    media = url("https://example.com/a.png")
    assert "did not finish the import in time" in run.prepare(media).failure(media)


def test_a_signal_during_an_upload_leaves_at_once(new_run: NewRun) -> None:
    """The upload would hang for ever: this test ends only if nobody waits for it. Nothing more is sent."""
    run = new_run(Scenario(faults=(Fault(kind="hang", path="/media", times=0, seconds=None),)))
    for number in range(9):
        (run.workspace / f"{number}.png").write_bytes((SAMPLES / "plain.png").read_bytes())

    def cancel(*_: object) -> None:
        raise CancelledError

    def send_signal_when_uploading() -> None:
        while len(run.sandbox.record.requests) < 4:
            threading.Event().wait(0.01)
        os.kill(os.getpid(), signal.SIGUSR1)

    before = signal.signal(signal.SIGUSR1, cancel)
    sender = threading.Thread(target=send_signal_when_uploading)
    sender.start()
    try:
        with pytest.raises(CancelledError):
            run.prepare(*(file(f"{number}.png") for number in range(9)))
    finally:
        sender.join()
        signal.signal(signal.SIGUSR1, before)
    run.sandbox.release_hangs()
    for thread in threading.enumerate():
        if thread.name == "publer-media":
            thread.join()
    assert len(run.sandbox.record.of("POST", "/media")) == 4


class FakeApi:
    """Publer as far as an upload goes, under the test's control."""

    rate_limit = RateLimit()

    def __init__(self, upload: Callable[[str, Callable[[int, int], None]], None]) -> None:
        self._upload = upload

    def another(self, clock: Clock, log: Callable[[str], None]) -> Self:
        return self

    def close(self) -> None:
        pass

    def upload(
        self,
        name: str,
        stream: BinaryIO,
        size: int,
        content_type: str,
        *,
        on_progress: Callable[[int, int], None],
        deadline: Deadline,
    ) -> Mapping[str, Any]:
        self._upload(name, on_progress)
        return {"id": name}

    def import_urls(self, items: Sequence[Mapping[str, Any]], *, deadline: Deadline) -> str:
        raise AssertionError

    def job(self, job_id: str, *, deadline: Deadline) -> Job:
        raise AssertionError


def prepared_by(
    upload: Callable[[str, Callable[[int, int], None]], None],
    workspace: Path,
    clock: VirtualClock,
    **more: Any,
) -> tuple[UploadedMedia, list[Media]]:
    medias = []
    for number in range(8):
        (workspace / f"{number}.png").write_bytes((SAMPLES / "plain.png").read_bytes())
        medias.append(file(f"{number}.png"))
    options: dict[str, Any] = {"log": lambda _: None} | more
    publer: Any = FakeApi(upload)
    uploader = Uploader(publer=publer, workspace=Workspace(workspace), **options)
    return uploader.upload(medias, Deadline.after(clock, 100)), medias


def test_four_files_are_uploaded_at_once_and_never_more(tmp_path: Path) -> None:
    four, lock = threading.Barrier(4, timeout=60), threading.Lock()
    active, most = 0, 0

    def upload(name: str, on_progress: Callable[[int, int], None]) -> None:
        nonlocal active, most
        with lock:
            active += 1
            most = max(most, active)
        four.wait()
        with lock:
            active -= 1
        four.wait()

    prepared, medias = prepared_by(upload, tmp_path, VirtualClock())
    assert most == 4
    assert [prepared.failure(media) for media in medias] == [""] * 8


def test_a_slow_upload_says_how_far_it_is_at_least_every_five_seconds(tmp_path: Path) -> None:
    clock, said = VirtualClock(), threading.Semaphore(0)
    logged: list[str] = []

    def log(words: str) -> None:
        logged.append(words)
        if "0.png" in words:
            said.release()

    def upload(name: str, on_progress: Callable[[int, int], None]) -> None:
        if name == "0.png":
            for sent in (25, 50):
                on_progress(sent * 1_000_000, 100_000_000)
                clock.advance(5)
                assert said.acquire(timeout=60)

    prepared_by(upload, tmp_path, clock, log=log)
    assert [words for words in logged if "0.png" in words] == [
        "Uploading 0.png: 25 % of 100 MB, 5 MB/s",
        "Uploading 0.png: 50 % of 100 MB, 5 MB/s",
    ]


class ImportApi(FakeApi):
    """Publer as far as an import goes: busy for so many looks, then done with these."""

    def __init__(self, *media: Mapping[str, Any], busy: int = 1) -> None:
        self._media, self._busy = media, busy

    def import_urls(self, items: Sequence[Mapping[str, Any]], *, deadline: Deadline) -> str:
        return "j"

    def job(self, job_id: str, *, deadline: Deadline) -> Job:
        self._busy -= 1
        return (
            Job(state=JobState.COMPLETE, media=self._media) if self._busy < 0 else Job(state=JobState.WORKING)
        )


def imported_by(api: Any, workspace: Path, clock: VirtualClock, *medias: Media, log: Any) -> UploadedMedia:
    uploader = Uploader(publer=api, workspace=Workspace(workspace), log=log)
    return uploader.upload(medias, Deadline.after(clock, 100))


def test_a_slow_import_gives_signs_of_life(tmp_path: Path) -> None:
    clock, logged = VirtualClock(), list[str]()
    media = url("https://example.com/a.png")
    api = ImportApi({"id": "m"}, busy=20)
    assert imported_by(api, tmp_path, clock, media, log=logged.append).failures == {}
    assert logged[0] == "Publer is still importing the media given by `url` (15 s)"


def test_a_file_that_nobody_asked_for_leaves_open_which_is_which(tmp_path: Path) -> None:
    one, two = url("https://example.com/a.png"), url("https://example.com/b.png")
    api = ImportApi(*({"id": name, "name": name} for name in ("a.png", "b.png", "c.png")))
    prepared = imported_by(api, tmp_path, VirtualClock(), one, two, log=lambda _: None)
    for media in (one, two):
        assert "does not tell which" in prepared.failure(media)


def test_an_upload_that_never_ends_is_given_up_at_the_deadline(tmp_path: Path) -> None:
    clock, never = VirtualClock(), threading.Event()

    def upload(name: str, on_progress: Callable[[int, int], None]) -> None:
        if name == "0.png":
            clock.advance(101)
            never.wait()

    prepared, medias = prepared_by(upload, tmp_path, clock)
    never.set()
    assert "the time ran out" in prepared.failure(medias[0])


def test_a_bug_in_a_thread_is_not_swallowed(tmp_path: Path) -> None:
    def upload(name: str, on_progress: Callable[[int, int], None]) -> None:
        raise KeyError(name)

    with pytest.raises(KeyError):
        prepared_by(upload, tmp_path, VirtualClock())


def test_a_terminal_is_shown_every_state_and_then_none(tmp_path: Path) -> None:
    shown: list[Sequence[Transfer]] = []
    prepared_by(lambda *_: None, tmp_path, VirtualClock(), show=shown.append)
    assert shown[-1] == ()


def test_the_name_of_a_file_does_not_move_the_cursor() -> None:
    hostile = Transfer(name="a\x1b[2J\n.mp4", sent=5, total=10, seconds=1)
    assert line(hostile) == "Uploading a\ufffd[2J .mp4: 50 % of 1 KB, 1 KB/s"


def test_progress_as_a_line() -> None:
    half = Transfer(name="a.mp4", sent=95_000_000, total=190_000_000, seconds=10)
    start = Transfer(name="b.png", sent=0, total=0, seconds=0)
    assert line(half) == "Uploading a.mp4: 50 % of 190 MB, 9.5 MB/s"
    assert line(start) == "Uploading b.png: 100 % of 1 KB, -"
