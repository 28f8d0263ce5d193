"""What was understood of a question in plain words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphsvc.questions.question import Question
from graphsvc.questions.silence import not_reported


@dataclass(frozen=True)
class Reading:
    """One way to understand what was asked. parameters: as they are given to the question."""

    question: Question
    parameters: Mapping[str, Sequence[str]]
    sentence: str

    @property
    def given(self) -> dict[str, Any]:
        """The parameters as JSON: a text, or a list where several values may be given."""
        return {parameter.name: list(texts) if parameter.many else texts[0]
                for parameter in self.question.parameters
                if (texts := self.parameters.get(parameter.name))}


@dataclass(frozen=True)
class Heard:
    """What was understood. reading: None when unsure; alternatives: other readings, best first;
    nearest: what is said nearest to what was written, whatever it asks, if that holds enough of it;
    unknown: words that were not used for the reading or, where none is sure, to find what is
    nearest; corrected: words that were taken for misspelt others; silent: the names of what is
    named and that nothing is said of; left_out: words that name something and that the reading
    passes over."""

    reading: Reading | None
    alternatives: Sequence[Reading]
    nearest: Reading | None
    unknown: Sequence[str]
    corrected: Mapping[str, str]
    silent: Sequence[str]
    left_out: Sequence[str]

    @property
    def remarks(self) -> Iterator[str]:
        """What is to be said before anything else, as sentences."""
        if self.silent and not self.reading:
            yield not_reported(self.silent)
        if self.left_out:
            yield f"This leaves out “{'”, “'.join(self.left_out)}”."

    def document(
        self, answer: dict[str, Any] | None, nearest: dict[str, Any] | None
    ) -> dict[str, Any]:
        """What was understood, as JSON, with the answer to it and what is said nearest to it."""
        return {
            "understood": self.reading and {
                "question": self.reading.question.name, "parameters": self.reading.given,
                "sentence": self.reading.sentence},
            "answer": answer, "nearest": nearest,
            "alternatives": [{
                "question": other.question.name, "parameters": other.given,
                "title": other.sentence} for other in self.alternatives],
            "unknown": list(self.unknown), "corrected": dict(self.corrected),
            "silent": list(self.silent), "leftOut": list(self.left_out)}
