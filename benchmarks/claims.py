"""What is claimed of speed, each with what was measured of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.figures import Figures

US = "graphsvc"
CSV = "10,000 rows of CSV, never repeated, 8"


@dataclass(frozen=True)
class Claim:
    """A claim, the bound it sets, and what was measured at each size; None: nothing was."""

    what: str
    against: str
    bound: str
    measured: list[str]
    met: bool | None


def claims(figures: Figures) -> list[Claim]:
    """Every claim, in the order in which they are reported."""
    return [*_ratios(figures), _questions(figures), _slow(figures), *_starting(figures),
            *_validating(figures), *_growth(figures)]


MEMORY = "oxigraph in memory"


def _ratios(figures: Figures) -> Iterator[Claim]:
    for kind, clients, least in (("repeated", 8, 3.0), ("never repeated", 8, 0.4),
                                 ("never repeated", 64, 0.6)):
        yield _ratio(figures, f"small queries, {kind}, {clients} clients: requests a second",
                     MEMORY, f"{kind}, {clients}", "rate", least)
    yield _at_most(figures, "small queries, never repeated, 64 clients: p99", MEMORY,
                   "never repeated, 64", 0.5)
    yield _ratio(figures, CSV, MEMORY, CSV, "rate", 0.9)
    for ours, theirs in (("API answer, repeated", "table as JSON"),
                         ("partnership, repeated", "table as page"),
                         ("home, repeated", "table as page")):
        yield _web(figures, ours, theirs, 50.0)
    for peer in ("rdflib-endpoint", "shmarql"):
        for kind, least in (("never repeated", 4.0), ("repeated", 10.0)):
            yield _ratio(figures, f"small queries, {kind}, 8 clients", peer, f"{kind}, 8", "rate",
                         least)
        yield _ratio(figures, CSV, peer, CSV, "rate", 10.0)
    yield _shapes(figures)
    yield _during_a_runaway(figures)


def _web(figures: Figures, case: str, theirs: str, least: float) -> Claim:
    found = {}
    for size in figures.sizes("web"):
        mine = figures.get("web", size, US, case, "rate")
        peer = figures.get("web", size, "datasette", theirs, "rate")
        if mine and peer:
            found[size] = mine / peer
    return Claim(f"{case}, 8 clients: requests a second", f"datasette, {theirs}", f"{least:g}x",
                 _listed(found), all(r >= least for r in found.values()) if found else None)


def _ratio(
    figures: Figures, what: str, peer: str, case: str, name: str, least: float
) -> Claim:
    found = {}
    for size in figures.sizes("throughput"):
        ours, theirs = (figures.get("throughput", size, who, case, name) for who in (US, peer))
        if ours is not None and theirs is not None:
            found[size] = ours / theirs if theirs else float("inf")
    return Claim(what, peer, f"{least:g}x", _listed(found),
                 all(r >= least for r in found.values()) if found else None)


def _at_most(figures: Figures, what: str, peer: str, case: str, most: float) -> Claim:
    found = {}
    for size in figures.sizes("throughput"):
        ours, theirs = (figures.get("throughput", size, who, case, "p99") for who in (US, peer))
        if ours and theirs:
            found[size] = ours / theirs
    return Claim(what, peer, f"at most {most:g}x", _listed(found),
                 all(r <= most for r in found.values()) if found else None)


def _shapes(figures: Figures, peer: str = "rdflib-endpoint") -> Claim:
    """Small queries are held to less than the others."""
    texts, met = [], []
    for size in figures.sizes("shapes"):
        cases = figures.cases("shapes", size)
        ratios = {case: theirs / ours for case in cases
                  if (ours := figures.get("shapes", size, US, case, "ms"))
                  and (theirs := figures.get("shapes", size, peer, case, "ms"))}
        if ratios:
            less = [f"{case} {ratio:.1f}x" for case, ratio in ratios.items()
                    if ratio < (4.0 if case == "look-up" else 10.0)]
            texts.append(f"{label(size)}: {len(ratios) - len(less)} of {len(ratios)}"
                        + (f" (not {', '.join(less)})" if less else ""))
            met.append(not less)
    return Claim("usual research queries, one client: how many are that much faster", peer,
                 "10x, a look-up 4x", texts, all(met) if met else None)


def _during_a_runaway(figures: Figures) -> Claim:
    found = {}
    for size in figures.sizes("runaway"):
        during, without = (figures.get("runaway", size, US, case, "p99")
                           for case in ("with it", "without"))
        if during and without:
            found[size] = during / without
    return Claim("small queries during a runaway query, 8 clients: p99", "the same without it",
                 "at most 3x", _listed(found),
                 all(r <= 3 for r in found.values()) if found else None)


def _questions(figures: Figures) -> Claim:
    texts, met = [], []
    for size in figures.sizes("questions"):
        slower = [case for case in figures.cases("questions", size)
                  if (ours := figures.get("questions", size, US, case, "ms"))
                  and (theirs := figures.get("questions", size, "virtuoso", case, "ms"))
                  and ours > theirs]
        texts.append(f"{label(size)}: {len(slower)} of {len(figures.cases('questions', size))}")
        met.append(len(slower) <= 5)
    return Claim("questions of the library that take longer", "virtuoso", "a few", texts,
                 all(met) if met else None)


def _slow(figures: Figures) -> Claim:
    texts, met = [], []
    for size in figures.sizes("questions"):
        times = {case: figures.get("questions", size, US, case, "ms")
                 for case in figures.cases("questions", size)}
        slow = sorted(case for case, ms in times.items() if ms is None or ms > 1000)
        texts.append(f"{label(size)}: {len(slow)}" + (f" ({', '.join(slow)})" if slow else ""))
        met.append(not slow)
    return Claim("questions of the library that take over 1 s", "", "none", texts,
                 all(met) if met else None)


def _starting(figures: Figures) -> Iterator[Claim]:
    found = {size: seconds for size in figures.sizes("starting")
             if (seconds := figures.get("starting", size, US, "", "seconds")) is not None}
    yield Claim("start of `serve` on an existing release", "", "",
                [f"{label(size)}: {seconds:.2f} s" for size, seconds in found.items()], None)


def _validating(figures: Figures) -> Iterator[Claim]:
    found, same = {}, []
    for size in figures.sizes("validating"):
        ours, theirs = (figures.get("validating", size, who, "", "seconds")
                        for who in (US, "pyshacl"))
        if ours and theirs:
            found[size] = theirs / ours
            same.append(figures.get("validating", size, "both", "", "same report") == 1)
    yield Claim("validation", "pyshacl on an rdflib graph", "10x, same report",
                [f"{text}, {'the same' if equal else 'another'} report"
                 for text, equal in zip(_listed(found), same, strict=True)],
                all(same) and all(r >= 10 for r in found.values()) if found else None)


def _growth(figures: Figures) -> Iterator[Claim]:
    """Seconds for each quad must not grow."""
    each = {}
    for size in figures.sizes("building"):
        seconds = figures.get("building", size, "all", "", "seconds")
        quads = figures.quads(size)
        if seconds and quads:
            each[size] = seconds / quads * 1e5
    linear = max(each.values()) <= 1.5 * next(iter(each.values())) if each else None
    yield Claim("build: seconds for 100,000 quads", "", "linear",
                [f"{label(size)}: {value:.1f} s" for size, value in each.items()], linear)


def _listed(found: dict[str, float]) -> list[str]:
    return [f"{label(size)}: " + ("no answer from it" if number == float("inf") else
                                  f"{number:.2f}x" if number < 10 else f"{number:.0f}x")
            for size, number in found.items()]


def label(size: str) -> str:
    """A size as people say it."""
    if not size.isdigit():
        return size
    number = int(size)
    return f"{number // 1_000_000}M" if number >= 1_000_000 else f"{number // 1000}k"
