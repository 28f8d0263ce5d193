"""Values in what was written that are no things: quoted words, years, numbers and choices."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from graphsvc.ask.fit import Given
from graphsvc.questions.question import Parameter, Question
from graphsvc.words import Word, words

_FROM = frozenset({"since", "from", "after", "between"})
_TO = frozenset({"until", "till", "before", "by", "to"})
_AND = frozenset({"and", "to"})
_QUOTED = re.compile("[\"\u201c\u201d]([^\"\u201c\u201d]+)[\"\u201c\u201d]")
YEAR = re.compile(r"(19|20)\d\d")

Choices = Sequence[tuple[Question, Parameter, list[Word]]]
"""The words of what parameters of type choice offer."""


def quoted(text: str, heard: Sequence[Word]) -> Iterator[Given]:
    """What is between quotation marks, as a text to look for."""
    for match in _QUOTED.finditer(text):
        quoted = [word.stem for word in words(match[1])]
        for start in range(len(heard) - len(quoted) + 1):
            if quoted and [word.stem for word in heard[start:start + len(quoted)]] == quoted:
                yield Given(frozenset(range(start, start + len(quoted))), {"text": match[1]})
                break


def numbers(heard: Sequence[Word]) -> Iterator[Given]:
    """Years and least numbers, by the words before and after them."""
    for at, word in enumerate(heard):
        before = heard[at - 1].folded if at else ""
        if YEAR.fullmatch(word.folded):
            if before in _AND and at > 1 and YEAR.fullmatch(heard[at - 2].folded):
                before = "until"
            names = ["since"] if before in _FROM else ["until"] if before in _TO else [
                "since", "until"]
            yield Given(frozenset([at]), dict.fromkeys(names, word.folded))
        elif word.folded.isdecimal():
            after = [one.folded for one in heard[at + 1:at + 4]]
            if before in ("least", "minimum") or "more" in after[:2] or "more" in after[1:3]:
                yield Given(frozenset([at]), {"minimum": word.folded, "places": word.folded})


def chosen(heard: Sequence[Word], choices: Choices) -> Iterator[Given]:
    """The choices whose words follow each other in a text."""
    stems = [word.stem for word in heard]
    for question, parameter, label in choices:
        wanted = [word.stem for word in label]
        for start in range(len(stems) - len(wanted) + 1):
            if wanted and stems[start:start + len(wanted)] == wanted:
                yield Given(frozenset(range(start, start + len(wanted))),
                            {parameter.name: " ".join(word.text for word in label)}, question.name)
                break
