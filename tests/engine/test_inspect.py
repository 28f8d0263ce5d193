"""What is read of a query before evaluation: in linear time, and never fooled about SERVICE."""

from __future__ import annotations

import time
from contextlib import suppress

import pyoxigraph as ox
import pytest

from graphsvc.engine.base import Limits, QueryForm, QueryRefused, Request
from graphsvc.engine.inspect import inspect
from graphsvc.errors import GraphsvcError
from tests.conformance.evaluated import evaluated

LENGTH = Limits().query_chars
WORDS = "SELECT ?service FROM <a> FROM <b> { ?a ?b TRUE , 'caf\\u00e9' . "
"""A query with every word that is looked for, where it is harmless."""
HARMLESS = {
    "triples": "ex:thing1 ex:p ex:q ; ",
    "words": "FILTER(?a IN (ex:b, 'c'@en, 5)) ",
    "texts": "?a ex:b 'some text' . ",
}
HOSTILE = {
    "escaped quotes in an open string": ("SELECT * {} '", "\\'"),
    "escaped quotes in a long open string": ("SELECT * {} '''", "\\'"),
    "volatile words and comments": ("SELECT * {} ", "now#"),
    "volatile words": ("SELECT * {} ", "now "),
    "open brackets": ("SELECT * ", "{"),
    "brackets of all sorts": ("SELECT * ", "{[("),
    "balanced brackets": ("SELECT * ", "()"),
    "less than": ("SELECT * {} ", "<"),
    "IRIs that do not end": ("SELECT * {} ", "<x "),
    "a long IRI that does not end": ("SELECT * {} <", "x"),
    "unsure IRIs": ("SELECT * {} ?service", "<'>"),
    "unsure IRIs with comments": ("SELECT * {} ?service ", "<#> "),
    "escapes": ("SELECT * {} ", "\\u0041"),
    "half escapes": ("SELECT * {} ", "\\u00 "),
    "escaped services": ("SELECT * {} ", "\\u0053ERVIC "),
    "comments": ("SELECT * {} ", "#\n"),
    "a comment": ("SELECT * {} ", "#"),
    "comments before a service": ("SELECT * {} service:x", "#\n"),
    "a long name": ("SELECT * {} ", "a"),
    "a long name with dots": ("SELECT * {} ", "a."),
    "nearly services": ("SELECT * {} ?service ", "servic"),
    "nearly services in words": ("SELECT * {} ?service ", "sservic "),
    "names of services": ("SELECT * {} ", "service:a "),
    "dots": ("SELECT * {} ", "."),
    "a name and dots": ("SELECT * {} a:b", "."),
    "names and dots": ("SELECT * {} ", "a:b.. "),
    "percents": ("SELECT * {} a:", "%41"),
    "half percents": ("SELECT * {} a:", "%4 a:"),
    "colons": ("SELECT * {} ", ":"),
    "backslashes": ("SELECT * {} ", "\\"),
    "quotes": ("SELECT * {} ", "'"),
    "double quotes": ("SELECT * {} ", '"'),
    "empty strings": ("SELECT * {} ", "'' "),
    "quotes and lines": ("SELECT * {} ", "'\n"),
    "spaces": ("", " "),
    "lines": ("SELECT", "\n"),
    "prefixes": ("", "PREFIX a:<b> "),
    "half prefixes": ("", "PREFIX a:< "),
    "bases": ("", "BASE "),
    "graphs": ("SELECT * ", "FROM <g> "),
    "graph clauses of services": ("SELECT * ", "GRAPH service:x "),
    "booleans": ("SELECT * {} ", "TRUE "),
    "variables": ("SELECT * {} ", "?"),
    "languages": ("SELECT * {} ", "@"),
    "languages and variables": ("SELECT * {} ", "@?"),
}


def seconds(text: str) -> float:
    """The shortest of some times that the inspection of a text takes."""
    taken = []
    for _ in range(5):
        inspect.cache_clear()
        began = time.perf_counter()
        with suppress(GraphsvcError):
            inspect(text)
        taken.append(time.perf_counter() - began)
    return min(taken)


@pytest.mark.alone
@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_takes_longer_than_three_harmless_ones(name: str) -> None:
    begin, repeated = HOSTILE[name]
    hostile = (begin + repeated * LENGTH)[:LENGTH]
    for _ in range(3):  # a busy machine may slow one of the two
        harmless = max(seconds((WORDS + text * LENGTH)[:LENGTH])
                       for text in HARMLESS.values())
        found = seconds(hostile)
        if found <= 3 * harmless:
            return
    pytest.fail(f"{found:.4f} s, where a harmless one takes {harmless:.4f}")


