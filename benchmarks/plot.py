"""Lines over sizes as SVG, both axes logarithmic."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

COLOURS = {"graphsvc": "#b3261e", "oxigraph": "#1a5fb4", "virtuoso": "#26744a",
           "rdflib-endpoint": "#8a5a00", "shmarql": "#6a3d9a"}
WIDTH, HEIGHT, LEFT, TOP, BOTTOM, RIGHT = 340, 270, 58, 46, 44, 16
PANELS_A_ROW = 3


@dataclass(frozen=True)
class Line:
    """A name and its points: quads, number."""

    name: str
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Panel:
    """One picture of lines."""

    title: str
    unit: str
    lines: Sequence[Line]


def draw(panels: Sequence[Panel]) -> str:
    """All panels in rows, with one legend."""
    rows = ceil(len(panels) / PANELS_A_ROW)
    width, height = WIDTH * PANELS_A_ROW, HEIGHT * rows + 30
    names = list(dict.fromkeys(line.name for panel in panels for line in panel.lines))
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
             'font-family="sans-serif" font-size="11" role="img">',
             f'<rect width="{width}" height="{height}" fill="#fff"/>', *_legend(names)]
    for number, panel in enumerate(panels):
        x, y = number % PANELS_A_ROW * WIDTH, number // PANELS_A_ROW * HEIGHT + 30
        parts.append(f'<g transform="translate({x} {y})">')
        parts += _panel(panel)
        parts.append("</g>")
    return "\n".join([*parts, "</svg>\n"])


def _legend(names: Sequence[str]) -> Iterator[str]:
    for number, name in enumerate(names):
        x = LEFT + number * 130
        yield (f'<path d="M{x} 18h22" stroke="{COLOURS.get(name, "#444")}" stroke-width="3"/>'
               f'<text x="{x + 28}" y="22" fill="#222">{escape(name)}</text>')


def _panel(panel: Panel) -> Iterator[str]:
    yield f'<text x="{LEFT}" y="16" fill="#222" font-weight="bold">{escape(panel.title)}</text>'
    yield f'<text x="{LEFT}" y="32" fill="#555">{escape(panel.unit)}, by quads</text>'
    points = [point for line in panel.lines for point in line.points]
    if not points:
        return
    across = _Axis([x for x, _ in points], LEFT, WIDTH - RIGHT)
    up = _Axis([y for _, y in points], HEIGHT - BOTTOM, TOP)
    for power in range(up.low, up.high + 1):
        y = up.place(10.0**power)
        yield (f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/><text x="{LEFT - 6}" '
               f'y="{y + 4:.1f}" text-anchor="end" fill="#555">{_short(10.0**power)}</text>')
    for power in range(across.low, across.high + 1):
        x = across.place(10.0**power)
        yield (f'<path d="M{x:.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="#eee"/><text x="{x:.1f}" '
               f'y="{HEIGHT - BOTTOM + 16}" text-anchor="middle" fill="#555">'
               f"{_short(10.0**power)}</text>")
    for line in panel.lines:
        colour = COLOURS.get(line.name, "#444")
        places = [(across.place(x), up.place(y)) for x, y in line.points]
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
        yield f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
        for (x, y), (quads, number) in zip(places, line.points, strict=True):
            yield (f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"><title>'
                   f"{escape(line.name)}: {number:,.4g} at {quads:,.0f} quads</title></circle>")


class _Axis:
    """Powers of ten around the numbers, from one end of the picture to the other."""

    def __init__(self, numbers: Sequence[float], start: float, end: float) -> None:
        self.low, self.high = floor(log10(min(numbers))), ceil(log10(max(numbers)))
        self.high = max(self.high, self.low + 1)
        self._start, self._end = start, end

    def place(self, number: float) -> float:
        share = (log10(number) - self.low) / (self.high - self.low)
        return self._start + share * (self._end - self._start)


def _short(number: float) -> str:
    for unit, size in (("M", 1e6), ("k", 1e3)):
        if number >= size:
            return f"{number / size:g}{unit}"
    return f"{number:g}"
