"""What templates may read: the event, the variables, and the release, looked up only when asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from publer_publish.errors import ActionError, InvalidInputError
from publer_publish.github.event import Event
from publer_publish.github.template_values import RunContext

RELEASE = {
    "tag_name": "v1.2.3",
    "name": "One",
    "html_url": "https://github.com/acme/rocket/releases/tag/v1.2.3",
}


class GitHub:
    """Answers look-ups and counts them."""

    def __init__(self, error: str = "") -> None:
        self.asked: list[str] = []
        self.error = error

    def __call__(self, tag: str) -> Mapping[str, Any]:
        self.asked.append(tag)
        if self.error:
            raise ActionError(self.error)
        return RELEASE | {"tag_name": tag}


def context(
    event: Event | None = None, github: GitHub | None = None, *, placeholders: bool = False, **variables: str
) -> RunContext:
    return RunContext(event or Event(), variables, github or GitHub(), placeholders=placeholders)


NAMES = frozenset({"tag", "version", "release"})


def test_a_release_is_not_looked_up_unless_a_template_uses_it() -> None:
    github = GitHub()
    assert context(Event(tag="v1.2.3"), github).values(frozenset({"tag", "version"}))["version"] == "1.2.3"
    assert github.asked == []


def test_a_release_is_looked_up_once() -> None:
    github = GitHub()
    run = context(Event(tag="v1.2.3"), github)
    for _ in range(3):
        assert run.values(NAMES)["release"] == RELEASE
    assert github.asked == ["v1.2.3"]


def test_the_release_of_the_event_needs_no_look_up() -> None:
    github = GitHub()
    assert context(Event(tag="v1.2.3", release=RELEASE), github).values(NAMES)["release"] == RELEASE
    assert github.asked == []


def test_a_variable_names_the_tag_where_none_is_built() -> None:
    github = GitHub()
    values = context(github=github, tag="v2.0.0").values(NAMES)
    assert (values["tag"], values["version"]) == ("v2.0.0", "2.0.0")
    assert github.asked == ["v2.0.0"]


@pytest.mark.parametrize("name", sorted(NAMES))
def test_without_a_tag_the_error_says_what_is_built_and_what_to_do(name: str) -> None:
    with pytest.raises(ActionError, match="`main`") as caught:
        context(Event(ref_name="main")).values(frozenset({name}))
    assert "variables: tag=" in caught.value.hint


def test_a_failed_look_up_is_not_repeated() -> None:
    github = GitHub("There is no release v1.")
    run = context(Event(tag="v1"), github)
    for _ in range(2):
        with pytest.raises(ActionError, match="no release"):
            run.values(NAMES)
    assert github.asked == ["v1"]


@pytest.mark.parametrize("event", [Event(), Event(tag="v9.9.9")], ids=["no tag", "no release"])
def test_validation_goes_on_with_placeholders_and_one_notice(event: Event) -> None:
    run = context(event, GitHub("There is no release."), placeholders=True)
    values = run.values(NAMES)
    release = values["release"]
    assert isinstance(release, Mapping)
    assert set(release) == {
        "tag_name", "name", "title", "body", "html_url", "prerelease", "draft", "published_at", "author",
    }  # fmt: skip
    assert str(release["html_url"]).startswith("https://")
    assert len(run.notices) == 1
    assert "placeholders" in run.notices[0].message


OF_A_RUN = frozenset({"repository", "ref_name", "sha", "short_sha", "actor", "run_url"})
RUN = Event(repository="acme/rocket", ref_name="main", sha="abcdef0123", actor="ada", run_id="42")


@pytest.mark.parametrize("name", sorted(OF_A_RUN))
def test_what_only_a_workflow_says_is_never_published_as_a_hole(name: str) -> None:
    with pytest.raises(InvalidInputError, match=f"`{name}`") as caught:
        context().values(frozenset({name}))
    assert "At a terminal set GITHUB_" in caught.value.hint


@pytest.mark.parametrize("name", sorted(NAMES | OF_A_RUN))
def test_what_a_template_asks_about_first_may_be_missing(name: str) -> None:
    """One file for releases and for nightly builds: ``{{ tag | default(short_sha) }}``."""
    github = GitHub()
    values = context(Event(), github).values(frozenset({name}), frozenset({name}))
    assert name not in values
    assert github.asked == []
    with pytest.raises(InvalidInputError):
        context().values(NAMES | OF_A_RUN, frozenset({name}))


def test_what_a_template_asks_about_is_looked_up_where_there_is_a_tag() -> None:
    """A release that cannot be had is no reason to announce something else."""
    run = context(Event(tag="v1"), GitHub("GitHub is down."))
    with pytest.raises(ActionError, match="down"):
        run.values(frozenset({"release"}), frozenset({"release"}))


def test_everything_that_is_missing_is_reported_together() -> None:
    with pytest.raises(InvalidInputError) as caught:
        context(Event(repository="acme/rocket")).values(NAMES | OF_A_RUN)
    tag, run = caught.value.problems
    assert "a tag or a release" in tag.message
    assert "`actor`, `ref_name`, `run_url`, `sha`, `short_sha`," in run.message
    assert "GITHUB_RUN_ID" in run.hint


def test_a_workflow_has_all_of_it_and_a_variable_can_say_it_on_a_desk() -> None:
    for placeholders in (False, True):
        run = context(RUN, placeholders=placeholders)
        values = run.values(OF_A_RUN)
        assert values["repository"]["name"] == "rocket"  # type: ignore[index]
        assert (values["short_sha"], values["actor"]) == ("abcdef0", "ada")
        assert values["run_url"] == "https://github.com/acme/rocket/actions/runs/42"
        assert [one.message[:24] for one in run.notices] == ["The posts depend on the "] * placeholders


def test_validation_on_a_desk_has_placeholders_of_the_usual_length_and_one_notice() -> None:
    """A length without them is too short: what fits at a terminal would not fit in the workflow."""
    run = context(placeholders=True)
    values = run.values(NAMES | OF_A_RUN)
    real = context(RUN, placeholders=True).values(OF_A_RUN)
    assert len(str(values["sha"])) == len("da39a3ee5e6b4b0d3255bfef95601890afd80709")
    assert len(str(values["actor"])) >= len("octocat")
    assert set(values["repository"]) == set(real["repository"])  # type: ignore[call-overload]
    assert all(values["repository"].values())  # type: ignore[attr-defined]
    assert str(values["run_url"]).startswith("https://github.com/")
    assert [notice.message.partition(":")[0] for notice in run.notices] == [
        "No workflow runs here. There is no tag yet"
    ]
    assert all(f"`{name}`" in run.notices[0].message for name in NAMES | OF_A_RUN)


def test_the_notice_names_only_what_a_template_asked_for() -> None:
    run = context(placeholders=True)
    run.values(frozenset({"actor"}))
    assert "stand for `actor` in" in run.notices[0].message
