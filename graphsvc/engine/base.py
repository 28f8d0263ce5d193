"""The interface of every engine: requests, answers, limits and errors."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

from graphsvc.errors import GraphsvcError
from graphsvc.formats import BINDING_FORMATS, GRAPH_FORMATS, SPARQL_JSON, SPARQL_XML, Format

HOLD_BACK = 2 << 20
"""Bytes of an answer that are kept until it begins; what fails by then can say so."""

_PROBLEM = "/problems#"


class QueryForm(StrEnum):
    """The four query forms of SPARQL 1.1 (section 16)."""

    SELECT = "SELECT"
    ASK = "ASK"
    CONSTRUCT = "CONSTRUCT"
    DESCRIBE = "DESCRIBE"

    @property
    def formats(self) -> tuple[Format, ...]:
        """The formats its results can be written in, the preferred one first."""
        match self:
            case QueryForm.SELECT:
                return BINDING_FORMATS
            case QueryForm.ASK:  # CSV and TSV have no booleans (SPARQL 1.1 CSV and TSV, section 1)
                return (SPARQL_JSON, SPARQL_XML)
        return GRAPH_FORMATS


class Lane(StrEnum):
    """Who wrote the query: people of the project, in a reviewed file, or anybody."""

    REVIEWED = "reviewed"
    FREE = "free"


class LimitKind(StrEnum):
    """The limit at which a query was stopped."""

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
    slow_per_client: slow queries of one client that run at the same time.
    """

    seconds: float = 30.0
    memory_bytes: int = 1 << 30
    result_bytes: int = 256 << 20
    query_chars: int = 100_000
    waiting: int = 200
    slow_per_client: int = 4

    def check(self, query: str) -> None:
        """Raise QueryTooLong for a text that is longer than a query may be."""
        if len(query) > self.query_chars:
            raise QueryTooLong(self)


class Request(NamedTuple):
    """One query and how to answer it.

    media_type: one of the media types of the query's form.
    timeout: seconds; it can only shorten the engine's limit.
    default_graphs, named_graphs: IRIs of the protocol's dataset (SPARQL 1.1 Protocol 2.1.4), which
        replaces the query's own; both empty where the protocol names none.
    base: IRI against which relative IRIs of the query are resolved.
    client: address of the client, for fairness; None where the service itself asks.
    """

    query: str
    media_type: str
    lane: Lane = Lane.FREE
    timeout: float | None = None
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    base: str | None = None
    client: str | None = None


class ResultStream(Protocol):
    """The bytes of one answer, in the media type of the request.

    Iterating raises LimitExceeded or UpstreamError where the answer cannot be finished. `aclose`
    stops a query that is not finished.

    unknown_functions: IRIs of functions that the query called and the engine does not have; an
        expression with such a call has no value (SPARQL 1.1 Query, section 17.2).
    """

    unknown_functions: tuple[str, ...]

    def __aiter__(self) -> AsyncIterator[bytes]: ...
    async def aclose(self) -> None: ...


class Engine(Protocol):
    """Something that answers queries from one release.

    query: begins to answer; the caller must close the answer. Raises QuerySyntaxError,
        QueryTooLong, QueryRefused, LimitExceeded, Overloaded or UpstreamError.
    health: asks something trivial. Raises GraphsvcError where the engine cannot answer now.
    close: stops everything that belongs to this engine.
    """

    release: str
    limits: Limits

    async def query(self, request: Request) -> ResultStream: ...
    async def health(self) -> None: ...
    async def close(self) -> None: ...


async def read(engine: Engine, request: Request) -> bytes:
    """The full answer to a request. Raises what Engine.query and its answer raise."""
    answer = await engine.query(request)
    try:
        return b"".join([part async for part in answer])
    finally:
        await answer.aclose()


class QuerySyntaxError(GraphsvcError):
    """The text is not a SPARQL 1.1 query; line and column (from 1) say where it stops being one."""

    type = f"{_PROBLEM}query-syntax"
    title = "The query is not SPARQL 1.1"

    def __init__(
        self, message: str, *, line: int | None = None, column: int | None = None
    ) -> None:
        self.line, self.column = line, column
        location = f"query, line {line}, column {column}" if line is not None else "query"
        super().__init__(message, location=location)

    def extras(self) -> dict[str, Any]:
        return {"line": self.line, "column": self.column}


class QueryTooLong(GraphsvcError):
    """The text is longer than a query may be."""

    status, type, title = 413, f"{_PROBLEM}query-too-long", "The query is too long"

    def __init__(self, limits: Limits) -> None:
        super().__init__(f"The query is longer than {limits.query_chars} characters.",
                         location="query",
                         hint="Split it, or load the values it lists into the data.")


class QueryRefused(GraphsvcError):
    """The text is well-formed, but asks for something that a read-only service does not do."""

    status, type = 403, f"{_PROBLEM}query-refused"
    title = "The query asks for what this service does not do"


class LimitExceeded(GraphsvcError):
    """Evaluation was stopped at a limit."""

    def __init__(self, limit: LimitKind, limits: Limits, seconds: float | None = None) -> None:
        self.limit, self.type = limit, f"{_PROBLEM}{limit.value}-limit"
        self.status = 413 if limit is LimitKind.SIZE else 503
        self.title, allowed, hint = {
            LimitKind.TIME: (
                "The time limit was reached",
                f"{limits.seconds if seconds is None else seconds:g} seconds",
                "Ask for less at once: name more terms, avoid cross products, add a LIMIT."),
            LimitKind.MEMORY: (
                "The memory limit was reached", f"{limits.memory_bytes >> 20} MiB of memory",
                "Sort, group or join fewer rows: name more terms, or page by key."),
            LimitKind.SIZE: (
                "The limit on the size of answers was reached",
                f"{limits.result_bytes} bytes of result",
                "Add a LIMIT and page by key, or take the dump of the release."),
        }[limit]
        super().__init__(f"The query was stopped: it needed more than {allowed}.", hint=hint)

    def extras(self) -> dict[str, Any]:
        return {"limit": self.limit.value}


class Overloaded(GraphsvcError):
    """Too many requests wait already: of this client (status 429), or of all (status 503)."""

    type = f"{_PROBLEM}overloaded"
    headers: Mapping[str, str] = {"Retry-After": "5"}

    def __init__(self, *, own: bool = False) -> None:
        self.status = 429 if own else 503
        self.title = "Too many queries from one client" if own else "The service is busy"
        super().__init__(f"Too many {'of your ' if own else ''}queries are waiting for their turn.",
                         hint="Try again in a few seconds.")


class UpstreamError(GraphsvcError):
    """The service or process behind this one failed: status 502, 503 or 504."""

    type = f"{_PROBLEM}upstream"
    title = "The service cannot answer now"

    def __init__(self, message: str, *, status: int = 502) -> None:
        self.status = status
        super().__init__(message)
