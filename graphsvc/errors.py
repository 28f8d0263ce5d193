"""Errors that are sentences: what was wrong, where, and how to mend it."""

from __future__ import annotations


class GraphsvcError(Exception):
    """A mistake that a person can mend.

    problem: one sentence that says what was wrong and what was expected.
    where: file and line, parameter, or address it was found at.
    mend: one sentence that says how to mend it.
    """

    def __init__(self, problem: str, *, where: str | None = None, mend: str | None = None) -> None:
        self.problem = problem
        self.where = where
        self.mend = mend
        super().__init__(str(self))

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        mend = f" {self.mend}" if self.mend else ""
        return f"{place}{self.problem}{mend}"


class InputErrors(GraphsvcError):
    """Several mistakes found in one pass, told together."""

    def __init__(self, errors: list[GraphsvcError]) -> None:
        self.errors = errors
        super().__init__("\n".join(str(error) for error in errors))
