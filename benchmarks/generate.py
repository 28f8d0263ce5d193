"""A project of any size with the shape and statistics of the real one, from a seed.

Each generated report is one of the real ones, written for a made-up place in another year: its
passages, statements and figures, and (with the first report of a place) the place, its approaches,
bodies and plans. Texts are changed so that none occurs twice; some uses are of another approach, so
that what is used together grows as it does in life. The real files stay as they are, so that the
questions' examples have answers.
"""

from __future__ import annotations

import hashlib
import random
import re
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from graphsvc.project import Project

BASE = "https://w3id.org/joint-inspections/id/"
JI = "https://w3id.org/joint-inspections/def#"
DCTERMS = "http://purl.org/dc/terms/"

DERIVED = 1.46
"""Quads of a release for each that its files state; the rules derive the rest."""

REPORTS_A_PLACE = 3
OTHER_APPROACH = 0.3
"""The share of uses that are of another approach than in the report they come from."""

_YEAR = re.compile(r"\b(19|20)\d\d\b")
_DATES = {f"http://www.w3.org/2001/XMLSchema#{name}" for name in ("date", "gYear", "gYearMonth")}
_PERIOD = "http://purl.org/linked-data/sdmx/2009/dimension#refPeriod"
_KEPT = {f"{JI}wording", f"{JI}gssCode", f"{JI}previousGssCode"}
_SYLLABLES = ("ar", "bal", "cul", "dun", "esk", "fin", "glen", "inver", "kil", "loch", "mor",
              "nairn", "ol", "pit", "ross", "strath", "tay", "ury", "wick", "yel")

Triple = tuple[ox.NamedNode, ox.NamedNode, ox.NamedNode | ox.BlankNode | ox.Literal]


@dataclass(frozen=True)
class Template:
    """A real report: its triples, and those of the place it is about."""

    slug: str
    place: str
    code: str
    report: list[Triple]
    passages: list[Triple]
    reference: list[Triple]


@dataclass(frozen=True)
class Variant:
    """What one generated report changes."""

    template: Template
    place: str
    place_number: int
    number: int
    shift: int

    @property
    def code(self) -> str:
        """What the slugs of the document's statements begin with."""
        return self.template.code + _letters(self.number)


def generate(real: Path, target: Path, quads: int, seed: int = 1) -> int:
    """Write a project whose release has about so many quads; return how many its files state.

    real: the project to take after. The target's folders are replaced.
    """
    chance = random.Random(seed)
    for name in ("ontology", "data", "queries"):
        shutil.rmtree(target / name, ignore_errors=True)
        shutil.copytree(real / name, target / name)
    for path in Project(real).texts.values():
        copy = target / path.relative_to(real.resolve())
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    templates = _templates(real)
    approaches = _used_approaches(templates)
    stated = sum(1 for folder in ("ontology", "data") for path in (real / folder).rglob("*.ttl")
                 if "shapes" not in path.parts for _ in _read(path))
    place = number = 0
    while stated * DERIVED < quads:
        place += 1
        template = chance.choice(templates)
        name = _name(place)
        shift = chance.randrange(-6, 3)
        for report in range(REPORTS_A_PLACE):
            number += 1
            variant = Variant(template, name, place, number, shift + 3 * report)
            stated += _write_report(variant, target / "data", approaches, chance, report == 0)
            if stated * DERIVED >= quads:
                break
    return stated


def _templates(real: Path) -> list[Template]:
    data = real / "data"
    described: dict[str, list[Triple]] = defaultdict(list)
    for name in ("areas", "frameworks"):
        for triple in _read(data / "reference" / f"{name}.ttl"):
            described[triple[0].value].append(triple)
    templates = []
    for path in sorted((data / "reports").glob("*.ttl")):
        place = path.stem.rstrip("0123456789-")
        own = [triple for kind in ("partnership", "council-area", "document")
               for triple in described[
                   f"{BASE}{kind}/{path.stem if kind == 'document' else place}"]]
        document = [t for t in own if t[0].value.startswith(f"{BASE}document/")]
        reference = [t for t in own if t not in document]
        reference += _read(data / "reference" / f"{place}.ttl")
        code = next(o.value for _, p, o in document if p.value == f"{JI}code")
        templates.append(Template(path.stem, place, code, [*_read(path), *document],
                                  list(_read(data / "passages" / path.name)), reference))
    return templates


def _used_approaches(templates: list[Template]) -> list[ox.NamedNode]:
    """The approaches of all uses, those used most often most often."""
    return [value for template in templates for _, predicate, value in template.report
            if predicate.value == f"{JI}approach" and isinstance(value, ox.NamedNode)]


