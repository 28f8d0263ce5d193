"""No value can change the shape of a query."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, QuerySolutions, Store
from rdflib import Literal as RdflibLiteral
from rdflib import URIRef
from rdflib.plugins.sparql import prepareQuery

from graphsvc.errors import GraphsvcError, InputErrors
from graphsvc.questions.template import Template, Value, scan, serialise

SPECIAL = "\"'\\<>{}()[]|^`#$?@:;,.&=!*/+-~%_ \t\n\r\x08\x0c\u00a0\u2028\u0085uUnré字😀"
FRAGMENTS = [
    '"', "'", '"""', "'''", "\\", "\\\"", "#", "<", ">", "$x", "?x", "}", "{", "#+if x", "#+",
    "\\u0022", "\\U00000022", "\n", " } UNION { ?a ?b ?c ", "SELECT", "@en", "^^", "<urn:x>",
]
texts = st.one_of(
    st.text(st.sampled_from(SPECIAL)), st.text(),
    st.lists(st.sampled_from(FRAGMENTS)).map("".join),
)
iris = st.lists(st.sampled_from([*"aé字:/?@!$&'()*+,;=-._~", "%20", "$x"])).map(
    lambda parts: f"urn:x:{''.join(parts)}")
XSD = "http://www.w3.org/2001/XMLSchema#"
numbers = st.one_of(
    st.integers().map(lambda n: Literal(str(n), datatype=NamedNode(f"{XSD}integer"))),
    st.integers(-10**12, 10**12).map(
        lambda n: Literal(f"{n}.125", datatype=NamedNode(f"{XSD}decimal"))),
    st.booleans().map(Literal),
    st.dates().map(lambda d: Literal(d.isoformat(), datatype=NamedNode(f"{XSD}date"))),
)
values = st.one_of(texts.map(Literal), numbers, iris.map(NamedNode))

QUERIES = [
    "SELECT ?v WHERE { VALUES ?v { $x } }",
    "SELECT ?v WHERE{VALUES ?v{$x}}",
    "SELECT ?v WHERE { BIND($x AS ?v) }",
    "SELECT ?v WHERE { BIND($x AS ?v)#$x\n}",
    "SELECT ?v { { SELECT ($x AS ?v) { } } FILTER(BOUND(?v)||!(1<2&&2<$x)&&'$x'!=\"$x\") }",
    'SELECT ?v { BIND(IF("""a"$x"""=\'\'\'$x\'\'\',1,$x)AS ?v) }',
]


def bind(query: str, *terms: Value) -> str:
    return Template(query).bind({"x": terms})


def shape(query: str) -> list[tuple[str, str]]:
    return [(token.type, token.text) for token in scan(query) if token.type != "space"]


@settings(deadline=None, max_examples=400)
@given(values, st.sampled_from(QUERIES))
def test_a_bound_query_has_the_tokens_of_its_template_and_of_the_term(
    value: Value, query: str
) -> None:
    try:
        term = serialise(value)
    except GraphsvcError:
        assert re.search(r"\\[uU]", str(value))
        return
    expected = [
        token for kind, text in shape(query)
        for token in (shape(term) if (kind, text) == ("variable", "$x") else [(kind, text)])
    ]
    assert shape(bind(query, value)) == expected


@settings(deadline=None, max_examples=400)
@given(values, st.sampled_from(QUERIES))
def test_the_engine_reads_exactly_the_term_that_was_bound(value: Value, query: str) -> None:
    try:
        bound = bind(query, value)
    except GraphsvcError:
        return
    solutions = Store().query(bound)
    assert isinstance(solutions, QuerySolutions)
    assert [solution["v"] for solution in solutions] == [value]


@settings(deadline=None, max_examples=60)
@given(st.one_of(texts.map(Literal), iris.map(NamedNode)), st.sampled_from(QUERIES[:4]))
def test_another_parser_sees_the_same_algebra_but_for_the_constant(
    value: Value, query: str
) -> None:
    try:
        bound = bind(query, value)
    except GraphsvcError:
        return
    is_text = isinstance(value, Literal)
    constant = RdflibLiteral(value.value) if is_text else URIRef(value.value)
    sample = RdflibLiteral("sample") if is_text else URIRef("urn:sample")
    plain = bind(query, Literal("sample") if is_text else NamedNode("urn:sample"))
    found = repr(prepareQuery(bound).algebra).replace(repr(constant), repr(sample))
    assert found == repr(prepareQuery(plain).algebra)


