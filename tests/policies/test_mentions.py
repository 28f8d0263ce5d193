"""Every mention of a policy instrument in the documents is linked to it, or listed with why not."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from graphsvc.project import Project
from graphsvc.release import Release
from tests.asking import store_of
from tests.policies.judge import PREFIXES

Mention = tuple[str, int, str]
"""Document, line and slug of the instrument."""

PARAPHRASES = {
    "children-and-young-people-act-2014": [
        "the Act requires", "functions set out in the Children", "continuing care legislation",
        "statutory corporate parenting", "statutory obligations as corporate parents",
        "new legislation and guidance"],
    "getting-it-right-for-every-child": ["wellbeing indicator"],
    "national-guidance-child-protection-2021": ["in line with national guidance"],
    "community-planning-provisions-2003": ["community planning provisions in the Local Government"],
    "looked-after-children-regulations-amendment": ["An amendment"],
    "information-sharing-code-of-practice": ["draft Code of Practice"],
    "secure-care-strategy": ["strategic approach to responses to children"],
    "carers-charter": ["formal carers' charter"],
}
"""Other words by which the documents mean an instrument."""

LOCAL = re.compile("getting it right for (every midlothian child|south lanarkshire's children)",
                   re.IGNORECASE)
"""Local groups named after an instrument."""


@pytest.fixture(scope="module")
def mentions(release: Release, shared: Path) -> set[Mention]:
    """Where the documents name an instrument by a name that the data know or a paraphrase."""
    names = defaultdict(set)
    for row in _ask(release, "SELECT ?it ?name { ?it a ji:PolicyInstrument ; "
                             "skos:prefLabel|skos:altLabel ?name }"):
        names[row[0].rpartition("/")[2]].add(row[1])
    for slug, words in PARAPHRASES.items():
        names[slug].update(words)
    assert len(names) > 50
    patterns = {slug: [*map(_pattern, known)] for slug, known in names.items()}
    return {(path.stem, number, slug) for path in (shared / "sources").glob("*-20*.txt")
            for number, line in _lines(path) for slug, known in patterns.items()
            if any(pattern.search(line) for pattern in known)}


@pytest.fixture(scope="module")
def listed(project: Project) -> set[Mention]:
    """The mentions that are not linked, with a reason."""
    path = project.root / "data" / "ledgers" / "policy-mentions.tsv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = [*csv.DictReader(file, delimiter="\t")]
    assert all(row["reason"] for row in rows)
    return {(row["document"], int(row["line"]), row["instrument"]) for row in rows}


def test_every_mention_is_linked_or_listed(
    release: Release, mentions: set[Mention], listed: set[Mention]
) -> None:
    linked = set()
    for instrument, passage in _ask(release, "SELECT DISTINCT ?it ?passage { ?statement "
                                    "ji:policy ?it ; prov:wasDerivedFrom ?passage }"):
        document, line = passage.split("/")[-2:]
        linked.add((document, int(line), instrument.rpartition("/")[2]))
    assert len(mentions) > 140
    assert mentions - linked - listed == set()
    assert listed - mentions == set(), "listed, but not a mention"
    assert listed & linked == set(), "listed, and linked all the same"


def _ask(release: Release, query: str) -> Iterator[tuple[str, str]]:
    prov = "PREFIX prov: <http://www.w3.org/ns/prov#>\n"
    rows = store_of(release).query(PREFIXES + prov + query)
    assert isinstance(rows, ox.QuerySolutions)
    for first, second in rows:
        assert isinstance(first, ox.NamedNode) and isinstance(second, (ox.NamedNode, ox.Literal))
        yield first.value, second.value


def _pattern(name: str) -> re.Pattern[str]:
    """A name as complete words, also in the plural; a short one, such as PACE, as it is written."""
    exact = " " not in name or (name[0].isupper() and len(name) < 8)
    words = re.escape(name).replace(r"\ ", r"[\s*]+")
    return re.compile(rf"(?<!\w){words}(?:e?s)?(?!\w)", 0 if exact else re.IGNORECASE)


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        yield number, LOCAL.sub("", line.replace("’", "'").replace("\\", ""))
