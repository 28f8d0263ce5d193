"""A draft as a statement of the project: what it is called, its triples, and these as text, in
Turtle as curators write it.

A new thing has a slug that explains itself, used once. `curation:address` says how things of a
class are named, such as `"thing/{code}-sort-{ex:number}"`: in braces the code of the document, or a
property, whose value counts by its own slug or its words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import pyoxigraph as ox

from graphsvc.curate.graph import CuratedGraph
from graphsvc.curate.records import Draft, Value
from graphsvc.errors import GraphsvcError
from graphsvc.index import slug
from graphsvc.project import Project
from graphsvc.release import Header
from graphsvc.sources.turtle import Triple
from graphsvc.vocabulary import CURATION, DCTERMS, PROV, RDF, SKOS, XSD
from graphsvc.words import FUNCTION_WORDS, slugged

TYPE = ox.NamedNode(RDF.type)
EVIDENCE = ox.NamedNode(PROV.wasDerivedFrom)
_STRING = ox.NamedNode(XSD.string)
_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")
_AS_IT_IS = {
    XSD.integer: re.compile(r"[+-]?\d+"), XSD.decimal: re.compile(r"[+-]?\d*\.\d+"),
    XSD.boolean: re.compile("true|false")}
_ORDER = [TYPE, *(ox.NamedNode(str(term)) for term in (
    SKOS.prefLabel, SKOS.altLabel, SKOS.definition, DCTERMS.description))]
_FIELD = re.compile(r"\{([^{}]+)\}")
_LONGEST = 48
_SMALL = FUNCTION_WORDS - {"not", "no", "early", "own"}


def iri_for(graph: CuratedGraph, draft: Draft, code: str) -> str:
    """An IRI for a draft that nothing has had. code: what the slugs of the document's things begin
    with."""
    template = graph.gives(draft.kind, CURATION.address) or (
        re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", slug(draft.kind)).lower() + "/{skos:prefLabel}")
    path = _FIELD.sub(lambda field: _filled(graph, field[1], draft, code), template)
    start, _, end = path.rpartition("/")
    end = re.sub(r"-{2,}", "-", end).strip("-") or f"{code}-{draft.passages[0]}"
    iri = f"{graph.header.base}{start}/{end}"
    more = () if draft.kind in graph.recognised else range(2, 10_000)  # whose names are their own
    return next((one for one in (iri, *(f"{iri}-{number}" for number in more))
                 if not graph.knows(one)), iri)


def _filled(graph: CuratedGraph, field: str, draft: Draft, code: str) -> str:
    """The text for a field: empty where the draft has no such value."""
    if field in ("code", "document"):
        return code if field == "code" else draft.document
    prefix, _, local = field.partition(":")
    property_ = graph.project.prefixes.get(prefix, "") + local
    value = next((value for value in draft.values if value.property == property_), None)
    text = (value and value.text) or ""
    for one in draft.values:
        text = text.removeprefix(f"{one.label}: ")  # of the place: a slug has the code
    return slug(value.iri) if value and value.iri else _shortened(text)


def _shortened(text: str) -> str:
    """A text as a slug, without the little words if it would be too long."""
    words = slugged(re.sub(r"['\u2019]", "", text)).encode("ascii", "ignore").decode().split("-")
    if len("-".join(words)) > _LONGEST:
        words = [word for word in words if word not in _SMALL] or words
    while len(words) > 1 and len("-".join(words)) > _LONGEST:
        words.pop()
    return "-".join(words)


def code_property(graph: CuratedGraph) -> str:
    """The property of a document that holds its code; empty where the project has none."""
    return next(iter(graph.having(CURATION.code)), "")


def code_of(graph: CuratedGraph, slug: str) -> str:
    """What the slugs of a document's things begin with: its code as accepted or in the project,
    else the one that would be proposed."""
    property_ = code_property(graph)
    given = graph.value(graph.header.document(slug), property_)
    return given or (proposed_code(graph, slug) if property_ else slug)


def proposed_code(graph: CuratedGraph, slug: str) -> str:
    """A code that no document has: the letters of the slug, with more letters if they are taken."""
    property_ = code_property(graph)
    documents = graph.having(property_) if property_ else []
    taken = {code for document in documents for code in graph.values(document, property_)}
    letters = re.sub(r"[^a-z]", "", slug) or "document"
    return next(code for code in (letters, *(letters + chr(97 + n) for n in range(1, 26)))
                if code not in taken)


def short_title(slug: str) -> str:
    """A slug as a title: `stirling-2019` is `Stirling 2019`."""
    return " ".join(slug.split("-")).capitalize()


def triples(draft: Draft, header: Header) -> list[Triple]:
    """The triples of a draft that has a name: its class, its values in their order, its evidence.

    Raises GraphsvcError where a name is no address or a literal has none of its kinds.
    """
    node = _named(str(draft.iri))
    found: list[Triple] = [(node, TYPE, _named(draft.kind))]
    found += [(node, _named(value.property), _term(value)) for value in draft.values]
    return found + [(node, EVIDENCE, ox.NamedNode(f"{header.passages(draft.document)}{line}"))
                    for line in draft.passages]


def _named(iri: str) -> ox.NamedNode:
    """A thing by its address. Raises GraphsvcError where it is none."""
    try:
        return ox.NamedNode(iri)
    except ValueError as error:
        raise GraphsvcError(f"<{iri}> is no address.",
                            hint="Choose a thing from the list, or write its full address.",
                            ) from error


def _term(value: Value) -> ox.NamedNode | ox.Literal:
    """The thing or the literal that a value is. Raises GraphsvcError where it is neither."""
    if value.iri is not None:
        return _named(value.iri)
    if value.text is None:
        raise GraphsvcError(f"A value of {value.property_label or value.property} is empty.",
                            hint="Give a thing or a text, or remove the value.")
    try:
        return ox.Literal(value.text, language=value.language,
                          datatype=_named(value.datatype) if value.datatype else None)
    except ValueError as error:
        raise GraphsvcError(f"{value.language!r} is no language, or goes with no type.",
                            location=value.property_label or value.property,
                            hint="Write a tag such as en, and no type with it.") from error


class Turtle:
    """Writes statements: short names, a property a line, evidence last.

    names: of prefixes, by their namespaces; used: the namespaces of those that were written.
    """

    def __init__(self, names: dict[str, str]) -> None:
        self._names = names
        self.used: set[str] = set()

    def block(self, triples: list[Triple]) -> str:
        """All that is said of one thing, without a line break at its end."""
        values: dict[ox.NamedNode, list[str]] = {}
        for _, link, value in sorted(triples, key=_place):
            values.setdefault(link, []).append(self._written(value))
        lines = [f"{'a' if link == TYPE else self._written(link)} {', '.join(dict.fromkeys(said))}"
                 for link, said in values.items()]
        return f"{self._written(triples[0][0])} " + " ;\n    ".join(lines) + " ."

    def _written(self, term: ox.NamedNode | ox.BlankNode | ox.Literal) -> str:
        if isinstance(term, ox.NamedNode):
            place = max(term.value.rfind("/"), term.value.rfind("#")) + 1
            namespace, local = term.value[:place], term.value[place:]
            if namespace not in self._names or not _LOCAL.fullmatch(local):
                return str(term)
            self.used.add(namespace)
            return f"{self._names[namespace]}:{local}"
        if not isinstance(term, ox.Literal) or term.language or term.datatype == _STRING:
            return str(term)
        plain = _AS_IT_IS.get(term.datatype.value)
        if plain and plain.fullmatch(term.value):
            return term.value
        return f"{ox.Literal(term.value)}^^{self._written(term.datatype)}"


def prefix_names(
    project: Project, declared: dict[str, str], code: str, passages: str, iris: Iterable[str]
) -> dict[str, str]:
    """The names of prefixes for a file, by their namespaces.

    What the file declares comes first; then the document's code for its passages, the prefix of the
    ontology, what the project's files declare, and the sort of a thing (`bridge:`) for the rest of
    the things of the project that are named by iris.
    """
    names = {namespace: name for name, namespace in reversed(declared.items())}
    base = project.header.base
    sorts = dict.fromkeys(iri.removeprefix(base).partition("/")[0]
                          for iri in iris if iri.startswith(base))
    wanted = [(passages, code if code[:1].isalpha() else f"p-{code}"),
              (project.header.namespace, project.header.prefix),
              *((namespace, name) for name, namespace in project.prefixes.items()),
              *((f"{base}{sort}/", sort) for sort in sorts)]
    for namespace, name in wanted:
        if namespace not in names:
            names[namespace] = next(one for one in (name, *(f"{name}{n}" for n in range(2, 99)))
                                    if one not in names.values())
    return names


def _place(triple: Triple) -> int:
    """Class, names and texts come first, evidence last, the rest as it was decided."""
    link = triple[1]
    return _ORDER.index(link) if link in _ORDER else len(_ORDER) + (link == EVIDENCE)
