"""How questions may be worded: titles, and the phrases of `queries/wordings.yaml`.

    read: {kids: children}
    same:
      - [grade, mark]
    phrases:
      editions:
        - Who printed {work}?
        - {ask: "Which editions of {work} are for sale?", with: {inPrint: "true"}}

`{name}` is where a value of that parameter is mentioned; `with` gives values that the words imply.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from graphsvc.errors import GraphsvcError, InputErrors
from graphsvc.questions.fields import Texts
from graphsvc.questions.header import LOADER
from graphsvc.questions.library import Library
from graphsvc.questions.question import Question
from graphsvc.words import Word, stem, words

_PLACE = re.compile(r"\{(\w+)\}")


class Phrase(BaseModel):
    """A wording of a question, with the values of parameters that it implies."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ask: str
    implied: Mapping[str, Texts] = Field(default={}, alias="with")

    @property
    def places(self) -> list[str]:
        """The names of the parameters that it has places for."""
        return _PLACE.findall(self.ask)


def _as_phrase(value: object) -> object:
    return {"ask": value} if isinstance(value, str) else value


class Wordings(BaseModel):
    """The file `wordings.yaml`. read: what is read in place of a word; same: words with the same
    meaning; phrases: by question."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    read: Mapping[str, str] = {}
    same: tuple[tuple[str, ...], ...] = ()
    phrases: Mapping[str, tuple[Annotated[Phrase, BeforeValidator(_as_phrase)], ...]] = {}


@dataclass(frozen=True)
class Wording:
    """One wording, ready to be compared.

    sequence: the stems of its words, with `<name>` where the value of a parameter is mentioned;
    implied: values of others.
    """

    text: str
    sequence: tuple[str, ...]
    implied: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @cached_property
    def places(self) -> tuple[str, ...]:
        """The parameters whose values it mentions."""
        return tuple(part[1:-1] for part in self.sequence if part.startswith("<"))

    @cached_property
    def parts(self) -> frozenset[str]:
        """The stems of its words."""
        return frozenset(part for part in self.sequence if not part.startswith("<"))


def read_wordings(queries: Path, library: Library) -> Wordings:
    """The wordings of a folder of questions, if it has any.

    Raises InputErrors where they are not as described above, or name what is not there.
    """
    path = queries / "wordings.yaml"
    if not path.is_file():
        return Wordings()
    file = f"{queries.name}/{path.name}"
    try:
        wordings = Wordings.model_validate(yaml.load(
            path.read_text(encoding="utf-8"), Loader=LOADER))
    except (yaml.YAMLError, UnicodeDecodeError, ValidationError) as error:
        reason = " ".join(str(error).split())[:300]
        raise InputErrors([GraphsvcError(f"The wordings cannot be read: {reason}", location=file,
                                         hint="See docs/questions.md for their form.")]) from error
    if errors := list(_mistakes(wordings, library, file)):
        raise InputErrors(errors)
    return wordings


class Reader:
    """Reads texts as the wordings of a library want it."""

    def __init__(self, wordings: Wordings) -> None:
        self._read = {word: words(other) for word, other in wordings.read.items()}
        self._same = {stem(word): stem(group[0]) for group in wordings.same for word in group}

    def words(self, text: str) -> list[Word]:
        """The words of a text, some of them replaced by what they mean."""
        return [one for word in words(text) for one in (
            [replace(other, text=word.text) for other in self._read[word.folded]]
            if word.folded in self._read else [word])]

    def part(self, word: Word) -> str:
        """The stem of a word, one for all that mean the same."""
        return self._same.get(word.stem, word.stem)

    def parts(self, heard: Iterable[Word]) -> frozenset[str]:
        """The stems of words, as they are compared."""
        return frozenset(map(self.part, heard))

    def wording(self, phrase: Phrase) -> Wording:
        """A phrase as it is compared."""
        sequence = [part for at, piece in enumerate(_PLACE.split(phrase.ask)) for part in (
            [f"<{piece}>"] if at % 2 else map(self.part, self.words(piece)))]
        return Wording(phrase.ask, tuple(sequence), phrase.implied)


def _mistakes(wordings: Wordings, library: Library, file: str) -> Iterator[GraphsvcError]:
    questions = {question.name: question for question in library}
    for name, phrases in wordings.phrases.items():
        if name not in questions:
            yield GraphsvcError(f"`{name}` is not the name of a question.", location=file,
                                hint="Name a file of the folder, without its ending.")
            continue
        for phrase in phrases:
            for used in (*_PLACE.findall(phrase.ask), *phrase.implied):
                if questions[name].parameter(used) is None:
                    yield GraphsvcError(
                        f"The question {name} has no parameter `{used}`: {phrase.ask}",
                        location=file, hint=_parameters(questions[name]))


def _parameters(question: Question) -> str:
    names = ", ".join(parameter.name for parameter in question.parameters)
    return f"It has {names}." if names else "It has none."
