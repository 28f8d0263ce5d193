"""The spans of a page in the order in which people read them: columns, tables, lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from statistics import median

from graphsvc.curate.reading.marks import is_label
from graphsvc.curate.reading.page import Page, Span
from graphsvc.curate.reading.tables import Table, ruled, unruled

_FAR = 6.0
"""A number or bullet is at most this many letter heights before its text."""
_FEW = 5
"""A column has at least this many lines."""
_MOST_RUNS = 8
"""Text that was set in more runs than these was not set column by column."""


@dataclass
class Column:
    """Text that runs down one column, as lines and tables in their order. x1: its right edge."""

    x1: float
    parts: list[Span | Table] = field(default_factory=list)


def columns(page: Page) -> list[Column]:
    """The columns of a page in reading order, each with its lines and tables."""
    spans = list(labelled(_justified(page.spans), page))
    tables, rest = ruled(spans, page.rulings)
    found = []
    for spans in _in_order(rest + [_standing_for(table) for table in tables]):
        column = Column(max(p.x1 for p in spans))
        for row in rows(spans):
            held = [table for table in tables if any(p is table.place for p in row)]
            column.parts.extend(held or row)
        column.parts = unruled(column.parts)
        found.append(column)
    return found


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
                   for a, b in zip(side, side[1:], strict=False)) >= len(side) - 1


def _prose(side: list[Span]) -> bool:
    """Whether most lines fill the column and go on in the next."""
    left, right = min(p.x0 for p in side), max(p.x1 for p in side)
    full = sum(p.x1 - left > 0.85 * (right - left) and p.text[-1] not in ".:;!?" for p in side)
    return full > 0.55 * len(side)
