"""What a project has already, as drafting and checking need it: read from its files, not from a
release."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import pyoxigraph as ox

from graphsvc.errors import GraphsvcError
from graphsvc.index import closure, slug
from graphsvc.names import Names
from graphsvc.project import Project
from graphsvc.sources.turtle import Subject, Triple
from graphsvc.sparql import own_query
from graphsvc.vocabulary import CURATION, LABELS, OA, OWL, PROV, RDF, RDFS, SKOS

ACCEPTED = ox.NamedNode("urn:graphsvc:accepted")
"""The graph of what was accepted and is in no file yet; each file has one of its own."""
_NAMES = (*LABELS, SKOS.altLabel)
_ANY = 1000000
"""What `needed.rq` gives for any number of values."""


@dataclass(frozen=True)
class Needed:
    """What a shape asks of a property. least, most: how many values (most: None for any number);
    of_class: what they are, if the shape says so."""

    property: str
    least: int
    most: int | None
    of_class: str | None


class CuratedGraph:
    """The triples of a project's ontology, shapes and data.

    store: all of them, for queries. Raises GraphsvcError where a file is not Turtle.
    """

    def __init__(self, project: Project, without: str = "") -> None:
        """without: name of a document whose own files are left out."""
        self.project, self.header = project, project.header
        self.store = ox.Store()
        data = [path for path in project.data_files if path.stem != without]
        for path in (*project.ontology_files, *project.shape_files, *data):
            try:
                self.store.load(path=str(path), format=ox.RdfFormat.TURTLE,
                                to_graph=ox.NamedNode(project.graph(path)))
            except (OSError, SyntaxError) as error:
                raise GraphsvcError(f"This is not Turtle: {error}", location=project.name(path),
                                    hint="Run `graphsvc build`: it names the line.") from error
        broader: dict[str, set[str]] = defaultdict(set)
        for class_, _, above in self._triples(None, RDFS.subClassOf, None):
            if isinstance(above, ox.NamedNode):
                broader[class_.value].add(above.value)
        self._above = {class_: closure(class_, broader) for class_ in broader}

    def accept(self, triples: Iterable[Triple]) -> None:
        """Take triples in place of all that were accepted before."""
        accept(self.store, triples)

    def quads_of(self, path: Path) -> Iterator[ox.Quad]:
        """What a file of the project says."""
        return self.store.quads_for_pattern(
            None, None, None, ox.NamedNode(self.project.graph(path)))

    def knows(self, iri: str) -> bool:
        """Whether the project says anything of a thing, if only that it is no longer there."""
        return any(self.store.quads_for_pattern(ox.NamedNode(iri), None, None))

    # -- lookups --------------------------------------------------------------------------------

    def values(self, iri: str, property_: str) -> list[str]:
        """The IRIs and texts of the values of a property of a thing, in a steady order."""
        found = {value for _, _, value in self._triples(iri, property_, None)
                 if not isinstance(value, ox.BlankNode)}
        return [value.value for value in sorted(found, key=str)]

    def value(self, iri: str, property_: str) -> str:
        """The first value of a property of a thing; empty where it has none."""
        return next(iter(self.values(iri, property_)), "")

    def label(self, iri: str) -> str:
        """The label to show for a thing; the last part of its IRI where it has none."""
        found = (self.value(iri, property_) for property_ in LABELS)
        return next((label for label in found if label), slug(iri))

    def called(self, iri: str) -> list[str]:
        """All names of a thing, its label first."""
        return [text for property_ in _NAMES for text in self.values(iri, property_)]

    def given(self, class_: str, property_: str) -> list[str]:
        """What is said of a class, or else of the nearest class above it of which it is said."""
        classes = [class_]
        for one in classes:
            if found := self.values(one, property_):
                return found
            classes += [above for above in self.values(one, RDFS.subClassOf)
                        if above not in classes]
        return []

    def gives(self, class_: str, property_: str) -> str:
        """The first of what is given of a class; empty where nothing is."""
        return next(iter(self.given(class_, property_)), "")

    def classes_of_things(self) -> list[str]:
        """The project's own classes of things that documents speak of or introduce."""
        base = self.header.namespace
        found = [class_ for class_ in self.having(RDF.type, OWL.Class)
                 if class_.startswith(base)]
        return [class_ for class_ in found if class_ in self.recognised
                or self.value(class_, CURATION.address)
                or SKOS.Concept not in self.above(class_)]

    def above(self, class_: str) -> set[str]:
        """The classes above a class."""
        return self._above.get(class_, set())

    @cache  # noqa: B019 - one graph lives as long as the process works on it
    def classes(self, iri: str) -> frozenset[str]:
        """The classes of a thing, with those above them."""
        given = self.values(iri, RDF.type)
        above = (one for class_ in given for one in self._above.get(class_, ()))
        return frozenset((*given, *above))

    def is_a(self, iri: str, class_: str) -> bool:
        """Whether a thing is of a class or one below it."""
        return class_ in self.classes(iri)

    def things(self, class_: str) -> list[str]:
        """All things of a class or one below it, by IRI."""
        below = [class_, *(one for one, above in self._above.items() if class_ in above)]
        return sorted({thing.value for one in below
                       for thing, _, _ in self._triples(None, RDF.type, one)
                       if isinstance(thing, ox.NamedNode)})

    def documents(self, iri: str) -> set[str]:
        """The documents whose passages are evidence of a thing."""
        return {document for passage in self.values(iri, PROV.wasDerivedFrom)
                for document in self.values(passage, OA.hasSource)}

    def range(self, property_: str) -> str:
        """The class of a property's values; empty where the ontology does not say it."""
        return self.value(property_, RDFS.range)

    def choices(self, property_: str) -> list[str]:
        """The things that can be values of a property: of the classes that `curation:among` gives,
        or else of its range."""
        classes = self.values(property_, CURATION.among) or [self.range(property_)]
        return sorted({iri for class_ in classes for iri in self.things(class_)})

    def having(self, property_: str, value: str | None = None) -> list[str]:
        """The things that have a property, with an IRI as its value if one is given, by IRI."""
        return sorted({thing.value for thing, _, _ in self._triples(None, property_, value)})

    # -- what is said of drafting ---------------------------------------------------------------

    @cached_property
    def recognised(self) -> list[str]:
        """The classes whose things are recognised by name."""
        return self.having(CURATION.recognised)

    @cached_property
    def names(self) -> Names:
        """The names of all things that are recognised, ready to be found in a text."""
        named = [(text, iri, number == 0, False)
                 for class_ in self.recognised for iri in self.things(class_)
                 for number, text in enumerate(self.called(iri))]
        return Names(dict.fromkeys(named), {})

    @cache  # noqa: B019 - as above
    def needs(self, class_: str) -> tuple[Needed, ...]:
        """What the shapes ask of the things of a class, without what SPARQL or `sh:xone` asks."""
        rows = self.store.query(
            own_query("needed"), use_default_graph_as_union=True,
            substitutions={ox.Variable("class"): ox.NamedNode(class_)})
        assert isinstance(rows, ox.QuerySolutions)
        return tuple(Needed(property_.value, int(least.value),
                            int(most.value) if int(most.value) < _ANY else None,
                            of_class.value if of_class else None)
                     for _, property_, least, most, of_class in rows)

    def _triples(
        self, subject: str | Subject | None, property_: str, value: str | None
    ) -> Iterator[Triple]:
        """The triples with such terms: None stands for any, and no term is empty."""
        if "" in (subject, property_, value):
            return
        one = ox.NamedNode(subject) if isinstance(subject, str) else subject
        other = None if value is None else ox.NamedNode(value)
        for quad in self.store.quads_for_pattern(one, ox.NamedNode(property_), other):
            if not isinstance(quad.subject, ox.Triple) and not isinstance(quad.object, ox.Triple):
                yield quad.subject, quad.predicate, quad.object


def accept(store: ox.Store, triples: Iterable[Triple]) -> None:
    """Give a store triples in place of all that were accepted before."""
    store.remove_graph(ACCEPTED)
    store.extend(ox.Quad(*triple, ACCEPTED) for triple in triples)
