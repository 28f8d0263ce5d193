"""Namespaces of the standard vocabularies that the software itself reads and writes."""

from __future__ import annotations

from rdflib import Namespace
from rdflib.namespace import DCAT, DCTERMS, OWL, PROV, RDF, RDFS, SH, SKOS, VANN, VOID, XSD

BIBO = Namespace("http://purl.org/ontology/bibo/")
CURATION = Namespace("https://w3id.org/graphsvc/curation#")
DISPLAY = Namespace("https://w3id.org/graphsvc/display#")
OA = Namespace("http://www.w3.org/ns/oa#")
PTR = Namespace("http://www.w3.org/2009/pointers#")
SCHEMA = Namespace("https://schema.org/")
SD = Namespace("http://www.w3.org/ns/sparql-service-description#")

EVIDENCE = str(PROV.wasDerivedFrom)
OTHER_NAMES = (str(SKOS.altLabel), str(SKOS.hiddenLabel))
MEANINGS = (str(SKOS.definition), str(DCTERMS.description))
NOT_FACTS = {
    str(RDF.type), str(RDFS.label), str(SKOS.prefLabel), EVIDENCE, *OTHER_NAMES, *MEANINGS}
"""What is shown of a thing before its facts: its class, names, meaning and evidence."""

__all__ = [
    "BIBO", "CURATION", "DCAT", "DCTERMS", "DISPLAY", "EVIDENCE", "MEANINGS", "NOT_FACTS", "OA",
    "OTHER_NAMES", "OWL", "PROV", "PTR", "RDF", "RDFS", "SCHEMA", "SD", "SH", "SKOS", "VANN",
    "VOID", "XSD",
]
