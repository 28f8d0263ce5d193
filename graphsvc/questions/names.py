"""What things are called: from a name that a person writes to the IRI it stands for, and back."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache

from graphsvc.errors import GraphsvcError
from graphsvc.questions.index import LESS_SURE, SURE, fold, slug

_COMPARED = 3000
"""Names that are compared with a text which resembles none of them, at some 20 us each."""
_LONGEST = 500
_KEPT = 1 << 16
"""Things whose names stay in memory."""
_ALL_NAMES = "SELECT folded, iri, classes, schemes FROM names JOIN things USING (iri) ORDER BY rank"


@dataclass(frozen=True)
class Named:
    """A thing with the label to show for it."""

    iri: str
    label: str


class UnknownName(GraphsvcError):
    """Nothing is called so; `nearest` are things that are called nearly so."""

    def __init__(self, problem: str, nearest: list[Named], location: str | None = None) -> None:
        self.nearest = nearest
        names = ", ".join(f"{named.label} <{named.iri}>" for named in nearest)
        super().__init__(problem, location=location,
        hint=f"Near to it: {names}." if names else None)


class AmbiguousName(GraphsvcError):
    """Several things are called so; `choices` are they."""

    def __init__(self, problem: str, choices: list[Named], location: str | None = None) -> None:
        self.choices = choices
        names = ", ".join(f"{named.label} <{named.iri}>" for named in choices)
        super().__init__(problem, location=location, hint=f"Give the IRI of one of them: {names}.")


@dataclass(frozen=True)
class _Thing:
    label: str | None
    classes: Sequence[str]
    schemes: Sequence[str]

    def fits(
        self, of_class: str | None, scheme: str | None, wider: Mapping[str, set[str]]
    ) -> bool:
        """Whether it is of the class (or one below) and in the scheme, where these are told."""
        if of_class is not None and not any(
            of_class == given or of_class in wider.get(given, ()) for given in self.classes
        ):
            return False
        return scheme is None or scheme in self.schemes


class Names:
    """The names of a release, from its index (graphsvc.questions.index).

    prefixes: what a CURIE may begin with.
    """

    def __init__(
        self, index: sqlite3.Connection, prefixes: Mapping[str, str] | None = None
    ) -> None:
        self._index = index
        self._prefixes = dict(prefixes or {})
        broader: dict[str, set[str]] = defaultdict(set)
        for narrower, above in index.execute("SELECT class, above FROM broader"):
            broader[narrower].add(above)
        self._wider = {iri: closure(iri, broader) for iri in broader}
        self._thing = lru_cache(_KEPT)(self._read)

    def _read(self, iri: str) -> _Thing | None:
        found = self._index.execute(
            "SELECT label, classes, schemes FROM things WHERE iri = ?", (iri,)).fetchone()
        return _Thing(found[0], found[1].split("\n"), found[2].split("\n")) if found else None

    def label(self, iri: str) -> str | None:
        """The label to show for a thing, if it has one."""
        thing = self._thing(iri)
        return thing.label if thing else None

    def classes(self, iri: str) -> set[str]:
        """The classes of a thing, with all above them."""
        thing = self._thing(iri)
        given = {iri for iri in thing.classes if iri} if thing else set()
        return given.union(*(self._wider.get(above, ()) for above in given))

    def find(
        self, text: str, *, of_class: str | None = None, scheme: str | None = None,
        location: str | None = None,
    ) -> str:
        """The IRI of the thing that text names: by IRI, CURIE, slug, label or alternative label.

        A label or slug goes before an alternative label. of_class (with its subclasses) and scheme
        narrow what may be meant. Raises UnknownName or AmbiguousName, with `where`.
        """
        text = text.strip()
        for candidates in self._candidates(text[:_LONGEST]):
            fitting = sorted(iri for iri in candidates if self._fits(iri, of_class, scheme))
            if len(fitting) == 1:
                return fitting[0]
            if fitting:
                raise AmbiguousName(
                    f"`{text}` is the name of several things.", self._named(fitting), location)
        kind = f"{self.label(of_class) or slug(of_class)}" if of_class else "thing"
        shown = text if len(text) <= 80 else f"{text[:77]}..."
        raise UnknownName(
            f"The data know no {kind} called `{shown}`.",
            self._nearest(text[:_LONGEST], of_class, scheme), location)

    def _candidates(self, text: str) -> Iterable[Iterable[str]]:
        """The things a text may name, by kinds of name, the surest first."""
        yield [iri for iri in (self.expand(text),) if self._thing(iri)]
        for rank in (SURE, LESS_SURE):
            yield [iri for iri, in self._index.execute(
                "SELECT iri FROM names WHERE folded = ? AND rank = ?", (fold(text), rank))]

    def expand(self, text: str) -> str:
        """The IRI that a CURIE stands for; any other text as it is, without surrounding <>."""
        prefix, colon, local = text.partition(":")
        if colon and prefix in self._prefixes:
            return self._prefixes[prefix] + local
        return text[1:-1] if text.startswith("<") and text.endswith(">") else text

    def _fits(self, iri: str, of_class: str | None, scheme: str | None) -> bool:
        thing = self._thing(iri)
        return thing is not None and thing.fits(of_class, scheme, self._wider)

    def _nearest(self, text: str, of_class: str | None, scheme: str | None) -> list[Named]:
        """Up to five things whose names hold the text, or else resemble it, or do so most."""
        folded = fold(text)
        names: dict[str, list[str]] = defaultdict(list)
        for name, iri, classes, schemes in self._index.execute(_ALL_NAMES):
            if _Thing(None, classes.split("\n"), schemes.split("\n")).fits(
                of_class, scheme, self._wider
            ):
                names[name].append(iri)
        fitting = list(names)
        close = sorted(n for n in fitting if len(folded) > 2 and folded in n)[:5]
        close = close or get_close_matches(folded, fitting, n=5, cutoff=0.6)
        if not close and folded and len(fitting) <= _COMPARED:
            close = get_close_matches(folded, fitting, n=5, cutoff=0.0)
        found = dict.fromkeys(iri for name in close for iri in sorted(names[name]))
        return self._named(list(found)[:5])

    def _named(self, iris: list[str]) -> list[Named]:
        return [Named(iri, self.label(iri) or slug(iri)) for iri in iris]


def closure(start: str, steps: Mapping[str, Iterable[str]]) -> set[str]:
    """Everything that can be reached from a start by one or more steps."""
    seen: set[str] = set()
    todo = [start]
    while todo:
        for following in steps.get(todo.pop(), ()):
            if following not in seen:
                seen.add(following)
                todo.append(following)
    return seen
