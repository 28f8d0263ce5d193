"""What passes between reading, drafting, deciding and writing: plain records, JSON in and out."""

from __future__ import annotations

import hashlib
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, computed_field, model_validator


class Record(BaseModel):
    """A record that cannot change, and that has no fields but its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Kind(StrEnum):
    """What a paragraph is in the layout of its document."""

    BODY = "body"
    HEADING = "heading"
    ITEM = "item"
    ROW = "row"
    FOOTNOTE = "footnote"
    CAPTION = "caption"


class Paragraph(Record):
    """A paragraph of a document, which is a line of its text file.

    line: in the text file, from 1, as in `graphsvc.sources.documents`; page: of the document as it
    was published, from 1, or None where it has no pages; level: of a heading (1 is the highest) or
    of an item in a nested list, else 0; cells: of a row of a table, else empty.
    """

    line: int
    text: str
    kind: Kind = Kind.BODY
    page: int | None = None
    level: int = 0
    cells: tuple[str, ...] = ()


class Reading(Record):
    """A document as it was read. slug: its name in the project; sha256: digest of its file."""

    slug: str
    title: str
    sha256: str
    paragraphs: tuple[Paragraph, ...]


class Value(Record):
    """A value of a property. iri or text is given: a thing, or a literal with datatype or language.

    label: the thing's label, or the literal as people read it; cue: the words of the passage that
    lead to the value, as the document has them (at most a few), or empty.
    """

    property: str
    property_label: str = ""
    iri: str | None = None
    text: str | None = None
    datatype: str | None = None
    language: str | None = None
    label: str = ""
    cue: str = ""


class Near(Record):
    """A thing that the project has and that may be the same. likeness: from 0 to 1."""

    iri: str
    label: str
    likeness: float


class Draft(Record):
    """A statement or a new thing that a document may give rise to.

    kind: IRI of its class; iri: its name, which it is given when it is accepted; passages: the
    lines it rests on, its own first; cue: the words that led to it; score: how sure, from 0 to 1;
    by: what proposed it; near: things it may be the same as (of a new thing); clashes: IRIs of
    statements of the project that say otherwise;
    known: IRI of a statement of the project that says the same already.
    """

    document: str
    kind: str
    iri: str | None = None
    kind_label: str = ""
    values: tuple[Value, ...]
    passages: tuple[int, ...]
    cue: str = ""
    score: Annotated[float, Field(ge=0, le=1)] = 0.5
    by: str = "rules"
    near: tuple[Near, ...] = ()
    clashes: tuple[str, ...] = ()
    known: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _without_id(cls, data: Any) -> Any:
        """What is written with its id can be read again."""
        return {key: data[key] for key in data if key != "id"} if isinstance(data, dict) else data

    @computed_field  # type: ignore[prop-decorator]
    @property
    def id(self) -> str:
        """A name that stays the same when the document is read again: ten hexadecimal digits of the
        digest of document, class, passages and values."""
        parts = [self.document, self.kind, *map(str, self.passages),
                 *sorted(f"{v.property} {v.iri or v.text}" for v in self.values)]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:10]


class Request(Record):
    """What somebody wants decided, of a draft or of paragraphs without facts.

    action: accept, reject, split (into the drafts in `parts`, which are decided on their own), add
    (a statement of one's own, in `changed`), no-facts (of `lines`, with a reason of the ledger),
    undo (of the decision `undoes`, counted from 1); draft: its id, or a beginning that no other
    has; changed: the statement as it is to be accepted or added, with a name only where the one by
    the rules will not do.
    """

    action: Literal["accept", "reject", "split", "add", "no-facts", "undo"]
    draft: str | None = None
    changed: Draft | None = None
    parts: tuple[Draft, ...] = ()
    lines: tuple[int, ...] = ()
    reason: str = ""
    undoes: int | None = None


class Decision(Request):
    """A request that was carried out. who: IRI of a curator; changed: the statement as it was
    accepted, with its name (its id differs from `draft` where it was changed)."""

    who: str
    when: datetime
