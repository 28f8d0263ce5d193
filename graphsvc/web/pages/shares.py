"""The parts of a thing that each have a number and values of a scale, as one bar."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from graphsvc.index import slug
from graphsvc.questions.table import Row
from graphsvc.web.pages.context import Link, PageContext
from graphsvc.web.pages.facts import Fact


@dataclass(frozen=True)
class Share:
    """How many have some values of a scale, the best first."""

    number: int
    values: tuple[Link, ...]


@dataclass(frozen=True)
class Shares:
    """Shares that no value is in twice, from the best to the worst; sums of several; and whether
    the shares are all that there are, for they have every value of the scale."""

    bar: tuple[Share, ...]
    sums: tuple[Share, ...]
    complete: bool

    @property
    def total(self) -> int:
        """How many are in the bar."""
        return sum(share.number for share in self.bar)


def parts_of(context: PageContext, facts: Iterable[Fact]) -> list[NamedNode]:
    """The values of the property whose values are all of a class that pages are quiet on."""
    for fact in facts:
        iris = [link.iri for link in fact.links if link.iri]
        kinds = [entry.kind for entry in context.index.entries(iris).values()]
        if len(iris) > 1 and len(kinds) == len(iris) and all(
                kind and context.terms.term(kind).quiet for kind in kinds):
            return [NamedNode(iri) for iri in iris]
    return []


def shares(context: PageContext, rows: Sequence[Row]) -> Shares | None:
    """The parts in the order of their scale, the finest that do not overlap in the bar; None where
    they have no numbers or no scale."""
    numbers, ranked = dict[str, int](), defaultdict[str, list[Link]](list)
    for part, value in rows:
        if part and isinstance(value, Literal) and value.value.isdecimal():
            numbers[part.value] = int(value.value)
        elif part and value and value.value in context.terms.ranks:
            ranked[part.value].append(context.link(value.value))
    found = sorted((Share(number, tuple(sorted(ranked[part], key=lambda it: -(it.rank or 0))))
                    for part, number in numbers.items() if ranked[part]),
                   key=lambda share: (len(share.values), -(share.values[0].rank or 0)))
    bar, seen = list[Share](), set[Link]()
    for share in found:
        if not seen & {*share.values}:
            bar.append(share)
            seen |= {*share.values}
    order = sorted(bar, key=lambda share: -(share.values[0].rank or 0))
    if len(bar) < 2 or not any(share.number for share in bar):
        return None
    scale = bar[0].values[0].iri or ""
    alike = {iri for iri in context.terms.ranks if iri.startswith(scale.removesuffix(slug(scale)))}
    return Shares(tuple(order), tuple(it for it in found if it not in bar),
                  alike <= {link.iri for link in seen})
