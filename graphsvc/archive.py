"""How a release is cited, in words and for reference managers; and what archives and catalogues
want of it: CITATION.cff, Zenodo's form, RO-Crate, Croissant, schema.org. All of it is made from the
manifest, so that it says of each file what that says."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from importlib.resources import files
from typing import Any

import yaml
from markupsafe import Markup, escape

from graphsvc.formats import file_type
from graphsvc.index import Index
from graphsvc.release import Header, Release

Json = dict[str, Any]
_SCHEMA = "https://schema.org/"
_CROISSANT = json.loads((files("graphsvc") / "croissant.json").read_text("utf-8"))
"""The JSON-LD context of Croissant 1.0."""
_KINDS = {"integer": "sc:Integer", "number": "sc:Float", "boolean": "sc:Boolean",
          "date": "sc:Date"}
"""Types of the columns of tables, as schema.org has them."""


@dataclass(frozen=True)
class Citation:
    """What a citation says. creator: a name; built: the day; root: what addresses begin with;
    path: of the release, or of a part of it as it is in the release; part: its title."""

    creator: str
    title: str
    release: str
    built: date
    root: str
    path: str
    licence: str
    key: str
    part: str = ""

    @classmethod
    def of(cls, release: Release, index: Index) -> Citation:
        header = release.header
        return cls(
            creator=index.label(header.creator) or header.creator, title=header.title,
            release=release.id, built=datetime.fromisoformat(release.manifest["built"]).date(),
            root=header.root, path=f"/release/{release.id}", licence=header.licence,
            key=f"{header.prefix}-{release.id}")

    @property
    def terms(self) -> str:
        """The licence as people call it, such as CC BY 4.0, or its address."""
        known = re.fullmatch(
            r"https?://creativecommons\.org/licenses/([a-z-]+)/([\d.]+)/?", self.licence)
        return f"CC {known[1].upper()} {known[2]}" if known else self.licence

    def of_part(self, title: str, path: str) -> Citation:
        """The citation of an answer, a thing or another page of the release by its path."""
        return replace(self, part=title, path=self.path + path)

    @property
    def address(self) -> str:
        """The lasting address of what is cited."""
        return self.root.rstrip("/") + self.path

    def __html__(self) -> str:
        """The text, whose address leads to what this service shows there."""
        text, address = escape(self.text.removesuffix(self.address)), escape(self.address)
        return Markup(f'{text}<a href="{escape(self.path)}">{address}</a>')

    @property
    def text(self) -> str:
        """One sentence, as in a list of references."""
        creator = self.creator[:1].upper() + self.creator[1:]
        end = "" if (self.part or "").endswith(("?", ".", "!")) else "."
        part = f"{self.part}{end} In: " if self.part else ""
        return (f"{part}{creator} ({self.built.year}): {self.title}, release {self.release}."
                f" {self.address}")

    @property
    def bibtex(self) -> str:
        title = f"{self.title}, release {self.release}"
        titles = f"  title = {{{self.part}}},\n  booktitle = {{{title}}},\n" if self.part else \
            f"  title = {{{title}}},\n"
        return (f"@{'incollection' if self.part else 'misc'}{{{self.key},\n"
                f"  author = {{{self.creator}}},\n{titles}"
                f"  year = {{{self.built.year}}},\n  url = {{{self.address}}}\n}}")

    @property
    def ris(self) -> str:
        """A reference in RIS, which reference managers import."""
        title = f"{self.title}, release {self.release}"
        lines = [("TY", "CHAP" if self.part else "DATA"), ("AU", self.creator),
                 ("TI", self.part or title), *([("T2", title)] if self.part else []),
                 ("PY", f"{self.built.year}"), ("DA", f"{self.built:%Y/%m/%d}"),
                 ("UR", self.address), ("ER", "")]
        return "".join(f"{tag}  - {value}\r\n" for tag, value in lines)


@dataclass(frozen=True)
class Archive:
    """A release as archives describe it. server: the address of the service, without a slash."""

    release: Release
    header: Header
    index: Index
    server: str

    @cached_property
    def citation(self) -> Citation:
        return Citation.of(self.release, self.index)

    def write(self, name: str) -> str:
        """The text of one of FILES."""
        return FILES[name](self)

    def dataset(self) -> Json:
        """The data set for search engines (schema.org `Dataset`): its files that hold all of it."""
        return {
            "@context": _SCHEMA, "@type": "Dataset", "@id": self.header.dataset,
            "name": self.header.title, "description": self.header.description,
            "version": self.release.id, "license": self.header.licence,
            "url": f"{self.server}/dataset", "identifier": self.header.dataset,
            "datePublished": self.citation.built.isoformat(), "isAccessibleForFree": True,
            "creator": {"@type": "Organization", "name": self.citation.creator},
            "citation": self.citation.text,
            "distribution": [
                {"@type": "DataDownload", "name": name, "encodingFormat": file_type(name),
                 "contentUrl": f"{self.server}/dumps/{name}", "contentSize": str(facts["bytes"]),
                 "sha256": facts["sha256"]} for name, facts in self._files.items()
                if name.startswith(("all.", "tables."))]}

    def _cff(self) -> str:
        """CITATION.cff 1.2.0: YAML in lines, for readers look for the first one in the text."""
        return yaml.safe_dump({
            "cff-version": "1.2.0", "type": "dataset",
            "message": "Please cite the release that you used.",
            "title": self.header.title, "abstract": self.header.description,
            "version": self.release.id, "date-released": self.citation.built.isoformat(),
            "url": self.header.dataset, "license-url": self.header.licence,
            "authors": [{"name": self.citation.creator}]}, sort_keys=False, allow_unicode=True)

    def _zenodo(self) -> str:
        """.zenodo.json, the form of a deposit."""
        return _json({
            "upload_type": "dataset", "title": self.header.title,
            "description": self.header.description, "version": self.release.id,
            "publication_date": self.citation.built.isoformat(), "access_right": "open",
            "creators": [{"name": self.citation.creator}],
            "notes": f"License: {self.header.licence}",
            "related_identifiers": [{"identifier": self.header.dataset,
                                     "relation": "isIdenticalTo", "resource_type": "dataset"}]})

    def _crate(self) -> str:
        """ro-crate-metadata.json (RO-Crate 1.1) of a folder with the files of `/dumps`."""
        parts = [{"@id": name, "@type": "File", "name": name, "encodingFormat": file_type(name),
                  "contentSize": str(facts["bytes"]), "sha256": facts["sha256"]}
                 for name, facts in self._files.items()]
        root = {name: value for name, value in self.dataset().items()
                if name not in ("@context", "distribution", "creator")}
        return _json({"@context": "https://w3id.org/ro/crate/1.1/context", "@graph": [
            {"@id": "ro-crate-metadata.json", "@type": "CreativeWork", "about": {"@id": "./"},
             "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"}},
            {**root, "@id": "./", "license": {"@id": self.header.licence},
             **dict.fromkeys(("author", "creator", "publisher"), {"@id": "#creator"}),
             "hasPart": [{"@id": part["@id"]} for part in parts]},
            {"@id": "#creator", "@type": "Organization", "name": self.citation.creator,
             "url": f"{self.server}/about"},
            {"@id": self.header.licence, "@type": "CreativeWork", "name": self.header.licence},
            *parts]})

    def _croissant(self) -> str:
        """croissant.json (MLCommons Croissant 1.0): the tables with their columns."""
        facts = self._files["tables.zip"]
        tables = self._package["resources"]
        return _json({
            **self.dataset(),
            "@context": _CROISSANT,
            "@type": "sc:Dataset", "conformsTo": "http://mlcommons.org/croissant/1.0",
            "citeAs": self.citation.text,
            "distribution": [
                {"@type": "cr:FileObject", "@id": "tables.zip", "name": "tables.zip",
                 "contentUrl": f"{self.server}/dumps/tables.zip", "sha256": facts["sha256"],
                 "contentSize": f"{facts['bytes']} B", "encodingFormat": "application/zip"},
                *({"@type": "cr:FileObject", "@id": table["path"], "name": table["path"],
                   "containedIn": {"@id": "tables.zip"}, "contentUrl": table["path"],
                   "encodingFormat": "text/csv"} for table in tables)],
            "recordSet": [
                {"@type": "cr:RecordSet", "@id": table["name"], "name": table["title"],
                 "field": [
                     {"@type": "cr:Field", "@id": f"{table['name']}/{field['name']}",
                      "name": field["name"], "dataType": _KINDS.get(field["type"], "sc:Text"),
                      "description": field.get("title", field["name"]),
                      "source": {"fileObject": {"@id": table["path"]},
                                 "extract": {"column": field["name"]}}}
                     for field in table["schema"]["fields"]]} for table in tables]})

    @property
    def _files(self) -> dict[str, Json]:
        """Size and digest of each file of `/dumps`."""
        return {name.removeprefix("dumps/"): facts
                for name, facts in self.release.manifest["contents"].items()
                if name.startswith("dumps/")}

    @property
    def _package(self) -> Json:
        with zipfile.ZipFile(self.release.path / "dumps" / "tables.zip") as tables:
            package: Json = json.loads(tables.read("datapackage.json"))
        return package


FILES: Mapping[str, Callable[[Archive], str]] = {
    "CITATION.cff": Archive._cff, ".zenodo.json": Archive._zenodo,
    "ro-crate-metadata.json": Archive._crate, "croissant.json": Archive._croissant,
    "dataset.jsonld": lambda archive: _json(archive.dataset())}
"""What can be written, by the name of the file."""


def _json(document: Json) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"
