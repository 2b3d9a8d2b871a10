"""What must hold in every history, said of the sandbox's record (the truth) and the action's reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sandbox.record import Post
from tests.faults.stage import Report, action
from tests.faults.worlds import GAP, REFUSAL, Wish, World

INVARIANTS = {
    1: "no account has the same post twice",
    2: "the report is true",
    3: "after the re-run everything is published",
    4: "every run ends in time, with all outputs and one headline error",
}
OUTPUTS = frozenset(action()["outputs"])


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A first run, a re-run, and all that was ever published in the sandbox."""

    world: World
    first: Report
    second: Report
    jobs_of_first: frozenset[str]
    """The ids of the publish jobs that the first run started."""
    published: tuple[Post, ...]
    surprises: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Violation:
    invariant: int
    promise: str
    what: str

    def __str__(self) -> str:
        return f"({self.invariant}) {self.promise}: {self.what}"


def violations(history: History) -> list[Violation]:
    """Everything that does not hold in this history."""
    rules = {1: _never_twice, 2: _true_reports, 3: _complete_in_the_end, 4: _decent_ends}
    return [
        Violation(number, INVARIANTS[number], what)
        for number, rule in rules.items()
        for what in rule(history)
    ]


def _never_twice(history: History) -> Iterator[str]:
    counts = Counter((post.account_id, post.text, post.url, post.type) for post in history.published)
    for (account, text, url, kind), count in counts.items():
        if count > 1:
            yield f"{text!r} {url} ({kind}) is {count} times on {account}"


def posts_of(wish: Wish, posts: Sequence[Post]) -> list[Post]:
    """The posts that are what was wished for."""
    wanted = wish.account_id, wish.text, wish.url
    return [
        post
        for post in posts
        if (post.account_id, post.text, post.url) == wanted and wish.type in ("", post.type)
    ]


def _true_reports(history: History) -> Iterator[str]:
    before: list[Post] = []
    for name, report in (("first run", history.first), ("re-run", history.second)):
        is_first = report is history.first
        own = [post for post in history.published if (post.job_id in history.jobs_of_first) is is_first]
        rows = {(row["post"], row["account_id"]): row for row in report.rows}
        # A run that was stopped before it knew the accounts has no rows, and must have published nothing.
        for wish in history.world.wishes if rows or own else ():
            row = rows.get(wish.key)
            if row is None:
                yield f"{name}: no row for {wish.key}"
                continue
            for what in untrue(row, posts_of(wish, before), posts_of(wish, own), wish):
                yield f"{name}, post {wish.post} on {wish.account_id}: {what} ({row['message']})"
        if rows and len(rows) != len(history.world.wishes):
            yield f"{name}: {len(rows)} rows for {len(history.world.wishes)} targets"
        yield from (f"{name}: {what}" for what in unlike_its_rows(report))
        before += own
    yield from history.surprises


def untrue(row: dict[str, object], before: list[Post], own: list[Post], wish: Wish) -> Iterator[str]:
    """What one row says against what was live before this run, and what this run made live."""
    status = row["status"]
    if status == "published" and not own:
        yield "reported published, but it was not"
    if status == "failed" and (own or before):
        yield "reported failed, but it is live"
    if status == "skipped" and not before:
        yield "skipped as a duplicate, but nothing was live"
    if status not in ("published", "failed", "skipped", "unconfirmed"):
        yield f"an unknown status {status}"
    if status in ("published", "skipped"):
        true = (*own, *before)
        if row["post_id"] not in {None, *(one for post in true for one in (post.id, post.listed_id))}:
            yield f"the post id {row['post_id']} is another post's"
        if row["url"] not in {None, *(post.link for post in true)}:
            yield f"the link {row['url']} is another post's"
    if wish.hopeless and status in ("published", "skipped"):
        yield f"the network refused it, and it is reported {status}"


def unlike_its_rows(report: Report) -> Iterator[str]:
    """The other outputs and the exit code, derived from the rows once more."""
    outputs = report.outputs
    if not outputs:
        return
    counts = Counter(row["status"] for row in report.rows)
    live = [row for row in report.rows if row["status"] in ("published", "skipped")]
    for name, number in (
        ("published-count", counts["published"]),
        ("failed-count", counts["failed"]),
        ("skipped-count", counts["skipped"]),
        ("unconfirmed-count", counts["unconfirmed"]),
    ):
        if outputs[name] != str(number):
            yield f"{name} is {outputs[name]}, not {number}"
    if not report.rows or counts["failed"]:
        expected = "partial" if live or counts["unconfirmed"] else "failed"
    elif counts["unconfirmed"]:
        expected = "unconfirmed"
    else:
        expected = "published" if counts["published"] else "skipped"
    if outputs["outcome"] != expected:
        yield f"the outcome is {outputs['outcome']}, not {expected}"
    if report.exit_code != (expected in ("partial", "failed", "unconfirmed")):
        yield f"the exit code is {report.exit_code} at {expected}"
    links = list(dict.fromkeys(row["url"] for row in live if row["url"]))
    if outputs["post-urls"].split() != links:
        yield "post-urls is not what the rows say"


def _complete_in_the_end(history: History) -> Iterator[str]:
    first, second = history.first.status, history.second.status
    may_be_open = history.world.slow or history.world.stays_open
    messages = {(row["post"], row["account_id"]): row["message"] for row in history.second.rows}
    for wish in history.world.wishes:
        live, said = bool(posts_of(wish, history.published)), second.get(wish.key, "nothing")
        where = f"post {wish.post} on {wish.account_id}"
        if wish.hopeless:
            if said != "failed":
                yield f"{where} is refused by its network, and the re-run says {said}"
        elif wish.unproven:
            if said != "unconfirmed":
                yield f"{where} is not live, and nothing proves it; the re-run says {said}"
        elif _may_stay_open(wish, said, messages.get(wish.key, ""), live=live):
            continue
        elif not live:
            yield f"{where} is missing; the runs said {first.get(wish.key)} and {said}"
        elif said not in ("published", "skipped") and not (may_be_open and said == "unconfirmed"):
            yield f"{where} is live; the re-run says {said}, the first run {first.get(wish.key)}"


def _may_stay_open(wish: Wish, said: object, message: str, *, live: bool) -> bool:
    """What a re-run may leave to a person: a refusal, and posts that the list does not tell apart."""
    if wish.type and said == "unconfirmed":
        return True
    return wish.moody and not live and (said == "unconfirmed" or REFUSAL in message)


def _decent_ends(history: History) -> Iterator[str]:
    rounds = history.world.rounds
    longest = rounds * history.world.timeout + (rounds - 1) * GAP + GAP + 5.0
    for name, report in (("first run", history.first), ("re-run", history.second)):
        took = report.ended - report.began
        if took > longest:
            yield f"{name}: took {took:.0f} s of at most {longest:.0f} s"
        yield from (f"{name}: {what}" for what in decent_end(report))


def decent_end(report: Report) -> Iterator[str]:
    """What is wrong with the form of a report."""
    if report.complaint:
        yield report.complaint
    if set(report.outputs) != OUTPUTS:
        yield f"these outputs are missing: {sorted(OUTPUTS - set(report.outputs))}"
    headlines = [one for one in report.annotations if one.level == "error"]
    if len(headlines) != report.exit_code:
        yield f"{len(headlines)} errors at exit code {report.exit_code}"
    if report.exit_code not in (0, 1):
        yield f"exit code {report.exit_code}"
    if "Traceback" in report.text or "Internal error" in report.text:
        yield "an internal error"
