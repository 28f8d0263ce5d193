"""What the desk shows: the document with its marks on one side, drafts and forms on the other; and
what was filled in, as a statement."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pyoxigraph as ox
from markupsafe import Markup, escape

from graphsvc.curate.checking import Problem
from graphsvc.curate.decisions import State
from graphsvc.curate.fields import Choice, Field
from graphsvc.curate.records import Decision, Draft, Kind, Paragraph, Value
from graphsvc.curate.statement import EVIDENCE, TYPE
from graphsvc.curate.work import Progress, Work
from graphsvc.errors import GraphsvcError
from graphsvc.index import slug
from graphsvc.sources.coverage import lines_of


@dataclass
class Line:
    """A paragraph as it is shown. page: the number of the page that begins with it, else None;
    level: of a heading, else 0; style: how it is set; drafts: ids of those that wait and begin
    here."""

    paragraph: Paragraph
    text: Markup
    page: int | None
    level: int
    style: str
    here: bool
    cited: bool
    reason: str
    drafts: list[str]


@dataclass(frozen=True)
class Said:
    """A value as it is shown. cue: the words that led to it; rule: when it is right."""

    label: str
    text: str
    cue: str = ""
    rule: str = ""


@dataclass
class Card:
    """A draft as it is shown. others: what the project has that is like it or says otherwise, each
    with what it says; quotes: the passages that it rests on."""

    draft: Draft
    problems: Sequence[Problem]
    quotes: list[tuple[int, Markup]]
    values: list[Said]
    clashes: list[tuple[str, list[Said]]]
    position: int
    before: str | None
    after: str | None

    @property
    def grave(self) -> bool:
        """Whether it cannot be accepted as it is."""
        return any(problem.grave for problem in self.problems)


def document(
    work: Work, state: State, waiting: list[Draft], current: Draft | None, here: set[int]
) -> list[Line]:
    """The paragraphs of the document, with what is known of each. here: lines that are meant."""
    cited, begun = state.cited, defaultdict[int, list[str]](list)
    for draft in waiting:
        begun[draft.passages[0]].append(draft.id)
    levels = {heading.line: heading.level for heading in work.outline}
    lines, page = list[Line](), None
    for one in work.reading.paragraphs:
        heading = max(1, one.level) if one.kind is Kind.HEADING else 0
        level = min(levels.get(one.line, 0) or heading, 4)
        plain = one.kind is Kind.ITEM and not one.text.lstrip()[:1].isalpha()  # has its own mark
        lines.append(Line(
            one, marked(one.text, cues_of(current) if current and one.line in here else []),
            one.page if one.page != page else None, level,
            "heading" if level else "body" if plain else one.kind.value, one.line in here,
            one.line in cited, state.ticked.get(one.line, ""), begun[one.line]))
        page = one.page
    return lines


def card(work: Work, waiting: list[Draft], draft: Draft, problems: Sequence[Problem]) -> Card:
    """A draft with what people need to decide on it."""
    ids = [one.id for one in waiting]
    at = ids.index(draft.id) if draft.id in ids else 0
    texts = {paragraph.line: paragraph.text for paragraph in work.reading.paragraphs}
    quotes = [(line, marked(texts.get(line, ""), cues_of(draft))) for line in draft.passages]
    clashes = [(work.graph.label(iri), _said(work, iri)) for iri in draft.clashes]
    return Card(draft, problems, quotes, _values(work, draft), clashes, at + 1,
                next(iter(ids[:at][-1:]), None), next(iter(ids[at + 1:]), None))


def cues_of(draft: Draft) -> list[str]:
    """The words that led to a draft and its values."""
    return [cue for cue in (draft.cue, *(value.cue for value in draft.values)) if cue.strip()]


def marked(text: str, cues: Sequence[str]) -> Markup:
    """A text with the words that led to a draft marked."""
    longest = sorted(set(cues), key=len, reverse=True)
    cue = "|".join(r"\s+".join(map(re.escape, cue.split())) for cue in longest) or "(?!)"
    parts = re.split(f"({cue})", text, flags=re.IGNORECASE)  # every second one is a cue
    return Markup("").join(Markup("<mark>{}</mark>").format(part) if number % 2 else escape(part)
                           for number, part in enumerate(parts))


def shares(progress: Progress) -> dict[str, int]:
    """The parts of all paragraphs that are cited and ticked off, in per cent."""
    total = sum(section.paragraphs for section in progress.sections) or 1
    return {name: round(100 * sum(getattr(section, name) for section in progress.sections) / total)
            for name in ("cited", "ticked")}


def log(work: Work, state: State) -> Iterator[tuple[int, Decision, str, list[Said]]]:
    """All decisions, the last first: number, decision, its subject, and what was accepted."""
    for number, decision in reversed([*enumerate(state.log, 1)]):
        name = decision.changed.iri if decision.changed else None
        what = slug(name) if name else decision.reason or decision.draft or (
            f"decision {decision.undoes}" if decision.undoes else "")
        yield number, decision, what, _values(work, decision.changed) if decision.changed else []


def _values(work: Work, draft: Draft) -> list[Said]:
    """The values of a draft as they are shown."""
    return [Said(value.property_label or work.graph.label(value.property),
                 value.label or value.text or work.graph.label(value.iri or ""), value.cue,
                 work.fields.rule(value.iri) if value.iri else "") for value in draft.values]


def _said(work: Work, iri: str) -> list[Said]:
    """What the project says of a statement, in words."""
    label = work.graph.label
    return sorted((Said(label(quad.predicate.value), label(quad.object.value) if isinstance(
        quad.object, ox.NamedNode) else str(getattr(quad.object, "value", "")))
        for quad in work.graph.store.quads_for_pattern(ox.NamedNode(iri), None, None)
        if quad.predicate not in (TYPE, EVIDENCE)), key=lambda said: (said.label, said.text))


# -- forms ----------------------------------------------------------------------------------------

Filled = Mapping[str, Sequence[str]]
"""What was asked for or filled in, by the names of the inputs."""
_SHOWN = 10
_SEVERAL = 3
"""So many statements have to agree before what they say is proposed for another."""
_MOST_RULES = 16


@dataclass
class Row:
    """A property in a form. of: what it is; values: as people read and write them; usual: whether
    they are only proposed, because all other statements have them; wrong: sentences."""

    of: Field
    values: list[str]
    usual: bool = False
    wrong: list[str] = field(default_factory=list)
    choices: Sequence[Choice] = ()

    @property
    def name(self) -> str:
        """The name of its inputs."""
        return f"v:{self.of.property}"

    @property
    def with_rules(self) -> bool:
        """Whether its choices are few enough to be read one by one, each with its rule."""
        return self.of.sort == "choice" and len(self.of.choices) <= _MOST_RULES and any(
            choice.rule for choice in self.of.choices)

    @property
    def rules(self) -> list[tuple[str, str]]:
        """The rules of the values that it has."""
        return [(choice.label, choice.rule) for choice in self.choices
                if choice.rule and choice.label in self.values]


@dataclass
class Form:
    """A form. rows: what is shown; more: what is folded; lines: the evidence; wrong: sentences that
    belong to no property."""

    kind: str
    rows: list[Row]
    more: list[Row]
    lines: str
    wrong: list[str]
    lines_wrong: list[str]


def first(filled: Filled, name: str) -> str:
    """The first text of an input; empty where there is none."""
    return next(iter(filled.get(name, ())), "")


def form_of(work: Work, draft: Draft, problems: Sequence[Problem] = ()) -> Form:
    """The form of a draft, with what is wrong with it at its place."""
    given: dict[str, list[str]] = {}
    for value in draft.values:
        given.setdefault(value.property, []).append(_written(work, value))
    return _form(work, draft.kind, given, ", ".join(map(str, draft.passages)), problems,
                _usual(work, draft.kind))


def filled_form(work: Work, kind: str, filled: Filled, problems: Sequence[Problem]) -> Form:
    """The form as it was filled in, with what is wrong."""
    return _form(work, kind, _given(filled), " ".join(filled.get("lines", ())), problems, {})


def statement_of(work: Work, draft: Draft, filled: Filled) -> tuple[Draft, list[Problem]]:
    """A draft as it was filled in, and what cannot be understood of that."""
    problems, values = list[Problem](), list[Value]()
    kept = {(value.property, _written(work, value)): value for value in draft.values}
    for property_, texts in _given(filled).items():
        for text in dict.fromkeys(texts):
            try:
                values.append(kept.get((property_, text)) or work.fields.value(
                    work.fields.field(draft.kind, property_), text))
            except GraphsvcError as error:
                problems.append(Problem.of(error, property_, text))
    order = {value.property: n for n, value in reversed([*enumerate(draft.values)])}
    values.sort(key=lambda value: order.get(value.property, len(order)))
    try:
        lines = lines_of(" ".join(filled.get("lines", ())))
    except GraphsvcError as error:
        problems.append(Problem(property=EVIDENCE.value, message=str(error)))
        lines = draft.passages
    return draft.model_copy(update={"values": tuple(values), "passages": lines}), problems


def _given(filled: Filled) -> dict[str, list[str]]:
    """The texts that were filled in, by property."""
    return {name[2:]: [text.strip() for text in texts if text.strip()]
            for name, texts in filled.items() if name.startswith("v:")}


def _usual(work: Work, kind: str) -> dict[str, list[str]]:
    """The things that all accepted statements agree on, for properties of a class."""
    found = defaultdict[str, list[list[str]]](list)
    for statement in work.state().statements.values():
        for property_ in {value.property for value in statement.values}:
            found[property_].append(sorted(value.iri for value in statement.values
                                           if value.property == property_ and value.iri))
    return {one.property: [work.graph.label(iri) for iri in things[0]]
            for one in work.fields.of(kind)
            if len(things := found[one.property]) >= _SEVERAL
            and all(other == things[0] for other in things)}


def _form(
    work: Work, kind: str, given: dict[str, list[str]], lines: str, problems: Sequence[Problem],
    usual: dict[str, list[str]],
) -> Form:
    rows, more = list[Row](), list[Row]()
    wrong = defaultdict[str, list[str]](list)
    for problem in problems:
        wrong[problem.property].append(problem.message)
    for position, one in enumerate(work.fields.of(kind)):
        values, sentences = given.get(one.property, []), wrong.pop(one.property, [])
        shown = values or one.least or sentences or position < _SHOWN
        proposed = usual.get(one.property, []) if shown and not values else []
        choices = work.fields.choices(one.property) if one.sort in ("choice", "thing") else ()
        (rows if shown else more).append(
            Row(one, values or proposed, bool(proposed), sentences, choices))
    lines_wrong = wrong.pop(EVIDENCE.value, [])
    return Form(kind, rows, more, lines, sum(wrong.values(), []), lines_wrong)


def _written(work: Work, value: Value) -> str:
    """A value as it is in an input."""
    if value.iri is None:
        return value.text or ""
    label = work.graph.label(value.iri)
    names = [choice.iri for choice in work.fields.choices(value.property) if choice.label == label]
    return label if names == [value.iri] else value.iri
