"""What happened: the event that started the run, and the release that it is about.

Variables and payload are foreign. Any key may be missing, null or of another type; a payload that cannot be
read is an empty one, and ``payload_note`` says why.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from publer_publish.text import encodable

_STEP = ("GITHUB_WORKFLOW", "GITHUB_JOB", "GITHUB_ACTION")
_DEPENDABOT = "dependabot[bot]"
_DAY = 86_400.0
_GITHUB_BEGAN = 1_199_145_600.0  # 2008-01-01: an earlier time is wrong

# Times that GitHub's own clock wrote. The time of a commit, and with it `created_at` of a release, is
# written by the author of the commit: one ahead of time would hide the posts of a first attempt from the
# second one, which would then post them again.
_TIMESTAMPS = {
    "release": ("published_at", "updated_at"),
    "repository": ("pushed_at", "updated_at"),
    "workflow_run": ("created_at", "run_started_at", "updated_at"),
    "pull_request": ("created_at", "updated_at", "merged_at"),
    "issue": ("created_at", "updated_at"),
    "comment": ("created_at", "updated_at"),
    "deployment": ("created_at",),
    "deployment_status": ("created_at",),
    "check_suite": ("created_at",),
    "check_run": ("started_at",),
    "discussion": ("updated_at",),
}

_TELLS_WHEN = {
    *("push", "create", "release", "workflow_run", "deployment", "deployment_status"),
    *("check_run", "check_suite", "pull_request", "pull_request_target", "pull_request_review"),
    *("issues", "issue_comment", "discussion", "discussion_comment"),
}
"""Events whose payload has the time of what happened. Of others it has at most that of the latest push."""


class Event(NamedTuple):
    """The run's circumstances. Text is empty when it is not known."""

    event_name: str = ""
    payload: Mapping[str, Any] = MappingProxyType({})
    payload_note: str = ""
    """Why there is no payload, for the log; empty when there is one or none was promised."""
    repository: str = ""
    """``owner/name``."""
    server_url: str = "https://github.com"
    api_url: str = "https://api.github.com"
    ref: str = ""
    """In full, such as ``refs/heads/main``."""
    ref_name: str = ""
    sha: str = ""
    actor: str = ""
    run_id: str = ""
    run_attempt: int = 1
    tag: str | None = None
    """The tag being built or released; ``None`` when there is none."""
    release: Mapping[str, Any] | None = None
    """The release that the event carries, as ``release_fields`` gives it."""
    happened_at: float | None = None
    """Epoch seconds: the event did not happen before this. Never later than ``now``."""
    no_secrets_reason: str = ""
    """A sentence: why GitHub gave this run no secrets (it comes from a fork or Dependabot). Else empty."""
    step: str = ""
    """What tells this step from others that use the action: workflow, job and step."""
    workspace: Path = Path()

    @property
    def began_at(self) -> float | None:
        """When the first attempt began, give or take seconds (epoch); None where the event does not tell.

        A schedule and a manual start do not: what was posted since the latest push may be an earlier run's.
        """
        return self.happened_at if self.event_name in _TELLS_WHEN else None

    @property
    def short_sha(self) -> str:
        return self.sha[:7]

    @property
    def run_url(self) -> str:
        """The page of the run. The same for every attempt, so that a re-run makes the same text."""
        if not (self.repository and self.run_id):
            return ""
        return f"{self.server_url}/{self.repository}/actions/runs/{self.run_id}"

    @property
    def default_mode_is_validate(self) -> bool:
        """Whether ``mode: auto`` stands for ``validate``: it is about a change that is not merged yet."""
        is_proposed = self.event_name.startswith("pull_request") or self.event_name == "merge_group"
        return is_proposed or self.ref.startswith("refs/pull/")

    @property
    def is_merge(self) -> bool:
        """Whether a pull request has just been merged."""
        merged = _at(self.payload, "pull_request", "merged") is True
        return (
            self.event_name.startswith("pull_request") and self.payload.get("action") == "closed" and merged
        )

    @property
    def pull_request(self) -> int | None:
        """The number of the pull request that the event is about."""
        number = _at(self.payload, "pull_request", "number")
        return number if isinstance(number, int) and not isinstance(number, bool) else None

    @property
    def default_branch(self) -> str:
        """The branch that new files go to; empty if the event does not say."""
        return _text(_at(self.payload, "repository", "default_branch"))

    @property
    def compared(self) -> tuple[str, str] | None:
        """The commits before and after a push, or of a merge group; None if there is nothing to compare."""
        if self.event_name == "merge_group":
            places: tuple[tuple[str, ...], ...] = (("merge_group", "base_sha"), ("merge_group", "head_sha"))
        elif self.event_name == "push" and self.payload.get("forced") is not True:
            places = (("before",), ("after",))
        else:
            return None
        base, head = (_text(_at(self.payload, *place)) for place in places)
        # Of what is new or gone, the commit is all zeros.
        return (base, head) if base.strip("0") and head.strip("0") else None

    def template_context(self) -> dict[str, Any]:
        """Give what templates may read, without what this run does not say, such as ``tag`` without a tag.

        The runner always says the others; on the command line nobody does, and a post with a hole is worse
        than none at all.
        """
        said = {
            "ref_name": self.ref_name,
            "sha": self.sha,
            "short_sha": self.short_sha,
            "actor": self.actor,
            "run_url": self.run_url,
        }
        context: dict[str, Any] = {name: value for name, value in said.items() if value}
        owner, _, name = self.repository.partition("/")
        if owner and name:
            context["repository"] = {
                "full_name": self.repository,
                "name": name,
                "owner": owner,
                "html_url": f"{self.server_url}/{self.repository}",
            }
        context["event"] = self.payload
        if self.tag is not None:
            context |= tag_context(self.tag)
        return context


