"""Promise: what a network would not take is reported once, at its place, with a cure that works."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from publer_publish.errors import Problem, Problems, Severity
from publer_publish.post.checks import Checks
from publer_publish.post.draft import Draft
from publer_publish.post.load import Options, load, named_networks
from publer_publish.workspace import Workspace
from tests.support.context import Context

ROOT = Path(__file__).parents[3]
PICTURE = {"file": "examples/media/card.png", "alt_text": "A blue card"}
DOCUMENT = {"file": "examples/media/slides.pdf"}


def problems_of(post: Mapping[str, Any]) -> list[Problem]:
    """Give everything that ``validate`` says about a post: of the file, then of each network's content."""
    problems = Problems()
    for draft in drafts_of(post, problems):
        for network in named_networks(draft)[0]:
            draft.content(network)
    return list(problems)


def drafts_of(post: Mapping[str, Any], problems: Problems) -> tuple[Draft, ...]:
    options = Options(context=Context(), checks=Checks(Workspace(ROOT)))
    return load([("post.json", json.dumps(post).encode())], "", options, problems).drafts


def told(post: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(problem.where.shown_path, problem.message) for problem in problems_of(post)]


def on(network: str, own: Any = None, **post: Any) -> dict[str, Any]:
    """Make a post for one network."""
    networks = {} if own is None else {"networks": {network: own}}
    return {"text": "Hi", "accounts": [f"{network}/*"], **networks, **post}


@pytest.mark.parametrize(
    ("post", "path"),
    [
        ({"text": "Hi", "acounts": ["twitter/*"]}, "acounts"),
        ({"Text": "Hi", "accounts": ["twitter/*"]}, "Text"),
        ({"txt": "Hi", "accounts": ["twitter/*", "linkedin/*"]}, "txt"),
        ({"text": 2.0, "accounts": ["twitter/*"]}, "text"),
        ({"text": None, "accounts": ["twitter/*"]}, "text"),
        ({"accounts": ["twitter/*"]}, ""),
        ({"posts": [{"text": "Hi"}], "accounts": ["twitter/*"]}, "accounts"),
        ({"text": "Hi", "accounts": ["twitter/*", ""]}, "accounts[1]"),
        ({"text": "Hi", "image": "card.png", "accounts": ["instagram/*"]}, "image"),
        ({"text": "Hi", "networks": {"y": {"options": ["a"]}}, "accounts": ["twitter/*"]}, "networks.y"),
        (on("instagram", media=5), "media"),
        (on("instagram", media=[5]), "media[0]"),
        (on("twitter", media=[{"url": "card.png"}]), "media[0].url"),
        (on("facebook", {"type": "link", "link": "https://example.com"}), "networks.facebook.link"),
        (on("facebook", {"type": "poll"}), "networks.facebook.type"),
        (on("twitter", {"type": "thread"}), "networks.twitter.type"),
        (on("instagram", {"url": "https://example.com"}, media=[PICTURE]), "networks.instagram.url"),
        (on("twitter", {"options": ["a", "b", "c", "d", "e"], "duration": 1}), "networks.twitter.options"),
        (on("mastodon", {"options": ["a", "b", "c", "d", "e"], "duration": 1}), "networks.mastodon.options"),
        (on("linkedin", title="Slides", media=[DOCUMENT]), "title"),
    ],
)
def test_one_mistake_is_reported_once_and_not_what_follows_from_it(post: dict[str, Any], path: str) -> None:
    assert [where for where, _ in told(post)] == [path]


def test_a_mistake_beside_another_is_reported_as_well() -> None:
    both = {"txt": "Hi", "accounts": ["twitter/*", "instagram/*"]}
    assert told(both) == [
        ("txt", 'Unknown key "txt".'),
        ("", "Instagram takes no text-only posts."),
    ]
    poll = {"type": "poll", "options": ["a", "b", 5], "duration": 1}
    assert told(on("linkedin", poll)) == [
        ("networks.linkedin.options[2]", '"options[2]" must be text, but 5 is a number.'),
        ("networks.linkedin.type", "A post of type poll on LinkedIn needs `question`."),
    ]


