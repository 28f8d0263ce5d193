"""An answer as an Excel workbook: a sheet of rows, and one of where they come from."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import quote

from pyoxigraph import NamedNode

from graphsvc.questions.answer import Answer
from graphsvc.questions.table import Row
from graphsvc.release import Header

Cells = Sequence[str | int | float | None]
_LONGEST = 32_767
"""Characters of a cell, at most."""
_LONGEST_ADDRESS = 2_079
_MOST_LINKS = 50_000
"""Links of a sheet; Excel opens no more than 65,530."""


def workbook(
    answer: Answer, heads: Sequence[str], rows: Iterable[Cells], header: Header, server: str
) -> bytes:
    """The workbook of an answer. heads, rows: the cells that people read; header: of the data;
    server: where they are served, to which links of their things and passages lead; without it
    these have none.

    Texts are written as texts, so that none can be a formula.
    """
    out, book, head, cell = _book()
    link = book.add_format({"text_wrap": True, "valign": "top", "font_color": "blue",
                            "underline": 1})
    sheet = book.add_worksheet("Answer")
    sheet.freeze_panes(1, 0)
    sheet.write_row(0, 0, heads, head)
    widths, links = [len(text) for text in heads], 0
    for at, (row, cells) in enumerate(zip(answer.rows, rows, strict=True), 1):
        for place, value in enumerate(cells):
            address = _address(answer, row, place, header.root, server)
            if address and links < _MOST_LINKS and len(address) < _LONGEST_ADDRESS:
                links += 1
                sheet.write_url(at, place, quote(address, safe=":/#?&=%@+,;~!$'()*[]"), link,
                                str(value)[:_LONGEST])
            else:
                _write(sheet, at, place, value, cell)
            widths[place] = max(widths[place], *map(len, str(value or "").split("\n")))
    for place, width in enumerate(widths):
        sheet.set_column(place, place, min(max(width + 2, 10), 60))
    if answer.rows:
        sheet.autofilter(0, 0, len(answer.rows), len(heads) - 1)
    recipe = book.add_worksheet("Source")
    recipe.set_column(0, 0, 24)
    recipe.set_column(1, 1, 100)
    for at, (name, value) in enumerate(_recipe(answer, header.licence)):
        recipe.write_string(at, 0, name, head)
        _write(recipe, at, 1, value, cell)
    book.close()
    return out.getvalue()


def plain_workbook(
    heads: Sequence[str], rows: Sequence[Cells], recipe: Sequence[tuple[str, str]]
) -> bytes:
    """A workbook of texts. recipe: where they come from, as names and values."""
    out, book, head, cell = _book()
    for name, lines in (("Comparison", [heads, *rows]), ("Source", recipe)):
        sheet = book.add_worksheet(name)
        sheet.freeze_panes(int(lines is not recipe), 0)
        sheet.set_column(0, len(heads), 34)
        for at, line in enumerate(lines):
            for place, value in enumerate(line):
                _write(sheet, at, place, value, head if at == 0 and lines is not recipe else cell)
    book.close()
    return out.getvalue()


def _book() -> tuple[io.BytesIO, Any, Any, Any]:
    """What a new workbook is written to when it is closed, it, and the looks of heads and cells."""
    from xlsxwriter import Workbook  # which few services are asked for

    out = io.BytesIO()
    book = Workbook(out, {"in_memory": True})
    return (out, book,
            book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}),
            book.add_format({"text_wrap": True, "valign": "top"}))


def _address(answer: Answer, row: Row, place: int, root: str, server: str) -> str:
    """Where what is in a cell is shown: a thing, or the first of the passages; empty if nowhere."""
    term = row[place] if place < len(row) else None
    if term is not None and answer.question.columns[place].type == "evidence":
        iri = next((one.iri for one in answer.cited(row, term)), "")
    else:
        iri = term.value if isinstance(term, NamedNode) else ""
    if not iri.startswith(root):
        return iri
    return f"{server}/{iri.removeprefix(root)}" if server else ""


def _write(sheet: Any, row: int, column: int, value: str | int | float | None, form: Any) -> None:
    if isinstance(value, str):
        sheet.write_string(row, column, value[:_LONGEST], form)
    elif value is None:
        sheet.write_blank(row, column, None, form)
    else:
        sheet.write_number(row, column, value, form)


def _recipe(answer: Answer, licence: str | None) -> Iterator[tuple[str, str | int]]:
    """Where the rows come from, as names and values."""
    yield "Question", answer.question.title
    yield "Name of the question", answer.question.name
    if answer.sentence:
        yield "Answer in a sentence", answer.sentence
    for parameter in answer.question.parameters:
        if values := answer.parameters.get(parameter.name):
            yield parameter.label, "; ".join(
                answer.index.label(value.value) or value.value for value in values)
    yield "Rows", len(answer.all_rows)
    if len(answer.rows) < len(answer.all_rows):
        yield "Rows of this page", len(answer.rows)
    for line in answer.silence.lines(answer.index, not answer.all_rows):
        yield "Not in this answer", line
    documents = answer.evidence.sources(answer.question, answer.rows)
    for iri in sorted(set(documents)):
        yield "Document", f"{answer.index.label(iri) or iri} <{iri}>"
    yield "Release", answer.release
    if licence:
        yield "Licence", licence
    yield "SPARQL", answer.sparql
