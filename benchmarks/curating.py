"""How much of a curated document the drafts find: leave one out, read, draft, compare.

    python -m benchmarks.curating ../shared/sources            prints the table
    python -m benchmarks.curating ../shared/sources --record   also keeps it, and puts it into docs

For each document the project is copied without it (`benchmarks/left_out.py` says what goes), its
text is read as `graphsvc curate add` reads it, and the drafts are compared with the curated data:

- use: the same thing used, and the same place; where the curators name a place that only this
  document introduces (a partnership without a name), the draft must name no other. One use for each
  thing and place. Right: drafts of which the curators have such a use.
- stage, effect: of the uses that were found, those with the curators' value.
- new: approaches of the curators' uses that the copy lacks, of which a candidate has a name. Two
  names are the same if one has all salient words of the other. Right: candidates for approaches
  that name such an approach.
- grade: the indicator (its IRI or, where the copy lacks it, its number) with the grade, or not
  evaluated. Date: beginning, end or publication of an inspection, and publication of the document,
  on the day, or in the month or year, that the curators have.
- figure: value (number, word or trend) and unit are the same, a passage is shared, and so is what
  is counted: the measure, the population, or a salient word of both measures.
  Each curated figure counts once. Right: drafts that are such a figure.
- mentioned: policies, organisations and themes that the curators' statements point at and that the
  copy has, each once; found where a draft points at it from a passage of such a statement. Right:
  of the things that drafts point at.
- list: strengths, priorities, key messages and key findings: the class and the passage.
"""

from __future__ import annotations

import argparse
import json
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pyoxigraph as ox

from benchmarks.left_out import leave_out, left_out
from graphsvc.curate.drafting import draft
from graphsvc.curate.graph import CuratedGraph
from graphsvc.curate.reading import read
from graphsvc.curate.records import Draft, Reading
from graphsvc.project import Project
from graphsvc.sources.documents import outline_slugs
from graphsvc.sources.turtle import read_turtle
from graphsvc.words import words

ROOT = Path(__file__).resolve().parent.parent
RECORD = Path(__file__).parent / "curating.json"
PAGE = ROOT / "docs" / "curating.md"
BEGIN, END = "<!-- leave one out -->", "<!-- end of leave one out -->"

JI = "https://w3id.org/joint-inspections/def#"
_SKOS = "http://www.w3.org/2004/02/skos/core#"
_DCTERMS = "http://purl.org/dc/terms/"
_SCHEMA = "https://schema.org/"
_SDMX = "http://purl.org/linked-data/sdmx/2009/"
_EVIDENCE = "http://www.w3.org/ns/prov#wasDerivedFrom"
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_VALUES = (f"{_SDMX}measure#obsValue", f"{JI}verbalValue", f"{JI}trend")
_UNIT = f"{_SDMX}attribute#unitMeasure"
_DATES = (f"{_SCHEMA}startDate", f"{_SCHEMA}endDate", f"{_DCTERMS}issued")
_MENTIONED = ("policy", "organisation", "theme")
_LISTED = ("Strength", "ImprovementPriority", "KeyMessage", "KeyFinding")
_PLAIN = {"number", "share", "rate", "children", "young", "people", "person"}
"""Words that are no sign that two things counted are the same."""

ROWS = {
    "uses found": 90, "uses right": 80, "stage": 75, "effect": 75,
    "new approaches named": 75, "candidates right": 50, "grades": 100, "dates": 100,
    "figures": 85, "figures right": None, "changes in words": None,
    "mentioned": 90, "mentioned right": None, "lists": 100, "lists right": None,
}
"""The rows of the table, with what is to be reached in per cent, if anything is."""
MOST_SECONDS = 20


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    part: int
    full: int

    @property
    def percent(self) -> float:
        return 100 * self.part / self.full if self.full else 0.0


Thing = dict[str, list[str]]
"""The values of a thing by property, as IRIs or as text."""


