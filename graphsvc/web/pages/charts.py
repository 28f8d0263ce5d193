"""The drawings of an answer that its question declares: bars, a tile map, a matrix.

Each is what a macro of templates/parts.html draws; None where there is nothing to draw.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from graphsvc.web.pages.context import SHADES, Link, PageContext
from graphsvc.web.pages.table import Row, Table

_MOST_BARS = 40


def chart(table: Table) -> dict[str, Any] | None:
    """A bar for each row, whose share is of the longest in per cent.

    None where they would mislead: for numbers below zero, one row, or too many.
    """
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
    return {
        "label": table.columns[x].label, "measure": table.columns[y].label,
        "bars": [{"label": row[x], "value": row[y].text, "share": round(100 * number / most, 1)}
                 for row, number in zip(table.rows, numbers, strict=True)]}


def tile_map(context: PageContext, table: Table) -> dict[str, Any] | None:
    """All places at the positions of their tiles, shaded where the answer has them."""
    declared = table.question.map
    at = table.at(declared.place) if declared else None
    if declared is None or at is None:
        return None
    shade, tiles = table.at(declared.shade), context.terms.tiles
    rows: dict[str, list[Row]] = defaultdict(list)
    for row in table.rows:
        if place := context.terms.tile_of(row[at].iri or ""):
            rows[place].append(row)
    if not rows:
        return None
    shown = {place: [row[shade] for row in found] if shade is not None else [Link(str(len(found)))]
             for place, found in rows.items()}
    shades = _shades(shown)
    return {
        "measure": table.columns[shade].label if shade is not None else "Rows",
        "columns": max(column for column, _ in tiles.values()),
        "cells": [{
            "link": rows[place][0][at] if place in rows else context.link(place),
            "column": column, "row": row, "shade": shades.get(place, 0),
            **_summary(shown.get(place, ())),
        } for place, (column, row) in tiles.items()]}


def matrix(table: Table) -> dict[str, Any] | None:
    """The values of one column where two others meet."""
    declared = table.question.matrix
    if declared is None or not table.rows:
        return None
    down, across, cell = map(table.at, (declared.rows, declared.columns, declared.cell))
    if down is None or across is None or cell is None:
        return None
    met: dict[Link, dict[Link, dict[Link, None]]] = defaultdict(lambda: defaultdict(dict))
    for row in table.rows:
        met[row[down]][row[across]][row[cell]] = None
    columns = sorted({column for line in met.values() for column in line},
                     key=lambda link: link.text)
    return {
        "corner": table.columns[down].label, "measure": table.columns[cell].label,
        "columns": columns,
        "rows": [(head, [_crossing(line.get(column, {})) for column in columns])
                 for head, line in met.items()]}


def _crossing(cells: Mapping[Link, None]) -> dict[str, Any]:
    return {"cells": [*filter(None, cells)], "shade": max((c.shade for c in cells), default=0)}


def _shades(shown: Mapping[str, Sequence[Link]]) -> dict[str, int]:
    """The shade of each place: by the mean of what its cells weigh, or, where they have neither
    numbers nor ranks, by their text, the rarer the darker."""
    cells = [cell for found in shown.values() for cell in found]
    common = Counter(cell.text for cell in cells).most_common()
    rarity = {text: float(at) for at, (text, _) in enumerate(common)}
    measured = any(cell.number is not None for cell in cells)
    means = {}
    for place, found in shown.items():
        weights = [weight for cell in found if cell and (
            weight := cell.number if measured else rarity[cell.text]) is not None]
        if weights:
            means[place] = sum(weights) / len(weights)
    low, high = min(means.values(), default=0), max(means.values(), default=0)
    return {place: 1 + round((SHADES - 1) * (mean - low) / (high - low)) if high > low else SHADES
            for place, mean in means.items()}


def _summary(cells: Sequence[Link]) -> dict[str, str | None]:
    """The text of a tile, and its tone where all cells have the same."""
    found = sorted(dict.fromkeys(filter(None, cells)), key=lambda cell: cell.number or 0)
    texts = list(dict.fromkeys(cell.text for cell in found))
    tones = {cell.tone for cell in found}
    return {"text": " to ".join(dict.fromkeys([*texts[:1], *texts[-1:]])),
            "tone": tones.pop() if len(tones) == 1 else None}
