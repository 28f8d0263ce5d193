"""A question file is read as one schema, and every mistake is told with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphsvc.errors import InputErrors
from graphsvc.questions.header import read_question
from graphsvc.questions.library import Library
from graphsvc.questions.question import Chart, Column, Example, Parameter

B = "https://example.org/books/def#"
QUERY = "SELECT ?a WHERE { ?a ?p ?o }\n"
HEAD = """\
#+ title: T
#+ description: D
#+ columns:
#+   a: {type: iri, label: A}
#+ examples:
#+   - title: E
"""


def read(folder: Path, text: str, name: str = "q") -> object:
    path = folder / f"{name}.rq"
    path.write_text(text, encoding="utf-8")
    return read_question(path, {"b": B}, file=f"{name}.rq")


def mistakes(folder: Path, text: str, name: str = "q") -> list[str]:
    with pytest.raises(InputErrors) as raised:
        read(folder, text, name)
    return [f"{error.location}: {error.message}" for error in raised.value.errors]


def test_a_whole_file_becomes_a_question(tmp_path: Path) -> None:
    path = tmp_path / "editions-of.rq"
    path.write_text("""\
# A comment may come first.
#+ title: Editions
#+ description: |
#+   Two
#+   lines.
#+ tags: [one, two]
#+ route: /works/{work}/editions
#+ parameters:
#+   work: {type: iri, class: b:Work, label: Work, description: Any.}
#+   number: {type: decimal, label: Number, default: 2.10, min: 0.5, max: 9}
#+   kind: {type: choice, label: Kind, choices: {x: The x, y: The y}, many: true, required: false}
#+ columns:
#+   edition: {type: iri, label: Edition, meaning: It.}
#+   year: {type: year, label: Year}
#+   evidence: {type: evidence, label: Evidence}
#+ order: [-year, edition]
#+ examples:
#+   - title: First
#+     parameters: {work: emma, number: 2.50, kind: [x, The Y]}
#+ panel: {b:Work: work, <urn:x:Other>: work}
#+ sentence: "{{ n | plural('edition') }} of {{ work }}"
#+ summary: [year]
#+ replaces: {editions: "Ask editions-of with number=1."}
#+ chart: {x: edition, y: year, unit: 'years, {edition}', scale: count, order: value}
PREFIX v: <urn:v#>
SELECT ?edition ?year ?evidence WHERE {
  VALUES ($work $number) { (v:emma 2.1) }  #+if work
  ?edition v:of $work ; v:year ?year ; v:n ?n ; v:by ?evidence
  FILTER(?n > $number)
  VALUES ?k { UNDEF }  #+if kind  VALUES ?k { $kind }
}
""", encoding="utf-8")
    found = read_question(path, {"b": B})
    edition = Column(name="edition", type="iri", label="Edition", meaning="It.")
    year = Column(name="year", type="year", label="Year")
    assert (found.name, found.title) == ("editions-of", "Editions")
    assert found.description == "Two\nlines."
    assert (found.tags, found.route) == (("one", "two"), "/works/{work}/editions")
    assert found.parameters == (
        Parameter(name="work", type="iri", label="Work", description="Any.", of_class=f"{B}Work"),
        Parameter(name="number", type="decimal", label="Number", required=False,
                  default=("2.10",), min="0.5", max="9"),
        Parameter(name="kind", type="choice", label="Kind", required=False, many=True,
                  choices={"x": "The x", "y": "The y"}),
    )
    assert found.columns == (
        edition, year, Column(name="evidence", type="evidence", label="Evidence"))
    assert list(found.keys.items()) == [(year, True), (edition, False)]
    assert found.examples == (Example(
        title="First", values={"work": "emma", "number": "2.50", "kind": ("x", "The Y")}),)
    assert found.panel == {f"{B}Work": "work", "urn:x:Other": "work"}
    assert found.chart == Chart(
        x="edition", y="year", unit="years, {edition}", scale="count", order="value")
    assert found.sentence == "{{ n | plural('edition') }} of {{ work }}"
    assert found.summary == ("year",)
    assert found.replaces == {"editions": "Ask editions-of with number=1."}
    assert found.query.startswith("PREFIX v: <urn:v#>\nSELECT")


def test_all_mistakes_of_a_header_are_told_together(tmp_path: Path) -> None:
    assert mistakes(tmp_path, """\
