"""Everything that is wrong with one statement, said at once: evidence, names, wording, shapes.

The checks are those of `graphsvc validate` and `graphsvc sources verify`, for one statement. To
check it against all of the graph takes seconds; what rules and shapes ask about it is near it: the
things it points at, theirs, what points at them, and the ontology. A test compares what is found so
with what is found in all of the graph; a build looks at everything anyway.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import islice
from pathlib import Path

import pyoxigraph as ox

from graphsvc.build.check import BUILT_IN, DEFINING, nearest
from graphsvc.build.rules import apply_rule, read_rules
from graphsvc.build.shapes import Result, validate
from graphsvc.curate.graph import CuratedGraph, accept
from graphsvc.curate.records import Draft, Record
from graphsvc.curate.statement import EVIDENCE, TYPE, triples
from graphsvc.errors import GraphsvcError
from graphsvc.index import slug
from graphsvc.project import Project
from graphsvc.sources.documents import Document, Heading, passage_index, read_document
from graphsvc.sources.turtle import Triple
from graphsvc.sources.verify import Verbatim, official_names
from graphsvc.vocabulary import LABELS

_MOST_STEPS = 8
"""So far from the thing its surroundings go: two steps, and on where a link repeats itself, such as
from a section to the section that it is part of."""
_MOST_REFERRERS = 100
"""A thing that more point at is one that everything points at: a place, a theme."""
_HERE = ox.NamedNode("urn:graphsvc:here")
_AROUND = ox.NamedNode("urn:graphsvc:around")


class Problem(Record):
    """What is wrong with a statement, in a sentence that says what to do.

    property: IRI of the property it is about, or empty; value: the value as people read it, or
    empty; grave: whether it has to be put right before the statement can be accepted.
    """

    message: str
    property: str = ""
    value: str = ""
    grave: bool = True

    def __str__(self) -> str:
        """The sentence, after the last part of the property that it is about."""
        return f"{slug(self.property)}: {self.message}" if self.property else self.message

    @classmethod
    def of(cls, error: GraphsvcError, property: str, value: str = "") -> Problem:
        """What an error says, with its hint."""
        message = f"{error.message} {error.hint or ''}".strip()
        return cls(message=message, property=property, value=value)


class Checker:
    """Checks statements of a document in the context of what a project has.

    outline: the document's headings; title: its title, which is a name.
    """

    def __init__(
        self, graph: CuratedGraph, document: Document, outline: list[Heading], title: str
    ) -> None:
        self._project, self._document, self._title = graph.project, document, title
        index = ox.parse(passage_index(graph.project, document, outline),
                         format=ox.RdfFormat.TURTLE)
        self._surroundings = Surroundings(
            graph, [(quad.subject, quad.predicate, quad.object) for quad in index])
        self._lines = {paragraph.line for paragraph in document.paragraphs}

    def accept(self, statements: Iterable[Draft]) -> None:
        """Take statements, which have names, as the ones that are accepted."""
        self._surroundings.accept(triple for statement in statements
                                  for triple in triples(statement, self._project.header))

    def check(self, draft: Draft) -> list[Problem]:
        """What is wrong with a draft that has a name; nothing if it may be accepted."""
        try:
            said = triples(draft, self._project.header)
        except GraphsvcError as error:
            return [Problem.of(error, error.location or "")]
        found = [*self._evidence(draft), *self._names(said), *self._wording(said)]
        return found + self._shapes(said, {problem.property for problem in found})

    def _evidence(self, draft: Draft) -> Iterator[Problem]:
        for line in draft.passages:
            if line not in self._lines:
                yield Problem(property=EVIDENCE.value, value=str(line), message=(
                    f"Line {line} of the document holds no paragraph: cite the lines of paragraphs"
                    " that say it."))
        if not draft.passages:
            yield Problem(property=EVIDENCE.value, message=(
                "Nothing is cited: give the line of each paragraph that says it."))

    def _names(self, said: list[Triple]) -> Iterator[Problem]:
        """Terms that the ontology does not define, and things that nothing describes."""
        base, (subject, _, kind) = self._project.header.base, said[0]
        terms = [("", kind.value), *((link.value, link.value) for _, link, _ in said[1:])]
        for place, iri in dict.fromkeys(terms):
            if not self._surroundings.defines(iri):
                yield Problem(property=place, message=(
                    f"The ontology has no term <{iri}>: choose one from the list."))
        for _, link, value in said[1:]:
            if (isinstance(value, ox.NamedNode) and link != EVIDENCE and value != subject
                    and value.value.startswith(base)
                    and not self._surroundings.describes(value)):
                alike = self._surroundings.named_like(value.value)
                hint = nearest(value.value, alike) or (
                    "Accept what describes it first, or choose another from the list.")
                yield Problem(property=link.value, value=value.value,
                              message=f"Nothing is called <{value.value}>. {hint}")

    def _wording(self, said: list[Triple]) -> Iterator[Problem]:
        for _, link, value in said:
            if isinstance(value, ox.Literal) and " " in value.value:
                for run in self._verbatim.copied(value.value):
                    yield Problem(property=link.value, value=value.value, message=(
                        f"{len(run)} words in a row are the document's"
                        f" ({' '.join(run[:6])} ...): say it in your own words."))

    def _shapes(self, said: list[Triple], known: set[str]) -> list[Problem]:
        """What shapes refuse, without what is known to be wrong with a property."""
        node = said[0][0].value
        results = validate(self._surroundings.of(said), self._project.shape_files, {node})
        return [problem for result in results if result.focus_iri == node
                and (problem := self._problem(result)).property not in known]

    def _problem(self, result: Result) -> Problem:
        """A result of the shapes. Its path is one property, or nothing is said of which it is."""
        path = result.path if result.path.startswith("<") else ""
        value = "" if result.value == result.focus else result.value
        return Problem(message=result.message, property=path.strip("<>"),
                       value=self._surroundings.label(value), grave=result.violation)

    @cached_property
    def _verbatim(self) -> Verbatim:
        """The texts of the folder of documents. Their titles are names, which may stay."""
        return verbatim(self._project, self._document.path.parent, self._title)


def verbatim(project: Project, folder: Path, title: str) -> Verbatim:
    """What finds the words of a folder of documents, where names and a title may stay."""
    texts = sorted(path for path in folder.glob("*.txt") if path.name != "official-names.txt")
    return Verbatim(map(read_document, texts), [*official_names(project, folder), title])


class Surroundings:
    """What the project says around one thing: its files with what follows from them, and what was
    accepted since."""

    def __init__(self, graph: CuratedGraph, further: Iterable[Triple] = ()) -> None:
        """further: triples that are taken as if they were in a file of the project."""
        project = graph.project
        self._rules = read_rules(project)
        self._store = ox.Store()
        for path in (*project.ontology_files, *project.data_files):
            self._store.extend(graph.quads_of(path))
        self._store.extend(ox.Quad(*triple, _HERE) for triple in further)
        for rule in self._rules:
            apply_rule(self._store, rule)
        self._ontology = [_around(quad) for path in project.ontology_files
                          for quad in graph.quads_of(path)]

    def accept(self, triples: Iterable[Triple]) -> None:
        """Take triples in place of all that were accepted before."""
        accept(self._store, triples)

    def describes(self, thing: ox.NamedNode) -> bool:
        """Whether something says what a thing is."""
        return any(self._store.quads_for_pattern(thing, TYPE, None))

    def defines(self, term: str) -> bool:
        """Whether the ontology has a class or property, or RDF, RDFS or OWL does."""
        return term.startswith(BUILT_IN) or any(
            str(quad.object)[1:-1] in DEFINING
            for quad in self._store.quads_for_pattern(ox.NamedNode(term), TYPE, None))

    def label(self, term: str) -> str:
        """A thing's name, or what a literal says. term: in N-Triples form, or empty."""
        if not term.startswith("<"):
            return term[1:].rpartition('"')[0]
        node = ox.NamedNode(term[1:-1])
        names = (quad.object.value for link in LABELS
                 for quad in self._store.quads_for_pattern(node, ox.NamedNode(link), None)
                 if isinstance(quad.object, ox.Literal))
        return next(names, node.value)

    def named_like(self, iri: str) -> list[str]:
        """The things that are called as one is, but for the end of their address."""
        start = f"<{iri.rpartition('/')[0]}/"
        subjects = {str(quad.subject) for quad in self._store.quads_for_pattern(None, TYPE, None)}
        return sorted(subject[1:-1] for subject in subjects if subject.startswith(start))

    def of(self, triples: list[Triple]) -> ox.Store:
        """The statement that triples make, its surroundings, and what follows from both.

        What was said of the same thing before is left out.
        """
        around, subject = ox.Store(), triples[0][0]
        around.extend(self._ontology)
        around.extend(ox.Quad(*triple, _HERE) for triple in triples)
        self._add_referrers(subject, around)
        seen = {subject}
        edge: list[tuple[ox.NamedNode, object]] = [(link, value) for _, link, value in triples]
        for step in range(1, _MOST_STEPS):
            things = [(link, node) for link, node in dict.fromkeys(edge)
                      if isinstance(node, ox.NamedNode | ox.BlankNode) and node not in seen]
            seen.update(node for _, node in things)
            edge = []
            for link, node in things:
                said = [*self._store.quads_for_pattern(node, None, None)]
                around.extend(map(_around, said))
                self._add_referrers(node, around)
                edge += [(quad.predicate, quad.object) for quad in said
                         if step == 1 or quad.predicate == link]
        for quad in around.quads_for_pattern(subject, None, None, _AROUND):
            around.remove(quad)
        for rule in self._rules:
            apply_rule(around, rule)
        return around

    def _add_referrers(self, node: ox.NamedNode | ox.BlankNode, around: ox.Store) -> None:
        """Add what points at a node, and of which class that is, unless it is too much."""
        found = [*islice(self._store.quads_for_pattern(None, None, node), _MOST_REFERRERS + 1)]
        if len(found) <= _MOST_REFERRERS:
            for subject in {quad.subject for quad in found}:
                around.extend(map(_around, self._store.quads_for_pattern(subject, TYPE, None)))
            around.extend(map(_around, found))


def _around(quad: ox.Quad) -> ox.Quad:
    return ox.Quad(quad.subject, quad.predicate, quad.object, _AROUND)
