"""Linked data: each thing, graph and term under its own path, as HTML for people or as RDF."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Iterable, Mapping
from typing import Any
from urllib.parse import quote, unquote

import pyoxigraph as ox
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from graphsvc.engine import base as engine
from graphsvc.formats import HTML, JSON_LD, LINKED_FORMATS, N_TRIPLES, Format
from graphsvc.questions.template import Value, own
from graphsvc.service import Serving
from graphsvc.vocabulary import DCTERMS, OWL, RDFS
from graphsvc.web.pages.browse import ontology_page
from graphsvc.web.pages.context import PageContext, page_pairs
from graphsvc.web.pages.thing import thing_page
from graphsvc.web.problems import HttpError
from graphsvc.web.request import Routes, choose

OFFERED = (HTML, *LINKED_FORMATS)


def linked_routes(serving: Serving, pages: PageContext) -> Routes:
    """The routes `/id/...`, `/graph/...` and `/def`."""
    root, release = serving.header.root, serving.release

    async def construct(query: str, **value: Value) -> list[ox.Triple]:
        """What one of the software's own CONSTRUCT queries gives."""
        answer = await engine.read(serving.engine, engine.Request(
            own(query, **{name: [one] for name, one in value.items()}), N_TRIPLES.media_type,
            lane=engine.Lane.REVIEWED))
        return await run_in_threadpool(
            lambda: [quad.triple for quad in ox.parse(answer, format=ox.RdfFormat.N_TRIPLES)])

    async def page(path: str, made: Awaitable[Response]) -> Response:
        response = await made
        response.headers.update(_alternates(path, HTML))
        return response

    async def rdf(path: str, format: Format, triples: list[ox.Triple]) -> Response:
        body = await run_in_threadpool(_serialize, triples, format, release.manifest["prefixes"])
        return Response(body, headers=_alternates(path, format), media_type=format.content_type)

    def nothing(path: str, hint: str) -> HttpError:
        return HttpError(404, f"There is no <{(root + path)[:300]}> in release {release.id}.",
                         hint=hint)

    def node_at(path: str, hint: str) -> ox.NamedNode:
        """What an address names. Raises HttpError 404 where its characters can name nothing."""
        try:
            return ox.NamedNode(root + path)
        except ValueError as error:
            raise nothing(path, hint) from error

    async def thing(request: Request) -> Response:
        hint, (path, format) = "Look for it by name at /search.", _wanted(request)
        node = node_at(path, hint)
        if format is not HTML or not pages.index.classes(node.value):
            triples = await construct("describe", thing=node)
            said = {triple.predicate.value: triple.object for triple in triples
                    if triple.subject == node}
            if str(OWL.deprecated) in said:
                return _retired(request, root, path, said)
            if format is not HTML:
                if not said:
                    raise nothing(path, hint)
                return await rdf(path, format, triples)
        return await page(path, thing_page(pages, node.value, page_pairs(request)))

    async def ontology(request: Request) -> Response:
        path, format = _wanted(request)
        triples = await construct("ontology", graphs=ox.Literal(f"{root}graph/ontology/"))
        versions = {triple.object for triple in triples
                    if triple.subject == ox.NamedNode(serving.header.iri)
                    and triple.predicate.value == str(OWL.versionIRI)}
        hint = "See /def for the ontology as it is now."
        if path != "def" and node_at(path, hint) not in versions:
            raise nothing(path, hint)
        if format is HTML:
            return await page(path, ontology_page(pages))
        return await rdf(path, format, triples)

    async def graph(request: Request) -> Response:
        hint, (path, format) = "See /about for all graphs.", _wanted(request)
        triples = await construct("graph", graph=node_at(path, hint))
        if not triples:
            raise nothing(path, hint)
        if format is HTML:
            return RedirectResponse("/about#dumps", 303)
        return await rdf(path, format, triples)

    return {"/id/{path:path}": thing, "/graph/{path:path}": graph, "/def": ontology,
            "/def.{ending}": ontology, "/def/{version:path}": ontology}


def _serialize(triples: Iterable[ox.Triple], format: Format, prefixes: dict[str, str]) -> bytes:
    """The triples in a stable order, with the prefixes that they use."""
    ordered = sorted(triples, key=str)
    text = "\n".join(map(str, ordered))
    used = {prefix: iri for prefix, iri in prefixes.items() if f"<{iri}" in text}
    written = ox.serialize(ordered, format=format.rdf, prefixes=used) or b""
    return _compacted(written, used) if format is JSON_LD else written


def _compacted(expanded: bytes, prefixes: Mapping[str, str]) -> bytes:
    """JSON-LD with a context, in which IRIs are as short as prefixes make them."""
    longest = sorted(prefixes.items(), key=lambda pair: -len(pair[1]))

    def short(iri: str) -> str:
        return next((f"{prefix}:{iri.removeprefix(base)}" for prefix, base in longest
                     if iri.startswith(base)), iri)

    def value(given: Any) -> Any:
        if isinstance(given, str):  # a class
            return short(given)
        return {name: short(text) if name in ("@id", "@type") else text
                for name, text in given.items()}

    graph = [{short(name): short(found) if name == "@id" else [*map(value, found)]
              for name, found in node.items()} for node in json.loads(expanded)]
    return json.dumps({"@context": prefixes, "@graph": graph}, ensure_ascii=False).encode()


def _retired(request: Request, root: str, path: str, said: Mapping[str, object]) -> Response:
    """Lead to what replaced a thing that was taken out. Raises HttpError 410 if nothing did."""
    successor, reason = said.get(str(DCTERMS.isReplacedBy)), said.get(str(RDFS.comment))
    if not isinstance(successor, ox.NamedNode):
        why = reason.value if isinstance(reason, ox.Literal) else ""
        raise HttpError(410, f"<{root}{path}> was taken out. {why}".strip(),
                        hint="Look for something like it at /search.")
    url = request.url
    address = url.path.replace(path, successor.value.removeprefix(root), 1)
    return RedirectResponse(f"{address}?{url.query}" if url.query else address, 301)


def _wanted(request: Request) -> tuple[str, Format]:
    """The path without its ending, and the format. Raises HttpError 406."""
    root = request.scope.get("root_path", "")
    raw = request.scope["raw_path"].decode("ascii", "replace").removeprefix(root)
    path = unquote(raw).lstrip("/")
    stem, _, ending = path.rpartition(".")
    asked = request.query_params.get("format")
    by_ending = [format for format in OFFERED if stem and format.name == ending]
    if by_ending and asked is None:
        return stem, by_ending[0]
    names = [] if asked is None else [asked]
    return path, choose(names, request.headers.get("accept"), OFFERED)


def _alternates(path: str, chosen: Format) -> dict[str, str]:
    """The Link header that names the other formats (RFC 8288)."""
    links = [f'</{quote(path)}.{format.name}>; rel="alternate"; type="{format.media_type}"'
             for format in OFFERED if format is not chosen]
    return {"Link": ", ".join(links)}
