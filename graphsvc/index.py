"""The index of a release: what things are called, where passages are, and full-text search.

graphsvc.build.index writes it, this module and graphsvc.fulltext read it. It never changes.
"""

from __future__ import annotations

import json
import re
import sqlite3
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from graphsvc.errors import GraphsvcError
from graphsvc.fulltext import TYPE, Entry, Filters, Found, Hit, Near, Search
from graphsvc.names import Names
from graphsvc.passage import Passages, Words
from graphsvc.words import filed, fold

SURE, LESS_SURE = 1, 2
"""Rank of a label or slug, and of an alternative label."""

_ALIKE, _FEW = 0.6, 40
"""How much a name must resemble a text to be offered, where there are more names than these."""
_MUCH, _CLEARLY = 0.25, 0.2
"""How much of its name, and how much more than of any other, a text must have to be taken for a
thing."""
_LONGEST = 500
_KEPT = 1 << 16
"""Things and places that stay in memory."""
_ALL_NAMES = ("SELECT folded, iri, classes, schemes FROM names JOIN things ON things.id = thing"
              " ORDER BY rank, folded, iri")


@dataclass(frozen=True)
class Named:
    """A thing with the label to show for it."""

    iri: str
    label: str

    def __str__(self) -> str:
        return f"{self.label} <{self.iri}>"


class NotOneThing(GraphsvcError):
    """A name that is not that of one thing; `named` are those that may be meant."""

    member, advice = "", ""

    def __init__(self, message: str, named: list[Named], location: str | None = None) -> None:
        self.named = named
        hint = f"{self.advice}: {', '.join(map(str, named))}." if named else None
        super().__init__(message, location=location, hint=hint)

    def extras(self) -> dict[str, Any]:
        return {self.member: [asdict(one) for one in self.named]}


class UnknownName(NotOneThing):
    """Nothing has that name; what is named has names like it."""

    status = 404
    type = "/problems#unknown-name"
    title = "Nothing has that name"
    member, advice = "nearest", "Near to it"


class AmbiguousName(NotOneThing):
    """Several things have that name."""

    status = 409
    type = "/problems#ambiguous-name"
    title = "The name is that of several things"
    member, advice = "choices", "Give the IRI of one of them"


class _Thing(NamedTuple):
    """A thing with the IRIs of its classes and schemes, each on a line of its own."""

    label: str | None
    classes: str
    schemes: str


