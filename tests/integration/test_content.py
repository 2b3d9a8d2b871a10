"""Promise: what is in the post file is sent, whole; what cannot be sent is reported, not left out."""

from __future__ import annotations

import json
import shutil
from typing import Any

import pytest

from tests.support.cases import sample
from tests.support.repository import ROOT
from tests.support.stage import Stage, account, results, world


def sent(stage: Stage) -> dict[str, Any]:
    """The first post of the one publish request."""
    (request,) = [one for one in stage.requests("publish") if one.method == "POST"]
    posts: list[dict[str, Any]] = request.body["bulk"]["posts"]
    return posts[0]


def with_media(stage: Stage) -> None:
    shutil.copytree(ROOT / "examples/media", stage.workspace / "media")


def test_options_of_an_account_are_sent_as_written_falsy_values_included(stage: Stage) -> None:
    stage.open(world(account("twitter")))
    options = {
        "labels": ["a"],
        "share": {"account_ids": ["abc"], "text": "again"},
        "delete": {"hide": False, "delay": {"duration": 0, "unit": "Hour"}},
    }
    entry = {"id": "twitter/*", **options, "previewed_media": False, "album_id": ""}
    stage.write("p.json", json.dumps({"text": "Hi", "accounts": [entry], "labels": ["x", "y"]}))
    assert stage.run(post_file="p.json").exit_code == 0
    body = sent(stage)
    assert body["labels"] == ["x", "y"]
    assert body["accounts"] == [
        {"id": account("twitter").id, **options, "previewed_media": False, "album_id": ""}
    ]


def test_options_for_an_account_count_wherever_the_account_is_also_selected(stage: Stage) -> None:
    stage.open(world(account("twitter")))
    stage.write("p.yml", "text: Hi\naccounts: ['*', {id: twitter/Acme Inc, comments: [More]}]\n")
    assert stage.run(post_file="p.yml").exit_code == 0
    assert sent(stage)["accounts"] == [{"id": account("twitter").id, "comments": [{"text": "More"}]}]


def test_media_of_a_comment_in_publers_own_form_are_sent_as_they_stand(stage: Stage) -> None:
    stage.open(world(account("twitter")))
    media = {"type": "photo", "path": "https://cdn.publer.example/x.png"}
    stage.write(
        "p.json", json.dumps({"text": "Hi", "accounts": ["*"], "comments": [{"text": "c", "media": media}]})
    )
    assert stage.run(post_file="p.json").exit_code == 0
    assert sent(stage)["accounts"][0]["comments"] == [{"text": "c", "media": media}]


def test_a_second_item_of_a_comment_which_publer_does_not_take_is_an_error(stage: Stage) -> None:
    stage.open(world(account("twitter")))
    with_media(stage)
    stage.write(
        "p.yml",
        "text: Hi\naccounts: [twitter/*]\ncomments:\n"
        "  - {text: a, media: [{file: media/card.png}, {file: media/square.jpg}]}\n",
    )
    run = stage.run(post_file="p.yml")
    assert run.outputs["outcome"] == "invalid"
    assert '"media" has 2 items; at most 1 are possible.' in run.text
    assert stage.published() == []


def test_an_id_goes_before_the_address_that_publers_full_form_has_beside_it(stage: Stage) -> None:
    stage.open(world(account("twitter")))
    item = {
        "id": "m1", "url": "https://cdn.publer.example/x.png", "path": "/x", "type": "photo", "alt_text": "A",
        "height": None, "validity": {"twitter": True}, "thumbnail": "https://cdn.publer.example/t.png",
    }  # fmt: skip
    stage.write("p.json", json.dumps({"text": "Hi", "media": [item], "accounts": ["twitter/*"]}))
    stage.run(post_file="p.json")
    assert sent(stage)["networks"]["twitter"]["media"] == [{**item, "caption": "A"}]
    assert stage.requests("/media") == []


@pytest.mark.parametrize(
    "place",
    [
        "networks: {twitter: {extra: {text: Other}}}",
        f"accounts: [{{id: 'twitter/*', extra: {{id: {account('mastodon').id}}}}}]",
    ],
)
def test_extra_cannot_send_another_text_or_to_another_account(stage: Stage, place: str) -> None:
    stage.open(world(account("twitter"), account("mastodon")))
    stage.write("p.yml", f"text: Hi\n{place}\n" + "accounts: [twitter/*]\n" * ("accounts" not in place))
    run = stage.run(post_file="p.yml")
    assert run.outputs["outcome"] == "invalid"
    assert "in `extra` would replace what the file says" in run.text
    assert stage.published() == []


def test_two_spellings_of_wordpress_are_an_error_because_one_would_be_lost(stage: Stage) -> None:
    stage.open(world(account("wordpress")))
    stage.write(
        "p.yml",
        "networks:\n  wordpress_oauth: {title: A, text: a}\n  wordpress_basic: {title: B, text: b}\n"
        "accounts: ['wordpress/*']\n",
    )
    run = stage.run(post_file="p.yml")
    assert run.outputs["outcome"] == "invalid"
    assert (
        'p.yml:3:3 (networks.wordpress_basic): "wordpress_basic" and "wordpress_oauth" are the same'
        in run.text
    )


