"""Brings the media of a run to Publer, before anything is published.

Files are uploaded at most four at once, each file once however many posts use it; all URLs go in one import,
because Publer runs one import at a time. Both may be repeated: a second copy that no post uses does no harm.
The work is done in daemon threads, which end with the program: a signal ends it at once.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from publer_publish.clock import Clock, Deadline, Progress
from publer_publish.delivery.waiting import wait_for_job
from publer_publish.errors import ActionError, CancelledError, Problems
from publer_publish.networks.forms import mapping
from publer_publish.networks.table import network
from publer_publish.post.media.files import check_file, described, with_thumbnails
from publer_publish.post.media.kinds import MediaInfo
from publer_publish.post.media.rules import FORMATS, extension_of, path_of_url
from publer_publish.post.model import Content, Media, MediaSource
from publer_publish.publer.answers import sentence_of
from publer_publish.publer.api import Publer
from publer_publish.publer.model import Job, JobState
from publer_publish.text import file_size, one_line
from publer_publish.workspace import UnusableFileError, Workspace

AT_ONCE = 4
PROGRESS_EVERY = 4.0
"""Seconds between two lines about a file: at least every 5 s are promised."""
_LOOK_EVERY = 0.2  # seconds
_GRACE = 10
"""Times ``_LOOK_EVERY`` that threads may go on after the deadline: the client ends its requests by itself."""


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class _Task:
    """Something that one thread brings to Publer."""

    media: tuple[Media, ...]
    """One for a file, however many name it; all URLs of the run for the import."""
    brought: UploadedMedia
    """Where the result goes."""
    keys: set[Key] = field(default_factory=set)
    total: int = 0
    sent: int = 0
    began: float | None = None
    over: bool = False
    bug: BaseException | None = None

    @property
    def is_file(self) -> bool:
        return self.media[0].source is MediaSource.FILE

    def fail(self, message: str) -> None:
        self.brought.failures.update(dict.fromkeys(self.keys, message))


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Uploader:
    """Brings files and URLs to Publer."""

    publer: Publer
    workspace: Workspace
    log: Callable[[str], None]
    show: Show | None = None
    """Gets the progress, in place of the lines of ``log``."""

    def upload(self, medias: Iterable[Media], deadline: Deadline) -> UploadedMedia:
        """Return what goes into the posts, or per item why not. Thumbnails are brought along."""
        brought = UploadedMedia()
        distinct: dict[Key, Media] = {}
        for media in with_thumbnails(medias):
            distinct.setdefault(key_of(media), media)
        tasks: dict[object, _Task] = {}
        for key, media in distinct.items():
            try:
                if media.source is MediaSource.FILE:
                    with self.workspace.open(media.value) as file:
                        task = _Task(media=(media,), brought=brought, total=file.size)
                        tasks.setdefault(file.identity, task).keys.add(key)
            except UnusableFileError as error:
                brought.failures[key] = error.message
        urls = {key: media for key, media in distinct.items() if media.source is MediaSource.URL}
        if urls:
            tasks["import"] = _Task(media=tuple(urls.values()), brought=brought, keys=set(urls))
        if tasks:
            _Crew(self, deadline).bring(list(tasks.values()))
        return brought


class _Crew:
    """The threads of one run, and the main thread's view of them."""

    def __init__(self, uploader: Uploader, deadline: Deadline) -> None:
        self._uploader = uploader
        self._deadline = deadline
        self._clock = deadline.clock
        self._messages: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._stopped = threading.Event()
        self._stoppable = _StoppableClock(self._clock, self._stopped)
        self._told = self._clock.monotonic()

    def bring(self, tasks: Sequence[_Task]) -> None:
        """Return when every task is over. Whatever is raised here stops the threads, and waits for none."""
        files: queue.SimpleQueue[_Task] = queue.SimpleQueue()
        imports: queue.SimpleQueue[_Task] = queue.SimpleQueue()
        for task in tasks:
            (files if task.is_file else imports).put(task)
        for waiting in [files] * min(AT_ONCE, files.qsize()) + [imports] * imports.qsize():
            threading.Thread(target=self._work, args=(waiting,), name="publer-media", daemon=True).start()
        try:
            self._watch(tasks)
        finally:
            self._stopped.set()

    def _work(self, tasks: queue.SimpleQueue[_Task]) -> None:
        # A requests session is not made for several threads: each has its own.
        publer = self._uploader.publer.another(self._stoppable, self._messages.put)
        try:
            while not self._stopped.is_set():
                self._do(publer, tasks.get_nowait())
        except (queue.Empty, CancelledError):
            pass
        finally:
            publer.close()

    def _do(self, publer: Publer, task: _Task) -> None:
        task.began = self._clock.monotonic()
        try:
            (self._upload if task.is_file else self._import)(publer, task)
        except ActionError as error:
            task.fail(error.message)
        except Exception as error:  # noqa: BLE001 - handed to the main thread, which raises it
            task.bug = error
        task.over = True
        self._messages.put("")  # wakes the main thread

    def _upload(self, publer: Publer, task: _Task) -> None:
        (media,) = task.media
        with self._uploader.workspace.open(media.value) as file:
            problems = Problems()
            info = check_file(file, problems)  # again, of the very file that is sent
            if info is None:
                task.fail(problems.errors()[0].message)
                return

            def on_progress(sent: int, total: int) -> None:
                if self._stopped.is_set():
                    raise CancelledError
                task.sent, task.total = sent, total

            name = PurePosixPath(_name_of(media, file.name)).name.encode("utf-8", "replace").decode()
            if extension_of(name) not in FORMATS:
                name = f"{name}.{info.format}"
            file.stream.seek(0)
            answer = publer.upload(
                name, file.stream, file.size, info.mime, on_progress=on_progress, deadline=self._deadline
            )
        task.brought.answers.update(dict.fromkeys(task.keys, (answer,)))
        task.brought.infos.update(dict.fromkeys(task.keys, info))

    def _import(self, publer: Publer, task: _Task) -> None:
        names = _distinct(
            _name_of(media, PurePosixPath(path_of_url(media.value) or "").name or "media")
            for media in task.media
        )
        items = [{"url": media.value, "name": name} for media, name in zip(task.media, names, strict=True)]
        job_id = publer.import_urls(items, deadline=self._deadline)
        what = "Publer is still importing the media given by `url`"
        progress = Progress(self._stoppable, self._messages.put, what)
        deadline = Deadline(self._stoppable, self._deadline.at)
        if job := wait_for_job(publer, job_id, deadline=deadline, progress=progress):
            _read_import(task, names, job)
        else:
            task.fail("Publer did not finish the import in time; raise `timeout`.")

    def _watch(self, tasks: Sequence[_Task]) -> None:
        grace = _GRACE
        while not all(task.over for task in tasks):
            self._hear(_LOOK_EVERY)
            self._tell(tasks)
            if self._deadline.expired():
                grace -= 1
                if not grace:
                    break
        while not self._messages.empty():
            self._hear(0)
        if self._uploader.show:
            self._uploader.show(())
        for task in tasks:
            if task.bug:
                raise task.bug
            if not task.over:
                task.fail("the time ran out before Publer had it; raise `timeout`.")

    def _hear(self, seconds: float) -> None:
        try:
            message = self._messages.get(timeout=seconds)
        except queue.Empty:
            return
        if message:
            self._uploader.log(message)

    def _tell(self, tasks: Sequence[_Task]) -> None:
        now = self._clock.monotonic()
        moving = [
            Transfer(name=task.media[0].value, sent=task.sent, total=task.total, seconds=now - task.began)
            for task in tasks
            if task.began is not None and not task.over and task.is_file
        ]
        if self._uploader.show:
            self._uploader.show(moving)
        elif now - self._told >= PROGRESS_EVERY:
            self._told = now
            for transfer in moving:
                self._uploader.log(line(transfer))


