"""Answers: what was meant, the rows and their evidence, pages, and what absence means."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from books import StoreEngine
from pyoxigraph import Literal
from rdflib import Graph

from graphsvc.errors import GraphsvcError
from graphsvc.formats import CSV, JSON, JSON_LD, SPARQL_JSON, TSV, Format
from graphsvc.index import AmbiguousName, Index, UnknownName
from graphsvc.questions.answer import Answer, Questions
from graphsvc.questions.library import Library
from graphsvc.questions.output import NOTHING, as_document, rows, write
from graphsvc.questions.parameters import BadParameter, Given
from graphsvc.questions.question import Column
from graphsvc.questions.table import UnknownPage, plain
from graphsvc.questions.values import BadValue
from graphsvc.release import Header

ID = "https://example.org/books/id/"
DEF = "https://example.org/books/def#"


def ask(questions: Questions, name: str, **given: Sequence[str]) -> Answer:
    return asyncio.run(questions.ask_by_name(name, given))


def passage(name: str, title: str, line: int, ordinal: int, **more: Any) -> dict[str, Any]:
    return {
        "passage": f"{ID}passage/{name}", "document": f"{ID}document/{name.split('-')[0]}",
        "title": title, "section": [], "paragraph": None, "label": None, "first": None,
        "last": None, "words": None, "page": None, "line": line, "ordinal": ordinal, **more}


LETTERS, CATALOGUE = "Letters of a bookseller", "Catalogue of a library"
PAGE = "https://books.example.org/letters.html"
LETTER_1 = passage(
    "letters-1", LETTERS, 12, 3, section=["The year 1818"], words="Printed five hundred.",
    paragraph=1, first="Dear friend, the half-calf", last="sold by Wright & Sons.",
    page=f"{PAGE}#:~:text=Dear%20friend%2C%20the%20half%2Dcalf,sold%20by%20Wright%20%26%20Sons.")
LETTER_2 = passage("letters-2", LETTERS, 14, 4, section=["The year 1818"], page=PAGE)
SHELF_1 = passage("catalogue-1", CATALOGUE, 7, 1)
SHELF_2 = passage("catalogue-2", CATALOGUE, 9, 2)
PLAIN = {"gist": None, "notStated": [], "disagreements": []}
F1 = {"edition": f"{ID}edition/f1", "year": 1818, "copies": 500, "cost": 0.75,
      "issued": "1818-01-01", "isSigned": False, "evidence": [LETTER_1, LETTER_2], **PLAIN}
F2 = {"edition": f"{ID}edition/f2", "year": 1823, "copies": 500, "cost": None, "issued": None,
      "isSigned": True, "evidence": [LETTER_2], **PLAIN}
F3 = {"edition": f"{ID}edition/f3", "year": 1831, "copies": 4020, "cost": None, "issued": None,
      "isSigned": True, "evidence": [SHELF_1], **PLAIN}


def test_rows_carry_values_of_their_type_and_their_evidence(questions: Questions) -> None:
    answer = ask(questions, "editions", work=["frankenstein"])
    found = as_document(answer, None)
    assert found == {
        "question": "editions",
        "title": "Editions of a work",
        "release": "books-1",
        "parameters": {"work": f"{ID}work/frankenstein", "since": None, "price": None,
                       "before": None, "signed": None},
        "taken": {},
        "columns": [
            {"name": "edition", "type": "iri", "label": "Edition",
             "meaning": "The edition itself."},
            {"name": "year", "type": "year", "label": "Year", "meaning": ""},
            {"name": "copies", "type": "integer", "label": "Copies printed", "meaning": ""},
            {"name": "cost", "type": "decimal", "label": "Price in pounds", "meaning": ""},
            {"name": "issued", "type": "date", "label": "Day of issue", "meaning": ""},
            {"name": "isSigned", "type": "boolean", "label": "Signed", "meaning": ""},
            {"name": "evidence", "type": "evidence", "label": "Where it is said", "meaning": ""},
        ],
        "sentence": "3 editions of Frankenstein are known, of 1818, 1823 and 1831.",
        "total": 3,
        "summary": [{"column": "isSigned", "label": "Signed", "values": [
            {"value": True, "label": "yes", "rows": 2},
            {"value": False, "label": "no", "rows": 1}]}],
        "rows": [F1, F2, F3],
        "labels": {f"{ID}work/frankenstein": "Frankenstein",
                   f"{ID}document/catalogue": CATALOGUE, f"{ID}document/letters": LETTERS},
        "silence": {
            "lines": [], "things": None, "filters": [], "unfiltered": 3,
            "documents": {"said": (f"{ID}document/catalogue", f"{ID}document/letters"),
                          "leftOut": (), "silent": (), "elsewhere": ()}},
        "next": None,
        "sparql": answer.sparql,
        "note": None,
        "coverage": None,
    }


def test_every_kind_of_parameter_narrows_the_answer(questions: Questions) -> None:
    work = ["The Modern Prometheus"]
    assert rows(ask(questions, "editions", work=work, since=["1823"])) == [F2, F3]
    for no in ("false", "no", "No"):
        assert rows(ask(questions, "editions", work=work, signed=[no])) == [F1]
    assert rows(ask(questions, "editions", work=work, price=["0.750"])) == [F1]
    assert rows(ask(questions, "editions", work=work, price=["7.5e-1"])) == [F1]
    assert rows(ask(questions, "editions", work=work, price=["5e-324"])) == []
    assert rows(ask(questions, "editions", work=work, price=[f"{'9' * 15}.{'1' * 40}"])) == [F1]
    assert rows(ask(questions, "editions", work=work, before=["1818-01-01"])) == []
    assert rows(ask(questions, "editions", work=work, before=["1818-01-02"])) == [F1]


def works(questions: Questions, **given: Sequence[str]) -> list[str]:
    return [str(row["title_"]) for row in rows(ask(questions, "works", **given))]


@pytest.mark.parametrize(("number", "written"), [("22.0", 22), ("0.75", 0.75), ("1e3", 1000)])
def test_whole_numbers_have_no_decimals(number: str, written: float) -> None:
    found = plain(Literal(number), Column(name="n", type="decimal", label="N"))
    assert (found, type(found)) == (written, type(written))


def test_several_values_are_alternatives(questions: Questions) -> None:
    assert works(questions, author=["Jane Austen"]) == ["Emma", "Northanger Abbey"]
    assert works(questions, author=["Jane Austen", "percy"]) == [
        "Emma", "Northanger Abbey", "Queen Mab"]
    assert works(questions, genre=["gothic", "satire"], editions=["2"]) == ["Frankenstein"]


def test_choices_come_from_another_question_and_are_asked_once(
    questions: Questions, engine: StoreEngine
) -> None:
    assert works(questions, kind=["gothic NOVEL"]) == ["Frankenstein"]
    assert works(questions, kind=[f"{DEF}Work"]) == ["Queen Mab"]
    assert sum("subClassOf" in query for query in engine.asked) == 1
    with pytest.raises(BadValue) as raised:
        works(questions, kind=["poem"])
    assert str(raised.value) == (
        "parameter kind: `poem` is not a value of the parameter kind. "
        "Choose one of: Gothic novel, Novel, Work.")


def test_an_empty_answer_tells_what_was_looked_at(
    questions: Questions, engine: StoreEngine
) -> None:
    found = as_document(ask(questions, "editions", work=["Queen Mab"]), None)
    assert (found["rows"], found["note"]) == ([], NOTHING)
    assert found["coverage"] == {
        "question": "coverage",
        "title": "What was looked at",
        "columns": [
            {"name": "document", "type": "iri", "label": "Document", "meaning": ""},
            {"name": "title", "type": "text", "label": "Title", "meaning": ""},
            {"name": "passages", "type": "integer", "label": "Passages that facts rest on",
             "meaning": ""},
        ],
        "rows": [
            {"document": f"{ID}document/catalogue", "title": CATALOGUE, "passages": 2, **PLAIN},
            {"document": f"{ID}document/letters", "title": LETTERS, "passages": 2, **PLAIN},
        ],
        "labels": {f"{ID}document/catalogue": CATALOGUE, f"{ID}document/letters": LETTERS},
    }
    ask(questions, "editions", work=["Queen Mab"], since=["1900"])
    assert sum("?passages" in query for query in engine.asked) == 1


def test_an_answer_says_who_is_silent_and_what_its_filters_left_out(questions: Questions) -> None:
    answer = ask(questions, "works", genre=["satire"], title=["Frank"])
    assert answer.rows == []
    assert list(answer.silence.lines(answer.index, True)) == [
        "Genre: Satire. This leaves out 1 row.",
        "Title contains: Frank. This leaves out 2 rows.",
        "Without any of these choices there are 4 rows.",
        "On this, but left out by the choices (2): Catalogue of a library; Letters of "
        "a bookseller."]
    full = ask(questions, "works", author=["Jane Austen"])
    assert list(full.silence.lines(full.index, False)) == [
        "On this, but left out by the choices: Letters of a bookseller."]


@pytest.mark.parametrize(("name", "given"), [
    ("editions", {"work": ["frankenstein"]}), ("works", {}), ("kinds", {}), ("coverage", {}),
])
@pytest.mark.parametrize("size", [1, 2])
def test_pages_put_together_are_the_whole_answer(
    questions: Questions, name: str, given: Given, size: int
) -> None:
    async def pages() -> list[dict[str, Any]]:
        question = questions.library.get(name)
        understood = await questions.understand(question, given)
        found: list[dict[str, Any]] = []
        after = None
        while True:
            page = await questions.ask(question, understood, limit=size, after=after)
            assert len(page.rows) == size or page.after is None
            found += rows(page)
            after = page.after
            if after is None:
                return found

    assert asyncio.run(pages()) == rows(ask(questions, name, **given))


def test_a_page_leaves_the_limit_of_the_query_alone(
    tmp_path: Path, engine: StoreEngine, index: Index
) -> None:
    (tmp_path / "top.rq").write_text("""\
