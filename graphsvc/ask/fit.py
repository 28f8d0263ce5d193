"""What was written, and how a question fits it: what passes between the steps of understanding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from graphsvc.ask.wordings import Wording
from graphsvc.names import Mention
from graphsvc.questions.question import Parameter, Question
from graphsvc.words import Word


@dataclass(frozen=True)
class Bound:
    """A value for a parameter, and the positions of the words that give it. surely: whether by its
    own name; proper: whether with a capital; others: what else the words may name."""

    parameter: Parameter
    text: str
    at: frozenset[int]
    iri: str | None = None
    likeness: float = 1.0
    quiet: bool = False
    surely: bool = True
    proper: bool = False
    others: tuple[str, ...] = ()

    @property
    def searches(self) -> bool:
        """Whether it is a text to look for."""
        return self.parameter.type in ("text", "words")

    @property
    def is_guess(self) -> bool:
        """Whether the words do not name the value exactly."""
        return not self.proper and (
            self.likeness < 1 or not self.surely or self.parameter.type == "choice")


@dataclass(frozen=True)
class Fit:
    """How a question fits.

    used: positions of the words that it takes up; fit: from 0 to 1, how well the wording fits;
    score: the same, with how much the words are those that the question is asked with.
    """

    question: Question
    wording: Wording
    bound: tuple[Bound, ...]
    used: frozenset[int]
    fit: float
    score: float = 0.0


@dataclass(frozen=True)
class Given:
    """A value that is no thing: a year, a number or a choice. texts: by name of the parameter that
    takes it; question: the only one that does."""

    at: frozenset[int]
    texts: Mapping[str, str]
    question: str | None = None


@dataclass(frozen=True)
class Asked:
    """What was written: its words (corrected), and the values they may mention."""

    words: Sequence[Word]
    mentions: Sequence[Mention]
    values: Sequence[Given] = ()

    def passed(self, fit: Fit) -> set[int]:
        """The positions of words that name a thing as it is, and that a reading passes over."""
        return {at for one in self.mentions
                if one.likeness == 1 and not (one.quiet or one.part) and one.at.isdisjoint(fit.used)
                for at in one.at if not self.words[at].is_small}

    def left_out(self, fit: Fit) -> list[str]:
        """What an answer leaves out, as it is written: names of things, years and numbers."""
        places = sorted(self.passed(fit).union(*(one.at for one in self.values if not (
            one.question or one.at & fit.used))))
        runs = groupby(enumerate(places), lambda pair: pair[1] - pair[0])
        return [" ".join(self.words[at].text for _, at in run) for _, run in runs]
