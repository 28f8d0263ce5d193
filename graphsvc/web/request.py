"""What a request says: its method, address and client, and the headers that decide the answer."""

from __future__ import annotations

import asyncio
import ipaddress
import re
from collections.abc import Awaitable, Callable, Iterable, Iterator, MutableMapping, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_to_bytes

from starlette.requests import Request
from starlette.responses import Response

from graphsvc.errors import GraphsvcError
from graphsvc.formats import Format, named, negotiate
from graphsvc.web.problems import HttpError

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]
Pairs = Sequence[tuple[str, str]]
"""The parameters of an address, in their order."""
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]
Routes = dict[str, Callable[[Request], Awaitable[Response]]]

_HOST = re.compile(rb"[A-Za-z0-9._-]+(?::\d{1,5})?|\[[0-9A-Fa-f:.]+\](?::\d{1,5})?")
MOST_FIELDS = 1_000
MAX_BODY_BYTES = 1 << 20
"""Longest body that is taken; a percent-encoded query takes up to nine bytes a character."""
BODY_SECONDS = 20.0
"""How long the body of a request may take to arrive."""
UNWATCHED_SECONDS = 0.02
"""How long work goes on before anybody looks whether the client is still there."""
_PREFIX = re.compile(rb"(?:/[A-Za-z0-9._~-]+)*")
_CITED = re.compile(rb"(?:/release/[0-9a-f]{16})*/release/([0-9a-f]{16})(?=/)")
"""What the addresses of a citation begin with: all pages are there as they are in a release."""


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
        with suppress(ValueError):
            return any(ipaddress.ip_address(client) in network for network in self._networks)
        return False


class RequestContext:
    """One request, as far as it is read before anything else happens.

    scheme, host, prefix: of the address that the client used; a trusted proxy may report them.
    cited: the release that the address names, if any, which then is a part of the prefix.
    refusal: why it is refused, if that is known.
    client: the address of the client, for fairness between clients.
    key: everything that decides the bytes of an answer within a release.
    """

    __slots__ = ("accepts", "cited", "client", "content_type", "gzip", "host", "if_none_match",
                 "key", "method", "path", "prefix", "query", "refusal", "scheme", "scope")

    def __init__(self, scope: Scope, proxies: Proxies) -> None:
        self.scope = scope
        self.method: str = scope["method"]
        self.path: bytes = scope["raw_path"]
        self.query: bytes = scope["query_string"]
        self.client: str = scope["client"][0] if scope["client"] else ""
        self.scheme: str = scope["scheme"]
        self.accepts = self.if_none_match = self.content_type = None
        self.cited = ""
        self.refusal: Exception | None = None
        self.gzip = False
        self.host, self.prefix, part = b"", b"", b""
        for name, value in scope["headers"]:
            if name == b"accept":
                more = value.decode("latin-1")
                self.accepts = more if self.accepts is None else f"{self.accepts},{more}"
            elif name == b"host":
                self.host = b"?" if self.host else value  # two hosts are as bad as none
            elif name == b"accept-encoding":
                self.gzip = b"gzip" in value and _takes_gzip(value)
            elif name == b"if-none-match":
                self.if_none_match = value
            elif name == b"content-type":
                self.content_type = value.decode("latin-1")
            elif name in (b"range", b"if-range"):
                part += value
        if proxies and proxies.trusts(self.client):
            self._read_forwarded(proxies)
        if self.path.startswith(b"/release/") and (found := _CITED.match(self.path)):
            self.cited = found[1].decode()
            self.prefix += b"/release/" + found[1]
            self.path = self.path[found.end():]
            self.scope = {**scope, "path": scope["path"][found.end():], "raw_path": self.path}
        self.key = (self.path, self.query, self.accepts, self.host, self.scheme, self.prefix, part)

    def _read_forwarded(self, proxies: Proxies) -> None:
        """Take over what a trusted proxy says of the client's request."""
        said = {name[12:]: value for name, value in self.scope["headers"]
                if name.startswith(b"x-forwarded-")}
        if said.get(b"proto") in (b"http", b"https"):
            self.scheme = said[b"proto"].decode()
        self.host = said.get(b"host", self.host)
        prefix = said.get(b"prefix", b"").rstrip(b"/")
        if _PREFIX.fullmatch(prefix):
            self.prefix = prefix
        hops = [hop.strip() for hop in said.get(b"for", b"").decode("latin-1").split(",")]
        self.client = next(
            (hop for hop in reversed(hops) if hop and not proxies.trusts(hop)), self.client)

    def refuse(self, error: Exception) -> None:
        """Let the release that is served answer, with an error, for the one that is cited."""
        self.prefix = self.prefix.removesuffix(f"/release/{self.cited}".encode())
        self.refusal = error

    @property
    def is_get(self) -> bool:
        """Whether it only reads: GET or HEAD."""
        return self.method in ("GET", "HEAD")

    @property
    def server(self) -> str:
        """The address of the service as the client knows it, without a last slash."""
        return f"{self.scheme}://{self.host.decode()}{self.prefix.decode()}"

    def check(self) -> None:
        """Raise why it is refused, or HttpError where HTTP/1.1 forbids it (RFC 9112, 3.2)."""
        if self.refusal:
            raise self.refusal
        if not self.host and self.scope["http_version"] == "1.0":
            self.host = b"localhost"
        if not _HOST.fullmatch(self.host):
            raise HttpError(400, "The request does not name one host.", location="Host",
                            hint="Send one Host header, such as example.org or example.org:8000.")
        if not self.path.startswith(b"/"):
            raise HttpError(400, f"{self.method[:20]} needs a path that begins with a slash.",
                            location="address", hint="Ask for / to see what there is.")

    def for_site(self) -> Scope:
        """The ASGI scope for the application behind: a GET of the address that the client used."""
        headers = [pair for pair in self.scope["headers"] if pair[0] != b"host"]
        root = self.prefix.decode()
        return {
            **self.scope, "method": "GET" if self.method == "HEAD" else self.method,
            "extensions": {}, "scheme": self.scheme, "client": (self.client, 0),
            "headers": [(b"host", self.host), *headers], "root_path": root,
            "path": root + self.scope["path"], "raw_path": self.prefix + self.path}


