"""Of whom a sentence speaks: of what its document is about, of so many of a group, or of one of
them that it does not name."""

from __future__ import annotations

from collections.abc import Iterator

from graphsvc.curate.patterns import pattern
from graphsvc.curate.records import Draft, Value
from graphsvc.curate.text import Sentence, Text
from graphsvc.vocabulary import CURATION, SKOS


class Holders:
    """Of whom the statements of a class hold. given: what the document as a whole is about."""

    def __init__(self, text: Text, class_: str) -> None:
        graph = text.graph
        self._text, self.given = text, text.subject_values(class_)
        taken = {value.property for value in self.given}
        self._nameless = [(of, one, pattern(graph.values(one, CURATION.cue)))
                          for of in graph.given(class_, CURATION.subject) if of not in taken
                          for one in graph.having(CURATION.cue)
                          if (graph.range(of) or "") in graph.above(one)]
        self._extents = [
            (of, iri, pattern([f"{name} {noun}" for name in graph.called(iri)
                               for noun in graph.values(of, CURATION.counts)]))
            for of in graph.given(class_, CURATION.extent) for iri in graph.choices(of)]

    def parted(
        self, sentences: list[Sentence], name: str
    ) -> Iterator[tuple[list[Value], list[Sentence]]]:
        """The sentences on something by those of whom they speak. name: of the thing, by which one
        that has no name is called."""
        nameless = {one: values for one in sentences if (values := self._without_name(one, name))}
        others = [one for one in sentences if one not in nameless]
        if others:
            extents = [self._text.value(of, iri, match[0]) for one in others
                       for of, iri, cues in self._extents if (match := cues.search(one.text))]
            longest = sorted(extents, key=lambda value: -len(value.cue))[:1]
            yield [*self.given, *(longest if self._nameless else ())], others
        if nameless:
            yield next(iter(nameless.values())), [*nameless]

    def _without_name(self, sentence: Sentence, name: str) -> list[Value]:
        graph = self._text.graph
        return [self._text.said(of, f"{graph.label(class_).capitalize()} ({name})", match[0])
                for of, class_, cues in self._nameless if (match := cues.search(sentence.text))][:1]

    def introduced(self, drafts: list[Draft]) -> list[Draft]:
        """Drafts of those without a name of whom some drafts speak."""
        return [self._text.draft(class_, [self._text.said(str(SKOS.prefLabel), value.text)],
                                 one.passages, value.cue, one.score)
                for one in drafts for value in one.values for of, class_, _ in self._nameless
                if value.property == of and value.text]
