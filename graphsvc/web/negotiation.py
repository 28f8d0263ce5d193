"""Which format an answer gets: by the Accept header, by `?format=` or by an ending."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

_NAMES = {
    "html": ("text/html",),
    "json": ("application/sparql-results+json", "application/json", "application/ld+json"),
    "srj": ("application/sparql-results+json",),
    "xml": ("application/sparql-results+xml", "application/rdf+xml", "application/xml"),
    "srx": ("application/sparql-results+xml",),
    "csv": ("text/csv",),
    "tsv": ("text/tab-separated-values",),
    "ttl": ("text/turtle",),
    "turtle": ("text/turtle",),
    "n3": ("text/turtle",),
    "nt": ("application/n-triples",),
    "ntriples": ("application/n-triples",),
    "n-triples": ("application/n-triples",),
    "rdf": ("application/rdf+xml",),
    "rdfxml": ("application/rdf+xml",),
    "rdf+xml": ("application/rdf+xml",),
    "jsonld": ("application/ld+json",),
    "json-ld": ("application/ld+json",),
    "trig": ("application/trig",),
    "nq": ("application/n-quads",),
    "nquads": ("application/n-quads",),
    "n-quads": ("application/n-quads",),
}
"""What people call formats; the first that is offered is meant."""

_OTHER_TYPES = {
    "application/json": "json",
    "text/json": "json",
    "application/xml": "xml",
    "text/xml": "xml",
    "text/plain": "nt",
    "text/n3": "n3",
    "text/rdf+n3": "n3",
    "application/x-turtle": "ttl",
    "application/turtle": "ttl",
    "application/x-trig": "trig",
    "text/x-nquads": "nq",
}
"""Media types that clients use for formats which have a type of their own."""


def named(name: str, offered: Iterable[str]) -> str | None:
    """The offered media type that an ending, a format's name or a media type means."""
    known = tuple(offered)
    lower = name.lower().lstrip(".").strip()
    if lower in known:
        return lower
    names = _NAMES.get(_OTHER_TYPES.get(lower, lower), ())
    return next((media_type for media_type in names if media_type in known), None)


def negotiate(accept: str | None, offered: Iterable[str]) -> str | None:
    """The offered media type that an Accept header prefers; None where it accepts none.

    The most specific range decides the quality of a type (RFC 9110, section 12.5.1); between
    equals the order of `offered` decides. No header accepts everything.
    """
    return _negotiate(accept or "*/*", tuple(offered))


@lru_cache(maxsize=256)
def _negotiate(accept: str, offered: tuple[str, ...]) -> str | None:
    ranges = parse_accept(accept)
    best = max(offered, key=lambda media_type: _quality(media_type, ranges, offered))
    return best if _quality(best, ranges, offered) > 0 else None


def parse_accept(accept: str) -> list[tuple[str, float]]:
    """The media ranges of an Accept header with their qualities; unreadable ones are left out."""
    ranges = []
    for part in accept.split(","):
        media_range, *parameters = (piece.strip() for piece in part.lower().split(";"))
        quality = 1.0
        for parameter in parameters:
            name, _, value = parameter.partition("=")
            if name.strip() == "q":
                quality = _number(value.strip())
        if media_range.count("/") == 1:
            ranges.append((media_range, quality))
        elif media_range == "*":
            ranges.append(("*/*", quality))
    return ranges


def _number(text: str) -> float:
    try:
        return min(1.0, max(0.0, float(text)))
    except ValueError:
        return 0.0


def _quality(media_type: str, ranges: list[tuple[str, float]], offered: tuple[str, ...]) -> float:
    """The quality that the most specific matching range gives a type."""
    best = (0, 0.0)
    for media_range, quality in ranges:
        if media_range == media_type:
            rank = 4
        elif media_range in _OTHER_TYPES and named(media_range, offered) == media_type:
            rank = 3
        elif media_range == media_type.split("/")[0] + "/*":
            rank = 2
        elif media_range == "*/*":
            rank = 1
        else:
            continue
        best = max(best, (rank, quality))
    return best[1]
