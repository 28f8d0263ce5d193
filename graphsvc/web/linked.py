"""Linked data: each thing, graph and term under its own path, as HTML for people or as RDF."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import quote, unquote

import pyoxigraph as ox
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from graphsvc.engine import base as engine
from graphsvc.errors import GraphsvcError
from graphsvc.questions.template import Template
from graphsvc.service import Serving
from graphsvc.sparql import own_query
from graphsvc.vocabulary import OWL
from graphsvc.web.negotiation import named, negotiate
from graphsvc.web.problems import HttpError
from graphsvc.web.responses import Handler, is_current

HTML = "text/html"
RDF_FORMATS = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/ld+json": ox.RdfFormat.JSON_LD,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
}
OFFERED = (HTML, *RDF_FORMATS)
_ENDINGS = {"html": HTML, "ttl": "text/turtle", "jsonld": "application/ld+json",
            "nt": "application/n-triples", "rdf": "application/rdf+xml"}

Page = Callable[[Serving, str, Request], Awaitable[str]]
"""Makes the HTML page of a thing, given its IRI."""
ProblemPage = Callable[[Serving, Request, GraphsvcError], Awaitable[Response]]
"""Tells an error to people and to programs, each in their way."""


@dataclass(frozen=True)
class Wanted:
    """What a request asks for: path without ending, media type, and the tag of the answer."""

    path: str
    media_type: str
    tag: str


def linked_router(
    get_serving: Callable[[], Serving], thing_page: Page, ontology_page: Page,
    problem_page: ProblemPage,
) -> APIRouter:
    """The routes `/id/...`, `/graph/...` and `/def`, which follow the release that is served."""
    router = APIRouter(include_in_schema=False)

    async def thing(request: Request) -> Response:
        serving = get_serving()
        wanted = _wanted(request, serving)
        iri = serving.header.root + wanted.path
        node = _node(iri)
        triples = await describe(serving, iri) if node else []
        if not any(triple.subject == node for triple in triples):
            raise HttpError(404, f"There is no <{iri}> in release {serving.release.id}.",
                            hint="Look for it by name at /search.")
        return await _respond(request, serving, wanted, iri, triples, thing_page)

    async def ontology(request: Request) -> Response:
        serving = get_serving()
        wanted = _wanted(request, serving)
        triples = await _construct(serving, Template(own_query("ontology")).bind(
            {"graphs": [ox.Literal(f"{serving.header.root}graph/ontology/")]}))
        iri = serving.header.root + wanted.path
        if wanted.path != "def" and iri not in _versions(serving, triples):
            raise HttpError(404, f"There is no <{iri}> in release {serving.release.id}.",
                            hint="See /def for the ontology as it is now.")
        return await _respond(
            request, serving, wanted, serving.header.iri, triples, ontology_page)

    async def graph(request: Request) -> Response:
        serving = get_serving()
        wanted = _wanted(request, serving)
        iri = serving.header.root + wanted.path
        node = _node(iri)
        triples = await _construct(
            serving, Template(own_query("graph")).bind({"graph": [node]})) if node else []
        if not triples:
            raise HttpError(404, f"There is no graph <{iri}> in release {serving.release.id}.",
                            hint="See /about for all of them.")
        if wanted.media_type == HTML:
            return RedirectResponse("/about#dumps", 303, _headers(wanted, serving))
        return await _respond(request, serving, wanted, iri, triples, thing_page)

    def guarded(handler: Handler) -> Handler:
        async def answer(request: Request) -> Response:
            try:
                return await handler(request)
            except GraphsvcError as error:
                return await problem_page(get_serving(), request, error)
        return answer

    router.add_route("/id/{path:path}", guarded(thing), methods=["GET", "HEAD"])
    router.add_route("/graph/{path:path}", guarded(graph), methods=["GET", "HEAD"])
    for path in ("/def", "/def.{ending}", "/def/{version:path}"):
        router.add_route(path, guarded(ontology), methods=["GET", "HEAD"])
    return router


async def describe(serving: Serving, iri: str) -> list[ox.Triple]:
    """What is said of a thing and what refers to it, with the names of all that is mentioned."""
    query = Template(own_query("describe")).bind({"thing": [ox.NamedNode(iri)]})
    return await _construct(serving, query)


async def _construct(serving: Serving, query: str) -> list[ox.Triple]:
    answer = await engine.read(serving.engine, engine.Request(
        query, "application/n-triples", lane=engine.Lane.REVIEWED))
    return [quad.triple for quad in ox.parse(answer, format=ox.RdfFormat.N_TRIPLES)]


async def _respond(
    request: Request, serving: Serving, wanted: Wanted, iri: str, triples: list[ox.Triple],
    page: Page,
) -> Response:
    """Tell of what is known to exist, unless the client has that already."""
    headers = _headers(wanted, serving)
    if is_current(request, wanted.tag):
        return Response(status_code=304, headers=headers)
    if wanted.media_type == HTML:
        body = (await page(serving, iri, request)).encode()
        headers["Content-Type"] = "text/html; charset=utf-8"
    else:
        body = ox.serialize(
            sorted(triples, key=str), format=RDF_FORMATS[wanted.media_type],
            prefixes=_used(serving.release.manifest["prefixes"], triples)) or b""
        headers["Content-Type"] = wanted.media_type
    return Response(b"" if request.method == "HEAD" else body, headers=headers)


def _node(iri: str) -> ox.NamedNode | None:
    """The thing that an address names; None where its characters can name nothing."""
    try:
        return ox.NamedNode(iri)
    except ValueError:
        return None


def _versions(serving: Serving, triples: list[ox.Triple]) -> set[str]:
    """The IRIs of the version of the ontology that the release holds."""
    ontology, version = ox.NamedNode(serving.header.iri), ox.NamedNode(str(OWL.versionIRI))
    return {triple.object.value for triple in triples
            if triple.subject == ontology and triple.predicate == version
            and isinstance(triple.object, ox.NamedNode)}


def _used(prefixes: dict[str, str], triples: list[ox.Triple]) -> dict[str, str]:
    """The prefixes whose namespaces occur in the triples."""
    text = "\n".join(map(str, triples))
    return {prefix: iri for prefix, iri in prefixes.items() if f"<{iri}" in text}


def _wanted(request: Request, serving: Serving) -> Wanted:
    """Raises HttpError 406. The bytes of a path that are not UTF-8 are those of no thing."""
    path = unquote(request.scope["raw_path"].decode("ascii", "replace")).lstrip("/")
    stem, _, ending = path.rpartition(".")
    asked = request.query_params.get("format")
    if asked is not None:
        media_type = named(asked, OFFERED)
    elif stem and ending in _ENDINGS:
        path, media_type = stem, _ENDINGS[ending]
    else:
        media_type = negotiate(request.headers.get("accept"), OFFERED)
    if media_type is None:
        raise HttpError(406, "This can be had in none of the formats asked for.",
                        location="format" if asked else "Accept",
                        hint=f"Ask for one of {', '.join(OFFERED)}.")
    ending = next(key for key, value in _ENDINGS.items() if value == media_type)
    digest = hashlib.sha256(path.encode()).hexdigest()[:16]
    return Wanted(path, media_type, f'"{serving.release.id}.{digest}.{ending}"')


def open_headers(serving: Serving) -> dict[str, str]:
    """The headers of what everyone may read, and may keep as long as the release is served."""
    return {"X-Release": serving.release.id,
            "Cache-Control": "public, max-age=0, must-revalidate",
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Expose-Headers": "ETag, Link, X-Release"}


def _headers(wanted: Wanted, serving: Serving) -> dict[str, str]:
    links = ", ".join(
        f'</{quote(wanted.path)}.{ending}>; rel="alternate"; type="{media_type}"'
        for ending, media_type in _ENDINGS.items() if media_type != wanted.media_type)
    return {"ETag": wanted.tag, "Vary": "Accept", "Link": links, **open_headers(serving)}
