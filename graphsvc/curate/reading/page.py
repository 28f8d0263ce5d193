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
    """The columns of a page: as they were set where that runs down them, else as they lie."""
    columns = _columns(pieces)
    gutter = _gutter(pieces) if len(columns) > 1 else None
    if gutter is None:
        return columns
    set_: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda p: p.order):
        before = set_[-1][-1] if set_ else None
        if before and piece.base > before.base - piece.size and (
                _side(piece, gutter) == _side(before, gutter)):
            set_[-1].append(piece)
        else:
            set_.append([piece])
    return set_ if len(set_) <= 2 * len(columns) + 2 else columns


def _side(piece: Piece, x: float) -> int:
    """Whether a piece is left of x, right of it or across it."""
    return -1 if piece.x1 <= x else int(piece.x0 >= x)


def _columns(pieces: list[Piece]) -> list[list[Piece]]:
    """The pieces as columns in reading order; text across the page divides columns above it from
    those below."""
    if not pieces:
        return []
    gutter = _gutter(pieces)
    if gutter is None:
        return [pieces]
    found: list[list[Piece]] = []
    plain: list[Piece] = []
    for strip in _strips(pieces, gutter, _across(pieces, gutter)):
        left, right = _sides(strip, gutter)
        if _side_by_side(left, right):
            found.extend([plain] if plain else [])
            found.extend(_columns(left) + _columns(right))
            plain = []
        else:
            plain += strip
    return [*found, plain] if plain else found


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


def _strips(
    pieces: list[Piece], x: float, across: frozenset[int] = frozenset()
) -> list[list[Piece]]:
    """The pieces from the top down, cut wherever one lies across x or is one of those ids."""
    strips: list[list[Piece]] = [[]]
    for piece in sorted(pieces, key=lambda p: p.base):
        if piece.x0 < x < piece.x1 or id(piece) in across:
            strips.extend([[piece], []])
        else:
            strips[-1].append(piece)
    return [strip for strip in strips if strip]


def _across(pieces: list[Piece], x: float) -> frozenset[int]:
    """The ids of headings that belong to both columns though they do not reach over x: last lines
    of those that do, and short ones that leave the other column empty next to them."""
    usual = median(p.size for p in pieces)
    ordered = sorted(pieces, key=lambda p: p.base)
    found: set[int] = set()
    for at, piece in enumerate(ordered):
        if piece.size < 1.1 * usual or piece.x0 > x:
            continue
        above = next((p for p in reversed(ordered[:at]) if p.x0 < x), None)
        over = above is not None and (above.x1 > x or id(above) in found)
        if over and above and abs(above.size - piece.size) < 0.5 and (
                piece.base - above.base < 1.7 * piece.size) and above.x0 < x:
            found.add(id(piece))
            continue
        right = [p.base for p in ordered if p.x0 >= x]
        before = max((base for base in right if base < piece.base), default=0.0)
        after = min((base for base in right if base >= piece.base), default=0.0)
        below = min((p.base for p in ordered[at + 1:] if p.x1 <= x), default=-9.0)
        if before and after - before > 2.2 * piece.size and abs(after - below) < 2 and (
                piece.base - before > piece.size):
            found.add(id(piece))
    return frozenset(found)


def _sides(strip: list[Piece], x: float) -> tuple[list[Piece], list[Piece]]:
    return [p for p in strip if p.x1 <= x], [p for p in strip if p.x0 >= x]


def _side_by_side(left: list[Piece], right: list[Piece]) -> bool:
    """Whether two sets of lines are columns of running text, not cells of a table."""
    few, many = sorted((left, right), key=len)
    if any(not p.text for p in few + many):  # a ruled table, next to which is something else
        return len(many) > 1 and bool(few)
    if len(few) < 3 or right[0].base > left[-1].base or left[0].base > right[-1].base:
        return False
    levels = [p.base for p in many]
    level = sum(any(abs(p.base - other) < 1 for other in levels) for p in few)
    if level < 0.5 * len(few):  # cells that are side by side begin at the same height
        return _running(few) and _running(many)
    if len(few) < _FEW:
        return False
    if any(median(len(p.text.split()) for p in side) < 3 for side in (left, right)):
        return _running(few) and _running(many) and _prose(many)
    first, second = _starts(left), _starts(right)
    same = sum(any(abs(a - b) < 2 for b in second) for a in first)
    return min(len(first), len(second)) < 3 or same < 0.75 * max(len(first), len(second))


def _running(side: list[Piece]) -> bool:
    """Whether most lines are directly below another, as those of paragraphs do."""
    return 2 * sum(0 < b.base - a.base < 2 * b.size
                   for a, b in zip(side, side[1:], strict=False)) >= len(side) - 1


def _prose(side: list[Piece]) -> bool:
    """Whether most lines fill the column and go on in the next."""
    left, right = min(p.x0 for p in side), max(p.x1 for p in side)
    full = sum(p.x1 - left > 0.85 * (right - left) and p.text[-1] not in ".:;!?" for p in side)
    return full > 0.55 * len(side)


def _starts(side: list[Piece]) -> list[float]:
    """The base lines of the lines that are farther below the line before than lines do."""
    steps = [b.base - a.base for a, b in zip(side, side[1:], strict=False)]
    usual = median([step for step in steps if step > 1] or [12.0])
    return [side[0].base, *(p.base for p, step in zip(side[1:], steps, strict=True)
                            if step > 1.25 * usual)]
