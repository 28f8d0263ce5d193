"""Validated part by part, a graph has the same mistakes: a part holds all that is read of it."""

from __future__ import annotations

import random
from pathlib import Path

import pyoxigraph as ox
import pytest

from graphsvc.build.shacl.fragment import fragment
from graphsvc.build.shacl.shapes import Shapes
from graphsvc.build.shacl.validation import validate
from graphsvc.errors import GraphsvcError

EX = "https://example.org/"
NODES = [*(ox.NamedNode(EX + name) for name in "abcde"), ox.BlankNode("f")]
PROPERTIES = [ox.NamedNode(EX + name) for name in "pqr"]
TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
SUBCLASS = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#subClassOf")
CLASSES = [ox.NamedNode(EX + name) for name in ("A", "B")]
PREFIXES = f"""@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix : <{EX}> .
"""
SHAPES = {
    "paths": """:s a sh:NodeShape ; sh:targetSubjectsOf :p ;
        sh:property [ sh:path ( :p [ sh:inversePath :q ] ) ; sh:maxCount 1 ] ,
            [ sh:path [ sh:alternativePath ( :q [ sh:zeroOrOnePath :r ] ) ] ; sh:class :A ] .""",
    "paths of any length": """:s a sh:NodeShape ; sh:targetObjectsOf :p ;
        sh:property [ sh:path [ sh:zeroOrMorePath :q ] ; sh:maxCount 2 ] ,
            [ sh:path ( [ sh:oneOrMorePath [ sh:inversePath :r ] ] :p ) ; sh:minCount 1 ] .""",
    "a property shape with a target": """:s a sh:PropertyShape ; sh:targetClass :A ;
        sh:path ( [ sh:inversePath :q ] [ sh:inversePath :p ] ) ; sh:minCount 1 .""",
    "shapes of values": """:s a sh:NodeShape ; sh:targetClass :A ;
        sh:property [ sh:path :p ; sh:node :inner ; sh:not [ sh:path :q ; sh:hasValue :a ] ] .
        :inner sh:or ( [ sh:class :B ] [ sh:property [ sh:path :r ; sh:minCount 1 ] ] ) .""",
    "shapes that meet again": """:s a sh:NodeShape ; sh:targetClass :A ;
        sh:property [ sh:path :p ; sh:node [ sh:property [ sh:path :p ; sh:class :B ] ] ] .""",
    "siblings": """:s a sh:NodeShape ; sh:targetClass :A ;
        sh:property [ sh:path :p ; sh:qualifiedValueShapesDisjoint true ; sh:qualifiedMinCount 1 ;
                sh:qualifiedValueShape [ sh:class :B ] ] ,
            [ sh:path :p ; sh:qualifiedValueShapesDisjoint true ; sh:qualifiedMinCount 1 ;
                sh:qualifiedValueShape [ sh:property [ sh:path :q ; sh:minCount 1 ] ] ] .""",
    "closed and compared": """:s a sh:NodeShape ; sh:targetClass :B ; sh:closed true ;
        sh:property [ sh:path :p ; sh:disjoint :q ] , [ sh:path :r ; sh:equals :p ] .""",
    "a class that is a shape": """:A a rdfs:Class , sh:NodeShape ;
        sh:property [ sh:path :p ; sh:class :A ] .""",
}
QUERIES = {
    "a path": "$this :p/^:q+ ?value",
    "a pattern that ends at it": "?value :p $this . ?value :q ?x",
    "a union that leads two ways":
        "{ $this :p ?x } UNION { ?y :q ?x . ?y :r $this } ?x :p ?value",
    "branches that reach a variable from different ends":
        "{ $this :p ?value } UNION { ?y :q ?value . ?y :r $this . ?value :p ?z }",
    "what is missing": "$this :p ?value"
                       " FILTER NOT EXISTS { ?value :q ?x FILTER EXISTS { ?x :r $this } }",
    "an optional variable that is used": "$this :p ?x OPTIONAL { ?x :q ?value } ?value :r ?y",
    "any property": "$this ?path ?value . ?path :q ?x",
    "a nested count": "{ SELECT $this (COUNT(?x) AS ?value) WHERE { $this :p ?x . ?y :q ?x }"
                      " GROUP BY $this } FILTER(?value > 1)",
    "what does not lead from it": "$this :p ?x . ?value :q :a",
    "a constant in the middle": "$this :p :b . :b :q ?value",
    "all but a property": "$this !:p ?value . ?value :q ?x",
    "a bound copy": "BIND($this AS ?same) ?same :p ?value",
}
CONSTRAINT = ":s a sh:NodeShape ; sh:targetSubjectsOf :p ; sh:sparql [ sh:prefixes : ; sh:select"
DECLARED = f"""
: sh:declare [ sh:prefix "" ; sh:namespace "{EX}"^^<http://www.w3.org/2001/XMLSchema#anyURI> ] ."""
CASES = SHAPES | {
    name: f"{CONSTRAINT} \"SELECT $this ?value {'?path' * ('?path' in where)} WHERE {{ {where} }}\""
          f" ] .{DECLARED}"
    for name, where in QUERIES.items()
} | {
    "a query in the shape of a value": f"""
        :t a sh:NodeShape ; sh:targetSubjectsOf :q ; sh:property [ sh:path :q ; sh:node :s ] .
        {CONSTRAINT} "SELECT $this WHERE {{ $this :p/:r ?x }}" ] .{DECLARED}""",
    "a query of a property shape": f"""
        :s a sh:PropertyShape ; sh:targetSubjectsOf :p ; sh:path :q ;
        sh:sparql [ sh:prefixes : ; sh:select
            "SELECT $this ?value WHERE {{ $this $PATH ?value . ?value :r ?x }}" ] .{DECLARED}""",
}


