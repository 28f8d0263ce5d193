"""The cases of the official SPARQL suites, as their manifests list them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlparse

from pyoxigraph import NamedNode, RdfFormat, Store

MANIFESTS = (
    "sparql11/manifest-sparql11-query.ttl",
    "sparql11/manifest-sparql11-results.ttl",
    "sparql10/manifest.ttl",
)
_MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_CASES = """
    PREFIX mf: <http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#>
    PREFIX qt: <http://www.w3.org/2001/sw/DataAccess/tests/test-query#>
    PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
    PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
    SELECT ?case ?type ?action ?query ?data ?named ?file ?label ?result ?cardinality {
      ?manifest mf:entries/rdf:rest*/rdf:first ?case .
      ?case a ?type ; mf:action ?action .
      OPTIONAL { ?action qt:query ?query }
      OPTIONAL { ?action qt:data ?data }
      OPTIONAL {
        ?action qt:graphData ?named
        OPTIONAL { ?named qt:graph ?file ; rdfs:label ?label }
      }
      OPTIONAL { ?case mf:result ?result }
      OPTIONAL { ?case mf:resultCardinality ?cardinality }
    }"""


@dataclass(frozen=True)
class Dataset:
    """What a query is evaluated over: files of the default graph, and named ones by their IRI."""

    default: tuple[Path, ...] = ()
    named: tuple[tuple[str, Path], ...] = ()


@dataclass(frozen=True)
class Case:
    """One test. expectation: the file with the expected result, or None for a syntax test;
    lax: whether rows may be there less often."""

    name: str
    kind: str
    query: Path
    dataset: Dataset
    expectation: Path | None
    lax: bool


def cases(folder: Path) -> list[Case]:
    """All cases of the suites in a folder, those over the same dataset next to each other."""
    found = [case for name in MANIFESTS for case in _cases(folder, folder / name)]
    return sorted(found, key=lambda case: (repr(case.dataset), case.name))


def _cases(folder: Path, manifest: Path) -> list[Case]:
    store = Store()
    store.load(path=str(manifest), format=RdfFormat.TURTLE, base_iri=manifest.as_uri())
    found = [case for path in _included(store) for case in _cases(folder, path)]
    rows: dict[str, list] = {}
    for row in store.query(_CASES):
        rows.setdefault(row["case"].value, []).append(row)
    group = f"{manifest.parent.parent.name}/{manifest.parent.name}"
    return found + [_case(f"{group}/{iri.split('#')[-1]}", rows[iri]) for iri in rows]


def _included(store: Store) -> list[Path]:
    """The manifests that this one includes."""
    included = []
    for quad in store.quads_for_pattern(None, NamedNode(_MF + "include"), None):
        node = quad.object
        while node.value != _RDF + "nil":
            included += [path_of(q.object.value) for q in _at(store, node, "first")]
            node = next(_at(store, node, "rest")).object
    return included


def _at(store: Store, node, name: str):
    return store.quads_for_pattern(node, NamedNode(_RDF + name), None)


def _case(name: str, rows: list) -> Case:
    first = rows[0]
    query = path_of((first["query"] or first["action"]).value)
    default = {row["data"].value for row in rows if row["data"]}
    named = {}
    for row in rows:
        if row["named"]:
            file = row["file"] or row["named"]
            named[(row["label"] or file).value] = path_of(file.value)
    dataset = Dataset(tuple(path_of(iri) for iri in sorted(default)), tuple(sorted(named.items())))
    kind = first["type"].value.split("#")[-1]
    if kind == "QueryEvaluationTest" and not default and not named:
        dataset = Dataset(named=_from(query))
    result = first["result"]
    lax = first["cardinality"] is not None
    return Case(name, kind, query, dataset, path_of(result.value) if result else None, lax)


def _from(query: Path) -> tuple[tuple[str, Path], ...]:
    """The graphs that a query's own FROM clauses name, for which the manifest gives no data."""
    names = re.findall(r"\bFROM\s+(?:NAMED\s+)?<([^>]*)>", query.read_text(), re.IGNORECASE)
    return tuple(sorted({((query.parent / n).as_uri(), query.parent / n) for n in names}))


def path_of(iri: str) -> Path:
    """The file that a file: IRI names."""
    return Path(unquote(urlparse(iri).path))
