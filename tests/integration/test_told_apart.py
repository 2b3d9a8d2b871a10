"""Posts that look alike in Publer's list: none of them may stand for another, and none goes out twice.

The list shows a text, a type, a link and a time. It does not show pictures, options of a poll, or who posted.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from sandbox.clock import iso
from sandbox.faults import Fault
from sandbox.scenario import Account, Job, Listing, StoredText
from tests.integration.test_nasty_answers import PUBLISH, answered, job, listed, success, texts
from tests.support.desk import Desk, X, posts, statuses

REFUSED_ONCE = Account(id=X.id, provider="twitter", failure="X said no", failure_count=1)
PAGE = Account(id=X.id, provider="linkedin")
PHOTOS = Account(id=X.id, provider="instagram")
FORBIDDEN = Fault(
    kind="answer", path=PUBLISH, nth=1, status=403, body='{"errors":["expired"]}', when="before"
)


def picture(desk: Desk, kind: str = "photo") -> str:
    workspace = desk.sandbox.scenario.workspaces[0].id
    return desk.sandbox.world.add_media(workspace, kind, f"a.{kind}").id


def pictured(desk: Desk, *media: str, text: str = "Look") -> str:
    """A post for each picture, all with one text."""
    said = f"text: {text}, " if text else ""
    rows = (f"{said}media: [{{id: {one}, type: photo, alt_text: A}}], accounts: ['*']" for one in media)
    return "posts:\n" + "".join(f"  - {{{row}}}\n" for row in rows)


def shown(desk: Desk) -> list[str]:
    """The pictures that are out, in the order in which they went."""
    return [str(media["id"]) for post in desk.sandbox.record.published for media in post.media]


# Two posts of one file with one text: the list does not show which of them is live.


def test_which_of_two_pictures_with_one_text_is_live_is_not_guessed(desk: Desk) -> None:
    """The second was live, the first was not: the second must not go out again, nor the first be skipped."""
    desk.open(REFUSED_ONCE)
    first, second = picture(desk), picture(desk)
    file = pictured(desk, first, second)
    assert statuses(desk.run(file)) == ["failed", "published"]
    desk.clock.advance(120)
    report = desk.run(file, attempt=2)
    assert statuses(report) == ["unconfirmed", "unconfirmed"], report.text
    assert report.exit_code == 1
    assert shown(desk) == [second]


def test_two_pictures_with_one_text_are_skipped_when_both_are_live(desk: Desk) -> None:
    desk.open()
    file = pictured(desk, picture(desk), picture(desk))
    assert statuses(desk.run(file)) == ["published", "published"]
    assert statuses(desk.run(file, attempt=2)) == ["skipped", "skipped"]
    assert len(shown(desk)) == 2


def test_a_new_run_does_not_guess_which_picture_is_live_either(desk: Desk) -> None:
    desk.open()
    first, second = picture(desk), picture(desk)
    assert statuses(desk.run(pictured(desk, second))) == ["published"]
    desk.clock.advance(300)
    assert statuses(desk.run(pictured(desk, first, second))) == ["unconfirmed", "unconfirmed"]
    assert shown(desk) == [second]


@pytest.mark.parametrize("on_duplicate", ["skip", "publish"])
def test_a_late_post_of_the_first_round_is_no_evidence_for_the_second(desk: Desk, on_duplicate: str) -> None:
    """Nobody told the id of the first; it is listed when the second, which was lost, is looked for."""
    lost = Fault(kind="reset", when="before", path=PUBLISH, nth=2)
    desk.open(job=Job(family="failures"), listing=Listing(lag=20.0), faults=(lost,))
    file = posts("One", "One") if on_duplicate == "publish" else pictured(desk, picture(desk), picture(desk))
    report = desk.run(file, on_duplicate=on_duplicate)
    assert statuses(report) == ["published", "unconfirmed"], report.text
    assert report.exit_code == 1
    assert len(texts(desk)) == 1


def test_the_post_of_the_first_round_is_no_evidence_for_the_second(desk: Desk) -> None:
    """Publer has named it, and the list shows it when the second, which was lost, is looked for."""
    desk.open(faults=(Fault(kind="reset", when="before", path=PUBLISH, nth=2),))
    report = desk.run(pictured(desk, picture(desk), picture(desk)))
    assert statuses(report) == ["published", "unconfirmed"], report.text
    assert len(texts(desk)) == 1


def test_the_post_of_the_first_round_under_another_id_is_no_evidence_for_the_second(desk: Desk) -> None:
    """Publer was seen to give a post another id once it is live."""
    desk.open(faults=(Fault(kind="reset", when="before", path=PUBLISH, nth=2),))
    row = {"id": "another", "text": "Look", "type": "photo", "scheduled_at": iso(desk.clock.time() + 2)}
    desk.sandbox.add_faults(listed(desk, row, nth=3))
    report = desk.run(pictured(desk, picture(desk), picture(desk)))
    assert statuses(report) == ["published", "unconfirmed"], report.text
    assert len(texts(desk)) == 1


def test_a_late_failure_of_the_first_round_is_none_of_the_second(desk: Desk) -> None:
    lost = Fault(kind="reset", when="after", path=PUBLISH, nth=2)
    desk.open(REFUSED_ONCE, listing=Listing(lag=3.0), faults=(lost,))
    report = desk.run(pictured(desk, picture(desk), picture(desk)))
    assert statuses(report) == ["failed", "unconfirmed"], report.text
    assert len(texts(desk)) == 1


STATUS_AND_PICTURE = """\
posts:
  - {text: Look, accounts: ["twitter/*"]}
  - {text: Look, media: [{id: %s, type: photo, alt_text: A}], accounts: ["twitter/*"]}
