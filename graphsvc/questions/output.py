"""Writing an answer: JSON, CSV, TSV, JSON-LD and SPARQL results JSON."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode

from graphsvc import formats
from graphsvc.formats import Format, safe_cell
from graphsvc.index import Passage
from graphsvc.questions.answer import Answer
from graphsvc.questions.question import Column
from graphsvc.questions.table import Term
from graphsvc.questions.values import XSD

NOTHING = (
    "Nothing in this release answers the question with these parameters. Where `coverage` is "
    "given, it says which documents were looked at and what they cover; of all else nothing is "
    "known."
)


def plain(term: Term | None, column: Column) -> str | int | float | bool | None:
    """A cell as JSON of the column's type; a value of another type stays the text it is."""
    if term is None:
        return None
    text = f"_:{term.value}" if isinstance(term, BlankNode) else term.value
    try:
        if column.type in ("integer", "year"):
            return int(text)
        if column.type == "decimal" and math.isfinite(float(text)):
            return float(text)
    except ValueError:
        return text
    return text in ("true", "1") if column.type == "boolean" else text


def rows(answer: Answer) -> list[dict[str, Any]]:
    """The rows as JSON objects by column name: passages for evidence, else plain values."""
    return [{column.name: [passage(cited) for cited in answer.cited(term)]
             if column.type == "evidence" else plain(term, column)
             for term, column in zip(row, answer.question.columns, strict=True)}
            for row in answer.rows]


def passage(cited: Passage) -> dict[str, Any]:
    """A passage as JSON."""
    return {
        "passage": cited.iri, "document": cited.document, "title": cited.title,
        "section": list(cited.sections), "line": cited.line, "ordinal": cited.ordinal,
        "words": cited.words,
    }


def _table(answer: Answer) -> dict[str, Any]:
    columns = [column.model_dump(exclude={"many"}) for column in answer.question.columns]
    return {"columns": columns, "rows": rows(answer), "labels": answer.labels}


def parameters(answer: Answer) -> dict[str, Any]:
    """The parameters as they were understood: IRIs and literals as texts, lists where many."""
    understood: dict[str, Any] = {}
    for parameter in answer.question.parameters:
        texts = [value.value for value in answer.parameters.get(parameter.name, ())]
        one = texts[0] if texts else None
        understood[parameter.name] = texts if parameter.many else one
    return understood


def as_document(answer: Answer, following: str | None) -> dict[str, Any]:
    """The answer as JSON. following: address of the next page."""
    looked_at = answer.coverage
    return {
        "question": answer.question.name, "title": answer.question.title,
        "release": answer.release, "parameters": parameters(answer), **_table(answer),
        "next": following, "sparql": answer.sparql, "note": None if answer.rows else NOTHING,
        "coverage": looked_at and {
            "question": looked_at.question.name, "title": looked_at.question.title,
            **_table(looked_at)},
    }


def linked(answer: Answer, address: str, following: str | None) -> dict[str, Any]:
    """The rows as JSON-LD 1.1: a list of nodes, with a property of the question for each column.

    address: of the question, below which its columns are named.
    """
    context: dict[str, Any] = {
        "rows": {"@id": "https://schema.org/itemListElement", "@container": "@list"},
        "release": "https://schema.org/version",
        "next": {"@id": "http://www.w3.org/ns/hydra/core#next", "@type": "@id"},
    }
    for column in answer.question.columns:
        context[column.name] = {"@id": f"{address}#{column.name}"}
        if column.type in ("iri", "evidence"):
            context[column.name]["@type"] = "@id"
    members = [{column.name: _linked_value(term, column)
                for term, column in zip(row, answer.question.columns, strict=True) if term}
               for row in answer.rows]
    head = {"@context": context, "@type": "https://schema.org/ItemList",
            "release": answer.release, "rows": members}
    return {**head, "next": following} if following else head


def _linked_value(term: Term, column: Column) -> Any:
    if column.type == "evidence":
        return sorted(term.value.split())
    if isinstance(term, NamedNode):
        return {"@id": term.value}
    if isinstance(term, BlankNode):
        return {"@id": f"_:{term.value}"}
    if term.language:
        return {"@value": term.value, "@language": term.language}
    return {"@value": term.value, "@type": term.datatype.value}


def results(answer: Answer) -> dict[str, Any]:
    """SPARQL 1.1 Query Results JSON Format."""
    names = [column.name for column in answer.question.columns]
    bindings = [{name: _binding(term) for name, term in zip(names, row, strict=True) if term}
                for row in answer.rows]
    return {"head": {"vars": names}, "results": {"bindings": bindings}}


def _binding(term: Term) -> dict[str, str]:
    if not isinstance(term, Literal):
        return {"type": "uri" if isinstance(term, NamedNode) else "bnode", "value": term.value}
    binding = {"type": "literal", "value": term.value}
    if term.language:
        return {**binding, "xml:lang": term.language}
    is_text = term.datatype.value == f"{XSD}string"
    return binding if is_text else {**binding, "datatype": term.datatype.value}


def comma_separated(answer: Answer, *, raw: bool = False) -> str:
    """CSV for spreadsheets (RFC 4180, lines end with CR LF).

    After each column of IRIs or evidence comes one of their labels, called `{column}Label`. Texts
    that spreadsheets take for formulas begin with an apostrophe, unless they are to be raw.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(head for column in answer.question.columns
                    for head in (column.name, *_twin(column)))
    for row in answer.rows:
        cells = (text for term, column in zip(row, answer.question.columns, strict=True)
                 for text in _texts(answer, term, column))
        writer.writerow(cells if raw else map(safe_cell, cells))
    return out.getvalue()


def _twin(column: Column) -> tuple[str, ...]:
    return (f"{column.name}Label",) if column.type in ("iri", "evidence") else ()


def _texts(answer: Answer, term: Term | None, column: Column) -> Iterator[str]:
    """The texts of a cell: its value and, of IRIs and evidence, the label."""
    text = "" if term is None else f"_:{term.value}" if isinstance(term, BlankNode) else term.value
    if column.type == "evidence":
        yield " ".join(sorted(text.split()))
        yield "; ".join(map(str, answer.cited(term)))
    else:
        yield text
    if column.type == "iri":
        yield answer.labels.get(text, text)


def tab_separated(answer: Answer) -> str:
    """SPARQL 1.1 Query Results TSV: terms as in Turtle, `?name` heads."""
    lines = ["\t".join(f"?{column.name}" for column in answer.question.columns)]
    for row in answer.rows:
        lines.append("\t".join("" if term is None else _turtle(term) for term in row))
    return "\n".join(lines) + "\n"


def _turtle(term: Term) -> str:
    return str(term).replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def write(
    answer: Answer, format: Format, address: str, following: str | None, *, raw: bool = False
) -> str:
    """The answer in one of the formats offered.

    address: of the question; following: of the next page; raw: whether CSV leaves texts as they are
    that spreadsheets take for formulas.
    """
    match format:
        case formats.CSV:
            return comma_separated(answer, raw=raw)
        case formats.TSV:
            return tab_separated(answer)
        case formats.JSON_LD:
            document = linked(answer, address, following)
        case formats.SPARQL_JSON:
            document = results(answer)
        case _:
            document = as_document(answer, following)
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
