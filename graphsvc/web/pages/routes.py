"""The web pages: routes, and what each gives to its template."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from urllib.parse import parse_qsl, quote

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from graphsvc import __version__
from graphsvc.errors import GraphsvcError
from graphsvc.questions.library import UnknownQuestion
from graphsvc.questions.names import AmbiguousName, UnknownName
from graphsvc.service import Serving
from graphsvc.web.negotiation import negotiate
from graphsvc.web.pages.about import about_of
from graphsvc.web.pages.assets import FOLDER, TYPES
from graphsvc.web.pages.compare import compare_of, told
from graphsvc.web.pages.context import Link, Site, site_of
from graphsvc.web.pages.editor import editor_of, query_of, terms_of
from graphsvc.web.pages.explore import VIEW, as_json, as_list, formats, links_of, thing_in
from graphsvc.web.pages.home import home_of
from graphsvc.web.pages.ontology import ontology_of
from graphsvc.web.pages.questions import asked_of, by_tag
from graphsvc.web.pages.search import search_of
from graphsvc.web.pages.thing import thing_of
from graphsvc.web.problems import HttpError, Problem
from graphsvc.web.responses import is_current, problem_response

_METHODS = ["GET", "HEAD"]
_HTML = "text/html; charset=utf-8"
_KEPT = "public, max-age=31536000, immutable"

Pairs = list[tuple[str, str]]
Maker = Callable[[Site, Request], Awaitable[Response | str]]


def pages_router(get_serving: Callable[[], Serving]) -> APIRouter:
    """The routes of the pages. get_serving is asked at each request, so that a new release takes
    effect."""
    router = APIRouter(include_in_schema=False)

    def page(maker: Maker) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            serving = get_serving()
            tag = _tag(serving, request)
            headers = {"ETag": tag, "Vary": "Accept", "Cache-Control": "no-cache",
                       "X-Release": serving.release.id}
            if is_current(request, tag):
                return Response(status_code=304, headers=headers)
            site = await site_of(serving)
            try:
                made = await maker(site, request)
            except GraphsvcError as error:
                return _problem(site, request, error)
            if isinstance(made, str):
                body = b"" if request.method == "HEAD" else made.encode()
                return Response(body, headers={**headers, "Content-Type": _HTML})
            made.headers.update(headers)
            return made
        return answer

    for path, maker in (
        ("/", _home), ("/search", _search), ("/suggest", _suggest), ("/questions", _questions),
        ("/questions/{name}", _question), ("/editor", _editor), ("/editor/terms", _terms),
        ("/compare", _compare), ("/explore", _explore), ("/explore/links", _links),
        ("/about", _about), ("/docs", _docs),
    ):
        router.add_route(path, page(maker), methods=_METHODS)
    router.add_route("/static/{path:path}", _static, methods=_METHODS)
    return router


async def thing_page(serving: Serving, iri: str, request: Request) -> str:
    """The page of a thing. Raises HttpError (404) where there is none, and what the engine raises.
    """
    site = await site_of(serving)
    return site.render("thing.html", here="", thing=await thing_of(site, iri))


async def ontology_page(serving: Serving, iri: str, request: Request) -> str:
    """The page of the ontology. Raises what the engine raises."""
    site = await site_of(serving)
    return site.render("ontology.html", here="/def", groups=ontology_of(site))


def editor_page(serving: Serving) -> str:
    """The SPARQL editor, empty: what people get at the endpoint's own address."""
    return editor_of(serving, "")


async def problem_page(serving: Serving, request: Request, error: GraphsvcError) -> Response:
    """An error as a page for people, and as a problem document for all others."""
    return _problem(await site_of(serving), request, error)


async def _editor(site: Site, request: Request) -> str:
    """The editor with a question's query, or with one about a thing, in it."""
    return editor_of(site.serving, await query_of(site, _pairs(request)))


async def _home(site: Site, request: Request) -> str:
    return site.render("home.html", here="/", home=await home_of(site, _pairs(request)))


async def _search(site: Site, request: Request) -> Response | str:
    pairs = _pairs(request)
    wanted = [value for name, value in pairs if name == "format"]
    search = search_of(site, [pair for pair in pairs if pair[0] != "format"])
    if wanted == ["json"]:
        return JSONResponse({
            "q": search.text, "total": search.total, "page": search.page, "pages": search.pages,
            "hits": [{**asdict(result.hit.entry), "why": result.hit.why}
                     for result in search.results],
            "facets": {facet.label: [{"label": v.label, "count": v.count, "chosen": v.chosen}
                                     for v in (*facet.values, *facet.hidden)]
                       for facet in search.facets}})
    return site.render("search.html", here="/search", search=search)


