"""What was measured, kept in a file, so that a run can be done in parts and reported later."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median


@dataclass(frozen=True)
class Figure:
    """One thing measured once.

    measure: what was done; size: of the data; subject: server, engine or step; case: which query
    and how many clients; name: what the number is, with its unit; number: none where it failed, and
    then failure says how.
    """

    measure: str
    size: str
    subject: str
    case: str
    name: str
    number: float | None
    failure: str = ""


class Figures:
    """All figures of one machine. Those of the same measure and size replace older ones."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._all: list[Figure] = []
        if path.exists():
            self._all = [Figure(**json.loads(line)) for line in path.read_text().splitlines()]

    def begin(self, measure: str, size: str) -> None:
        """Forget what was measured before."""
        self._all = [f for f in self._all if (f.measure, f.size) != (measure, size)]

    def add(self, figure: Figure) -> None:
        """Keep a figure, also on disk."""
        self._all.append(figure)

    def save(self) -> None:
        self._path.write_text("".join(json.dumps(asdict(f)) + "\n" for f in self._all))

    def sizes(self, measure: str) -> list[str]:
        """The sizes at which something was measured, smallest first."""
        sizes = {f.size for f in self._all if f.measure == measure}
        return sorted(sizes, key=lambda size: self.quads(size) or 0)

    def quads(self, size: str) -> float | None:
        """How many quads the release of a size has."""
        return self.get("data", size, "release", "", "quads")

    def subjects(self, measure: str, size: str) -> list[str]:
        return list(dict.fromkeys(f.subject for f in self.of(measure, size)))

    def cases(self, measure: str, size: str) -> list[str]:
        return list(dict.fromkeys(f.case for f in self.of(measure, size)))

    def get(self, measure: str, size: str, subject: str, case: str, name: str) -> float | None:
        """The median over all rounds; None where it was not measured, or failed."""
        numbers = self._numbers()[measure, size, subject, case, name]
        return median(numbers) if numbers else None

    def failure(self, measure: str, size: str, subject: str, case: str) -> str:
        """How it failed, if it did."""
        return next((f.failure for f in self.of(measure, size)
                     if (f.subject, f.case) == (subject, case) and f.failure), "")

    def of(self, measure: str, size: str) -> list[Figure]:
        return [f for f in self._all if (f.measure, f.size) == (measure, size)]

    def _numbers(self) -> defaultdict[tuple[str, ...], list[float]]:
        found: defaultdict[tuple[str, ...], list[float]] = defaultdict(list)
        for f in self._all:
            if f.number is not None:
                found[f.measure, f.size, f.subject, f.case, f.name].append(f.number)
        return found
