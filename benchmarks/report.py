"""The figures as tables and pictures, written into docs/performance.md between two comments."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from benchmarks.claims import US, claims, label
from benchmarks.figures import Figures
from benchmarks.plot import Line, Panel, draw

BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"
PLOTTED = ("never repeated, 8", "never repeated, 64", "repeated, 64")


def write(figures: Figures, docs: Path) -> None:
    """Put tables into performance.md (its prose stays) and pictures next to it."""
    page, pictures = docs / "performance.md", docs / "pictures"
    pictures.mkdir(parents=True, exist_ok=True)
    new = f"# Performance\n\n{BEGIN}\n{END}\n"
    text = page.read_text(encoding="utf-8") if page.exists() else new
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    tables = "\n\n".join(part for part in _parts(figures) if part)
    page.write_text(f"{before}{BEGIN}\n{tables}\n{END}{after}", encoding="utf-8")
    for name, panels in (("throughput", _panels(figures, "rate", "requests a second")),
                         ("latency", _panels(figures, "p50", "ms, median")
                          + _panels(figures, "p99", "ms, 99th percentile"))):
        (pictures / f"performance-{name}.svg").write_text(draw(panels), encoding="utf-8")


def _parts(figures: Figures) -> Iterator[str]:
    cpus = os.cpu_count()
    yield (f"Measured on {cpus} processors ({platform.machine()}), Python "
           f"{platform.python_version()}. Sizes: " + ", ".join(
               f"{label(size)} ({figures.quads(size):,.0f} quads)"
               for size in figures.sizes("data")) + ".")
    yield "## What is claimed"
    yield _table(["what", "against", "at least", "measured", "reached"], [
        [claim.what, claim.against, claim.bound, "<br>".join(claim.measured) or "not measured",
         {True: "yes", False: "**no**", None: ""}[claim.met]] for claim in claims(figures)])
    yield "## Small queries and 10,000 rows"
    yield ("Requests a second; below, milliseconds at the median and the 99th percentile."
           "\n\n![Requests a second](pictures/performance-throughput.svg)"
           "\n\n![Milliseconds](pictures/performance-latency.svg)")
    yield from _by_size(figures, "throughput", _throughput)
    yield "## Pages and API answers, requests a second, 8 clients"
    yield from _by_size(figures, "web", _throughput)
    yield "## During a query that never ends"
    yield from _by_size(figures, "runaway", _throughput)
    yield "## Usual shapes of research queries, milliseconds"
    yield from _by_size(figures, "shapes", _milliseconds)
    yield "## Questions of the library, milliseconds"
    yield from _by_size(figures, "questions", _milliseconds)
    yield "## Building"
    yield _across(figures, "building")
    yield "## Starting, and memory"
    for measure in ("starting", "memory"):
        yield _across(figures, measure)
    yield "## Validating and exporting"
    for measure in ("validating", "exporting"):
        yield _across(figures, measure)


def _by_size(
    figures: Figures, measure: str, cell: Callable[[Figures, str, str, str, str], str]
) -> Iterator[str]:
    for size in figures.sizes(measure):
        subjects = figures.subjects(measure, size)
        rows = [[case, *(cell(figures, measure, size, subject, case) for subject in subjects)]
                for case in figures.cases(measure, size)]
        yield f"### {label(size)}"
        yield _table(["", *subjects], rows)


def _throughput(figures: Figures, measure: str, size: str, subject: str, case: str) -> str:
    rate, p50, p99, failed = (figures.get(measure, size, subject, case, name)
                              for name in ("rate", "p50", "p99", "failed"))
    if rate is None:
        return ""
    text = f"{rate:,.0f}" if rate >= 10 else f"{rate:.1f}"
    if p50 is not None and p99 is not None and rate:
        text += f"<br>{p50:,.1f} / {p99:,.1f}"
    return text + (f"<br>{failed:,.0f} failed" if failed else "")


def _milliseconds(figures: Figures, measure: str, size: str, subject: str, case: str) -> str:
    ms = figures.get(measure, size, subject, case, "ms")
    if ms is None:
        return figures.failure(measure, size, subject, case)
    text = f"{ms:,.1f}" if ms < 100 else f"{ms:,.0f}"
    ours, theirs = (figures.get(measure, size, who, case, "rows") for who in (US, subject))
    if None in (ours, theirs) or ours == theirs:
        return text
    return f"{text} ({theirs:,.0f} rows, not {ours:,.0f})"


def _across(figures: Figures, measure: str) -> str:
    """One row for each subject and number, one column for each size."""
    sizes = figures.sizes(measure)
    kinds = list(dict.fromkeys(
        (f.subject, f.case, f.name) for size in sizes for f in figures.of(measure, size)))
    rows = []
    for subject, case, name in kinds:
        numbers = [figures.get(measure, size, subject, case, name) for size in sizes]
        cells = ["" if n is None else f"{n:,.2f}" if n < 10 else f"{n:,.0f}" for n in numbers]
        rows.append([", ".join(filter(None, (subject, case, name))), *cells])
    return _table([measure, *map(label, sizes)], rows) if rows else ""


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _panels(figures: Figures, name: str, unit: str) -> list[Panel]:
    """For each case, a line of each server over the sizes."""
    panels = []
    sizes = figures.sizes("throughput")
    servers = list(dict.fromkeys(
        subject for size in sizes for subject in figures.subjects("throughput", size)))
    for case in PLOTTED:
        lines = []
        for server in servers:
            points = [(quads, number) for size in sizes if (quads := figures.quads(size))
                      and (number := figures.get("throughput", size, server, case, name))]
            if points:
                lines.append(Line(server, points))
        panels.append(Panel(f"small queries, {case} clients", unit, lines))
    return panels
