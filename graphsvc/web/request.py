"""What a request says: its method, address and client, and the headers that decide the answer."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request

from graphsvc.errors import GraphsvcError
from graphsvc.web.problems import HttpError

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]

_HOST = re.compile(rb"[A-Za-z0-9._-]+(?::\d{1,5})?|\[[0-9A-Fa-f:.]+\](?::\d{1,5})?")
_MAX_FIELDS = 1000
_PREFIX = re.compile(rb"(?:/[A-Za-z0-9._~-]+)*")


class Proxies:
    """The reverse proxies whose `X-Forwarded-*` headers are believed."""

    def __init__(self, addresses: Iterable[str] = ()) -> None:
        """Raises GraphsvcError for what is neither an address nor a network."""
        try:
            self._networks = [ipaddress.ip_network(address, strict=False)
                              for address in addresses]
        except ValueError as error:
            raise GraphsvcError(
                f"This is not an IP address or network: {error}.", location="--trusted-proxies",
                hint="Give addresses such as 127.0.0.1 or 10.0.0.0/8.") from error
        self.trusts = lru_cache(maxsize=1024)(self._trusts)

    def __bool__(self) -> bool:
        return bool(self._networks)

    def _trusts(self, client: str) -> bool:
        try:
            address = ipaddress.ip_address(client)
        except ValueError:
            return False
        return any(address in network for network in self._networks)


class RequestContext:
    """One request, as far as it is read before anything else happens.

    key: everything that decides the bytes of an answer within a release.
    forwarded: protocol, host and path prefix that a trusted proxy reports.
    client: the address of the client, for fairness between clients.
    """

    __slots__ = ("accept", "client", "content_type", "forwarded", "gzip", "host", "if_none_match",
                 "key", "method", "path", "query", "scope")

    def __init__(self, scope: Scope, proxies: Proxies) -> None:
        self.scope = scope
        self.method: str = scope["method"]
        self.path: bytes = scope["raw_path"]
        self.query: bytes = scope["query_string"]
        self.client: str = scope["client"][0] if scope["client"] else ""
        self.accept = self.if_none_match = self.content_type = None
        self.gzip = False
        self.host: bytes | None = None
        self.forwarded: tuple[bytes, bytes, bytes] | None = None
        for name, value in scope["headers"]:
            if name == b"accept":
                self.accept = value if self.accept is None else self.accept + b"," + value
            elif name == b"host":
                self.host = value if self.host is None else b""  # two hosts are as bad as none
            elif name == b"accept-encoding":
                self.gzip = b"gzip" in value and _takes_gzip(value)
            elif name == b"if-none-match":
                self.if_none_match = value
            elif name == b"content-type":
                self.content_type = value.decode("latin-1")
        if proxies and proxies.trusts(self.client):
            self._read_forwarded(proxies)
        self.key = (self.path, self.query, self.accept, self.host, self.forwarded)

    def _read_forwarded(self, proxies: Proxies) -> None:
        said = {name: value for name, value in self.scope["headers"]
                if name.startswith(b"x-forwarded-")}
        scheme = said.get(b"x-forwarded-proto", self.scope["scheme"].encode())
        host = said.get(b"x-forwarded-host", self.host or b"")
        prefix = said.get(b"x-forwarded-prefix", b"").rstrip(b"/")
        if scheme in (b"http", b"https") and _PREFIX.fullmatch(prefix):
            self.forwarded = (scheme, host, prefix)
        hops = said.get(b"x-forwarded-for", b"").decode("latin-1").split(",")
        others = [hop.strip() for hop in hops if hop.strip() and not proxies.trusts(hop.strip())]
        if others:
            self.client = others[-1]

    @property
    def is_get(self) -> bool:
        """Whether it only reads: GET or HEAD."""
        return self.method in ("GET", "HEAD")

    @property
    def accepts(self) -> str | None:
        """The Accept header as text."""
        return None if self.accept is None else self.accept.decode("latin-1")

    @property
    def server(self) -> str:
        """The address of the service as the client knows it, without a last slash."""
        scheme, host, prefix = self.forwarded or (
            self.scope["scheme"].encode(), self.host or b"", b"")
        return f"{scheme.decode()}://{host.decode()}{prefix.decode()}"

    def check(self) -> None:
        """Raise HttpError for a request that HTTP/1.1 does not allow (RFC 9112, section 3.2)."""
        if self.host is None and self.scope["http_version"] == "1.0":
            self.host = b"localhost"
        host = self.forwarded[1] if self.forwarded else self.host
        if not host or not _HOST.fullmatch(host):
            raise HttpError(400, "The request does not name one host.", location="Host",
                            hint="Send one Host header, such as example.org or example.org:8000.")
        if not self.path.startswith(b"/"):
            raise HttpError(400, f"{self.method[:20]} needs a path that begins with a slash.",
                            location="address", hint="Ask for / to see what there is.")

    def for_site(self) -> Scope:
        """The ASGI scope for the application behind: a GET of the address that the client used."""
        scheme, host, prefix = self.forwarded or (
            self.scope["scheme"].encode(), self.host or b"", b"")
        headers = [pair for pair in self.scope["headers"] if pair[0] != b"host"]
        root = prefix.decode()
        return {
            **self.scope, "method": "GET" if self.method == "HEAD" else self.method,
            "extensions": {}, "scheme": scheme.decode(), "headers": [(b"host", host), *headers],
            "client": (self.client, 0),
            "root_path": root, "path": root + self.scope["path"],
            "raw_path": prefix + self.path}


class BadAddress(GraphsvcError):
    """The query part of an address cannot be read."""

    type = "urn:graphsvc:problem:bad-parameter"
    title = "A parameter cannot be understood"


def address_pairs(request: Request) -> list[tuple[str, str]]:
    """The parameters of an address, in their order. Raises BadAddress."""
    raw: bytes = request.scope["query_string"]
    try:
        return parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict",
                         max_num_fields=_MAX_FIELDS)
    except ValueError as error:
        raise BadAddress("The query part of the address cannot be read.", location="parameters",
                         hint="Percent-encode names and values as UTF-8.") from error


def _takes_gzip(accepted: bytes) -> bool:
    """Whether an Accept-Encoding header takes gzip (RFC 9110, section 12.5.3)."""
    for item in accepted.lower().split(b","):
        name, _, parameter = item.strip().partition(b";")
        if name.strip() == b"gzip":
            return parameter.replace(b" ", b"").rstrip(b"0.") != b"q="
    return False


async def read_body(receive: Receive, allowed: int) -> bytes | None:
    """The complete body of a request; None where it has more bytes than are allowed.

    A body that is too long is read on for as long again, since a client that is still sending
    would not see the answer. Raises ClientDisconnected.
    """
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnected
        part = message.get("body", b"")
        size += len(part)
        if size <= allowed:
            parts.append(part)
        if not message.get("more_body") or size > 8 * allowed:
            return b"".join(parts) if size <= allowed else None


class ClientDisconnected(Exception):
    """The client has gone; nobody is left to answer."""
