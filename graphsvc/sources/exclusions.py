"""The paragraphs that carry no fact, each with its reason: the ledger of a document."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from graphsvc.errors import GraphsvcError, InputErrors

REASONS = frozenset({
    "cover", "contents", "contact", "boilerplate", "running-text", "repeat", "translation",
    "caption",
})


def read_exclusions(path: Path, paragraphs: set[int], cited: set[int]) -> dict[int, str]:
    """Read `lines<TAB>reason<TAB>note` rows (lines: `7` or `7-12`) into line -> reason.

    paragraphs: lines of the document that hold one; cited: those that a fact rests on.
    Raises InputErrors that name every row that is malformed, that names a line without paragraph,
    or that gives a reason where another row or a fact has accounted for the line.
    """
    reasons: dict[int, str] = {}
    errors: list[GraphsvcError] = []
    rows = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    for number, row in enumerate(rows, 1):
        if not row.strip() or row.startswith("#"):
            continue
        try:
            lines, reason = _row(row)
            for problem in _problems(lines, paragraphs, cited, reasons):
                raise problem
        except GraphsvcError as error:
            errors.append(GraphsvcError(error.message, location=f"{path}:{number}",
                                        hint=error.hint))
        else:
            reasons.update(dict.fromkeys(paragraphs.intersection(lines), reason))
    if errors:
        raise InputErrors(errors)
    return reasons


def _row(row: str) -> tuple[range, str]:
    span, _, rest = row.partition("\t")
    first, _, last = span.strip().partition("-")
    reason = rest.split("\t")[0].strip()
    if not first.isdigit() or not (last or first).isdigit() or reason not in REASONS:
        raise GraphsvcError(
            f"This is not lines, reason and note: {row!r}.",
            hint=f"Write lines as 7 or 7-12 and one reason of {', '.join(sorted(REASONS))}.")
    if int(last or first) < int(first):
        raise GraphsvcError(f"The lines {span} run backwards.", hint="Write the first line first.")
    return range(int(first), int(last or first) + 1), reason


def _problems(
    lines: range, paragraphs: set[int], cited: set[int], before: dict[int, str]
) -> Iterator[GraphsvcError]:
    for line in (lines[0], lines[-1]):
        if line not in paragraphs:
            yield GraphsvcError(f"Line {line} of the document holds no paragraph.",
                                hint="Name the lines of paragraphs; others need no reason.")
    for line in lines:
        if line in before:
            yield GraphsvcError(f"Line {line} has a reason already ({before[line]}).",
                                hint="Keep one of the two rows.")
        if line in cited:
            yield GraphsvcError(f"Line {line} is said to carry no fact, but a fact rests on it.",
                                hint="Take the line out of the ledger.")
