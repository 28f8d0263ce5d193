"""A question in plain words: understood as a named question with its values, or left open."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace
from functools import partial
from pathlib import Path

from pyoxigraph import NamedNode

from graphsvc.ask.fit import Asked, Bound, Fit
from graphsvc.ask.heard import Heard, Reading
from graphsvc.ask.rank import Ranking
from graphsvc.ask.trials import Trials
from graphsvc.ask.values import YEAR, Choices, chosen, numbers, quoted
from graphsvc.ask.wordings import read_wordings
from graphsvc.errors import GraphsvcError
from graphsvc.fulltext import Near
from graphsvc.index import AmbiguousName, slug
from graphsvc.questions.answer import Answer, Questions
from graphsvc.questions.question import ANY, Parameter, Question
from graphsvc.questions.sentence import in_words
from graphsvc.questions.table import Row
from graphsvc.questions.values import limits
from graphsvc.words import Word, words

LONGEST = 500
"""Characters of a question."""
_READINGS, _SHOWN = 8, 5
"""Readings that are looked at, and those that are shown."""
_LEAST = 0.3
"""The least score of a reading that is offered."""
_SURE = 0.55
"""The least score of a reading that is answered without asking back."""
_SURER = 0.7
"""The same for a reading that takes words which fit nothing else as a text to look for."""
_VAGUE = 0.7
"""How alike a name must be to be taken surely where words are left unused."""
_NEARLY = 0.75
"""The score of a sure reading, as a share of an unsure best, from which on it is answered."""
_HELD = 0.33
"""The least share of what was written that is in something which is said nearest to it."""
_MORE = 4
"""What is said nearest, next to an answer."""
_OFFERED = 0.5
"""The least score of another reading that is offered, as a share of the best."""
_SHARE = 0.75
"""The share of a name's words that makes a guess of a thing."""
_UNUSED = 0.3
"""The share of the words that say something which may be left unused by an answer."""
_YES_NO = {"true": "yes", "false": "no"}


class NothingAsked(GraphsvcError):
    """A question without words."""

    type = "/problems#nothing-asked"
    title = "There is no question"