async def _suggest(site: Site, request: Request) -> Response:
    """Suggestions as people type, as JSON. `class`: IRI that narrows them to a parameter's."""
    pairs = dict(_pairs(request))
    hits = site.lookup.suggest(pairs.get("q", ""), of_class=pairs.get("class"))
    return JSONResponse([
        {"label": hit.entry.label, "href": site.path(hit.entry.iri),
         "name": site.curie(hit.entry.iri), "why": hit.why,
         "kind": site.catalogue.term(hit.entry.kind).label if hit.entry.kind else None}
        for hit in hits])


async def _questions(site: Site, request: Request) -> str:
    return site.render("questions.html", here="/questions", groups=by_tag(site))


async def _question(site: Site, request: Request) -> str:
    asked = await asked_of(site, request.path_params["name"], _pairs(request))
    return site.render("question.html", here="/questions", asked=asked)


async def _compare(site: Site, request: Request) -> Response | str:
    pairs = _pairs(request)
    compare = await compare_of(site, pairs)
    if ("format", "json") in pairs:
        return JSONResponse(told(compare))
    return site.render("compare.html", here="/compare", compare=compare)


async def _explore(site: Site, request: Request) -> str:
    name = thing_in(_pairs(request))
    if name is None:
        return site.render("explore.html", here="/explore", thing=None)
    links = await links_of(site, name)
    return site.render(
        "explore.html", here="/explore", thing=site.link(links.iri), name=site.curie(links.iri),
        links=links, groups=as_list(site, links), view=VIEW, formats=formats())


async def _links(site: Site, request: Request) -> Response:
    """A thing's links as JSON. Raises HttpError (400) without a thing."""
    name = thing_in(_pairs(request))
    if name is None:
        raise HttpError(400, "The links of what?", hint="Name a thing with `thing`.")
    return JSONResponse(as_json(site, await links_of(site, name)))


async def _terms(site: Site, request: Request) -> Response:
    """The classes and properties with their meaning, for the editor's completion."""
    return JSONResponse(terms_of(site))


async def _about(site: Site, request: Request) -> str:
    about = await asyncio.to_thread(about_of, site)
    return site.render("about.html", here="/about", about=about)


async def _docs(site: Site, request: Request) -> str:
    return site.render("docs.html", here="/docs", views=site.serving.views,
                       address=str(request.base_url).rstrip("/"))


async def _static(request: Request) -> Response:
    """A file of the package; an address or a name with its digest is kept for a year."""
    path = FOLDER / request.path_params["path"]
    if (".." in path.parts or path.suffix not in TYPES or not path.is_file()
            or not path.resolve().is_relative_to(FOLDER.resolve())):
        return problem_response(HttpError(404, f"There is no file {request.url.path}."))
    named_by_digest = bool(request.url.query) or path.parent.name == "chunks"
    headers = {"Cache-Control": _KEPT if named_by_digest else "no-cache",
               "X-Content-Type-Options": "nosniff"}
    return Response(path.read_bytes(), media_type=TYPES[path.suffix], headers=headers)


def _pairs(request: Request) -> Pairs:
    """The query's parameters. Raises HttpError (400) for one that is not UTF-8."""
    raw: bytes = request.scope["query_string"]
    try:
        return parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict",
                         max_num_fields=200)
    except (UnicodeDecodeError, ValueError) as error:
        raise HttpError(400, "The query part of the address cannot be read.",
                        hint="Percent-encode names and values as UTF-8.") from error


def _tag(serving: Serving, request: Request) -> str:
    """An entity tag: it changes with the release, the software, the address and the words."""
    whole = (serving.release.id, __version__, serving.questions.passages.has_words,
             request.url.path, request.scope["query_string"], request.headers.get("accept"))
    return f'"{hashlib.sha256(repr(whole).encode()).hexdigest()[:32]}"'


def _problem(site: Site, request: Request, error: GraphsvcError) -> Response:
    """An error as a page for people, and as a problem document for all others."""
    told, near = error, _near(site, request, error)
    if isinstance(error, UnknownQuestion):
        told = HttpError(404, error.message, hint=error.hint)
    offered = ("application/problem+json", "text/html")
    if negotiate(request.headers.get("accept"), offered) != "text/html":
        return problem_response(told)
    problem = Problem(told)
    detail = told.message if near else problem.document["detail"]
    page = site.render("error.html", here="", problem=problem, detail=detail, near=near)
    return Response(page.encode(), status_code=problem.status, media_type=_HTML,
                    headers={**problem.headers, "Vary": "Accept"})


def _near(site: Site, request: Request, error: GraphsvcError) -> list[Link]:
    """What may have been meant instead."""
    match error:
        case UnknownQuestion():
            return [Link(site.questions.library.get(name).title, f"/questions/{quote(name)}")
                    for name in error.nearest]
        case AmbiguousName(choices=found) | UnknownName(nearest=found):
            if request.url.path == "/explore":
                return [Link(named.label, f"/explore?thing={quote(site.curie(named.iri))}",
                             named.iri) for named in found]
            return [site.link(named.iri) for named in found]
    return []
