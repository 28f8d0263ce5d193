"""What changed from one release to another: the things that came, went, or say something else.

What rules derive is left out, because it follows from the rest; so are blank nodes, whose names
say nothing.
"""

from __future__ import annotations

import gzip
import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any, Literal

import pyoxigraph as ox

from graphsvc.errors import GraphsvcError
from graphsvc.index import Index, slug
from graphsvc.questions.sentence import in_words, plural
from graphsvc.release import Release
from graphsvc.vocabulary import LABELS, OWL, RDF

How = Literal["added", "removed", "changed"]
_MOST_QUADS = 2_000_000
"""Releases above this size are not compared: somebody waits for it."""
_KEPT = 64
_NAMED = 3
"""Things that a summary names."""
_COUNTED = 5
"""Kinds of things that it counts apart."""
TERM = ""
"""In place of the class of a term of the ontology."""


class TooManyQuads(GraphsvcError):
    """The releases are too large to be compared while somebody waits."""

    status = 413
    type = "/problems#releases-too-large"
    title = "The releases are too large to compare"


Facts = Mapping[str, set[ox.NamedNode | ox.Literal]]
"""The values of a thing by property."""


@dataclass(frozen=True)
class Fact:
    """A property of a thing that was given other values; before, after: as people read them."""

    name: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True)
class Change:
    """A thing that was added, removed or changed.

    kind: the IRI of its class; facts: what is said of it that was not said before, or no longer;
    of a removed thing, what the newer release says of its end.
    """

    iri: str
    label: str
    kind: str
    how: How
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class Changes:
    """All that changed. added, removed: numbers of statements; kinds: the things of each class,
    in the order of their labels; names: what the classes are called."""

    before: Release
    after: Release
    added: int
    removed: int
    kinds: Mapping[str, list[Change]]
    names: Mapping[str, str]

    def counts(self, kind: str) -> dict[How, int]:
        """How many things of a class were added, removed and changed."""
        found = Counter(change.how for change in self.kinds[kind])
        return {how: found[how] for how in _HOWS}

    @property
    def total(self) -> dict[How, int]:
        """How many things were added, removed and changed."""
        return {how: sum(self.counts(kind)[how] for kind in self.kinds) for how in _HOWS}

    @property
    def sentence(self) -> str:
        """What changed, in one sentence."""
        quads = _listed({"added": self.added, "removed": self.removed}, "statement")
        if not self.kinds:
            return (f"{quads}, about the data as a whole." if quads else
                    "Nothing that the data say changed; only questions, shapes or rules did.")
        return f"{_listed(self.total, 'thing')}. In all, {quads}."

    def summary(self, kinds: Iterable[str], several: Mapping[str, str]) -> dict[How, str]:
        """What was added, removed and changed, in words: by name where it is little, else by kind,
        those of which most. kinds: in their order; several: what things of a kind are called."""
        summary: dict[How, str] = {}
        for how in _HOWS:
            found = sorted(((kind, them) for kind in kinds if (
                them := [one for one in self.kinds[kind] if one.how == how])),
                key=lambda its: (its[0] == TERM, -len(its[1])))
            number = sum(len(them) for _, them in found)
            if number > _NAMED:
                parts = [f"{len(them):,} {several[kind] if len(them) > 1 else self.names[kind]}"
                         for kind, them in found[:_COUNTED]]
                left = sum(len(them) for _, them in found[_COUNTED:])
                others = [plural(left, "other thing")] if left else []
                summary[how] = in_words([*parts, *others])
                if how == "changed":
                    summary[how] += f" ({self._mostly(found)})"
            elif number:
                summary[how] = "; ".join(f"{one.label} ({self.names[kind]})"
                                      for kind, them in found for one in them)
        return summary

    def _mostly(self, found: Sequence[tuple[str, list[Change]]]) -> str:
        """What about the things changed most often."""
        names = Counter(fact.name for kind, them in found if kind != TERM or len(found) == 1
                        for one in them for fact in one.facts).most_common(4)
        return f"{'mostly ' * (len(names) > 3)}their {in_words(name for name, _ in names[:3])}"

    def as_json(self) -> dict[str, Any]:
        """All of it, for programs."""
        return {
            "from": self.before.id, "to": self.after.id,
            "statements": {"added": self.added, "removed": self.removed}, "things": self.total,
            "kinds": [{"class": kind or None, "label": self.names[kind], **self.counts(kind),
                       "things": [asdict(change) for change in changes]}
                      for kind, changes in self.kinds.items()]}


_HOWS: tuple[How, ...] = ("added", "removed", "changed")


