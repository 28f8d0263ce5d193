"""Search by words, class and facet, in the tables that graphsvc.build.index writes."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from graphsvc.names import Names
from graphsvc.vocabulary import RDF
from graphsvc.words import Word, fold, words

TYPE = RDF.type
YEAR = "year"
"""The name of the facet that holds a thing's year."""

Filters = Mapping[str, Sequence[str]]
"""By property (an IRI, or YEAR): values, all of which a thing must have."""

MARK_ON, MARK_OFF = "\x02", "\x03"
"""What is around the words of a snippet that were searched for."""

_LONGEST = 300
_SMALL = 3
"""Letters up to which a word says too little to be marked in a snippet."""
_SHORTEST_PART = 3
"""Letters of each part of a compound."""
_SURE = 0.95
"""How alike a name must be for a search to follow what it leads to."""
_SCORE = "bm25(texts, 10.0, 8.0, 1.0, 1.0) - ln(1 + things.links) / 2"
_EXACT, _NEAR, _LAST, _ON = -100.0, -50.0, 50.0, 60.0
"""Scores of things that are called just so, of those that a hierarchy leads to or that are named
among other words, of values that are not named, and of things that have one of the first as the
value of a facet."""
_NAMES = "{label names}"

_HITS = """
PRAGMA temp_store = MEMORY;
DROP TABLE IF EXISTS temp.hits;
CREATE TEMP TABLE hits(id INTEGER PRIMARY KEY, score REAL, why TEXT);
"""
_SUGGEST = f"""
SELECT things.iri, things.label, things.class, texts.names
FROM texts JOIN things ON things.id = texts.rowid
WHERE texts MATCH :match AND
    iif(:class IS NULL, NOT things.quiet,
        things.id IN (SELECT thing FROM facets WHERE property = :type AND value = :class))
ORDER BY things.id NOT IN (SELECT thing FROM names WHERE folded = :name AND names.name <> ''),
    {_SCORE}
LIMIT 8
"""

_MOST_NEAR = 60
"""Things that are nearest to a text."""
_NEAREST = """
SELECT things.iri, texts.label || ' ' || names || ' ' || body || ' ' || forms, -bm25(texts),
    (SELECT json_group_array(value) FROM facets WHERE thing = things.id)
FROM texts JOIN things ON things.id = texts.rowid
WHERE texts MATCH :match AND things.id IN (
    SELECT thing FROM facets JOIN json_each(:classes) AS class ON facets.value = class.value
    WHERE property = :type)
ORDER BY bm25(texts), things.iri LIMIT :limit
"""


@dataclass(frozen=True)
class Entry:
    """A thing as the index knows it. kind: the IRI of its most special class."""

    iri: str
    label: str | None
    kind: str | None
    note: str | None = None


@dataclass(frozen=True)
class Hit:
    """A thing that was found. why: what led to it; shown: whether its label or snippet shows that.

    snippet: the place in its texts, with MARK_ON and MARK_OFF around the words.
    """

    entry: Entry
    why: str
    snippet: str | None = None
    shown: bool = False


@dataclass(frozen=True)
class Near:
    """A thing that holds some of the words of a text. held: their stems; share: how much they say,
    with the names of what it is on, of what all words say."""

    iri: str
    held: frozenset[str]
    share: float


@dataclass(frozen=True)
class Found:
    """A page of hits, how many there are in all, and how they spread over the facets.

    loosened: whether nothing held all the words, so that some of them were enough.
    wordless: whether the text was not empty and yet held no word, so that nothing could be found.
    corrected: words that were taken for misspelt others.
    """

    hits: list[Hit]
    total: int
    facets: Mapping[str, list[tuple[str, int]]]
    loosened: bool = False
    wordless: bool = False
    corrected: Mapping[str, str] = field(default_factory=dict)