#+ title: T
#+ description: D
#+ columns:
#+   work: {type: iri, label: W}
#+   copies: {type: integer, label: C}
#+ order: [copies, work]
#+ examples: [{title: All}]
SELECT ?work ?copies WHERE {
  ?edition <https://example.org/books/def#copies> ?copies ;
    <https://example.org/books/def#of> ?work
} ORDER BY DESC(?copies) LIMIT 2 # the two largest""")

    async def pages() -> list[dict[str, Any]]:
        questions = Questions(Library.load(tmp_path, {}), engine, index)
        top = questions.library.get("top")
        first = await questions.ask(top, {}, limit=1)
        second = await questions.ask(top, {}, limit=1, after=first.after)
        assert second.after is None
        return rows(first) + rows(second)

    assert asyncio.run(pages()) == [
        {"work": f"{ID}work/emma", "copies": 2000, **PLAIN},
        {"work": f"{ID}work/frankenstein", "copies": 4020, **PLAIN},
    ]


def test_several_texts_come_in_order_and_without_gaps_whatever_the_engine_gives(
    tmp_path: Path, engine: StoreEngine, index: Index
) -> None:
    (tmp_path / "q.rq").write_text("""\
#+ title: T
#+ description: D
#+ columns:
#+   n: {type: integer, label: N}
#+   names: {type: text, many: true, label: L}
#+ examples: [{title: All}]
SELECT ?n (GROUP_CONCAT(?name; SEPARATOR="\\n") AS ?names) WHERE {
  VALUES (?n ?name) { (1 "b; c") (1 "a") (1 "") (1 "d") (2 "") }
} GROUP BY ?n ORDER BY ?n""")
    questions = Questions(Library.load(tmp_path, {}), engine, index)
    assert rows(ask(questions, "q")) == [
        {"n": 1, "names": "a; b; c; d", **PLAIN}, {"n": 2, "names": None, **PLAIN}]


