"""What things are called: from a name that a person writes to the IRI it stands for, and back."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from graphsvc.engine.base import Engine
from graphsvc.errors import GraphsvcError
from graphsvc.questions.table import fetch
from graphsvc.rq import own_query

_LONGEST = 500


@dataclass(frozen=True)
class Named:
    """A thing with the label to show for it."""

    iri: str
    label: str


class UnknownName(GraphsvcError):
    """Nothing is called so; `nearest` are things that are called nearly so."""

    def __init__(self, problem: str, nearest: list[Named], where: str | None = None) -> None:
        self.nearest = nearest
        names = ", ".join(f"{named.label} <{named.iri}>" for named in nearest)
        super().__init__(problem, where=where, mend=f"Near to it: {names}." if names else None)


class AmbiguousName(GraphsvcError):
    """Several things are called so; `choices` are they."""

    def __init__(self, problem: str, choices: list[Named], where: str | None = None) -> None:
        self.choices = choices
        names = ", ".join(f"{named.label} <{named.iri}>" for named in choices)
        super().__init__(problem, where=where, mend=f"Give the IRI of one of them: {names}.")


def fold(text: str) -> str:
    """The text without accents, case and superfluous blanks, as names are compared."""
    plain = unicodedata.normalize("NFKD", text.replace("’", "'"))
    bare = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(bare.casefold().split())


@dataclass
class _Thing:
    labels: list[str] = field(default_factory=list)
    alternatives: list[str] = field(default_factory=list)
    classes: set[str] = field(default_factory=set)
    schemes: set[str] = field(default_factory=set)


class Names:
    """The names of a release.

    rows: (thing, kind, value), where kind is label (the preferred one), name (another one that
        serves as label), alternative, class, scheme or broader.
    prefixes: what a CURIE may begin with.
    """

    def __init__(
        self, rows: Iterable[tuple[str, str, str]], prefixes: Mapping[str, str] | None = None
    ) -> None:
        self._prefixes = dict(prefixes or {})
        self._things: dict[str, _Thing] = defaultdict(_Thing)
        broader: dict[str, set[str]] = defaultdict(set)
        for iri, kind, value in sorted(rows):
            thing = self._things[iri]
            if kind in ("label", "name"):
                thing.labels.append(value)
            elif kind == "alternative":
                thing.alternatives.append(value)
            elif kind == "class":
                thing.classes.add(value)
            elif kind == "scheme":
                thing.schemes.add(value)
            else:
                broader[iri].add(value)
        self._things.default_factory = None
        self._wider = {iri: _closure(iri, broader) for iri in broader}
        self._first: dict[str, set[str]] = defaultdict(set)
        self._second: dict[str, set[str]] = defaultdict(set)
        for iri, thing in self._things.items():
            for text in (*thing.labels, _slug(iri)):
                self._first[fold(text)].add(iri)
            for text in thing.alternatives:
                self._second[fold(text)].add(iri)

    def label(self, iri: str) -> str | None:
        """The label to show for a thing, if it has one."""
        thing = self._things.get(iri)
        return thing.labels[0] if thing and thing.labels else None

    def classes(self, iri: str) -> set[str]:
        """The classes of a thing, with all above them."""
        thing = self._things.get(iri)
        given = thing.classes if thing else set()
        return given.union(*(self._wider.get(above, ()) for above in given))

    def find(
        self, text: str, *, of_class: str | None = None, scheme: str | None = None,
        where: str | None = None,
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
                    f"`{text}` is the name of several things.", self._named(fitting), where)
        kind = f"{self.label(of_class) or _slug(of_class)}" if of_class else "thing"
        shown = text if len(text) <= 80 else f"{text[:77]}..."
        raise UnknownName(
            f"The data know no {kind} called `{shown}`.",
            self._nearest(text[:_LONGEST], of_class, scheme), where)

    def _candidates(self, text: str) -> Iterable[Iterable[str]]:
        """The things a text may name, by kinds of name, the surest first."""
        yield [iri for iri in (self.expand(text),) if iri in self._things]
        folded = fold(text)
        yield self._first.get(folded, ())
        yield self._second.get(folded, ())

    def expand(self, text: str) -> str:
        """The IRI that a CURIE stands for; any other text as it is, without surrounding <>."""
        prefix, colon, local = text.partition(":")
        if colon and prefix in self._prefixes:
            return self._prefixes[prefix] + local
        return text[1:-1] if text.startswith("<") and text.endswith(">") else text

    def _fits(self, iri: str, of_class: str | None, scheme: str | None) -> bool:
        thing = self._things[iri]
        if of_class is not None and not any(
            of_class == given or of_class in self._wider.get(given, ()) for given in thing.classes
        ):
            return False
        return scheme is None or scheme in thing.schemes

    def _nearest(self, text: str, of_class: str | None, scheme: str | None) -> list[Named]:
        """Up to five things whose names hold the text, or else resemble it."""
        folded = fold(text)
        names: dict[str, list[str]] = defaultdict(list)
        for index in (self._first, self._second):
            for name, iris in index.items():
                names[name] += [iri for iri in iris if self._fits(iri, of_class, scheme)]
        fitting = [name for name, iris in names.items() if iris]
        close = sorted(n for n in fitting if len(folded) > 2 and folded in n)[:5]
        close = close or get_close_matches(folded, fitting, n=5, cutoff=0.6)
        found = dict.fromkeys(iri for name in close for iri in sorted(names[name]))
        return self._named(list(found)[:5])

    def _named(self, iris: list[str]) -> list[Named]:
        return [Named(iri, self.label(iri) or _slug(iri)) for iri in iris]


async def read_names(engine: Engine, prefixes: Mapping[str, str]) -> Names:
    """The names of the engine's release. Raises what the engine raises."""
    table = await fetch(engine, own_query("names"))
    return Names(
        ((row[0].value, row[1].value, row[2].value) for row in table.rows
         if row[0] and row[1] and row[2]),
        prefixes,
    )


def _slug(iri: str) -> str:
    """The last part of an IRI."""
    return re.split(r"[/#]", iri.rstrip("/#"))[-1]


def _closure(iri: str, broader: Mapping[str, set[str]]) -> set[str]:
    """Everything above a class, however far."""
    seen: set[str] = set()
    todo = [iri]
    while todo:
        for above in broader.get(todo.pop(), ()):
            if above not in seen:
                seen.add(above)
                todo.append(above)
    return seen
