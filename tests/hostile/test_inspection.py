"""However the text of a query is built, it is looked at in linear time (defect 1)."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.hostile.service import Service

LENGTH = 90_000
RATIO = 10
"""What an odd text may take, of what a harmless one of its length takes. Quadratic ones took
between 100 and 1,000 times as long."""
ALLOWED = 0.5
"""Seconds that any text may take, however little the harmless one does."""

SERVICES = "?service ?graph ?from <service> 'service' #service\n"
TEXTS = {
    "escaped quotes without end": ("SELECT * {} '", "\\'"),
    "escaped double quotes without end": ('SELECT * {} "', '\\"'),
    "long quotes without end": ("SELECT * {} '''", "''\\'"),
    "quotes": ("SELECT * {} ", "'"),
    "double quotes": ("SELECT * {} ", '"'),
    "names of functions in comments": ("SELECT * {} ", "now#"),
    "names of functions and blanks": ("SELECT * {} ", "now "),
    "names of functions and line ends": ("SELECT * {} rand", "\n#"),
    "names of functions and brackets": ("SELECT * {} ", "uuid("),
    "all that is looked for": (SERVICES + "SELECT * FROM <a> {} " + "[" * 160 + "a<b>\\u0061 ",
                               "now#\\'"),
    "the word service": ("SELECT * {} ", "service "),
    "the word service, escaped": ("SELECT * {} ", "\\u0073ervice "),
    "data sets": ("SELECT * ", "FROM <urn:a> "),
    "data sets without end": ("SELECT * ", "FROM <"),
    "data sets and comments": ("SELECT * ", "FROM #\n"),
    "prefixes": ("", "PREFIX a:<b:> "),
    "prefixes without end": ("", "PREFIX a:"),
    "bases": ("", "BASE <a:>\n"),
    "less-than signs": ("SELECT * {} ", "<"),
    "addresses without end": ("SELECT * {} ", "<a"),
    "escapes": ("SELECT * {} ", "\\u0061"),
    "escapes cut short": ("SELECT * {} ", "\\u00"),
    "backslashes": ("SELECT * {} ", "\\"),
    "comments": ("SELECT * {} ", "#\n"),
    "comments in a line": ("SELECT * {} ", "#"),
    "blanks": ("SELECT * {} ", " "),
    "colons": ("SELECT * {} ", "a:"),
    "names without end": ("SELECT * {} a:", "a.-"),
    "dots": ("SELECT * {} ", "."),
    "digits": ("SELECT * {} ", "1e"),
    "variables": ("SELECT * {} ", "?$"),
    "language tags": ("SELECT * {} ", "@a-"),
    "percent signs": ("SELECT * {} a:", "%41%"),
    "closed brackets": ("SELECT * {} ", "}"),
    "letters beyond ASCII": ("SELECT * {} ", "é"),
}


def text(beginning: str, repeated: str) -> bytes:
    """The text, as long as all others."""
    times = (LENGTH - len(beginning)) // len(repeated.encode())
    return (beginning + repeated * times).encode()


def seconds(service: Service, query: bytes) -> float:
    """How long the answer to a query takes."""
    began = time.perf_counter()
    answer = service.ask("/sparql", "Content-Type: application/sparql-query", method="POST",
                         body=query)
    assert answer.status in (200, 400, 403, 413, 503), answer
    return time.perf_counter() - began


@pytest.fixture(scope="module")
def allowed(service: Service) -> float:
    """What a text may take: some times of a harmless one of the same length."""
    harmless = text("SELECT * { ?s ?p 'none of these' FILTER(?s IN (<urn:a>", ", <urn:a>")
    harmless += b"))}"
    return RATIO * min(seconds(service, harmless + b" " * turn) for turn in range(3)) + ALLOWED


@contextmanager
def watched(service: Service) -> Iterator[list[float]]:
    """How long `/health` takes meanwhile, asked again and again."""
    taken: list[float] = []
    done = threading.Event()

    def watch() -> None:
        while not done.is_set():
            began = time.perf_counter()
            service.ask("/health")
            taken.append(time.perf_counter() - began)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield taken
    finally:
        done.set()
        thread.join()


@pytest.mark.parametrize("name", TEXTS)
def test_an_odd_query_text_takes_no_longer_than_a_harmless_one(
    name: str, service: Service, allowed: float
) -> None:
    query = text(*TEXTS[name])
    assert min(seconds(service, query + b" " * turn) for turn in range(2)) < allowed


def test_others_are_answered_while_an_odd_query_is_looked_at(
    service: Service, allowed: float
) -> None:
    worst = [text(*TEXTS[name]) for name in ("escaped quotes without end", "all that is looked for",
                                             "names of functions in comments")]
    with watched(service) as taken:
        for query in worst:
            seconds(service, query)
    assert max(taken) < allowed


@pytest.mark.parametrize("brackets", ["{}", "()", "[]", "<<>>"])
def test_a_deeply_nested_query_is_answered_and_leaves_the_service_well(
    brackets: str, service: Service
) -> None:
    depth = 15_000
    opening, closing = brackets[:len(brackets) // 2], brackets[len(brackets) // 2:]
    nested = {"{}": "SELECT * {%s%s}", "()": "SELECT ((%s1%s) AS ?n) {}",
              "[]": "SELECT * {%s?a ?b%s}", "<<>>": "SELECT * {%s ?a ?b ?c %s ?d ?e}"}[brackets]
    with watched(service) as taken:
        seconds(service, (nested % (opening * depth, closing * depth)).encode())
    assert max(taken) < 2
    assert service.healthy()
