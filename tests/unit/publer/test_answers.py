"""Promise: every documented and observed form of Publer's lists is read; anything else is an expected error."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publer_publish.errors import ServiceError
from publer_publish.publer.answers import (
    read_accounts,
    read_media,
    read_media_options,
    read_posts,
    read_user,
    read_workspaces,
    time_of,
)
from publer_publish.publer.errors import LostError
from publer_publish.publer.model import Account, Album, ListedPost, User, Workspace

ACCOUNT = {"id": "66db83154e299efa19a2d8eb", "provider": "linkedin", "name": "Acme Inc", "type": "in_page"}
READ = Account(id="66db83154e299efa19a2d8eb", provider="linkedin", name="Acme Inc", type="in_page")


@pytest.mark.parametrize(
    "wrap",
    [
        lambda items, name: items,
        lambda items, name: {name: items},
        lambda items, name: {"data": items},
        lambda items, name: {"success": True, "data": {name: items}},
    ],
    ids=["bare", "named", "data", "data and named"],
)
def test_every_envelope_of_a_list(wrap: Any) -> None:
    """2 and 2.1"""
    assert read_accounts(wrap([ACCOUNT], "accounts")) == (READ,)
    assert read_accounts(wrap([], "accounts")) == ()
    plain = {"id": "w", "name": "Team", "plan": "business"}
    assert read_workspaces(wrap([plain], "workspaces")) == (Workspace(id="w", name="Team", plan="business"),)
    assert [post.id for post in read_posts(wrap([{"id": 7}], "posts")).posts] == ["7"]


@pytest.mark.parametrize(
    "body",
    [
        None,
        {},
        7,
        "x",
        {"accounts": None},
        {"accounts": {}},
        {"data": "x"},
        [None],
        ["x"],
        {"errors": ["No"]},
    ],
    ids=repr,
)
@pytest.mark.parametrize("read", [read_accounts, read_workspaces, read_posts])
def test_what_is_no_list_is_lost(read: Any, body: Any) -> None:
    """An unreadable list must not pass for an empty one: the post looked for might be in it."""
    with pytest.raises(LostError):
        read(body)


@pytest.mark.parametrize(
    ("fields", "provider"),
    [
        ({"provider": "twitter", "type": "twitter"}, "twitter"),
        ({"provider": " LinkedIn ", "type": "in_page"}, "linkedin"),
        ({"type": "fb_page"}, "facebook"),
        ({"type": "ig_business"}, "instagram"),
        ({"type": "in_profile"}, "linkedin"),
        ({"type": "pin_personal"}, "pinterest"),
        ({"type": "wordpress_oauth"}, "wordpress"),
        ({"type": "mastodon"}, "mastodon"),
        ({"provider": None, "type": "threads"}, "threads"),
        ({"type": "page"}, ""),
        ({}, ""),
        ({"provider": 7, "type": []}, ""),
    ],
    ids=repr,
)
def test_the_provider_is_taken_from_the_type_where_it_is_missing(fields: Any, provider: str) -> None:
    """2.1"""
    assert read_accounts([{"id": "a", **fields}])[0].provider == provider


def test_ids_are_text() -> None:
    assert [
        account.id for account in read_accounts([{"id": 17}, {"id": "x"}, {"id": True}, {"id": None}, {}])
    ] == ["17", "x"]


@pytest.mark.parametrize(
    ("status", "trouble"),
    [
        ("disconnected", "disconnected"),
        ("Needs reauth", "Needs reauth"),
        ("active", ""),
        ("", ""),
        (None, ""),
        (3, ""),
        ("new word", ""),
    ],
)
def test_a_broken_account_is_said_only_where_publer_says_it_plainly(status: Any, trouble: str) -> None:
    assert read_accounts([{**ACCOUNT, "status": status}])[0].trouble == trouble


def test_publer_lists_the_boards_of_pinterest_with_the_account_or_among_its_media_options() -> None:
    listed = [{"id": 12, "name": "Releases", "type": "board"}, {"name": "without an id"}, "odd"]
    boards = (Album(id="12", name="Releases"),)
    assert read_accounts([{**ACCOUNT, "albums": listed}])[0].albums == boards
    assert read_media_options([{"id": "a", "albums": listed}, {"id": "b"}]) == {"a": boards, "b": ()}


def test_names_are_one_visible_line() -> None:
    assert read_accounts([{"id": "a", "name": "A\n::error::b\u202e"}])[0].name == "A ::error::b\ufffd"


@pytest.mark.parametrize(
    "wrap", [lambda x: x, lambda x: {"user": x}, lambda x: {"data": x}, lambda x: {"data": {"user": x}}]
)
def test_the_user(wrap: Any) -> None:
    assert read_user(wrap({"id": "u", "name": "Ada", "email": "ada@example.com"})) == User(
        id="u", name="Ada", email="ada@example.com"
    )


@pytest.mark.parametrize("body", [None, [], {}, {"id": None}, {"error": "x"}], ids=repr)
def test_no_user_is_lost(body: Any) -> None:
    with pytest.raises(LostError):
        read_user(body)


def test_a_post_in_full() -> None:
    """8.1"""
    page = read_posts(
        {
            "posts": [
                {
                    "id": 12,
                    "text": "Hello\nworld",
                    "url": "https://example.com/a",
                    "state": "published",
                    "type": "status",
                    "account_id": "a1",
                    "user": {"id": "u"},
                    "scheduled_at": "2026-11-01T10:00:00+00:00",
                    "published_at": "2026-11-01T10:00:30+00:00",
                    "post_link": "https://x.com/1",
                    "network": "twitter",
                }
            ],
            "total": 41,
            "page": 0,
            "per_page": 20,
            "total_pages": 3,
        }
    )
    assert page.total_pages == 3
    assert page.posts == (
        ListedPost(
            id="12",
            account_id="a1",
            state="published",
            text="Hello\nworld",
            type="status",
            link="https://x.com/1",
            url="https://example.com/a",
            at=datetime(2026, 11, 1, 10, 0, 30, tzinfo=UTC).timestamp(),
        ),
    )


@pytest.mark.parametrize("name", ["total", "total_pages"])
@pytest.mark.parametrize(("said", "read"), [(3, 3), (0, 0), (-1, None), (True, None), (None, None)])
def test_what_publer_counts_is_read_where_it_is_a_number(name: str, said: Any, read: int | None) -> None:
    assert getattr(read_posts({"posts": [], name: said}), name) == read
    assert getattr(read_posts({"data": {"posts": [], name: said}}), name) == read


def test_a_row_that_was_imported_from_the_network_is_known_as_such() -> None:
    rows = [{"id": "1", "source": source} for source in ("sync", "post_now", "schedule", None)]
    assert [post.imported for post in read_posts(rows).posts] == [True, False, False, False]


@pytest.mark.parametrize(
    "row", [{"error": "No"}, {"details": {"error": "No"}}, {"details": {"error": {"message": "No"}}}]
)
def test_publers_sentence_about_a_listed_post_is_read_from_its_details_too(row: dict[str, Any]) -> None:
    assert read_posts([{"id": "1", **row}]).posts[0].error == "No"


NINE = datetime(2025, 8, 17, 14, 19, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("2025-08-17T16:19+02:00", NINE),
        ("2025-08-17T16:19:00+02:00", NINE),
        ("2025-08-17T14:19:00Z", NINE),
        ("2025-08-17T14:19:00.000Z", NINE),
        ("2025-08-17T14:19:00", NINE),
        ("", None),
        ("yesterday", None),
        (None, None),
        (True, None),
        (-5, None),
        (10**400, None),
        (float("inf"), None),
        ([], None),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_times(written: Any, seconds: float | None) -> None:
    """1: with offset, with minutes only; without an offset it is UTC."""
    assert time_of(written) == seconds


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"published_at": "2025-08-17T14:19Z", "scheduled_at": "2025-08-18T14:19Z"}, NINE),
        (
            {"published_at": None, "scheduled_at": "2025-08-17T14:19Z", "created_at": "2025-08-01T14:19Z"},
            NINE,
        ),
        ({"created_at": "2025-08-17T14:19Z"}, NINE),
        ({}, None),
    ],
)
def test_a_posts_time_is_when_it_went_out_or_is_due(fields: Any, expected: float | None) -> None:
    assert read_posts([{"id": "p", **fields}]).posts[0].at == expected


@pytest.mark.parametrize("wrap", [lambda x: x, lambda x: {"data": x}, lambda x: {"media": x}])
def test_an_uploaded_file_is_passed_on_as_publer_sent_it(wrap: Any) -> None:
    """6.1"""
    sent = {"id": 5, "type": "video", "path": "p", "thumbnails": [{"id": 1}]}
    assert read_media(wrap(sent)) == {**sent, "id": "5"}


def test_a_file_that_publer_did_not_keep() -> None:
    with pytest.raises(ServiceError, match="Unsupported format"):
        read_media({"error": "Unsupported format"})
    with pytest.raises(LostError):
        read_media({})


KEYS = [
    "data",
    "user",
    "accounts",
    "workspaces",
    "posts",
    "media",
    "id",
    "name",
    "plan",
    "account",
    "type",
    "status",
    "provider",
    "total_pages",
    "total",
    "per_page",
    "published_at",
    "post_link",
    "error",
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(KEYS),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@pytest.mark.parametrize("read", [read_user, read_workspaces, read_accounts, read_posts, read_media])
@given(body=JSON)
def test_any_json_gives_a_value_or_an_expected_error(read: Any, body: Any) -> None:
    try:
        result = read(body)
    except ServiceError as error:
        result = error
    assert result is not None
