"""Everything that is wrong with one statement, said at once: evidence, names, wording, shapes.

The checks are those of `graphsvc validate` and `graphsvc sources verify`, for one statement.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path

import pyoxigraph as ox

from graphsvc.build.check import nearest
from graphsvc.build.shapes import Result, validate
from graphsvc.curate.graph import CuratedGraph
from graphsvc.curate.records import Draft, Record
from graphsvc.curate.statement import EVIDENCE, triples
from graphsvc.curate.surroundings import Surroundings
from graphsvc.errors import GraphsvcError
from graphsvc.index import slug
from graphsvc.project import Project
from graphsvc.sources.documents import Document, Heading, passage_index, read_document
from graphsvc.sources.turtle import Triple
from graphsvc.sources.verify import Verbatim, official_names


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
        self.graph = Surroundings(
            graph, [(quad.subject, quad.predicate, quad.object) for quad in index])
        self._lines = {paragraph.line for paragraph in document.paragraphs}

    def accept(self, statements: Iterable[Draft]) -> None:
        """Take statements, which have names, as the ones that are accepted."""
        self.graph.accept(triple for statement in statements
                          for triple in triples(statement, self._project.header))

    def check(self, draft: Draft) -> list[Problem]:
        """What is wrong with a draft that has a name; nothing if it may be accepted."""
        try:
            said = triples(draft, self._project.header)
        except GraphsvcError as error:
            return [Problem(message=f"{error.message} {error.hint or ''}".strip(),
                            property=error.location or "")]
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
        base, subject = self._project.header.base, said[0][0]
        terms = [("", said[0][2].value), *((p.value, p.value) for _, p, _ in said[1:])]
        for place, iri in dict.fromkeys(terms):
            if not self.graph.defines(iri):
                yield Problem(property=place, message=(
                    f"The ontology has no term <{iri}>: choose one from the list."))
        for _, link, value in said[1:]:
            if not isinstance(value, ox.NamedNode) or link == EVIDENCE:
                continue
            if value.value.startswith(base) and value != subject and not (
                    self.graph.describes(value.value)):
                hint = nearest(value.value, self.graph.named_like(value.value)) or (
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
        results = validate(self.graph.of(said), self._project.shape_files, {node})
        return [problem for result in results if result.focus_iri == node
                and (problem := self._problem(result)).property not in known]

    def _problem(self, result: Result) -> Problem:
        """A result of the shapes. Its path is one property, or nothing is said of which it is."""
        path = result.path if result.path.startswith("<") else ""
        value = "" if result.value == result.focus else result.value
        return Problem(message=result.message, property=path.strip("<>"),
                       value=self.graph.label(value), grave=result.violation)

    @cached_property
    def _verbatim(self) -> Verbatim:
        """The texts of the folder of documents. Their titles are names, which may stay."""
        return verbatim(self._project, self._document.path.parent, self._title)


def verbatim(project: Project, folder: Path, title: str) -> Verbatim:
    """What finds the words of a folder of documents, where names and a title may stay."""
    texts = sorted(path for path in folder.glob("*.txt") if path.name != "official-names.txt")
    return Verbatim(map(read_document, texts), [*official_names(project, folder), title])