@pytest.mark.parametrize("account", ["twitter/*", "*"])
def test_a_missing_file_is_reported_also_beside_a_text_that_is_wrong(account: str) -> None:
    post = {"text": "{{ tagg }}", "media": ["no.png"], "comments": [{"media": ["no2.png"]}]}
    problems = Problems()
    for draft in drafts_of({**post, "accounts": [account]}, problems):
        draft.content("twitter") if account == "twitter/*" else draft.check_shared()
    assert [one.where.shown_path for one in problems] == ["text", "media[0]", "comments[0].media[0]"]


def cure(post: Mapping[str, Any]) -> tuple[str, str]:
    """Give message and hint of the only problem of a post."""
    (problem,) = problems_of(post)
    return problem.message, problem.hint


def test_the_cure_for_a_missing_field_names_a_place_that_takes_it() -> None:
    assert cure(on("youtube", media=[{"file": "examples/media/demo.mp4"}])) == (
        "A post of type video on YouTube needs a `title`.",
        "Add it under `networks.youtube`.",
    )
    assert cure(on("facebook", {"type": "photo"})) == (
        "A post of type photo on Facebook needs a picture or a video (`media`).",
        "Add it to the post, or under `networks.facebook`.",
    )


def test_the_title_of_the_only_media_item_is_that_of_the_post_where_one_is_needed() -> None:
    titled = {**DOCUMENT, "title": "Acme 2.0"}
    assert problems_of(on("linkedin", media=[titled])) == []
    assert problems_of(on("linkedin", {"title": "Other"}, media=[titled])) == []
    for own, title in ((None, "Acme 2.0"), ({"title": "Other"}, "Other")):
        (draft,) = drafts_of(on("linkedin", own, media=[titled]), Problems())
        content = draft.content("linkedin")
        assert content is not None
        assert content.fields["title"] == title


def test_a_text_of_its_own_that_is_empty_is_not_called_missing() -> None:
    assert cure(on("twitter", {"text": ""})) == (
        "There is nothing for X: `networks.twitter.text` is empty.",
        "Fill it, or remove it: the post's own is used only where the network has none.",
    )


@pytest.mark.parametrize(
    ("item", "message", "hint"),
    [
        ({"file": "https://example.com/a.png"}, "an address, not a file", "Write `url:` instead of `file:`."),
        ({"id": "media/card.png"}, "not the id of a file", "Write `file:` instead of `id:`."),
        ({"id": "the card"}, "not the id of a file", "Write `file:` instead of `id:`."),
        ({"id": "https://example.com/a.png"}, "not the id of a file", "Write `url:` instead of `id:`."),
        (
            {"file": "examples/media/demo.mp4", "thumbnail": "examples/media/card.png"},
            '"thumbnail" is not allowed: as a text',
            "Write a media item, such as thumbnail: { file: docs/cover.jpg }.",
        ),
        (
            {"url": "https://example.com/a.mp4", "thumbnail": "https://example.com/a.png"},
            '"thumbnail" is not allowed: as a text',
            "Write a media item, such as thumbnail: { file: docs/cover.jpg }.",
        ),
    ],
)
def test_what_a_media_item_takes_for_something_else_is_reported(
    item: dict[str, Any], message: str, hint: str
) -> None:
    said, cured = cure(on("telegram", media=[{"alt_text": "A card", **item}]))
    assert message in said
    assert cured == hint


def test_publers_own_form_of_a_video_keeps_its_thumbnail() -> None:
    video = {"id": "66db83154e299efa19a2d8ec", "type": "video", "thumbnail": "https://example.com/a.jpg"}
    assert problems_of(on("facebook", media=[video])) == []
    comment = {"text": "Hi", "media": {"type": "video", "path": "a.mp4", "thumbnail": "a.jpg"}}
    assert problems_of(on("facebook", comments=[comment])) == []


@pytest.mark.parametrize("url", ["https://", "https://exa mple.com", "https://a.example/ b", "https:///a"])
def test_an_address_is_whole_and_without_spaces_in_a_link_as_in_media(url: str) -> None:
    assert "must be a whole URL" in cure(on("facebook", {"url": url}))[0]
    assert "must be a whole URL" in cure(on("facebook", {"link": {"url": url}}))[0]
    assert "must be a whole URL" in cure(on("facebook", media=[{"url": url}]))[0]


