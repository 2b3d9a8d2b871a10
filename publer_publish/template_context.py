"""The values of templates: what the event says, the variables, and the release, asked for only when used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from publer_publish.errors import ActionError, Problem, Severity
from publer_publish.github.context import Event, tag_context

_PLACEHOLDER_TAG = "v0.0.0"
_ABOUT_TAG = frozenset({"tag", "version", "release"})

FetchRelease = Callable[[str], Mapping[str, Any]]
"""Tag → release, or ``ActionError``."""


class RunContext:
    """The context of one run. In ``validate``, placeholders stand for what does not exist yet."""

    def __init__(
        self, event: Event, variables: Mapping[str, str], fetch_release: FetchRelease, *, placeholders: bool
    ) -> None:
        self._event = event
        self._tag = event.tag or variables.get("tag") or None
        self._fetch_release = fetch_release
        self._placeholders = placeholders
        self._values: dict[str, Any] = {**event.template_context(), "vars": dict(variables)}
        self._failure: ActionError | None = None
        self.notices: list[Problem] = []
        if self._tag:
            self._values.update(tag_context(self._tag))

    def values(self, names: frozenset[str]) -> Mapping[str, object]:
        """The context, with everything of ``names`` that there is. Raises ``ActionError``."""
        wanted = names & _ABOUT_TAG - self._values.keys()
        if "release" in wanted:
            self._values["release"] = self._release()
        if wanted - {"release"}:
            self._values.update(self._tag_values())
        return self._values

    def _tag_values(self) -> Mapping[str, str]:
        if self._placeholders:
            self._notice("There is no tag yet")
            return tag_context(_PLACEHOLDER_TAG)
        raise _no_tag(self._event)

    def _release(self) -> Mapping[str, Any]:
        if self._event.release:
            return self._event.release
        if self._failure:
            raise self._failure
        try:
            if not self._tag:
                raise _no_tag(self._event)
            return self._fetch_release(self._tag)
        except ActionError as error:
            if not self._placeholders:
                self._failure = error
                raise
            self._notice("There is no tag yet" if not self._tag else error.message.rstrip("."))
            return self._placeholder_release()

    def _notice(self, why: str) -> None:
        if self.notices:
            return
        message = f"{why}: placeholders stand for `tag`, `version` and `release` in this validation."
        self.notices.append(
            Problem(message=message, hint="Publishing uses the real ones.", severity=Severity.NOTICE)
        )

    def _placeholder_release(self) -> Mapping[str, Any]:
        tag = self._tag or _PLACEHOLDER_TAG
        home = self._values["repository"]["html_url"] or "https://github.com/owner/name"
        return {
            "tag_name": tag,
            "name": f"[name of the release {tag}]",
            "body": "[The notes of the release will stand here, cut where the template cuts them.]",
            "html_url": f"{home}/releases/tag/{tag}",
            "prerelease": False,
            "draft": False,
            "published_at": "2000-01-01T00:00:00Z",
            "author": "[author]",
        }


def _no_tag(event: Event) -> ActionError:
    built = f"this run builds `{event.ref_name}`, which is none" if event.ref_name else "this run builds none"
    return ActionError(
        f"The template asks for a tag or a release, but {built}.",
        hint="Run it on a tag or a release, or name the tag: `variables: tag=v1.2.3`.",
    )
