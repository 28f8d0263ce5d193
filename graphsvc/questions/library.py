"""All questions of a release, checked against each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Any

from graphsvc.errors import GraphsvcError, InputErrors
from graphsvc.formats import csv_text
from graphsvc.questions.header import read_columns, read_questions
from graphsvc.questions.question import Question


class UnknownQuestion(GraphsvcError):
    """No question has that name; `nearest` are names like it."""

    status = 404
    type = "/problems#unknown-question"
    title = "There is no such question"

    def __init__(self, name: str, nearest: list[str]) -> None:
        self.nearest = nearest
        hint = f"Near to it: {', '.join(nearest)}." if nearest else None
        super().__init__(f"There is no question called `{name[:80]}`.", hint=hint)

    def extras(self) -> dict[str, Any]:
        return {"nearest": self.nearest}


class ReplacedQuestion(GraphsvcError):
    """A question that another took the place of; `instead` is how to ask now."""

    status = 410
    type = "/problems#replaced-question"
    title = "Another question took its place"

    def __init__(self, name: str, question: Question) -> None:
        self.instead = question.name
        super().__init__(f"The question `{name}` is part of `{question.name}` now.",
                         hint=question.replaces[name])

    def extras(self) -> dict[str, Any]:
        return {"instead": self.instead}


class Library:
    """The questions by name."""

    def __init__(self, questions: list[Question], prefixes: Mapping[str, str]) -> None:
        self.prefixes = dict(prefixes)
        files = {q.name: q.file for q in questions}
        if twice := [q for q in questions if files[q.name] != q.file]:
            raise InputErrors([GraphsvcError(
                f"`{q.name}` is the name of {files[q.name]} too.", location=q.file,
                hint="Rename one of the two files.") for q in twice])
        self._questions = {q.name: q for q in sorted(questions, key=lambda q: q.name)}
        routes = [(q.route.strip("/").split("/"), q) for q in self if q.route]
        self._routes = sorted(routes, key=lambda route: [p.startswith("{") for p in route[0]])
        if errors := list(self._mistakes()):
            raise InputErrors(errors)

    @classmethod
    def load(
        cls, folder: Path, prefixes: Mapping[str, str], *, built: bool = False
    ) -> Library:
        """Every `*.rq` of a folder and of those in it, apart from `views`.

        built: whether the folder is that of a release, whose questions were checked.

        Raises InputErrors with all mistakes of all files.
        """
        shared = read_columns(folder / "columns.yaml", prefixes)
        paths = (path for path in folder.rglob("*.rq") if folder / "views" not in path.parents)
        return cls(read_questions(paths, folder.parent, prefixes, built=built, shared=shared),
                   prefixes)

    def __iter__(self) -> Iterator[Question]:
        return iter(self._questions.values())

    def __contains__(self, name: str) -> bool:
        return name in self._questions

    def __len__(self) -> int:
        return len(self._questions)

    def get(self, name: str) -> Question:
        """The question of that name. Raises UnknownQuestion or ReplacedQuestion."""
        if name in self._questions:
            return self._questions[name]
        for question in self:
            if name in question.replaces:
                raise ReplacedQuestion(name, question)
        raise UnknownQuestion(name, get_close_matches(name[:80], list(self._questions), 5))

    def readme(self) -> str:
        """The titles of all questions by folder, as Markdown."""
        lines = ["# Questions", "", "Made by `graphsvc ask --readme`; a test checks it.", ""]
        for folder, questions in self.folders.items():
            lines += [f"## {folder}", "", *(
                f"- [{question.title}]({question.file.partition('/')[2]})"
                for question in questions), ""]
        return "\n".join(lines)

    @cached_property
    def folders(self) -> dict[str, list[Question]]:
        """The questions by the folder of their files, by name."""
        found = groupby(sorted(self, key=lambda question: question.file.split("/")),
                        lambda question: "/".join(question.file.split("/")[1:-1]))
        return {folder.capitalize() or "Others": [*questions] for folder, questions in found}

    @cached_property
    def covering(self) -> tuple[Question | None, Question | None]:
        """The questions that say which documents there are, and who else is looked at by them."""
        covering = [q for q in self if q.covers]
        return (next((q for q in covering if q.covers and not q.covers.document), None),
                next((q for q in covering if q.covers and q.covers.document), None))

    @cached_property
    def remarks(self) -> Question | None:
        """The question that remarks on the rows of all others."""
        return next((q for q in self if q.remarks), None)

    def table(self) -> str:
        """The questions as CSV: name, title, description, tags, parameters, columns."""
        heads = ("name", "title", "description", "tags", "parameters", "columns")
        return csv_text([heads, *(
            (q.name, q.title, q.description, " ".join(q.tags),
             " ".join(one.name for one in q.parameters), " ".join(one.name for one in q.columns))
            for q in self)])

    def coverage(self, question: Question) -> Question | None:
        """The question that says what was looked at where this one has no answer."""
        documents, _ = self.covering
        return documents if documents != question else None

    def route(self, segments: list[str]) -> tuple[Question, dict[str, str]] | None:
        """The question whose route has these path segments, with the values in them."""
        for pattern, question in self._routes:
            if len(pattern) != len(segments):
                continue
            pairs = list(zip(pattern, segments, strict=True))
            if all(given == wanted or wanted.startswith("{") for wanted, given in pairs):
                return question, {w[1:-1]: given for w, given in pairs if w.startswith("{")}
        return None

    def panels(self, classes: set[str]) -> list[tuple[Question, str]]:
        """The questions for the page of a thing of these classes, with the thing's parameter."""
        return [(question, parameter) for question in self
                for class_, parameter in question.panel.items() if class_ in classes]

    def _mistakes(self) -> Iterator[GraphsvcError]:
        """What does not fit between the questions."""
        for question in self:
            for parameter in question.parameters:
                what, name = parameter.name, parameter.choices_from
                if name is None:
                    continue
                other = self._questions.get(name)
                if other is None:
                    yield GraphsvcError(
                        f"`{what}` names the question `{name}`, which is not there.",
                        location=question.file,
                        hint="Name a file of the folder, without its ending.")
                elif any(parameter.required for parameter in other.parameters):
                    yield GraphsvcError(
                        f"`{what}` names the question `{name}`, which has required parameters.",
                        location=question.file, hint="Name one that can be asked without any.")
                elif any(p.choices_from for p in other.parameters):
                    yield GraphsvcError(
                        f"`{what}` takes its choices from `{name}`, which takes choices itself.",
                        location=question.file, hint="Name one without `choices_from`.")
        taken: dict[tuple[str, ...], Question] = {}
        for pattern, question in self._routes:
            shape = tuple("{}" if part.startswith("{") else part for part in pattern)
            if shape in taken:
                yield GraphsvcError(
                    f"The route {question.route} is that of {taken[shape].file}.",
                    location=question.file, hint="Give one of them another route.")
            taken[shape] = question
