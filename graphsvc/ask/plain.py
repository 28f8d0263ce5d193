"""A question in plain words: understood as a named question with its values, or left open."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from graphsvc.ask.rank import Asked, Bound, Fit, Given, Ranking
from graphsvc.ask.wordings import read_wordings
from graphsvc.errors import GraphsvcError
from graphsvc.index import AmbiguousName, slug
from graphsvc.questions.answer import Questions
from graphsvc.questions.question import Parameter, Question
from graphsvc.words import Word, words

LONGEST = 500
"""Characters of a question."""
_READINGS = 5
_SURE = 0.55
"""The least score of a reading that is answered without asking back."""
_BY_FAR = 0.0
_UNUSED = 0.3
"""The share of the words that say something which may be left unused by an answer."""
_FROM = frozenset({"since", "from", "after"})
_TO = frozenset({"until", "till", "before", "by", "to"})
_QUOTED = re.compile("[\"\u201c\u201d]([^\"\u201c\u201d]+)[\"\u201c\u201d]")
_YEAR = re.compile(r"(19|20)\d\d")


class NothingAsked(GraphsvcError):
    """A question without words."""

    type = "urn:graphsvc:problem:nothing-asked"
    title = "There is no question"


@dataclass(frozen=True)
class Reading:
    """One way to understand what was asked. parameters: as they are given to the question."""

    question: Question
    parameters: Mapping[str, Sequence[str]]
    sentence: str
    score: float


@dataclass(frozen=True)
class Heard:
    """What was understood. reading: None when unsure; alternatives: other readings, best first;
    unknown: words that were not used; corrected: words that were taken for misspelt others."""

    reading: Reading | None
    alternatives: Sequence[Reading]
    unknown: Sequence[str]
    corrected: Mapping[str, str]


class PlainWords:
    """Understands questions in plain words over one release."""

    def __init__(self, questions: Questions, queries: Path) -> None:
        """queries: the folder of the questions, for its wordings. Raises InputErrors."""
        self._questions, self._index = questions, questions.index
        self._wordings = read_wordings(queries, questions.library)
        self._ready: tuple[Ranking, list[tuple[Question, Parameter, list[Word]]]] | None = None

    async def hear(self, text: str) -> Heard:
        """What is asked in plain words. Raises NothingAsked."""
        ranking, choices = await self._prepare()
        written = ranking.reader.words(text[:LONGEST])
        if not written:
            raise NothingAsked("There are no words in the question.", location="parameter q",
                               hint="Ask as you would ask a person.")
        told = self._index.names.corrected(written)
        asked = Asked(told, self._index.names.mentions(told), [
            *_quoted(text, told), *_numbers(told), *_chosen(told, choices)])
        fits = ranking.rank(asked)[:_READINGS]
        readings = [self._reading(fit) for fit in fits]
        unknown = [word.text for at, word in enumerate(written)
                   if not word.is_small and not (fits and at in fits[0].used)]
        said = sum(not word.is_small for word in written)
        strange = any(word.text in unknown and (_YEAR.fullmatch(word.folded) or (
            word.text[0].isupper() and not self._index.names.uses(word))) for word in told)
        sure = bool(fits) and not strange and fits[0].score >= _SURE and len(unknown) <= _UNUSED * said and (
            len(fits) < 2 or fits[0].score - fits[1].score >= _BY_FAR)
        return Heard(
            readings[0] if sure else None, readings[1:] if sure else readings, unknown,
            {old.text: new.folded for old, new in zip(written, told, strict=True)
             if old.folded != new.folded})

    async def _prepare(self) -> tuple[Ranking, list[tuple[Question, Parameter, list[Word]]]]:
        if self._ready is None:
            library = self._questions.library
            ranking = Ranking(library, self._wordings, self._index)
            self._index.names.know(ranking.words)
            choices = [(question, parameter, words(choice.label))
                       for question in library for parameter in question.parameters
                       if parameter.type == "choice"
                       for choice in await self._questions.choices(parameter)]
            self._ready = ranking, choices
        return self._ready

    def _reading(self, fit: Fit) -> Reading:
        parameters = {name: list(texts) for name, texts in fit.wording.implied.items()}
        given: dict[str, list[str]] = {}
        for one in fit.bound:
            given.setdefault(one.parameter.name, []).append(self._written(one))
        parameters |= given
        return Reading(fit.question, parameters, self._sentence(fit, parameters), fit.score)

    def _written(self, bound: Bound) -> str:
        """The value as a person would give it: the shortest text that names the thing."""
        if bound.iri is None:
            return bound.text
        parameter = bound.parameter
        for text in (self._index.label(bound.iri), slug(bound.iri)):
            try:
                if text and self._index.meant(
                        text, of_class=parameter.of_class, scheme=parameter.scheme) == bound.iri:
                    return text
            except AmbiguousName:
                continue
        return bound.iri

    def _sentence(self, fit: Fit, parameters: Mapping[str, Sequence[str]]) -> str:
        """The title of the question, with what its parameters were taken for."""
        parts = [fit.question.title]
        for parameter in fit.question.parameters:
            if texts := parameters.get(parameter.name):
                parts.append(f"{parameter.label}: {', '.join(map(self._shown, texts))}.")
        return " ".join(parts)

    def _shown(self, text: str) -> str:
        return {"true": "yes", "false": "no"}.get(text, text)


def _quoted(text: str, told: Sequence[Word]) -> Iterator[Given]:
    """What is between quotation marks, as a text to look for."""
    for match in _QUOTED.finditer(text):
        quoted = [word.stem for word in words(match[1])]
        for start in range(len(told) - len(quoted) + 1):
            if quoted and [word.stem for word in told[start:start + len(quoted)]] == quoted:
                yield Given(frozenset(range(start, start + len(quoted))), {"text": match[1]})
                break


def _numbers(told: Sequence[Word]) -> Iterator[Given]:
    """Years and least numbers, by the words before and after them."""
    for at, word in enumerate(told):
        before = told[at - 1].folded if at else ""
        if _YEAR.fullmatch(word.folded):
            names = ["since"] if before in _FROM else ["until"] if before in _TO else [
                "since", "until"]
            yield Given(frozenset([at]), dict.fromkeys(names, word.folded))
        elif word.folded.isdecimal():
            after = [one.folded for one in told[at + 1:at + 4]]
            if before in ("least", "minimum") or "more" in after[:2] or "more" in after[1:3]:
                yield Given(frozenset([at]), {"minimum": word.folded, "places": word.folded})


def _chosen(
    told: Sequence[Word], choices: Sequence[tuple[Question, Parameter, list[Word]]]
) -> Iterator[Given]:
    """The choices whose words follow each other in a text."""
    stems = [word.stem for word in told]
    for question, parameter, label in choices:
        wanted = [word.stem for word in label]
        for start in range(len(stems) - len(wanted) + 1):
            if wanted and stems[start:start + len(wanted)] == wanted:
                yield Given(frozenset(range(start, start + len(wanted))),
                            {parameter.name: " ".join(word.text for word in label)}, question.name)
                break