"""


def test_a_text_alone_and_a_picture_are_told_apart_by_their_type(desk: Desk) -> None:
    desk.open(REFUSED_ONCE)
    file = STATUS_AND_PICTURE % picture(desk)
    assert statuses(desk.run(file)) == ["failed", "published"]
    desk.clock.advance(120)
    assert statuses(desk.run(file, attempt=2)) == ["published", "skipped"]


def test_a_story_and_a_picture_without_text_are_not_guessed_apart(desk: Desk) -> None:
    """Publer may list the story as the picture that it is, whichever of the two comes first in the file."""
    refusing = Account(id=X.id, provider="instagram", failure="no", failure_count=1)
    desk.open(refusing)
    media = f"media: [{{id: {picture(desk)}, type: photo, alt_text: A}}]"
    file = f"posts:\n  - {{{media}, accounts: ['*']}}\n  - {{networks: {{instagram: {{type: story, {media}}}}}, accounts: ['*']}}\n"
    assert statuses(desk.run(file)) == ["failed", "published"]
    desk.sandbox.world.posts[-1].type = "photo"
    desk.clock.advance(120)
    assert statuses(desk.run(file, attempt=2, event_age=900)) == ["unconfirmed", "unconfirmed"]
    assert len(shown(desk)) == 1


def polls(*questions: str) -> str:
    own = ({"question": one, "options": ["Yes", "No"], "duration": 1} for one in questions)
    return json.dumps({"posts": [{"networks": {"linkedin": one}, "accounts": ["*"]} for one in own]})


def test_two_polls_that_may_be_listed_without_their_questions_are_not_guessed_apart(desk: Desk) -> None:
    desk.open(Account(id=X.id, provider="linkedin", failure="no", failure_count=1))
    file = polls("Tea?", "Cats?")
    assert statuses(desk.run(file)) == ["failed", "published"]
    desk.clock.advance(120)
    assert statuses(desk.run(file, attempt=2, event_age=900)) == ["unconfirmed", "unconfirmed"]
    assert len(texts(desk)) == 1


def test_a_late_poll_of_the_first_round_is_no_evidence_for_the_second(desk: Desk) -> None:
    lost = Fault(kind="reset", when="before", path=PUBLISH, nth=2)
    desk.open(PAGE, job=Job(family="failures"), listing=Listing(lag=20.0), faults=(lost,))
    # No text tells either of them, and the job names no post.
    assert statuses(desk.run(polls("Tea?", "Cats?"))) == ["unconfirmed", "unconfirmed"]
    assert len(texts(desk)) == 1


READ = "{text: Read, accounts: ['*'], networks: {twitter: {type: link, url: '%s'}}}"
PLAIN = "{text: Read, accounts: ['*']}"


def listed_links(desk: Desk, *urls: str) -> Fault:
    rows = [
        {
            "id": f"o{number}",
            "text": "Read",
            "type": "link",
            "url": url,
            "scheduled_at": iso(desk.clock.time() - 300 * number),
        }
        for number, url in enumerate(urls, 1)
    ]
    return listed(desk, *rows, times=1)


def test_a_post_that_is_certainly_another_is_given_to_nobody(desk: Desk) -> None:
    desk.open()
    desk.sandbox.add_faults(listed_links(desk, "https://example.com/x", "https://example.com/y"))
    file = f"posts:\n  - {READ % 'https://example.com/a'}\n  - {PLAIN}\n"
    assert statuses(desk.run(file)) == ["published", "skipped"]


def test_posts_that_are_mistaken_by_way_of_a_third_are_one_group(desk: Desk) -> None:
    """The one without a link may be any of the others; only the last is live, and must not go out twice."""
    desk.open()
    desk.sandbox.add_faults(listed_links(desk, "https://example.com/c"))
    posts_ = (READ % "https://example.com/a", PLAIN, READ % "https://example.com/c")
    report = desk.run("posts:\n" + "".join(f"  - {post}\n" for post in posts_))
    assert statuses(report) == ["published", "unconfirmed", "unconfirmed"], report.text


def test_three_pins_of_which_the_list_shows_no_titles_are_skipped_when_three_are_live(desk: Desk) -> None:
    pins = Account(id=X.id, provider="pinterest")
    desk.open(pins)
    rows = [{"id": f"p{number}", "text": "Pin", "type": "photo"} for number in range(3)]
    desk.sandbox.add_faults(listed(desk, *rows))
    media = f"media: [{{id: {picture(desk)}, type: photo, alt_text: A}}]"
    own = ("title: A, ", "", "title: C, ")
    file = "posts:\n" + "".join(
        f"  - {{accounts: ['*'], networks: {{pinterest: {{{title}board: Launches, text: Pin, url: 'https://example.com', {media}}}}}}}\n"
        for title in own
    ).replace(", url: 'https://example.com'", "")
    report = desk.run(file, attempt=2, event_age=900)
    assert statuses(report) == ["skipped"] * 3, report.text


def test_a_lost_post_whose_link_publer_shortened_is_not_guessed(desk: Desk) -> None:
    lost = Fault(kind="reset", when="after", path=PUBLISH)
    desk.open(faults=(lost,), stored_text=StoredText(shorten_links=True))
    report = desk.run("text: One https://acme.dev/a\naccounts: ['*']\n")
    assert statuses(report) == ["unconfirmed"], report.text
    assert "differs only in a link, which may be ours, shortened (post " in report.rows[0]["message"]


# Another announcement of the same event: only its link differs.


def release(tag: str) -> str:
    return f"text: A new release is out! https://github.com/acme/rocket/releases/tag/{tag}\naccounts: ['*']\n"


def test_another_link_of_the_same_site_is_another_announcement_in_a_re_run(desk: Desk) -> None:
    """Two steps of a job, or two tags pushed together: the second was refused, and is run again."""
    desk.open(PAGE)
    assert statuses(desk.run(release("a-1.0"))) == ["published"]
    desk.clock.advance(70)
    desk.sandbox.add_faults(FORBIDDEN)
    assert statuses(desk.run(release("b-1.0"), event_age=150)) == ["failed"]
    desk.clock.advance(300)
    report = desk.run(release("b-1.0"), attempt=2, event_age=500)
    assert statuses(report) == ["published"], report.text
    assert [text[-5:] for text in texts(desk)] == ["a-1.0", "b-1.0"]


def test_another_link_of_the_same_site_is_no_evidence_for_a_lost_post(desk: Desk) -> None:
    desk.open(faults=(Fault(kind="reset", when="before", path=PUBLISH),))
    other = "A new release is out! https://github.com/acme/rocket/releases/tag/a-1.0"
    after = {"id": "other", "text": other, "scheduled_at": iso(desk.clock.time() + 2)}
    desk.sandbox.add_faults(listed(desk, {"text": "older"}, times=1), listed(desk, after))
    report = desk.run(release("b-1.0"), timeout=120)
    assert statuses(report) == ["unconfirmed"], report.text


@pytest.mark.parametrize("attempt", [1, 2])
@pytest.mark.parametrize(
    "link",
    [
        "http://github.com/acme/rocket/releases/tag/b-1.0/",
        "https://www.github.com/acme/rocket/releases/tag/b-1.0?utm_source=twitter",
        "https://github.com/acme/rocket/releases/tag/b%2D1.0",
    ],
)
def test_another_writing_of_the_same_page_and_tracking_words_are_seen_through(
    desk: Desk, link: str, attempt: int
) -> None:
    desk.open(PAGE)
    desk.sandbox.add_faults(listed(desk, {"text": f"A new release is out! {link}"}))
    report = desk.run(release("b-1.0"), attempt=attempt, event_age=900)
    assert statuses(report) == ["skipped"], report.text
    assert texts(desk) == []


# Posts without a text of their own.


@pytest.mark.parametrize(
    ("sent", "kind", "listed_as"),
    [
        ("details: {type: story}", "photo", "story"),
        ("details: {type: story}", "photo", "photo"),
        ("details: {type: reel}", "video", "reel"),
        ("details: {type: reel}", "video", "video"),
        ("type: reel", "video", "video"),
        ("type: carousel", "photo", "photo"),
        ("type: photo", "photo", "carousel"),
        ("type: photo", "photo", "image"),
        ("type: photo", "photo", "a new word"),
    ],
)
def test_a_post_without_text_is_known_again_whatever_publer_calls_its_type(
    desk: Desk, sent: str, kind: str, listed_as: str
) -> None:
    desk.open(PHOTOS)
    media = picture(desk, kind)
    desk.sandbox.add_faults(listed(desk, {"text": "", "type": listed_as}))
    file = f"networks: {{instagram: {{{sent}, media: [{{id: {media}, type: {kind}, alt_text: A}}]}}}}\naccounts: ['*']\n"
    report = desk.run(file, attempt=2, event_age=900)
    assert statuses(report) == ["skipped"], report.text
    assert texts(desk) == []


def test_a_video_without_text_is_no_picture_without_text(desk: Desk) -> None:
    desk.open(PHOTOS)
    desk.sandbox.add_faults(listed(desk, {"text": "", "type": "reel"}, times=1))
    report = desk.run(pictured(desk, picture(desk), text=""), attempt=2, event_age=900)
    assert statuses(report) == ["published"], report.text


ELSEWHERE: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "youtube": (
        {"type": "video", "title": "Film", "description": "All about it."},
        {"text": "All about it.", "type": "video", "title": "Film"},
    ),
    "linkedin": (
        {"question": "Tea or coffee?", "options": ["Tea", "Coffee"], "duration": 1},
        {"text": "Tea or coffee?", "type": "poll"},
    ),
    "wordpress": (
        {"title": "T", "content": [{"id": "1", "type": "paragraph", "data": {"text": "Hello there"}}]},
        {"text": "Hello there", "type": "article"},
    ),
}


@pytest.mark.parametrize("network", ELSEWHERE)
def test_words_that_stand_in_another_field_are_known_again(desk: Desk, network: str) -> None:
    """Publer may list a description, a question or an article's first words as the text."""
    desk.open(Account(id=X.id, provider=network))
    fields, row = ELSEWHERE[network]
    media = [{"id": picture(desk, "video"), "type": "video"}]
    own = {**fields, "media": media} if network == "youtube" else fields
    desk.sandbox.add_faults(listed(desk, row))
    file = json.dumps({"networks": {network: own}, "accounts": ["*"]})
    report = desk.run(file, attempt=2, event_age=900)
    assert statuses(report) == ["skipped"], report.text
    assert texts(desk) == []


