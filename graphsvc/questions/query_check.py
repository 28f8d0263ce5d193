"""Whether the query of a question fits its header: places, columns, and SPARQL."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pyoxigraph

from graphsvc.errors import GraphsvcError
from graphsvc.questions.question import Parameter, Question
from graphsvc.questions.template import Value

_SAMPLES: dict[str, Value] = {
    "iri": pyoxigraph.NamedNode("urn:x-sample"), "boolean": pyoxigraph.Literal(True),
    "integer": pyoxigraph.Literal(1), "year": pyoxigraph.Literal(2000),
}


def query_mistakes(question: Question, line: int) -> list[GraphsvcError]:
    """Where query and header do not agree, each reported once. line: where the query begins."""
    check = _Check(question, line)
    check.places()
    if not check.errors:
        check.query()
    return check.errors


class _Check:
    """One question while it is checked."""

    def __init__(self, question: Question, line: int) -> None:
        self.question, self.line = question, line
        self.errors: list[GraphsvcError] = []

    def places(self) -> None:
        """Parameters and places must be the same names, in blocks where they are optional."""
        names = {place.name for place in self.question.template.places}
        for place in self.question.template.places:
            parameter = self.question.parameter(place.name)
            if parameter is None:
                self._report(place.line, f"`${place.name}` is not declared.",
                           f"Declare it, or write `?{place.name}` for a variable.")
            elif parameter.optional and place.condition != place.name:
                self._report(place.line, f"`${place.name}` may have no value.",
                           f"Put its lines between `#+if {place.name}` and `#+end`.")
            elif parameter.many and place.separator is None:
                self._report(place.line, f"`${place.name}` may have several values.",
                           f"Write `VALUES ?x {{ ${place.name} }}` or `IN (${place.name})`.")
        for name, line in self.question.template.conditions.items():
            parameter = self.question.parameter(name)
            if parameter is None or not parameter.optional:
                self._report(line, f"`#+if {name}` names no optional parameter.",
                           "Name one with `required: false` and no default.")
        for token in self.question.template.tokens:
            if token.kind == "variable" and token.text[0] == "?" and \
                    self.question.parameter(token.text[1:]):
                self._report(token.line, f"`{token.text}` is a parameter's name.",
                           f"Write `${token.text[1:]}`, or use another variable.")
        for parameter in self.question.parameters:
            if parameter.name not in names:
                self._report(1, f"The query has no place for the parameter `{parameter.name}`.",
                           f"Use `${parameter.name}` in it, or drop the parameter.")

    def query(self) -> None:
        """The query must parse with and without each optional clause, and give the columns."""
        for token in self.question.template.tokens:
            if token.kind == "name" and token.text.upper() in ("SERVICE", "FROM"):
                self._report(token.line, f"A question has no {token.text.upper()}.",
                           "Ask the release itself; use GRAPH to name a graph.")
                return
        for values in _samples(self.question):
            variables = self._variables(self.question.template.bind(values))
            if variables is None:
                return
            if sorted(variables) != sorted(column.name for column in self.question.columns):
                self._report(self.line, f"The query gives the columns {', '.join(variables)}.",
                           "Declare exactly these under `columns`.")
                return

    def _variables(self, query: str) -> list[str] | None:
        """The variables that the query projects, or None with a mistake reported."""
        try:
            result = pyoxigraph.Store().query(query)
        except SyntaxError as error:
            match = re.search(r"error at (\d+):(\d+): (.*)", str(error), re.DOTALL)
            line, column, expected = match.groups() if match else (1, 1, str(error))
            why = f": {expected}" if len(expected) < 100 else ""
            self._report(self.line + int(line) - 1,
                       f"The query stops being SPARQL at column {column}{why}.",
                       "Change it so that it runs in any SPARQL editor.")
            return None
        if not isinstance(result, pyoxigraph.QuerySolutions):
            self._report(self.line, "The query is not a SELECT.", "Write SELECT with the columns.")
            return None
        return [variable.value for variable in result.variables]

    def _report(self, line: int, problem: str, hint: str) -> None:
        location = f"{self.question.file}:{line}"
        if all((e.location, e.message) != (location, problem) for e in self.errors):
            self.errors.append(GraphsvcError(problem, location=location, hint=hint))


def _samples(question: Question) -> Iterator[dict[str, list[Value]]]:
    """Sample values: for every parameter, for none that may be left out, for one of these each."""
    def sample(parameter: Parameter) -> list[Value]:
        type_ = "iri" if parameter.choices_from else parameter.type
        value = _SAMPLES.get(type_, pyoxigraph.Literal("x"))
        return [value, value] if parameter.many else [value]

    everything = {parameter.name: sample(parameter) for parameter in question.parameters}
    optional = [parameter.name for parameter in question.parameters if parameter.optional]
    least = {name: value for name, value in everything.items() if name not in optional}
    yield everything
    yield least
    for name in optional:
        yield {**least, name: everything[name]}
