"""Data servers: the real service over the files of a test."""

from __future__ import annotations

import http.client
from pathlib import Path

from tests.serving import Service


class DataServer(Service):
    """`graphsvc serve --data` over some files, with further options."""

    def __init__(self, files: list[Path], *options: object) -> None:
        super().__init__("--data", *files, *options)
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    @property
    def url(self) -> str:
        return f"{self.address}/sparql"

    def ask(self, query: str | bytes, accept: str = "*/*") -> tuple[int, str, bytes]:
        """Status, media type and body of the answer to a query."""
        body = query.encode() if isinstance(query, str) else query
        headers = {"Content-Type": "application/sparql-query", "Accept": accept}
        self.connection.request("POST", "/sparql", body, headers)
        response = self.connection.getresponse()
        media_type = response.headers.get("Content-Type", "").split(";")[0]
        return response.status, media_type, response.read()

    def stop(self) -> tuple[int, str]:
        """End the server; its exit status and what it wrote to standard error."""
        self.connection.close()
        return super().stop()
