"""The spans of a page in the order in which people read them: columns, lines, and tables with ruled
cells or with columns that only gaps divide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from statistics import median

from graphsvc.curate.reading.page import Page, Ruling, Span
from graphsvc.curate.reading.text import is_label

_FAR = 6.0
"""A number or bullet is at most this many letter heights before its text."""
_FEW = 5
"""A column has at least this many lines."""
_MOST_RUNS = 8
"""Text that was set in more runs than these was not set column by column."""
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


@dataclass
class Column:
    """Text that runs down one column, as lines and tables in their order. x1: its right edge."""

    x1: float
    parts: list[Span | Table] = field(default_factory=list)


def columns(page: Page) -> list[Column]:
    """The columns of a page in reading order, each with its lines and tables."""
    tables, rest = _ruled(list(labelled(_justified(page.spans), page)), page.rulings)
    places = [_standing_for(table) for table in tables]
    return [Column(max(p.x1 for p in spans), _unruled(spans, tables))
            for spans in _in_order(rest + places)]


def _standing_for(table: Table) -> Span:
    """A span in the place of a table, while columns are found."""
    order = min(p.order for row in table.rows for cell in row for p in cell)
    table.place = Span("", table.x0, table.x1, table.y0, 10.0, order=order)
    return table.place


def _justified(spans: list[Span]) -> list[Span]:
    """The spans with the words of a line joined that was stretched to the edge of its column."""
    found: list[Span] = []
    at = 0
    while at < len(spans):
        end = at + 1
        while end < len(spans) and _stretched(spans[end - 1], spans[end]):
            end += 1
        last = spans[end - 1]
        if end - at > 1 and sum(abs(p.x1 - last.x1) < 1.5 for p in spans) > 3:
            found.append(replace(spans[at], text=" ".join(p.text for p in spans[at:end]),
                                 x1=last.x1))
        else:
            found.extend(spans[at:end])
        at = end
    return found


def _stretched(before: Span, after: Span) -> bool:
    """Whether the gap between two spans is one of the equal gaps of a line."""
    gap = after.x0 - before.x1
    if abs(after.base - before.base) > 1 or not 0 < gap < 5 * after.size:
        return False
    inner = [p.text_x - p.x0 - p.first for p in (before, after) if " " in p.text]
    return not is_label(before.text) and all(other > 0.7 * gap for other in inner)


def labelled(spans: list[Span], page: Page) -> Iterator[Span]:
    """The spans with bullets and numbers of items joined to what they belong to."""
    for row in rows(spans):
        waiting: Span | None = None
        for span in row:
            if waiting and span.x0 - waiting.x1 < _FAR * span.size:
                yield replace(span, text=f"{waiting.text} {span.text}", x0=waiting.x0,
                              text_x=span.x0, marked=True, size=max(span.size, 0.1))
                waiting = None
                continue
            if waiting:
                yield waiting
            waiting = span if is_label(span.text) else None
            if waiting is None:
                yield _dotted(span, page)
        if waiting:
            yield waiting


def _dotted(span: Span, page: Page) -> Span:
    """The span with a bullet where one was drawn before it."""
    for x, y in page.dots:
        if 0 < span.x0 - x < 2.5 * span.size and 0 < span.base - y < span.size:
            return replace(span, text=f"\u2022 {span.text}", text_x=span.x0, marked=True, x0=x)
    return span


def rows(spans: list[Span]) -> list[list[Span]]:
    """Spans that share a base line, from the top down, each row from left to right."""
    found: list[list[Span]] = []
    for span in sorted(spans, key=lambda p: (p.base, p.x0)):
        if found and abs(span.base - found[-1][0].base) < 0.3 * min(span.size, found[-1][0].size):
            found[-1].append(span)
        else:
            found.append([span])
    return [sorted(row, key=lambda p: p.x0) for row in found]


def _in_order(spans: list[Span]) -> list[list[Span]]:
    """The columns of a page in reading order; text across the page divides columns above it from
    those below."""
    gutter = _gutter(spans) if spans else None
    if gutter is None:
        return [spans] if spans else []
    found: list[list[Span]] = [[]]
    for strip in _strips(spans, gutter):
        sides = _sides(strip, gutter)
        if _side_by_side(*sides):
            runs = _as_set(strip, gutter)
            found += [column for run in (runs if len(runs) <= _MOST_RUNS else sides)
                      for column in _in_order(run)] + [[]]
        else:
            found[-1] += strip
    return [column for column in found if column]


def _as_set(spans: list[Span], x: float) -> list[list[Span]]:
    """Spans in the order in which they were set, cut wherever that goes up or to the other side
    of x."""
    runs: list[list[Span]] = []
    for span in sorted(spans, key=lambda p: p.order):
        before = runs[-1][-1] if runs else None
        if before and span.base > before.base - span.size and (span.x0 < x) == (before.x0 < x):
            runs[-1].append(span)
        else:
            runs.append([span])
    return runs


def _gutter(spans: list[Span]) -> float | None:
    """Where the most lines are on either side of a blank strip that runs down the page."""
    left, right = min(p.x0 for p in spans), max(p.x1 for p in spans)
    width = right - left
    best: list[tuple[int, float]] = []
    edges = sorted({p.x0 - 2 for p in spans if left + 0.1 * width < p.x0 < right - 0.1 * width})
    for x in edges:
        lines = 0
        for strip in _strips(spans, x):
            sides = _sides(strip, x)
            if _side_by_side(*sides):
                lines += len(sides[0]) + len(sides[1])
        if lines:
            best.append((lines, x))
    return max(best)[1] if best else None


def _strips(spans: list[Span], x: float) -> list[list[Span]]:
    """The spans from the top down, cut wherever one lies across x."""
    strips: list[list[Span]] = [[]]
    for span in sorted(spans, key=lambda p: p.base):
        if span.x0 < x < span.x1:
            strips.extend([[span], []])
        else:
            strips[-1].append(span)
    return [strip for strip in strips if strip]


def _sides(strip: list[Span], x: float) -> tuple[list[Span], list[Span]]:
    return [p for p in strip if p.x1 <= x], [p for p in strip if p.x0 >= x]


def _side_by_side(left: list[Span], right: list[Span]) -> bool:
    """Whether two sets of lines are columns of running text, not cells of a table."""
    few, many = sorted((left, right), key=len)
    if any(not p.text for p in few + many):  # a ruled table, next to which is something else
        return len(many) > 1 and bool(few)
    if len(few) < 3 or right[0].base > left[-1].base or left[0].base > right[-1].base:
        return False
    if any(median(len(p.text.split()) for p in side) < 3 for side in (left, right)):
        return len(few) >= _FEW and _running(few) and _running(many) and _prose(many)
    return len(few) >= _FEW


def _running(side: list[Span]) -> bool:
    """Whether most lines are directly below another, as those of paragraphs do."""
    return 2 * sum(0 < b.base - a.base < 2 * b.size
                   for a, b in pairwise(side)) >= len(side) - 1


def _prose(side: list[Span]) -> bool:
    """Whether most lines fill the column and go on in the next."""
    left, right = min(p.x0 for p in side), max(p.x1 for p in side)
    full = sum(p.x1 - left > 0.85 * (right - left) and p.text[-1] not in ".:;!?" for p in side)
    return full > 0.55 * len(side)


# -- tables ---------------------------------------------------------------------------------------

def _ruled(spans: list[Span], rulings: list[Ruling]) -> tuple[list[Table], list[Span]]:
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
    for top, bottom in pairwise(levels):
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


def _unruled(spans: list[Span], tables: list[Table]) -> list[Span | Table]:
    """The lines of a column, and its tables; lines that are side by side are rows of tables too."""
    found: list[Span | Table] = []
    run: list[list[Span]] = []
    for line in rows(spans):
        held = [table for table in tables if any(p is table.place for p in line)]
        if not held and (len(line) > 1 or run and _continues(run, line[0])):
            run.append(line)
        else:
            found.extend([*_as_table(run), *(held or line)])
            run = []
    return [*found, *_as_table(run)]


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
    steps = [b[0].base - a[0].base for a, b in pairwise(run)]
    least = min(steps, default=0.0)
    uneven = max(steps, default=0.0) > 1.15 * least
    for n, line in enumerate(run):
        if n == 0 or (steps[n - 1] > 1.1 * least if uneven else len(line) > 1):
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
