"""Promise: what people read is what we looked at. Renew with `pytest --update-golden`, then look again."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from publer_publish.report.log import check_lines, closing_lines, problem_lines, result_lines
from publer_publish.report.summary import summary
from tests.unit.report import samples


@pytest.mark.parametrize("name", samples.ALL)
def test_summary(name: str, golden: Callable[[str, str], None]) -> None:
    golden(f"summary-{name}.md", summary(samples.ALL[name](), folds=samples.FOLDS))


@pytest.mark.parametrize("name", samples.ALL)
def test_log(name: str, golden: Callable[[str, str], None]) -> None:
    run = samples.ALL[name]()
    lines = [line for problem in run.problems for line in problem_lines(problem)]
    lines += [*check_lines(run.checks), *result_lines(run.results), *closing_lines(run)]
    golden(f"log-{name}.txt", "\n".join(lines) + "\n")
