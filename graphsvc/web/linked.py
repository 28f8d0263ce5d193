"""Linked data: each thing, graph and term under its own path, as HTML for people or as RDF."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Iterable, Mapping, Sequence
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
from graphsvc.web.pages.context import PageContext
from graphsvc.web.pages.thing import thing_page
from graphsvc.web.problems import HttpError
from graphsvc.web.request import Routes, address_pairs, choose

OFFERED = (HTML, *LINKED_FORMATS)


def linked_routes(serving: Serving, pages: PageContext) -> Routes:
    """The routes `/id/...`, `/graph/...` and `/def`."""

    async def thing(request: Request) -> Response:
        path, format = _wanted(request)
        iri = serving.header.root + path
        node = _node(iri)
        if node is not None and format is HTML and pages.index.classes(iri):
            return await _page(path, thing_page(pages, iri, address_pairs(request)))
        triples = await _construct(serving, "describe", thing=[node]) if node else []
        said = {triple.predicate.value: triple.object for triple in triples
                if triple.subject == node}
        if str(OWL.deprecated) in said:
            return _retired(request, serving, path, said)
        if node is not None and format is HTML:
            return await _page(path, thing_page(pages, iri, address_pairs(request)))
        if not said:
            raise _nothing(serving, iri, "Look for it by name at /search.")
        return await _rdf(serving, path, format, triples)

    async def ontology(request: Request) -> Response:
        path, format = _wanted(request)
        iri = serving.header.root + path
        graphs = [ox.Literal(f"{serving.header.root}graph/ontology/")]
        triples = await _construct(serving, "ontology", graphs=graphs)
        if path != "def" and iri not in _versions(serving, triples):
            raise _nothing(serving, iri, "See /def for the ontology as it is now.")
        if format is HTML:
            return await _page(path, ontology_page(pages))
        return await _rdf(serving, path, format, triples)

    async def graph(request: Request) -> Response:
        path, format = _wanted(request)
        iri = serving.header.root + path
        node = _node(iri)
        triples = await _construct(serving, "graph", graph=[node]) if node else []
        if not triples:
            raise _nothing(serving, iri, "See /about for all graphs.")
        if format is HTML:
            return RedirectResponse("/about#dumps", 303)
        return await _rdf(serving, path, format, triples)

    return {"/id/{path:path}": thing, "/graph/{path:path}": graph, "/def": ontology,
            "/def.{ending}": ontology, "/def/{version:path}": ontology}


async def _page(path: str, page: Awaitable[str]) -> Response:
    return Response(await page, headers=_alternates(path, HTML), media_type=HTML.content_type)


async def _rdf(
    serving: Serving, path: str, format: Format, triples: list[ox.Triple]
) -> Response:
    body = await run_in_threadpool(
        _serialize, triples, format, serving.release.manifest["prefixes"])
    return Response(body, headers=_alternates(path, format), media_type=format.content_type)


async def _construct(
    serving: Serving, query: str, **values: Sequence[Value]
) -> list[ox.Triple]:
    """What one of the software's own CONSTRUCT queries gives."""
    answer = await engine.read(serving.engine, engine.Request(
        own(query, **values), N_TRIPLES.media_type,
        lane=engine.Lane.REVIEWED))
    return await run_in_threadpool(
        lambda: [quad.triple for quad in ox.parse(answer, format=ox.RdfFormat.N_TRIPLES)])


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


def _versions(serving: Serving, triples: list[ox.Triple]) -> set[str]:
    """The IRIs of the version of the ontology that the release holds."""
    ontology, version = ox.NamedNode(serving.header.iri), ox.NamedNode(str(OWL.versionIRI))
    return {triple.object.value for triple in triples
            if triple.subject == ontology and triple.predicate == version
            and isinstance(triple.object, ox.NamedNode)}


def _node(iri: str) -> ox.NamedNode | None:
    """The thing that an address names; None where its characters can name nothing."""
    try:
        return ox.NamedNode(iri)
    except ValueError:
        return None


def _retired(
    request: Request, serving: Serving, path: str, said: Mapping[str, object]
) -> Response:
    """Lead to what replaced a thing that was taken out. Raises HttpError 410 if nothing did."""
    successor, reason = said.get(str(DCTERMS.isReplacedBy)), said.get(str(RDFS.comment))
    if not isinstance(successor, ox.NamedNode):
        why = reason.value if isinstance(reason, ox.Literal) else ""
        raise HttpError(410, f"<{serving.header.root}{path}> was taken out. {why}".strip(),
                        hint="Look for something like it at /search.")
    url = request.url
    address = url.path.replace(path, successor.value.removeprefix(serving.header.root), 1)
    return RedirectResponse(f"{address}?{url.query}" if url.query else address, 301)


def _nothing(serving: Serving, iri: str, hint: str) -> HttpError:
    return HttpError(404, f"There is no <{iri[:300]}> in release {serving.release.id}.", hint=hint)


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
