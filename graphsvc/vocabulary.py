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

__all__ = [
    "BIBO", "CURATION", "DCAT", "DCTERMS", "DISPLAY", "OA", "OWL", "PROV", "PTR", "RDF", "RDFS",
    "SCHEMA", "SD", "SH", "SKOS", "VANN", "VOID", "XSD",
]