# What differs only beside the text.

EVENT = """\
networks: {google: {type: event, media: [{id: PICTURE, type: photo, alt_text: A}], text: Doors open at eight., details: {type: event, title: Concert of %s, start: "2026-12-01T20:00:00+00:00", end: "2026-12-01T23:00:00+00:00"}}}
accounts: ["*"]
"""
POLL = "networks: {twitter: {text: Which one?, options: [%s], duration: 1}}\naccounts: ['*']\n"


@pytest.mark.parametrize(
    ("network", "earlier", "later"),
    [
        ("google", EVENT % "Anna", EVENT % "Bert"),
        ("twitter", POLL % "Tea, Coffee", POLL % "Cats, Dogs"),
    ],
)
def test_what_the_list_does_not_show_is_never_a_green_run_without_a_post(
    desk: Desk, network: str, earlier: str, later: str
) -> None:
    desk.open(Account(id=X.id, provider=network))
    earlier, later = (file.replace("PICTURE", picture(desk)) for file in (earlier, later))
    assert statuses(desk.run(earlier)) == ["published"]
    desk.clock.advance(200)
    report = desk.run(later)
    assert statuses(report) == ["unconfirmed"], report.text
    assert report.exit_code == 1
    again = desk.run(earlier, attempt=2, event_age=900)
    assert statuses(again) == ["skipped"], again.text


