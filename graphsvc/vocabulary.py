"""Namespaces of the standard vocabularies that the software itself reads and writes.

They are not those of rdflib, which takes a fifth of a second that every command would wait for.
"""

from __future__ import annotations


class Namespace:
    """What the IRIs of a vocabulary begin with: `SKOS.prefLabel` and `SH["class"]` are terms."""

    def __init__(self, base: str) -> None:
        self._base = base

    def __str__(self) -> str:
        return self._base

    def __getitem__(self, name: str) -> str:
        return self._base + name

    def __getattr__(self, name: str) -> str:
        if name.startswith("_"):
            raise AttributeError(name)
        term = self[name]
        setattr(self, name, term)  # so that it is looked up as any attribute from then on
        return term


BIBO = Namespace("http://purl.org/ontology/bibo/")
CURATION = Namespace("https://w3id.org/graphsvc/curation#")
DCAT = Namespace("http://www.w3.org/ns/dcat#")
DCTERMS = Namespace("http://purl.org/dc/terms/")
DISPLAY = Namespace("https://w3id.org/graphsvc/display#")
OA = Namespace("http://www.w3.org/ns/oa#")
OWL = Namespace("http://www.w3.org/2002/07/owl#")
PROV = Namespace("http://www.w3.org/ns/prov#")
PTR = Namespace("http://www.w3.org/2009/pointers#")
RDF = Namespace("http://www.w3.org/1999/02/22-rdf-syntax-ns#")
RDFS = Namespace("http://www.w3.org/2000/01/rdf-schema#")
SCHEMA = Namespace("https://schema.org/")
SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
SH = Namespace("http://www.w3.org/ns/shacl#")
SKOS = Namespace("http://www.w3.org/2004/02/skos/core#")
VANN = Namespace("http://purl.org/vocab/vann/")
VOID = Namespace("http://rdfs.org/ns/void#")
XSD = Namespace("http://www.w3.org/2001/XMLSchema#")

UNIT = "http://purl.org/linked-data/sdmx/2009/attribute#unitMeasure"
EVIDENCE = PROV.wasDerivedFrom
FOREMOST = PROV.hadPrimarySource
"""Of the evidence, the passage that carries what is said: the judgement, the number, the effect."""
LABELS = (SKOS.prefLabel, RDFS.label, DCTERMS.title)
"""What things are called by: the first of these that they have."""
OTHER_NAMES = (SKOS.altLabel, SKOS.hiddenLabel)
MEANINGS = (SKOS.definition, DCTERMS.description)
NOT_FACTS = {RDF.type, RDFS.label, SKOS.prefLabel, EVIDENCE, FOREMOST, *OTHER_NAMES, *MEANINGS}
"""What is shown of a thing before its facts: its class, names, meaning and evidence."""
