"""Statements in Turtle as curators write them: short names, a property a line, evidence last."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pyoxigraph as ox

from graphsvc.curate.statement import EVIDENCE, TYPE
from graphsvc.project import Project
from graphsvc.sources.turtle import Triple
from graphsvc.vocabulary import DCTERMS, SKOS, XSD

_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")
_AS_IT_IS = {
    str(XSD.integer): re.compile(r"[+-]?\d+"), str(XSD.decimal): re.compile(r"[+-]?\d*\.\d+"),
    str(XSD.boolean): re.compile("true|false")}
_FIRST = [ox.NamedNode(str(term)) for term in (
    SKOS.prefLabel, SKOS.altLabel, SKOS.definition, DCTERMS.description)]


class Style:
    """Writes terms with the prefixes of a file. names: of prefixes, by their namespaces."""

    def __init__(self, names: dict[str, str]) -> None:
        self._names = names

    def block(self, triples: list[Triple]) -> str:
        """All that is said of one thing, without a line break at its end."""
        values: dict[ox.NamedNode, list[str]] = {}
        for _, link, value in sorted(triples, key=_place):
            values.setdefault(link, []).append(self._term(value))
        lines = [f"{'a' if link == TYPE else self._term(link)} {', '.join(dict.fromkeys(said))}"
                 for link, said in values.items()]
        return f"{self._term(triples[0][0])} " + " ;\n    ".join(lines) + " ."

    def namespaces(self, triples: list[Triple]) -> set[str]:
        """The namespaces whose prefixes the text of the triples uses."""
        nodes = [term for triple in triples for term in triple if term != TYPE]
        nodes += [value.datatype for _, _, value in triples
                  if isinstance(value, ox.Literal) and not value.language and "^^" in
                  self._term(value)]
        return {namespace for node in nodes if isinstance(node, ox.NamedNode)
                and (namespace := _split(node.value)[0]) in self._names}

    def _term(self, term: ox.NamedNode | ox.BlankNode | ox.Literal) -> str:
        if isinstance(term, ox.NamedNode):
            namespace, local = _split(term.value)
            return f"{self._names[namespace]}:{local}" if (
                namespace in self._names and _LOCAL.fullmatch(local)) else str(term)
        if not isinstance(term, ox.Literal) or term.language:
            return str(term)
        plain = _AS_IT_IS.get(term.datatype.value)
        if plain and plain.fullmatch(term.value):
            return term.value
        text = str(ox.Literal(term.value))
        return text if term.datatype == XSD_STRING else f"{text}^^{self._term(term.datatype)}"


XSD_STRING = ox.NamedNode(str(XSD.string))


def prefix_names(
    project: Project, declared: dict[str, str], code: str, passages: str, iris: Iterable[str]
) -> dict[str, str]:
    """The names of prefixes for a file, by their namespaces.

    What the file declares comes first; then the document's code for its passages, the prefix of the
    ontology, what the project's files declare, and the sort of a thing (`bridge:`) for the rest of
    the things of the project that are named by iris.
    """
    names = {namespace: name for name, namespace in reversed(declared.items())}
    own = {_split(iri)[0]: iri.removeprefix(project.header.base).partition("/")[0]
           for iri in iris if iri.startswith(project.header.base)}
    wanted = [(passages, code if code[:1].isalpha() else f"p-{code}"),
              (project.header.namespace, project.header.prefix),
              *((namespace, name) for name, namespace in project.prefixes.items()),
              *((namespace, sort) for namespace, sort in own.items()
                if namespace == f"{project.header.base}{sort}/")]
    for namespace, name in wanted:
        if namespace not in names:
            taken = names.values()
            names[namespace] = next(one for one in (name, *(f"{name}{n}" for n in range(2, 99)))
                                    if one not in taken)
    return names


def _split(iri: str) -> tuple[str, str]:
    """The namespace of an address, and the rest: what comes after the last slash or hash."""
    place = max(iri.rfind("/"), iri.rfind("#")) + 1
    return iri[:place], iri[place:]


def _place(triple: Triple) -> int:
    """Class, names and texts come first, evidence last, the rest as it was decided."""
    _, link, _ = triple
    if link == TYPE:
        return -1
    if link == EVIDENCE:
        return len(_FIRST) + 1
    return _FIRST.index(link) if link in _FIRST else len(_FIRST)
