"""What was decided on a document: a log to which lines are added, and the state it leads to.

The log is the only state. A decision counts once its line is on the disk; what was left of a line
by a process that died is not read, and the next decision is written over it.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from graphsvc.curate.records import Decision, Draft
from graphsvc.errors import GraphsvcError


@dataclass
class State:
    """Where the decisions on a document lead.

    accepted: statements by the numbers of the decisions (from 1), in their order; decided: numbers
    by the ids of the drafts that were decided on; parts: drafts that others were split into,
    decided or not; ticked: reasons by lines without facts; log: every decision, undone or not;
    undone: numbers of those that are.
    """

    accepted: dict[int, Draft] = field(default_factory=dict)
    decided: dict[str, int] = field(default_factory=dict)
    parts: list[Draft] = field(default_factory=list)
    ticked: dict[int, str] = field(default_factory=dict)
    log: list[Decision] = field(default_factory=list)
    undone: set[int] = field(default_factory=set)

    @property
    def statements(self) -> dict[str, Draft]:
        """What was accepted, by name."""
        return {str(statement.iri): statement for statement in self.accepted.values()}

    @property
    def cited(self) -> set[int]:
        """The lines that what was accepted rests on."""
        return {line for statement in self.accepted.values() for line in statement.passages}

    @property
    def last(self) -> int | None:
        """The number of the latest decision that can be undone; None where there is none."""
        return next((number for number in range(len(self.log), 0, -1)
                     if number not in self.undone and self.log[number - 1].action != "undo"), None)

    def undecided(self, drafts: Iterable[Draft]) -> list[Draft]:
        """The drafts that wait for a decision, with parts of others, in the document's order."""
        found = {draft.id: draft for draft in (*drafts, *self.parts)}
        waiting = [draft for id, draft in found.items() if id not in self.decided]
        return sorted(waiting, key=lambda draft: min(draft.passages, default=0))


def fold(decisions: list[Decision]) -> State:
    """The state that decisions lead to."""
    state = State(log=decisions, undone={one.undoes for one in decisions if one.undoes})
    for number, decision in enumerate(decisions, 1):
        if number in state.undone:
            continue
        if decision.action == "no-facts":
            state.ticked |= dict.fromkeys(decision.lines, decision.reason)
            continue
        if decision.action in ("accept", "add") and decision.changed:
            state.accepted[number] = decision.changed
        elif decision.action == "split":
            state.parts += decision.parts
        if decision.draft and decision.action != "undo":
            state.decided[decision.draft] = number
    return state


class Log:
    """The decisions on a document, one a line of a file that only grows."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def state(self) -> State:
        """Where the decisions lead. Raises GraphsvcError where the file is no log."""
        return fold(self._read())

    def append(self, decision: Decision) -> int:
        """Add a decision, on the disk when this returns; return its number, from 1.

        Raises GraphsvcError where earlier decisions do not allow it; then nothing is added.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # no other process writes meanwhile
            decisions = self._read()
            refuse(decision, fold(decisions))
            file.truncate(len(self._lines()))
            file.write(decision.model_dump_json(exclude_defaults=True).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
            return len(decisions) + 1

    def _read(self) -> list[Decision]:
        found = []
        for number, line in enumerate(self._lines().splitlines(), 1):
            try:
                found.append(Decision.model_validate_json(line))
            except ValidationError as error:
                raise GraphsvcError(
                    "This line is no decision.", location=f"{self.path}:{number}",
                    hint="Put back what was there: decisions are undone, not changed.",
                ) from error
        return found

    def _lines(self) -> bytes:
        """The lines that are complete."""
        found = self.path.read_bytes() if self.path.exists() else b""
        return found[:found.rfind(b"\n") + 1]


def refuse(decision: Decision, state: State) -> None:
    """Raise GraphsvcError for a decision that the state does not allow."""
    if decision.action == "undo":
        _refuse_undo(decision.undoes or 0, state)
    elif decision.draft in state.decided:
        number = state.decided[decision.draft]
        raise GraphsvcError(
            f"Decision {number} was on this draft: {state.log[number - 1].action}.",
            location=decision.draft, hint=f"Undo decision {number} first to decide again.")
    for line in decision.lines:
        if line in state.ticked:
            raise GraphsvcError(f"Line {line} is ticked off already ({state.ticked[line]}).",
                                hint="Undo that first to give another reason.")
    name = decision.changed.iri if decision.changed else None
    if name in state.statements:
        raise GraphsvcError(f"Another statement is called <{name}>.",
                            hint="Give this one another name.")


def _refuse_undo(number: int, state: State) -> None:
    """Raise GraphsvcError where a decision cannot be undone."""
    if not 0 < number <= len(state.log) or state.log[number - 1].action == "undo":
        raise GraphsvcError(f"There is no decision {number} that can be undone.",
                            hint="Give the number of a decision, as `graphsvc curate progress`"
                                 " lists them.")
    if number in state.undone:
        raise GraphsvcError(f"Decision {number} is undone already.",
                            hint="Decide on the draft again.")
    decision = state.log[number - 1]
    name = decision.changed.iri if decision.changed else None
    resting = [str(n) for n, statement in state.accepted.items() if name
               and any(value.iri == name for value in statement.values)]
    resting += [str(state.decided[part.id]) for part in decision.parts if part.id in state.decided]
    if resting:
        raise GraphsvcError(f"Decision {number} is one that others rest on ({', '.join(resting)}).",
                            hint="Undo those first.")
