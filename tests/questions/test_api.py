"""The questions over HTTP, as a client sees them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from books import BOOKS, PREFIXES, Client, StoreEngine
from rdflib import Graph

from graphsvc.questions.answer import Questions
from graphsvc.questions.library import Library

ID = "https://example.org/books/id/"


def editions(rows: list[dict[str, Any]]) -> list[str]:
    return [row["edition"].removeprefix(f"{ID}edition/") for row in rows]


def test_the_library_is_listed(client: Client) -> None:
    found = client.json("/api/questions")
    assert found["release"] == "books-1"
    assert [question["name"] for question in found["questions"]] == [
        "coverage", "editions", "kinds", "works"]
    assert found["questions"][1] | {"parameters": [], "columns": []} == {
        "name": "editions",
        "title": "Editions of a work",
        "description": "The editions of a work in the order they came out, with what is known of "
                       "each.",
        "tags": ["editions", "works"],
        "route": "/api/works/{work}/editions",
        "href": "http://localhost/api/questions/editions",
        "parameters": [],
        "columns": [],
        "examples": [
            {"title": "All editions of Frankenstein", "parameters": {"work": ["frankenstein"]}},
            {"title": "Signed ones since 1820", "parameters": {
                "work": ["The Modern Prometheus"], "since": ["1820"], "signed": ["true"]}},
            {"title": "Cheap and early ones", "parameters": {
                "work": ["emma"], "price": ["2.50"], "before": ["1816-01-01"]}},
            {"title": "Editions that nobody recorded", "parameters": {"work": ["queen-mab"]}},
        ],
    }
    assert found["questions"][1]["parameters"][1] == {
        "name": "since", "type": "year", "label": "Since", "description": "", "required": False,
        "many": False, "default": [], "class": None, "scheme": None, "members": None,
        "schema": {"type": "integer", "minimum": 1450, "maximum": 2100}}


@pytest.mark.parametrize("path", [
    "/api/questions/editions?work=frankenstein&since=1820",
    "/api/works/frankenstein/editions?since=1820",
    "/api/works/Frankenstein/editions?since=1820",
    "/api/works/The%20Modern%20Prometheus/editions?since=1820",
    "/api/works/work:frankenstein/editions?since=1820",
    "/api/works/https%3A%2F%2Fexample.org%2Fbooks%2Fid%2Fwork%2Ffrankenstein/editions?since=1820",
])
def test_a_question_and_its_route_give_the_same_rows(client: Client, path: str) -> None:
    assert editions(client.json(path)["rows"]) == ["f2", "f3"]


@pytest.mark.parametrize(("accept", "ending", "expected", "begins"), [
    (None, None, "application/json", '{"question":"kinds"'),
    ("application/json", None, "application/json", '{"question":"kinds"'),
    ("text/csv", None, "text/csv; charset=utf-8", "kind,kindLabel,label\r\n"),
    ("text/tab-separated-values", None, "text/tab-separated-values; charset=utf-8",
     "?kind\t?label\n"),
    ("application/ld+json;q=0.9, text/csv;q=0.1", None, "application/ld+json", '{"@context":'),
    ("application/sparql-results+json", None, "application/sparql-results+json",
     '{"head":{"vars":["kind","label"]}'),
    ("text/html", "csv", "text/csv; charset=utf-8", "kind,kindLabel,label\r\n"),
    (None, "json", "application/json", '{"question":"kinds"'),
    (None, "tsv", "text/tab-separated-values; charset=utf-8", "?kind\t?label\n"),
    (None, "jsonld", "application/ld+json", '{"@context":'),
    (None, "srj", "application/sparql-results+json", '{"head":'),
])
def test_the_format_is_negotiated_or_named(
    client: Client, accept: str | None, ending: str | None, expected: str, begins: str
) -> None:
    query = f"?format={ending}" if ending else ""
    headers = {"accept": accept} if accept else {}
    response = client.ask(f"/api/questions/kinds{query}", **headers)
    assert (response.status_code, response.headers["content-type"]) == (200, expected)
    assert response.text.startswith(begins)
    assert response.headers["x-release"] == "books-1"


def test_following_next_gives_every_row_once(client: Client) -> None:
    path, found = "/api/works/frankenstein/editions?limit=1&since=1800", []
    while path:
        page = client.json(path)
        found += editions(page["rows"])
        path = page["next"]
    assert found == ["f1", "f2", "f3"]


def test_following_the_link_header_gives_every_row_of_a_table(client: Client) -> None:
    path: str | None = "/api/questions/editions?work=frankenstein&limit=2&format=csv"
    lines: list[str] = []
    while path:
        response = client.ask(path)
        lines += response.text.splitlines()[1:]
        path = response.links.get("next", {}).get("url")
    assert [line.split(",")[2] for line in lines] == ["1818", "1823", "1831"]


def test_an_unchanged_answer_is_not_sent_again(client: Client) -> None:
    path = "/api/questions/kinds"
    first = client.ask(path)
    tag = first.headers["etag"]
    again = client.ask(path, if_none_match=f'"other", {tag}')
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    others = [
        client.ask(f"{path}?format=csv"), client.ask(f"{path}?limit=5"),
        client.ask("/api/questions/works"), client.ask("/api/questions/works?editions=1"),
    ]
    client.questions._engine.release = "books-2"  # type: ignore[misc]
    others.append(client.ask(path))
    assert len({tag, *(other.headers["etag"] for other in others)}) == 6


@pytest.mark.parametrize(("path", "status", "kind", "detail"), [
    ("/api/questions/edition", 404, "unknown-question", "There is no question called `edition`."),
    ("/api/nothing", 404, "http-404", "There is nothing at /api/nothing."),
    ("/api/questions/editions/more", 404, "http-404",
     "There is nothing at /api/questions/editions/more."),
    ("/api/questions/editions?work=emnaa", 404, "unknown-name",
     "The data know no Work called `emnaa`."),
    ("/api/works/emnaa/editions", 404, "unknown-name", "The data know no Work called `emnaa`."),
    ("/api/works/a%0Ab/editions", 404, "unknown-name", "The data know no Work called `a\nb`."),
    ("/api/questions/works?author=shelley", 409, "ambiguous-name",
     "`shelley` is the name of several things."),
    ("/api/questions/editions", 400, "bad-parameter", "`work` is missing: Work."),
    ("/api/questions/editions?work=emma&sinse=1", 400, "bad-parameter",
     "The question editions has no parameter `sinse`."),
    ("/api/works/emma/editions?work=emma", 400, "bad-parameter", "`work` is given 2 times."),
    ("/api/questions/kinds?format=xls", 400, "bad-parameter",
     "`xls` is not a value of the parameter format (choice)."),
    ("/api/questions/kinds?limit=0", 400, "bad-parameter",
     "`0` is not a value of the parameter limit (integer)."),
    ("/api/questions/kinds?limit=10001", 400, "bad-parameter",
     "`10001` is not a value of the parameter limit (integer)."),
    ("/api/questions/kinds?limit=1&limit=2", 400, "bad-parameter", "`limit` is given 2 times."),
    ("/api/questions/kinds?after=zzz", 404, "unknown-page",
     "This cursor is not one that the question gave"),
    ("/api/questions/works?title=%FF", 400, "http-400", "The parameters are not UTF-8."),
    ("/api/questions/works?title=%00", 400, "bad-parameter",
     "The text holds a control character, or a backslash before the letter u."),
    ("/api/works/%FF/editions", 400, "bad-parameter", "The path of the address cannot be read."),
    ("/api/questions?limit=1", 400, "bad-parameter", "The list of questions has no parameter"),
])
def test_mistakes_are_problem_documents(
    client: Client, path: str, status: int, kind: str, detail: str
) -> None:
    response = client.ask(path)
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert (response.status_code, problem["status"]) == (status, status)
    assert problem["type"] == f"/problems#{kind}"
    assert problem["detail"].startswith(detail)


def test_unknown_and_ambiguous_names_come_with_those_that_may_be_meant(client: Client) -> None:
    emma = {"iri": f"{ID}work/emma", "label": "Emma"}
    assert client.ask("/api/works/emnaa/editions").json()["nearest"] == [emma]
    assert client.ask("/api/questions/edition").json()["nearest"] == ["editions"]
    assert client.ask("/api/questions/works?author=Shelley").json()["choices"] == [
        {"iri": f"{ID}author/mary", "label": "Mary Shelley"},
        {"iri": f"{ID}author/percy", "label": "Percy Bysshe Shelley"}]


def test_a_format_that_is_not_offered_is_not_acceptable(client: Client) -> None:
    response = client.ask("/api/questions/kinds", accept="image/png")
    assert (response.status_code, response.json()["status"]) == (406, 406)


def test_the_engine_knows_for_whom_a_question_is_asked(client: Client) -> None:
    client.ask("/api/questions/works")
    app = client.behind("127.0.0.1")
    client.ask("/api/questions/kinds", app=app, x_forwarded_for="192.0.2.7")
    assert [*filter(None, client.engine.clients)] == ["127.0.0.1", "192.0.2.7"]


def test_head_tells_the_headers_only(client: Client) -> None:
    got, head = (client.ask("/api/questions/kinds", method) for method in ("GET", "HEAD"))
    assert head.content == b""
    assert dict(head.headers) == dict(got.headers)


def test_a_question_dropped_into_the_folder_appears_everywhere(
    client: Client, engine: StoreEngine, tmp_path: Path
) -> None:
    folder = tmp_path / "queries"
    shutil.copytree(BOOKS / "queries", folder)
    (folder / "authors.rq").write_text("""\
