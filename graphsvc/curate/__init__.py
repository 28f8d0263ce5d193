"""The next document: read it, draft statements, decide on each, write them into the project."""
