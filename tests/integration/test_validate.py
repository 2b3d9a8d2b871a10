"""``validate``: every post and network, without a key and without a request."""

from __future__ import annotations

import json

import pytest

from tests.support.stage import Stage, results


def rows(outcome: object) -> list[tuple[int, str | None, str]]:
    return [(row["post"], row["network"], row["status"]) for row in results(outcome)]  # type: ignore[arg-type]


def test_each_post_and_network_has_a_row_and_nothing_is_asked(stage: Stage) -> None:
    stage.open()
    stage.write(
        "posts.yml",
        "posts:\n"
        "- {text: One, networks: {linkedin: {}}, accounts: [mastodon/*, linkedin/Acme]}\n"
        "- {text: Two, accounts: ['*']}\n"
        '- {text: Three, when: "{{ false }}", accounts: [twitter/*]}\n',
    )
    outcome = stage.run(post_file="posts.yml", mode="validate", api_key="")
    assert outcome.exit_code == 0, outcome.text
    assert outcome.outputs["outcome"] == "valid"
    assert rows(outcome) == [
        (0, "linkedin", "valid"),
        (0, "mastodon", "valid"),
        (1, None, "valid"),
        (2, "twitter", "skipped"),
    ]
    assert stage.requests() == []
    assert [one.level for one in outcome.annotations] == ["notice"]


def test_a_pull_request_validates_by_itself(stage: Stage) -> None:
    stage.open()
    stage.write("post.yml", "text: Hi\naccounts: [twitter/*]\n")
    outcome = stage.run(post_file="post.yml", mode="auto", api_key="", event_name="pull_request")
    assert outcome.outputs["outcome"] == "valid"
    assert stage.requests() == []


@pytest.mark.parametrize(
    ("mode", "action", "merged", "warned"),
    [
        ("auto", "closed", True, True),
        ("validate", "closed", True, False),
        ("auto", "closed", False, False),
        ("auto", "labeled", True, False),
        ("auto", "synchronize", False, False),
    ],
)
def test_a_merge_that_publishes_nothing_is_not_silent_about_it(
    stage: Stage, mode: str, action: str, merged: bool, warned: bool
) -> None:
    """Who starts on the merge of a pull request expects a post: green with nothing posted would go unseen."""
    stage.open()
    stage.write("post.yml", "text: Hi\naccounts: [twitter/*]\n")
    event = {"action": action, "pull_request": {"merged": merged}}
    outcome = stage.run(post_file="post.yml", mode=mode, event=event, event_name="pull_request")
    assert outcome.outputs["outcome"] == "valid"
    warnings = [one.message for one in outcome.annotations if one.level == "warning"]
    assert ["nothing is published" in one for one in warnings] == ([True] if warned else []), outcome.text


def test_a_mistake_makes_its_own_network_invalid_and_no_other(stage: Stage) -> None:
    stage.open()
    stage.write(
        "post.yml",
        "text: Hi\nnetworks:\n  twitter: {replySettings: nobody}\n  linkedin: {}\naccounts: ['*']\n",
    )
    outcome = stage.run(post_file="post.yml", mode="validate")
    assert outcome.outputs["outcome"] == "invalid"
    assert rows(outcome) == [(0, "twitter", "invalid"), (0, "linkedin", "valid"), (0, None, "valid")]


@pytest.mark.parametrize(
    ("content", "invalid"),
    [
        ("text: Hi\nnetworks: {twitter: {}, twiter: {}}\naccounts: [twitter/*]\n", [0]),
        ("posts:\n- {text: Hi, accounts: [twitter/*]}\nvesion: 2\n", [0]),
        ('{"bulk": {"posts": [{"text": "Hi", "accounts": ["twitter/*"]}]}}', [0]),
        ('{"bulk": {"state": "draft", "posts": [{"text": "Hi", "accounts": ["twitter/*"]}]}}', [0]),
        ("- {text: Hi, accounts: [twitter/*]}\n- {text: Hi}\n", [1]),
        ("- {text: Hi, accounts: [twitter/*]}\n- Hi\n- {text: Hi, networks: {x: {}}}\n", [2]),
        ("text: Hi\nnetworks: {twitter: {}}\n", [0]),
    ],
)
def test_no_post_is_called_valid_that_its_file_is_refused_for(
    stage: Stage, content: str, invalid: list[int]
) -> None:
    """Nor is a post blamed for another."""
    stage.open()
    stage.write("post.yml", content)
    outcome = stage.run(post_file="post.yml", mode="validate")
    assert outcome.outputs["outcome"] == "invalid"
    assert [row["post"] for row in results(outcome) if row["status"] == "invalid"] == invalid


