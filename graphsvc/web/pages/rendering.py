"""How pages are written: the templates with their filters, and the files that browsers load."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from pyoxigraph import Literal

from graphsvc.dates import dated, show_date
from graphsvc.fulltext import MARK_OFF, MARK_ON
from graphsvc.index import slug
from graphsvc.questions.sentence import plural
from graphsvc.questions.table import Term
from graphsvc.vocabulary import XSD
from graphsvc.web.request import Pairs

PLACES = {
    "Home page": "/", "Questions": "/questions", "Compare": "/compare", "Explore": "/explore",
    "SPARQL": "/sparql", "About these data": "/about", "Releases": "/releases",
    "Search": "/search", "Graph files": "/export", "The ontology": "/def",
    "For machines": "/docs"}
"""The paths of the pages that readers are led to, by what they are called."""
STATIC = Path(str(files("graphsvc.web.pages") / "static"))
MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml", ".woff2": "font/woff2", ".txt": "text/plain; charset=utf-8"}

ASSETS = {(name := path.relative_to(STATIC).as_posix()):
          f"/static/{name}?{hashlib.sha256(path.read_bytes()).hexdigest()[:12]}"
          for path in sorted(STATIC.rglob("*")) if path.is_file() and path.suffix in MEDIA_TYPES}
"""The address of each file that browsers load, by its path below STATIC, with its digest."""
MARKS = {"good": "+", "mixed": "±", "slight": "~", "open": "?", "bad": "−"}
"""The sign of each tone, for those who do not see its colour."""
_FOR_PEOPLE = re.compile(rb"^ *//.*\n|^ +|/\*.*?\*/", re.MULTILINE)
"""What styles and scripts have only for those who read them: comments and indents."""


def light(path: Path) -> bytes:
    """A file below STATIC as browsers load it: styles and scripts without what is for people. What
    is bundled is light already."""
    content = path.read_bytes()
    readable = path.parent == STATIC and path.suffix in (".css", ".js")
    return _FOR_PEOPLE.sub(b"", content) if readable else content


def fill(template: str, **values: Any) -> str:
    """A template with these values."""
    return _TEMPLATES.get_template(template).render(**values)


def show(term: Term) -> str:
    """A term as people write it: 3 March 2020, February 2019, 92,460, yes."""
    text = term.value
    if not isinstance(term, Literal):
        return text
    match term.datatype.value.removeprefix(str(XSD)):
        case "date" | "gYearMonth":
            return show_date(text)
        case "boolean":
            return "yes" if text in ("true", "1") else "no"
        case "integer":
            return f"{int(text):,}" if re.fullmatch(r"[+-]?\d{1,18}", text) else text
        case "decimal":
            return text.rstrip("0").rstrip(".") if "." in text else text
    return dated(text)


def query_string(values: Pairs | Mapping[str, Sequence[str]]) -> str:
    """Parameters as the query part of an address."""
    return urlencode(values, doseq=True, quote_via=quote, safe=":/")


def capital(text: str) -> str:
    """The text with a capital at its head."""
    return text[:1].upper() + text[1:]


_PAGE = re.compile(rf"(?<![\w/])(?:{'|'.join(PLACES.values())})(?![\w/])")
_TEMPLATES = Environment(
    loader=PackageLoader("graphsvc.web.pages"), autoescape=True, undefined=StrictUndefined,
    trim_blocks=True, lstrip_blocks=True)
_TEMPLATES.globals |= {"assets": ASSETS, "marks": MARKS}
_TEMPLATES.filters |= {
    "capital": capital, "dated": dated, "plural": plural, "query": query_string, "slug": slug,
    # what comes after the path of an address: nothing where there are no parameters
    "asked": lambda values: f"?{query_string(values)}" if values else "",
    "first_sentence": lambda text: re.split(r"(?<=[.?!])\s", text.strip(), maxsplit=1)[0],
    # snippets of the index have marks; hints name pages
    "marked": lambda text: Markup(
        str(escape(text)).replace(MARK_ON, "<mark>").replace(MARK_OFF, "</mark>")),
    "with_links": lambda text: Markup(
        _PAGE.sub(r'<a href="\g<0>">\g<0></a>', str(escape(text))))}
