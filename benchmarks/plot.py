"""Line plots as SVG, readable on light and on dark ground, drawn without a library."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 64, 190, 44, 52
_STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .title { font-weight: 600; font-size: 15px }
  .grid { stroke: #d1d9e0; stroke-width: 1 }
  .line { fill: none; stroke-width: 2.5 }
  .c0 { stroke: #0969da; fill: #0969da } .c1 { stroke: #bc4c00; fill: #bc4c00 }
  .c2 { stroke: #1a7f37; fill: #1a7f37 } .c3 { stroke: #8250df; fill: #8250df }
  .c4 { stroke: #59636e; fill: #59636e; stroke-dasharray: 5 4 }
  .ground { fill: #ffffff }
  text.c0, text.c1, text.c2, text.c3, text.c4 { stroke: none }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .ground { fill: #0d1117 } .grid { stroke: #30363d }
    .c0 { stroke: #4493f8; fill: #4493f8 } .c1 { stroke: #f0883e; fill: #f0883e }
    .c2 { stroke: #3fb950; fill: #3fb950 } .c3 { stroke: #ab7df8; fill: #ab7df8 }
    .c4 { stroke: #9198a1; fill: #9198a1 }
  }
"""

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """Both axes are logarithmic. The last line is dashed: what is allowed."""

    title: str
    x_label: str
    y_label: str
    lines: Mapping[str, Points]


def svg(plot: Plot) -> str:
    """Draw it."""
    every = [point for line in plot.lines.values() for point in line]
    x_low, x_high = min(x for x, _ in every), max(x for x, _ in every)
    y_low, y_high = _below(min(y for _, y in every)), _above(max(y for _, y in every))

    def place(x: float, y: float) -> tuple[float, float]:
        across = (math.log(x) - math.log(x_low)) / (math.log(x_high) - math.log(x_low))
        up = (math.log(y) - math.log(y_low)) / (math.log(y_high) - math.log(y_low))
        return (
            round(LEFT + across * (WIDTH - LEFT - RIGHT), 1),
            round(HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM), 1),
        )

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        f"<title>{escape(plot.title)}</title>",
        f"<style>{_STYLE}</style>",
        f'<rect class="ground" width="{WIDTH}" height="{HEIGHT}" rx="6"/>',
        f'<text class="title" x="{LEFT}" y="24">{escape(plot.title)}</text>',
    ]
    for y in _ticks(y_low, y_high):
        left, height = place(x_low, y)
        parts.append(f'<path class="grid" d="M{left} {height}H{WIDTH - RIGHT}"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{height + 4}" text-anchor="end">{y:g}</text>')
    for x in dict.fromkeys(x for line in plot.lines.values() for x, _ in line):
        left, height = place(x, y_low)
        if _is_round(x):
            parts.append(f'<text x="{left}" y="{height + 18}" text-anchor="middle">{x:g}</text>')
    middle = LEFT + (WIDTH - LEFT - RIGHT) / 2
    parts.append(f'<text x="{middle}" y="{HEIGHT - 12}" text-anchor="middle">{escape(plot.x_label)}</text>')
    parts.append(
        f'<text transform="translate(16 {(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)" '
        f'text-anchor="middle">{escape(plot.y_label)}</text>'
    )
    parts += _lines(plot, place)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _lines(plot: Plot, place: Callable[[float, float], tuple[float, float]]) -> list[str]:
    parts = []
    taken: list[float] = []
    for number, (name, line) in enumerate(plot.lines.items()):
        colour = "c4" if number == len(plot.lines) - 1 else f"c{number}"
        points = [place(x, y) for x, y in line]
        path = "L".join(f"{x} {y}" for x, y in points)
        parts.append(f'<path class="line {colour}" style="fill: none" d="M{path}"/>')
        x, y = points[-1]
        while any(abs(y - other) < 16 for other in taken):
            y += 4
        taken.append(y)
        parts.append(f'<text class="{colour}" x="{x + 8}" y="{y + 4}">{escape(name)}</text>')
    return parts


def _below(value: float) -> float:
    return max(tick for tick in _ALL if tick <= value)


def _above(value: float) -> float:
    return min(tick for tick in _ALL if tick >= value)


_ALL = [step * 10.0**power for power in range(-4, 5) for step in (1, 2, 5)]


def _ticks(low: float, high: float) -> list[float]:
    return [tick for tick in _ALL if low <= tick <= high]


def _is_round(value: float) -> bool:
    return any(math.isclose(value, step * 10.0**power) for power in range(-2, 4) for step in (1, 2, 3, 5))