class Curated:
    """What the curators wrote of one document, and what a copy without it lacks."""

    def __init__(self, project: Project, slug: str) -> None:
        self.slug, self.base = slug, project.header.base
        self.gone = left_out(project, slug)
        self.statements = _things(path for path in project.data_files
                                  if path.stem == slug and path.parent.name == "reports")
        self.reference = _things([*(path for path in project.data_files
                                    if path.parent.name == "reference"), *project.ontology_files])

    def of(self, *classes: str) -> list[Thing]:
        names = {JI + name for name in classes}
        return [thing for thing in self.statements.values() if names & {*thing.get(_TYPE, ())}]

    def lines(self, thing: Thing) -> set[int]:
        """The lines of its evidence."""
        return {int(passage.rpartition("/")[2]) for passage in thing.get(_EVIDENCE, ())}

    def names(self, iri: str) -> list[str]:
        """All names of a thing of reference."""
        thing = self.reference.get(iri, {})
        return [*thing.get(f"{_SKOS}prefLabel", ()), *thing.get(f"{_SKOS}altLabel", ())]


def _things(paths: Iterable[Path]) -> dict[str, Thing]:
    things: dict[str, Thing] = defaultdict(lambda: defaultdict(list))
    for path in paths:
        for subject, predicate, value in read_turtle(path).triples:
            if isinstance(subject, ox.NamedNode):
                things[subject.value][predicate.value].append(value.value)
    return things


def of(draft: Draft, property: str) -> list[str]:
    """What a draft has for a property: IRIs, or text."""
    return [value.iri or value.text or "" for value in draft.values if value.property == property]


def salient(text: str) -> set[str]:
    """The stems of the words that say what a text is about."""
    return {word.stem for word in words(text) if not word.is_small and word.folded not in _PLAIN}


def compare(curated: Curated, drafts: list[Draft]) -> dict[str, Share]:
    """Every row of the table for one document."""
    kinds: dict[str, list[Draft]] = defaultdict(list)
    for one in drafts:
        kinds[one.kind.removeprefix(JI)].append(one)
    return {**_uses(curated, kinds["ApproachUse"]), **_candidates(curated, kinds["Approach"]),
            "grades": _grades(curated, kinds["Evaluation"]),
            "dates": _dates(curated, [*kinds["Inspection"], *kinds["SourceDocument"],
                                      *kinds["ProgressReview"]]),
            **_figures(curated, kinds["Figure"]), **_mentioned(curated, drafts),
            **_lists(curated, kinds)}


def _uses(curated: Curated, drafts: list[Draft]) -> dict[str, Share]:
    places = (f"{JI}partnership", f"{JI}partnershipGroup")

    def known(iris: Iterable[str]) -> frozenset[str]:
        return frozenset(iri for iri in iris if "://" in iri and iri not in curated.gone)

    wanted: dict[tuple[str, frozenset[str]], Thing] = {}
    for use in curated.of("ApproachUse"):
        place = known(iri for name in places for iri in use.get(name, ()))
        for approach in known(use[f"{JI}approach"]):
            wanted[approach, place] = use
    proposed: dict[tuple[str, frozenset[str]], Draft] = {}
    for one in drafts:
        place = known(iri for name in places for iri in of(one, name))
        for approach in known(of(one, f"{JI}approach")):
            proposed.setdefault((approach, place), one)
    found = wanted.keys() & proposed.keys()

    def same(name: str) -> Share:
        return Share(sum({*wanted[key].get(JI + name, ())} == {*of(proposed[key], JI + name)}
                         for key in found), len(found))

    return {"uses found": Share(len(found), len(wanted)),
            "uses right": Share(len(found), len(proposed)),
            "stage": same("stage"), "effect": same("effectKind")}


def _candidates(curated: Curated, drafts: list[Draft]) -> dict[str, Share]:
    wanted = {iri for use in curated.of("ApproachUse") for iri in use[f"{JI}approach"]
              if iri in curated.gone}
    names = {iri: [salient(name) for name in curated.names(iri)] for iri in wanted}

    def named(draft: Draft) -> set[str]:
        said = [salient(name) for name in of(draft, f"{_SKOS}prefLabel")
                + of(draft, f"{_SKOS}altLabel")]
        return {iri for iri, known in names.items() for one in known for other in said
                if one and other and (one <= other or other <= one)}

    matches = [named(draft) for draft in drafts if not draft.known]
    return {"new approaches named": Share(len(set().union(*matches)), len(wanted)),
            "candidates right": Share(sum(map(bool, matches)), len(matches))}


