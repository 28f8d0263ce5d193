"""The work on one document: what waits, what is decided, how far it is. Commands, the desk and
assistants all use this; requests and answers are records, which are JSON in and out."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property

import pyoxigraph as ox
from pydantic import ValidationError

from graphsvc.curate.checking import Checker, Problem
from graphsvc.curate.decisions import Log, State, refuse
from graphsvc.curate.drafting import describe, draft
from graphsvc.curate.fields import Fields
from graphsvc.curate.graph import ACCEPTED, CuratedGraph
from graphsvc.curate.records import Decision, Draft, Record, Request
from graphsvc.curate.shelf import DRAFTS, Shelf
from graphsvc.curate.statement import TYPE, code_of, iri_for, short_title, triples
from graphsvc.curate.writing import Memory, Writer, Written
from graphsvc.errors import GraphsvcError
from graphsvc.index import slug
from graphsvc.project import Project
from graphsvc.sources.coverage import REASONS, Coverage, by_section
from graphsvc.sources.documents import Heading, parse_outline, read_document, section_of
from graphsvc.sources.turtle import write_atomically
from graphsvc.vocabulary import PROV

_TITLE_WORDS = 11


class Answer(Record):
    """What became of a request. number: of the decision, from 1, or None where it was refused for
    the grave ones of the problems, or for the mistake; statement: what was accepted, with its
    name."""

    number: int | None = None
    mistake: str = ""
    statement: Draft | None = None
    problems: tuple[Problem, ...] = ()


class Section(Record):
    """A section, headings left out. cited: paragraphs that a statement rests on; ticked: those that
    were ticked off; open: lines of the others; waiting: drafts that begin here."""

    line: int
    title: str
    level: int
    kind: str
    paragraphs: int
    cited: int
    ticked: int
    open: tuple[int, ...]
    waiting: int


class Progress(Record):
    """How far a document is. share: of the paragraphs cited where facts are expected, from 0 to 1;
    the counts are of statements and drafts."""

    document: str
    sections: tuple[Section, ...]
    accepted: int
    rejected: int
    waiting: int
    share: float

    @property
    def open(self) -> list[int]:
        """The lines of all paragraphs that are neither cited nor ticked off."""
        return [line for section in self.sections for line in section.open]


class Work:
    """The work on a document of the shelf. Raises GraphsvcError where there is none."""

    def __init__(self, project: Project, slug: str) -> None:
        self.project, self.slug = project, slug
        self.shelf = shelf = Shelf(project)
        self.folder = shelf.place(slug)
        self.reading = shelf.open(slug)
        self.document = read_document(shelf.folder / f"{slug}.txt")
        self.log = Log(self.folder / "decisions.jsonl")
        self._known = 0

    @cached_property
    def outline(self) -> list[Heading]:
        """The headings: as the project has them, or as they are proposed before it is written,
        with so few words that none is copied."""
        curated = self.project.root / "data" / "outlines" / f"{self.slug}.tsv"
        if curated.exists():
            return parse_outline(curated)
        return [replace(heading, title=" ".join(heading.title.split()[:_TITLE_WORDS]))
                for heading in parse_outline(self.folder / "outline.tsv")]

    @cached_property
    def graph(self) -> CuratedGraph:
        """What the project has."""
        return CuratedGraph(self.project)

    @cached_property
    def drafts(self) -> list[Draft]:
        """What rules propose, the document's own description first, and what a model proposed."""
        rules = self._by_rules()
        known = {draft.id for draft in rules}
        more = [draft for draft in self.shelf.kept(self.slug) if draft.id not in known]
        return [*rules[:1], *sorted([*rules[1:], *more], key=lambda draft: draft.passages[0])]

    def _by_rules(self) -> list[Draft]:
        """What rules propose. It is kept in `drafts.json` for as long as neither the document nor
        the project changes, but for what was written here: that changes no draft."""
        own = self.slug if (self.folder / "written.json").exists() else ""
        files = json.dumps([
            {name: digest for name, digest in self.project.file_digests().items()
             if f"/{own}." not in name}, self.document.sha256, self.reading.model_dump_json()])
        digest, path = hashlib.sha256(files.encode()).hexdigest(), self.folder / "drafts.json"
        try:
            kept = json.loads(path.read_bytes())
            if kept["of"] == digest:
                return DRAFTS.validate_python(kept["drafts"])
        except (OSError, ValueError, KeyError, ValidationError):
            pass  # then they are made again
        graph = CuratedGraph(self.project, without=own)
        found = draft(self.reading, graph)
        cover = describe(graph, self.reading, self.document, found)
        drafts = [cover, *(d for d in found if d.kind != cover.kind)] if cover else found
        write_atomically(path, json.dumps({"of": digest, "drafts": DRAFTS.dump_python(
            drafts, mode="json", exclude_defaults=True)}))
        return drafts

    @cached_property
    def checker(self) -> Checker:
        """Which takes seconds to begin, and a third of a second for a statement."""
        return Checker(self.graph, self.document, self.outline, self.reading.title)

    @cached_property
    def fields(self) -> Fields:
        """What can be said of things of each class, with what was accepted to choose from."""
        self.state()
        return Fields(self.graph)

    def state(self) -> State:
        """Where the decisions lead by now; the graph then has what was accepted, too."""
        state = self.log.state()
        if len(state.log) != self._known:
            self._known = len(state.log)
            self.graph.accept(triple for statement in state.statements.values()
                              for triple in triples(statement, self.graph.header))
            vars(self).pop("fields", None)
        return state

    def waiting(self) -> list[Draft]:
        """The drafts to decide on, the document's own first, then in its order: those that say what
        the project does not say already, unless all their lines are ticked off."""
        state = self.state()
        said = defaultdict(list)
        for statement in state.statements.values():
            said[statement.kind].append((_contents(statement), {*statement.passages}))
        waiting = state.undecided(
            d for d in self.drafts if not d.known and not state.ticked.keys() >= {*d.passages}
            and not any(_contents(d) <= contents and lines.intersection(d.passages)
                        for contents, lines in said[d.kind]))
        return sorted(waiting, key=lambda d: d.by != "cover")

    def find(self, id: str) -> Draft:
        """A draft by its id or the beginning of it. Raises GraphsvcError where none or several
        have it."""
        drafts = {d.id: d for d in (*self.drafts, *self.state().parts)}
        found = [d for key, d in drafts.items() if id and key.startswith(id)]
        if len(found) != 1:
            raise GraphsvcError(
                f"{len(found) or 'No'} drafts have an id that begins with {id!r}.",
                location=self.slug, hint=f"See `graphsvc curate drafts {self.slug}`, or"
                                         f" `graphsvc curate next {self.slug}`.")
        return found[0]

    def empty(self, kind: str, lines: tuple[int, ...]) -> Draft:
        """A statement that says nothing yet. kind: a name of its class. Raises GraphsvcError."""
        return Draft(document=self.slug, kind=self.fields.class_of(kind), values=(),
                     passages=lines, by="hand")

    def check(self, statement: Draft) -> list[Problem]:
        """What is wrong with a statement, named or not, next to what was accepted."""
        statements = self.state().statements
        self.checker.accept(s for iri, s in statements.items() if iri != statement.iri)
        named = self._named(statement)
        return [*self._home(named), *self.checker.check(named)]

    def decide(self, request: Request, who: str) -> Answer:
        """Do what is asked, if it is right, and note it. who: IRI of a curator.

        Raises GraphsvcError where the request makes no sense: no such draft, decided already.
        """
        state = self.state()
        asked = self.find(request.draft) if request.draft else None
        decision = Decision(
            action=request.action, who=who, when=datetime.now(UTC), parts=request.parts,
            draft=asked.id if asked else None, lines=request.lines, reason=request.reason,
            undoes=request.undoes or (state.last if request.action == "undo" else None))
        refuse(decision, state)
        if request.action not in ("accept", "add"):
            self._make_sense(request, asked)
            return Answer(number=self.log.append(decision))
        statement = request.changed or asked
        if statement is None or (request.action == "accept" and asked is None):
            raise GraphsvcError("Nothing says what is to be accepted.",
                                hint="Give the id of a draft, or a statement of your own.")
        statement = self._named(statement, decision.draft)
        problems = self.check(statement)
        number = None
        if not any(problem.grave for problem in problems):
            number = self.log.append(decision.model_copy(update={"changed": statement}))
        return Answer(number=number, statement=statement, problems=tuple(problems))

    def progress(self) -> Progress:
        """How far it is."""
        state, waiting = self.state(), self.waiting()
        headings = {heading.line for heading in self.outline}
        accounts = by_section(self.document, self.outline, state.cited - headings, state.ticked)
        begun = Counter(section_of(self.outline, d.passages[0]) for d in waiting if d.passages)
        sections = [Section(
            line=heading.line if heading else 0, title=account.title, level=account.level,
            kind=account.kind, paragraphs=account.paragraphs, cited=account.cited,
            ticked=account.reasons.total(), open=tuple(account.unaccounted), waiting=begun[heading])
            for heading, account in accounts.items() if heading or account.paragraphs]
        return Progress(
            document=self.slug, sections=tuple(sections), accepted=len(state.accepted),
            rejected=sum(state.log[n - 1].action == "reject" for n in state.decided.values()),
            waiting=len(waiting), share=Coverage("", [*accounts.values()]).share_to_cite)

    def write(self) -> Written:
        """Write what was accepted into the project's files."""
        state = self.state()
        writer = Writer(self.graph, self.document, self.folder, self.outline,
                        code_of(self.graph, self.slug), short_title(self.slug))
        return writer.write(state)

    def _named(self, statement: Draft, id: str | None = None) -> Draft:
        """A statement with its name: that which it had before its decision on the draft of an id
        was undone, or a new one."""
        state = self.state()
        before = [d.changed.iri for n, d in enumerate(state.log, 1)
                  if n in state.undone and d.changed and id and d.draft == id]
        free = [iri for iri in before if iri not in state.statements]
        iri = statement.iri or (free[-1] if free else iri_for(
            self.graph, statement, code_of(self.graph, self.slug)))
        return statement.model_copy(update={"iri": iri, "document": self.slug})

    def _home(self, statement: Draft) -> Iterable[Problem]:
        """A thing has one home: no other file of the project describes it."""
        memory, node = Memory(self.folder / "written.json"), ox.NamedNode(str(statement.iri))
        said = self.graph.store.quads_for_pattern(node, TYPE, None)
        if any(one.graph_name != ACCEPTED for one in said) and not memory.knows(node.value):
            yield Problem(message=f"<{statement.iri}> is described in the project already: give"
                                  " this another name, or use that one.")

    def _make_sense(self, request: Request, asked: Draft | None) -> None:
        """Raise GraphsvcError where a request lacks what it needs."""
        lines = {paragraph.line for paragraph in self.document.paragraphs}
        reason = request.reason.partition(":")[0].strip()
        if request.action in ("reject", "split") and asked is None:
            raise GraphsvcError("Nothing says which draft is meant.", hint="Give its id.")
        if request.action == "split" and len(request.parts) < 2:
            raise GraphsvcError("A draft is split into two parts or more.", hint="Give the parts.")
        if request.action == "no-facts" and not request.lines:
            raise GraphsvcError("Nothing says which paragraphs are meant.",
                                hint="Give their lines.")
        if request.action == "no-facts" and reason not in REASONS:
            raise GraphsvcError(f"{reason!r} is no reason of a ledger.",
                                hint=f"Give one of {', '.join(sorted(REASONS))}.")
        for line in request.lines:
            if line not in lines:
                raise GraphsvcError(f"Line {line} of the document holds no paragraph.",
                                    hint="Give the lines of paragraphs.")


def _contents(statement: Draft) -> set[tuple[str, str | None]]:
    """What a statement says, as far as it can be compared."""
    return {(value.property, value.iri or value.text) for value in statement.values}


def curator(graph: CuratedGraph, name: str | None) -> str:
    """The IRI of who decides, by slug or IRI: someone whom the project describes.

    Raises GraphsvcError where the project describes nobody of that name.
    """
    agents = graph.things(PROV.Agent)
    found = [iri for iri in agents if name in (iri, slug(iri))]
    if len(found) == 1:
        return found[0]
    if not name:
        raise GraphsvcError("Nobody is said to decide.", location="--who, GRAPHSVC_CURATOR",
                            hint="Give the name of a curator whom the project describes.")
    raise GraphsvcError(
        f"The project describes {'several' if found else 'no'} curators called {name!r}.",
        location="--who", hint=f"Describe them in ontology/, as a prov:Agent; there are:"
                               f" {', '.join(sorted(map(slug, agents))[:12]) or 'none'}.")