@pytest.mark.parametrize("mode", ["publish", "validate"])
def test_a_network_that_no_account_is_on_is_reported(stage: Stage, mode: str) -> None:
    stage.open(world(account("twitter")))
    stage.write("p.yml", "text: Hi\nnetworks:\n  bluesky: {text: lost}\naccounts: [twitter/*]\n")
    run = stage.run(post_file="p.yml", mode=mode)
    assert run.exit_code == 0
    assert "::warning file=p.yml,line=3,col=3" in run.stdout.decode()
    assert run.text.count("No account of this post is on Bluesky: what is here is not published.") == 1


def test_with_a_star_only_publishing_knows_which_network_no_account_is_on(stage: Stage) -> None:
    stage.open(world(account("twitter")))
    stage.write("p.yml", "text: Hi\nnetworks: {bluesky: {text: lost}}\naccounts: ['*']\n")
    assert "is on Bluesky" not in stage.run(post_file="p.yml", mode="validate").text
    assert "is on Bluesky" in stage.run(post_file="p.yml").text


@pytest.mark.parametrize("selector", ["twitter/*", "'*'", "66db83154e299efa19a2d8ea"])
def test_the_comments_of_an_account_are_validated_without_a_key(stage: Stage, selector: str) -> None:
    stage.open()
    stage.write("p.yml", f"text: Hi\naccounts:\n  - id: {selector}\n    comments: ['{{{{ nope }}}}']\n")
    run = stage.run(post_file="p.yml", mode="validate")
    assert run.outputs["outcome"] == "invalid"
    assert "p.yml:4:20 (accounts[0].comments[0]): There is no 'nope'." in run.text


def test_shared_comments_are_validated_where_no_network_is_known(stage: Stage) -> None:
    stage.open()
    stage.write("p.yml", "text: Hi\naccounts: ['*']\ncomments: ['{{ nope }}']\n")
    assert stage.run(post_file="p.yml", mode="validate").outputs["outcome"] == "invalid"


def test_one_posts_mistake_is_not_blamed_on_the_next(stage: Stage) -> None:
    stage.open()
    stage.write("p.yml", "- {text: '{{ nope }}', accounts: ['*']}\n- {text: Fine, accounts: [twitter/*]}\n")
    run = stage.run(post_file="p.yml", mode="validate")
    assert [row["status"] for row in results(run)] == ["invalid", "valid"]


def test_a_content_warning_counts_in_results_as_it_does_for_the_limit(stage: Stage) -> None:
    stage.open()
    stage.write("p.yml", "text: Hello\nnetworks: {mastodon: {spoilerText: CW!}}\naccounts: [mastodon/*]\n")
    (row,) = results(stage.run(post_file="p.yml", mode="validate"))
    assert row["length"] == 8


@pytest.mark.parametrize(
    "place",
    [
        "media: [{id: a, alt_text: 'SECRET'}]",
        "networks: {facebook: {title: 'SECRET', type: video}}",
        "networks: {twitter: {options: ['SECRET', b], duration: 1}}",
        "networks: {twitter: {extra: {new_field: 'see SECRET'}}}",
        "labels: ['SECRET']",
        # Publer downloads it from there, so whoever owns the address would have the key.
        "media: [{url: 'https://evil.example/a.png?k=SECRET', alt_text: A}]",
        "media: ['https://SECRET.evil.example/a.png']",
        "networks: {bluesky: {media: [{url: 'https://evil.example/SECRET/a.png', alt_text: A}]}}",
        "comments: [{text: Hi, media: {url: 'https://evil.example/a.png#SECRET'}}]",
        "media: [{url: 'https://evil.example/a.mp4', thumbnail: {url: 'https://evil.example/SECRET.png'}}]",
        "networks: {twitter: {media: [{id: external, type: gif, url: 'https://evil.example/SECRET.gif'}]}}",
    ],
)
def test_the_key_is_published_nowhere_else_than_in_the_text_either(stage: Stage, place: str) -> None:
    stage.open()
    key = stage.sandbox.scenario.api_key
    stage.write("p.yml", f"text: Hi\naccounts: ['*']\n{place.replace('SECRET', key)}\n")
    run = stage.run(post_file="p.yml")
    assert run.outputs["outcome"] == "invalid"
    assert "The text contains a secret of this workflow." in run.text
    assert stage.published() == []
    assert stage.sandbox.record.imports == ()


@pytest.mark.parametrize("name", ["p.json", "text"])
def test_line_ends_of_windows_are_sent_as_they_are_counted(stage: Stage, name: str) -> None:
    """GitHub's editor writes release notes with them."""
    stage.open(world(account("twitter")))
    body = "# One\r\n\r\nTwo\rThree"
    event = {"release": {"tag_name": "v1", "body": body}}
    stage.write("p.json", json.dumps({"text": body, "accounts": ["twitter/*"]}))
    given = {"post_file": "p.json"} if name == "p.json" else {"text": "{{ release.body }}", "accounts": "*"}
    (row,) = results(stage.run(**given, event=event, event_name="release"))
    text = sent(stage)["networks"]["twitter"]["text"]
    assert text == "# One\n\nTwo\nThree"
    assert row["length"] == len(text)