# When it went out.


@pytest.mark.parametrize(("zone", "hours"), [(13, 0), (10, 5), (-11, 20)])
def test_days_of_another_zone_hide_no_post(desk: Desk, zone: int, hours: int) -> None:
    """The days of the list may be exclusive, and those of the workspace's own zone."""
    desk.open(listing=Listing(dates="exclusive", zone=zone))
    desk.clock.advance(hours * 3600)
    assert statuses(desk.run(posts("One"))) == ["published"]
    desk.clock.advance(600)
    assert statuses(desk.run(posts("One"), attempt=2, event_age=700)) == ["skipped"]
    assert texts(desk) == ["One"]


def test_a_post_without_a_time_is_no_evidence_where_nobody_looked_before(desk: Desk) -> None:
    desk.open(faults=(Fault(kind="reset", when="before", path=PUBLISH),))
    desk.sandbox.add_faults(listed(desk, {"scheduled_at": None}))
    report = desk.run(posts("One"), duplicate_window="0", timeout=120)
    assert statuses(report) == ["unconfirmed"], report.text


def test_a_post_without_text_and_time_may_be_from_any_day(desk: Desk) -> None:
    desk.open(PHOTOS)
    desk.sandbox.add_faults(listed(desk, {"text": "", "type": "photo", "scheduled_at": None}))
    report = desk.run(pictured(desk, picture(desk), text=""), attempt=2, event_age=500)
    assert statuses(report) == ["unconfirmed"], report.text
    assert texts(desk) == []


