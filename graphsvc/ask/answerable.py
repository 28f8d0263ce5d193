"""Readings that have an answer: what was only guessed is given up before nothing is answered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from graphsvc.ask.rank import Bound, Fit
from graphsvc.questions.table import Row

_MOST = 16
"""Readings that are tried out."""

Answers = Callable[[Fit], Awaitable[Sequence[Row]]]
"""The rows of the answer to a reading."""
Alike = Callable[[Bound, Sequence[Row]], Iterable[str]]
"""IRIs of things in rows that the words of a guess may name as well."""


async def answerable(first: Fit, answers: Answers, alike: Alike) -> Fit:
    """The first reading, or one near it that has an answer where that has none.

    Near are, in this order: another thing of the same name; in place of a guess, one of the things
    that there is an answer for; the reading without a minor value that the words do not name
    exactly.
    """
    if await answers(first):
        return first
    swapped = [fit for one in first.bound if one.is_guess and one.iri
               and not one.parameter.required
               for iri in alike(one, await answers(_without(first, [one])))
               for fit in [_with(first, one, iri)]]
    for number, fit in enumerate((
            *_of_same_name(first), *swapped, *_without_guesses(first))):
        if number < _MOST and await answers(fit):
            return fit
    return first


def _named(fit: Fit) -> set[str]:
    return {one.iri for one in fit.bound if one.iri}


def _of_same_name(fit: Fit) -> Iterator[Fit]:
    for one in fit.bound:
        for iri in one.others:
            yield _with(fit, one, iri)


def _without_guesses(fit: Fit) -> Iterator[Fit]:
    """The reading without each minor value (such as a unit), then without all of them."""
    minor = [one for one in fit.bound if one.is_guess and not one.parameter.required
             and (one.quiet or one.parameter.type == "choice")]
    for one in minor:
        yield _without(fit, [one])
    if len(minor) > 1:
        yield _without(fit, minor)


def _with(fit: Fit, one: Bound, iri: str) -> Fit:
    return replace(fit, bound=tuple(
        replace(one, iri=iri) if each is one else each for each in fit.bound))


def _without(fit: Fit, dropped: Sequence[Bound]) -> Fit:
    return replace(fit, bound=tuple(one for one in fit.bound if one not in dropped),
                   used=fit.used - {at for one in dropped for at in one.at})
