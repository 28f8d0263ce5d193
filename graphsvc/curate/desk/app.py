"""The desk's pages and what its forms do. The log of decisions is its only state."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request as HttpRequest
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from graphsvc.curate.checking import Problem
from graphsvc.curate.desk import forms, page
from graphsvc.curate.desk.guard import Guard
from graphsvc.curate.records import Draft, Request
from graphsvc.curate.work import Answer, Work
from graphsvc.errors import GraphsvcError
from graphsvc.index import slug
from graphsvc.sources.coverage import REASONS, lines_of
from graphsvc.sources.documents import section_of
from graphsvc.web.pages.rendering import STATIC

_HERE = Path(__file__).parent
_FILES = {
    "pages.css": (STATIC / "pages.css", "text/css"),
    "icon.svg": (STATIC / "icon.svg", "image/svg+xml"),
    "desk.css": (_HERE / "static" / "desk.css", "text/css"),
    "desk.js": (_HERE / "static" / "desk.js", "text/javascript")}
Filled = Mapping[str, Sequence[str]]
Result = tuple[int, str]
"""Status and page, or 303 and the address that comes next."""


class Desk:
    """The desk for one document. who: IRI of the curator who sits at it."""

    def __init__(self, work: Work, who: str) -> None:
        self._work, self._who = work, who
        self._one = threading.Lock()  # decisions come one after the other
        templates = Environment(
            loader=PackageLoader("graphsvc.curate.desk"), autoescape=True, trim_blocks=True,
            undefined=StrictUndefined, lstrip_blocks=True)
        templates.filters["slug"] = slug
        self._template = templates.get_template("desk.html")
        self._broken = templates.get_template("broken.html")

    def warm(self) -> None:
        """Read what the first decision needs."""
        with self._one, suppress(GraphsvcError):  # which the page says
            self._work.waiting()
            _ = self._work.checker

    def show(self, asked: Mapping[str, str]) -> Result:
        """The page. asked: `at` (id of a draft), `do` (change, split, add, tick), `line`, `kind`,
        `done` (number of a decision)."""
        with self._one:
            try:
                return 200, self._render(asked)
            except GraphsvcError as error:  # a file of the project, or a draft that is not there
                return 409, self._broken.render(error=error, document=self._work.slug)

    def decide(self, filled: Filled) -> Result:
        """What a form asks for; the page again, with what is wrong, where it is refused."""
        with self._one:
            asked = {name: texts[0] for name, texts in filled.items()
                     if name in ("at", "do", "line", "kind")}
            try:
                return self._decide(filled, asked)
            except GraphsvcError as error:
                return self._refused(error, asked, filled)

    def write(self, filled: Filled) -> Result:
        """Write what was accepted; the page with what became of it."""
        with self._one:
            try:
                done = self._work.write()
            except GraphsvcError as error:
                return self._refused(error, {})
            said = [f"Written: {', '.join(done.files)}." if done.files else "Nothing changed.",
                    *done.kept]
            return 200, self._render({}, given=[*said, "Next: graphsvc build"])

    def _refused(
        self, error: GraphsvcError, asked: Mapping[str, str], filled: Filled | None = None
    ) -> Result:
        """The page with what was wrong; where there can be none, that alone."""
        try:
            return 422, self._render(asked, filled, wrong=[str(error)])
        except GraphsvcError:
            return 409, self._broken.render(error=error, document=self._work.slug)

    def _decide(self, filled: Filled, asked: dict[str, str]) -> Result:
        action, id = filled.get("action", [""])[0], asked.get("at")
        reason = ": ".join(filter(None, (filled.get(name, [""])[0].strip()
                                         for name in ("reason", "note"))))
        if action in ("accept", "add"):
            return self._accept(action, filled, asked)
        if action == "split" and id:
            request = Request(action="split", draft=id, parts=self._parts(id, filled))
        elif action == "no-facts":
            lines = lines_of(" ".join(filled.get("lines", [])))
            request = Request(action="no-facts", reason=reason, lines=lines)
        elif action == "undo":
            number = filled.get("number", [""])[0]
            request = Request(action="undo", undoes=int(number) if number.isdigit() else None)
        elif action == "reject" and id:
            request = Request(action="reject", draft=id, reason=reason)
        else:
            raise GraphsvcError("The form says nothing that can be done.",
                                hint="Go back and try again.")
        after = self._after(id) if action == "reject" else id
        return self._next(self._work.decide(request, self._who), after)

    def _accept(self, action: str, filled: Filled, asked: dict[str, str]) -> Result:
        """Accept a draft, as it is or as it was filled in, or add a statement."""
        base = self._base(asked)
        statement, problems = base, list[Problem]()
        if "form" in filled:
            statement, problems = forms.statement_of(self._work, base, filled)
        after = self._after(asked.get("at"))
        if not problems:
            request = Request(action="accept", draft=base.id, changed=statement) if (
                action == "accept") else Request(action="add", changed=statement)
            answer = self._work.decide(request, self._who)
            if answer.number:
                return self._next(answer, after)
            problems = [*answer.problems]
        form = forms.filled_form(self._work, base.kind, filled, problems) if "form" in filled else (
            forms.form_of(self._work, base, problems))
        asked["do"] = asked.get("do") or "change"
        return 422, self._render(asked, filled, form=form)

    def _base(self, asked: Mapping[str, str]) -> Draft:
        """The draft that is meant, or an empty one of the class and line that are."""
        if asked.get("kind"):
            line = asked.get("line", "")
            return Draft(document=self._work.slug, kind=self._work.fields.class_of(asked["kind"]),
                         values=(), passages=lines_of(line), by="hand")
        return self._work.find(asked.get("at", ""))

    def _parts(self, id: str, filled: Filled) -> tuple[Draft, ...]:
        """The parts of a draft: each has the values and lines that were ticked for it."""
        draft = self._work.find(id)
        parts = []
        for part in ("1", "2"):
            chosen = {int(text) for text in filled.get(f"part{part}", ()) if text.isdigit()}
            lines = lines_of(" ".join(filled.get(f"lines{part}", ())))
            parts.append(draft.model_copy(update={
                "values": tuple(v for n, v in enumerate(draft.values) if n in chosen),
                "passages": lines or draft.passages}))
        if parts[0].id == parts[1].id:
            raise GraphsvcError("Both parts say the same.",
                                hint="Leave out of each what belongs to the other.")
        return tuple(parts)

    def _after(self, id: str | None) -> str | None:
        """The draft that comes after one that is decided."""
        ids = [draft.id for draft in self._work.waiting()]
        if id not in ids:
            return id
        at = ids.index(id)
        return next(iter([*ids[at + 1:], *reversed(ids[:at])]), None)

    def _next(self, answer: Answer, at: str | None) -> Result:
        """Where to go after a decision."""
        query = {"done": str(answer.number), **({"at": at} if at else {})}
        return 303, f"./?{urlencode(query)}#drafts"

    def _render(
        self, asked: Mapping[str, str], filled: Filled | None = None, form: Any = None,
        wrong: Sequence[str] = (), given: Sequence[str] = (),
    ) -> str:
        work, state = self._work, self._work.state()
        waiting, do = work.waiting(state), asked.get("do", "")
        current = next((d for d in waiting if d.id == asked.get("at")), None) or (
            waiting[0] if waiting else None)
        line = asked.get("line", "") or (str(current.passages[0]) if current else "")
        if asked.get("kind") and form is None:
            form = forms.form_of(work, self._base(asked))
        card = None
        if current:
            problems = work.check(current, state)
            card = page.card(work, waiting, current, problems)
            if do == "change" and form is None:
                form = forms.form_of(work, current, problems)
        here = {int(line)} if do in ("add", "tick") and line.isdigit() else set(
            current.passages if current else ())
        found = work.progress()
        heading = section_of(work.outline, int(line)) if line.isdigit() else None
        section = next((s for s in found.sections if heading and s.line == heading.line), None)
        classes = sorted((work.graph.label(iri), iri) for iri in work.graph.classes_of_things())
        return self._template.render(
            title=work.reading.title, who=work.graph.label(self._who), do=do, card=card, form=form,
            lines=page.document(work, state, waiting, current, here), progress=found, line=line,
            shares=page.shares(found), log=page.log(work, state), last=state.last, section=section,
            classes=classes, kind=asked.get("kind", ""), reasons=sorted(REASONS), wrong=wrong,
            kind_label=work.graph.label(form.kind) if form else "", given=given,
            filled=filled or {}, done=self._done(asked, state.log))

    def _done(self, asked: Mapping[str, str], log: Sequence[Any]) -> str:
        """The decision that was just made, in a few words."""
        number = asked.get("done", "")
        if not number.isdigit() or not 0 < int(number) <= len(log):
            return ""
        decision = log[int(number) - 1]
        name = slug(decision.changed.iri) if decision.changed and decision.changed.iri else ""
        done = {"accept": "accepted", "add": "added", "reject": "rejected", "split": "split",
                "no-facts": "ticked off", "undo": f"undid decision {decision.undoes}"}
        return f"Decision {number}: {done[decision.action]} {name}".rstrip()


def application(
    work: Work, who: str, token: str, port: int, ready: Callable[[], None],
    fail: Callable[[str], None],
) -> ASGIApp:
    """The desk as an application. ready: called when it answers; fail: is not, as it starts always.
    """
    desk = Desk(work, who)

    async def show(request: HttpRequest) -> Response:
        return _response(await run_in_threadpool(desk.show, dict(request.query_params)))

    async def decide(request: HttpRequest) -> Response:
        return _response(await run_in_threadpool(desk.decide, await _filled(request)))

    async def write(request: HttpRequest) -> Response:
        return _response(await run_in_threadpool(desk.write, await _filled(request)))

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        threading.Thread(target=desk.warm, daemon=True).start()
        ready()
        yield

    routes = [Route(f"/{token}/", show), Route(f"/{token}/decide", decide, methods=["POST"]),
              Route(f"/{token}/write", write, methods=["POST"]),
              Mount(f"/{token}/fonts", StaticFiles(directory=STATIC / "fonts")),
              *(Route(f"/{token}/{name}", _static(name)) for name in _FILES)]
    return Guard(Starlette(routes=routes, lifespan=lifespan), token, port)


def _static(name: str) -> Callable[[HttpRequest], Awaitable[Response]]:
    path, kind = _FILES[name]

    async def serve(request: HttpRequest) -> Response:
        return FileResponse(path, media_type=kind)

    return serve


async def _filled(request: HttpRequest) -> Filled:
    text = (await request.body()).decode("utf-8", errors="replace")
    return parse_qs(text, keep_blank_values=True, max_num_fields=2_000)


def _response(result: Result) -> Response:
    status, text = result
    return RedirectResponse(text, 303) if status == 303 else HTMLResponse(text, status)