def test_white_space_at_the_ends_of_a_value_is_no_part_of_it() -> None:
    """In YAML, ``url: >`` and the address on the line below it end with a line end."""
    post = on(
        "facebook",
        {"url": " https://a.example/\n"},
        media=[{"url": "https://a.example/b.png\n", "alt_text": "A"}],
    )
    assert problems_of(post) == []


def test_a_poll_where_there_is_none_names_the_networks_that_have_one() -> None:
    for network in ("facebook", "threads"):
        options, duration = problems_of(on(network, {"options": ["a", "b"], "duration": 1}))
        assert options.message == f'Unknown key "options" in {network}.'
        assert "networks.twitter or networks.linkedin or networks.mastodon" in options.hint
        assert duration.message == f'Unknown key "duration" in {network}.'


@pytest.mark.parametrize(
    ("entry", "message", "hint"),
    [
        ({"id": "twitter/*", "comment": []}, 'Unknown key "comment".', 'Did you mean "comments"?'),
        ({"name": "twitter/Acme"}, 'Unknown key "name".', 'Did you mean "id"?'),
        (
            {"twitter": "Acme"},
            'Unknown key "twitter".',
            'Write the network and the name as one text: "twitter/Name".',
        ),
    ],
)
def test_what_is_near_is_meant_before_what_is_far(entry: dict[str, Any], message: str, hint: str) -> None:
    assert cure({"text": "Hi", "accounts": [entry]}) == (message, hint)


def test_comments_of_an_account_are_its_own_also_behind_an_entry_that_is_wrong() -> None:
    entries = ["nowhere/Acme", {"id": "twitter/A", "comments": ["Own"]}, {"id": "twitter/B", "comments": []}]
    (draft,) = drafts_of({"text": "Hi", "comments": ["Shared"], "accounts": entries}, Problems())
    contents = [draft.content("twitter", ref) for ref in draft.post.accounts]
    assert [[one.text for one in content.comments] for content in contents if content] == [["Own"], []]


def warnings_of(post: Mapping[str, Any]) -> list[str]:
    return [problem.message for problem in problems_of(post) if problem.severity is Severity.WARNING]


START = "2026-11-01T09:00:00+00:00"


@pytest.mark.parametrize(
    ("start", "end", "wrong"),
    [
        (START, "2026-11-01T18:00:00Z", {}),
        ("2026-11-01T09:00+01:00", "2026-11-01T09:00:00.5+01:00", {}),
        ("20261101T090000+0100", "2026-11-01t18:00z", {}),
        (" 2026-11-01T09:00:00+01\n", "2026-11-02T09:00:00Z", {}),
        ("next monday", START, {"start": '"start" is not a date with time and offset: "next monday".'}),
        (START, "2026-13-45", {"end": '"end" is not a date with time and offset: "2026-13-45".'}),
        (START, "2026-11-31T09:00:00Z", {"end": '"end" is not a date with time and offset: '}),
        (START, "2026-11-02T09:00:00", {"end": '"end" is not a date with time and offset: '}),
        (START, "2026-11-01T09:30:00+01:00", {"end": "The end is before the start."}),
        ("2026-11-01", "2026-11-02", {"start": '"start" is not a date', "end": '"end" is not a date'}),
    ],
)
def test_an_event_has_a_start_and_an_end_that_are_points_in_time(
    start: str, end: str, wrong: dict[str, str]
) -> None:
    own = {"type": "event", "details": {"title": "Acme", "start": start, "end": end}}
    event = on("google", own, media=[PICTURE])
    found = told(event)
    assert [path.rpartition(".")[2] for path, _ in found] == list(wrong)
    assert all(message.startswith(wrong[path.rpartition(".")[2]]) for path, message in found)


@pytest.mark.parametrize(
    ("network", "days", "known"),
    [
        ("twitter", 24, "1 to 7 are known"),
        ("mastodon", 8, "1 to 7 are known"),
        ("linkedin", 2, "1, 3, 7 and 14 are known"),
    ],
)
def test_a_length_of_a_poll_that_publer_does_not_forbid_is_a_warning_that_sounds_like_one(
    network: str, days: int, known: str
) -> None:
    poll = {"question": "Which?"} if network == "linkedin" else {}
    (problem,) = problems_of(on(network, {**poll, "options": ["a", "b"], "duration": days}))
    assert problem.severity is Severity.WARNING
    assert problem.message.startswith(f"A poll of {days} days is not known on ")
    assert known in problem.hint


