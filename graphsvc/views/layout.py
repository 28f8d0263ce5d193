"""Where nodes lie in a picture: each connected part by springs, the parts packed side by side."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt
from typing import Any

import networkx as nx

Point = tuple[float, float]
_SEED = 7
_GAP = 0.6


def positions(simple: Any, width: float, height: float) -> Mapping[int, Point]:
    """A place within width and height for every node of a networkx graph."""
    parts = sorted(nx.connected_components(simple), key=lambda part: (-len(part), min(part)))
    placed = _pack([_part(simple.subgraph(sorted(part))) for part in parts], width / height)
    return _fit(placed, width, height)


def _part(part: Any) -> dict[int, Point]:
    """A connected part, its corner at the origin, about one unit of area for each node."""
    count = len(part)
    if count == 1:
        return {node: (0.5, 0.5) for node in part}
    rounds = 300 if count < 150 else 150 if count < 500 else 60
    found = nx.spring_layout(part, k=1.6 / sqrt(count), iterations=rounds, seed=_SEED,
                             method="force", weight=None)
    left, top, right, bottom = _box(found)
    side = sqrt(count) / max(right - left, bottom - top, 1e-9)
    return {node: ((x - left) * side + 0.5, (y - top) * side + 0.5)
            for node, (x, y) in found.items()}


def _pack(parts: list[dict[int, Point]], ratio: float) -> dict[int, Point]:
    """The parts in rows, the largest first, in about the wanted ratio of width to height.

    What fits goes beside the largest part, the rest below it.
    """
    sizes = [(_box(part)[2] + _GAP, _box(part)[3] + _GAP) for part in parts]
    area = sum(width * height for width, height in sizes)
    room = max(max((width for width, _ in sizes), default=1.0), sqrt(area * ratio))
    placed: dict[int, Point] = {}
    first = sizes[0] if sizes else (0.0, 0.0)
    left, x, y, tallest = 0.0, 0.0, 0.0, 0.0
    for at, (part, (width, height)) in enumerate(zip(parts, sizes, strict=True)):
        if at and x + width > room:
            x, y, tallest = left, y + tallest, 0.0
        if left and y + height > first[1]:
            left, x, y, tallest = 0.0, 0.0, first[1], 0.0
        placed |= {node: (x + across, y + down) for node, (across, down) in part.items()}
        x, tallest = x + width, max(tallest, height)
        if at == 0 and x + min(other for other, _ in sizes) <= room:
            left, tallest = x, 0.0
    return placed


def _fit(placed: dict[int, Point], width: float, height: float) -> dict[int, Point]:
    """The places stretched to fill the room, each direction by itself within reason."""
    left, top, right, bottom = _box(placed)
    across, down = width / max(right - left, 1.0), height / max(bottom - top, 1.0)
    across, down = min(across, down * 1.5), min(down, across * 1.5)
    dx, dy = (width - (right - left) * across) / 2, (height - (bottom - top) * down) / 2
    return {node: ((x - left) * across + dx, (y - top) * down + dy)
            for node, (x, y) in placed.items()}


def _box(points: Mapping[int, Point]) -> tuple[float, float, float, float]:
    if not points:
        return 0.0, 0.0, 1.0, 1.0
    across, down = zip(*((float(x), float(y)) for x, y in points.values()), strict=True)
    return min(across), min(down), max(across), max(down)
