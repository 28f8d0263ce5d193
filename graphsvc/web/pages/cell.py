"""A cell of an answer as pages show it: a link, a text, evidence, or a value that is concluded."""

from __future__ import annotations

from dataclasses import replace

from pyoxigraph import BlankNode, NamedNode

from graphsvc.dates import show_date
from graphsvc.questions.answer import Answer
from graphsvc.questions.evidence import Evidence
from graphsvc.questions.question import Column, Question
from graphsvc.questions.table import Row, Term
from graphsvc.web.pages.context import Link, PageContext
from graphsvc.web.pages.rendering import capital, show


def cell_of(
    context: PageContext, answer: Answer, row: Row, term: Term | None, column: Column,
    about: str | None,
) -> Link:
    """A term of an answer as pages show it. about: IRI of the thing whose page that is."""
    if term is None or isinstance(term, BlankNode):
        return Link()
    if column.type == "evidence":
        return Link(
            cited=tuple(answer.cited(row, term)), gist=answer.gist(row) or "",
            disputes=tuple(dispute(context, answer.evidence, one.thing)
                           for one in answer.disagreements(row)
                           if one.thing != about and NamedNode(one.thing) not in row))
    if isinstance(term, NamedNode):
        link, own = context.link(term.value), f"{context.label(about)}: " if about else ""
        if own and link.text.startswith(own):
            link = replace(link, text=capital(link.text.removeprefix(own)))
        return link.as_concluded if _marked(answer, row, term, column, link, about) else link
    if column.type == "year":
        return Link(term.value)
    if column.type in ("date", "text"):
        return Link(show_date(term.value), symbol=context.signs.get(term.value))
    return Link(show(term))


def _marked(
    answer: Answer, row: Row, term: NamedNode, column: Column, link: Link, about: str | None
) -> bool:
    """Whether a value is marked as concluded: because it is, or because what it is a value of is,
    where rows are put together by that, or the page is about it."""
    axes, is_concluded = _axes(answer.question), answer.evidence.is_concluded
    if is_concluded(row, term) and column.name not in axes:
        return True
    return link.rank is not None and any(
        cell is not None and (cell.value == about or other.name in axes) and is_concluded(row, cell)
        for cell, other in zip(row, answer.question.columns, strict=True))


def _axes(question: Question) -> set[str | None]:
    """The columns by which rows are put together, on pages and in drawings."""
    matrix, place = question.matrix, question.map and question.map.place
    return {question.group, place, *((matrix.rows, matrix.columns) if matrix else ())}


def dispute(context: PageContext, evidence: Evidence, iri: str) -> Link:
    """A disagreement; its gist says between what it is."""
    between = "texts" if iri in evidence.within else "documents"
    return replace(context.link(iri), gist=f"The {between} disagree")
