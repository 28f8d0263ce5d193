"""The ledger of paragraphs that carry no fact, with the reason of each."""

from __future__ import annotations

from pathlib import Path

from graphsvc.errors import GraphsvcError, InputErrors

REASONS = frozenset({
    "cover", "contents", "contact", "boilerplate", "running-text", "repeat", "translation",
    "caption",
})


def read_ledger(path: Path) -> dict[int, str]:
    """Read `lines<TAB>reason<TAB>note` rows (lines: `7` or `7-12`) into line -> reason.

    Raises InputErrors that tell every malformed row.
    """
    reasons: dict[int, str] = {}
    errors: list[GraphsvcError] = []
    rows = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    for number, row in enumerate(rows, 1):
        if not row.strip() or row.startswith("#"):
            continue
        span, _, rest = row.partition("\t")
        first, _, last = span.strip().partition("-")
        reason = rest.split("\t")[0].strip()
        if not first.isdigit() or not (last or first).isdigit() or reason not in REASONS:
            errors.append(GraphsvcError(
                f"This is not lines, reason and note: {row!r}.", where=f"{path}:{number}",
                mend=f"Write lines as 7 or 7-12 and one reason of {', '.join(sorted(REASONS))}."))
            continue
        for line in range(int(first), int(last or first) + 1):
            reasons[line] = reason
    if errors:
        raise InputErrors(errors)
    return reasons