@dataclass(slots=True, eq=False, repr=False)
class _StoppableClock:
    """A clock for the threads: who wakes up after the end makes no further request."""

    clock: Clock
    stopped: threading.Event

    def time(self) -> float:
        return self.clock.time()

    def monotonic(self) -> float:
        return self.clock.monotonic()

    def sleep(self, seconds: float) -> None:
        self.clock.sleep(seconds)
        if self.stopped.is_set():
            raise CancelledError

    def wait_for(self, event: threading.Event, seconds: float) -> bool:
        return self.clock.wait_for(event, seconds)


def _read_import(task: _Task, names: Sequence[str], job: Job) -> None:
    """Give each URL what Publer made of it."""
    made = list(job.media)
    if job.state is JobState.FAILED or not made:
        said_of_all = job.message or next((entry.message for entry in job.entries if entry.message), "")
        task.fail(said_of_all or "Publer's import ended without a result.")
        return
    groups = [made] if len(names) == 1 else _by_name(names, made)
    if groups is None:
        task.fail("Publer's answer does not tell which of the imported files is which; use `file`.")
        return
    for media, answers in zip(task.media, groups, strict=True):
        broken = [sentence_of(answer) for answer in answers if not answer.get("id")]
        if broken or not answers:
            task.brought.failures[key_of(media)] = "".join(broken[:1]) or "Publer could not import it."
        else:
            task.brought.answers[key_of(media)] = tuple(answers)


def _by_name(names: Sequence[str], made: Sequence[Mapping[str, Any]]) -> list[list[Mapping[str, Any]]] | None:
    """What was made of each file, whatever the order; None if that is not known.

    A PDF becomes one picture per page, all of its name. What failed has no name. Where Publer repeats none
    of the names, the order is that of the request, as documented.
    """
    groups = {name: [answer for answer in made if answer.get("name") == name] for name in names}
    missing = [name for name in names if not groups[name]]
    others = [answer for answer in made if answer.get("name") not in groups]
    is_told = len(missing) == len(names) or len(missing) == 1 or not any(one.get("id") for one in others)
    if len(others) != len(missing) or not is_told:
        return None
    return list((groups | {name: [one] for name, one in zip(missing, others, strict=True)}).values())


