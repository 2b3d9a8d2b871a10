"""Runs as the app would hand them to the report: realistic, and the same on every day."""

from __future__ import annotations

from collections.abc import Sequence

from publer_publish.errors import ActionError, Problem, Severity, Where
from publer_publish.post.model import Comment, Content, Media, MediaSource
from publer_publish.report.values import Check, Result, Run, Status, decide
from publer_publish.report.wording import Rerun, headline

TEXT = (
    "Dashboards 2.4.0 is out!\n\n"
    "Charts now load in half the time, and every panel can be shared with a link. "
    "Thanks to @octocat, who found the leak in #412.\n\n"
    "https://github.com/acme/dashboards/releases/tag/v2.4.0"
)
SHORT = "Dashboards 2.4.0 is out https://github.com/acme/dashboards/releases/tag/v2.4.0"
LIMITS = {
    "facebook": 10_000,
    "instagram": 2_200,
    "twitter": 280,
    "linkedin": 3_000,
    "pinterest": 500,
    "google": 1_500,
    "youtube": 5_000,
    "tiktok": 2_200,
    "wordpress": None,
    "telegram": 4_096,
    "mastodon": 500,
    "threads": 500,
    "bluesky": 300,
}


SOURCE = "https://github.com/acme/dashboards/blob/5ca1ab1e5ca1ab1e5ca1ab1e5ca1ab1e5ca1ab1e"
FIVE = ("twitter", "linkedin", "bluesky", "mastodon", "threads")
CARD = Media(
    source=MediaSource.FILE,
    value="docs/card.png",
    alt_text="The new dashboard, with four charts",
    where=Where(file="posts/release.yml", line=7, column=5),
)


def content(network: str, text: str = "", *, comments: Sequence[str] = ()) -> Content:
    where = Where(file="posts/release.yml", line=2, column=7)
    return Content(
        network=network,
        type="photo",
        text=text or (SHORT if network == "twitter" else TEXT),
        where=where,
        media=(CARD,),
        comments=tuple(Comment(text=comment, where=where) for comment in comments),
    )


def row(network: str, status: Status = Status.PUBLISHED, *, message: str = "", **more: object) -> Result:
    shown = content(network)
    live = status is Status.PUBLISHED or (status is Status.SKIPPED and bool(more.get("duplicate")))
    number = list(LIMITS).index(network)
    result = Result(
        post=0,
        file="posts/release.yml",
        network=network,
        account_id=f"66db83154e299efa19a2d8{number:02x}",
        account_name="Acme Inc" if network == "linkedin" else "acme",
        status=status,
        type="photo",
        length=46 if network == "twitter" else len(shown.text),
        limit=LIMITS[network],
        post_id=f"66e0000000000000000000{number:02x}" if live else None,
        url=f"https://{network}.example/acme/status/18{number:02}" if live else None,
        message=message,
        content=shown,
    )
    return result._replace(**more)  # type: ignore[arg-type] # the tests' own keywords


def run(
    results: Sequence[Result] = (),
    *,
    mode: str = "publish",
    problems: Sequence[Problem] = (),
    checks: Sequence[Check] = (),
    cause: ActionError | None = None,
    cancelled: bool = False,
    jobs: Sequence[str] = ("66f1c0ffee00000000000001",),
    rerun: Rerun | None = None,
) -> Run:
    """What the app does with the outcome of a delivery."""
    invalid = any(problem.severity is Severity.ERROR for problem in problems)
    outcome, failed = decide(
        mode,
        results,
        fail_on="any",
        cancelled=cancelled,
        invalid=invalid,
        stopped=cause is not None,
        checks=checks,
    )
    sentence, hint = headline(outcome, results, problems=problems, checks=checks, cause=cause, rerun=rerun)
    return Run(
        mode=mode,
        outcome=outcome,
        failed=failed,
        headline=sentence,
        hint=hint,
        results=tuple(results),
        problems=tuple(problems),
        job_ids=tuple(jobs),
        workspace="" if mode == "validate" else "Acme marketing",
        checks=tuple(checks),
        step="" if mode == "doctor" else "posts/*.yml",
        source_url=SOURCE,
    )


def published() -> Run:
    return run([row(network) for network in FIVE])


def partial() -> Run:
    refused = "You have already posted this content. Try again with different content."
    rows = [row(network) for network in FIVE]
    rows[1] = row("linkedin", Status.FAILED, message=refused)
    return run(rows)


