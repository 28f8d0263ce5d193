"""Where nodes lie in a picture: each connected part by springs, the parts packed side by side."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

Point = tuple[float, float]
Points = NDArray[np.float64]
_SEED = 7
_GAP = 0.6
_ROOMS = (1.0, 1.15, 1.3, 1.5, 1.75, 2.0, 2.5, 3.0)
_CLEAR = 5.0
"""How far the rims of two nodes should be from each other at least."""


def positions(
    simple: Any, width: float, height: float, radii: Mapping[int, float]
) -> Mapping[int, Point]:
    """A place within width and height for every node of a networkx graph.

    radii: how large the nodes will be drawn, in the units of width and height.
    """
    parts = sorted(nx.connected_components(simple), key=lambda part: (-len(part), min(part)))
    if not parts:
        return {}
    placed = _pack([_part(simple.subgraph(sorted(part))) for part in parts], width / height)
    return _apart(_fit(placed, width, height), radii, width, height)


def _part(part: Any) -> dict[int, Point]:
    """A connected part, its corner near the origin, about one unit of area for each node."""
    count = len(part)
    if count == 1:
        return {node: (0.5, 0.5) for node in part}
    found = _springs(part)
    low, extent = found.min(axis=0), np.ptp(found, axis=0)
    side = sqrt(count) / max(float(extent.max()), 1e-9)
    return {node: (float(x), float(y)) for node, (x, y) in
            zip(sorted(part), (found - low) * side + 0.5, strict=True)}


def _springs(part: Any) -> Points:
    """The nodes of a part, in their order, where repulsion and springs are at rest.

    After Fruchterman and Reingold (1991); as in ForceAtlas2 (Jacomy and others, 2014) nodes with
    many edges repel more, so that these come apart and the leaves stay with them.
    """
    nodes = sorted(part)
    count, at = len(nodes), {node: place for place, node in enumerate(nodes)}
    rounds = 300 if count < 150 else 200 if count < 500 else 100
    ends = np.array([(at[one], at[other]) for one, other in part.edges()])
    mass = np.array([1.0 + 0.25 * part.degree(node) for node in nodes])
    places = np.random.default_rng(_SEED).random((count, 2)) * sqrt(count)
    for heat in np.linspace(0.15 * sqrt(count), 0.002 * sqrt(count), rounds):
        apart = places[:, None, :] - places[None, :, :]
        square = np.maximum(np.einsum("ijk,ijk->ij", apart, apart), 0.01)
        moves = np.einsum("ijk,ij->ik", apart, mass[None, :] / square)
        along = places[ends[:, 0]] - places[ends[:, 1]]
        pull = along * np.sqrt((along**2).sum(axis=1))[:, None]
        for axis in (0, 1):
            moves[:, axis] -= np.bincount(ends[:, 0], pull[:, axis], count) / mass
            moves[:, axis] += np.bincount(ends[:, 1], pull[:, axis], count) / mass
        length = np.maximum(np.sqrt((moves**2).sum(axis=1)), 1e-9)
        places += moves * (np.minimum(length, heat) / length)[:, None]
    return places


def _pack(parts: list[dict[int, Point]], ratio: float) -> dict[int, Point]:
    """The parts in rows, the largest first, in the row length that comes nearest to the ratio of
    width to height."""
    area = sum((_box(part)[2] + _GAP) * (_box(part)[3] + _GAP) for part in parts)
    widest = max(_box(part)[2] + _GAP for part in parts)
    tries = [_rows(parts, max(widest, sqrt(area * ratio) * room)) for room in _ROOMS]
    return min(tries, key=lambda placed: max(_box(placed)[2] / ratio, _box(placed)[3]))


def _rows(parts: list[dict[int, Point]], room: float) -> dict[int, Point]:
    """The parts in rows of that length: beside the largest part what fits, the rest below it."""
    sizes = [(_box(part)[2] + _GAP, _box(part)[3] + _GAP) for part in parts]
    placed: dict[int, Point] = {}
    first = sizes[0]
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


def _apart(
    placed: dict[int, Point], radii: Mapping[int, float], width: float, height: float
) -> dict[int, Point]:
    """The places with nodes that would overlap pushed from each other, inside the room."""
    nodes = list(placed)
    places = np.array([placed[node] for node in nodes])
    radius = np.array([radii[node] for node in nodes])
    needed = radius[:, None] + radius[None, :] + _CLEAR
    np.fill_diagonal(needed, 0.0)
    for _ in range(60):
        apart = places[:, None, :] - places[None, :, :]
        distance = np.maximum(np.sqrt(np.einsum("ijk,ijk->ij", apart, apart)), 0.01)
        lacking = np.maximum(needed - distance, 0.0)
        if not lacking.any():
            break
        places += np.einsum("ijk,ij->ik", apart, lacking / distance) * 0.4
        places = np.clip(places, 0.0, (width, height))
    return {node: (float(x), float(y)) for node, (x, y) in zip(nodes, places, strict=True)}


def _box(points: Mapping[int, Point]) -> tuple[float, float, float, float]:
    across, down = zip(*points.values(), strict=True)
    return min(across), min(down), max(across), max(down)