def server_of(request: Request) -> str:
    """The address of the service as the client knows it, without a last slash."""
    return str(request.base_url).rstrip("/")


def address_pairs(request: Request) -> Pairs:
    """The parameters of an address. Raises HttpError where they cannot be read."""
    return form_pairs(request.scope["query_string"])


def form_pairs(data: bytes) -> list[tuple[str, str]]:
    """The names and values of an encoded form. Raises HttpError."""
    if data.count(b"&") >= MOST_FIELDS:
        raise HttpError(413, f"There are more than {MOST_FIELDS} parameters.", location="form")
    pairs = [field.partition(b"=") for field in data.split(b"&") if field]
    try:
        return [(_decoded(name), _decoded(value)) for name, _, value in pairs]
    except UnicodeDecodeError as error:
        raise HttpError(400, "The parameters are not UTF-8.", location="parameters",
                        hint="Percent-encode names and values as UTF-8.") from error


def _decoded(text: bytes) -> str:
    return unquote_to_bytes(text.replace(b"+", b" ")).decode()


def choose(names: Sequence[str], accept: str | None, offered: Sequence[Format]) -> Format:
    """The format of the answer: one that is named, else by Accept. Raises HttpError 406."""
    chosen = negotiate(accept, offered) if not names else next(
        filter(None, (named(name, offered) for name in names)), None)
    if chosen is None:
        raise HttpError(
            406, f"The answer cannot be given as {(' or '.join(names) or accept or '')[:200]}.",
            location="format" if names else "Accept",
            hint=f"Ask for one of: {', '.join(format.media_type for format in offered)}.")
    return chosen


def _takes_gzip(accepted: bytes) -> bool:
    """Whether an Accept-Encoding header takes gzip (RFC 9110, section 12.5.3)."""
    for item in accepted.lower().split(b","):
        name, _, parameter = item.strip().partition(b";")
        if name.strip() == b"gzip":
            return parameter.replace(b" ", b"").rstrip(b"0.") != b"q="
    return False


async def read_body(receive: Receive) -> bytes:
    """The body of a request. Raises HttpError where it is too long or too slow.

    One that is too long is read on for a while: a client still sending would not see the answer.
    """
    body, size, more = bytearray(), 0, True
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while more and size <= 8 * MAX_BODY_BYTES:
                message = await receive()
                if message["type"] == "http.disconnect":  # or it sent no body: then it reads this
                    raise HttpError(400, "The body cannot be read to its end.", location="body",
                                    hint="Check Content-Length or the chunks.",
                                    headers={"Connection": "close"})
                part, more = message.get("body", b""), message.get("more_body", False)
                size += len(part)
                body += part if size <= MAX_BODY_BYTES else b""
    except TimeoutError as error:
        raise HttpError(408, f"The body did not arrive within {BODY_SECONDS:g} seconds.",
                        location="body", headers={"Connection": "close"}) from error
    if size > MAX_BODY_BYTES:
        raise HttpError(413, f"The body is longer than {MAX_BODY_BYTES} bytes.", location="body")
    return bytes(body)


class ClientDisconnected(Exception):
    """The client has gone; nobody is left to answer."""


@contextmanager
def cancelled_on_hang_up(receive: Receive) -> Iterator[None]:
    """Cancels the work in the context when the client hangs up, and raises ClientDisconnected.

    The body of the request must have been read to its end.
    """
    task, watches = asyncio.current_task(), list[asyncio.Task[None]]()
    assert task is not None, "a server runs each request in a task"
    gone = False

    async def watch() -> None:
        nonlocal gone
        while (await receive())["type"] != "http.disconnect":
            pass
        gone = True
        task.cancel()

    timer = asyncio.get_running_loop().call_later(
        UNWATCHED_SECONDS, lambda: watches.append(asyncio.create_task(watch())))
    try:
        yield
    except asyncio.CancelledError:
        if not gone:
            raise
        task.uncancel()
        raise ClientDisconnected from None
    finally:
        timer.cancel()
        for one in watches:
            one.cancel()
