"""What the values of a question were taken to mean, where that is not plain."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

from pyoxigraph import NamedNode

from graphsvc.index import AmbiguousName, Index
from graphsvc.questions.question import Parameter
from graphsvc.questions.template import Value

_MOST = 8
"""Things of one name that are tried out."""


class Meant(dict[str, tuple[Value, ...]]):
    """The values of parameters by name. taken: what was written, with what it was taken for."""

    def __init__(self, values: Mapping[str, tuple[Value, ...]] | None = None) -> None:
        super().__init__(values or {})
        self.taken: dict[str, str] = {}

    def add(self, parameter: Parameter, value: Value) -> None:
        """Give a parameter one more value."""
        self[parameter.name] = tuple(dict.fromkeys((*self.get(parameter.name, ()), value)))

    def note(self, parameter: Parameter, text: str, value: Value, index: Index) -> None:
        """Note what a text was taken for, unless it is a name of the thing."""
        try:
            meant = index.meant(text, of_class=parameter.of_class, scheme=parameter.scheme)
        except AmbiguousName:
            meant = None
        if meant != value.value:
            label = index.label(value.value) or value.value
            self.taken[text] = label if label != text else value.value


async def settle(
    error: AmbiguousName, parameter: Parameter, others: Meant,
    answers: Callable[[Meant], Awaitable[Sequence[object]]],
) -> NamedNode:
    """The only one of several things of a name for which there is an answer, given other values.

    answers: the rows that there are. Raises the error where that does not settle it.
    """
    choices = [NamedNode(choice.iri) for choice in error.choices[:_MOST + 1]]
    fitting = [choice for choice in choices if len(choices) <= _MOST and await answers(
        Meant({**others, parameter.name: (choice,)}))]
    if len(fitting) != 1:
        raise error
    return fitting[0]