def forms(words: Iterable[Word]) -> set[str]:
    """What a text is found by, besides its words: its numbers in figures, and its acronyms.

    The acronym PACE is `capspace`, so that it is not found by a word `pace`.
    """
    return {_capitals(word) if word.is_capital else word.folded for word in words
            if word.is_capital or word.folded[0].isdecimal()}


def _capitals(word: Word) -> str:
    return f"caps{word.folded}"


class Search:
    """A search for a text by the words of a release."""

    def __init__(self, connection: sqlite3.Connection, names: Names, text: str) -> None:
        self._connection, self._names, self._text = connection, names, text[:_LONGEST]
        self._written = words(self._text)
        heard = names.corrected(self._written)
        self._words = [word for word in heard if not word.is_small] or heard
        self._corrected = {old.text: new.folded for old, new in zip(
            self._written, heard, strict=True) if old.folded != new.folded}

    def page(self, filters: Filters, limit: int, offset: int) -> Found:
        """Things that hold the words of the text; nothing, where it is of signs alone.

        An empty text finds by the filters alone, in the order of labels. Classes that the project
        calls quiet are left out unless the filters name a class.
        """
        wordless = not self._words and bool(self._text.strip())
        loosened = False
        self._connection.executescript(_HITS)
        if self._words:
            loosened = not self._collect(" AND ")
            if loosened:
                self._collect(" OR ")
                self._put_named_first()
            self._widen()
        elif not wordless:
            self._connection.execute(
                "INSERT INTO hits SELECT id, 0, 'in the list' FROM things"
                " WHERE label NOT NULL AND class NOT NULL")
        self._narrow(filters)
        total = self._connection.execute("SELECT COUNT(*) FROM hits").fetchone()[0]
        hits = list(self._hits(limit, offset))
        return Found(hits, total, self._facets(), loosened and total > 0, wordless,
                     self._corrected)

    def suggestions(self, of_class: str | None) -> list[Hit]:
        """Things whose names hold words that begin like those of the text, the likeliest first.

        of_class: IRI of the class they must have; without it quiet classes are left out.
        """
        if not self._words:
            return []
        rows = self._connection.execute(_SUGGEST, {
            "match": f"{_NAMES} : ({self._match(' AND ')})", "type": TYPE, "class": of_class,
            "name": fold(self._text)}).fetchall()
        return [Hit(Entry(iri, label, class_), why, shown=shown)
                for iri, label, class_, names in rows
                for why, shown in (self._why(label, names, ""),)]

    def things(self, classes: Collection[str], named: bool) -> list[str]:
        """The IRIs of all things that hold the words, or only of those whose names do, with those
        that are narrower than what the text names. classes: IRIs; none for things of any class."""
        if not self._words:
            return []
        self._connection.executescript(_HITS)
        self._collect(" AND ", f"{_NAMES} : " if named else "")
        for iri in self._meant():
            self._connection.execute(
                "INSERT OR IGNORE INTO hits SELECT id, 0, '' FROM things WHERE iri = ?1 UNION"
                " SELECT narrower, 0, '' FROM broader JOIN things ON id = broader.broader"
                " WHERE iri = ?1", (iri,))
        return [iri for iri, in self._connection.execute(
            "SELECT iri FROM hits JOIN things USING (id) WHERE ?1 = '[]' OR id IN"
            " (SELECT thing FROM facets JOIN json_each(?1) AS class ON facets.value = class.value"
            " WHERE property = ?2) ORDER BY iri", (json.dumps(sorted(classes)), TYPE))]

    def nearest(self, classes: Collection[str]) -> list[Near]:
        """The things that hold words of the text, or are on what it names, the nearest first."""
        if not self._words:
            return []
        named = [(self._words[at].stem, mention.iri)
                 for mention in self._names.mentions(self._words)
                 if mention.likeness >= _SURE and not mention.quiet for at in mention.at]
        labels = self._connection.execute(
            "SELECT label FROM json_each(?) JOIN things ON iri = value",
            (json.dumps([iri for _, iri in named]),))
        terms = {f'"{word.folded}"' for word in self._words}.union(
            f'"{fold(label)}"' for label, in labels if self._is_other(label))
        weights = {word.stem: self._names.weight(word.stem) for word in self._words}
        near = []
        for thing, text, score, values in self._connection.execute(_NEAREST, {
                "match": " OR ".join(sorted(terms)), "type": TYPE, "limit": _MOST_NEAR,
                "classes": json.dumps(sorted(classes))}):
            held, on = weights.keys() & {word.stem for word in words(text)}, json.loads(values)
            has = held.union(stem for stem, iri in named if iri in on)
            share = sum(map(weights.__getitem__, has)) / sum(weights.values())
            near.append((score * share, Near(thing, frozenset(held), share)))
        return [one for _, one in sorted(near, key=lambda pair: -pair[0])]

    def _is_other(self, label: str) -> bool:
        """Whether at most half of the words of a label are in the text."""
        own = [word.stem for word in words(label) if not word.is_small]
        return '"' not in label and sum(
            word.stem in own for word in self._words) <= len(own) / 2

    def _match(self, joint: str, words: Sequence[Word] | None = None) -> str:
        """An FTS5 expression of the words; the last one may be unfinished."""
        heard = self._words if words is None else words
        parts = [self._alternatives(word, heard[at - 1] if at else None, heard[at + 1:at + 2])
                 for at, word in enumerate(heard)]
        last = heard[-1]
        if not last.is_capital and last.folded.isalpha():
            parts[-1].append(f'"{last.folded}" *')
        return joint.join(f"({' OR '.join(part)})" for part in parts)

    def _alternatives(
        self, word: Word, before: Word | None, after: Sequence[Word]
    ) -> list[str]:
        """The word, its parts where it is a compound, and the compounds it is a part of."""
        if word.is_capital and self._names.is_common(word):
            return [f'forms : "{_capitals(word)}"']
        folded = word.folded
        found = [f'"{folded}"']
        found += [f'"{folded[:at]} {folded[at:]}"'
                  for at in range(_SHORTEST_PART, len(folded) - _SHORTEST_PART + 1)
                  if self._names.has(folded[:at]) and self._names.has(folded[at:])]
        joined = [before.folded + folded] if before else []
        joined += [folded + word.folded for word in after]
        return found + [f'"{compound}"' for compound in joined if self._names.has(compound)]

    def _collect(self, joint: str, columns: str = "") -> bool:
        """Take down the things whose texts hold the words; say whether there are any."""
        self._connection.execute(
            f"INSERT OR IGNORE INTO hits SELECT texts.rowid, {_SCORE}, NULL FROM texts"
            " JOIN things ON things.id = texts.rowid WHERE texts MATCH ?",
            (f"{columns}({self._match(joint)})",))
        return bool(self._connection.execute("SELECT EXISTS (SELECT 1 FROM hits)").fetchone()[0])

    def _meant(self) -> list[str]:
        """The things that the text, all of it, names."""
        return sorted({mention.iri for mention in self._names.mentions(self._words)
                       if mention.likeness >= _SURE and len(mention.at) == len(self._words)})

    def _put_named_first(self) -> None:
        """Of what holds some of the words: first what the text names by several of them, and last
        the values of vocabularies that it does not name."""
        named = [one for one in self._names.mentions(self._words) if one.likeness >= _SURE]
        self._connection.execute(
            "UPDATE hits SET score = ?1 WHERE id IN (SELECT id FROM things"
            " WHERE schemes <> '' AND iri NOT IN (SELECT value FROM json_each(?2)))",
            (_LAST, json.dumps([one.iri for one in named])))
        self._connection.execute(
            "UPDATE hits SET score = ?1 WHERE id IN (SELECT id FROM things"
            " WHERE iri IN (SELECT value FROM json_each(?2)))",
            (_NEAR, json.dumps([one.iri for one in named if len(one.at) > 1 and not one.part])))

    def _widen(self) -> None:
        """Add what a hierarchy or a facet leads to from the things that the text names."""
        for iri in self._meant():
            thing, label = self._connection.execute(
                "SELECT id, coalesce(label, iri) FROM things WHERE iri = ?", (iri,)).fetchone()
            self._connection.execute(
                "INSERT INTO hits VALUES (?, ?, NULL)"
                " ON CONFLICT DO UPDATE SET score = excluded.score", (thing, _EXACT))
            for relation, here, there in (("broader", "narrower", "broader"),
                                          ("narrower", "broader", "narrower")):
                self._connection.execute(
                    f"INSERT OR IGNORE INTO hits SELECT {there}, ?, ? FROM broader"
                    f" WHERE {here} = ?", (_NEAR, f"{relation} than {label}", thing))
            self._connection.execute(
                "INSERT OR IGNORE INTO hits SELECT thing, ?, ? FROM facets"
                " WHERE value = ? AND property <> ?", (_ON, f"on {label}", iri, TYPE))

    def _narrow(self, filters: Filters) -> None:
        for property_, values in filters.items():
            for value in values:
                self._connection.execute(
                    "DELETE FROM hits WHERE id NOT IN (SELECT thing FROM facets"
                    " WHERE property = ? AND value = ?)", (property_, value))
        if not filters.get(TYPE):
            self._connection.execute(
                "DELETE FROM hits WHERE id IN (SELECT id FROM things WHERE quiet)")

    def _hits(self, limit: int, offset: int) -> Iterator[Hit]:
        for number, why, *row, names, numbers in self._connection.execute(
                "SELECT hits.id, why, iri, things.label, class, note, texts.names, texts.forms"
                " FROM hits JOIN things USING (id) LEFT JOIN texts ON texts.rowid = hits.id"
                " ORDER BY score, things.label COLLATE NOCASE, iri LIMIT ? OFFSET ?",
                (limit, offset)).fetchall():
            entry = Entry(*row)
            reason, shown = (why, False) if why else self._why(entry.label, names, numbers)
            yield Hit(entry, reason, self._snippet(number), shown)

    def _why(self, label: str | None, names: str | None, numbers: str) -> tuple[str, bool]:
        """What led to a thing, and whether its label or its snippet shows that."""
        if self._in(label or ""):
            return "in its name", True
        other = min((name for name in (names or "").split("\n") if self._in(name)),
                    key=len, default=None)
        if other:
            return f"also called {other}", False
        figures = [word.text for word in self._words if word.folded in (numbers or "").split()]
        if figures:
            return f"has the number {', '.join(figures)}", False
        return "in its text", True

    def _in(self, name: str) -> bool:
        """Whether a name has all the words, or words that begin like them."""
        own = words(name)
        return bool(own) and all(any(mine.stem == word.stem or mine.folded.startswith(word.folded)
                                     for mine in own) for word in self._words)

    def _snippet(self, number: int) -> str | None:
        longer = [word for word in self._words if len(word.folded) > _SMALL] or self._words
        if not longer:
            return None
        found = self._connection.execute(
            "SELECT snippet(texts, 2, ?, ?, '…', 40) FROM texts WHERE rowid = ? AND texts MATCH ?",
            (MARK_ON, MARK_OFF, number,
             "{body} : (" + self._match(" OR ", longer) + ")")).fetchone()
        return found[0] if found else None

    def _facets(self) -> dict[str, list[tuple[str, int]]]:
        spread: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for property_, value, count in self._connection.execute(
                "SELECT property, value, COUNT(*) FROM hits JOIN facets ON thing = hits.id"
                " GROUP BY property, value ORDER BY property, COUNT(*) DESC, value"):
            spread[property_].append((value, count))
        return dict(spread)
