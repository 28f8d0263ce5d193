"""Data servers: the real service over the files of a test, on a free port."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
import time
from pathlib import Path

from tests.serving import APART, free_port


class DataServer:
    """`graphsvc serve --data` over some files, with further options."""

    def __init__(self, files: list[Path], *options: object) -> None:
        self.port = free_port()
        started = time.monotonic()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "graphsvc", "serve", "--port", str(self.port), "--data",
             *map(str, files), *map(str, options)],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            start_new_session=APART,
        )  # fmt: skip
        self._wait()
        self.started_in = time.monotonic() - started
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def _wait(self) -> None:
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except ConnectionRefusedError:
                if self._process.poll() is not None:
                    raise RuntimeError(self._process.stderr.read()) from None
                time.sleep(0.005)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/sparql"

    def ask(self, query: str | bytes, accept: str = "*/*") -> tuple[int, str, bytes]:
        """Status, media type and body of the answer to a query."""
        body = query.encode() if isinstance(query, str) else query
        headers = {"Content-Type": "application/sparql-query", "Accept": accept}
        self.connection.request("POST", "/sparql", body, headers)
        response = self.connection.getresponse()
        media_type = response.headers.get("Content-Type", "").split(";")[0]
        return response.status, media_type, response.read()

    def stop(self) -> tuple[int, str]:
        """End the server; its exit status and what it said."""
        self.connection.close()
        self._process.terminate()
        _, said = self._process.communicate(timeout=60)
        return self._process.returncode, said