def test_a_wrong_accounts_input_is_blamed_on_the_posts_that_rely_on_it(stage: Stage) -> None:
    stage.open()
    stage.write("a.yml", "text: Hi\naccounts: [twitter/*]\n")
    stage.write("b.yml", "text: Hi\nnetworks: {linkedin: {}}\n")
    outcome = stage.run(post_file="?.yml", text="Hi", mode="validate", accounts="linkedin/*\ny/*")
    assert rows(outcome) == [
        (0, "twitter", "valid"),
        (0, "linkedin", "invalid"),
        (0, "linkedin", "invalid"),
    ]


def test_a_text_that_goes_nowhere_is_not_called_valid(stage: Stage) -> None:
    stage.open()
    stage.write("a.yml", "text: Hi\naccounts: [twitter/*]\n")
    outcome = stage.run(post_file="a.yml", text="Hi", mode="validate")
    assert rows(outcome) == [(0, "twitter", "valid"), (0, None, "invalid")]
    outcome = stage.run(post_file="nowhere.yml", text="Hi", accounts="twitter/*", mode="validate")
    assert rows(outcome) == [(0, "twitter", "valid")]


def test_what_other_networks_get_is_a_row_of_its_own_where_they_may_get_it(stage: Stage) -> None:
    """With ``networks`` and ``*`` or an id, the shared text goes to all that the post does not name."""
    stage.open()
    for accounts, rest in (
        ("['*']", True),
        ("['twitter/*', 66db83154e299efa19a2d8ea]", True),
        ("['twitter/*']", False),
    ):
        stage.write(
            "post.yml",
            f"text: For all others\nnetworks: {{twitter: {{text: For X}}}}\naccounts: {accounts}\n",
        )
        outcome = stage.run(post_file="post.yml", mode="validate")
        assert rows(outcome) == [(0, "twitter", "valid"), *([(0, None, "valid")] if rest else [])]
        assert ("any other network" in outcome.summary) is rest
        assert ("> For all others" in outcome.summary) is rest


def test_a_text_with_characters_that_nobody_sees_is_warned_of(stage: Stage) -> None:
    stage.open()
    stage.write("post.yml", "text: Acme\u200b 2.0\naccounts: ['twitter/*']\n")
    outcome = stage.run(post_file="post.yml", mode="validate")
    assert outcome.exit_code == 0
    assert "U+200B ZERO WIDTH SPACE" in outcome.text


def test_a_skipped_post_says_by_which_expression_and_value(stage: Stage) -> None:
    stage.open()
    stage.write("post.yml", "text: Hi\naccounts: ['twitter/*']\nwhen: '{{ vars.go == \"yes\" }}'\n")
    outcome = stage.run(post_file="post.yml", mode="validate", variables="go=no")
    assert results(outcome)[0]["message"] == '`when` is false: `{{ vars.go == "yes" }}` gave `False`'


def test_a_shared_mistake_makes_every_network_invalid_with_its_reason(stage: Stage) -> None:
    stage.open()
    stage.write("post.yml", 'text: "{{ nope }}"\nnetworks: {twitter: {}, linkedin: {}}\naccounts: ["*"]\n')
    outcome = stage.run(post_file="post.yml", mode="validate")
    assert rows(outcome) == [(0, "twitter", "invalid"), (0, "linkedin", "invalid"), (0, None, "invalid")]
    assert all("'nope'" in row["message"] for row in results(outcome))


def test_placeholders_stand_for_a_release_that_does_not_exist_yet(stage: Stage) -> None:
    stage.open()
    stage.write("post.yml", 'text: "{{ tag }} {{ release.html_url }}"\naccounts: [twitter/*]\n')
    outcome = stage.run(post_file="post.yml", mode="validate", event_name="pull_request")
    assert outcome.exit_code == 0, outcome.text
    assert "placeholders" in outcome.text
    assert results(outcome)[0]["length"] == len("v0.0.0 ") + 23
    assert stage.requests() == []


