"""What every page needs of the release that is served: links, names, passages, templates."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlencode
from weakref import WeakKeyDictionary

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from pyoxigraph import BlankNode, NamedNode

from graphsvc import __version__
from graphsvc.lookup import MARK_OFF, MARK_ON, Entry, Lookup
from graphsvc.questions.answer import Questions
from graphsvc.questions.evidence import Passage
from graphsvc.questions.names import AmbiguousName, UnknownName
from graphsvc.questions.question import Example
from graphsvc.questions.table import Term
from graphsvc.service import Serving
from graphsvc.vocabulary import SKOS
from graphsvc.web.pages.assets import bundled
from graphsvc.web.pages.terms import DISPLAY, Catalogue, read_catalogue

_XSD = "http://www.w3.org/2001/XMLSchema#"
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September",
           "October", "November", "December")
_SAFE = "/:@!$&'()*+,;=~-._%"


@dataclass(frozen=True)
class Link:
    """Something to show, and where it leads: a path of this service, or an address elsewhere.

    tone: how it is to be taken; rank: from 0 to 1 on its scale; href: None where it leads nowhere.
    """

    text: str
    href: str | None = None
    iri: str | None = None
    outside: bool = False
    tone: str | None = None
    rank: float | None = None


@dataclass(frozen=True)
class Citation:
    """A passage as pages show it. place: document and sections; line: of the document's text."""

    href: str | None
    document: str
    place: str
    line: int | None
    words: str | None


class Site:
    """One release as the pages show it."""

    def __init__(self, serving: Serving, catalogue: Catalogue) -> None:
        self.serving, self.catalogue = serving, catalogue
        self.questions: Questions = serving.questions
        self.lookup = Lookup(serving.release.search_index)
        self.header = serving.header

    @property
    def title(self) -> str:
        """What the pages are called: display:title of the ontology, or its own title."""
        ontology = self.catalogue.term(self.header.iri)
        return ontology.first(f"{DISPLAY}title") or self.header.title

    # -- links ----------------------------------------------------------------------------------

    def path(self, iri: str) -> str | None:
        """The path at which this service shows a thing of its own; None for all others."""
        if iri.startswith(self.header.namespace):
            return f"/def#{quote(iri.removeprefix(self.header.namespace), safe=_SAFE)}"
        if iri.startswith(self.header.root):
            return f"/{quote(iri.removeprefix(self.header.root), safe=_SAFE)}"
        return None

    def link(self, iri: str, text: str | None = None) -> Link:
        """A link to a thing, by its label."""
        path = self.path(iri)
        known = text or self.questions.names.label(iri)
        rank = self.catalogue.ranks.get(iri)
        href = path or (iri if re.match(r"https?://", iri) else None)
        return Link(
            text=known or (self._short(iri) if path else iri), href=href, iri=iri,
            outside=path is None and href is not None, tone=self.catalogue.tones.get(iri),
            rank=None if rank is None else self._share(rank))

    def label(self, iri: str) -> str:
        """What a thing is called; the end of its IRI where it has no name."""
        return self.questions.names.label(iri) or self._short(iri)

    def kind(self, iri: str) -> str:
        """What kind of thing it is; nothing where no class of it has a name."""
        return ", ".join(term.label for term in self.catalogue.kinds(self.lookup.classes(iri)))

    def members(self, of_class: str | None, scheme: str | None) -> list[Entry]:
        """The things of a class or scheme, by label; nothing where neither is told."""
        if of_class is None:
            return self.lookup.members(scheme, str(SKOS.inScheme)) if scheme else []
        found = self.lookup.members(of_class)
        if scheme is not None:
            inside = {entry.iri for entry in self.lookup.members(scheme, str(SKOS.inScheme))}
            found = [entry for entry in found if entry.iri in inside]
        return found

    def meant(self, text: str, of_class: str | None, scheme: str | None) -> str | None:
        """The IRI that a text names, if it names one."""
        try:
            return self.questions.names.find(text, of_class=of_class, scheme=scheme)
        except (UnknownName, AmbiguousName):
            return None

    def citation(self, passage: Passage) -> Citation:
        """A passage as it is shown."""
        return Citation(
            href=self.path(passage.iri), document=passage.title or self._short(passage.iri),
            place=" › ".join(passage.sections), line=passage.line,
            words=passage.words and passage.words.replace("**", ""))

    def curie(self, iri: str) -> str:
        """The shortest way in which an address can name a thing, with a prefix of the project."""
        for prefix, namespace in self._prefixes:
            local = iri.removeprefix(namespace)
            if local != iri and re.fullmatch(r"[\w.-]+", local):
                return f"{prefix}:{local}"
        return iri

    @cached_property
    def _prefixes(self) -> list[tuple[str, str]]:
        """The project's prefixes, those with the longest namespace first."""
        prefixes = self.serving.release.manifest["prefixes"].items()
        return sorted(prefixes, key=lambda pair: (-len(pair[1]), pair[0]))

    def facet_name(self, property_: str) -> str:
        """The name by which a search's address calls a facet: the end of the property's IRI."""
        return re.split(r"[/#]", property_)[-1]

    @staticmethod
    def _short(iri: str) -> str:
        return re.split(r"[/#]", iri.rstrip("/#"))[-1].replace("-", " ") or iri

    def _share(self, rank: int) -> float:
        low, high = self._scale
        return (rank - low) / (high - low) if high > low else 1.0

    @cached_property
    def _scale(self) -> tuple[int, int]:
        ranks = self.catalogue.ranks.values()
        return min(ranks, default=0), max(ranks, default=0)

    # -- templates ------------------------------------------------------------------------------

    def render(self, template: str, **context: Any) -> str:
        """A template of the package, with what all templates know."""
        return _render(template, title_of_site=self.title, release=self.serving.release.id,
                       site=self, **context)


_sites: WeakKeyDictionary[Questions, Site] = WeakKeyDictionary()


async def site_of(serving: Serving) -> Site:
    """The site of what is served, made once for each release. Raises what the engine raises."""
    if serving.questions not in _sites:
        _sites[serving.questions] = Site(serving, await read_catalogue(serving))
    return _sites[serving.questions]


def render(serving: Serving, template: str, **context: Any) -> str:
    """A template of what is served, whose site has been made."""
    return _sites[serving.questions].render(template, **context)


def _render(template: str, **context: Any) -> str:
    return _TEMPLATES.get_template(template).render(
        version=__version__, bundled=bundled(), **context)


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


def capital(text: str) -> str:
    """The text with a capital at its head."""
    return text[:1].upper() + text[1:]


def first_sentence(text: str) -> str:
    """The text up to the end of its first sentence."""
    return re.split(r"(?<=[.?!])\s", text.strip(), maxsplit=1)[0]


def example_query(example: Example) -> str:
    """A question's example as an address holds it."""
    return query_string((name, text) for name, texts in example.values.items() for text in texts)


def query_string(pairs: Iterable[tuple[str, str]]) -> str:
    """Parameters as they stand in an address."""
    return urlencode(list(pairs), quote_via=quote)


def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("graphsvc.web.pages"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"marked": marked, "capital": capital, "query": query_string,
        "first_sentence": first_sentence, "example_query": example_query}
    return environment


_TEMPLATES = _templates()