@pytest.mark.parametrize(("fail_on", "loud"), [("never", "warning"), ("all", "warning"), ("any", "error")])
def test_what_fail_on_lets_pass_is_a_warning(stage: Stage, fail_on: str, loud: str) -> None:
    stage.open(world(account("twitter", failure="You said that before."), account("linkedin")))
    run = stage.run(text="Hi", accounts="*", fail_on=fail_on)
    assert [one.level for one in run.annotations] == [loud]
    assert "1 of 2 targets failed (1 published): X / Acme Inc: You said that before." in run.text
    assert run.text.count("Re-run the job") == 1


def test_x_is_called_by_its_name_and_networks_in_any_case(stage: Stage) -> None:
    stage.open(world(account("twitter"), account("linkedin")))
    stage.write(
        "p.yml", "text: Hi\nnetworks: {X: {text: Short}, LinkedIn: {}}\naccounts: [x/*, LINKEDIN/*]\n"
    )
    assert stage.run(post_file="p.yml").outputs["published-count"] == "2"
    assert {post.text for post in stage.published()} == {"Short", "Hi"}


MANY: dict[str, dict[str, Any]] = {
    "nothing in it": {},
    "selectors": {"text": "x", "accounts": ["nobody"] * 40},
    "media": {"accounts": ["*"], "media": [{"file": "a"}] * 40},
}


@pytest.mark.parametrize("post", sample(MANY, every=3))
@pytest.mark.parametrize("mode", ["publish", "validate"])
def test_very_many_mistakes_end_in_a_bounded_report(stage: Stage, mode: str, post: dict[str, Any]) -> None:
    stage.open()
    stage.write("p.json", json.dumps([post] * 1000))
    run = stage.run(post_file="p.json", mode=mode)
    assert run.outputs["outcome"] == "invalid"
    assert "the others are not listed" in run.text
    assert len(run.text.splitlines()) < 4000
    assert stage.published() == []


def test_doctor_looks_at_the_selectors_of_the_input_without_a_post_file(stage: Stage) -> None:
    stage.open(world(account("twitter")))
    run = stage.run(mode="doctor", accounts="twitter/*\nlinkedin/Nobody")
    assert run.outputs["outcome"] == "unhealthy"
    assert "No account matches `linkedin/Nobody`." in run.text


def test_a_mistake_in_the_input_text_is_reported_with_its_line(stage: Stage) -> None:
    stage.open()
    run = stage.run(text="One\n{{ tagg }} {{ tga }}", accounts="twitter/*", mode="validate")
    assert run.exit_code == 1
    assert "2:4 (text): There is no 'tagg'" in run.text
    assert "2:15 (text): There is no 'tga'" in run.text


@pytest.mark.parametrize(("network", "threads"), [("twitter", True), ("bluesky", True), ("linkedin", False)])
def test_what_does_not_fit_goes_on_in_a_thread_where_there_are_threads(
    stage: Stage, network: str, threads: bool
) -> None:
    stage.open(world(account(network)))
    words = [f"word{number}" for number in range(600)]
    stage.write(
        "p.yml", "text: '{{ vars.long | fit(rest=\"thread\") }}'\naccounts: ['*']\ncomments: [Mine]\n"
    )
    assert stage.run(post_file="p.yml", variables=f"long={' '.join(words)}").exit_code == 0
    texts = [sent(stage)["networks"][network]["text"]]
    texts += [comment["text"] for comment in sent(stage)["accounts"][0]["comments"]]
    assert texts.pop() == "Mine"
    said = " ".join(text.removesuffix("…") for text in texts).split()
    assert said == words if threads else words[: len(said)]
    assert (len(texts) > 2) == threads


def test_values_are_escaped_for_the_markup_of_telegram(stage: Stage) -> None:
    stage.open(world(account("telegram")))
    stage.write(
        "p.yml", "networks: {telegram: {parseMode: HTML, text: '<b>{{ vars.x }}</b>'}}\naccounts: ['*']\n"
    )
    assert stage.run(post_file="p.yml", variables="x=<dir> & co").exit_code == 0
    assert sent(stage)["networks"]["telegram"]["text"] == "<b>&lt;dir&gt; &amp; co</b>"


def test_a_line_of_a_value_that_became_a_variable_is_noticed(stage: Stage) -> None:
    stage.open(world(account("twitter")))
    stage.write("p.yml", "text: '{{ vars.notes }}'\naccounts: ['*']\n")
    outcome = stage.run(post_file="p.yml", variables="notes=Two options:\nFOO=1", mode="validate")
    assert "No post uses the variable `FOO`" in outcome.text
    assert "toJSON" in outcome.text
