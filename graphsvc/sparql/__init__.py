"""The software's own SPARQL queries, one file each."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def own_query(name: str) -> str:
    """The text of `NAME.rq` of this package."""
    return (files(__name__) / f"{name}.rq").read_text(encoding="utf-8")
