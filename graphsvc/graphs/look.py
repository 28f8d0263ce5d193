"""How the classes of things look in every drawing, on the screen and in files: a colour and a shape
for each, the same as long as the same classes have things.

Classes of one family (with the same class above them that has a place in the order) share a
colour; shapes distinguish them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

COLOURS = ("#1f5fa8", "#c9500b", "#00805c", "#b14a86", "#7a4b12", "#0b7f9c", "#5b4a9a", "#5c666e")
"""On white; --k0 to --k7 of the style sheet, which has those of dark pages too. Each has a contrast
of 3 or more (WCAG 2.2, 1.4.11), and no two differ by red and green alone."""
OUTLINES = {
    "ellipse": "M8 1a7 7 0 1 1 0 14a7 7 0 1 1 0-14z",
    "rectangle": "M2 2h12v12H2z",
    "diamond": "M8 0l8 8-8 8-8-8z",
    "triangle": "M8 1l8 14H0z",
    "hexagon": "M4 1h8l4 7-4 7H4L0 8z",
    "pentagon": "M8 0l8 6-3 9.5H3L0 6z",
    "star": "M8 0l2.4 5.3 5.6.5-4.3 3.8 1.3 5.9L8 12.4 3 15.5l1.3-5.9L0 5.8l5.6-.5z",
    "octagon": "M5 1h6l4 4v6l-4 4H5l-4-4V5z",
    "tag": "M1 2h9l6 6-6 6H1z",
}
"""Each shape in a square of 16, as a path; the names are those of cytoscape.js."""


@dataclass(frozen=True, slots=True)
class Look:
    """colour: its place in COLOURS; shape: one of OUTLINES."""

    colour: int
    shape: str

    @property
    def hex(self) -> str:
        """The colour on white, #rrggbb."""
        return COLOURS[self.colour]

    @property
    def outline(self) -> str:
        """The shape as a path in a square of 16."""
        return OUTLINES[self.shape]


Looks = Mapping[str, Look]
"""The look of each class by what it is called."""


def looks_of(classes: Iterable[tuple[str, int]]) -> Looks:
    """The looks of classes. classes: what each is called, and the place of its family in the
    order; those of the last place are families of their own."""
    ordered = sorted({*classes}, key=lambda pair: (pair[1], pair[0].casefold()))
    last = max((place for _, place in ordered), default=0)
    families = groupby(ordered, lambda pair: (pair[1], pair[0] if pair[1] == last else ""))
    free, looks = list(_LOOKS), {}
    for number, (_, family) in enumerate(families):
        for label, _ in family:
            own = [one for one in free if one.colour == number % len(COLOURS)]
            looks[label] = found = (own or free or [_LAST])[0]
            free = [one for one in free if one != found]
    return looks


def look(looks: Looks, types: Iterable[str]) -> Looks:
    """The looks of some types of nodes: those of the classes; of others, such as are free."""
    names = sorted({*types})
    found = {name: looks[name] for name in names if name in looks}
    free = (one for one in _LOOKS if one not in found.values())
    return {name: found[name] if name in found else next(free, _LAST) for name in names}


_LOOKS = [Look(colour, shape) for shape in OUTLINES for colour in range(len(COLOURS))]
_LAST = Look(len(COLOURS) - 1, "ellipse")
"""Of what is one type too many."""