def test_comments_where_publer_documents_none_are_a_warning() -> None:
    for network in ("facebook", "twitter", "linkedin", "mastodon", "threads", "bluesky"):
        assert problems_of(on(network, comments=["First"])) == []
    for network, label in (("telegram", "Telegram"), ("google", "Google Business")):
        post = on(network, comments=["First", "Second"])
        assert warnings_of(post) == [
            f"Publer documents no comments on {label}: the post goes out there without."
        ]
        (problem,) = problems_of(post)
        assert f"{{ id: {network}/*, comments: [] }}" in problem.hint
        assert problem.where.shown_path == "comments[0]"
    for network in ("instagram", "pinterest"):
        assert len(warnings_of(on(network, media=[PICTURE], comments=["First"]))) == 1


@pytest.mark.parametrize("post_type", ["event", "offer"])
@pytest.mark.parametrize("below", [False, True])
def test_publer_shows_no_event_and_no_offer_without_a_picture(post_type: str, *, below: bool) -> None:
    own = {"details": {"title": "A", "start": START, "end": START}}
    if below:
        own["details"]["type"] = post_type
    assert told(on("google", own if below else {**own, "type": post_type})) == [
        (
            "networks.google" if below else "networks.google.type",
            f"A post of type {post_type} on Google Business needs a picture or a video (`media`).",
        )
    ]


def test_publer_shows_google_one_picture_and_neither_a_video_nor_a_link() -> None:
    video = {"url": "https://example.com/a.mp4"}
    assert [message for _, message in told(on("google", media=[PICTURE, PICTURE]))] == [
        "Google Business takes at most 1 photo in a post; these are 2."
    ]
    assert [message for _, message in told(on("google", media=[video]))] == [
        "Google Business takes no video: 'https://example.com/a.mp4'."
    ]
    for own in ({"type": "link", "url": "https://example.com"}, {"link": {"url": "https://example.com"}}):
        assert [problem.severity for problem in problems_of(on("google", own))] == [Severity.ERROR]


def test_a_carousel_on_facebook_is_one_of_links() -> None:
    post = on("facebook", {"type": "carousel"}, media=[PICTURE])
    assert [problem.message for problem in problems_of(post) if problem.severity is Severity.ERROR] == [
        "Facebook takes no media in a post of type carousel.",
        "A post of type carousel on Facebook needs `sublinks`.",
    ]


@pytest.mark.parametrize("network", ["instagram", "tiktok"])
def test_slides_that_nobody_was_seen_to_publish_are_refused_with_a_cure(network: str) -> None:
    own = {"title": "T", "carouselOptions": {"slides": [{"media_id": "1"}]}}
    own = own if network == "tiktok" else {"carouselOptions": own["carouselOptions"]}
    (problem,) = problems_of(on(network, own, media=[PICTURE]))
    assert (problem.severity, problem.where.path[-1]) == (Severity.ERROR, "carouselOptions")
    assert "List the pictures under media" in problem.hint


def test_media_of_a_comment_without_an_address_are_refused_with_a_cure() -> None:
    medium = {"id": "66db83154e299efa19a2d8df", "type": "photo", "alt_text": "A"}
    (problem,) = problems_of(on("bluesky", comments=[{"text": "First", "media": medium}]))
    assert problem.severity is Severity.ERROR
    assert "Write `file:` or `url:` instead" in problem.hint
    with_path = {**medium, "path": "https://cdn.publer.example/a.png"}
    assert problems_of(on("bluesky", comments=[{"text": "First", "media": with_path}])) == []