def test_a_time_cut_to_the_minute_keeps_the_whole_minute(desk: Desk) -> None:
    """Listed as of 12:00, posted at 12:00:50: the next one goes out no sooner than 12:01:50."""
    desk.open()
    desk.clock.advance(50 - desk.clock.time() % 60)
    assert statuses(desk.run(posts("One"))) == ["published"]
    first = desk.sandbox.world.posts[0]
    went_out = first.time
    first.time = went_out // 60 * 60
    desk.clock.advance(12)
    assert statuses(desk.run(posts("Two"))) == ["published"]
    assert desk.sandbox.record.published[1].time - went_out >= 60


# What a stranger posts meanwhile.


def test_a_strangers_picture_without_text_is_no_evidence_for_a_lost_one(desk: Desk) -> None:
    """In a first attempt; its link is shown, so that a person can look."""
    desk.open(PHOTOS, faults=(Fault(kind="reset", when="before", path=PUBLISH),))
    row = {"text": "", "type": "photo", "scheduled_at": iso(desk.clock.time() + 2), "id": "stranger"}
    row["post_link"] = "https://www.instagram.com/p/stranger/"
    desk.sandbox.add_faults(listed(desk, {"text": "older", "id": "older"}, times=1), listed(desk, row))
    report = desk.run(pictured(desk, picture(desk), text=""), timeout=120)
    assert statuses(report) == ["unconfirmed"], report.text
    assert "https://www.instagram.com/p/stranger/" in report.rows[0]["message"]
    assert report.outputs["post-urls"] == ""


