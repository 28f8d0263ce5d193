"""Tables of a page: with ruled cells, or with columns that only gaps divide."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from graphsvc.curate.reading.page import Ruling, Span

_NEAR = 3.0
"""Rules so many points from each other meet."""


@dataclass
class Table:
    """A table: its place on the page, and the lines in each cell of each row."""

    x0: float
    y0: float
    x1: float
    y1: float
    rows: list[list[list[Span]]] = field(default_factory=list)
    place: Span | None = None


def ruled(spans: list[Span], rulings: list[Ruling]) -> tuple[list[Table], list[Span]]:
    """The tables that rulings make, and the spans that are in none."""
    tables = []
    for group in _groups(rulings):
        table = _grid(group, spans)
        if table:
            tables.append(table)
            inside = {id(p) for row in table.rows for cell in row for p in cell}
            spans = [p for p in spans if id(p) not in inside]
    return tables, spans


def _groups(rulings: list[Ruling]) -> list[list[Ruling]]:
    """Rules that meet, together; from the top down."""
    groups: list[tuple[Ruling, list[Ruling]]] = []
    for ruling in sorted(rulings, key=lambda r: (r.y0, r.x0)):
        box, members = ruling, [ruling]
        apart = []
        for other, held in groups:
            if (box.x0 - _NEAR <= other.x1 and other.x0 <= box.x1 + _NEAR
                    and box.y0 - _NEAR <= other.y1 and other.y0 <= box.y1 + _NEAR):
                box = Ruling(min(box.x0, other.x0), min(box.y0, other.y0),
                           max(box.x1, other.x1), max(box.y1, other.y1))
                members = held + members
            else:
                apart.append((other, held))
        groups = [*apart, (box, members)]
    return [members for _, members in groups]


def _grid(rulings: list[Ruling], spans: list[Span]) -> Table | None:
    """The table of a group of rulings; None where they divide no text into columns."""
    down = [r for r in rulings if r.down and r.y1 - r.y0 > 5]
    across = [r for r in rulings if not r.down]
    edges = _distinct([r.x0 for r in down] + [x for r in across for x in (r.x0, r.x1)])
    levels = _distinct([r.y0 for r in across] + [y for r in down for y in (r.y0, r.y1)])
    if len(edges) < 3 or len(levels) < 2 or not down:
        return None
    table = Table(edges[0], levels[0], edges[-1], levels[-1])
    for top, bottom in zip(levels, levels[1:], strict=False):
        held = [p for p in spans if top < p.base - 0.3 * p.size < bottom
                and table.x0 - _NEAR < (p.x0 + p.x1) / 2 < table.x1 + _NEAR]
        if not held:
            continue
        middle = (top + bottom) / 2
        here = [x for x in edges[1:-1] if any(
            abs(r.x0 - x) < _NEAR and r.y0 - _NEAR <= middle <= r.y1 + _NEAR for r in down)]
        cells = [[p for p in held if left <= (p.x0 + p.x1) / 2 < right] for left, right in
                 zip([table.x0 - 99, *here], [*here, table.x1 + 99], strict=True)]
        table.rows.append(cells)
    divided = sum(sum(map(bool, row)) > 1 for row in table.rows)
    return table if divided else None


def _distinct(values: Iterable[float]) -> list[float]:
    """The values in their order, those near each other once."""
    found: list[float] = []
    for value in sorted(values):
        if not found or value - found[-1] > _NEAR:
            found.append(value)
    return found


def unruled(parts: list[Span | Table]) -> list[Span | Table]:
    """Lines of a column with those that are side by side made rows of tables."""
    found: list[Span | Table] = []
    run: list[list[Span]] = []
    for line in _lines(parts):
        if isinstance(line, Table):
            found.extend([*_as_table(run), line])
            run = []
        elif len(line) > 1 or run and _continues(run, line[0]):
            run.append(line)
        else:
            found.extend([*_as_table(run), *line])
            run = []
    return [*found, *_as_table(run)]


def _lines(parts: list[Span | Table]) -> list[list[Span] | Table]:
    lines: list[list[Span] | Table] = []
    for part in parts:
        before = lines[-1] if lines else None
        if isinstance(part, Table):
            lines.append(part)
        elif isinstance(before, list) and abs(before[0].base - part.base) < 0.3 * min(
                part.size, before[0].size):
            before.append(part)
        else:
            lines.append([part])
    return lines


def _continues(run: list[list[Span]], span: Span) -> bool:
    """Whether a line alone goes on a cell of the row above it."""
    row = next(row for row in reversed(run) if len(row) > 1)
    if span.base - run[-1][0].base > 1.6 * span.size:
        return False
    for n, cell in enumerate(row):
        end = row[n + 1].x0 if n + 1 < len(row) else max(p.x1 for line in run for p in line) + 40
        if min(abs(span.x0 - cell.x0), abs(span.x0 - cell.text_x)) < 4:
            return span.x1 < end and (n > 0 or not span.marked)
    return False


def _as_table(run: list[list[Span]]) -> list[Span | Table]:
    """The rows of lines that are side by side. A new row is farther below than a new line is."""
    if not run:
        return []
    spans = [p for line in run for p in line]
    table = Table(min(p.x0 for p in spans), run[0][0].base - run[0][0].size,
                  max(p.x1 for p in spans), run[-1][0].base)
    most = max(len(line) for line in run)
    columns = _spans([line for line in run if len(line) == most])
    steps = [b[0].base - a[0].base for a, b in zip(run, run[1:], strict=False)]
    least = min(steps, default=0.0)
    uneven = bool(steps) and max(steps) > 1.15 * least
    for n, line in enumerate(run):
        starts = n == 0 or (steps[n - 1] > 1.1 * least if uneven else len(line) > 1)
        if starts:
            table.rows.append([[] for _ in columns])
        for span in line:
            best = max(range(len(columns)), key=lambda c: (
                min(columns[c][1], span.x1) - max(columns[c][0], span.x0)))
            table.rows[-1][best].append(span)
    return [table]


def _spans(lines: list[list[Span]]) -> list[tuple[float, float]]:
    """Where each column of such lines begins and ends."""
    return [(min(line[n].x0 for line in lines), max(line[n].x1 for line in lines))
            for n in range(len(lines[0]))]
