"""What every page needs of a release: links, citations, templates."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from pyoxigraph import BlankNode, NamedNode
from starlette.concurrency import run_in_threadpool

from graphsvc.errors import GraphsvcError
from graphsvc.fulltext import MARK_OFF, MARK_ON, Entry
from graphsvc.index import AmbiguousName
from graphsvc.questions.answer import Answer, Given
from graphsvc.questions.question import Example, Question
from graphsvc.questions.table import Table, Term, fetch
from graphsvc.questions.template import Template
from graphsvc.service import Serving
from graphsvc.sparql import own_query
from graphsvc.vocabulary import SKOS
from graphsvc.web.pages.terms import DISPLAY, Terms

Pairs = Sequence[tuple[str, str]]
"""The parameters of an address, in their order."""

STATIC = Path(str(files("graphsvc.web.pages") / "static"))
MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml", ".woff2": "font/woff2", ".txt": "text/plain; charset=utf-8"}
_KEPT = 1 << 16
"""Links that stay in memory."""
_XSD = "http://www.w3.org/2001/XMLSchema#"
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September",
           "October", "November", "December")
_SAFE = "/:@!$&'()*+,;=~-._%"


class NotFound(GraphsvcError):
    """Nothing is at this address."""

    status = 404
    type = "urn:graphsvc:problem:http-404"
    title = "There is nothing here"


@dataclass(frozen=True)
class Link:
    """Something to show, and where it leads: a path of this service, or an address elsewhere.

    tone: good, mixed, bad or plain; rank: from 0 to 1 on its scale; href: None where it leads
    nowhere.
    """

    text: str
    href: str | None = None
    iri: str | None = None
    outside: bool = False
    tone: str | None = None
    rank: float | None = None

    def __html__(self) -> str:
        return self._html

    @cached_property
    def _html(self) -> Markup:
        if self.href is None:
            return escape(self.text)
        outside = ' rel="external noopener noreferrer" class="outside"' if self.outside else ""
        return Markup(f'<a href="{escape(self.href)}"{outside}>{escape(self.text)}</a>')

    @cached_property
    def badge(self) -> Markup:
        """The link, in a colour where it has a tone or rank, as HTML."""
        if self.tone is None and self.rank is None:
            return self._html
        shade = f" shade-{1 + round(self.rank * 5)}" if self.rank is not None else ""
        tone = f" tone-{escape(self.tone)}" if self.tone else ""
        return Markup(f'<span class="badge{tone}{shade}">{self._html}</span>')


class PageContext:
    """One release as the pages show it. sizes: how many things there are of each class."""

    def __init__(self, serving: Serving, terms: Terms) -> None:
        self.serving, self.terms = serving, terms
        self.questions, self.index = serving.questions, serving.index
        self.header = serving.header
        self.sizes = serving.index.sizes()
        self.release = serving.release.id
        self.title = terms.term(self.header.iri).first(f"{DISPLAY}title") or self.header.title
        prefixes: dict[str, str] = serving.release.manifest["prefixes"]
        self._prefixes = sorted(prefixes.items(), key=lambda pair: (-len(pair[1]), pair[0]))
        self.link = lru_cache(_KEPT)(self._make_link)
        """A link to a thing, by its label."""

    @classmethod
    async def open(cls, serving: Serving) -> PageContext:
        """The context of what is served. Raises what the engine raises."""
        return cls(serving, await Terms.read(serving))

    # -- links ----------------------------------------------------------------------------------

    def path(self, iri: str) -> str | None:
        """The path at which this service shows a thing of its own; None for all others."""
        if iri.startswith(self.header.namespace):
            return f"/def#{quote(iri.removeprefix(self.header.namespace), safe=_SAFE)}"
        if iri.startswith(self.header.root):
            return f"/{quote(iri.removeprefix(self.header.root), safe=_SAFE)}"
        return None

    def _make_link(self, iri: str) -> Link:
        path = self.path(iri)
        href = path or (iri if re.match(r"https?://", iri) else None)
        text = self.index.label(iri) or (_last_part(iri) if path else iri)
        return Link(text, href, iri, outside=path is None and href is not None,
                    tone=self.terms.tones.get(iri), rank=self.terms.ranks.get(iri))

    def label(self, iri: str) -> str:
        """What a thing is called; the end of its IRI where it has no name."""
        return self.index.label(iri) or _last_part(iri)

    def class_label(self, iri: str) -> str:
        """The names of a thing's classes; empty where none of them has a name."""
        classes = self.terms.most_special(self.index.classes(iri))
        return ", ".join(term.label for term in classes)

    def members(self, of_class: str | None, scheme: str | None) -> list[Entry]:
        """The things of a class, of a scheme or of both, by label; none where neither is given."""
        inside = self.index.members(scheme, str(SKOS.inScheme)) if scheme else []
        if of_class is None:
            return inside
        found = self.index.members(of_class)
        if scheme is None:
            return found
        iris = {entry.iri for entry in inside}
        return [entry for entry in found if entry.iri in iris]

    def meant(
        self, text: str, of_class: str | None = None, scheme: str | None = None
    ) -> str | None:
        """The IRI of the thing that a text names; None where it names none or several."""
        try:
            return self.index.meant(text, of_class=of_class, scheme=scheme)
        except AmbiguousName:
            return None

    async def find(self, text: str) -> str:
        """The IRI of the thing that a parameter `thing` names. Raises UnknownName, AmbiguousName.
        """
        return await run_in_threadpool(self.index.find, text, location="parameter thing")

    def curie(self, iri: str) -> str:
        """The shortest name of a thing in an address, with a prefix of the project."""
        for prefix, namespace in self._prefixes:
            local = iri.removeprefix(namespace)
            if local != iri and re.fullmatch(r"[\w.-]+", local):
                return f"{prefix}:{local}"
        return iri

    @staticmethod
    def short_name(iri: str) -> str:
        """The name of a class or property in the address of a search: the end of its IRI."""
        return re.split(r"[/#]", iri)[-1]

    # -- data -----------------------------------------------------------------------------------

    async def fetch(self, name: str, thing: NamedNode) -> Table:
        """The rows of one of the software's own queries about a thing. Raises what the engine
        raises."""
        return await fetch(self.serving.engine, _own(name).bind({"thing": [thing]}))

    async def ask(self, question: Question, given: Given, limit: int) -> Answer:
        """The first rows of the answer to a question. Raises what understanding and asking raise.
        """
        understood = await self.questions.understand(question, given)
        return await self.questions.ask(question, understood, limit=limit)

    # -- pages ----------------------------------------------------------------------------------

    async def render(self, template: str, here: str, make: Callable[..., Any], *args: Any) -> str:
        """A page, made in a thread so that no other request waits: make(*args) gives what the
        template shows as `page`. here: the entry of the menu that the page belongs to.

        Raises what `make` raises.
        """
        return await run_in_threadpool(
            lambda: self.fill(template, here=here, page=make(*args)))

    def fill(self, template: str, **values: Any) -> str:
        """A template with these values, made at once."""
        return _TEMPLATES.get_template(template).render(site=self, **values)


