"""Errors that are sentences: what was wrong, where, and how to fix it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any


class GraphsvcError(Exception):
    """A mistake that a person can fix.

    message: one sentence that says what was wrong and what was expected.
    location: the file and line, parameter or address where it was found.
    hint: one sentence that says how to fix it.

    status, type, title, headers: how HTTP reports errors of the class (RFC 9457).
    """

    status = 400
    type = "about:blank"
    title = "The request cannot be understood"
    headers: Mapping[str, str] = {}

    def __init__(
        self, message: str, *, location: str | None = None, hint: str | None = None
    ) -> None:
        self.message = message
        self.location = location
        self.hint = hint
        super().__init__(str(self))

    def extras(self) -> dict[str, Any]:
        """What the problem document of such an error says beyond the usual members."""
        return {}

    def __str__(self) -> str:
        place = f"{self.location}: " if self.location else ""
        hint = f" {self.hint}" if self.hint else ""
        return f"{place}{self.message}{hint}"


class InputErrors(GraphsvcError):
    """Several mistakes found in one pass, reported together."""

    def __init__(self, errors: list[GraphsvcError]) -> None:
        self.errors = errors
        super().__init__("\n".join(str(error) for error in errors))


def did_you_mean(name: str, known: Iterable[str], otherwise: str) -> str:
    """A hint at the known name that is most like a wrong one; another hint where none is."""
    near = get_close_matches(name, [*known], 1)
    return f"Did you mean `{near[0]}`?" if near else otherwise
