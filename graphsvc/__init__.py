"""graphsvc: compile a folder of plain RDF files into a validated release and answer from it."""

__version__ = "0.1.0"