@pytest.mark.parametrize("text", [
    "PREFIX x: <urn:x> SELECT * { SERVICEx:y { ?s ?p ?o } }",
    "SELECT * { ?s ?p 1SERVICE<urn:x> { ?s ?p ?o } }",
    "SELECT * { VALUES ?x { true } trueSERVICE?x { ?s ?p ?o } }",
    "PREFIX : <urn:x> SELECT * { SERVICESILENT:y { ?s ?p ?o } }",
    "PREFIX : <urn:x> SELECT * { GRAPH ?g {} SERVICE:y#\n{ ?s ?p ?o } }",
    "SELECT * { VALUES ?x { 1 } FILTER(1<?x)SERVICE?x#>\n{ ?s ?p ?o } }",
    "SELECT * { FILTER(<urn:'y>=?z && ?x<'>')SERVICE<urn:x> { } FILTER(?z=<urn:'x>) }",
    "SELECT * { ?x ?y '\\u0027 SERVICE <urn:x> { ?s ?p ?o } #' }",
])  # fmt: skip
def test_services_are_refused_by_any_reading(text: str) -> None:
    with pytest.raises(QueryRefused):
        inspect(text)


@pytest.mark.parametrize("text", [
    "SELECT ?service { ?service ?p 'Service, and <services>' } # SERVICE",
    "PREFIX service: <http://service.example/#> SELECT * { ?s service:x <http://x/#service> }",
    "PREFIX : <urn:x> SELECT * { ?s :SERVICE ?o ; :aSERVICE 'SERVICE'@en ; :b\\'SERVICE 1 }",
    "SELECT * { ?s <http://example.org/o'neill,b#c> ?service }",
    "SELECT * { ?s ?p '''it's a\nSERVICE''' , \"\\\"SERVICE\" }",
])
def test_the_word_service_may_be_used_where_it_means_nothing(text: str) -> None:
    assert inspect(text).form is QueryForm.SELECT


def test_what_a_query_says_of_itself() -> None:
    asked = inspect("BASE <urn:a>#\nPREFIX b: <c>\nselect distinct * FROM <g> #x\n"
                    "FROM NAMED b:g from#\nb:h from named<x> { FILTER(TRUE && ?a) ?s ?p 'TRUE' }")
    assert asked.form is QueryForm.SELECT
    assert asked.prologue == "BASE <urn:a>#\nPREFIX b: <c>\n"
    assert asked.text[asked.star] == "*"
    assert asked.merged == ("<g>", "b:h")
    assert "FILTER(true && ?a) ?s ?p 'TRUE'" in asked.text


@pytest.mark.parametrize(("text", "volatile"), [
    ("SELECT (NOW() AS ?n) {}", True), ("SELECT (rand #\n () AS ?n) {}", True),
    ("SELECT (StrUUID ( ) AS ?n) {}", True), ("SELECT ?now { ?now ?rand 'uuid' }", False),
])
def test_queries_whose_answer_changes_are_known(text: str, volatile: bool) -> None:
    assert inspect(text).volatile is volatile


def test_graphs_are_merged_and_columns_are_in_order() -> None:
    store = ox.Store()
    store.load(b'<urn:a> <urn:p> "1" <urn:g> .\n<urn:a> <urn:p> "1" <urn:h> .',
               format=ox.RdfFormat.N_QUADS)
    query = "PREFIX u: <urn:> SELECT * FROM u:g FROM <urn:h> { ?z ?a ?m }"
    assert evaluated(store, Request(query, "text/csv")) == b"z,a,m\r\nurn:a,urn:p,1\r\n"
    assert evaluated(store, Request("ASK { ?s ?p ?o }", "text/csv")) == b"false"
    merged = evaluated(store, Request("SELECT ?s { ?s ?p ?o }", "text/csv",
                                      default_graphs=("urn:g", "urn:h")))
    assert merged == b"s\r\nurn:a\r\n"


@pytest.mark.parametrize("query", [
    "SELECT*FROM<urn:g>{ ?s ?p ?o }", "SELECT ?s\n#\nfrom <urn:g> { ?s ?p ?o }",
    "SELECT (1 AS ?n)FROM<urn:g>{ ?s ?p ?o }", "ASKFROM<urn:g>{ ?s ?p ?o }",
    "PREFIX u: <urn:>ASK FROMu:g{ ?s ?p ?o }", "CONSTRUCTFROM<urn:g>WHERE{ ?s ?p ?o }",
    "DESCRIBE <urn:a>FROM<urn:g>", "ASK { { VALUES ?x { true }GRAPH?g{ ?s ?p ?o } } }",
])
def test_named_graphs_are_answered_from_however_they_are_named(query: str) -> None:
    store = ox.Store()
    store.load(b"<urn:a> <urn:p> <urn:b> <urn:g> .", format=ox.RdfFormat.N_QUADS)
    media_type = "application/n-triples" if query[0] in "CD" else "text/csv"
    answer = evaluated(store, Request(query, media_type))
    assert answer not in (b"", b"false")
    assert answer.count(b"\n") != 1 or media_type != "text/csv"