def test_rows_come_in_the_declared_order_whatever_the_engine_gives(
    tmp_path: Path, engine: StoreEngine, index: Index
) -> None:
    (tmp_path / "q.rq").write_text("""\
#+ title: T
#+ description: D
#+ columns:
#+   n: {type: integer, label: N}
#+   name: {type: text, label: L}
#+   more: {type: text, label: M}
#+ order: [-n, name]
#+ examples: [{title: All}]
SELECT ?n ?name ?more WHERE {
  VALUES (?n ?name ?more) {
    (9 "z" "1") (10 "a" "1") (UNDEF "b" "1") (10 "Z" "1") (10 "é" "1") (9 UNDEF "1") (9 "z" "0") }
}""")
    questions = Questions(Library.load(tmp_path, {}), engine, index)
    assert [tuple(row.values())[:3] for row in rows(ask(questions, "q"))] == [
        (10, "Z", "1"), (10, "a", "1"), (10, "é", "1"), (9, None, "1"), (9, "z", "0"),
        (9, "z", "1"), (None, "b", "1")]


def test_pages_cost_the_engine_one_query_and_so_do_askers_at_the_same_time(
    questions: Questions, engine: StoreEngine
) -> None:
    async def pages() -> None:
        editions = questions.library.get("editions")
        understood = await questions.understand(editions, {"work": ["frankenstein"]})
        first, again = await asyncio.gather(
            questions.page(editions, understood, limit=1), questions.page(editions, understood))
        assert len(again.rows) == 3
        second = await questions.page(editions, understood, limit=1, after=first.after)
        assert first.rows + second.rows == again.rows[:2]

    asyncio.run(pages())
    assert sum("?edition" in query for query in engine.asked) == 1


