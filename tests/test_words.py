"""Everything that people read is in plain English: words that have no place in it, and where.

The words are those that earlier versions overused, with the ordinary word for each. Docstrings,
comments, messages and names of the software are checked, its pages, the documentation, and what
the ontology, the shapes and the questions say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

WORDS = {
    r"tell|tells|telling|told": "say, report, show",
    r"mend|mends|mended|mending": "fix, correct",
    r"beside": "next to, as well as",
    r"(?:stand|stands|stood)(?! (?:in )?for|_in)": "is, appears",
    r"whole|wholly": "complete, full, all",
    r"anew": "again",
    r"amid|amidst": "during, among",
    r"hence|whence|lest|ere": "so, from where, in case, before",
    r"(?:there|where)(?:of|in|upon|by|from|with)": "of it, in which, ...",
    r"shall": "will, must",
    r"upon": "on",
    r"whilst|amongst": "while, among",
    r"utili[sz]e[ds]?|leverag(?:e|es|ed|ing)|facilitat(?:e|es|ed|ing)": "use, help",
    r"in order to": "to",
    r"call(?:ed|s)? off": "cancel",
    r"slips?": "mistake, discrepancy",
    r"at least so many": "at least this many",
    r"nought|naught": "nothing, zero",
}
"""Words, as patterns, and what to write instead."""

EXCEPTIONS = (
    "as a whole", "whole number", "whole family", "whole-family", "whole system", "whole-system",
    "source.tell()", "- told: {", "AS ?told)",
    '"facilitated"', '"facilitates"', '"facilitating"', '"facilitated by"', '"in order to"',
    '"whole"', "on the whole", '"had not been consistently heard or acted upon"',
    "views-acted-upon",
)
"""What may be written nevertheless: ordinary words, terms of the domain, and names that are fixed
(a method of Python's files, the column `told` of the question evaluation-matrix); words that
documents use, by which drafts are made; a passage quoted in the graph, and a name in it."""

PLACES = (
    "graphsvc/**/*.py", "graphsvc/**/*.rq", "graphsvc/**/*.j2", "graphsvc/**/*.ttl",
    "graphsvc/web/pages/templates/**/*.html", "graphsvc/web/pages/static/*.js", "frontend/src/*",
    "frontend/*.sh", "frontend/*.mjs", "docs/*.md", "*.md", "Makefile", "pyproject.toml", ".ci/run",
    "deploy/**/*", "ontology/**/*.ttl", "ontology/**/*.rq", "queries/**/*.rq", "queries/**/*.yaml",
    "queries/**/*.md", "benchmarks/*.py",
    "data/reports/*.ttl", "data/reference/*.ttl",
)

WORD = re.compile(
    "|".join(f"(?P<w{n}>(?<![A-Za-z])(?:{word})(?![A-Za-z-]))" for n, word in enumerate(WORDS)),
    re.IGNORECASE)
PERMITTED = re.compile("|".join(map(re.escape, EXCEPTIONS)), re.IGNORECASE)


def files() -> list[Path]:
    """The files that people read, without this one."""
    found = {path for place in PLACES for path in ROOT.glob(place) if path.is_file()}
    as_people_write = ROOT / "queries/wordings.yaml"
    return sorted(found - {Path(__file__), as_people_write})


def misplaced(text: str) -> Iterator[tuple[int, str, str]]:
    """The line, word and better words of each word that has no place in a text."""
    better = list(WORDS.values())
    for number, line in enumerate(text.splitlines(), 1):
        for match in WORD.finditer(PERMITTED.sub("", line)):
            yield number, match[0], better[int(str(match.lastgroup)[1:])]


@pytest.mark.parametrize(("text", "found"), [
    ("It tells why.", ["tells"]), ("self._told = 1", ["told"]), ("a Whole Family approach", []),
    ("understand the standard", []), ("where it stands", ["stands"]), ("it stands for two", []),
])
def test_words_are_found_in_prose_and_in_names(text: str, found: list[str]) -> None:
    assert [word for _, word, _ in misplaced(text)] == found


def test_there_is_no_word_that_has_no_place() -> None:
    paths = files()
    assert len(paths) > 100
    wrong = [f"{path.relative_to(ROOT)}:{number}: '{word}' (write: {better})"
             for path in paths for number, word, better in misplaced(path.read_text("utf-8"))]
    assert not wrong, f"{len(wrong)} words:\n" + "\n".join(wrong)
