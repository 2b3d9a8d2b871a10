"""Cases of a parametrized test: a few of them in ``make test``, all of them in ``make test-all``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from _pytest.mark import ParameterSet


def sample(cases: Mapping[str, Any], *, every: int) -> list[ParameterSet]:
    """Mark all cases but the first and each ``every``-th after it as exhaustive. The keys are their ids."""
    return [
        pytest.param(case, id=name, marks=[pytest.mark.exhaustive] if number % every else [])
        for number, (name, case) in enumerate(cases.items())
    ]