#+ titel: T
#+ title: T
#+ title: U
#+ parameters:
#+   work: {type: irri, label: W, mni: 1}
#+   Day: {type: date, label: D, min: soon}
#+   t: {type: text, label: T, class: q:X, required: yes}
#+ columns:
#+   a: {type: iri}
#+   e: [1]
#+ examples:
#+   - titel: E
#+ chart: {x: a, unit: as, scale: log, order: value}
SELECT ?a WHERE { ?a ?p ?o }
""") == [
        "q.rq:1: The header has no key `titel`.",
        "q.rq:1: The header lacks `description`.",
        "q.rq:3: The key `title` is there twice.",
        "q.rq:5: The parameter `work` has no key `mni`.",
        "q.rq:5: The parameter `work`'s `type` is `irri`.",
        "q.rq:6: The parameter `Day` has a name that is not one.",
        "q.rq:7: The parameter `t`'s `required` is neither true nor false.",
        "q.rq:7: `q:X` is neither an IRI nor a CURIE with a known prefix.",
        "q.rq:9: The column `a` lacks `label`.",
        "q.rq:10: The column `e` is not a mapping.",
        "q.rq:12: `examples` has no key `titel`.",
        "q.rq:12: `examples` lacks `title`.",
        "q.rq:13: `chart` lacks `y`.",
        "q.rq:13: `chart`, `scale` is `log`.",
    ]


def test_the_parts_of_a_header_must_fit_each_other(tmp_path: Path) -> None:
    assert mistakes(tmp_path, """\
#+ title: T
#+ description: D
#+ route: works/{nothing}
#+ parameters:
#+   limit: {type: integer, label: L, min: 5, max: 1, default: 3}
#+   day: {type: date, label: D, min: soon}
#+   c: {type: choice, label: C}
#+   t: {type: text, label: T, class: b:X, default: x, required: true}
#+ columns:
#+   a: {type: iri, label: A, unit: e, of: a}
#+ order: [b]
#+ examples: []
#+ panel: {b:Work: t}
#+ chart: {x: a, y: a, unit: 'of {c}', scale: count, order: value}
#+ map: {place: a, shade: b, scale: count}
SELECT ?a WHERE { ?a ?p ?o }
""") == [
        "q.rq:3: The route cannot hold `nothing`.",
        "q.rq:3: `works/{nothing}` is not a route.",
        "q.rq:5: The parameter `limit` has a min above its max.",
        "q.rq:5: The parameter `limit` has a name that every question uses.",
        "q.rq:6: The parameter `day` has bounds that are not of its type.",
        "q.rq:7: The parameter `c` has a choice without `type: choice`, or the other way round.",
        "q.rq:8: The parameter `t` is not an iri, yet has a class, scheme or members.",
        "q.rq:8: The parameter `t` is required, yet has a default.",
        "q.rq:10: The column `a` names `e`, which is not a column.",
        "q.rq:11: `order` names `b`, which cannot be ordered by.",
        "q.rq:12: There is no example.",
        "q.rq:13: A page gives the question only the thing.",
        "q.rq:13: `t` is not an iri parameter.",
        "q.rq:14: `chart` names `c`, which is not a column.",
        "q.rq:15: `map` does not say what it counts.",
        "q.rq:15: `map` names `b`, which is not a column.",
    ]


def test_columns_that_questions_share_are_named_or_changed(tmp_path: Path) -> None:
    (tmp_path / "columns.yaml").write_text(
        "who: {type: iri, label: Who}\nevidence: {type: evidence, label: Evidence}\n")
    text = """\