def unconfirmed() -> Run:
    rows = [row(network) for network in FIVE]
    rows[3] = row("mastodon", Status.UNCONFIRMED, message="Publer's answer to the request was lost.")
    return run(rows)


def cancelled() -> Run:
    rows = [
        row("twitter"),
        row("linkedin"),
        row("bluesky", Status.UNCONFIRMED, message="The run was cancelled while the job was at work."),
        row("mastodon", Status.FAILED, message="not sent: the run was cancelled"),
        row("threads", Status.FAILED, message="not sent: the run was cancelled"),
    ]
    return run(rows, cancelled=True)


def duplicates() -> Run:
    evidence = "Live since 2026-11-23 21:04 UTC: same account, same text."
    return run([row(network, Status.SKIPPED, duplicate=True, message=evidence) for network in FIVE], jobs=())


def invalid() -> Run:
    problems = []
    for number in range(50):
        file = f"posts/{'abcde'[number // 10]}.yml"
        post = number % 10
        messages = (
            ("The text has 312 characters; X allows 280.", "Shorten it by 32, or cut part of it with `fit`."),
            ("unknown key `txt`", "Did you mean `text`?"),
            ("instagram takes no post without media", "Add media, or leave instagram out."),
        )
        message, hint = messages[number % 3]
        where = Where(
            file=file, line=3 + 7 * post, column=5, path=("posts", post, "networks", "twitter", "text")
        )
        problems.append(Problem(message=message, hint=hint, where=where))
    problems.append(
        Problem(
            message="the picture has no alt_text",
            hint="Say in a sentence what it shows.",
            where=Where(file="posts/a.yml", line=9, column=7, path=("posts", 0, "media", 0)),
            severity=Severity.WARNING,
        )
    )
    return run(mode="validate", problems=problems, jobs=())


def valid() -> Run:
    rows = [
        row(network, Status.VALID, account_id=None, account_name=None, post_id=None, url=None)
        for network in FIVE
    ]
    skipped = Result(post=0, file="posts/stable-only.yml", status=Status.SKIPPED, message="when is false")
    notice = Problem(
        message="there is no release yet: tag, version and release.* are placeholders",
        severity=Severity.NOTICE,
    )
    return run([*rows, skipped], mode="validate", problems=[notice], jobs=())


def unhealthy() -> Run:
    checks = [
        Check(name="API key", ok=True, detail="accepted; it belongs to Ada"),
        Check(name="Plan", ok=True, detail="business"),
        Check(name="Workspace", ok=True, detail="Acme marketing"),
        Check(
            name="Account linkedin/Acme Inc",
            ok=False,
            detail="the connection has expired",
            cure="Reconnect it in Publer under Accounts.",
        ),
        Check(
            name="Selector mastodon/*",
            ok=False,
            detail="posts/release.yml names it, and the workspace has no Mastodon account",
            cure="Connect one, or leave it out.",
        ),
        Check(name="Rate limit", ok=True, detail="94 of 100 requests left"),
    ]
    return run(mode="doctor", checks=checks, jobs=())


def many() -> Run:
    rows = []
    for post in range(20):
        for network in LIMITS:
            text = f"Announcement {post + 1}: {TEXT}" if network != "twitter" else f"No. {post + 1}: {SHORT}"
            shown = content(network, text, comments=["Thanks to everyone who helped."])
            rows.append(row(network, post=post, content=shown, length=len(text)))
    rows[30] = rows[30]._replace(status=Status.FAILED, url=None, post_id=None, message="Media is too small.")
    rows[31] = rows[31]._replace(status=Status.UNCONFIRMED, url=None, post_id=None)
    return run(rows, jobs=["66f1c0ffee00000000000001", "66f1c0ffee00000000000002"])


def empty() -> Run:
    return run(jobs=())


def stopped() -> Run:
    cause = ActionError(
        "Publer refused the key: Permission denied (403).",
        hint="Check the secret api-key and the workspace-id: Publer does not say which of the two is wrong.",
    )
    return run(cause=cause, jobs=())


ALL = {
    "published": published,
    "partial": partial,
    "unconfirmed": unconfirmed,
    "cancelled": cancelled,
    "duplicates": duplicates,
    "invalid": invalid,
    "valid": valid,
    "unhealthy": unhealthy,
    "many": many,
    "empty": empty,
    "stopped": stopped,
}
