"""The pieces of a page in the order in which people read them: columns, tables, lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from statistics import median

from graphsvc.curate.reading.glyphs import Piece, Sheet
from graphsvc.curate.reading.marks import is_label
from graphsvc.curate.reading.tables import Table, ruled, unruled

_FAR = 6.0
"""A number or bullet is at most this many letter heights before its text."""
_FEW = 5
"""A column has at least this many lines."""
_MOST_RUNS = 8
"""Text that was set in more runs than these was not set column by column."""


@dataclass
class Flow:
    """Text that runs down one column, from x0 to x1, as lines and tables in their order."""

    x0: float
    x1: float
    parts: list[Piece | Table] = field(default_factory=list)


def flows(sheet: Sheet) -> list[Flow]:
    """The columns of a page in reading order, each with its lines and tables."""
    pieces = list(labelled(_justified(sheet.pieces), sheet))
    tables, rest = ruled(pieces, sheet.rules)
    found = []
    for column in _in_order(rest + [_standing_for(table) for table in tables]):
        flow = Flow(min(p.x0 for p in column), max(p.x1 for p in column))
        for row in rows(column):
            held = [table for table in tables if any(p is table.place for p in row)]
            flow.parts.extend(held or row)
        flow.parts = unruled(flow.parts)
        found.append(flow)
    return found


def _standing_for(table: Table) -> Piece:
    """A piece in the place of a table, while columns are found."""
    order = min(p.order for row in table.rows for cell in row for p in cell)
    table.place = Piece("", table.x0, table.x1, table.y0, 10.0, order=order)
    return table.place


def _justified(pieces: list[Piece]) -> list[Piece]:
    """The pieces with the words of a line joined that was stretched to the edge of its column."""
    found: list[Piece] = []
    at = 0
    while at < len(pieces):
        end = at + 1
        while end < len(pieces) and _stretched(pieces[end - 1], pieces[end]):
            end += 1
        last = pieces[end - 1]
        if end - at > 1 and sum(abs(p.x1 - last.x1) < 1.5 for p in pieces) > 3:
            found.append(replace(pieces[at], text=" ".join(p.text for p in pieces[at:end]),
                                 x1=last.x1))
        else:
            found.extend(pieces[at:end])
        at = end
    return found


def _stretched(before: Piece, after: Piece) -> bool:
    """Whether the gap between two pieces is one of the equal gaps of a line."""
    gap = after.x0 - before.x1
    if abs(after.base - before.base) > 1 or not 0 < gap < 5 * after.size:
        return False
    inner = [p.text_x - p.x0 - p.first for p in (before, after) if " " in p.text]
    return not is_label(before.text) and all(other > 0.7 * gap for other in inner)


def labelled(pieces: list[Piece], sheet: Sheet) -> Iterator[Piece]:
    """The pieces with bullets and numbers of items joined to what they belong to."""
    for row in rows(pieces):
        waiting: Piece | None = None
        for piece in row:
            if waiting and piece.x0 - waiting.x1 < _FAR * piece.size:
                yield replace(piece, text=f"{waiting.text} {piece.text}", x0=waiting.x0,
                              text_x=piece.x0, marked=True, size=max(piece.size, 0.1))
                waiting = None
                continue
            if waiting:
                yield waiting
            waiting = piece if is_label(piece.text) else None
            if waiting is None:
                yield _dotted(piece, sheet)
        if waiting:
            yield waiting


def _dotted(piece: Piece, sheet: Sheet) -> Piece:
    """The piece with a bullet where one was drawn before it."""
    for x, y in sheet.dots:
        if 0 < piece.x0 - x < 2.5 * piece.size and 0 < piece.base - y < piece.size:
            return replace(piece, text=f"\u2022 {piece.text}", text_x=piece.x0, marked=True, x0=x)
    return piece


def rows(pieces: list[Piece]) -> list[list[Piece]]:
    """Pieces that share a base line, from the top down, each row from left to right."""
    found: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda p: (p.base, p.x0)):
        if found and abs(piece.base - found[-1][0].base) < 0.3 * min(piece.size, found[-1][0].size):
            found[-1].append(piece)
        else:
            found.append([piece])
    return [sorted(row, key=lambda p: p.x0) for row in found]


def _in_order(pieces: list[Piece]) -> list[list[Piece]]:
    """The columns of a page in reading order; text across the page divides columns above it from
    those below."""
    gutter = _gutter(pieces) if pieces else None
    if gutter is None:
        return [pieces] if pieces else []
    found: list[list[Piece]] = [[]]
    for strip in _strips(pieces, gutter):
        sides = _sides(strip, gutter)
        if _side_by_side(*sides):
            runs = _as_set(strip, gutter)
            found += [column for run in (runs if len(runs) <= _MOST_RUNS else sides)
                      for column in _in_order(run)] + [[]]
        else:
            found[-1] += strip
    return [column for column in found if column]


def _as_set(pieces: list[Piece], x: float) -> list[list[Piece]]:
    """Pieces in the order in which they were set, cut wherever that goes up or to the other side
    of x."""
    runs: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda p: p.order):
        before = runs[-1][-1] if runs else None
        if before and piece.base > before.base - piece.size and (piece.x0 < x) == (before.x0 < x):
            runs[-1].append(piece)
        else:
            runs.append([piece])
    return runs


def _gutter(pieces: list[Piece]) -> float | None:
    """Where the most lines are on either side of a blank strip that runs down the page."""
    left, right = min(p.x0 for p in pieces), max(p.x1 for p in pieces)
    width = right - left
    best: list[tuple[int, float]] = []
    edges = sorted({p.x0 - 2 for p in pieces if left + 0.1 * width < p.x0 < right - 0.1 * width})
    for x in edges:
        lines = 0
        for strip in _strips(pieces, x):
            sides = _sides(strip, x)
            if _side_by_side(*sides):
                lines += len(sides[0]) + len(sides[1])
        if lines:
            best.append((lines, x))
    return max(best)[1] if best else None


def _strips(pieces: list[Piece], x: float) -> list[list[Piece]]:
    """The pieces from the top down, cut wherever one lies across x."""
    strips: list[list[Piece]] = [[]]
    for piece in sorted(pieces, key=lambda p: p.base):
        if piece.x0 < x < piece.x1:
            strips.extend([[piece], []])
        else:
            strips[-1].append(piece)
    return [strip for strip in strips if strip]


def _sides(strip: list[Piece], x: float) -> tuple[list[Piece], list[Piece]]:
    return [p for p in strip if p.x1 <= x], [p for p in strip if p.x0 >= x]


def _side_by_side(left: list[Piece], right: list[Piece]) -> bool:
    """Whether two sets of lines are columns of running text, not cells of a table."""
    few, many = sorted((left, right), key=len)
    if any(not p.text for p in few + many):  # a ruled table, next to which is something else
        return len(many) > 1 and bool(few)
    if len(few) < 3 or right[0].base > left[-1].base or left[0].base > right[-1].base:
        return False
    if any(median(len(p.text.split()) for p in side) < 3 for side in (left, right)):
        return len(few) >= _FEW and _running(few) and _running(many) and _prose(many)
    return len(few) >= _FEW


def _running(side: list[Piece]) -> bool:
    """Whether most lines are directly below another, as those of paragraphs do."""
    return 2 * sum(0 < b.base - a.base < 2 * b.size
                   for a, b in zip(side, side[1:], strict=False)) >= len(side) - 1


def _prose(side: list[Piece]) -> bool:
    """Whether most lines fill the column and go on in the next."""
    left, right = min(p.x0 for p in side), max(p.x1 for p in side)
    full = sum(p.x1 - left > 0.85 * (right - left) and p.text[-1] not in ".:;!?" for p in side)
    return full > 0.55 * len(side)
