"""Rules derive into graphs of their own, whether all graphs are asked at once or one by one."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from graphsvc.build.rules import Rule, apply_rule
from graphsvc.errors import GraphsvcError

DERIVED = ox.NamedNode("urn:derived")
ALL = "CONSTRUCT { ?a <urn:far> ?c } WHERE { ?a <urn:near> ?b . ?b <urn:near> ?c }"
EACH = "CONSTRUCT { ?a <urn:far> ?c } WHERE { GRAPH $graph { ?a <urn:near> ?b } ?b <urn:near> ?c }"


def rule(query: str) -> Rule:
    return Rule("far", Path("far.rq"), DERIVED, query)


@pytest.fixture
def store() -> ox.Store:
    """Two graphs that are linked with each other, and that have a link in common."""
    store = ox.Store()
    store.load(b"""
        <urn:1> { <urn:a> <urn:near> <urn:b> . <urn:b> <urn:near> <urn:c> }
        <urn:2> { <urn:b> <urn:near> <urn:c> . <urn:c> <urn:near> <urn:d> .
                  <urn:d> <urn:near> <urn:a> }
    """, format=ox.RdfFormat.TRIG)
    return store


@pytest.mark.parametrize("query", [ALL, EACH], ids=["all graphs", "one by one"])
def test_what_follows_is_added_once_in_a_graph_of_its_own(query: str, store: ox.Store) -> None:
    assert apply_rule(store, rule(query)) == 4
    found = {f"{quad.subject} {quad.object}" for quad in store.quads_for_pattern(
        None, ox.NamedNode("urn:far"), None)}
    assert found == {"<urn:a> <urn:c>", "<urn:b> <urn:d>", "<urn:c> <urn:a>", "<urn:d> <urn:b>"}
    assert len(list(store.quads_for_pattern(None, None, None, DERIVED))) == 4
    assert apply_rule(store, rule(query)) == 0


@pytest.mark.parametrize(("query", "message"), [
    ("SELECT * { ?a ?b ?c }", "A rule must be a CONSTRUCT query."),
    ("CONSTRUCT { ?a ?b }", "The rule cannot be run: "),
])
def test_what_is_not_a_rule_is_refused(query: str, message: str, store: ox.Store) -> None:
    with pytest.raises(GraphsvcError, match=message) as error:
        apply_rule(store, rule(query))
    assert error.value.location == "far.rq"