def _grades(curated: Curated, drafts: list[Draft]) -> Share:
    def number(iri: str) -> str:
        """The number of an indicator, or the first word of what stands for it."""
        known = curated.reference.get(iri, {}).get(f"{JI}itemNumber", ())
        return next(iter(known), iri.split(" ")[0])

    proposed = [({number(iri) for iri in of(draft, f"{JI}indicator")}, {*of(draft, f"{JI}grade")})
                for draft in drafts]
    wanted = [({number(iri) for iri in thing[f"{JI}indicator"]}, {*thing.get(f"{JI}grade", ())})
              for thing in curated.of("Evaluation")]
    return Share(sum(one in proposed for one in wanted), len(wanted))


def _dates(curated: Curated, drafts: list[Draft]) -> Share:
    document = curated.reference[f"{curated.base}document/{curated.slug}"]
    things = [*curated.of("Inspection", "ProgressReview"), document]
    wanted = {(name, date) for thing in things for name in _DATES for date in thing.get(name, ())}
    proposed = {(name, date) for draft in drafts for name in _DATES for date in of(draft, name)}
    return Share(sum(any(name == other and said.startswith(date) for other, said in proposed)
                     for name, date in wanted), len(wanted))


def _figures(curated: Curated, drafts: list[Draft]) -> dict[str, Share]:
    changes = [draft for draft in drafts if of(draft, f"{JI}trend")]
    values = [draft for draft in drafts if not of(draft, f"{JI}trend")]
    wanted = curated.of("Figure")
    found, right = _matched(curated, [one for one in wanted if f"{JI}trend" not in one], values)
    others, _ = _matched(curated, [one for one in wanted if f"{JI}trend" in one], changes)
    return {"figures": found, "figures right": right, "changes in words": others}


def _matched(curated: Curated, wanted: list[Thing], drafts: list[Draft]) -> tuple[Share, Share]:
    """How many figures of the curators are drafted, and how many of the drafts are such figures."""
    free = [*drafts]
    for figure in wanted:
        match = next((draft for draft in free if is_figure(curated, figure, draft)), None)
        if match:
            free.remove(match)
    found = len(drafts) - len(free)
    return Share(found, len(wanted)), Share(found, len(drafts))


def is_figure(curated: Curated, figure: Thing, draft: Draft) -> bool:
    """Whether a draft is a figure of the curators: value, unit, passage and what is counted."""
    def amount(found: Callable[[str], list[str]]) -> list[str | float]:
        return [_plain(one) for name in (*_VALUES, _UNIT) for one in found(name)]

    if not (curated.lines(figure) & {*draft.passages} and amount(
            lambda name: figure.get(name, [])) == amount(lambda name: of(draft, name))):
        return False
    measure, population = f"{JI}measure", f"{JI}population"
    if any({*figure[name]} & {*of(draft, name)} for name in (measure, population)):
        return True
    said = salient(" ".join(value.text or value.label for value in draft.values
                            if value.property == measure))
    return any(salient(name) & said for iri in figure[measure] for name in curated.names(iri))


def _plain(value: str) -> str | float:
    try:
        return float(value)
    except ValueError:
        return value


def _mentioned(curated: Curated, drafts: list[Draft]) -> dict[str, Share]:
    wanted: dict[str, set[int]] = defaultdict(set)
    for thing in curated.statements.values():
        for iri in (iri for name in _MENTIONED for iri in thing.get(JI + name, ())):
            if iri not in curated.gone:
                wanted[iri] |= curated.lines(thing)
    proposed: dict[str, set[int]] = defaultdict(set)
    for one in drafts:
        for iri in filter(None, (one.known, *(value.iri for value in one.values))):
            if iri.startswith(tuple(f"{curated.base}{name}/" for name in _MENTIONED)):
                proposed[iri].update(one.passages)
    found = sum(bool(lines & proposed[iri]) for iri, lines in wanted.items() if iri in proposed)
    return {"mentioned": Share(found, len(wanted)), "mentioned right": Share(found, len(proposed))}


