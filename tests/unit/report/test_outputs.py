"""Promise: every output is always set, says the truth in the documented form, and GitHub takes it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from publer_publish.report.outputs import TOTAL_UNITS, outputs
from publer_publish.report.summary import MOST_IN_OUTPUT, summary
from publer_publish.report.values import Outcome, Result, Run, Status
from tests.support import samples
from tests.support.repository import OUTPUTS

KEYS = [
    "post",
    "file",
    "network",
    "account_id",
    "account_name",
    "status",
    "type",
    "length",
    "limit",
    "post_id",
    "url",
    "message",
]
OPTIONAL_TEXT = st.none() | st.text(max_size=20)
RESULTS = st.fixed_dictionaries(
    {
        "post": st.integers(min_value=0, max_value=500),
        "file": st.text(max_size=20),
        "status": st.sampled_from(Status),
        "network": OPTIONAL_TEXT,
        "account_id": OPTIONAL_TEXT,
        "account_name": OPTIONAL_TEXT,
        "post_id": OPTIONAL_TEXT,
        "url": OPTIONAL_TEXT,
        "message": st.text(max_size=40),
        "duplicate": st.booleans(),
    }
).map(lambda fields: Result(**fields))


def made(run: Run) -> dict[str, str]:
    return outputs(run, summary(run, most=MOST_IN_OUTPUT))


def a_run(results: list[Result], **more: Any) -> Run:
    return Run(
        mode="publish",
        outcome=Outcome.PUBLISHED,
        failed=False,
        headline="Published.",
        results=tuple(results),
        **more,
    )


def utf16(values: dict[str, str]) -> int:
    return sum(
        len((name + value).encode("utf-16-le", "surrogatepass")) // 2 for name, value in values.items()
    )


@pytest.mark.parametrize("name", samples.ALL)
def test_all_outputs_are_set_in_every_run(name: str) -> None:
    values = made(samples.ALL[name]())
    assert list(values) == list(OUTPUTS)
    assert json.loads(values["results"]) is not None
    assert all(values[count].isdecimal() for count in list(OUTPUTS)[5:9])


def test_the_outputs_of_a_partial_failure() -> None:
    values = made(samples.partial())
    assert {name: values[name] for name in list(OUTPUTS) if name not in {"results", "summary"}} == {
        "outcome": "partial",
        "job-id": "66f1c0ffee00000000000001",
        "job-ids": "66f1c0ffee00000000000001",
        "post-urls": "https://twitter.example/acme/status/1802\n"
        "https://bluesky.example/acme/status/1812\nhttps://mastodon.example/acme/status/1810\n"
        "https://threads.example/acme/status/1811",
        "published-count": "4",
        "failed-count": "1",
        "skipped-count": "0",
        "unconfirmed-count": "0",
        "preview-file": "",
    }
    rows = json.loads(values["results"])
    assert [list(row) for row in rows] == [KEYS] * 5
    assert rows[1] == {
        "post": 0,
        "file": "posts/release.yml",
        "network": "linkedin",
        "account_id": "66db83154e299efa19a2d803",
        "account_name": "Acme Inc",
        "status": "failed",
        "type": "photo",
        "length": 206,
        "limit": 3000,
        "post_id": None,
        "url": None,
        "message": "You have already posted this content. Try again with different content.",
    }


def test_the_first_of_several_jobs_is_the_job_id_and_a_link_that_was_live_before_is_listed() -> None:
    values = made(samples.duplicates()._replace(job_ids=("one", "two", "two\nthree")))
    assert values["job-id"] == "one"
    assert values["job-ids"] == "one\ntwo"
    assert len(values["post-urls"].splitlines()) == 5


@given(st.lists(RESULTS, max_size=6))
def test_results_are_ascii_json_that_never_alters_ids_and_urls(results: list[Result]) -> None:
    values = made(a_run(results))
    assert values["results"].isascii()
    rows = json.loads(values["results"])
    for row, result in zip(rows, results, strict=True):
        assert list(row) == KEYS
        assert (row["account_id"], row["post_id"], row["url"]) == (
            result.account_id,
            result.post_id,
            result.url,
        )
    urls = values["post-urls"].splitlines()
    assert set(urls) <= {result.url for result in results}


@pytest.mark.parametrize("count", [100, 3000])
@pytest.mark.parametrize("message", ["é" * 2000, ""])
def test_too_much_for_github_is_cut_and_stays_valid(count: int, message: str) -> None:
    results = [samples.row("bluesky", post=number, message=message) for number in range(count)]
    results[-1] = samples.row("linkedin", Status.FAILED, post=count - 1, message=message)
    values = made(samples.run(results, jobs=[f"job{number}" for number in range(9000)]))
    assert utf16(values) <= TOTAL_UNITS
    assert values["published-count"] == str(count - 1)
    assert values["failed-count"] == "1"
    rows = json.loads(values["results"])
    assert rows[-1]["status"] == "failed"
    if len(rows) < count:
        assert f"and {count - len(rows):,} more rows" in rows[-1]["message"]


def test_messages_go_before_rows() -> None:
    results = [samples.row("bluesky", post=number, message="m" * 1000) for number in range(900)]
    rows = json.loads(made(samples.run(results))["results"])
    assert len(rows) == 900
    assert all(row["url"] == "https://bluesky.example/acme/status/1812" for row in rows)


def test_the_summary_output_is_at_most_60_kb() -> None:
    text = made(samples.many())["summary"]
    assert 50_000 < len(text.encode()) <= 60_000
    assert "Cut here" in text


SCHEMA = json.loads((Path(__file__).parents[3] / "schemas" / "results.schema.json").read_text("utf-8"))


@pytest.mark.parametrize("name", samples.ALL)
def test_results_match_their_published_schema(name: str) -> None:
    jsonschema.validate(json.loads(made(samples.ALL[name]())["results"]), SCHEMA)


def test_rows_have_the_keys_of_the_schema_in_its_order() -> None:
    assert list(SCHEMA["$defs"]["result"]["properties"]) == KEYS
