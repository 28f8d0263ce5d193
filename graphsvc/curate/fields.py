"""What can be said of the things of a class: each property with its kind of value, the values to
choose from, and the rule of the codebook for each of them. It is what shapes ask, what the ontology
allows, and what the project says of such things already."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

import pyoxigraph as ox

from graphsvc.curate.graph import CuratedGraph, Needed
from graphsvc.curate.records import Draft, Record, Value
from graphsvc.curate.statement import EVIDENCE, TYPE
from graphsvc.errors import GraphsvcError, did_you_mean
from graphsvc.index import slug
from graphsvc.vocabulary import CURATION, DCTERMS, OWL, RDF, RDFS, SKOS, XSD

Sort = Literal["choice", "thing", "link", "text", "long", "number", "date", "boolean"]
_MOST_CHOICES = 40
_LONG = 60
_FIRST = [str(term) for term in (SKOS.prefLabel, SKOS.altLabel, SKOS.definition,
                                 DCTERMS.description)]
_DATES = {
    XSD.date: re.compile(r"\d{4}-\d\d-\d\d"), XSD.gYearMonth: re.compile(r"\d{4}-\d\d"),
    XSD.gYear: re.compile(r"\d{4}")}
_NUMBERS = {XSD.integer: re.compile(r"[+-]?\d+"),
            XSD.decimal: re.compile(r"[+-]?\d*\.\d+")}
_PLAIN = (RDF.langString, RDF.PlainLiteral)


class Choice(Record):
    """A value to choose. rule: when to choose it, as the vocabulary or the codebook says."""

    iri: str
    label: str
    rule: str = ""


class Field(Record):
    """A property that things of a class may have. least, most: how many values (most: None for any
    number); sort: what a value is; choices: of a choice, all; of a thing, none, as they are many;
    datatype, language: of a text or number, as the project writes them."""

    property: str
    label: str
    hint: str = ""
    least: int = 0
    most: int | None = None
    sort: Sort = "text"
    choices: tuple[Choice, ...] = ()
    datatype: str | None = None
    language: str | None = None


class Fields:
    """The fields of the classes of a project, as long as the graph stays as it is."""

    def __init__(self, graph: CuratedGraph) -> None:
        self._graph = graph
        self.of = lru_cache(maxsize=256)(self._of)
        self.choices = lru_cache(maxsize=256)(self._choices)

    def _of(self, class_: str) -> tuple[Field, ...]:
        """The fields of a class: names and texts that most have, then what is needed, then by use.
        """
        graph, needs = self._graph, {need.property: need for need in self._graph.needs(class_)}
        things = graph.things(class_)
        used = Counter(quad.predicate.value for thing in things for quad in
                       graph.store.quads_for_pattern(ox.NamedNode(thing), None, None))
        allowed = sorted({term for one in (class_, *graph.above(class_))
                          for term in graph.having(RDFS.domain, one)})
        properties = dict.fromkeys([*needs, *(link for link, _ in used.most_common()), *allowed])
        found = [self._field(one, needs.get(one)) for one in properties
                 if one not in (TYPE.value, EVIDENCE.value)]

        def place(field: Field) -> tuple[int, bool, int]:
            often = used[field.property] > len(things) / 2
            comes_first = field.property in _FIRST and (often or field.least)
            return (_FIRST.index(field.property) if comes_first else len(_FIRST),
                    not field.least, -used[field.property])

        return tuple(sorted(found, key=place))

    def field(self, class_: str, name: str) -> Field:
        """The field of a class by the IRI, the last part or the label of its property.

        Raises GraphsvcError where there is none.
        """
        for field in self.of(class_):
            if name.casefold() in (field.property.casefold(), slug(field.property).casefold(),
                                   field.label.casefold()):
                return field
        names = [slug(field.property) for field in self.of(class_)]
        raise GraphsvcError(
            f"Things of the class {self._graph.label(class_)} have no {name!r}.",
            hint=did_you_mean(name, names, f"They may have {', '.join(names[:20])}."))

    def value(self, field: Field, text: str) -> Value:
        """The value that a text means for a field. Raises GraphsvcError where it means none."""
        text = text.strip()
        common = {"property": field.property, "property_label": field.label}
        if not text:
            raise GraphsvcError(f"{field.label}: there is no value.", location=field.property,
                                hint="Give one, or leave the property out.")
        if field.sort in ("choice", "thing"):
            iri = self._thing(field, text)
            return Value(**common, iri=iri, label=self._graph.label(iri))
        if field.sort in ("date", "number"):
            kinds = _DATES if field.sort == "date" else _NUMBERS
            datatype = next((kind for kind, form in kinds.items() if form.fullmatch(text)), None)
            if datatype is None:
                example = "2019, 2019-02 or 2019-02-28" if field.sort == "date" else "12 or 12.5"
                raise GraphsvcError(f"{field.label}: {text!r} is no {field.sort}.",
                                    location=field.property, hint=f"Write {example}.")
            return Value(**common, text=text, datatype=datatype, label=text)
        if field.sort == "link" or "://" in text:
            return Value(**common, iri=text, label=text)
        if named := [choice for choice in self.choices(field.property)
                     if text.casefold() == choice.label.casefold()]:
            return Value(**common, iri=named[0].iri, label=named[0].label)
        return Value(**common, text=text, language=field.language,
                     datatype=None if field.language else field.datatype, label=text)

    def changed(
        self, draft: Draft, given: Iterable[tuple[str, str]], lines: tuple[int, ...] = ()
    ) -> Draft:
        """A draft with other values in words, and other lines if any are given.

        given: names of properties, each with a value; what the draft has of such a property is left
        out, and an empty value leaves it out altogether. Raises GraphsvcError.
        """
        new: dict[str, list[Value]] = {}
        for name, text in given:
            field = self.field(draft.kind, name)
            new.setdefault(field.property, []).extend(
                [self.value(field, text)] if text.strip() else ())
        kept = [value for value in draft.values if value.property not in new]
        return draft.model_copy(update={
            "values": (*kept, *(value for values in new.values() for value in values)),
            "passages": lines or draft.passages})

    def class_of(self, name: str) -> str:
        """The class that a name means: IRI, last part or label. Raises GraphsvcError if none."""
        labels = {iri: self._graph.label(iri) for iri in self._graph.classes_of_things()}
        for iri, label in labels.items():
            if name.casefold() in (iri.casefold(), slug(iri).casefold(), label.casefold()):
                return iri
        raise GraphsvcError(f"There is no class {name!r}.", hint=did_you_mean(
            name, labels.values(), f"There are {', '.join(sorted(labels.values()))}."))

    def _thing(self, field: Field, text: str) -> str:
        """The thing that a text means: by IRI, slug or one of its names."""
        if "://" in text:
            return text
        wanted = " ".join(text.casefold().split())
        found = [choice.iri for choice in self.choices(field.property) if wanted in (
            slug(choice.iri), ":".join(choice.iri.split("/")[-2:]),
            *(name.casefold() for name in self._graph.called(choice.iri)))]
        if len(found) == 1:
            return found[0]
        labels = [choice.label for choice in self.choices(field.property)]
        like = [label for label in labels if wanted in label.casefold()]
        raise GraphsvcError(
            f"{field.label}: {'several things are' if found else 'nothing is'} called {text!r}.",
            location=field.property, hint=did_you_mean(text, labels, (
                f"There are {', '.join(like)}." if like else "Choose one from the list.")))

    def _field(self, property_: str, need: Needed | None) -> Field:
        sort, datatype, language = self._sort(property_, need)
        choices = self.choices(property_) if sort == "choice" else ()
        return Field(
            property=property_, label=self._graph.label(property_), sort=sort, choices=choices,
            hint=self._graph.value(property_, RDFS.comment), datatype=datatype,
            language=language, least=need.least if need else 0, most=need.most if need else None)

    def _sort(self, property_: str, need: Needed | None) -> tuple[Sort, str | None, str | None]:
        """What a value of a property is, with the datatype and the language that are usual."""
        graph, values, range_ = self._graph, self._values(property_), self._graph.range(property_)
        literals = [value for value in values if isinstance(value, ox.Literal)]
        links = [value.value for value in values if isinstance(value, ox.NamedNode)]
        if links and not literals and not any(
                link.startswith(graph.header.base) for link in links):
            return "link", None, None
        if need and need.of_class or len(literals) * 2 < len(values) or (
                OWL.ObjectProperty in graph.values(property_, RDF.type)):
            few = len(self.choices(property_)) <= _MOST_CHOICES
            return ("choice" if few else "thing"), None, None
        language = next((v.language for v in literals if v.language), None) or (
            "en" if range_ in _PLAIN else None)
        types = Counter(v.datatype.value for v in literals)
        datatype = types.most_common(1)[0][0] if types else range_ or XSD.string
        if language:
            long = sum(len(v.value) for v in literals) > _LONG * max(1, len(literals))
            return ("long" if long or property_ in _FIRST[2:] else "text"), None, language
        sort: Sort = ("number" if datatype in _NUMBERS else "date" if datatype in _DATES
                      else "boolean" if datatype == XSD.boolean else "text")
        return sort, datatype, None

    def _choices(self, property_: str) -> tuple[Choice, ...]:
        """The things that may be a value of a property: those of its classes, or else what the
        project has as values of it."""
        said = bool(self._graph.values(property_, CURATION.among) or self._graph.range(property_))
        things = self._graph.choices(property_) if said else []
        if not things:
            values = {v.value for v in self._values(property_) if isinstance(v, ox.NamedNode)}
            classes = {class_ for iri in values for class_ in self._graph.values(iri, RDF.type)}
            things = sorted({*values, *(iri for class_ in classes
                                        for iri in self._graph.things(class_))})
        return tuple(sorted((Choice(iri=iri, label=self._graph.label(iri), rule=self.rule(iri))
                             for iri in things), key=lambda choice: choice.label.casefold()))

    def rule(self, iri: str) -> str:
        """When a value is right, as the vocabulary says it; empty where it does not."""
        return self._graph.value(iri, SKOS.scopeNote) or self._graph.value(iri, SKOS.definition)

    def _values(self, property_: str) -> list[object]:
        """The values that a property has."""
        return [quad.object for quad in self._graph.store.quads_for_pattern(
            None, ox.NamedNode(property_), None)]
