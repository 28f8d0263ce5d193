"""Every format that graphsvc reads or writes, once: media type, ending, names, and negotiation."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from pyoxigraph import QueryResultsFormat, RdfFormat


@dataclass(frozen=True, eq=False)  # the same one everywhere, and quickly hashed
class Format:
    """A format of answers or files.

    name: how parameters call it, and the ending of files; label: how people call it.
    rdf, results: the engine's own name of it, for RDF and for the results of queries.
    w3c: its IRI below http://www.w3.org/ns/formats/.
    aliases: other names; other_types: media types that clients use for it.
    """

    name: str
    media_type: str
    label: str
    rdf: RdfFormat | None = None
    results: QueryResultsFormat | None = None
    w3c: str | None = None
    aliases: tuple[str, ...] = ()
    other_types: tuple[str, ...] = ()

    @property
    def content_type(self) -> str:
        """The media type as a header says it, with the encoding of text."""
        return f"{self.media_type}; charset=utf-8" if self.is_text else self.media_type

    @property
    def is_text(self) -> bool:
        """Whether the header states the encoding."""
        return self.media_type.startswith("text/")


TURTLE = Format(
    "ttl", "text/turtle", "Turtle", rdf=RdfFormat.TURTLE, w3c="Turtle",
    aliases=("turtle", "n3"),
    other_types=("text/n3", "text/rdf+n3", "application/x-turtle", "application/turtle"))
N_TRIPLES = Format(
    "nt", "application/n-triples", "N-Triples", rdf=RdfFormat.N_TRIPLES, w3c="N-Triples",
    aliases=("ntriples", "n-triples"), other_types=("text/plain",))
RDF_XML = Format(
    "rdf", "application/rdf+xml", "RDF/XML", rdf=RdfFormat.RDF_XML, w3c="RDF_XML",
    aliases=("xml", "rdfxml", "rdf+xml", "owl"), other_types=("application/xml", "text/xml"))
JSON_LD = Format(
    "jsonld", "application/ld+json", "JSON-LD", rdf=RdfFormat.JSON_LD, w3c="JSON-LD",
    aliases=("json", "json-ld"), other_types=("application/json", "text/json"))
TRIG = Format(
    "trig", "application/trig", "TriG", rdf=RdfFormat.TRIG, w3c="TriG",
    other_types=("application/x-trig",))
N_QUADS = Format(
    "nq", "application/n-quads", "N-Quads", rdf=RdfFormat.N_QUADS, w3c="N-Quads",
    aliases=("nquads", "n-quads"), other_types=("text/x-nquads",))
SPARQL_JSON = Format(
    "srj", "application/sparql-results+json", "SPARQL results (JSON)",
    results=QueryResultsFormat.JSON, w3c="SPARQL_Results_JSON", aliases=("json",),
    other_types=("application/json", "text/json"))
SPARQL_XML = Format(
    "srx", "application/sparql-results+xml", "SPARQL results (XML)",
    results=QueryResultsFormat.XML, w3c="SPARQL_Results_XML", aliases=("xml",),
    other_types=("application/xml", "text/xml"))
CSV = Format(
    "csv", "text/csv", "CSV", results=QueryResultsFormat.CSV, w3c="SPARQL_Results_CSV")
TSV = Format(
    "tsv", "text/tab-separated-values", "TSV", results=QueryResultsFormat.TSV,
    w3c="SPARQL_Results_TSV")
JSON = Format("json", "application/json", "JSON", other_types=("text/json",))
XLSX = Format(
    "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "Excel workbook")
HTML = Format("html", "text/html", "HTML")
PROBLEM = Format("problem", "application/problem+json", "Problem document")

BINDING_FORMATS = (SPARQL_JSON, SPARQL_XML, CSV, TSV)
"""Formats of SELECT and ASK results, the preferred one first."""
GRAPH_FORMATS = (TURTLE, N_TRIPLES, RDF_XML, JSON_LD, TRIG, N_QUADS)
"""Formats of CONSTRUCT and DESCRIBE results, the preferred one first."""
LINKED_FORMATS = (TURTLE, JSON_LD, N_TRIPLES, RDF_XML)
"""Formats of linked data and descriptions."""

BY_MEDIA_TYPE = {
    format.media_type: format
    for format in (*BINDING_FORMATS, *GRAPH_FORMATS, JSON, XLSX, HTML, PROBLEM)
}


_FORMULA = re.compile(r"[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\Z")


def named(name: str, offered: Iterable[Format]) -> Format | None:
    """The offered format that a name, an ending or a media type means."""
    wanted = name.lower().lstrip(".").strip()
    known = tuple(offered)
    for meant in (
        lambda format: wanted in (format.name, format.media_type),
        lambda format: wanted in format.aliases or wanted in format.other_types,
    ):
        if found := next(filter(meant, known), None):
            return found
    return None


def negotiate(accept: str | None, offered: Iterable[Format]) -> Format | None:
    """The offered format that an Accept header prefers; None where it accepts none.

    The most specific range decides the quality of a type (RFC 9110, section 12.5.1); between
    equals the order of `offered` decides. No header accepts everything.
    """
    return _negotiate(accept or "*/*", tuple(offered))


@lru_cache(maxsize=256)
def _negotiate(accept: str, offered: tuple[Format, ...]) -> Format | None:
    ranges = parse_accept(accept)
    best = max(offered, key=lambda format: _quality(format, ranges, offered))
    return best if _quality(best, ranges, offered) > 0 else None


def parse_accept(accept: str) -> list[tuple[str, float]]:
    """The media ranges of an Accept header with their qualities; unreadable ones are left out."""
    ranges = []
    for part in accept.lower().split(","):
        media_range, *parameters = (piece.strip() for piece in part.split(";"))
        quality = 1.0
        for parameter in parameters:
            name, _, value = parameter.partition("=")
            if name.strip() == "q":
                quality = _number(value.strip())
        if media_range == "*":
            media_range = "*/*"
        if media_range.count("/") == 1:
            ranges.append((media_range, quality))
    return ranges


def _number(text: str) -> float:
    try:
        return min(1.0, max(0.0, float(text)))
    except ValueError:
        return 0.0


def _quality(
    format: Format, ranges: list[tuple[str, float]], offered: tuple[Format, ...]
) -> float:
    """The quality that the most specific matching range gives a format."""
    best = (0, 0.0)
    for media_range, quality in ranges:
        if media_range == format.media_type:
            rank = 4
        elif media_range in format.other_types and named(media_range, offered) == format:
            rank = 3
        elif media_range == format.media_type.split("/")[0] + "/*":
            rank = 2
        elif media_range == "*/*":
            rank = 1
        else:
            continue
        best = max(best, (rank, quality))
    return best[1]


def csv_text(rows: Iterable[Iterable[object]]) -> str:
    """Rows as CSV (RFC 4180: lines end with CR LF)."""
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def safe_cell(text: str) -> str:
    """A cell of CSV, with an apostrophe before what a spreadsheet would take for a formula.

    Numbers stay numbers, negative ones too.

    >>> safe_cell("=1+1"), safe_cell("-1"), safe_cell("plain")
    ("'=1+1", '-1', 'plain')
    """
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.match(text) else text


_FILE_TYPES = {".gz": "application/gzip", ".zip": "application/zip", ".json": "application/json",
               ".tsv": "text/tab-separated-values", ".parquet": "application/vnd.apache.parquet"}


def file_type(name: str) -> str:
    """The media type of a file of a release, by the ending of its name."""
    return next((found for ending, found in _FILE_TYPES.items() if name.endswith(ending)),
                "application/octet-stream")