def _read(path: Path) -> Iterator[Triple]:
    """The triples of a file, its blank nodes numbered: the parser names them at random."""
    numbers: dict[str, int] = defaultdict(lambda: len(numbers))

    def numbered(node: Any) -> Any:
        blank = isinstance(node, ox.BlankNode)
        return ox.BlankNode(f"b{numbers[node.value]}") if blank else node

    for quad in ox.parse(path.read_bytes(), format=ox.RdfFormat.TURTLE):
        yield numbered(quad.subject), quad.predicate, numbered(quad.object)


def _write_report(variant: Variant, data: Path, approaches: list[ox.NamedNode],
                  chance: random.Random, first: bool) -> int:
    """Write one report's files (with the place's own, if it is the first); return the triples."""
    template = variant.template
    renamed = {s.value: _address(s.value, template.code, f"r{variant.number}", variant.code)
               for s, _, _ in template.report + template.passages if isinstance(s, ox.NamedNode)}
    renamed |= {s.value: _address(s.value, "", f"p{variant.place_number}", "")
                for s, _, _ in template.reference if isinstance(s, ox.NamedNode)}
    parts = [("reports", template.report), ("passages", template.passages)]
    if first:
        parts.append(("reference", template.reference))
    written = 0
    for folder, triples in parts:
        changed = [_change(triple, variant, renamed, approaches, chance) for triple in triples]
        suffix = f"p{variant.place_number}" if folder == "reference" else f"r{variant.number}"
        _write(data / folder / f"{template.slug}-{suffix}.ttl", changed)
        written += len(changed)
    return written


def _change(
    triple: Triple, variant: Variant, renamed: dict[str, str], approaches: list[ox.NamedNode],
    chance: random.Random,
) -> Triple:
    subject, predicate, value = triple
    if predicate.value == f"{JI}approach" and chance.random() < OTHER_APPROACH:
        value = chance.choice(approaches)
    elif isinstance(value, ox.Literal):
        return _rename(subject, renamed), predicate, _literal(subject, predicate, value, variant)
    if isinstance(value, ox.NamedNode):
        value = _rename(value, renamed)
    return _rename(subject, renamed), predicate, value


def _rename(node: ox.NamedNode, renamed: dict[str, str]) -> ox.NamedNode:
    address = renamed.get(node.value)
    return ox.NamedNode(address) if address else node


def _address(iri: str, code: str, suffix: str, new_code: str) -> str:
    """The new IRI: another code where the slug begins with the document's, else a suffix."""
    parts = iri.removeprefix(BASE).split("/")
    if code and f"{parts[1]}-".startswith(f"{code}-"):
        parts[1] = new_code + parts[1].removeprefix(code)
    else:
        parts[1] += f"-{suffix}"
    return BASE + "/".join(parts)


def _literal(
    subject: ox.NamedNode, predicate: ox.NamedNode, value: ox.Literal, variant: Variant
) -> ox.Literal:
    text = value.value
    if predicate.value in _KEPT:
        return value
    if predicate.value == f"{JI}code":
        return ox.Literal(variant.code)
    if predicate.value == "https://schema.org/sha256":
        return ox.Literal(hashlib.sha256(f"{text} {variant.number}".encode()).hexdigest())
    if value.datatype.value in _DATES or predicate.value == _PERIOD:
        return ox.Literal(_shifted(text, variant.shift), datatype=value.datatype)
    if value.language:
        renamed = text.replace(variant.template.place.replace("-", " ").title(), variant.place)
        return ox.Literal(f"{_shifted(renamed, variant.shift)} ({variant.place} {variant.number})",
                          language=value.language)
    return value


def _shifted(text: str, years: int) -> str:
    return _YEAR.sub(lambda year: str(int(year[0]) + years), text).replace("-02-29", "-02-28")


def _letters(number: int) -> str:
    return "".join(chr(ord("a") + int(digit)) for digit in str(number))


def _name(number: int) -> str:
    """A made-up place name; no two numbers have the same."""
    size = len(_SYLLABLES)
    name = _SYLLABLES[number % size] + _SYLLABLES[number // size % size]
    return (name + ("" if number < size**2 else _letters(number // size**2))).title()


def _write(path: Path, triples: Iterable[Triple]) -> None:
    with path.open("wb") as file:
        ox.serialize((ox.Triple(*triple) for triple in triples), file, format=ox.RdfFormat.TURTLE,
                     prefixes=_PREFIXES)


_PREFIXES = {
    "ji": JI, "dcterms": DCTERMS, "skos": "http://www.w3.org/2004/02/skos/core#",
    "prov": "http://www.w3.org/ns/prov#", "schema": "https://schema.org/",
    "xsd": "http://www.w3.org/2001/XMLSchema#", "oa": "http://www.w3.org/ns/oa#",
    "ptr": "http://www.w3.org/2009/pointers#", "theme": f"{BASE}theme/",
    "cohort": f"{BASE}cohort/",
}
