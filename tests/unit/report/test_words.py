"""Promise: a sentence says what is known, no more, and the numbers in it are right."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publer_publish.errors import ActionError, Problem, Where
from publer_publish.report.log import aligned, check_rows, closing_lines, result_rows
from publer_publish.report.summary import summary
from publer_publish.report.values import Check, Outcome, Result, Run, Status, decide
from publer_publish.report.wording import (
    Rerun,
    explanation,
    headline,
    network_label,
    rerun_hint,
    rerun_lines,
    target,
)
from publer_publish.text import columns, cut, duration, one_line, suggest, unseen, visible
from tests.support import samples
from tests.support.samples import row, run

KINDS = {
    "p": row("twitter"),
    "f": row("bluesky", Status.FAILED, message="Publer said no."),
    "u": row("mastodon", Status.UNCONFIRMED),
    "d": row("threads", Status.SKIPPED, duplicate=True),
    "w": row("facebook", Status.SKIPPED),
}
STOP = ActionError("Publer is down.", hint="Try later.")


def said(mix: str, *, cancelled: bool = False, cause: ActionError | None = None) -> str:
    results = [KINDS[kind] for kind in mix]
    outcome, _ = decide("publish", results, fail_on="any", cancelled=cancelled, stopped=cause is not None)
    return headline(outcome, results, cause=cause)[0]


@pytest.mark.parametrize(
    ("mix", "sentence"),
    [
        ("ppp", "Published to 3 targets."),
        ("p", "Published to 1 target."),
        ("pd", "Published to 1 target; 1 skipped as already live."),
        ("pw", "Published to 1 target; 1 skipped (when is false)."),
        ("pf", "1 of 2 targets failed (1 published): Bluesky / acme: Publer said no."),
        ("fduf", ("2 of 4 targets failed (1 already live before, "
                  "1 unconfirmed): Bluesky / acme, Bluesky / acme: Publer said no.")),
        ("f", "Nothing was published: 1 of 1 target failed: Bluesky / acme: Publer said no."),
        ("ffw", "Nothing was published: 2 of 3 targets failed: Bluesky / acme, Bluesky / acme: Publer said no."),
        ("u", "1 of 1 target unconfirmed, may or may not be live: Mastodon / acme."),
        ("uup", "2 of 3 targets unconfirmed, may or may not be live: Mastodon / acme, Mastodon / acme (1 published)."),
        ("d", "Nothing to publish: 1 already live."),
        ("ddd", "Nothing to publish: 3 already live."),
        ("dw", "Nothing to publish: 1 already live, 1 skipped (when is false)."),
        ("ww", "Nothing to publish: 2 skipped (when is false)."),
        ("", "Nothing to publish: there is no target."),
    ],
)  # fmt: skip
def test_the_headline(mix: str, sentence: str) -> None:
    assert said(mix) == sentence


@pytest.mark.parametrize(
    ("mix", "sentence"),
    [
        ("", "Cancelled before anything was sent."),
        ("pfw", "Cancelled; of 3 targets: 1 published, 1 failed or not sent, 1 skipped (when is false)."),
        ("pdw", "Cancelled; of 3 targets: 1 published, 1 already live before, 1 skipped (when is false)."),
    ],
)
def test_the_headline_of_a_cancelled_run(mix: str, sentence: str) -> None:
    assert said(mix, cancelled=True) == sentence


def test_what_stopped_a_run_is_said_in_its_own_words() -> None:
    assert said("", cause=STOP) == "Publer is down."
    assert said("fd", cause=STOP) == "Publer is down (1 already live before)."
    assert headline(Outcome.UNHEALTHY, cause=STOP) == ("Publer is down.", "Try later.")


def test_the_headline_of_doctor_counts_and_gives_a_cure_that_cures_all_of_it() -> None:
    key = Check(name="API key", ok=True, detail="belongs to Ada")
    gone = Check(name="selector", ok=False, detail="a.yml:2: No account matches `x/*`.", cure="Connect one.")
    typo = Check(name="post file", ok=False, detail="a.yml:3: Unknown key.", cure="Did you mean `text`?")

    def said_of(*checks: Check) -> tuple[str, str]:
        return headline(Outcome.UNHEALTHY, checks=[key, *checks])

    assert said_of(gone) == (
        "1 of 2 checks failed: selector: a.yml:2: No account matches `x/*`.",
        "Connect one.",
    )
    assert said_of(typo, typo) == (
        "2 of 3 checks failed: post file (2). The first: a.yml:3: Unknown key.",
        "Did you mean `text`?",
    )
    assert said_of(gone, typo, typo) == (
        "3 of 4 checks failed: selector, post file (2). The first: a.yml:2: No account matches `x/*`.",
        "Each is listed with what to do.",
    )


def test_the_only_problem_is_the_headline_unless_it_is_said_at_its_line_already() -> None:
    problem = Problem(message="the text is empty", hint="Write one.", where=Where(path=("text",)))
    assert headline(Outcome.INVALID, problems=[problem]) == ("text: the text is empty", "Write one.")
    problem = problem._replace(where=Where(file="a.yml", line=3, column=5, path=("text",)))
    assert headline(Outcome.INVALID, problems=[problem]) == (
        "1 problem in 1 file; nothing was sent.",
        "Each is listed with its place and what to change.",
    )
    assert (
        headline(Outcome.INVALID, problems=[problem, problem])[0] == "2 problems in 1 file; nothing was sent."
    )
    assert headline(Outcome.INVALID, cause=STOP)[0] == "Publer is down."
    assert headline(Outcome.INVALID)[0] == "The input is invalid; nothing was sent."


def test_the_note_that_there_are_more_problems_is_not_counted_as_one() -> None:
    where = Where(file="a.yml", line=3)
    problems = [Problem(message=f"Wrong {number}", where=where) for number in range(500)]
    problems.append(Problem(message="There are more.", where=where, stands_for_more=True))
    told = run(mode="validate", problems=problems, jobs=())
    assert told.headline == "more than 500 problems in 1 file; nothing was sent."
    assert "### Problems (more than 500)" in summary(told)


def test_different_reasons_are_not_given_for_one() -> None:
    results = [KINDS["f"], row("threads", Status.FAILED, message="Too long.")]
    assert headline(Outcome.FAILED, results)[0].endswith("failed: Bluesky / acme, Threads / acme.")


@given(st.lists(st.sampled_from(list(KINDS.values())), max_size=6), st.sampled_from(Outcome), st.text())
def test_a_headline_is_always_one_line(results: list[Result], outcome: Outcome, foreign: str) -> None:
    sentence, hint = headline(outcome, results, cause=ActionError(foreign, hint=foreign))
    assert len((sentence + hint).splitlines()) <= 1


@pytest.mark.parametrize(
    ("mix", "rerun", "words"),
    [
        (
            "fp",
            Rerun(),
            [
                "sends what failed or was not sent (1 target)",
                "recognises what is live (1 target)",
                "24 hours",
            ],
        ),
        ("ffpd", Rerun(window=5400), ["not sent (2 targets)", "what is live (2 targets)", "90 minutes"]),
        ("fp", Rerun(reaches_back=True), ["skips it, however much later it is started"]),
        (
            "fp",
            Rerun(window=0, reaches_back=True),
            ["It sends what failed", "**It posts what is live a second time** (1 target)", "is off"],
        ),
        (
            "fp",
            Rerun(on_duplicate="publish"),
            ["It sends what failed", "a second time** (1 target; `on-duplicate: publish`)"],
        ),
        (
            "fp",
            Rerun(on_duplicate="fail"),
            ["sends nothing at all because of what is live (1 target; `on-duplicate: fail`)"],
        ),
        ("f", Rerun(on_duplicate="fail"), ["It sends what failed"]),
        ("u", Rerun(), ["What is unconfirmed (1 target)", "skips what Publer lists as live"]),
        ("u", Rerun(window=0), ["**A re-run sends it again in any case**"]),
        ("u", Rerun(on_duplicate="fail"), ["sends nothing if Publer lists any of it as live"]),
        ("uu", Rerun(), ["What is unconfirmed (2 targets)", "skips what Publer lists as live"]),
    ],
)
def test_what_a_rerun_does(mix: str, rerun: Rerun, words: list[str]) -> None:
    lines = "\n".join(rerun_lines([KINDS[kind] for kind in mix], rerun))
    assert [word for word in words if word not in lines] == []
    if "fail" in rerun.on_duplicate and "p" in mix:
        assert "It sends what failed" not in lines


@pytest.mark.parametrize("mix", ["", "p", "pd", "w"])
def test_nothing_is_said_of_a_rerun_when_nothing_is_left_to_do(mix: str) -> None:
    assert rerun_lines([KINDS[kind] for kind in mix], Rerun()) == []


@pytest.mark.parametrize(
    ("mix", "rerun", "words"),
    [
        ("f", Rerun(), "can safely be run again"),
        ("fp", Rerun(), "sends only what is missing"),
        ("fp", Rerun(window=0), "would post again what is live"),
        ("fp", Rerun(on_duplicate="fail"), "sends nothing while"),
        ("fu", Rerun(), "before posting again"),
    ],
)
def test_the_hint_after_a_failure(mix: str, rerun: Rerun, words: str) -> None:
    assert words in rerun_hint([KINDS[kind] for kind in mix], rerun)


def test_a_status_claims_no_more_than_is_known() -> None:
    assert explanation(KINDS["u"]) == "may or may not be live; look in Publer before posting again"
    assert explanation(KINDS["d"]) == "already live"
    assert explanation(KINDS["w"]) == ""


def test_names_of_networks_and_targets() -> None:
    assert [network_label(name) for name in ("twitter", "wordpress_basic", "new\nnet", None)] == [
        "X",
        "WordPress",
        "new net",
        "any network",
    ]
    assert target(row("linkedin", account_name=None)) == "LinkedIn / 66db83154e299efa19a2d803"


def test_a_plain_successful_run_is_short() -> None:
    run = samples.published()
    assert len([*result_rows(run.results), *closing_lines(run)]) <= 7


def test_one_target_on_one_line() -> None:
    (line,) = result_rows([KINDS["p"]])
    assert line.text == "published  X / acme  46 / 280  https://twitter.example/acme/status/1802"


@given(st.text(), st.text())
def test_log_lines_are_single_lines_whatever_they_are_made_of(first: str, second: str) -> None:
    check = Check(name=first, ok=False, detail=second, cure=first)
    result = Result(
        post=0,
        file=first,
        status=Status.FAILED,
        network=first,
        account_name=second,
        url=first,
        message=second,
    )
    run = Run(
        mode="publish", outcome=Outcome.FAILED, failed=True, headline=first, hint=second, job_ids=(first,)
    )
    rows = [*check_rows([check]), *result_rows([result])]
    for line in [*(one.text for one in rows), *closing_lines(run)]:
        assert len(line.splitlines()) <= 1
        assert line == visible(line)


def test_columns_begin_below_each_other_also_after_wide_characters() -> None:
    lines = aligned([["漢字", "x"], ["abc", "y"], ["e\u0301", "z"]])
    assert [columns(line) for line in lines] == [7, 7, 7]
    assert aligned([]) == []


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (86_400, "24 hours"),
        (3600, "1 hour"),
        (5400, "90 minutes"),
        (90, "90 seconds"),
        (1, "1 second"),
        (0.5, "0.5 seconds"),
    ],
)
def test_durations(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@given(st.text(), st.integers(min_value=1, max_value=20))
def test_one_line_is_one_line_of_that_length(text: str, limit: int) -> None:
    line = one_line(text, limit)
    assert len(line) <= limit
    assert len(line.splitlines()) <= 1
    line.encode()


@given(st.text(alphabet=st.characters(categories=["Cc", "Cf", "Cs", "Cn", "Zl", "Zp"])))
def test_no_control_or_direction_survives(text: str) -> None:
    kept = set(visible(text)) - set("\n\t")
    assert not kept & {
        chr(code) for code in [*range(32), *range(127, 160), *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
    }
    assert cut("abcdef", 3) == "ab…"


@pytest.mark.parametrize(
    ("word", "known", "meant"),
    [
        ("on_duplicate", ["on-duplicate", "mode"], "on-duplicate"),
        ("Twiter", ["twitter", "threads"], "twitter"),
        ("relase.yml", ["release.yml", "README.md"], "release.yml"),
        ("Acme inc", ["Acme Inc.", "Other"], "Acme Inc."),
        ("elephant", ["mode", "text"], ""),
        ("***", ["---", "mode"], ""),
        ("m" * 100_000, ["m" * 100_000], ""),
        ("mode", [], ""),
    ],
)
def test_a_mistyped_word_is_guessed_and_a_strange_one_is_not(word: str, known: list[str], meant: str) -> None:
    assert suggest(word, known) == meant


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("plain, with é, 日本語, עברית and \u200fمرحبا", []),
        ("a family 👨\u200d👩\u200d👧, a heart ❤\ufe0f, می\u200cخواهم", []),
        ("the flag of Scotland 🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f", []),
        ("zero\u200bwidth and\u200b again", ["U+200B ZERO WIDTH SPACE"]),
        ("hidden\U000e0068\U000e0069 words", ["U+E0068 TAG LATIN SMALL LETTER H"]),
        ("turned \u202earound", ["U+202E RIGHT-TO-LEFT OVERRIDE"]),
        ("blank \u3164 letter", ["U+3164 HANGUL FILLER"]),
    ],
)
def test_characters_that_nobody_sees_are_named_and_those_that_languages_need_are_not(
    text: str, names: list[str]
) -> None:
    assert unseen(text) == names
