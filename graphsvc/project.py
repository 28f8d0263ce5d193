"""A project: the three folders of plain files, and what the ontology's header says of them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from graphsvc import __version__
from graphsvc.build.turtle import TurtleFile, read_prefixes, read_turtle
from graphsvc.errors import GraphsvcError

_DCTERMS = "http://purl.org/dc/terms/"
_OWL = "http://www.w3.org/2002/07/owl#"
_RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_VANN = "http://purl.org/vocab/vann/"
_VOID = "http://rdfs.org/ns/void#"


@dataclass(frozen=True)
class Header:
    """What the `owl:Ontology` of a project says about itself.

    iri: the ontology; prefix, namespace: its preferred prefix and the IRI it stands for;
    base: below which every thing is minted (`void:uriSpace`); licence: an IRI.
    """

    iri: str
    title: str
    description: str
    version: str
    licence: str
    creator: str
    prefix: str
    namespace: str
    base: str

    @property
    def root(self) -> str:
        """The address space that things, graphs and the ontology share."""
        return self.base.rstrip("/").rsplit("/", 1)[0] + "/"


class Project:
    """The folder that holds `ontology/`, `data/` and `queries/`.

    Raises GraphsvcError when the folder or one of the three is missing.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        for name in ("ontology", "data", "queries"):
            if not (self.root / name).is_dir():
                raise GraphsvcError(
                    f"There is no folder {name}/ in {self.root}.",
                    hint="Point --project at a folder that holds ontology/, data/ and queries/.",
                )

    @cached_property
    def ontology_files(self) -> list[Path]:
        """The ontology and its vocabularies, without shapes and rules."""
        shapes = self.root / "ontology" / "shapes"
        return [path for path in self._turtle("ontology") if shapes not in path.parents]

    @cached_property
    def shape_files(self) -> list[Path]:
        return self._turtle("ontology/shapes")

    @cached_property
    def rule_files(self) -> list[Path]:
        return sorted((self.root / "ontology" / "rules").glob("*.rq"))

    @cached_property
    def data_files(self) -> list[Path]:
        return self._turtle("data")

    @cached_property
    def query_files(self) -> list[Path]:
        """Question and view files with what stands beside them, below `queries/`."""
        return sorted(path for path in (self.root / "queries").rglob("*") if path.is_file())

    @property
    def input_files(self) -> list[Path]:
        """Every file that a release depends on."""
        graphs = self.ontology_files + self.shape_files + self.data_files
        return sorted(graphs + self.rule_files + self.query_files)

    def file_digests(self) -> dict[str, str]:
        """The SHA-256 digest of every input file, and the version of the software."""
        digests = {self.name(path): hashlib.sha256(path.read_bytes()).hexdigest()
                   for path in self.input_files}
        return digests | {"graphsvc": __version__}

    @cached_property
    def header(self) -> Header:
        """The ontology's header. Raises GraphsvcError when there is none or it is incomplete."""
        for path in (self.root / "ontology").glob("*.ttl"):
            found = _header(read_turtle(path), self.name(path))
            if found:
                return found
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
        """The file's path inside the project, as it is told in messages."""
        try:
            return path.resolve().relative_to(self.root).as_posix()
        except ValueError:
            return str(path)

    def graph(self, path: Path) -> str:
        """The named graph that holds the triples of a data or ontology file."""
        stem = path.resolve().relative_to(self.root).with_suffix("").as_posix()
        return f"{self.header.root}graph/{stem.removeprefix('data/')}"

    def _turtle(self, folder: str) -> list[Path]:
        return sorted((self.root / folder).rglob("*.ttl"))


def _header(file: TurtleFile, name: str) -> Header | None:
    ontology = next(
        (s for s, p, o in file.triples
         if p.value == _RDF_TYPE and getattr(o, "value", "") == f"{_OWL}Ontology"),
        None,
    )
    if ontology is None:
        return None
    values = {p.value: o.value for s, p, o in file.triples
              if s == ontology and hasattr(o, "value")}
    wanted = {
        "title": f"{_DCTERMS}title", "description": f"{_DCTERMS}description",
        "version": f"{_OWL}versionInfo", "licence": f"{_DCTERMS}license",
        "creator": f"{_DCTERMS}creator", "prefix": f"{_VANN}preferredNamespacePrefix",
        "namespace": f"{_VANN}preferredNamespaceUri", "base": f"{_VOID}uriSpace",
    }
    missing = [iri for iri in wanted.values() if iri not in values]
    if missing:
        raise GraphsvcError(
            f"The ontology {ontology} lacks {', '.join(missing)}.", location=name,
            hint="State each of them once in the owl:Ontology header.",
        )
    return Header(iri=ontology.value, **{key: values[iri] for key, iri in wanted.items()})