@pytest.mark.parametrize(
    "when",
    [
        "release.prerelease",
        "'rc' in tag",
        "tag is not defined",
        "ref_name == 'main'",
        "event.commits is defined",
    ],
)
def test_a_pull_request_leaves_no_post_unread_whose_when_only_publishing_can_tell(
    stage: Stage, when: str
) -> None:
    """A placeholder, or the branch of the review, says no where the release or the merge will say yes."""
    stage.open()
    stage.write("post.yml", f'text: {"x" * 300}\naccounts: [twitter/*]\nwhen: "{{{{ {when} }}}}"\n')
    outcome = stage.run(post_file="post.yml", mode="validate", event_name="pull_request")
    assert rows(outcome) == [(0, "twitter", "invalid")]
    assert "300 characters; X allows 280" in outcome.text


@pytest.mark.parametrize("when", ["vars.channel == 'beta'", "event.inputs.loud"])
def test_a_when_that_can_be_told_already_leaves_its_post_out(stage: Stage, when: str) -> None:
    stage.open()
    stage.write("post.yml", f'text: {"x" * 300}\naccounts: [twitter/*]\nwhen: "{{{{ {when} }}}}"\n')
    outcome = stage.run(
        post_file="post.yml",
        mode="validate",
        variables="channel=stable",
        event_name="workflow_dispatch",
        event={"inputs": {"loud": "false"}},
    )
    assert rows(outcome) == [(0, "twitter", "skipped")]


@pytest.mark.parametrize(
    ("when", "text"),
    [
        ("event.action == 'published'", "Buy at evil.example"),
        ("vars.channel == 'beta'", "Buy at evil.example"),
        ("false", "Buy at evil.example {{ event.release.name }}"),
        ("false", "Buy at evil.example {% if %}"),
    ],
)
def test_a_post_that_is_skipped_in_a_review_is_shown_all_the_same(stage: Stage, when: str, text: str) -> None:
    """What hides a post from the reviewer may be true once it is merged; its mistakes end no review."""
    stage.open()
    post = {"text": text, "accounts": ["twitter/*", "linkedin/*"], "when": f"{{{{ {when} }}}}"}
    stage.write("post.json", json.dumps(post))
    given = {"variables": "channel=stable", "preview_file": "preview.html"}
    event = {"action": "opened"}
    outcome = stage.run(post_file="post.json", mode="validate", event_name="push", event=event, **given)
    assert outcome.exit_code == 0, outcome.text
    assert rows(outcome) == [(0, "twitter", "skipped"), (0, "linkedin", "skipped")]
    page = (stage.workspace / "preview.html").read_text(encoding="utf-8")
    assert "Buy at" in page
    assert "Buy at" in outcome.summary


@pytest.mark.parametrize(
    ("field", "names"),
    [
        ('text: "{{ event.action }}"', "`event`"),
        ('text: "Built on {{ ref_name }} by {{ vars.who }}"', "`ref_name`, `vars`"),
        ("text: Hi\nwhen: \"{{ vars.who != 'bob' }}\"", "`vars`"),
        ('text: Hi\nlabels: ["{{ actor }}"]', "`actor`"),
        ('text: Hi\ncomments: ["{{ short_sha }}"]', "`short_sha`"),
    ],
)
def test_a_review_shows_what_depends_on_the_run(stage: Stage, field: str, names: str) -> None:
    stage.open()
    stage.write("post.yml", f"{field}\naccounts: [twitter/*]\n")
    outcome = stage.run(
        post_file="post.yml",
        mode="validate",
        event_name="pull_request",
        event={"action": "opened"},
        variables="who=alice",
    )
    assert f"The posts depend on the run: {names} are those of this validation." in outcome.text
    assert outcome.exit_code == 0, outcome.text


UNSEEN = (
    *("\u200b", "\u2060", "\ufeff", "\u00ad", "\u034f", "\u180e", "\U0001d173"),
    *("\U000e0041", "\u3164", "\u2800", "\uffa0", "\u202e", "\u2066", "\u200e"),
    *("a\u200db", "a\u200c", "a\ufe0f", "\U0001f600\ufe0f\U000e0110"),
)
FIELDS = (
    "text: Hi\ncomments: ['Hi%s']",
    "text: Hi\nlabels: ['Hi%s']",
    "text: Hi\nmedia: [{id: abc, type: photo, alt_text: 'Hi%s'}]",
    "networks: {twitter: {text: Q, options: ['Hi%s', b], duration: 1}}",
    "text: Hi\nnetworks: {twitter: {extra: {note: 'Hi%s'}}}",
)