@pytest.mark.parametrize(
    ("own", "accounts", "needs_one"),
    [
        ({}, ["pinterest/*"], True),
        ({"board": " "}, ["pinterest/*"], True),
        ({"board": "Releases"}, ["pinterest/*"], False),
        ({"boardId": "1"}, ["pinterest/*"], False),
        ({"board_id": "1"}, ["pinterest/*"], False),
        ({"album_id": "1"}, ["pinterest/*"], False),
        ({}, [{"id": "pinterest/Acme", "album_id": "1"}], False),
        ({}, [{"id": "pinterest/Acme", "album_id": "1"}, "pinterest/Other"], True),
        ({}, [{"id": "pinterest/Acme", "album_id": "1"}, "twitter/*"], False),
        ({}, ["66db83154e299efa19a2d8eb"], True),
        ({}, ["*"], True),
        ({}, ["66db83154e299efa19a2d8eb", {"id": "pinterest/Acme", "album_id": "1"}], False),
    ],
)
def test_publer_refuses_a_pin_without_a_board(own: Any, accounts: list[Any], *, needs_one: bool) -> None:
    post = {"text": "Hi", "media": [PICTURE], "accounts": accounts, "networks": {"pinterest": own}}
    found = [problem for problem in problems_of(post) if "board" in problem.message]
    assert [problem.message for problem in found] == ["A post on Pinterest needs a board."] * needs_one
    assert all("`mode: doctor` lists the boards" in problem.hint for problem in found)


PERIOD = {"start": START, "end": "2026-11-02T09:00:00Z"}


@pytest.mark.parametrize(
    ("own", "lacks", "field"),
    [
        ({"type": "event", "title": "LEARN_MORE", "details": PERIOD}, "type event", "`details.title`"),
        ({"type": "offer", "details": {"coupon": "ACME20"}}, "type offer", "`details.title`"),
        ({"type": "event", "details": {"title": "A", "end": START}}, "type event", "`details.start`"),
    ],
)
def test_an_event_and_an_offer_have_a_title_of_their_own(own: Any, lacks: str, field: str) -> None:
    expected = f"A post of {lacks} on Google Business needs {field}."
    assert [message for _, message in told(on("google", own, media=[PICTURE]))] == [expected]
    # The form that Publer's pages show: a photo whose details say what it is.
    details = {**own["details"], "type": own["type"]}
    as_photo = {**own, "type": "photo", "details": details}
    assert [message for _, message in told(on("google", as_photo, media=[PICTURE]))] == [expected]


def test_the_preview_of_a_link_has_all_that_publers_pages_show() -> None:
    link = {
        "url": "https://example.com", "provider_display": "example.com", "title": "T", "description": "D",
        "images": ["https://example.com/a.png"], "default_image": 0, "call_to_action": "LEARN_MORE",
    }  # fmt: skip
    assert problems_of(on("facebook", {"link": link})) == []


@pytest.mark.parametrize("network", ["twitter", "linkedin", "mastodon"])
def test_the_options_of_a_poll_differ(network: str) -> None:
    poll = {"options": ["Tabs", "Spaces", " Tabs"], "duration": 3}
    question = {"question": "Which?"} if network == "linkedin" else {}
    assert told(on(network, {**poll, **question})) == [
        (f"networks.{network}.options[2]", "The option is here twice: every answer of a poll is different.")
    ]


def test_the_question_of_a_poll_has_a_limit() -> None:
    poll = {"question": "a" * 141, "options": ["a", "b"], "duration": 3}
    (problem,) = problems_of(on("linkedin", poll))
    assert (problem.where.shown_path, problem.severity) == ("networks.linkedin.question", Severity.ERROR)
    assert problem.message == "The question has 141 characters; LinkedIn takes 140."


def test_branded_content_is_not_private() -> None:
    details = {"privacy": "SELF_ONLY", "paid": True}
    video = {"id": "v1", "type": "video"}
    (problem,) = problems_of(on("tiktok", {"details": details}, media=[video]))
    assert problem.where.shown_path == "networks.tiktok.details.privacy"
    assert problem.message == "A paid partnership cannot be private on TikTok."
    for fine in ({**details, "paid": False}, {**details, "privacy": "PUBLIC_TO_EVERYONE"}):
        assert problems_of(on("tiktok", {"details": fine}, media=[video])) == []


