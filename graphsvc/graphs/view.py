"""A view: a question whose rows are the nodes and the edges of a graph; and the recipe of a file
that was made of one, so that whoever holds it can make it again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import urlencode

from graphsvc import __version__
from graphsvc.archive import Citation
from graphsvc.errors import GraphsvcError
from graphsvc.graphs.graph import MEASURES
from graphsvc.index import Index
from graphsvc.questions.header import read_questions
from graphsvc.questions.parameters import Understood
from graphsvc.questions.question import Column, Parameter, Question
from graphsvc.release import Release

OWN_PARAMETERS = (
    Parameter(name="measure", type="choice", label="Measure",
              description="Measures that nodes get as attributes.", required=False, many=True,
              choices={name: name for name in MEASURES}),
    Parameter(name="raw", type="boolean", label="Raw",
              description="Whether CSV leaves texts that spreadsheets take for formulas as they"
              " are; otherwise they begin with an apostrophe.",
              default=("false",)),
)
"""Parameters that every view has in addition to those of its file."""

_FLAGS = ("undirected", "isolated", "undrawn")
_TYPES = {
    "node": ("iri",), "label": ("text",), "type": ("text",), "source": ("iri",),
    "target": ("iri",), "kind": ("text",), "weight": ("integer", "decimal"),
    "start": ("date", "year"), "end": ("date", "year"),
}
_OWN = ("id", "iri", "page", "degree")


class UnknownView(GraphsvcError):
    """No view has that name."""

    status = 404
    type = "/problems#unknown-view"
    title = "There is no such view"


@dataclass(frozen=True)
class View:
    """One file of `queries/views/`.

    It is read as a question is. The columns before `source` describe nodes, `source` and those
    after it edges; a row gives either a node (`node` is bound) or an edge (`source` and `target`).
    Tags: `undirected` says that edges have no direction, `isolated` that nodes without any edge
    belong to the view, `undrawn` that it is too large for any picture.
    """

    question: Question

    @property
    def name(self) -> str:
        return self.question.name

    @property
    def asked(self) -> Question:
        """The question with all parameters that the view can be asked with."""
        return self.question.model_copy(update={
            "parameters": (*self.question.parameters, *OWN_PARAMETERS)})

    @property
    def directed(self) -> bool:
        return "undirected" not in self.question.tags

    @property
    def keeps_isolated(self) -> bool:
        return "isolated" in self.question.tags

    @property
    def is_drawn(self) -> bool:
        return "undrawn" not in self.question.tags

    @property
    def node_columns(self) -> tuple[Column, ...]:
        """The columns that describe nodes, without `node` itself."""
        return self.question.columns[1:self._source]

    @property
    def edge_columns(self) -> tuple[Column, ...]:
        """The columns that describe edges, without their ends."""
        return tuple(column for column in self.question.columns[self._source:]
                     if column.name not in ("source", "target"))

    @property
    def _source(self) -> int:
        return [column.name for column in self.question.columns].index("source")


class Views:
    """The views of a release by name."""

    def __init__(self, views: list[View]) -> None:
        self._views = {view.name: view for view in views}

    @classmethod
    def load(
        cls, folder: Path, prefixes: Mapping[str, str], *, built: bool = False
    ) -> Views:
        """Every `*.rq` of a folder. built: whether it is that of a release, whose views were
        checked. Raises InputErrors with all mistakes of all files."""
        return cls([*map(View, read_questions(
            folder.glob("*.rq"), folder.parents[1], prefixes, built=built, mistakes=_mistakes))])

    def __iter__(self) -> Iterator[View]:
        return iter(self._views.values())

    def get(self, name: str) -> View:
        """The view of that name. Raises UnknownView."""
        if name in self._views:
            return self._views[name]
        nearest = get_close_matches(name[:80], list(self._views), 5)
        hint = f"Did you mean {', '.join(nearest)}?" if nearest else "List them with /export."
        raise UnknownView(f"There is no view called `{name[:80]}`.", hint=hint)


def _mistakes(question: Question) -> Iterator[GraphsvcError]:
    """What keeps a question from being a view."""
    def mistake(problem: str, hint: str) -> GraphsvcError:
        return GraphsvcError(problem, location=question.file, hint=hint)

    names = [column.name for column in question.columns]
    if not (names[:1] == ["node"] and {"source", "target"} <= set(names)):
        yield mistake("A view has the columns `node`, `source` and `target`, `node` first.",
                      "Declare columns of nodes first, then `source`, `target` and those of edges.")
    for column in question.columns:
        allowed = _TYPES.get(column.name)
        if allowed and column.type not in allowed:
            yield mistake(f"The column `{column.name}` is of type {column.type}.",
                          f"Make it {' or '.join(allowed)}.")
        if column.type == "evidence":
            yield mistake(f"The column `{column.name}` lists evidence.", "Count it instead.")
        if column.name in _OWN:
            yield mistake(f"Every view has the column `{column.name}` of itself.", "Rename it.")
    for own in OWN_PARAMETERS:
        if question.parameter(own.name):
            yield mistake(f"Every view has the parameter `{own.name}` of itself.", "Rename it.")
    for tag in question.tags:
        if tag not in _FLAGS:
            yield mistake(f"`{tag}` is no tag of a view.", f"Use {' or '.join(_FLAGS)}.")
    for key in ("route", "covers", "remarks", "sentence", "summary", "replaces"):
        if getattr(question, key):
            yield mistake(f"A view has no `{key}`.", "Leave it out.")


@dataclass(frozen=True)
class Recipe:
    """How a file came about.

    facts: everything as texts by name: title, description, view, parameters, measures, dataset,
    release, date, licence, software and query.
    summary: what was chosen, as people read it; measures: names of those that were taken;
    raw: whether tables leave formulas alone.
    address: the IRI of the view with its parameters; dataset: that of the dataset.
    """

    facts: Mapping[str, str]
    summary: str
    measures: tuple[str, ...]
    raw: bool
    address: str
    dataset: str

    @classmethod
    def of(cls, view: View, understood: Understood, release: Release, index: Index) -> Recipe:
        """The recipe of a view that is asked with these parameters, its own among them."""
        header = release.header
        given = {name: [value.value for value in values] for name, values in understood.items()}
        measures, (raw,) = given.pop("measure", []), given.pop("raw")
        query = urlencode({p.name: [*map(index.curie, its)] if p.type == "iri" else its
                           for p in view.question.parameters
                           if (its := given.get(p.name)) and its != list(p.default)},
                          doseq=True, safe=":")
        numbers = {p.label for p in view.question.parameters if p.type == "integer"}
        named = {p.label: [{"true": "yes", "false": "no"}.get(value) or index.label(value) or value
                           for value in given[p.name]]
                 for p in view.question.parameters
                 if given.get(p.name) and given[p.name] != list(p.default)}
        chosen = [label.lower() if its == ["yes"] else
                  f"{label.lower() + ' ' if label in numbers else ''}{' and '.join(its)}"
                  for label, its in named.items() if its != ["no"]]
        facts = {
            "title": f"{view.question.title}{': ' * bool(chosen)}{', '.join(chosen)}",
            "description": view.question.description,
            "view": view.name, "parameters": "; ".join(
                f"{name} = {' '.join(values)}" for name, values in given.items()) or "none",
            "measures": ", ".join(measures) or "none", "dataset": header.title,
            "release": release.id, "date": release.manifest["built"][:10],
            "licence": header.licence, "software": f"graphsvc {__version__}",
            "query": view.question.template.bind(understood),
        }
        summary = "; ".join(f"{name}: {', '.join(values)}" for name, values in named.items())
        return cls(facts, summary, tuple(measures), raw == "true",
                   Citation.of(release, index).of_part(
                       "", f"/export/{view.name}" + (f"?{query}" if query else "")).address,
                   header.dataset)

    @property
    def lines(self) -> str:
        """The facts as lines, for formats that have one place for all."""
        return "\n".join(f"{name}: {value}" for name, value in self.facts.items())

