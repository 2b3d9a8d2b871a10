"""Promise: what is sent works with a Publer that takes only what its reference shows to work.

And where the reference leaves something open, the run works in each position, or shows Publer's own sentence.
"""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import pytest

from sandbox.judging import BAD_COMPOSER, BAD_TYPE
from sandbox.positions import positions
from sandbox.scenario import Accepts, Account, Board, Job, Listing, Scenario, SeededPost
from tests.support.desk import Desk, statuses

EXAMPLES = Path(__file__).parents[2] / "examples"
POSTED = sorted(
    path.name
    for path in EXAMPLES.glob("*.publer.yml")
    # A release is looked up at GitHub; what Publer's documentation does not know is there to show the way.
    if path.name not in {"release.publer.yml", "extra.publer.yml"}
)
ACCOUNTS = Scenario().workspaces[0].accounts


def of(network: str, number: int = 1, **changes: object) -> Account:
    """The account on a network, or another one beside it."""
    account = Scenario().account(network)
    own = f"{account.id[:-4]}{number:04x}" if number > 1 else account.id
    return dataclasses.replace(account, id=own, **changes)  # type: ignore[arg-type]


def media(desk: Desk) -> None:
    """The pictures and videos of the examples, where a post file finds them."""
    shutil.copytree(EXAMPLES / "media", desk.place / "workspace" / "examples" / "media", dirs_exist_ok=True)


@pytest.mark.parametrize("name", POSTED)
def test_every_example_goes_out(desk: Desk, name: str) -> None:
    desk.open(*ACCOUNTS)
    media(desk)
    report = desk.run((EXAMPLES / name).read_text(encoding="utf-8"))
    assert set(statuses(report)) == {"published"}, report.text


PICTURE = "media: [{file: examples/media/card.png, alt_text: The new dashboard}]\n"
LINK = (
    "networks: {linkedin: {type: link, text: Read, url: 'https://example.com/x'}}\naccounts: ['linkedin/*']\n"
)


@pytest.mark.parametrize("read", ["alt_text", "caption", "either"])
def test_the_alt_text_arrives_under_whichever_name_publer_reads(desk: Desk, read: str) -> None:
    desk.open(of("bluesky"), of("linkedin"), accepts=Accepts(alt_text_from=read))  # type: ignore[arg-type]
    media(desk)
    report = desk.run(f"text: Look\n{PICTURE}accounts: ['*']\n")
    assert statuses(report) == ["published"] * 2, report.text
    assert [post.alt_texts for post in desk.sandbox.record.published] == [("The new dashboard",)] * 2


@pytest.mark.parametrize("read", ["link", "url", "either"])
def test_the_address_of_a_link_arrives_wherever_publer_reads_it(desk: Desk, read: str) -> None:
    desk.open(of("linkedin"), accepts=Accepts(link_from=read))  # type: ignore[arg-type]
    assert statuses(desk.run(LINK)) == ["published"]
    assert [post.url for post in desk.sandbox.record.published] == ["https://example.com/x"]


STORY = "networks: {instagram: {type: story, media: [{file: examples/media/reel.mp4}]}}\naccounts: ['instagram/*']\n"
REFUSED = [
    ("text_alone_on_google", "google", "text: Open today\naccounts: ['google/*']\n", BAD_TYPE),
    ("links_on_threads_and_bluesky", "threads", LINK.replace("linkedin", "threads"), BAD_TYPE),
    ("stories_of_videos", "instagram", STORY, BAD_TYPE),
]


@pytest.mark.parametrize(("switch", "network", "file", "sentence"), REFUSED)
def test_what_publer_may_refuse_goes_out_or_fails_with_publers_sentence(
    desk: Desk, switch: str, network: str, file: str, sentence: str
) -> None:
    account = of(network)
    for taken, expected in ((True, "published"), (False, "failed")):
        desk.open(account, accepts=Accepts(**{switch: taken}))  # type: ignore[arg-type]
        media(desk)
        report = desk.run(file)
        assert statuses(report) == [expected], report.text
        assert (sentence in report.text) is not taken
        assert (sentence in report.outputs["summary"]) is not taken