@pytest.mark.parametrize("shapes", CASES.values(), ids=CASES)
def test_parts_have_the_mistakes_of_the_whole(
    shapes: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "shapes.ttl"
    path.write_text(PREFIXES + shapes)
    found = 0
    for seed in range(40):
        data = graph(random.Random(seed))
        monkeypatch.setattr("graphsvc.build.shacl.validation.SMALL", 1_000)
        whole = validate(data, [path])
        monkeypatch.setattr("graphsvc.build.shacl.validation.SMALL", 0)
        monkeypatch.setattr("graphsvc.build.shacl.validation.PART", 1)
        assert validate(data, [path]) == whole, seed
        found += len(whole)
    assert found


def test_what_a_query_may_read_anywhere_is_read_everywhere(tmp_path: Path) -> None:
    everything = {"an optional variable that is used", "what does not lead from it",
                  "a union that leads two ways", "a bound copy", "a constant in the middle"}
    told = set()
    for name, shapes in CASES.items():
        path = tmp_path / "shapes.ttl"
        path.write_text(PREFIXES + shapes)
        read = Shapes([path])
        for shape in read.targeted:
            read.reading.state(shape.node)
        if read.reading.everything:
            told.add(name)
    assert told == everything


def test_a_query_of_a_path_of_several_properties_is_refused(tmp_path: Path) -> None:
    """The engine would take `$PATH` for any property."""
    path = tmp_path / "shapes.ttl"
    asked = CASES["a query of a property shape"]
    path.write_text(PREFIXES + asked.replace("sh:path :q", "sh:path ( :p :q )"))
    with pytest.raises(GraphsvcError) as told:
        validate(ox.Store(), [path])
    assert str(told.value) == (
        f"The shapes cannot be used: <{EX}s> has a query and a path of several properties."
        " Put its sh:sparql into a node shape, and write the path out in the query.")


@pytest.mark.parametrize(("what", "written"), [
    ("VALUES", "VALUES ?any { true } $this ?any ?value"),
    ("VALUES", "$this <urn:p> ?value } VALUES ?x { 1"),
    ("AS ?this", "$this <urn:p> ?value BIND(<urn:a> AS ?this)"),
    ("AS ?this", "{ SELECT (SAMPLE(?one) AS ?this) { ?one <urn:p> ?value } }"),
])
def test_a_query_that_gives_another_value_to_what_is_bound_is_refused(
    what: str, written: str, tmp_path: Path
) -> None:
    path = tmp_path / "shapes.ttl"
    query = ':s a sh:NodeShape; sh:targetClass :C; sh:sparql [ sh:select "SELECT $this { %s }" ] .'
    path.write_text(PREFIXES + query % written)
    with pytest.raises(GraphsvcError) as told:
        validate(ox.Store(), [path])
    assert str(told.value) == (
        f"The shapes cannot be used: a query of <{EX}s> has {what}. Write it without VALUES and"
        " without a new value for a variable that is bound before the query runs (SHACL,"
        " appendix A).")
    path.write_text(PREFIXES + query % "$this <urn:p> ?as BIND(STR(?as) AS ?values)")
    assert validate(ox.Store(), [path]) == []


def test_a_fragment_is_no_more_than_what_is_read(tmp_path: Path) -> None:
    path = tmp_path / "shapes.ttl"
    path.write_text(PREFIXES + SHAPES["a class that is a shape"])
    shapes = Shapes([path])
    a, b, c, d = NODES[:4]
    p, q, _ = PROPERTIES
    data = ox.Store()
    data.extend(ox.Quad(*triple) for triple in (
        (a, p, b), (a, q, c), (b, TYPE, CLASSES[1]), (b, p, d), (c, TYPE, CLASSES[0])))
    [shape] = shapes.targeted
    read = fragment(data, [(a, frozenset({shapes.reading.state(shape.node)}))])
    assert set(read) == {ox.Triple(a, p, b), ox.Triple(b, TYPE, CLASSES[1])}


def graph(chance: random.Random) -> ox.Store:
    """A small graph in which much is linked with much, in two named graphs."""
    data = ox.Store()
    graphs = [ox.NamedNode(EX + "one"), ox.NamedNode(EX + "two")]
    for _ in range(chance.randint(3, 18)):
        link = ox.Quad(chance.choice(NODES), chance.choice(PROPERTIES), chance.choice(NODES),
                       chance.choice(graphs))
        data.add(link)
    for node in NODES:
        if chance.random() < 0.7:
            data.add(ox.Quad(node, TYPE, chance.choice(CLASSES), chance.choice(graphs)))
    if chance.random() < 0.5:
        data.add(ox.Quad(CLASSES[1], SUBCLASS, CLASSES[0], graphs[0]))
    data.add(ox.Quad(PROPERTIES[0], PROPERTIES[1], chance.choice(NODES), graphs[1]))
    return data
