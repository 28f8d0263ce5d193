"""Engines that answer SPARQL queries: one interface, embedded workers or a remote service."""