def test_the_description_of_a_video_is_its_text_and_has_its_limit() -> None:
    video = {"id": "v1", "type": "video"}
    own = {"title": "T", "description": " It moves\n"}
    (draft,) = drafts_of(on("youtube", own, media=[video]), Problems())
    content = draft.content("youtube")
    assert content is not None
    assert (content.text, content.fields["description"], content.length) == ("It moves", "It moves", 8)
    (problem,) = problems_of(on("youtube", {**own, "description": "a" * 5001}, media=[video]))
    assert problem.where.shown_path == "networks.youtube.description"
    assert problem.message.startswith("The text has 5,001 characters; YouTube allows 5,000.")


@pytest.mark.parametrize(
    ("network", "own", "extra", "key"),
    [
        ("twitter", {}, {"id": "1"}, "id"),
        ("twitter", {}, {"type": "photo"}, "type"),
        ("twitter", {}, {"text": "Other"}, "text"),
        ("twitter", {}, {"media": []}, "media"),
        ("twitter", {}, {"state": "draft"}, "state"),
        ("twitter", {}, {"new": {"deep": [{"text": "Other"}]}}, "text"),
        ("linkedin", {"title": "A"}, {"title": "B"}, "title"),
        ("mastodon", {"spoilerText": "A"}, {"content_warning": "B"}, "content_warning"),
        ("facebook", {"details": {"feed": True}}, {"details": {"feed": False}}, "feed"),
        ("facebook", {"details": {"feed": True}}, {"details": "B"}, "details"),
    ],
)
def test_extra_never_replaces(network: str, own: dict[str, Any], extra: dict[str, Any], key: str) -> None:
    found = [
        problem for problem in problems_of(on(network, {**own, "extra": extra})) if "extra" in problem.message
    ]
    assert [problem.message for problem in found] == [
        f'"{key}" in `extra` would replace what the file says under `{key}`.'
    ]
    assert f"Write `{key}` itself" in found[0].hint
    assert found[0].where.shown_path.startswith(f"networks.{network}.extra")


@pytest.mark.parametrize("key", ["scheduledAt", "publish_at", "start_date", "Recurring", "delay"])
def test_extra_sets_no_time_at_any_depth(key: str) -> None:
    (problem,) = problems_of(on("twitter", {"extra": {"new": [{key: 1}]}}))
    assert problem.message == f'"{key}" in `extra` would set a time: this action publishes now.'
    post = {"text": "Hi", "accounts": [{"id": "twitter/*", "extra": {"new": {key: 1}}}]}
    assert [problem.where.shown_path for problem in problems_of(post)] == [f"accounts[0].extra.new.{key}"]


@pytest.mark.parametrize("key", ["id", "comments", "share", "delete", "labels", "album_id"])
def test_extra_of_an_account_changes_nothing_that_has_a_key_of_its_own(key: str) -> None:
    post = {"text": "Hi", "accounts": [{"id": "twitter/*", "extra": {key: "1"}}]}
    (problem,) = problems_of(post)
    assert f"Write `{key}` itself" in problem.hint


def test_extra_adds_beside_what_the_file_says() -> None:
    own = {
        "details": {"feed": True},
        "extra": {"details": {"new": True}, "targeting": {"countries": ["DE"]}},
    }
    assert problems_of(on("facebook", own)) == []


def test_x_forbids_one_text_on_accounts_that_a_post_names() -> None:
    """Reviewers see it without a key; what `twitter/*` stands for is known only when publishing."""
    several = {"text": "Hi", "accounts": ["twitter/One", "mastodon/One", "x/Two"]}
    (problem,) = problems_of(several)
    assert (problem.severity, problem.where.shown_path) == (Severity.WARNING, "accounts[2]")
    assert problem.message.startswith("twitter/One and twitter/Two get the same text; X forbids that")
    for accounts in (
        ["twitter/One", "twitter/*"],
        ["twitter/One", "twitter/ONE"],
        ["mastodon/One", "mastodon/Two"],
    ):
        assert problems_of({"text": "Hi", "accounts": accounts}) == []


def test_a_misspelt_board_is_one_mistake() -> None:
    post = {
        "text": "Hi",
        "media": [PICTURE],
        "accounts": ["pinterest/*"],
        "networks": {"pinterest": {"title": "T", "url": "https://acme.example", "boardid": "1"}},
    }
    (problem,) = problems_of(post)
    assert problem.message == 'Unknown key "boardid" in pinterest.'
