"""What a graph file was made from, so that whoever holds it can make it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from graphsvc import __version__
from graphsvc.graphs.view import View
from graphsvc.index import Index
from graphsvc.questions.answer import Understood
from graphsvc.release import Header, Release


@dataclass(frozen=True)
class Recipe:
    """How a file came about. parameters: by name, as understood, several joined by a blank.

    summary: the parameters on one line, for people; address: names the view with its parameters;
    measures: names of those that were taken;
    query: the SPARQL that was run; date: when the release was built; licence: an IRI.
    """

    address: str
    view: str
    title: str
    description: str
    parameters: Mapping[str, str]
    summary: str
    measures: tuple[str, ...]
    query: str
    dataset: str
    dataset_iri: str
    release: str
    date: str
    licence: str

    @classmethod
    def of(
        cls, view: View, understood: Understood, measures: tuple[str, ...], release: Release,
        index: Index,
    ) -> Recipe:
        """The recipe of a view of a release with these parameters. index: that of the release."""
        question, manifest = view.question, release.manifest
        header = Header(**manifest["header"])
        query = urlencode([(name, value.value) for name, values in understood.items()
                           for value in values])
        return cls(
            address=f"{header.root}export/{view.name}" + (f"?{query}" if query else ""),
            view=view.name, title=question.title, description=question.description,
            parameters={name: " ".join(value.value for value in values)
                        for name, values in understood.items()},
            summary=_line({name: ", ".join(index.label(value.value) or value.value
                                           for value in values)
                           for name, values in understood.items()}),
            measures=measures, query=question.template.bind(understood),
            dataset=header.title, dataset_iri=header.dataset, release=release.id,
            date=manifest["built"][:10], licence=header.licence,
        )

    @property
    def facts(self) -> dict[str, str]:
        """Everything as texts by name, for formats that take such pairs."""
        return {
            "title": self.title, "description": self.description, "view": self.view,
            "parameters": _line(self.parameters), "measures": ", ".join(self.measures) or "none",
            "dataset": self.dataset, "release": self.release, "date": self.date,
            "licence": self.licence, "software": f"graphsvc {__version__}", "query": self.query,
        }

    @property
    def lines(self) -> str:
        """The facts as lines, for formats that have one place for all."""
        return "\n".join(f"{name}: {value}" for name, value in self.facts.items())


def _line(parameters: Mapping[str, str]) -> str:
    """Parameters on one line, `none` where there is none."""
    return "; ".join(f"{name} = {value}" for name, value in parameters.items()) or "none"
