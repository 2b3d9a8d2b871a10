"""The values of templates: what the event says, the variables, and the release, asked for only when used."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from publer_publish.errors import ActionError, InvalidInputError, Problem, Severity
from publer_publish.github.event import Event, tag_context

_PLACEHOLDER_TAG = "v0.0.0"
_PLACEHOLDER_HOME = "https://github.com/owner/repository"
_ABOUT_TAG = frozenset({"tag", "version", "release"})
_REPOSITORY = "GITHUB_REPOSITORY (owner/name)"
_ABOUT_RUN = {
    "repository": (_REPOSITORY,),
    "ref_name": ("GITHUB_REF_NAME",),
    "sha": ("GITHUB_SHA",),
    "short_sha": ("GITHUB_SHA",),
    "actor": ("GITHUB_ACTOR",),
    "run_url": (_REPOSITORY, "GITHUB_RUN_ID"),
}
"""What every run of a workflow has, and the variables that say it."""

_OF_ONE_RUN = frozenset({"event", "ref_name", "sha", "short_sha", "actor", "run_url", "vars"})
"""What the run of a review says of itself, and the run that publishes otherwise."""

FetchRelease = Callable[[str], Mapping[str, Any]]
"""Tag → release, or ``ActionError``."""


class RunContext:
    """The context of one run. In ``validate``, placeholders stand for what does not exist yet."""

    def __init__(
        self, event: Event, variables: Mapping[str, Any], fetch_release: FetchRelease, *, placeholders: bool
    ) -> None:
        self._event = event
        self._tag = event.tag or variables.get("tag") or None
        self._fetch_release = fetch_release
        self._placeholders = placeholders
        self._values: dict[str, Any] = {**event.template_context(), "vars": dict(variables)}
        self._failure: ActionError | None = None
        self._replaced: dict[str, set[str]] = {}
        """Why there is something missing, and the names that placeholders stand for."""
        self._of_this_run: set[str] = set()
        """What a text was given in ``validate`` that the run that publishes may have otherwise."""
        if self._tag:
            self._values.update(tag_context(self._tag))

    def values(
        self, names: frozenset[str], asked_about: frozenset[str] = frozenset()
    ) -> Mapping[str, object]:
        """The context, with everything of ``names`` that there is.

        Raises ``ActionError`` if one is missing that the template does not ask about first.
        """
        wanted = names - self._values.keys()
        if self._placeholders:
            self._of_this_run |= names & _OF_ONE_RUN - wanted
        if not self._placeholders:
            missing = self._missing(wanted)
            self._refuse(missing - asked_about)
            wanted -= missing
        if of_run := wanted & _ABOUT_RUN.keys():
            self._notice("No workflow runs here", of_run)
            self._values.update({name: self._placeholders_of_run()[name] for name in of_run})
        if "release" in wanted:
            self._values["release"] = self._release()
        if about_tag := wanted & {"tag", "version"}:
            self._notice("There is no tag yet", about_tag)
            self._values.update(tag_context(_PLACEHOLDER_TAG))
        return self._values

    @property
    def _placeholder_names(self) -> set[str]:
        return set().union(*self._replaced.values())

    @property
    def lacks_a_release(self) -> bool:
        """Whether placeholders stand for the tag or the release."""
        return not _ABOUT_TAG.isdisjoint(self._placeholder_names)

    def settles(self, names: frozenset[str]) -> bool:
        """Whether publishing will see the same under ``names``: neither placeholders nor a review."""
        is_other_run = self._event.default_mode_is_validate or not self._event.event_name
        other = _OF_ONE_RUN if self._placeholders and is_other_run else frozenset()
        return names.isdisjoint(self._placeholder_names | other)

    def _missing(self, wanted: frozenset[str]) -> frozenset[str]:
        """What is missing without a tag, or at a terminal, where no workflow runs."""
        about_tag = {"tag", "version"} if self._event.release else _ABOUT_TAG
        return wanted & (_ABOUT_RUN.keys() if self._tag else _ABOUT_RUN.keys() | about_tag)

    def _refuse(self, missing: frozenset[str]) -> None:
        problems = [_no_tag(self._event)] if missing & _ABOUT_TAG else []
        if of_run := missing & _ABOUT_RUN.keys():
            problems.append(_no_run(of_run))
        if problems:
            raise InvalidInputError(*problems)

    def _release(self) -> Mapping[str, Any]:
        if self._event.release:
            return self._event.release
        if not self._tag:
            self._notice("There is no tag yet", {"release"})
            return self._placeholder_release()
        if self._failure:
            raise self._failure
        try:
            return self._fetch_release(self._tag)
        except ActionError as error:
            if not self._placeholders:
                self._failure = error
                raise
            self._notice(error.message.rstrip("."), {"release"})
            return self._placeholder_release()

    def _notice(self, why: str, names: Iterable[str]) -> None:
        self._replaced.setdefault(why, set()).update(names)

    @property
    def notices(self) -> list[Problem]:
        """What a review does not see: for what placeholders were asked, and what only this run says."""
        found = []
        if self._replaced:
            reasons, names = ". ".join(self._replaced), _listed(self._placeholder_names)
            found.append((f"{reasons}: placeholders stand for {names} in this validation.", _REAL))
        if self._of_this_run:
            names = _listed(self._of_this_run)
            found.append((f"The posts depend on the run: {names} are those of this validation.", _OTHERS))
        return [Problem(message=message, hint=hint, severity=Severity.NOTICE) for message, hint in found]

    def _home(self) -> str:
        return str(self._values.get("repository", {}).get("html_url", _PLACEHOLDER_HOME))

    def _placeholders_of_run(self) -> Mapping[str, Any]:
        return {
            "repository": {
                "full_name": "[owner]/[repository]",
                "name": "[repository]",
                "owner": "[owner]",
                "html_url": _PLACEHOLDER_HOME,
            },
            "ref_name": "[ref_name]",
            "sha": "0" * 40,
            "short_sha": "0" * 7,
            "actor": "[actor]",
            "run_url": f"{self._home()}/actions/runs/00000000000",
        }

    def _placeholder_release(self) -> Mapping[str, Any]:
        tag = self._tag or _PLACEHOLDER_TAG
        return {
            "tag_name": tag,
            "name": f"[name of the release {tag}]",
            "title": f"[title of the release {tag}]",
            "body": "[The notes of the release will be shown here, cut where the template cuts them.]",
            "html_url": f"{self._home()}/releases/tag/{tag}",
            "prerelease": False,
            "draft": False,
            "published_at": "2000-01-01T00:00:00Z",
            "author": "[author]",
        }


_REAL = "Publishing uses the real ones."
_OTHERS = (
    "The run that publishes has its own, so it may send another text: look at its `on:` and `variables`, too."
)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))


def _no_tag(event: Event) -> Problem:
    built = f"builds `{event.ref_name}`, which is not a tag" if event.ref_name else "does not build one"
    return Problem(
        message=f"The template asks for a tag or a release, but this run {built}.",
        hint="Run it for a tag or a release, or name the tag: `variables: tag=v1.2.3`.",
    )


def _no_run(names: Iterable[str]) -> Problem:
    unset = ", ".join(dict.fromkeys(one for name in sorted(names) for one in _ABOUT_RUN[name]))
    return Problem(
        message=f"The template asks for {_listed(names)}, which only a workflow run has.",
        hint=f"At a terminal set {unset}, or leave it out of the text.",
    )
