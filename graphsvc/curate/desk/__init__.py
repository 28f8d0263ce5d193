"""The desk: a page of this machine on which people decide on the drafts of a document. The log of
decisions is its only state.

It is for somebody on this machine who has its address, from its own pages: the token in the address
is what other pages and other people do not know. A name that leads here by DNS, and forms on other
pages, are refused even if they knew it.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request as HttpRequest
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from graphsvc.curate.checking import Problem
from graphsvc.curate.desk import page
from graphsvc.curate.desk.page import Filled, Form, filled_form, first, form_of, statement_of
from graphsvc.curate.records import Draft, Request
from graphsvc.curate.work import Work
from graphsvc.errors import GraphsvcError
from graphsvc.index import slug
from graphsvc.sources.coverage import REASONS, lines_of
from graphsvc.sources.documents import section_of
from graphsvc.web.pages.rendering import STATIC

_DONE = {"accept": "accepted", "add": "added", "reject": "rejected", "split": "split",
         "no-facts": "ticked off", "undo": "undid decision"}
_HEADERS = {
    "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin", "X-Robots-Tag": "noindex",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self';"
                               " img-src 'self'; font-src 'self'; form-action 'self';"
                               " frame-ancestors 'none'; base-uri 'none'"}
_MOST_BYTES = 1 << 20


class Desk:
    """The desk for one document. who: IRI of the curator who sits at it."""

    def __init__(self, work: Work, who: str) -> None:
        self._work, self._who = work, who
        self._one = threading.Lock()  # decisions come one after the other
        templates = Environment(
            loader=PackageLoader(__name__), autoescape=True, trim_blocks=True,
            undefined=StrictUndefined, lstrip_blocks=True)
        templates.filters["slug"] = slug
        self._template = templates.get_template("desk.html")
        self._broken = templates.get_template("broken.html")

    def warm(self) -> None:
        """Read what the first decision needs."""
        with self._one, suppress(GraphsvcError):  # which the page says
            self._work.waiting()
            _ = self._work.checker

    def answer(self, step: Callable[[Filled], Response], filled: Filled) -> Response:
        """What a step leads to. Where it is refused, the page again with what was filled in and
        what is wrong; where there can be no page, that alone."""
        with self._one:
            try:
                return step(filled)
            except GraphsvcError as refused:
                try:
                    return self._page(filled, 422, wrong=[str(refused)])
                except GraphsvcError as error:  # a file of the project, or what was asked for
                    return HTMLResponse(
                        self._broken.render(error=error, document=self._work.slug), 409)

    def show(self, asked: Filled) -> Response:
        """The page. asked: `at` (id of a draft), `do` (change, split, add, tick), `line`, `kind`,
        `done` (number of a decision)."""
        return self._page(asked)

    def decide(self, filled: Filled) -> Response:
        """Decide as a form says."""
        action, id, more = first(filled, "action"), first(filled, "at"), dict[str, Any]()
        reason = ": ".join(filter(None, (first(filled, name).strip()
                                         for name in ("reason", "note"))))
        if action in ("accept", "add"):
            return self._accept(action, filled)
        if action == "split":
            more = {"draft": id, "parts": self._parts(id, filled)}
        elif action == "no-facts":
            more = {"reason": reason, "lines": lines_of(" ".join(filled.get("lines", ())))}
        elif action == "undo":
            number = first(filled, "number")
            more = {"undoes": int(number) if number.isdecimal() else None}
        elif action == "reject":
            more = {"draft": id, "reason": reason}
        else:
            raise GraphsvcError("The form says nothing that can be done.",
                                hint="Go back and try again.")
        after = self._after(id) if action == "reject" else id
        return _next(self._work.decide(
            Request.model_validate({"action": action, **more}), self._who).number, after)

    def write(self, filled: Filled) -> Response:
        """Write what was accepted; the page with what became of it."""
        done = self._work.write()
        return self._page({}, given=[
            f"Written: {', '.join(done.files)}." if done.files else "Nothing changed.",
            *done.kept, "Next: graphsvc build"])

    def _accept(self, action: str, filled: Filled) -> Response:
        """Accept a draft, as it is or as it was filled in, or add a statement."""
        work, base = self._work, self._base(filled)
        statement, problems = base, list[Problem]()
        if "form" in filled:
            statement, problems = statement_of(work, base, filled)
        if not problems:
            after = self._after(first(filled, "at"))
            answer = work.decide(Request.model_validate({
                "action": action, "draft": base.id if action == "accept" else None,
                "changed": statement}), self._who)
            if answer.number:
                return _next(answer.number, after)
            problems = [*answer.problems]
        form = filled_form(work, base.kind, filled, problems) if "form" in filled else (
            form_of(work, base, problems))
        return self._page({**filled, "do": [first(filled, "do") or "change"]}, 422, form=form)

    def _base(self, filled: Filled) -> Draft:
        """The draft that is meant, or an empty one of the class and line that are."""
        if kind := first(filled, "kind"):
            return self._work.empty(kind, lines_of(first(filled, "line")))
        return self._work.find(first(filled, "at"))

    def _parts(self, id: str, filled: Filled) -> tuple[Draft, ...]:
        """The parts of a draft: each has the values and lines that were ticked for it."""
        draft = self._work.find(id)
        parts = []
        for part in ("1", "2"):
            chosen = filled.get(f"part{part}", ())
            lines = lines_of(" ".join(filled.get(f"lines{part}", ())))
            parts.append(draft.model_copy(update={
                "values": tuple(v for n, v in enumerate(draft.values) if str(n) in chosen),
                "passages": lines or draft.passages}))
        if parts[0].id == parts[1].id:
            raise GraphsvcError("Both parts say the same.",
                                hint="Leave out of each what belongs to the other.")
        return tuple(parts)

    def _after(self, id: str) -> str:
        """The draft that comes after one that is decided, or else before it."""
        ids = [draft.id for draft in self._work.waiting()]
        if id not in ids:
            return id
        at = ids.index(id)
        return next(iter([*ids[at + 1:], *reversed(ids[:at])]), "")

    def _page(
        self, filled: Filled, status: int = 200, form: Form | None = None,
        wrong: Sequence[str] = (), given: Sequence[str] = (),
    ) -> Response:
        work, state = self._work, self._work.state()
        waiting, progress = work.waiting(), work.progress()
        do, kind = first(filled, "do"), first(filled, "kind")
        current = next((d for d in waiting if d.id == first(filled, "at")),
                       waiting[0] if waiting else None)
        problems = work.check(current) if current else []
        if kind and form is None:
            form = form_of(work, self._base(filled))
        elif current and do == "change" and form is None:
            form = form_of(work, current, problems)
        line = first(filled, "line") or (str(current.passages[0]) if current else "")
        number = int(line) if line.isdecimal() else 0
        here = {number} if do in ("add", "tick") and number else set(
            current.passages if current else ())
        heading = section_of(work.outline, number)
        return HTMLResponse(self._template.render(
            title=work.reading.title, who=work.graph.label(self._who), do=do, form=form,
            card=page.card(work, waiting, current, problems) if current else None,
            lines=page.document(work, state, waiting, current, here), progress=progress, line=line,
            shares=page.shares(progress), log=[*page.log(work, state)], state=state,
            section={s.line: s for s in progress.sections}.get(heading.line) if heading else None,
            classes=sorted((work.graph.label(iri), iri) for iri in work.graph.classes_of_things()),
            kind=kind, reasons=sorted(REASONS), wrong=wrong, given=given, filled=filled,
            kind_label=work.graph.label(form.kind) if form else "",
            done=self._done(first(filled, "done"))), status)

    def _done(self, number: str) -> str:
        """The decision that was just made, in a few words."""
        log = self._work.state().log
        if not number.isdecimal() or not 0 < int(number) <= len(log):
            return ""
        decision = log[int(number) - 1]
        what = slug(decision.changed.iri or "") if decision.changed else decision.undoes or ""
        return f"Decision {number}: {_DONE[decision.action]} {what}".rstrip()


def _next(number: int | None, at: str) -> Response:
    """Where to go after a decision."""
    query = {"done": str(number), **({"at": at} if at else {})}
    return RedirectResponse(f"./?{urlencode(query)}#drafts", 303)


def application(
    work: Work, who: str, token: str, port: int, ready: Callable[[], None],
    fail: Callable[[str], None],
) -> ASGIApp:
    """The desk as an application. ready: called when it answers; fail: is not, as it starts always.
    """
    desk = Desk(work, who)
    hosts = {f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]")}

    def route(path: str, step: Callable[[Filled], Response], method: str) -> Route:
        async def serve(request: HttpRequest) -> Response:
            body = (await request.body()).decode("utf-8", errors="replace")
            filled = parse_qs(body if method == "POST" else request.url.query,
                              keep_blank_values=True)
            return await run_in_threadpool(desk.answer, step, filled)

        return Route(f"/{token}/{path}", serve, methods=[method])

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        threading.Thread(target=desk.warm, daemon=True).start()
        ready()
        yield

    async def guard(request: HttpRequest, answer: RequestResponseEndpoint) -> Response:
        response = _refused(request, hosts, token) or await answer(request)
        response.headers.update(_HEADERS)
        return response

    routes = [route("", desk.show, "GET"), route("decide", desk.decide, "POST"),
              route("write", desk.write, "POST"),
              Mount(f"/{token}/pages", StaticFiles(directory=STATIC)),
              Mount(f"/{token}/static", StaticFiles(directory=Path(__file__).parent / "static"))]
    return BaseHTTPMiddleware(Starlette(routes=routes, lifespan=lifespan), guard)


def _refused(request: HttpRequest, hosts: set[str], token: str) -> Response | None:
    """The answer to a request that is not from the desk's own pages. hosts: its own names."""
    host, origin = request.headers.get("host", ""), request.headers.get("origin")
    given = request.url.path.split("/")[1] if "/" in request.url.path else ""
    if host not in hosts:
        return PlainTextResponse("The desk is at 127.0.0.1 only.\n", 403)
    if not secrets.compare_digest(given.encode(), token.encode()):
        return PlainTextResponse("Open the full address that the command printed.\n", 404)
    site = request.headers.get("sec-fetch-site", "same-origin")
    if request.method not in ("GET", "HEAD") and (
            origin not in (None, f"http://{host}") or site not in ("same-origin", "none")):
        return PlainTextResponse("Decisions are made on the desk's own pages.\n", 403)
    length = request.headers.get("content-length", "0")
    if not length.isdigit() or int(length) > _MOST_BYTES:
        return PlainTextResponse("That is too much for one form.\n", 413)
    return None
