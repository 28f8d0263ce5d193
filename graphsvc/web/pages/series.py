"""Drawings of several values of one thing: bars made of squares, and how values changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from graphsvc.questions.question import Chart
from graphsvc.web.pages.context import Link, PageContext
from graphsvc.web.pages.figure import (
    WIDE,
    Box,
    Drawing,
    Mark,
    Path,
    Sign,
    Words,
    legend,
    lines,
    placed,
)
from graphsvc.web.pages.rendering import capital
from graphsvc.web.pages.table import Table

_HIGH = 20
"""Pixels of a bar, and of the largest square."""
_SIZE = 13.0
_PLOT, _ABOVE = 120.0, 26.0
"""Pixels of the scale of lines, and of the numbers above its top."""


@dataclass(frozen=True)
class Piece:
    """A part of a bar. number: of its squares; shades: of all the values that may be behind it;
    text: what it is."""

    number: int
    shades: Sequence[int]
    text: str


@dataclass(frozen=True)
class Stack:
    """A bar of squares for each thing, one square for each of what is counted. bars: the thing,
    what else it is about, and its parts; key: the shades of the values."""

    unit: str
    bars: Sequence[tuple[Link, str, Sequence[Piece]]]
    key: Sequence[tuple[int, str]]

    def drawing(self, width: float) -> Drawing:
        """Squares with the shade of their value; one with several shades may have any of them."""
        phone = width < WIDE
        left = 0.0 if phone else 300.0
        longest = max(sum(piece.number for piece in pieces) for _, _, pieces in self.bars)
        step = min((width - left) / longest, _HIGH + 2.0)
        marks, y = list[Mark](), 0.0
        for link, about, pieces in self.bars:
            name, also = (lines(text, width if phone else left - 16, size)
                          for text, size in ((link.text, 14), (about, _SIZE)))
            heads = [*placed(name, 0, y + 13), *placed(
                also, 0, y + 13 + 17 * len(name), _SIZE, "soft")]
            under = y + 17 * len(name) + 16 * len(also)
            top = under + 4 if phone else y
            said = " · ".join(piece.text for piece in pieces if piece.text)
            texts = lines(said, width - left, _SIZE, 4)
            marks.append(Mark(
                (*heads, *_squares(pieces, left, top, step),
                 *placed(texts, left, top + _HIGH + 17, _SIZE)),
                says=f"{link.text}, {about}: {said}", href=link.href))
            y = max(under, top + _HIGH + 17 * len(texts) + 6) + 18
        key = [(f"s{shade}", "", text) for shade, text in self.key]
        if any(len(piece.shades) > 1 for _, _, pieces in self.bars for piece in pieces):
            key.append(("", "banded", "somewhere in this range"))
        marked, below = legend(key, width, y + 4)
        return Drawing((*marks, *marked), width, below, f"{self.unit}, one square each")


def _squares(pieces: Sequence[Piece], x: float, y: float, step: float) -> Iterator[Path]:
    """A dashed line for each shade of each part, the highest above; together they are as thick as
    a square is high."""
    for piece in pieces:
        tall = _HIGH / len(piece.shades)
        for at, shade in enumerate(reversed(piece.shades)):
            yield Path(f"M{x:.1f} {y + tall * (at + .5):.1f}h{step * piece.number - .1:.1f}",
                       f"fill-s{shade}", round(tall, 2), f"{step - 2:.2f} 2")
        x += step * piece.number


@dataclass(frozen=True)
class Trends:
    """How values changed, a line for each thing. steps: what they are measured at; lines: the
    thing, and its value at each of some steps; low, high: the ends of the scale."""

    unit: str
    steps: Sequence[str]
    lines: Sequence[tuple[Link, dict[int, Link]]]
    low: float
    high: float
    percent: bool

    def drawing(self, width: float) -> Drawing:
        """A plot for each line, all on one scale, next to each other where there is room."""
        across = 1 if width < WIDE else min(3, len(self.lines))
        wide = (width - 28 * (across - 1)) / across
        names = [lines(capital(link.text), wide, most=3) for link, _ in self.lines]
        tall = 17 * max(map(len, names)) + _ABOVE + _PLOT + 64
        marks = [self._plot(number % across * (wide + 28), number // across * tall, wide, link,
                            found, names[number])
                 for number, (link, found) in enumerate(self.lines)]
        return Drawing(tuple(marks), width, tall * (1 + (len(marks) - 1) // across) - 12,
                       f"{self.unit} from {self.low:g} to {self.high:g}")

    def _plot(
        self, x: float, y: float, wide: float, link: Link, found: dict[int, Link],
        name: Sequence[str]
    ) -> Mark:
        step = (wide - 30) / len(self.steps)
        top = y + 17 * len(name) + _ABOVE
        points = [(x + 30 + (at + .5) * step, top + _PLOT * (self.high - (value.number or 0)) / (
            self.high - self.low), value.text + " %" * self.percent) for at, value in found.items()]
        scale = [part for share, number in ((0.0, self.high), (1.0, self.low)) for part in (
            Box(x + 30, top + _PLOT * share, wide - 30, 1, "rule"),
            Words(x + 24, top + _PLOT * share + 4, f"{number:g}", 12, "soft", "end"))]
        below = [word for at, text in enumerate(self.steps) for word in placed(
            lines(text, step - 4, 12), x + 30 + (at + .5) * step, top + _PLOT + 20, 12, "soft",
            "middle")]
        drawn = "M" + "L".join(f"{px:.1f} {py:.1f}" for px, py, _ in points)
        said = ", ".join(f"{text} {self.steps[at]}" for at, (*_, text) in zip(
            found, points, strict=True))
        return Mark((
            *placed(name, x, y + 13, look="strong"), *scale, *below, Path(drawn, "trend", 2.5),
            *(part for px, py, text in points for part in (
                Sign(px - 7, py - 7, "full"), Words(px, py - 13, text, 13, "strong", "middle")))),
            says=f"{link.text}: {said}", href=link.href)


def stack(context: PageContext, table: Table, declared: Chart) -> Stack | None:
    """A bar for each thing, of those numbers that are apart from each other and add up to most."""
    x, y, about, parts = map(table.at, (declared.x, declared.y, declared.series, declared.parts))
    if x is None or y is None or parts is None:
        return None
    of, words = table.at(table.columns[y].of), table.instead(y)
    bars: dict[tuple[Link, str], dict[frozenset[str], Link]] = defaultdict(dict)
    every: dict[tuple[Link, str], int] = {}
    for row in table.rows:
        key = (row[x], row[about].text if about is not None else "")
        bars[key][frozenset(row[parts].text.split(", "))] = row[y] or (
            row[words] if words is not None else row[y])
        every[key] = int(row[of].number or 0) if of is not None else 0
    drawn = [(*key, _pieces(context.ranked, found, every[key])) for key, found in bars.items()]
    shades = {shade for *_, pieces in drawn for piece in pieces for shade in piece.shades}
    return Stack(declared.unit, drawn, [
        (_shade(rank), text) for text, rank in context.ranked.items()
        if _shade(rank) in shades]) if shades else None


def _shade(rank: float) -> int:
    return Link(rank=rank).shade


def _pieces(
    ranked: Mapping[str, float], found: Mapping[frozenset[str], Link], of: int
) -> list[Piece]:
    """The parts of one bar: numbers, then what is only said in words of what is left."""
    known = _apart([(names, int(value.number)) for names, value in found.items() if value.number],
                   frozenset())
    taken = frozenset[str]().union(*(names for names, _ in known))
    worded = list[frozenset[str]]()
    for names in sorted((its for its, value in found.items() if value.iri), key=len):
        if not names & taken.union(*worded):
            worded.append(names)
    place = list(ranked).index

    def piece(number: int, names: Iterable[str], text: str = "") -> Piece:
        ordered = sorted((name for name in names if name in ranked), key=place)
        return Piece(number, [_shade(ranked[name]) for name in ordered] or [0], text)

    def called(names: Iterable[str]) -> str:
        at = sorted(place(name) for name in names if name in ranked)
        texts = [list(ranked)[it] for it in at]
        if len(at) > 2 and at[-1] - at[0] == len(at) - 1:
            return (f"{texts[0]} or better" if ranked[texts[-1]] == 1 else
                    f"{texts[-1]} or worse" if not ranked[texts[0]] else
                    f"{texts[0]} to {texts[-1]}")
        return " or ".join(filter(None, [", ".join(texts[:-1]), *texts[-1:]]))

    known.sort(key=lambda part: min(ranked.get(name, 0) for name in part[0]))
    left = of - sum(number for _, number in known)
    said = "; ".join(f"{called(names)}: {found[names].text}" for names in worded)
    pieces = [piece(number, names, f"{number} {called(names)}") for names, number in known]
    if left > 0:
        pieces.append(piece(left, frozenset[str]().union(*worded), said or f"{left} not stated"))
    return pieces


def _apart(
    parts: Sequence[tuple[frozenset[str], int]], taken: frozenset[str]
) -> list[tuple[frozenset[str], int]]:
    """Of numbers of what is one of several those that count nothing twice and add up to most, in
    as many parts as there are."""
    if not parts:
        return []
    (names, number), *others = parts
    without = _apart(others, taken)
    if names & taken:
        return without
    return max([(names, number), *_apart(others, taken | names)], without,
               key=lambda some: (sum(number for _, number in some), len(some)))


def trends(table: Table, declared: Chart) -> Trends | None:
    """A line for each thing, where it has one value at each of two steps or more."""
    x, y, series = map(table.at, (declared.x, declared.y, declared.series))
    unit = table.in_all(declared.unit)
    if x is None or y is None or series is None or unit is None:
        return None
    found: dict[Link, dict[str, Link]] = defaultdict(dict)
    for row in table.rows:
        if row[y].number is None or row[x].text in found[row[series]]:
            return None
        found[row[series]][row[x].text] = row[y]
    longest = sorted(found.values(), key=len, reverse=True)
    steps = list(dict.fromkeys(step for values in longest for step in values))
    if len(steps) < 2 or min(map(len, found.values())) < 2:
        return None
    numbers = [row[y].number or 0.0 for row in table.rows]
    tens = 10 ** max(0, len(f"{max(numbers):.0f}") - 1)
    low, high = min(numbers) // tens * tens, -(-max(numbers) // tens) * tens
    return Trends(unit, steps, [
        (thing, {steps.index(step): value for step, value in values.items()})
        for thing, values in found.items()], low, max(high, low + tens),
        declared.scale == "percent")
