"""Writing an answer: JSON, CSV, workbooks, TSV, JSON-LD and SPARQL results JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode

from graphsvc import formats
from graphsvc.formats import Format, csv_text, safe_cell
from graphsvc.passage import Passage
from graphsvc.questions.answer import Answer
from graphsvc.questions.question import Column
from graphsvc.questions.sentence import as_chosen
from graphsvc.questions.sheet import Cells, workbook
from graphsvc.questions.table import Row, Term, plain
from graphsvc.release import Header
from graphsvc.vocabulary import XSD
from graphsvc.words import slugged

_LONGEST = 100
"""Letters of the name of a file."""

NOTHING = (
    "This release has no answer to the question with these parameters. `silence` says what the "
    "filters left out and which documents were looked at, `coverage` what these cover. There may "
    "be more elsewhere: other documents were not read."
)


def stem(answer: Answer) -> str:
    """What a file of an answer is called: what was asked, with the choices that were made."""
    heading, named = answer.question.headed(answer.given)
    chosen = [as_chosen(p, answer.given[p.name]) for p in answer.question.parameters
              if p.name in answer.given.keys() - named and not answer.is_default(p)]
    return slugged(" ".join([heading, *chosen]))[:_LONGEST].rstrip("-")


def rows(answer: Answer) -> list[dict[str, Any]]:
    """The rows as JSON objects by column name: passages for evidence, else plain values; and of
    each row its gist, the columns whose values no document states, and the disagreements on it."""
    return [{**{column.name: [passage(cited) for cited in answer.cited(row, term)]
                if column.type == "evidence" else plain(term, column)
                for term, column in zip(row, answer.question.columns, strict=True)},
             "gist": answer.gist(row),
             "notStated": [column.name for term, column in zip(
                 row, answer.question.columns, strict=True)
                 if answer.evidence.is_concluded(row, term)],
             "disagreements": [{"thing": one.thing, "label": answer.index.label(one.thing),
                                "kind": one.kind} for one in answer.disagreements(row)]}
            for row in answer.rows]


def passage(cited: Passage) -> dict[str, Any]:
    """A passage as JSON."""
    return {
        "passage": cited.iri, "document": cited.document, "title": cited.title,
        "section": list(cited.sections), "paragraph": cited.paragraph, "label": cited.label,
        "first": cited.first, "last": cited.last, "words": cited.words,
        "page": cited.published, "line": cited.line, "ordinal": cited.ordinal,
    }


def _table(answer: Answer) -> dict[str, Any]:
    columns = [column.model_dump(include={"name", "type", "label", "meaning"})
               for column in answer.question.columns]
    return {"columns": columns, "rows": rows(answer), "labels": answer.labels}


def silence(answer: Answer) -> dict[str, Any]:
    """What the answer does not say, as JSON: things as IRIs, and all of it in sentences."""
    said = answer.silence
    return {
        "lines": list(said.lines(answer.index, not answer.all_rows)),
        "documents": said.documents and {
            "said": said.documents.said, "leftOut": said.documents.left_out,
            "silent": said.documents.silent,
            "elsewhere": said.documents.elsewhere},
        "things": said.things and {
            "label": said.things.label, "said": said.things.said,
            "leftOut": said.things.left_out, "silent": said.things.silent,
            "notReported": said.things.elsewhere},
        "filters": [{"parameter": one.parameter.name,
                     "values": [value.value for value in one.values],
                     "byDefault": one.by_default, "leftOut": one.left_out}
                    for one in said.filters],
        "unfiltered": said.unfiltered,
    }


def summary(answer: Answer) -> list[dict[str, Any]]:
    """The columns that are counted, each with its values and how many rows have each."""
    columns = {column.name: column for column in answer.question.columns}
    return [{"column": name, "label": columns[name].label, "values": [
        {"value": plain(term, columns[name]), "label": str(answer.shown(term, columns[name])),
         "rows": number} for term, number in counted]}
        for name, counted in answer.summary.items()]


def parameters(answer: Answer) -> dict[str, Any]:
    """The parameters as they were understood: IRIs and literals as texts, lists where many."""
    return {parameter.name: texts if parameter.many else next(iter(texts), None)
            for parameter in answer.question.parameters
            for texts in ([value.value for value in answer.parameters.get(parameter.name, ())],)}


def as_document(answer: Answer, following: str | None) -> dict[str, Any]:
    """The answer as JSON. following: address of the next page."""
    looked_at = answer.coverage
    return {
        "question": answer.question.name, "title": answer.question.title,
        "release": answer.release, "parameters": parameters(answer),
        "taken": dict(answer.taken),
        "sentence": answer.sentence, "total": len(answer.all_rows), "summary": summary(answer),
        **_table(answer), "silence": silence(answer),
        "next": following, "sparql": answer.sparql,
        "note": None if answer.all_rows else NOTHING,
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
    is_text = term.datatype.value == XSD.string
    return binding if is_text else {**binding, "datatype": term.datatype.value}


def comma_separated(answer: Answer, *, raw: bool = False) -> str:
    """CSV for programs (RFC 4180, lines end with CR LF).

    After each column of IRIs or evidence comes one of their labels, called `{column}Label`. Texts
    that spreadsheets take for formulas begin with an apostrophe, unless they are to be raw.
    """
    heads = [f"{column.name}{end}" for column in answer.question.columns for end in (
        ("", "Label") if column.type in ("iri", "evidence") else ("",))]
    return _csv(heads, ([
        cell for term, column in zip(row, answer.question.columns, strict=True)
        for cell in _cells(answer, row, term, column)] for row in answer.rows), raw)


def labelled(answer: Answer, *, raw: bool = False) -> str:
    """CSV for people: headings in words, labels for things, citations for evidence."""
    return _csv(people_heads(answer), people_rows(answer), raw)


def people_heads(answer: Answer) -> list[str]:
    """The headings of the cells that people read."""
    return [column.label for column in answer.question.columns] + ["Documents disagree"]


def people_rows(answer: Answer) -> Iterator[Cells]:
    """The rows as people read them: numbers as numbers, all else as texts."""
    for row in answer.rows:
        cells = ("\n".join(map(str, answer.cited(row, term))) or None
                 if column.type == "evidence" else answer.shown(term, column, row)
                 for term, column in zip(row, answer.question.columns, strict=True))
        disputes = [f"{answer.index.label(one.thing) or one.thing} ({one.kind})"
                    for one in answer.disagreements(row)]
        yield [*cells, "; ".join(disputes) or None]


def _csv(heads: list[str], rows: Iterable[Cells], raw: bool) -> str:
    return csv_text([heads, *(row if raw else [
        safe_cell(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)])


def _cells(answer: Answer, row: Row, term: Term | None, column: Column) -> Cells:
    """The cells of a value: itself and, of IRIs and evidence, the label."""
    text = "" if term is None else f"_:{term.value}" if isinstance(term, BlankNode) else term.value
    match column.type:
        case "evidence":
            return " ".join(sorted(text.split())), "; ".join(map(str, answer.cited(row, term)))
        case "iri":
            return text, answer.labels.get(text, text)
        case "decimal":
            return (plain(term, column),)
    return (text,)


def tab_separated(answer: Answer) -> str:
    """SPARQL 1.1 Query Results TSV: terms as in Turtle, `?name` heads."""
    escaped = str.maketrans({"\t": "\\t", "\n": "\\n", "\r": "\\r"})
    lines = [[f"?{column.name}" for column in answer.question.columns], *(
        ["" if term is None else str(term).translate(escaped) for term in row]
        for row in answer.rows)]
    return "".join("\t".join(line) + "\n" for line in lines)


def write(
    answer: Answer, format: Format, address: str, following: str | None, *, raw: bool = False,
    headings: str = "names", header: Header, server: str = "",
) -> str | bytes:
    """The answer in one of the formats offered.

    address: of the question; following: of the next page; raw: whether CSV leaves texts as they are
    that spreadsheets take for formulas; headings: `labels` for CSV that people read; header: of
    the data, and server: where they are served, for workbooks.
    """
    match format:
        case formats.CSV:
            return (labelled if headings == "labels" else comma_separated)(answer, raw=raw)
        case formats.XLSX:
            return workbook(answer, people_heads(answer), people_rows(answer), header, server)
        case formats.TSV:
            return tab_separated(answer)
        case formats.JSON_LD:
            document = linked(answer, address, following)
        case formats.SPARQL_JSON:
            document = results(answer)
        case _:
            document = as_document(answer, following)
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
