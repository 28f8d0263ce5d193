"""Addresses, tags and headers of answers: trusted proxies alone may change the address
(defect 16), and the small defects of headers."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.hostile.queries import rows
from tests.hostile.raw import Answer, head, sparql
from tests.hostile.service import Own, Service, started

PAGES = ("/", "/questions", "/search?q=a", "/explore", "/about", "/docs", "/editor", "/export",
         "/compare", "/def")
ADDRESSED = {
    "/sparql": "text/turtle", "/dumps": "application/json", "/dataset": "text/turtle",
    "/openapi.json": "application/json", "/docs": "text/html", "/api/questions": "application/json",
    "/.well-known/void": "text/turtle", "/": "text/html", "/def": "text/turtle",
}
"""Addresses whose answers name the service's own address, or may."""

ALL = {**{path: "text/html" for path in PAGES}, **ADDRESSED, "/health": "*/*", "/metrics": "*/*",
       sparql("ASK {}"): "application/sparql-results+json",
       sparql("SELECT * {}", format="csv"): "*/*"}
FOREIGN = ("X-Forwarded-Proto: https", "X-Forwarded-Host: public.example", "X-Forwarded-Prefix: /g",
           "X-Forwarded-For: 203.0.113.7")


def fetched(service: Service, path: str, accept: str, *headers: str) -> Answer:
    return service.ask(path, f"Accept: {accept}", *headers)


@pytest.mark.parametrize("path", ALL)
def test_head_says_what_get_says(path: str, service: Service) -> None:
    got = fetched(service, path, ALL[path])
    head_of = service.ask(path, f"Accept: {ALL[path]}", method="HEAD")
    assert (head_of.status, head_of.media_type) == (got.status, got.media_type)
    assert head_of.header("etag") == got.header("etag")
    if path != "/metrics":  # which counts this very request
        assert head_of.header("content-length") in (str(len(got.body)), "")
        assert "content-length" in dict(head_of.headers) or "sparql" in path


@pytest.mark.parametrize("path", ADDRESSED)
def test_answers_to_different_hosts_have_different_tags(path: str, service: Service) -> None:
    def asked(host: str) -> Answer:
        with service.wire() as wire:
            wire.send(head("GET", path, f"Host: {host}", f"Accept: {ADDRESSED[path]}"))
            return wire.answer()

    here, there, again = asked("here.example"), asked("there.example"), asked("here.example")
    assert here.status == there.status == 200
    assert here.body == again.body and here.header("etag") == again.header("etag")
    assert here.header("etag") != there.header("etag")


@pytest.mark.parametrize("path", ALL)
def test_every_answer_forbids_guessing_its_type(path: str, service: Service) -> None:
    assert fetched(service, path, ALL[path]).header("x-content-type-options") == "nosniff"


@pytest.mark.parametrize("path", ["/nothing", "/api/nothing", "/dumps/nothing", "/static/nothing",
                                  "/sparql?query=nonsense", "/id/nothing", "/export/nothing"])
def test_every_error_is_a_problem_document_that_forbids_guessing(
    path: str, service: Service
) -> None:
    answer = service.ask(path, "Accept: application/json")
    assert answer.media_type == "application/problem+json"
    assert answer.header("x-content-type-options") == "nosniff"


@pytest.mark.parametrize("path", ADDRESSED)
def test_forwarded_headers_of_anybody_are_ignored(path: str, service: Service) -> None:
    plain = fetched(service, path, ADDRESSED[path])
    forwarded = fetched(service, path, ADDRESSED[path], *FOREIGN)
    assert forwarded.body == plain.body
    assert b"public.example" not in forwarded.body


@pytest.fixture(scope="module")
def behind(shelf: Path, tmp_path_factory: pytest.TempPathFactory,
           request: pytest.FixtureRequest) -> Iterator[Own]:
    """A service that trusts the proxy at 127.0.0.9 alone."""
    if request.config.getoption("--service", default=None):
        pytest.skip("starts a service of its own")
    with started(shelf, tmp_path_factory.mktemp("behind") / "log", "--trusted-proxies",
                 "127.0.0.9") as service:
        yield service


