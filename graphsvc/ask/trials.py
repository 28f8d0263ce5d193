"""Readings that have an answer, and one that has to do with what was written."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace

from graphsvc.ask.fit import Bound, Fit
from graphsvc.questions.table import Row, passage_iris

_MOST = 16
"""Readings near another that are tried out."""
_ALONE = 0.8
"""How well a wording must fit for a reading to be taken that says nothing of what is nearest."""
_CLOSE = 0.8
"""The score of another question, as a share of the first, from which on it is tried out."""

Answers = Callable[[Fit], Awaitable[Sequence[Row]]]
"""The rows of the answer to a reading."""
Alike = Callable[[Bound, Sequence[Row]], Iterable[str]]
"""IRIs of things in rows that the words of a guess may name as well."""


@dataclass(frozen=True)
class Trials:
    """Trying readings out.

    is_sure: whether a reading can be taken without asking back. passages: those of what is nearest
    to what was written; is_held: whether that holds enough of it.
    """

    answers: Answers
    alike: Alike
    is_sure: Callable[[Fit], bool]
    passages: Set[str]
    is_held: bool

    async def choose(self, first: Fit, others: Iterable[Fit]) -> tuple[Fit, bool]:
        """The first reading, or one that has an answer where that has none, and whether to answer
        it: where its wording fits well, or its answer says some of what is nearest.

        Tried are, in this order: another thing of the same name; in place of a guess, one of the
        things that there is an answer for; the reading without a minor value; without one of the
        words to look for, or all of them, where that is sure; the others that take up the same
        words, where they take them for other things, or where the first looks for words or guesses;
        the first without one of several common things, where that says some of what is nearest. Of
        a thing that is named exactly, a no stays a no.
        """
        is_empty = not await self.answers(first)
        unsure = not is_empty or any(one.is_guess or one.searches for one in first.bound)
        near = (await self._near(first))[:_MOST] if is_empty else []
        close = [fit for fit in others if fit.score >= _CLOSE * first.score
                 and (not is_empty or _taken(first) <= _taken(fit))
                 and (unsure or not _things(fit) <= _things(first))
                 and not any(one.searches for one in fit.bound)]
        fewer = list(_without_common(first)) if is_empty else []
        found: Fit | None = None
        for fit in (first, *near, *close, *fewer):
            if rows := await self.answers(fit):
                if self._says_near(fit, rows) or fit not in fewer and (
                        fit.fit >= _ALONE or not self.is_held):
                    return fit, True
                if fit not in fewer:
                    found = found or fit
        return found or first, found is None and first.fit >= _ALONE and not unsure

    def _says_near(self, fit: Fit, rows: Sequence[Row]) -> bool:
        """Whether rows rest on some of the passages of what is nearest."""
        places = [at for at, column in enumerate(fit.question.columns) if column.type == "evidence"]
        return any(not self.passages.isdisjoint(passage_iris(row[at]))
                   for row in rows for at in places)

    async def _near(self, fit: Fit) -> list[Fit]:
        swapped = [_with(fit, one, iri) for one in fit.bound
                   if one.likeness < 1 and one.iri and not one.parameter.required
                   for iri in self.alike(one, await self.answers(_without(fit, [one])))]
        return [*_of_same_name(fit), *swapped, *_without_guesses(fit),
                *filter(self.is_sure, _without_words(fit))]


def _things(fit: Fit) -> set[str]:
    return {one.iri for one in fit.bound if one.iri}


def _taken(fit: Fit) -> set[int]:
    """Positions of the words that are values."""
    return {at for one in fit.bound for at in one.at}


def _of_same_name(fit: Fit) -> Iterator[Fit]:
    for one in fit.bound:
        for iri in one.others:
            yield _with(fit, one, iri)


def _without_guesses(fit: Fit) -> Iterator[Fit]:
    """The reading without each minor value (such as a unit), then without all of them."""
    minor = [one for one in fit.bound if one.is_guess and not one.parameter.required
             and (one.quiet or one.parameter.scheme or one.parameter.type == "choice")]
    for one in minor:
        yield _without(fit, [one])
    if len(minor) > 1:
        yield _without(fit, minor)


def _without_common(fit: Fit) -> Iterator[Fit]:
    """The reading without each of several things that have no name of their own."""
    common = [one for one in fit.bound if one.iri and not (one.proper or one.parameter.required)]
    for one in common if len(common) > 1 else ():
        yield _without(fit, [one])


def _without_words(fit: Fit) -> Iterator[Fit]:
    """The reading with one word less to look for, where there are several, then with none."""
    for one in fit.bound:
        texts, places = one.text.split(), sorted(one.at)
        if one.searches and len(texts) == len(places) > 1:
            for out in range(len(texts)):
                less = replace(one, text=" ".join([*texts[:out], *texts[out + 1:]]),
                               at=one.at - {places[out]})
                yield replace(fit, used=fit.used - {places[out]}, bound=tuple(
                    less if each is one else each for each in fit.bound))
    if any(one.iri for one in fit.bound):
        yield from (_without(fit, [one]) for one in fit.bound if one.searches)


def _with(fit: Fit, one: Bound, iri: str) -> Fit:
    return replace(fit, bound=tuple(
        replace(one, iri=iri) if each is one else each for each in fit.bound))


def _without(fit: Fit, dropped: Sequence[Bound]) -> Fit:
    return replace(fit, bound=tuple(one for one in fit.bound if one not in dropped),
                   used=fit.used - {at for one in dropped for at in one.at})