def test_one_asker_who_leaves_does_not_end_the_query_of_another(
    questions: Questions, engine: StoreEngine
) -> None:
    async def asked_twice() -> Answer:
        kinds = questions.library.get("kinds")
        leaving, staying = (asyncio.create_task(questions.ask(kinds, {})) for _ in range(2))
        await asyncio.sleep(0)
        leaving.cancel()
        return await staying

    assert len(asyncio.run(asked_twice()).rows) == 3


def test_a_cursor_of_another_release_is_refused(
    questions: Questions, engine: StoreEngine
) -> None:
    kinds = questions.library.get("kinds")
    cursor = asyncio.run(questions.ask(kinds, {}, limit=1)).after
    engine.release = "other"  # type: ignore[misc]
    with pytest.raises(UnknownPage):
        asyncio.run(questions.ask(kinds, {}, limit=1, after=cursor))


@pytest.mark.parametrize("cursor", [
    "", "x", "€", "²", "1", "0.books-1", "-1.books-1", "01.books-1", "99.books-1"])
def test_a_cursor_of_nobody_is_refused(questions: Questions, cursor: str) -> None:
    question = questions.library.get("kinds")
    with pytest.raises(UnknownPage):
        asyncio.run(questions.ask(question, {}, after=cursor))


@pytest.mark.parametrize(("given", "error", "problem"), [
    ({}, BadParameter, "`work` is missing: Work."),
    ({"work": ["emma", "queen-mab"]}, BadParameter, "`work` is given 2 times."),
    ({"work": ["emma"], "sinse": ["1"]}, BadParameter,
     "The question editions has no parameter `sinse`."),
    ({"work": ["emma"], "since": ["1x"]}, BadValue,
     "`1x` is not a value of the parameter since (year)."),
    ({"work": ["emma"], "since": ["1066"]}, BadValue,
     "`1066` is not a value of the parameter since (year)."),
    ({"work": ["emma"], "since": ["２０００"]}, BadValue,
     "`２０００` is not a value of the parameter since (year)."),
    ({"work": ["emma"], "price": ["-1"]}, BadValue,
     "`-1` is not a value of the parameter price (decimal)."),
    ({"work": ["emma"], "price": ["1e16"]}, BadValue,
     "`1e16` is not a value of the parameter price (decimal)."),
    ({"work": ["emma"], "price": ["NaN"]}, BadValue,
     "`NaN` is not a value of the parameter price (decimal)."),
    ({"work": ["emma"], "before": ["1818-02-30"]}, BadValue,
     "`1818-02-30` is not a value of the parameter before (date)."),
    ({"work": ["emma"], "signed": ["perhaps"]}, BadValue,
     "`perhaps` is not a value of the parameter signed (boolean)."),
    ({"work": ["Jane Austen"]}, UnknownName, "The data know no Work called `Jane Austen`."),
])
def test_what_cannot_be_understood_is_told(
    questions: Questions, given: Given, error: type[GraphsvcError], problem: str
) -> None:
    with pytest.raises(error) as raised:
        ask(questions, "editions", **given)
    assert raised.value.message == problem


@pytest.mark.parametrize("text", ["", "x" * 51, "a\x00b", "\\u0022", "\udc80"])
def test_text_that_cannot_be_bound_is_told(questions: Questions, text: str) -> None:
    with pytest.raises(BadValue):
        ask(questions, "works", title=[text])