_NUMBER = r"(\d+(?:\.\d+)*(?:[-+._]?[0-9A-Za-z]+)*)\Z"
_VERSION = rf"(?:\A|[-_/@])[vV]{_NUMBER}|(?:\A|[-_/@])(?=\d+\.\d){_NUMBER}"


def tag_context(tag: str) -> dict[str, str]:
    """``tag`` and ``version``: the version number in the tag, or all of a tag without one."""
    found = re.search(_VERSION, tag)
    return {"tag": tag, "version": (found[1] or found[2]) if found else tag}


def read_event(env: Mapping[str, str], *, now: float) -> Event:
    """Read the variables and the payload file that the runner provides. Never raises."""
    payload, note = _read_payload(env.get("GITHUB_EVENT_PATH", ""))
    event_name = _text(env.get("GITHUB_EVENT_NAME"))
    repository = _text(env.get("GITHUB_REPOSITORY")) or _text(_at(payload, "repository", "full_name"))
    ref = _text(env.get("GITHUB_REF"))
    built = ref.removeprefix("refs/tags/") if ref.startswith("refs/tags/") else ""
    released = _text(_at(payload, "release", "tag_name")) if event_name == "release" else ""
    return Event(
        event_name=event_name,
        payload=payload,
        payload_note=note,
        repository=repository,
        server_url=(_text(env.get("GITHUB_SERVER_URL")) or "https://github.com").rstrip("/"),
        api_url=(_text(env.get("GITHUB_API_URL")) or "https://api.github.com").rstrip("/"),
        ref=ref,
        ref_name=_text(env.get("GITHUB_REF_NAME")),
        sha=_text(env.get("GITHUB_SHA")),
        actor=_text(env.get("GITHUB_ACTOR")),
        run_id=_text(env.get("GITHUB_RUN_ID")),
        run_attempt=_attempt(env.get("GITHUB_RUN_ATTEMPT", "")),
        tag=released or built or None,
        release=_release(payload),
        happened_at=_happened_at(payload, now),
        no_secrets_reason=_no_secrets_reason(event_name, repository, _text(env.get("GITHUB_ACTOR")), payload),
        step="/".join(filter(None, (_text(env.get(name)) for name in _STEP))),
        workspace=Path(env.get("GITHUB_WORKSPACE") or Path.cwd()),
    )


