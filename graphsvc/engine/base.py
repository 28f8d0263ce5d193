"""The interface every engine implements: what is asked, what comes back, what can go wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple, Protocol

from graphsvc.errors import GraphsvcError

BINDING_FORMATS: Mapping[str, str] = {
    "application/sparql-results+json": "srj",
    "application/sparql-results+xml": "srx",
    "text/csv": "csv",
    "text/tab-separated-values": "tsv",
}
"""Media types of SELECT and ASK results, in order of preference, with their file endings."""

GRAPH_FORMATS: Mapping[str, str] = {
    "text/turtle": "ttl",
    "application/n-triples": "nt",
    "application/rdf+xml": "rdf",
    "application/ld+json": "jsonld",
    "application/trig": "trig",
    "application/n-quads": "nq",
}
"""Media types of CONSTRUCT and DESCRIBE results, in order of preference, with their endings."""


_BINDINGS, _GRAPHS = tuple(BINDING_FORMATS), tuple(GRAPH_FORMATS)


class Form(Enum):
    """The four query forms of SPARQL 1.1 (section 16)."""

    SELECT = "SELECT"
    ASK = "ASK"
    CONSTRUCT = "CONSTRUCT"
    DESCRIBE = "DESCRIBE"

    @property
    def media_types(self) -> tuple[str, ...]:
        """The formats its results can be written in, the preferred one first."""
        return _BINDINGS if self in (Form.SELECT, Form.ASK) else _GRAPHS


class Lane(Enum):
    """Who wrote the query: people of the project, in a reviewed file, or anybody."""

    REVIEWED = "reviewed"
    FREE = "free"


class Limit(Enum):
    """What a stopped query ran into."""

    TIME = "time"
    MEMORY = "memory"
    SIZE = "size"


@dataclass(frozen=True)
class Limits:
    """What one query may cost, and how many may wait.

    seconds: from the moment a worker takes the query to the last byte of its answer.
    memory_bytes: what evaluation may take beyond the memory that holds the release.
    result_bytes: size of one answer, as written in the wanted format.
    query_chars: length of a query's text.
    waiting: requests that may wait for a worker, in each lane.
    """

    seconds: float = 30.0
    memory_bytes: int = 1 << 30
    result_bytes: int = 256 << 20
    query_chars: int = 100_000
    waiting: int = 200


class Request(NamedTuple):
    """One query and how it is to be answered.

    media_type: one of the media types of the query's form.
    timeout: seconds; it can only shorten the engine's limit.
    default_graphs, named_graphs: IRIs of the protocol's dataset (SPARQL 1.1 Protocol 2.1.4), which
        replaces the query's own; both empty where the protocol names none.
    base: IRI that relative IRIs of the query are resolved against.
    """

    query: str
    media_type: str
    lane: Lane = Lane.FREE
    timeout: float | None = None
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    base: str | None = None


class Answer(Protocol):
    """The bytes of one answer, in the media type that was asked for.

    Iterating raises Stopped or UpstreamError where the answer could not be finished.

    unknown_functions: IRIs of functions that the query called and the engine does not have; an
        expression with such a call has no value (SPARQL 1.1 Query, section 17.2).
    """

    media_type: str
    unknown_functions: tuple[str, ...]

    def __aiter__(self) -> AsyncIterator[bytes]: ...

    async def aclose(self) -> None:
        """Give the engine's worker back, or stop it if the answer is not finished."""
        ...


class Engine(Protocol):
    """Something that answers queries from one release."""

    release: str
    limits: Limits

    async def query(self, request: Request) -> Answer:
        """Begin to answer; the caller must close the answer.

        Raises QuerySyntaxError, Refused, Stopped, Overloaded or UpstreamError.
        """
        ...

    async def close(self) -> None:
        """Stop everything that belongs to this engine."""
        ...


async def read(engine: Engine, request: Request) -> bytes:
    """The whole answer to a request. Raises what Engine.query and its answer raise."""
    answer = await engine.query(request)
    try:
        return b"".join([chunk async for chunk in answer])
    finally:
        await answer.aclose()


class QuerySyntaxError(GraphsvcError):
    """The text is not a SPARQL 1.1 query; line and column (from 1) say where it stops being one."""

    def __init__(self, problem: str, *, line: int | None = None, column: int | None = None) -> None:
        self.line = line
        self.column = column
        location = f"query, line {line}, column {column}" if line is not None else "query"
        super().__init__(problem, location=location)


class QueryTooLong(GraphsvcError):
    """The text is longer than a query may be."""

    def __init__(self, limits: Limits) -> None:
        super().__init__(
            f"The query is longer than {limits.query_chars} characters.",
            location="query",
            hint="Split it, or load the values it lists into the data.",
        )


class Refused(GraphsvcError):
    """The text is well-formed, but asks for what a read-only service does not do."""


class Stopped(GraphsvcError):
    """Evaluation was stopped at a limit."""

    def __init__(self, limit: Limit, limits: Limits, seconds: float | None = None) -> None:
        self.limit = limit
        allowed, hint = {
            Limit.TIME: (
                f"{limits.seconds if seconds is None else seconds:g} seconds",
                "Ask for less at once: name more terms, avoid cross products, or add a LIMIT.",
            ),
            Limit.MEMORY: (
                f"{limits.memory_bytes >> 20} MiB of memory",
                "Sort, group or join fewer rows: name more terms, or page by key.",
            ),
            Limit.SIZE: (
                f"{limits.result_bytes} bytes of result",
                "Add a LIMIT and page by key, or take the dump of the release.",
            ),
        }[limit]
        super().__init__(f"The query was stopped: it needed more than {allowed}.", hint=hint)


class Overloaded(GraphsvcError):
    """Too many requests are waiting already."""

    def __init__(self) -> None:
        super().__init__(
            "Too many queries are waiting for their turn.", hint="Try again in a few seconds."
        )


class UpstreamError(GraphsvcError):
    """The service behind this one failed; status is the HTTP status to answer: 502, 503 or 504."""

    def __init__(self, problem: str, *, status: int = 502, location: str | None = None) -> None:
        self.status = status
        super().__init__(problem, location=location)