@settings(deadline=None)
@given(st.lists(values.filter(lambda v: "\\u" not in str(v).lower()), min_size=1, max_size=5))
def test_several_terms_stay_several_terms(terms: list[Value]) -> None:
    solutions = Store().query(bind("SELECT ?v WHERE { VALUES ?v { $x } }", *terms))
    assert isinstance(solutions, QuerySolutions)
    assert [solution["v"] for solution in solutions] == terms
    inside = Store().query(bind("ASK { FILTER(1 IN ($x, 1)) }", *terms))
    assert bool(inside)


@given(st.text(st.sampled_from(SPECIAL + "$?xa1")))
def test_scanning_loses_nothing(text: str) -> None:
    assert "".join(token.text for token in scan(text)) == text


@pytest.mark.parametrize("text", ["\\u0022", "a\\U00000022", "\x00", "\x7f", "\uffff"])
def test_what_a_parser_may_decode_too_early_is_refused(text: str) -> None:
    with pytest.raises(GraphsvcError, match="control character, or a backslash"):
        serialise(Literal(text))


def test_names_inside_strings_comments_and_iris_are_left_alone() -> None:
    query = "SELECT ?v { ?v <urn:a> \"$x\", '$x', '''$x''' . # $x\n ex:a\\$x ex:b $x }"
    expected = query.replace("ex:b $x", 'ex:b "1"')
    assert bind(query, Literal("1")) == expected


def test_terms_are_kept_apart_from_what_stands_beside_them() -> None:
    bound = bind("ASK { FILTER(?a<$x&&?b=$x||1) }", NamedNode("urn:y"))
    assert bound == "ASK { FILTER(?a< <urn:y> &&?b= <urn:y> ||1) }"


def test_a_place_without_a_value_stays_a_variable() -> None:
    assert Template("ASK { ?a ?b $x }").bind({}) == "ASK { ?a ?b $x }"


def test_a_clause_goes_when_its_place_has_no_value() -> None:
    template = Template("ASK {\n?s ?p ?o\n#+if x  FILTER(?o = $x)\n}")
    assert template.bind({}).split("\n") == ["ASK {", "?s ?p ?o", "", "}"]
    bound = template.bind({"x": [Literal("1")]}).split("\n")
    assert bound == ["ASK {", "?s ?p ?o", '  FILTER(?o = "1")', "}"]


def test_what_is_before_a_marker_is_for_other_tools() -> None:
    template = Template("ASK {\nVALUES $x { 7 } #+if x\n"
                        "VALUES ?v { UNDEF } #+if y VALUES ?v { $y }\n?v ?p $x }")
    assert template.samples == {"x"}
    assert template.bind({"x": [Literal("1")]}).split("\n") == ["ASK {", "", "", '?v ?p "1" }']
    bound = template.bind({"x": [Literal("1")], "y": [NamedNode("urn:a"), NamedNode("urn:b")]})
    assert bound.split("\n") == ["ASK {", "", " VALUES ?v { <urn:a> <urn:b> }", '?v ?p "1" }']


def test_a_marker_inside_a_long_string_is_no_marker() -> None:
    query = 'ASK { BIND("""\n#+if x\n""" AS ?v) }'
    assert Template(query).bind({}) == query


def test_several_terms_where_one_fits_are_refused() -> None:
    with pytest.raises(GraphsvcError, match="takes one value"):
        bind("ASK { ?a ?b $x }", Literal("1"), Literal("2"))


@pytest.mark.parametrize(("query", "line", "problem"), [
    ("ASK {\n#+end\n}", 2, "`#+end` is not a marker."),
    ("ASK {\n#+iff x\n}", 2, "`#+iff x` is not a marker."),
    ("ASK {\n#+if x#+if y\n}", 2, "`#+if x#+if y` is not a marker."),
    ("ASK {\nBIND('''a\nb''' AS ?x) #+if x\n}", 3, "A text of several lines is before `#+if x`."),
    ("ASK { ?a <urn:x:$x> 1 }", 1, "`<urn:x:$x>` may be an IRI or a comparison."),
    ("ASK {\n FILTER(?a<?b&&$x>1) }", 2, "`<?b&&$x>` may be an IRI or a comparison."),
    ("ASK { ?a ?b $x@en }", 1, "A place cannot carry a language tag or datatype."),
    ("ASK { ?a ?b $x ^^<urn:y> }", 1, "A place cannot carry a language tag or datatype."),
    ("ASK { ?a ?b '\\u0041' }", 1, "A `\\u` escape is read in different ways."),
])
def test_doubtful_queries_are_refused_with_their_line(
    query: str, line: int, problem: str
) -> None:
    with pytest.raises(InputErrors) as raised:
        Template(query, file="q.rq")
    assert (raised.value.errors[0].location, raised.value.errors[0].message) == (
        f"q.rq:{line}", problem)