REEL = "networks: {instagram: {type: reel, media: [{file: examples/media/reel.mp4}]}}\naccounts: ['instagram/*']\n"


@pytest.mark.parametrize(("sent", "expected"), [("as_video", "published"), ("as_reel", "unconfirmed")])
def test_a_reel_of_which_publer_makes_nothing_is_never_green(desk: Desk, sent: str, expected: str) -> None:
    """An older report says that Instagram's reels have a type of their own, and of a video nothing comes."""
    desk.open(of("instagram"), accepts=Accepts(reels_on_instagram=sent))  # type: ignore[arg-type]
    media(desk)
    report = desk.run(REEL)
    assert statuses(report) == [expected], report.text
    assert len(desk.sandbox.record.published) == (expected == "published")
    assert report.exit_code == (expected != "published")


@pytest.mark.parametrize("word", ["either", "photo", "image"])
def test_a_picture_goes_out_whatever_publer_calls_it(desk: Desk, word: str) -> None:
    desk.open(of("bluesky"), accepts=Accepts(pictures_are=word))  # type: ignore[arg-type]
    media(desk)
    assert statuses(desk.run(f"text: Look\n{PICTURE}accounts: ['*']\n")) == ["published"]


@pytest.mark.parametrize("read", ["post", "account", "either"])
def test_labels_arrive_wherever_publer_reads_them(desk: Desk, read: str) -> None:
    desk.open(of("bluesky"), accepts=Accepts(labels_from=read))  # type: ignore[arg-type]
    assert statuses(desk.run("text: Look\nlabels: [Release]\naccounts: ['*']\n")) == ["published"]
    assert [post.labels for post in desk.sandbox.record.published] == [("Release",)]


def test_a_publer_that_counts_otherwise_refuses_in_its_own_words(desk: Desk) -> None:
    """280 as X counts, with a long address; 380 as they come."""
    text = f"{'word ' * 50}https://example.com/{'x' * 100}"
    for lengths, expected in (("of_the_network", "published"), ("characters", "failed")):
        desk.open(of("twitter"), accepts=Accepts(lengths=lengths))  # type: ignore[arg-type]
        report = desk.run(f"text: '{text}'\naccounts: ['*']\n")
        assert statuses(report) == [expected], report.text
    assert "at most 280 characters" in report.rows[0]["message"]


@pytest.mark.parametrize("header", ["needed", "ignored", "refused"])
def test_a_job_is_followed_with_or_without_the_workspace(desk: Desk, header: str) -> None:
    """Where its status cannot be had, the list of posts tells what became of it."""
    desk.open(of("twitter"), of("linkedin", failure="LinkedIn is down"), job_status_header=header)
    report = desk.run("text: Hello\naccounts: ['*']\n")
    assert statuses(report) == ["published", "failed"], report.text
    assert "LinkedIn is down" in report.rows[1]["message"]


@pytest.mark.parametrize("state", ["scheduled_pending", "scheduled_reauth", "scheduled_locked"])
def test_a_post_that_waits_for_a_person_is_not_green_and_not_sent_again(desk: Desk, state: str) -> None:
    """Such as the approval that the posts of a restricted member need."""
    desk.open(of("twitter", held=state))
    for attempt in (1, 2):
        report = desk.run("text: Hello\naccounts: ['*']\n", attempt=attempt)
        assert statuses(report) == ["unconfirmed"], report.text
        assert state in report.rows[0]["message"]
    assert len(desk.sandbox.world.publish_jobs) == 1


def test_a_composer_that_takes_one_account_a_post_is_reported_in_its_own_words(desk: Desk) -> None:
    desk.open(of("twitter"), of("bluesky"), accepts=Accepts(several_accounts=False))
    report = desk.run("text: Hello\naccounts: ['*']\n")
    assert statuses(report) == ["published", "failed"], report.text
    assert report.rows[1]["message"].startswith(BAD_COMPOSER[:40])