def test_the_same_words_with_a_link_on_another_host_are_no_evidence_for_a_lost_post(desk: Desk) -> None:
    desk.open(faults=(Fault(kind="reset", when="before", path=PUBLISH),))
    row = {"text": "Read https://evil.example/x", "scheduled_at": iso(desk.clock.time() + 2), "id": "other"}
    desk.sandbox.add_faults(listed(desk, {"text": "older", "id": "older"}, times=1), listed(desk, row))
    report = desk.run("text: Read https://acme.dev/x\naccounts: ['*']\n", timeout=120)
    assert statuses(report) == ["unconfirmed"], report.text


@pytest.mark.parametrize("text", ["Another announcement", "One more thing"])
def test_a_job_that_shows_a_post_with_other_words_is_no_evidence(desk: Desk, text: str) -> None:
    desk.open(Account(id=X.id, provider="twitter", drops=True))
    entry = success()
    entry["post"] |= {"text": text, "id": "other", "post_link": "https://x.com/other/1"}
    desk.sandbox.add_faults(job([entry]))
    report = desk.run(posts("One"), timeout=120)
    assert statuses(report) == ["unconfirmed"], report.text
    assert "https://x.com/other/1" not in report.outputs["post-urls"]


def test_rows_of_one_id_and_another_text_do_not_collapse(desk: Desk) -> None:
    """Whichever comes first: our post must not go out again because another row has its id."""
    for rows in ([{"text": "Other"}, {"text": "One"}], [{"text": "One"}, {"text": "Other"}]):
        desk.open()
        desk.sandbox.add_faults(listed(desk, *({"id": "7", **row} for row in rows)))
        assert statuses(desk.run(posts("One"))) == ["skipped"]


def test_a_post_that_goes_live_between_two_pages_is_one_post(desk: Desk) -> None:
    """Two of one text are asked for, and one is there: it must not stand for both."""
    desk.open()
    rows = [
        {"id": "7", "text": "Look", "state": state, "type": "photo"} for state in ("scheduled", "published")
    ]
    desk.sandbox.add_faults(listed(desk, *rows))
    report = desk.run(pictured(desk, picture(desk), picture(desk)))
    assert statuses(report) == ["unconfirmed", "unconfirmed"], report.text


# What a job says.


@pytest.mark.parametrize("state", ["scheduled_pending", "scheduled_reauth", "scheduled_locked"])
def test_a_post_that_publer_holds_back_is_unconfirmed(desk: Desk, state: str) -> None:
    """A complete job without failures, and a list that says it waits for somebody: no green run."""
    desk.open(Account(id=X.id, provider="twitter", drops=True), job=Job(family="failures"))
    waiting = {"state": state, "post_link": None, "scheduled_at": iso(desk.clock.time() + 1)}
    desk.sandbox.add_faults(listed(desk, {"text": "older", "id": "older"}, times=1), listed(desk, waiting))
    report = desk.run(posts("One"), timeout=120)
    assert statuses(report) == ["unconfirmed"], report.text
    assert state in report.rows[0]["message"]
    assert report.exit_code == 1