def _lists(curated: Curated, kinds: dict[str, list[Draft]]) -> dict[str, Share]:
    found = full = right = proposed = 0
    for name in _LISTED:
        wanted = [curated.lines(thing) for thing in curated.of(name)]
        drafts = [{*draft.passages} for draft in kinds[name]]
        found += sum(any(one & other for other in drafts) for one in wanted)
        right += sum(any(one & other for one in wanted) for other in drafts)
        full, proposed = full + len(wanted), proposed + len(drafts)
    return {"lists": Share(found, full), "lists right": Share(right, proposed)}


def drafts_of(project: Project, text: Path) -> list[Draft]:
    """The drafts of a document, by the steps of `graphsvc curate add` and `curate drafts`."""
    content = read(text)
    reading = Reading(slug=text.stem, title=content.title, sha256="",
                      paragraphs=content.paragraphs)
    return draft(reading, CuratedGraph(project))


def measure(project: Project, slug: str, sources: Path) -> Measured:
    """Leave a document out, read it, draft, and compare.

    sources: the folder of the documents as text. Raises GraphsvcError where the text is missing.
    """
    with TemporaryDirectory() as folder:
        copy = leave_out(project, slug, sources, Path(folder))
        begun = time.process_time()
        drafts = drafts_of(copy, sources / f"{slug}.txt")
        seconds = time.process_time() - begun
    return Measured(compare(Curated(project, slug), drafts), seconds)


@dataclass(frozen=True)
class Measured:
    """The rows of the table for one document, and the seconds of processor time for reading and
    drafting, which use one processor."""

    shares: dict[str, Share]
    seconds: float


def recorded() -> dict[str, Measured]:
    """The numbers of the last record, under which none may fall, by document."""
    found = json.loads(RECORD.read_text(encoding="utf-8"))
    return {slug: Measured({name: Share(*share) for name, share in one["shares"].items()},
                           one["seconds"]) for slug, one in found.items()}


def table(measured: dict[str, Measured]) -> str:
    """The table as Markdown: a row for each number, a column for each document and for all."""
    rows = [["", "reach", "all", *measured], ["---"] * (len(measured) + 3)]
    for name, reach in ROWS.items():
        shares = [one.shares[name] for one in measured.values()]
        every = Share(sum(one.part for one in shares), sum(one.full for one in shares))
        rows.append([name, f"{reach} %" if reach else "",
                     *(f"{int(share.percent + 1e-9)} %" for share in (every, *shares))])
    seconds = [one.seconds for one in measured.values()]
    rows.append(["seconds", f"under {MOST_SECONDS}",
                 *(f"{number:.0f}" for number in (max(seconds), *seconds))])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def main() -> None:
    """Measure all documents and print the table."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", type=Path, help="the folder of the documents as text")
    parser.add_argument("--record", action="store_true", help="keep the numbers and show them")
    args = parser.parse_args()
    project = Project(ROOT)
    measured = {slug: measure(project, slug, args.sources) for slug in outline_slugs(project)}
    for slug, one in measured.items():
        print(slug, ", ".join(f"{name} {share.part}/{share.full}"
                              for name, share in one.shares.items()))
    print(table(measured))
    if args.record:
        record = {slug: {"shares": {name: [share.part, share.full]
                                    for name, share in one.shares.items()},
                         "seconds": round(one.seconds, 1)} for slug, one in measured.items()}
        lines = json.dumps(record, indent=1)
        RECORD.write_text(re.sub(r"\[\s+(\d+),\s+(\d+)\s+\]", r"[\1, \2]", lines) + "\n",
                          encoding="utf-8")
        before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
        after = rest.partition(END)[2]
        PAGE.write_text(f"{before}{BEGIN}\n{table(recorded())}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
