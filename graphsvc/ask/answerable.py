"""Readings that have an answer: what was only guessed is given up before nothing is answered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace

from graphsvc.ask.rank import Bound, Fit

_MOST = 16
"""Readings that are tried out."""

Answers = Callable[[Fit], Awaitable[int]]
"""How many rows the answer to a reading has."""


async def answerable(fits: Sequence[Fit], least: float, answers: Answers) -> Fit:
    """The first reading, or one near it that has an answer where that has none.

    Near are, in this order: another thing of the same name; where values are guesses, the next
    readings (of a fit of `least` or more) that take up the same things; the reading without a
    guess. fits: the readings, the best first.
    """
    first = fits[0]
    if await answers(first):
        return first
    others = [fit for fit in fits[1:] if fit.fit >= least and _named(first) <= _named(fit)
              and any(one.is_guess for one in first.bound)]
    for number, fit in enumerate((*_of_same_name(first), *others, *_without_guesses(first))):
        if number < _MOST and await answers(fit):
            return fit
    return first


def _named(fit: Fit) -> set[str]:
    return {one.iri for one in fit.bound if one.iri}


def _of_same_name(fit: Fit) -> Iterator[Fit]:
    for one in fit.bound:
        for iri in one.others:
            yield replace(fit, bound=tuple(
                replace(one, iri=iri) if each is one else each for each in fit.bound))


def _without_guesses(fit: Fit) -> Iterator[Fit]:
    """The reading without each value that is a guess, the least likely first, then without all."""
    guesses = sorted((one for one in fit.bound if one.is_guess and not one.parameter.required),
                     key=lambda one: (one.iri is not None, one.likeness))
    implied = {name: texts for name, texts in fit.wording.implied.items()
               if (parameter := fit.question.parameter(name)) and parameter.required}
    plain = replace(fit, wording=replace(fit.wording, implied=implied))
    if implied != fit.wording.implied:
        yield plain
    for guess in guesses:
        yield _without(fit, [guess])
    if guesses:
        yield _without(plain, guesses)


def _without(fit: Fit, dropped: Sequence[Bound]) -> Fit:
    return replace(fit, bound=tuple(one for one in fit.bound if one not in dropped),
                   used=fit.used - {at for one in dropped for at in one.at})