#+ title: Authors
#+ description: Everybody who wrote.
#+ route: /authors
#+ columns:
#+   author: {type: iri, label: Author}
#+ examples: [{title: All}]
SELECT ?author WHERE { ?author a <https://example.org/books/def#Author> }""")
    assert client.ask("/api/authors").status_code == 404
    client.questions = Questions(Library.load(folder, PREFIXES), engine, client.questions.index)
    names = [question["name"] for question in client.json("/api/questions")["questions"]]
    assert names == ["authors", "coverage", "editions", "kinds", "works"]
    rows = client.json("/api/authors")["rows"]
    assert [row["author"].rsplit("/")[-1] for row in rows] == [
        "austen", "bronte", "mary", "percy", "reeve"]
    assert client.json("/api/questions/authors")["rows"] == rows
    client.questions._engine.release = "books-2"  # type: ignore[misc]
    assert "/api/questions/authors" in client.json("/openapi.json")["paths"]


def test_the_openapi_document_is_valid(client: Client) -> None:
    validate = pytest.importorskip("openapi_spec_validator").validate
    described = client.json("/openapi.json")
    validate(described)
    assert {path for path in described["paths"] if path.startswith("/api/")} == {
        "/api/ask", "/api/questions", "/api/questions/coverage", "/api/questions/editions",
        "/api/questions/kinds", "/api/questions/works", "/api/questions/{question}"}
    assert described["info"]["title"] == "Books"
    editions = described["paths"]["/api/questions/editions"]["get"]
    assert editions["operationId"] == "editions"
    example = {one["name"]: one["example"] for one in editions["parameters"] if "example" in one}
    asked = client.json(f"/api/questions/editions?{urlencode(example, doseq=True)}")
    assert asked["rows"]
    row = described["components"]["schemas"]["EditionsRow"]
    assert sorted(asked["rows"][0]) == sorted(row["required"])


def test_the_list_of_questions_is_a_table_too(client: Client) -> None:
    lines = client.ask("/api/questions?format=csv").text.splitlines()
    assert lines[0] == "name,title,description,tags,parameters,columns"
    assert [line.split(",")[0] for line in lines if line.startswith("kinds,")] == ["kinds"]


def test_every_described_example_runs(client: Client) -> None:
    for question in client.questions.library:
        for example in question.examples:
            query = urlencode(example.values, doseq=True)
            found = client.json(f"/api/questions/{question.name}?{query}")
            assert found["question"] == question.name


def test_texts_that_spreadsheets_compute_are_guarded_in_csv_alone(
    client: Client, engine: StoreEngine, tmp_path: Path
) -> None:
    (tmp_path / "odd.rq").write_text("""\
#+ title: T
#+ description: D
#+ columns:
#+   text: {type: text, label: T}
#+   n: {type: integer, label: N}
#+ examples: [{title: All}]
SELECT ?text ?n { VALUES (?text ?n) { ("=1+1" -5) ("@SUM(A1)" 6) ("plain" 7) } }""")
    client.questions = Questions(Library.load(tmp_path, {}), engine, client.questions.index)
    asked = "/api/questions/odd?format="
    assert client.ask(f"{asked}csv").text == (
        "text,n\r\n'=1+1,-5\r\n'@SUM(A1),6\r\nplain,7\r\n")
    assert "\r\n=1+1,-5\r\n@SUM(A1),6" in client.ask(f"{asked}csv&raw=true").text
    assert client.ask(f"{asked}csv&headings=labels").text == (
        "T,N,Documents disagree\r\n'=1+1,-5,\r\n'@SUM(A1),6,\r\nplain,7,\r\n")
    for name in ("json", "tsv", "srj"):
        assert '"=1+1"' in client.ask(f"{asked}{name}").text


def test_json_ld_can_be_parsed_as_it_comes(client: Client) -> None:
    response = client.ask("/api/questions/kinds", accept="application/ld+json")
    graph = Graph().parse(data=response.text, format="json-ld")
    query = "SELECT ?l { ?row <http://localhost/api/questions/kinds#label> ?l } ORDER BY ?l"
    assert [str(row[0]) for row in graph.query(query)] == ["Gothic novel", "Novel", "Work"]


def test_the_openapi_document_is_as_linters_want_it(client: Client) -> None:
    """What Redocly's rules ask: no keys are needed, tags are described, every schema is used."""
    document = client.json("/openapi.json")
    assert document["security"] == []
    used = {tag for path in document["paths"].values() for one in path.values()
            for tag in one["tags"]}
    assert {tag["name"] for tag in document["tags"] if tag["description"]} == used
    text = json.dumps(document)
    assert [name for name in document["components"]["schemas"]
            if f'"#/components/schemas/{name}"' not in text] == []
