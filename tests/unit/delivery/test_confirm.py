"""Rule 6: what a job says becomes one status per account, and silence never becomes a claim."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from publer_publish.delivery.confirm import is_about_the_minute, read_verdicts
from publer_publish.delivery.ledger import LOOK_FIRST, Ledger
from publer_publish.publer.model import Job, JobEntry, JobState, Verdict
from publer_publish.report.values import Status
from tests.support.build import live, target

A = target(account="a", network="twitter", name="Acme")
B = target(account="b", network="linkedin", name="Acme")


def published(account: str) -> JobEntry:
    return JobEntry(verdict=Verdict.PUBLISHED, account_id=account, post=live(account_id=account))


def failed(message: str = "No", **about: Any) -> JobEntry:
    return JobEntry(verdict=Verdict.FAILED, message=message, **about)


def complete(*entries: JobEntry, nothing_failed: bool = False) -> Job:
    return Job(state=JobState.COMPLETE, entries=entries, nothing_failed=nothing_failed)


@dataclass(frozen=True)
class Case:
    job: Job
    settled: dict[str, Status]
    unsettled: dict[str, Status]
    """Account → what is concluded if the post list shows nothing."""


PUBLISHED, FAILED, UNCONFIRMED = Status.PUBLISHED, Status.FAILED, Status.UNCONFIRMED
CASES = {
    "both published": Case(complete(published("a"), published("b")), {"a": PUBLISHED, "b": PUBLISHED}, {}),
    "one refused, by id": Case(
        complete(published("a"), failed(account_id="b")), {"a": PUBLISHED, "b": FAILED}, {}
    ),
    "one refused, by provider and name": Case(
        complete(published("a"), failed(provider="linkedin", account_name="Acme")),
        {"a": PUBLISHED, "b": FAILED},
        {},
    ),
    "one refused, by a name that two have": Case(
        complete(failed(account_name="Acme")), {}, {"a": UNCONFIRMED, "b": UNCONFIRMED}
    ),
    "one refused, by nobody's name": Case(
        complete(published("a"), failed(account_id="z")), {"a": PUBLISHED}, {"b": UNCONFIRMED}
    ),
    "nothing failed": Case(complete(nothing_failed=True), {}, {"a": UNCONFIRMED, "b": UNCONFIRMED}),
    "nothing said": Case(complete(), {}, {"a": UNCONFIRMED, "b": UNCONFIRMED}),
    "one not mentioned": Case(complete(published("a")), {"a": PUBLISHED}, {"b": UNCONFIRMED}),
    "both said of one account": Case(
        complete(published("a"), failed(account_id="a"), published("b")),
        {"b": PUBLISHED},
        {"a": UNCONFIRMED},
    ),
    "unknown": Case(
        complete(JobEntry(verdict=Verdict.UNKNOWN, account_id="a", message="pending"), published("b")),
        {"b": PUBLISHED},
        {"a": UNCONFIRMED},
    ),
    "the job failed": Case(Job(state=JobState.FAILED, message="Full"), {}, {"a": FAILED, "b": FAILED}),
    "the job failed for one": Case(
        Job(state=JobState.FAILED, entries=(published("a"), failed(account_id="b"))),
        {"a": PUBLISHED, "b": FAILED},
        {},
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_every_answer_has_its_status(case: Case) -> None:
    ledger = Ledger()
    ledger.expect([A, B])
    ledger.sending([A, B])
    unsettled = read_verdicts([A, B], case.job, ledger).unsettled
    open_accounts = {one.account.id for one in ledger.open_targets()}
    settled = {row.account_id: row.status for row in ledger.results() if row.account_id not in open_accounts}
    assert settled == case.settled
    assert {one.target.account.id: one.otherwise for one in unsettled} == case.unsettled


def test_a_failure_without_a_name_is_the_only_targets_failure() -> None:
    ledger = Ledger()
    ledger.expect([A])
    (one,) = read_verdicts([A], complete(failed("Full")), ledger).unsettled
    assert (one.otherwise, one.message) == (FAILED, "Full")


def test_what_was_never_sent_says_so_and_what_was_sent_is_unknown() -> None:
    """However a run ends, the ledger claims no more than was seen."""
    ledger = Ledger()
    ledger.expect([A, B])
    ledger.sending([A])
    sent, unsent = ledger.results("the run was cancelled")
    assert sent.status is UNCONFIRMED
    assert unsent.status is FAILED
    assert unsent.message == "not sent: the run was cancelled"


def test_a_request_that_never_left_was_not_sent() -> None:
    ledger = Ledger()
    ledger.expect([A])
    ledger.sending([A])
    ledger.not_sent([A])
    assert ledger.results()[0].message.startswith("not sent")


@pytest.mark.parametrize(("said", "message"), [("No", "No"), ("", "Publer refused it without saying why.")])
def test_a_refusal_is_reported_in_publers_words_if_it_has_any(said: str, message: str) -> None:
    ledger = Ledger()
    ledger.expect([A])
    assert not any(read_verdicts([A], complete(failed(said, account_id="a")), ledger))
    assert ledger.result_of(A).message.startswith(message)


SILENT = "Publer did not say whether it was published."


@pytest.mark.parametrize(
    ("entry", "of_a", "of_b"),
    [
        (JobEntry(verdict=Verdict.UNKNOWN, account_id="a", message="Pending"), "Pending.", SILENT),
        (failed("Full"), "Full.", "Full."),
        (JobEntry(verdict=Verdict.UNKNOWN, account_id="a"), SILENT, SILENT),
    ],
)
def test_what_stays_open_says_what_publer_said_of_it(entry: JobEntry, of_a: str, of_b: str) -> None:
    ledger = Ledger()
    ledger.expect([A, B])
    unsettled = read_verdicts([A, B], complete(entry), ledger).unsettled
    assert [one.message for one in unsettled] == [f"{of_a} {LOOK_FIRST}", f"{of_b} {LOOK_FIRST}"]


def test_links_are_looked_for_only_where_a_published_post_lacks_one() -> None:
    ledger = Ledger()
    ledger.expect([A, B])
    ledger.settle(A, PUBLISHED, live=live("p"))
    ledger.settle(B, FAILED, "No")
    assert ledger.without_link([A, B]) == [A]
    ledger.add_link(A, live("p", link="https://x.example/p"))
    assert ledger.without_link([A, B]) == []
    assert (ledger.result_of(A).post_id, ledger.result_of(A).url) == ("p", "https://x.example/p")


GAP = "There's another post at this time. A one minute gap is required between posts"


@pytest.mark.parametrize(
    ("sentence", "gap"),
    [
        (GAP, True),
        ("C'\u00e8 un altro post a quest'ora. \u00c8 richiesto un intervallo di un minuto tra i post", True),
        ("Zwischen zwei Beitr\u00e4gen muss eine Minute liegen", True),
        ("Hay otra publicaci\u00f3n a esta hora. Se requiere un minuto entre publicaciones", True),
        ("Videos in a post need to be at least one minute long", False),
        ("Post type is not valid", False),
        ("Posts cannot be backdated", False),
        ("", False),
    ],
)
def test_publers_minute_is_recognised_in_any_language(sentence: str, gap: bool) -> None:
    assert is_about_the_minute(sentence) is gap


def test_what_publers_minute_refuses_is_not_settled_but_sent_again() -> None:
    ledger = Ledger()
    ledger.expect([A, B])
    found = read_verdicts([A, B], complete(published("a"), failed(GAP, account_id="b")), ledger)
    assert [(one.target, one.message) for one in found.too_soon] == [(B, GAP)]
    assert found.unsettled == []
    assert ledger.open_targets() == [B]


def test_job_entries_without_ids_are_not_compared_again_for_every_target() -> None:
    """Five hundred of them for five hundred targets would take minutes."""
    compared = 0

    class Name(str):
        __slots__ = ()
        __hash__ = str.__hash__

        def __eq__(self, other: object) -> bool:
            nonlocal compared
            compared += 1
            return str.__eq__(self, other)

    targets = [target(account=f"{number}", network="twitter", name="Acme") for number in range(40)]
    job = complete(*(failed(provider=Name("twitter"), account_name=Name("Acme")) for _ in range(40)))
    assert len(read_verdicts(targets, job, Ledger()).unsettled) == 40
    assert compared < 5 * 40 * 40
