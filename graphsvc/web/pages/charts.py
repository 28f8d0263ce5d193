"""The drawings of an answer that its question declares: bars, a tile map, a matrix."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from graphsvc.web.pages.context import Link, PageContext
from graphsvc.web.pages.table import Cell, Row, Table

SHADES = 6
"""Steps of shade, from 1; every shade has its text as well."""
_MOST_BARS = 40


@dataclass(frozen=True)
class Bar:
    """One bar. share: of the longest, in per cent."""

    label: Cell
    value: str
    share: float


@dataclass(frozen=True)
class Chart:
    """Bars: one number for each row."""

    label: str
    measure: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class TileCell:
    """A place on the map. shade: 0 where the answer has nothing, else from 1 to SHADES."""

    link: Link
    column: int
    row: int
    shade: int
    tone: str | None
    text: str


@dataclass(frozen=True)
class TileMap:
    """Places at the positions of their tiles. measure: what the shade means."""

    measure: str
    cells: tuple[TileCell, ...]
    columns: int


@dataclass(frozen=True)
class Crossing:
    """A cell of a matrix: the values at a row and column."""

    values: tuple[Cell, ...]
    shade: int


@dataclass(frozen=True)
class Matrix:
    """The values of one column where two others meet."""

    corner: str
    measure: str
    columns: tuple[Link, ...]
    rows: tuple[tuple[Link, tuple[Crossing, ...]], ...]


def chart(table: Table) -> Chart | None:
    """The bars of an answer; None where its question declares none, or they would mislead: for
    numbers below zero, one row, or too many."""
    declared = table.question.chart
    if declared is None or not 2 <= len(table.rows) <= _MOST_BARS:
        return None
    x, y = table.at(declared.x), table.at(declared.y)
    if x is None or y is None:
        return None
    numbers = [row[y].number or 0 for row in table.rows]
    most = max(numbers)
    if most <= 0 or min(numbers) < 0:
        return None
    return Chart(
        label=table.columns[x].label, measure=table.columns[y].label,
        bars=tuple(Bar(row[x], row[y].text, round(100 * number / most, 1))
                   for row, number in zip(table.rows, numbers, strict=True)))


def tile_map(context: PageContext, table: Table) -> TileMap | None:
    """The tile map of an answer; None where its question declares none or no row is on it."""
    declared = table.question.map
    if declared is None:
        return None
    at, shade = table.at(declared.place), table.at(declared.shade)
    if at is None:
        return None
    by_place: dict[str, list[Row]] = defaultdict(list)
    for row in table.rows:
        if tile := context.terms.tile(row[at].iri or ""):
            by_place[tile.place].append(row)
    if not by_place:
        return None
    shaded = {place: [row[shade] for row in rows] if shade is not None
              else [Cell(text=str(len(rows)))] for place, rows in by_place.items()}
    shades = _shades(shaded)
    cells = []
    for place, tile in sorted(context.terms.tiles.items(),
                              key=lambda pair: (pair[1].row, pair[1].column)):
        rows = by_place.get(place, [])
        link = rows and rows[0][at].link or context.link(place)
        text, tone = _summary(shaded.get(place, ()))
        cells.append(TileCell(link, tile.column, tile.row,
                              shades.get(place, 0), tone, text))
    return TileMap(measure=table.columns[shade].label if shade is not None else "Rows",
                   cells=tuple(cells), columns=max(cell.column for cell in cells))


def matrix(table: Table) -> Matrix | None:
    """The matrix of an answer; None where its question declares none."""
    declared = table.question.matrix
    if declared is None or not table.rows:
        return None
    down, across, cell = map(table.at, (declared.rows, declared.columns, declared.cell))
    if down is None or across is None or cell is None:
        return None
    met: dict[tuple[Link, Link], dict[Cell, None]] = {}
    for row in table.rows:
        met.setdefault((_link(row[down]), _link(row[across])), {})[row[cell]] = None
    lines = list(dict.fromkeys(line for line, _ in met))
    columns = sorted({column for _, column in met}, key=lambda link: link.text)
    return Matrix(
        corner=table.columns[down].label, measure=table.columns[cell].label,
        columns=tuple(columns), rows=tuple(
            (line, tuple(_crossing(met.get((line, column), ())) for column in columns))
            for line in lines))


def _crossing(cells: Iterable[Cell]) -> Crossing:
    values = tuple(filter(None, cells))
    ranks = [cell.link.rank for cell in values if cell.link and cell.link.rank is not None]
    return Crossing(values, max((_shade(rank, 0, 1) for rank in ranks), default=0))


def _link(cell: Cell) -> Link:
    return cell.link or Link(cell.text)


def _shades(by_place: dict[str, list[Cell]]) -> dict[str, int]:
    """The shade of each place: by the mean of what its cells weigh, or, where they have neither
    numbers nor ranks, by their text, the rarer the darker."""
    common = Counter(cell.plain for cells in by_place.values() for cell in cells)
    rarity = {text: float(at) for at, (text, _) in enumerate(common.most_common())}
    measured = any(cell.number is not None for cells in by_place.values() for cell in cells)
    weights = {}
    for place, cells in by_place.items():
        numbers = [number for cell in cells if cell and (number := (
            cell.number if measured else rarity[cell.plain])) is not None]
        if numbers:
            weights[place] = sum(numbers) / len(numbers)
    low, high = min(weights.values(), default=0), max(weights.values(), default=0)
    return {place: _shade(weight, low, high) for place, weight in weights.items()}


def _summary(cells: Sequence[Cell]) -> tuple[str, str | None]:
    """The text of a tile, and its tone where all cells have the same."""
    found = sorted(dict.fromkeys(filter(None, cells)), key=lambda cell: cell.number or 0)
    names = list(dict.fromkeys(cell.plain for cell in found))
    tones = {cell.link.tone if cell.link else None for cell in found}
    text = names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}" if names else ""
    return text, tones.pop() if len(tones) == 1 else None


def _shade(value: float, low: float, high: float) -> int:
    share = (value - low) / (high - low) if high > low else 1.0
    return 1 + round(share * (SHADES - 1))