def test_an_ambiguous_name_lists_what_it_may_mean(questions: Questions) -> None:
    with pytest.raises(AmbiguousName) as raised:
        ask(questions, "works", author=["austen", " shelley"])
    assert [named.label for named in raised.value.named] == [
        "Mary Shelley", "Percy Bysshe Shelley"]


def written(answer: Answer, format: Format) -> str:
    return write(answer, format, "http://localhost/api/questions/editions", None,
                 header=Header(*[""] * len(fields(Header))))


def test_csv_has_labels_for_spreadsheets_and_tsv_is_that_of_the_w3c(questions: Questions) -> None:
    answer = ask(questions, "editions", work=["frankenstein"], since=["1818"], signed=["false"])
    assert written(answer, CSV) == (
        "edition,editionLabel,year,copies,cost,issued,isSigned,evidence,evidenceLabel\r\n"
        f"{ID}edition/f1,{ID}edition/f1,1818,500,0.75,1818-01-01,false,"
        f"{ID}passage/letters-1 {ID}passage/letters-2,"
        '"Letters of a bookseller, The year 1818, line 12; '
        'Letters of a bookseller, The year 1818, line 14"\r\n')
    head, line = written(answer, TSV).splitlines()
    assert head == "?edition\t?year\t?copies\t?cost\t?issued\t?isSigned\t?evidence"
    assert line.split("\t")[:3] == [
        f"<{ID}edition/f1>", '"1818"^^<http://www.w3.org/2001/XMLSchema#integer>',
        '"500"^^<http://www.w3.org/2001/XMLSchema#integer>']


def test_sparql_results_leave_out_what_is_unbound(questions: Questions) -> None:
    answer = ask(questions, "editions", work=["frankenstein"], since=["1831"])
    integer = "http://www.w3.org/2001/XMLSchema#integer"
    assert json.loads(written(answer, SPARQL_JSON)) == {
        "head": {"vars": ["edition", "year", "copies", "cost", "issued", "isSigned", "evidence"]},
        "results": {"bindings": [{
            "edition": {"type": "uri", "value": f"{ID}edition/f3"},
            "year": {"type": "literal", "value": "1831", "datatype": integer},
            "copies": {"type": "literal", "value": "4020", "datatype": integer},
            "isSigned": {"type": "literal", "value": "true",
                         "datatype": "http://www.w3.org/2001/XMLSchema#boolean"},
            "evidence": {"type": "literal", "value": f"{ID}passage/catalogue-1"},
        }]},
    }


def test_json_ld_says_the_rows_as_triples(questions: Questions) -> None:
    answer = ask(questions, "editions", work=["frankenstein"], since=["1823"])
    graph = Graph().parse(data=written(answer, JSON_LD), format="json-ld")
    found = {(str(row[0]), row[1].toPython(), str(row[2])) for row in graph.query("""
        PREFIX q: <http://localhost/api/questions/editions#>
        SELECT ?edition ?year ?passage WHERE {
          ?list a <https://schema.org/ItemList> ; <https://schema.org/version> "books-1" ;
            <https://schema.org/itemListElement>/<http://www.w3.org/1999/02/22-rdf-syntax-ns#rest>*/
            <http://www.w3.org/1999/02/22-rdf-syntax-ns#first> ?row .
          ?row q:edition ?edition ; q:year ?year ; q:evidence ?passage
          FILTER(ISIRI(?edition) && ISIRI(?passage)) }""")}
    assert found == {
        (f"{ID}edition/f2", 1823, f"{ID}passage/letters-2"),
        (f"{ID}edition/f3", 1831, f"{ID}passage/catalogue-1"),
    }


def test_the_sparql_that_is_told_gives_the_same_rows(
    questions: Questions, engine: StoreEngine
) -> None:
    answer = ask(questions, "editions", work=["frankenstein"], since=["1823"])
    again = engine.store.query(answer.sparql)
    assert [solution["edition"] for solution in again] == [row[0] for row in answer.rows]
    assert "\n\n" not in answer.sparql and "#+" not in answer.sparql


def test_json_is_compact_and_keeps_letters(questions: Questions) -> None:
    text = written(ask(questions, "works", author=["bronte"]), JSON)
    assert '"rows":[]' in text and "Emily Brontë" in text