@pytest.mark.parametrize("reason", ["failure", "post.error", "post.details.error"])
@pytest.mark.parametrize("entries", ["typed", "untyped"])
def test_publers_sentence_is_shown_wherever_it_is(desk: Desk, reason: str, entries: str) -> None:
    sentence = "The pin could not be saved"
    job = Job(reason=reason, entries=entries)  # type: ignore[arg-type]
    desk.open(of("linkedin", failure=sentence), job=job)
    report = desk.run("text: Hello\naccounts: ['*']\n")
    assert statuses(report) == ["failed"], report.text
    for place in (report.rows[0]["message"], report.outputs["summary"], report.text):
        assert sentence in place


@pytest.mark.parametrize("boards", ["in_accounts", "in_media_options"])
@pytest.mark.parametrize("named", ["Launches", Board().id])
def test_a_pin_goes_to_its_board_wherever_boards_are_named(desk: Desk, boards: str, named: str) -> None:
    desk.open(of("pinterest"), boards=boards)
    media(desk)
    report = desk.run(
        f"text: Hello\n{PICTURE}networks: {{pinterest: {{board: {named}}}}}\naccounts: ['pinterest/*']\n"
    )
    assert statuses(report) == ["published"], report.text


@pytest.mark.parametrize("first_page", ["0", "1"])
def test_accounts_that_come_in_pages_are_read_to_their_end(desk: Desk, first_page: str) -> None:
    accounts = [of("bluesky", number, name=f"Acme {number}") for number in range(2, 15)]
    listing = Listing(first_page=first_page)  # type: ignore[arg-type]
    desk.open(*accounts, accounts_form="in_pages", listing=listing)
    report = desk.run("text: Hello\naccounts: ['*']\n")
    assert statuses(report) == ["published"] * 13, report.text


def test_two_tiktok_accounts_get_a_request_each(desk: Desk) -> None:
    desk.open(of("tiktok"), of("tiktok", 2, name="Acme Labs"))
    media(desk)
    report = desk.run("text: Hello\nmedia: [{file: examples/media/reel.mp4}]\naccounts: ['tiktok/*']\n")
    assert statuses(report) == ["published"] * 2, report.text


def test_a_minute_that_another_run_took_is_waited_for(desk: Desk) -> None:
    """The post of the other run is not in the list yet; the job says that the minute is taken."""
    other = SeededPost(account_id=of("twitter").id, text="Another release", age=5.0, listed_after=18.0)
    desk.open(of("twitter"), posts=(other,))
    assert statuses(desk.run("text: Hello\naccounts: ['*']\n")) == ["published"]
    assert len(desk.sandbox.record.published) == 1


@pytest.mark.parametrize("key", ["wordpress_oauth", "wordpress_basic"])
def test_an_account_may_call_its_provider_after_its_kind_of_wordpress(desk: Desk, key: str) -> None:
    desk.open(of("wordpress", provider=key))
    report = desk.run("networks: {wordpress: {title: News, text: Hello}}\naccounts: ['wordpress/*']\n")
    assert statuses(report) == ["published"], report.text


@pytest.mark.parametrize("name", positions())
def test_a_plain_post_is_truly_reported_in_every_position(desk: Desk, name: str) -> None:
    """The post goes out in every position: it is reported so, or that nobody can tell."""
    scenario = positions()[name](Scenario())
    changes = {field.name: getattr(scenario, field.name) for field in dataclasses.fields(scenario)}
    account = scenario.account("mastodon")
    desk.open(account, **{key: value for key, value in changes.items() if key != "workspaces"})
    report = desk.run("text: 'Hello & welcome: https://example.com/x #new'\naccounts: ['*']\n", timeout=180)
    assert statuses(report) in (["published"], ["unconfirmed"]), report.text
    assert len(desk.sandbox.record.published) == 1
    again = desk.run(
        "text: 'Hello & welcome: https://example.com/x #new'\naccounts: ['*']\n", timeout=180, attempt=2
    )
    assert statuses(again) in (["skipped"], ["unconfirmed"]), again.text
    assert len(desk.sandbox.record.published) == 1
