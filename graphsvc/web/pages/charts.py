"""What can be drawn of an answer: bars, a tile map, a matrix."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from graphsvc.web.pages.context import Link, Site
from graphsvc.web.pages.table import Cell, Grid, Shown

SHADES = 6
"""Steps of shade, from 1; every shade carries its text beside it."""
_MOST_BARS, _FEWEST_BARS = 40, 2
_FEWEST_PLACES = 3
_ROWS_OF_KIND = 4
"""Rows for each kind from which on a column is taken to sort and not to name."""


@dataclass(frozen=True)
class Bar:
    """One bar. share: of the longest, in per cent."""

    label: Cell
    value: str
    share: float


@dataclass(frozen=True)
class Chart:
    """Bars of one numeric column over the column that names the rows."""

    label: str
    measure: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class TileCell:
    """A place on the map. shade: 0 where the answer says nothing, else from 1 to SHADES."""

    link: Link
    column: int
    row: int
    shade: int
    tone: str | None
    text: str


@dataclass(frozen=True)
class TileMap:
    """Places by the place of their tiles. measure: what the shade stands for."""

    measure: str
    cells: tuple[TileCell, ...]
    columns: int
    rows: int


@dataclass(frozen=True)
class Crossing:
    """A cell of a matrix: the values at a row and column."""

    values: tuple[Cell, ...]
    shade: int


@dataclass(frozen=True)
class Matrix:
    """The values of a third column where the first meets the second."""

    corner: str
    measure: str
    columns: tuple[Link, ...]
    rows: tuple[tuple[Link, tuple[Crossing, ...]], ...]


def chart(grid: Grid) -> Chart | None:
    """Bars, where one numeric column tells of rows that differ in their first column."""
    numbers = [index for index, column in enumerate(grid.columns) if column.numeric]
    if not numbers or not _FEWEST_BARS <= len(grid.rows) <= _MOST_BARS or numbers[0] == 0:
        return None
    names = [row[0].plain for row in grid.rows]
    if len(set(names)) < len(names):
        return None
    at = numbers[0]
    values = [_number(row[at]) for row in grid.rows]
    most = max((value for value in values if value is not None), default=0)
    if most <= 0 or any(value is not None and value < 0 for value in values):
        return None
    return Chart(
        label=grid.columns[0].label, measure=grid.columns[at].label,
        bars=tuple(Bar(row[0], row[at].text, round(100 * (value or 0) / most, 1))
                   for row, value in zip(grid.rows, values, strict=True)))


def tile_map(site: Site, grid: Grid) -> TileMap | None:
    """The tile map, where a column holds places. The shade is that of the first column beside it
    that has numbers, ranks, tones or a few kinds; without one, the number of rows."""
    at = next((index for index in range(len(grid.columns)) if _places(site, grid, index)), None)
    if at is None or not site.catalogue.tiles:
        return None
    by_place: dict[str, list[tuple[Cell, ...]]] = {}
    for row in grid.rows:
        link = row[at].link
        tile = site.catalogue.tile(link.iri) if link and link.iri else None
        if tile is not None:
            by_place.setdefault(tile.place, []).append(row)
    measure = _measure(grid, at)
    kinds = _kinds(grid, measure)
    weights = {place: weight for place, rows in by_place.items()
               if (weight := _weight(rows, measure, kinds)) is not None}
    low, high = min(weights.values(), default=0), max(weights.values(), default=0)
    cells = []
    for place, tile in sorted(site.catalogue.tiles.items(),
                              key=lambda pair: (pair[1].row, pair[1].column)):
        rows = by_place.get(place, [])
        link = rows[0][at].link if rows else site.link(place)
        assert link is not None
        text, tone = _told(rows, measure, kinds)
        shade = _shade(weights[place], low, high) if place in weights else 0
        cells.append(TileCell(link, tile.column, tile.row, shade, tone, text))
    return TileMap(
        measure=grid.columns[measure].label if measure is not None else "Rows",
        cells=tuple(cells), columns=max(cell.column for cell in cells),
        rows=max(cell.row for cell in cells))


def matrix(grid: Grid) -> Matrix | None:
    """A matrix, where the question has the tag `matrix`: rows, columns and values are its first
    three columns."""
    if "matrix" not in grid.tags or len(grid.columns) < 3 or not grid.rows:
        return None
    down = list(dict.fromkeys(row[0].link or Link(row[0].text) for row in grid.rows))
    across = list(dict.fromkeys(row[1].link or Link(row[1].text) for row in grid.rows))
    across.sort(key=lambda link: link.text)
    met: dict[tuple[Link, Link], list[Cell]] = {}
    for row in grid.rows:
        key = (row[0].link or Link(row[0].text), row[1].link or Link(row[1].text))
        if row[2] and row[2] not in met.setdefault(key, []):
            met[key].append(row[2])
    numbers = [n for cells in met.values() for cell in cells if (n := _number(cell)) is not None]
    low, high = min(numbers, default=0), max(numbers, default=0)
    return Matrix(
        corner=grid.columns[0].label, measure=grid.columns[2].label, columns=tuple(across),
        rows=tuple((link, tuple(_crossing(met.get((link, other), []), low, high)
                                for other in across)) for link in down))


def _crossing(cells: Sequence[Cell], low: float, high: float) -> Crossing:
    shades = [_shade(number, low, high) for cell in cells
              if (number := _number(cell)) is not None]
    shades += [_shade(cell.link.rank, 0, 1) for cell in cells
               if cell.link and cell.link.rank is not None]
    return Crossing(tuple(cells), max(shades, default=0))


def _places(site: Site, grid: Grid, index: int) -> bool:
    """Whether a column holds enough different places of the map."""
    tiles = {tile.place for row in grid.rows
             if (link := row[index].link) and link.iri and (tile := site.catalogue.tile(link.iri))}
    return len(tiles) >= _FEWEST_PLACES


def _measure(grid: Grid, beside: int) -> int | None:
    """The column that shades the map."""
    def fits(index: int, column: Shown) -> bool:
        if column.numeric:
            return True
        told = [row[index] for row in grid.rows if row[index]]
        weighed = all(_number(cell) is not None or _rank(cell) is not None or
                      (cell.link is not None and cell.link.tone is not None) for cell in told)
        return bool(told) and (weighed or _few(grid, index))
    return next((index for index, column in enumerate(grid.columns)
                 if index != beside and column.role != "evidence" and fits(index, column)), None)


def _few(grid: Grid, index: int) -> bool:
    """Whether a column sorts all rows into a few kinds."""
    names = [row[index].plain for row in grid.rows]
    kinds = set(names)
    return all(names) and 2 <= len(kinds) <= SHADES and len(names) >= _ROWS_OF_KIND * len(kinds)


def _kinds(grid: Grid, measure: int | None) -> dict[str, float]:
    """The weights of kinds where a column has nothing to measure: the rarer, the heavier."""
    if measure is None or not _few(grid, measure) or any(
            _weight_of(row[measure]) is not None for row in grid.rows):
        return {}
    common = Counter(row[measure].plain for row in grid.rows).most_common()
    return {name: place for place, (name, _) in enumerate(common)}


def _told(
    rows: Sequence[Sequence[Cell]], measure: int | None, kinds: Mapping[str, float]
) -> tuple[str, str | None]:
    """What a tile says of the rows of its place, and its tone where all have the same."""
    if measure is None:
        return str(len(rows) or ""), None
    cells = sorted({row[measure] for row in rows if row[measure]},
                   key=lambda cell: _weight_of(cell) or kinds.get(cell.plain, 0))
    tones = {cell.link.tone if cell.link else None for cell in cells}
    names = list(dict.fromkeys(cell.plain for cell in cells))
    text = names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}" if names else ""
    return text, tones.pop() if len(tones) == 1 else None


def _weight(
    rows: Sequence[Sequence[Cell]], measure: int | None, kinds: Mapping[str, float]
) -> float | None:
    if measure is None:
        return len(rows)
    weights = [kinds.get(row[measure].plain, _weight_of(row[measure])) for row in rows]
    told = [weight for weight in weights if weight is not None]
    return sum(told) / len(told) if told else None


def _weight_of(cell: Cell) -> float | None:
    number = _number(cell)
    return number if number is not None else _rank(cell)


def _rank(cell: Cell) -> float | None:
    return cell.link.rank if cell.link else None


def _number(cell: Cell) -> float | None:
    try:
        return float(cell.text.replace(",", "")) if cell.text else None
    except ValueError:
        return None


def _shade(value: float, low: float, high: float) -> int:
    share = (value - low) / (high - low) if high > low else 1.0
    return 1 + round(share * (SHADES - 1))
