"""The event is read whatever it looks like, and never leads to a wrong tag, a wrong mode or a second post."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publer_publish.github.event import Event, read_event, release_fields, tag_context

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC).timestamp()
FIELDS = ["tag_name", "name", "title", "body", "html_url", "prerelease", "draft", "published_at", "author"]


def event(tmp_path: Path, payload: Any, **env: str) -> Event:
    file = tmp_path / "event.json"
    file.write_bytes(payload if isinstance(payload, bytes) else json.dumps(payload).encode())
    return read_event(
        {"GITHUB_EVENT_PATH": str(file), "GITHUB_REPOSITORY": "octo-org/octo-repo", **env}, now=NOW
    )


def at(hour: int) -> float:
    return datetime(2026, 11, 23, hour, tzinfo=UTC).timestamp()


def test_variables_are_read(tmp_path: Path) -> None:
    seen = event(
        tmp_path,
        {},
        GITHUB_EVENT_NAME="push",
        GITHUB_SERVER_URL="https://ghes.example/",
        GITHUB_API_URL="https://ghes.example/api/v3/",
        GITHUB_REF="refs/heads/main",
        GITHUB_REF_NAME="main",
        GITHUB_REF_TYPE="branch",
        GITHUB_SHA="0123456789abcdef",
        GITHUB_ACTOR="mona",
        GITHUB_RUN_ID="42",
        GITHUB_RUN_ATTEMPT="3",
        GITHUB_WORKSPACE="/github/workspace",
    )
    assert (seen.server_url, seen.api_url) == ("https://ghes.example", "https://ghes.example/api/v3")
    assert (seen.ref_name, seen.short_sha, seen.run_attempt, seen.tag) == ("main", "0123456", 3, None)
    assert seen.workspace == Path("/github/workspace")
    assert seen.template_context() == {
        "repository": {
            "full_name": "octo-org/octo-repo",
            "name": "octo-repo",
            "owner": "octo-org",
            "html_url": "https://ghes.example/octo-org/octo-repo",
        },
        "ref_name": "main",
        "sha": "0123456789abcdef",
        "short_sha": "0123456",
        "actor": "mona",
        "run_url": "https://ghes.example/octo-org/octo-repo/actions/runs/42",
        "event": {},
    }


def test_a_rerun_has_the_same_run_url_so_that_its_text_is_the_same(tmp_path: Path) -> None:
    """A text that differs between attempts would not be recognised as posted already."""
    first = event(tmp_path, {}, GITHUB_RUN_ID="42", GITHUB_RUN_ATTEMPT="1")
    second = event(tmp_path, {}, GITHUB_RUN_ID="42", GITHUB_RUN_ATTEMPT="2")
    assert first.run_url == second.run_url


def test_nothing_at_all_is_a_desk() -> None:
    seen = read_event({}, now=NOW)
    assert seen == Event(workspace=Path.cwd())
    assert seen.run_url == ""
    assert seen.template_context() == {"event": {}}


@pytest.mark.parametrize("name", ["acme", "/rocket", "acme/"])
def test_a_repository_that_is_not_owner_and_name_has_no_fields(name: str) -> None:
    assert "repository" not in read_event({"GITHUB_REPOSITORY": name}, now=NOW).template_context()


@pytest.mark.parametrize(
    ("payload", "note"),
    [
        (b"", "readable JSON"),
        (b"{", "readable JSON"),
        (b"[" * 200_000, "readable JSON"),
        (b'{"a": ' + b"9" * 5000 + b"}", "readable JSON"),
        (b"[]", "JSON object"),
        (b"null", "JSON object"),
    ],
)
def test_a_payload_that_cannot_be_read_is_an_empty_one(tmp_path: Path, payload: bytes, note: str) -> None:
    seen = event(tmp_path, payload)
    assert seen.payload == {}
    assert note in seen.payload_note


def test_a_payload_file_that_is_none(tmp_path: Path) -> None:
    for name in ("missing", "."):
        assert read_event({"GITHUB_EVENT_PATH": str(tmp_path / name)}, now=NOW).payload_note


def test_a_payload_with_odd_bytes_becomes_text_that_can_be_sent(tmp_path: Path) -> None:
    payload = event(tmp_path, b'\xef\xbb\xbf{"title": "\xff \\ud83d", "list": ["\\ude00"]}').payload
    json.dumps(payload, ensure_ascii=False).encode()
    assert payload["title"] == "\ufffd \ufffd"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "release",
                    "repository",
                    "pull_request",
                    "head",
                    "repo",
                    "full_name",
                    "tag_name",
                    "pushed_at",
                    "author",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(payload=JSON, name=st.sampled_from(["release", "pull_request", "push", ""]))
def test_no_payload_is_beyond_reading(
    tmp_path_factory: pytest.TempPathFactory, payload: Any, name: str
) -> None:
    """Keys may be missing, null or of any other type."""
    file = tmp_path_factory.getbasetemp() / "event.json"
    file.write_text(json.dumps(payload))
    seen = read_event({"GITHUB_EVENT_PATH": str(file), "GITHUB_EVENT_NAME": name}, now=NOW)
    seen.template_context()
    assert seen.release is None or list(seen.release) == FIELDS
    assert seen.happened_at is None or seen.happened_at <= NOW


def test_a_schedule_has_no_repository_in_its_payload(tmp_path: Path) -> None:
    seen = event(tmp_path, {"schedule": "0 9 * * *"}, GITHUB_EVENT_NAME="schedule")
    assert seen.repository == "octo-org/octo-repo"
    assert (seen.happened_at, seen.release, seen.tag) == (None, None, None)


@pytest.mark.parametrize("value", ["", "0", "-1", "x", "1e3", "²", "9" * 5000])
def test_an_odd_attempt_is_the_first(value: str) -> None:
    assert read_event({"GITHUB_RUN_ATTEMPT": value}, now=NOW).run_attempt == 1


# Tags and releases


def test_a_release_from_the_event_has_exactly_the_fields_that_templates_know(tmp_path: Path) -> None:
    release: dict[str, Any] = {
        "tag_name": "v2.0",
        "name": None,
        "body": None,
        "author": {"login": "mona"},
        "draft": "yes",
        "assets": [],
    }
    seen = event(tmp_path, {"release": release}, GITHUB_EVENT_NAME="release", GITHUB_REF="refs/tags/v2.0")
    assert seen.release == {
        "tag_name": "v2.0",
        "name": "v2.0",
        "title": "",
        "body": "",
        "html_url": "",
        "prerelease": False,
        "draft": False,
        "published_at": "",
        "author": "mona",
    }
    assert list(release_fields({})) == FIELDS
    assert seen.tag == "v2.0"


@pytest.mark.parametrize(
    ("env", "payload", "tag"),
    [
        ({"GITHUB_REF": "refs/tags/a/b"}, {}, "a/b"),
        ({"GITHUB_REF": "refs/heads/v1"}, {}, None),
        (
            {"GITHUB_REF": "refs/heads/main", "GITHUB_EVENT_NAME": "release"},
            {"release": {"tag_name": "v3"}},
            "v3",
        ),
        (
            {"GITHUB_REF": "refs/heads/main", "GITHUB_EVENT_NAME": "push"},
            {"release": {"tag_name": "v3"}},
            None,
        ),
        ({"GITHUB_REF": "refs/pull/7/merge", "GITHUB_EVENT_NAME": "pull_request"}, {}, None),
    ],
)
def test_the_tag_is_the_one_being_built_or_released(
    tmp_path: Path, env: dict[str, str], payload: Any, tag: str | None
) -> None:
    seen = event(tmp_path, payload, **env)
    assert seen.tag == tag
    assert ("tag" in seen.template_context()) == (tag is not None)


@pytest.mark.parametrize(
    ("tag", "version"),
    [
        *((tag, "1.2.3") for tag in ("v1.2.3", "1.2.3", "pkg-v1.2.3", "pkg/v1.2.3", "pkg@1.2.3")),
        *((tag, "1.2.3") for tag in ("@scope/pkg@1.2.3", "my-pkg-1.2.3", "release/1.2.3", "py3.11-v1.2.3")),
        *(("v1.0.0-rc.1+build.5", "1.0.0-rc.1+build.5"), ("pkg@2.0.0-next.1", "2.0.0-next.1"), ("V2", "2")),
        *((tag, tag) for tag in ("1.0", "version-1", "nightly", "nightly-20261101", "v", "")),
    ],
)
def test_the_version_is_the_number_in_the_tag(tag: str, version: str) -> None:
    assert tag_context(tag) == {"tag": tag, "version": version}


@pytest.mark.parametrize(
    ("name", "tag", "title"),
    [
        ("Rocket learns maps", "v1.2.3", "Rocket learns maps"),
        *((name, "v1.2.3", "") for name in ("v1.2.3", "1.2.3", "Release 1.2.3", "Version v1.2.3", "", None)),
        ("@acme/rocket@1.2.3", "@acme/rocket@1.2.3", ""),
    ],
)
def test_a_title_says_more_than_the_version(name: str | None, tag: str, title: str) -> None:
    fields = release_fields({"name": name, "tag_name": tag})
    assert (fields["name"], fields["title"]) == (name or tag, title)


# Modes and secrets


@pytest.mark.parametrize(
    ("name", "validates"),
    [
        ("pull_request", True),
        ("pull_request_target", True),
        ("merge_group", True),
        ("push", False),
        ("release", False),
        ("pull_request_review", True),
        ("", False),
    ],
)
def test_a_proposed_change_is_only_validated(tmp_path: Path, name: str, validates: bool) -> None:
    assert event(tmp_path, {}, GITHUB_EVENT_NAME=name).default_mode_is_validate is validates


def pull_request(head: Any) -> dict[str, Any]:
    return {"pull_request": {"head": {"repo": head}}}


@pytest.mark.parametrize(
    ("name", "payload", "actor", "reason"),
    [
        ("pull_request", pull_request({"full_name": "stranger/fork"}), "mona", "the fork stranger/fork"),
        ("pull_request", pull_request(None), "mona", "a fork that no longer exists"),
        ("pull_request", pull_request({"full_name": "Octo-Org/octo-repo"}), "mona", ""),
        ("pull_request_target", pull_request({"full_name": "stranger/fork"}), "mona", ""),
        ("push", {}, "dependabot[bot]", "Dependabot"),
        (
            "pull_request_target",
            pull_request({"full_name": "octo-org/octo-repo"}),
            "dependabot[bot]",
            "Dependabot",
        ),
        ("push", {}, "mona", ""),
    ],
)
def test_a_run_without_secrets_says_why(
    tmp_path: Path, name: str, payload: Any, actor: str, reason: str
) -> None:
    seen = event(tmp_path, payload, GITHUB_EVENT_NAME=name, GITHUB_ACTOR=actor)
    assert bool(seen.no_secrets_reason) is bool(reason)
    assert reason in seen.no_secrets_reason


# When it happened


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({"release": {"published_at": "2026-11-23T10:00:00Z"}}, at(10)),
        ({"release": {"published_at": "2026-11-23T12:00:00+02:00"}}, at(10)),
        ({"repository": {"pushed_at": int(at(9))}}, at(9)),
        (
            {
                "repository": {"pushed_at": "2026-11-23T09:00:00Z"},
                "pull_request": {"merged_at": "2026-11-23T11:00:00Z"},
            },
            at(11),
        ),
        ({"workflow_run": {"run_started_at": "2026-11-23T08:00:00Z"}}, at(8)),
        ({"release": {"published_at": "2026-11-23T12:30:00Z"}}, NOW),
        ({"release": {"published_at": "2999-01-01T00:00:00Z"}}, None),
        ({"release": {"published_at": "1970-01-01T00:00:00Z"}}, None),
        ({"release": {"published_at": "yesterday"}}, None),
        ({"repository": {"pushed_at": True}}, None),
        ({"repository": {"pushed_at": 10**30}}, None),
        ({"repository": {"pushed_at": None}}, None),
    ],
)
def test_the_event_did_not_happen_before_its_newest_time(
    tmp_path: Path, payload: Any, expected: float | None
) -> None:
    assert event(tmp_path, payload).happened_at == expected


@pytest.mark.parametrize(
    "payload",
    [
        {"head_commit": {"timestamp": "2026-11-23T11:59:00Z"}},
        {"release": {"created_at": "2026-11-23T11:59:00Z"}},
        {"workflow_run": {"head_commit": {"timestamp": "2026-11-23T11:59:00Z"}}},
    ],
)
def test_a_time_that_a_committer_wrote_is_not_believed(tmp_path: Path, payload: Any) -> None:
    """One ahead of time would hide the first attempt's posts from a re-run, which would post them twice."""
    payload["repository"] = {"pushed_at": int(at(9))}
    assert event(tmp_path, payload).happened_at == at(9)
