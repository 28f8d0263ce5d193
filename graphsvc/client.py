"""A client for notebooks and programs: of a running service, or of releases on disk.

>>> from graphsvc.client import Client
>>> client = Client("http://127.0.0.1:8000")        # or Client("releases")
>>> answer = client.ask("name-of-a-question", parameter="value")
>>> answer.to_pandas(), answer.to_networkx(), answer.release
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

import httpx

from graphsvc.errors import GraphsvcError

if TYPE_CHECKING:
    import networkx
    import pandas

Row = Mapping[str, Any]
T = TypeVar("T")
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
        is_address = str(source).startswith(("http://", "https://"))
        self._disk = None if is_address else _Disk(Path(source))
        self._http = httpx.Client(base_url=str(source), timeout=_SECONDS, follow_redirects=True
                                  ) if is_address else None

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close connections and processes."""
        if self._http:
            self._http.close()
        if self._disk:
            self._disk.close()

    def ask(self, question: str, /, **parameters: Any) -> Answer:
        """The complete answer to a question. Several values of a parameter are a list."""
        given = {name: _texts(value) for name, value in parameters.items() if value is not None}
        page = self._json(f"/api/questions/{question}", {**given, "limit": "10000"})
        rows, labels, first = list(page["rows"]), dict(page["labels"]), page
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

        given = {name: _texts(value) for name, value in parameters.items() if value is not None}
        graph: networkx.Graph[str] = networkx.node_link_graph(
            self._json(f"/export/{view}.json", given), edges="links")
        return graph

    def _json(self, path: str, parameters: Mapping[str, str | list[str]]) -> Any:
        """What a GET of an address gives. Raises GraphsvcError."""
        client = self._http or self._disk
        assert client is not None, "one of them is there"
        answer = client.get(path, params=parameters or None)
        if answer.is_error:
            problem = answer.json() if "json" in answer.headers.get("content-type", "") else {}
            message = problem.get("detail", f"The service answered {answer.status_code}.")
            raise GraphsvcError(message, location=problem.get("location"))
        return answer.json()


def _texts(value: Any) -> str | list[str]:
    """A value as the API takes it."""
    if isinstance(value, list | tuple | set):
        return [str(_texts(one)) for one in value]
    return str(value).lower() if isinstance(value, bool) else str(value)


class _Disk:
    """The service over a folder of releases, in a thread of this process and without a socket."""

    def __init__(self, folder: Path) -> None:
        from graphsvc.engine.base import Limits
        from graphsvc.release import Releases
        from graphsvc.web.app import Application
        from graphsvc.web.releases import ReleaseSource
        from graphsvc.web.request import Proxies

        releases = Releases(folder.resolve())
        releases.current()
        self._app = Application(ReleaseSource(releases, Limits()), Proxies())
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._run(self._open())

    def get(self, path: str, params: Mapping[str, str | list[str]] | None) -> httpx.Response:
        """The answer to a GET request."""
        return self._run(self._client.get(path, params=params))

    def close(self) -> None:
        """Stop the engine's processes and the thread."""
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _open(self) -> None:
        """Start the application as a server does (ASGI, lifespan)."""
        self._incoming: asyncio.Queue[dict[str, str]] = asyncio.Queue()
        outgoing: asyncio.Queue[Any] = asyncio.Queue()
        self._life = asyncio.create_task(self._app(
            {"type": "lifespan"}, self._incoming.get, outgoing.put))
        await self._incoming.put({"type": "lifespan.startup"})
        began = await outgoing.get()
        if began["type"] != "lifespan.startup.complete":
            raise GraphsvcError(began["message"])
        transport = httpx.ASGITransport(self._app)
        self._client = httpx.AsyncClient(
            transport=transport, base_url="http://localhost", timeout=_SECONDS,
            follow_redirects=True)

    async def _close(self) -> None:
        await self._client.aclose()
        await self._incoming.put({"type": "lifespan.shutdown"})
        await self._life