class Index:
    """The index of one release. Any thread may call it."""

    def __init__(
        self, path: Path, words: Words | None = None, prefixes: Mapping[str, str] | None = None
    ) -> None:
        """Open an index. words: those of passages; prefixes: what a CURIE may begin with.

        Raises GraphsvcError where the file is not one that this version writes.
        """
        self._address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        self._local = threading.local()
        self._prefixes = prefixes or {}
        broader: dict[str, set[str]] = defaultdict(set)
        try:
            for class_, above in self._read("SELECT class, above FROM classes"):
                broader[class_].add(above)
        except sqlite3.Error as error:
            raise GraphsvcError("The index of the release cannot be read.", location=str(path),
                                hint="Build the release again with this version.") from error
        self._above = {iri: closure(iri, broader) for iri in broader}
        self._thing = lru_cache(_KEPT)(self._find_thing)
        passages = Passages(self._read, self.label, words)
        self.passage = lru_cache(1 << 14)(passages.find)
        """A passage with what is known of it, by its IRI."""
        self.document_of = passages.document_of
        self.nearest = lru_cache(1 << 8)(self._find_nearest)
        """The things of a class that hold words of a text, those that hold most and rarest
        first."""
        self._passages = passages
        self.holding = lru_cache(1 << 8)(self._find_holding)
        """The IRIs of all things of a class that hold the words of a text or, if `named`, whose
        names do."""

    # -- things ---------------------------------------------------------------------------------

    def label(self, iri: str) -> str | None:
        """The label to show for a thing, if it has one."""
        thing = self._thing(iri)
        return thing.label if thing else None

    def classes(self, iri: str) -> list[str]:
        """The classes that a thing is said to have; none where the release does not know it."""
        return [iri for iri, in self._read(
            "SELECT value FROM facets JOIN things ON things.id = thing"
            " WHERE iri = ? AND property = ? ORDER BY value", iri, TYPE)]

    @property
    def documents(self) -> set[str]:
        """The IRIs of the documents that have passages."""
        return self._passages.documents

    def entries(self, iris: Iterable[str]) -> dict[str, Entry]:
        """What the index knows of some things, by IRI."""
        return {row[0]: Entry(*row) for row in self._read(
            "SELECT iri, label, class, note FROM json_each(?) JOIN things ON iri = value"
            " WHERE class NOT NULL", json.dumps(sorted(set(iris))))}

    def members(self, value: str, property_: str = TYPE) -> list[Entry]:
        """The things that have a facet's value (by default: that are of a class), from A to Z."""
        return sorted((Entry(*row) for row in self._read(
            "SELECT iri, label, class, note FROM facets JOIN things ON things.id = thing"
            " WHERE property = ? AND value = ? AND label NOT NULL", property_, value)),
            key=lambda entry: (filed(entry.label or ""), entry.iri))

    def is_value(self, iri: str, of_class: str | None) -> bool:
        """Whether a thing of a class has this one as the value of a facet."""
        return bool(self._read(
            "SELECT 1 FROM facets AS one JOIN facets AS kind USING (thing) WHERE one.value = ?"
            " AND kind.property = ? AND kind.value = ? LIMIT 1", iri, TYPE, of_class))

    def sizes(self) -> dict[str, int]:
        """How many things there are of each class."""
        return dict(self._read(
            "SELECT value, COUNT(*) FROM facets WHERE property = ? GROUP BY value", TYPE))

    def search(self, text: str, filters: Filters, *, limit: int = 20, offset: int = 0) -> Found:
        """Things that hold the words of a text; see graphsvc.fulltext."""
        return Search(self._connection, self.names, text).page(filters, limit, offset)

    def suggest(self, text: str, of_class: str | None) -> list[Hit]:
        """Things whose names hold words that begin like those of a text, the likeliest first."""
        return Search(self._connection, self.names, text).suggestions(of_class)

    def _find_nearest(self, text: str, of_class: str | None) -> list[Near]:
        return Search(self._connection, self.names, text).nearest(self._below(of_class))

    def _find_holding(
        self, text: str, *, of_class: str | None = None, named: bool = False
    ) -> list[str]:
        return Search(self._connection, self.names, text).things(self._below(of_class), named)

    def _below(self, of_class: str | None) -> set[str]:
        """A class with those below it; none where there is none."""
        below = {class_ for class_, above in self._above.items() if of_class in above}
        return {*below, of_class} if of_class else set()

    # -- names ----------------------------------------------------------------------------------

    @cached_property
    def names(self) -> Names:
        """All names with the words of the texts, ready to be found in what people write."""
        named = self._read("SELECT folded, name, iri, rank = ?, quiet FROM names"
                           " JOIN things ON things.id = thing WHERE class NOT NULL AND label"
                           " NOT NULL ORDER BY rank, folded, iri", SURE)
        named = [(name or folded, iri, bool(surely), bool(quiet))
                 for folded, name, iri, surely, quiet in named
                 if name or not surely or folded != fold(slug(iri))]
        used = self._read("SELECT word, small FROM words")
        return Names(named, {word: bool(small) for word, small in used})

    def fits(self, iri: str, of_class: str | None, scheme: str | None) -> bool:
        """Whether a thing is of a class (or one below) and in a scheme, where these are given."""
        thing = self._thing(iri)
        return thing is not None and self._fits(thing, of_class, scheme)

    def find(
        self, text: str, *, of_class: str | None = None, scheme: str | None = None,
        location: str | None = None,
    ) -> str:
        """The IRI of the thing that a text names; see `meant` and `taken`.

        Raises UnknownName, which takes some 100 ms to find names like it, or AmbiguousName.
        """
        narrowed = {"of_class": of_class, "scheme": scheme}
        found = self.meant(text, location=location, **narrowed) or self.taken(text, **narrowed)
        if found is not None:
            return found
        text = text.strip()
        class_ = f"{self.label(of_class) or slug(of_class)}" if of_class else "thing"
        shown = text if len(text) <= 80 else f"{text[:77]}..."
        raise UnknownName(f"The data know no {class_} called `{shown}`.",
                          self._nearest(text[:_LONGEST], of_class, scheme), location)

    def taken(
        self, text: str, *, of_class: str | None = None, scheme: str | None = None
    ) -> str | None:
        """The one thing of a class or scheme whose name is clearly nearest to a text, if any."""
        if of_class is None and scheme is None:
            return None
        found = self.names.near(text[:_LONGEST], lambda iri: self.fits(iri, of_class, scheme))
        (first, share), (_, other) = (*found, ("", 0.0), ("", 0.0))[:2]
        return first if share >= _MUCH and share - other >= _CLEARLY else None

    def meant(
        self, text: str, *, of_class: str | None = None, scheme: str | None = None,
        location: str | None = None,
    ) -> str | None:
        """The thing that a text names by IRI, CURIE, slug, label or alternative label, if any.

        A label or slug goes before an alternative label. of_class (with its subclasses) and scheme
        narrow what may be meant. Raises AmbiguousName, with `location`.
        """
        text = text.strip()
        for candidates in self._candidates(text[:_LONGEST]):
            fitting = sorted(iri for iri in candidates if self.fits(iri, of_class, scheme))
            if len(fitting) > 1:
                raise AmbiguousName(
                    f"`{text}` is the name of several things.", self._named(fitting), location)
            if fitting:
                return fitting[0]
        return None

    def _candidates(self, text: str) -> Iterator[Iterable[str]]:
        """The things a text may name, the surest first."""
        yield [self._expand(text)]
        for rank in (SURE, LESS_SURE):
            yield {iri for iri, in self._read(
                "SELECT iri FROM names JOIN things ON things.id = thing"
                " WHERE folded = ? AND rank = ?", fold(text), rank)}

    def curie(self, iri: str) -> str:
        """The shortest CURIE of an IRI with a prefix of the project; the IRI where it has none."""
        return curie(iri, self._prefixes)

    def _expand(self, text: str) -> str:
        """The IRI that a CURIE is for; any other text as it is, without surrounding <>."""
        prefix, colon, local = text.partition(":")
        if colon and prefix in self._prefixes:
            return self._prefixes[prefix] + local
        return text[1:-1] if text.startswith("<") and text.endswith(">") else text

    def _fits(self, thing: _Thing, of_class: str | None, scheme: str | None) -> bool:
        """Whether it is of the class (or one below) and in the scheme, where these are given."""
        if of_class is not None and not any(
                of_class == given or of_class in self._above.get(given, ())
                for given in thing.classes.split("\n")):
            return False
        return scheme is None or scheme in thing.schemes.split("\n")

    def _nearest(self, text: str, of_class: str | None, scheme: str | None) -> list[Named]:
        """Up to five things whose names hold the text, or else resemble it, or do so most."""
        folded = fold(text)
        names: dict[str, list[str]] = defaultdict(list)
        for name, iri, classes, schemes in self._read(_ALL_NAMES):
            if self._fits(_Thing(None, classes, schemes), of_class, scheme):
                names[name].append(iri)
        fitting = list(names)
        close = sorted(n for n in fitting if len(folded) > 2 and folded in n)[:5]
        for cutoff in (_ALIKE, 0.0) if folded and len(fitting) <= _FEW else (_ALIKE,):
            close = close or get_close_matches(folded, fitting, n=5, cutoff=cutoff)
        found = dict.fromkeys(iri for name in close for iri in sorted(names[name]))
        return self._named(list(found)[:5])

    def _named(self, iris: list[str]) -> list[Named]:
        return [Named(iri, self.label(iri) or slug(iri)) for iri in iris]

    def _find_thing(self, iri: str) -> _Thing | None:
        rows = self._read("SELECT label, classes, schemes FROM things WHERE iri = ?", iri)
        return next((_Thing(*row) for row in rows), None)

    def _read(self, select: str, *values: object) -> list[Any]:
        return self._connection.execute(select, values).fetchall()

    @property
    def _connection(self) -> sqlite3.Connection:
        """This thread's own; it is closed when the thread or the index ends."""
        if not hasattr(self._local, "connection"):
            self._local.connection = sqlite3.connect(
                self._address, uri=True, isolation_level=None, check_same_thread=False)
        connection: sqlite3.Connection = self._local.connection
        return connection


def curie(iri: str, prefixes: Mapping[str, str]) -> str:
    """The shortest CURIE of an IRI; the IRI where no prefix fits."""
    fitting = [(-len(base), prefix) for prefix, base in prefixes.items()
               if iri.startswith(base) and re.fullmatch(r"[\w.-]+", iri[len(base):])]
    if not fitting:
        return iri
    length, prefix = min(fitting)
    return f"{prefix}:{iri[-length:]}"


def slug(iri: str) -> str:
    """The last part of an IRI."""
    return re.split(r"[/#]", iri.rstrip("/#"))[-1]


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


def most_special(classes: Iterable[str], above: Mapping[str, set[str]]) -> list[str]:
    """The classes that are above none of the others, in alphabetical order."""
    known = set(classes)
    general = {wider for class_ in known for wider in above.get(class_, ())}
    return sorted(known - general) or sorted(known)
