"""Going through what is too much to be held at once, some of it at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")

BATCH = 50_000
"""Quads of a build that are held at once, to be loaded or derived."""


def batched(things: Iterable[T], size: int | None) -> Iterator[list[T]]:
    """The things in lists of a size, the last one shorter; in one list where the size is None."""
    left = iter(things)
    while batch := list(islice(left, size)):
        yield batch
