"""Sums up at the end of a test run what the fault explorer has found."""

from __future__ import annotations

from typing import Any

from tests.faults.invariants import INVARIANTS


def pytest_terminal_summary(terminalreporter: Any) -> None:
    schedules, found = 0, dict.fromkeys(INVARIANTS, 0)
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, value in getattr(report, "user_properties", ()) if _is_call(report) else ():
                if name == "schedules":
                    schedules += value
                elif name.startswith("violations of "):
                    found[int(name.rpartition(" ")[2])] += value
    if schedules:
        counts = ", ".join(f"({number}) {count}" for number, count in found.items())
        terminalreporter.write_line(f"fault explorer: {schedules} schedules; violations of {counts}")


def _is_call(report: Any) -> bool:
    return getattr(report, "when", "") == "call"