class PlainWords:
    """Understands questions in plain words over one release."""

    def __init__(self, questions: Questions, queries: Path) -> None:
        """queries: the folder of the questions, for its wordings. Raises InputErrors."""
        self._questions, self._index = questions, questions.index
        self._wordings = read_wordings(queries, questions.library)
        self._nearby = next((q for q in questions.library if q.nearest), None)
        self._ready: tuple[Ranking, Choices] | None = None
        self._preparing = asyncio.Lock()

    async def about(self, text: str) -> list[Question]:
        """The questions that share words with a text, those that are most about them first."""
        async with self._preparing:
            ranking, _ = await self._prepare()
        return ranking.about(text)

    async def answer(self, heard: Heard, client: str | None = None) -> Answer | None:
        """The answer to what was understood, if anything was. Raises what the engine raises."""
        reading = heard.reading
        if reading is None:
            return None
        understood = await self._questions.understand(reading.question, reading.parameters)
        return await self._questions.ask(reading.question, understood, client=client)

    async def nearest(self, heard: Heard, answer: Answer | None) -> Answer | None:
        """What is said nearest to what was written, and not in a short answer to it, if anything
        is. Raises what the engine raises."""
        if (reading := heard.nearest) is None:
            return None
        question = reading.question
        understood = await self._questions.understand(question, reading.parameters)
        found = await self._questions.page(question, understood)
        facts = partial(found.evidence.facts, question)
        said = {iri for row in answer.all_rows for iri in answer.evidence.facts(
            answer.question, row)} if answer and len(answer.all_rows) <= _MORE else set()
        rows = [row for row in found.rows if said.isdisjoint(facts(row))]
        rows = rows[:_MORE] if answer and answer.all_rows else rows
        return replace(found, rows=rows, all_rows=rows) if rows else None

    async def hear(self, text: str) -> Heard:
        """What is asked in plain words. Raises NothingAsked."""
        async with self._preparing:
            ranking, choices = await self._prepare()
        written = ranking.reader.words(text[:LONGEST])
        if not written:
            raise NothingAsked("There are no words in the question.", location="parameter q",
                               hint="Ask as you would ask a person.")
        heard = self._index.names.corrected(written)
        asked = Asked(heard, self._index.names.mentions(heard), [
            *quoted(text, heard), *numbers(heard), *chosen(heard, choices)])
        fits = [fit for fit in (await asyncio.to_thread(ranking.rank, asked))[:_READINGS]
                if fit.fit >= _LEAST]
        is_sure = partial(self._is_sure, written=written, asked=asked, ranking=ranking)
        sure = max((fit for fit in fits if fit.score >= _NEARLY * fits[0].score and is_sure(fit)),
                   key=lambda fit: fit.score + fit.fit, default=None)
        best, answered = sure or next(iter(fits), None), False
        near = await asyncio.to_thread(self._near, text)
        is_held = any(one.share >= _HELD for one in near)
        if sure:
            others = (fit for fit in fits if fit is not sure and is_sure(fit))
            trials = Trials(self._rows, partial(self._alike, heard), is_sure,
                            await self._passages(near), is_held)
            best, answered = await trials.choose(sure, others)
        if best:
            fits = [best, *(fit for fit in fits if fit.question is not best.question)]
        readings = [self._reading(fit) for fit in fits
                    if fit is best or self._is_offered(fit, fits[0])][:_SHOWN]
        shown = near[:_MORE] if is_held and not answered else []
        return Heard(
            readings[0] if answered else None, readings[1:] if answered else readings,
            await asyncio.to_thread(self._nearest, text, asked) if is_held else None,
            _unused(written, best, {stem for one in shown for stem in one.held}),
            {old.text: new.folded for old, new in zip(written, heard, strict=True)
             if old.folded != new.folded},
            list(self._silent(asked)),
            asked.left_out(best) if best and answered else [])

    def _silent(self, asked: Asked) -> Iterator[str]:
        """The names of those in the words, of all whom statements may be about, that none is."""
        if (question := self._nearby) is None or question.nearest is None:
            return
        for scope in (parameter for parameter in question.parameters if parameter.members):
            for iri in self._named(asked, scope):
                if not self._index.is_value(iri, question.nearest.of_class):
                    yield self._index.label(iri) or iri

    def _nearest(self, text: str, asked: Asked) -> Reading | None:
        """The reading that looks for what is said nearest to what was written; where that names
        several of those whom statements may be about, of these alone."""
        if (question := self._nearby) is None or question.nearest is None:
            return None
        name = question.nearest.name
        text = text[:int(limits(question.nearest)[1] or LONGEST)]
        given = {name: [text]}
        for scope in (parameter for parameter in question.parameters if parameter.members):
            if len(named := self._named(asked, scope)) > 1:
                given[scope.name] = named
        return Reading(question, given, question.headed({name: text})[0])

    def _named(self, asked: Asked, parameter: Parameter) -> list[str]:
        """The IRIs of the things that are named as they are and that a parameter takes."""
        return sorted({mention.iri for mention in asked.mentions if mention.likeness == 1
                       and self._index.fits(mention.iri, parameter.of_class, parameter.scheme)})

    def _near(self, text: str) -> list[Near]:
        """The things nearest to what was written."""
        parameter = self._nearby and self._nearby.nearest
        return self._index.nearest(text, parameter.of_class)[:_READINGS] if parameter else []

    async def _rows(self, fit: Fit) -> Sequence[Row]:
        """The rows of the answer to a reading; none where it cannot be asked."""
        try:
            understood = await self._questions.understand(
                fit.question, self._reading(fit).parameters)
            return (await self._questions.page(fit.question, understood, limit=1)).all_rows
        except GraphsvcError:
            return []

    async def _passages(self, near: Sequence[Near]) -> set[str]:
        """The passages of what is nearest to what was written."""
        cited = (await self._questions.known()).passages
        return {passage for one in near for passage in cited.get(one.iri, ())}

    def _alike(
        self, heard: Sequence[Word], bound: Bound, rows: Sequence[Row]
    ) -> Iterator[str]:
        """Things in rows, of which most of the name is in what was written, the likeliest first."""
        written, parameter = {word.stem for word in heard}, bound.parameter
        shares = {iri: sum(word.stem in written for word in name) / len(name)
                  for iri in {cell.value for row in rows for cell in row
                              if isinstance(cell, NamedNode)}
                  if iri != bound.iri
                  and self._index.fits(iri, parameter.of_class, parameter.scheme)
                  and (name := [word for word in words(self._index.label(iri) or "")
                                if not word.is_small])}
        yield from sorted((iri for iri, share in shares.items() if share >= _SHARE),
                          key=lambda iri: (-shares[iri], iri))

    def _is_offered(self, fit: Fit, best: Fit) -> bool:
        """Whether a reading is worth offering: close to the best, of things that have a name, and
        not merely a text to look for."""
        nameless = any(one.iri and self._written(one) == one.iri for one in fit.bound)
        searches = any(one.searches for one in fit.bound)
        return not nameless and fit.score >= _OFFERED * best.score and (
            fit.fit >= _SURE or not searches)

    def _is_sure(
        self, fit: Fit, written: Sequence[Word], asked: Asked, ranking: Ranking
    ) -> bool:
        """Whether a reading is answered without asking back: not where it passes over a thing that
        is named, or over a name or a year that is not known, nor where it knows a name only
        vaguely and cannot use all the rest."""
        unknown = _unused(written, fit)
        searches = any(one.searches for one in fit.bound)
        vague = bool(unknown) and any(
            one.likeness < (1 if searches else _VAGUE) for one in fit.bound if not one.searches)
        weigh = {at: ranking.weight(word) for at, word in enumerate(written)}
        strange = any(word.text in unknown and at and word.text[0].isupper()
                      or YEAR.fullmatch(word.folded) and not self._index.names.uses(word)
                      for at, word in enumerate(asked.words))
        least = _SURER if searches else _SURE
        return ranking.shares(fit.wording, asked.words) and not (
            strange or vague or asked.passed(fit)) and (
            fit.fit >= least and sum(weigh[at] for at in weigh.keys() - fit.used)
            <= _UNUSED * sum(weigh.values()))

    async def _prepare(self) -> tuple[Ranking, Choices]:
        """The ranking, which takes a second to make, and the words of every choice."""
        if self._ready is None:
            library = self._questions.library
            ranking = await asyncio.to_thread(Ranking, library, self._wordings, self._index)
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
        return Reading(fit.question, parameters, self._sentence(fit, parameters))

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
        """The question as understood: the heading of its answer, with what its other parameters
        were taken for."""
        by_text = {self._written(one): self._index.label(one.iri) for one in fit.bound if one.iri}
        shown = {parameter.name: in_words(
            by_text.get(text) or self._shown(parameter, text) for text in texts)
            for parameter in fit.question.parameters
            if (texts := parameters.get(parameter.name)) and list(texts) != [ANY]}
        heading, used = fit.question.headed(shown)
        rest = [f"{parameter.label}: {shown[parameter.name]}."
                for parameter in fit.question.parameters
                if parameter.name in shown.keys() - used]
        if rest and not heading.endswith("?"):
            heading += "."
        return " ".join([heading, *rest])

    def _shown(self, parameter: Parameter, text: str) -> str:
        """A value as people read it."""
        if parameter.type != "iri":
            return _YES_NO.get(text) or parameter.choices.get(text) or text
        try:
            iri = self._index.meant(text, of_class=parameter.of_class, scheme=parameter.scheme)
        except AmbiguousName:
            return text
        return iri and self._index.label(iri) or text


def _unused(
    written: Sequence[Word], fit: Fit | None, held: Set[str] = frozenset()
) -> list[str]:
    """The words that say something and that a reading does not use. held: the stems of others that
    are used as well."""
    return [word.text for at, word in enumerate(written)
            if not (word.is_small or word.stem in held or fit and at in fit.used)]
