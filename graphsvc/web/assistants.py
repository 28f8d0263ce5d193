"""The MCP endpoint: Streamable HTTP without sessions, each POST answered by one JSON document.

Every address of the service may be read from every site, without credentials; so requests are not
refused for their Origin, which would protect nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from graphsvc.web.problems import HttpError
from graphsvc.web.request import Receive, RequestContext, cancelled_on_hang_up, read_body
from graphsvc.web.responses import ResponseWriter

if TYPE_CHECKING:
    from mcp.server.lowlevel import Server
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

    from graphsvc.service import Serving

MCP_METHODS = "POST, OPTIONS"


class AssistantEndpoint:
    """Answers the requests to `/mcp` from one release."""

    def __init__(self, serving: Serving) -> None:
        self._serving = serving

    async def answer(
        self, request: RequestContext, receive: Receive, writer: ResponseWriter
    ) -> None:
        """Write the answer to a request. Raises HttpError for what is no message."""
        if request.method != "POST":
            raise HttpError(405, f"{request.method[:20]} is not a method of this address.",
                            hint="Send messages of the Model Context Protocol by POST.",
                            headers={"Allow": MCP_METHODS})
        body = await read_body(receive)
        with cancelled_on_hang_up(receive):
            manager = await asyncio.to_thread(self._manager)
            async with manager.run():
                await manager.handle_request(request.for_site(), _once(body), writer)

    @cached_property
    def _server(self) -> Server[Any]:
        from graphsvc.assistants.server import mcp_server

        return mcp_server(self._serving)

    def _manager(self) -> StreamableHTTPSessionManager:
        """A manager that lives as long as a request: without sessions it has nothing to remember.

        The SDK takes a second to import, which services that no assistant asks do without.
        """
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

        return StreamableHTTPSessionManager(self._server, json_response=True, stateless=True)


def _once(body: bytes) -> Receive:
    """Receives a body that has arrived; what comes after it is awaited elsewhere."""
    parts = [body]

    async def receive() -> MutableMapping[str, Any]:
        if not parts:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": parts.pop(), "more_body": False}

    return receive
