"""Requests of the SPARQL 1.1 Protocol with what must come back.

Those of the official manifest are read from it. The others are written out from the prose of the
recommendations: SPARQL 1.1 Protocol (sections 2.1 and 2.2), Service Description, and HTTP (RFC
9110) as far as the protocol rests on it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlencode

import rdflib
from rdflib.collection import Collection

JSON, XML = "application/sparql-results+json", "application/sparql-results+xml"
CSV, TSV = "text/csv", "text/tab-separated-values"
TURTLE, N_TRIPLES, RDF_XML = "text/turtle", "application/n-triples", "application/rdf+xml"
JSON_LD, TRIG, N_QUADS = "application/ld+json", "application/trig", "application/n-quads"
FORM, QUERY, UPDATE = (
    "application/x-www-form-urlencoded", "application/sparql-query", "application/sparql-update")
PROBLEM = "application/problem+json"
DATA = "http://kasei.us/2009/09/sparql/data/data{}.rdf"
"""The graphs of the manifest: each says of itself that it is a document."""

_HT = rdflib.Namespace("http://www.w3.org/2011/http#")
_CNT = rdflib.Namespace("http://www.w3.org/2011/content#")
_MF = rdflib.Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")

Fields = list[tuple[str, str]]


@dataclass(frozen=True)
class Exchange:
    """A request and what must come back.

    target: what follows the endpoint's path; statuses: their beginnings, such as 4 or 405;
    media_types: one of them, where there are some; value: of an ASK query, or for graphs and rows
    how many; headers: of the answer, with words that are in them.
    """

    method: str = "GET"
    target: str = ""
    sent: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    statuses: tuple[str, ...] = ("200",)
    media_types: tuple[str, ...] = ()
    value: bool | int | None = None
    headers: dict[str, str] = field(default_factory=dict)


def manifest_cases(folder: Path) -> dict[str, list[Exchange]]:
    """The cases of the official protocol manifest.

    This service takes no updates: where a case asks it to take one, it must refuse, and what the
    case asks afterwards must show that nothing has changed.
    """
    path = folder / "manifest.ttl"
    graph = rdflib.Graph().parse(path, publicID=path.as_uri())
    found = {}
    for case in graph.subjects(rdflib.RDF.type, _MF.ProtocolTest):
        name = str(case).split("#")[-1]
        requests = graph.value(graph.value(case, _MF.action), _HT.requests)
        found[f"manifest/{name}"] = [
            _exchange(graph, request, updates=name.startswith("update_"))
            for request in Collection(graph, requests)
        ]
    return found


def _exchange(graph: rdflib.Graph, request: rdflib.term.Node, updates: bool) -> Exchange:
    path = str(graph.value(request, _HT.absolutePath)).removeprefix("/sparql/")
    method = str(graph.value(request, _HT.methodName))
    content = graph.value(request, _HT.body)
    sent = {}
    if fields := graph.value(request, _HT.headers):
        for node in Collection(graph, fields):
            sent[str(graph.value(node, _HT.fieldName))] = str(graph.value(node, _HT.fieldValue))
    body = None
    if content is not None:
        encoding = str(graph.value(content, _CNT.characterEncoding))
        body = str(graph.value(content, _CNT.chars)).encode(encoding)
    expected = graph.value(request, _HT.resp)
    statuses = [str(s).split("StatusCode")[-1] for s in graph.objects(expected, _MF.expectedStatus)]
    boolean = graph.value(expected, _MF.expectedBoolean)
    format_ = graph.value(expected, _MF.expectedFormat)
    formats = {
        "boolean": (JSON, XML), "tabular": (JSON, XML, CSV, TSV),
        "RDF": (TURTLE, N_TRIPLES, RDF_XML, JSON_LD),
    }[str(format_)] if format_ is not None else ()  # fmt: skip
    value = None if boolean is None else bool(boolean.toPython())  # type: ignore[attr-defined]
    if updates and value is None:
        return Exchange(method, path, sent, body, ("403",), (PROBLEM,))
    if updates:
        return Exchange(method, path, sent, body, ("200",), formats, value=False)
    return Exchange(method, path, sent, body, tuple(s[0] for s in statuses), formats, value)


def ask(query: str, by: str = "GET", fields: Fields | None = None, **expected) -> Exchange:
    """A query in one of the ways of section 2.1. accept: header; fields: further parameters."""
    accept = expected.pop("accept", None)
    sent = {"Accept": accept} if accept is not None else {}
    sent |= expected.pop("sent", {})
    fields = fields or []
    if by in ("GET", "HEAD"):
        return Exchange(by, "?" + urlencode([("query", query), *fields]), sent, **expected)
    if by == "form":
        body = urlencode([("query", query), *fields]).encode()
        return Exchange("POST", "", {"Content-Type": FORM, **sent}, body, **expected)
    target = "?" + urlencode(fields) if fields else ""
    return Exchange("POST", target, {"Content-Type": QUERY, **sent}, query.encode(), **expected)


WAYS = ("GET", "form", "direct")
_SELECT = "SELECT ?g { GRAPH ?g { ?s a ?type } }"
_CONSTRUCT = "CONSTRUCT { ?s a ?type } WHERE { GRAPH ?g { ?s a ?type } }"
_DESCRIBE = f"DESCRIBE <{DATA.format(1)}> FROM <{DATA.format(1)}>"
_ANY = "ASK { ?s ?p ?o }"
_BOTH = f"ASK {{ <{DATA.format(1)}> a ?t . <{DATA.format(2)}> a ?u }}"
_NAMED = "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }"


def prose_cases() -> dict[str, list[Exchange]]:
    """The cases that the prose gives, by section and name."""
    cases: dict[str, Exchange] = {}
    for part in (ways, data_sets, formats, preferences, mistakes, updates, http_rules):
        cases |= part()
    return {name: [exchange] for name, exchange in cases.items()}


def ways() -> dict[str, Exchange]:
    """Sections 2.1.1 to 2.1.3: the three ways to ask, with each form of query."""
    found = {}
    for way in WAYS:
        found |= {
            f"2.1/{way}/select": ask(_SELECT, way, media_types=(JSON,), value=3),
            f"2.1/{way}/ask-true": ask("ASK {}", way, media_types=(JSON,), value=True),
            f"2.1/{way}/ask-false": ask(_ANY, way, media_types=(JSON,), value=False),
            f"2.1/{way}/construct": ask(_CONSTRUCT, way, media_types=(TURTLE,), value=3),
            f"2.1/{way}/describe": ask(_DESCRIBE, way, media_types=(TURTLE,), value=1),
            f"2.1/{way}/not-ascii": ask(
                "SELECT ('čaj ☕ & + % #' AS ?v) {} ", way, media_types=(JSON,), value=1),
            f"2.1/{way}/unknown-parameter": ask(
                "ASK {}", way, [("colour", "green")], value=True),
        }
    form = {"Content-Type": FORM}
    return found | {
        "2.1.1/plus-is-space": Exchange(target="?query=ASK+%7B%7D", value=True),
        "2.1.2/charset": Exchange(
            "POST", "", {"Content-Type": f"{FORM}; charset=UTF-8"}, b"query=ASK%7B%7D", value=True),
        "2.1.2/type-in-capitals": Exchange(
            "POST", "", {"Content-Type": FORM.upper()}, b"query=ASK%7B%7D", value=True),
        "2.1.2/data-set-in-address": Exchange(
            "POST", "?" + urlencode({"default-graph-uri": DATA.format(1)}), form,
            urlencode({"query": _ANY}).encode(), value=True),
        "2.1.3/charset": Exchange(
            "POST", "", {"Content-Type": f"{QUERY}; charset=utf-8"}, b"ASK{}", value=True),
    }


def data_sets() -> dict[str, Exchange]:
    """Section 2.1.4: the data set of the protocol, which replaces that of the query."""
    one, two, none = DATA.format(1), DATA.format(2), "http://example.org/none"
    default, named = "default-graph-uri", "named-graph-uri"
    found = {}
    for way in WAYS:
        found |= {
            f"2.1.4/{way}/default": ask(_ANY, way, [(default, one)], value=True),
            f"2.1.4/{way}/default-only-that": ask(_BOTH, way, [(default, one)], value=False),
            f"2.1.4/{way}/defaults-merge": ask(
                _BOTH, way, [(default, one), (default, two)], value=True),
            f"2.1.4/{way}/named": ask(_NAMED, way, [(named, one), (named, two)], value=2),
            f"2.1.4/{way}/named-leaves-default-empty": ask(
                _ANY, way, [(named, one)], value=False),
            f"2.1.4/{way}/default-leaves-named-empty": ask(
                _NAMED, way, [(default, one)], value=0),
            f"2.1.4/{way}/both": ask(
                f"ASK {{ <{one}> a ?t GRAPH <{two}> {{ ?s a ?u }} }}", way,
                [(default, one), (named, two)], value=True),
            f"2.1.4/{way}/unknown-graph": ask(_ANY, way, [(default, none)], value=False),
            f"2.1.4/{way}/before-from": ask(
                f"ASK FROM <{one}> {{ <{one}> a ?t }}", way, [(default, two)], value=False),
        }
    return found | {
        "2.1.4/from": ask(f"ASK FROM <{one}> {{ ?s ?p ?o }}", value=True),
        "2.1.4/from-named": ask(
            f"SELECT ?g FROM NAMED <{one}> {{ GRAPH ?g {{ ?s ?p ?o }} }}", value=1),
        "2.1.4/not-an-iri": ask(_ANY, fields=[(default, "not an iri")], statuses=("400",)),
    }


def formats() -> dict[str, Exchange]:
    """Section 2.1.5: every format, by the Accept header."""
    found = {}
    for media_type in (JSON, XML, CSV, TSV):
        found[f"2.1.5/select/{media_type}"] = ask(
            _SELECT, accept=media_type, media_types=(media_type,), value=3)
    for media_type in (JSON, XML):
        found[f"2.1.5/ask/{media_type}"] = ask(
            "ASK {}", accept=media_type, media_types=(media_type,), value=True)
    for media_type in (TURTLE, N_TRIPLES, RDF_XML, JSON_LD, TRIG, N_QUADS):
        found[f"2.1.5/construct/{media_type}"] = ask(
            _CONSTRUCT, accept=media_type, media_types=(media_type,), value=3)
        found[f"2.1.5/describe/{media_type}"] = ask(
            _DESCRIBE, accept=media_type, media_types=(media_type,), value=1)
    return found


def preferences() -> dict[str, Exchange]:
    """Section 2.1.5 with RFC 9110, section 12.5.1: which format is preferred."""
    wanted = {
        "no-range": ("*/*", JSON),
        "quality": (f"{JSON};q=0.5, {XML};q=0.9", XML),
        "quality-of-three": (f"{XML};q=0.1,{CSV};q=0.3,{TSV};q=0.2", CSV),
        "unknown-first": (f"application/x-unknown, {XML};q=0.2", XML),
        "specific-before-range": (f"*/*;q=0.9, {TSV}", TSV),
        "specific-with-less": (f"*/*, {JSON};q=0.1", XML),
        "range-of-type": ("text/*", CSV),
        "zero-is-no": (f"{JSON};q=0, */*", XML),
        "spaces-and-case": ("  Text/CSV ; Q=0.7 , text/html;q=0.1", CSV),
        "of-a-browser": ("text/html,application/xml;q=0.9,*/*;q=0.8", XML),
        "plain-json": ("application/json", JSON),
    }
    found = {
        f"2.1.5/preference/{name}": ask(_SELECT, accept=accept, media_types=(media_type,), value=3)
        for name, (accept, media_type) in wanted.items()
    }
    return found | {
        "2.1.5/preference/graph": ask(
            _CONSTRUCT, accept=f"{TURTLE};q=0.2, {RDF_XML};q=0.8", media_types=(RDF_XML,), value=3),
        "2.1.5/preference/none-for-select": ask(_SELECT, accept="image/png", statuses=("406",)),
        "2.1.5/preference/none-for-graph": ask(_CONSTRUCT, accept=JSON, statuses=("406",)),
        "2.1.5/preference/all-refused": ask(_SELECT, accept="*/*;q=0", statuses=("406",)),
    }


def mistakes() -> dict[str, Exchange]:
    """Section 2.1.6: 400 for what is no query, and the statuses of HTTP for the rest."""
    bad, form = ("400",), {"Content-Type": FORM}
    found = {f"2.1.6/{way}/not-sparql": ask("SELECT WHERE", way, statuses=bad,
                                             media_types=(PROBLEM,)) for way in WAYS}
    found |= {f"2.1.6/{way}/empty": ask("", way, statuses=bad) for way in WAYS}
    return found | {
        "2.1.6/no-prefix": ask("ASK { ?s ex:p 1 }", statuses=bad),
        "2.1.6/relative-scope": ask("SELECT (?x AS ?x) { ?x ?p ?o }", statuses=bad),
        "2.1.6/form-without-query": Exchange("POST", "", form, b"a=b", bad),
        "2.1.6/form-empty": Exchange("POST", "", form, b"", bad),
        "2.1.6/form-two-queries": Exchange(
            "POST", "", form, b"query=ASK%7B%7D&query=ASK%7B%7D", bad),
        "2.1.6/query-in-address-and-body": Exchange(
            "POST", "?query=ASK%7B%7D", {"Content-Type": QUERY}, b"ASK{}", bad),
        "2.1.6/get-not-utf8": Exchange(target="?query=ASK%7B%7D%23%FF", statuses=bad),
        "2.1.6/form-not-utf8": Exchange("POST", "", form, b"query=ASK%7B%7D%23%FF", bad),
        "2.1.6/body-not-utf8": Exchange(
            "POST", "", {"Content-Type": QUERY}, b"ASK{}#\xff", bad),
        "2.1.6/json-body": Exchange(
            "POST", "", {"Content-Type": "application/json"}, b'{"query":"ASK{}"}', ("415",),
            headers={"accept-post": QUERY}),
        "2.1.6/latin-1": Exchange(
            "POST", "", {"Content-Type": f"{QUERY}; charset=iso-8859-1"}, b"ASK{}", ("415",)),
        "2.1.6/data-set-without-query": Exchange(
            target="?" + urlencode({"default-graph-uri": DATA.format(1)}), statuses=bad),
        **{f"2.1.6/method-{method}": Exchange(
            method, "?query=ASK%7B%7D", statuses=("405",), headers={"allow": "GET"})
           for method in ("PUT", "DELETE", "PATCH")},
    }


def updates() -> dict[str, Exchange]:
    """Section 2.2: a service need not take updates; it must not take one for a query."""
    refused, text = ("403",), b"INSERT DATA { <urn:s> <urn:p> 1 }"
    return {
        "2.2/direct": Exchange("POST", "", {"Content-Type": UPDATE}, text, refused),
        "2.2/form": Exchange(
            "POST", "", {"Content-Type": FORM}, b"update=" + quote(text).encode(), refused),
        "2.2/get": Exchange(target="?update=" + quote(text), statuses=refused),
        "2.2/update-as-query": ask(text.decode(), statuses=refused),
        "2.2/update-as-direct-query": ask(text.decode(), "direct", statuses=refused),
        "2.2/query-and-update": Exchange(
            target="?query=ASK%7B%7D&update=" + quote(text), statuses=refused),
        "2.2/nothing-was-written": ask("ASK { <urn:s> ?p ?o }", value=False),
    }


def http_rules() -> dict[str, Exchange]:
    """What HTTP asks of any resource, and the Fetch standard of one that other sites may read."""
    return {
        "http/head": ask("ASK {}", "HEAD", accept=XML, media_types=(XML,)),
        "http/head-of-a-mistake": ask("ASK {", "HEAD", statuses=("400",)),
        "http/options": Exchange(
            "OPTIONS", statuses=("204",), headers={"allow": "POST"}),
        "http/vary": ask("ASK {}", headers={"vary": "Accept"}),
        "http/charset-of-text": ask(_SELECT, accept=CSV, headers={"content-type": "utf-8"}),
        "http/cross-origin": ask(
            "ASK {}", sent={"Origin": "https://example.org"},
            headers={"access-control-allow-origin": "*"}),
        "http/cross-origin-mistake": ask(
            "ASK {", sent={"Origin": "https://example.org"}, statuses=("400",),
            headers={"access-control-allow-origin": "*"}),
        "http/preflight": Exchange(
            "OPTIONS", sent={"Origin": "https://example.org",
                             "Access-Control-Request-Method": "POST",
                             "Access-Control-Request-Headers": "Content-Type"},
            statuses=("204",), headers={"access-control-allow-headers": "Content-Type"}),
        "http/etag": ask("ASK {}", headers={"etag": '"'}),
    }