@pytest.mark.parametrize(
    "body",
    [
        {"errors": ["Job not found"]},
        {"error": "Rate limit exceeded. Retry later."},
        {"success": False, "error": "Temporarily unavailable"},
        {"status": None, "error": "not yet"},
    ],
)
def test_a_poll_that_says_nothing_of_the_job_does_not_end_it(desk: Desk, body: Any) -> None:
    """The job went on, and the post went live after it had been reported as failed."""
    desk.open(job=Job(delay=30.0), faults=(answered("/job_status/*", body, times=1),))
    assert statuses(desk.run(posts("One"), timeout=120)) == ["published"]


def test_a_poll_that_never_says_anything_of_the_job_leaves_it_open(desk: Desk) -> None:
    desk.open(
        Account(id=X.id, provider="twitter", drops=True),
        faults=(answered("/job_status/*", {"errors": ["Job not found"]}),),
    )
    report = desk.run(posts("One"))
    assert statuses(report) == ["unconfirmed"], report.text
    assert "Job not found" in report.rows[0]["message"]


def test_a_job_that_is_not_found_for_seconds_is_asked_again(desk: Desk) -> None:
    early = Fault(
        kind="answer",
        path="/job_status/*",
        status=404,
        body='{"errors":["not found"]}',
        when="before",
        times=3,
    )
    desk.open(job=Job(delay=90.0), faults=(early,))
    assert statuses(desk.run(posts("One"))) == ["published"]


def test_a_failed_job_that_names_one_account_says_nothing_of_the_other(desk: Desk) -> None:
    labs = Account(id="66db83154e299efa19a2d802", provider="twitter", name="Acme Labs")
    said = {
        "status": "failed",
        "payload": {"failures": {"k": [{"account_id": X.id, "message": "X said no"}]}},
    }
    refusing = Account(id=X.id, provider="twitter", failure="X said no")
    desk.open(refusing, labs, listing=Listing(lag=15.0), faults=(answered("/job_status/*", said),))
    report = desk.run("text: One\naccounts: ['*']\n", timeout=120)
    assert statuses(report) == ["failed", "published"], report.text


@pytest.mark.parametrize(
    "trouble",
    [
        {"error": "The first comment could not be posted"},
        {"failure": {"message": None}},
        {"errors": [None]},
        {"failure": {"account_id": None, "account_name": None, "provider": None, "message": None}},
    ],
)
def test_an_entry_that_shows_a_live_post_and_an_error_is_looked_up(desk: Desk, trouble: Any) -> None:
    desk.open()
    desk.sandbox.add_faults(job([success() | trouble]))
    assert statuses(desk.run(posts("One"), timeout=120)) == ["published"]


def test_a_list_that_counts_from_one_is_read_to_its_end_while_it_grows(desk: Desk) -> None:
    at = iso(desk.clock.time() - 300)
    usual = {
        "state": "published",
        "type": "status",
        "account_id": X.id,
        "scheduled_at": at,
        "post_link": None,
    }
    old = [
        usual | {"id": f"old-{number}", "text": "One" if number == 25 else f"T{number}"}
        for number in range(30)
    ]
    grown = [usual | {"id": "new", "text": "new"}, *old]

    def page(rows: list[dict[str, Any]], number: int) -> dict[str, Any]:
        shown_rows = rows[(number - 1) * 20 : number * 20]
        return {"posts": shown_rows, "total": len(rows), "page": number, "per_page": 20, "total_pages": 2}

    desk.open(
        faults=(
            answered("/posts", page(old, 1), times=1, nth=1),
            answered("/posts", page(grown, 1), times=1, nth=1),
            answered("/posts", page(grown, 2), times=0, nth=1),
        )
    )
    report = desk.run(posts("One"))
    assert statuses(report) == ["skipped"], report.text
    assert texts(desk) == []