def _listed(counts: Mapping[Any, int], noun: str) -> str:
    """`3 things added, 1 removed`; nothing where all counts are 0."""
    found = [(number, how) for how, number in counts.items() if number]
    if not found:
        return ""
    (number, how), *others = found
    return ", ".join([f"{number:,} {noun if number == 1 else f'{noun}s'} {how}",
                      *(f"{number:,} {how}" for number, how in others)])


@lru_cache(maxsize=_KEPT)
def compare(before: Release, after: Release) -> Changes:
    """What changed from one release to another. Raises TooManyQuads, and GraphsvcError where a
    release cannot be read."""
    if max(release.manifest["quads"] for release in (before, after)) > _MOST_QUADS:
        raise TooManyQuads(f"Releases of more than {_MOST_QUADS:,} statements are not compared.",
                           hint="Compare their dumps, which are sorted: `diff` does it.")
    gone, come = (_by_subject(lines) for lines in _only_in(before, after))
    old, new = (Index(release.index_path, prefixes=release.manifest["prefixes"])
                for release in (before, after))
    subjects = sorted({*gone, *come})
    known = old.entries(subjects), new.entries(subjects)
    kinds: dict[str, list[Change]] = defaultdict(list)
    for iri in subjects:
        was, is_ = (entries.get(iri) for entries in known)
        entry = is_ or was
        if entry is None and not iri.startswith(after.header.namespace):
            continue  # what was taken out long ago, and addresses elsewhere
        how: How = ("changed" if entry is None or (was and is_) else
                    "added" if is_ else "removed")
        said = {} if how == "added" else come.get(iri, {})
        unsaid = gone.get(iri, {}) if how == "changed" else {}
        kind = (entry.kind if entry else None) or TERM
        kinds[kind].append(Change(iri, new.label(iri) or old.label(iri) or slug(iri), kind, how,
                                  tuple(_facts(unsaid, said, old, new))))
    return Changes(
        before, after, _size(come), _size(gone),
        kinds={kind: sorted(found, key=lambda change: (_HOWS.index(change.how),
                                                       change.label.casefold(), change.iri))
               for kind, found in sorted(kinds.items())},
        names={kind: new.label(kind) or old.label(kind) or slug(kind) or "term of the ontology"
               for kind in kinds})


def _size(said: Mapping[str, Facts]) -> int:
    """How many statements there are."""
    return sum(len(values) for facts in said.values() for values in facts.values())


def _facts(unsaid: Facts, said: Facts, old: Index, new: Index) -> Iterator[Fact]:
    """The properties whose values differ, those that name a thing first."""
    for name in sorted({*unsaid, *said}, key=lambda name: (name not in LABELS, name)):
        if name not in (RDF.type, OWL.deprecated):
            yield Fact(new.label(name) or old.label(name) or slug(name),
                       tuple(sorted(_shown(term, old) for term in unsaid.get(name, ()))),
                       tuple(sorted(_shown(term, new) for term in said.get(name, ()))))


def _shown(term: ox.NamedNode | ox.Literal, index: Index) -> str:
    if isinstance(term, ox.Literal):
        return term.value
    return index.label(term.value) or index.curie(term.value)


def _only_in(before: Release, after: Release) -> tuple[list[bytes], list[bytes]]:
    """The lines of the dumps that only one of two releases has; the dumps are sorted."""
    only: tuple[list[bytes], list[bytes]] = ([], [])
    merged = heapq.merge(_lines(before, 0), _lines(after, 1), key=itemgetter(0))
    for line, found in groupby(merged, key=itemgetter(0)):
        sides = [side for _, side in found]
        if len(sides) == 1:
            only[sides[0]].append(line)
    return only


def _lines(release: Release, side: int) -> Iterator[tuple[bytes, int]]:
    """The lines of a dump that are neither derived nor about a blank node."""
    derived = f"<{release.header.root}graph/derived/".encode()
    with gzip.open(release.dump, "rb") as lines:
        for line in lines:
            if not line.startswith(b"_:") and not line.startswith(derived, line.rindex(b"<")):
                yield line, side


def _by_subject(lines: Iterable[bytes]) -> dict[str, Facts]:
    facts: dict[str, dict[str, set[ox.NamedNode | ox.Literal]]] = defaultdict(
        lambda: defaultdict(set))
    for quad in ox.parse(b"".join(lines), format=ox.RdfFormat.N_QUADS):
        if isinstance(quad.subject, ox.NamedNode) and isinstance(
                quad.object, ox.NamedNode | ox.Literal):
            facts[quad.subject.value][quad.predicate.value].add(quad.object)
    return dict(facts)