@cache
def _own(name: str) -> Template:
    return Template(own_query(name), file=f"{name}.rq")


def first_of(pairs: Pairs, name: str) -> str | None:
    """The first value of a parameter that is not blank."""
    return next((value for key, value in pairs if key == name and value.strip()), None)


def _last_part(iri: str) -> str:
    return re.split(r"[/#]", iri.rstrip("/#"))[-1].replace("-", " ") or iri


# -- what templates show ------------------------------------------------------------------------

def show(term: Term) -> str:
    """A literal as people write it: 3 March 2020, February 2019, 92,460, yes."""
    if isinstance(term, BlankNode):
        return ""
    text = term.value
    if isinstance(term, NamedNode):
        return text
    match term.datatype.value.removeprefix(_XSD):
        case "date" | "gYearMonth":
            return show_date(text)
        case "boolean":
            return "yes" if text in ("true", "1") else "no"
        case "integer":
            return f"{int(text):,}" if re.fullmatch(r"[+-]?\d{1,18}", text) else text
        case "decimal":
            return text.rstrip("0").rstrip(".") if "." in text else text
    return text


def show_date(text: str) -> str:
    """An ISO 8601 day or month in words; any other text as it is."""
    match = re.fullmatch(r"(\d{4})-(\d\d)(?:-(\d\d))?", text)
    if not match:
        return text
    year, month, day = match[1], int(match[2]), match[3]
    try:
        date(int(year), month, int(day or 1))
    except ValueError:
        return text
    return f"{int(day)} {_MONTHS[month - 1]} {year}" if day else f"{_MONTHS[month - 1]} {year}"


def marked(text: str) -> Markup:
    """A snippet of the index with its marks as <mark>."""
    return Markup(str(escape(text)).replace(MARK_ON, "<mark>").replace(MARK_OFF, "</mark>"))


def plain(words: str) -> str:
    """The words of a document without the marks for bold type in its text."""
    return words.replace("**", "")


def capital(text: str) -> str:
    """The text with a capital at its head."""
    return text[:1].upper() + text[1:]


def first_sentence(text: str) -> str:
    """The text up to the end of its first sentence."""
    return re.split(r"(?<=[.?!])\s", text.strip(), maxsplit=1)[0]


def example_query(example: Example) -> str:
    """A question's example as the query part of an address."""
    return query_string((name, text) for name, texts in example.values.items() for text in texts)


def query_string(pairs: Iterable[tuple[str, str]]) -> str:
    """Parameters as the query part of an address."""
    return urlencode(list(pairs), quote_via=quote)


def _assets() -> dict[str, str]:
    """The address of each file that browsers load, by its path below STATIC, with its digest."""
    return {(name := path.relative_to(STATIC).as_posix()):
            f"/static/{name}?{hashlib.sha256(path.read_bytes()).hexdigest()[:12]}"
            for path in sorted(STATIC.rglob("*"))
            if path.is_file() and path.suffix in MEDIA_TYPES}


def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("graphsvc.web.pages"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {
        "marked": marked, "capital": capital, "plain": plain, "query": query_string,
        "first_sentence": first_sentence, "example_query": example_query}
    environment.globals["assets"] = ASSETS
    return environment


ASSETS = _assets()
_TEMPLATES = _templates()