def _distinct(names: Iterable[str]) -> list[str]:
    """Names of which none comes twice: ``card.png``, ``2-card.png``."""
    found: dict[str, None] = {}
    for name in names:
        numbered = (name if number == 1 else f"{number}-{name}" for number in count(1))
        found[next(one for one in numbered if one not in found)] = None
    return list(found)


def _name_of(media: Media, otherwise: str) -> str:
    """The name that the post gives, if it gives one."""
    given = media.fields.get("name")
    return given if isinstance(given, str) and given else otherwise


Key = tuple[MediaSource, str]
_PASSED_BACK = ("id", "type", "path", "thumbnail", "thumbnails", "default_thumbnail")
"""Of Publer's media object; its own ``name`` and ``caption`` are the file's, not the post's."""


def key_of(media: Media) -> Key:
    """Identifies a media item, whatever the posts say about it."""
    return media.source, media.value


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class UploadedMedia:
    """By media item: Publer's objects, or why Publer does not have it."""

    answers: dict[Key, tuple[Mapping[str, Any], ...]] = field(default_factory=dict)
    failures: dict[Key, str] = field(default_factory=dict)
    infos: dict[Key, MediaInfo] = field(default_factory=dict)

    def failure(self, media: Media) -> str:
        """Why a post with this item cannot be sent, as the message of its targets; empty if it can."""
        for item in (media, media.thumbnail):
            if isinstance(item, Media) and key_of(item) in self.failures:
                return (
                    f"not sent: {item.value!r} could not be brought to Publer: {self.failures[key_of(item)]}"
                )
        if isinstance(media.thumbnail, int):
            own = self._objects(media)[0].get("thumbnails")
            if isinstance(own, list) and not 0 <= media.thumbnail < len(own):
                there = f"{len(own)} thumbnails, counted from 0"
                return f"not sent: {media.value!r} has no thumbnail {media.thumbnail}: there are {there}."
        return ""

    def items(self, media: Media) -> tuple[dict[str, Any], ...]:
        """Write the entries of a network's ``media``; several when Publer split a PDF into its pages."""
        return tuple(self._item(media, answer) for answer in self._objects(media))

    def warn(self, content: Content, problems: Problems) -> None:
        """Warn of items that this network will not take, in Publer's own judgement."""
        uses = mapping(content.fields.get("details")).get("type"), content.type
        for media in content.media:
            answers = self.answers.get(key_of(media), ())
            if any(_is_refused(answer.get("validity"), content.network, uses) for answer in answers):
                info = self.infos.get(key_of(media))
                shown = f"{media.value!r} ({described(info)})" if info else repr(media.value)
                problems.warn(
                    f"Publer says that {network(content.network).label} will not take {shown}.",
                    "It gives no reason. Networks judge by kind, size, pixels, ratio and duration.",
                    media.where,
                )

    def _objects(self, media: Media) -> tuple[Mapping[str, Any], ...]:
        if media.source is MediaSource.ID:
            return ({"id": media.value, **media.fields},)
        return self.answers[key_of(media)]

    def _item(self, media: Media, answer: Mapping[str, Any]) -> dict[str, Any]:
        if media.source is MediaSource.ID:
            item = dict(answer)
        else:
            item = dict(media.fields) | {
                key: answer[key] for key in _PASSED_BACK if answer.get(key) is not None
            }
        if media.alt_text:
            # Publer's pages name it in two ways; a caption that the file gives is another text.
            item["alt_text"] = media.alt_text
            item.setdefault("caption", media.alt_text)
        if isinstance(media.thumbnail, int):
            item["default_thumbnail"] = media.thumbnail
        elif media.thumbnail is not None:
            picture = self._objects(media.thumbnail)[0]
            own = item.get("thumbnails")
            full = picture.get("path")
            added = {"id": picture.get("id"), "small": picture.get("thumbnail") or full, "real": full}
            item["thumbnails"] = [*(own if isinstance(own, list) else []), added]
            item["default_thumbnail"] = len(item["thumbnails"]) - 1
        elif item.get("thumbnails"):
            item.setdefault("default_thumbnail", 0)
        return item


def _is_refused(validity: object, network_key: str, uses: tuple[object, ...]) -> bool:
    """Read ``validity``: per network yes or no, or the same per use (post, reel, story, video, short)."""
    if not isinstance(validity, Mapping):
        return False
    said = next((validity[key] for key in network(network_key).keys if key in validity), None)
    if isinstance(said, Mapping):
        said = next((said[use] for use in (*uses, "post") if use in said), None)
    return said is False


class Transfer(NamedTuple):
    """One file that is being uploaded."""

    name: str
    sent: int
    total: int
    seconds: float
    """Since its upload began."""


Show = Callable[[Sequence[Transfer]], None]
"""Is called with the files on their way, several times a second; an empty sequence ends it."""


def line(transfer: Transfer) -> str:
    """Name, percent and rate, as a line of a log."""
    percent = min(100, 100 * transfer.sent // transfer.total) if transfer.total else 100
    rate = f"{file_size(round(transfer.sent / transfer.seconds))}/s" if transfer.seconds > 0 else "-"
    return f"Uploading {one_line(transfer.name)}: {percent} % of {file_size(transfer.total)}, {rate}"
