"""Promise: `outcome` and the exit code follow the published precedence, whatever the targets are."""

from itertools import combinations_with_replacement, product

import pytest

from publer_publish.report.values import Check, Outcome, Result, Status, decide, is_live, needs_attention

# One letter a kind of target: (p)ublished, (f)ailed, (u)nconfirmed, (d)uplicate, (w)hen is false.
KINDS = {
    "p": Result(post=0, file="", status=Status.PUBLISHED),
    "f": Result(post=0, file="", status=Status.FAILED),
    "u": Result(post=0, file="", status=Status.UNCONFIRMED),
    "d": Result(post=0, file="", status=Status.SKIPPED, duplicate=True),
    "w": Result(post=0, file="", status=Status.SKIPPED),
}
MIXES = ["".join(mix) for size in range(5) for mix in combinations_with_replacement(KINDS, size)]


def expected(mix: str, fail_on: str, *, stopped: bool) -> tuple[str, bool]:
    """The rules once more, on letters and in other words."""
    live = set(mix) & set("pd")
    if "f" in mix or stopped:
        outcome = "partial" if live or "u" in mix else "failed"
    elif "u" in mix:
        outcome = "unconfirmed"
    else:
        outcome = "published" if "p" in mix else "skipped"
    trouble = "f" in mix or "u" in mix
    fails = {"any": trouble, "all": trouble and not live, "never": False}[fail_on]
    return outcome, stopped or fails


@pytest.mark.parametrize("fail_on", ["any", "all", "never"])
@pytest.mark.parametrize("stopped", [False, True])
def test_every_mix_of_targets(fail_on: str, stopped: bool) -> None:
    for mix in MIXES:
        results = [KINDS[kind] for kind in mix]
        decided = decide("publish", results, fail_on=fail_on, stopped=stopped)
        assert decided == expected(mix, fail_on, stopped=stopped), mix


@pytest.mark.parametrize("fail_on", ["any", "all", "never"])
def test_cancelled_comes_before_invalid_before_all_else_and_both_fail_whatever_fail_on_says(
    fail_on: str,
) -> None:
    for mix, mode, stopped, invalid in product(
        MIXES, ("publish", "validate", "doctor"), (False, True), (False, True)
    ):
        results = [KINDS[kind] for kind in mix]
        cancelled = decide(mode, results, fail_on=fail_on, cancelled=True, invalid=invalid, stopped=stopped)
        assert cancelled == (Outcome.CANCELLED, True)
        if invalid:
            assert decide(mode, results, fail_on=fail_on, invalid=True, stopped=stopped) == ("invalid", True)


@pytest.mark.parametrize(
    ("results", "outcome", "failed"),
    [
        ([], "valid", False),
        ([Status.VALID, Status.VALID], "valid", False),
        ([Status.SKIPPED], "valid", False),
        ([Status.VALID, Status.INVALID], "invalid", True),
    ],
)
def test_validate(results: list[Status], outcome: str, failed: bool) -> None:
    rows = [Result(post=0, file="", status=status) for status in results]
    assert decide("validate", rows, fail_on="never") == (outcome, failed)


def test_validate_that_a_failed_look_up_stopped_is_not_valid() -> None:
    assert decide("validate", [], fail_on="never", stopped=True) == (Outcome.FAILED, True)


@pytest.mark.parametrize(
    ("oks", "stopped", "outcome", "failed"),
    [
        ([], False, "healthy", False),
        ([True, True], False, "healthy", False),
        ([True, False], False, "unhealthy", True),
        ([True], True, "unhealthy", True),
    ],
)
def test_doctor_fails_on_any_check_whatever_fail_on_says(
    oks: list[bool], stopped: bool, outcome: str, failed: bool
) -> None:
    checks = [Check(name="key", ok=ok, detail="") for ok in oks]
    assert decide("doctor", [], fail_on="never", stopped=stopped, checks=checks) == (outcome, failed)


def test_a_duplicate_is_live_and_a_false_when_is_not() -> None:
    assert [kind for kind, result in KINDS.items() if is_live(result)] == ["p", "d"]


def test_what_a_person_has_to_look_at() -> None:
    assert [kind for kind, result in KINDS.items() if needs_attention(result)] == ["f", "u"]
