"""The SPARQL endpoint: SPARQL 1.1 Protocol for query."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import quote

from graphsvc.engine.base import Engine, Lane, Request
from graphsvc.engine.inspect import inspect
from graphsvc.formats import HTML, LINKED_FORMATS, Format, named, negotiate
from graphsvc.web.problems import HttpError
from graphsvc.web.protocol import MAX_BODY_BYTES, Operation, read_get, read_post
from graphsvc.web.request import (
    ClientDisconnected,
    HangUp,
    Headers,
    Receive,
    RequestContext,
    read_body,
)
from graphsvc.web.responses import ResponseWriter

SPARQL_METHODS = "GET, HEAD, POST, OPTIONS"
BODY_SECONDS = 20.0
"""How long the body of a request may take to arrive."""
_IRI_SAFE = ":/#?&=;,+%@!$()*[]~"

Describe = Callable[[str, Format], Awaitable[bytes]]
Editor = Callable[[RequestContext], Awaitable[bytes]]


class SparqlEndpoint:
    """Answers the requests to `/sparql` from one engine.

    describe: writes the service description, given the address of the service without a last
        slash and one of LINKED_FORMATS.
    editor: writes the HTML page that people get.
    """

    def __init__(self, engine: Engine, describe: Describe, editor: Editor | None = None) -> None:
        self._engine, self._describe, self._editor = engine, describe, editor

    async def answer(
        self, request: RequestContext, receive: Receive, writer: ResponseWriter
    ) -> None:
        """Write the answer to a request. Raises GraphsvcError for what cannot be answered."""
        if request.is_get:
            operation = read_get(request.query)
        elif request.method == "POST":
            body = await received(receive)
            operation = read_post(request.query, request.content_type, body)
        else:
            raise HttpError(405, f"{request.method[:20]} is not a method of this address.",
                            hint="Use GET or POST.", headers={"Allow": SPARQL_METHODS})
        if operation.query is None:
            await self._introduce(request, operation, writer)
        else:
            with HangUp(receive):
                await self._query(request, operation, operation.query, writer)

    async def _introduce(
        self, request: RequestContext, operation: Operation, writer: ResponseWriter
    ) -> None:
        """Answer a bare GET: the editor for people, the service description for machines."""
        offered = LINKED_FORMATS + ((HTML,) if self._editor else ())
        format = choose(operation.formats, request.accepts, offered)
        if format is HTML and self._editor:
            body = await self._editor(request)
        else:
            body = await self._describe(request.server, format)
        writer.reply(200, [(b"content-type", format.content_type.encode())], body)

    async def _query(
        self, request: RequestContext, operation: Operation, query: str, writer: ResponseWriter
    ) -> None:
        self._engine.limits.check(query)
        inspected = inspect(query)
        format = choose(operation.formats, request.accepts, inspected.form.formats)
        stream = await self._engine.query(Request(
            query=query, media_type=format.media_type, lane=Lane.FREE, timeout=operation.timeout,
            default_graphs=operation.default_graphs, named_graphs=operation.named_graphs,
            base=f"{request.server}{request.path.decode()}", client=request.client))
        try:
            headers: Headers = [(b"content-type", format.content_type.encode())]
            if inspected.volatile:
                headers.append((b"cache-control", b"no-store"))
            if stream.unknown_functions:
                headers.append((b"x-notice", _notice(stream.unknown_functions)))
            await writer({"type": "http.response.start", "status": 200, "headers": headers})
            async for chunk in stream:
                await writer({"type": "http.response.body", "body": chunk, "more_body": True})
            await writer({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            await stream.aclose()


def choose(names: Sequence[str], accept: str | None, offered: Sequence[Format]) -> Format:
    """The format of the answer: one that is named, else by Accept. Raises HttpError 406."""
    if names:
        chosen = next(filter(None, (named(name, offered) for name in names)), None)
    else:
        chosen = negotiate(accept, offered)
    if chosen is None:
        raise HttpError(
            406, f"The answer cannot be given as {(' or '.join(names) or accept or '')[:200]}.",
            location="format" if names else "Accept",
            hint=f"Ask for one of: {', '.join(format.media_type for format in offered)}.")
    return chosen


async def received(receive: Receive) -> bytes:
    """The body of a request. Raises HttpError where it is too long or too slow."""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            body = await read_body(receive, MAX_BODY_BYTES)
    except TimeoutError as error:
        raise HttpError(408, f"The body did not arrive within {BODY_SECONDS:g} seconds.",
                        location="body", headers={"Connection": "close"}) from error
    except ClientDisconnected as error:  # or what it sent is no body: then it can read this answer
        raise HttpError(400, "The body cannot be read to its end.", location="body",
                        hint="Check Content-Length or the chunks.",
                        headers={"Connection": "close"}) from error
    if body is None:
        raise HttpError(413, f"The body is longer than {MAX_BODY_BYTES} bytes.", location="body")
    return body


def _notice(functions: Sequence[str]) -> bytes:
    """The header that names unknown functions, five of them where they are many."""
    names = ", ".join(f"<{quote(iri[:200], safe=_IRI_SAFE)}>" for iri in functions[:5])
    return f"Expressions that call {names} have no value: there is no such function.".encode()
