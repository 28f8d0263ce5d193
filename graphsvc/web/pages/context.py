"""What every page needs of a release: names and links of its things, answers, and the page itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Any
from urllib.parse import quote

from markupsafe import Markup, escape
from pyoxigraph import NamedNode
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from graphsvc.archive import Archive, Citation
from graphsvc.dates import dated
from graphsvc.errors import GraphsvcError
from graphsvc.index import AmbiguousName, Named, NotOneThing, slug
from graphsvc.passage import Passage
from graphsvc.questions.answer import Answer
from graphsvc.questions.evidence import CONCLUDED
from graphsvc.questions.parameters import Given
from graphsvc.questions.question import Question
from graphsvc.questions.table import Row, fetch
from graphsvc.questions.template import own
from graphsvc.service import Serving
from graphsvc.vocabulary import DISPLAY, SKOS
from graphsvc.web.pages.rendering import fill, query_string
from graphsvc.web.pages.terms import Terms
from graphsvc.web.request import Pairs, address_pairs

SHADES = 6
"""Steps of shade, from 1; every shade has its text as well."""
MOST_COMPARED = 4
"""Things that are next to each other at most."""
_KEPT = 1 << 16
"""Links that stay in memory."""
_LONGEST = 80
"""Letters of an unknown name that are looked at."""
_TRACKING = re.compile(r"utm_\w+|(?:fb|g|ms)clid|mc_[ce]id")
"""Parameters that newsletters and social networks add to the links that people share."""
_SAFE = "/:@!$&'()*+,;=~-._%#"


@dataclass(frozen=True)
class Link:
    """Something to show: a text, and where it leads, or passages; empty where there is neither.

    href: a path of this service, or an address elsewhere; None where it leads nowhere.
    tone, symbol: as display.ttl has them; rank: from 0 to 1 on its scale; concluded: whether no
    document states it of the thing that it is shown for; gist: what the passages' statement says,
    in short; disputes: disagreements on it.
    """

    text: str = ""
    href: str | None = None
    iri: str | None = None
    tone: str | None = None
    symbol: str | None = None
    rank: float | None = None
    concluded: bool = False
    cited: tuple[Passage, ...] = ()
    gist: str = ""
    disputes: tuple[Link, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.text or self.cited)

    def __html__(self) -> Markup:
        if self.href is None:
            return escape(self.text)
        outside = ("" if self.href.startswith("/") else
                   ' rel="external noopener noreferrer" class="outside"')
        return Markup(f'<a href="{escape(self.href)}"{outside}>{escape(self.text)}</a>')

    @property
    def as_concluded(self) -> Link:
        """The same value, marked as one that no document states."""
        return replace(self, text=f"{self.text} {CONCLUDED}", concluded=True)

    @property
    def number(self) -> float | None:
        """What it weighs: the number that it is, or the rank of its thing."""
        try:
            return self.rank if self.iri else float(self.text.replace(",", ""))
        except ValueError:
            return None

    @property
    def shade(self) -> int:
        """The step of shade for its rank; 0 where it has none."""
        return 0 if self.rank is None else 1 + round(self.rank * (SHADES - 1))


class PageContext:
    """One release as the pages show it. sizes: how many things there are of each class; dataset:
    what search engines read of it (schema.org); cited: whether another release is the present one.
    """

    def __init__(self, serving: Serving, terms: Terms, cited: bool) -> None:
        self.serving, self.terms, self.cited = serving, terms, cited
        self.questions, self.index = serving.questions, serving.index
        self.header = serving.header
        self.sizes = serving.index.sizes()
        self.dataset = Archive(serving.release, serving.header, serving.index, "").dataset()
        self.release = serving.release.id
        self.citation = Citation.of(serving.release, serving.index)
        self.said = terms.term(self.header.iri)
        """What the ontology says of itself."""
        self.title = self.said.first(DISPLAY["title"]) or self.header.title
        self.method = self.said.first(SKOS.editorialNote)
        """How the data came about, in a sentence, where the ontology says it."""
        self.curie = serving.index.curie
        self.signs = {self.label(iri): symbol for iri, symbol in terms.symbols.items()}
        """Symbols of values by label, for texts that are such a value; the furthest last."""
        self.ranked = {self.label(iri): rank for iri, rank in sorted(
            terms.ranks.items(), key=lambda item: item[1])}
        """The ranks of values by their labels, the lowest first."""
        self.link = lru_cache(_KEPT)(self._link)
        """A link to a thing, by its label."""

    @classmethod
    async def open(cls, serving: Serving, cited: bool = False) -> PageContext:
        """The context of what is served. Raises what the engine raises."""
        return cls(serving, await Terms.read(serving), cited)

    # -- things ---------------------------------------------------------------------------------

    def path(self, iri: str) -> str | None:
        """The path at which this service shows a thing of its own; None for all others."""
        for root, path in ((self.header.namespace, "/def#"), (self.header.root, "/")):
            if iri.startswith(root):
                return path + quote(iri.removeprefix(root), safe=_SAFE)
        return None

    def _link(self, iri: str) -> Link:
        path = self.path(iri)
        text = self.label(iri) if path else self.index.label(iri) or iri
        return Link(dated(text), path or (iri if re.match(r"https?://", iri) else None), iri,
                    tone=self.terms.tones.get(iri), symbol=self.terms.symbols.get(iri),
                    rank=self.terms.ranks.get(iri))

    def label(self, iri: str) -> str:
        """What a thing is called; the end of its IRI where it has no name."""
        return self.index.label(iri) or slug(iri).replace("-", " ") or iri

    def in_words(self, message: str) -> str:
        """A message with paths for the addresses of things, and what programs quote in quotes."""
        message = re.sub(r"<(http[^>]*)>", lambda found: self.path(found[1]) or found[1], message)
        return re.sub(r"`([^`]*)`", r"“\1”", message)

    def meant(
        self, text: str, of_class: str | None = None, scheme: str | None = None
    ) -> str | None:
        """The IRI of the thing that a text names; None where it names none or several."""
        try:
            return self.index.meant(text, of_class=of_class, scheme=scheme)
        except AmbiguousName:
            return None

    def like(self, text: str) -> list[Named]:
        """The thing that a text names, else those with names like it."""
        try:
            iri = self.index.find(text)
        except NotOneThing as error:
            return error.named
        return [Named(iri, self.label(iri))]

    def near(self, text: str, of_class: str, error: NotOneThing) -> list[str]:
        """The IRIs of things of a class that may have been meant by a name that none has."""
        fits = partial(self.index.fits, of_class=of_class, scheme=None)
        found = [*(one.iri for one in error.named),
                 *(iri for iri, _ in self.index.names.near(text[:_LONGEST], fits)),
                 *(entry.iri for entry in self.index.members(of_class)
                   if (entry.label or "").casefold().startswith(text.strip().casefold()))]
        return [iri for iri in dict.fromkeys(found) if of_class in self.index.classes(iri)]

    def examples(self, question: Question) -> Iterator[list[str | None]]:
        """The things that each example of a question names for each of its parameters, if any."""
        for p in question.parameters:
            for example in question.examples if p.type == "iri" else ():
                yield [self.meant(text, p.of_class, p.scheme)
                       for text in example.values.get(p.name, ())]

    async def find(self, text: str) -> str:
        """The IRI that a parameter `thing` names. Raises UnknownName or AmbiguousName."""
        return await run_in_threadpool(self.index.find, text, location="parameter thing")

    # -- data -----------------------------------------------------------------------------------

    async def rows(self, name: str, *things: str) -> list[Row]:
        """The rows of one of the software's own queries about some things; none without any.
        Raises what the engine raises."""
        query = own(name, thing=[*map(NamedNode, things)])
        return (await fetch(self.serving.engine, query)).rows if things else []

    async def texts(self, name: str, *things: str) -> list[list[str]]:
        """The same rows as texts, which are empty where there is nothing."""
        return [[term.value if term else "" for term in row]
                for row in await self.rows(name, *things)]

    async def ask(self, question: Question, given: Given, limit: int) -> Answer:
        """The first rows of the answer to a question. Raises what understanding and asking raise.
        """
        understood = await self.questions.understand(question, given)
        return await self.questions.page(question, understood, limit=limit)

    def query_of(self, answer: Answer) -> str:
        """The parameters as the query part of an address, without those that have their default."""
        given = {}
        for parameter in answer.question.parameters:
            values = [value.value for value in answer.parameters.get(parameter.name, ())]
            if values and values != list(parameter.default):
                given[parameter.name] = (
                    [*map(self.curie, values)] if parameter.type == "iri" else values)
        return query_string(given)

    def address(self, question: Question, values: Given) -> str:
        """Where readers see the answer to a question with some values: things that it compares are
        next to each other on the page for it."""
        asked = [pair for pair in values.items() if pair[1]]
        parameter = question.parameter(asked[0][0]) if len(asked) == 1 else None
        if parameter and parameter.many and 1 < len(asked[0][1]) <= MOST_COMPARED:
            things = [self.meant(text, parameter.of_class) for text in asked[0][1]]
            if all(thing and question.name in self.terms.names(
                    self.index.classes(thing), DISPLAY.comparisons) for thing in things):
                return "/compare?" + query_string([("thing", self.curie(thing or ""))
                                                   for thing in things])
        query = query_string(dict(asked))
        return f"/questions/{quote(question.name)}{'?' if query else ''}{query}"

    # -- pages ----------------------------------------------------------------------------------

    async def render(
        self, template: str, make: Callable[[], Any], status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """A page, made in a thread so that no other request waits: `make` gives what the template
        shows as `page`. Raises what `make` raises."""
        made = await run_in_threadpool(lambda: fill(template, site=self, page=make()))
        return HTMLResponse(made, status, headers)

    @staticmethod
    async def json(make: Callable[[], Any]) -> Response:
        """What `make` gives, as JSON, made in a thread. Raises what `make` raises."""
        return JSONResponse(await run_in_threadpool(make))


def given_of(pairs: Pairs) -> dict[str, list[str]]:
    """Values by parameter; what a form sends empty was not given."""
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        if value.strip():
            given.setdefault(name, []).append(value)
    return given


def page_pairs(request: Request) -> Pairs:
    """The parameters of a page's address, without those that are added to shared links.
    Raises HttpError where they cannot be read."""
    return [(name, value) for name, value in address_pairs(request)
            if not _TRACKING.fullmatch(name)]


def check_names(page: str, pairs: Pairs, *known: str) -> None:
    """Raises GraphsvcError for a parameter that a page does not have. known: those that it has."""
    if wrong := next((name for name, _ in pairs if name not in known), None):
        raise GraphsvcError(f"{page} has no parameter `{wrong[:80]}`.",
                            hint=f"It has {', '.join(known)}.")


def first_of(pairs: Pairs, name: str) -> str | None:
    """The first value of a parameter that is not blank."""
    return next((value for key, value in pairs if key == name and value.strip()), None)