#+ title: T
#+ description: D
#+ columns:
#+   - who: {label: Partner}
#+   - n: {type: integer, label: N}
#+   - evidence
#+ examples: [{title: E}]
SELECT ?who ?n ?evidence { ?who ?n ?evidence }
"""
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "q.rq").write_text(text)
    assert Library.load(tmp_path, {}).get("q").columns == (
        Column(name="who", type="iri", label="Partner"),
        Column(name="n", type="integer", label="N"),
        Column(name="evidence", type="evidence", label="Evidence"))
    (tmp_path / "r.rq").write_text(text.replace("- evidence", "- prof").replace("iri", "irri"))
    (tmp_path / "columns.yaml").write_text("who: {type: irri, label: Who}\n")
    with pytest.raises(InputErrors) as raised:
        Library.load(tmp_path, {})
    name = tmp_path.name
    assert [str(error) for error in raised.value.errors] == [
        f"{name}/columns.yaml:1: The column `who`'s `type` is `irri`. "
        "Use iri, text, integer, decimal, boolean, date, year or evidence."]


def test_columns_of_several_texts_are_texts_and_cannot_be_ordered_by(tmp_path: Path) -> None:
    def header(columns: str, order: str) -> str:
        return ("#+ title: T\n#+ description: D\n#+ columns:\n" + columns +
                f"#+ order: [{order}]\n#+ examples: [{{title: E}}]\nSELECT ?a ?b {{ ?a ?p ?b }}\n")

    number = "#+   b: {type: integer, many: true, label: B}\n"
    assert mistakes(tmp_path, header("#+   a: {type: iri, label: A}\n" + number, "b")) == [
        "q.rq:5: The column `b` has several values, but is not a text.",
        "q.rq:6: `order` names `b`, which cannot be ordered by."]
    texts = "#+   {}: {{type: text, many: true, label: L}}\n"
    assert mistakes(tmp_path, header(texts.format("a") + texts.format("b"), "a")) == [
        "q.rq:3: No column can be ordered by.",
        "q.rq:6: `order` names `a`, which cannot be ordered by."]


@pytest.mark.parametrize(("text", "expected"), [
    (QUERY, ["q.rq:1: The file has no header."]),
    ("#+ title: [\n" + QUERY, [
        "q.rq:2: The header is not YAML: did not find expected node content."]),
    ("#+ title: \x01\n" + QUERY, [
        "q.rq:1: The header is not YAML: control characters are not allowed."]),
    (HEAD + "SELECT ?a WHERE {\n ?a ?p ?o .\n FILTR(?a)\n}\n", [
        "q.rq:9: The query stops being SPARQL at column 10: expected OPTIONAL."]),
    (HEAD + "ASK { ?a ?p ?o }", ["q.rq:7: The query is not a SELECT."]),
    (HEAD + "SELECT ?a ?o WHERE { ?a ?p ?o }", ["q.rq:7: The query gives the columns a, o."]),
    (HEAD + "SELECT ?a\nFROM <urn:g> { ?a ?p ?o }", ["q.rq:8: A question has no FROM."]),
    (HEAD + "SELECT ?a { SERVICE <urn:g> { ?a ?p ?o } }", ["q.rq:7: A question has no SERVICE."]),
    (HEAD + "SELECT ?a {\n ?a ?p $o }", ["q.rq:8: `$o` is not declared."]),
    (HEAD + "SELECT ?a {\n#+if o ?a ?p ?o\n }", ["q.rq:8: `#+if o` names no parameter."]),
])
def test_a_query_must_fit_its_header(tmp_path: Path, text: str, expected: list[str]) -> None:
    assert mistakes(tmp_path, text) == expected


PARAMETER = "#+ parameters:\n#+   o: {{type: integer, label: O, {}}}\n"


@pytest.mark.parametrize(("more", "query", "expected"), [
    ("required: false", "SELECT ?a { ?a ?p $o }", ["q.rq:9: `$o` may have no value."]),
    ("default: 1", "SELECT ?a { ?a ?p $o }", [
        "q.rq:9: `$o` has no value where the file is run as it is."]),
    ("default: 1", "SELECT ?a {\nVALUES $o { 1 } #+if o\n?a ?p ?o FILTER(?o > $o) }", [
        "q.rq:11: `?o` is a parameter's name."]),
    ("default: 1", "SELECT ?a { ?a ?p ?v }", [
        "q.rq:1: The query has no place for the parameter `o`."]),
    ("default: 1, many: true", "SELECT ?a {\nVALUES $o { 1 } #+if o\n?a ?p $o }", [
        "q.rq:11: `$o` may have several values."]),
])
def test_places_must_fit_the_parameters(
    tmp_path: Path, more: str, query: str, expected: list[str]
) -> None:
    assert mistakes(tmp_path, HEAD + PARAMETER.format(more) + query) == expected


def test_examples_are_checked_against_the_parameters(tmp_path: Path) -> None:
    head = HEAD.removesuffix("#+ examples:\n#+   - title: E\n")
    assert mistakes(tmp_path, head + """\
#+ parameters:
#+   year: {type: year, label: Y, min: 1900}
#+   kind: {type: choice, label: K, choices: [x, y], default: x}
#+ examples:
#+   - title: One
#+     parameters: {year: 99, kind: z}
#+   - title: Two
#+     parameters: {kind: [x, y], other: 1}
SELECT ?a { ?a $year $kind }
""") == [
        "q.rq:10: `99` is not a value of the parameter year (year).",
        "q.rq:10: `z` is not a value of the parameter kind (choice).",
        "q.rq:11: The example gives no `year`.",
        "q.rq:12: The example gives several `kind`.",
        "q.rq:12: The question has no parameter `other`.",
    ]


def test_a_clause_that_breaks_the_query_alone_is_found(tmp_path: Path) -> None:
    assert mistakes(tmp_path, HEAD + PARAMETER.format("required: false") + """\
SELECT ?a WHERE {
  ?a ?p ?v
  #+if o  } FILTER(?v = $o)
}
""") == ["q.rq:11: The query stops being SPARQL at column 13: expected one of HAVING, OFFSET, "
         "OPTIONAL, VALUES."]


def test_the_name_of_the_file_is_the_name_of_the_question(tmp_path: Path) -> None:
    assert mistakes(tmp_path, HEAD + QUERY, "Not_This") == [
        "Not_This.rq:1: `Not_This` is not a name for a question."]


def test_a_file_that_is_not_utf8_is_told(tmp_path: Path) -> None:
    path = tmp_path / "q.rq"
    path.write_bytes(b"#+ title: \xff\n")
    with pytest.raises(InputErrors, match="The file is not UTF-8"):
        read_question(path, {})
