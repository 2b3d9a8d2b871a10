"""Numbers as Markdown."""

from collections.abc import Iterable, Sequence
from statistics import median


def table(title: str, about: str, head: str, rows: Iterable[Iterable[object]]) -> str:
    """One section of the results. ``head``: the columns, with bars between them."""
    columns = head.count("|") + 1
    lines = [f"| {head} |", "|" + " --- |" * columns, *(f"| {' | '.join(map(str, row))} |" for row in rows)]
    return "\n".join([f"## {title}", "", *([about, ""] if about else []), *lines]) + "\n"


def ratio(values: Sequence[float | None], unit: float) -> str:
    """The median in R and how noisy it is: half the distance between the quartiles, as a share of the median."""
    ordered = sorted(value for value in values if value is not None)
    if not ordered:
        return ""
    quarter, middle = len(ordered) // 4, median(ordered)
    noise = (ordered[-1 - quarter] - ordered[quarter]) / 2 / middle
    return f"{middle / unit:.2f} R ± {100 * noise:.0f} %"
