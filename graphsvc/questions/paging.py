"""Pages of a question, cut by the key of the last row instead of by counting rows."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Sequence
from importlib.resources import files

from jinja2 import Environment, StrictUndefined
from pyoxigraph import Literal

from graphsvc.errors import GraphsvcError
from graphsvc.questions.question import Question
from graphsvc.questions.table import Table, Term
from graphsvc.questions.template import Template, Value, Values, prologue, scan
from graphsvc.questions.values import DECIMAL

_LEAST = "-100000000000000000000.0"
"""The key of a number that is not there: below all that a parameter or a count may be."""
_NUMBER = re.compile(r"-?[0-9]{1,21}(\.[0-9]{1,18})?")
_LONGEST = 4000
_PAGE = Environment(undefined=StrictUndefined, autoescape=False).from_string(
    (files("graphsvc.sparql") / "page.rq.j2").read_text(encoding="utf-8"))


class UnknownPage(GraphsvcError):
    """A cursor that no page of this question begins at."""


class NoKey(GraphsvcError):
    """A question whose declared order does not tell its rows apart: a mistake of its file."""


class Pager:
    """The pages of one question.

    A page is the question's own query as a sub-SELECT, so that its LIMIT stays as it is, with the
    ordering key of each row beside its columns.
    """

    def __init__(self, question: Question) -> None:
        self._question = question
        head, query = prologue(question.query)
        text = _PAGE.render(question=question, prologue=head, query=_unsorted(query), least=_LEAST)
        self._template = Template(text, file=question.file)
        self._tidy = not any("\n" in t.text for t in self._template.tokens if t.kind == "string")

    def query(self, values: Values, limit: int, after: str | None) -> str:
        """The SPARQL of the page after a cursor, with one row more than `limit`.

        Raises UnknownPage for a cursor that this question did not give.
        """
        start = self._decode(after) if after is not None else ()
        keys = {f"_{index}": [value] for index, value in enumerate(start, 1)}
        text = self._template.bind({**values, **keys})
        if self._tidy:
            text = re.sub(r"\n([ \t]*\n)+", "\n", text)
        return f"{text}\nLIMIT {limit + 1}\n"

    def cut(self, table: Table, limit: int) -> tuple[list[tuple[Term | None, ...]], str | None]:
        """The rows of the page without their keys, and the cursor of the next page if there is one.

        Raises NoKey where the declared order is no key, for then rows would be lost.
        """
        width = len(self._question.columns)
        rows = [row[:width] for row in table.rows[:limit]]
        if len(table.rows) <= limit:
            return rows, None
        last, following = (table.rows[index][width:] for index in (limit - 1, limit))
        if last == following:
            raise NoKey(
                "Two rows are equal in all columns of `order`, so that a page cannot end between "
                "them.", location=self._question.file,
                hint="Add columns to `order` until they tell every row from every other.")
        return rows, _encode(last)

    def _decode(self, cursor: str) -> Sequence[Value]:
        bad = UnknownPage("This cursor is not one that the question gave.",
                          location="parameter after",
                          hint="Follow the `next` link of an answer to the same question.")
        if len(cursor) > _LONGEST:
            raise bad
        try:
            padded = cursor + "=" * (-len(cursor) % 4)
            texts = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        except ValueError:
            raise bad from None
        keys = self._question.order
        if not isinstance(texts, list) or len(texts) != len(keys):
            raise bad
        values: list[Value] = []
        for text, key in zip(texts, keys, strict=True):
            if not isinstance(text, str) or (key.numeric and not _NUMBER.fullmatch(text)):
                raise bad
            values.append(Literal(text, datatype=DECIMAL) if key.numeric else Literal(text))
        return values


def _unsorted(query: str) -> str:
    """The SELECT without the ORDER BY at its end, which says nothing of a sub-SELECT's rows.

    It stays where a LIMIT or OFFSET follows: then it says which rows there are.
    """
    kept, depth, end = "", 0, None
    for token in scan(query):
        depth += {"{": 1, "}": -1}.get(token.text, 0)
        word = token.text.upper() if depth == 0 and token.kind == "name" else ""
        if word == "ORDER":
            end = len(kept)
        if end is not None and (word in ("LIMIT", "OFFSET", "VALUES") or
                                token.text.startswith("#+")):
            return query
        kept += token.text
    return kept[:end]


def _encode(keys: Sequence[Term | None]) -> str:
    texts = [key.value if key is not None else "" for key in keys]
    data = json.dumps(texts, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
