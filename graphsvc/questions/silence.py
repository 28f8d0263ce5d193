"""What an answer does not say: who was looked at, who was not, and what its filters left out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from graphsvc.index import Index
from graphsvc.questions.question import ANY, Column, Parameter, Question
from graphsvc.questions.sentence import in_words, plural, small
from graphsvc.questions.table import Row
from graphsvc.questions.template import Value

_NAMED = 6
"""Things that lines name; of more they give the number."""


@dataclass(frozen=True)
class Filter:
    """A parameter that narrows an answer.

    by_default: whether nobody chose its values; left_out: rows there would be without it, more.
    """

    parameter: Parameter
    values: tuple[Value, ...]
    by_default: bool
    left_out: int


@dataclass(frozen=True)
class Looked:
    """What was looked at of some things, such as all documents, as IRIs in order.

    label: what one of them is called; said: the answer speaks of them; left_out: it would without
    some choice; silent: looked at, and there is nothing on this; elsewhere: documents on others
    than those who were asked about, or things that no document reports on.
    """

    label: str
    said: tuple[str, ...]
    left_out: tuple[str, ...]
    silent: tuple[str, ...]
    elsewhere: tuple[str, ...]


def not_reported(names: Iterable[str]) -> str:
    """That no document reports on some things, in a sentence."""
    return f"No document reports on {' or '.join(names)} by name."


@dataclass(frozen=True)
class Silence:
    """What an answer does not say.

    documents: None where the library does not say which there are; things: who else coverage is
    said of. filters: what narrows the answer; unfiltered: the rows there are without any.
    """

    documents: Looked | None = None
    things: Looked | None = None
    filters: tuple[Filter, ...] = ()
    unfiltered: int = 0

    def iris(self) -> Iterator[str]:
        """Everything that is named."""
        for looked in filter(None, (self.documents, self.things)):
            yield from (*looked.said, *looked.left_out, *looked.silent, *looked.elsewhere)

    def nothing(self, choices: Iterable[str], unreported: str | None) -> str | None:
        """An empty answer in a sentence, where it would have rows without one of its filters, or
        without any, or where no document reports on whom it was asked about. choices: the values of
        all parameters as sentences have them; unreported: as `unreported` says it."""
        things = self.things
        alone = unreported if things and not (things.left_out or things.silent) else None
        if not self.unfiltered:
            return alone
        wider = [f"without the {small(filter.parameter.label)} there {_rows(filter.left_out)}"
                 for filter in self.filters if filter.left_out and not filter.by_default]
        more = in_words(wider) or f"without them there {_rows(self.unfiltered)}"
        if alone:
            return f"{alone.removesuffix('.')}; {more}."
        before = f"{unreported} " if unreported else ""
        return f"{before}Nothing with these choices ({'; '.join(choices)}); {more}."

    def unreported(self, asked: Iterable[str], index: Index) -> str | None:
        """Which of the things that were asked about no document reports on by name, in a sentence.
        asked: their IRIs."""
        elsewhere = self.things.elsewhere if self.things else ()
        names = [index.label(iri) or iri for iri in asked if iri in elsewhere]
        return not_reported(names) if names else None

    def lines(self, index: Index, empty: bool) -> Iterator[str]:
        """The same as sentences. empty: whether the answer has no rows."""
        for filter in self.filters:
            if filter.left_out and (empty or filter.by_default):
                yield _filtered(filter, index)
        if empty and len(self.filters) > 1 and self.unfiltered:
            yield f"Without any of these choices there {_rows(self.unfiltered)}."
        said: list[tuple[str, Sequence[str]]] = []
        if one := self.documents:
            said += [("On this, but left out by the choices", one.left_out),
                     ("Looked at, and silent on this", one.silent),
                     ("Not about what was asked", one.elsewhere)]
        if one := self.things:
            said += [(f"{one.label}: on this, but left out by the choices", one.left_out),
                     (f"{one.label}: reported on by name, but not on this", one.silent),
                     (f"{one.label}: no document reports on it by name", one.elsewhere)]
        yield from (_line(text, iris, index) for text, iris in said if iris)


def _line(text: str, iris: Sequence[str], index: Index) -> str:
    names = sorted(index.label(iri) or iri for iri in iris)
    number = f" ({len(names)})" if len(names) > 1 else ""
    if len(names) > _NAMED + 1:
        names = [*names[:_NAMED], f"{len(names) - _NAMED} more"]
    return f"{text}{number}: {'; '.join(names)}."


def _filtered(filter: Filter, index: Index) -> str:
    names = in_words(index.label(value.value) or value.value for value in filter.values)
    chosen = f"{filter.parameter.label}: {names}{' (by default)' * filter.by_default}"
    how = f"; choose “{ANY}” to have them" * filter.by_default
    return f"{chosen}. This leaves out {plural(filter.left_out, 'row')}{how}."


def _rows(number: int) -> str:
    return f"{'is' if number == 1 else 'are'} {plural(number, 'row')}"


@dataclass(frozen=True)
class Coverage:
    """What a question with `covers` says: its things and, of each, the documents that cover it and
    those that report on it."""

    label: str
    things: tuple[str, ...]
    covered: Mapping[str, set[str]] = field(default_factory=dict)
    reported: Mapping[str, set[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, question: Question, rows: Iterable[Row]) -> Coverage:
        """Read the rows of a question."""
        assert question.covers is not None
        at = {column.name: number for number, column in enumerate(question.columns)}
        thing, document, statements = (at.get(name or "", -1) for name in (
            question.covers.thing, question.covers.document, question.covers.statements))
        covered: dict[str, set[str]] = defaultdict(set)
        reported: dict[str, set[str]] = defaultdict(set)
        things: dict[str, None] = {}
        for row in rows:
            if (named := row[thing]) is None:
                continue
            things[named.value] = None
            if document >= 0 and (source := row[document]) is not None:
                covered[named.value].add(source.value)
                number = row[statements] if statements >= 0 else None
                if number is None or number.value != "0":
                    reported[named.value].add(source.value)
        return cls(question.columns[thing].label, tuple(things), covered, reported)


def concerns(question: Question, others: Coverage | None, index: Index, empty: bool) -> bool:
    """Whether an answer says of whom its rows are, among the things that coverage is said of; one
    without rows, whether it was asked about them."""
    classes = index.classes(others.things[0]) if others and others.things else []
    declared: tuple[Column | Parameter, ...] = (
        *question.columns, *(question.parameters if empty else ()))
    return any(one.type == "iri" and one.of_class in classes for one in declared)


def looked_at(
    documents: Coverage | None, others: Coverage | None, said: set[str], hidden: set[str],
    asked: set[str], concerned: bool,
) -> tuple[Looked | None, Looked | None]:
    """The documents, and the other things, that an answer speaks of and is silent on.

    said: what the rows name and rest on; hidden: the same without some choice; asked: what the
    parameters name; concerned: whether the answer is about things of that kind at all.
    """
    all_documents = documents.things if documents else ()
    all_things = others.things if others else ()
    only_documents = asked.intersection(all_documents)
    only_things = asked.intersection(all_things)
    scope = set(all_documents)
    if only_documents:
        scope = only_documents
    elif only_things and others:
        scope = {one for thing in only_things for one in others.covered.get(thing, ())}
    # Rows that name no document do not say which of them are silent.
    known = not said or said.intersection(all_documents)
    first = Looked(documents.label, *_parted(all_documents, said, hidden, scope)) \
        if documents and known else None
    if others is None or not (concerned or said.intersection(all_things)):
        return first, None
    reported = {thing for thing, sources in others.reported.items() if sources & scope}
    within = [thing for thing in all_things if (not only_things or thing in only_things)
              and (not only_documents or thing in reported or thing in said)]
    return first, Looked(others.label, *_parted(within, said, hidden, reported))


def _parted(
    things: Iterable[str], said: set[str], hidden: set[str], scope: set[str]
) -> tuple[tuple[str, ...], ...]:
    """The things that are spoken of; of those in scope, the ones that are left out and the others;
    and the rest."""
    parts: tuple[list[str], ...] = ([], [], [], [])
    for thing in things:
        within = 1 if thing in hidden else 2
        parts[0 if thing in said else within if thing in scope else 3].append(thing)
    return tuple(map(tuple, parts))
