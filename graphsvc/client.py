"""A client for notebooks and programs: of a running service, or of releases on disk.

>>> from graphsvc.client import Client
>>> client = Client("http://127.0.0.1:8000")        # or Client("releases")
>>> answer = client.ask("name-of-a-question", parameter="value")
>>> answer.to_pandas(), answer.to_networkx(), answer.release
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from graphsvc.errors import GraphsvcError

if TYPE_CHECKING:
    import networkx
    import pandas

Row = Mapping[str, Any]
_SECONDS = 120.0
_SHOWN = 50
"""Rows that a notebook shows."""


@dataclass(frozen=True)
class Column:
    """A column of an answer. type: iri, text, integer, decimal, boolean, date, year or evidence."""

    name: str
    type: str
    label: str
    meaning: str = ""


@dataclass(frozen=True)
class Answer:
    """An answer with all its rows.

    rows: by column name, things as IRIs, evidence as passages; labels: what things are called, by
    IRI; parameters: as they were understood; taken: what was written for them, with what it was
    taken for where that is not plain; sentence: the answer summed up; silence: what it does
    not say, as sentences; sparql: what was run.
    """

    question: str
    title: str
    release: str
    parameters: Mapping[str, Any]
    taken: Mapping[str, str]
    columns: Sequence[Column]
    rows: Sequence[Row]
    labels: Mapping[str, str]
    sentence: str | None
    silence: Sequence[str]
    sparql: str

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.named)

    @cached_property
    def named(self) -> list[Row]:
        """The rows with labels in place of IRIs, and evidence as citations."""
        return [{column.name: self._shown(row[column.name], column) for column in self.columns}
                for row in self.rows]

    def _shown(self, value: Any, column: Column) -> Any:
        if column.type == "evidence":
            return [cited["label"] or f"{cited['title']}, line {cited['line']}" for cited in value]
        return self.labels.get(value, value) if column.type == "iri" else value

    def to_pandas(self, *, iris: bool = False) -> pandas.DataFrame:
        """A data frame, with release, question and parameters in its `attrs`.

        iris: with IRIs in place of labels, and passages in full. Needs pandas.
        """
        import pandas

        rows = self.rows if iris else self.named
        frame = pandas.DataFrame([dict(row) for row in rows],
                                 columns=[column.name for column in self.columns])
        frame.attrs = {"release": self.release, "question": self.question,
                       "parameters": dict(self.parameters)}
        return frame

    def to_networkx(
        self, source: str | None = None, target: str | None = None
    ) -> networkx.MultiDiGraph:
        """A graph with an edge for each row, from the thing in one column to that in another.

        source, target: names of columns of type iri; by default the first two. Nodes have `label`,
        edges the other columns. Raises GraphsvcError where there are no two such columns.
        """
        import networkx

        things = [column.name for column in self.columns if column.type == "iri"]
        ends = [source or next(iter(things), None), target or next(iter(things[1:]), None)]
        if not all(end in things for end in ends):
            raise GraphsvcError("A graph needs two columns of things.", location="source, target",
                                hint=f"This answer has {', '.join(things) or 'none'}.")
        graph = networkx.MultiDiGraph(title=self.title, release=self.release)
        for row, named in zip(self.rows, self.named, strict=True):
            one, other = (row[str(end)] for end in ends)
            if one is not None and other is not None:
                for iri in (one, other):
                    graph.add_node(iri, label=self.labels.get(iri, iri))
                graph.add_edge(one, other, **{
                    name: value for name, value in named.items() if name not in ends})
        return graph

    def _repr_html_(self) -> str:
        """The table that notebooks show."""
        used = [column for column in self.columns
                if any(row[column.name] not in (None, []) for row in self.rows)]
        head = "".join(f'<th title="{escape(column.meaning)}">{escape(column.label)}</th>'
                       for column in used)
        body = "".join(
            f"<tr>{''.join(f'<td>{_cell(row[column.name])}</td>' for column in used)}</tr>"
            for row in self.named[:_SHOWN])
        more = f"<p>{len(self) - _SHOWN} more rows.</p>" if len(self) > _SHOWN else ""
        lines = [*(f"{text} was taken for {name}." for text, name in self.taken.items()),
                 *filter(None, [self.sentence]), *(() if self.rows else self.silence)]
        said = "".join(f"<p>{escape(line)}</p>" for line in lines)
        return (f"<p><b>{escape(self.title)}</b> (release {escape(self.release)})</p>{said}"
                f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}")


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return "<br>".join(escape(str(one)) for one in value)
    return "" if value is None else escape({True: "yes", False: "no"}.get(value, str(value))
                                           if isinstance(value, bool) else str(value))


class Client:
    """Asks a service at an address, or the current release of a folder of releases.

    Raises GraphsvcError for what the service refuses, with its message, and where there is no
    release; httpx.HTTPError where the service cannot be reached.
    """

    def __init__(self, source: str | Path) -> None:
        """source: an address that begins with http, or the path of a folder of releases."""
        self._open = ExitStack()
        self._http: Any = self._open.enter_context(
            httpx.Client(base_url=str(source), timeout=_SECONDS, follow_redirects=True)
            if str(source).startswith(("http://", "https://")) else _service(Path(source)))

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close connections and processes."""
        self._open.close()

    def ask(self, question: str, /, **parameters: Any) -> Answer:
        """The complete answer to a question. Several values of a parameter are a list."""
        page = first = self._json(
            f"/api/questions/{question}", {**_given(parameters), "limit": "10000"})
        rows, labels = list(page["rows"]), dict(page["labels"])
        while page["next"]:
            page = self._json(page["next"], {})
            rows += page["rows"]
            labels |= page["labels"]
        return Answer(
            question=first["question"], title=first["title"], release=first["release"],
            parameters=first["parameters"], taken=first["taken"],
            columns=[Column(**one) for one in first["columns"]], rows=rows, labels=labels,
            sentence=first["sentence"], silence=first["silence"]["lines"], sparql=first["sparql"])

    def questions(self) -> list[Row]:
        """All questions with parameters, columns and examples."""
        return list(self._json("/api/questions", {})["questions"])

    def sparql(self, query: str) -> list[dict[str, str]]:
        """The rows of a SELECT query, by variable; what is unbound is missing."""
        found = self._json("/sparql", {"query": query, "format": "json"})
        return [{name: term["value"] for name, term in row.items()}
                for row in found["results"]["bindings"]]

    def graph(self, view: str, /, **parameters: Any) -> networkx.Graph[str]:
        """A view as a networkx graph, with its recipe as the graph's attributes."""
        import networkx

        graph: networkx.Graph[str] = networkx.node_link_graph(
            self._json(f"/export/{view}.json", _given(parameters)), edges="links")
        return graph

    def _json(self, path: str, parameters: Mapping[str, Any]) -> Any:
        """What a GET of an address gives. Raises GraphsvcError."""
        answer = self._http.get(path, params=parameters or None)
        if answer.is_error:
            problem = answer.json() if "json" in answer.headers.get("content-type", "") else {}
            message = problem.get("detail", f"The service answered {answer.status_code}.")
            raise GraphsvcError(message, location=problem.get("location"))
        return answer.json()


def _given(parameters: Mapping[str, Any]) -> dict[str, list[str]]:
    """Parameters as the API takes them."""
    return {name: [str(one).lower() if isinstance(one, bool) else str(one) for one in (
        value if isinstance(value, list | tuple | set) else [value])]
        for name, value in parameters.items() if value is not None}


def _service(folder: Path) -> AbstractContextManager[Any]:
    """The service over a folder of releases, in a thread of this process and without a socket."""
    from starlette.testclient import TestClient

    from graphsvc.engine.base import Limits
    from graphsvc.release import Releases
    from graphsvc.web.app import Application
    from graphsvc.web.releases import ReleaseSource
    from graphsvc.web.request import Proxies

    def failed(message: str) -> None:
        raise GraphsvcError(message)

    releases = Releases(folder.resolve())
    releases.current()
    application = Application(ReleaseSource(releases, Limits()), Proxies(), failed=failed)
    return TestClient(application, base_url="http://localhost", client=("127.0.0.1", 0))
