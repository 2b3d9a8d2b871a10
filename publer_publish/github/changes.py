"""Which post files a pull request or a push adds or changes, asked of GitHub: no git history is needed.

More than was meant is never published: where GitHub does not list the whole change, nothing is known of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

from publer_publish.clock import Clock
from publer_publish.errors import ActionError, Problems, Where
from publer_publish.github.api import MOST_LISTED, GitHub, Json, Subject
from publer_publish.github.event import Event
from publer_publish.post.load import KINDS
from publer_publish.text import first_of

INPUT = Where(path=("only-changed",))
_FILES = Subject("changed files", "{ contents: read, pull-requests: read }")
_MOST_COMPARED = 300
"""Files that GitHub lists of a comparison; of more it says nothing."""
_MOST_NAMED = 10
_HINT = "Name the files to publish in `post-file`, without `only-changed`."


class ChangedFile(NamedTuple):
    """A file of a pull request or a push."""

    path: str
    """From the root of the repository, with forward slashes."""
    is_added: bool
    """It was not there before; a renamed file was."""
    is_removed: bool


def files_of(event: Event, token: str, clock: Clock) -> list[ChangedFile]:
    """Every file of the change that started the run. Raises ``ActionError`` if they are not all known."""
    api = GitHub(event, token, clock)
    if event.pull_request is not None:
        found = list(api.listed(_FILES, f"/pulls/{event.pull_request}/files"))
        if len(found) >= MOST_LISTED:
            raise ActionError("The pull request changes more files than GitHub lists (3,000).", hint=_HINT)
    elif event.compared:
        found = _files_between(api, *event.compared)
    else:
        raise ActionError(f"There is nothing to compare with: {_why(event)}.", hint=_HINT)
    return [_changed_file(entry) for entry in found]


def _files_between(api: GitHub, base: str, head: str) -> list[Mapping[str, Any]]:
    """GitHub compares with the commit that both have in common: the base only where the head follows it."""
    path = f"/compare/{quote(base, safe='')}...{quote(head, safe='')}"
    answer = api.ask(_FILES, path).content(dict)
    files = answer.get("files")
    is_plain = answer.get("status") in {"ahead", "identical"}
    if not is_plain or not isinstance(files, list) or len(files) >= _MOST_COMPARED:
        raise ActionError(
            "GitHub does not list every file of this push: it has 300 files or more, or replaces commits.",
            hint=_HINT,
        )
    return files


def _changed_file(entry: Json) -> ChangedFile:
    path, status = (entry.get("filename"), entry.get("status")) if isinstance(entry, Mapping) else ("", None)
    if not isinstance(path, str) or not isinstance(status, str):
        raise _FILES.not_answered
    return ChangedFile(path=path, is_added=status == "added", is_removed=status == "removed")


def _why(event: Event) -> str:
    if not event.event_name:
        return "no workflow runs here"
    if event.event_name != "push":
        return f"a run on `{event.event_name}` is not about a change"
    if event.payload.get("forced") is True:
        return "a force push replaces commits instead of adding some"
    return "this is the first push of a branch or a tag"


def select(
    names: Sequence[str], files: Iterable[ChangedFile], problems: Problems, *, only_added: bool
) -> set[str]:
    """Choose the post files of a change.

    ``only_added``: for publishing. A post that is corrected after it went out must not go out again; one
    that was changed is a warning, so that a corrected post that never went out is not forgotten.
    """
    changed = {file.path: file for file in files if not file.is_removed}
    added = {path for path, file in changed.items() if file.is_added}
    _refuse_other_folder(names, changed, problems)
    chosen = {name for name in names if name in (added if only_added else changed)}
    for name in names if only_added else ():
        if name in changed and name not in added:
            problems.warn(
                "This file was changed, not added, so `only-changed` does not publish it.",
                "To publish it, run the workflow with `post-file` set to this file and without "
                "`only-changed`, or give the file a new name.",
                Where(file=name),
            )
    left_out = [f"`{name}`" for name in names if name not in chosen]
    if left_out:
        does = "adds" if only_added else "adds or changes"
        problems.notice(
            f"`only-changed` leaves out: {first_of(left_out, _MOST_NAMED)}.",
            f"This run is about the files that the pull request or push {does}.",
            INPUT,
        )
    return chosen


def warn_of_unmatched(
    patterns: Iterable[str], names: Sequence[str], files: Iterable[ChangedFile], problems: Problems
) -> None:
    """Warn of files beside the posts that look like posts: a wrong name would leave them out in silence."""
    folders = {
        pattern.removeprefix("./").rpartition("/")[0]: pattern for pattern in patterns if "*" in pattern
    }
    for file in files:
        pattern = folders.get(file.path.rpartition("/")[0], "") if "/" in file.path else ""
        if pattern and file.path.endswith(KINDS) and not file.is_removed and file.path not in names:
            problems.warn(
                f"This file is left out: its name does not match `post-file: {pattern}`.",
                "If it is a post, rename it so that the name matches.",
                Where(file=file.path),
            )


def _refuse_other_folder(names: Sequence[str], changed: Iterable[str], problems: Problems) -> None:
    """With the repository below the workspace no name would ever match, and nothing be published."""
    for path in changed:
        below = next((name for name in names if name.endswith(f"/{path}")), "")
        if below and path not in names:
            problems.error(
                f"`only-changed` compares paths from the root of the repository: {below} is {path} there.",
                "Check the repository out into the workspace itself: remove `path:` from actions/checkout.",
                INPUT,
            )
            return