def release_fields(release: Mapping[str, Any]) -> dict[str, Any]:
    """Pick the fields that templates know; what is null or of another type is ``""`` or ``False``."""
    author = release.get("author")
    tag, name = _text(release.get("tag_name")), _text(release.get("name")).strip()
    return {
        "tag_name": tag,
        "name": name or tag,
        "title": "" if _says_only_the_version(name, tag) else name,
        "body": _text(release.get("body")),
        "html_url": _text(release.get("html_url")),
        "prerelease": release.get("prerelease") is True,
        "draft": release.get("draft") is True,
        "published_at": _text(release.get("published_at")),
        "author": _text(author.get("login")) if isinstance(author, Mapping) else _text(author),
    }


def _says_only_the_version(name: str, tag: str) -> bool:
    version = tag_context(tag)["version"].casefold()
    words = name.casefold().removeprefix("release").removeprefix("version").strip(" :")
    return words in {tag.casefold(), version, f"v{version}"}


def _read_payload(file: str) -> tuple[dict[str, Any], str]:
    if not file:
        return {}, ""
    try:
        payload = _clean(json.loads(Path(file).read_bytes().decode("utf-8-sig", "replace")))
    except OSError as error:
        return {}, f"The event's payload cannot be read: {error.strerror or error}."
    except (ValueError, RecursionError):
        return {}, "The event's payload is not readable JSON."
    if not isinstance(payload, dict):
        return {}, "The event's payload is not a JSON object."
    return payload, ""


def _clean(value: object) -> object:
    """Replace half characters, which JSON can spell and nothing can encode."""
    if isinstance(value, str):
        return encodable(value)
    if isinstance(value, list):
        return [_clean(item) for item in value]
    if isinstance(value, dict):
        return {encodable(key): _clean(item) for key, item in value.items()}
    return value


def _text(value: object) -> str:
    return encodable(value) if isinstance(value, str) else ""


def _at(payload: object, *keys: str) -> object:
    for key in keys:
        if not isinstance(payload, Mapping):
            return None
        payload = payload.get(key)
    return payload


def _attempt(value: str) -> int:
    return max(1, int(value)) if value.isascii() and value.isdigit() and len(value) <= len("1000000") else 1


def _release(payload: Mapping[str, Any]) -> dict[str, Any] | None:
    release = payload.get("release")
    if isinstance(release, Mapping) and _text(release.get("tag_name")):
        return release_fields(release)
    return None


def _no_secrets_reason(event_name: str, repository: str, actor: str, payload: Mapping[str, Any]) -> str:
    if actor == _DEPENDABOT:
        return (
            "This run was started by Dependabot, and GitHub gives such runs only the secrets stored for "
            "Dependabot."
        )
    if event_name == "pull_request_target" or not isinstance(payload.get("pull_request"), Mapping):
        return ""
    head = _text(_at(payload, "pull_request", "head", "repo", "full_name"))
    if head.casefold() == repository.casefold():
        return ""
    fork = f"the fork {head}" if head else "a fork that no longer exists"
    return f"This pull request comes from {fork}, and GitHub gives such runs no secrets."


def _happened_at(payload: Mapping[str, Any], now: float) -> float | None:
    # A clock that is a little slow must not make the event happen later than now; one far ahead is wrong.
    times = (_seconds(_at(payload, thing, key)) for thing, keys in _TIMESTAMPS.items() for key in keys)
    known = [min(time, now) for time in times if time is not None and _GITHUB_BEGAN <= time <= now + _DAY]
    return max(known, default=None)


def _seconds(value: object) -> float | None:
    if isinstance(value, int):
        return float(value) if abs(value) < 1 << 53 else None
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
