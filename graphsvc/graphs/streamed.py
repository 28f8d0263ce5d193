"""JSON written item by item, so that a list may be as long as it likes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

from graphsvc.graphs.graph import Attribute, Scalar


def dump(item: object) -> str:
    """An item on one line."""
    return json.dumps(item, ensure_ascii=False)


def write_items(items: Iterable[object], out: TextIO) -> None:
    """The items of a list, without its brackets, one a line."""
    for number, item in enumerate(items):
        out.write(f",\n{dump(item)}" if number else dump(item))


def named(attributes: Sequence[Attribute], values: Sequence[Scalar | None]) -> dict[str, Any]:
    """The values that there are, by name."""
    return {attribute.name: value for attribute, value in zip(attributes, values, strict=True)
            if value is not None}
