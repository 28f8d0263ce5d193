"""A project: the three folders of plain files, and what the ontology's header says of them."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

import pyoxigraph as ox

from graphsvc import __version__
from graphsvc.errors import GraphsvcError, InputErrors
from graphsvc.release import Header
from graphsvc.sources.turtle import TurtleFile, read_file, read_prefixes, read_turtle
from graphsvc.vocabulary import DCTERMS, DISPLAY, OWL, RDF, VANN, VOID

OWN_TERMS = [Path(__file__).parent / name for name in ("curation.ttl", "display.ttl")]
"""The terms that the software itself reads: more ontology files of every project."""

_HEADER = {
    "title": DCTERMS.title, "description": DCTERMS.description, "version": OWL.versionInfo,
    "licence": DCTERMS.license, "creator": DCTERMS.creator,
    "prefix": VANN.preferredNamespacePrefix, "namespace": VANN.preferredNamespaceUri,
    "base": VOID.uriSpace,
}
"""Where the header of an ontology says each thing that `Header` has."""


class Project:
    """The folder that holds `ontology/`, `data/` and `queries/`.

    Raises GraphsvcError when the folder or one of the three is missing.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        for name in ("ontology", "data", "queries"):
            folder = self.root / name
            if not folder.is_dir() or folder.is_symlink():
                raise GraphsvcError(
                    f"There is no folder {name}/ in {self.root}.",
                    hint="Point --project at a folder that holds ontology/, data/ and queries/.",
                )

    @cached_property
    def ontology_files(self) -> list[Path]:
        """The ontology and its vocabularies, without shapes and rules; the software's terms last.

        Raises InputErrors, as the other lists of files do, for a name that is no regular file.
        """
        shapes = self.root / "ontology" / "shapes"
        own = self._files("ontology", "*.ttl")
        return [*(path for path in own if shapes not in path.parents), *OWN_TERMS]

    @cached_property
    def shape_files(self) -> list[Path]:
        return self._files("ontology/shapes", "*.ttl")

    @cached_property
    def rule_files(self) -> list[Path]:
        return self._files("ontology/rules", "*.rq")

    @cached_property
    def data_files(self) -> list[Path]:
        return self._files("data", "*.ttl")

    @cached_property
    def query_files(self) -> list[Path]:
        """Question and view files, with the other files below `queries/`."""
        return self._files("queries", "*")

    @cached_property
    def catalogue_files(self) -> list[Path]:
        """What catalogues say of the data set, if the project says it: `catalogue.ttl`."""
        path = self.root / "catalogue.ttl"
        return [path] if path.is_file() else []

    @cached_property
    def catalogue(self) -> list[ox.Triple]:
        """The triples of the catalogue. Raises GraphsvcError where it is not Turtle."""
        return [ox.Triple(*triple) for path in self.catalogue_files
                for triple in read_turtle(path).triples]

    @cached_property
    def texts(self) -> dict[str, Path]:
        """The Markdown files that the pages show, by the end of their address.

        Raises GraphsvcError for a file that is not in the project.
        """
        root, texts = self.header.root, {}
        for file in map(read_turtle, self.ontology_files):
            for number, (subject, predicate, value) in enumerate(file.triples):
                if predicate.value == DISPLAY.file and subject.value.startswith(root):
                    path = (self.root / value.value).resolve()
                    if not path.is_file() or self.root not in path.parents:
                        raise GraphsvcError(
                            f"There is no file {value.value} in the project.",
                            location=f"{self.name(file.path)}:{file.line(number)}",
                            hint="Write the path of a Markdown file, from the project's folder.")
                    texts[subject.value.removeprefix(root)] = path
        return texts

    def file_digests(self) -> dict[str, str]:
        """The SHA-256 digest of every file that a release depends on, and the software's version.

        Raises GraphsvcError for a file that cannot be read.
        """
        files = (self.ontology_files + self.shape_files + self.data_files + self.rule_files
                 + self.query_files + self.catalogue_files + list(self.texts.values()))
        digests = {self.name(path): hashlib.sha256(read_file(path)).hexdigest()
                   for path in sorted(files)}
        return digests | {"graphsvc": __version__}

    @cached_property
    def header(self) -> Header:
        """The ontology's header, with title and description of the data set where the catalogue has
        them. Raises GraphsvcError when there is none or it is incomplete."""
        for path in self._files("ontology", "*.ttl"):
            if found := _header(read_turtle(path), self.name(path)):
                own = {triple.predicate.value: triple.object.value for triple in self.catalogue
                       if triple.subject == ox.NamedNode(found.dataset)
                       and isinstance(triple.object, ox.Literal)}
                return replace(found, title=own.get(_HEADER["title"], found.title), description=(
                    own.get(_HEADER["description"], found.description)))
        raise GraphsvcError(
            "No file in ontology/ declares an owl:Ontology.",
            location=str(self.root / "ontology"),
            hint="Add an ontology header with title, licence, preferred prefix and void:uriSpace.",
        )

    @cached_property
    def prefixes(self) -> dict[str, str]:
        """Prefixes that the project's Turtle files declare, each name with one meaning."""
        prefixes: dict[str, str] = {}
        for path in self.ontology_files + self.data_files:
            for name, iri in read_prefixes(path).items():
                if name:
                    prefixes.setdefault(name, iri)
        return dict(sorted(prefixes.items()))

    def name(self, path: Path) -> str:
        """The file's path inside the project, as messages name it."""
        if path in OWN_TERMS:
            return f"graphsvc/{path.name}"
        inside = path.resolve()
        return (inside.relative_to(self.root).as_posix() if inside.is_relative_to(self.root)
                else str(path))

    def graph(self, path: Path) -> str:
        """The named graph that holds the triples of a data or ontology file."""
        stem = self.name(path).removesuffix(".ttl").removeprefix("data/")
        return f"{self.header.root}graph/{quote(stem)}"

    def _files(self, folder: str, pattern: str) -> list[Path]:
        """The files below a folder with such names, without hidden ones."""
        found = sorted(
            path for path in (self.root / folder).rglob("*") if not path.name.startswith(".")
            and (path.match(pattern) or path.is_symlink() and path.is_dir()))
        errors = [error for path in found if (error := self._refused(path, pattern))]
        if errors:
            raise InputErrors(errors)
        return [path for path in found if path.is_file()]

    def _refused(self, path: Path, pattern: str) -> GraphsvcError | None:
        """Why a path cannot be read as a file of the project, if it cannot."""
        name = os.fsencode(path.relative_to(self.root))
        location = name.decode(errors="backslashreplace")
        if path.is_symlink():
            return GraphsvcError("This is a link, and a release is made of files.",
                                 location=location, hint="Put the file itself there.")
        if not path.is_file() and not (pattern == "*" and path.is_dir()):
            return GraphsvcError("This is not a regular file.", location=location,
                                 hint="Rename it, or remove it.")
        if location.encode() != name or not location.isprintable():
            return GraphsvcError("The name has characters that are not text.", location=location,
                                 hint="Rename the file.")
        return None


def _header(file: TurtleFile, name: str) -> Header | None:
    """The header in a file of the ontology, if it has one."""
    ontology = next((subject for subject, predicate, value in file.triples
                     if predicate.value == RDF.type and value.value == OWL.Ontology), None)
    if ontology is None:
        return None
    values = {predicate.value: value.value for subject, predicate, value in file.triples
              if subject == ontology}
    if missing := [iri for iri in _HEADER.values() if iri not in values]:
        raise GraphsvcError(
            f"The ontology {ontology} lacks {', '.join(missing)}.", location=name,
            hint="State each of them once in the owl:Ontology header.")
    header = Header(ontology.value, **{key: values[iri] for key, iri in _HEADER.items()})
    try:
        ox.NamedNode(header.namespace), ox.NamedNode(header.dataset)
    except ValueError as error:
        raise GraphsvcError(
            f"The ontology {ontology} has a namespace or void:uriSpace that is no IRI.",
            location=name, hint="Write an address such as https://example.org/id/.") from error
    return header