@pytest.mark.parametrize(
    "field", [*(f"text: Hi{char}" for char in UNSEEN), *(field % "\u200b" for field in FIELDS)], ids=ascii
)
def test_what_nobody_sees_is_warned_of_wherever_it_is(stage: Stage, field: str) -> None:
    stage.open()
    stage.write("post.yml", f"{field}\naccounts: [twitter/*]\n")
    outcome = stage.run(post_file="post.yml", mode="validate")
    assert "invisible characters" in outcome.text


@pytest.mark.parametrize(
    "text",
    [
        "\U0001f468\u200d\U0001f469\u200d\U0001f467 \u2764\ufe0f 1\ufe0f\u20e3",
        "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "\u05e9\u05dc\u05d5\u05dd C++\u200e!",
        "\u845b\U000e0100\u57ce",
    ],
    ids=["emoji", "a flag", "Persian", "Hebrew", "a variant of a Chinese character"],
)
def test_what_languages_and_emoji_need_is_not_warned_of(stage: Stage, text: str) -> None:
    stage.open()
    stage.write("post.yml", f"text: '{text}'\naccounts: [twitter/*]\n")
    outcome = stage.run(post_file="post.yml", mode="validate")
    assert "invisible characters" not in outcome.text


def test_the_preview_shows_what_each_network_gets(stage: Stage) -> None:
    stage.open()
    stage.write(
        "post.yml",
        "text: Shared words @someone\nnetworks: {twitter: {text: For X}, linkedin: {}}\naccounts: ['*']\n",
    )
    summary = stage.run(post_file="post.yml", mode="validate").summary
    assert "For X" in summary
    assert "Shared words" in summary
    assert "5 / 280" in summary
    assert "@someone" not in summary.replace("`@someone`", "")


def test_shared_comments_count_only_where_an_account_has_none_of_its_own(stage: Stage) -> None:
    stage.open()
    post = "text: Hi\ncomments: ['{{{{ nobody }}}}']\naccounts:\n- {{id: {}, comments: [Mine]}}\n"
    for number, selector in enumerate(("twitter/*", "'*'", "66db83154e299efa19a2d8e1")):
        stage.write(f"{number}.yml", post.format(selector))
    assert stage.run(post_file="?.yml", mode="validate").outputs["outcome"] == "valid"
    stage.write("3.yml", post.format("twitter/*") + "- linkedin/*\n")
    outcome = stage.run(post_file="3.yml", mode="validate")
    assert rows(outcome) == [(0, "twitter", "valid"), (0, "linkedin", "invalid")]


def test_a_wrong_selector_of_the_input_is_reported_with_what_else_is_wrong_and_blamed_alone(
    stage: Stage,
) -> None:
    stage.open()
    stage.write("post.yml", "text: Hi\nnetworks: {twitter: {}}\ntxt: Oh\n")
    outcome = stage.run(post_file="post.yml", mode="validate", accounts="twitter")
    messages = [one.message.splitlines()[0] for one in outcome.annotations]
    assert messages == [
        "accounts: `twitter` names a network but no account.",
        'post.yml:3:1 (txt): Unknown key "txt".',
        "2 problems in 1 file; nothing was sent.",
    ]


def test_one_mistake_is_said_once_at_its_line_and_the_headline_counts_it(stage: Stage) -> None:
    stage.open()
    stage.write("post.yml", "text: Hi\naccounts: [twitter/*]\ntxt: Oh\n")
    outcome = stage.run(post_file="post.yml", mode="validate")
    located, headline = outcome.annotations
    assert "Unknown key" in located.message
    assert headline.message.splitlines()[0] == "1 problem in 1 file; nothing was sent."


def test_problems_are_reported_in_the_order_of_their_files_and_lines(stage: Stage) -> None:
    """People correct a file from its top to its bottom."""
    stage.open()
    stage.write("a.yml", f"text: {'x' * 300}\naccount: [x]\nwhen: maybe\naccounts: [twitter/*]\n")
    stage.write("b.yml", "wrong: 1\ntext: '{{ nope }}'\naccounts: [Y/*]\nlater: 1\n")
    outcome = stage.run(post_file="?.yml", mode="validate", accounts="twitter")
    places = [one.message.partition(" ")[0] for one in outcome.annotations]
    assert places[:-1] == [
        "accounts:", "a.yml:1:7", "a.yml:2:1", "a.yml:3:7", "b.yml:1:1", "b.yml:2:11", "b.yml:3:12", "b.yml:4:1"
    ]  # fmt: skip