@pytest.mark.parametrize("path", [path for path in ADDRESSED if path not in ("/", "/def")])
def test_forwarded_headers_of_a_trusted_proxy_are_honoured_everywhere(
    path: str, behind: Own
) -> None:
    trusted = behind.ask(path, f"Accept: {ADDRESSED[path]}", *FOREIGN, source="127.0.0.9")
    text = trusted.body.decode()
    assert trusted.status == 200
    assert re.search(r"https://public\.example/g[/\"]", text)
    assert "http://public.example" not in text and behind.address not in text
    assert not re.search(r"https://public\.example/(?!g[/\"'>#)\s])\w", text)
    other = behind.ask(path, f"Accept: {ADDRESSED[path]}", *FOREIGN, source="127.0.0.8")
    assert b"public.example" not in other.body and other.header("etag") != trusted.header("etag")


@pytest.mark.parametrize("header", [
    "X-Forwarded-Host: evil.example/path", "X-Forwarded-Host: a b", "X-Forwarded-Proto: javascript",
    "X-Forwarded-Host: \"><script>", "X-Forwarded-Prefix: //evil.example",
    "X-Forwarded-Prefix: \"><script>", "X-Forwarded-For: not-an-address",
])
def test_nonsense_from_a_trusted_proxy_gets_into_no_answer(header: str, behind: Own) -> None:
    for path in ("/docs", "/dumps", "/openapi.json"):
        answer = behind.ask(path, f"Accept: {ADDRESSED[path]}", header, source="127.0.0.9")
        assert answer.status in (200, 400)
        for part in (b"evil.example", b"javascript:", b"><script>"):
            assert part not in answer.body


def test_what_is_noticed_about_a_query_stays_a_short_header(service: Service) -> None:
    names = " ".join(f"(<urn:function:{'x' * 200}-{number}>(1) AS ?v{number})"
                     for number in range(100))
    answer = service.ask("/sparql", "Content-Type: application/sparql-query", method="POST",
                         body=f"SELECT {names} {{}}".encode())
    assert sum(len(name) + len(value) for name, value in answer.headers) < 4096


FORMULA = re.compile(r"[=+\-@\t\r]")


def formulas(text: str) -> list[str]:
    """The cells that a spreadsheet would compute; numbers are none."""
    return [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row
            if FORMULA.match(cell) and not re.fullmatch(r"[+-]?\d+(\.\d+)?", cell)]


@pytest.mark.parametrize("path", [
    "/api/questions/works?format=csv", "/export/authors.nodes.csv", "/export/authors.edges.csv"])
def test_files_for_spreadsheets_hold_no_formula(path: str, own: Own) -> None:
    answer = own.ask(path)
    assert (answer.status, answer.media_type) == (200, "text/csv")
    text = answer.body.decode()
    assert formulas(text) == []
    assert "HYPERLINK" in text or "edges" in path  # they are all there


def test_the_csv_of_the_sparql_protocol_is_left_alone(own: Own) -> None:
    query = "SELECT ?l { ?s <http://www.w3.org/2004/02/skos/core#prefLabel> ?l }"
    found = formulas(own.ask(sparql(query), "Accept: text/csv").body.decode())
    assert {cell[0] for cell in found} >= set("=+-@\t")


@pytest.mark.parametrize("header", ["If-None-Match: \"" + "a" * 5000 + '"', "Range: bytes=0-,0-,0-",
                                    "Accept: " + "text/csv;q=0.1," * 400, "Accept: " + "*/*," * 900,
                                    "Accept-Encoding: " + "gzip," * 900, "Accept: ;q=nan,=/=;q=",
                                    "Cookie: " + "a=b;" * 1000, "Expect: 100-continue"])
def test_odd_headers_change_nothing(header: str, service: Service) -> None:
    for path in ("/", "/api/questions", sparql(rows(10)), "/dumps"):
        assert service.ask(path, header).status in (200, 206, 406, 431)


def test_a_preflight_allows_reading_only(service: Service) -> None:
    answer = service.ask("/api/questions", "Origin: https://elsewhere.example",
                         "Access-Control-Request-Method: DELETE", method="OPTIONS")
    assert "DELETE" not in answer.header("access-control-allow-methods")
    assert answer.header("access-control-allow-credentials") != "true"


@pytest.mark.parametrize("path", ["/static/", "/dumps/", "/id/", "/export/", "/questions/"])
@pytest.mark.parametrize("up", ["../" * 6 + "etc/passwd", quote("../" * 6 + "etc/passwd", safe=""),
                                "..%5c..%5cetc%5cpasswd", "/etc/passwd", "%2fetc%2fpasswd"])
def test_no_path_leads_out_of_the_release(path: str, up: str, service: Service) -> None:
    answer = service.ask(path + up)
    assert b"root:" not in answer.body and answer.status in (301, 302, 303, 307, 308, 400, 404)
